//! What a customer does: begins a notice of loss and sends it, sends files and messages, sends again what got lost.
//!
//! Every act writes its rows and its message to the insurer in one transaction. The insurer hears of it by the outbox.

mod again;
mod download;
mod message;
mod report;
mod submit;
mod take;
mod upload;

use super::store;
use crate::web::{Problem, Reason, SignedIn, Visitor};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use guichet_platform::{
    db::{DbError, Tx},
    random::{Random, token},
    scope::CustomerScope,
};
use guichet_types::{Id, Timestamp, kind};
use sha2::{Digest, Sha256};

pub(super) use again::again;
pub(super) use download::{download, fetch};
pub(super) use message::message;
pub(super) use report::{begin, discard, save};
pub(super) use submit::submit;
pub(super) use upload::{photos, remove, upload};

/// A notice of loss. Subject: the notice.
pub const REPORTED: &str = "claims.reported";
/// A file. Subject: the claim or notice.
pub const UPLOAD: &str = "claims.upload";
/// A message. Subject: the claim or notice.
pub const MESSAGE: &str = "claims.message";

/// How long the insurer can fetch a file by its link.
const LINK_SECONDS: i64 = 30 * 86_400;

/// The last step of a notice, where everything is looked over and sent.
#[must_use]
pub(super) const fn report_last_step() -> u8 {
    report::LAST_STEP
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
enum ActError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is no such thing, or it is not the customer's.
    #[error("there is no such thing")]
    Missing,
    /// It was done before.
    #[error("it was done before")]
    Again,
    /// There is no place for one more.
    #[error("there is no place for one more")]
    Full,
}

impl ActError {
    /// As the customer gets it; none when it was done before, which is as good as done.
    fn problem(self, visitor: &Visitor) -> Option<Problem> {
        match self {
            Self::Db(error) => Some(error.into()),
            Self::Missing => Some(Problem::new(Reason::NotFound, visitor)),
            Self::Again | Self::Full => None,
        }
    }
}

/// What a message to the insurer says of the claim that it is about.
struct Subject {
    /// The claim's number at the insurer.
    number: Option<String>,
    /// The reference of the notice.
    notice: Option<String>,
    /// The insurer.
    insurer: Option<String>,
    /// The ids of the requests that are open to an answer, and the insurer's own.
    requests: Vec<(Id<kind::ClaimPart>, String)>,
}

impl Subject {
    /// The claim or notice of an id, if it is the customer's.
    async fn find(tx: &mut Tx, scope: &CustomerScope, id: Id<kind::Claim>) -> Result<Option<Self>, DbError> {
        let notice = store::find_notice(tx, scope, id).await?;
        let claim = store::find_claim(tx, scope, id).await?;
        if claim.is_none() && notice.is_none() {
            return Ok(None);
        }
        let requests = claim.iter().flat_map(|claim| &claim.requests);
        Ok(Some(Self {
            requests: requests.map(|asked| (asked.id, asked.request.id.clone())).collect(),
            insurer: claim.as_ref().and_then(|claim| claim.head.insurer.clone()),
            number: claim.map(|claim| claim.head.number),
            notice: notice.map(|notice| notice.reference),
        }))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({ "number": self.number, "notice": self.notice, "insurer": self.insurer })
    }
}

/// A link that the insurer fetches a file by. Its secret is in the message alone; the database has the hash.
struct Link {
    hash: [u8; 32],
    address: String,
}

impl Link {
    fn new(random: &dyn Random, origin: &str) -> Self {
        let secret = token(random);
        let address = format!("{origin}/files/{}", URL_SAFE_NO_PAD.encode(secret));
        Self { hash: Sha256::digest(secret).into(), address }
    }
}

/// Who sends it, as the insurer knows them.
fn sender(who: &SignedIn) -> serde_json::Value {
    serde_json::json!({ "number": who.session.number, "name": who.session.name })
}

/// An instant as RFC 3339 in UTC.
fn rfc3339(at: Timestamp) -> String {
    crate::words::Figures::machine(at)
}
