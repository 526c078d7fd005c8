//! The screens of portfolio: the portfolio, a holding, an instrument, the watch list, files.

pub mod allocation;
mod download;
mod holding;
pub mod parts;
pub mod portfolio;
pub mod positions;
pub mod query;
pub mod summary;
pub mod transactions;
mod watch;

use crate::web::{Access, Routes};
use axum::routing::{get, post};

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/portfolio", Access::Customer, get(portfolio::first))
        .get("/portfolio/find", Access::Customer, get(watch::find))
        .get("/portfolio/instruments/{instrument}", Access::Customer, get(holding::instrument))
        .get("/portfolio/{portfolio}", Access::Customer, get(portfolio::one))
        .get("/portfolio/{portfolio}/holdings/{instrument}", Access::Customer, get(holding::holding))
        .get("/portfolio/{portfolio}/download/{format}", Access::Customer, get(download::download))
        .post("/portfolio/watch", Access::Customer, post(watch::add))
        .post("/portfolio/unwatch", Access::Customer, post(watch::remove))
}
