//! Text that goes into HTML by hand, where a view for every row of a long list costs more than the row is worth.
//!
//! Only lists that are measured to need it are written so (docs/decisions/0011). Whatever is not our own literal goes through
//! [`Text`].

use std::fmt::{Display, Formatter, Result, Write as _};

/// Somebody else's text inside an element or a quoted attribute: `& < > " '` say themselves and nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t>(pub &'t str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#x27;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// Adds to a text; writing into memory does not fail.
pub fn add(out: &mut String, pieces: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(pieces);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hostile_name_stays_a_name() {
        assert_eq!(Text(r#"<script>'&"</script>"#).to_string(), "&lt;script&gt;&#x27;&amp;&quot;&lt;/script&gt;");
        assert_eq!(Text("Zoë & Söhne").to_string(), "Zoë &amp; Söhne");
    }

    proptest! {
        #[test]
        fn no_text_ends_the_element_or_the_attribute_that_it_stands_in(text in ".*") {
            let html = Text(&text).to_string();
            prop_assert!(!html.contains(['<', '>', '"', '\'']));
            let back = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&");
            prop_assert_eq!(back, text);
        }
    }
}
