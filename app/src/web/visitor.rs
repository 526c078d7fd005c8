//! Who is in front of a page: known or not, in which language, on which path.

use super::{Assets, Institution, Problem, Reason, Services};
use crate::words::{Figures, Words};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use guichet_platform::{
    audit::{Action, Actor, Entry},
    session::Session,
};
use guichet_types::{Locale, Theme, Timestamp};
use http::{HeaderValue, StatusCode, header, request::Parts};
use std::sync::Arc;

/// When the session ends, for the warning on the page.
#[derive(Clone, Copy, Debug)]
pub struct SessionEnd {
    /// When it ends if nobody does anything more.
    pub at: Timestamp,
    /// Seconds before it that the customer is warned.
    pub warning_seconds: i64,
}

/// Who is there. Made once for each request, by [`super::guard`].
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The session, when somebody is signed in.
    pub session: Option<Session>,
    /// When it ends.
    pub ends: Option<SessionEnd>,
    /// The language of the answer.
    pub locale: Locale,
    /// The theme.
    pub theme: Theme,
    /// For the one inline script of a page.
    pub nonce: Arc<str>,
    /// Path and query, for links back to the same page.
    pub path: Arc<str>,
    /// The reader's network address, for the list of sessions.
    pub network: Arc<str>,
    /// Browser and system in words.
    pub agent: Arc<str>,
    /// When the request came.
    pub now: Timestamp,
    /// The built files that a page names.
    pub assets: Arc<Assets>,
    /// Whose portal it is.
    pub institution: Arc<Institution>,
    /// Letters are shown on a page: this is the demonstration.
    pub demo_mail: bool,
}

impl Visitor {
    /// The words of the visitor's language.
    #[must_use]
    pub const fn words(&self) -> Words {
        Words(self.locale)
    }

    /// An entry of the audit log: the visitor does this, now, from where they are. What a customer does concerns them.
    #[must_use]
    pub fn act(&self, action: Action) -> Entry {
        let entry = match &self.session {
            Some(session) if session.support.is_some() => {
                let who = *session.who().as_bytes();
                Entry::new(action, Actor::Support(who), self.now).concerning(session.scope.customer())
            }
            Some(session) => Entry::by_customer(action, session.scope.customer(), self.now),
            None => Entry::new(action, Actor::Anonymous, self.now),
        };
        entry.from_where(&self.network, &self.agent)
    }

    /// Figures and dates as the visitor reads them, now.
    #[must_use]
    pub fn figures(&self, services: &Services) -> Figures {
        services.figures(self.locale)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::fault("a route stands outside the guard"))
    }
}

/// A visitor who is signed in. Extracting it is the only way to a scope.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The visitor.
    pub visitor: Visitor,
    /// Their session.
    pub session: Session,
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visitor = <Visitor as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        match visitor.session.clone() {
            // The institution's people have no accounts here; their own access they look after as everybody does.
            Some(session) if session.staff.is_some() && session.support.is_none() && !for_staff(parts.uri.path()) => {
                Err(Problem::new(Reason::StaffElsewhere, &visitor))
            }
            Some(session) => Ok(Self { visitor, session }),
            None => Err(Problem::new(Reason::SignInFirst, &visitor)),
        }
    }
}

/// Paths of signed-in people that are for the institution's people as well.
fn for_staff(path: &str) -> bool {
    ["/profile", "/confirm", "/continue", "/api/", "/admin", "/live"].iter().any(|prefix| path.starts_with(prefix))
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        let visitor = <Visitor as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(visitor.session.clone().map(|session| Self { visitor, session }))
    }
}

/// A redirect to one of our own pages, after a change.
#[must_use]
pub fn redirect_to(path: &str) -> Response {
    let path = HeaderValue::from_str(&own_path(path)).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// A path of ours, or home: never another host (`//host`, `/\host`), never a header's end.
#[must_use]
pub fn own_path(path: &str) -> String {
    let odd = |byte: u8| byte == b'\\' || !(b'!'..=b'~').contains(&byte);
    let ours = path.starts_with('/') && !path[1..].starts_with('/') && !path.bytes().any(odd);
    if ours { path.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn a_redirect_never_leaves_the_portal() {
        for path in
            ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a\r\nSet-Cookie: x=1", "/é\\"]
        {
            assert_eq!(own_path(path), "/", "{path:?}");
        }
        assert_eq!(own_path("/accounts/a?q=b"), "/accounts/a?q=b");
    }
}
