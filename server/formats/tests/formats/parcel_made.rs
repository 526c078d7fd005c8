//! Made-up documents: what is written is what is read, in every form.

use guichet_formats::{
    Class, Limits,
    parcel::{Record, TrackingEvent, detect, read, report_bytes},
};
use guichet_types::{Date, ParcelStatus, Timestamp};
use proptest::prelude::*;
use serde_json::json;
use std::ops::ControlFlow;

/// An event as it is made.
#[derive(Clone, Debug)]
struct Made {
    day: i32,
    millis: i64,
    offset: i32,
    status: ParcelStatus,
    text: String,
    north: i64,
}

impl Made {
    fn at(&self) -> Timestamp {
        Timestamp(i64::from(self.day) * 86_400_000 + self.millis - i64::from(self.offset) * 60_000)
    }

    /// The local time with its offset.
    fn stated(&self) -> String {
        let (hours, rest) = (self.millis / 3_600_000, self.millis % 3_600_000);
        let (minutes, rest) = (rest / 60_000, rest % 60_000);
        let (seconds, millis) = (rest / 1_000, rest % 1_000);
        let sign = if self.offset < 0 { '-' } else { '+' };
        let zone = self.offset.abs();
        let date = Date::from_days(self.day);
        format!("{date}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}{sign}{:02}:{:02}", zone / 60, zone % 60)
    }

    fn north(&self) -> String {
        format!(
            "{}{}.{:04}",
            if self.north < 0 { "-" } else { "" },
            self.north.abs() / 10_000,
            self.north.abs() % 10_000
        )
    }
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    let one = (
        10_000..30_000_i32,
        0..86_400_000_i64,
        -840..=840_i32,
        0..ParcelStatus::ALL.len(),
        "[a-zäß<>&\"',; ]{0,20}",
        -900_000..=900_000_i64,
    )
        .prop_map(|(day, millis, offset, status, text, north)| Made {
            day,
            millis,
            offset,
            status: ParcelStatus::ALL[status],
            text,
            north,
        });
    proptest::collection::vec(one, 1..8)
}

fn events(bytes: &[u8]) -> Vec<TrackingEvent> {
    let mut events = Vec::new();
    read(bytes, detect(bytes).unwrap(), &Limits::default(), &mut |record| {
        if let Record::Event(event) = record {
            events.push(*event);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    events
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn said(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

proptest! {
    #[test]
    fn our_own_form_in_json_and_csv(made in made()) {
        let list: Vec<_> = made.iter().enumerate().map(|(id, event)| json!({
            "id": id.to_string(), "at": event.stated(), "status": event.status.as_str(), "text": event.text,
            "place": {"lat": event.north(), "lon": "2.5"},
        })).collect();
        let document = json!({"guichet": "parcels/1", "shipments": [{"carrier": "gx", "number": "GX1", "events": list}]}).to_string();
        let rows: String = made.iter().enumerate().map(|(id, event)| {
            format!("gx,gx 1,{id},{},{},{},{},2.5\r\n", event.stated(), event.status, quoted(&event.text), event.north())
        }).collect();
        let table = format!("carrier,number,event_id,event_at,event_status,event_text,place_lat,place_lon\r\n{rows}");
        for text in [document, table] {
            prop_assert_eq!(report_bytes(text.as_bytes(), &Limits::default()).class, Class::Accept);
            let read = events(text.as_bytes());
            prop_assert_eq!(read.len(), made.len());
            for (read, made) in read.iter().zip(&made) {
                prop_assert_eq!((read.at, read.offset_minutes, read.status), (made.at(), Some(made.offset), made.status));
                prop_assert_eq!(read.text.as_deref(), said(&made.text));
                prop_assert_eq!(read.place.latitude, made.north().parse().ok());
                prop_assert_eq!(&read.numbers, &["GX1"]);
            }
        }
    }

    #[test]
    fn epcis_in_json_and_xml(made in made()) {
        let zone = |event: &Made| event.stated()[23..].to_owned();
        let list: Vec<_> = made.iter().map(|event| json!({
            "type": "ObjectEvent", "eventTime": event.stated(), "eventTimeZoneOffset": zone(event),
            "epcList": ["urn:epc:id:sscc:4012345.0111111112"], "action": "OBSERVE", "bizStep": "departing",
        })).collect();
        let document = json!({
            "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"], "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2026-11-17T08:15:00Z", "epcisBody": {"eventList": list},
        }).to_string();
        let rows: String = made.iter().map(|event| format!(
            "<ObjectEvent><eventTime>{}</eventTime><eventTimeZoneOffset>{}</eventTimeZoneOffset><epcList><epc>urn:epc:id:sscc:4012345.0111111112</epc></epcList><action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:departing</bizStep></ObjectEvent>",
            event.stated(), zone(event),
        )).collect();
        let xml = format!("<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' schemaVersion='2.0' creationDate='2026-11-17T08:15:00Z'><EPCISBody><EventList>{rows}</EventList></EPCISBody></e:EPCISDocument>");
        let (one, other) = (events(document.as_bytes()), events(xml.as_bytes()));
        prop_assert_eq!(one.len(), made.len());
        for ((one, other), made) in one.iter().zip(&other).zip(&made) {
            prop_assert_eq!((one.at, one.offset_minutes, one.status), (made.at(), Some(made.offset), ParcelStatus::InTransit));
            prop_assert_eq!(&one.key, &other.key);
            prop_assert_eq!(&one.numbers, &["040123451111111127"]);
            prop_assert_eq!(&one.numbers, &other.numbers);
        }
    }

    #[test]
    fn an_answer_of_a_platform_and_of_a_carrier(made in made()) {
        let list: Vec<_> = made.iter().map(|event| json!({"checkpoint_time": event.stated(), "tag": "InTransit", "message": format!("x{}", event.text)})).collect();
        let answer = json!({"meta": {"code": 200}, "data": {"tracking": {"tracking_number": "AB 1", "slug": "dpd", "checkpoints": list}}}).to_string();
        let rows: String = made.iter().map(|event| format!(
            "<TrackingEventDetail><EventCode>EVENT_301</EventCode><EventCodeDesc>x{}</EventCodeDesc><EventDateTime>{}</EventDateTime></TrackingEventDetail>",
            escaped(&event.text), event.stated(),
        )).collect();
        let xml = format!("<AmazonTrackingResponse><PackageTrackingInfo><TrackingNumber>ab1</TrackingNumber><TrackingEventHistory>{rows}</TrackingEventHistory></PackageTrackingInfo></AmazonTrackingResponse>");
        for (text, status) in [(answer, ParcelStatus::InTransit), (xml, ParcelStatus::Delivered)] {
            let read = events(text.as_bytes());
            prop_assert_eq!(read.len(), made.len());
            for (read, made) in read.iter().zip(&made) {
                prop_assert_eq!((read.at, read.offset_minutes, read.status), (made.at(), Some(made.offset), status));
                let said = format!("x{}", made.text);
                prop_assert_eq!(read.text.as_deref(), Some(said.trim()));
                prop_assert_eq!(&read.numbers, &["AB1"]);
            }
        }
    }
}
