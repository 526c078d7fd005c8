//! The screens about who somebody is: sign-in, profile and security.

use super::actions;
use crate::{
    ui::{self, Place, alert, app_page, icon, logo},
    web::{Access, Problem, Routes, Services, SignedIn, Visitor},
};
use axum::{
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use futures::FutureExt as _;
use guichet_platform::session::SessionRow;
use guichet_types::{Date, Theme};
use leptos::prelude::*;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/sign-in", Access::Public, get(sign_in).post(actions::sign_in))
        .get("/profile", Access::Customer, get(profile))
        .post("/api/sign-out", Access::Public, post(actions::sign_out))
        .post("/api/stay", Access::Customer, post(actions::stay))
        .post("/api/sessions/revoke", Access::Customer, post(actions::revoke))
        .post("/api/sessions/revoke-others", Access::Customer, post(actions::revoke_others))
        .post("/api/display", Access::Public, post(actions::display))
}

/// What the sign-in form sends.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// E-mail address or customer number.
    pub name: String,
    /// The password.
    pub password: String,
    /// Where the visitor was going.
    pub next: String,
}

impl std::fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<sign-in form>")
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct SignInQuery {
    next: String,
    ended: Option<String>,
    out: Option<String>,
}

async fn sign_in(
    visitor: Visitor,
    query: Result<Query<SignInQuery>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Query(query) = query.unwrap_or_default();
    if visitor.session.is_some() && query.out.is_none() {
        return crate::web::redirect_to(if query.next.is_empty() { "/overview" } else { &query.next });
    }
    let form = SignInForm { next: query.next, ..SignInForm::default() };
    sign_in_page(&visitor, &form, false, query.ended.is_some())
}

/// The sign-in page; after a refusal with what was typed, but for the password.
pub fn sign_in_page(visitor: &Visitor, form: &SignInForm, refused: bool, ended: bool) -> Response {
    let w = visitor.words();
    let house = visitor.institution.name.clone();
    let host = visitor.institution.host.clone();
    let title = w.get("sign-in");
    let heading = title.clone();
    let invalid = refused.then_some("true");
    let described = refused.then_some("sign-in-error");
    ui::page(visitor, &title, ui::Live::Not, || {
        view! {
            <div class="auth">
                <header class="band">
                    {logo("/", house)}
                    <div class="stack only-wide">
                        <p class="display">{w.get("welcome-back")}</p>
                        <ul class="stack gap-2 muted">
                            <li class="cluster nowrap">{icon(visitor, "lock")}
                                <span>{w.get("you-are-at")}" "<b>{host}</b></span></li>
                            <li class="cluster nowrap">{icon(visitor, "shield-check")}{w.get("never-by-phone")}</li>
                        </ul>
                    </div>
                    <div class="arches only-wide" aria-hidden="true">
                        <span class="arch">{icon(visitor, "package")}</span>
                        <span class="arch">{icon(visitor, "key-round")}</span>
                        <span class="arch">{icon(visitor, "landmark")}</span>
                    </div>
                </header>
                <main id="content">
                    <div class="narrow stack gap-5">
                        <div class="cluster between"><h1>{heading}</h1>{ui::language_menu(visitor)}</div>
                        {ended.then(|| alert(visitor, None, "clock", w.get("session-ended")))}
                        {refused.then(|| view! {
                            <div id="sign-in-error">{alert(visitor, Some("critical"), "circle-alert", w.get("sign-in-refused"))}</div>
                        })}
                        <form class="stack" method="post" action="/sign-in">
                            <input r#type="hidden" name="next" value=form.next.clone()/>
                            <div class="field"><label for="name">{w.get("email-or-number")}</label>
                                <input class="input" id="name" name="name" autocomplete="username" required maxlength="254"
                                    autocapitalize="none" spellcheck="false" value=form.name.clone()
                                    aria-invalid=invalid aria-describedby=described/></div>
                            <div class="field"><label for="password">{w.get("password")}</label>
                                <input class="input" id="password" name="password" r#type="password" required maxlength="1024"
                                    autocomplete="current-password" aria-invalid=invalid aria-describedby=described/></div>
                            <button class="button button--primary button--lg button--block">{w.get("continue")}</button>
                        </form>
                    </div>
                </main>
            </div>
        }
    })
}

async fn profile(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let (scope, sessions) = (who.session.scope, services.sessions.clone());
    let rows = services.db.read(&scope, move |tx| async move { sessions.list(tx, &scope).await }.boxed()).await?;
    let visitor = &who.visitor;
    let w = visitor.words();
    let figures = visitor.figures(&services);
    let title = w.get("profile-title");
    let heading = title.clone();
    let number = who.session.number.clone();
    let since = Date::from_days(i32::try_from(who.session.since_day).unwrap_or(0)).ymd().0.to_string();
    let name = who.session.name.clone();
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><div><h1>{heading}</h1>
                <p class="muted">{w.get("customer-number")}" "<span class="ref">{number}</span></p></div></div>
            <div class="grid">
                <div class="col-7 stack">{sessions_panel(visitor, &figures, &who, &rows)}</div>
                <div class="col-5 stack">
                    <section class="panel" aria-labelledby="pd">
                        <div class="panel__head"><h2 id="pd">{w.get("personal-details")}</h2></div>
                        <div class="panel__body"><dl class="kv">
                            <div><dt>{w.get("name")}</dt><dd>{name}</dd></div>
                            <div><dt>{w.get("customer-since")}</dt><dd>{since}</dd></div>
                            <div><dt>{w.get("language-word")}</dt><dd>{visitor.locale.own_name()}</dd></div>
                        </dl></div>
                    </section>
                    {display_panel(visitor)}
                </div>
            </div>
        }
    }))
}

fn sessions_panel(
    visitor: &Visitor,
    figures: &crate::words::Figures,
    who: &SignedIn,
    rows: &[SessionRow],
) -> impl IntoView + use<> {
    let w = visitor.words();
    let others = rows.len() > 1;
    let rows = rows.iter().map(|row| {
        let mine = row.id == who.session.id;
        let action = if mine {
            ui::badge(visitor, "info", None, w.get("this-one")).into_any()
        } else {
            let label = w.with("sign-out-of", &[("agent", &row.agent)]);
            view! {
                <form method="post" action="/api/sessions/revoke">
                    <input r#type="hidden" name="session" value=row.id.to_string()/>
                    <button class="button button--sm" aria-label=label>{w.get("sign-out")}</button>
                </form>
            }
            .into_any()
        };
        let seen = if mine { w.get("now") } else { figures.moment(row.last_human_at) };
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" data-fold="lead">{row.agent.clone()}</th>
                <td role="cell" data-fold="meta">{row.network.clone()}</td>
                <td role="cell" class="num" data-fold="sub">{seen}</td>
                <td role="cell" class="num" data-fold="value">{action}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let everywhere = others.then(|| view! {
        <form method="post" action="/api/sessions/revoke-others">
            <button class="button button--sm button--danger">{icon(visitor, "log-out")}{w.get("sign-out-others")}</button>
        </form>
    });
    view! {
        <section class="panel" aria-labelledby="sessions">
            <div class="panel__head"><h2 id="sessions">{w.get("where-signed-in")}</h2>{everywhere}</div>
            <table class="table table--fold" role="table">
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">{w.get("device")}</th>
                    <th scope="col" role="columnheader">{w.get("network")}</th>
                    <th scope="col" role="columnheader" class="num">{w.get("last-seen")}</th>
                    <th scope="col" role="columnheader"><span class="vh">{w.get("action")}</span></th></tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
}

fn display_panel(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    let word = |theme| match theme {
        Theme::System => w.get("theme-system"),
        Theme::Light => w.get("theme-light"),
        Theme::Dark => w.get("theme-dark"),
    };
    let themes = Theme::ALL.into_iter().map(|theme| {
        let checked = visitor.theme == theme;
        view! { <label><input r#type="radio" name="theme" value=theme.name() checked=checked/>{word(theme)}</label> }
    });
    let themes = themes.collect_view();
    view! {
        <section class="panel" aria-labelledby="display">
            <div class="panel__head"><h2 id="display">{w.get("display")}</h2></div>
            <form class="panel__body stack" method="post" action="/api/display">
                <input r#type="hidden" name="back" value="/profile"/>
                <fieldset class="field"><legend class="label">{w.get("theme")}</legend>
                    <div class="segmented">{themes}</div></fieldset>
                <button class="button">{w.get("save")}</button>
            </form>
        </section>
    }
}
