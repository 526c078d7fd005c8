//! When things happened and are expected, in the forms of the carriers.

use super::table::When;
use crate::{
    parcel::{record::Window, tree::Tree},
    time::{self, Moment},
};

/// When an event was, and that time as written.
pub(super) fn when(tree: &Tree, when: When) -> Result<(Moment, String), String> {
    let (moment, stated) = match when {
        When::Iso(path) => {
            let text = tree.text_at(path).unwrap_or_default();
            (time::iso(&text), text)
        }
        When::Apart { day, time: clock, zone } => {
            let (day, clock, zone) = (tree.text_at(day).unwrap_or_default(), tree.text_at(clock), tree.text_at(zone));
            let moment = time::apart(&day, clock.as_deref(), zone.as_deref());
            let stated = clock.map_or_else(|| day.clone(), |clock| format!("{day}T{clock}"));
            (moment, stated)
        }
        When::Both { local, utc } => {
            let (local, utc) = (tree.text_at(local).unwrap_or_default(), tree.text_at(utc));
            let moment = time::iso(&local).map(|moment| match utc.as_deref().and_then(time::iso) {
                Some(instant) if moment.offset.is_none() => with_offset(moment, instant),
                _ => moment,
            });
            (moment, local)
        }
    };
    match moment {
        Some(moment) => Ok((moment, stated)),
        None if stated.is_empty() => Err("The event has no time.".to_owned()),
        None => Err(format!("The event's time is no time: {stated:.60?}.")),
    }
}

/// Local time and the same instant in UTC give the offset, when it is one.
fn with_offset(local: Moment, utc: Moment) -> Moment {
    let minutes = local.at.seconds_since(utc.at) / 60;
    match i32::try_from(minutes) {
        Ok(offset) if (-14 * 60..=14 * 60).contains(&offset) => Moment { at: utc.at, offset: Some(offset), ..local },
        _ => local,
    }
}

/// A time, or a day in one of the forms of the carriers.
pub(super) fn day_or_time(text: &str) -> Option<Moment> {
    time::iso(text).or_else(|| time::apart(text, None, None))
}

/// A window that ends with a time; a day ends with its last second.
pub(super) fn window(moment: Moment, stated: String) -> Window {
    let to = if moment.whole_day { moment.at.plus_seconds(86_399) } else { moment.at };
    Window {
        from: moment.whole_day.then_some(moment.at),
        to,
        offset_minutes: moment.offset,
        stated,
        whole_day: moment.whole_day,
        reason: None,
    }
}
