//! `/continue`: a form that came just after its session had ended, or before its sender had proved again who they are, for its
//! sender to send now. Nothing is sent by itself.

use crate::{
    ui::{Place, app_page},
    web::{Fields, Problem, Services, SignedIn, own_path, redirect_to},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use guichet_platform::identity::{Desk, Purpose as _};
use leptos::prelude::*;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct HeldQuery {
    #[serde(rename = "for")]
    purpose: String,
}

pub(super) async fn get(
    State(services): State<Services>,
    who: SignedIn,
    query: Result<Query<HeldQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let proved = query.is_ok_and(|Query(query)| query.purpose == Desk::NAME) && who.session.staff.is_some();
    let elsewhere = if who.session.staff.is_some() { "/admin" } else { "/overview" };
    let Some(form) = services.identity.held(&who.session).await? else { return Ok(redirect_to(elsewhere)) };
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&form.body).unwrap_or_default();
    let visitor = &who.visitor;
    let w = visitor.words();
    let act = desk_act(&form.path, &fields.iter().cloned().collect()).filter(|_| proved);
    let title = act.map_or_else(|| w.get("auth-held"), |act| w.get(act));
    let heading = title.clone();
    let hidden = fields.iter().map(|(name, value)| {
        view! { <input r#type="hidden" name=name.clone() value=value.clone()/> }
    });
    let hidden = hidden.collect_view();
    // What somebody wrote themselves is longer than a choice or an id, or stands in a field that is for it.
    let written = |(name, value): &&(String, String)| {
        let by_name = ["name", "number", "title", "note", "key"].contains(&name.as_str());
        value.contains(' ') || act.is_some() && by_name && !value.is_empty()
    };
    let written = fields.iter().filter(written).map(|(_, value)| {
        view! { <blockquote class="quote">{value.clone()}</blockquote> }
    });
    let written = written.collect_view();
    let (text, send) = match act {
        Some(act) => (w.get("auth-held-proved"), w.get(act)),
        None => (w.get("auth-held-text"), w.get("auth-held-send")),
    };
    Ok(app_page(visitor, Place::Elsewhere, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                <section class="panel"><form class="panel__body stack" method="post" action=own_path(&form.path)>
                    <p>{text}</p>
                    {written}
                    {hidden}
                    <div class="cluster"><button class="button button--primary">{send}</button>
                        <a class="button" href=elsewhere>{w.get("auth-held-leave")}</a></div>
                </form></section>
            </div>
        }
    }))
}

/// What a form of the administration does, as its button says it.
fn desk_act(path: &str, fields: &Fields) -> Option<&'static str> {
    let parts: Vec<&str> = path.strip_prefix("/admin/")?.split('/').collect();
    Some(match parts.as_slice() {
        ["releases", "publish"] => "house-publish",
        ["releases", _, "back"] => "house-back-to",
        ["people", "customers", _, "invite"] | ["people", "staff", _, "again"] => "people-new-code",
        ["people", "customers", _, "switch"] if fields.get("to") == "on" => "people-enable",
        ["people", "customers", _, "switch"] => "people-disable",
        ["people", "customers", _, "export"] => "people-export",
        ["people", "customers", _, "erase"] => "people-erase",
        ["people", "staff", "invite"] => "people-invite",
        ["people", "staff", _, "role"] => "people-change-role",
        ["people", "staff", _, "switch"] if fields.get("to") == "in" => "people-let-in",
        ["people", "staff", _, "switch"] => "people-shut-out",
        ["people", "roles", "add"] => "people-add-role",
        ["people", "roles", _] => "house-save",
        ["people", "proposals", _] if fields.get("act") == "yes" => "people-agree",
        ["people", "proposals", _] => "people-decline",
        ["operations", "sessions"] => "operations-end-all",
        ["sources", "new"] => "sources-add",
        ["sources", "mapping", "keep"] => "sources-save",
        ["sources", "of", _, "secret"] => "sources-secret-new",
        ["sources", "of", _] => "sources-save",
        _ => return None,
    })
}
