//! What the overview shows of accounts: what they add up to, how that has gone, and the latest movements.

use super::{
    nature::Nature,
    pages::account_name,
    statement::Ladder,
    store::{self, Account, Entry, Filter},
};
use crate::{
    ui::{badge, icon},
    web::Visitor,
    words::{Figures, Sign},
};
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Money};
use leptos::prelude::*;

/// Movements that are shown.
const LATEST: usize = 4;
/// Days of the line.
pub const DAYS: i32 = 90;
/// Accounts whose movements and history are read; the totals have all of them.
const ACCOUNTS: usize = 12;

/// What the overview needs to know.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// The customer's accounts.
    pub accounts: Vec<Account>,
    /// The latest movements, each with its place in `accounts`.
    pub latest: Vec<(usize, Entry)>,
    /// What the accounts in the main currency added up to at the end of each of the last days; the last is now.
    pub history: Vec<i64>,
}

/// Reads it, in one state of the database.
///
/// # Errors
/// What the database says.
pub async fn read(tx: &mut Tx, scope: &CustomerScope, today: Date) -> Result<Glimpse, DbError> {
    let accounts = store::list_accounts(tx, scope).await?;
    let main = totals(accounts.iter().filter_map(|account| account.booked)).first().map(|total| total.currency);
    let from = today.plus_days(1 - DAYS);
    let mut latest = Vec::new();
    let mut history = vec![0_i64; usize::try_from(DAYS).unwrap_or(0)];
    for (index, account) in accounts.iter().take(ACCOUNTS).enumerate() {
        let limit = i64::try_from(LATEST).unwrap_or(0);
        let booked = store::list_booked(tx, scope, account, &Filter::default(), None, limit).await?;
        let pending =
            if account.pending_count > 0 { store::list_pending(tx, scope, account).await? } else { Vec::new() };
        latest.extend(booked.into_iter().chain(pending).map(|entry| (index, entry)));
        if Some(account.currency) == main {
            let (closings, days) = store::list_anchors(tx, scope, account.id, from, today).await?;
            let ladder = Ladder::new(&closings, &days, account.booked.map_or(0, |booked| booked.minor));
            for (offset, sum) in history.iter_mut().enumerate() {
                let day = from.plus_days(i32::try_from(offset).unwrap_or(0));
                *sum = sum.saturating_add(ladder.end_of(day));
            }
        }
    }
    // What has not happened yet is not what has just happened.
    latest.retain(|(_, entry)| entry.day <= today);
    latest.sort_by_key(|(_, entry)| std::cmp::Reverse((entry.day, entry.booked_at, entry.position)));
    latest.truncate(LATEST);
    Ok(Glimpse { accounts, latest, history })
}

/// What amounts add up to in each currency, the currency of most of them first.
#[must_use]
pub fn totals(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut totals: Vec<(Currency, i64, usize)> = Vec::new();
    for booked in amounts {
        match totals.iter_mut().find(|(currency, ..)| *currency == booked.currency) {
            Some((_, sum, count)) => (*sum, *count) = (sum.saturating_add(booked.minor), *count + 1),
            None => totals.push((booked.currency, booked.minor, 1)),
        }
    }
    totals.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    totals.into_iter().map(|(currency, sum, _)| Money::new(sum, currency)).collect()
}

/// The latest movements as a list.
pub fn latest(visitor: &Visitor, figures: &Figures, glimpse: &Glimpse) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = glimpse.latest.iter().filter_map(|(index, entry)| {
        let account = glimpse.accounts.get(*index)?;
        let nature = Nature::of(entry.code.as_deref(), entry.amount.minor);
        let title = entry.counterparty.clone().or_else(|| entry.remittance.clone()).unwrap_or_else(|| w.get(nature.key()));
        let when = entry.booked_at.map_or_else(|| figures.day_heading(entry.day), |at| figures.moment(at));
        let pending = entry.status == "pending";
        let class = if pending { "item is-pending" } else { "item" };
        let sign = if entry.amount.minor > 0 { "money money--in" } else { "money" };
        Some(view! {
            <a class=class href=format!("/accounts/{}/entries/{}", account.id, entry.id)>
                <span class="glyph glyph--round" aria-hidden="true">{icon(visitor, nature.icon())}</span>
                <span class="item__body"><b>{title}</b><small>{when}
                    {pending.then(|| view! { " "{badge(visitor, "outline", Some("clock"), w.get("pending"))} })}</small></span>
                <span class="item__end"><span class=sign>{figures.money(entry.amount, Sign::Always)}</span>
                    <small>{account_name(w, account)}</small></span>
            </a>
        })
    });
    items.collect_view()
}
