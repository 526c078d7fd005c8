//! The shape of a number, and the check digits that carriers use.

/// Whether a text has a shape: `9` is a digit, `A` a letter, `*` either; everything else stands for itself, written
/// with a backslash before it where it is one of these three.
pub(super) fn has(text: &[u8], shape: &str) -> bool {
    let mut text = text.iter();
    let mut shape = shape.bytes();
    while let Some(wanted) = shape.next() {
        let Some(byte) = text.next() else { return false };
        let fits = match wanted {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'*' => byte.is_ascii_alphanumeric(),
            b'\\' => shape.next() == Some(*byte),
            other => other == *byte,
        };
        if !fits {
            return false;
        }
    }
    text.next().is_none()
}

/// So many digits, and nothing else.
pub(super) fn digits(text: &[u8], count: usize) -> bool {
    text.len() == count && text.iter().all(u8::is_ascii_digit)
}

/// A digit's value; a letter counts as UPS and others have it: its place less two, modulo ten.
fn value(byte: u8) -> u32 {
    if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte.saturating_sub(3)) % 10 }
}

/// GS1's modulo 10: from the right, the digits weigh three and one in turn.
pub(super) fn mod10_right(data: &[u8]) -> u8 {
    let sum: u32 = data.iter().rev().enumerate().map(|(at, &byte)| value(byte) * if at % 2 == 0 { 3 } else { 1 }).sum();
    digit((10 - sum % 10) % 10)
}

/// Modulo 10: from the left, the characters weigh one and two in turn.
pub(super) fn mod10_double(data: &[u8]) -> u8 {
    let sum: u32 = data.iter().enumerate().map(|(at, &byte)| value(byte) * if at % 2 == 0 { 1 } else { 2 }).sum();
    digit((10 - sum % 10) % 10)
}

/// FedEx: weights from the left, modulo 11, and of that the last digit.
pub(super) fn mod11_weighted(data: &[u8], weights: [u32; 3]) -> u8 {
    let sum: u32 = data.iter().zip(weights.iter().cycle()).map(|(&byte, weight)| value(byte) * weight).sum();
    digit(sum % 11 % 10)
}

/// DHL Express: the number modulo 7.
pub(super) fn mod7(data: &[u8]) -> u8 {
    digit(data.iter().fold(0, |rest, &byte| (rest * 10 + value(byte)) % 7))
}

/// UPU S10-12: weights 8 6 4 2 3 5 9 7, modulo 11.
pub(super) fn s10(data: &[u8]) -> u8 {
    let sum: u32 = data.iter().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(&byte, weight)| value(byte) * weight).sum();
    match 11 - sum % 11 {
        10 => b'0',
        11 => b'5',
        rest => digit(rest),
    }
}

/// ISO 7064 MOD 37,36: what DPD prints behind a number. A digit or a letter.
pub(super) fn mod37_36(data: &[u8]) -> u8 {
    let rest = data.iter().fold(36, |carry, &byte| {
        let own =
            if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte.saturating_sub(b'A')) + 10 };
        let sum = (carry + own) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    let check = (37 - rest) % 36;
    if check < 10 { digit(check) } else { u8::try_from(check - 10).map_or(b'?', |letter| b'A' + letter) }
}

/// A number below ten as a character.
fn digit(number: u32) -> u8 {
    u8::try_from(number).map_or(b'?', |number| b'0' + number % 10)
}
