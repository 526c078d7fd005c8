//! The portal's words and figures in the reader's language. On the server only: the browser gets them ready to show.
//!
//! Texts are Fluent files beside the domain that says them (`text/en.ftl`, `fr.ftl`, `de.ftl`). A test holds the three
//! languages to the same keys.

mod figures;
mod overrides;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use guichet_types::Locale;
use std::sync::LazyLock;

pub use figures::{Figures, Sign};
pub use overrides::{Overrides, check_text, looking_at, replace, sample, source_text};

/// Every text of a language, one file after another.
macro_rules! texts {
    ($tag:literal) => {
        &[
            include_str!(concat!("../ui/text/", $tag, ".ftl")),
            include_str!(concat!("../home/text/", $tag, ".ftl")),
            include_str!(concat!("../auth/text/", $tag, ".ftl")),
            include_str!(concat!("../activity/text/", $tag, ".ftl")),
            include_str!(concat!("../overview/text/", $tag, ".ftl")),
            include_str!(concat!("../accounts/text/", $tag, ".ftl")),
            include_str!(concat!("../portfolio/text/", $tag, ".ftl")),
            include_str!(concat!("../parcels/text/", $tag, ".ftl")),
            include_str!(concat!("../claims/text/", $tag, ".ftl")),
            include_str!(concat!("../mail/text/", $tag, ".ftl")),
            include_str!(concat!("../admin/sources/text/", $tag, ".ftl")),
            include_str!(concat!("../house/text/", $tag, ".ftl")),
            include_str!(concat!("../admin/text/", $tag, ".ftl")),
        ]
    };
}

const fn sources(locale: Locale) -> &'static [&'static str] {
    match locale {
        Locale::En => texts!("en"),
        Locale::Fr => texts!("fr"),
        Locale::De => texts!("de"),
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Locale::ALL.map(bundle));

fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(locale.tag().parse().into_iter().collect());
    // Marks of direction would only be needed if languages of both directions were mixed in a sentence.
    bundle.set_use_isolating(false);
    for source in sources(locale) {
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(?errors, "A text file of {} cannot be read in full", locale.tag());
                resource
            }
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The names of all texts of a language, in the order of their files.
#[must_use]
pub fn keys(locale: Locale) -> Vec<String> {
    sources(locale)
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
        .filter(|key| !key.starts_with([' ', '#', '[', '*', '}']))
        .map(str::to_owned)
        .collect()
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Locale);

impl Words {
    /// The text of a key. A key that is missing shows itself, and is found by the tests.
    #[must_use]
    pub fn get(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key, with values for what it leaves open.
    #[must_use]
    pub fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, FluentValue::from(*value));
        }
        self.format(key, &args)
    }

    /// The text of a key that counts something: `n` decides the plural.
    #[must_use]
    pub fn count(self, key: &str, n: u64, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        args.set("n", n);
        for (name, value) in values {
            args.set(*name, FluentValue::from(*value));
        }
        self.format(key, &args)
    }

    fn format(self, key: &str, args: &FluentArgs<'_>) -> String {
        if let Some(text) = overrides::text(self.0, key, args) {
            return text;
        }
        let bundle = &BUNDLES[self.0 as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, "A text is missing in {}", self.0.tag());
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "A text of {} cannot be put together", self.0.tag());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(locale: Locale) -> BTreeSet<String> {
        super::keys(locale).into_iter().collect()
    }

    #[test]
    fn every_language_says_everything() {
        let english = keys(Locale::En);
        assert!(english.len() > 50);
        for locale in [Locale::Fr, Locale::De] {
            let other = keys(locale);
            let missing: Vec<_> = english.symmetric_difference(&other).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", locale.tag());
        }
    }

    #[test]
    fn every_text_file_reads_in_full() {
        for locale in Locale::ALL {
            for source in sources(locale) {
                assert!(
                    FluentResource::try_new((*source).to_owned()).is_ok(),
                    "{}: {}",
                    locale.tag(),
                    &source[..80.min(source.len())]
                );
            }
        }
    }

    #[test]
    fn every_key_that_the_code_asks_for_is_there() {
        let english = keys(Locale::En);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![root];
        let mut asked = 0;
        while let Some(folder) = folders.pop() {
            for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = item.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("words/mod.rs") {
                    let text = std::fs::read_to_string(&path).unwrap_or_default();
                    for call in ["w.get(\"", "w.with(\"", "w.count(\""] {
                        for piece in text.split(call).skip(1) {
                            let key = piece.split('"').next().unwrap_or_default();
                            asked += 1;
                            assert!(english.contains(key), "{}: {key}", path.display());
                        }
                    }
                }
            }
        }
        assert!(asked > 50);
    }
}
