//! Answers in JSON: EasyPost, AfterShip, DHL, UPS, FedEx, USPS, LaserShip, Prestige.

use super::table::{Answer, Event, NOTHING, NOWHERE, Shipment, Size, Weight, When, Where, has};
use crate::parcel::tree::Tree;

/// The first that fits counts.
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
            // In ounces.
            weight: Weight { value: "weight", unit: "", always: "oz" },
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
            weight: Weight {
                value: "shipment_weight/value|shipment_weight",
                unit: "shipment_weight/unit|shipment_weight_unit",
                always: "",
            },
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
            weight: Weight { value: "details/weight/value", unit: "details/weight/unitText", always: "" },
            size: Size {
                sides: [
                    "details/dimensions/length/value",
                    "details/dimensions/width/value",
                    "details/dimensions/height/value",
                ],
                unit: "details/dimensions/length/unitText",
            },
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
            weight: Weight { value: "weight/weight", unit: "weight/unitOfMeasurement", always: "" },
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
            weight: Weight {
                value: "packageDetails/weightAndDimensions/weight/value",
                unit: "packageDetails/weightAndDimensions/weight/unit",
                always: "",
            },
            size: Size {
                sides: [
                    "packageDetails/weightAndDimensions/dimensions/length",
                    "packageDetails/weightAndDimensions/dimensions/width",
                    "packageDetails/weightAndDimensions/dimensions/height",
                ],
                unit: "packageDetails/weightAndDimensions/dimensions/units",
            },
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
];
