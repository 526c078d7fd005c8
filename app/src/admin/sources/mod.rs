//! Sources and connectors: where the portal's data comes from, how fresh it is, what could not be read and what is done about
//! it; files tried before they are applied; tables of a bank and how they are read.
//!
//! Whoever has the right works here with the back office's own hand ([`hand`]): they see documents and pieces of them, and
//! change nothing that a document has not said.

mod acts;
mod add;
mod chart;
mod connector;
mod document;
mod dry_run;
mod list;
mod mapping;
pub(super) mod parts;
mod piece;

use crate::web::{Access, Routes};
use axum::routing::{get, post};
use guichet_platform::{
    scope::{FeedScope, Grant},
    sources,
    staff::can,
};

/// What a page of sources takes.
type May = crate::web::May<can::Sources>;
type Sure = crate::web::Sure<can::Sources>;

const SOURCES: Access = Access::Staff(guichet_platform::staff::Capability::Sources);

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/admin/sources", SOURCES, get(list::page))
        .get("/admin/sources/live", SOURCES, get(list::watch))
        .get("/admin/sources/new", SOURCES, get(add::page))
        .post("/admin/sources/new", SOURCES, post(add::add))
        .get("/admin/sources/dry-run", SOURCES, get(dry_run::page))
        .upload("/admin/sources/dry-run", SOURCES, post(dry_run::run))
        .get("/admin/sources/mappings", SOURCES, get(mapping::list))
        .get("/admin/sources/mapping", SOURCES, get(mapping::page))
        .upload("/admin/sources/mapping", SOURCES, post(mapping::edit))
        .upload("/admin/sources/mapping/trial", SOURCES, post(mapping::try_out))
        .post(mapping::KEEP, SOURCES, post(mapping::keep))
        .post("/admin/sources/replay", SOURCES, post(acts::replay_all))
        .get("/admin/sources/documents/{document}", SOURCES, get(document::page))
        .post("/admin/sources/documents/{document}/replay", SOURCES, post(acts::replay))
        .get("/admin/sources/pieces/{piece}", SOURCES, get(piece::page))
        .post("/admin/sources/pieces/{piece}", SOURCES, post(piece::correct))
        .post("/admin/sources/pieces/{piece}/discard", SOURCES, post(piece::discard))
        .get("/admin/sources/of/{source}", SOURCES, get(connector::page))
        .get("/admin/sources/of/{source}/live", SOURCES, get(connector::watch))
        .post("/admin/sources/of/{source}", SOURCES, post(connector::save))
        .post("/admin/sources/of/{source}/pause", SOURCES, post(connector::pause_post))
        .post("/admin/sources/of/{source}/secret", SOURCES, post(connector::secret))
}

/// The back office's hand, for whoever has the right.
const fn hand(grant: &Grant<can::Sources>) -> FeedScope {
    sources::hand(grant)
}
