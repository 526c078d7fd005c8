//! Where a customer is signed in, and what they choose to see.

use crate::{
    ui::{self, icon},
    web::{SignedIn, Visitor},
};
use guichet_platform::session::SessionRow;
use guichet_types::Theme;
use leptos::prelude::*;

/// The sessions that hold.
pub(super) fn sessions_panel(
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

/// Language and theme.
pub(super) fn display_panel(visitor: &Visitor) -> impl IntoView + use<> {
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
