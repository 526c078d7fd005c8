//! What the screens of portfolio are put together from: prices, moves, lamps and the words of kinds.

use crate::{
    portfolio::store::{Instrument, Latest},
    ui::badge,
    web::Visitor,
    words::{Figures, Sign, Words},
};
use guichet_formats::securities::record::{AssetClass, QuoteKind, TransactionKind};
use guichet_types::{Decimal, Money, Price, PriceUnit, Timestamp};
use leptos::prelude::*;

/// A price of a source without delay is real-time for so long; after that it is the last one.
const FRESH_SECONDS: i64 = 15 * 60;
/// A price that is older than so many days is said to be old.
const OLD_DAYS: i32 = 5;

/// A price as it is quoted: `142.86 EUR`, `1,234.50 GBp`, `98.125%`.
#[must_use]
pub fn price_text(figures: &Figures, price: Price) -> String {
    let digits = figures.decimal(price.amount, 2);
    match (price.unit, price.minor_divisor) {
        (PriceUnit::Percent, _) => format!("{digits}%"),
        (PriceUnit::Currency, 1) => format!("{digits}\u{a0}{}", price.currency),
        (PriceUnit::Currency, _) => format!("{digits}\u{a0}{}", minor_code(price)),
    }
}

/// `GBp`, `ZAc`: what is quoted in hundredths.
fn minor_code(price: Price) -> String {
    match price.currency.as_str() {
        "ILS" => "ILA".to_owned(),
        "KWD" => "KWF".to_owned(),
        "ZAR" => "ZAc".to_owned(),
        code => format!("{}{}", &code[..2], code[2..].to_lowercase()),
    }
}

/// A move: arrow, the word for whoever does not see it, and the figures.
pub fn delta(w: Words, sign: i8, text: String) -> impl IntoView + use<> {
    let (dir, word) = match sign {
        1 => (Some("up"), w.get("portfolio-up")),
        -1 => (Some("down"), w.get("portfolio-down")),
        _ => (None, w.get("portfolio-unchanged")),
    };
    view! { <span class="delta" data-dir=dir><span class="vh">{word}" "</span>{text}</span> }
}

/// The sign of a number as it is shown: what rounds to nought is nought.
fn sign_of(number: Decimal) -> i8 {
    match number.cmp(&Decimal::ZERO) {
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
    }
}

/// A fraction as a move in percent: the sign is in the arrow.
pub fn delta_percent(w: Words, figures: &Figures, ratio: Option<Decimal>) -> Option<impl IntoView + use<>> {
    let ratio = ratio?.rounded(4);
    Some(delta(w, sign_of(ratio), figures.percent(ratio.abs(), 2, Sign::Negative)))
}

/// An amount and a fraction as a move of today.
pub fn delta_today(
    w: Words,
    figures: &Figures,
    amount: Option<Money>,
    ratio: Option<Decimal>,
) -> Option<impl IntoView + use<>> {
    let amount = amount?;
    let size = figures.money(Money::new(amount.minor.saturating_abs(), amount.currency), Sign::Negative);
    let percent = ratio.map(|ratio| format!(" ({})", figures.percent(ratio.abs(), 2, Sign::Negative)));
    let text = w.with("portfolio-today", &[("amount", &format!("{size}{}", percent.unwrap_or_default()))]);
    Some(delta(w, sign_of(Decimal::from_units(amount.minor, 0)), text))
}

/// How fresh a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Of this moment.
    RealTime,
    /// Late by rule, so many minutes.
    Delayed(i64),
    /// The close of a day, a net asset value, or what the custodian says.
    Closing,
    /// The last one of a market that has fallen silent.
    Last,
    /// Older than a holiday explains.
    Old,
}

/// How fresh a price is now.
#[must_use]
pub fn freshness(figures: &Figures, latest: &Latest) -> Freshness {
    let age = figures.now().seconds_since(latest.at);
    let (day, _) = figures.local(latest.at);
    if figures.today().days() - day.days() > OLD_DAYS {
        return Freshness::Old;
    }
    match latest.kind {
        QuoteKind::Last if age > FRESH_SECONDS + latest.delay_seconds => Freshness::Last,
        QuoteKind::Last if latest.delay_seconds > 0 => Freshness::Delayed((latest.delay_seconds + 59) / 60),
        QuoteKind::Last => Freshness::RealTime,
        _ => Freshness::Closing,
    }
}

/// How fresh a price is, in words, with its time.
#[must_use]
pub fn freshness_text(w: Words, figures: &Figures, latest: &Latest) -> String {
    let (day, _) = figures.local(latest.at);
    let date = figures.short_date(day);
    match freshness(figures, latest) {
        Freshness::RealTime => w.with("portfolio-real-time", &[("time", &figures.time_seconds(latest.at))]),
        Freshness::Delayed(minutes) => {
            let minutes = minutes.to_string();
            w.with("portfolio-delayed", &[("minutes", &minutes), ("time", &figures.time(latest.at))])
        }
        Freshness::Closing if latest.by_custodian => w.with("portfolio-by-custodian", &[("day", &date)]),
        Freshness::Closing if latest.kind == QuoteKind::Nav => w.with("portfolio-nav", &[("day", &date)]),
        Freshness::Closing => w.with("portfolio-closing", &[("day", &date)]),
        Freshness::Last => w.with("portfolio-last", &[("moment", &figures.moment(latest.at))]),
        Freshness::Old => w.with("portfolio-old", &[("day", &figures.date(day))]),
    }
}

/// The lamp of a price: how fresh it is, and whether there is doubt.
pub fn lamp(visitor: &Visitor, figures: &Figures, latest: Option<&Latest>) -> impl IntoView + use<> {
    let w = visitor.words();
    let Some(latest) = latest else {
        return badge(visitor, "critical", None, w.get("portfolio-not-available")).into_any();
    };
    let text = freshness_text(w, figures, latest);
    let doubt = latest.in_doubt().then(|| {
        view! { " "{badge(visitor, "warning", Some("circle-alert"), w.get("portfolio-in-doubt"))} }
    });
    match freshness(figures, latest) {
        Freshness::RealTime => view! { <span class="live">{text}</span>{doubt} }.into_any(),
        Freshness::Old => view! { {badge(visitor, "warning", Some("clock"), text)}{doubt} }.into_any(),
        _ => view! { <span class="live" data-state="delayed">{text}</span>{doubt} }.into_any(),
    }
}

/// The word of a class.
#[must_use]
pub fn class_word(w: Words, class: AssetClass) -> String {
    match class {
        AssetClass::Equity => w.get("portfolio-class-equity"),
        AssetClass::Fund => w.get("portfolio-class-fund"),
        AssetClass::Etf => w.get("portfolio-class-etf"),
        AssetClass::Bond => w.get("portfolio-class-bond"),
        AssetClass::Option => w.get("portfolio-class-option"),
        AssetClass::Certificate => w.get("portfolio-class-certificate"),
        AssetClass::Commodity => w.get("portfolio-class-commodity"),
        AssetClass::Cash => w.get("portfolio-class-cash"),
        AssetClass::Other => w.get("portfolio-class-other"),
    }
}

/// The word of a transaction.
#[must_use]
pub fn transaction_word(w: Words, kind: TransactionKind) -> String {
    match kind {
        TransactionKind::Buy => w.get("portfolio-buy"),
        TransactionKind::Sell => w.get("portfolio-sell"),
        TransactionKind::Dividend => w.get("portfolio-dividend"),
        TransactionKind::Interest => w.get("portfolio-interest"),
        TransactionKind::Reinvest => w.get("portfolio-reinvest"),
        TransactionKind::Split => w.get("portfolio-split"),
        TransactionKind::Fee => w.get("portfolio-fee"),
        TransactionKind::Tax => w.get("portfolio-tax"),
        TransactionKind::TransferIn => w.get("portfolio-transfer-in"),
        TransactionKind::TransferOut => w.get("portfolio-transfer-out"),
        TransactionKind::Deposit => w.get("portfolio-deposit"),
        TransactionKind::Withdrawal => w.get("portfolio-withdrawal"),
        TransactionKind::CorporateAction => w.get("portfolio-corporate-action"),
    }
}

/// What stands under the name of an instrument: its number and what it is.
#[must_use]
pub fn instrument_line(w: Words, instrument: &Instrument) -> String {
    format!("{} · {}", instrument.key, class_word(w, instrument.class))
}

/// A name for what an element follows, out of words that anybody may have written.
#[must_use]
pub fn key_of(words: &str) -> String {
    words.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect()
}

/// An amount that may be finer than cents, as money: rounded, for showing alone.
#[must_use]
pub fn shown_money(figures: &Figures, amount: Decimal, currency: guichet_types::Currency, sign: Sign) -> String {
    let rounded = amount.rounded(currency.digits());
    Money::from_decimal(rounded, currency).map_or_else(
        |_| format!("{}\u{a0}{currency}", figures.decimal(amount, currency.digits())),
        |money| figures.money(money, sign),
    )
}

/// Where a price came from.
#[must_use]
pub fn price_source(w: Words, latest: &Latest) -> String {
    let by = if latest.by_custodian { Some(w.get("portfolio-custodian")) } else { latest.source.clone() };
    match (by, &latest.mic) {
        (Some(by), Some(mic)) => format!("{by} · {mic}"),
        (Some(by), None) => by,
        (None, Some(mic)) => mic.clone(),
        (None, None) => w.get("portfolio-source-unnamed"),
    }
}

/// The delay of a source, in words.
#[must_use]
pub fn delay_text(w: Words, latest: &Latest) -> String {
    match (latest.kind, latest.delay_seconds) {
        (QuoteKind::Last, 0) => w.get("portfolio-delay-none"),
        (QuoteKind::Last, seconds) => {
            w.with("portfolio-delay-minutes", &[("minutes", &((seconds + 59) / 60).to_string())])
        }
        _ => w.get("portfolio-delay-daily"),
    }
}

/// Why a price was refused.
#[must_use]
pub fn refusal_word(w: Words, reason: &str) -> String {
    match reason {
        "hundredfold" => w.get("portfolio-refused-hundredfold"),
        "jump" => w.get("portfolio-refused-jump"),
        "closed" => w.get("portfolio-refused-closed"),
        "future" => w.get("portfolio-refused-future"),
        "unit" | "currency" => w.get("portfolio-refused-unit"),
        _ => w.get("portfolio-refused-other"),
    }
}

/// The moment of an instant to the second, where it is of today.
#[must_use]
pub fn exact_moment(figures: &Figures, at: Timestamp) -> String {
    let (day, _) = figures.local(at);
    if day == figures.today() {
        figures.time_seconds(at)
    } else {
        format!("{}, {}", figures.date(day), figures.time(at))
    }
}
