//! The screens of claims: the lists of claims and policies, each of them, and the steps of a notice of loss.

mod claim;
mod documents;
mod list;
mod overview;
mod policies;
mod policy;
pub(super) mod report;
mod side;
mod slip;
mod thread;
mod words;

use super::acts;
use crate::web::{Access, Routes};
use axum::routing::{get, post};

pub use documents::{documents, received};
pub use list::claim_items;
pub use overview::{Ahead, overview_alerts, overview_panel, read_ahead};
pub use policy::policy_body;
pub use side::{handler, history, settlement};
pub use slip::slip;
pub use thread::thread;
pub use words::{claim_title, milestone_word};

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/claims", Access::Customer, get(list::list))
        .get("/claims/report", Access::Customer, get(report::choose))
        .post("/claims/report/begin", Access::Customer, post(acts::begin))
        .get("/claims/report/{draft}", Access::Customer, get(report::step))
        .post("/claims/report/{draft}/save", Access::Customer, post(acts::save))
        .upload("/claims/report/{draft}/photos", Access::Customer, post(acts::photos))
        .post("/claims/report/{draft}/discard", Access::Customer, post(acts::discard))
        .post("/claims/report/{draft}/submit", Access::Customer, post(acts::submit))
        .get("/claims/{claim}", Access::Customer, get(claim::claim))
        .post("/claims/{claim}/messages", Access::Customer, post(acts::message))
        .post("/claims/{claim}/again", Access::Customer, post(acts::again))
        .upload("/claims/{claim}/uploads", Access::Customer, post(acts::upload))
        .get("/claims/{claim}/uploads/{upload}", Access::Customer, get(acts::download))
        .post("/claims/{claim}/uploads/{upload}/remove", Access::Customer, post(acts::remove))
        .get("/policies", Access::Customer, get(policies::list))
        .get("/policies/{policy}", Access::Customer, get(policy::policy))
        // Nobody is signed in there: whoever has the secret of the link is the one it was sent to.
        .get("/files/{token}", Access::Public, get(acts::fetch))
}
