//! The demonstration's letters on a page, so that whoever tries it finds the codes. With any other way of sending letters
//! there is no such page.

use super::paper::STYLE;
use crate::{
    ui::{Live, alert, icon, public_page},
    web::{Access, OwnPolicy, Problem, Reason, Routes, Services, Visitor},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::FutureExt as _;
use guichet_platform::{
    mail::{Shown, latest, one},
    scope::operator,
};
use guichet_types::{Id, Locale, kind};
use leptos::prelude::*;
use sha2::{Digest as _, Sha256};

/// Letters on the page.
const LETTERS: i64 = 100;

/// The routes of the page.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/demo/mail", Access::Public, get(list))
        .get("/demo/mail/{id}", Access::Public, get(letter))
        .get("/demo/mail/{id}/html", Access::Public, get(paper))
}

/// The way to the page, for those who wait for a code; nothing where letters are really sent.
pub fn link(visitor: &Visitor) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    visitor.demo_mail.then(|| {
        view! { <p><a class="button button--quiet button--block" href="/demo/mail">
        {icon(visitor, "mail")}{w.get("demo-mail-link")}</a></p> }
    })
}

/// Whether there is such a page at all; it answers like what does not exist.
fn there(visitor: &Visitor) -> Result<(), Problem> {
    if visitor.demo_mail { Ok(()) } else { Err(Problem::new(Reason::NotFound, visitor)) }
}

async fn list(State(services): State<Services>, visitor: Visitor) -> Result<Response, Problem> {
    there(&visitor)?;
    // Everybody's letters: this is the operator's hand, on a page that is there only in the demonstration.
    let scope = operator();
    let letters =
        services.db.glance(&scope, |tx| async move { latest(tx, &operator(), LETTERS).await }.boxed()).await?;
    let w = visitor.words();
    let figures = visitor.figures(&services);
    let items = letters.iter().map(|letter| {
        let id = letter.id()?;
        Ok(view! {
            <a class="item" href=format!("/demo/mail/{id}")>
                <span class="glyph" aria-hidden="true">{icon(&visitor, "mail")}</span>
                <span class="item__body"><b lang=letter.locale.clone()>{letter.subject.clone()}</b>
                    <small>{letter.address.clone()}</small></span>
                <span class="item__end"><small>{figures.moment(letter.created_at())}</small></span>
            </a>
        })
    });
    let items = items.collect::<Result<Vec<_>, Problem>>()?;
    let title = w.get("demo-mail-title");
    let heading = title.clone();
    let body = if items.is_empty() {
        view! { <div class="empty"><span class="glyph glyph--lg" aria-hidden="true">{icon(&visitor, "mail")}</span>
        <h2>{w.get("demo-mail-none")}</h2><p>{w.get("demo-mail-none-text")}</p></div> }
        .into_any()
    } else {
        view! { <div class="list">{items}</div> }.into_any()
    };
    Ok(public_page(&visitor, &title, Live::Not, || {
        view! {
            <div class="wrap section stack gap-5">
                <h1>{heading}</h1>
                {alert(&visitor, Some("warning"), "circle-alert", w.get("demo-mail-only"))}
                <div class="panel">{body}</div>
            </div>
        }
    }))
}

/// A letter that there is.
async fn found(
    services: &Services,
    visitor: &Visitor,
    id: Result<Path<Id<kind::Mail>>, PathRejection>,
) -> Result<Shown, Problem> {
    there(visitor)?;
    let nothing = || Problem::new(Reason::NotFound, visitor);
    let Path(id) = id.map_err(|_| nothing())?;
    let scope = operator();
    let letter = services.db.glance(&scope, move |tx| async move { one(tx, &operator(), id).await }.boxed()).await?;
    letter.ok_or_else(nothing)
}

async fn letter(
    State(services): State<Services>,
    visitor: Visitor,
    id: Result<Path<Id<kind::Mail>>, PathRejection>,
) -> Result<Response, Problem> {
    let letter = found(&services, &visitor, id).await?;
    let w = visitor.words();
    let moment = visitor.figures(&services).moment(letter.created_at());
    let id = letter.id()?;
    let lang = letter.locale.parse::<Locale>().unwrap_or_default().tag();
    let as_html = letter.html.is_some().then(|| view! {
        <div class="panel__foot"><a class="button" href=format!("/demo/mail/{id}/html")>{w.get("demo-mail-html")}</a></div>
    });
    let text = match letter.text {
        Some(text) => view! { <pre class="letter" lang=lang>{text}</pre> }.into_any(),
        None => view! { <p class="muted">{w.get("demo-mail-wiped")}</p> }.into_any(),
    };
    let (title, heading) = (letter.subject.clone(), letter.subject);
    Ok(public_page(&visitor, &title, Live::Not, || {
        view! {
            <div class="wrap section stack gap-5">
                <p><a href="/demo/mail">{w.get("demo-mail-back")}</a></p>
                <h1 lang=lang>{heading}</h1>
                {alert(&visitor, Some("warning"), "circle-alert", w.get("demo-mail-only"))}
                <div class="panel">
                    <div class="panel__body stack">
                        <dl class="kv"><div><dt>{w.get("demo-mail-to")}</dt><dd>{letter.address}</dd></div>
                            <div><dt>{w.get("letter-when")}</dt><dd>{moment}</dd></div></dl>
                        {text}
                    </div>
                    {as_html}
                </div>
            </div>
        }
    }))
}

/// A letter's HTML as an answer: a document of its own, which may do nothing and fetch nothing. Its rules are let through by
/// their hash.
pub(crate) fn as_sent(html: String) -> Response {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let mut response = Html(html).into_response();
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; sandbox");
    response.extensions_mut().insert(OwnPolicy(policy.into()));
    response
}

/// The HTML as it was sent.
async fn paper(
    State(services): State<Services>,
    visitor: Visitor,
    id: Result<Path<Id<kind::Mail>>, PathRejection>,
) -> Result<Response, Problem> {
    let letter = found(&services, &visitor, id).await?;
    let html = letter.html.ok_or_else(|| Problem::new(Reason::NotFound, &visitor))?;
    Ok(as_sent(html))
}
