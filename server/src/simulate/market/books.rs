//! What the simulated market knows: its papers, their prices on every day, and rates of exchange. The same day gives the same
//! price, whenever it is asked.

use guichet_platform::random::SeededRandom;
use guichet_types::{Currency, Date, Decimal, Price, PriceUnit, Quantity, Rate, quoted_currency};

/// Digits behind the point that prices are kept with.
pub(super) const DIGITS: u8 = 4;
/// So many days after the beginning one share becomes four.
pub(super) const SPLIT: (usize, i32, i64) = (3, 200, 4);

/// A paper that is traded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paper {
    pub isin: &'static str,
    pub name: &'static str,
    pub ticker: &'static str,
    /// `XGUI` never shuts; what trades elsewhere has its hours.
    pub mic: &'static str,
    pub class: &'static str,
    /// As it is quoted: `GBp` for pence.
    pub currency: &'static str,
    pub country: &'static str,
    pub region: &'static str,
    pub percent: bool,
    /// One net asset value a day instead of a running price.
    pub nav: bool,
    pub delay_seconds: i64,
    /// The first price.
    pub start: i64,
    /// Most that a day moves it, in hundred-thousandths, and how much it leans upwards.
    pub swing: u64,
    pub lean: i64,
}

const SHARE: Paper = Paper {
    isin: "",
    name: "",
    ticker: "",
    mic: "XGUI",
    class: "equity",
    currency: "EUR",
    country: "",
    region: "Europe",
    percent: false,
    nav: false,
    delay_seconds: 0,
    start: 0,
    swing: 2_400,
    lean: 90,
};

pub(super) const PAPERS: [Paper; 10] = [
    Paper {
        isin: "IE00BGUICH04",
        name: "World Equity Index ETF",
        ticker: "WEQI",
        class: "etf",
        country: "IE",
        region: "World",
        start: 1_165_400,
        swing: 1_300,
        lean: 75,
        ..SHARE
    },
    Paper { isin: "NO0010GUI840", name: "Nordlys Energi", ticker: "NORD", country: "NO", start: 237_000, ..SHARE },
    Paper {
        isin: "FI4000GUI118",
        name: "Helvar Industries",
        ticker: "HELV",
        country: "FI",
        start: 999_000,
        lean: -20,
        ..SHARE
    },
    Paper {
        isin: "US0GUICHET02",
        name: "Blue Ridge Software",
        ticker: "BLRS",
        country: "US",
        currency: "USD",
        region: "North America",
        start: 612_000,
        swing: 3_000,
        lean: 140,
        ..SHARE
    },
    Paper {
        isin: "GB00BGUICH09",
        name: "Thames & Avon Water",
        ticker: "TAW",
        country: "GB",
        currency: "GBp",
        delay_seconds: 900,
        start: 8_420_000,
        swing: 1_600,
        lean: 20,
        ..SHARE
    },
    Paper {
        isin: "DE000GU1CH08",
        name: "Hafen Rouen 2.5 % 2031",
        ticker: "HFR31",
        class: "bond",
        country: "DE",
        percent: true,
        start: 971_200,
        swing: 260,
        lean: 8,
        ..SHARE
    },
    Paper {
        isin: "LU0GUICHET31",
        name: "Euro Balanced Fund",
        ticker: "EBF",
        class: "fund",
        country: "LU",
        nav: true,
        start: 1_121_500,
        swing: 700,
        lean: 35,
        ..SHARE
    },
    Paper {
        isin: "PTCAR0GUI006",
        name: "Caravelle Logistics",
        ticker: "CARV",
        mic: "XLIS",
        country: "PT",
        delay_seconds: 1_200,
        start: 125_000,
        ..SHARE
    },
    Paper { isin: "FR0014GUI0H6", name: "Osmia Health", ticker: "OSMI", country: "FR", start: 475_000, ..SHARE },
    Paper { isin: "DE000KRANZ09", name: "Kranz Robotics", ticker: "KRZ", country: "DE", start: 884_000, ..SHARE },
];

/// A walk of whole numbers: one step a day, by chance that repeats.
fn walk(seed: u64, start: i64, swing: u64, lean: i64, first: Date, day: Date) -> i64 {
    let mut value = start;
    for at in first.days()..=day.days() {
        let random = SeededRandom::new(i64::from(at).unsigned_abs() * 64 + seed);
        let step = i64::try_from(random.below(2 * swing + 1)).unwrap_or(0) - i64::try_from(swing).unwrap_or(0) + lean;
        if Date::from_days(at).weekday() <= 5 {
            value += value * step / 100_000;
        }
    }
    value.max(1)
}

/// The close of a day, in ten-thousandths, in the units of that day. A weekend has Friday's.
pub(super) fn close(paper: usize, first: Date, day: Date) -> i64 {
    let Paper { start, swing, lean, .. } = PAPERS[paper];
    let price = walk(paper as u64, start, swing, lean, first, day);
    if paper == SPLIT.0 && day < split_day(first) { price * SPLIT.2 } else { price }
}

/// The day of the split.
pub(super) fn split_day(first: Date) -> Date {
    trading_day(first.plus_days(SPLIT.1))
}

/// The day itself, or the Monday behind it.
pub(super) fn trading_day(day: Date) -> Date {
    match day.weekday() {
        6 => day.plus_days(2),
        7 => day.plus_days(1),
        _ => day,
    }
}

/// What one euro is on a day: US dollars and pounds, in ten-thousandths.
pub(super) fn euro(currency: &str, first: Date, day: Date) -> Decimal {
    let rate = match currency {
        "USD" => walk(40, 11_050, 380, 6, first, day),
        "GBP" => walk(41, 8_560, 260, -2, first, day),
        _ => 10_000,
    };
    Decimal::from_units(rate, DIGITS)
}

/// A price as the portal reads one.
pub(super) fn price(paper: usize, ten_thousandths: i64) -> Price {
    let (currency, minor_divisor) = quoted_currency(PAPERS[paper].currency).unwrap_or((Currency::EUR, 1));
    let unit = if PAPERS[paper].percent { PriceUnit::Percent } else { PriceUnit::Currency };
    Price { amount: shown(ten_thousandths), currency, unit, minor_divisor }
}

/// The figure that is quoted: two digits behind the point, three for percent and small prices.
pub(super) fn shown(ten_thousandths: i64) -> Decimal {
    Decimal::from_units(ten_thousandths, DIGITS).rounded(if ten_thousandths < 200_000 { 3 } else { 2 })
}

/// What so many cost in cents of euro at the close of a day.
pub(super) fn worth(paper: usize, quantity: Decimal, first: Date, day: Date) -> i64 {
    let price = price(paper, close(paper, first, day));
    let one = Decimal::new(1, 0);
    let rate = Rate::by_euro(price.currency, euro(price.currency.as_str(), first, day), Currency::EUR, one);
    rate.and_then(|rate| price.value_in(Quantity(quantity), one, &rate).ok()).map_or(0, |money| money.minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paper_has_an_isin_that_checks_and_stays_in_bounds() {
        let first = Date::new(2025, 11, 1).unwrap();
        for (index, paper) in PAPERS.iter().enumerate() {
            assert!(paper.isin.parse::<guichet_types::Isin>().is_ok(), "{}", paper.isin);
            let mut before = close(index, first, first);
            for day in 1..420 {
                let now = close(index, first, first.plus_days(day));
                let split = index == SPLIT.0 && first.plus_days(day) == split_day(first);
                assert!(split || (now - before).abs() * 10 < before, "{} moves from {before} to {now}", paper.name);
                before = now;
            }
            assert!(before > paper.start / 4 && before < paper.start * 5, "{}: {before}", paper.name);
        }
    }

    #[test]
    fn a_day_is_the_same_whenever_it_is_asked() {
        let first = Date::new(2025, 11, 1).unwrap();
        assert_eq!(close(3, first, first.plus_days(99)), close(3, first, first.plus_days(99)));
        assert_eq!(euro("USD", first, first.plus_days(99)), euro("USD", first, first.plus_days(99)));
    }
}
