//! How much came, as bars; the same as a table for whoever does not see them.

use super::parts::length;
use crate::{
    web::Visitor,
    words::{Figures, Words},
};
use guichet_platform::sources::counts::Count;
use guichet_types::Timestamp;
use leptos::prelude::*;

/// A stretch of time that can be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Range {
    Hour,
    #[default]
    Day,
    Week,
}

impl Range {
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|range| range.as_str() == name).unwrap_or_default()
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    pub fn word(self, w: Words) -> String {
        match self {
            Self::Hour => w.get("sources-range-hour"),
            Self::Day => w.get("sources-range-day"),
            Self::Week => w.get("sources-range-week"),
        }
    }

    /// Minutes of one bar, and how many bars.
    pub const fn bars(self) -> (i64, i64) {
        match self {
            Self::Hour => (1, 60),
            Self::Day => (15, 96),
            Self::Week => (120, 84),
        }
    }

    /// When the first bar begins, so that the last one has now in it.
    pub fn from(self, now: Timestamp) -> Timestamp {
        let (minutes, bars) = self.bars();
        let bar = minutes * 60_000;
        Timestamp((now.millis().div_euclid(bar) + 1 - bars) * bar)
    }
}

/// A number that a scale may end with: 1, 2 or 5 and noughts.
fn round_up(most: u64) -> u64 {
    let mut step = 1;
    loop {
        for digit in [1, 2, 5] {
            if digit * step >= most {
                return (digit * step).max(2);
            }
        }
        step *= 10;
    }
}

/// Thousandths of a hundred, as SVG writes them: `31.7`.
fn share(part: u64, whole: u64) -> String {
    let thousandths = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0).min(1_000);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

/// The chart, and its table for whoever wants figures. Each follows its page when that is live.
pub(super) fn chart(visitor: &Visitor, figures: &Figures, range: Range, counts: &[Count]) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <div class="stack" data-live="sources-chart">{bars(visitor, figures, range, counts)}</div>
        <details class="accordion"><summary class="small">{w.get("sources-chart-table")}</summary>
            <div class="table-wrap" tabindex="0"><table class="table table--compact"><thead><tr><th scope="col">{w.get("sources-from")}</th>
                <th scope="col" class="num">{w.get("sources-documents")}</th><th scope="col" class="num">{w.get("sources-accepted-records")}</th>
                <th scope="col" class="num">{w.get("sources-aside")}</th><th scope="col" class="num">{w.get("sources-rejected")}</th></tr></thead>
                <tbody data-live="sources-chart-rows">{chart_rows(figures, counts)}</tbody></table></div></details>
    }
}

/// A row for each bar in which something came.
pub(super) fn chart_rows(figures: &Figures, counts: &[Count]) -> impl IntoView + use<> {
    let number = |number: u64| figures.number(i64::try_from(number).unwrap_or(i64::MAX));
    let rows = counts.iter().filter(|count| count.documents > 0).map(|count| {
        view! {
            <tr><th scope="row">{figures.moment(count.from)}</th><td class="num">{number(count.documents)}</td>
                <td class="num">{number(count.accepted)}</td><td class="num">{number(count.quarantined)}</td>
                <td class="num">{number(count.rejected)}</td></tr>
        }
    });
    rows.collect_view()
}

/// The bars, and what their colours mean.
pub(super) fn bars(visitor: &Visitor, figures: &Figures, range: Range, counts: &[Count]) -> impl IntoView + use<> {
    let w = visitor.words();
    let number = |number: u64| figures.number(i64::try_from(number).unwrap_or(i64::MAX));
    let peak = counts.iter().map(|count| count.accepted + count.quarantined).max().unwrap_or(0);
    let top = round_up(peak);
    let number_of_bars = counts.len().max(1) as u64;
    let rects = counts.iter().enumerate().flat_map(|(at, count)| {
        let x = share(at as u64 * 10 + 1, number_of_bars * 10);
        let width = share(8, number_of_bars * 10);
        let bar = |class: &'static str, from: u64, to: u64| {
            (to > from).then(|| {
                // Something is seen of the smallest.
                let height = share((to - from).max(top / 100), top);
                let y = share(top.saturating_sub(to.max(top / 100)), top);
                view! { <rect class=class x=x.clone() y=y width=width.clone() height=height></rect> }
            })
        };
        let whole = count.accepted + count.quarantined;
        [bar("c-2", 0, whole), bar("c-bad", 0, count.quarantined)].into_iter().flatten()
    });
    let rects = rects.collect_view();
    let time = |at: Timestamp| if range == Range::Week { figures.moment(at) } else { figures.time(at) };
    let marks = [0, 1, 2].map(|nth| counts.get(counts.len() * nth / 3).map(|count| time(count.from)));
    let marks = marks.into_iter().flatten().map(|mark| view! { <li>{mark}</li> }).collect_view();
    let sum = |of: fn(&Count) -> u64| number(counts.iter().map(of).sum());
    let label = w.with(
        "sources-chart-summary",
        &[
            ("range", &range.word(w)),
            ("accepted", &sum(|count| count.accepted)),
            ("aside", &sum(|count| count.quarantined)),
            ("peak", &number(peak)),
        ],
    );
    let scale = [top, top / 2, 0].map(|mark| view! { <li><span>{number(mark)}</span></li> });
    view! {
        <figure class="chart"><div class="chart__plot"><ol class="chart__y" aria-hidden="true">{scale}</ol>
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=label>{rects}</svg></div>
            <ol class="chart__x" aria-hidden="true">{marks}<li>{w.get("sources-now")}</li></ol></figure>
        <ul class="cluster small muted"><li><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="c-2" width="12" height="12" rx="3"></rect></svg>{w.get("sources-accepted-records")}</li>
            <li><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="c-bad" width="12" height="12" rx="3"></rect></svg>{w.get("sources-aside")}</li></ul>
    }
}

/// The middle of several lengths, in words.
pub(super) fn median(w: Words, figures: &Figures, mut lags: Vec<i64>) -> String {
    lags.sort_unstable();
    lags.get(lags.len() / 2).map_or_else(|| w.get("sources-none"), |lag| length(w, figures, *lag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_with_a_round_number_that_everything_fits_under() {
        for (most, top) in [(0, 2), (1, 2), (3, 5), (7, 10), (11, 20), (501, 1_000), (1_000, 1_000)] {
            assert_eq!(round_up(most), top);
        }
        assert_eq!((share(1, 3).as_str(), share(0, 0).as_str(), share(9, 2).as_str()), ("33.3", "0.0", "100.0"));
    }

    #[test]
    fn the_last_bar_has_now_in_it() {
        for range in Range::ALL {
            let now = Timestamp(1_794_922_320_123);
            let (minutes, bars) = range.bars();
            let last = range.from(now).millis() + (bars - 1) * minutes * 60_000;
            assert!(last <= now.millis() && now.millis() < last + minutes * 60_000, "{range:?}");
        }
    }
}
