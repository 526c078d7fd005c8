//! The frame of every step: where one is, the step itself, and the way to leave it.

use super::{Desk, Faults, StepForm, fields, review};
use crate::{
    claims::pages::words::policy_title,
    ui::{Place, app_page, icon},
    web::{Services, Visitor},
};
use axum::response::Response;
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// What a step has to say beside its fields.
pub(super) struct Asked {
    pub faults: Faults,
    pub near: Option<(Id<kind::Claim>, String)>,
    pub full: bool,
}

pub(super) fn page(services: &Services, visitor: &Visitor, desk: &Desk, form: &StepForm, asked: &Asked) -> Response {
    let (w, figures) = (visitor.words(), visitor.figures(services));
    let id = desk.draft.id;
    let title = match form.step {
        2 => w.get("claims-report-step-what"),
        3 => w.get("claims-report-step-details"),
        4 => w.get("claims-report-step-photos"),
        _ => w.get("claims-report-step-check"),
    };
    let heading = title.clone();
    let policy = format!("{} · {}", policy_title(w, &desk.policy.head), desk.policy.head.number);
    app_page(visitor, Place::Claims, &title, None, || {
        let step = match form.step {
            2 => fields::what(visitor, &figures, id, form, asked.faults).into_any(),
            3 => fields::details(visitor, desk, form, asked.faults).into_any(),
            4 => fields::photos(visitor, &figures, desk, asked.full).into_any(),
            _ => review::review(visitor, &figures, desk, asked).into_any(),
        };
        view! {
            <div class="page-head"><div><ol class="crumbs"><li><a href="/claims">{w.get("nav-claims")}</a></li>
                <li><a href="/claims/report">{w.get("claims-report")}</a></li>
                <li aria-current="page">{heading.clone()}</li></ol><h1>{heading}</h1><p class="muted">{policy}</p></div></div>
            <div class="stack">
                {steps(visitor, desk, form.step)}
                <section class="panel" aria-label=title.clone()>{step}</section>
                <div class="cluster between">
                    <p class="small muted">{w.get("claims-report-saved")}</p>
                    <form method="post" action=format!("/claims/report/{id}/discard")>
                        <button class="button button--quiet button--sm">{icon(visitor, "trash-2")}{w.get("claims-report-discard")}</button>
                    </form>
                </div>
            </div>
        }
    })
}

/// The way through the steps; each that was reached can be gone back to.
fn steps(visitor: &Visitor, desk: &Desk, current: u8) -> impl IntoView + use<> {
    let w = visitor.words();
    let words = [
        w.get("claims-report-step-policy"),
        w.get("claims-report-step-what"),
        w.get("claims-report-step-details"),
        w.get("claims-report-step-photos"),
        w.get("claims-report-step-check"),
    ];
    let (id, reached) = (desk.draft.id, desk.draft.data.step);
    let items = words.into_iter().zip(1_u8..).map(|(word, step)| {
        let here = step == current;
        let state = if here {
            "current"
        } else if step < reached || step == 1 {
            "done"
        } else {
            "todo"
        };
        let word = if !here && (2..=reached).contains(&step) {
            view! { <a href=format!("/claims/report/{id}?step={step}")>{word}</a> }.into_any()
        } else {
            view! { <span>{word}</span> }.into_any()
        };
        view! { <li data-state=state aria-current=here.then_some("step")><b>{word}</b></li> }
    });
    let items = items.collect_view();
    view! { <ol class="stepper" aria-label=w.get("claims-report-steps")>{items}</ol> }
}
