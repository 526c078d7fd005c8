//! The home page.

use crate::{
    ui::{Live, foot, icon, language_menu, logo, page, sign_in_link},
    web::{Access, Routes, Services, Visitor},
    words::Figures,
};
use axum::{extract::State, response::Response, routing::get};
use leptos::prelude::*;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default().get("/", Access::Public, get(home))
}

/// `GET /`.
pub(crate) async fn home(State(services): State<Services>, visitor: Visitor) -> Response {
    let w = visitor.words();
    let figures = visitor.figures(&services);
    let title = w.get("home-title");
    page(&visitor, &title, Live::Not, || {
        view! {
            <div class="band">
                <header class="wrap site-head">
                    {logo(&visitor.institution, "/")}
                    <div class="cluster nowrap gap-2">{language_menu(&visitor)}{sign_in_link(&visitor)}</div>
                </header>
                <section class="wrap hero" aria-labelledby="promise">
                    <div class="stack gap-5">
                        <p class="live">{open_now(&visitor, &figures)}</p>
                        <h1 class="display" id="promise">{w.get("home-title")}</h1>
                        <p class="lede">{w.get("home-lede")}</p>
                        {crate::parcels::pages::track_form(&visitor)}
                    </div>
                    <div class="arches">
                        <a class="arch" href="/accounts">{icon(&visitor, "landmark")}<b>{w.get("nav-accounts")}</b>
                            <span class="arch__slip"><b>{w.get("home-accounts")}</b>{w.get("home-accounts-text")}</span></a>
                        <a class="arch" href="/track">{icon(&visitor, "package")}<b>{w.get("nav-parcels")}</b>
                            <span class="arch__slip"><b>{w.get("home-parcels")}</b>{w.get("home-parcels-text")}</span></a>
                        <a class="arch" href="/profile">{icon(&visitor, "shield-check")}<b>{w.get("home-security")}</b>
                            <span class="arch__slip"><b>{w.get("home-security-head")}</b>{w.get("home-security-text")}</span></a>
                    </div>
                </section>
            </div>
            <main id="content" class="cq">
                <section class="wrap cq section" aria-labelledby="how">
                    <div class="grid gap-7">
                        <div class="col-5 stack"><h2 class="h1" id="how">{w.get("home-how")}</h2>
                            <p class="muted">{w.get("home-how-text")}</p></div>
                        <ul class="col-7 list">
                            {[("zap", w.get("home-live"), w.get("home-live-text")),
                              ("receipt", w.get("home-history"), w.get("home-history-text")),
                              ("download", w.get("home-export"), w.get("home-export-text"))]
                                .into_iter()
                                .map(|(name, head, text)| view! {
                                    <li class="item"><span class="glyph" aria-hidden="true">{icon(&visitor, name)}</span>
                                        <span class="item__body"><b>{head}</b><small>{text}</small></span></li>
                                })
                                .collect_view()}
                        </ul>
                    </div>
                </section>
            </main>
            {foot(&visitor)}
        }
    })
}

fn open_now(visitor: &Visitor, figures: &Figures) -> String {
    let w = visitor.words();
    w.with("home-open", &[("day", &figures.weekday_date(figures.today())), ("time", &figures.time(figures.now()))])
}
