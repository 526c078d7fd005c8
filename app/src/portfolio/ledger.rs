//! What is held on a day, and what was paid for it: the custodian's word of a day, and the transactions behind it.
//!
//! Pure. A snapshot is the anchor: quantities go forward from the latest one, and backward from the first one for the days
//! before it. Without any snapshot they begin at nought. Every figure is an exact decimal; where a split or an average divides,
//! it is rounded half to even at [`DIGITS`].

use guichet_formats::securities::record::TransactionKind;
use guichet_types::{Currency, Date, Decimal, DecimalError, Id, kind};
use std::collections::{BTreeMap, BTreeSet};

/// An instrument.
pub type InstrumentId = Id<kind::Instrument>;
/// How many are held of what.
pub type Held = BTreeMap<InstrumentId, Decimal>;
/// How much money there is of each currency.
pub type Money = BTreeMap<Currency, Decimal>;

/// Digits behind the point where something is divided.
pub const DIGITS: u8 = 12;

/// A line of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Of what.
    pub instrument: InstrumentId,
    /// How many.
    pub quantity: Decimal,
    /// What was paid for all of it, where the custodian says so.
    pub cost: Option<(Decimal, Currency)>,
}

/// What was held at the end of a day, as the custodian says.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The day.
    pub day: Date,
    /// All that was held.
    pub lines: Vec<Line>,
}

/// The money beside it at the end of a day, as the custodian says.
#[derive(Clone, Debug, PartialEq)]
pub struct CashSnapshot {
    /// The day.
    pub day: Date,
    /// All of it.
    pub amounts: Vec<(Currency, Decimal)>,
}

/// A transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The day of the trade.
    pub day: Date,
    /// The custodian's number of it.
    pub reference: String,
    /// What it does.
    pub kind: TransactionKind,
    /// To what; none for money.
    pub instrument: Option<InstrumentId>,
    /// Signed: received above nought.
    pub quantity: Decimal,
    /// As quoted.
    pub price: Option<Decimal>,
    /// Before fees, not below nought.
    pub gross: Option<Decimal>,
    /// What the money account sees: paid is below nought.
    pub net: Option<Decimal>,
    /// Of the amounts.
    pub currency: Currency,
    /// A split: new ones for old ones.
    pub ratio: Option<(Decimal, Decimal)>,
}

impl Move {
    /// Does it change how many are held? A dividend may name a quantity too, and changes nothing.
    #[must_use]
    pub const fn moves(&self) -> bool {
        use TransactionKind as K;
        matches!(self.kind, K::Buy | K::Sell | K::Reinvest | K::TransferIn | K::TransferOut | K::CorporateAction)
    }

    fn forward(&self, held: &mut Held) -> Result<(), DecimalError> {
        let Some(instrument) = self.instrument else { return Ok(()) };
        if let (TransactionKind::Split, Some((new, old))) = (self.kind, self.ratio) {
            if let Some(quantity) = held.get_mut(&instrument) {
                *quantity = quantity.mul_div(new, old, DIGITS)?;
            }
        } else if self.moves() {
            let quantity = held.entry(instrument).or_default();
            *quantity = quantity.checked_add(self.quantity)?;
        }
        Ok(())
    }

    fn backward(&self, held: &mut Held) -> Result<(), DecimalError> {
        let Some(instrument) = self.instrument else { return Ok(()) };
        if let (TransactionKind::Split, Some((new, old))) = (self.kind, self.ratio) {
            if let Some(quantity) = held.get_mut(&instrument) {
                *quantity = quantity.mul_div(old, new, DIGITS)?;
            }
        } else if self.moves() {
            let quantity = held.entry(instrument).or_default();
            *quantity = quantity.checked_sub(self.quantity)?;
        }
        Ok(())
    }
}

/// Everything that a custodian has said of a portfolio.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    snapshots: Vec<Snapshot>,
    cash: Vec<CashSnapshot>,
    moves: Vec<Move>,
    keeps_cash: bool,
}

impl Ledger {
    /// Puts it in order: by day, and within a day a split before trades, for it happens before the market opens.
    #[must_use]
    pub fn new(mut snapshots: Vec<Snapshot>, mut cash: Vec<CashSnapshot>, mut moves: Vec<Move>) -> Self {
        snapshots.sort_by_key(|snapshot| snapshot.day);
        cash.sort_by_key(|snapshot| snapshot.day);
        moves.sort_by(|a, b| {
            let key = |m: &Move| (m.day, m.kind != TransactionKind::Split);
            key(a).cmp(&key(b)).then_with(|| a.reference.cmp(&b.reference))
        });
        let paid = moves.iter().any(|m| matches!(m.kind, TransactionKind::Deposit | TransactionKind::Withdrawal));
        let keeps_cash = paid || !cash.is_empty();
        Self { snapshots, cash, moves, keeps_cash }
    }

    /// The transactions, in order.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// The days on which something is said or done.
    #[must_use]
    pub fn days(&self) -> BTreeSet<Date> {
        let moves = self.moves.iter().map(|m| m.day);
        moves.chain(self.snapshots.iter().map(|s| s.day)).chain(self.cash.iter().map(|s| s.day)).collect()
    }

    /// The currencies of costs, money and payments.
    #[must_use]
    pub fn currencies(&self) -> BTreeSet<Currency> {
        let costs = self.snapshots.iter().flat_map(|s| &s.lines).filter_map(|line| Some(line.cost?.1));
        let cash = self.cash.iter().flat_map(|s| &s.amounts).map(|(currency, _)| *currency);
        costs.chain(cash).chain(self.moves.iter().map(|m| m.currency)).collect()
    }

    /// The latest day of a snapshot of what is held.
    #[must_use]
    pub fn as_of(&self) -> Option<Date> {
        self.snapshots.last().map(|snapshot| snapshot.day)
    }

    fn between(&self, after: Date, through: Date) -> impl DoubleEndedIterator<Item = &Move> {
        let from = self.moves.partition_point(|m| m.day <= after);
        let to = self.moves.partition_point(|m| m.day <= through).max(from);
        self.moves[from..to].iter()
    }

    /// Goes on by one day, from what was held at the end of the day before. False when a snapshot of the day has the word.
    ///
    /// # Errors
    /// When a number does not fit.
    pub fn step(&self, held: &mut Held, cash: &mut Money, day: Date) -> Result<bool, DecimalError> {
        if self.snapshots.iter().any(|snapshot| snapshot.day == day) || self.cash.iter().any(|s| s.day == day) {
            return Ok(false);
        }
        for m in self.between(day.plus_days(-1), day) {
            m.forward(held)?;
            if self.keeps_cash() {
                let sum = cash.entry(m.currency).or_default();
                *sum = sum.checked_add(m.net.unwrap_or_default())?;
            }
        }
        held.retain(|_, quantity| !quantity.is_zero());
        cash.retain(|_, amount| !amount.is_zero());
        Ok(true)
    }

    /// What is held at the end of a day.
    ///
    /// # Errors
    /// When a number does not fit.
    pub fn held(&self, day: Date) -> Result<Held, DecimalError> {
        self.held_by(self.snapshots.iter().rfind(|snapshot| snapshot.day <= day), day)
    }

    /// What would be held at the end of a day, had nobody given a snapshot of that day.
    fn expected(&self, day: Date) -> Result<Held, DecimalError> {
        self.held_by(self.snapshots.iter().rfind(|snapshot| snapshot.day < day), day)
    }

    fn held_by(&self, anchor: Option<&Snapshot>, day: Date) -> Result<Held, DecimalError> {
        let mut held = Held::new();
        let add = |held: &mut Held, snapshot: &Snapshot| {
            snapshot.lines.iter().try_for_each(|line| {
                let quantity = held.entry(line.instrument).or_default();
                quantity.checked_add(line.quantity).map(|sum| *quantity = sum)
            })
        };
        match (anchor, self.snapshots.first()) {
            (Some(anchor), _) => {
                add(&mut held, anchor)?;
                self.between(anchor.day, day).try_for_each(|m| m.forward(&mut held))?;
            }
            (None, Some(first)) if first.day > day => {
                add(&mut held, first)?;
                self.between(day, first.day).rev().try_for_each(|m| m.backward(&mut held))?;
            }
            _ => self.between(Date::from_days(i32::MIN), day).try_for_each(|m| m.forward(&mut held))?,
        }
        held.retain(|_, quantity| !quantity.is_zero());
        Ok(held)
    }

    /// Does the custodian keep money here? Else every payment goes to an account elsewhere.
    #[must_use]
    pub const fn keeps_cash(&self) -> bool {
        self.keeps_cash
    }

    /// The money at the end of a day.
    ///
    /// # Errors
    /// When a number does not fit.
    pub fn cash(&self, day: Date) -> Result<Money, DecimalError> {
        self.cash_by(self.cash.iter().rfind(|snapshot| snapshot.day <= day), day)
    }

    fn cash_by(&self, anchor: Option<&CashSnapshot>, day: Date) -> Result<Money, DecimalError> {
        let mut money = Money::new();
        if !self.keeps_cash() {
            return Ok(money);
        }
        let add = |money: &mut Money, currency: Currency, amount: Decimal| {
            let sum = money.entry(currency).or_default();
            sum.checked_add(amount).map(|total| *sum = total)
        };
        let (from, through, back) = match (anchor, self.cash.first()) {
            (Some(anchor), _) => (anchor.day, day, false),
            (None, Some(first)) if first.day > day => (day, first.day, true),
            _ => (Date::from_days(i32::MIN), day, false),
        };
        let start = anchor.or_else(|| self.cash.first().filter(|_| back));
        for (currency, amount) in start.map_or(&[][..], |snapshot| &snapshot.amounts) {
            add(&mut money, *currency, *amount)?;
        }
        for m in self.between(from, through) {
            let net = m.net.unwrap_or_default();
            add(&mut money, m.currency, if back { net.negate() } else { net })?;
        }
        money.retain(|_, amount| !amount.is_zero());
        Ok(money)
    }

    /// What came from outside on a day, less what went: units, and money of each currency. What a snapshot has that no
    /// transaction explains came from outside too.
    ///
    /// # Errors
    /// When a number does not fit.
    pub fn flows(&self, day: Date) -> Result<(Held, Money), DecimalError> {
        use TransactionKind as K;
        let (mut units, mut money) = (Held::new(), Money::new());
        let keeps = self.keeps_cash();
        for m in self.between(day.plus_days(-1), day) {
            let transfer = matches!(m.kind, K::TransferIn | K::TransferOut);
            if let Some(instrument) = m.instrument.filter(|_| transfer) {
                let sum = units.entry(instrument).or_default();
                *sum = sum.checked_add(m.quantity)?;
            }
            let net = match (keeps, m.kind) {
                (true, K::Deposit | K::Withdrawal) => m.net,
                (true, _) => None,
                // Paid from elsewhere is paid in.
                (false, _) => m.net.map(Decimal::negate),
            };
            let sum = money.entry(m.currency).or_default();
            *sum = sum.checked_add(net.unwrap_or_default())?;
        }
        let first = self.snapshots.first().map(|snapshot| snapshot.day);
        if self.snapshots.iter().any(|snapshot| snapshot.day == day) && first != Some(day) {
            let (expected, held) = (self.expected(day)?, self.held(day)?);
            for instrument in expected.keys().chain(held.keys()).collect::<BTreeSet<_>>() {
                let quantity = |of: &Held| of.get(instrument).copied().unwrap_or_default();
                let sum = units.entry(*instrument).or_default();
                *sum = sum.checked_add(quantity(&held).checked_sub(quantity(&expected))?)?;
            }
        }
        let first = self.cash.first().map(|snapshot| snapshot.day);
        if self.cash.iter().any(|snapshot| snapshot.day == day) && first != Some(day) {
            let expected = self.cash_by(self.cash.iter().rfind(|snapshot| snapshot.day < day), day)?;
            let there = self.cash(day)?;
            for currency in expected.keys().chain(there.keys()).collect::<BTreeSet<_>>() {
                let amount = |of: &Money| of.get(currency).copied().unwrap_or_default();
                let sum = money.entry(*currency).or_default();
                *sum = sum.checked_add(amount(&there).checked_sub(amount(&expected))?)?;
            }
        }
        units.retain(|_, quantity| !quantity.is_zero());
        money.retain(|_, amount| !amount.is_zero());
        Ok((units, money))
    }

    /// What was paid for what is held now, by average: the custodian's own figure of the latest snapshot that has one, and the
    /// trades behind it; without one, all trades, if they begin with nothing. `convert` turns an amount of a day into another
    /// currency.
    #[must_use]
    pub fn cost(
        &self,
        instrument: InstrumentId,
        convert: &dyn Fn(Decimal, Currency, Currency, Date) -> Option<Decimal>,
    ) -> Option<(Decimal, Currency)> {
        let anchor = self.snapshots.iter().rev().find_map(|snapshot| {
            let lines = snapshot.lines.iter().filter(|line| line.instrument == instrument);
            let (mut quantity, mut sum, mut currency) = (Decimal::ZERO, Decimal::ZERO, None);
            for line in lines {
                let (cost, of) = line.cost?;
                quantity = quantity.checked_add(line.quantity).ok()?;
                sum = sum.checked_add(cost).ok()?;
                currency = currency.or(Some(of)).filter(|currency| *currency == of);
            }
            Some((snapshot.day, quantity, sum, currency?))
        });
        let (from, mut quantity, mut cost, mut currency) = match anchor {
            Some((day, quantity, cost, currency)) => (day, quantity, cost, Some(currency)),
            None => {
                let first = self.moves.iter().find(|m| m.instrument == Some(instrument))?.day;
                let before = self.held(first.plus_days(-1)).ok()?;
                if before.contains_key(&instrument) {
                    return None;
                }
                (Date::from_days(i32::MIN), Decimal::ZERO, Decimal::ZERO, None)
            }
        };
        for m in self.moves.iter().filter(|m| m.day > from && m.instrument == Some(instrument)) {
            if let (TransactionKind::Split, Some((new, old))) = (m.kind, m.ratio) {
                quantity = quantity.mul_div(new, old, DIGITS).ok()?;
                continue;
            }
            if !m.moves() {
                continue;
            }
            if m.quantity.is_negative() {
                // Sold short is not a cost.
                if quantity < m.quantity.abs() {
                    return None;
                }
                let gone = cost.mul_div(m.quantity.abs(), quantity, DIGITS).ok()?;
                cost = cost.checked_sub(gone).ok()?;
            } else {
                let paid = m.net.filter(|net| !net.is_zero()).map(Decimal::abs).or(m.gross)?;
                let of = *currency.get_or_insert(m.currency);
                cost = cost.checked_add(convert(paid, m.currency, of, m.day)?).ok()?;
            }
            quantity = quantity.checked_add(m.quantity).ok()?;
        }
        Some((cost, currency?))
    }
}
