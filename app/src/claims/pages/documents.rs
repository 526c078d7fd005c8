//! Papers: what is asked for, what the customer sent and how far it has come, what the insurer has.

use super::{
    slip::again_form,
    words::{refused_text, sent_badge, size, when},
};
use crate::{
    claims::{
        page::ClaimPage,
        store::{Asked, Upload},
        upload::{ACCEPT, Refused},
    },
    ui::{badge, icon},
    web::Visitor,
    words::{Figures, Words},
};
use guichet_platform::outbox::State;
use leptos::prelude::*;

/// How many of the papers that are asked for have come.
pub fn received(w: Words, page: &ClaimPage) -> String {
    let asked = page.claim.requests.iter().filter(|asked| asked.request.state != "cancelled");
    let (mut all, mut done) = (0_u64, 0_u64);
    for asked in asked {
        all += 1;
        done += u64::from(asked.request.state == "done");
    }
    if all == 0 {
        String::new()
    } else {
        w.with("claims-received", &[("done", &done.to_string()), ("all", &all.to_string())])
    }
}

/// The list of papers; follows the live stream.
pub fn documents(visitor: &Visitor, figures: &Figures, page: &ClaimPage) -> impl IntoView + use<> {
    let w = visitor.words();
    let asked = page.claim.requests.iter().filter(|asked| asked.request.state != "cancelled");
    let asked = asked.map(|asked| asked_item(visitor, figures, page, asked)).collect_view();
    let uploads = page.uploads.iter().map(|upload| upload_item(visitor, figures, page, upload)).collect_view();
    let papers = page.claim.papers.iter().map(|paper| {
        let at = paper.at.map(|at| when(figures, at));
        let under = [paper.kind.clone(), at].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "file-text")}</span>
                <span class="item__body"><b>{paper.name.clone()}</b><small>{under}</small></span>
                {badge(visitor, "outline", None, w.get("claims-with-insurer"))}</div>
        }
    });
    let papers = papers.collect_view();
    let nothing = page.claim.requests.is_empty() && page.uploads.is_empty() && page.claim.papers.is_empty();
    view! {
        <div class="list">{asked}{uploads}{papers}</div>
        {nothing.then(|| view! { <p class="panel__body muted">{w.get("claims-no-documents")}</p> })}
    }
}

/// Something that the insurer asks for.
fn asked_item(visitor: &Visitor, figures: &Figures, page: &ClaimPage, asked: &Asked) -> impl IntoView + use<> {
    let w = visitor.words();
    let request = &asked.request;
    let handler = page.claim.head.handler_name.clone().unwrap_or_else(|| w.get("claims-the-insurer"));
    let sent = page.uploads.iter().any(|upload| {
        upload.request == Some(asked.id)
            && upload.refused.is_none()
            && !matches!(upload.sent.as_ref().map(|sent| sent.state), Some(State::Refused | State::Dead))
    });
    let late = request.due.is_some_and(|due| due < figures.today());
    let (tone, name, word) = match request.state.as_str() {
        "done" => ("positive", "check", w.get("claims-asked-done")),
        _ if sent => ("info", "send", w.get("claims-asked-sent")),
        _ if late => ("critical", "clock", w.get("claims-asked-late")),
        _ => ("warning", "upload", w.get("claims-asked-open")),
    };
    let glyph = match request.kind.as_str() {
        "document" => "receipt",
        "appointment" => "calendar",
        _ => "message-circle",
    };
    let open = (request.state == "open").then_some("lamp");
    let under = match request.due.filter(|_| request.state == "open") {
        Some(due) => w.with("claims-asked-by-until", &[("who", &handler), ("day", &figures.short_weekday(due))]),
        None => w.with("claims-asked-by", &[("who", &handler)]),
    };
    view! {
        <div class="item"><span class="glyph" data-tone=open aria-hidden="true">{icon(visitor, glyph)}</span>
            <span class="item__body"><b>{request.text.clone()}</b><small>{under}</small></span>
            {badge(visitor, tone, Some(name), word)}</div>
    }
}

/// A file of the customer's.
fn upload_item(visitor: &Visitor, figures: &Figures, page: &ClaimPage, upload: &Upload) -> impl IntoView + use<> {
    let w = visitor.words();
    let address = format!("/claims/{}/uploads/{}", page.claim.id, upload.id);
    let received = w.with("claims-file-received", &[("moment", &figures.moment(upload.received_at))]);
    let glyph = if upload.media.as_deref() == Some("application/pdf") { "file-text" } else { "image" };
    if let Some(reason) = &upload.refused {
        return view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "file-x")}</span>
                <span class="item__body"><b>{upload.name.clone()}</b>
                    <small>{refused_text(w, Refused::from_name(reason))}</small></span>
                <span class="item__end stack gap-1">{badge(visitor, "critical", Some("circle-alert"), w.get("claims-file-refused"))}
                    <form method="post" action=format!("{address}/remove")>
                        <button class="button button--sm button--quiet">{w.get("claims-remove")}</button></form></span></div>
        }
        .into_any();
    }
    let state = upload.sent.as_ref().map(|sent| {
        // Each step that it has taken, for whoever wants to know exactly.
        let step = match sent.state {
            State::Waiting => w.get("claims-file-checked"),
            State::Forwarded => w.with("claims-file-forwarded", &[("moment", &figures.moment(sent.at))]),
            State::Accepted => w.with("claims-file-accepted", &[("moment", &figures.moment(sent.at))]),
            State::Refused => sent.answer.clone().unwrap_or_else(|| w.get("claims-sent-refused")),
            State::Dead => w.get("claims-file-dead"),
        };
        (sent_badge(visitor, sent), step, again_form(visitor, page.claim.id, sent))
    });
    let (state, step, again) =
        state.map_or((None, None, None), |(state, step, again)| (Some(state), Some(step), again));
    let under = [Some(size(w, figures, upload.bytes)), Some(received), step].into_iter().flatten().collect::<Vec<_>>();
    view! {
        <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, glyph)}</span>
            <span class="item__body"><b><a href=address download>{upload.name.clone()}</a></b><small>{under.join(" · ")}</small></span>
            <span class="item__end stack gap-1">{state}{again}</span></div>
    }
    .into_any()
}

/// Where files are sent. It stands outside what the live stream changes, so that a choice is not lost.
pub(super) fn upload_form(visitor: &Visitor, page: &ClaimPage) -> impl IntoView + use<> {
    let w = visitor.words();
    let open: Vec<_> = page.claim.requests.iter().filter(|asked| asked.request.state == "open").collect();
    let choice = (!open.is_empty()).then(|| {
        let options = open.iter().map(|asked| {
            view! { <option value=asked.id.to_string()>{asked.request.text.clone()}</option> }
        });
        let options = options.collect_view();
        view! {
            <div class="field"><label for="request">{w.get("claims-file-for")}</label>
                <span class="select"><select class="input" id="request" name="request">{options}
                    <option value="">{w.get("claims-file-for-other")}</option></select></span></div>
        }
    });
    view! {
        <form class="panel__body stack gap-5" id="upload" method="post" enctype="multipart/form-data"
            action=format!("/claims/{}/uploads", page.claim.id)>
            {choice}{file_field(visitor)}
            <div class="cluster"><button class="button button--primary">{icon(visitor, "upload")}{w.get("claims-upload")}</button></div>
        </form>
    }
}

/// The field that takes files. The chosen name stays visible, with scripts or without.
pub(super) fn file_field(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <label class="upload">{icon(visitor, "camera")}<span>{w.get("claims-file-choose")}</span>
            <small id="file-hint">{w.get("claims-file-hint")}</small>
            <input class="small" r#type="file" name="file" multiple required accept=ACCEPT aria-describedby="file-hint"/></label>
    }
}
