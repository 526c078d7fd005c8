//! Which pages follow a stream: only what they show is rendered for it.

use crate::ui::Place;

/// The pages that follow a stream. One in most browsers; several where tabs of different pages share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(Option<Vec<Place>>);

impl Shown {
    /// As `/live?page=overview,accounts` says it. Who says nothing gets everything; a word that is no page shows nothing.
    #[must_use]
    pub fn of(words: Option<&str>) -> Self {
        let place = |word: &str| Place::ALL.into_iter().find(|place| place.word() == word);
        Self(words.map(|words| words.split(',').filter_map(place).collect()))
    }

    /// Is a page of this kind among them?
    #[must_use]
    pub fn has(&self, place: Place) -> bool {
        self.0.as_ref().is_none_or(|places| places.contains(&place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_nothing_gets_everything_and_who_names_pages_gets_those() {
        assert!(Place::ALL.into_iter().all(|place| Shown::of(None).has(place)));
        let two = Shown::of(Some("overview,claims,no-such-page"));
        let has: Vec<_> = Place::ALL.into_iter().filter(|place| two.has(*place)).collect();
        assert_eq!(has, [Place::Overview, Place::Claims]);
        assert!(!Place::ALL.into_iter().any(|place| Shown::of(Some("")).has(place)));
    }
}
