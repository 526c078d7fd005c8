//! `/continue`: the form that came just after its session had ended, for its sender to send now. Nothing is sent by itself.

use crate::{
    ui::{Place, app_page},
    web::{Problem, Services, SignedIn, own_path, redirect_to},
};
use axum::{extract::State, response::Response};
use leptos::prelude::*;

pub(super) async fn get(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let Some(form) = services.identity.held(&who.session).await? else { return Ok(redirect_to("/overview")) };
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&form.body).unwrap_or_default();
    let visitor = &who.visitor;
    let w = visitor.words();
    let title = w.get("auth-held");
    let heading = title.clone();
    let hidden = fields.iter().map(|(name, value)| {
        view! { <input r#type="hidden" name=name.clone() value=value.clone()/> }
    });
    let hidden = hidden.collect_view();
    // What somebody wrote themselves is longer than a choice or an id.
    let written = fields.iter().filter(|(_, value)| value.contains(' ')).map(|(_, value)| {
        view! { <blockquote class="quote">{value.clone()}</blockquote> }
    });
    let written = written.collect_view();
    Ok(app_page(visitor, Place::Elsewhere, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                <section class="panel"><form class="panel__body stack" method="post" action=own_path(&form.path)>
                    <p>{w.get("auth-held-text")}</p>
                    {written}
                    {hidden}
                    <div class="cluster"><button class="button button--primary">{w.get("auth-held-send")}</button>
                        <a class="button" href="/overview">{w.get("auth-held-leave")}</a></div>
                </form></section>
            </div>
        }
    }))
}
