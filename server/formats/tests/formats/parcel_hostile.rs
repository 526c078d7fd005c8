//! Documents about parcels that are broken, cut off, changed, or want to do harm: refused or told, never half believed.

use crate::parcel_anything::{KINDS, anything};
use guichet_formats::{
    Class, Limits,
    parcel::{Kind, Record, detect, read, report_bytes},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{ops::ControlFlow, path::Path};

/// Every sample, with its path.
fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let manifest = std::fs::read_to_string(folder.join("manifest-parcel.json")).unwrap();
    let samples: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    let paths = samples.iter().map(|sample| sample["path"].as_str().unwrap().to_owned());
    paths.map(|path| (path.clone(), std::fs::read(folder.join(path)).unwrap())).collect()
}

/// An EPCIS document with one good event, changed by `change`.
fn epcis(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut document = json!({
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-17T10:30:00Z",
        "epcisBody": {"eventList": [{
            "type": "AggregationEvent",
            "eventTime": "2026-11-17T08:15:00+01:00",
            "eventTimeZoneOffset": "+01:00",
            "parentID": "https://id.gs1.org/00/340123450000000017",
            "childEPCs": ["https://id.gs1.org/00/040123451111111127", "urn:epc:id:sscc:4012345.0111111113"],
            "action": "ADD",
            "bizStep": "loading",
            "disposition": "in_transit",
            "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234"}
        }]}
    });
    change(&mut document);
    serde_json::to_vec(&document).unwrap()
}

fn class(bytes: &[u8]) -> Class {
    report_bytes(bytes, &Limits::default()).class
}

#[test]
fn the_plain_document_of_these_tests_is_accepted_and_its_numbers_are_read() {
    let report = report_bytes(&epcis(|_| {}), &Limits::default());
    assert_eq!(report.class, Class::Accept, "{} {:?}", report.reason, report.findings);
    assert_eq!(report.tracking_numbers.len(), 3);
    assert!(report.tracking_numbers.iter().all(|number| number.len() == 18), "{:?}", report.tracking_numbers);
}

#[test]
fn what_the_standard_makes_mandatory_cannot_be_left_out() {
    for key in ["@context", "schemaVersion", "creationDate", "epcisBody"] {
        let bytes = epcis(|document| {
            document.as_object_mut().unwrap().remove(key);
        });
        assert_eq!(class(&bytes), Class::Reject, "{key}");
    }
    for key in ["type", "eventTime", "eventTimeZoneOffset", "action", "childEPCs"] {
        let bytes = epcis(|document| {
            document["epcisBody"]["eventList"][0].as_object_mut().unwrap().remove(key);
        });
        assert_eq!(class(&bytes), Class::Reject, "{key}");
    }
    let bytes = epcis(|document| {
        document["epcisBody"]["eventList"][0].as_object_mut().unwrap().remove("parentID");
    });
    assert_eq!(class(&bytes), Class::Warn);
}

#[test]
fn a_wrong_value_of_an_event_refuses_the_document_as_the_standard_has_it() {
    for (key, wrong) in [
        ("eventTime", json!("22-07-2026")),
        ("eventTime", json!("2026-02-30T08:15:00+01:00")),
        ("eventTime", json!("2026-11-17")),
        ("eventTime", json!(1_700_000_000)),
        ("eventTimeZoneOffset", json!("+1:00")),
        ("eventTimeZoneOffset", json!("+15:00")),
        ("action", json!("CREATE")),
        ("action", json!("add")),
        ("childEPCs", json!("not a URI")),
        ("childEPCs", json!([7])),
        ("childEPCs", json!([])),
        ("parentID", json!("12345")),
        ("readPoint", json!({})),
        ("readPoint", json!("urn:epc:id:sgln:0614141.07346.1234")),
        ("bizTransactionList", json!([{"type": "po"}])),
        ("sourceList", json!([{"source": "urn:epc:id:pgln:4012345.00225"}])),
        ("childQuantityList", json!([{"quantity": 1}])),
        ("childQuantityList", json!([{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": "1"}])),
        (
            "childQuantityList",
            json!([{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 1, "uom": "kg"}]),
        ),
        ("sensorElementList", json!([{}])),
        ("sensorElementList", json!([{"sensorReport": [{"value": 1}]}])),
        ("sensorElementList", json!([{"sensorReport": [{"type": "Temperature", "value": "warm"}]}])),
        ("errorDeclaration", json!({"reason": "incorrect_data"})),
        ("certificationInfo", json!([{"a": 1}])),
        ("recordTime", json!("yesterday")),
        ("persistentDisposition", json!({})),
    ] {
        let bytes = epcis(|document| document["epcisBody"]["eventList"][0][key] = wrong.clone());
        let report = report_bytes(&bytes, &Limits::default());
        assert_eq!((report.class, report.refusal), (Class::Reject, Some("invalid")), "{key} {wrong}");
        assert_eq!(report.quarantined_count, 1, "{key} {wrong}");
        assert!(report.reason.contains("/epcisBody/eventList[0]"), "{}", report.reason);
    }
}

#[test]
fn a_wrong_check_digit_is_told_and_the_number_matches_no_parcel() {
    let bytes = epcis(|document| {
        document["epcisBody"]["eventList"][0]["childEPCs"][0] = json!("https://id.gs1.org/00/040123451111111128")
    });
    let report = report_bytes(&bytes, &Limits::default());
    assert_eq!(report.class, Class::Warn);
    assert!(report.finding_counts.contains_key("InvalidIdentifier"));
    assert!(
        !report.tracking_numbers.iter().any(|number| number == "040123451111111128"),
        "{:?}",
        report.tracking_numbers
    );
}

#[test]
fn an_event_that_withdraws_another_has_its_key_and_names_what_replaces_it() {
    let bytes = epcis(|document| {
        let list = document["epcisBody"]["eventList"].as_array_mut().unwrap();
        let mut withdrawn = list[0].clone();
        withdrawn["errorDeclaration"] = json!({"declarationTime": "2026-11-17T10:00:00Z", "reason": "did_not_occur", "correctiveEventIDs": ["urn:uuid:1"]});
        list.push(withdrawn);
    });
    let mut events = Vec::new();
    read(&bytes, Kind::EpcisJson, &Limits::default(), &mut |record| {
        if let Record::Event(event) = record {
            events.push(event);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(events[0].key, events[1].key);
    assert_eq!((events[0].withdrawn, events[1].withdrawn), (false, true));
    assert_eq!(events[1].corrected_by, ["urn:uuid:1"]);
    let inside = events[0].containment.as_ref().unwrap();
    assert_eq!((inside.parent.as_deref(), inside.children.len()), (Some("340123450000000017"), 2));
}

#[test]
fn a_repeated_event_is_told_and_a_second_meaning_of_an_id_is_a_warning() {
    let twice = |second: Value| {
        epcis(move |document| {
            let list = document["epcisBody"]["eventList"].as_array_mut().unwrap();
            list[0]["eventID"] = json!("urn:uuid:7");
            let mut again = list[0].clone();
            again["bizStep"] = second.clone();
            list.push(again);
        })
    };
    let same = report_bytes(&twice(json!("loading")), &Limits::default());
    assert_eq!((same.class, same.finding_counts.get("DuplicateEntry")), (Class::Accept, Some(&1)));
    assert_eq!(class(&twice(json!("unloading"))), Class::Warn);
}

#[test]
fn the_same_event_has_the_same_key_in_json_and_in_xml() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/epcis/event-hash");
    let keys = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let mut keys = Vec::new();
        read(&bytes, detect(&bytes).unwrap(), &Limits::default(), &mut |record| {
            if let Record::Event(event) = record {
                keys.push(event.key);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        keys
    };
    let both = ["jsonld", "xml"].map(|end| keys(&format!("examples-epcisDocWithShippingAndTransportingEvent.{end}")));
    assert_eq!(both[0], both[1]);
    let zones = keys("expected_equal-timestampTimeZone.xml");
    assert!(zones.iter().all(|key| *key == zones[0]), "{zones:?}");
}

/// An EPCIS document in XML of a version.
fn xml(version: u8, events: &str) -> Vec<u8> {
    format!(
        "<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:{version}' schemaVersion='{version}.0' creationDate='2026-11-17T10:30:00Z'><EPCISBody><EventList>{events}</EventList></EPCISBody></e:EPCISDocument>"
    )
    .into_bytes()
}

const TIMES: &str = "<eventTime>2026-11-17T08:15:00Z</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>";
const THINGS: &str = "<epcList><epc>urn:epc:id:sscc:4012345.0111111112</epc></epcList>";

#[test]
fn the_order_of_elements_counts_in_the_namespace_of_2_0_only() {
    let ordered = format!("<ObjectEvent>{TIMES}{THINGS}<action>ADD</action></ObjectEvent>");
    let jumbled = format!("<ObjectEvent><action>ADD</action>{THINGS}{TIMES}</ObjectEvent>");
    for (version, event, expected) in [
        (2, &ordered, Class::Accept),
        (1, &ordered, Class::Accept),
        (2, &jumbled, Class::Reject),
        (1, &jumbled, Class::Accept),
    ] {
        let report = report_bytes(&xml(version, event), &Limits::default());
        assert_eq!(report.class, expected, "{version} {event}: {}", report.reason);
    }
    for wrong in [
        format!("<ObjectEvent>{TIMES}{THINGS}<action>ADD</action><action>ADD</action></ObjectEvent>"),
        format!("<ObjectEvent>{TIMES}{THINGS}<action>ADD</action><colour>red</colour></ObjectEvent>"),
        format!("<ObjectEvent>{TIMES}{THINGS}</ObjectEvent>"),
        format!("<ObjectEvent>{THINGS}<action>ADD</action></ObjectEvent>"),
    ] {
        assert_eq!(class(&xml(2, &wrong)), Class::Reject, "{wrong}");
    }
}

#[test]
fn what_1_x_puts_into_extensions_is_read_and_so_is_its_quantity_event() {
    let quantity = format!(
        "<QuantityEvent>{TIMES}<epcClass>urn:epc:idpat:sgtin:4012345.066666.*</epcClass><quantity>220</quantity><bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep></QuantityEvent>"
    );
    let nested = format!(
        "<extension><extension><AssociationEvent>{TIMES}<baseExtension><eventID>urn:uuid:1</eventID></baseExtension><parentID>urn:epc:id:grai:4012345.55555.987</parentID><childEPCs><epc>urn:epc:id:giai:4000001.12345</epc></childEPCs><action>ADD</action></AssociationEvent></extension></extension>"
    );
    let report = report_bytes(&xml(1, &format!("{quantity}{nested}")), &Limits::default());
    assert_eq!((report.class, report.event_count), (Class::Accept, 2), "{} {:?}", report.reason, report.findings);
    assert_eq!(report.figures["event_ids"], json!(["urn:uuid:1"]));
    assert_eq!(
        class(&xml(1, &quantity.replace("<epcClass>urn:epc:idpat:sgtin:4012345.066666.*</epcClass>", ""))),
        Class::Reject
    );
    assert_eq!(class(&xml(1, &quantity.replace(">220<", ">many<"))), Class::Reject);
}

#[test]
fn an_answer_that_is_an_error_is_refused_in_the_words_of_the_sender() {
    for answer in [
        "<?xml version=\"1.0\"?><Error><Number>-1</Number><Source>x</Source><Description>Nobody is home.</Description></Error>",
        "<TrackReply><HighestSeverity>ERROR</HighestSeverity><Notifications><Message>Nobody is home.</Message></Notifications></TrackReply>",
        "<TrackResponse><TrackInfo ID='1'><Error><Description>Nobody is home.</Description></Error></TrackInfo></TrackResponse>",
        "<TrackResponse><Response><ResponseStatusDescription>Failure</ResponseStatusDescription><Error><ErrorDescription>Nobody is home.</ErrorDescription></Error></Response></TrackResponse>",
        r#"{"meta":{"code":4004,"message":"Nobody is home."},"data":{"tracking_number":"1","slug":"x"}}"#,
    ] {
        let report = report_bytes(answer.as_bytes(), &Limits::default());
        assert_eq!(
            (report.class, report.refusal, report.event_count),
            (Class::Reject, Some("sender_error"), 0),
            "{answer}"
        );
        assert!(report.reason.ends_with("Nobody is home."), "{}", report.reason);
    }
}

#[test]
fn the_rest_interfaces_of_the_carriers_are_read() {
    let dhl = json!({"shipments": [{"id": "7777777770", "service": "express", "status": {"timestamp": "2026-11-17T08:15:00", "statusCode": "transit"},
        "estimatedTimeOfDelivery": "2026-11-18T12:00:00+01:00", "events": [{"timestamp": "2026-11-17T08:15:00+01:00", "statusCode": "delivered", "description": "Delivered", "location": {"address": {"addressLocality": "Rouen", "countryCode": "FR"}}}]}]});
    let ups = json!({"trackResponse": {"shipment": [{"package": [{"trackingNumber": "1Z8V92A70367203024", "activity": [{"status": {"type": "D", "code": "KB", "description": "DELIVERED"}, "date": "20261117", "time": "081500", "gmtOffset": "+01:00", "location": {"address": {"city": "Rouen"}}}]}]}]}});
    let fedex = json!({"output": {"completeTrackResults": [{"trackingNumber": "986578788855", "trackResults": [{"trackingNumberInfo": {"trackingNumber": "986578788855"}, "latestStatusDetail": {"code": "DL"}, "scanEvents": [{"date": "2026-11-17T08:15:00+01:00", "eventType": "DL", "eventDescription": "Delivered", "scanLocation": {"city": "Rouen"}}]}]}]}});
    let usps = json!({"trackingNumber": "9400111206206406260787", "statusCategory": "Delivered", "trackingEvents": [{"eventTimestamp": "2026-11-17T08:15:00", "GMTTimestamp": "2026-11-17T07:15:00Z", "eventType": "Delivered", "eventCode": "01", "eventCity": "Rouen"}]});
    for answer in [dhl, ups, fedex, usps] {
        let mut events = Vec::new();
        let bytes = answer.to_string().into_bytes();
        read(&bytes, detect(&bytes).unwrap(), &Limits::default(), &mut |record| {
            if let Record::Event(event) = record {
                events.push(event);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(events.len(), 1, "{answer}");
        assert_eq!(
            (events[0].status.as_str(), events[0].offset_minutes, events[0].at.millis()),
            ("delivered", Some(60), 1_794_899_700_000),
            "{answer}"
        );
        assert_eq!(events[0].place.city.as_deref(), Some("Rouen"));
    }
}

#[test]
fn a_document_that_ends_too_early_is_never_taken_for_complete() {
    for (path, bytes) in samples() {
        let whole = bytes.trim_ascii_end().len();
        for end in (0..whole).step_by(if whole > 2_000 { 37 } else { 7 }) {
            assert_eq!(class(&bytes[..end]), Class::Reject, "{path} cut after {end} of {whole} bytes");
        }
    }
}

#[test]
fn no_changed_byte_of_a_sample_makes_it_panic() {
    for (_, bytes) in samples() {
        let kind = detect(&bytes);
        for place in (0..bytes.len()).step_by(61) {
            for byte in [0, b'"', b'<', b'9', 0xff] {
                let mut changed = bytes.clone();
                changed[place] = byte;
                if let Some(kind) = kind {
                    anything(&changed, kind);
                }
                let _ = report_bytes(&changed, &Limits::default());
            }
        }
    }
}

#[test]
fn depth_length_and_entities_are_bounded() {
    let event = "<ObjectEvent xmlns:x='urn:x'>";
    let deep = format!("{event}{}", "<x:a>".repeat(100_000));
    let laughs = format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{event}&b;</ObjectEvent>");
    let text = format!("{event}<eventTime>{}</eventTime></ObjectEvent>", "9".repeat(100_000));
    let attribute = format!("<ObjectEvent a='{}'/>", "9".repeat(100_000));
    for (xml, code) in [
        (deep, "too_deep"),
        (laughs, "dtd"),
        (text, "too_long"),
        (attribute, "too_long"),
        (format!("{event}&b;</ObjectEvent>"), "entity"),
        (format!("{event}&#0;</ObjectEvent>"), "entity"),
    ] {
        let outcome = read(xml.as_bytes(), Kind::EpcisXml, &Limits::default(), &mut |_| ControlFlow::Continue(()));
        assert_eq!(outcome.map_err(|refusal| refusal.code()), Err(code), "{:.60}", xml);
    }
    for kind in [Kind::EpcisJson, Kind::CarrierJson, Kind::OwnJson] {
        for (json, code) in [
            ("[".repeat(100_000), "too_deep"),
            (format!("\"{}\"", "9".repeat(100_000)), "too_long"),
            ("9".repeat(100_000), "too_long"),
            (r#"{"a":1,"a":2}"#.to_owned(), "json"),
        ] {
            let outcome = read(json.as_bytes(), kind, &Limits::default(), &mut |_| ControlFlow::Continue(()));
            assert_eq!(outcome.map_err(|refusal| refusal.code()), Err(code), "{json:.30}");
        }
    }
}

#[test]
fn other_encodings_are_read_and_a_lie_about_one_is_told() {
    let tracking = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><tracking-detail><pin>1371134583769923</pin><significant-events><occurrence><event-identifier>1496</event-identifier><event-date>2011-02-03</event-date><event-time>11:59:59</event-time><event-time-zone>EST</event-time-zone><event-description>Livr\u{e9}</event-description><event-site>MONTR\u{c9}AL</event-site></occurrence></significant-events></tracking-detail>";
    let latin: Vec<u8> = tracking.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let lie = String::from_utf8_lossy(&latin.iter().map(|b| if b.is_ascii() { *b } else { b'?' }).collect::<Vec<_>>())
        .replace("ISO-8859-1", "UTF-8")
        .replace('?', "\u{e9}")
        .into_bytes();
    let wide: Vec<u8> = tracking.replace("ISO-8859-1", "UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = [&[0xff, 0xfe][..], &wide].concat();
    for bytes in [&latin, &wide] {
        let report = report_bytes(bytes, &Limits::default());
        assert_eq!((report.class, report.event_count), (Class::Accept, 1), "{}", report.reason);
        assert_eq!(report.figures["latest_status"], json!(["Livr\u{e9}"]));
    }
    let _ = report_bytes(&lie, &Limits::default());
    let mut broken = latin.clone();
    broken.splice(0..44, b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>".iter().copied());
    assert_ne!(report_bytes(&broken, &Limits::default()).class, Class::Accept);
}

#[test]
fn an_event_of_a_carrier_without_a_readable_time_is_kept_aside_and_the_rest_goes_on() {
    let tracker = |time: &str| {
        json!({"object": "Tracker", "tracking_code": "EZ1", "carrier": "USPS", "status": "in_transit", "tracking_details": [
            {"message": "a", "status": "in_transit", "datetime": "2025-02-07T08:25:26Z"},
            {"message": "b", "status": "delivered", "datetime": time}]})
        .to_string()
    };
    for time in ["", "yesterday", "2025-13-07T08:25:26Z", "07/02/2025"] {
        let report = report_bytes(tracker(time).as_bytes(), &Limits::default());
        assert_eq!(
            (report.class, report.event_count, report.quarantined_count, report.delivered),
            (Class::Warn, 1, 1, false),
            "{time}"
        );
    }
}

#[test]
fn every_parcel_of_a_shipment_has_its_own_events() {
    let package = |number: &str, code: &str| {
        format!(
            "<Package><TrackingNumber>{number}</TrackingNumber><Activity><Status><StatusType><Code>{code}</Code><Description>x</Description></StatusType></Status><Date>20141023</Date><Time>061500</Time></Activity></Package>"
        )
    };
    let xml = format!(
        "<TrackResponse><Response><ResponseStatusDescription>Success</ResponseStatusDescription></Response><Shipment><Service><Description>GROUND</Description></Service>{}{}</Shipment></TrackResponse>",
        package("1Z8V92A70367203024", "D"),
        package("1ZXX3150YW44070023", "I")
    );
    let mut events = Vec::new();
    read(xml.as_bytes(), Kind::CarrierXml, &Limits::default(), &mut |record| {
        match record {
            Record::Event(event) => events.push((event.numbers[0].clone(), event.status.as_str())),
            Record::Shipment(update) => assert_eq!(update.service.as_deref(), Some("GROUND")),
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(
        events,
        [("1Z8V92A70367203024".to_owned(), "delivered"), ("1ZXX3150YW44070023".to_owned(), "in_transit")]
    );
}

#[test]
fn nothing_is_read_when_the_taker_wants_no_more() {
    let outcome = read(&epcis(|_| {}), Kind::EpcisJson, &Limits::default(), &mut |_| ControlFlow::Break(()));
    assert_eq!(outcome.map_err(|refusal| refusal.code()), Err("stopped"));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for kind in KINDS {
            anything(&bytes, kind);
        }
    }

    #[test]
    fn nor_does_text_that_looks_like_a_document(text in "[<>/{}\\[\\]\":,a-z0-9 \\-TZ]{0,120}") {
        for kind in KINDS {
            anything(text.as_bytes(), kind);
        }
    }
}
