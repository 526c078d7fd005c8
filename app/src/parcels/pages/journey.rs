//! The journey: what happened, where, and at which local time, with the carrier's own words beside ours.

use super::head::{reason_words, status_word};
use crate::{
    parcels::{
        store::{Event, Parcel},
        when,
    },
    web::Visitor,
    words::{Figures, Words},
};
use guichet_types::ParcelStatus;
use leptos::prelude::*;

/// The list, the latest first. What is still to come stands above it.
pub fn journey(visitor: &Visitor, figures: &Figures, parcel: &Parcel, events: &[Event]) -> impl IntoView + use<> {
    let w = visitor.words();
    let ahead = parcel.arrival.as_ref().filter(|_| !parcel.is_over() && !returns(parcel.status)).map(|arrival| {
        let expected = w.with("parcels-expected-at", &[("when", &when::span(w, figures, arrival).short)]);
        view! { <li data-state="todo"><b>{status_word(w, ParcelStatus::Delivered)}</b><small>{expected}</small></li> }
    });
    let events = without_countdown(events);
    let empty = events.is_empty().then(|| view! { <p class="muted">{w.get("parcels-nothing-yet")}</p> });
    let items =
        events.iter().enumerate().map(|(index, event)| item(w, figures, event, index == 0 && !parcel.is_over()));
    let items = items.collect_view();
    let source = events.first().and_then(|event| {
        let (file, _) = event.source.as_ref()?;
        let moment = figures.moment(event.received_at);
        Some(view! { <p class="hint">{w.with("parcels-source", &[("file", file), ("moment", &moment)])}</p> })
    });
    view! { {empty}<ol class="timeline">{ahead}{items}</ol>{source} }
}

const fn returns(status: ParcelStatus) -> bool {
    matches!(status, ParcelStatus::Returning)
}

/// A van that counts its stops down tells the same thing again and again: of a run of such events the latest is enough.
fn without_countdown(events: &[Event]) -> Vec<&Event> {
    let mut kept: Vec<&Event> = Vec::with_capacity(events.len());
    for event in events {
        let again = kept.last().is_some_and(|last| last.stops.is_some() && last.status == event.status);
        if !(again && event.stops.is_some()) {
            kept.push(event);
        }
    }
    kept
}

fn item(w: Words, figures: &Figures, event: &Event, current: bool) -> impl IntoView + use<> {
    let state = match (current, event.status.is_trouble()) {
        (_, true) => "issue",
        (true, false) => "current",
        (false, false) => "done",
    };
    let word = status_word(w, event.status);
    let head = match (event.status, event.stops) {
        (ParcelStatus::OutForDelivery, Some(stops)) => {
            format!("{}, {}", w.get("parcels-on-the-van"), w.count("parcels-stops", stops.unsigned_abs(), &[]))
        }
        // An update says nothing in our words; then the carrier's are better.
        (ParcelStatus::Unknown, _) => event.words.clone().unwrap_or(word),
        _ => word,
    };
    let time = when::moment(figures, event.at, event.offset, event.whole_day);
    let zone = (event.offset.is_none() && !event.whole_day).then(|| w.get("parcels-zone-not-told"));
    let place = place(event);
    let why = event.reason.map(|reason| reason_words(w, reason));
    let more: Vec<String> = zone.into_iter().chain(place).chain(why).collect();
    let more = more.into_iter().map(|piece| format!(" · {piece}")).collect::<String>();
    let carrier = match (&event.words, &event.code) {
        (Some(words), Some(code)) => Some(format!("{words} ({code})")),
        (words, code) => words.clone().or_else(|| code.clone()),
    };
    let carrier = carrier
        .map(|said| view! { <small class="faint">{w.with("parcels-carrier-says", &[("words", &said)])}</small> });
    view! {
        <li data-state=state aria-current=current.then_some("step")><b>{head}</b>
            <small><time datetime=when::machine(event.at, event.offset)>{time}</time>{more}</small>{carrier}</li>
    }
}

/// The place, as exactly as it is known and without saying anything twice.
fn place(event: &Event) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in [&event.city, &event.place].into_iter().flatten() {
        if !parts.iter().any(|known| part.contains(known.as_str()) || known.contains(part.as_str())) {
            parts.push(part.clone());
        } else if let Some(known) = parts.iter_mut().find(|known| part.contains(known.as_str())) {
            known.clone_from(part);
        }
    }
    if parts.is_empty() {
        parts.extend(event.country.clone());
    }
    Some(parts.join(", ")).filter(|text| !text.is_empty())
}
