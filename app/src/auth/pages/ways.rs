//! How somebody signs in: passkeys, and the other ways.

use crate::{
    auth::proved::Proved,
    ui::{Place, app_page, badge, icon},
    web::Visitor,
    words::Figures,
};
use axum::response::Response;
use guichet_platform::identity::{Access, PasskeyRow, Security};
use leptos::prelude::*;

/// The passkeys.
pub(super) fn passkeys_panel(visitor: &Visitor, figures: &Figures, passkeys: &[PasskeyRow]) -> impl IntoView + use<> {
    let w = visitor.words();
    let items = passkeys.iter().map(|passkey| {
        let added = w.with("auth-added-on", &[("when", &figures.moment(passkey.added_at))]);
        let used = match passkey.used_at {
            Some(at) => w.with("auth-used-on", &[("when", &figures.moment(at))]),
            None => w.get("auth-never-used"),
        };
        let label = w.with("auth-passkey-options", &[("name", &passkey.name)]);
        view! {
            <div class="item"><span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, "key-round")}</span>
                <span class="item__body"><b>{passkey.name.clone()}</b><small>{added}" · "{used}</small></span>
                <a class="button button--icon" href=format!("/profile/passkey/{}", passkey.id) aria-label=label>
                    {icon(visitor, "ellipsis")}</a></div>
        }
    });
    let items = items.collect_view();
    let none = passkeys.is_empty().then(|| view! { <p class="panel__body muted">{w.get("auth-passkeys-none")}</p> });
    view! {
        <section class="panel" aria-labelledby="pk">
            <div class="panel__head"><h2 id="pk">{w.get("auth-passkeys")}</h2>
                <a class="button button--sm" href="/profile/passkey">{icon(visitor, "plus")}{w.get("auth-passkey-add")}</a></div>
            {none}
            <div class="list">{items}</div>
        </section>
    }
}

/// Password, authenticator, recovery codes.
pub(super) fn ways_panel(visitor: &Visitor, figures: &Figures, access: &Access) -> impl IntoView + use<> {
    let w = visitor.words();
    let changed = match access.password_changed_at {
        Some(at) => w.with("auth-changed-on", &[("when", &figures.moment(at))]),
        None => w.get("auth-password-none"),
    };
    let app = if access.factors.authenticator {
        view! {
            {badge(visitor, "positive", Some("check"), w.get("auth-on"))}
            <a class="button button--sm" href="/profile/authenticator/remove">{w.get("auth-remove")}</a>
        }
        .into_any()
    } else {
        view! { <a class="button button--sm" href="/profile/authenticator">{w.get("auth-set-up")}</a> }.into_any()
    };
    let codes = (access.recovery_codes > 0).then(|| {
        let used = access.recovery_codes - access.factors.recovery_codes;
        let text =
            w.with("auth-codes-used", &[("used", &used.to_string()), ("all", &access.recovery_codes.to_string())]);
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "life-buoy")}</span>
                <span class="item__body"><b>{w.get("auth-codes")}</b><small>{text}</small></span>
                <a class="button button--sm" href="/profile/codes">{w.get("auth-codes-new")}</a></div>
        }
    });
    view! {
        <section class="panel" aria-labelledby="ot">
            <div class="panel__head"><h2 id="ot">{w.get("auth-other-ways")}</h2></div>
            <div class="list">
                <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "lock")}</span>
                    <span class="item__body"><b>{w.get("password")}</b><small>{changed}</small></span>
                    <a class="button button--sm" href="/profile/password">{w.get("auth-change")}</a></div>
                <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "timer")}</span>
                    <span class="item__body"><b>{w.get("auth-authenticator")}</b>
                        <small>{w.get("auth-authenticator-when")}</small></span>{app}</div>
                {codes}
            </div>
        </section>
    }
}

/// The question before the authenticator goes.
pub(super) async fn remove_authenticator(proved: Proved<Security>) -> Response {
    let visitor = &proved.who.visitor;
    let w = visitor.words();
    let title = w.get("auth-authenticator-remove");
    let heading = title.clone();
    app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                <section class="panel"><form class="panel__body stack" method="post" action="/profile/authenticator/remove">
                    <p>{w.get("auth-authenticator-remove-text")}</p>
                    <button class="button button--danger">{icon(visitor, "trash-2")}{w.get("auth-remove")}</button>
                </form></section>
                <p class="small"><a href="/profile#security">{w.get("auth-back-to-profile")}</a></p>
            </div>
        }
    })
}
