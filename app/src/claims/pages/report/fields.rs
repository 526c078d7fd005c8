//! The fields of each step.

use super::{Desk, Faults, StepForm};
use crate::{
    accounts::pages::{account_name, shown_identification},
    claims::{
        pages::{
            documents::file_field,
            policies::glyph,
            words::{cause_word, policy_title, refused_text, size},
        },
        rules::{Cause, in_force},
        store::{Policy, Upload},
        upload::Refused,
    },
    ui::{alert, badge, icon},
    web::Visitor,
    words::Figures,
};
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// An error under its field.
fn error(visitor: &Visitor, id: &'static str, there: bool, text: String) -> Option<impl IntoView + use<>> {
    there
        .then(|| view! { <p class="error cluster nowrap" id=id>{icon(visitor, "circle-alert")}<span>{text}</span></p> })
}

/// Step 1: the policies to choose from.
pub(super) fn policies(
    visitor: &Visitor,
    policies: &[Policy],
    chosen: Option<Id<kind::Policy>>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let chosen = chosen.or(policies.first().map(|policy| policy.id));
    let today = Figures::new(visitor.locale, visitor.institution.zone.clone(), visitor.now).today();
    let items = policies.iter().map(|policy| {
        let id = format!("policy-{}", policy.id);
        let what = policy.objects.first().and_then(|object| object.description.clone());
        let under = [Some(policy.head.number.clone()), what].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let over = (!in_force(&policy.head, today)).then(|| badge(visitor, "outline", None, w.get("claims-not-in-force-now")));
        view! {
            <label class="choice" for=id.clone()>
                <input r#type="radio" id=id.clone() name="policy" value=policy.id.to_string() checked=Some(policy.id) == chosen required/>
                <span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, glyph(policy.head.line.as_deref()))}</span>
                <span class="item__body"><b>{policy_title(w, &policy.head)}</b><small>{under}</small></span>{over}
            </label>
        }
    });
    let items = items.collect_view();
    view! {
        <form class="panel" method="post" action="/claims/report/begin">
            <fieldset class="panel__body stack gap-2"><legend class="label">{w.get("claims-report-which")}</legend>{items}</fieldset>
            <div class="panel__body"><button class="button button--primary">{w.get("claims-continue")}</button></div>
        </form>
    }
}

/// Step 2: by what, when, where.
pub(super) fn what(
    visitor: &Visitor,
    figures: &Figures,
    id: Id<kind::Claim>,
    form: &StepForm,
    faults: Faults,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let options = Cause::ALL.map(|cause| {
        view! { <option value=cause.as_str() selected=form.cause == cause.as_str()>{cause_word(w, cause)}</option> }
    });
    let day_wrong = faults.day || faults.not_in_force;
    let today = figures.today().to_string();
    view! {
        <form class="panel__body stack gap-5" method="post" action=format!("/claims/report/{id}/save")>
            <input r#type="hidden" name="step" value="2"/>
            <div class="field"><label for="cause">{w.get("claims-field-cause")}</label>
                <span class="select"><select class="input" id="cause" name="cause" required
                    aria-invalid=faults.cause.then_some("true") aria-describedby=faults.cause.then_some("cause-error")>
                    <option value="" selected=form.cause.is_empty()>{w.get("claims-choose")}</option>{options.collect_view()}</select></span>
                {error(visitor, "cause-error", faults.cause, w.get("claims-error-cause"))}</div>
            <div class="field"><label for="day">{w.get("claims-field-day")}</label>
                <input class="input" id="day" name="day" r#type="date" required max=today value=form.day.clone()
                    aria-invalid=day_wrong.then_some("true") aria-describedby=day_wrong.then_some("day-error")/>
                {error(visitor, "day-error", faults.day, w.get("claims-error-day"))}
                {error(visitor, "day-error", faults.not_in_force && !faults.day, w.get("claims-error-not-in-force"))}</div>
            <div class="field"><label for="time">{w.get("claims-field-time")}</label>
                <input class="input" id="time" name="time" r#type="time" value=form.time.clone()
                    aria-invalid=faults.time.then_some("true") aria-describedby=faults.time.then_some("time-error")/>
                {error(visitor, "time-error", faults.time, w.get("claims-error-time"))}</div>
            <div class="field"><label for="place">{w.get("claims-field-place")}</label>
                <input class="input" id="place" name="place" maxlength="200" value=form.place.clone()/></div>
            <div class="cluster"><button class="button button--primary">{w.get("claims-save-continue")}</button></div>
        </form>
    }
}

/// Step 3: what happened, how much, who else, where the customer is reached and paid.
pub(super) fn details(visitor: &Visitor, desk: &Desk, form: &StepForm, faults: Faults) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = desk.draft.id;
    let accounts = desk.accounts.iter().map(|account| {
        let shown = format!("{} · {}", account_name(w, account), shown_identification(account));
        view! { <option value=account.identification.clone() selected=form.pay_to == account.identification>{shown}</option> }
    });
    let accounts = accounts.collect_view();
    view! {
        <form class="panel__body stack gap-5" method="post" action=format!("/claims/report/{id}/save")>
            <input r#type="hidden" name="step" value="3"/>
            <div class="field"><label for="text">{w.get("claims-field-text")}</label>
                <textarea class="input" id="text" name="text" required maxlength="4000"
                    aria-invalid=faults.text.then_some("true") aria-describedby=if faults.text { "text-error" } else { "text-hint" }>
                    {form.text.clone()}</textarea>
                <p class="hint" id="text-hint">{w.get("claims-field-text-hint")}</p>
                {error(visitor, "text-error", faults.text, w.get("claims-error-text"))}</div>
            <div class="field"><label for="amount">{w.get("claims-field-amount")}</label>
                <input class="input" id="amount" name="amount" inputmode="decimal" maxlength="20" value=form.amount.clone()
                    aria-invalid=faults.amount.then_some("true") aria-describedby=faults.amount.then_some("amount-error")/>
                {error(visitor, "amount-error", faults.amount, w.get("claims-error-amount"))}</div>
            <div class="field"><label for="others">{w.get("claims-field-others")}</label>
                <input class="input" id="others" name="others" maxlength="500" value=form.others.clone()/></div>
            <div class="field"><label for="phone">{w.get("claims-field-phone")}</label>
                <input class="input" id="phone" name="phone" r#type="tel" autocomplete="tel" maxlength="40" value=form.phone.clone()/></div>
            <div class="field"><label for="pay_to">{w.get("claims-field-pay-to")}</label>
                <span class="select"><select class="input" id="pay_to" name="pay_to">{accounts}
                    <option value="" selected=form.pay_to.is_empty()>{w.get("claims-field-pay-later")}</option></select></span></div>
            <div class="cluster"><button class="button button--primary">{w.get("claims-save-continue")}</button></div>
        </form>
    }
}

/// Step 4: photos and papers, as many as there are.
pub(super) fn photos(visitor: &Visitor, figures: &Figures, desk: &Desk, full: bool) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = desk.draft.id;
    let items = desk.uploads.iter().map(|upload| photo(visitor, figures, id, upload)).collect_view();
    view! {
        {full.then(|| alert(visitor, Some("critical"), "circle-alert", w.get("claims-full")))}
        <div class="list">{items}</div>
        <form class="panel__body stack gap-5" method="post" enctype="multipart/form-data" action=format!("/claims/report/{id}/photos")>
            {file_field(visitor)}
            <div class="cluster"><button class="button">{icon(visitor, "upload")}{w.get("claims-upload")}</button></div>
        </form>
        <form class="panel__body" method="post" action=format!("/claims/report/{id}/save")>
            <input r#type="hidden" name="step" value="4"/>
            <button class="button button--primary">{w.get("claims-continue")}</button>
        </form>
    }
}

/// A file of the draft.
fn photo(visitor: &Visitor, figures: &Figures, id: Id<kind::Claim>, upload: &Upload) -> impl IntoView + use<> {
    let w = visitor.words();
    let refused = upload.refused.as_deref().map(|reason| refused_text(w, Refused::from_name(reason)));
    let state = match refused {
        Some(_) => badge(visitor, "critical", Some("circle-alert"), w.get("claims-file-refused")),
        None => badge(visitor, "positive", Some("check"), w.get("claims-file-checked-word")),
    };
    let under = refused.unwrap_or_else(|| size(w, figures, upload.bytes));
    let remove = w.with("claims-remove-file", &[("name", &upload.name)]);
    view! {
        <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "image")}</span>
            <span class="item__body"><b>{upload.name.clone()}</b><small>{under}</small></span>{state}
            <form method="post" action=format!("/claims/{id}/uploads/{}/remove", upload.id)>
                <button class="button button--sm button--quiet" aria-label=remove>{w.get("claims-remove")}</button></form></div>
    }
}
