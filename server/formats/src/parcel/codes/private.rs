//! Carriers that are no posts: DHL, UPS, FedEx, Amazon and the regional ones that speak like it.

use super::{CodeList, Row};
use guichet_types::{
    ParcelReason::{self, *},
    ParcelStatus::{
        Announced, AtDepot, Attempted, Cancelled, Customs, Damaged, Delivered, Held, InTransit, Lost, OutForDelivery,
        PickedUp, ReadyForPickup, Returned, Returning, Unknown,
    },
};

const DHL_STATUS: &[Row] = &[
    ("pre-transit", Announced, None),
    ("transit", InTransit, None),
    ("delivered", Delivered, None),
    ("failure", Held, None),
    ("unknown", Unknown, None),
];

/// DHL unified tracking: `statusCode`.
pub(super) const DHL: CodeList = CodeList { name: "dhl", codes: DHL_STATUS, subcodes: &[], reasons: &[] };

const DHL_EXPRESS_EVENTS: &[Row] = &[
    ("AD", Held, Some(DeliveryRescheduled)),
    ("AF", AtDepot, None),
    ("AR", AtDepot, None),
    ("BA", Held, Some(WrongAddress)),
    ("BN", Customs, None),
    ("BR", Customs, None),
    ("CA", Attempted, Some(BusinessClosed)),
    ("CC", ReadyForPickup, None),
    ("CD", Customs, Some(CustomsInspection)),
    ("CI", AtDepot, None),
    ("CM", Held, Some(RecipientMoved)),
    ("CR", InTransit, None),
    ("DD", Damaged, Some(DamagedInTransit)),
    ("DF", InTransit, None),
    ("DM", Damaged, Some(DamagedInTransit)),
    ("DS", Lost, None),
    ("HP", Held, Some(PaymentDue)),
    ("IC", Customs, None),
    ("LX", Lost, Some(Missing)),
    ("MC", InTransit, Some(MissedConnection)),
    ("MD", Attempted, None),
    ("MS", InTransit, Some(Missorted)),
    ("NA", Attempted, Some(NotAttempted)),
    ("ND", Attempted, None),
    ("NH", Attempted, Some(RecipientAbsent)),
    ("OH", Held, None),
    ("OK", Delivered, None),
    ("PL", AtDepot, None),
    ("PU", PickedUp, None),
    ("RD", Attempted, Some(Refused)),
    ("RR", Customs, None),
    ("RT", Returned, None),
    ("SA", PickedUp, None),
    ("SD", Announced, None),
    ("TP", InTransit, None),
    ("TR", InTransit, None),
    ("UD", Customs, Some(CustomsInspection)),
    ("WC", OutForDelivery, None),
];

/// DHL Express XML-PI: `EventCode`.
pub(super) const DHL_EXPRESS: CodeList =
    CodeList { name: "dhl_express", codes: DHL_EXPRESS_EVENTS, subcodes: &[], reasons: &[] };

const UPS_TYPES: &[Row] = &[
    ("D", Delivered, None),
    ("I", InTransit, None),
    ("M", Announced, None),
    ("MV", Cancelled, None),
    ("NA", Unknown, None),
    ("O", OutForDelivery, None),
    ("P", PickedUp, None),
    ("RS", Returned, None),
    ("W", AtDepot, None),
    ("X", Held, None),
    ("DO", Delivered, None),
    ("DD", Delivered, None),
];

/// Finer codes. They count only where they are the same whatever the type is.
const UPS_CODES: &[Row] = &[
    ("AR", AtDepot, None),
    ("DP", InTransit, None),
    ("OR", AtDepot, None),
    ("OF", OutForDelivery, None),
    ("OT", OutForDelivery, None),
    ("MP", Announced, None),
    ("PU", PickedUp, None),
    ("XD", PickedUp, None),
    ("ZP", ReadyForPickup, None),
    ("2Q", ReadyForPickup, None),
];

/// UPS: the type of a status, and its code.
pub(super) const UPS: CodeList = CodeList { name: "ups", codes: UPS_TYPES, subcodes: UPS_CODES, reasons: &[] };

const FEDEX_EVENTS: &[Row] = &[
    ("AA", AtDepot, None),
    ("AC", AtDepot, None),
    ("AD", AtDepot, None),
    ("AF", AtDepot, None),
    ("AP", AtDepot, None),
    ("AR", AtDepot, None),
    ("AX", AtDepot, None),
    ("CA", Cancelled, None),
    ("CC", InTransit, None),
    ("CD", Customs, Some(CustomsInspection)),
    ("CP", Customs, None),
    ("DD", Held, None),
    ("DE", Attempted, None),
    ("DL", Delivered, None),
    ("DP", InTransit, None),
    ("DS", OutForDelivery, None),
    ("DY", Held, None),
    ("EA", InTransit, None),
    ("ED", InTransit, None),
    ("EO", InTransit, None),
    ("EP", InTransit, None),
    ("FD", AtDepot, None),
    ("HL", ReadyForPickup, None),
    ("HP", ReadyForPickup, None),
    ("IN", Announced, None),
    ("IT", InTransit, None),
    ("LO", InTransit, None),
    ("OC", Announced, None),
    ("OD", OutForDelivery, None),
    ("OF", AtDepot, None),
    ("OX", InTransit, None),
    ("PD", Held, None),
    ("PF", InTransit, None),
    ("PL", InTransit, None),
    ("PM", InTransit, None),
    ("PU", PickedUp, None),
    ("PX", PickedUp, None),
    ("RD", Returned, None),
    ("RR", Held, Some(DeliveryRescheduled)),
    ("RS", Returning, None),
    ("SE", Held, None),
    ("SF", AtDepot, None),
    ("TR", InTransit, None),
];

const FEDEX_REASONS: &[(&str, ParcelReason)] = &[
    ("03", WrongAddress),
    ("07", Refused),
    ("08", RecipientAbsent),
    ("17", DeliveryRescheduled),
    ("72", CustomsInspection),
];

/// FedEx: `EventType`, and the code of an exception.
pub(super) const FEDEX: CodeList =
    CodeList { name: "fedex", codes: FEDEX_EVENTS, subcodes: &[], reasons: FEDEX_REASONS };

const AMAZON_EVENTS: &[Row] = &[
    ("EVENT_101", Announced, None),
    ("EVENT_102", PickedUp, None),
    ("EVENT_201", InTransit, None),
    ("EVENT_202", AtDepot, None),
    ("EVENT_203", InTransit, None),
    ("EVENT_301", Delivered, None),
    ("EVENT_302", OutForDelivery, None),
    ("EVENT_304", Attempted, None),
    ("EVENT_306", Returning, None),
    ("EVENT_307", ReadyForPickup, None),
    ("EVENT_401", Held, None),
    ("EVENT_404", Attempted, Some(RecipientAbsent)),
    ("EVENT_406", Held, Some(WrongAddress)),
];

/// The schema that Amazon asks of small carriers.
pub(super) const AMAZON: CodeList =
    CodeList { name: "amazon_schema", codes: AMAZON_EVENTS, subcodes: &[], reasons: &[] };

/// Prestige Delivery speaks like Amazon.
pub(super) const PRESTIGE: CodeList = CodeList { name: "prestige", codes: AMAZON_EVENTS, subcodes: &[], reasons: &[] };

const LASERSHIP_EVENTS: &[Row] = &[
    ("OrderCreated", Announced, None),
    ("OrderReceived", Announced, None),
    ("Received", AtDepot, None),
    ("Arrived", AtDepot, None),
    ("Departed", InTransit, None),
    ("Released", InTransit, None),
    ("OutForDelivery", OutForDelivery, None),
    ("Delivered", Delivered, None),
    ("Attempted", Attempted, None),
    ("DeliveryAttempt", Attempted, None),
    ("Exception", Held, None),
    ("Damaged", Damaged, Some(DamagedInTransit)),
    ("ReturnToSender", Returning, None),
    ("Returned", Returned, None),
];

/// LaserShip: `EventType`.
pub(super) const LASERSHIP: CodeList =
    CodeList { name: "lasership", codes: LASERSHIP_EVENTS, subcodes: &[], reasons: &[] };
