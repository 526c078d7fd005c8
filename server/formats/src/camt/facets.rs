//! What a text of the schema may be: length, digits, words, pattern, kind.

use crate::calendar;

/// The facets of a simple type.
#[derive(Debug, Default)]
pub(super) struct Facets {
    length: Option<(usize, usize)>,
    digits: Option<(usize, usize)>,
    not_negative: bool,
    words: Vec<&'static str>,
    pattern: Option<Vec<Piece>>,
    kind: Option<&'static str>,
}

impl Facets {
    /// Reads the facets as `schema/gen.py` writes them.
    pub fn parse(text: &'static str) -> Self {
        let mut facets = Self::default();
        let (before, pattern) =
            text.split_once("pat=").map_or((text, None), |(before, pattern)| (before, Some(pattern)));
        facets.pattern = pattern.map(|pattern| compile(&mut pattern.trim().as_bytes()));
        for word in before.split_whitespace() {
            let Some((name, value)) = word.split_once('=') else { continue };
            let pair = |by: &str| value.split_once(by).and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            match name {
                "kind" => facets.kind = Some(value),
                "len" => facets.length = pair(".."),
                "dec" => facets.digits = pair("."),
                "min" => facets.not_negative = true,
                "enum" => facets.words = value.split('|').collect(),
                _ => {}
            }
        }
        facets
    }

    /// Why the text does not fit, in a few words; none when it does.
    pub fn fault(&self, text: &str) -> Option<String> {
        if let Some((least, most)) = self.length {
            // Bytes first: a text that is short in bytes is short in letters.
            if text.len() < least || (text.len() > most && text.chars().count() > most) {
                return Some(if text.is_empty() { "a text".to_owned() } else { format!("at most {most} letters") });
            }
        }
        if let Some((total, fraction)) = self.digits
            && !decimal_fits(text.trim(), total, fraction, self.not_negative)
        {
            return Some(format!("a number of at most {total} digits, {fraction} of them behind the point"));
        }
        if !self.words.is_empty() && !self.words.contains(&text) {
            return Some(format!("one of {}", self.words.join(", ")));
        }
        if let Some(pattern) = &self.pattern
            && !matches_all(pattern, text.as_bytes())
        {
            return Some("another form".to_owned());
        }
        let text = text.trim();
        let fits = match self.kind {
            Some("date") => calendar::day(text).is_some(),
            Some("dateTime") => calendar::moment(text).is_some(),
            Some("boolean") => matches!(text, "true" | "false" | "1" | "0"),
            Some("gYear") => text.len() >= 4 && text.bytes().take(4).all(|b| b.is_ascii_digit()),
            Some("gYearMonth") => calendar::day(&format!("{}-01", text.get(..7).unwrap_or_default())).is_some(),
            _ => true,
        };
        if fits { None } else { self.kind.map(|kind| format!("a {kind}")) }
    }
}

/// `xs:decimal` with `totalDigits` and `fractionDigits`; zeros that say nothing do not count.
fn decimal_fits(text: &str, total: usize, fraction: usize, not_negative: bool) -> bool {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let point = digits.iter().position(|&b| b == b'.');
    let (whole, behind) = point.map_or((digits, &[][..]), |at| (&digits[..at], &digits[at + 1..]));
    if (whole.is_empty() && behind.is_empty()) || !whole.iter().chain(behind).all(u8::is_ascii_digit) {
        return false;
    }
    let leading = whole.iter().take_while(|&&b| b == b'0').count();
    let trailing = behind.iter().rev().take_while(|&&b| b == b'0').count();
    let (whole, behind) = (whole.len() - leading, behind.len() - trailing);
    whole + behind <= total && behind <= fraction && !(negative && not_negative && whole + behind > 0)
}

/// A part of a pattern with how often it may come.
#[derive(Debug)]
pub(super) struct Piece {
    what: What,
    least: usize,
    most: usize,
}

#[derive(Debug)]
enum What {
    Letter(Box<[bool; 128]>),
    Group(Vec<Piece>),
}

/// Compiles the patterns of ISO 20022: classes, escapes, groups and counts in braces; there is nothing else in them.
fn compile(pattern: &mut &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some((&first, rest)) = pattern.split_first() {
        *pattern = rest;
        let mut class = Box::new([false; 128]);
        let what = match first {
            b')' => break,
            b'(' => What::Group(compile(pattern)),
            b'[' => {
                let mut members = Vec::new();
                while let Some((&byte, rest)) = pattern.split_first() {
                    *pattern = rest;
                    match byte {
                        b']' => break,
                        b'\\' => members.extend(take(pattern)),
                        b'-' if !members.is_empty() && pattern.first() != Some(&b']') => {
                            let from = members.last().copied().unwrap_or(0);
                            members.extend(take(pattern).into_iter().flat_map(|to| from..=to));
                        }
                        other => members.push(other),
                    }
                }
                members.iter().for_each(|&byte| class[usize::from(byte & 127)] = true);
                What::Letter(class)
            }
            b'\\' => {
                take(pattern).into_iter().for_each(|byte| class[usize::from(byte & 127)] = true);
                What::Letter(class)
            }
            other => {
                class[usize::from(other & 127)] = true;
                What::Letter(class)
            }
        };
        let (least, most) = counts(pattern);
        pieces.push(Piece { what, least, most });
    }
    pieces
}

fn take(pattern: &mut &[u8]) -> Option<u8> {
    let (&first, rest) = pattern.split_first()?;
    *pattern = rest;
    Some(first)
}

/// `{2}`, `{2,3}`, or nothing: once.
fn counts(pattern: &mut &[u8]) -> (usize, usize) {
    let once = (1, 1);
    let Some(rest) = pattern.strip_prefix(b"{") else { return once };
    let Some(end) = rest.iter().position(|&b| b == b'}') else { return once };
    let inside = std::str::from_utf8(&rest[..end]).unwrap_or("1");
    *pattern = &rest[end + 1..];
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    (least.parse().unwrap_or(1), most.parse().unwrap_or(1))
}

/// Does the whole text fit the pattern? No pattern of the standard takes more than 62 letters.
fn matches_all(pieces: &[Piece], text: &[u8]) -> bool {
    text.len() < 63 && ends(pieces, text, 1) >> text.len() & 1 == 1
}

/// Where the pieces can end, beginning at any of `starts`. Places in the text are bits.
fn ends(pieces: &[Piece], text: &[u8], starts: u64) -> u64 {
    let mut reached = starts;
    for piece in pieces {
        // Letters that the piece takes, as bits.
        let letters = match &piece.what {
            What::Letter(class) => text
                .iter()
                .enumerate()
                .fold(0, |bits, (at, &byte)| bits | (u64::from(byte < 128 && class[usize::from(byte & 127)]) << at)),
            What::Group(_) => 0,
        };
        let mut next = if piece.least == 0 { reached } else { 0 };
        for round in 1..=piece.most {
            reached = match &piece.what {
                What::Letter(_) => (reached & letters) << 1,
                What::Group(inner) => ends(inner, text, reached),
            };
            if reached == 0 {
                break;
            }
            if round >= piece.least {
                next |= reached;
            }
        }
        reached = next;
        if reached == 0 {
            break;
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_the_standard_mean_what_they_say() {
        for (facets, good, bad) in [
            ("pat=[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}", "DEUTDEFF500", "DEUTDEFF5"),
            ("pat=[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}", "DE89370400440532013000", "DE8937040044053201300X_"),
            ("pat=\\+[0-9]{1,3}-[0-9()+\\-]{1,30}", "+41-44(0)1-2", "0041-44"),
            ("pat=[\\+]{0,1}[0-9]{1,15}", "+1", "++1"),
            (
                "pat=[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}",
                "0a4a47c3-f846-4729-8a1b-5df620f00000",
                "0a4a47c3-f846-1729-8a1b-5df620f00000",
            ),
            ("len=1..4", "äöüß", "äöüße"),
            ("dec=18.5 min=0", "008.85000000", "8.850001"),
            ("dec=18.5 min=0", "-0", "-1"),
            ("enum=CRDT|DBIT", "DBIT", "DEBIT"),
            ("kind=date", "2024-02-29", "2023-02-29"),
            ("kind=boolean", "true", "TRUE"),
        ] {
            let facets = Facets::parse(facets);
            assert_eq!(facets.fault(good), None, "{good}");
            assert!(facets.fault(bad).is_some(), "{bad}");
        }
    }
}
