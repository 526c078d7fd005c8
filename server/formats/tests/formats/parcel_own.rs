//! Our own form, as its documentation shows it.

use guichet_formats::{
    Class, Limits,
    parcel::{Record, ShipmentUpdate, TrackingEvent, detect, read, report_bytes},
};
use guichet_types::{ParcelReason, ParcelStatus, Timestamp};
use std::{ops::ControlFlow, path::Path};

fn documentation() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats-parcels.md")).unwrap()
}

/// The first example of a language in the documentation.
fn example(language: &str) -> String {
    let text = documentation();
    let begin = text.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
    text[begin..begin + text[begin..].find("```").unwrap()].to_owned()
}

fn records(bytes: &[u8]) -> (Vec<ShipmentUpdate>, Vec<TrackingEvent>) {
    let (mut shipments, mut events) = (Vec::new(), Vec::new());
    read(bytes, detect(bytes).unwrap(), &Limits::default(), &mut |record| {
        match record {
            Record::Shipment(update) => shipments.push(*update),
            Record::Event(event) => events.push(*event),
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    (shipments, events)
}

#[test]
fn both_examples_of_the_documentation_are_accepted_and_say_the_same() {
    let mut keys = Vec::new();
    for language in ["json", "csv"] {
        let text = example(language);
        let report = report_bytes(text.as_bytes(), &Limits::default());
        assert_eq!(report.class, Class::Accept, "{language}: {} {:?}", report.reason, report.findings);
        assert_eq!((report.shipment_count, report.event_count, report.format), (1, 2, Some(language)));
        let (shipments, events) = records(text.as_bytes());
        let shipment = &shipments[0];
        assert_eq!((shipment.carrier.as_str(), shipment.number.as_str()), ("gx", "GX44710928FR"));
        assert_eq!(shipment.recipient.customer.as_deref(), Some("C-104482"));
        assert_eq!(shipment.recipient.postal_code.as_deref(), Some("76000"));
        let estimated = shipment.estimated.as_ref().unwrap();
        assert_eq!(estimated.reason, Some(ParcelReason::Weather));
        assert_eq!(estimated.to, Timestamp(1_795_003_200_000));
        assert_eq!((shipment.grams, shipment.size), (Some(2_400), Some([400, 300, 180])));
        assert_eq!(shipment.insured.map(|insured| insured.minor), Some(50_000));
        assert_eq!(shipment.handover_code.as_deref(), Some("4092"));
        let held = &events[1];
        assert_eq!((held.status, held.reason), (ParcelStatus::Held, Some(ParcelReason::Weather)));
        assert_eq!((held.offset_minutes, held.code.as_deref()), (Some(60), Some("DY")));
        assert_eq!(held.place.latitude.map(|degrees| degrees.to_string()).as_deref(), Some("48.9868"));
        keys.push(events.into_iter().map(|event| event.key).collect::<Vec<_>>());
    }
    assert_eq!(keys[0], keys[1], "the same events have the same keys");
}

#[test]
fn the_documentation_names_every_status_and_every_reason() {
    let text = documentation();
    for word in ParcelStatus::ALL
        .iter()
        .map(|status| status.as_str())
        .chain(ParcelReason::ALL.iter().map(|reason| reason.as_str()))
    {
        assert!(text.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn what_is_wrong_about_the_parcel_itself_is_told_and_left_out() {
    let text = r#"{"guichet":"parcels/1","shipments":[{"carrier":"gx","number":"GX1","weight_kg":"heavy",
        "size":{"length_cm":40},"insured":{"amount":"5","currency":"EURO"},"handover_code":"4 0 9 2!"}]}"#;
    let report = report_bytes(text.as_bytes(), &Limits::default());
    assert_eq!((report.class, report.findings.len()), (Class::Warn, 4), "{:?}", report.findings);
    assert!(
        !report.findings.iter().any(|finding| format!("{finding:?}").contains("4 0 9 2")),
        "a secret is not repeated"
    );
    let (shipments, _) = records(text.as_bytes());
    let shipment = &shipments[0];
    assert_eq!((shipment.grams, shipment.size, shipment.insured), (None, None, None));
    assert_eq!(shipment.handover_code, None);
}

fn document(event: &str) -> String {
    format!(
        r#"{{"guichet":"parcels/1","shipments":[{{"carrier":"gx","number":"GX1","events":[{{"at":"2026-11-17T08:00:00Z","status":"in_transit"}},{event}]}}]}}"#
    )
}

#[test]
fn an_event_that_cannot_be_read_is_kept_aside_with_its_place() {
    for event in [
        r#"{"status":"delivered"}"#,
        r#"{"at":"2026-11-17T08:15:00","status":"delivered"}"#,
        r#"{"at":"17.11.2026 08:15","status":"delivered"}"#,
        r#"{"at":"2026-11-31T08:15:00Z","status":"delivered"}"#,
        r#"{"at":"2026-11-17T08:15:00Z"}"#,
        r#"{"at":"2026-11-17T08:15:00Z","status":"delivered","withdrawn":"perhaps"}"#,
        "7",
    ] {
        let report = report_bytes(document(event).as_bytes(), &Limits::default());
        assert_eq!((report.class, report.event_count, report.quarantined_count), (Class::Warn, 1, 1), "{event}");
        assert_eq!(report.quarantined[0].place, "/shipments[0]/events[1]");
    }
}

#[test]
fn what_is_odd_is_told_and_kept() {
    for (event, status) in [
        (r#"{"at":"2026-11-17T08:15:00Z","status":"beamed_up"}"#, "unknown"),
        (r#"{"at":"2026-11-17T08:15:00Z","status":"held","reason":"aliens"}"#, "held"),
        (r#"{"at":"2026-11-17T08:15:00Z","status":"held","resaon":"weather"}"#, "held"),
        (r#"{"at":"2026-11-17T08:15:00Z","status":"held","place":{"lat":148.1,"lon":2}}"#, "held"),
        (r#"{"at":"2026-11-17T08:00:00Z","status":"in_transit"}"#, "in_transit"),
    ] {
        let report = report_bytes(document(event).as_bytes(), &Limits::default());
        assert_eq!(
            (report.class, report.event_count, report.findings.len()),
            (Class::Warn, 2, 1),
            "{event} {:?}",
            report.findings
        );
        assert!(report.statuses.contains_key(status), "{event}");
    }
}

#[test]
fn codes_of_a_named_list_stand_for_a_status() {
    let coded = |code: &str| {
        let text = format!(
            r#"{{"guichet":"parcels/1","code_list":"emsevt","carrier":"post","shipments":[{{"number":"RB123456785GB","events":[{{"at":"2026-11-17T08:15:00Z","code":"{code}"}}]}}]}}"#
        );
        records(text.as_bytes()).1[0].status
    };
    assert_eq!(coded("EMI"), ParcelStatus::Delivered);
    assert_eq!(coded("EMH"), ParcelStatus::Attempted);
    assert_eq!(coded("XYZ"), ParcelStatus::Unknown);
}

#[test]
fn a_mistyped_postal_number_a_wrong_form_and_a_table_that_does_not_add_up_are_told() {
    let class = |text: &str| report_bytes(text.as_bytes(), &Limits::default()).class;
    assert_eq!(class(r#"{"guichet":"parcels/1","shipments":[{"carrier":"p","number":"RB123456786GB"}]}"#), Class::Warn);
    assert_eq!(
        class(r#"{"guichet":"parcels/1","shipments":[{"carrier":"p","number":"RB123456785GB"}]}"#),
        Class::Accept
    );
    assert_eq!(class(r#"{"guichet":"parcels/2","shipments":[]}"#), Class::Reject);
    assert_eq!(class(r#"{"guichet":"parcels/1"}"#), Class::Reject);
    assert_eq!(class(r#"{"guichet":"parcels/1","shipments":[{"carrier":"p"}]}"#), Class::Reject);
    assert_eq!(class("carrier;number;event_at;event_status\np;1;2026-11-17T08:15:00Z;delivered\n"), Class::Accept);
    assert_eq!(class("carrier;number;event_at;event_status\np;1;2026-11-17T08:15:00Z;deliv"), Class::Warn);
    assert_eq!(class("carrier;number;event_at;event_status\np;1;2026-11-17T08:15:00Z\n"), Class::Reject);
    assert_eq!(class("carrier;number;event_at;event_statuss\np;1;2026-11-17T08:15:00Z;delivered\n"), Class::Reject);
    assert_eq!(class("carrier,number,event_at\np,\"1,2026-11-17T08:15:00Z\n"), Class::Reject);
}

#[test]
fn numbers_with_marks_between_are_numbers_and_anything_else_is_kept_aside() {
    let class = |number: &str| {
        let text = serde_json::json!({"guichet": "parcels/1", "shipments": [{"carrier": "gx", "number": number}, {"carrier": "gx", "number": "1"}]});
        report_bytes(text.to_string().as_bytes(), &Limits::default()).class
    };
    for number in ["gx-44 71", "12/34.5_6", "ÄB#1"] {
        assert_eq!(class(number), Class::Accept, "{number}");
    }
    for number in ["<script>", "a;b", "'", "-", &"9".repeat(65)] {
        assert_eq!(class(number), Class::Warn, "{number}");
    }
}

#[test]
fn a_window_of_days_ends_with_its_last_second_and_one_that_ends_before_it_begins_is_left_out() {
    let window = |from: &str, to: &str| {
        let text = serde_json::json!({"guichet": "parcels/1", "shipments": [{"carrier": "gx", "number": "1", "promised": {"from": from, "to": to}}]});
        records(text.to_string().as_bytes()).0[0]
            .promised
            .as_ref()
            .map(|window| (window.from, window.to, window.whole_day))
    };
    let day = Timestamp(1_794_873_600_000);
    assert_eq!(window("2026-11-17", "2026-11-17"), Some((Some(day), day.plus_seconds(86_399), true)));
    assert_eq!(window("2026-11-18", "2026-11-17"), None);
    assert_eq!(window("2026-11-17T08:00:00", "2026-11-17T10:00:00"), None);
}

#[test]
fn a_later_row_of_a_table_adds_to_what_earlier_ones_say_of_the_shipment() {
    let table = "carrier\tnumber\trecipient_name\trecipient_postcode\tevent_at\tevent_status\ngx\t1\tA\t76000\t2026-11-17T08:15:00Z\tdelivered\ngx\t1\tB\t\t2026-11-17T09:15:00Z\treturned\ngx\t2\t\t\t\t\n";
    let (shipments, events) = records(table.as_bytes());
    assert_eq!((shipments.len(), events.len()), (2, 2));
    let recipient = &shipments[0].recipient;
    assert_eq!((recipient.name.as_deref(), recipient.postal_code.as_deref()), (Some("B"), Some("76000")));
    assert_eq!(events[1].source, "line 3");
}
