//! What an event of this domain does to an open page.
//!
//! The words are found when the event is sent, from the database as it then is, by the same functions that render the page.
//! So an event that comes late says what is true now, and one that comes twice changes nothing.

use super::{
    glimpse,
    pages::{self, account_name},
    statement::{self, Line, Question, StatementPage},
};
use crate::{
    overview,
    portfolio::pages::summary,
    ui::fragment,
    web::Visitor,
    words::{Figures, Sign},
};
use guichet_platform::{
    db::{DbError, Tx},
    live::StoredEvent,
    on,
    scope::CustomerScope,
};
use guichet_types::{Id, Money, kind, live::Op};

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
    event: &StoredEvent,
) -> Result<Vec<Op>, DbError> {
    let Ok(account) = Id::<kind::Account>::try_from(event.subject.as_slice()) else { return Ok(Vec::new()) };
    let page = statement::read_page(tx, scope, account, &Question::default(), figures.today()).await?;
    let Some(page) = page else { return Ok(Vec::new()) };
    let mut ops = balances(visitor, figures, &page);
    let glimpse = glimpse::read(tx, scope, figures.today()).await?;
    let books = summary::read(tx, scope, figures.today()).await?;
    ops.push(Op::Html {
        key: "everything".to_owned(),
        html: fragment(|| overview::pages::everything(visitor, figures, &glimpse, &books)),
    });
    ops.push(Op::Html { key: "latest".to_owned(), html: fragment(|| glimpse::latest(visitor, figures, &glimpse)) });
    match event.detail.as_deref().map(Id::<kind::Entry>::try_from) {
        Some(Ok(entry)) if event.topic == ENTRY => {
            let replaced = replaced_another(tx, entry).await?;
            ops.extend(entry_row(visitor, figures, &page, entry, replaced));
        }
        _ => {
            let html = fragment(|| pages::table(visitor, figures, &page, true, None));
            ops.push(Op::Html { key: format!("movements:{account}"), html });
            let text = visitor
                .words()
                .with("announce-statement", &[("account", &account_name(visitor.words(), &page.account))]);
            ops.push(Op::Announce { text });
        }
    }
    Ok(ops)
}

fn balances(visitor: &Visitor, figures: &Figures, page: &StatementPage) -> Vec<Op> {
    let (w, account) = (visitor.words(), &page.account);
    let text = |key: &str, money: Money, sign| Op::Text {
        key: format!("{key}:{}", account.id),
        text: figures.money(money, sign),
    };
    let mut ops = vec![
        Op::Html { key: format!("balances:{}", account.id), html: fragment(|| pages::balances(w, figures, account)) },
        Op::Html { key: format!("chart:{}", account.id), html: fragment(|| pages::chart(w, figures, page)) },
        Op::Html { key: format!("last:{}", account.id), html: fragment(|| pages::last_entry(w, figures, account)) },
        text("pending", account.pending, Sign::Always),
    ];
    ops.extend(account.booked.map(|booked| text("booked", booked, Sign::Negative)));
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
    let words = |entry: &super::store::Entry| Op::Announce {
        text: w.with(
            "announce-entry",
            &[
                ("name", entry.counterparty.as_deref().unwrap_or_default()),
                ("amount", &figures.money(entry.amount, Sign::Always)),
            ],
        ),
    };
    let booked = page.days.iter().flat_map(|day| &day.lines).map(|line| &line.entry).filter(|_| replaced);
    if let Some(entry) = page.pending.iter().chain(booked).find(|entry| entry.id == id) {
        let html = fragment(|| pages::table(visitor, figures, page, true, Some(id)));
        return vec![Op::Html { key: format!("movements:{account}"), html }, words(entry)];
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
            return std::iter::once(row).chain(net).chain([words(entry)]).collect();
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
