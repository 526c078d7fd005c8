//! The custodian's side: two portfolios, what was done in them, and what they hold on a day.

use super::books::{PAPERS, SPLIT, close, shown, split_day, trading_day, worth};
use guichet_types::{Date, Decimal};
use serde_json::{Value, json};

/// A portfolio.
#[derive(Clone, Copy, Debug)]
pub(super) struct Custody {
    pub account: &'static str,
    pub name: &'static str,
    pub holder: &'static str,
    plan: &'static [(i32, Deed)],
}

/// What is done, so many days after the beginning.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// So many cents are paid in, or out.
    Pay(i64),
    /// So many of a paper are bought, or sold below nought.
    Trade(usize, i64),
    /// So many ten-thousandths of a euro for each one.
    Dividend(usize, i64),
    /// So many cents.
    Coupon(usize, i64),
    /// So many cents.
    Fee(i64),
    Split,
}

pub(super) const CUSTODY: [Custody; 2] = [
    Custody {
        account: "70011234",
        name: "Custody account",
        holder: "44712208",
        plan: &[
            (0, Deed::Pay(3_000_000)),
            (2, Deed::Trade(0, 50)),
            (3, Deed::Trade(1, 110)),
            (5, Deed::Trade(3, 8)),
            (8, Deed::Trade(4, 320)),
            (12, Deed::Trade(5, 4_000)),
            (20, Deed::Trade(2, 36)),
            (34, Deed::Trade(6, 15)),
            (60, Deed::Trade(7, 150)),
            (90, Deed::Fee(-750)),
            (120, Deed::Pay(150_000)),
            (122, Deed::Trade(0, 12)),
            (168, Deed::Dividend(1, 8_500)),
            (181, Deed::Fee(-750)),
            (SPLIT.1, Deed::Split),
            (232, Deed::Coupon(5, 10_000)),
            (260, Deed::Trade(2, -12)),
            (272, Deed::Fee(-750)),
            (300, Deed::Pay(-50_000)),
        ],
    },
    Custody {
        account: "70011299",
        name: "Custody account",
        holder: "44712209",
        plan: &[
            (10, Deed::Pay(300_000)),
            (12, Deed::Trade(0, 14)),
            (15, Deed::Trade(1, 30)),
            (168, Deed::Dividend(1, 8_500)),
            (170, Deed::Pay(20_000)),
        ],
    },
];

/// A transaction: its day, what the document says of it, and what it does to units and money.
pub(super) struct Done {
    pub day: Date,
    pub told: Value,
    paper: Option<usize>,
    units: Decimal,
    cents: i64,
}

fn cents(cents: i64) -> String {
    Decimal::from_units(cents, 2).to_string()
}

impl Custody {
    /// Everything that was done up to a day, in order.
    pub fn done(&self, first: Date, through: Date) -> Vec<Done> {
        let mut done: Vec<Done> = Vec::new();
        for (number, (offset, deed)) in self.plan.iter().enumerate() {
            let day = trading_day(first.plus_days(*offset));
            if day > through {
                continue;
            }
            let reference = format!("{}-{:04}", self.account, number + 1);
            let next = self.one(*deed, day, first, &done, &reference);
            done.push(next);
        }
        done
    }

    fn one(&self, deed: Deed, day: Date, first: Date, before: &[Done], reference: &str) -> Done {
        let base = |kind: &str| json!({"reference": reference, "type": kind, "trade_date": day.to_string()});
        let with = |mut told: Value, more: Value| {
            if let (Some(told), Some(more)) = (told.as_object_mut(), more.as_object()) {
                told.extend(more.clone());
            }
            told
        };
        let held = |paper: usize| held(before, paper);
        let isin = |paper: usize| PAPERS[paper].isin;
        let money = |told: Value, cents: i64| Done { day, told, paper: None, units: Decimal::ZERO, cents };
        match deed {
            Deed::Pay(amount) => {
                let kind = if amount > 0 { "deposit" } else { "withdrawal" };
                money(with(base(kind), json!({"net": cents(amount)})), amount)
            }
            Deed::Fee(amount) => money(with(base("fee"), json!({"net": cents(amount), "text": "Custody fee"})), amount),
            Deed::Trade(paper, count) => {
                let units = Decimal::from_units(count, 0);
                let gross = worth(paper, units.abs(), first, day);
                let (fee, kind) = (490, if count > 0 { "buy" } else { "sell" });
                let net = if count > 0 { -(gross + fee) } else { gross - fee };
                let more = json!({
                    "instrument": isin(paper), "quantity": units.abs().to_string(),
                    "price": shown(close(paper, first, day)).to_string(), "price_currency": PAPERS[paper].currency, "gross": cents(gross), "fees": cents(fee),
                    "net": cents(net), "currency": "EUR", "settle_date": trading_day(day.plus_days(2)).to_string(),
                });
                Done { day, told: with(base(kind), more), paper: Some(paper), units, cents: net }
            }
            Deed::Dividend(paper, each) => {
                let gross = held(paper).mul_div(Decimal::from_units(each, 4), Decimal::new(1, 0), 2);
                let gross = gross.ok().and_then(|gross| gross.to_units(2).ok()).unwrap_or(0);
                let tax = gross * 15 / 100;
                let more = json!({
                    "instrument": isin(paper), "gross": cents(gross), "taxes": cents(tax), "net": cents(gross - tax),
                    "text": "Annual dividend",
                });
                money(with(base("dividend"), more), gross - tax)
            }
            Deed::Coupon(paper, amount) => {
                let more = json!({
                    "instrument": isin(paper), "gross": cents(amount), "net": cents(amount), "text": "Coupon 2.5 %",
                });
                money(with(base("interest"), more), amount)
            }
            Deed::Split => {
                let paper = SPLIT.0;
                let more = json!({"instrument": isin(paper), "ratio": format!("{}:1", SPLIT.2)});
                let gained = held(paper).checked_mul(Decimal::from_units(SPLIT.2 - 1, 0)).unwrap_or_default();
                Done {
                    day: split_day(first),
                    told: with(base("split"), more),
                    paper: Some(paper),
                    units: gained,
                    cents: 0,
                }
            }
        }
    }

    /// The document of transactions from a day on, and of what is held at the end of another.
    pub fn document(&self, first: Date, from: Date, through: Date) -> Value {
        let done = self.done(first, through);
        let transactions: Vec<&Value> = done.iter().filter(|one| one.day >= from).map(|one| &one.told).collect();
        let positions: Vec<Value> = (0..PAPERS.len())
            .map(|paper| (paper, held(&done, paper)))
            .filter(|(_, units)| !units.is_zero())
            .map(|(paper, units)| {
                json!({
                    "instrument": PAPERS[paper].isin, "quantity": units.to_string(),
                    "price": shown(close(paper, first, through)).to_string(), "price_currency": PAPERS[paper].currency,
                })
            })
            .collect();
        let money: i64 = done.iter().map(|one| one.cents).sum();
        json!({
            "account": self.account, "currency": "EUR", "name": self.name, "holders": [self.holder],
            "as_of": through.to_string(), "positions": positions, "transactions": transactions,
            "cash": [{"name": "Settlement account", "amount": cents(money), "currency": "EUR"}],
        })
    }
}

fn held(done: &[Done], paper: usize) -> Decimal {
    let of = done.iter().filter(|one| one.paper == Some(paper));
    of.fold(Decimal::ZERO, |sum, one| sum.checked_add(one.units).unwrap_or(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_spends_what_is_not_there() {
        let first = Date::new(2025, 11, 3).unwrap();
        for custody in CUSTODY {
            let mut money = 0;
            for one in custody.done(first, first.plus_days(400)) {
                money += one.cents;
                assert!(money >= 0, "{} has {money} on {}", custody.account, one.day);
            }
        }
    }

    #[test]
    fn the_documents_are_read_without_a_word() {
        let first = Date::new(2025, 11, 3).unwrap();
        let list: Vec<Value> = CUSTODY.iter().map(|c| c.document(first, first, first.plus_days(399))).collect();
        let instruments = super::super::instruments();
        let text = json!({"guichet": "portfolio/1", "instruments": instruments, "portfolios": list}).to_string();
        let limits = guichet_formats::Limits::default();
        let report = guichet_formats::securities::report_bytes(text.as_bytes(), &limits);
        assert_eq!((report.class.as_str(), report.quarantined_count), ("accept", 0), "{:?}", report.findings);
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}
