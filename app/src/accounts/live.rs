//! What an event of this domain does to an open page.
//!
//! The words are found when the event is sent, from the database as it then is, by the same functions that render the page.
//! So an event that comes late says what is true now, and one that comes twice changes nothing.

use super::{
    pages::{self, account_name},
    statement::{self, Line, Question, StatementPage},
};
use crate::{
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
    match event.detail.as_deref().map(Id::<kind::Entry>::try_from) {
        Some(Ok(entry)) if event.topic == ENTRY => {
            for gone in replaced_by(tx, entry).await? {
                ops.push(Op::Remove { id: format!("e-{gone}") });
            }
            ops.extend(entry_row(visitor, figures, &page, entry));
        }
        _ => {
            let html = fragment(|| pages::table(visitor, figures, &page, true));
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
        text("pending", account.pending, Sign::Always),
    ];
    ops.extend(account.booked.map(|booked| text("booked", booked, Sign::Negative)));
    ops
}

fn entry_row(visitor: &Visitor, figures: &Figures, page: &StatementPage, id: Id<kind::Entry>) -> Vec<Op> {
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
    if let Some(entry) = page.pending.iter().find(|entry| entry.id == id) {
        // The heading of pending entries has a sum; it comes with the list as a whole.
        let html = fragment(|| pages::table(visitor, figures, page, true));
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
                html: fragment(|| pages::row(visitor, figures, account, entry, *balance, true)),
            };
            return std::iter::once(row).chain(net).chain([words(entry)]).collect();
        }
    }
    Vec::new()
}

/// Entries that this one took the place of: a pending one that is now booked.
async fn replaced_by(tx: &mut Tx, entry: Id<kind::Entry>) -> Result<Vec<Id<kind::Entry>>, DbError> {
    const GONE: &str = "select e.id from entry e where e.superseded_by = $1 limit 20";
    let rows: Vec<(Vec<u8>,)> =
        on!(tx, c => sqlx::query_as(GONE).bind(entry.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    Ok(rows.into_iter().filter_map(|(id,)| id.try_into().ok()).collect())
}
