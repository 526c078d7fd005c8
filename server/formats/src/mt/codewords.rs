//! Code words in a text: the SEPA words of German banks (`EREF+`), and the slashed words of Dutch and other banks (`/EREF/`).

use crate::record::EntryDetail;

/// SEPA words that stand in the purpose lines, each with `+` behind it.
const PLUS: [&str; 14] =
    ["EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "IBAN", "BIC", "OAMT", "COAM", "PURP", "RCUR"];

/// Slashed words. `ORDP` and `BENM` are the ordering party and the beneficiary; a name and an account follow them.
const SLASHED: [&str; 24] = [
    "TRTP", "IBAN", "BIC", "NAME", "REMI", "EREF", "MARF", "CSID", "ORDP", "BENM", "CNTP", "PURP", "ISDT", "PREF",
    "RTRN", "ULTB", "ULTD", "ULTC", "UCRD", "SVCL", "PTYP", "ADDR", "TRCD", "ID",
];

/// Takes the SEPA words out of joined purpose lines; gives the text that has no word before it. False when there is none.
pub(super) fn plus(text: &str, detail: &mut EntryDetail) -> bool {
    let mut marks: Vec<(usize, &str)> = Vec::new();
    for (at, _) in text.match_indices('+') {
        if let Some(word) = PLUS.iter().find(|word| text[..at].ends_with(**word)) {
            marks.push((at - word.len(), word));
        }
    }
    if marks.is_empty() {
        return false;
    }
    let free = text[..marks[0].0].trim();
    let mut purpose = vec![free.to_owned()];
    for (index, (at, word)) in marks.iter().enumerate() {
        let end = marks.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let value = text[at + word.len() + 1..end].trim();
        set(word, value, detail, &mut purpose);
    }
    detail.remittance.extend(purpose.into_iter().filter(|text| !text.is_empty()));
    true
}

/// Takes the slashed words out of a text. False when it does not begin with one.
pub(super) fn slashed(text: &str, detail: &mut EntryDetail) -> bool {
    let mut marks: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('/') {
        let start = at + found;
        let word = SLASHED
            .iter()
            .find(|word| text[start + 1..].strip_prefix(**word).is_some_and(|rest| rest.starts_with('/')));
        match word {
            Some(word) => {
                marks.push((start, word));
                at = start + 1 + word.len();
            }
            None => at = start + 1,
        }
    }
    if marks.first().is_none_or(|(at, _)| !text[..*at].trim().is_empty()) {
        return false;
    }
    let mut purpose = Vec::new();
    for (index, (at, word)) in marks.iter().enumerate() {
        let end = marks.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let value = text.get(at + word.len() + 2..end).unwrap_or_default().trim().trim_end_matches('/');
        if *word == "CNTP" {
            let mut parts = value.split('/').map(str::trim).map(|part| (!part.is_empty()).then(|| part.to_owned()));
            detail.counterparty_account = parts.next().flatten();
            detail.counterparty_bic = parts.next().flatten();
            detail.counterparty = parts.next().flatten();
        } else {
            set(word, value, detail, &mut purpose);
        }
    }
    detail.remittance.extend(purpose.into_iter().filter(|text| !text.is_empty()));
    true
}

/// Puts the value of a word where it belongs.
fn set(word: &str, value: &str, detail: &mut EntryDetail, purpose: &mut Vec<String>) {
    let said = || (!value.is_empty() && value != "NOTPROVIDED").then(|| value.to_owned());
    match word {
        "EREF" => detail.end_to_end_id = said(),
        "KREF" | "PREF" => detail.instruction_id = said(),
        "MREF" | "MARF" => detail.mandate_id = said(),
        "CRED" | "CSID" => detail.creditor_id = said(),
        "ABWA" | "ULTD" => detail.ultimate_debtor = said(),
        "ABWE" | "ULTC" | "ULTB" | "UCRD" => detail.ultimate_creditor = said(),
        "IBAN" => detail.counterparty_account = said(),
        "BIC" => detail.counterparty_bic = said(),
        "NAME" => detail.counterparty = detail.counterparty.take().or_else(said),
        "PURP" => detail.purpose = said(),
        "RTRN" => detail.return_reason = said(),
        "SVWZ" => purpose.push(value.to_owned()),
        "REMI" => purpose.push(remittance(value, detail)),
        _ => {}
    }
}

/// `USTD//text`, `STRD/CUR/reference`, or the text itself.
fn remittance(value: &str, detail: &mut EntryDetail) -> String {
    if let Some(text) = value.strip_prefix("USTD/") {
        return text.trim_start_matches('/').trim().to_owned();
    }
    if let Some(structured) = value.strip_prefix("STRD/") {
        let reference = structured.rsplit('/').find(|part| !part.trim().is_empty()).unwrap_or_default().trim();
        detail.creditor_references.push(reference.to_owned());
        return String::new();
    }
    value.to_owned()
}
