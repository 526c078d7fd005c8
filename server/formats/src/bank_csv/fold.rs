//! Words without case and accents, so that `Částka`, `CASTKA` and `částka` are one.

/// Small letters without accents; whatever is neither letter nor digit is one blank.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        let plain = plain(letter);
        if plain.is_empty() {
            if letter.is_alphanumeric() {
                out.push(letter);
            } else if !matches!(letter, '\u{300}'..='\u{36f}') && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push_str(plain);
        }
    }
    out.trim().to_owned()
}

/// The plain form of a letter that has an accent.
const fn plain(letter: char) -> &'static str {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_marks_do_not_count() {
        for (text, folded) in [
            (" Částka (CZK) ", "castka czk"),
            ("Währung", "waehrung"),
            ("Libellé / Détail", "libelle detail"),
            ("Beguenstigter/Zahlungspflichtiger", "beguenstigter zahlungspflichtiger"),
            ("e\u{301}tat", "etat"),
            ("№ 7", "7"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded);
        }
    }
}
