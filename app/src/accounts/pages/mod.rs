//! The screens of accounts: the list, the statement, a movement, the details to pass on.

mod details;
mod entry;
mod list;
mod movements;
mod query;
mod statement;
mod table;

use super::{download, store::Account};
use crate::{
    web::{Access, Routes},
    words::{Figures, Words},
};
use axum::routing::get;

pub use list::{held_accounts, no_accounts};
pub use query::StatementQuery;
pub use statement::{balances, chart, last_entry};
pub use table::{day_heading, fresh_row, table};

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/accounts", Access::Customer, get(list::list))
        .get("/accounts/{account}", Access::Customer, get(statement::statement))
        .get("/accounts/{account}/details", Access::Customer, get(details::details))
        .get("/accounts/{account}/entries/{entry}", Access::Customer, get(entry::entry))
        .get("/accounts/{account}/download/{format}", Access::Customer, get(download::download))
}

/// The customer's name for an account, or its kind.
#[must_use]
pub fn account_name(w: Words, account: &Account) -> String {
    account.label.clone().unwrap_or_else(|| w.get(account.kind.key()))
}

/// The identification as it is read out.
#[must_use]
pub fn shown_identification(account: &Account) -> String {
    if account.scheme == "IBAN" {
        guichet_types::group_in_fours(&account.identification)
    } else {
        account.identification.clone()
    }
}

/// How old the balance is, in words.
#[must_use]
pub fn as_of(w: Words, figures: &Figures, account: &Account) -> String {
    match account.booked_at {
        Some(at) => w.with("as-of", &[("moment", &figures.moment(at))]),
        None => w.get("no-statement-yet"),
    }
}
