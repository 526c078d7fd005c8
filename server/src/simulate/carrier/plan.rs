//! A day of the simulated carrier: four parcels, what happens to them and when. The same day that begins at the same moment
//! gives the same story, whenever it is asked.

use guichet_types::{Date, Timestamp};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Seconds between two stops of the van.
const STOP_SECONDS: i64 = 150;
/// Stops before Inès's when the day begins.
const STOPS: i64 = 12;

/// A place of the carrier, with millionths of a degree north and east.
struct Place(&'static str, &'static str, &'static str, &'static str, &'static str);

const LEIPZIG: Place = Place("Leipzig Süd", "Leipzig", "DE", "51.3127", "12.3731");
const AACHEN: Place = Place("Grenze Lichtenbusch", "Aachen", "DE", "50.7186", "6.1211");
const LIEGE: Place = Place("E40, Cheratte", "Liège", "BE", "50.6735", "5.6778");
const LILLE: Place = Place("Centre de tri Lesquin", "Lille", "FR", "50.5896", "3.1120");
const ROUEN: Place = Place("Agence de Rouen", "Rouen", "FR", "49.4096", "1.0680");
const PARIS: Place = Place("Centre de tri Gonesse", "Paris", "FR", "48.9868", "2.4488");
const LYON: Place = Place("Agence de Lyon", "Lyon", "FR", "45.7200", "4.8900");

/// The streets of the van, one after another.
const ROUND: [Place; 13] = [
    Place("rue de Lessard", "Rouen", "FR", "49.4185", "1.0790"),
    Place("rue Saint-Julien", "Rouen", "FR", "49.4236", "1.0812"),
    Place("place des Emmurées", "Rouen", "FR", "49.4297", "1.0871"),
    Place("quai de Paris", "Rouen", "FR", "49.4369", "1.0968"),
    Place("rue Alsace-Lorraine", "Rouen", "FR", "49.4391", "1.1003"),
    Place("rue d’Amiens", "Rouen", "FR", "49.4409", "1.1058"),
    Place("place Saint-Marc", "Rouen", "FR", "49.4388", "1.1040"),
    Place("rue Eau-de-Robec", "Rouen", "FR", "49.4416", "1.1049"),
    Place("place du Lieutenant-Aubert", "Rouen", "FR", "49.4412", "1.0996"),
    Place("rue de la République", "Rouen", "FR", "49.4418", "1.0980"),
    Place("rue du Bac", "Rouen", "FR", "49.4395", "1.0955"),
    Place("rue Grand-Pont", "Rouen", "FR", "49.4389", "1.0926"),
    Place("rue des Carmes", "Rouen", "FR", "49.4425", "1.0955"),
];

/// What a recipient asks, as it came from the portal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Letter {
    pub id: String,
    pub number: String,
    wish: String,
    detail: Option<String>,
    day: Option<String>,
    pub asked: Option<i64>,
}

impl Letter {
    /// A message of the portal's, if it is one for carriers.
    pub(super) fn read(message: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let data = message.get("data").filter(|_| message["type"] == "parcels.instruction")?;
        let asked = message["timestamp"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        Some(Self {
            id: text(&message["id"])?,
            number: text(&data["number"])?,
            wish: text(&data["wish"])?,
            detail: text(&data["detail"]),
            day: text(&data["day"]),
            asked: asked.map(jiff::Timestamp::as_millisecond),
        })
    }

    /// The parcel does not come today.
    pub(super) fn puts_off(&self) -> bool {
        matches!(self.wish.as_str(), "another_day" | "pickup_point")
    }
}

/// Something that is told at a moment.
pub(super) struct Scene {
    pub at: Timestamp,
    pub name: String,
    pub number: String,
    document: Value,
    /// The last one: how it is handed over is as the recipient has asked.
    handed_over: bool,
}

impl Scene {
    /// The document, with what was asked in it.
    pub(super) fn document(&self, wish: Option<&Letter>) -> Value {
        let mut document = self.document.clone();
        if let (true, Some(wish)) = (self.handed_over, wish) {
            let event = &mut document["shipments"][0]["events"][0];
            let detail = wish.detail.clone().unwrap_or_default();
            match wish.wish.as_str() {
                "neighbour" => event["signed_by"] = detail.into(),
                "safe_place" => {
                    event["text"] = format!("Déposé : {detail}").into();
                    event["signed_by"] = Value::Null;
                }
                _ => {}
            }
        }
        document
    }
}

/// A day of the carrier.
pub(super) struct Day {
    pub day: Date,
    pub began: Timestamp,
    pub zone: TimeZone,
}

impl Day {
    fn after_seconds(&self, seconds: i64) -> Timestamp {
        self.began.plus_seconds(seconds)
    }

    /// An instant as the form has it, with the offset of the place.
    fn stamp(&self, at: Timestamp) -> String {
        let zoned = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(self.zone.clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// A time of a day so many days from the story's.
    fn at(&self, days: i32, hour: i8, minute: i8) -> Timestamp {
        let (year, month, day) = self.day.plus_days(days).ymd();
        let date = jiff::civil::date(i16::try_from(year).unwrap_or(1970), month.cast_signed(), day.cast_signed());
        let zoned = date.at(hour, minute, 0, 0).to_zoned(self.zone.clone());
        Timestamp(zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond()))
    }

    /// The number of the n-th parcel: a postal number with its check digit, another on each day.
    pub(super) fn number(&self, index: i32) -> String {
        let serial = format!("{}{:04}", 4_471 + index, self.day.days().rem_euclid(10_000));
        let sum: u32 =
            serial.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let check = match 11 - sum % 11 {
            10 => 0,
            11 => 5,
            digit => digit,
        };
        format!("GX{serial}{check}FR")
    }

    /// Hugo's parcel and its pallet: the numbers of logistic units.
    pub(super) fn unit(&self, extension: i32) -> String {
        let seventeen = format!("{extension}7600000{:09}", self.day.days());
        let sum: u32 = seventeen
            .bytes()
            .rev()
            .enumerate()
            .map(|(index, digit)| u32::from(digit - b'0') * if index % 2 == 0 { 3 } else { 1 })
            .sum();
        format!("{seventeen}{}", (10 - sum % 10) % 10)
    }

    fn event(&self, id: &str, at: Timestamp, status: &str, text: &str, place: &Place) -> Value {
        let Place(name, city, country, north, east) = place;
        let degrees = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        json!({
            "id": format!("{}-{id}", self.day), "at": self.stamp(at), "status": status, "text": text,
            "place": { "name": name, "city": city, "country": country, "lat": degrees(north), "lon": degrees(east) },
        })
    }

    fn window(&self, from: Timestamp, to: Timestamp) -> Value {
        json!({ "from": self.stamp(from), "to": self.stamp(to) })
    }

    fn document(&self, at: Timestamp, shipments: Vec<Value>) -> Value {
        json!({ "guichet": "parcels/1", "created": self.stamp(at), "carrier": "gx", "shipments": shipments })
    }

    /// Everything that is told on this day, in its order.
    pub(super) fn scenes(&self) -> Vec<Scene> {
        let mut scenes = vec![self.opening()];
        scenes.extend(self.van());
        scenes.extend(self.tomorrow());
        scenes.extend(self.back());
        scenes.extend(self.pallet());
        scenes.sort_by_key(|scene| scene.at);
        for (index, scene) in scenes.iter_mut().enumerate() {
            scene.name = format!("gx-{}-{}-{index}", self.day, self.began.millis());
        }
        scenes
    }

    fn scene(&self, seconds: i64, number: String, document: Value) -> Scene {
        Scene { at: self.after_seconds(seconds), name: String::new(), number, document, handed_over: false }
    }

    fn told(&self, seconds: i64, number: String, mut shipment: Value) -> Scene {
        shipment["number"] = number.clone().into();
        let document = self.document(self.after_seconds(seconds), vec![shipment]);
        self.scene(seconds, number, document)
    }

    /// What had happened before the day begins, of all four parcels.
    fn opening(&self) -> Scene {
        let ines = json!({ "name": "Inès Moreau", "customer": "44712208", "postcode": "76000", "city": "Rouen", "country": "FR" });
        let early = |hours: i64| self.after_seconds(-hours * 3_600);
        let storm = json!([
            self.event("a1", self.at(-3, 16, 20), "picked_up", "Beim Absender abgeholt", &LEIPZIG),
            self.event("a2", self.at(-1, 11, 30), "in_transit", "Grenze überschritten", &AACHEN),
            merged(
                self.event("a3", self.at(-1, 14, 5), "held", "E40 fermée, tempête", &LIEGE),
                json!({ "reason": "weather", "code": "DY", "subcode": "72" })
            ),
            self.event("a4", self.at(-1, 22, 48), "in_transit", "Parti du centre de tri", &LILLE),
            self.event("a5", early(8).min(self.at(0, 6, 12)), "at_depot", "Arrivé à l’agence", &ROUEN),
            self.event("a6", early(2).min(self.at(0, 8, 26)).max(early(7)), "out_for_delivery", "En tournée", &ROUEN),
        ]);
        let (from, to) = self.promise();
        let first = json!({
            "number": self.number(0), "service": "Express Europe", "reference": "Order 88213",
            "sender": { "name": "Atelier Kranz", "city": "Leipzig", "country": "DE" }, "recipient": ines,
            "promised": self.window(from.plus_seconds(-5 * 3_600), to.plus_seconds(-5 * 3_600)),
            "estimated": merged(self.window(from, to), json!({ "reason": "weather" })), "events": storm,
            "weight_kg": "2.4", "size": { "length_cm": 40, "width_cm": 30, "height_cm": 18 },
            "insured": { "amount": "500.00", "currency": "EUR" }, "handover_code": self.code(),
        });
        let second = json!({
            "number": self.number(1), "service": "Standard", "sender": { "name": "Librairie du Robec", "city": "Paris", "country": "FR" },
            "recipient": ines, "promised": self.window(self.at(1, 9, 0), self.at(1, 12, 0)),
            "weight_kg": "0.65", "size": { "length_cm": 24, "width_cm": 16, "height_cm": "4.5" },
            "events": [self.event("b1", early(9), "picked_up", "Pris en charge", &PARIS)],
        });
        let third = json!({
            "number": self.number(2), "service": "Retour", "reference": "RMA 5530", "sender": ines,
            "recipient": { "name": "Maison Lys", "postcode": "69003", "city": "Lyon", "country": "FR" },
            "weight_kg": "1.1", "insured": { "amount": "100.00", "currency": "EUR" },
            "events": [self.event("c1", early(20), "picked_up", "Déposé au point relais", &ROUEN)],
        });
        let fourth = json!({
            "number": self.unit(1), "service": "Palette", "sender": { "name": "Vélo Nord", "city": "Lille", "country": "FR" },
            "recipient": { "name": "Hugo Moreau", "customer": "44712209", "postcode": "76000", "city": "Rouen", "country": "FR" },
            "estimated": self.window(self.at(1, 14, 0), self.at(1, 18, 0)),
            "weight_kg": "38", "size": { "length_cm": 120, "width_cm": 80, "height_cm": 95 },
            "events": [self.event("d1", early(6), "picked_up", "Pris en charge", &LILLE)],
        });
        let document = self.document(self.began, vec![first, second, third, fourth]);
        self.scene(0, String::new(), document)
    }

    /// What Inès shows to the driver, another one on each day.
    fn code(&self) -> String {
        format!("{:04}", (self.day.days().unsigned_abs() * 7_919) % 10_000)
    }

    /// When the van is expected: the customer has half an hour to ask for something else.
    fn promise(&self) -> (Timestamp, Timestamp) {
        (self.after_seconds(40 * 60), self.after_seconds(130 * 60))
    }

    /// The van comes nearer, stop by stop, and hands over.
    fn van(&self) -> Vec<Scene> {
        let stop = |(index, place): (usize, &Place)| {
            let index = i64::try_from(index).unwrap_or(0);
            let seconds = 20 + index * STOP_SECONDS;
            let event =
                self.event(&format!("v{index}"), self.after_seconds(seconds), "out_for_delivery", "En tournée", place);
            self.told(seconds, self.number(0), json!({ "events": [merged(event, json!({ "stops": STOPS - index }))] }))
        };
        let mut scenes: Vec<Scene> = ROUND.iter().enumerate().map(stop).collect();
        let seconds = 20 + (STOPS + 1) * STOP_SECONDS + 600;
        let event = self.event("a9", self.after_seconds(seconds), "delivered", "Livré", &ROUND[12]);
        let mut last = self.told(
            seconds,
            self.number(0),
            json!({ "events": [merged(event, json!({ "signed_by": "I. Moreau" }))] }),
        );
        last.handed_over = true;
        scenes.push(last);
        scenes
    }

    /// Tomorrow's parcel: the storm moves it from the morning to the afternoon.
    fn tomorrow(&self) -> Vec<Scene> {
        let moved = merged(self.window(self.at(1, 15, 0), self.at(1, 18, 0)), json!({ "reason": "weather" }));
        let held = merged(
            self.event("b2", self.after_seconds(75), "held", "Alerte tempête", &PARIS),
            json!({ "reason": "weather", "code": "DY" }),
        );
        vec![
            self.told(75, self.number(1), json!({ "estimated": moved, "events": [held] })),
            self.told(420, self.number(1), json!({ "events": [self.event("b3", self.after_seconds(420), "in_transit", "En route", &PARIS)] })),
            self.told(1_200, self.number(1), json!({ "events": [self.event("b4", self.after_seconds(1_200), "at_depot", "Arrivé à l’agence", &ROUEN)] })),
        ]
    }

    /// A return on its way to a shop.
    fn back(&self) -> Vec<Scene> {
        vec![
            self.told(110, self.number(2), json!({ "events": [self.event("c2", self.after_seconds(110), "in_transit", "Parti", &PARIS)] })),
            self.told(700, self.number(2), json!({ "events": [self.event("c3", self.after_seconds(700), "at_depot", "Arrivé à l’agence", &LYON)] })),
            self.told(1_500, self.number(2), json!({ "events": [merged(self.event("c4", self.after_seconds(1_500), "delivered", "Remis", &LYON), json!({ "signed_by": "Maison Lys" }))] })),
        ]
    }

    /// Hugo's parcel lies on a pallet, and the warehouse speaks EPCIS.
    fn pallet(&self) -> Vec<Scene> {
        let urn = |unit: &str| format!("urn:epc:id:sscc:{}.{}{}", &unit[1..8], &unit[..1], &unit[8..17]);
        let (parcel, pallet) = (urn(&self.unit(1)), urn(&self.unit(2)));
        let document = |seconds: i64, event: Value| {
            let at = self.after_seconds(seconds);
            let stamp = self.stamp(at);
            let offset = stamp[stamp.len() - 6..].to_owned();
            let event = merged(event, json!({ "eventTime": stamp, "eventTimeZoneOffset": offset }));
            let document = json!({
                "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
                "schemaVersion": "2.0", "creationDate": self.stamp(at), "epcisBody": { "eventList": [event] },
            });
            self.scene(seconds, self.unit(1), document)
        };
        vec![
            document(
                45,
                json!({ "type": "AggregationEvent", "parentID": pallet, "childEPCs": [parcel], "action": "ADD", "bizStep": "packing" }),
            ),
            document(
                240,
                json!({ "type": "ObjectEvent", "epcList": [pallet], "action": "OBSERVE", "bizStep": "departing", "disposition": "in_transit" }),
            ),
            document(
                960,
                json!({ "type": "ObjectEvent", "epcList": [pallet], "action": "OBSERVE", "bizStep": "arriving" }),
            ),
            document(
                1_080,
                json!({ "type": "AggregationEvent", "parentID": pallet, "childEPCs": [parcel], "action": "DELETE", "bizStep": "unpacking" }),
            ),
        ]
    }

    /// Why the carrier does not do what is asked; none when it does.
    pub(super) fn refuses(&self, letter: &Letter, now: Timestamp) -> Option<&'static str> {
        let near = self.after_seconds(20 + (STOPS - 2) * STOP_SECONDS);
        if letter.number == self.number(0) && now > near {
            return Some("Le livreur est déjà dans votre rue.");
        }
        let known = [self.number(0), self.number(1), self.unit(1)].contains(&letter.number);
        (!known).then_some("Ce colis n’est plus chez nous.")
    }

    /// What a wish does to the parcel at once.
    pub(super) fn after(&self, letter: &Letter, at: Timestamp) -> Option<Value> {
        let (window, reason) = match letter.wish.as_str() {
            "another_day" => {
                let day: Date = letter.day.as_deref()?.parse().ok()?;
                let days = day.days() - self.day.days();
                (self.window(self.at(days, 9, 0), self.at(days, 13, 0)), "delivery_rescheduled")
            }
            "pickup_point" => (self.window(self.at(1, 10, 0), self.at(1, 19, 0)), "redirected"),
            _ => return None,
        };
        let event = self.event(&format!("w{}", letter.id), at, "at_depot", "Remis en agence à votre demande", &ROUEN);
        let shipment = json!({
            "number": letter.number, "estimated": merged(window, json!({ "reason": reason })),
            "events": [merged(event, json!({ "reason": reason }))],
        });
        Some(self.document(at, vec![shipment]))
    }
}

/// An object with the members of another.
fn merged(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_formats::{Limits, parcel};
    use guichet_types::{Sscc, TrackingNumber};

    fn day(days: i32) -> Day {
        let began = Timestamp(i64::from(days) * 86_400_000 + 50_000_000);
        Day { day: Date::from_days(days), began, zone: TimeZone::UTC }
    }

    #[test]
    fn every_number_of_every_day_checks() {
        for days in 20_000..22_000 {
            for index in 0..3 {
                assert!(TrackingNumber::parse(&day(days).number(index)).is_ok());
            }
            assert!(day(days).unit(1).parse::<Sscc>().is_ok() && day(days).unit(2).parse::<Sscc>().is_ok());
        }
        assert_ne!(day(20_000).number(0), day(20_001).number(0));
    }

    #[test]
    fn everything_that_is_told_can_be_read() {
        for scene in day(20_775).scenes() {
            let document = serde_json::to_vec(&scene.document(None)).unwrap();
            let report = parcel::report_bytes(&document, &Limits::default());
            assert_eq!(report.class.as_str(), "accept", "{} {:?}", String::from_utf8_lossy(&document), report.findings);
        }
    }

    #[test]
    fn a_day_is_told_the_same_whenever_it_is_asked() {
        let told = || {
            day(20_775)
                .scenes()
                .iter()
                .map(|scene| (scene.name.clone(), scene.document.to_string()))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(), told());
        assert!(told().len() > 20);
    }

    #[test]
    fn another_day_is_granted_and_moves_the_window() {
        let day = day(20_775);
        let message = json!({ "type": "parcels.instruction", "id": "x", "timestamp": "2026-11-18T10:00:00Z",
            "data": { "number": day.number(0), "wish": "another_day", "day": day.day.plus_days(2).to_string() } });
        let letter = Letter::read(&message).unwrap();
        assert!(letter.puts_off() && day.refuses(&letter, day.began).is_none());
        let update = day.after(&letter, day.began).unwrap().to_string();
        assert!(update.contains("delivery_rescheduled") && update.contains(&format!("{}T09:00", day.day.plus_days(2))));
        assert!(day.refuses(&letter, day.began.plus_seconds(3_600)).is_some());
    }
}
