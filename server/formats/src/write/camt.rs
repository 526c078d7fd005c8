//! Writes camt.052, camt.053 and camt.054 in version 001.08, valid against the schemas of ISO 20022.

mod transaction;

use super::{
    Message, Statement,
    markup::{Markup, cut, utc},
};
use crate::record::{Balance, Entry, EntryStatus, MessageType};
use guichet_types::{Date, Decimal, Iban, IbanError, Timestamp};
use std::io::{self, Write};

/// Digits behind the point that the standard allows.
const FRACTION: u8 = 5;

/// Writes one message with any number of statements.
pub struct Writer<W> {
    markup: Markup<W>,
    /// The body's element and the statement's.
    names: (&'static str, &'static str),
    message_type: MessageType,
    open: bool,
}

impl<W: Write> Writer<W> {
    /// Begins the message.
    ///
    /// # Errors
    /// When the message is not a camt, or `out` fails.
    pub fn new(out: W, message: &Message) -> io::Result<Self> {
        let (version, names) = match message.message_type {
            MessageType::Camt052 => ("camt.052.001.08", ("BkToCstmrAcctRpt", "Rpt")),
            MessageType::Camt053 => ("camt.053.001.08", ("BkToCstmrStmt", "Stmt")),
            MessageType::Camt054 => ("camt.054.001.08", ("BkToCstmrDbtCdtNtfctn", "Ntfctn")),
            MessageType::Mt940
            | MessageType::Mt942
            | MessageType::Ofx
            | MessageType::Csv
            | MessageType::CsvMovements => {
                return Err(invalid("not a message of ISO 20022"));
            }
        };
        let mut markup = Markup { out, closed: true, narrow: false };
        write!(
            markup.out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{version}\">"
        )?;
        markup.open(names.0)?;
        markup.open("GrpHdr")?;
        markup.leaf("MsgId", identifier(&message.message_id)?)?;
        markup.leaf("CreDtTm", &instant(message.created_at))?;
        markup.close("GrpHdr")?;
        Ok(Self { markup, names, message_type: message.message_type, open: false })
    }

    /// Begins a statement, and ends the one before.
    ///
    /// # Errors
    /// When a camt.053 has no balance, an identifier is empty, or `out` fails.
    pub fn statement(&mut self, statement: &Statement) -> io::Result<()> {
        self.end_statement()?;
        if self.message_type == MessageType::Camt053 && statement.balances.is_empty() {
            return Err(invalid("a statement without a balance"));
        }
        self.open = true;
        let m = &mut self.markup;
        m.line()?;
        m.open(self.names.1)?;
        m.leaf("Id", identifier(&statement.reference)?)?;
        if let Some(number) = statement.electronic_seq {
            m.leaf("ElctrncSeqNb", &number.to_string())?;
        }
        m.leaf("CreDtTm", &instant(statement.created_at))?;
        if let (Some(from), Some(to)) = (statement.from, statement.to) {
            m.open("FrToDt")?;
            m.leaf("FrDtTm", &format!("{from}T00:00:00"))?;
            m.leaf("ToDtTm", &format!("{to}T23:59:59"))?;
            m.close("FrToDt")?;
        }
        m.open("Acct")?;
        account_id(m, identifier(&statement.account.id)?, Some(&statement.account.scheme))?;
        m.leaf("Ccy", statement.currency.as_str())?;
        m.short("Nm", statement.account.name.as_deref(), 70)?;
        if let Some(bic) = statement.account.bic.as_deref().filter(|bic| is_bic(bic)) {
            m.open("Svcr")?;
            bank(m, bic)?;
            m.close("Svcr")?;
        }
        m.close("Acct")?;
        if self.message_type != MessageType::Camt054 {
            statement.balances.iter().try_for_each(|balance| write_balance(m, balance))?;
        }
        Ok(())
    }

    /// Writes an entry of the statement.
    ///
    /// # Errors
    /// When no statement was begun, the amount is finer than the standard allows, or `out` fails.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        if !self.open {
            return Err(invalid("an entry before its statement"));
        }
        let m = &mut self.markup;
        let credit = !entry.amount.is_negative();
        m.line()?;
        m.open("Ntry")?;
        m.short("NtryRef", entry.entry_ref.as_deref(), 35)?;
        m.amount("Amt", &number(entry.amount)?, entry.currency.as_str())?;
        m.leaf("CdtDbtInd", direction(credit))?;
        if entry.reversal {
            m.leaf("RvslInd", "true")?;
        }
        m.open("Sts")?;
        m.leaf("Cd", status(entry.status))?;
        m.close("Sts")?;
        day(m, "BookgDt", entry.booking_date, entry.booked_at)?;
        day(m, "ValDt", entry.value_date, None)?;
        m.short("AcctSvcrRef", entry.servicer_ref.as_deref(), 35)?;
        code(m, entry)?;
        if !entry.details.is_empty() {
            m.open("NtryDtls")?;
            entry.details.iter().try_for_each(|detail| transaction::transaction(m, detail, credit))?;
            m.close("NtryDtls")?;
        }
        m.short("AddtlNtryInf", entry.additional_info.as_deref(), 500)?;
        m.close("Ntry")
    }

    fn end_statement(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.open) { self.markup.close(self.names.1) } else { Ok(()) }
    }

    /// Ends the message and gives the output back.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_statement()?;
        self.markup.close(self.names.0)?;
        self.markup.close("Document")?;
        self.markup.line()?;
        self.markup.out.flush()?;
        Ok(self.markup.out)
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// At most 35 letters, and not none.
fn identifier(text: &str) -> io::Result<&str> {
    let text = cut(text.trim(), 35);
    if text.is_empty() { Err(invalid("an identifier is empty")) } else { Ok(text) }
}

fn direction(credit: bool) -> &'static str {
    if credit { "CRDT" } else { "DBIT" }
}

fn status(status: EntryStatus) -> &'static str {
    match status {
        EntryStatus::Booked => "BOOK",
        EntryStatus::Pending => "PDNG",
        EntryStatus::Info => "INFO",
        EntryStatus::Future => "FUTR",
    }
}

/// Without sign. Nothing is rounded.
fn number(amount: Decimal) -> io::Result<String> {
    if amount.scale() > FRACTION {
        return Err(invalid("an amount is finer than the standard allows"));
    }
    Ok(amount.abs().to_string())
}

/// In UTC.
fn instant(at: Timestamp) -> String {
    let (date, hour, minute, second, milli) = utc(at);
    if milli == 0 {
        format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
    } else {
        format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

/// A day, or the instant in a zone where it is that day.
fn day<W: Write>(m: &mut Markup<W>, name: &str, date: Option<Date>, at: Option<Timestamp>) -> io::Result<()> {
    let Some(date) = date else { return Ok(()) };
    let hours = at.and_then(|at| {
        [0, 1, -1, 2, -2]
            .into_iter()
            .chain(3..14)
            .chain(-13..-2)
            .find(|hours| utc(at.plus_seconds(hours * 3_600)).0 == date)
    });
    m.open(name)?;
    match (at, hours) {
        (Some(at), Some(0)) => m.leaf("DtTm", &instant(at))?,
        (Some(at), Some(hours)) => {
            let sign = if hours < 0 { '-' } else { '+' };
            let local = instant(at.plus_seconds(hours * 3_600));
            m.leaf("DtTm", &format!("{}{sign}{:02}:00", local.trim_end_matches('Z'), hours.abs()))?;
        }
        _ => m.leaf("Dt", &date.to_string())?,
    }
    m.close(name)
}

fn write_balance<W: Write>(m: &mut Markup<W>, balance: &Balance) -> io::Result<()> {
    m.open("Bal")?;
    m.open("Tp")?;
    m.open("CdOrPrtry")?;
    m.leaf(if balance.code.len() <= 4 { "Cd" } else { "Prtry" }, identifier(&balance.code)?)?;
    m.close("CdOrPrtry")?;
    if let Some(subtype) = balance.subtype.as_deref().filter(|subtype| !subtype.is_empty()) {
        m.open("SubTp")?;
        m.leaf(if subtype.len() <= 4 { "Cd" } else { "Prtry" }, cut(subtype, 35))?;
        m.close("SubTp")?;
    }
    m.close("Tp")?;
    m.amount("Amt", &number(balance.amount)?, balance.currency.as_str())?;
    m.leaf("CdtDbtInd", direction(!balance.amount.is_negative()))?;
    let date = balance.date.ok_or_else(|| invalid("a balance without a day"))?;
    day(m, "Dt", Some(date), None)?;
    m.close("Bal")
}

fn account_id<W: Write>(m: &mut Markup<W>, id: &str, scheme: Option<&str>) -> io::Result<()> {
    m.open("Id")?;
    // What is written as an IBAN goes as one, even if its check digits do not fit: it is not for the writer to say.
    if matches!(id.parse::<Iban>(), Ok(_) | Err(IbanError::CheckDigits | IbanError::UnknownCountry))
        && !id.contains(' ')
    {
        m.leaf("IBAN", id)?;
    } else {
        m.open("Othr")?;
        m.leaf("Id", cut(id, 34))?;
        if let Some(scheme) = scheme.filter(|scheme| !scheme.is_empty() && !matches!(*scheme, "IBAN" | "OTHER")) {
            m.open("SchmeNm")?;
            m.leaf(if scheme.len() <= 4 { "Cd" } else { "Prtry" }, cut(scheme, 35))?;
            m.close("SchmeNm")?;
        }
        m.close("Othr")?;
    }
    m.close("Id")
}

fn is_bic(text: &str) -> bool {
    let class = |range: std::ops::Range<usize>, test: fn(&u8) -> bool| {
        text.as_bytes().get(range).is_some_and(|part| part.iter().all(test))
    };
    let upper_or_digit: fn(&u8) -> bool = |b| b.is_ascii_uppercase() || b.is_ascii_digit();
    matches!(text.len(), 8 | 11)
        && class(0..4, upper_or_digit)
        && class(4..6, u8::is_ascii_uppercase)
        && class(6..text.len(), upper_or_digit)
}

/// A UUID of version 4 in small letters, as the schema wants it.
fn is_uetr(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() == 36
        && b.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => *byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

fn bank<W: Write>(m: &mut Markup<W>, bic: &str) -> io::Result<()> {
    m.open("FinInstnId")?;
    m.leaf("BICFI", bic)?;
    m.close("FinInstnId")
}

fn code<W: Write>(m: &mut Markup<W>, entry: &Entry) -> io::Result<()> {
    let parts: Vec<&str> = entry.domain_code.as_deref().unwrap_or_default().split('/').collect();
    m.open("BkTxCd")?;
    if let [domain, family, subfamily] = parts[..]
        && parts.iter().all(|part| (1..=4).contains(&part.len()))
    {
        m.open("Domn")?;
        m.leaf("Cd", domain)?;
        m.open("Fmly")?;
        m.leaf("Cd", family)?;
        m.leaf("SubFmlyCd", subfamily)?;
        m.close("Fmly")?;
        m.close("Domn")?;
    }
    if let Some(code) = entry.proprietary_code.as_deref().filter(|code| !code.trim().is_empty()) {
        m.open("Prtry")?;
        m.short("Cd", Some(code), 35)?;
        m.close("Prtry")?;
    }
    m.close("BkTxCd")
}
