//! Figures and dates as the reader writes them: amounts, days, times, ages.

use super::Words;
use fixed_decimal::{Decimal as IcuDecimal, SignDisplay};
use guichet_types::{Currency, Date, Decimal, Locale, Money, Timestamp};
use icu_calendar::Iso;
use icu_datetime::{DateTimeFormatter, fieldsets};
use icu_decimal::DecimalFormatter;
use icu_locale_core::{Locale as IcuLocale, locale};
use jiff::tz::TimeZone;
use std::sync::LazyLock;

/// Whether an amount shows its sign when money comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `€12.00`, `−€12.00`: balances.
    Negative,
    /// `+€12.00`, `−€12.00`: movements.
    Always,
}

struct Formatters {
    number: DecimalFormatter,
    day_month_year: DateTimeFormatter<fieldsets::YMD>,
    weekday_day_month: DateTimeFormatter<fieldsets::MDE>,
    short_day: DateTimeFormatter<fieldsets::MD>,
    short_weekday_day: DateTimeFormatter<fieldsets::MDE>,
}

const fn icu(language: Locale) -> IcuLocale {
    match language {
        Locale::En => locale!("en-GB"),
        Locale::Fr => locale!("fr-FR"),
        Locale::De => locale!("de-DE"),
    }
}

/// The data is compiled in for every locale, so that none of these can be missing.
#[expect(clippy::expect_used, reason = "compiled-in data of a fixed locale; every language is built by a test")]
static FORMATTERS: LazyLock<[Formatters; 3]> = LazyLock::new(|| {
    Locale::ALL.map(|language| {
        let locale = || icu(language).into();
        Formatters {
            number: DecimalFormatter::try_new(icu(language).into(), Default::default()).expect("numbers"),
            day_month_year: DateTimeFormatter::try_new(locale(), fieldsets::YMD::long()).expect("dates"),
            weekday_day_month: DateTimeFormatter::try_new(locale(), fieldsets::MDE::long()).expect("dates"),
            short_day: DateTimeFormatter::try_new(locale(), fieldsets::MD::medium()).expect("dates"),
            short_weekday_day: DateTimeFormatter::try_new(locale(), fieldsets::MDE::medium()).expect("dates"),
        }
    })
});

/// Writes figures and dates for one reader.
#[derive(Clone, Debug)]
pub struct Figures {
    locale: Locale,
    zone: TimeZone,
    now: Timestamp,
    today: Date,
}

/// Between a figure and its unit: a space that does not break.
const NBSP: char = '\u{a0}';
/// The true minus.
const MINUS: char = '\u{2212}';

impl Figures {
    /// For a reader of `locale`, at `now`, in the institution's time zone.
    #[must_use]
    pub fn new(locale: Locale, zone: TimeZone, now: Timestamp) -> Self {
        // Asked for by every row of a list.
        let today = local(now, &zone).0;
        Self { locale, zone, now, today }
    }

    fn formatters(&self) -> &'static Formatters {
        &FORMATTERS[self.locale as usize]
    }

    /// The instant that ages are counted to.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Today, in the institution's time zone.
    #[must_use]
    pub const fn today(&self) -> Date {
        self.today
    }

    /// The date and the time of day (minutes since midnight) of an instant.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> (Date, i32) {
        local(at, &self.zone)
    }

    /// A plain whole number, grouped.
    #[must_use]
    pub fn number(&self, number: i64) -> String {
        self.formatters().number.format(&IcuDecimal::from(number)).to_string()
    }

    /// An exact decimal, grouped, with at least so many digits behind the point: `1,234.50`.
    #[must_use]
    pub fn decimal(&self, number: Decimal, least: u8) -> String {
        let mut shown = IcuDecimal::from(number.mantissa());
        shown.multiply_pow10(-i16::from(number.scale()));
        shown.pad_end(-i16::from(least));
        shown.apply_sign_display(SignDisplay::Never);
        let digits = self.formatters().number.format(&shown).to_string();
        if number.is_negative() { format!("{MINUS}{digits}") } else { digits }
    }

    /// A fraction as percent, with so many digits: `0.47%`, `+0,47 %`.
    #[must_use]
    pub fn percent(&self, fraction: Decimal, digits: u8, sign: Sign) -> String {
        let hundred = fraction.checked_mul(Decimal::new(100, 0)).unwrap_or(fraction).rounded(digits);
        let plus = if sign == Sign::Always && hundred > Decimal::ZERO { "+" } else { "" };
        let gap = if self.locale == Locale::En { String::new() } else { NBSP.to_string() };
        format!("{plus}{}{gap}%", self.decimal(hundred, digits))
    }

    /// A time of day to the second, for prices: `14:32:08`.
    #[must_use]
    pub fn time_seconds(&self, at: Timestamp) -> String {
        format!("{}:{:02}", self.time(at), at.millis().div_euclid(1_000).rem_euclid(60))
    }

    /// The digits of an amount without sign and currency, grouped: `4,812.37`.
    fn digits(&self, money: Money) -> String {
        let mut number = IcuDecimal::from(money.minor);
        let digits = i16::from(money.currency.digits());
        number.multiply_pow10(-digits);
        number.pad_end(-digits);
        number.apply_sign_display(SignDisplay::Never);
        self.formatters().number.format(&number).to_string()
    }

    /// An amount with its currency where the language puts it: `−€86.40`, `−86,40 €`.
    #[must_use]
    pub fn money(&self, money: Money, sign: Sign) -> String {
        let (before, digits, after) = self.money_parts(money, sign);
        before + &digits + &after
    }

    /// An amount in pieces: what stands before the digits, the digits, what stands behind.
    fn money_parts(&self, money: Money, sign: Sign) -> (String, String, String) {
        let mut before = String::new();
        match money.minor {
            0 => {}
            ..0 => before.push(MINUS),
            1.. if sign == Sign::Always => before.push('+'),
            1.. => {}
        }
        let symbol = symbol(money.currency);
        if self.locale == Locale::En {
            before.push_str(symbol.unwrap_or(money.currency.as_str()));
            if symbol.is_none() {
                before.push(NBSP);
            }
            (before, self.digits(money), String::new())
        } else {
            (before, self.digits(money), format!("{NBSP}{}", symbol.unwrap_or(money.currency.as_str())))
        }
    }

    /// An amount for a large figure: the whole part, and the part that is set smaller (`.37`, `,37 €`).
    #[must_use]
    pub fn figure(&self, money: Money) -> (String, String) {
        let (before, digits, after) = self.money_parts(money, Sign::Negative);
        let point = if self.locale == Locale::En { '.' } else { ',' };
        match digits.rsplit_once(point) {
            Some((whole, minor)) if money.currency.digits() > 0 => (before + whole, format!("{point}{minor}{after}")),
            _ => (before + &digits, after),
        }
    }

    /// A label of a chart's axis: `€6k`, `€2.5m`, without minor units.
    #[must_use]
    pub fn axis(&self, money: Money) -> String {
        let unit = 10_i64.pow(u32::from(money.currency.digits()));
        let whole = money.minor / unit;
        let (mut number, suffix) = match whole.abs() {
            1_000_000.. => (scaled(whole / 10_000, 2), "m"),
            1_000.. => (scaled(whole / 10, 2), "k"),
            _ => (IcuDecimal::from(whole), ""),
        };
        number.apply_sign_display(SignDisplay::Never);
        let digits = self.formatters().number.format(&number).to_string();
        let sign = if whole < 0 { MINUS.to_string() } else { String::new() };
        let symbol = symbol(money.currency).unwrap_or(money.currency.as_str());
        if self.locale == Locale::En {
            format!("{sign}{symbol}{digits}{suffix}")
        } else {
            let gap = if suffix.is_empty() { String::new() } else { format!("{NBSP}{suffix}") };
            format!("{sign}{digits}{gap}{NBSP}{symbol}")
        }
    }

    /// `12 November 2026`.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        self.formatters().day_month_year.format(&iso(date)).to_string()
    }

    /// `Monday 16 November`; with the year when it is not this one.
    #[must_use]
    pub fn weekday_date(&self, date: Date) -> String {
        if date.ymd().0 == self.today().ymd().0 {
            self.formatters().weekday_day_month.format(&iso(date)).to_string()
        } else {
            self.date(date)
        }
    }

    /// `Mon 16 Nov`.
    #[must_use]
    pub fn short_weekday(&self, date: Date) -> String {
        self.formatters().short_weekday_day.format(&iso(date)).to_string()
    }

    /// `16 Nov`.
    #[must_use]
    pub fn short_date(&self, date: Date) -> String {
        self.formatters().short_day.format(&iso(date)).to_string()
    }

    /// The heading of a day: `Today, Tuesday 17 November`.
    #[must_use]
    pub fn day_heading(&self, date: Date) -> String {
        let w = Words(self.locale);
        let day = self.weekday_date(date);
        match self.today().days() - date.days() {
            0 => w.with("day-today", &[("day", &day)]),
            1 => w.with("day-yesterday", &[("day", &day)]),
            _ => day,
        }
    }

    /// `14:32`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        let (_, minutes) = self.local(at);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// When something was seen: `Today, 14:32`, `Yesterday, 19:02`, `2 Nov, 08:41`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        let w = Words(self.locale);
        let (date, _) = self.local(at);
        let time = self.time(at);
        match self.today().days() - date.days() {
            0 => w.with("moment-today", &[("time", &time)]),
            1 => w.with("moment-yesterday", &[("time", &time)]),
            _ => w.with("moment", &[("day", &self.short_date(date)), ("time", &time)]),
        }
    }

    /// How long ago: seconds under a minute, then minutes, after an hour the moment.
    #[must_use]
    pub fn age(&self, at: Timestamp) -> String {
        let w = Words(self.locale);
        match self.now.seconds_since(at).max(0) {
            seconds @ 0..60 => w.with("age-seconds", &[("n", &seconds.to_string())]),
            seconds @ 60..3_600 => w.with("age-minutes", &[("n", &(seconds / 60).to_string())]),
            _ => self.moment(at),
        }
    }

    /// The instant as `<time datetime>` has it, RFC 3339 in UTC.
    #[must_use]
    pub fn machine(at: Timestamp) -> String {
        jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_string()
    }
}

/// The date and the minutes since midnight of an instant in a time zone.
fn local(at: Timestamp, zone: &TimeZone) -> (Date, i32) {
    let at = zone.to_datetime(jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default());
    let date = Date::new(i32::from(at.year()), at.month().unsigned_abs(), at.day().unsigned_abs());
    (date.unwrap_or(Date::from_days(0)), i32::from(at.hour()) * 60 + i32::from(at.minute()))
}

fn iso(date: Date) -> icu_calendar::Date<Iso> {
    let (year, month, day) = date.ymd();
    // Ours is a real day between the years 1 and 9999, and so is ICU4X's.
    icu_calendar::Date::try_new_iso(year, month, day).unwrap_or_else(|_| {
        icu_calendar::Date::from_rata_die(icu_calendar::types::RataDie::new(i64::from(date.days()) + 719_163), Iso)
    })
}

/// `number / 10^places`, without zeros behind the point.
fn scaled(number: i64, places: i16) -> IcuDecimal {
    let mut decimal = IcuDecimal::from(number);
    decimal.multiply_pow10(-places);
    decimal.trim_end();
    decimal
}

/// The sign of a currency that every reader knows; the rest go by their code.
fn symbol(currency: Currency) -> Option<&'static str> {
    match currency.as_str() {
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "USD" => Some("$"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(locale: Locale) -> Figures {
        Figures::new(locale, TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC), Timestamp(1_794_922_320_000))
    }

    #[test]
    fn an_amount_is_written_as_the_reader_writes_it() {
        let money = Money::new(-481_237, Currency::EUR);
        assert_eq!(figures(Locale::En).money(money, Sign::Always), "−€4,812.37");
        assert_eq!(figures(Locale::Fr).money(money, Sign::Always), "−4\u{202f}812,37\u{a0}€");
        assert_eq!(figures(Locale::De).money(money, Sign::Always), "−4.812,37\u{a0}€");
        assert_eq!(figures(Locale::En).money(Money::new(264_000, Currency::EUR), Sign::Always), "+€2,640.00");
        assert_eq!(figures(Locale::En).money(Money::new(0, Currency::EUR), Sign::Always), "€0.00");
    }

    #[test]
    fn a_large_figure_sets_its_cents_small() {
        let money = Money::new(481_237, Currency::EUR);
        assert_eq!(figures(Locale::En).figure(money), ("€4,812".to_owned(), ".37".to_owned()));
        assert_eq!(figures(Locale::De).figure(money), ("4.812".to_owned(), ",37\u{a0}€".to_owned()));
        let yen = "JPY".parse().unwrap_or(Currency::EUR);
        assert_eq!(figures(Locale::En).figure(Money::new(1_234_567, yen)), ("¥1,234,567".to_owned(), String::new()));
        assert_eq!(
            figures(Locale::De).figure(Money::new(1_234_567, yen)),
            ("1.234.567".to_owned(), "\u{a0}¥".to_owned())
        );
    }

    #[test]
    fn a_day_and_a_moment_are_told_from_where_the_institution_is() {
        let at = Timestamp(1_794_922_320_000);
        let en = figures(Locale::En);
        assert_eq!(en.today().to_string(), "2026-11-17");
        assert_eq!(en.time(at), "14:32");
        assert_eq!(en.day_heading(en.today()), "Today, Tuesday 17 November");
        assert_eq!(en.date(en.today()), "17 November 2026");
        assert_eq!(figures(Locale::De).date(en.today()), "17. November 2026");
        assert_eq!(figures(Locale::Fr).day_heading(en.today().plus_days(-4)), "vendredi 13 novembre");
        assert_eq!(en.age(at.plus_seconds(-2)), "2 s ago");
        assert_eq!(en.age(at.plus_seconds(-7_200)), "Today, 12:32");
    }

    #[test]
    fn a_price_keeps_every_digit_and_a_percentage_two() {
        let number: Decimal = "-1234.5".parse().unwrap_or_default();
        assert_eq!(figures(Locale::En).decimal(number, 2), "−1,234.50");
        assert_eq!(figures(Locale::De).decimal("0.98125".parse().unwrap_or_default(), 2), "0,98125");
        let fraction: Decimal = "0.004711".parse().unwrap_or_default();
        assert_eq!(figures(Locale::En).percent(fraction, 2, Sign::Always), "+0.47%");
        assert_eq!(figures(Locale::Fr).percent(fraction.negate(), 2, Sign::Always), "−0,47\u{a0}%");
        assert_eq!(figures(Locale::En).time_seconds(Timestamp(1_794_922_328_000)), "14:32:08");
    }

    #[test]
    fn an_axis_says_thousands_shortly() {
        let en = figures(Locale::En);
        assert_eq!(en.axis(Money::new(600_000, Currency::EUR)), "€6k");
        assert_eq!(en.axis(Money::new(250_000_000, Currency::EUR)), "€2.5m");
        assert_eq!(en.axis(Money::new(-50_000, Currency::EUR)), "−€500");
    }
}
