//! Texts that an institution puts in the place of ours. Held against ours before they are published: the same key, the same
//! values at most, and Fluent that can be read.
//!
//! One process serves one institution, so they stand in one place for the process; a release replaces them as a whole.

use super::sources;
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use guichet_types::Locale;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

static HELD: LazyLock<RwLock<Arc<Overrides>>> = LazyLock::new(RwLock::default);

thread_local! {
    /// Texts that are only looked at, while something is rendered with them.
    static LOOKED_AT: RefCell<Option<Arc<Overrides>>> = const { RefCell::new(None) };
}

/// Texts in the place of ours, by language.
#[derive(Default)]
pub struct Overrides(Vec<(Locale, FluentBundle<FluentResource>)>);

impl std::fmt::Debug for Overrides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Overrides").field(&self.0.len()).finish()
    }
}

impl Overrides {
    /// Of these texts. One that cannot be read is left out, and ours stays.
    #[must_use]
    pub fn new(texts: &BTreeMap<Locale, BTreeMap<String, String>>) -> Self {
        let of = |(locale, texts): (&Locale, &BTreeMap<String, String>)| {
            let mut bundle = FluentBundle::new_concurrent(locale.tag().parse().into_iter().collect());
            bundle.set_use_isolating(false);
            for (key, text) in texts.iter().filter(|(_, text)| is_readable(text)) {
                if let Ok(resource) = FluentResource::try_new(message(key, text)) {
                    bundle.add_resource_overriding(resource);
                }
            }
            (*locale, bundle)
        };
        Self(texts.iter().filter(|(_, texts)| !texts.is_empty()).map(of).collect())
    }
}

/// Puts texts in the place of those from before.
pub fn replace(overrides: Overrides) {
    *HELD.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(overrides);
}

/// Renders something with texts that are not published, for a look at them. What is rendered is rendered at once, on this thread.
pub fn looking_at<T>(overrides: Overrides, render: impl FnOnce() -> T) -> T {
    struct Until;
    impl Drop for Until {
        fn drop(&mut self) {
            LOOKED_AT.with(|texts| texts.borrow_mut().take());
        }
    }
    LOOKED_AT.with(|texts| *texts.borrow_mut() = Some(Arc::new(overrides)));
    let _until = Until;
    render()
}

/// The institution's own text of a key.
pub(super) fn text(locale: Locale, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let looked_at = LOOKED_AT.with(|texts| texts.borrow().clone());
    if let Some(texts) = looked_at {
        let (_, bundle) = texts.0.iter().find(|(of, _)| *of == locale)?;
        return formatted(bundle, key, args);
    }
    let held = HELD.read().unwrap_or_else(PoisonError::into_inner).clone();
    let (_, bundle) = held.0.iter().find(|(of, _)| *of == locale)?;
    formatted(bundle, key, args)
}

fn formatted(bundle: &FluentBundle<FluentResource>, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

/// A message as Fluent writes it: what goes on in another line is indented.
fn message(key: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    format!("{key} =\n    {}\n", lines.join("\n    "))
}

/// Our own text of a key in a language, as its file has it; none when there is no such key.
#[must_use]
pub fn source_text(locale: Locale, key: &str) -> Option<String> {
    for source in sources(locale) {
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            let Some(first) = line.strip_prefix(key).and_then(|rest| rest.strip_prefix(" =")) else { continue };
            let mut text = vec![first.trim()];
            text.extend(
                lines.by_ref().take_while(|line| line.starts_with(' ') && !line.trim().is_empty()).map(str::trim),
            );
            return Some(text.join("\n").trim().to_owned());
        }
    }
    None
}

/// The values that a text leaves open: `$name`.
fn values(text: &str) -> BTreeSet<&str> {
    let name = |piece: &'_ str| {
        piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(piece.len())
    };
    text.split('$').skip(1).map(|piece| &piece[..name(piece)]).collect()
}

/// Letters of a text, and how deep its braces may stand in one another: what reads it goes as deep as they do.
const MOST_LETTERS: usize = 4_000;
const DEEPEST: usize = 8;

/// Whether a text can be given to the reader at all.
fn is_readable(text: &str) -> bool {
    let mut depth = 0_usize;
    text.chars().take(MOST_LETTERS + 1).count() <= MOST_LETTERS
        && text.chars().all(|letter| {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth <= DEEPEST
        })
}

/// Whether a text can stand in the place of ours.
///
/// # Errors
/// Why not, in a few words.
pub fn check_text(locale: Locale, key: &str, text: &str) -> Result<(), String> {
    let Some(ours) = source_text(locale, key) else { return Err("there is no text of this name".to_owned()) };
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    if !is_readable(text) {
        return Err(format!("at most {MOST_LETTERS} letters, and braces in one another at most {DEEPEST} deep"));
    }
    let resource = FluentResource::try_new(message(key, text))
        .map_err(|(_, errors)| errors.first().map_or_else(String::new, ToString::to_string))?;
    if resource.entries().count() != 1 {
        return Err("it is more than one text".to_owned());
    }
    let known = values(&ours);
    if let Some(other) = values(text).into_iter().find(|name| !known.contains(name)) {
        return Err(format!("it asks for ${other}, which ours does not have"));
    }
    // Shown once with something in every place: what refers to another text or function fails here.
    put_together(locale, key, resource, &known, |_| "x".to_owned())
        .map(|_| ())
        .ok_or_else(|| "it cannot be put together".to_owned())
}

/// A text alone, with something in the place of each value; `n` counts three.
fn put_together(
    locale: Locale,
    key: &str,
    resource: FluentResource,
    values: &BTreeSet<&str>,
    place: impl Fn(&str) -> String,
) -> Option<String> {
    let mut alone = FluentBundle::new_concurrent(locale.tag().parse().into_iter().collect());
    alone.set_use_isolating(false);
    alone.add_resource_overriding(resource);
    let mut args = FluentArgs::new();
    for name in values {
        let value = if *name == "n" { 3.into() } else { fluent_bundle::FluentValue::from(place(name)) };
        args.set((*name).to_owned(), value);
    }
    formatted(&alone, key, &args)
}

/// A text as it would read, with something in every place.
#[must_use]
pub fn sample(locale: Locale, key: &str, text: &str) -> Option<String> {
    check_text(locale, key, text).ok()?;
    let resource = FluentResource::try_new(message(key, text)).ok()?;
    put_together(locale, key, resource, &values(text), |name| format!("[{name}]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn braces_without_end_are_refused_before_anything_goes_as_deep_as_they_do() {
        let deep = "{".repeat(60_000);
        assert!(check_text(Locale::En, "home-title", &deep).is_err_and(|reason| reason.contains("braces")));
        let texts = BTreeMap::from([(Locale::En, BTreeMap::from([("home-title".to_owned(), deep)]))]);
        let ours = Words(Locale::En).get("home-title");
        assert_eq!(looking_at(Overrides::new(&texts), || Words(Locale::En).get("home-title")), ours);
    }

    #[test]
    fn an_institutions_own_text_stands_in_the_place_of_ours_and_goes_again() {
        let texts =
            BTreeMap::from([(Locale::En, BTreeMap::from([("home-title".to_owned(), "Bank, any time".to_owned())]))]);
        let ours = Words(Locale::En).get("home-title");
        replace(Overrides::new(&texts));
        assert_eq!(Words(Locale::En).get("home-title"), "Bank, any time");
        assert_ne!(Words(Locale::De).get("home-title"), "Bank, any time");
        replace(Overrides::default());
        assert_eq!(Words(Locale::En).get("home-title"), ours);
        let seen = looking_at(Overrides::new(&texts), || Words(Locale::En).get("home-title"));
        assert_eq!(seen, "Bank, any time");
        assert_eq!(Words(Locale::En).get("home-title"), ours, "a look leaves nothing behind");
    }

    #[test]
    fn a_text_that_would_not_work_is_told_before_it_is_published() {
        assert_eq!(check_text(Locale::En, "good-morning", "Hello { $name }"), Ok(()));
        for (key, text, why) in [
            ("no-such-text", "x", "no text"),
            ("good-morning", " ", "empty"),
            ("good-morning", "Hello { $password }", "$password"),
            ("good-morning", "Hello { $name", ""),
            ("good-morning", "{ no-such-text }", "together"),
            ("good-morning", "{ SECRET($name) }", "together"),
        ] {
            let said = check_text(Locale::En, key, text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
