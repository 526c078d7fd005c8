//! What the database says of policies and claims, always to somebody: every function takes the scope, and every query goes
//! through the row that gives the right.

mod claim;
mod letter;
mod notice;
mod policy;
mod sent;
mod upload;

use guichet_platform::db::DbError;
use guichet_types::{Id, Timestamp};

pub use claim::{Asked, Claim, Written, find_claim, list_claims};
pub use letter::{Letter, insert_letter, list_letters, resend_letter};
pub use notice::{
    Draft, Notice, NoticeData, delete_draft, find_draft, find_notice, insert_draft, insert_notice, list_drafts,
    list_notices, lock_draft, resend_notice, save_draft,
};
pub use policy::{Policy, find_policy, list_policies};
pub use sent::{Sent, dead_message, lock_customer};
pub use upload::{
    Fetched, NewUpload, Upload, Usage, attach_to_notice, count_usage, delete_upload, fetch_shared, find_upload,
    insert_upload, link_upload, list_uploads, resend_upload,
};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The document, by the name it came under.
    pub file: String,
    /// The place in it.
    pub place: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// An id as the database has it.
fn id<K>(bytes: Vec<u8>, what: &'static str) -> Result<Id<K>, DbError> {
    Id::try_from(bytes).map_err(|_| DbError::Value(what))
}

/// A value that is kept as JSON.
fn value<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|_| DbError::Value(what))
}

/// A value as it is kept.
fn json<T: serde::Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| DbError::Value("a value that cannot be written as JSON"))
}

/// A part with the version that it came in.
struct Versioned<T> {
    part: T,
    version: (i64, Vec<u8>),
}

/// Of a list that counts as a whole, what the newest one has.
fn newest<T>(list: Vec<Versioned<T>>) -> Vec<T> {
    let newest = list.iter().map(|one| one.version.clone()).max();
    list.into_iter().filter(|one| Some(&one.version) == newest.as_ref()).map(|one| one.part).collect()
}
