//! Platforms that speak for many carriers: EasyPost and AfterShip.

use super::{CodeList, Row};
use guichet_types::{
    ParcelReason::*,
    ParcelStatus::{
        Announced, AtDepot, Attempted, Cancelled, Customs, Damaged, Delivered, Held, InTransit, Lost, OutForDelivery,
        PickedUp, ReadyForPickup, Returned, Returning, Unknown,
    },
};

const EASYPOST_STATUS: &[Row] = &[
    ("unknown", Unknown, None),
    ("pre_transit", Announced, None),
    ("in_transit", InTransit, None),
    ("out_for_delivery", OutForDelivery, None),
    ("delivered", Delivered, None),
    ("available_for_pickup", ReadyForPickup, None),
    ("return_to_sender", Returning, None),
    ("failure", Held, None),
    ("cancelled", Cancelled, None),
    ("error", Unknown, None),
];

const EASYPOST_DETAIL: &[Row] = &[
    ("address_correction", Held, Some(InsufficientAddress)),
    ("arrived_at_facility", AtDepot, None),
    ("arrived_at_pickup_location", ReadyForPickup, None),
    ("awaiting_information", Held, None),
    ("damaged", Damaged, Some(DamagedInTransit)),
    ("delayed", Held, None),
    ("delivery_exception", Attempted, None),
    ("departed_facility", InTransit, None),
    ("departed_origin_facility", InTransit, None),
    ("expired", Held, None),
    ("held", Held, None),
    ("lost", Lost, Some(Missing)),
    ("missorted", InTransit, Some(Missorted)),
    ("received_at_destination_facility", AtDepot, None),
    ("received_at_origin_facility", AtDepot, None),
    ("refused", Attempted, Some(Refused)),
    ("transferred_to_destination_carrier", InTransit, None),
    ("transit_exception", Held, None),
    ("weather_delay", Held, Some(Weather)),
];

/// EasyPost API v2: `status` and `status_detail`.
pub(super) const EASYPOST: CodeList =
    CodeList { name: "easypost", codes: EASYPOST_STATUS, subcodes: EASYPOST_DETAIL, reasons: &[] };

const AFTERSHIP_TAG: &[Row] = &[
    ("Pending", Announced, None),
    ("InfoReceived", Announced, None),
    ("InTransit", InTransit, None),
    ("OutForDelivery", OutForDelivery, None),
    ("AttemptFail", Attempted, None),
    ("Delivered", Delivered, None),
    ("AvailableForPickup", ReadyForPickup, None),
    ("Exception", Held, None),
    ("Expired", Unknown, None),
];

const AFTERSHIP_SUBTAG: &[Row] = &[
    ("InTransit_002", PickedUp, None),
    ("InTransit_003", AtDepot, None),
    ("InTransit_005", Customs, None),
    ("InTransit_006", Customs, None),
    ("AttemptFail_002", Attempted, Some(RecipientAbsent)),
    ("AttemptFail_003", Attempted, Some(BusinessClosed)),
    ("Exception_002", Held, Some(RecipientMoved)),
    ("Exception_003", Attempted, Some(Refused)),
    ("Exception_004", Customs, Some(CustomsInspection)),
    ("Exception_005", Held, Some(ForceMajeure)),
    ("Exception_006", Held, Some(PaymentDue)),
    ("Exception_007", Held, Some(WrongAddress)),
    ("Exception_008", Held, Some(NotHandedOver)),
    ("Exception_010", Returning, None),
    ("Exception_011", Returned, None),
    ("Exception_012", Damaged, Some(DamagedInTransit)),
    ("Exception_013", Lost, Some(Missing)),
];

/// AfterShip: `tag` and `subtag`.
pub(super) const AFTERSHIP: CodeList =
    CodeList { name: "aftership", codes: AFTERSHIP_TAG, subcodes: AFTERSHIP_SUBTAG, reasons: &[] };
