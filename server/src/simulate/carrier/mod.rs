//! The carrier at work: sends what happens to four parcels as it happens, in our own form and now and then as EPCIS, and
//! answers what recipients ask.
//!
//! Its truth is a plan of the day ([`plan`]) and a small file of how far it has come (`demo-carrier.json`). On another day the
//! story begins anew, with other numbers. Whatever is sent again has the same name and says the same.

mod plan;

use super::{Door, Player, Stage, take_letters};
use anyhow::Context as _;
use guichet_platform::clock::SharedClock;
use guichet_types::{Date, Timestamp};
use jiff::tz::TimeZone;
use plan::{Day, Letter};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// How far the carrier has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// The day of the story, days since 1970.
    day: i32,
    /// When it began.
    began: i64,
    /// Scenes that were sent.
    told: usize,
    /// Letters that are read and not yet answered.
    letters: Vec<Letter>,
    /// What was accepted, by number.
    wishes: BTreeMap<String, Letter>,
}

/// The simulated carrier.
#[derive(Debug)]
pub(super) struct Carrier {
    clock: SharedClock,
    zone: TimeZone,
    door: Door,
    letters: PathBuf,
    file: PathBuf,
    memory: Memory,
}

impl Carrier {
    /// Goes on where an earlier run of the same day stopped.
    pub(super) fn new(stage: Stage) -> anyhow::Result<Self> {
        let file = stage.memory.join("demo-carrier.json");
        let memory = match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(_) => Memory::default(),
        };
        let mut carrier =
            Self { clock: stage.clock, zone: stage.zone, door: stage.door, letters: stage.letters, file, memory };
        carrier.wake()?;
        Ok(carrier)
    }

    fn save(&self) -> anyhow::Result<()> {
        let hidden = self.file.with_extension("tmp");
        let write = || {
            fs::write(&hidden, serde_json::to_vec(&self.memory)?)?;
            fs::rename(&hidden, &self.file)
        };
        write().with_context(|| format!("{} cannot be written", self.file.display()))
    }

    /// On another day everything begins anew.
    fn wake(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let zoned = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default().to_zoned(self.zone.clone());
        let today = Date::new(i32::from(zoned.year()), zoned.month().unsigned_abs(), zoned.day().unsigned_abs());
        let today = today.map_or(0, Date::days);
        if self.memory.day != today {
            self.memory = Memory { day: today, began: now.millis(), ..Memory::default() };
            self.save()?;
        }
        Ok(())
    }

    fn day(&self) -> Day {
        Day { day: Date::from_days(self.memory.day), began: Timestamp(self.memory.began), zone: self.zone.clone() }
    }

    /// Reads the post, and notes it before anything is done about it.
    fn read_post(&mut self) -> anyhow::Result<()> {
        let letters = take_letters(&self.letters)?;
        if letters.is_empty() {
            return Ok(());
        }
        self.memory.letters.extend(letters.iter().filter_map(Letter::read));
        self.save()
    }

    /// Answers one letter: yes or no, and what that does to the parcel.
    async fn answer(&mut self, letter: Letter) -> anyhow::Result<()> {
        let (day, now) = (self.day(), self.clock.now());
        let refusal = day.refuses(&letter, now);
        let mut answer = serde_json::json!({ "id": letter.id, "state": "accepted" });
        if let Some(reason) = refusal {
            answer = serde_json::json!({ "id": letter.id, "state": "refused", "reason": reason });
        }
        let answers = serde_json::json!({ "guichet": "answers/1", "answers": [answer] });
        self.door.send(&format!("gx-answer-{}", letter.id), serde_json::to_vec(&answers)?).await?;
        if refusal.is_none() {
            let asked = letter.asked.unwrap_or(now.millis());
            if let Some(update) = day.after(&letter, Timestamp(asked)) {
                self.door.send(&format!("gx-wish-{}", letter.id), serde_json::to_vec(&update)?).await?;
            }
            self.memory.wishes.insert(letter.number.clone(), letter);
        }
        self.memory.letters.remove(0);
        self.save()
    }
}

impl Player for Carrier {
    /// Answers the post, then tells the next thing that has happened.
    async fn step(&mut self) -> anyhow::Result<()> {
        self.wake()?;
        self.read_post()?;
        if let Some(letter) = self.memory.letters.first().cloned() {
            return self.answer(letter).await;
        }
        let (day, now) = (self.day(), self.clock.now());
        let Some(scene) = day.scenes().into_iter().nth(self.memory.told).filter(|scene| scene.at <= now) else {
            return Ok(());
        };
        // What was put off does not go on today.
        let put_off = self.memory.wishes.get(&scene.number).is_some_and(Letter::puts_off);
        if !put_off {
            let document = scene.document(self.memory.wishes.get(&scene.number));
            self.door.send(&scene.name, serde_json::to_vec(&document)?).await?;
        }
        self.memory.told += 1;
        self.save()
    }
}
