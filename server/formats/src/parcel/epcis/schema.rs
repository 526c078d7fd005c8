//! What an EPCIS event may and must have: one table for each type, after the schemas of EPCIS 2.0.

/// A property, and how its value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Uri,
    Uris,
    Quantities,
    Action,
    Vocabulary,
    Location,
    Transactions,
    Sources,
    Sensors,
    Persistent,
    Any,
}

/// One of the five types, or `QuantityEvent`, which 1.x has and 2.0 left out.
pub(super) struct EventType {
    pub name: &'static str,
    /// What it has beside [`COMMON`], in the order of the XML schema.
    pub properties: &'static [(&'static str, Kind)],
}

/// What every event has, in the order of the XML schema; checked on its own.
pub(super) const COMMON: [&str; 6] =
    ["eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration", "certificationInfo"];

use Kind::{Action, Any, Location, Persistent, Quantities, Sensors, Sources, Transactions, Uri, Uris, Vocabulary};

pub(super) const TYPES: [EventType; 6] = [
    EventType {
        name: "ObjectEvent",
        properties: &[
            ("epcList", Uris),
            ("action", Action),
            ("bizStep", Vocabulary),
            ("disposition", Vocabulary),
            ("readPoint", Location),
            ("bizLocation", Location),
            ("bizTransactionList", Transactions),
            ("quantityList", Quantities),
            ("sourceList", Sources),
            ("destinationList", Sources),
            ("sensorElementList", Sensors),
            ("persistentDisposition", Persistent),
            ("ilmd", Any),
        ],
    },
    EventType {
        name: "AggregationEvent",
        properties: &[
            ("parentID", Uri),
            ("childEPCs", Uris),
            ("action", Action),
            ("bizStep", Vocabulary),
            ("disposition", Vocabulary),
            ("readPoint", Location),
            ("bizLocation", Location),
            ("bizTransactionList", Transactions),
            ("childQuantityList", Quantities),
            ("sourceList", Sources),
            ("destinationList", Sources),
            ("sensorElementList", Sensors),
            ("persistentDisposition", Persistent),
        ],
    },
    EventType {
        name: "TransactionEvent",
        properties: &[
            ("bizTransactionList", Transactions),
            ("parentID", Uri),
            ("epcList", Uris),
            ("action", Action),
            ("bizStep", Vocabulary),
            ("disposition", Vocabulary),
            ("readPoint", Location),
            ("bizLocation", Location),
            ("quantityList", Quantities),
            ("sourceList", Sources),
            ("destinationList", Sources),
            ("sensorElementList", Sensors),
            ("persistentDisposition", Persistent),
        ],
    },
    EventType {
        name: "TransformationEvent",
        properties: &[
            ("inputEPCList", Uris),
            ("inputQuantityList", Quantities),
            ("outputEPCList", Uris),
            ("outputQuantityList", Quantities),
            ("transformationID", Uri),
            ("bizStep", Vocabulary),
            ("disposition", Vocabulary),
            ("readPoint", Location),
            ("bizLocation", Location),
            ("bizTransactionList", Transactions),
            ("sourceList", Sources),
            ("destinationList", Sources),
            ("sensorElementList", Sensors),
            ("persistentDisposition", Persistent),
            ("ilmd", Any),
        ],
    },
    EventType {
        name: "AssociationEvent",
        properties: &[
            ("parentID", Uri),
            ("childEPCs", Uris),
            ("childQuantityList", Quantities),
            ("action", Action),
            ("bizStep", Vocabulary),
            ("disposition", Vocabulary),
            ("readPoint", Location),
            ("bizLocation", Location),
            ("bizTransactionList", Transactions),
            ("sourceList", Sources),
            ("destinationList", Sources),
            ("sensorElementList", Sensors),
            ("persistentDisposition", Persistent),
        ],
    },
    EventType {
        name: "QuantityEvent",
        properties: &[
            ("quantityList", Quantities),
            ("bizStep", Vocabulary),
            ("disposition", Vocabulary),
            ("readPoint", Location),
            ("bizLocation", Location),
            ("bizTransactionList", Transactions),
        ],
    },
];

impl EventType {
    /// The type of a name.
    pub fn of(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name == name)
    }

    /// Where a property stands in the XML schema; none when the type does not have it.
    pub fn place(&self, property: &str) -> Option<usize> {
        COMMON
            .iter()
            .position(|common| *common == property)
            .or_else(|| Some(COMMON.len() + self.properties.iter().position(|(name, _)| *name == property)?))
    }
}
