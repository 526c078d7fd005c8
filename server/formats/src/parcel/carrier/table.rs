//! One row for each carrier's answer: how it is told, and where in it things stand.
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
    pub events: &'static str,
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

const NOWHERE: Where = Where { name: "", city: "", region: "", postal_code: "", country: "" };

const NOTHING: Shipment = Shipment {
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
    events: "",
};

/// Whether something stands at a path.
fn has(tree: &Tree, path: &str) -> bool {
    path.split('/').try_fold(tree, |tree, name| tree.items().first()?.get(name)).is_some()
}

/// Every answer that is read. The first that fits counts.
pub(super) const ANSWERS: &[Answer] = &[
    Answer {
        provider: "easypost",
        is: |tree| {
            let tracker = |tree: &Tree| has(tree, "tracking_code") && has(tree, "tracking_details");
            tracker(tree) || tree.get("result").is_some_and(tracker) || tree.get("trackers").is_some()
        },
        shipments: "result|trackers|",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "tracking_code",
            id: "id",
            carrier: "carrier",
            code: "status",
            subcode: "status_detail",
            service: "carrier_detail/service",
            reference: "shipment_id",
            promised: "carrier_detail/guaranteed_delivery_date",
            estimated: "est_delivery_date",
            signed_by: "signed_by",
            events: "tracking_details",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "status",
            subcode: "status_detail",
            text: "message",
            when: When::Iso("datetime"),
            place: Where {
                name: "",
                city: "tracking_location/city",
                region: "tracking_location/state",
                postal_code: "tracking_location/zip",
                country: "tracking_location/country",
            },
            signed_by: "",
        },
    },
    Answer {
        provider: "aftership",
        is: |tree| {
            let tracking =
                |tree: &Tree| has(tree, "tracking_number") && (has(tree, "checkpoints") || has(tree, "slug"));
            tree.get("meta").is_some_and(|meta| has(meta, "code"))
                || tree.get("msg").is_some_and(tracking)
                || tree.get("data").is_some_and(|data| tracking(data) || has(data, "trackings"))
                || tracking(tree)
        },
        shipments: "data/tracking|data/trackings|msg|data|",
        outcome: "meta/code",
        good: &["200", "201", "202"],
        error: "meta/message|meta/type",
        shipment: Shipment {
            number: "tracking_number",
            id: "id",
            carrier: "slug",
            code: "tag",
            subcode: "subtag",
            text: "subtag_message",
            service: "shipment_type",
            reference: "order_id|order_number",
            recipient: "customer_name|customers/name",
            recipient_place: Where {
                postal_code: "tracking_postal_code|destination_postal_code",
                country: "destination_country_iso3|destination_country_region|tracking_destination_country",
                city: "destination_city",
                ..NOWHERE
            },
            promised: "order_promised_delivery_date",
            estimated: "expected_delivery|latest_estimated_delivery/datetime|courier_estimated_delivery_date/estimated_delivery_date",
            signed_by: "signed_by",
            delivered_at: "shipment_delivery_date",
            events: "checkpoints",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "tag",
            subcode: "subtag",
            text: "message",
            when: When::Iso("checkpoint_time"),
            place: Where {
                name: "location",
                city: "city",
                region: "state",
                postal_code: "zip|postal_code",
                country: "country_iso3|country_region",
            },
            signed_by: "",
        },
    },
    Answer {
        provider: "dhl",
        is: |tree| {
            tree.get("shipments").is_some_and(|list| has(list, "id") && (has(list, "status") || has(list, "events")))
        },
        shipments: "shipments",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "id",
            code: "status/statusCode",
            subcode: "status/status",
            text: "status/description|status/remark",
            service: "details/product/productName|service",
            reference: "details/references/number",
            sender: "details/sender/organizationName|details/sender/name",
            recipient: "details/receiver/organizationName|details/receiver/name",
            recipient_place: Where {
                city: "destination/address/addressLocality",
                postal_code: "destination/address/postalCode",
                country: "destination/address/countryCode",
                ..NOWHERE
            },
            estimated: "estimatedTimeOfDelivery|estimatedDeliveryTimeFrame/estimatedThrough",
            signed_by: "details/proofOfDelivery/signed/name|details/proofOfDelivery/familyName",
            delivered_at: "details/proofOfDelivery/timestamp",
            events: "events",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "statusCode",
            subcode: "status",
            text: "description|remark|status",
            when: When::Iso("timestamp"),
            place: Where {
                city: "location/address/addressLocality",
                postal_code: "location/address/postalCode",
                country: "location/address/countryCode",
                ..NOWHERE
            },
            signed_by: "",
        },
    },
    Answer {
        provider: "ups",
        is: |tree| has(tree, "trackResponse/shipment"),
        shipments: "trackResponse/shipment>package",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "trackingNumber",
            code: "currentStatus/type|activity/status/type",
            subcode: "currentStatus/code",
            text: "currentStatus/description|activity/status/description",
            service: "service/description|^/service/description",
            reference: "referenceNumber/number",
            estimated: "deliveryDate/date",
            signed_by: "deliveryInformation/receivedBy",
            events: "activity",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "status/type",
            subcode: "status/code",
            text: "status/description",
            when: When::Apart { day: "date", time: "time", zone: "gmtOffset" },
            place: Where {
                name: "location/slic",
                city: "location/address/city",
                region: "location/address/stateProvince",
                postal_code: "location/address/postalCode",
                country: "location/address/countryCode|location/address/country",
            },
            signed_by: "",
        },
    },
    Answer {
        provider: "fedex",
        is: |tree| has(tree, "output/completeTrackResults"),
        shipments: "output/completeTrackResults/trackResults",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "trackingNumberInfo/trackingNumber",
            id: "trackingNumberInfo/trackingNumberUniqueId",
            code: "latestStatusDetail/code",
            subcode: "latestStatusDetail/ancillaryDetails/reason",
            text: "latestStatusDetail/description",
            error: "error/message",
            service: "serviceDetail/description",
            recipient_place: Where {
                city: "recipientInformation/address/city",
                postal_code: "recipientInformation/address/postalCode",
                country: "recipientInformation/address/countryCode",
                ..NOWHERE
            },
            estimated: "estimatedDeliveryTimeWindow/window/ends|standardTransitTimeWindow/window/ends",
            signed_by: "deliveryDetails/receivedByName",
            events: "scanEvents",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "eventType",
            subcode: "exceptionCode",
            text: "eventDescription",
            when: When::Iso("date"),
            place: Where {
                name: "",
                city: "scanLocation/city",
                region: "scanLocation/stateOrProvinceCode",
                postal_code: "scanLocation/postalCode",
                country: "scanLocation/countryCode",
            },
            signed_by: "",
        },
    },
    Answer {
        provider: "usps",
        is: |tree| has(tree, "trackingEvents") && has(tree, "trackingNumber"),
        shipments: "",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "trackingNumber",
            code: "statusCategory",
            text: "status",
            error: "error/message",
            service: "mailClass",
            recipient_place: Where { city: "destinationCity", postal_code: "destinationZIP", ..NOWHERE },
            promised: "guaranteedDeliveryTimeStamp",
            estimated: "expectedDeliveryTimeStamp|predictedDeliveryTimeStamp",
            events: "trackingEvents",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "eventCode",
            subcode: "",
            text: "eventType",
            when: When::Both { local: "eventTimestamp", utc: "GMTTimestamp" },
            place: Where {
                name: "",
                city: "eventCity",
                region: "eventState",
                postal_code: "eventZIP",
                country: "eventCountry",
            },
            signed_by: "name",
        },
    },
    Answer {
        provider: "lasership",
        is: |tree| has(tree, "Pieces") && has(tree, "OrderNumber"),
        shipments: ">Pieces",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "TrackingNumber",
            reference: "^/OrderNumber",
            recipient_place: Where {
                city: "^/Destination/City",
                postal_code: "^/Destination/PostalCode",
                country: "^/Destination/Country",
                ..NOWHERE
            },
            estimated: "^/EstimatedDeliveryDate",
            events: "^/Events",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "EventType",
            subcode: "Reason",
            text: "EventShortText|EventLabel",
            when: When::Both { local: "DateTime", utc: "UTCDateTime" },
            place: Where {
                name: "Location",
                city: "City",
                region: "State",
                postal_code: "PostalCode",
                country: "Country",
            },
            signed_by: "Signature",
        },
    },
    Answer {
        provider: "prestige",
        is: |tree| matches!(tree, Tree::List(_)) && has(tree, "TrackingNumber") && has(tree, "TrackingEventHistory"),
        shipments: "",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "TrackingNumber",
            recipient_place: Where {
                city: "TrackingEventHistory/PDCity",
                postal_code: "TrackingEventHistory/PDZip",
                country: "TrackingEventHistory/CountryCode",
                ..NOWHERE
            },
            estimated: "TrackingEventHistory/EstimatedDeliveryDate",
            events: "TrackingEventHistory",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "EventCode",
            subcode: "",
            text: "EventCodeDesc",
            when: When::Apart { day: "serverDate", time: "serverTime", zone: "" },
            place: Where { name: "", city: "ELCity", region: "ELState", postal_code: "ELZip", country: "" },
            signed_by: "",
        },
    },
    Answer {
        provider: "canadapost",
        is: |tree| has(tree, "tracking-detail"),
        shipments: "tracking-detail",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "pin",
            service: "service-name",
            reference: "customer-ref-1",
            sender_customer: "mailed-by-customer-number",
            recipient_place: Where { postal_code: "destination-postal-id", ..NOWHERE },
            promised: "expected-delivery-date",
            estimated: "changed-expected-date",
            delivered_at: "actual-delivery-date",
            events: "significant-events/occurrence",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "event-identifier",
            subcode: "",
            text: "event-description",
            when: When::Apart { day: "event-date", time: "event-time", zone: "event-time-zone" },
            place: Where {
                name: "event-retail-name",
                city: "event-site",
                region: "event-province",
                postal_code: "",
                country: "",
            },
            signed_by: "signatory-name",
        },
    },
    Answer {
        provider: "fedex",
        is: |tree| has(tree, "TrackReply"),
        shipments: "TrackReply/CompletedTrackDetails/TrackDetails|TrackReply/TrackDetails",
        outcome: "TrackReply/HighestSeverity",
        good: &["SUCCESS", "NOTE", "WARNING"],
        error: "TrackReply/Notifications/Message",
        shipment: Shipment {
            number: "TrackingNumber",
            id: "TrackingNumberUniqueIdentifier",
            code: "StatusDetail/Code|StatusCode",
            subcode: "StatusDetail/AncillaryDetails/Reason",
            text: "StatusDetail/Description|StatusDescription",
            outcome: "Notification/Severity",
            error: "Notification/Message",
            service: "Service/Description|ServiceInfo",
            recipient_place: Where {
                city: "DestinationAddress/City",
                postal_code: "DestinationAddress/PostalCode",
                country: "DestinationAddress/CountryCode",
                ..NOWHERE
            },
            estimated: "EstimatedDeliveryTimestamp",
            signed_by: "DeliverySignatureName",
            delivered_at: "ActualDeliveryTimestamp",
            events: "Events",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "EventType",
            subcode: "StatusExceptionCode",
            text: "EventDescription",
            when: When::Iso("Timestamp"),
            place: Where {
                name: "",
                city: "Address/City",
                region: "Address/StateOrProvinceCode",
                postal_code: "Address/PostalCode",
                country: "Address/CountryCode",
            },
            signed_by: "",
        },
    },
    Answer {
        provider: "usps",
        is: |tree| has(tree, "TrackResponse/TrackInfo"),
        shipments: "TrackResponse/TrackInfo",
        outcome: "",
        good: &[],
        error: "",
        shipment: Shipment {
            number: "@ID",
            code: "StatusCategory",
            text: "TrackSummary/Event|Status",
            error: "Error/Description",
            service: "Class",
            recipient_place: Where { city: "DestinationCity", postal_code: "DestinationZip", ..NOWHERE },
            promised: "ExpectedDeliveryDate",
            estimated: "PredictedDeliveryDate",
            events: "TrackSummary+TrackDetail",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "EventCode",
            subcode: "",
            text: "Event",
            when: When::Apart { day: "EventDate", time: "EventTime", zone: "" },
            place: Where {
                name: "FirmName",
                city: "EventCity",
                region: "EventState",
                postal_code: "EventZIPCode",
                country: "EventCountry",
            },
            signed_by: "Name",
        },
    },
    Answer {
        provider: "ups",
        is: |tree| has(tree, "TrackResponse/Response"),
        shipments: "TrackResponse/Shipment>Package|",
        outcome: "TrackResponse/Response/ResponseStatusDescription",
        good: &["Success"],
        error: "TrackResponse/Response/Error/ErrorDescription",
        shipment: Shipment {
            number: "TrackingNumber|ShipmentIdentificationNumber",
            id: "",
            code: "Activity/Status/StatusType/Code",
            subcode: "Activity/Status/StatusCode/Code",
            text: "Activity/Status/StatusType/Description",
            service: "^/Service/Description",
            reference: "^/ReferenceNumber/Value|ReferenceNumber/Value",
            sender_customer: "^/Shipper/ShipperNumber",
            recipient_place: Where {
                city: "^/ShipTo/Address/City",
                postal_code: "^/ShipTo/Address/PostalCode",
                country: "^/ShipTo/Address/CountryCode",
                ..NOWHERE
            },
            promised: "^/ScheduledDeliveryDate",
            estimated: "RescheduledDeliveryDate",
            signed_by: "Activity/ActivityLocation/SignedForByName",
            events: "Activity",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "Status/StatusType/Code",
            subcode: "Status/StatusCode/Code",
            text: "Status/StatusType/Description",
            when: When::Apart { day: "Date", time: "Time", zone: "GMTOffset" },
            place: Where {
                name: "ActivityLocation/Description",
                city: "ActivityLocation/Address/City",
                region: "ActivityLocation/Address/StateProvinceCode",
                postal_code: "ActivityLocation/Address/PostalCode",
                country: "ActivityLocation/Address/CountryCode",
            },
            signed_by: "ActivityLocation/SignedForByName",
        },
    },
    Answer {
        provider: "dhl_express",
        is: |tree| has(tree, "TrackingResponse/AWBInfo") || has(tree, "TrackingResponse/Response"),
        shipments: "TrackingResponse/AWBInfo",
        outcome: "",
        good: &[],
        error: "TrackingResponse/Response/Status/Condition/ConditionData",
        shipment: Shipment {
            number: "AWBNumber",
            outcome: "Status/ActionStatus",
            error: "Status/Condition/ConditionData",
            service: "ShipmentInfo/GlobalProductCode",
            reference: "ShipmentInfo/ShipperReference/ReferenceID",
            sender: "ShipmentInfo/ShipperName",
            sender_customer: "ShipmentInfo/ShipperAccountNumber",
            recipient: "ShipmentInfo/ConsigneeName",
            recipient_place: Where {
                city: "ShipmentInfo/Consignee/City",
                postal_code: "ShipmentInfo/Consignee/PostalCode",
                country: "ShipmentInfo/Consignee/CountryCode",
                ..NOWHERE
            },
            estimated: "ShipmentInfo/EstDlvyDate",
            events: "ShipmentInfo/ShipmentEvent",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "ServiceEvent/EventCode",
            subcode: "",
            text: "ServiceEvent/Description",
            when: When::Apart { day: "Date", time: "Time", zone: "" },
            place: Where { name: "ServiceArea/Description", city: "", region: "", postal_code: "", country: "" },
            signed_by: "Signatory",
        },
    },
    Answer {
        provider: "amazon_schema",
        is: |tree| has(tree, "AmazonTrackingResponse"),
        shipments: "AmazonTrackingResponse/PackageTrackingInfo",
        outcome: "",
        good: &[],
        error: "AmazonTrackingResponse/TrackingErrorInfo/TrackingErrorDetail/ErrorDetailCodeDesc",
        shipment: Shipment {
            number: "TrackingNumber",
            recipient_place: Where {
                city: "PackageDestinationLocation/City",
                postal_code: "PackageDestinationLocation/PostalCode",
                country: "PackageDestinationLocation/CountryCode",
                ..NOWHERE
            },
            estimated: "TrackingEventHistory/TrackingEventDetail/EstimatedDeliveryDate",
            events: "TrackingEventHistory/TrackingEventDetail",
            ..NOTHING
        },
        event: Event {
            id: "",
            code: "EventCode",
            subcode: "",
            text: "EventCodeDesc",
            when: When::Iso("EventDateTime"),
            place: Where {
                name: "",
                city: "EventLocation/City",
                region: "EventLocation/StateProvince",
                postal_code: "EventLocation/PostalCode",
                country: "EventLocation/CountryCode",
            },
            signed_by: "SignedForByName",
        },
    },
];
