//! The administration: what somebody of the institution does with the portal, by what their role lets them.
//!
//! Every page takes the right that it needs in its type ([`crate::web::May`]); for whoever has it not there is nothing at its
//! address. A folder for each entry of the menu. Nothing here reads what customers hold.

mod audit;
mod desk;
mod live;
mod operations;
mod parts;
mod people;
mod settings;
pub mod setup;
mod sources;
mod start;

use crate::web::{Access, Routes};
use axum::routing::get;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/admin", Access::AnyStaff, get(desk::get))
        .and(sources::routes())
        .and(settings::routes())
        .and(people::routes())
        .and(audit::routes())
        .and(operations::routes())
        .and(setup::routes())
        .and(start::routes())
}
