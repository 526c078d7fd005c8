//! What a browser shows of itself at sign-in, and what it is given: the session, the step that is under way, the sign-ins
//! that it was used for before.

use crate::web::{Problem, SESSION_COOKIE, Services, Visitor, cookie, redirect_to};
use axum::{extract::FromRequestParts, response::Response};
use guichet_platform::{
    identity::{Browser, Changed, Entered, Step, StepKind},
    session::SessionToken,
};
use http::{HeaderMap, HeaderValue, header, request::Parts};

/// A sign-in that is under way.
const STEP_COOKIE: &str = "__Host-guichet-step";
/// Sign-ins from before, one for each customer who uses the browser; no right to anything.
const DEVICE_COOKIE: &str = "__Host-guichet-device";
/// Customers that one browser remembers.
const DEVICES: usize = 4;
const STEP_SECONDS: i64 = 600;
const YEAR_SECONDS: i64 = 365 * 24 * 3_600;

/// The browser, and the step that it is at.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub browser: Browser,
    pub step: Option<Step>,
}

impl FromRequestParts<Services> for Asking {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let visitor = <Visitor as FromRequestParts<Services>>::from_request_parts(parts, services).await?;
        let headers = &parts.headers;
        let token = |name| cookie(headers, name).and_then(SessionToken::decode);
        let step = match token(STEP_COOKIE) {
            Some(token) => services.identity.step(&token).await?,
            None => None,
        };
        let browser = Browser {
            devices: devices(headers),
            before: token(SESSION_COOKIE),
            agent: visitor.agent.to_string(),
            network: visitor.network.to_string(),
        };
        Ok(Self { browser, step })
    }
}

fn devices(headers: &HeaderMap) -> Vec<SessionToken> {
    let known = cookie(headers, DEVICE_COOKIE).unwrap_or_default();
    known.split('.').take(DEVICES).filter_map(SessionToken::decode).collect()
}

/// Adds a cookie to an answer. Values are ours: tokens and short names.
pub(super) fn set_cookie(response: &mut Response, name: &str, value: &str, age_seconds: i64, strict: bool) {
    let site = if strict { "Strict" } else { "Lax" };
    let text = format!("{name}={value}; Path=/; Secure; SameSite={site}; Max-Age={age_seconds}; HttpOnly");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The page of a step.
pub(super) const fn page_of(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Second | StepKind::ResetSecond => "/sign-in/second",
        StepKind::Protect => "/sign-in/protect",
        StepKind::Reset => "/reset/code",
        StepKind::NewPassword => "/reset/password",
        StepKind::Activate => "/activate/access",
    }
}

/// On to the page of a step.
pub(super) fn to_step(kind: StepKind, token: &SessionToken) -> Response {
    let mut response = redirect_to(page_of(kind));
    keep_step(&mut response, token);
    response
}

/// The browser keeps the step.
pub(super) fn keep_step(response: &mut Response, token: &SessionToken) {
    set_cookie(response, STEP_COOKIE, &token.encode(), STEP_SECONDS, true);
}

/// The browser gets what it needs to be in.
pub(super) fn let_in(services: &Services, response: &mut Response, asking: &Asking, entered: &Entered) {
    keep_session(services, response, &entered.session);
    if asking.step.is_some() {
        set_cookie(response, STEP_COOKIE, "", 0, true);
    }
    if let Some(device) = &entered.device {
        let all = std::iter::once(device).chain(&asking.browser.devices).take(DEVICES);
        let all: Vec<String> = all.map(SessionToken::encode).collect();
        set_cookie(response, DEVICE_COOKIE, &all.join("."), YEAR_SECONDS, true);
    }
}

/// The session's token is another one from here on.
pub(super) fn keep_session(services: &Services, response: &mut Response, token: &SessionToken) {
    set_cookie(response, SESSION_COOKIE, &token.encode(), services.sessions.policy().absolute_seconds, false);
}

/// After a change of how somebody signs in: recovery codes when there are new ones, else on to `next`.
pub(super) fn changed(
    services: &Services,
    visitor: &Visitor,
    asking: &Asking,
    changed: &Changed,
    next: &str,
) -> Response {
    let mut response = match &changed.codes {
        Some(codes) => super::pages::codes::page(visitor, codes, next),
        None => redirect_to(next),
    };
    let_in(services, &mut response, asking, &changed.entered);
    response
}
