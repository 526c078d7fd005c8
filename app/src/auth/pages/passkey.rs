//! `/profile/passkey`: adding a passkey, and one that is there.

use crate::{
    auth::{islands::Passkey, proved::Proved},
    ui::{Place, app_page, icon},
    web::{Problem, Reason, Services, SignedIn, Visitor},
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::identity::Security;
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// What a passkey is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ceremony<'c> {
    /// To sign in, or as the second factor; and where the visitor was going.
    SignIn(&'c str),
    /// To be added.
    Add,
    /// To prove again who somebody is: where to go then, and what for.
    Prove(&'c str, &'c str),
}

/// The button, and what is said when it does not work or cannot. Without scripts it stays as it is.
pub(super) fn button(visitor: &Visitor, ceremony: &Ceremony<'_>, label: String) -> impl IntoView + use<> {
    let w = visitor.words();
    let (path, adds, next, purpose) = match ceremony {
        Ceremony::SignIn(next) => ("/api/passkey", None, *next, ""),
        Ceremony::Add => ("/api/passkey/add", Some(""), "", ""),
        Ceremony::Prove(next, purpose) => ("/api/passkey/prove", None, *next, *purpose),
    };
    view! {
        <button r#type="button" class="button button--primary button--lg button--block" id="passkey" disabled
            data-begin=format!("{path}/begin") data-finish=format!("{path}/finish") data-adds=adds
            data-next=next.to_owned() data-purpose=purpose.to_owned()>{icon(visitor, "key-round")}{label}</button>
        <p class="error" role="alert" id="passkey-failed" hidden>{w.get("auth-passkey-failed")}</p>
        <p class="hint" id="passkey-missing">{w.get("auth-passkey-missing")}</p>
        <Passkey/>
    }
}

/// A name and the button; the recovery codes appear in place when there are new ones.
pub(super) fn add_form(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <div class="stack">
            <p class="muted">{w.get("auth-passkey-add-text")}</p>
            <div class="field"><label for="passkey-name">{w.get("auth-passkey-name")}</label>
                <input class="input" id="passkey-name" maxlength="60" value=visitor.agent.to_string()/></div>
            {button(visitor, &Ceremony::Add, w.get("auth-passkey-create"))}
            <div id="passkey-codes" class="stack" hidden>{super::codes::list(visitor, &[], "/profile#security")}</div>
        </div>
    }
}

pub(super) async fn add(proved: Proved<Security>) -> Response {
    let visitor = &proved.who.visitor;
    let w = visitor.words();
    let title = w.get("auth-passkey-add");
    let heading = title.clone();
    app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                <section class="panel"><div class="panel__body">{add_form(visitor)}</div></section>
                <p class="small"><a href="/profile#security">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    })
}

/// One passkey, and the way to take it away.
pub(super) async fn one(
    State(services): State<Services>,
    who: SignedIn,
    passkey: Result<Path<Id<kind::Passkey>>, PathRejection>,
) -> Result<Response, Problem> {
    let nothing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(passkey) = passkey.map_err(|_| nothing())?;
    let (scope, identity) = (who.session.scope, services.identity.clone());
    let list = services.db.read(&scope, move |tx| async move { identity.list_passkeys(tx, &scope).await }.boxed());
    let row = list.await?.into_iter().find(|row| row.id == passkey).ok_or_else(nothing)?;
    let visitor = &who.visitor;
    let w = visitor.words();
    let figures = visitor.figures(&services);
    let used = row.used_at.map_or_else(|| w.get("auth-never-used"), |at| figures.moment(at));
    let title = row.name.clone();
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{row.name.clone()}</h1></div>
            <div class="narrow stack">
                <section class="panel"><div class="panel__body stack">
                    <dl class="kv"><div><dt>{w.get("auth-added")}</dt><dd>{figures.moment(row.added_at)}</dd></div>
                        <div><dt>{w.get("auth-used")}</dt><dd>{used}</dd></div></dl>
                    <p class="muted">{w.get("auth-passkey-remove-text")}</p>
                    <form method="post" action="/profile/passkey/remove">
                        <input r#type="hidden" name="passkey" value=passkey.to_string()/>
                        <button class="button button--danger">{icon(visitor, "trash-2")}{w.get("auth-passkey-remove")}</button>
                    </form>
                </div></section>
                <p class="small"><a href="/profile#security">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    }))
}
