//! The settings of a release, `guichet-settings/1`: read from JSON, held against what they may be, written as JSON again.

use super::{colour::Colour, css};
use guichet_types::{Locale, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What every text of settings begins with.
pub const FORM: &str = "guichet-settings/1";
/// Letters of a name; of a tagline.
const NAME_LETTERS: usize = 40;
const TAGLINE_LETTERS: usize = 90;
/// Texts that replace ours, in a language.
const TEXTS: usize = 500;
/// Notices at once.
const NOTICES: usize = 10;

/// Everything that an administrator sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// [`FORM`].
    pub form: String,
    /// What the institution is called.
    pub name: String,
    /// What stands below its name.
    #[serde(default)]
    pub tagline: String,
    /// The languages of the portal, the first for who asks for none of them.
    pub languages: Vec<Locale>,
    /// How it looks.
    #[serde(default)]
    pub brand: Brand,
    /// What it offers.
    #[serde(default)]
    pub modules: Modules,
    /// Texts in the place of ours, by language and key.
    #[serde(default)]
    pub texts: BTreeMap<Locale, BTreeMap<String, String>>,
    /// What everybody is to know for a while.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

/// How a portal looks. Everything else follows from these (`style/tokens.css`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The colour of buttons, links, bands.
    pub brand: Colour,
    /// The colour of the lamp: now, and for you.
    pub accent: Colour,
    /// How round corners are, in tenths: 0 to 20.
    pub round: u8,
    /// The typeface.
    pub face: Face,
    /// The logo, by the hash of its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The logo on dark ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_dark: Option<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            brand: Colour([0x0c, 0x5a, 0x6b]),
            accent: Colour([0xf4, 0xb7, 0x40]),
            round: 10,
            face: Face::Plex,
            logo: None,
            logo_dark: None,
        }
    }
}

impl Brand {
    /// As the portal comes: nothing has to be said to a browser.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        Self { logo: None, logo_dark: None, ..self.clone() } == Self::default()
    }
}

/// A typeface: the portal's own, or one that every reader's machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Face {
    /// IBM Plex Sans.
    Plex,
    /// What the system writes with.
    System,
    /// A serif of the system.
    Serif,
}

impl Face {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Plex, Self::System, Self::Serif];

    /// Its word in forms.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plex => "plex",
            Self::System => "system",
            Self::Serif => "serif",
        }
    }
}

/// What a portal can offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Module {
    /// Balances, statements, exports.
    Accounts,
    /// Positions and live quotes.
    Portfolio,
    /// Tracking, also without sign-in.
    Parcels,
    /// Policies and claims.
    Claims,
}

impl Module {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Accounts, Self::Portfolio, Self::Parcels, Self::Claims];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Portfolio => "portfolio",
            Self::Parcels => "parcels",
            Self::Claims => "claims",
        }
    }

    /// The module that a path is of; none for what every portal has.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        match path.split('/').nth(1)? {
            "accounts" => Some(Self::Accounts),
            "portfolio" => Some(Self::Portfolio),
            "parcels" | "track" | "s" => Some(Self::Parcels),
            "claims" | "policies" => Some(Self::Claims),
            _ => None,
        }
    }
}

/// Which of them are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Modules {
    /// See [`Module::Accounts`].
    pub accounts: bool,
    /// See [`Module::Portfolio`].
    pub portfolio: bool,
    /// See [`Module::Parcels`].
    pub parcels: bool,
    /// See [`Module::Claims`].
    pub claims: bool,
}

impl Default for Modules {
    fn default() -> Self {
        Self { accounts: true, portfolio: true, parcels: true, claims: true }
    }
}

impl Modules {
    /// Whether one is on.
    #[must_use]
    pub const fn has(self, module: Module) -> bool {
        match module {
            Module::Accounts => self.accounts,
            Module::Portfolio => self.portfolio,
            Module::Parcels => self.parcels,
            Module::Claims => self.claims,
        }
    }

    /// With one on or off.
    #[must_use]
    pub const fn with(mut self, module: Module, on: bool) -> Self {
        match module {
            Module::Accounts => self.accounts = on,
            Module::Portfolio => self.portfolio = on,
            Module::Parcels => self.parcels = on,
            Module::Claims => self.claims = on,
        }
        self
    }

    /// How many are on.
    #[must_use]
    pub fn count(self) -> usize {
        Module::ALL.into_iter().filter(|module| self.has(*module)).count()
    }
}

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Good to know.
    Info,
    /// Something is slow or planned.
    Warning,
    /// Something does not work.
    Critical,
}

impl Tone {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// What customers are to know for a while: that a back office is away, that something is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// How grave.
    pub tone: Tone,
    /// Only on the pages of one module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Only on the pages of what one back office brings: which it is, by the key of its connector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// With a back office: the modules of what it brings. None of them are all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<String>,
    /// From this instant on, in milliseconds since 1970-01-01 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Until this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// What it says, by language. Who reads another gets the first.
    pub text: BTreeMap<Locale, String>,
}

impl Notice {
    /// Whether it is to be shown now, on a page that shows something of these modules.
    #[must_use]
    pub fn holds(&self, now: Timestamp, modules: &[Module]) -> bool {
        let is = |word: &str| modules.iter().any(|module| module.word() == word);
        let here = self.module.as_deref().is_none_or(is);
        let brought = self.modules.is_empty() || self.modules.iter().any(|word| is(word));
        here && brought
            && self.from.is_none_or(|from| now.millis() >= from)
            && self.until.is_none_or(|until| now.millis() < until)
    }

    /// What it says to a reader.
    #[must_use]
    pub fn words(&self, locale: Locale) -> &str {
        self.text.get(&locale).or_else(|| self.text.values().next()).map_or("", String::as_str)
    }
}

/// Why settings cannot be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text is none of ours.
    #[error("these are no settings: {0}")]
    Form(String),
    /// The name is empty or too long.
    #[error("the name has 1 to 40 letters")]
    Name,
    /// The tagline is too long.
    #[error("the tagline has at most 90 letters")]
    Tagline,
    /// No language, or one twice.
    #[error("at least one language, each once")]
    Languages,
    /// Every module is off.
    #[error("at least one module is on")]
    Modules,
    /// Corners rounder than round.
    #[error("corners are 0 to 20 tenths round")]
    Round,
    /// A pair of colours that cannot be read.
    #[error("{pair} has a contrast of {tenths} tenths, below {least}")]
    Contrast {
        /// Which.
        pair: &'static str,
        /// What it has, in tenths.
        tenths: i64,
        /// What it needs, in tenths.
        least: i64,
    },
    /// A text that is not ours to replace, or that cannot be read.
    #[error("the text {0} cannot be used: {1}")]
    Text(String, String),
    /// A notice without words, or too many of them.
    #[error("a notice needs words, and there may be ten")]
    Notice,
    /// The picture of a logo is not there.
    #[error("the picture of the logo is not there")]
    Logo,
}

impl Settings {
    /// As the portal comes.
    #[must_use]
    pub fn plain(name: &str, languages: &[Locale]) -> Self {
        Self {
            form: FORM.to_owned(),
            name: name.to_owned(),
            tagline: String::new(),
            languages: languages.to_vec(),
            brand: Brand::default(),
            modules: Modules::default(),
            texts: BTreeMap::new(),
            notices: Vec::new(),
        }
    }

    /// From their text.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let settings: Self = serde_json::from_str(text).map_err(|error| Fault::Form(error.to_string()))?;
        if settings.form == FORM {
            Ok(settings)
        } else {
            Err(Fault::Form(format!("this version reads {FORM}, not {}", settings.form)))
        }
    }

    /// Their text.
    #[must_use]
    pub fn write(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Whether they are no more than a draft can be worked on with: what is too much is not kept at all.
    #[must_use]
    pub fn is_of_size(&self) -> bool {
        self.texts.values().all(|texts| texts.len() <= TEXTS) && self.notices.len() <= NOTICES
    }

    /// Everything that keeps them from being published.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let letters = |text: &str| text.chars().count();
        let mut sure = |holds: bool, fault: Fault| {
            if !holds {
                faults.push(fault);
            }
        };
        sure(!self.name.trim().is_empty() && letters(&self.name) <= NAME_LETTERS, Fault::Name);
        sure(letters(&self.tagline) <= TAGLINE_LETTERS, Fault::Tagline);
        let mut languages = self.languages.clone();
        languages.sort_unstable();
        languages.dedup();
        sure(!languages.is_empty() && languages.len() == self.languages.len(), Fault::Languages);
        sure(self.modules.count() > 0, Fault::Modules);
        sure(self.brand.round <= 20, Fault::Round);
        for pair in css::contrasts(&self.brand) {
            for ratio in [pair.light, pair.dark] {
                let tenths = css::tenths(ratio);
                sure(ratio >= pair.least, Fault::Contrast { pair: pair.name, tenths, least: css::tenths(pair.least) });
            }
        }
        for (locale, texts) in &self.texts {
            sure(texts.len() <= TEXTS, Fault::Text(locale.tag().to_owned(), format!("at most {TEXTS} texts")));
            // Of too many none is looked at: each is looked for among ours.
            for (key, text) in texts.iter().filter(|_| texts.len() <= TEXTS) {
                if let Err(reason) = crate::words::check_text(*locale, key, text) {
                    sure(false, Fault::Text(key.clone(), reason));
                }
            }
        }
        let spoken = |notice: &Notice| {
            !notice.text.is_empty() && notice.text.values().all(|text| !text.trim().is_empty() && letters(text) <= 400)
        };
        sure(self.notices.len() <= NOTICES && self.notices.iter().all(spoken), Fault::Notice);
        faults
    }

    /// What differs from another, as lines of `path: before → after`, in the order of the text.
    #[must_use]
    pub fn difference(&self, before: &Self) -> Vec<(String, String, String)> {
        let value = |settings: &Self| serde_json::to_value(settings).unwrap_or_default();
        let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
        flatten("", &value(before), &mut old);
        flatten("", &value(self), &mut new);
        let paths: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let line = |path: &String| {
            let (a, b) = (old.get(path).cloned().unwrap_or_default(), new.get(path).cloned().unwrap_or_default());
            (a != b).then(|| (path.clone(), a, b))
        };
        paths.into_iter().filter_map(line).collect()
    }
}

fn flatten(path: &str, value: &serde_json::Value, out: &mut BTreeMap<String, String>) {
    let deeper = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                flatten(&deeper(key), value, out);
            }
        }
        serde_json::Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                flatten(&deeper(&(index + 1).to_string()), value, out);
            }
        }
        serde_json::Value::Null => {}
        serde_json::Value::String(text) => {
            out.insert(path.to_owned(), text.clone());
        }
        other => {
            out.insert(path.to_owned(), other.to_string());
        }
    }
}
