//! Charts as server-rendered SVG. Nothing is measured in the browser: the plot stretches, strokes and labels do not.

use crate::words::Figures;
use guichet_types::{Currency, Date, Money};
use leptos::prelude::*;

/// A balance over days, one value at the end of each, as a step line.
#[derive(Clone, Debug)]
pub struct StepChart {
    /// The first day.
    pub from: Date,
    /// The balance at the end of each day from there, in minor units; the last is now.
    pub values: Vec<i64>,
    /// Its currency.
    pub currency: Currency,
    /// The sentence that says the same.
    pub summary: String,
    /// The word under the last day.
    pub today: String,
}

/// A round number that is not below `value`: 1, 2, 2.5 or 5 times a power of ten.
pub(super) fn round_up(value: i64) -> i64 {
    let mut power = 1_i64;
    while power.saturating_mul(10) <= value {
        power = power.saturating_mul(10);
    }
    for (times, over) in [(1, 1), (2, 1), (5, 2), (3, 1), (4, 1), (5, 1), (6, 1), (8, 1)] {
        let candidate = power.saturating_mul(times) / over;
        if candidate >= value && candidate > 0 {
            return candidate;
        }
    }
    power.saturating_mul(10)
}

/// The axis: lowest value, highest, and how many equal steps between them. Always from nought, as balances are.
fn axis(values: &[i64], unit: i64) -> (i64, i64, i64) {
    let top = values.iter().copied().max().unwrap_or(0).max(0);
    let bottom = values.iter().copied().min().unwrap_or(0).min(0);
    let step = round_up(((top - bottom).max(unit) / 3).max(unit));
    let steps_up = (top + step - 1) / step;
    let steps_down = (-bottom + step - 1) / step;
    let steps_up = if steps_up + steps_down == 0 { 1 } else { steps_up };
    (-steps_down * step, steps_up * step, steps_up + steps_down)
}

/// Hundredths of a percent as SVG writes them: `18.25`.
pub(super) fn coordinate(hundredths: i64) -> String {
    if hundredths % 100 == 0 {
        (hundredths / 100).to_string()
    } else {
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// The chart.
pub fn step_chart(figures: &Figures, chart: &StepChart) -> impl IntoView + use<> {
    let unit = 10_i64.pow(u32::from(chart.currency.digits()));
    let (low, high, steps) = axis(&chart.values, unit);
    let count = i64::try_from(chart.values.len()).unwrap_or(1).max(2);
    let x = |index: usize| coordinate(i64::try_from(index).unwrap_or(0) * 10_000 / (count - 1));
    let y = |value: i64| {
        coordinate(i64::try_from(i128::from(high - value) * 10_000 / i128::from((high - low).max(1))).unwrap_or(0))
    };
    let mut line = String::new();
    for (index, value) in chart.values.iter().enumerate() {
        if index == 0 {
            line.push_str(&format!("M0 {}", y(*value)));
        } else {
            line.push_str(&format!("H{}V{}", x(index), y(*value)));
        }
    }
    let area = format!("{line}V{zero}H0z", zero = y(0));
    let dot = chart.values.last().map(|value| format!("M100 {}h.01", y(*value)));
    let dots = dot.map(|dot| view! { <path class="c-dot" d=dot.clone()></path><path class="c-dot" d=dot></path> });
    let y_labels = (0..=steps)
        .map(|step| {
            let value = high - (high - low) / steps.max(1) * step;
            view! { <li><span>{figures.axis(Money::new(value, chart.currency))}</span></li> }
        })
        .collect_view();
    let days = count - 1;
    let x_labels = (0..5)
        .map(|label| {
            let day = chart.from.plus_days(i32::try_from(days * label / 4).unwrap_or(0));
            let text = if label == 4 { chart.today.clone() } else { figures.short_date(day) };
            view! { <li>{text}</li> }
        })
        .collect_view();
    view! {
        <figure class="chart">
            <div class="chart__plot">
                <ol class="chart__y" aria-hidden="true">{y_labels}</ol>
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=chart.summary.clone()>
                    <path class="c-area" d=area></path><path class="c-line" d=line></path>{dots}
                </svg>
            </div>
            <ol class="chart__x" aria-hidden="true">{x_labels}</ol>
        </figure>
    }
}

/// A line without axes, cropped to its values: how something has gone, in one glance. `summary` says the same in a sentence.
pub fn spark(values: &[i64], summary: String) -> impl IntoView + use<> {
    let (low, high) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let count = i64::try_from(values.len()).unwrap_or(1).max(2);
    // Room for the stroke above and below.
    let y = |value: i64| {
        let span = i128::from(high) - i128::from(low);
        let down = if span == 0 { 5_000 } else { (i128::from(high) - i128::from(value)) * 8_600 / span };
        coordinate(i64::try_from(down).unwrap_or(0) + 700)
    };
    let mut line = String::new();
    for (index, value) in values.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        line.push_str(&format!(
            "{command}{} {}",
            coordinate(i64::try_from(index).unwrap_or(0) * 10_000 / (count - 1)),
            y(*value)
        ));
    }
    let dot = values.last().map(|value| format!("M100 {}h.01", y(*value))).unwrap_or_default();
    view! {
        <svg class="spark spark--wide" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=summary>
            <path class="c-area" d=format!("{line}V100H0z")></path><path class="c-line" d=line></path>
            <path class="c-dot" d=dot.clone()></path><path class="c-dot" d=dot></path>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_axis_begins_at_nought_and_ends_on_a_round_number() {
        assert_eq!(axis(&[490_500, 217_900, 481_200], 100), (0, 600_000, 3));
        assert_eq!(axis(&[0], 100), (0, 100, 1));
        assert_eq!(axis(&[-500], 100).0, -600);
    }

    proptest! {
        #[test]
        fn every_value_is_inside_the_axis(values in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 1..40)) {
            let (low, high, steps) = axis(&values, 100);
            prop_assert!(low <= 0 && high >= 0 && high > low);
            prop_assert!((1..=8).contains(&steps), "{} steps", steps);
            prop_assert!(values.iter().all(|value| (low..=high).contains(value)));
        }
    }
}
