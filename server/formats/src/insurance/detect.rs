//! Tells the format by content. A file's name is never asked.

use super::Kind;
use crate::decode;

/// How many bytes are worth giving to [`detect`].
pub const ENOUGH: usize = crate::ENOUGH;

/// Tells the format by its first bytes; none when it is of another family. Give it [`ENOUGH`], cut anywhere, or the whole: a
/// JSON object may name what it is at its end.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Kind> {
    let text = decode::head(&head[..head.len().min(ENOUGH)]);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with(['{', '[']) {
        return json(start).or_else(|| {
            let text = (head.len() > ENOUGH).then(|| decode::head(head))?;
            json(text.trim_start_matches('\u{feff}').trim_start())
        });
    }
    if start.trim_start_matches('"').starts_with("guichet:") {
        return Some(Kind::PlainCsv);
    }
    gdv(head).then_some(Kind::Gdv)
}

/// What the names in the first bytes tell.
fn json(start: &str) -> Option<Kind> {
    // The outermost names count, wherever the value of one is: a name is a text with a colon behind it.
    let names = outer_names(start);
    let has = |name: &str| names.iter().any(|(own, _)| own == name);
    let value = |name: &str| names.iter().find(|(own, _)| own == name).and_then(|(_, value)| value.as_deref());
    if value("guichet").is_some_and(|form| form.starts_with("policies/") || form.starts_with("claims/")) {
        return Some(Kind::Plain);
    }
    if has("resourceType") {
        return Some(Kind::Fhir);
    }
    let object = value("object");
    let event = object == Some("Event")
        && value("description").is_some_and(|word| word.starts_with("claim.") || word.starts_with("insurance."));
    let parcel = matches!(object, Some("Claim" | "Insurance")) || event || has("claims") && has("has_more") || {
        // A long list may not end within the first bytes: what it holds tells.
        (has("claims") && start.contains("\"clm_")) || (has("insurances") && !has("guichet"))
    };
    parcel.then_some(Kind::Parcel)
}

/// The names of the outermost object (or of the first object of an outermost list), with their value where it is a text.
fn outer_names(text: &str) -> Vec<(String, Option<String>)> {
    let text = text.strip_prefix('[').map_or(text, str::trim_start);
    let (mut depth, mut names, mut last, mut due) = (0_i32, Vec::new(), None::<String>, false);
    let mut letters = text.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        match letter {
            '"' => {
                let (mut word, mut closed) = (String::new(), false);
                while let Some((_, letter)) = letters.next() {
                    match letter {
                        '"' => {
                            closed = true;
                            break;
                        }
                        '\\' => {
                            letters.next();
                        }
                        other => word.push(other),
                    }
                }
                if depth == 1 && closed {
                    if due {
                        if let Some((_, value)) = names.last_mut() {
                            *value = Some(word);
                        }
                    } else {
                        last = Some(word);
                    }
                }
                due = false;
            }
            ':' if depth == 1 => {
                if let Some(name) = last.take() {
                    names.push((name, None));
                    due = true;
                }
            }
            '{' | '[' => {
                depth += 1;
                due = false;
            }
            '}' | ']' => {
                depth -= 1;
                if depth <= 0 {
                    break;
                }
            }
            letter if letter.is_whitespace() => {}
            _ => due = false,
        }
    }
    names
}

/// Does it begin with a GDV header or with a record of the standard?
fn gdv(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = head.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(0);
    let head = &head[start..];
    let number = |range: std::ops::Range<usize>| head.get(range).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
    let line = head.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(head.len());
    if !number(0..4) {
        return false;
    }
    if head.starts_with(b"0001") {
        // Two creation dates stand at 70 to 85; the blanks at the end of a record may be cut off.
        return number(69..85) || line >= 200;
    }
    // A file without its header: a record with a line of business at 11 to 13, of the right length.
    let known = matches!(&head[..2], b"00" | b"01" | b"02" | b"03" | b"04" | b"05" | b"08" | b"09" | b"99");
    known && number(10..13) && (240..=260).contains(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_format() {
        let header = format!("0001{:<5}{:<30}{:<30}0101202401012024{:170}1", "9999", "A", "B", "");
        for (content, kind) in [
            ("{\"id\":\"1\",\"resourceType\":\"Claim\"", Some(Kind::Fhir)),
            ("\u{feff} {\"resourceType\" : \"Bundle\",", Some(Kind::Fhir)),
            ("{\"a\":{\"resourceType\":\"Claim\"}}", None),
            ("{\"guichet\":\"policies/1\"", Some(Kind::Plain)),
            ("{ \"as_of\": \"x\", \"guichet\" : \"claims/1\", ", Some(Kind::Plain)),
            ("{\"guichet\":\"parcels/1\",\"insurances\":[]}", None),
            ("guichet:policies/1;line", Some(Kind::PlainCsv)),
            ("{\"id\":\"ins_1\",\"object\":\"Insurance\"", Some(Kind::Parcel)),
            ("{\"claims\":[{\"id\":\"clm_1\"", Some(Kind::Parcel)),
            ("{\"object\":\"Tracker\"}", None),
            (header.as_str(), Some(Kind::Gdv)),
            ("date;amount\n", None),
            ("", None),
        ] {
            assert_eq!(detect(content.as_bytes()), kind, "{content}");
        }
    }
}
