//! What a visitor does about who they are. Plain forms: each answers with a page or sends the browser to one.
//!
//! Not leptos server functions: those put an error into the address, trust `Referer`, and have no origin check of their own.

use super::pages::{SignInForm, sign_in_page};
use crate::web::{
    LOCALE_COOKIE, Problem, Reason, SESSION_COOKIE, Services, SignedIn, THEME_COOKIE, Visitor, cookie, redirect_to,
};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use guichet_platform::{
    audit::{Action, Entry, Outcome},
    db::DbError,
    on,
    password::PasswordError,
    session::SessionToken,
};
use guichet_types::{Id, Locale, Theme, kind};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Adds a cookie to an answer. Values are ours: tokens and short names.
fn set_cookie(response: &mut Response, name: &str, value: &str, age_seconds: i64, http_only: bool) {
    let http_only = if http_only { "; HttpOnly" } else { "" };
    let text = format!("{name}={value}; Path=/; Secure; SameSite=Lax; Max-Age={age_seconds}{http_only}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// `POST /sign-in`: the same answer for a wrong password and for a name that nobody has.
pub async fn sign_in(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Result<Form<SignInForm>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &visitor))?;
    let credential = services.sessions.find_credential(&form.name).await?;
    let stored = credential.as_ref().map(|credential| credential.password_hash.clone());
    let verdict = match services.passwords.verify(form.password.clone(), stored).await {
        Ok(verdict) => verdict,
        Err(PasswordError::Busy) => {
            services.metrics.sign_in("busy");
            return Err(Problem::new(Reason::Busy, &visitor));
        }
        Err(error) => return Err(Problem::fault(error)),
    };
    let named = credential.as_ref().map(|credential| credential.customer);
    let (Some(credential), true) = (credential, verdict.ok) else {
        let refused = visitor.act(Action::SessionRefused).outcome(Outcome::Refused);
        services.note(&visitor, named.into_iter().fold(refused, Entry::concerning)).await?;
        services.metrics.sign_in("refused");
        tracing::info!(sign_in.outcome = "refused", "A sign-in was refused");
        // The page again, with its words; a status of failure would stand in the reader's console as an error of ours.
        return Ok(sign_in_page(&visitor, &form, true, false));
    };
    if verdict.needs_rehash
        && let Ok(hash) = services.passwords.hash(form.password.clone()).await
    {
        services.sessions.rehash(credential.customer, hash).await?;
    }
    let before = cookie(&headers, SESSION_COOKIE).and_then(SessionToken::decode);
    let token = services
        .sessions
        .start(credential.customer, before, visitor.agent.to_string(), visitor.network.to_string())
        .await?;
    services.metrics.sign_in("accepted");
    tracing::info!(sign_in.outcome = "accepted", "A customer signed in");
    let next = if form.next.is_empty() { "/overview" } else { &form.next };
    let mut response = redirect_to(next);
    set_cookie(&mut response, SESSION_COOKIE, &token.encode(), services.sessions.policy().absolute_seconds, true);
    Ok(response)
}

/// `POST /api/sign-out`: the session ends on the server, and the browser forgets what it kept.
pub async fn sign_out(State(services): State<Services>, who: Option<SignedIn>) -> Result<Response, Problem> {
    if let Some(who) = who {
        services.sessions.revoke(&who.session.scope, who.session.id).await?;
    }
    let mut response = redirect_to("/sign-in?out=1");
    set_cookie(&mut response, SESSION_COOKIE, "", 0, true);
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// `POST /api/stay`: somebody is there. Answers with the seconds that are left.
pub async fn stay(State(services): State<Services>, who: Option<SignedIn>) -> Result<Response, Problem> {
    let Some(who) = who else { return Ok(StatusCode::UNAUTHORIZED.into_response()) };
    let ends = services.sessions.human(&who.session).await?;
    Ok(ends.seconds_since(services.clock.now()).to_string().into_response())
}

/// Which session is to end.
#[derive(Debug, serde::Deserialize)]
pub struct RevokeForm {
    session: Id<kind::Session>,
}

/// `POST /api/sessions/revoke`: one of the customer's own. Somebody else's is not there.
pub async fn revoke(
    State(services): State<Services>,
    who: SignedIn,
    form: Result<Form<RevokeForm>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::new(Reason::BadRequest, &who.visitor))?;
    if !services.sessions.revoke(&who.session.scope, form.session).await? {
        return Err(Problem::new(Reason::NotFound, &who.visitor));
    }
    Ok(redirect_to("/profile#sessions"))
}

/// `POST /api/sessions/revoke-others`: all of the customer's own but this one.
pub async fn revoke_others(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    services.sessions.revoke_others(&who.session.scope, who.session.id).await?;
    Ok(redirect_to("/profile#sessions"))
}

/// What a visitor chooses to see.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct DisplayForm {
    locale: Option<String>,
    theme: Option<String>,
    back: String,
}

/// `POST /api/display`: language and theme; kept with the customer when there is one, and in the browser.
pub async fn display(
    State(services): State<Services>,
    visitor: Visitor,
    form: Result<Form<DisplayForm>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    const SET: &str = "update customer set locale = coalesce($2, locale), theme = coalesce($3, theme) where id = $1";
    let bad = || Problem::new(Reason::BadRequest, &visitor);
    let Form(form) = form.map_err(|_| bad())?;
    let locale = form.locale.map(|tag| tag.parse::<Locale>()).transpose().map_err(|()| bad())?;
    let theme = form.theme.map(|name| name.parse::<Theme>()).transpose().map_err(|()| bad())?;
    if let Some(session) = &visitor.session {
        let scope = session.scope;
        let (tag, name) = (locale.map(Locale::tag), theme.map(Theme::name));
        services
            .db
            .write(&scope, move |tx| {
                async move {
                    on!(tx, c => sqlx::query(SET).bind(scope.bytes()).bind(tag).bind(name).execute(&mut **c).await.map(|_| ()))
                        .map_err(DbError::from)
                }
                .boxed()
            })
            .await?;
    }
    let mut response = redirect_to(if form.back.is_empty() { "/" } else { &form.back });
    const YEAR: i64 = 365 * 24 * 3_600;
    if let Some(locale) = locale {
        set_cookie(&mut response, LOCALE_COOKIE, locale.tag(), YEAR, true);
    }
    if let Some(theme) = theme {
        set_cookie(&mut response, THEME_COOKIE, theme.name(), YEAR, true);
    }
    Ok(response)
}
