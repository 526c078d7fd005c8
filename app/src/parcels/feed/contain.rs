//! What lies in what, and so which events count for a parcel: its own, and those of the pallet that it lay on at that time.

use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::ParcelStatus;
use std::collections::{BTreeMap, BTreeSet};

/// A parcel in a bag in a cage in a container: deeper than this is a circle.
const DEEP: u8 = 6;
/// Events of one thing that are looked at.
const EVENTS: i64 = 5_000;

/// An event that counts.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Counted {
    pub id: Vec<u8>,
    pub key: String,
    pub at: i64,
    pub offset_minutes: Option<i64>,
    pub status: String,
    pub reason: Option<String>,
    pub place_country: Option<String>,
    pub stops: Option<i64>,
    pub content: Vec<u8>,
    /// Packs something that it names into this very thing, or takes it out.
    packs: i64,
}

/// The numbers, and everything that ever lay in them.
pub(super) async fn with_contents(tx: &mut Tx, numbers: BTreeSet<String>) -> Result<BTreeSet<String>, DbError> {
    const INSIDE: &str = "select distinct child from parcel_containment where parent = $1 and child <> ''";
    let mut all = numbers;
    let mut left: Vec<String> = all.iter().cloned().collect();
    while let Some(number) = left.pop() {
        let children: Vec<(String,)> = on!(tx, c => sqlx::query_as(INSIDE).bind(&number).fetch_all(&mut **c).await)?;
        for (child,) in children {
            if all.insert(child.clone()) {
                left.push(child);
            }
        }
    }
    Ok(all)
}

/// A time during which something counts, both ends included.
type During = (i64, i64);

/// The events that count for a thing, each once, in the order of their time.
pub(super) async fn counted(tx: &mut Tx, number: &str) -> Result<Vec<Counted>, DbError> {
    const OF: &str =
        "select e.id, e.key, e.at, e.offset_minutes, e.status, e.reason, e.place_country, e.stops, e.content,
          (select count(*) from parcel_containment p where p.event_id = e.id and p.parent = $1 and p.child <> '') as packs
        from parcel_event e join parcel_event_number n on n.event_id = e.id
        where n.number = $1 and e.withdrawn = 0 and e.at >= $2 and e.at <= $3 order by e.at desc, e.key limit $4";
    let mut found: BTreeMap<(i64, usize, i64, String), Counted> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut left: Vec<(String, During, u8)> = vec![(number.to_owned(), (i64::MIN, i64::MAX), 0)];
    while let Some((thing, (from, to), depth)) = left.pop() {
        if !seen.insert((thing.clone(), from, to)) {
            continue;
        }
        let rows: Vec<Counted> = on!(tx, c => sqlx::query_as(OF).bind(&thing).bind(from).bind(to).bind(EVENTS)
            .fetch_all(&mut **c).await)?;
        for row in rows {
            // What is done to other things on the same pallet is no news of this one.
            if depth == 0 || row.packs == 0 {
                found.insert((row.at, rank(&row.status), nearness(row.stops), row.key.clone()), row);
            }
        }
        if depth < DEEP {
            for (parent, (begin, end)) in inside(tx, &thing).await? {
                let during = (begin.max(from), end.min(to));
                if during.0 <= during.1 {
                    left.push((parent, during, depth + 1));
                }
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Of two events of the same moment, the one that comes later in the life of a parcel is the later one.
fn rank(status: &str) -> usize {
    ParcelStatus::ALL.iter().position(|known| known.as_str() == status).unwrap_or(0)
}

/// Of two moments of a van the nearer one is the later one.
fn nearness(stops: Option<i64>) -> i64 {
    stops.map_or(i64::MIN, |stops| -stops)
}

/// What a thing lay in, and from when to when.
async fn inside(tx: &mut Tx, child: &str) -> Result<Vec<(String, During)>, DbError> {
    const STEPS: &str = "select e.at, e.action, c.parent, c.child from parcel_containment c
        join parcel_event e on e.id = c.event_id
        where e.withdrawn = 0 and (c.child = $1
          or (c.child = '' and c.parent in (select q.parent from parcel_containment q where q.child = $1)))
        order by e.at, e.action, e.key";
    let steps: Vec<(i64, Option<String>, String, String)> =
        on!(tx, c => sqlx::query_as(STEPS).bind(child).fetch_all(&mut **c).await)?;
    let mut open: BTreeMap<String, i64> = BTreeMap::new();
    let mut spans = Vec::new();
    for (at, action, parent, _) in steps {
        match action.as_deref() {
            Some("DELETE") if parent.is_empty() => {
                spans.extend(std::mem::take(&mut open).into_iter().map(|(parent, begin)| (parent, (begin, at))));
            }
            Some("DELETE") => spans.extend(open.remove(&parent).map(|begin| (parent, (begin, at)))),
            _ if parent.is_empty() => {}
            _ => {
                open.entry(parent).or_insert(at);
            }
        }
    }
    spans.extend(open.into_iter().map(|(parent, begin)| (parent, (begin, i64::MAX))));
    Ok(spans)
}
