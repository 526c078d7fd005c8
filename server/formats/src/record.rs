//! The canonical records that every bank format is read into.
//!
//! A reader turns bytes into a stream of [`Record`]s in document order: one [`Record::Document`], then for each statement
//! its [`Record::Statement`], its entries, and its [`Record::StatementEnd`]. Findings and quarantined pieces come where
//! they are met. Nothing here knows a database; amounts are exact decimals as the file wrote them.

use guichet_types::{Currency, Date, Decimal, Timestamp};
use serde::{Deserialize, Serialize};

/// One step of a document, in document order.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The message itself; first, once. A ZIP has one for each member.
    Document(Document),
    /// A statement, report or notification begins.
    Statement(StatementHead),
    /// One entry of the statement that has begun.
    Entry(Entry),
    /// The statement ends, with its totals.
    StatementEnd(StatementEnd),
    /// Something that does not add up, or is not as the standard says; the rest goes on.
    Finding(Finding),
    /// A piece that cannot be booked; the rest goes on.
    Quarantined(Quarantined),
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageType {
    /// Bank to customer account report: intraday, provisional.
    #[serde(rename = "camt.052")]
    Camt052,
    /// Bank to customer statement: the bank's word on a period.
    #[serde(rename = "camt.053")]
    Camt053,
    /// Bank to customer debit credit notification.
    #[serde(rename = "camt.054")]
    Camt054,
    /// SWIFT customer statement message.
    #[serde(rename = "MT940")]
    Mt940,
    /// SWIFT interim transaction report.
    #[serde(rename = "MT942")]
    Mt942,
    /// Open Financial Exchange: bank and card statements as programs for home bookkeeping read them.
    #[serde(rename = "OFX")]
    Ofx,
    /// A bank's own table of entries, read through a mapping, that is complete for its days.
    #[serde(rename = "CSV")]
    Csv,
    /// The same, of single movements: the next file may have some of them again.
    #[serde(rename = "CSV movements")]
    CsvMovements,
}

/// What a statement-like thing means for the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatementKind {
    /// Complete for its period, with the bank's opening and closing balance: camt.053, MT940.
    Statement,
    /// A report within the day, replaced by the statement: camt.052, MT942.
    Intraday,
    /// Single entries told as they happen: camt.054.
    Notification,
}

impl MessageType {
    /// What a statement of this message means.
    #[must_use]
    pub const fn kind(self) -> StatementKind {
        match self {
            Self::Camt053 | Self::Mt940 | Self::Ofx | Self::Csv => StatementKind::Statement,
            Self::Camt052 | Self::Mt942 => StatementKind::Intraday,
            Self::Camt054 | Self::CsvMovements => StatementKind::Notification,
        }
    }

    /// As the standards write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Camt052 => "camt.052",
            Self::Camt053 => "camt.053",
            Self::Camt054 => "camt.054",
            Self::Mt940 => "MT940",
            Self::Mt942 => "MT942",
            Self::Ofx => "OFX",
            Self::Csv => "CSV",
            Self::CsvMovements => "CSV movements",
        }
    }
}

/// The message as a whole. camt: `GrpHdr`. MT: there is no more than its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The message type.
    pub message_type: MessageType,
    /// The full version as the file has it, `camt.053.001.08`, or the type where it has none.
    pub version: String,
    /// `GrpHdr/MsgId`; MT: none.
    pub message_id: Option<String>,
    /// `GrpHdr/CreDtTm`; a local time without offset is taken as UTC.
    pub created_at: Option<Timestamp>,
    /// `MsgPgntn/PgNb`.
    pub page: Option<u32>,
    /// `MsgPgntn/LastPgInd`.
    pub last_page: Option<bool>,
    /// In a ZIP, the member's name.
    pub member: Option<String>,
}

/// An account as the sender names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccountRef {
    /// IBAN without spaces, or the other identification as it stands (`10020030/1234567`).
    pub id: String,
    /// `IBAN` when the identification is written as one, else the scheme that the file gives, or `OTHER`.
    pub scheme: String,
    /// `Acct/Ccy`, or the trailing currency of `:25:` only where the format says so.
    pub currency: Option<Currency>,
    /// `Acct/Nm`, or the owner's name.
    pub name: Option<String>,
    /// `Acct/Svcr/FinInstnId/BICFI` (or `BIC`).
    pub bic: Option<String>,
    /// The text as the file has it, where `id` is not that very text: `NL10BUNQ2290325473 EUR`.
    pub stated: Option<String>,
}

/// The beginning of a statement. Everything that stands before its entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatementHead {
    /// camt: `Stmt/Id`, `Rpt/Id`, `Ntfctn/Id`. MT: `:20:`.
    pub reference: Option<String>,
    /// `ElctrncSeqNb`. Digits as the file has them.
    pub electronic_seq: Option<String>,
    /// `LglSeqNb`.
    pub legal_seq: Option<String>,
    /// `:28C:` as it stands, `5/1`; camt: none.
    pub statement_no: Option<String>,
    /// `StmtPgntn/PgNb` (camt 02–14: `StmtPgntn`, `RptPgntn`, `NtfctnPgntn`), or the sequence of `:28C:`.
    pub page: Option<u32>,
    /// `LastPgInd`; MT: closed by `:62F:`.
    pub last_page: Option<bool>,
    /// `CreDtTm`.
    pub created_at: Option<Timestamp>,
    /// `FrToDt/FrDtTm` as a date.
    pub from: Option<Date>,
    /// `FrToDt/ToDtTm` as a date.
    pub to: Option<Date>,
    /// Whose it is; none where the file does not say.
    pub account: Option<AccountRef>,
    /// Balances that stand before the entries (camt: all; MT940: the opening).
    pub balances: Vec<Balance>,
    /// Where it begins in the file: `line 12` or `/Document/BkToCstmrStmt/Stmt[1]`.
    pub place: String,
}

/// A balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// ISO 20022 external code (`OPBD`, `PRCD`, `ITBD`, `CLBD`, `CLAV`, `FWAV`, …), also for MT: `60F` and `60M` are
    /// `OPBD`, `62F` and `62M` are `CLBD`, `64` is `CLAV`, `65` is `FWAV`. A proprietary code stands as it is.
    pub code: String,
    /// `SubTp`; MT: `INTM` for `60M` and `62M`.
    pub subtype: Option<String>,
    /// Signed: debit is below nought.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
    /// The day it is of; none when the file's date is impossible.
    pub date: Option<Date>,
    /// MT: the tag (`60F`, `62M`); camt: none.
    pub tag: Option<String>,
    /// Whether the file says if it is a credit or a debit; where it does not, credit was taken.
    pub direction_stated: bool,
}

/// Whether an entry is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryStatus {
    /// `BOOK`; every entry of MT940.
    Booked,
    /// `PDNG`.
    Pending,
    /// `INFO`: told, not booked.
    Info,
    /// `FUTR`.
    Future,
}

/// One entry on an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place in the statement, from 0.
    pub ordinal: u32,
    /// Signed: a credit is above nought, a debit below. A reversal has the sign of this booking (camt `CdtDbtInd` is
    /// already that; MT `RC` is a debit, `RD` a credit).
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
    /// `RvslInd`, `RC`, `RD`.
    pub reversal: bool,
    /// In the books or not.
    pub status: EntryStatus,
    /// Whether the file says so; where it does not, the message type decided.
    pub status_stated: bool,
    /// Booking date. MT: the entry date with the year of the value date (±1), or the value date where there is none.
    pub booking_date: Option<Date>,
    /// The instant of booking, where the file gives a date and time.
    pub booked_at: Option<Timestamp>,
    /// Value date.
    pub value_date: Option<Date>,
    /// `NtryRef`; MT: the customer's reference, field 7 of `:61:`.
    pub entry_ref: Option<String>,
    /// `AcctSvcrRef`; MT: after `//`.
    pub servicer_ref: Option<String>,
    /// `BkTxCd/Domn`: `PMNT/RCDT/ESCT`.
    pub domain_code: Option<String>,
    /// `BkTxCd/Prtry/Cd`; MT: `NTRF`, and the GVC of a structured `:86:` as `NTRF+166`.
    pub proprietary_code: Option<String>,
    /// `AddtlNtryInf`; MT: the text of `:86:` when it has no structure, or its `?00`.
    pub additional_info: Option<String>,
    /// One for each transaction; MT: one where there is a `:86:` or a reference.
    pub details: Vec<EntryDetail>,
    /// Where it stands in the file.
    pub place: String,
}

/// A transaction behind an entry. All texts as the file has them, trimmed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryDetail {
    /// Signed like the entry, where the file gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// Its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// `Refs/EndToEndId`, `EREF+`. `NOTPROVIDED` is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<String>,
    /// `Refs/InstrId`, `KREF+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction_id: Option<String>,
    /// `Refs/TxId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// `Refs/UETR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uetr: Option<String>,
    /// `Refs/MndtId`, `MREF+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate_id: Option<String>,
    /// The creditor's identifier: `CRED+`, `Cdtr/Id/PrvtId/Othr/Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creditor_id: Option<String>,
    /// `Refs/AcctSvcrRef` of the transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub servicer_ref: Option<String>,
    /// The other side: the debtor of a credit, the creditor of a debit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<String>,
    /// Its account: IBAN or other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_account: Option<String>,
    /// Its bank's BIC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_bic: Option<String>,
    /// `RltdPties/UltmtDbtr/Nm`, `ABWA+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ultimate_debtor: Option<String>,
    /// `RltdPties/UltmtCdtr/Nm`, `ABWE+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ultimate_creditor: Option<String>,
    /// `RmtInf/Ustrd`, each; MT: the joined purpose lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remittance: Vec<String>,
    /// `RmtInf/Strd/CdtrRefInf/Ref`, each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creditor_references: Vec<String>,
    /// `Purp/Cd` or `Prtry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// `RtrInf/Rsn/Cd` or its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_reason: Option<String>,
    /// The amount in another currency as instructed, `100 USD`, and the rate, `1.0921`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// `Chrgs`, in words of the file: `2.5 EUR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charges: Option<String>,
}

/// The end of a statement, with what its entries add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatementEnd {
    /// Balances that stand behind the entries (MT940: `62F`, `62M`, `64`, `65`).
    pub balances: Vec<Balance>,
    /// Opening of the statement: `OPBD`, else `PRCD`, not of an intermediate page where a final one is there.
    pub opening: Option<Balance>,
    /// Closing of the statement: `CLBD`.
    pub closing: Option<Balance>,
    /// Entries, of every status.
    pub entry_count: u64,
    /// Those that the file calls a credit; one of nought too, whose sign does not tell.
    pub credit_count: u64,
    /// Those that it calls a debit.
    pub debit_count: u64,
    /// Sum of booked credits in the account's currency, not below nought.
    pub sum_credit: Decimal,
    /// Sum of booked debits in the account's currency, not below nought.
    pub sum_debit: Decimal,
    /// Opening plus booked entries against closing.
    pub balance_check: Check,
    /// `TxsSummry` against the entries.
    pub summary_check: Check,
    /// Entries whose servicer reference an earlier entry of the statement has.
    pub duplicate_refs: u64,
    /// Entries that were kept aside.
    pub quarantined: u64,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Check {
    /// It holds.
    #[serde(rename = "ok")]
    Ok,
    /// It does not.
    #[serde(rename = "mismatch")]
    Mismatch,
    /// There is nothing to check against.
    #[default]
    #[serde(rename = "n/a")]
    NotApplicable,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the file is still accepted.
    Info,
    /// Must be shown; the file is imported with a warning.
    Warn,
    /// Something could not be imported.
    Error,
}

/// What was checked. The names are stored and shown, so they do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Opening plus entries is not the closing balance.
    BalanceMismatch,
    /// A page's opening is not the page before's closing, or a page is missing.
    PageChain,
    /// Statement numbers leave one out.
    SequenceGap,
    /// An opening that is not the statement before's closing.
    ContinuityBreak,
    /// `TxsSummry` does not fit the entries.
    SummaryMismatch,
    /// `NbOfTxs`, `Btch` totals or `TtlAmt` do not fit the details.
    ControlTotal,
    /// The same bytes, message or statement again.
    DuplicateDocument,
    /// The same servicer reference twice in one statement.
    DuplicateEntry,
    /// A date that is not in the calendar, or missing where it must be.
    InvalidDate,
    /// An IBAN or other identifier that does not check.
    InvalidIdentifier,
    /// Not as the standard's schema has it: missing, unknown, too long, in the wrong place.
    SchemaDeviation,
    /// A code that the standard does not know.
    UnknownCode,
    /// More than one currency where one is due.
    MixedCurrency,
    /// An amount finer than the currency's smallest unit.
    TooFine,
    /// An account that belongs to no customer.
    UnmappedCustomer,
    /// The sender answers for a piece with an error of its own.
    SenderError,
    /// The sender answered with an error instead of data.
    StatusReply,
    /// Quantity times price is not the value that is stated, or gross, fees and taxes are not the net.
    ValueMismatch,
    /// A position or transaction of an instrument that the file does not describe.
    UnknownInstrument,
    /// A price or rate that is far from the one before.
    PriceJump,
    /// No price where one is due.
    MissingPrice,
    /// Not in the order of time.
    OutOfOrder,
    /// Steps that are not in the order of their times, or one that may not follow another.
    EventOrder,
    /// A reference to something that is not there.
    UnresolvedReference,
}

/// Something to tell the operator. The customer sees at most that a statement is incomplete.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What was checked.
    pub check: CheckKind,
    /// How grave.
    pub severity: Severity,
    /// File place: `line 12` or a path.
    pub place: String,
    /// What should have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// One sentence in English, for the operator.
    pub message: String,
}

/// A piece that is kept aside: it may not be booked until somebody has looked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quarantined {
    /// Where it stands.
    pub place: String,
    /// Why, one sentence in English.
    pub reason: String,
    /// The piece as it is in the file, at most 4 KiB.
    pub raw: String,
}
