//! The time-weighted return: how well the money was invested, whatever was paid in or out meanwhile.
//!
//! A flow is taken at the end of its day: the value of a day holds it already, and the return of the day is
//! `(value − flow) / value of the point before`. Where nothing was there before, the flow itself is what was invested:
//! `value / flow`. The factors of the days are multiplied; each step is rounded half to even at 18 digits behind the point,
//! and the result at [`DIGITS`]. With 10,000 points the steps can move it by less than 10⁻¹³, so the printed digits are those
//! of the exact fraction.

use guichet_types::{Date, Decimal, DecimalError};

/// Digits behind the point of a return: `0.0523400000` is 5.234 %.
pub const DIGITS: u8 = 10;
/// Digits behind the point of each step.
const STEP: u8 = 18;

/// What a portfolio was worth at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day.
    pub date: Date,
    /// Worth at its end, flow included.
    pub value: Decimal,
    /// What was paid in from outside on this day and since the point before, less what was paid out.
    pub flow: Decimal,
}

/// Why there is no return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnError {
    /// The points are not in the order of their days, or two are of one day.
    Order,
    /// A value is below nought, or what was invested is: a return of it says nothing.
    Negative,
    /// A number does not fit.
    Overflow,
}

impl From<DecimalError> for ReturnError {
    fn from(_: DecimalError) -> Self {
        Self::Overflow
    }
}

impl std::fmt::Display for ReturnError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Order => "the points are not in the order of their days",
            Self::Negative => "a value is below nought",
            Self::Overflow => "a number does not fit",
        })
    }
}

impl std::error::Error for ReturnError {}

/// Returns up to the last point, as fractions: 0.05 is 5 %. None where the portfolio is younger than the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Since the day before.
    pub day: Option<Decimal>,
    /// Since seven days before.
    pub week: Option<Decimal>,
    /// Since the same day of the month before, or its last day.
    pub month: Option<Decimal>,
    /// Since the last day of the year before.
    pub year_to_date: Option<Decimal>,
    /// Since the same day of the year before.
    pub year: Option<Decimal>,
    /// Since the first point.
    pub all: Option<Decimal>,
}

/// All returns of a series.
///
/// # Errors
/// When the series is out of order, a value is below nought, or a number does not fit.
pub fn returns(points: &[Point]) -> Result<Returns, ReturnError> {
    match points.split_last() {
        Some((last, before)) => Grown::new(before, last.date)?.with(last.value, last.flow),
        None => Ok(Returns::default()),
    }
}

/// How a portfolio has grown up to the point before the last, in each period. The last one moves with every price; what is
/// before it does not, and is worked out once.
#[derive(Clone, Copy, Debug)]
pub struct Grown {
    /// The value of the point before the last.
    before: Option<Decimal>,
    /// By period, in the order of [`Returns`]; nothing where the portfolio is younger.
    periods: [Option<Result<Decimal, ReturnError>>; 6],
}

impl Grown {
    /// From the points before the last one, which is of `today`.
    ///
    /// # Errors
    /// When they are not in the order of their days.
    pub fn new(points: &[Point], today: Date) -> Result<Self, ReturnError> {
        let ordered = points.windows(2).all(|pair| pair[0].date < pair[1].date);
        if !ordered || points.last().is_some_and(|point| point.date >= today) {
            return Err(ReturnError::Order);
        }
        let since = |start: Option<Date>| {
            let base = start.and_then(|start| points.iter().rposition(|point| point.date <= start));
            base.map(|base| growth(&points[base..]))
        };
        let (year, month, day) = today.ymd();
        let periods = [
            since(Some(today.plus_days(-1))),
            since(Some(today.plus_days(-7))),
            since(if month > 1 { day_or_last(year, month - 1, day) } else { day_or_last(year - 1, 12, day) }),
            since(Date::new(year - 1, 12, 31).ok()),
            since(day_or_last(year - 1, month, day)),
            since(points.first().map(|first| first.date)),
        ];
        Ok(Self { before: points.last().map(|point| point.value), periods })
    }

    /// All returns, with a last point of this value and flow.
    ///
    /// # Errors
    /// When a value is below nought, or a number does not fit.
    pub fn with(&self, value: Decimal, flow: Decimal) -> Result<Returns, ReturnError> {
        let Some(before) = self.before else { return Ok(Returns::default()) };
        let up_to_now = |grown: Option<Result<Decimal, ReturnError>>| {
            grown.map(|grown| ratio(step(grown?, before, value, flow)?)).transpose()
        };
        let [day, week, month, year_to_date, year, all] = self.periods;
        Ok(Returns {
            day: up_to_now(day)?,
            week: up_to_now(week)?,
            month: up_to_now(month)?,
            year_to_date: up_to_now(year_to_date)?,
            year: up_to_now(year)?,
            all: up_to_now(all)?,
        })
    }
}

/// The day of a month, or its last where it has no such day.
fn day_or_last(year: i32, month: u8, day: u8) -> Option<Date> {
    (28..=day.max(28)).rev().find_map(|last| Date::new(year, month, last.min(day)).ok())
}

/// The return from the end of the first point's day to the end of the last point's; the first point's flow does not count.
///
/// # Errors
/// As [`returns`], without looking at the order.
pub fn time_weighted(points: &[Point]) -> Result<Decimal, ReturnError> {
    ratio(growth(points)?)
}

/// The factor of all days, as exact as a step.
fn growth(points: &[Point]) -> Result<Decimal, ReturnError> {
    points
        .windows(2)
        .try_fold(Decimal::new(1, 0), |growth, pair| step(growth, pair[0].value, pair[1].value, pair[1].flow))
}

/// A factor as a return, at the digits that are shown.
fn ratio(growth: Decimal) -> Result<Decimal, ReturnError> {
    Ok(growth.checked_sub(Decimal::new(1, 0))?.rounded(DIGITS))
}

/// One day more.
fn step(growth: Decimal, before: Decimal, value: Decimal, flow: Decimal) -> Result<Decimal, ReturnError> {
    if before.is_negative() || value.is_negative() {
        return Err(ReturnError::Negative);
    }
    let (grown, invested) = if before.is_zero() { (value, flow) } else { (value.checked_sub(flow)?, before) };
    // Nothing was invested and nothing is there: the day does not count.
    if invested.is_zero() && grown.is_zero() {
        return Ok(growth);
    }
    if grown.is_negative() || invested <= Decimal::ZERO {
        return Err(ReturnError::Negative);
    }
    Ok(growth.mul_div(grown, invested, STEP)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn series(points: &[(&str, &str, &str)]) -> Vec<Point> {
        let date = |text: &str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        points.iter().map(|&(day, value, flow)| Point { date: date(day), value: d(value), flow: d(flow) }).collect()
    }

    #[test]
    fn the_example_that_is_worked_by_hand() {
        // 1000 grows to 1100: 1100 / 1000 = 1.1. Then 500 are paid in and the day ends at 1632:
        // (1632 − 500) / 1100 = 1132 / 1100. Then 200 are taken out and it ends at 1395: (1395 + 200) / 1632 = 1595 / 1632.
        // 1.1 × 1132/1100 × 1595/1632 = 1.132 × 1595/1632 = 1.10633578431…, so 10.6335784314 %.
        let points = series(&[
            ("2026-01-05", "1000", "1000"),
            ("2026-01-06", "1100", "0"),
            ("2026-01-07", "1632", "500"),
            ("2026-01-08", "1395", "-200"),
        ]);
        assert_eq!(time_weighted(&points), Ok(d("0.1063357843")));
        // The last day alone: 1595 / 1632 − 1 = −37/1632 = −0.02267156862…
        assert_eq!(returns(&points).map(|all| all.day), Ok(Some(d("-0.0226715686"))));
    }

    #[test]
    fn each_period_begins_where_it_should() {
        // Values 100, 110, 121, …: each step of the list is a tenth more, so a return of n steps is 1.1^n − 1.
        let points = series(&[
            ("2025-02-28", "100", "0"),
            ("2025-12-30", "110", "0"),
            ("2026-01-02", "121", "0"),
            ("2026-02-27", "133.1", "0"),
            ("2026-03-23", "146.41", "0"),
            ("2026-03-30", "161.051", "0"),
            ("2026-03-31", "177.1561", "0"),
        ]);
        let all = returns(&points).unwrap_or_default();
        assert_eq!(all.day, Some(d("0.1")), "since the 30th");
        assert_eq!(all.week, Some(d("0.21")), "since the 23rd, the last point on or before the 24th");
        assert_eq!(
            all.month,
            Some(d("0.331")),
            "since the 27th of February, as the 28th is the last day of that month"
        );
        assert_eq!(all.year_to_date, Some(d("0.61051")), "since the 30th of December");
        assert_eq!(all.year, Some(d("0.771561")), "since the last point on or before 2025-03-31");
        assert_eq!(all.all, Some(d("0.771561")));
        let young = returns(&points[5..]).unwrap_or_default();
        assert_eq!((young.day, young.week, young.all), (Some(d("0.1")), None, Some(d("0.1"))));
        assert_eq!(returns(&points[6..]), Ok(Returns::default()));
        assert_eq!(returns(&[]), Ok(Returns::default()));
    }

    #[test]
    fn an_account_that_was_empty_starts_anew_with_what_is_paid_in() {
        // 1000 / 990 on the way out, nothing while empty, 1010 / 1000 on the day of the new money:
        // 1000/990 × 1010/1000 − 1 = 1010/990 − 1 = 0.0202020202…
        let points = series(&[
            ("2026-01-05", "990", "0"),
            ("2026-01-06", "0", "-1000"),
            ("2026-01-07", "0", "0"),
            ("2026-01-08", "1010", "1000"),
        ]);
        assert_eq!(time_weighted(&points), Ok(d("0.0202020202")));
        let lost = series(&[("2026-01-05", "990", "0"), ("2026-01-06", "0", "0")]);
        assert_eq!(time_weighted(&lost), Ok(d("-1")));
        let odd = series(&[("2026-01-05", "0", "0"), ("2026-01-06", "5", "0")]);
        assert_eq!(time_weighted(&odd), Err(ReturnError::Negative));
        let back = series(&[("2026-01-06", "1", "0"), ("2026-01-06", "1", "0")]);
        assert_eq!(returns(&back), Err(ReturnError::Order));
    }

    /// 250 days whose values and flows come from a small formula. The figure is of Python's `fractions.Fraction`:
    ///
    /// ```text
    /// v, g = Fraction(100000), Fraction(1)
    /// for i in range(1, 251):
    ///     flow = Fraction((i * 7919 % 2001 - 1000), 2) if i % 5 == 0 else 0
    ///     new = (v * (10000 + (i * 104729 % 301) - 148) / 10000 + flow) rounded down to hundredths
    ///     g, v = g * (new - flow) / v, new
    /// print(g - 1)  # 0.10394537817441789962
    /// ```
    #[test]
    fn a_long_series_agrees_with_exact_fractions() {
        let mut points = vec![Point { date: Date::from_days(20_000), value: d("100000"), flow: Decimal::ZERO }];
        let mut cents: i128 = 10_000_000;
        for i in 1..=250_i128 {
            let flow = if i % 5 == 0 { (i * 7_919 % 2_001 - 1_000) * 50 } else { 0 };
            cents = (cents * (10_000 + i * 104_729 % 301 - 148) + flow * 10_000).div_euclid(10_000);
            let day = 20_000 + i32::try_from(i).unwrap_or_default();
            points.push(Point {
                date: Date::from_days(day),
                value: Decimal::new(cents, 2),
                flow: Decimal::new(flow, 2),
            });
        }
        assert_eq!(time_weighted(&points), Ok(d("0.1039453782")));
    }

    proptest! {
        #[test]
        fn flows_do_not_change_the_return(steps in proptest::collection::vec((1_i64..2_000, -90_i64..90), 1..60)) {
            // The same growth each day, once with and once without payments; payments come at the end of a day.
            let (mut plain, mut paid) = (vec![Point { date: Date::from_days(0), value: d("1000"), flow: d("0") }], Vec::new());
            paid.push(plain[0]);
            let mut growth = d("1");
            for (day, (permille, percent)) in steps.into_iter().enumerate() {
                let factor = Decimal::from_units(permille, 3);
                growth = growth.mul_div(factor, d("1"), 18).unwrap_or_default();
                prop_assume!(growth > d("0.0001") && growth < d("1000000"));
                let date = Date::from_days(day as i32 + 1);
                let grown = |value: Decimal| value.mul_div(factor, d("1"), 17).unwrap_or_default();
                let value = grown(plain[day].value);
                plain.push(Point { date, value, flow: d("0") });
                let value = grown(paid[day].value);
                let flow = value.mul_div(Decimal::from_units(percent, 2), d("1"), 12).unwrap_or_default();
                prop_assume!(value > d("0.000001"));
                paid.push(Point { date, value: value.checked_add(flow).unwrap_or_default(), flow });
            }
            let (plain, paid) = (time_weighted(&plain), time_weighted(&paid));
            let off = plain.and_then(|a| Ok(a.checked_sub(paid?)?.abs()));
            prop_assert!(off.is_ok_and(|off| off <= d("0.001")), "{:?} {:?}", plain, paid);
        }
    }
}
