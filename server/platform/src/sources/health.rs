//! Whether a source is well. A pure function of what is known and of the time.

use super::settings::Source;
use guichet_types::Timestamp;

/// How a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// It delivers, and what it delivers is applied.
    Healthy,
    /// It is behind its objective, or what it delivered waits.
    Lagging,
    /// Its last document was refused, or it is far behind its objective.
    Failed,
    /// It was told to wait.
    Paused,
}

/// What a document may wait before its source is lagging, milliseconds. Documents are applied as they come.
const WAIT: i64 = 60_000;

/// So many times behind its objective a source has failed.
const FAR: i64 = 4;

/// How a source is, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The word.
    pub health: Health,
    /// How far behind it is, milliseconds: the age of what is late, what waits, or how long the last document took. None where
    /// nothing ever came.
    pub lag: Option<i64>,
    /// Since when the rows that it feeds are behind the objective; none while they are not.
    pub late_since: Option<Timestamp>,
}

/// Looks at a source at a moment.
#[must_use]
pub fn facts(source: &Source, now: Timestamp) -> Facts {
    let since = |at: Timestamp| (now.millis() - at.millis()).max(0);
    let objective =
        source.settings.objective_seconds.filter(|seconds| *seconds > 0).map(|seconds| i64::from(seconds) * 1_000);
    // Before the first document, it is as old as the source.
    let fresh_at = source.fresh_at.unwrap_or(source.created_at);
    let age = since(fresh_at);
    let late = objective.filter(|objective| age > *objective);
    let waits = source.waiting_since.map(since);
    let took =
        source.last_received_at.zip(source.last_applied_at).map(|(came, done)| (done.millis() - came.millis()).max(0));
    let lag = match (late, waits) {
        (Some(_), _) => Some(age),
        (None, Some(waits)) => Some(waits),
        (None, None) => took,
    };
    let health = match (late, waits) {
        _ if source.settings.paused => Health::Paused,
        _ if source.last_class.as_deref() == Some("reject") => Health::Failed,
        (Some(objective), _) if age > objective.saturating_mul(FAR) => Health::Failed,
        (Some(_), _) => Health::Lagging,
        (None, Some(waits)) if waits > WAIT => Health::Lagging,
        _ => Health::Healthy,
    };
    let late_since = late.map(|objective| fresh_at.plus_millis(objective));
    Facts { health, lag, late_since }
}

#[cfg(test)]
mod tests {
    use super::{super::settings::SourceSettings, *};
    use Health::{Failed, Healthy, Lagging, Paused};

    const NOW: i64 = 1_000_000_000;

    fn source(fresh_ago: Option<i64>, objective: Option<u32>) -> Source {
        let ago = |ago: i64| Timestamp(NOW - ago * 1_000);
        Source {
            key: "inbox".to_owned(),
            settings: SourceSettings { objective_seconds: objective, ..SourceSettings::default() },
            created_at: ago(100),
            last_document: None,
            last_received_at: fresh_ago.map(ago),
            last_applied_at: fresh_ago.map(|seconds| ago(seconds).plus_millis(400)),
            fresh_at: fresh_ago.map(ago),
            last_class: fresh_ago.map(|_| "accept".to_owned()),
            waiting_since: None,
            waiting: 0,
            aside: 0,
            has_secret: false,
        }
    }

    fn told(source: &Source) -> (Health, Option<i64>, Option<i64>) {
        let facts = facts(source, Timestamp(NOW));
        (facts.health, facts.lag, facts.late_since.map(|at| (NOW - at.millis()) / 1_000))
    }

    #[test]
    fn a_source_is_as_well_as_its_objective_says() {
        for (fresh, objective, known) in [
            (Some(10), None, (Healthy, Some(400), None)),
            (Some(90_000), None, (Healthy, Some(400), None)),
            (Some(60), Some(60), (Healthy, Some(400), None)),
            (Some(61), Some(60), (Lagging, Some(61_000), Some(1))),
            (Some(240), Some(60), (Lagging, Some(240_000), Some(180))),
            (Some(241), Some(60), (Failed, Some(241_000), Some(181))),
            (None, None, (Healthy, None, None)),
            (None, Some(200), (Healthy, None, None)),
            (None, Some(60), (Lagging, Some(100_000), Some(40))),
            (Some(61), Some(0), (Healthy, Some(400), None)),
        ] {
            assert_eq!(told(&source(fresh, objective)), known, "{fresh:?} {objective:?}");
        }
    }

    #[test]
    fn a_refused_document_fails_its_source_until_the_next_and_a_pause_hides_both() {
        let mut one = source(Some(10), Some(60));
        one.last_class = Some("reject".to_owned());
        assert_eq!(told(&one).0, Failed);
        one.settings.paused = true;
        assert_eq!(told(&one).0, Paused);
    }

    #[test]
    fn documents_that_wait_make_a_source_lag() {
        let mut one = source(Some(10), None);
        one.waiting_since = Some(Timestamp(NOW - 59_000));
        assert_eq!(told(&one), (Healthy, Some(59_000), None));
        one.waiting_since = Some(Timestamp(NOW - 61_000));
        assert_eq!(told(&one), (Lagging, Some(61_000), None));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_late() {
        let one = source(Some(-500), Some(60));
        assert_eq!(told(&one).0, Healthy);
    }
}
