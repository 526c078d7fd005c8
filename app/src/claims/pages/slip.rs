//! What happens next: who must act, what, until when; what is still expected; the phases.

use super::words::{phase_word, when};
use crate::{
    claims::{
        page::ClaimPage,
        phase::{Ended, Phase, State, Step},
        store::Notice,
    },
    ui::{alert, figure, icon},
    web::Visitor,
    words::Figures,
};
use guichet_platform::outbox;
use guichet_types::{Id, kind};
use leptos::prelude::*;
use sha2::{Digest as _, Sha256};

/// The slip; follows the live stream.
pub fn slip(visitor: &Visitor, figures: &Figures, page: &ClaimPage) -> impl IntoView + use<> {
    let w = visitor.words();
    let (headline, text) = next(visitor, figures, page);
    let expected = page.settlement.expected.filter(|_| page.way.ended.is_none()).map(|expected| {
        let note =
            if page.settlement.is_final { w.get("claims-expected-final") } else { w.get("claims-expected-estimate") };
        view! {
            <div class="col-5 stat"><span class="label">{w.get("claims-expected")}</span>
                {figure(figures, expected, "figure money", None)}<span class="small muted">{note}</span></div>
        }
    });
    let steps = page.way.steps.iter().map(|step| {
        let current = (step.state == State::Current).then_some("step");
        view! {
            <li data-state=step.state.as_str() aria-current=current><b>{phase_word(w, step.phase)}</b>
                {under(visitor, figures, page, step)}</li>
        }
    });
    let steps = steps.collect_view();
    let policy = page.claim.head.policy_no.clone().map(|number| {
        let number = match &page.policy {
            Some(policy) => view! { <a class="ref" href=format!("/policies/{}", policy.id)>{number}</a> }.into_any(),
            None => view! { <span class="ref">{number}</span> }.into_any(),
        };
        view! { " · "{w.get("claims-policy")}" "{number} }
    });
    let source = page.claim.source.as_ref().map(|source| {
        w.with("claims-source", &[("file", &source.file), ("moment", &figures.moment(source.received_at))])
    });
    let reopened = page.way.reopened.as_ref().map(|step| {
        let note = step.note.clone().unwrap_or_default();
        alert(visitor, Some("warning"), "rotate-cw", w.with("claims-reopened", &[("reason", &note)]))
    });
    view! {
        <div class="panel__body stack gap-5">
            {page.notice.as_ref().map(|notice| notice_state(visitor, notice, page.claim.source.is_some()))}
            {reopened}
            <div class="grid gap-7">
                <div class="col-7 stack"><div class="stat"><span class="label">{w.get("claims-next")}</span>
                    <p class="h1">{headline}</p><p class="muted">{text}</p></div>
                    {buttons(visitor, page)}</div>
                {expected}
            </div>
            <ol class="stepper">{steps}</ol>
        </div>
        <div class="slip__tear"></div>
        <div class="slip__stub"><span>{w.get("claims-claim")}" "<span class="ref">{page.claim.head.number.clone()}</span>{policy}</span>
            <span class="small faint">{source}</span></div>
    }
}

/// Whose turn it is, in a headline and a sentence.
fn next(visitor: &Visitor, figures: &Figures, page: &ClaimPage) -> (String, String) {
    let w = visitor.words();
    let head = &page.claim.head;
    match page.way.ended {
        Some(Ended::Closed) => return (w.get("claims-next-closed"), w.get("claims-next-closed-text")),
        Some(Ended::Declined) => return (w.get("claims-next-declined"), w.get("claims-next-declined-text")),
        Some(Ended::Withdrawn) => return (w.get("claims-next-withdrawn"), w.get("claims-next-closed-text")),
        None => {}
    }
    let step = head.next_step.clone().unwrap_or_default();
    let named = !step.is_empty();
    let headline = match head.next_actor.as_deref() {
        Some("customer") if named => w.with("claims-next-customer", &[("step", &step)]),
        Some("customer") => w.get("claims-your-turn"),
        Some("third_party") if named => w.with("claims-next-third", &[("step", &step)]),
        Some("insurer") if named => w.with("claims-next-insurer", &[("step", &step)]),
        _ if page.claim.source.is_none() => w.get("claims-next-notice"),
        _ => w.get("claims-next-unknown"),
    };
    let by = head.next_until.map(|until| {
        let day = figures.weekday_date(until);
        if until < figures.today() {
            w.with("claims-was-due", &[("day", &day)])
        } else {
            w.with("claims-by", &[("day", &day)])
        }
    });
    let text = by.unwrap_or_else(|| match page.claim.source {
        None => w.get("claims-next-notice-text"),
        Some(_) => w.get("claims-next-no-date"),
    });
    (headline, text)
}

/// What stands under a phase: when, or what is missing.
fn under(visitor: &Visitor, figures: &Figures, page: &ClaimPage, step: &Step) -> String {
    let w = visitor.words();
    let head = &page.claim.head;
    if step.phase == Phase::Documents && step.state == State::Current {
        let asked = page.claim.requests.iter().filter(|asked| asked.request.state != "cancelled");
        let (mut all, mut open) = (0_u64, 0_u64);
        for asked in asked {
            all += 1;
            open += u64::from(asked.request.state == "open");
        }
        return w.with("claims-missing", &[("open", &open.to_string()), ("all", &all.to_string())]);
    }
    if step.state == State::Current
        && let Some(until) = head.next_until.filter(|_| head.next_actor.as_deref() != Some("customer"))
    {
        return w.with("claims-by-short", &[("day", &figures.short_weekday(until))]);
    }
    step.at.map_or_else(String::new, |at| figures.short_weekday(at.day))
}

/// What the customer can do about it at once.
fn buttons(visitor: &Visitor, page: &ClaimPage) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let head = &page.claim.head;
    if head.next_actor.as_deref() != Some("customer") || page.way.ended.is_some() {
        return None;
    }
    let wants_paper =
        page.claim.requests.iter().any(|asked| asked.request.state == "open" && asked.request.kind == "document");
    let act = if wants_paper {
        view! { <a class="button button--primary" href="#upload">{icon(visitor, "upload")}{w.get("claims-upload")}</a> }
    } else {
        view! { <a class="button button--primary" href="#write">{icon(visitor, "mail")}{w.get("claims-write")}</a> }
    };
    let step = head.next_step.clone().unwrap_or_default();
    // The button is a message like any other, so that somebody reads it; the same wish twice is one.
    let more = view! {
        <form method="post" action=format!("/claims/{}/messages", page.claim.id)>
            <input r#type="hidden" name="token" value=wish(page).to_string()/>
            <input r#type="hidden" name="text" value=w.with("claims-more-time-text", &[("step", &step)])/>
            <button class="button">{icon(visitor, "calendar")}{w.get("claims-more-time")}</button>
        </form>
    };
    Some(view! { <div class="cluster">{act}{more}</div> })
}

/// The id of the wish for more time: made of what is asked for and until when.
fn wish(page: &ClaimPage) -> Id<kind::Letter> {
    let head = &page.claim.head;
    let mut hash = Sha256::new_with_prefix(page.claim.id.as_bytes());
    hash.update(head.next_until.map(|until| until.days()).unwrap_or_default().to_le_bytes());
    hash.update(head.next_step.as_deref().unwrap_or_default());
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    Id::from_bytes(id)
}

/// The customer's own notice, and how far it has come; a quiet line once the insurer has made a claim of it.
fn notice_state(visitor: &Visitor, notice: &Notice, is_claim: bool) -> impl IntoView + use<> {
    let w = visitor.words();
    let reference = [("reference", notice.reference.as_str())];
    let state = notice.sent.as_ref().map(|sent| sent.state);
    if is_claim {
        return view! { <p class="small muted">{w.with("claims-notice-became", &reference)}</p> }.into_any();
    }
    let (tone, name, text) = match state {
        None | Some(outbox::State::Waiting) => (None, "clock", w.with("claims-notice-waiting", &reference)),
        Some(outbox::State::Forwarded) => (None, "send", w.with("claims-notice-forwarded", &reference)),
        Some(outbox::State::Accepted) => (Some("positive"), "check", w.with("claims-notice-accepted", &reference)),
        Some(outbox::State::Refused) => {
            let answer = notice.sent.as_ref().and_then(|sent| sent.answer.clone()).unwrap_or_default();
            let values = [("reference", notice.reference.as_str()), ("reason", answer.as_str())];
            (Some("critical"), "circle-alert", w.with("claims-notice-refused", &values))
        }
        Some(outbox::State::Dead) => (Some("critical"), "cloud-off", w.with("claims-notice-dead", &reference)),
    };
    let again = notice.sent.as_ref().and_then(|sent| again_form(visitor, notice.id, sent));
    view! { <div class="stack gap-2">{alert(visitor, tone, name, text)}{again}</div> }.into_any()
}

/// The button that sends again what could not be passed on.
pub(super) fn again_form(
    visitor: &Visitor,
    claim: Id<kind::Claim>,
    sent: &crate::claims::store::Sent,
) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    (sent.state == outbox::State::Dead).then(|| {
        view! {
            <form method="post" action=format!("/claims/{claim}/again")>
                <input r#type="hidden" name="message" value=sent.message.to_string()/>
                <button class="button button--sm">{icon(visitor, "rotate-cw")}{w.get("claims-send-again")}</button>
            </form>
        }
    })
}

/// A milestone's time in words, where it has one.
pub(super) fn at_words(figures: &Figures, at: Option<crate::claims::model::Moment>) -> String {
    at.map(|at| when(figures, at)).unwrap_or_default()
}
