//! A transaction behind an entry.

use super::{
    super::markup::{Markup, cut},
    account_id, bank, direction, is_bic, is_uetr, number,
};
use crate::record::EntryDetail;
use guichet_types::Decimal;
use std::io::{self, Write};

/// `Cd` for a short code, else `Prtry`.
fn code_or_text<W: Write>(m: &mut Markup<W>, names: &[&str], text: Option<&str>) -> io::Result<()> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(()) };
    names.iter().try_for_each(|name| m.open(name))?;
    m.leaf(if text.chars().count() <= 4 { "Cd" } else { "Prtry" }, cut(text, 35))?;
    names.iter().rev().try_for_each(|name| m.close(name))
}

pub(super) fn transaction<W: Write>(m: &mut Markup<W>, detail: &EntryDetail, entry_credit: bool) -> io::Result<()> {
    let credit = detail
        .amount
        .map_or(entry_credit, |amount| if amount.is_zero() { entry_credit } else { !amount.is_negative() });
    m.open("TxDtls")?;
    let refs = [
        ("AcctSvcrRef", &detail.servicer_ref),
        ("InstrId", &detail.instruction_id),
        ("EndToEndId", &detail.end_to_end_id),
        ("UETR", &detail.uetr),
        ("TxId", &detail.transaction_id),
        ("MndtId", &detail.mandate_id),
    ];
    if refs.iter().any(|(_, text)| text.is_some()) {
        m.open("Refs")?;
        for (name, text) in refs {
            if name != "UETR" || text.as_deref().is_some_and(is_uetr) {
                m.short(name, text.as_deref(), if name == "UETR" { 36 } else { 35 })?;
            }
        }
        m.close("Refs")?;
    }
    if let (Some(amount), Some(currency)) = (detail.amount, detail.currency) {
        m.amount("Amt", &number(amount)?, currency.as_str())?;
        m.leaf("CdtDbtInd", direction(credit))?;
    }
    exchange(m, detail.exchange.as_deref())?;
    if let Some((amount, currency)) = detail.charges.as_deref().and_then(money) {
        m.open("Chrgs")?;
        m.amount("TtlChrgsAndTaxAmt", &amount, currency)?;
        m.close("Chrgs")?;
    }
    parties(m, detail, credit)?;
    code_or_text(m, &["Purp"], detail.purpose.as_deref())?;
    if !detail.remittance.is_empty() || !detail.creditor_references.is_empty() {
        m.open("RmtInf")?;
        for text in &detail.remittance {
            let mut rest = text.trim();
            while !rest.is_empty() {
                let piece = cut(rest, 140);
                m.leaf("Ustrd", piece)?;
                rest = &rest[piece.len()..];
            }
        }
        for reference in detail.creditor_references.iter().filter(|reference| !reference.trim().is_empty()) {
            m.open("Strd")?;
            m.open("CdtrRefInf")?;
            m.short("Ref", Some(reference), 35)?;
            m.close("CdtrRefInf")?;
            m.close("Strd")?;
        }
        m.close("RmtInf")?;
    }
    code_or_text(m, &["RtrInf", "Rsn"], detail.return_reason.as_deref())?;
    m.close("TxDtls")
}

/// `100 USD` as amount and currency, where it is that.
fn money(text: &str) -> Option<(String, &str)> {
    let (amount, currency) = text.split_once(' ')?;
    currency.parse::<guichet_types::Currency>().ok()?;
    Some((number(amount.parse().ok().filter(|amount: &Decimal| !amount.is_negative())?).ok()?, currency))
}

/// `100 USD, 1.0921` as instructed amount and rate, where it is that.
fn exchange<W: Write>(m: &mut Markup<W>, text: Option<&str>) -> io::Result<()> {
    let Some(text) = text else { return Ok(()) };
    let (amount, rate) = text.split_once(", ").map_or((text, None), |(amount, rate)| (amount, Some(rate)));
    let Some((amount, currency)) = money(amount) else { return Ok(()) };
    m.open("AmtDtls")?;
    m.open("InstdAmt")?;
    m.amount("Amt", &amount, currency)?;
    if let Some(rate) = rate
        .filter(|rate| rate.parse::<Decimal>().is_ok_and(|rate| !rate.is_negative() && rate.to_string().len() <= 11))
    {
        m.open("CcyXchg")?;
        m.leaf("SrcCcy", currency)?;
        m.leaf("XchgRate", rate)?;
        m.close("CcyXchg")?;
    }
    m.close("InstdAmt")?;
    m.close("AmtDtls")
}

fn party<W: Write>(m: &mut Markup<W>, name: &str, text: Option<&str>, id: Option<&str>) -> io::Result<()> {
    if text.is_none() && id.is_none() {
        return Ok(());
    }
    m.open(name)?;
    m.open("Pty")?;
    m.short("Nm", text, 140)?;
    if let Some(id) = id {
        for tag in ["Id", "PrvtId", "Othr"] {
            m.open(tag)?;
        }
        m.short("Id", Some(id), 35)?;
        for tag in ["Othr", "PrvtId", "Id"] {
            m.close(tag)?;
        }
    }
    m.close("Pty")?;
    m.close(name)
}

fn parties<W: Write>(m: &mut Markup<W>, detail: &EntryDetail, credit: bool) -> io::Result<()> {
    let some =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, account, id) =
        (some(&detail.counterparty), some(&detail.counterparty_account), some(&detail.creditor_id).filter(|_| !credit));
    let (debtor, creditor) = (some(&detail.ultimate_debtor), some(&detail.ultimate_creditor));
    if [&name, &account, &id, &debtor, &creditor].iter().any(|text| text.is_some()) {
        m.open("RltdPties")?;
        if credit {
            party(m, "Dbtr", name.as_deref(), None)?;
            other_account(m, "DbtrAcct", account.as_deref())?;
        }
        party(m, "UltmtDbtr", debtor.as_deref(), None)?;
        if !credit {
            party(m, "Cdtr", name.as_deref(), id.as_deref())?;
            other_account(m, "CdtrAcct", account.as_deref())?;
        }
        party(m, "UltmtCdtr", creditor.as_deref(), None)?;
        m.close("RltdPties")?;
    }
    if let Some(bic) = detail.counterparty_bic.as_deref().filter(|bic| is_bic(bic)) {
        let agent = if credit { "DbtrAgt" } else { "CdtrAgt" };
        m.open("RltdAgts")?;
        m.open(agent)?;
        bank(m, bic)?;
        m.close(agent)?;
        m.close("RltdAgts")?;
    }
    Ok(())
}

fn other_account<W: Write>(m: &mut Markup<W>, name: &str, account: Option<&str>) -> io::Result<()> {
    let Some(account) = account else { return Ok(()) };
    m.open(name)?;
    account_id(m, account, None)?;
    m.close(name)
}
