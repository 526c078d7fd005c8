//! `/profile`: who somebody is to the institution, how they sign in, and where they are signed in.

use super::{
    sessions::{display_panel, sessions_panel},
    ways::{passkeys_panel, ways_panel},
};
use crate::{
    ui::{Place, alert, app_page, badge},
    web::{Problem, Services, SignedIn},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::Date;
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ProfileQuery {
    last: Option<String>,
}

pub(super) async fn get(
    State(services): State<Services>,
    who: SignedIn,
    query: Result<Query<ProfileQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.unwrap_or_default();
    let (scope, sessions, identity) = (who.session.scope, services.sessions.clone(), services.identity.clone());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let rows = sessions.list(tx, &scope).await?;
            Ok::<_, DbError>((rows, identity.list_passkeys(tx, &scope).await?))
        }
        .boxed()
    });
    let (rows, passkeys) = read.await?;
    let access = services.identity.own_access(&who.session).await?;
    let visitor = &who.visitor;
    let w = visitor.words();
    let figures = visitor.figures(&services);
    let title = w.get("profile-title");
    let heading = title.clone();
    let since = Date::from_days(i32::try_from(who.session.since_day).unwrap_or(0)).ymd().0.to_string();
    let guarded = if access.factors.second() {
        badge(visitor, "positive", Some("shield-check"), w.get("auth-well-protected")).into_any()
    } else {
        badge(visitor, "warning", Some("circle-alert"), w.get("auth-one-factor")).into_any()
    };
    let email = match access.email.clone() {
        Some(email) => view! { <dd>{email}</dd> }.into_any(),
        None => view! { <dd>{w.get("auth-email-none")}</dd> }.into_any(),
    };
    let last = query.last.map(|_| alert(visitor, Some("critical"), "circle-alert", w.get("auth-last-factor")));
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><div><h1>{heading}</h1>
                <p class="muted">{w.get("customer-number")}" "<span class="ref">{who.session.number.clone()}</span></p></div>
                {guarded}</div>
            <div class="grid">
                <div class="col-7 stack" id="security">
                    {last}
                    {passkeys_panel(visitor, &figures, &passkeys)}
                    {ways_panel(visitor, &figures, &access)}
                    {sessions_panel(visitor, &figures, &who, &rows)}
                </div>
                <div class="col-5 stack">
                    <section class="panel" aria-labelledby="pd">
                        <div class="panel__head"><h2 id="pd">{w.get("personal-details")}</h2>
                            <a href="/profile/email">{w.get("auth-email-edit")}</a></div>
                        <div class="panel__body"><dl class="kv">
                            <div><dt>{w.get("name")}</dt><dd>{who.session.name.clone()}</dd></div>
                            <div><dt>{w.get("auth-email")}</dt>{email}</div>
                            <div><dt>{w.get("customer-since")}</dt><dd>{since}</dd></div>
                            <div><dt>{w.get("language-word")}</dt><dd>{visitor.locale.own_name()}</dd></div>
                        </dl></div>
                    </section>
                    {display_panel(visitor)}
                    {crate::activity::pages::panel(visitor)}
                </div>
            </div>
        }
    }))
}
