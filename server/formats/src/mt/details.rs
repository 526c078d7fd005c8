//! `:86:`, the information to the account owner, in its dialects.

use super::codewords;
use crate::record::EntryDetail;

/// What a `:86:` says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Details {
    pub detail: EntryDetail,
    /// The business transaction code of the German banks.
    pub gvc: Option<String>,
    /// The posting text, or the whole when it has no structure.
    pub info: Option<String>,
}

/// Takes a `:86:` apart; `detail` may hold what `:61:` said already.
pub(super) fn parse(lines: &[String], detail: EntryDetail) -> Details {
    let mut details = Details { detail, ..Details::default() };
    // Banks cut the text at a fixed column, in the middle of a word.
    let joined: String = lines.iter().map(|line| line.trim_end_matches(['\r', '\n'])).collect();
    let text = joined.trim_start();
    if let Some((gvc, mark)) = structured(text) {
        details.gvc = Some(gvc.to_owned());
        subfields(&text[3..], mark, &mut details);
        return details;
    }
    let spaced = words(lines);
    if codewords::slashed(joined.trim(), &mut details.detail) {
        details.info = Some(spaced);
    } else if !spaced.is_empty() {
        details.detail.remittance.push(spaced.clone());
        details.info = Some(spaced);
    }
    details
}

/// Three digits and a mark that comes again with two digits behind it: `166?00…?20…`, `000>10…>20…`.
fn structured(text: &str) -> Option<(&str, char)> {
    let gvc = text.get(..3).filter(|gvc| gvc.bytes().all(|b| b.is_ascii_digit()))?;
    let rest = &text[3..];
    let mark = rest.chars().next().filter(|c| matches!(c, '?' | '>' | '~' | '^' | '@' | '+' | '\''))?;
    let number = rest.get(mark.len_utf8()..mark.len_utf8() + 2)?;
    number.bytes().all(|b| b.is_ascii_digit()).then_some((gvc, mark))
}

/// The lines with a space between them where the bank did not cut.
fn words(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let full = text.lines().last().is_some() && lines.first().is_some_and(|first| first.chars().count() >= 65);
        if !text.is_empty() && !full {
            text.push(' ');
        }
        text.push_str(line.trim_end());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The numbered subfields of the German banks.
fn subfields(text: &str, mark: char, details: &mut Details) {
    let mut purpose = String::new();
    let (mut name, mut account, mut iban) = (String::new(), None, None);
    for part in split(text, mark) {
        let Some((number, value)) = part.split_at_checked(2) else { continue };
        let said = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match number {
            "00" => details.info = said(),
            "20" | "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "29" | "60" | "61" | "62" | "63" => {
                purpose.push_str(value)
            }
            "30" => details.detail.counterparty_bic = said(),
            "31" => account = said(),
            "32" | "33" => name.push_str(value),
            "38" => iban = said(),
            _ => {}
        }
    }
    details.detail.counterparty = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    details.detail.counterparty_account = iban.or(account);
    if !codewords::plus(&purpose, &mut details.detail) && !purpose.trim().is_empty() {
        details.detail.remittance.push(purpose.trim().to_owned());
    }
}

/// Parts that begin with the mark and two digits; a mark without them is text.
fn split(text: &str, mark: char) -> Vec<&str> {
    let starts: Vec<usize> = text
        .match_indices(mark)
        .map(|(at, found)| at + found.len())
        .filter(|&at| text.as_bytes().get(at..at + 2).is_some_and(|two| two.iter().all(u8::is_ascii_digit)))
        .collect();
    let ends = starts.iter().skip(1).map(|next| next - mark.len_utf8()).chain([text.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &text[start..end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Details {
        parse(&text.split('\n').map(str::to_owned).collect::<Vec<_>>(), EntryDetail::default())
    }

    #[test]
    fn the_german_subfields_are_put_together_over_line_ends() {
        let details = read(
            "109?00SEPA-LASTSCHR. RETOURE CORE?109075/629?20EREF+A1.200080779.\n400143254?21.4961336 KREF+SEPA-DA202006?2201221740-34972000-P1 MR\nEF+2?230852HW2723821 CRED+DE41EON0?240000129793 OAMT+11,85 SVWZ+?\n25SONSTIGE GRUENDE ENDABRECHN?26UNG?30CSDBDE71XXX?31DE50712345600\n200691329?32TESTER?33EL",
        );
        assert_eq!(details.gvc.as_deref(), Some("109"));
        assert_eq!(details.info.as_deref(), Some("SEPA-LASTSCHR. RETOURE CORE"));
        assert_eq!(details.detail.end_to_end_id.as_deref(), Some("A1.200080779.400143254.4961336"));
        assert_eq!(details.detail.mandate_id.as_deref(), Some("20852HW2723821"));
        assert_eq!(details.detail.creditor_id.as_deref(), Some("DE41EON00000129793"));
        assert_eq!(details.detail.remittance, ["SONSTIGE GRUENDE ENDABRECHNUNG"]);
        assert_eq!(details.detail.counterparty_account.as_deref(), Some("DE50712345600200691329"));
        assert_eq!(details.detail.counterparty.as_deref(), Some("TESTEREL"));
    }

    #[test]
    fn the_dutch_words_are_found_between_slashes() {
        let details = read(
            "/TRTP/IDEAL/IBAN/NL73ANDL0123456789/BIC/ANDLNL20/NAME/NAAMXXX\n 1/REMI/Dit zijn de omschrijvingsregels/EREF/INNDNL2U200001001348\n24001/ORDP//ID/12345",
        );
        assert_eq!(details.detail.counterparty_account.as_deref(), Some("NL73ANDL0123456789"));
        assert_eq!(details.detail.counterparty.as_deref(), Some("NAAMXXX 1"));
        assert_eq!(details.detail.end_to_end_id.as_deref(), Some("INNDNL2U20000100134824001"));
        assert_eq!(details.detail.remittance, ["Dit zijn de omschrijvingsregels"]);
        let details = read("/EREF/1/CNTP/NL47INGB9999999999/INGBNL2A/J. JANSEN/UTRECHT/REMI/USTD//Factuur 1/");
        assert_eq!(details.detail.counterparty.as_deref(), Some("J. JANSEN"));
        assert_eq!(details.detail.remittance, ["Factuur 1"]);
    }

    #[test]
    fn a_text_without_structure_stays_a_text() {
        let details = read("GIRO   428428 KPN\nBETREFT FACTUUR");
        assert_eq!(details.info.as_deref(), Some("GIRO 428428 KPN BETREFT FACTUUR"));
        assert_eq!(details.detail.remittance, ["GIRO 428428 KPN BETREFT FACTUUR"]);
    }
}
