//! What an event of this domain does to an open page.

use crate::{web::Visitor, words::Figures};
use guichet_platform::{
    db::{DbError, Tx},
    live::StoredEvent,
    scope::CustomerScope,
};
use guichet_types::live::Op;

/// A custodian has said something new. Subject: the portfolio.
pub const CHANGED: &str = "portfolio.changed";

/// The instructions for an event; none when it says nothing any more.
///
/// # Errors
/// What the database says.
pub async fn render(
    _tx: &mut Tx,
    _scope: &CustomerScope,
    _visitor: &Visitor,
    _figures: &Figures,
    _event: &StoredEvent,
) -> Result<Vec<Op>, DbError> {
    Ok(Vec::new())
}
