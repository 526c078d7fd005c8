//! The canonical records that every insurance format is read into (data-standards 4.6).
//!
//! A reader hands on a stream of [`Record`]s in document order. A part (a coverage, a milestone, a payment) comes after the
//! policy or claim that it belongs to and names it by its key. Keys are natural and stable: the same thing read again, from
//! another file too, has the same key. There is no field for an internal note or a reserve, so neither can ever be shown.

use super::report::Figures;
use crate::record::{Finding, Quarantined};
use guichet_types::{Currency, Date, Decimal, Timestamp};
use serde::Serialize;

/// One step of a document, in document order.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The document begins; first, once.
    Document(Document),
    /// A contract.
    Policy(Policy),
    /// A person or firm on a contract.
    Party(Party),
    /// What is insured.
    InsuredObject(InsuredObject),
    /// Against what, up to how much.
    Coverage(Coverage),
    /// One premium that is due.
    PremiumItem(PremiumItem),
    /// A paper of a contract.
    PolicyDocument(ClaimDocument),
    /// A loss that was reported.
    Claim(Claim),
    /// A step that the claim has taken.
    ClaimMilestone(ClaimMilestone),
    /// One line of the settlement.
    ClaimItem(ClaimItem),
    /// Money that went out.
    ClaimPayment(ClaimPayment),
    /// Something that the customer is asked for.
    ClaimRequest(ClaimRequest),
    /// A paper of a claim.
    ClaimDocument(ClaimDocument),
    /// What was written on a claim.
    ClaimMessage(ClaimMessage),
    /// What the format itself counts; last, once, also before a refusal where it is known.
    Figures(Box<Figures>),
    /// Something that does not add up, or is not as the standard says; the rest goes on.
    Finding(Finding),
    /// A piece that cannot be shown to a customer; the rest goes on.
    Quarantined(Quarantined),
}

/// The document as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// `fhir-claims`, `gdv`, `parcel-claims`, `guichet`.
    pub format: &'static str,
    /// `FHIR R4`, `GDV VUVM`, `EasyPost API v2`, `policies/1`.
    pub version: String,
    /// Who sent it, where the file says so.
    pub sender: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// An exact amount of a currency, in major units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Amount {
    /// As the file wrote it, normalised.
    pub value: Decimal,
    /// Its currency.
    pub currency: Currency,
}

/// A date, with the instant where the file gives a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// The day in the sender's own time.
    pub date: Date,
    /// The instant; none where only a day is given.
    pub at: Option<Timestamp>,
}

/// Declares a list of codes with their words.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word that files and tables use.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The code of a word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|code| code.as_str() == word) }
        }
    };
}

codes! {
    /// Where a contract stands.
    PolicyStatus {
        /// Offered, not in force.
        Quoted = "quoted",
        /// In force.
        Active = "active",
        /// Out of force because a premium was not paid.
        Lapsed = "lapsed",
        /// Ended by one of the two sides.
        Cancelled = "cancelled",
        /// Ended by its term.
        Expired = "expired",
        /// In force without further premiums.
        PaidUp = "paid_up",
    }
}
codes! {
    /// How often a premium is due.
    Frequency {
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every six months.
        HalfYearly = "half_yearly",
        /// Every year.
        Yearly = "yearly",
        /// Once.
        Single = "single",
    }
}
codes! {
    /// What kind of thing is insured.
    ObjectKind {
        /// A car, a bicycle, a boat.
        Vehicle = "vehicle",
        /// A house or flat.
        Building = "building",
        /// A human being.
        Person = "person",
        /// What stands in a home.
        Contents = "contents",
        /// A parcel on its way.
        Parcel = "parcel",
        /// Anything else.
        Other = "other",
    }
}
codes! {
    /// Where a premium stands.
    PremiumStatus {
        /// Not due yet.
        Open = "open",
        /// Due and not paid.
        Due = "due",
        /// Paid.
        Paid = "paid",
        /// Not paid in time.
        Overdue = "overdue",
        /// Not to be paid after all.
        Waived = "waived",
    }
}
codes! {
    /// How a claim comes out.
    Outcome {
        /// Not decided.
        Pending = "pending",
        /// Accepted.
        Approved = "approved",
        /// Accepted in part.
        Partial = "partial",
        /// Not accepted.
        Declined = "declined",
        /// Paid and done.
        Settled = "settled",
        /// Taken back by the customer.
        Withdrawn = "withdrawn",
    }
}
codes! {
    /// The outward milestones of a claim. The list is fixed (data-standards 1.4).
    Milestone {
        /// The customer told of the loss.
        Reported = "reported",
        /// It has a number.
        Registered = "registered",
        /// Papers are asked for.
        DocumentsRequested = "documents_requested",
        /// Papers have come.
        DocumentsReceived = "documents_received",
        /// An assessor was named.
        AssessorAssigned = "assessor_assigned",
        /// The damage was looked at.
        InspectionDone = "inspection_done",
        /// Whether it is insured is decided.
        CoverageDecided = "coverage_decided",
        /// Accepted.
        Approved = "approved",
        /// Accepted in part.
        Partly = "partly",
        /// Not accepted.
        Declined = "declined",
        /// Money is on its way.
        PaymentIssued = "payment_issued",
        /// Done.
        Closed = "closed",
        /// Taken up again.
        Reopened = "reopened",
        /// Taken back by the customer.
        Withdrawn = "withdrawn",
    }
}
codes! {
    /// Who must act, or has acted.
    Actor {
        /// The customer.
        Customer = "customer",
        /// The insurer.
        Insurer = "insurer",
        /// A workshop, an assessor, the other side.
        ThirdParty = "third_party",
    }
}
codes! {
    /// What the customer is asked for.
    RequestKind {
        /// A paper or a picture.
        Document = "document",
        /// An answer.
        Answer = "answer",
        /// A date to meet.
        Appointment = "appointment",
    }
}
codes! {
    /// Where a request stands.
    RequestState {
        /// To be answered.
        Open = "open",
        /// Answered.
        Done = "done",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

/// A contract. Key: insurer, line and number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Policy {
    pub key: String,
    pub policy_no: String,
    pub insurer: Option<String>,
    /// The line of business: a word, or the code of the standard (GDV `030`).
    pub line: Option<String>,
    pub product: Option<String>,
    pub status: Option<PolicyStatus>,
    /// The status as the file writes it.
    pub status_stated: Option<String>,
    pub holder: Option<String>,
    /// Whose it is at the insurer, to find the customer by.
    pub customer: Option<String>,
    pub start: Option<Date>,
    pub end: Option<Date>,
    pub renewal: Option<Date>,
    pub premium_net: Option<Amount>,
    pub tax: Option<Amount>,
    pub premium_gross: Option<Amount>,
    pub frequency: Option<Frequency>,
    pub next_due: Option<Date>,
    pub collection: Option<String>,
    pub intermediary: Option<String>,
    pub place: String,
}

/// A person or firm on a contract. Key: the policy's, the role and the ordinal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Party {
    pub key: String,
    pub policy_key: String,
    /// GDV: `Adresskennzeichen`; `01` is the policyholder.
    pub role: String,
    pub name: String,
    pub first_name: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub born: Option<Date>,
    pub place: String,
}

/// What is insured. Key: the policy's and the object's id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct InsuredObject {
    pub key: String,
    pub policy_key: String,
    pub kind: ObjectKind,
    pub description: Option<String>,
    pub attributes: Vec<(String, String)>,
    pub place: String,
}

/// Against what, up to how much. Key: the policy's, the object's id and the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Coverage {
    pub key: String,
    pub policy_key: String,
    pub object_key: Option<String>,
    pub code: String,
    pub name: Option<String>,
    pub limit: Option<Amount>,
    pub deductible: Option<Amount>,
    pub premium: Option<Amount>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub place: String,
}

/// One premium. Key: the policy's and the day it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct PremiumItem {
    pub key: String,
    pub policy_key: String,
    pub due: Date,
    pub amount: Amount,
    pub status: Option<PremiumStatus>,
    pub place: String,
}

/// A loss that was reported. Key: insurer and number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct Claim {
    pub key: String,
    pub claim_no: String,
    pub insurer: Option<String>,
    /// The number or reference of the contract, as the file writes it.
    pub policy_no: Option<String>,
    pub line: Option<String>,
    /// Whose it is at the insurer, to find the customer by.
    pub customer: Option<String>,
    pub loss_at: Option<When>,
    pub loss_place: Option<String>,
    pub cause: Option<String>,
    pub reported_at: Option<When>,
    pub status: Option<String>,
    pub sub_status: Option<String>,
    pub outcome: Option<Outcome>,
    /// What was asked for in all.
    pub claimed: Option<Amount>,
    /// An estimate that the customer may see.
    pub estimate: Option<Amount>,
    pub handler_name: Option<String>,
    pub handler_contact: Option<String>,
    /// Who must act now.
    pub next_actor: Option<Actor>,
    pub next_step: Option<String>,
    pub next_until: Option<Date>,
    pub closed_at: Option<When>,
    pub reopened_at: Option<When>,
    /// The reference of the portal's notice of loss that the claim came of.
    pub notice: Option<String>,
    pub place: String,
}

/// A step of a claim. Key: the core's id, else claim, code and time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct ClaimMilestone {
    pub key: String,
    pub claim_key: String,
    /// None where the sender's word is of no milestone of the list.
    pub code: Option<Milestone>,
    /// The sender's word.
    pub stated: String,
    pub at: Option<When>,
    pub actor: Option<Actor>,
    /// For the customer to read.
    pub note: Option<String>,
    pub place: String,
}

/// One line of the settlement. Key: the claim's and the sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct ClaimItem {
    pub key: String,
    pub claim_key: String,
    pub seq: String,
    pub code_system: Option<String>,
    pub code: Option<String>,
    pub description: Option<String>,
    pub service_date: Option<Date>,
    pub submitted: Option<Amount>,
    pub eligible: Option<Amount>,
    pub deductible: Option<Amount>,
    pub copay: Option<Amount>,
    pub benefit: Option<Amount>,
    /// Why it is not all that was asked for.
    pub reason: Option<String>,
    pub place: String,
}

/// Money that went out. Key: the claim's and the payment's id, else its day and amount.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct ClaimPayment {
    pub key: String,
    pub claim_key: String,
    pub amount: Amount,
    pub at: Option<When>,
    pub method: Option<String>,
    /// An account is shortened to its last four letters.
    pub payee_masked: Option<String>,
    pub place: String,
}

/// Something that the customer is asked for. Key: the claim's and the request's id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of data-standards 4.6")]
pub struct ClaimRequest {
    pub key: String,
    pub claim_key: String,
    pub kind: RequestKind,
    pub text: String,
    pub due: Option<Date>,
    pub state: RequestState,
    pub place: String,
}

/// A paper of a claim or of a contract. Key: the owner's and the paper's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ClaimDocument {
    pub key: String,
    /// The key of the claim or policy.
    pub owner_key: String,
    pub kind: Option<String>,
    pub name: String,
    pub at: Option<When>,
    /// Where the file lies at the sender: a name or an address. Never opened on reading.
    pub location: Option<String>,
    pub place: String,
}

/// What was written on a claim. Key: the claim's and the message's id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ClaimMessage {
    pub key: String,
    pub claim_key: String,
    pub from: Option<Actor>,
    pub at: Option<When>,
    pub text: String,
    pub place: String,
}

/// A natural key: its parts with bars between them. A bar within a part is doubled, so that no two keys run together.
#[must_use]
pub fn key(parts: &[&str]) -> String {
    parts.iter().map(|part| part.replace('|', "||")).collect::<Vec<_>>().join("|")
}
