//! Writes a bank statement as OFX: 2.0.3 (XML) or 1.0.3 (SGML), for the programs that people do their books with.

use super::{
    Statement,
    markup::{Markup, cut, utc},
};
use crate::record::{Balance, Entry};
use guichet_types::{Date, Timestamp};
use std::io::{self, Write};

/// Which OFX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// OFX 2.0.3, XML in UTF-8.
    Xml,
    /// OFX 1.0.3, SGML in Windows-1252: texts have no end tags.
    Sgml,
}

/// Writes one account's transactions.
pub struct Writer<W> {
    markup: Markup<W>,
    ledger: Option<Balance>,
    created_at: Timestamp,
}

impl<W: Write> Writer<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W, form: Form, created_at: Timestamp, statement: &Statement) -> io::Result<Self> {
        let mut markup = Markup { out, closed: form == Form::Xml, narrow: form == Form::Sgml };
        markup.out.write_all(match form {
            Form::Xml => {
                b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"203\" SECURITY=\"NONE\" OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?>\n"
            }
            Form::Sgml => {
                b"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:103\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\nCOMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
            }
        })?;
        let m = &mut markup;
        for tag in ["OFX", "SIGNONMSGSRSV1", "SONRS"] {
            m.open(tag)?;
        }
        status(m)?;
        m.leaf("DTSERVER", &instant(created_at))?;
        m.leaf("LANGUAGE", "ENG")?;
        m.close("SONRS")?;
        m.close("SIGNONMSGSRSV1")?;
        m.open("BANKMSGSRSV1")?;
        m.open("STMTTRNRS")?;
        m.leaf("TRNUID", "0")?;
        status(m)?;
        m.open("STMTRS")?;
        m.leaf("CURDEF", statement.currency.as_str())?;
        m.open("BANKACCTFROM")?;
        m.leaf("BANKID", cut(statement.account.bic.as_deref().filter(|bic| !bic.is_empty()).unwrap_or("0"), 9))?;
        m.leaf("ACCTID", cut(&statement.account.id, 22))?;
        m.leaf("ACCTTYPE", "CHECKING")?;
        m.close("BANKACCTFROM")?;
        m.open("BANKTRANLIST")?;
        let today = utc(created_at).0;
        m.leaf("DTSTART", &day(statement.from.unwrap_or(today)))?;
        m.leaf("DTEND", &day(statement.to.unwrap_or(today)))?;
        let closing =
            statement.balances.iter().rev().find(|balance| balance.code == "CLBD").or(statement.balances.last());
        Ok(Self { markup, ledger: closing.cloned(), created_at })
    }

    /// Writes a transaction.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        let m = &mut self.markup;
        let detail = entry.details.first();
        let date = entry.booking_date.or(entry.value_date).unwrap_or_else(|| utc(self.created_at).0);
        m.line()?;
        m.open("STMTTRN")?;
        m.leaf("TRNTYPE", if entry.amount.is_negative() { "DEBIT" } else { "CREDIT" })?;
        m.leaf("DTPOSTED", &day(date))?;
        if let Some(value) = entry.value_date {
            m.leaf("DTAVAIL", &day(value))?;
        }
        m.leaf("TRNAMT", &entry.amount.to_string())?;
        // A program knows a transaction again by this, so it must be the same in every download.
        let own = || format!("{}-{}", day(date), entry.ordinal);
        m.leaf("FITID", cut(&entry.servicer_ref.clone().or_else(|| entry.entry_ref.clone()).unwrap_or_else(own), 255))?;
        m.short("NAME", detail.and_then(|detail| detail.counterparty.as_deref()), 32)?;
        let memo = detail.map_or_else(String::new, |detail| detail.remittance.join(" "));
        let memo = if memo.is_empty() { entry.additional_info.clone().unwrap_or_default() } else { memo };
        m.leaf("MEMO", cut(&memo, 255))?;
        m.close("STMTTRN")
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> io::Result<W> {
        let m = &mut self.markup;
        m.line()?;
        m.close("BANKTRANLIST")?;
        if let Some(balance) = &self.ledger {
            m.open("LEDGERBAL")?;
            m.leaf("BALAMT", &balance.amount.to_string())?;
            m.leaf("DTASOF", &day(balance.date.unwrap_or_else(|| utc(self.created_at).0)))?;
            m.close("LEDGERBAL")?;
        }
        for tag in ["STMTRS", "STMTTRNRS", "BANKMSGSRSV1", "OFX"] {
            m.close(tag)?;
        }
        m.line()?;
        m.out.flush()?;
        Ok(self.markup.out)
    }
}

fn status<W: Write>(m: &mut Markup<W>) -> io::Result<()> {
    m.open("STATUS")?;
    m.leaf("CODE", "0")?;
    m.leaf("SEVERITY", "INFO")?;
    m.close("STATUS")
}

fn day(date: Date) -> String {
    date.to_string().replace('-', "")
}

fn instant(at: Timestamp) -> String {
    let (date, hour, minute, second, _) = utc(at);
    format!("{}{hour:02}{minute:02}{second:02}", day(date))
}
