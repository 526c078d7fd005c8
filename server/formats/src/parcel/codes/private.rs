//! Carriers that are no posts: DHL, UPS, FedEx, Amazon and the regional ones that speak like it.
//!
//! What each table was held against: DHL unified tracking, the `statusCode` of its OpenAPI description ("Shipment Tracking -
//! Unified"). DHL Express, the checkpoint codes of XML-PI (as `omniship-dhl`, `tracking_event_codes.php`, lists them). UPS, the
//! types of the Track API, code and description. FedEx, the table of tracking codes in "Web Services, Tracking and Visibility
//! Services" (2015 to 2020), and its exception codes. Amazon, `EventCode` of the Selling Partner API, Fulfillment Outbound. A code
//! that they do not explain, or whose meaning is no place and no state of a parcel, is left out: it is then an update, and told.

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
    ("BL", Customs, None),
    ("BN", Customs, None),
    ("BR", Customs, None),
    ("CA", Attempted, Some(BusinessClosed)),
    ("CC", ReadyForPickup, None),
    ("CD", Customs, None),
    ("CI", AtDepot, None),
    ("CM", Held, Some(RecipientMoved)),
    ("CR", InTransit, None),
    ("CU", InTransit, None),
    ("DD", Delivered, Some(DamagedInTransit)),
    ("DF", InTransit, None),
    ("DI", Customs, Some(CustomsDuty)),
    ("DM", Damaged, Some(DamagedInTransit)),
    ("DS", Lost, None),
    ("DUMMY_PU", Announced, None),
    ("ES", Customs, None),
    ("FD", InTransit, None),
    ("HI", Held, None),
    ("HN", InTransit, None),
    ("HO", AtDepot, None),
    ("HP", Held, Some(PaymentDue)),
    ("IC", Customs, None),
    ("IR", InTransit, Some(Missorted)),
    ("LV", InTransit, None),
    // The wrong code of a destination, and a round of deliveries that was missed.
    ("MC", InTransit, Some(Missorted)),
    ("MD", AtDepot, Some(NotAttempted)),
    ("MS", InTransit, Some(Missorted)),
    // Not arrived where it was awaited.
    ("NA", InTransit, None),
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
    ("SI", Held, None),
    ("SS", Held, None),
    ("ST", Held, None),
    ("TD", Held, None),
    ("TP", InTransit, None),
    ("TR", InTransit, None),
    ("UD", Customs, None),
    ("UV", AtDepot, None),
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
    // Delivered to a freight station at the origin or the destination, and not to anybody.
    ("DO", InTransit, None),
    ("DD", InTransit, None),
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
    ("CD", Customs, None),
    ("CP", Customs, None),
    ("CU", Customs, None),
    ("DD", Held, None),
    ("DE", Attempted, None),
    ("DL", Delivered, None),
    ("DP", InTransit, None),
    ("DS", InTransit, None),
    ("DY", Held, None),
    ("EA", InTransit, None),
    ("ED", InTransit, None),
    ("EO", InTransit, None),
    // On the way to where it is picked up.
    ("EP", Announced, None),
    ("FD", AtDepot, None),
    ("HA", InTransit, Some(HoldRequested)),
    ("HL", ReadyForPickup, None),
    ("HP", ReadyForPickup, None),
    ("IN", Announced, None),
    ("IT", InTransit, None),
    ("IX", InTransit, None),
    ("LO", InTransit, None),
    ("OC", Announced, None),
    ("OD", OutForDelivery, None),
    ("OF", AtDepot, None),
    ("OX", Announced, None),
    ("PD", Held, None),
    ("PF", InTransit, None),
    ("PL", InTransit, None),
    ("PM", InTransit, None),
    ("PU", PickedUp, None),
    ("PX", PickedUp, None),
    ("RS", Returning, None),
    ("SE", Held, None),
    ("SF", AtDepot, None),
    ("TR", InTransit, None),
];

const FEDEX_REASONS: &[(&str, ParcelReason)] = &[
    ("03", WrongAddress),
    ("07", Refused),
    ("08", RecipientAbsent),
    ("10", DamagedInTransit),
    ("17", DeliveryRescheduled),
    ("50", CustomsDocuments),
    ("55", CustomsInspection),
    ("84", ForceMajeure),
    ("85", VehicleBreakdown),
];

/// FedEx: `EventType`, and the code of an exception.
pub(super) const FEDEX: CodeList =
    CodeList { name: "fedex", codes: FEDEX_EVENTS, subcodes: &[], reasons: FEDEX_REASONS };

const AMAZON_EVENTS: &[Row] = &[
    ("EVENT_101", Announced, None),
    ("EVENT_102", PickedUp, None),
    ("EVENT_201", AtDepot, None),
    ("EVENT_202", InTransit, None),
    ("EVENT_203", InTransit, None),
    ("EVENT_204", Customs, None),
    ("EVENT_205", InTransit, None),
    ("EVENT_206", InTransit, None),
    ("EVENT_301", Delivered, None),
    ("EVENT_302", OutForDelivery, None),
    ("EVENT_304", Attempted, None),
    // The delivery is arranged with the recipient.
    ("EVENT_306", AtDepot, None),
    ("EVENT_307", AtDepot, None),
    ("EVENT_308", ReadyForPickup, None),
    ("EVENT_309", Returned, None),
    ("EVENT_401", Held, Some(WrongAddress)),
    ("EVENT_402", Customs, None),
    ("EVENT_403", Held, Some(RecipientMoved)),
    ("EVENT_404", Held, Some(ForceMajeure)),
    ("EVENT_405", Damaged, Some(DamagedInTransit)),
    ("EVENT_406", Held, None),
    ("EVENT_407", Attempted, Some(Refused)),
    ("EVENT_408", Returning, None),
    ("EVENT_409", Lost, Some(Missing)),
    ("EVENT_411", Announced, Some(NotHandedOver)),
    ("EVENT_412", Held, None),
    ("EVENT_413", Held, Some(CustomsDuty)),
    ("EVENT_414", InTransit, Some(Missorted)),
    ("EVENT_415", InTransit, None),
    ("EVENT_416", Held, None),
    ("EVENT_417", InTransit, Some(Missorted)),
    ("EVENT_418", Held, None),
    ("EVENT_419", AtDepot, Some(DeliveryRescheduled)),
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
