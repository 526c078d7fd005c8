//! What the back office says to a message: the plain documented form `guichet: answers/1`.
//!
//! `{"guichet": "answers/1", "answers": [{"id": "…", "state": "accepted" | "refused", "reason": "…"}]}`. The id is the one
//! that the message came with, as `webhook-id` or as the name of its file. An answer that comes twice changes nothing.

use super::{State, settle};
use crate::{
    clock::SharedClock,
    db::{Db, DbError},
    inbox::{Feed, InboxError, Job, Outcome},
    scope::FeedScope,
};
use futures::{FutureExt as _, future::BoxFuture};
use guichet_types::{Id, kind};
use serde::Deserialize;
use serde_json::json;
use std::{path::Path, sync::Arc};

/// The largest document.
const MAX_BYTES: u64 = 16 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    guichet: String,
    answers: Vec<Answer>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    id: Id<kind::Message>,
    state: Said,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Accepted,
    Refused,
}

/// Reads answers.
#[derive(Clone, Debug)]
pub struct AnswersFeed {
    clock: SharedClock,
}

/// The feed as the inbox takes it.
#[must_use]
pub fn feed(clock: SharedClock) -> Arc<dyn Feed> {
    Arc::new(AnswersFeed { clock })
}

/// Whether a document that begins so is one of answers.
#[must_use]
pub fn is_answers(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&beginning[..beginning.len().min(400)]);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.trim_start_matches('\u{feff}').starts_with('{') && text.contains("\"guichet\":\"answers/")
}

impl Feed for AnswersFeed {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn takes(&self, beginning: &[u8]) -> bool {
        is_answers(beginning)
    }

    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value> {
        Ok(match read(&std::fs::read(path)?) {
            Ok(answers) => json!({ "class": "accept", "format": "answers", "records": answers.len() }),
            Err(reason) => json!({ "class": "reject", "reason": reason, "format": "answers" }),
        })
    }

    fn import(&self, db: Db, scope: FeedScope, job: Job) -> BoxFuture<'static, Result<Outcome, InboxError>> {
        let clock = self.clock.clone();
        async move { import(db, scope, job, clock).await }.boxed()
    }
}

/// The answers, or why there are none. serde_json says line, column and what was expected.
fn read(bytes: &[u8]) -> Result<Vec<Answer>, String> {
    let answers: Answers = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if answers.guichet == "answers/1" {
        Ok(answers.answers)
    } else {
        Err(format!("this version reads answers/1, not {}", answers.guichet))
    }
}

fn refused(reason: impl Into<String>) -> Outcome {
    Outcome { class: "reject", reason: Some(reason.into()), records: 0, report: None, closed: false }
}

async fn import(db: Db, scope: FeedScope, job: Job, clock: SharedClock) -> Result<Outcome, InboxError> {
    let at = |error| InboxError::File { path: job.path.clone(), error };
    if tokio::fs::metadata(&job.path).await.map_err(at)?.len() > MAX_BYTES {
        return Ok(refused("a document of answers is at most 16 MiB; send several"));
    }
    let bytes = tokio::fs::read(&job.path).await.map_err(at)?;
    let answers = match read(&bytes) {
        Ok(answers) => answers,
        Err(reason) => return Ok(refused(reason)),
    };
    let (count, now) = (answers.len() as u64, clock.now());
    let unknown = db
        .write(&scope, move |tx| {
            async move {
                let mut unknown = 0_u64;
                for answer in answers {
                    let state = match answer.state {
                        Said::Accepted => State::Accepted,
                        Said::Refused => State::Refused,
                    };
                    let moved = settle(tx, answer.id.as_bytes(), state, answer.reason.as_deref(), None, now).await?;
                    unknown += u64::from(!moved);
                }
                Ok::<_, DbError>(unknown)
            }
            .boxed()
        })
        .await?;
    let (class, reason) = match unknown {
        0 => ("accept", None),
        n => ("warn", Some(format!("{n} answers are to no message that waits for one"))),
    };
    Ok(Outcome { class, reason, records: count, report: None, closed: false })
}
