//! The parts of a shipment and an event in our own form: parties, windows, places.

use crate::{
    Refusal,
    parcel::{
        out::Out,
        record::{Party, Place, Window},
        tree::Tree,
    },
    record::{CheckKind, Severity},
    time,
};
use guichet_types::{Decimal, ParcelReason};

const PARTY_KEYS: &[&str] = &["name", "customer", "postcode", "city", "country"];
const WINDOW_KEYS: &[&str] = &["from", "to", "reason"];
const PLACE_KEYS: &[&str] = &["name", "city", "region", "postcode", "country", "lat", "lon", "id"];
const ODD: (CheckKind, Severity) = (CheckKind::SchemaDeviation, Severity::Warn);

/// Tells keys that the form does not have: a mistyped key would be a value lost in silence.
pub(super) fn keys(tree: &Tree, known: &[&str], place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
    let Tree::Object(members) = tree else { return Ok(()) };
    for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
        out.note(ODD, place, "A key that the form does not have is left out.", Some(key))?;
    }
    Ok(())
}

pub(super) fn reason_of(word: &str, place: &str, out: &mut Out<'_>) -> Result<Option<ParcelReason>, Refusal> {
    let reason = word.parse().ok();
    if reason.is_none() {
        out.note(
            (CheckKind::UnknownCode, Severity::Warn),
            place,
            "There is no such reason; it is left out.",
            Some(word),
        )?;
    }
    Ok(reason)
}

pub(super) fn party(tree: &Tree, name: &str, place: &str, out: &mut Out<'_>) -> Result<Party, Refusal> {
    let Some(tree) = tree.get(name) else { return Ok(Party::default()) };
    keys(tree, PARTY_KEYS, &format!("{place}/{name}"), out)?;
    Ok(Party {
        name: tree.text_at("name"),
        customer: tree.text_at("customer"),
        city: tree.text_at("city"),
        postal_code: tree.text_at("postcode"),
        country: tree.text_at("country"),
    })
}

pub(super) fn window(tree: &Tree, name: &str, place: &str, out: &mut Out<'_>) -> Result<Option<Window>, Refusal> {
    let Some(tree) = tree.get(name).filter(|tree| !matches!(tree, Tree::Null)) else { return Ok(None) };
    let place = format!("{place}/{name}");
    keys(tree, WINDOW_KEYS, &place, out)?;
    let (from, to) = (tree.text_at("from"), tree.text_at("to"));
    let read = |text: &Option<String>| text.as_deref().map(time::iso);
    let (start, end) = (read(&from), read(&to));
    let odd = |moment: Option<Option<time::Moment>>| {
        moment.is_some_and(|moment| moment.is_none_or(|m| !m.whole_day && m.offset.is_none()))
    };
    let (Some(Some(end)), false, false) = (end, odd(start), odd(end)) else {
        let told = "A window of time needs a readable end, and times need an offset; it is left out.";
        out.note((CheckKind::InvalidDate, Severity::Warn), &place, told, to.as_deref().or(from.as_deref()))?;
        return Ok(None);
    };
    let start = start.flatten();
    let last = if end.whole_day { end.at.plus_seconds(86_399) } else { end.at };
    if start.is_some_and(|start| start.at > last) {
        out.note(
            (CheckKind::InvalidDate, Severity::Warn),
            &place,
            "The window ends before it begins; it is left out.",
            to.as_deref(),
        )?;
        return Ok(None);
    }
    let reason = match tree.text_at("reason") {
        Some(word) => reason_of(&word, &place, out)?,
        None => None,
    };
    Ok(Some(Window {
        from: start.map(|start| start.at).or_else(|| end.whole_day.then_some(end.at)),
        to: last,
        offset_minutes: end.offset,
        stated: to.unwrap_or_default(),
        whole_day: end.whole_day,
        reason,
    }))
}

pub(super) fn spot(tree: &Tree, place: &str, out: &mut Out<'_>) -> Result<Place, Refusal> {
    let Some(tree) = tree.get("place") else { return Ok(Place::default()) };
    let place = format!("{place}/place");
    keys(tree, PLACE_KEYS, &place, out)?;
    let (mut latitude, mut longitude) = (None, None);
    if let (Some(north), Some(east)) = (tree.text_at("lat"), tree.text_at("lon")) {
        let degrees = |text: &str, most: i128| {
            text.parse::<Decimal>().ok().filter(|degrees| degrees.abs() <= Decimal::new(most, 0))
        };
        (latitude, longitude) = (degrees(&north, 90), degrees(&east, 180));
        if latitude.is_none() || longitude.is_none() {
            (latitude, longitude) = (None, None);
            out.note(
                ODD,
                &place,
                "The coordinates are not on this earth; they are left out.",
                Some(&format!("{north} {east}")),
            )?;
        }
    }
    Ok(Place {
        name: tree.text_at("name"),
        city: tree.text_at("city"),
        region: tree.text_at("region"),
        postal_code: tree.text_at("postcode"),
        country: tree.text_at("country"),
        latitude,
        longitude,
        id: tree.text_at("id"),
    })
}
