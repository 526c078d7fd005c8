//! A page of a statement: entries with the balance after each, days with their nets, and the balance over time.
//!
//! Every balance hangs on the nearest closing balance that the bank itself gave for that day or a later one, and where
//! there is none, on the booked balance of now. So a missing day makes a step between two statements and no wrong figure in
//! either, and a page far back reads as few rows as the first one.

use super::store::{self, Account, Closing, Cursor, DayNet, Entry, Filter};
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Money, kind};
use std::collections::HashMap;

/// Entries on a page.
pub const PAGE: i64 = 50;
/// Days in the chart.
pub const CHART_DAYS: i32 = 30;

/// An entry and the balance after it; none under a filter, where the entries between are not there to be seen.
#[derive(Clone, Debug)]
pub struct Line {
    /// The entry.
    pub entry: Entry,
    /// Booked balance after it.
    pub balance: Option<Money>,
}

/// A day of a statement.
#[derive(Clone, Debug)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// What all its booked entries add up to, those of other pages included; none under a filter.
    pub net: Option<Money>,
    /// Its entries on this page, the latest first.
    pub lines: Vec<Line>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct StatementPage {
    /// The account.
    pub account: Account,
    /// Pending entries; on the first page only, and not under a filter.
    pub pending: Vec<Entry>,
    /// The days.
    pub days: Vec<Day>,
    /// Where the next page begins, when there is one.
    pub next: Option<Cursor>,
    /// The balance at the end of each of the last days; empty on later pages.
    pub chart: Vec<i64>,
    /// The first day of the chart.
    pub chart_from: Date,
    /// The customer's latest live event that this page knows.
    pub live: i64,
}

/// What a reader asks for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// What to find.
    pub filter: Filter,
    /// Behind this entry.
    pub before: Option<Cursor>,
}

/// Reads a page, in one state of the database. None when the account is not the customer's.
///
/// # Errors
/// What the database says.
pub async fn read_page(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    question: &Question,
    today: Date,
) -> Result<Option<StatementPage>, DbError> {
    let Some((account, live)) = store::find_account_live(tx, scope, account).await? else { return Ok(None) };
    let filtered = !question.filter.is_empty();
    let first = question.before.is_none();
    let mut entries = store::list_booked(tx, scope, &account, &question.filter, question.before, PAGE + 1).await?;
    let more = entries.len() > usize::try_from(PAGE).unwrap_or(0);
    entries.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = entries.last().filter(|_| more).map(|entry| Cursor { day: entry.day, position: entry.position });
    let pending = if first && !filtered && account.pending_count > 0 {
        store::list_pending(tx, scope, &account).await?
    } else {
        Vec::new()
    };
    let chart_from = today.plus_days(1 - CHART_DAYS);
    // One reading of days and closings serves the chart and the running balances of a first page.
    let (latest, oldest) = match (entries.first(), entries.last()) {
        (Some(latest), Some(oldest)) => (latest.day.max(today), oldest.day),
        _ => (today, today),
    };
    let chart_wanted = first && !filtered;
    let from = if chart_wanted { oldest.min(chart_from) } else { oldest };
    let newest = entries.first().map_or(today, |entry| entry.day);
    let ladder = if filtered {
        None
    } else {
        let to = if chart_wanted { latest } else { newest };
        let (closings, days) = store::list_anchors(tx, scope, account.id, from, to).await?;
        Some(Ladder::new(&closings, &days, account.booked.map_or(0, |booked| booked.minor)))
    };
    let above = match question.before {
        Some(before) if !filtered && entries.first().is_some_and(|entry| entry.day == before.day) => {
            let above = Cursor { day: before.day, position: entries.first().map_or(0, |entry| entry.position) };
            store::sum_above(tx, scope, account.id, above).await?
        }
        _ => 0,
    };
    let chart = match &ladder {
        Some(ladder) if chart_wanted => (0..CHART_DAYS).map(|n| ladder.end_of(chart_from.plus_days(n))).collect(),
        _ => Vec::new(),
    };
    let days = days(entries, ladder.as_ref(), above, &account);
    Ok(Some(StatementPage { account, pending, days, next, chart, chart_from, live }))
}

fn days(entries: Vec<Entry>, ladder: Option<&Ladder>, above: i64, account: &Account) -> Vec<Day> {
    let money = |minor| Money::new(minor, account.currency);
    let mut days: Vec<Day> = Vec::new();
    let mut balance = 0;
    for entry in entries {
        if days.last().is_none_or(|day| day.day != entry.day) {
            balance = ladder.map_or(0, |ladder| ladder.end_of(entry.day)) - if days.is_empty() { above } else { 0 };
            let net = ladder.map(|ladder| money(ladder.net_of(entry.day)));
            days.push(Day { day: entry.day, net, lines: Vec::new() });
        }
        let after = balance;
        balance -= entry.amount.minor;
        if let Some(day) = days.last_mut() {
            day.lines.push(Line { entry, balance: ladder.map(|_| money(after)) });
        }
    }
    days
}

/// The balance at the end of any day, from anchors and nets.
#[derive(Clone, Debug)]
pub struct Ladder {
    nets: HashMap<Date, i64>,
    /// Days with something on them, in order.
    days: Vec<DayNet>,
    closings: Vec<Closing>,
    booked: i64,
}

impl Ladder {
    /// From the bank's closings and the nets of days, each in order, and the booked balance of now. The nets must reach
    /// from the first day that is asked for to the first closing behind the last one, or to now where there is none.
    #[must_use]
    pub fn new(closings: &[Closing], days: &[DayNet], booked: i64) -> Self {
        Self {
            nets: days.iter().map(|day| (day.day, day.net)).collect(),
            days: days.to_vec(),
            closings: closings.to_vec(),
            booked,
        }
    }

    /// What the day's entries add up to.
    #[must_use]
    pub fn net_of(&self, day: Date) -> i64 {
        self.nets.get(&day).copied().unwrap_or(0)
    }

    /// The booked balance at the end of the day.
    #[must_use]
    pub fn end_of(&self, day: Date) -> i64 {
        let anchor = self.closings.partition_point(|closing| closing.day < day);
        let (balance, until) = match self.closings.get(anchor) {
            Some(closing) => (closing.balance, closing.day),
            None => (self.booked, Date::from_days(i32::MAX)),
        };
        let first = self.days.partition_point(|net| net.day <= day);
        let since: i64 = self.days[first..].iter().take_while(|net| net.day <= until).map(|net| net.net).sum();
        balance - since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Date {
        Date::from_days(20_000 + number)
    }

    fn net(number: i32, net: i64) -> DayNet {
        DayNet { day: day(number), net, entries: 1 }
    }

    #[test]
    fn without_a_statement_the_balance_of_now_is_the_anchor() {
        let ladder = Ladder::new(&[], &[net(1, 100), net(3, -30)], 500);
        assert_eq!([0, 1, 2, 3, 4].map(|n| ladder.end_of(day(n))), [430, 530, 530, 500, 500]);
    }

    #[test]
    fn a_missing_day_makes_a_step_between_two_statements_and_no_wrong_figure_in_either() {
        // Statements closed day 1 at 1000 and day 3 at 2000; day 2 with its 900 is missing.
        let closings = [Closing { day: day(1), balance: 1_000 }, Closing { day: day(3), balance: 2_000 }];
        let ladder = Ladder::new(&closings, &[net(1, 50), net(3, 100), net(4, 7)], 2_007);
        assert_eq!(ladder.end_of(day(0)), 950);
        assert_eq!(ladder.end_of(day(1)), 1_000);
        assert_eq!(ladder.end_of(day(2)), 1_900);
        assert_eq!(ladder.end_of(day(3)), 2_000);
        assert_eq!(ladder.end_of(day(4)), 2_007);
    }
}
