//! The audit log: what was done, by whom, to whose data, so that nobody can change it unseen.
//!
//! An act says [`Tx::audit`](crate::db::Tx::audit) in its own transaction, and the entry is written with it as the last
//! thing before the commit: no act without its entry, no entry without its act. The entries are one [`chain`] of hashes, the
//! chain's end is signed every minute ([`head`]), and [`verify`] finds what was changed, and where. There is no text of a
//! customer's in an entry: ids, words of closed lists, and the network and device that an act came from.

mod action;
pub mod chain;
pub mod head;
mod read;
mod run;
mod search;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
mod verify;

use crate::{
    db::{Db, DbError},
    scope::AuthScope,
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

pub use action::Action;
pub use read::{Filter, Place, Seen, find_place, list, list_own};
pub use run::{VerifyError, verify};
pub use search::{Line, Search, search};
pub use verify::{Checker, Fault, Finding, Verdict};

/// Letters of a network or a device that are kept.
const MAX_LETTERS: usize = 64;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A customer, signed in.
    Customer(Id<kind::Customer>),
    /// Somebody of the institution, by their id.
    Staff([u8; 16]),
    /// Somebody of the institution in a customer's place.
    Support([u8; 16]),
    /// Whoever works at the machine's own command line.
    Operator,
    /// The back office, by a document.
    Feed,
    /// The portal itself.
    System,
    /// Somebody who is not known.
    Anonymous,
}

impl Actor {
    /// The database's word.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Staff(_) => "staff",
            Self::Support(_) => "support",
            Self::Operator => "operator",
            Self::Feed => "feed",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }

    fn id(self) -> Option<Vec<u8>> {
        match self {
            Self::Customer(id) => Some(id.as_bytes().to_vec()),
            Self::Staff(id) | Self::Support(id) => Some(id.to_vec()),
            Self::Operator | Self::Feed | Self::System | Self::Anonymous => None,
        }
    }
}

/// What kind of thing it was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A customer.
    Customer,
    /// A session.
    Session,
    /// A way to prove who one is: a passkey, a second factor.
    Factor,
    /// An account.
    Account,
    /// A portfolio.
    Portfolio,
    /// A parcel.
    Parcel,
    /// A link that was shared.
    Share,
    /// A claim or a notice of loss.
    Claim,
    /// A file of a customer's.
    Upload,
    /// A document of the back office.
    Document,
    /// A request of a customer's.
    Request,
    /// An export of everything.
    Export,
    /// A version of the configuration.
    Config,
}

impl Thing {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Customer,
        Self::Session,
        Self::Factor,
        Self::Account,
        Self::Portfolio,
        Self::Parcel,
        Self::Share,
        Self::Claim,
        Self::Upload,
        Self::Document,
        Self::Request,
        Self::Export,
        Self::Config,
    ];

    /// The database's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Session => "session",
            Self::Factor => "factor",
            Self::Account => "account",
            Self::Portfolio => "portfolio",
            Self::Parcel => "parcel",
            Self::Share => "share",
            Self::Claim => "claim",
            Self::Upload => "upload",
            Self::Document => "document",
            Self::Request => "request",
            Self::Export => "export",
            Self::Config => "config",
        }
    }

    /// From the database's word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.as_str() == name)
    }
}

/// How it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was asked for and not allowed.
    Refused,
    /// It was begun and went wrong.
    Failed,
}

impl Outcome {
    /// The database's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// A little more, without a word of a customer's: what is written here comes from the program or is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// In which form: `csv`.
    Form(&'static str),
    /// Why: `too-large`.
    Reason(&'static str),
    /// How many.
    Count(u64),
}

impl Detail {
    fn text(self) -> String {
        match self {
            Self::Form(word) => format!("form={word}"),
            Self::Reason(word) => format!("reason={word}"),
            Self::Count(number) => format!("count={number}"),
        }
    }
}

/// An entry, before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    at: Timestamp,
    actor: Actor,
    action: Action,
    subject: Option<(Thing, [u8; 16])>,
    customer: Option<Id<kind::Customer>>,
    outcome: Outcome,
    network: Option<String>,
    device: Option<String>,
    detail: Option<Detail>,
}

impl Entry {
    /// Somebody did something, and it was done.
    #[must_use]
    pub const fn new(action: Action, actor: Actor, at: Timestamp) -> Self {
        Self {
            at,
            actor,
            action,
            subject: None,
            customer: None,
            outcome: Outcome::Done,
            network: None,
            device: None,
            detail: None,
        }
    }

    /// A customer did something with what is theirs.
    #[must_use]
    pub fn by_customer(action: Action, customer: Id<kind::Customer>, at: Timestamp) -> Self {
        Self { customer: Some(customer), ..Self::new(action, Actor::Customer(customer), at) }
    }

    /// To this thing.
    #[must_use]
    pub fn about<K>(mut self, subject: Thing, id: Id<K>) -> Self {
        self.subject = Some((subject, *id.as_bytes()));
        self
    }

    /// It is this customer's data, and this customer gets to see the entry.
    #[must_use]
    pub fn concerning(mut self, customer: Id<kind::Customer>) -> Self {
        self.customer = Some(customer);
        self
    }

    /// From this network address, with this device: browser and system in words, never what a browser says of itself.
    #[must_use]
    pub fn from_where(mut self, network: &str, device: &str) -> Self {
        let kept = |text: &str| {
            let text: String = text.chars().filter(|letter| !letter.is_control()).take(MAX_LETTERS).collect();
            (!text.is_empty()).then_some(text)
        };
        (self.network, self.device) = (kept(network), kept(device));
        self
    }

    /// It was not done, or not to its end.
    #[must_use]
    pub const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// A little more.
    #[must_use]
    pub const fn detail(mut self, detail: Detail) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// Writes an entry in a transaction of its own: for what only reads, before the first byte leaves. When it cannot be
/// written, what it is about must not happen.
///
/// # Errors
/// What the database says.
pub async fn note(db: &Db, entry: Entry) -> Result<(), DbError> {
    let scope = AuthScope::new();
    let write = db.write(&scope, move |tx| {
        async move {
            tx.audit(entry);
            Ok(())
        }
        .boxed()
    });
    write.await
}
