//! The screens of parcels: for customers the list and one parcel, for anybody the look-up and a shared link.

mod choices;
mod head;
mod install;
mod journey;
mod list;
mod notices;
mod parcel;
mod share;
mod track;
mod watch;

use crate::web::{Access, Routes};
use axum::routing::{get, post};

pub use choices::{closing, until, wish_state};
pub use head::{badge, head, status_word, title};
pub use journey::journey;
pub use list::{items, overview_panel, read_list};
pub use notices::{code, notice_words, toast};
pub use parcel::{ParcelPage, read_page};
pub use track::track_form;
pub(crate) use track::track_page;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/parcels", Access::Customer, get(list::list))
        .post("/parcels", Access::Customer, post(list::add))
        .get("/parcels/{parcel}", Access::Customer, get(parcel::parcel))
        .post("/parcels/{parcel}/instruction", Access::Customer, post(choices::instruct))
        .post("/parcels/{parcel}/notices", Access::Customer, post(notices::keep))
        .post("/parcels/{parcel}/share", Access::Customer, post(share::make))
        .post("/parcels/{parcel}/share/revoke", Access::Customer, post(share::revoke))
        .post("/parcels/{parcel}/unfollow", Access::Customer, post(list::remove))
        .get("/track", Access::Public, get(track::form))
        .post("/track", Access::Public, post(track::look_up))
        .get("/track/check", Access::Public, get(track::check))
        .get("/track/live", Access::Public, get(watch::by_number))
        .get("/track/{number}", Access::Public, get(track::coarse))
        .get("/s/{token}", Access::Public, get(share::shared))
        .get("/s/{token}/live", Access::Public, get(watch::by_link))
        .get("/offline", Access::Public, get(install::offline))
        .get("/manifest.webmanifest", Access::Public, get(install::manifest))
}
