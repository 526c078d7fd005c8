//! What goes wrong, as the reader gets it: a status, a code and a sentence, never an internal detail.

use super::Visitor;
use crate::{ui, words::Words};
use axum::response::{IntoResponse, Response};
use guichet_platform::{db::DbError, identity::IdentityError};
use guichet_types::Locale;
use http::{StatusCode, header};
use leptos::prelude::*;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no such thing, or it is not the visitor's: the same answer for both.
    NotFound,
    /// Only for somebody signed in.
    SignInFirst,
    /// Somebody of the institution asks for a page of customers: they are sent to the administration.
    StaffElsewhere,
    /// The institution does not offer this.
    ModuleOff,
    /// A change, or something that is nobody else's, by somebody who only looks in a customer's place.
    LooksOnly,
    /// The address says something that cannot be.
    BadRequest,
    /// A change that does not come from our own pages.
    ForeignOrigin,
    /// Too much at once.
    Busy,
    /// Our own fault.
    Fault,
}

impl Reason {
    const fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::ModuleOff => StatusCode::NOT_FOUND,
            Self::LooksOnly => StatusCode::FORBIDDEN,
            Self::SignInFirst | Self::StaffElsewhere => StatusCode::SEE_OTHER,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A short code that a caller on the telephone can read out.
    const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::SignInFirst => "sign-in",
            Self::StaffElsewhere => "staff",
            Self::ModuleOff => "module-off",
            Self::LooksOnly => "looks-only",
            Self::BadRequest => "bad-request",
            Self::ForeignOrigin => "foreign-origin",
            Self::Busy => "busy",
            Self::Fault => "fault",
        }
    }
}

/// A problem, ready to be shown.
#[derive(Debug)]
pub struct Problem {
    reason: Reason,
    visitor: Option<Box<Visitor>>,
}

impl Problem {
    /// For a visitor, in their language.
    #[must_use]
    pub fn new(reason: Reason, visitor: &Visitor) -> Self {
        Self { reason, visitor: Some(Box::new(visitor.clone())) }
    }

    /// Before anything is known of the visitor.
    #[must_use]
    pub const fn bare(reason: Reason) -> Self {
        Self { reason, visitor: None }
    }

    /// Our own fault; the detail goes to the log alone.
    #[must_use]
    pub fn fault(detail: impl std::fmt::Display) -> Self {
        tracing::error!(%detail, "A request failed through a fault of ours: {detail}");
        Self::bare(Reason::Fault)
    }

    /// What went wrong.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        Self::fault(error)
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Busy => Self::bare(Reason::Busy),
            other => Self::fault(other),
        }
    }
}

impl Problem {
    /// What identity could not answer, in the visitor's language.
    #[must_use]
    pub fn of_identity(error: IdentityError, visitor: &Visitor) -> Self {
        match error {
            IdentityError::Busy => Self::new(Reason::Busy, visitor),
            other => Self::fault(other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.reason.status();
        if self.reason == Reason::SignInFirst {
            let path = self.visitor.as_ref().map_or("/", |visitor| &visitor.path);
            return super::redirect_to(&format!("/sign-in?next={}", ui::encode(path)));
        }
        if self.reason == Reason::StaffElsewhere {
            return super::redirect_to("/admin");
        }
        let w = Words(self.visitor.as_ref().map_or(Locale::En, |visitor| visitor.locale));
        let (title, text) = match self.reason {
            Reason::NotFound | Reason::SignInFirst | Reason::StaffElsewhere => {
                (w.get("problem-not-found"), w.get("problem-not-found-text"))
            }
            Reason::ModuleOff => (w.get("problem-module"), w.get("problem-module-text")),
            Reason::LooksOnly => (w.get("problem-looks"), w.get("problem-looks-text")),
            Reason::BadRequest => (w.get("problem-bad-request"), w.get("problem-bad-request-text")),
            Reason::ForeignOrigin => (w.get("problem-foreign"), w.get("problem-foreign-text")),
            Reason::Busy => (w.get("problem-busy"), w.get("problem-busy-text")),
            Reason::Fault => (w.get("problem-fault"), w.get("problem-fault-text")),
        };
        let mut response = match &self.visitor {
            Some(visitor) => ui::problem_page(visitor, title, text, self.reason.code()),
            None => ui::bare_page(w, view! { <main class="wrap" id="content"><h1>{title}</h1><p>{text}</p></main> }),
        };
        *response.status_mut() = status;
        if self.reason == Reason::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, http::HeaderValue::from_static("5"));
        }
        response
    }
}
