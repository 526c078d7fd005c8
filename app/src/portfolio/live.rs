//! What an event of this domain does to an open page. Prices are no events: they are [`super::ticker`]'s.

use super::{
    pages::{
        allocation,
        portfolio::chart,
        positions,
        query::{ASPECTS, PortfolioQuery, Range},
        transactions,
    },
    sheet::Sheet,
};
use crate::{
    live::shown::Shown,
    ui::{Place, fragment},
    web::Visitor,
    words::Figures,
};
use guichet_platform::{
    db::{DbError, Tx},
    live::StoredEvent,
    scope::CustomerScope,
};
use guichet_types::{Id, kind, live::Op};

/// A custodian has said something new, or the past has been valued anew. Subject: the portfolio.
pub const CHANGED: &str = "portfolio.changed";

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
    if !shown.has(Place::Portfolio) && !shown.has(Place::Overview) {
        return Ok(Vec::new());
    }
    let Ok(id) = Id::<kind::Portfolio>::try_from(event.subject.as_slice()) else { return Ok(Vec::new()) };
    let sheet = Sheet::read(tx, scope, Some(id), figures.today()).await?;
    let Some(book) = &sheet.book else { return Ok(Vec::new()) };
    let w = visitor.words();
    let html = |key: String, html: String| Op::Html { key, html };
    let mut ops = Vec::new();
    if shown.has(Place::Overview) {
        let month = PortfolioQuery::of_range(Range::Month);
        ops.push(html(format!("pf-chart:{id}:small"), fragment(|| chart(w, figures, book, &month, false))));
    }
    if !shown.has(Place::Portfolio) {
        return Ok(ops);
    }
    ops.extend([
        html(format!("pf-positions:{id}"), fragment(|| positions::panel(visitor, figures, book))),
        html(
            format!("pf-transactions:{id}"),
            fragment(|| transactions::panel(visitor, figures, id, &sheet.transactions)),
        ),
    ]);
    for range in Range::ALL {
        let query = PortfolioQuery::of_range(range);
        ops.push(html(format!("pf-chart:{id}:{}", range.word()), fragment(|| chart(w, figures, book, &query, true))));
    }
    for (aspect, word) in ASPECTS {
        ops.push(html(format!("pf-parts:{id}:{word}"), fragment(|| allocation::parts(w, figures, book, aspect))));
    }
    Ok(ops)
}
