//! The reference: a `guichet.toml` that says everything, printed from the table of keys.

use super::keys::{KEYS, SECTIONS};
use std::fmt::Write as _;

const HEAD: &str = "\
## Guichet's configuration: every key, with its default.
##
## A key that is commented out has its default. The environment wins over this file: server.listen is
## GUICHET_SERVER__LISTEN there, and lists are separated by commas. Unknown keys are refused.
";

/// Columns of a line of prose.
const WIDTH: usize = 110;

pub(super) fn render() -> String {
    let mut text = HEAD.to_owned();
    for (section, meaning) in SECTIONS {
        // Writing into a text does not fail.
        let _ = write!(text, "\n## {meaning}\n[{section}]\n");
        for key in KEYS.iter().filter(|key| key.section == section) {
            text.push('\n');
            prose(&mut text, key.meaning);
            prose(&mut text, &format!("It takes {}.", key.takes()));
            let _ = writeln!(text, "#{} = {}", key.name, key.default);
        }
    }
    text
}

fn prose(text: &mut String, sentence: &str) {
    let mut column = 0;
    for word in sentence.split_whitespace() {
        let length = word.chars().count();
        if column == 0 || column + 1 + length > WIDTH {
            text.push_str(if column == 0 { "##" } else { "\n##" });
            column = 2;
        }
        text.push(' ');
        text.push_str(word);
        column += 1 + length;
    }
    text.push('\n');
}
