//! The screens of portfolio.

use crate::web::Routes;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
}
