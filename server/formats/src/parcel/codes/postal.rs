//! Posts: UPU EMSEVT V3 (standard M40), USPS, Canada Post.

use super::{CodeList, Row};
use guichet_types::{
    ParcelReason::*,
    ParcelStatus::{
        Announced, AtDepot, Attempted, Cancelled, Customs, Delivered, Held, InTransit, OutForDelivery, PickedUp,
        ReadyForPickup, Returning,
    },
};

/// The events of EMSEVT V3.
const EMSEVT_EVENTS: &[Row] = &[
    ("EMA", PickedUp, None),
    ("EMB", InTransit, None),
    ("EXA", InTransit, None),
    ("EXB", Held, Some(CustomsInspection)),
    ("EXC", InTransit, None),
    ("EXD", Held, None),
    ("EXX", Cancelled, None),
    ("EMC", InTransit, None),
    ("EMJ", InTransit, None),
    ("EMK", InTransit, None),
    ("EMD", InTransit, None),
    ("EDA", Held, None),
    ("EDB", Customs, None),
    ("EME", Customs, Some(CustomsInspection)),
    ("EDC", Customs, None),
    ("EDX", Returning, Some(CustomsRefused)),
    ("EMF", InTransit, None),
    ("EDD", InTransit, None),
    ("EDE", InTransit, None),
    ("EMG", AtDepot, None),
    ("EDF", Held, None),
    ("EDG", OutForDelivery, None),
    ("EMH", Attempted, None),
    ("EDH", ReadyForPickup, None),
    ("EMI", Delivered, None),
];

pub(super) const EMSEVT: CodeList = CodeList { name: "emsevt", codes: EMSEVT_EVENTS, subcodes: &[], reasons: &[] };

/// Event codes of USPS, Publication 199, appendix on tracking events.
const USPS_EVENTS: &[Row] = &[
    ("01", Delivered, None),
    ("02", Attempted, Some(RecipientAbsent)),
    ("03", PickedUp, None),
    ("04", Attempted, Some(Refused)),
    ("05", Held, Some(WrongAddress)),
    ("06", InTransit, Some(Redirected)),
    ("07", AtDepot, None),
    ("08", InTransit, Some(Missorted)),
    ("09", Returning, None),
    ("10", AtDepot, None),
    ("16", ReadyForPickup, None),
    ("21", Returning, Some(WrongAddress)),
    ("22", Returning, Some(InsufficientAddress)),
    ("23", Returning, Some(RecipientMoved)),
    ("24", Returning, Some(RecipientMoved)),
    ("25", Returning, Some(RecipientUnknown)),
    ("26", Returning, Some(RecipientUnknown)),
    ("27", Returning, Some(NotCollected)),
    ("29", Returning, None),
    ("51", Attempted, Some(BusinessClosed)),
    ("52", Attempted, Some(RecipientAbsent)),
    ("55", Attempted, Some(NoAccess)),
    ("56", Attempted, Some(RecipientAbsent)),
    ("A1", AtDepot, None),
    ("EF", InTransit, None),
    ("GX", Announced, None),
    ("MA", Announced, None),
    ("OA", PickedUp, None),
    ("OF", OutForDelivery, None),
    ("PC", AtDepot, None),
    ("SF", InTransit, None),
    // The categories of `StatusCategory` and `statusCategory`.
    ("Pre-Shipment", Announced, None),
    ("Accepted", PickedUp, None),
    ("In Transit", InTransit, None),
    ("Out for Delivery", OutForDelivery, None),
    ("Delivered", Delivered, None),
    ("Delivery Attempt", Attempted, None),
    ("Available for Pickup", ReadyForPickup, None),
    ("Delivered to Agent", Delivered, None),
    ("Return to Sender", Returning, None),
    ("Alert", Held, None),
];

pub(super) const USPS: CodeList = CodeList { name: "usps", codes: USPS_EVENTS, subcodes: &[], reasons: &[] };

/// Event identifiers of Canada Post's tracking web service.
const CANADA_POST_EVENTS: &[Row] = &[
    ("0100", AtDepot, None),
    ("0104", AtDepot, None),
    ("0156", ReadyForPickup, None),
    ("0170", AtDepot, None),
    ("0173", Held, Some(WrongAddress)),
    ("0174", OutForDelivery, None),
    ("0175", InTransit, None),
    ("0500", OutForDelivery, None),
    ("1408", Delivered, None),
    ("1409", Delivered, None),
    ("1479", Attempted, Some(RecipientAbsent)),
    ("1496", Delivered, None),
    ("1497", Delivered, None),
    ("1498", Delivered, None),
    ("1499", Delivered, None),
    ("1701", ReadyForPickup, None),
    ("1703", InTransit, None),
    ("2300", PickedUp, None),
    ("3000", Announced, None),
];

pub(super) const CANADA_POST: CodeList =
    CodeList { name: "canadapost", codes: CANADA_POST_EVENTS, subcodes: &[], reasons: &[] };
