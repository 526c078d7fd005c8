//! What a row of the tables of answers says: how a carrier's answer is told, and where in it things stand.
//!
//! Paths are names within each other, `a/b`; of alternatives, `a|b`, the first that leads to something counts.

use crate::parcel::tree::Tree;

/// How a time is written.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// ISO 8601 in one text.
    Iso(&'static str),
    /// A day, a time, and perhaps a zone, apart.
    Apart { day: &'static str, time: &'static str, zone: &'static str },
    /// Local time, and the same in UTC without a zone.
    Both { local: &'static str, utc: &'static str },
}

/// Where the parts of a place stand.
pub(super) struct Where {
    pub name: &'static str,
    pub city: &'static str,
    pub region: &'static str,
    pub postal_code: &'static str,
    pub country: &'static str,
}

/// A carrier's answer.
pub(super) struct Answer {
    /// The list of codes, and the name in reports.
    pub provider: &'static str,
    /// How the answer is told.
    pub is: fn(&Tree) -> bool,
    /// The path to its shipments. Behind a `>` it goes on from what several parcels have in common; a path of the
    /// shipment that begins with `^/` begins there.
    pub shipments: &'static str,
    /// How the answer as a whole ended.
    pub outcome: &'static str,
    /// The word or words of a good end; empty: any.
    pub good: &'static [&'static str],
    /// What is said when it did not end well.
    pub error: &'static str,
    pub shipment: Shipment,
    pub event: Event,
}

/// Paths from a shipment.
pub(super) struct Shipment {
    pub number: &'static str,
    pub id: &'static str,
    /// Where the carrier is told; else it is the provider.
    pub carrier: &'static str,
    pub code: &'static str,
    pub subcode: &'static str,
    pub text: &'static str,
    pub outcome: &'static str,
    /// An error for this number only, and its text.
    pub error: &'static str,
    pub service: &'static str,
    pub reference: &'static str,
    pub sender: &'static str,
    pub sender_customer: &'static str,
    pub recipient: &'static str,
    pub recipient_place: Where,
    pub promised: &'static str,
    pub estimated: &'static str,
    pub signed_by: &'static str,
    pub delivered_at: &'static str,
    pub weight: Weight,
    pub size: Size,
    pub events: &'static str,
}

/// Where a weight stands, and its unit; or the unit that the carrier always means.
pub(super) struct Weight {
    pub value: &'static str,
    pub unit: &'static str,
    pub always: &'static str,
}

/// Where length, width and height stand, and their unit.
pub(super) struct Size {
    pub sides: [&'static str; 3],
    pub unit: &'static str,
}

/// Paths from an event.
pub(super) struct Event {
    pub id: &'static str,
    pub code: &'static str,
    pub subcode: &'static str,
    pub text: &'static str,
    pub when: When,
    pub place: Where,
    pub signed_by: &'static str,
}

pub(super) const NOWHERE: Where = Where { name: "", city: "", region: "", postal_code: "", country: "" };

pub(super) const NOTHING: Shipment = Shipment {
    number: "",
    id: "",
    carrier: "",
    code: "",
    subcode: "",
    text: "",
    outcome: "",
    error: "",
    service: "",
    reference: "",
    sender: "",
    sender_customer: "",
    recipient: "",
    recipient_place: NOWHERE,
    promised: "",
    estimated: "",
    signed_by: "",
    delivered_at: "",
    weight: Weight { value: "", unit: "", always: "" },
    size: Size { sides: [""; 3], unit: "" },
    events: "",
};

/// Whether something stands at a path.
pub(super) fn has(tree: &Tree, path: &str) -> bool {
    path.split('/').try_fold(tree, |tree, name| tree.items().first()?.get(name)).is_some()
}
