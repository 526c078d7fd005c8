//! A line of values over days as server-rendered SVG: straight segments, with an axis that begins near the lowest value.

use super::chart::{coordinate, round_up};
use crate::words::Figures;
use guichet_types::Date;
use leptos::prelude::*;

/// More points than a screen has room for are thinned out.
const MOST: usize = 400;
/// Rows of the table that says the same.
const ROWS: usize = 40;

/// Values over days.
#[derive(Clone, Debug)]
pub struct LineChart {
    /// Days in order, each with its value in whole units of the caller's choice.
    pub points: Vec<(Date, i64)>,
    /// The sentence that says the same.
    pub summary: String,
    /// The word under the last day.
    pub last: String,
    /// The hero of its page?
    pub large: bool,
}

/// Every so many-th of a list, and always the last one.
fn thinned<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most.max(1)).max(1);
    let mut kept: Vec<T> = all.iter().rev().step_by(step).copied().collect();
    kept.reverse();
    kept
}

/// The axis: lowest, highest, and how many equal steps between them. It is cropped, and never below nought without need.
fn axis(values: &[i64], unit: i64) -> (i64, i64, i64) {
    let top = values.iter().copied().max().unwrap_or(0);
    let bottom = values.iter().copied().min().unwrap_or(0);
    let step = round_up(((top - bottom) / 4).max(unit).max(1));
    let low = bottom.div_euclid(step) * step;
    let mut high = (top + step - 1).div_euclid(step) * step;
    if high == low {
        high += step;
    }
    (low, high, (high - low) / step)
}

/// The chart. `unit` is the least step of its axis; `label` writes a value of the axis.
pub fn line_chart(
    figures: &Figures,
    chart: &LineChart,
    unit: i64,
    label: &dyn Fn(i64) -> String,
) -> impl IntoView + use<> {
    let points = thinned(&chart.points, MOST);
    let values: Vec<i64> = points.iter().map(|(_, value)| *value).collect();
    let (low, high, steps) = axis(&values, unit);
    let first = points.first().map_or(0, |(day, _)| day.days());
    let span = i64::from((points.last().map_or(0, |(day, _)| day.days()) - first).max(1));
    let x = |day: Date| coordinate(i64::from(day.days() - first) * 10_000 / span);
    let y = |value: i64| {
        coordinate(i64::try_from(i128::from(high - value) * 10_000 / i128::from((high - low).max(1))).unwrap_or(0))
    };
    let mut line = String::new();
    for (index, (day, value)) in points.iter().enumerate() {
        line.push_str(&format!("{}{} {}", if index == 0 { "M" } else { "L" }, x(*day), y(*value)));
    }
    let end = points.last().map_or(0, |(_, value)| *value);
    let width = points.last().map_or_else(|| "0".to_owned(), |(day, _)| x(*day));
    let area = format!("{line}V100H0z");
    let dot = format!("M{width} {}h.01", y(end));
    let y_labels = (0..=steps)
        .map(|step| view! { <li><span>{label(high - (high - low) / steps.max(1) * step)}</span></li> })
        .collect_view();
    let x_labels = (0..5)
        .map(|mark| {
            let day = Date::from_days(first + i32::try_from(span * mark / 4).unwrap_or(0));
            let text = if mark == 4 { chart.last.clone() } else { figures.short_date(day) };
            view! { <li>{text}</li> }
        })
        .collect_view();
    let class = if chart.large { "chart chart--lg" } else { "chart" };
    view! {
        <figure class=class>
            <div class="chart__plot">
                <ol class="chart__y" aria-hidden="true">{y_labels}</ol>
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=chart.summary.clone()>
                    <path class="c-area" d=area></path><path class="c-line" d=line></path>
                    <path class="c-dot" d=dot.clone()></path><path class="c-dot" d=dot></path>
                </svg>
            </div>
            <ol class="chart__x" aria-hidden="true">{x_labels}</ol>
        </figure>
    }
}

impl LineChart {
    /// The points of a table that says the same: thinned out, with the first and the last.
    #[must_use]
    pub fn rows(&self) -> Vec<(Date, i64)> {
        let mut rows = thinned(&self.points, ROWS);
        if let Some(first) = self.points.first()
            && rows.first() != Some(first)
        {
            rows.insert(0, *first);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_value_is_always_there() {
        let all: Vec<i32> = (0..1_000).collect();
        let kept = thinned(&all, 400);
        assert!(kept.len() <= 400 && kept.last() == Some(&999));
        assert_eq!(thinned(&[1, 2], 400), [1, 2]);
        assert!(thinned::<i32>(&[], 400).is_empty());
    }

    proptest! {
        #[test]
        fn every_value_is_inside_the_axis(values in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 1..40)) {
            let (low, high, steps) = axis(&values, 100);
            prop_assert!(high > low && (1..=8).contains(&steps), "{} {} {}", low, high, steps);
            prop_assert!(values.iter().all(|value| (low..=high).contains(value)));
        }
    }
}
