//! The way of a parcel as a small picture, drawn on the server: our own outline of the land, the stops, and where it is now.
//! Nothing is fetched from anybody.

mod centre;
mod land;
mod project;

use super::store::Event;
use crate::words::Words;
use guichet_types::ParcelStatus;
use leptos::prelude::*;
use project::{Projection, Spot, tenths};

/// A place on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stop {
    name: String,
    country: Option<String>,
    spot: Spot,
}

/// The places that a parcel came through, the first one first. A place without coordinates stands in the middle of its
/// country, unless something better is known there.
fn stops(events: &[Event]) -> Vec<Stop> {
    let mut stops: Vec<Stop> = Vec::new();
    for event in events.iter().rev().filter(|event| event.status != ParcelStatus::Announced) {
        let name = event.city.clone().or_else(|| event.place.clone()).unwrap_or_default();
        let known_there = || events.iter().any(|other| other.spot.is_some() && other.country == event.country);
        let spot = match (event.spot, &event.country) {
            (Some((north, east)), _) => Spot { east, north },
            (None, Some(country)) if !known_there() => match centre::of(country) {
                Some(spot) => spot,
                None => continue,
            },
            _ => continue,
        };
        // Two places of a town are one stop; the later one counts.
        match stops.last_mut() {
            Some(last) if last.spot == spot || (!name.is_empty() && last.name == name) => last.spot = spot,
            _ => stops.push(Stop { name, country: event.country.clone(), spot }),
        }
    }
    // A longer way says no more in a picture of this size.
    let surplus = stops.len().saturating_sub(12);
    stops.drain(1.min(stops.len())..(1 + surplus).min(stops.len()));
    stops
}

/// Where it goes, when that is another country than the one it is in.
fn goal(stops: &[Stop], country: Option<&str>, over: bool) -> Option<Spot> {
    let (last, country) = (stops.last()?, country?);
    let elsewhere = last.country.as_deref().is_some_and(|here| here != country);
    if over || !elsewhere { None } else { centre::of(country) }
}

/// The picture; none when no place is known.
pub fn map(w: Words, events: &[Event], country: Option<&str>, over: bool) -> Option<impl IntoView + use<>> {
    let stops = stops(events);
    let (first, now) = (stops.first()?.clone(), stops.last()?.clone());
    let goal = goal(&stops, country, over);
    let on = Projection::around(stops.iter().map(|stop| stop.spot).chain(goal));
    let points: Vec<(i64, i64)> = stops.iter().map(|stop| on.point(stop.spot)).collect();
    let here = *points.last()?;
    let mut way = format!("M{}", pair(points[0]));
    for leg in points.windows(2) {
        let (from, to) = (leg[0], leg[1]);
        // A bow, as high as a sixth of the way.
        let high = ((to.0 - from.0).abs() + (to.1 - from.1).abs()) / 6;
        way.push_str(&format!("Q{} {}", pair(((from.0 + to.0) / 2, (from.1 + to.1) / 2 - high)), pair(to)));
    }
    let ahead = goal.map(|spot| {
        view! {
            <path class="map__route map__route--todo" d=format!("M{}L{}", pair(here), pair(on.point(spot)))></path>
        }
    });
    let rings = points[..points.len() - 1].iter().map(|point| {
        view! {
            <circle class="map__stop" cx=tenths(point.0) cy=tenths(point.1) r="4.5"></circle>
        }
    });
    let rings = rings.collect_view();
    let names = labels(&stops, &points).into_iter().map(|(name, (x, y))| {
        view! {
            <text x=tenths(x) y=tenths(y) text-anchor="middle">{name}</text>
        }
    });
    let names = names.collect_view();
    let land = land::OUTLINES.iter().map(|outline| view! { <path class="map__land" d=on.path(outline)></path> });
    let land = land.collect_view();
    let through: Vec<&str> = stops.iter().skip(1).rev().skip(1).rev().map(|stop| stop.name.as_str()).collect();
    let summary = match (stops.len(), through.is_empty()) {
        (1, _) => w.with("parcels-map-at", &[("place", &now.name)]),
        (_, true) => w.with("parcels-map-direct", &[("from", &first.name), ("to", &now.name)]),
        _ => w.with("parcels-map", &[("from", &first.name), ("through", &through.join(", ")), ("to", &now.name)]),
    };
    Some(view! {
        <svg class="map" viewBox="0 0 360 186" role="img" aria-label=summary>
            {land}
            <path class="map__route" d=way></path>
            {ahead}
            {rings}
            <circle class="map__halo" cx=tenths(here.0) cy=tenths(here.1) r="13"></circle>
            <circle class="map__now" cx=tenths(here.0) cy=tenths(here.1) r="6.5"></circle>
            {names}
        </svg>
    })
}

fn pair((x, y): (i64, i64)) -> String {
    format!("{} {}", tenths(x), tenths(y))
}

/// The names that have room, below their stops; the last place first, for that is where the parcel is.
fn labels(stops: &[Stop], points: &[(i64, i64)]) -> Vec<(String, (i64, i64))> {
    let mut placed: Vec<(String, (i64, i64))> = Vec::new();
    let half = |name: &str| i64::try_from(name.chars().count()).unwrap_or(0) * 29;
    for (stop, point) in stops.iter().zip(points).rev().filter(|(stop, _)| !stop.name.is_empty()) {
        let width = half(&stop.name);
        let at = (point.0.clamp(width.min(1_800) + 40, (3_560 - width).max(1_800)), (point.1 + 210).min(1_820));
        let apart = |(name, other): &(String, (i64, i64))| {
            (other.0 - at.0).abs() > half(name) + width || (other.1 - at.1).abs() > 130
        };
        if placed.iter().all(apart) && !placed.iter().any(|(name, _)| *name == stop.name) {
            placed.push((stop.name.clone(), at));
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_types::{Locale, Timestamp};

    fn event(at: i64, city: &str, country: &str, spot: Option<(i64, i64)>) -> Event {
        Event {
            at: Timestamp(at),
            offset: Some(60),
            whole_day: false,
            status: ParcelStatus::InTransit,
            reason: None,
            code: None,
            words: None,
            place: None,
            city: Some(city.to_owned()).filter(|city| !city.is_empty()),
            country: Some(country.to_owned()),
            spot,
            signed_by: None,
            stops: None,
            source: None,
            received_at: Timestamp(at),
        }
    }

    #[test]
    fn the_way_is_drawn_from_the_first_stop_to_where_it_is() {
        let events = [
            event(3, "Rouen", "FR", Some((49_443_000, 1_099_000))),
            event(2, "Köln", "DE", Some((50_937_000, 6_960_000))),
            event(1, "Leipzig", "DE", Some((51_340_000, 12_375_000))),
        ];
        let html = crate::ui::fragment(|| map(Words(Locale::En), &events, Some("FR"), false));
        assert_eq!(html.matches("map__stop").count(), 2, "{html}");
        assert_eq!(html.matches("map__now").count(), 1);
        assert!(html.contains("Leipzig") && html.contains("through Köln to Rouen"), "{html}");
        assert!(!html.contains("map__route--todo"));
        assert!(!html.contains("NaN") && !html.contains("style="));
    }

    #[test]
    fn a_place_without_coordinates_is_somewhere_in_its_country() {
        let events = [event(2, "", "FR", None), event(1, "", "DE", None)];
        assert_eq!(stops(&events).len(), 2);
        assert!(stops(&[event(1, "Nowhere", "XX", None)]).is_empty());
        let html = crate::ui::fragment(|| map(Words(Locale::En), &events[1..], Some("PT"), false));
        assert!(html.contains("map__route--todo"), "{html}");
    }

    #[test]
    fn every_country_of_the_table_lies_on_this_earth() {
        for country in ["FR", "DE", "JP", "US", "AU"] {
            let spot = centre::of(country).unwrap();
            assert!(spot.east.abs() <= 180_000_000 && spot.north.abs() <= 90_000_000);
        }
        for outline in land::OUTLINES {
            assert!(outline.len() > 2);
            assert!(outline.iter().all(|(east, north)| east.abs() <= 1_800 && north.abs() <= 900));
        }
    }
}
