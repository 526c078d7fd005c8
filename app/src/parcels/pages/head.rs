//! The head of a parcel: where it stands, when it comes and why that moved, its steps, and its way on a map.

use crate::{
    parcels::{
        map,
        model::Role,
        store::{Event, Parcel},
        when::{self, Local},
    },
    ui,
    web::Visitor,
    words::{Figures, Words},
};
use guichet_types::{ParcelReason, ParcelStatus};
use leptos::prelude::*;

/// What a parcel is called.
#[must_use]
pub fn title(w: Words, parcel: &Parcel) -> String {
    let other = match parcel.role {
        Role::Sender => parcel.recipient_name.as_ref().map(|name| w.with("parcels-to", &[("name", name)])),
        _ => parcel.sender_name.as_ref().map(|name| w.with("parcels-from", &[("name", name)])),
    };
    other.unwrap_or_else(|| w.with("parcels-numbered", &[("number", &parcel.grouped())]))
}

/// The word of a status.
#[must_use]
pub fn status_word(w: Words, status: ParcelStatus) -> String {
    w.get(&format!("parcel-status-{}", status.as_str().replace('_', "-")))
}

/// The sentence of a reason.
pub(super) fn reason_words(w: Words, reason: ParcelReason) -> String {
    w.get(&format!("parcel-reason-{}", reason.as_str().replace('_', "-")))
}

/// Where it stands, as a badge.
pub fn badge(visitor: &Visitor, status: ParcelStatus) -> impl IntoView + use<> {
    use ParcelStatus as S;
    let (tone, icon) = match status {
        S::Delivered => ("positive", "circle-check"),
        S::Held | S::Attempted | S::Damaged | S::Lost => ("critical", "circle-alert"),
        S::Returning | S::Returned => ("warning", "rotate-cw"),
        S::Announced | S::Cancelled | S::Unknown => ("outline", "package"),
        S::OutForDelivery => ("info", "truck"),
        S::PickedUp | S::InTransit | S::AtDepot | S::Customs | S::ReadyForPickup => ("info", "package"),
    };
    ui::badge(visitor, tone, Some(icon), status_word(visitor.words(), status))
}

/// What leads to the large figure, and the figure.
fn headline(w: Words, figures: &Figures, parcel: &Parcel) -> (String, Option<String>) {
    let since = parcel.status_at.map(|at| Local::new(at, parcel.status_offset.unwrap_or(0)));
    let today = Local::new(figures.now(), parcel.status_offset.unwrap_or(0)).day;
    match parcel.status {
        ParcelStatus::Delivered => {
            let day = since.map(|since| when::day_word(w, figures, since.day, today)).unwrap_or_default();
            (w.with("parcels-delivered-on", &[("day", &day)]), since.map(Local::clock))
        }
        status if status.is_final() || status == ParcelStatus::Returning => {
            (w.get("parcels-since"), since.map(|since| figures.short_weekday(since.day)))
        }
        ParcelStatus::ReadyForPickup => (w.get("parcels-waits-for-you"), None),
        _ => match &parcel.arrival {
            Some(arrival) => {
                let words = when::span(w, figures, arrival);
                (words.lead, Some(words.figure))
            }
            None => (w.get("parcels-no-date"), None),
        },
    }
}

/// Why the window moved, and from when.
fn moved(w: Words, figures: &Figures, parcel: &Parcel) -> Option<String> {
    let (arrival, previous) = (parcel.arrival.as_ref()?, parcel.previous.as_ref()?);
    if parcel.is_over() {
        return None;
    }
    let before = w.with("parcels-moved", &[("before", &when::span(w, figures, previous).short)]);
    let why = arrival.reason.or(parcel.reason).map(|reason| reason_words(w, reason));
    Some(why.map_or_else(|| before.clone(), |why| format!("{before} {why}")))
}

/// Figure, steps and map. `named`: for somebody who may read names.
pub fn head(
    visitor: &Visitor,
    figures: &Figures,
    parcel: &Parcel,
    events: &[Event],
    named: bool,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let (lead, figure) = headline(w, figures, parcel);
    let mut notes = Vec::new();
    if let (ParcelStatus::OutForDelivery, Some(stops)) = (parcel.status, parcel.stops) {
        notes.push(w.count("parcels-stops", stops.unsigned_abs(), &[]));
    }
    if parcel.status == ParcelStatus::Delivered
        && let Some(name) = events.first().and_then(|event| event.signed_by.as_ref()).filter(|_| named)
    {
        notes.push(w.with("parcels-signed-by", &[("name", name)]));
    }
    if let (true, Some(reason)) = (parcel.status.is_trouble(), parcel.reason) {
        notes.push(reason_words(w, reason));
    }
    if parcel.status == ParcelStatus::ReadyForPickup
        && let Some(place) = events.first().and_then(|event| event.place.clone().or_else(|| event.city.clone()))
    {
        notes.push(place);
    }
    let notes = (!notes.is_empty()).then(|| view! { <span class="muted">{notes.join(" · ")}</span> });
    let moved = moved(w, figures, parcel).map(|text| {
        view! {
            <p class="alert" data-tone="warning">{ui::icon(visitor, "clock")}<span>{text}</span></p>
        }
    });
    view! {
        <div class="stat"><h2 class="muted">{lead}</h2>
            {figure.map(|figure| view! { <span class="figure">{figure}</span> })}{notes}</div>
        {moved}
        {stepper(w, figures, parcel, events)}
        {map::map(w, events, parcel.recipient_country.as_deref(), parcel.is_over())}
    }
}

/// A step on the way: its word, and the statuses that are it.
type Step = (&'static str, &'static [ParcelStatus]);

const OUT: [Step; 5] = [
    ("parcel-status-picked-up", &[ParcelStatus::PickedUp]),
    ("parcel-status-in-transit", &[ParcelStatus::InTransit, ParcelStatus::Customs, ParcelStatus::Held]),
    ("parcel-status-at-depot", &[ParcelStatus::AtDepot]),
    ("parcels-on-the-van", &[ParcelStatus::OutForDelivery, ParcelStatus::ReadyForPickup, ParcelStatus::Attempted]),
    ("parcel-status-delivered", &[ParcelStatus::Delivered]),
];

const BACK: [Step; 4] = [
    ("parcel-status-picked-up", &[ParcelStatus::PickedUp]),
    (
        "parcel-status-in-transit",
        &[ParcelStatus::InTransit, ParcelStatus::Customs, ParcelStatus::AtDepot, ParcelStatus::OutForDelivery],
    ),
    ("parcel-status-returning", &[ParcelStatus::Returning]),
    ("parcel-status-returned", &[ParcelStatus::Returned]),
];

fn stepper(w: Words, figures: &Figures, parcel: &Parcel, events: &[Event]) -> impl IntoView + use<> {
    let back = matches!(parcel.status, ParcelStatus::Returning | ParcelStatus::Returned);
    let steps: &[Step] = if back { &BACK } else { &OUT };
    let at = |status: ParcelStatus| steps.iter().rposition(|(_, of)| of.contains(&status));
    // A status that is no step of its own (held at customs, damaged) stands where the parcel was before.
    let now =
        at(parcel.status).max(events.iter().filter(|event| event.at <= parcel.status_at.unwrap_or(event.at)).find_map(
            |event| at(event.status).filter(|_| event.status == parcel.status || parcel.status.is_trouble()),
        ));
    let over = parcel.status.is_final();
    let last = steps.len() - 1;
    let items = steps.iter().enumerate().map(|(index, (key, of))| {
        let event = events.iter().find(|event| of.contains(&event.status));
        let current = now == Some(index) && !(over && index == last);
        let state = match now {
            _ if current && parcel.status.is_trouble() => "issue",
            _ if current => "current",
            Some(now) if index <= now => "done",
            _ => "todo",
        };
        let note = match (event, current, index == last) {
            (Some(event), false, _) if state == "done" => day_or_clock(figures, event),
            (_, true, _) => w.get("now"),
            (_, _, true) => parcel
                .arrival
                .as_ref()
                .filter(|_| !over)
                .map(|arrival| w.with("parcels-by", &[("time", &last_word(figures, arrival))]))
                .unwrap_or_default(),
            _ => String::new(),
        };
        view! { <li data-state=state aria-current=current.then_some("step")><b>{w.get(key)}</b>{note}</li> }
    });
    let items = items.collect_view();
    view! { <ol class="stepper stepper--tight" aria-label=w.get("parcels-progress")>{items}</ol> }
}

/// When something happened, as shortly as it goes: the time today, else the day.
fn day_or_clock(figures: &Figures, event: &Event) -> String {
    let offset = event.offset.unwrap_or(0);
    let (there, today) = (Local::new(event.at, offset), Local::new(figures.now(), offset).day);
    if there.day == today && !event.whole_day { there.clock() } else { figures.short_weekday(there.day) }
}

/// The end of a window, as shortly as it goes.
fn last_word(figures: &Figures, arrival: &crate::parcels::model::Span) -> String {
    let (end, today) = (Local::new(arrival.to, arrival.offset), Local::new(figures.now(), arrival.offset).day);
    if arrival.whole_day || end.day != today { figures.short_weekday(end.day) } else { end.clock() }
}
