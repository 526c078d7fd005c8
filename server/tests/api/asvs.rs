//! The list of what is asked of a portal (docs/asvs.md) names nothing that is not there: no requirement is left out, every
//! test, rule and section that shows one exists, and the counts are true.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The requirements of ASVS 5.0.0: for each section the level of its first, second … requirement; `-` where it does not apply.
const SECTIONS: [(&str, &str); 80] = [
    ("1.1", "22"),
    ("1.2", "11111---23"),
    ("1.3", "1122222--223"),
    ("1.4", "222"),
    ("1.5", "123"),
    ("2.1", "122"),
    ("2.2", "112"),
    ("2.3", "12223"),
    ("2.4", "23"),
    ("3.1", "3"),
    ("3.2", "113"),
    ("3.3", "12223"),
    ("3.4", "11222233"),
    ("3.5", "11122333"),
    ("3.6", "3"),
    ("3.7", "-2333"),
    ("4.1", "12233"),
    ("4.2", "23333"),
    ("4.3", "--"),
    ("4.4", "1222"),
    ("5.1", "2"),
    ("5.2", "112333"),
    ("5.3", "113"),
    ("5.4", "222"),
    ("6.1", "122"),
    ("6.2", "111111112222"),
    ("6.3", "11223333"),
    ("6.4", "112233"),
    ("6.5", "22222333"),
    ("6.6", "222-"),
    ("6.7", "33"),
    ("6.8", "22-2"),
    ("7.1", "222"),
    ("7.2", "1111"),
    ("7.3", "22"),
    ("7.4", "11222"),
    ("7.5", "223"),
    ("7.6", "22"),
    ("8.1", "1233"),
    ("8.2", "1123"),
    ("8.3", "133"),
    ("8.4", "23"),
    ("9.1", "111"),
    ("9.2", "1222"),
    ("10.1", "22"),
    ("10.2", "223"),
    ("10.3", "22223"),
    ("10.4", "----------------"),
    ("10.5", "22222"),
    ("10.6", "--"),
    ("10.7", "---"),
    ("11.1", "2233"),
    ("11.2", "22233"),
    ("11.3", "11233"),
    ("11.4", "1222"),
    ("11.5", "23"),
    ("11.6", "23"),
    ("11.7", "33"),
    ("12.1", "12233"),
    ("12.2", "11"),
    ("12.3", "22223"),
    ("13.1", "2333"),
    ("13.2", "222223"),
    ("13.3", "2233"),
    ("13.4", "1222233"),
    ("14.1", "22"),
    ("14.2", "12223333"),
    ("14.3", "122"),
    ("15.1", "12233"),
    ("15.2", "12233"),
    ("15.3", "1222222"),
    ("15.4", "3333"),
    ("16.1", "2"),
    ("16.2", "22222"),
    ("16.3", "2222"),
    ("16.4", "222"),
    ("16.5", "2223"),
    ("17.1", "--"),
    ("17.2", "--------"),
    ("17.3", "--"),
];

/// Where the short names of the tables are.
const PLACES: [(&str, &str); 8] = [
    ("api/", "server/tests/api/"),
    ("app/", "app/src/"),
    ("end2end/", "end2end/tests/"),
    ("formats/", "server/formats/"),
    ("platform/", "server/platform/src/"),
    ("server/", "server/src/"),
    ("types/", "app/types/src/"),
    ("xtask/", "xtask/src/"),
];

const STATES: [&str; 5] = ["test", "lint", "doc", "none", "open"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The cells of a row of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(inner.split(" | ").map(str::trim).collect())
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Whether a file in Rust has a test of this name: by its attribute, or in a block that makes tests for both databases.
fn is_test(source: &str, name: &str) -> bool {
    let Some(at) = source.find(&format!("fn {name}(")) else { return false };
    let before = &source[..at];
    let own = before.rfind("#[test]").max(before.rfind("#[tokio::test"));
    let attributed = own.is_some_and(|own| !before[own..].contains('{'));
    let block = before.rfind("\non_both_databases! {").is_some_and(|block| !before[block..].contains("\n}"));
    attributed || block
}

/// A heading as it is linked to.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|letter| letter.is_alphanumeric() || " -".contains(*letter))
        .collect::<String>()
        .replace(' ', "-")
}

/// What is wrong with the tests that a row names.
fn tests(how: &str) -> Vec<String> {
    let (mut wrong, mut file, mut named) = (Vec::new(), None, 0);
    for word in quoted(how) {
        if word.contains('/') && (word.ends_with(".rs") || word.ends_with(".ts")) {
            let place = PLACES.iter().find_map(|(short, long)| Some(format!("{long}{}", word.strip_prefix(short)?)));
            file = place.and_then(|place| read(&place));
            if file.is_none() {
                wrong.push(format!("there is no {word}"));
            }
            continue;
        }
        named += 1;
        let source = file.as_deref().unwrap_or_default();
        if !is_test(source, word) && !source.contains(&format!("test('{word}'")) {
            wrong.push(format!("no test is called {word} there"));
        }
    }
    if named == 0 {
        wrong.push("no test is named".to_owned());
    }
    wrong
}

/// What is wrong with the rules that a row names: a file, and words of it.
fn rules(how: &str) -> Vec<String> {
    let words = quoted(how);
    let Some((file, rules)) = words.split_first() else { return vec!["no rule is named".to_owned()] };
    let text = read(file).unwrap_or_default();
    let missing = rules.iter().filter(|rule| !text.contains(**rule));
    let mut wrong: Vec<String> = missing.map(|rule| format!("{file} has no {rule}")).collect();
    if rules.is_empty() {
        wrong.push("no rule is named".to_owned());
    }
    wrong
}

/// What is wrong with the sections that a row links to; links to elsewhere are none.
fn sections(how: &str) -> (Vec<String>, usize) {
    let (mut wrong, mut linked) = (Vec::new(), 0);
    for link in how.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        linked += 1;
        let (file, section) = link.split_once('#').unwrap_or((link, ""));
        let text = read(&format!("docs/{file}")).unwrap_or_default();
        let headings =
            text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#').trim());
        if text.is_empty() || !(section.is_empty() || headings.map(anchor).any(|heading| heading == section)) {
            wrong.push(format!("there is no {link}"));
        }
    }
    (wrong, linked)
}

#[test]
fn every_requirement_names_a_test_that_exists() {
    // Of the whole standard, so that a slip of the pen is found.
    let levels: String = SECTIONS.iter().map(|(_, levels)| *levels).collect();
    let count = |level| levels.matches(level).count();
    assert_eq!([count('1'), count('2'), count('3'), count('-'), levels.len()], [65, 156, 81, 43, 345]);
    let mut missing: BTreeMap<String, char> = BTreeMap::new();
    for (section, levels) in SECTIONS {
        for (number, level) in (1..).zip(levels.chars()).filter(|(_, level)| "12".contains(*level)) {
            missing.insert(format!("{section}.{number}"), level);
        }
    }

    let text = read("docs/asvs.md").unwrap();
    let (mut wrong, mut counted) = (Vec::new(), BTreeMap::new());
    for row in text.lines().filter_map(cells) {
        let [number, level, what, how] = row[..] else { continue };
        if !number.starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        match missing.remove(number) {
            None => wrong.push(format!("{number} is no requirement, or stands there twice")),
            Some(expected) if level != expected.to_string() => wrong.push(format!("{number} is of level {expected}")),
            Some(_) => {}
        }
        let (state, rest) = how.split_once(": ").unwrap_or(("", how));
        let (broken, linked) = sections(rest);
        let mut found = match state {
            "test" => tests(rest),
            "lint" => rules(rest),
            "doc" if linked == 0 => vec!["no section is named".to_owned()],
            "none" | "open" if rest.len() < 10 => vec!["no reason is given".to_owned()],
            state if STATES.contains(&state) => Vec::new(),
            other => vec![format!("{other:?} is no state")],
        };
        found.extend(broken);
        if what.is_empty() {
            found.push("it is not said what it is".to_owned());
        }
        wrong.extend(found.into_iter().map(|fault| format!("{number}: {fault}")));
        *counted.entry((state.to_owned(), level.to_owned())).or_insert(0) += 1;
    }
    wrong.extend(missing.keys().map(|number| format!("{number} is missing")));

    let of = |state: &str, level: &str| counted.get(&(state.to_owned(), level.to_owned())).copied().unwrap_or(0);
    let mut said = BTreeSet::new();
    for row in text.lines().filter_map(cells).filter(|row| row.len() == 5 && STATES.contains(&row[0])) {
        let (one, two) = (of(row[0], "1"), of(row[0], "2"));
        if row[1..4] != [one.to_string(), two.to_string(), (one + two).to_string()] {
            wrong.push(format!("of {} there are {one} and {two}, not {} and {}", row[0], row[1], row[2]));
        }
        said.insert(row[0]);
    }
    assert_eq!(said.len(), STATES.len(), "the counts are not at the top");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_test_is_told_from_what_only_looks_like_one() {
    let source = "#[test]\nfn one() {\n}\nfn two() {}\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn three() {}\n\
                  \non_both_databases! {\n    async fn four(world: World) {\n    }\n}\n\nasync fn five(world: &World) {}\n";
    let found: Vec<bool> = ["one", "two", "three", "four", "five", "six"].map(|name| is_test(source, name)).to_vec();
    assert_eq!(found, [true, false, true, true, false, false]);
}
