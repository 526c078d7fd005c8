//! What the insurer tells of policies and claims, as it is kept: the head of each as one value, and its parts.
//!
//! The words of data-standards 4.6, without anything that is internal. Amounts are [`Money`]; codes stay the words that
//! files use, so that a row of today is read by the program of tomorrow.

use guichet_types::{Date, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// A day, with the instant where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The day where it happened.
    pub day: Date,
    /// The instant; none where only a day is told.
    pub at: Option<Timestamp>,
}

impl Moment {
    /// Its place in time: a day without an instant counts as its end, so that it does not overtake what has one.
    #[must_use]
    pub fn order(self) -> (Date, i64) {
        (self.day, self.at.map_or(i64::MAX, Timestamp::millis))
    }
}

/// A contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct PolicyHead {
    pub number: String,
    pub insurer: Option<String>,
    pub line: Option<String>,
    pub product: Option<String>,
    pub status: Option<String>,
    pub status_stated: Option<String>,
    pub holder: Option<String>,
    pub start: Option<Date>,
    pub end: Option<Date>,
    pub renewal: Option<Date>,
    pub premium_net: Option<Money>,
    pub tax: Option<Money>,
    pub premium_gross: Option<Money>,
    pub frequency: Option<String>,
    pub next_due: Option<Date>,
    pub collection: Option<String>,
    pub intermediary: Option<String>,
}

/// A loss that was reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct ClaimHead {
    pub number: String,
    pub insurer: Option<String>,
    pub policy_no: Option<String>,
    pub line: Option<String>,
    pub loss: Option<Moment>,
    pub loss_place: Option<String>,
    pub cause: Option<String>,
    pub reported: Option<Moment>,
    pub status: Option<String>,
    pub sub_status: Option<String>,
    pub outcome: Option<String>,
    pub claimed: Option<Money>,
    pub estimate: Option<Money>,
    pub handler_name: Option<String>,
    pub handler_contact: Option<String>,
    pub next_actor: Option<String>,
    pub next_step: Option<String>,
    pub next_until: Option<Date>,
    pub closed: Option<Moment>,
    pub reopened: Option<Moment>,
}

/// A step that a claim has taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Milestone {
    /// A word of the fixed list; none when the sender's is not of it.
    pub code: Option<String>,
    /// The sender's word.
    pub stated: String,
    /// When.
    pub at: Option<Moment>,
    /// Who.
    pub actor: Option<String>,
    /// For the customer to read.
    pub note: Option<String>,
}

/// A line of the settlement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Item {
    pub code: Option<String>,
    pub description: Option<String>,
    pub service_date: Option<Date>,
    pub submitted: Option<Money>,
    pub eligible: Option<Money>,
    pub deductible: Option<Money>,
    pub copay: Option<Money>,
    pub benefit: Option<Money>,
    /// Why it is not all that was asked for.
    pub reason: Option<String>,
}

/// Money that went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Payment {
    pub amount: Money,
    pub at: Option<Moment>,
    pub method: Option<String>,
    pub payee: Option<String>,
}

/// Something that the customer is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The insurer's own id for it.
    pub id: String,
    /// `document`, `answer`, `appointment`.
    pub kind: String,
    /// What.
    pub text: String,
    /// Until when.
    pub due: Option<Date>,
    /// `open`, `done`, `cancelled`.
    pub state: String,
}

/// A paper that the insurer has. Its bytes are not here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// What kind of paper.
    pub kind: Option<String>,
    /// Its name.
    pub name: String,
    /// When it was made or came.
    pub at: Option<Moment>,
}

/// What was written on a claim, as the insurer keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// The sender's id for it; that of our own letter when it is one of the customer's.
    pub id: String,
    /// `customer`, `insurer`, `third_party`.
    pub from: Option<String>,
    /// When.
    pub at: Option<Moment>,
    /// What.
    pub text: String,
}

/// What is insured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Object {
    pub key: String,
    pub kind: String,
    pub description: Option<String>,
    pub attributes: Vec<(String, String)>,
}

/// Against what, up to how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Coverage {
    pub object_key: Option<String>,
    pub code: String,
    pub name: Option<String>,
    pub limit: Option<Money>,
    pub deductible: Option<Money>,
    pub premium: Option<Money>,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// One premium.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Premium {
    pub due: Date,
    pub amount: Money,
    pub status: Option<String>,
}

/// Somebody on a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Person {
    pub role: String,
    pub name: String,
    pub first_name: Option<String>,
}

/// A part of a policy or a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Part {
    Object(Object),
    Coverage(Coverage),
    Premium(Premium),
    Party(Person),
    Document(Paper),
    Milestone(Milestone),
    Item(Item),
    Payment(Payment),
    Request(Request),
    Message(Note),
}

impl Part {
    /// The database's word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Object(_) => "object",
            Self::Coverage(_) => "coverage",
            Self::Premium(_) => "premium",
            Self::Party(_) => "party",
            Self::Document(_) => "document",
            Self::Milestone(_) => "milestone",
            Self::Item(_) => "item",
            Self::Payment(_) => "payment",
            Self::Request(_) => "request",
            Self::Message(_) => "message",
        }
    }

    /// A list of which the newest counts as a whole: what is no longer in it is gone. Of all others each part stands for
    /// itself, and stays.
    #[must_use]
    pub const fn of_a_whole(&self) -> bool {
        matches!(self, Self::Object(_) | Self::Coverage(_) | Self::Party(_) | Self::Item(_))
    }
}
