//! The insurer at work: tells of policies and claims in the portal's own forms, and answers what customers send.
//!
//! Its truth is one file (`demo-insurer.json`): the claims as it would tell them, what it means to do next, and what is not
//! yet sent. The file is written before anything goes out, and a document keeps its name until the portal has taken it, so
//! that a stop at any moment loses nothing and sends nothing twice.

mod books;
mod desk;

use super::{Door, Player, Stage, take_letters};
use anyhow::Context as _;
use guichet_platform::clock::SharedClock;
use guichet_types::{Date, Timestamp};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::VecDeque, fs, path::PathBuf};

/// The insurer's name in everything it sends.
const NAME: &str = "Prévoyance Normande";

/// Something that is to be done at a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Task {
    at: Timestamp,
    /// The number of the claim.
    claim: String,
    act: Act,
}

/// What is to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
enum Act {
    /// A new claim gets its handler.
    Register,
    /// An assessor is named.
    Assess,
    /// The first paper is asked for.
    Ask,
    /// A file is what was asked for.
    Fulfil { request: Option<String>, file: String },
    /// The handler writes back.
    Reply,
}

/// A document that is to be sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Parcel {
    name: String,
    body: Value,
}

/// What the insurer knows.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Book {
    opened: Option<Date>,
    /// How many claims there have been, for their numbers.
    count: u64,
    /// How many documents there have been, for their names.
    sent: u64,
    claims: Vec<Value>,
    tasks: Vec<Task>,
    outgoing: VecDeque<Parcel>,
}

/// The simulated insurer.
#[derive(Debug)]
pub(super) struct Insurer {
    clock: SharedClock,
    zone: TimeZone,
    door: Door,
    path: PathBuf,
    letters: PathBuf,
    book: Book,
}

impl Insurer {
    /// An insurer whose first day is that of its first start.
    pub(super) fn new(stage: Stage) -> anyhow::Result<Self> {
        let path = stage.memory.join("demo-insurer.json");
        let book = match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| format!("{} cannot be read", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Book::default(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        let mut insurer =
            Self { clock: stage.clock, zone: stage.zone, door: stage.door, path, letters: stage.letters, book };
        if insurer.book.opened.is_none() {
            insurer.open()?;
        }
        Ok(insurer)
    }

    /// The first day: what there is already.
    fn open(&mut self) -> anyhow::Result<()> {
        let today = self.today();
        self.book.opened = Some(today);
        let (policies, claims) = (books::policies(today), books::claims(&self.zone, today));
        self.put(
            "policies",
            json!({ "guichet": "policies/1", "insurer": NAME, "as_of": self.stamp(), "policies": policies }),
        );
        self.put("claims", json!({ "guichet": "claims/1", "insurer": NAME, "as_of": self.stamp(), "claims": claims }));
        self.book.claims = claims;
        self.save()
    }

    fn today(&self) -> Date {
        books::local(&self.zone, self.clock.now())
    }

    /// Now, as its documents have it.
    fn stamp(&self) -> String {
        books::rfc3339(self.clock.now())
    }

    /// Means to send a document.
    fn put(&mut self, kind: &str, body: Value) {
        self.book.sent += 1;
        // With the day of the opening, so that another life of the insurer has other names.
        let opened = self.book.opened.map_or(0, Date::days);
        self.book.outgoing.push_back(Parcel { name: format!("insurer-{opened}-{}-{kind}", self.book.sent), body });
    }

    /// Means to tell of a claim as it now is.
    fn tell(&mut self, number: &str) {
        if let Some(claim) = self.book.claims.iter().find(|claim| claim["number"] == number).cloned() {
            let body = json!({ "guichet": "claims/1", "insurer": NAME, "as_of": self.stamp(), "claims": [claim] });
            self.put("claim", body);
        }
    }

    fn save(&self) -> anyhow::Result<()> {
        let part = self.path.with_extension("part");
        fs::write(&part, serde_json::to_vec(&self.book)?)
            .and_then(|()| fs::File::open(&part)?.sync_all())
            .and_then(|()| fs::rename(&part, &self.path))
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

impl Player for Insurer {
    /// Reads what customers sent, does what is due, and sends what is to be told.
    async fn step(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let letters = take_letters(&self.letters)?;
        let mut moved = !letters.is_empty();
        for letter in letters {
            self.answer(&letter, now);
        }
        let (due, later): (Vec<Task>, Vec<Task>) =
            std::mem::take(&mut self.book.tasks).into_iter().partition(|task| task.at <= now);
        self.book.tasks = later;
        moved |= !due.is_empty();
        for task in due {
            self.act(&task, now);
        }
        moved |= self.extend(now);
        if moved {
            self.save()?;
        }
        while let Some(next) = self.book.outgoing.front() {
            self.door.send(&next.name, serde_json::to_vec(&next.body)?).await?;
            self.book.outgoing.pop_front();
            self.save()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_formats::{Class, Limits, insurance::report_bytes};
    use guichet_platform::{clock::TestClock, testing::NOW};
    use std::{path::Path, sync::Arc};

    fn stage(folder: &Path, clock: &Arc<TestClock>) -> Stage {
        Stage {
            clock: clock.clone(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
            door: Door::Folder(folder.join("inbox")),
            memory: folder.to_owned(),
            letters: folder.join("letters"),
        }
    }

    /// Everything that was sent, by name.
    fn sent(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let files =
            fs::read_dir(folder.join("inbox")).map(|files| files.flatten().collect()).unwrap_or_else(|_| Vec::new());
        let mut all: Vec<_> = files
            .iter()
            .map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).unwrap()))
            .collect();
        all.sort();
        all
    }

    fn letter(folder: &Path, id: &str, topic: &str, data: &Value) {
        fs::create_dir_all(folder.join("letters")).unwrap();
        let body = json!({ "type": topic, "id": id, "timestamp": "2026-11-17T13:32:00Z", "data": data });
        fs::write(folder.join("letters").join(format!("{id}.json")), body.to_string()).unwrap();
    }

    #[tokio::test]
    async fn what_it_sends_is_accepted_whole_and_a_restart_sends_nothing_again() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::new(NOW));
        Insurer::new(stage(folder.path(), &clock)).unwrap().step().await.unwrap();
        let first = sent(folder.path());
        assert_eq!(first.len(), 2);
        for (name, body) in &first {
            let report = report_bytes(body, &Limits::default());
            assert_eq!(report.class, Class::Accept, "{name}: {} {:?}", report.reason, report.findings);
        }
        clock.advance_seconds(60);
        Insurer::new(stage(folder.path(), &clock)).unwrap().step().await.unwrap();
        assert_eq!(sent(folder.path()), first);
        // Days later what is still asked for is asked for again, with a new day.
        clock.advance_seconds(10 * 86_400);
        Insurer::new(stage(folder.path(), &clock)).unwrap().step().await.unwrap();
        assert_eq!(sent(folder.path()).len(), 3);
        Insurer::new(stage(folder.path(), &clock)).unwrap().step().await.unwrap();
        assert_eq!(sent(folder.path()).len(), 3);
    }

    #[tokio::test]
    async fn a_notice_becomes_a_claim_within_a_minute_and_letters_are_answered() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::new(NOW));
        let mut insurer = Insurer::new(stage(folder.path(), &clock)).unwrap();
        let ids: Vec<String> = (1..=3).map(|n| format!("{n:032x}")).collect();
        letter(
            folder.path(),
            &ids[0],
            "claims.reported",
            &json!({
                "reference": "N-1111-2222", "customer": { "number": "44712208", "name": "Inès Moreau" },
                "reported_at": "2026-11-17T13:32:00Z", "policy": { "number": "HO-5582-119", "line": "home" },
                "loss": { "cause": "theft", "date": "2026-11-16", "at": null, "place": "Cellar", "text": "The bicycle is gone" }, "files": [],
            }),
        );
        letter(
            folder.path(),
            &ids[1],
            "claims.upload",
            &json!({
                "claim": { "number": "CL-2091-7734" }, "request": "R-1", "file": { "name": "invoice.pdf" },
            }),
        );
        letter(
            folder.path(),
            &ids[2],
            "claims.message",
            &json!({
                "claim": { "number": "CL-2091-7734" }, "message": ids[2], "at": "2026-11-17T13:32:00Z", "text": "Hello",
            }),
        );
        for _ in 0..8 {
            insurer.step().await.unwrap();
            clock.advance_seconds(10);
        }
        let documents = sent(folder.path());
        let mut answered = 0;
        for (name, body) in &documents {
            let text = String::from_utf8_lossy(body);
            if text.contains("answers/1") {
                answered += ids.iter().filter(|id| text.contains(id.as_str())).count();
                continue;
            }
            let report = report_bytes(body, &Limits::default());
            assert_eq!(report.class, Class::Accept, "{name}: {} {:?}", report.reason, report.findings);
        }
        assert_eq!(answered, 3);
        let claim = insurer.book.claims.iter().find(|claim| claim["notice"] == "N-1111-2222").unwrap();
        let codes: Vec<_> =
            claim["milestones"].as_array().unwrap().iter().filter_map(|step| step["code"].as_str()).collect();
        assert_eq!(codes, ["reported", "registered", "assessor_assigned", "documents_requested"]);
        let kitchen = insurer.book.claims.iter().find(|claim| claim["number"] == "CL-2091-7734").unwrap();
        assert_eq!(kitchen["requests"][0]["state"], "done");
        assert!(kitchen["messages"].as_array().unwrap().iter().any(|message| message["id"] == ids[2].as_str()));
    }
}
