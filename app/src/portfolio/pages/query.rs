//! What the address of a portfolio chooses: a range of the chart, and by what the parts are put together.

use crate::{portfolio::book::Aspect, words::Words};
use guichet_types::{Date, Id, kind};
use leptos::prelude::*;

/// What stands behind the `?`.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct PortfolioQuery {
    range: String,
    by: String,
}

/// How far the chart goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// Seven days.
    Week,
    /// A month.
    Month,
    /// Six months.
    HalfYear,
    /// A year.
    #[default]
    Year,
    /// All of it.
    All,
}

impl Range {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [Self::Week, Self::Month, Self::HalfYear, Self::Year, Self::All];

    /// Its word in an address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Week => "1w",
            Self::Month => "1m",
            Self::HalfYear => "6m",
            Self::Year => "1y",
            Self::All => "all",
        }
    }

    /// Its first day.
    #[must_use]
    pub const fn from(self, today: Date) -> Date {
        today.plus_days(match self {
            Self::Week => -7,
            Self::Month => -31,
            Self::HalfYear => -183,
            Self::Year => -366,
            Self::All => -1_000_000,
        })
    }

    fn label(self, w: Words) -> String {
        match self {
            Self::Week => w.get("portfolio-range-week"),
            Self::Month => w.get("portfolio-range-month"),
            Self::HalfYear => w.get("portfolio-range-half-year"),
            Self::Year => w.get("portfolio-range-year"),
            Self::All => w.get("portfolio-range-all"),
        }
    }
}

/// The aspects, each with its word in an address.
pub const ASPECTS: [(Aspect, &str); 3] =
    [(Aspect::Class, "class"), (Aspect::Currency, "currency"), (Aspect::Region, "region")];

impl PortfolioQuery {
    /// The range; what is not known is a year.
    #[must_use]
    pub fn range(&self) -> Range {
        Range::ALL.into_iter().find(|range| range.word() == self.range).unwrap_or_default()
    }

    /// The aspect; what is not known is the class.
    #[must_use]
    pub fn aspect(&self) -> Aspect {
        ASPECTS.into_iter().find(|(_, word)| *word == self.by).map(|(aspect, _)| aspect).unwrap_or_default()
    }

    /// Its word.
    #[must_use]
    pub fn aspect_word(&self) -> &'static str {
        ASPECTS.into_iter().find(|(aspect, _)| *aspect == self.aspect()).map_or("class", |(_, word)| word)
    }

    /// One that shows another range.
    #[must_use]
    pub fn of_range(range: Range) -> Self {
        Self { range: range.word().to_owned(), by: String::new() }
    }

    /// The ranges, as links.
    pub(super) fn ranges(&self, w: Words, id: Id<kind::Portfolio>) -> impl IntoView + use<> {
        let link = |range: Range| {
            let href = format!("/portfolio/{id}?range={}&by={}", range.word(), self.aspect_word());
            let current = (range == self.range()).then_some("true");
            view! { <a class="chip" href=href aria-current=current>{range.label(w)}</a> }
        };
        let links = Range::ALL.map(link).collect_view();
        view! { <nav class="cluster gap-2 scroll push" aria-label=w.get("portfolio-range")>{links}</nav> }
    }

    /// The aspects, as links.
    pub(super) fn aspects(&self, w: Words, id: Id<kind::Portfolio>) -> impl IntoView + use<> {
        let link = |(aspect, word): (Aspect, &'static str)| {
            let href = format!("/portfolio/{id}?range={}&by={word}", self.range().word());
            let current = (aspect == self.aspect()).then_some("true");
            let label = match aspect {
                Aspect::Class => w.get("portfolio-by-class"),
                Aspect::Currency => w.get("portfolio-by-currency"),
                Aspect::Region => w.get("portfolio-by-region"),
            };
            view! { <a class="chip" href=href aria-current=current>{label}</a> }
        };
        let links = ASPECTS.map(link).collect_view();
        view! { <nav class="cluster gap-2 scroll" aria-label=w.get("portfolio-by")>{links}</nav> }
    }
}
