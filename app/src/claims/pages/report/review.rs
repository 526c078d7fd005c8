//! The last step: everything in one view, and the button that sends it.

use super::{Desk, frame::Asked};
use crate::{
    claims::{
        pages::words::{cause_word, policy_title},
        rules::{Cause, in_force},
    },
    ui::{alert, icon},
    web::Visitor,
    words::{Figures, Sign},
};
use leptos::prelude::*;

pub(super) fn review(visitor: &Visitor, figures: &Figures, desk: &Desk, asked: &Asked) -> impl IntoView + use<> {
    let w = visitor.words();
    let (id, data) = (desk.draft.id, &desk.draft.data);
    let pair = |label: String, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let when = data.day.map(|day| match data.at {
        Some(at) => format!("{}, {}", figures.weekday_date(day), figures.time(at)),
        None => figures.weekday_date(day),
    });
    let count = desk.uploads.iter().filter(|upload| upload.stored.is_some()).count() as u64;
    let cause = data.cause.as_deref().and_then(Cause::of).map(|cause| cause_word(w, cause));
    let session = visitor.session.as_ref();
    let customer = session.map(|session| format!("{} · {}", session.name, session.number));
    // Looked at once more, because the policy may have changed since.
    let in_force = data.day.is_some_and(|day| in_force(&desk.policy.head, day));
    let complete = in_force && data.cause.is_some() && !data.text.is_empty();
    let near = asked.near.as_ref().map(|(other, number)| {
        view! {
            <div class="stack gap-2">
                {alert(visitor, Some("warning"), "circle-help", w.with("claims-near", &[("number", number)]))}
                <div class="cluster"><a class="button" href=format!("/claims/{other}")>{w.with("claims-near-open", &[("number", number)])}</a></div>
            </div>
        }
    });
    let sure = asked.near.is_some();
    let send = if complete {
        let word = if sure { w.get("claims-near-send") } else { w.get("claims-report-send") };
        view! {
            <form method="post" action=format!("/claims/report/{id}/submit")>
                {sure.then(|| view! { <input r#type="hidden" name="sure" value="1"/> })}
                <button class="button button--primary button--lg">{icon(visitor, "send")}{word}</button>
            </form>
        }
        .into_any()
    } else {
        let text = if in_force { w.get("claims-report-incomplete") } else { w.get("claims-error-not-in-force") };
        view! {
            <div class="stack gap-2">{alert(visitor, Some("critical"), "circle-alert", text)}
                <div class="cluster"><a class="button" href=format!("/claims/report/{id}?step=2")>{w.get("claims-report-step-what")}</a></div></div>
        }
        .into_any()
    };
    view! {
        <div class="panel__body stack gap-5">
            <dl class="kv">
                {pair(w.get("claims-policy"), Some(format!("{} · {}", policy_title(w, &desk.policy.head), desk.policy.head.number)))}
                {pair(w.get("claims-customer"), customer)}
                {pair(w.get("claims-field-cause"), cause)}
                {pair(w.get("claims-field-day"), when)}
                {pair(w.get("claims-field-place"), Some(data.place.clone()))}
                {pair(w.get("claims-field-text"), Some(data.text.clone()))}
                {pair(w.get("claims-field-amount"), data.amount.map(|amount| figures.money(amount, Sign::Negative)))}
                {pair(w.get("claims-field-others"), data.others.clone())}
                {pair(w.get("claims-field-phone"), Some(data.phone.clone()))}
                {pair(w.get("claims-field-pay-to"), data.pay_to.as_deref().map(guichet_types::group_in_fours))}
                {pair(w.get("claims-photos"), Some(w.count("claims-photos-count", count, &[])))}
            </dl>
            {near}
            <p class="muted">{w.get("claims-report-promise")}</p>
            {send}
        </div>
    }
}
