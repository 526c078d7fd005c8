//! What an event of this domain does to an open page.
//!
//! The words are found when the event is sent, from the database as it then is, by the same functions that render the page.
//! So an event that comes late says what is true now, and one that comes twice changes nothing.

use super::{
    glimpse,
    pages::{self, account_name},
    statement::{self, Line, Question, StatementPage},
    store::{Account, Entry},
};
use crate::{
    live::shown::Shown,
    overview::everything::{Everything, held},
    portfolio::pages::summary,
    ui::{Place, fragment},
    web::Visitor,
    words::{Figures, Sign},
};
use guichet_platform::{
    db::{DbError, Tx},
    live::StoredEvent,
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, kind, live::Op};

/// An entry was told ahead of its statement. Subject: the account. Detail: the entry.
pub const ENTRY: &str = "accounts.entry";
/// A statement came, or so many entries at once that the list is put in place as a whole. Subject: the account.
pub const STATEMENT: &str = "accounts.statement";

/// The instructions for an event; none when it says nothing any more.
///
/// # Errors
/// What the database says.
pub async fn render(
    tx: &mut Tx,
    scope: &CustomerScope,
    visitor: &Visitor,
    figures: &Figures,
    shown: &Shown,
    event: &StoredEvent,
) -> Result<Vec<Op>, DbError> {
    let Ok(account) = Id::<kind::Account>::try_from(event.subject.as_slice()) else { return Ok(Vec::new()) };
    let mut ops = Vec::new();
    if shown.has(Place::Accounts) {
        ops.extend(on_accounts(tx, scope, visitor, figures, event, account).await?);
    }
    if shown.has(Place::Overview) {
        ops.extend(on_overview(tx, scope, visitor, figures, event, account).await?);
    }
    Ok(ops)
}

/// What it does to the statement and to the list of accounts.
async fn on_accounts(
    tx: &mut Tx,
    scope: &CustomerScope,
    visitor: &Visitor,
    figures: &Figures,
    event: &StoredEvent,
    account: Id<kind::Account>,
) -> Result<Vec<Op>, DbError> {
    let page = statement::read_page(tx, scope, account, &Question::default(), figures.today()).await?;
    let Some(page) = page else { return Ok(Vec::new()) };
    let mut ops = balances(visitor, figures, &page);
    match entry_of(event) {
        Some(entry) => {
            let replaced = replaced_another(tx, entry).await?;
            ops.extend(entry_row(visitor, figures, &page, entry, replaced));
        }
        None => {
            let html = fragment(|| pages::table(visitor, figures, &page, true, None));
            ops.push(Op::Html { key: format!("movements:{account}"), html });
            ops.push(statement_came(visitor, &page.account));
        }
    }
    Ok(ops)
}

/// What it does to the overview: the total, the account's balance, the latest movements.
async fn on_overview(
    tx: &mut Tx,
    scope: &CustomerScope,
    visitor: &Visitor,
    figures: &Figures,
    event: &StoredEvent,
    id: Id<kind::Account>,
) -> Result<Vec<Op>, DbError> {
    let (w, today) = (visitor.words(), figures.today());
    let glimpse = glimpse::read(tx, scope, today).await?;
    let Some(account) = glimpse.accounts.iter().find(|account| account.id == id) else { return Ok(Vec::new()) };
    let books = summary::read(tx, scope, today).await?;
    let everything = Everything::new(today, &glimpse, &books);
    let mut ops = vec![
        Op::Html { key: "everything".to_owned(), html: fragment(|| everything.view(w, figures, &held(&books))) },
        Op::Html { key: "latest".to_owned(), html: fragment(|| glimpse::latest(visitor, figures, &glimpse)) },
    ];
    ops.extend(booked(figures, account));
    let entry = |entry: Id<kind::Entry>| glimpse.latest.iter().map(|(_, known)| known).find(|known| known.id == entry);
    match entry_of(event) {
        Some(id) => ops.extend(entry(id).map(|entry| entry_came(visitor, figures, entry))),
        None => ops.push(statement_came(visitor, account)),
    }
    Ok(ops)
}

/// The one entry that an event is about.
fn entry_of(event: &StoredEvent) -> Option<Id<kind::Entry>> {
    let detail = event.detail.as_deref().filter(|_| event.topic == ENTRY)?;
    Id::try_from(detail).ok()
}

fn entry_came(visitor: &Visitor, figures: &Figures, entry: &Entry) -> Op {
    let name = entry.counterparty.as_deref().unwrap_or_default();
    let amount = figures.money(entry.amount, Sign::Always);
    Op::Announce { text: visitor.words().with("announce-entry", &[("name", name), ("amount", &amount)]) }
}

fn statement_came(visitor: &Visitor, account: &Account) -> Op {
    let w = visitor.words();
    Op::Announce { text: w.with("announce-statement", &[("account", &account_name(w, account))]) }
}

fn booked(figures: &Figures, account: &Account) -> Option<Op> {
    let text = figures.money(account.booked?, Sign::Negative);
    Some(Op::Text { key: format!("booked:{}", account.id), text })
}

fn balances(visitor: &Visitor, figures: &Figures, page: &StatementPage) -> Vec<Op> {
    let (w, account) = (visitor.words(), &page.account);
    let pending = figures.money(account.pending, Sign::Always);
    let mut ops = vec![
        Op::Html { key: format!("balances:{}", account.id), html: fragment(|| pages::balances(w, figures, account)) },
        Op::Html { key: format!("chart:{}", account.id), html: fragment(|| pages::chart(w, figures, page)) },
        Op::Html { key: format!("last:{}", account.id), html: fragment(|| pages::last_entry(w, figures, account)) },
        Op::Text { key: format!("pending:{}", account.id), text: pending },
    ];
    ops.extend(booked(figures, account));
    ops
}

/// An entry as a row of its own, or with the whole list where more than a row changes: pending entries have a heading with a
/// sum that comes and goes with them.
fn entry_row(
    visitor: &Visitor,
    figures: &Figures,
    page: &StatementPage,
    id: Id<kind::Entry>,
    replaced: bool,
) -> Vec<Op> {
    let (w, account) = (visitor.words(), page.account.id);
    let list = format!("entries:{account}");
    let booked = page.days.iter().flat_map(|day| &day.lines).map(|line| &line.entry).filter(|_| replaced);
    if let Some(entry) = page.pending.iter().chain(booked).find(|entry| entry.id == id) {
        let html = fragment(|| pages::table(visitor, figures, page, true, Some(id)));
        return vec![Op::Html { key: format!("movements:{account}"), html }, entry_came(visitor, figures, entry)];
    }
    for day in &page.days {
        if let Some(Line { entry, balance }) = day.lines.iter().find(|line| line.entry.id == id) {
            let net = day.net.map(|net| Op::Text {
                key: format!("net:{account}:{}", day.day),
                text: figures.money(net, Sign::Always),
            });
            let row = Op::Row {
                list,
                group: day.day.to_string(),
                heading: fragment(|| pages::day_heading(w, figures, account, day)),
                id: format!("e-{id}"),
                html: pages::fresh_row(visitor, figures, account, entry, *balance),
            };
            return std::iter::once(row).chain(net).chain([entry_came(visitor, figures, entry)]).collect();
        }
    }
    Vec::new()
}

/// Whether the entry took the place of another: of a pending one that is now booked.
async fn replaced_another(tx: &mut Tx, entry: Id<kind::Entry>) -> Result<bool, DbError> {
    const GONE: &str = "select count(*) from entry e where e.superseded_by = $1";
    let (gone,): (i64,) =
        on!(tx, c => sqlx::query_as(GONE).bind(entry.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
    Ok(gone > 0)
}
