//! The one layer in front of every route: who is there, whether a change comes from our own pages, and the headers that
//! every answer carries.

use super::{Problem, Reason, Services, SessionEnd, Visitor, redirect_to, support};
use crate::house::Module;
use axum::{
    body::{Body, HttpBody as _, to_bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use guichet_platform::{
    alarm::Sign,
    config::MailTransport,
    serve::Peer,
    session::{Session, SessionToken},
};
use guichet_types::{Locale, Theme};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// The session's cookie: bound to this host and to a secure connection by its name.
pub const SESSION_COOKIE: &str = "__Host-guichet";
/// The language that a visitor chose; no personal data.
pub const LOCALE_COOKIE: &str = "__Host-locale";
/// The theme that a visitor chose.
pub const THEME_COOKIE: &str = "__Host-theme";

/// The one style that stands in a page, for the policy.
static HEAD_STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(crate::ui::HEAD_STYLE))));

/// On an answer that may repeat what stands in its address: it is not compressed, for its length would tell what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Reflects;

/// On an answer that is somebody's file: it is nothing of ours, and may do nothing even where a browser opens it.
#[derive(Clone, Copy, Debug)]
pub struct Sandboxed;

/// On an answer that is a document of its own and no page of ours: the policy that it gets instead.
#[derive(Clone, Debug)]
pub struct OwnPolicy(pub std::sync::Arc<str>);

/// The value of a cookie.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The browser fetches ahead of a click that may never come: not a human act, and nothing counts as read.
#[must_use]
pub fn prefetched(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| {
        headers.get(*name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("prefetch"))
    })
}

/// A change must come from a page of ours: the browser says so itself (Fetch Metadata), or by its `Origin`. A request that
/// says neither is no browser of today, and is refused as well.
fn from_our_pages(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(site) => site == b"same-origin",
        None => headers.get(header::ORIGIN).is_some_and(|value| value.as_bytes() == origin.as_bytes()),
    }
}

/// Browser and system, as somebody recognises their own: `Firefox on Linux`.
#[must_use]
pub fn agent_in_words(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "–".to_owned(),
    }
}

/// Bytes of a form that is kept for a sender whose session has just ended.
const HELD: usize = 256 << 10;

/// A form of a session that has run out is kept for its sender; never one that a secret may stand in. Gives the body back
/// when it is not kept.
async fn keep_form(services: &Services, parts: &Parts, body: Body) -> (Option<Response>, Body) {
    const NEVER: [&str; 7] = ["/api/", "/sign-in", "/reset", "/activate", "/confirm", "/profile", "/setup"];
    let path = parts.uri.path();
    let form = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let small = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let token = cookie(&parts.headers, SESSION_COOKIE).and_then(SessionToken::decode);
    let (Some(token), Some(0..=HELD)) = (token, small) else { return (None, body) };
    let elsewhere = !services.desk && path.starts_with("/admin");
    if elsewhere
        || NEVER.iter().any(|prefix| path.starts_with(prefix))
        || form != Some(b"application/x-www-form-urlencoded")
    {
        return (None, body);
    }
    let Ok(bytes) = to_bytes(body, HELD).await else { return (None, Body::empty()) };
    match services.identity.hold(&token, path, &bytes).await {
        Ok(true) => (Some(redirect_to("/sign-in?held=1&next=/continue")), Body::empty()),
        Ok(false) => (None, Body::from(bytes)),
        Err(error) => (Some(Problem::from(error).into_response()), Body::empty()),
    }
}

/// The layer.
pub async fn guard(State(services): State<Services>, request: Request, next: Next) -> Response {
    let (mut parts, mut body) = request.into_parts();
    let change = !matches!(parts.method, Method::GET | Method::HEAD);
    if change && !from_our_pages(&parts.headers, &services.origin) {
        let network = parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_string()).unwrap_or_default();
        services.alarms.raise(Sign::ForeignPage, &network, |entry| entry.from_where(&network, ""));
        return dress(Problem::bare(Reason::ForeignOrigin).into_response(), None);
    }
    let visitor = match visitor(&services, &parts).await {
        Ok(visitor) => visitor,
        Err(problem) => return dress(problem.into_response(), None),
    };
    if let Some(problem) = closed(&visitor, &parts) {
        return dress(problem.into_response(), Some(&visitor));
    }
    let route = parts.extensions.get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let named = route.contains('{');
    if let Some(seconds) = services.pace.ask(&visitor, change, named) {
        return dress(Problem::slow_down(seconds, &visitor).into_response(), Some(&visitor));
    }
    if change && visitor.session.is_none() && parts.headers.contains_key(header::COOKIE) {
        let (held, rest) = keep_form(&services, &parts, body).await;
        if let Some(response) = held {
            return dress(response, Some(&visitor));
        }
        body = rest;
    }
    let reflects = parts.uri.query().is_some();
    parts.extensions.insert(visitor.clone());
    let answer = next.run(Request::from_parts(parts, body)).await;
    let answer = match visitor.session.as_ref().is_some_and(|session| session.support.is_some()) {
        true => support::shown(&services, &visitor, answer).await,
        false => answer,
    };
    let mut response = dress(answer, Some(&visitor));
    // A page from before a release asks for a brand that is no more.
    if named && !route.starts_with("/brand/") && response.status() == StatusCode::NOT_FOUND {
        services.pace.missed(&visitor, &route);
    }
    if reflects {
        response.extensions_mut().insert(Reflects);
    }
    response
}

/// What is not open to this visitor, whoever asks for it: a module that is off, and what is not for somebody who only looks
/// in a customer's place.
fn closed(visitor: &Visitor, request: &Parts) -> Option<Problem> {
    let path = request.uri.path();
    if Module::of_path(path).is_some_and(|module| !visitor.institution.modules.has(module)) {
        return Some(Problem::new(Reason::ModuleOff, visitor));
    }
    visitor.session.as_ref().filter(|session| session.support.is_some())?;
    (!support::may(&request.method, path)).then(|| Problem::new(Reason::LooksOnly, visitor))
}

async fn visitor(services: &Services, request: &Parts) -> Result<Visitor, Problem> {
    let headers = &request.headers;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let token = cookie(headers, SESSION_COOKIE).and_then(SessionToken::decode);
    let session = match &token {
        Some(token) => services.sessions.resolve(token).await?,
        None => None,
    };
    // Where the administration has an address of its own, its people are nobody anywhere else.
    let session = session.filter(|session| services.desk || session.staff.is_none());
    let ends = match &session {
        Some(session) => Some(session_end(services, session, human(request)).await?),
        None => None,
    };
    let institution = services.house.now();
    let languages = &institution.languages;
    let chosen = cookie(headers, LOCALE_COOKIE).and_then(|tag| tag.parse().ok());
    let asked = || text(header::ACCEPT_LANGUAGE).and_then(Locale::from_accept_language);
    let locale = session.as_ref().and_then(|session| session.locale).or(chosen).or_else(asked);
    let theme = session.as_ref().map(|session| session.theme).filter(|theme| *theme != Theme::System);
    let mut nonce = [0; 16];
    services.random.fill(&mut nonce);
    Ok(Visitor {
        ends,
        locale: locale.filter(|locale| languages.contains(locale)).or(languages.first().copied()).unwrap_or_default(),
        theme: theme.or_else(|| cookie(headers, THEME_COOKIE)?.parse().ok()).unwrap_or_default(),
        nonce: STANDARD.encode(nonce).into(),
        path: request.uri.path_and_query().map_or("/", |path| path.as_str()).into(),
        network: request.extensions.get::<Peer>().map(|peer| peer.0.ip().to_string()).unwrap_or_default().into(),
        agent: agent_in_words(text(header::USER_AGENT).unwrap_or_default()).into(),
        now: services.clock.now(),
        assets: services.assets.clone(),
        institution: institution.clone(),
        demo_mail: services.mail == MailTransport::Page,
        session,
    })
}

/// Opening a page and sending a form are human acts. A stream, a prefetch and a script's own question are not.
fn human(request: &Parts) -> bool {
    let background = request.uri.path().ends_with("/live") || request.headers.contains_key("x-background");
    !background && !prefetched(&request.headers)
}

async fn session_end(services: &Services, session: &Session, human: bool) -> Result<SessionEnd, Problem> {
    let sessions = &services.sessions;
    let at = if human { sessions.human(session).await? } else { sessions.ends_at(session) };
    Ok(SessionEnd { at, warning_seconds: sessions.policy().warning_seconds })
}

/// The headers of every answer.
pub(super) fn dress(mut response: Response, visitor: Option<&Visitor>) -> Response {
    const FIXED: [(&str, &str); 8] = [
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        // Not `no-referrer`: a form without scripts goes back to where it came from.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
             midi=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
        ),
        ("x-frame-options", "DENY"),
        ("speculation-rules", "\"/speculation.json\""),
    ];
    let page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let sandboxed = response.extensions().get::<Sandboxed>().is_some();
    let own = response.extensions().get::<OwnPolicy>().map(|policy| policy.0.to_string());
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What somebody of the institution opens is noted: nothing is fetched that they have not asked for.
    let staff = visitor.and_then(|visitor| visitor.session.as_ref()).is_some_and(|session| session.staff.is_some());
    if !page || own.is_some() || staff {
        headers.remove("speculation-rules");
    }
    let nonce = visitor.map_or(String::new(), |visitor| format!(" 'nonce-{}'", visitor.nonce));
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self' {}; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; object-src 'none'; report-uri /csp-report",
        *HEAD_STYLE_HASH
    );
    let policy = if sandboxed { "default-src 'none'; frame-ancestors 'none'; sandbox".to_owned() } else { policy };
    let policy = own.unwrap_or(policy);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Whoever wants an answer kept says so; a page never is.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap_or(header::HOST), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_change_comes_from_our_own_pages_or_not_at_all() {
        let ours = "https://bank.example";
        assert!(from_our_pages(&headers(&[("sec-fetch-site", "same-origin")]), ours));
        assert!(from_our_pages(&headers(&[("origin", "https://bank.example")]), ours));
        for other in [
            &[("sec-fetch-site", "cross-site"), ("origin", "https://bank.example")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://bank.example.evil")],
            &[("origin", "null")],
            &[],
        ] {
            assert!(!from_our_pages(&headers(other), ours), "{other:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = headers(&[("cookie", "x__Host-guichet=a; __Host-guichet=b; __Host-guichet2=c")]);
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("b"));
    }

    #[test]
    fn a_browser_is_named_so_that_its_owner_knows_it() {
        let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
        assert_eq!(agent_in_words(agent), "Chrome, Linux");
        assert_eq!(agent_in_words("curl/8"), "–");
    }
}
