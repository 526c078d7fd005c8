//! What a back office says, made up: customers, an account that all of them hold, parcels, portfolios, prices, events.

use anyhow::Context as _;
use guichet_platform::clock::{Clock as _, SystemClock};
use guichet_types::{Date, Timestamp};
use std::{fmt::Write as _, fs, path::Path};

/// The account that everybody holds.
const ACCOUNT: &str = "FR7630009021440006018250096";
/// How many instruments a portfolio holds.
pub const HELD: usize = 10;
/// Days that a portfolio has been there for.
const DAYS: i32 = 90;

/// Now, as JSON has it.
pub fn stamp(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_string()
}

fn today() -> Date {
    Date::from_days(i32::try_from(SystemClock.now().millis().div_euclid(86_400_000)).unwrap_or(0))
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn join(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn parties(customers: usize, accounts: &str) -> String {
    let one = |number: usize| {
        format!(r#"{{"number":"{number}","name":"Customer {number}","since":"2020-01-01","accounts":[{accounts}]}}"#)
    };
    format!(r#"{{"guichet":"parties/1","customers":[{}]}}"#, join((1..=customers).map(one)))
}

/// The seventeen digits of a parcel's number, without the check digit.
fn unit(parcel: usize) -> String {
    format!("34012345{parcel:09}")
}

/// A parcel's number (SSCC): seventeen digits and the one that checks them.
fn sscc(parcel: usize) -> String {
    let digits = unit(parcel);
    let weighed = |(at, digit): (usize, u8)| u32::from(digit - b'0') * if at % 2 == 0 { 3 } else { 1 };
    let sum: u32 = digits.bytes().enumerate().map(weighed).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The documents for `streams` and `epcis`.
///
/// # Errors
/// When the folder cannot be written.
pub fn streams(folder: &Path, customers: usize) -> anyhow::Result<()> {
    let account = format!(r#"{{"identification":"{ACCOUNT}","currency":"EUR","role":"joint"}}"#);
    write(folder, "1-parties.json", &parties(customers, &account))?;
    let day = today().plus_days(-1).to_string().replace('-', "")[2..].to_owned();
    let bank = format!(
        ":20:S1\n:25:{ACCOUNT}\n:28C:1/1\n:60F:C{day}EUR1000,00\n:61:{day}{}C12,50NTRFREF1//BANK1\n:86:166?00GUTSCHRIFT?20SVWZ+Opening?32Opening\n:62F:C{day}EUR1012,50\n-\n",
        &day[2..]
    );
    write(folder, "2-statement.sta", &bank)?;
    let now = stamp(SystemClock.now());
    let parcel = |number: usize| {
        format!(
            r#"{{"number":"{}","sender":{{"name":"Workshop","city":"Leipzig"}},"recipient":{{"name":"Customer {number}","customer":"{number}","postcode":"76000","city":"Rouen","country":"FR"}},"events":[{{"id":"first-{number}","at":"{now}","status":"picked_up","place":{{"city":"Leipzig","country":"DE"}}}}]}}"#,
            sscc(number)
        )
    };
    let parcels = join((1..=customers).map(parcel));
    write(
        folder,
        "3-parcels.json",
        &format!(r#"{{"guichet":"parcels/1","created":"{now}","carrier":"gx","shipments":[{parcels}]}}"#),
    )
}

/// EPCIS: something happens to each of some parcels.
pub fn epcis(events: impl Iterator<Item = (usize, usize)>) -> String {
    let now = SystemClock.now();
    let one = |(parcel, number): (usize, usize)| {
        // Each event has a moment of its own, so that no two are one.
        let at = stamp(Timestamp(now.millis() - 86_400_000 + i64::try_from(number).unwrap_or(0)));
        let unit = unit(parcel);
        format!(
            r#"{{"type":"ObjectEvent","eventTime":"{at}","eventTimeZoneOffset":"+00:00","epcList":["urn:epc:id:sscc:{}.{}{}"],"action":"OBSERVE","bizStep":"departing","disposition":"in_transit","readPoint":{{"id":"urn:epc:id:sgln:4012345.00001.{}"}}}}"#,
            &unit[1..8],
            &unit[..1],
            &unit[8..17],
            number % 90
        )
    };
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"{}","epcisBody":{{"eventList":[{}]}}}}"#,
        stamp(now),
        join(events.map(one))
    )
}

/// A booking on the account that everybody holds, as MT942.
pub fn booking(number: usize) -> String {
    let now = SystemClock.now().millis();
    let day = today().to_string().replace('-', "")[2..].to_owned();
    let minute = now.div_euclid(60_000).rem_euclid(1_440);
    format!(
        ":20:B{now}\n:25:{ACCOUNT}\n:28C:1/1\n:34F:EUR0,\n:13D:{day}{:02}{:02}+0000\n:61:{day}{}C{number},00NTRFB{number}//B{now}\n:86:166?20SVWZ+Booking {number}\n-\n",
        minute / 60,
        minute % 60,
        &day[2..]
    )
}

/// An instrument's number, with its check digit.
pub fn isin(instrument: usize) -> String {
    let body = format!("FR{instrument:09}");
    let mut digits = String::new();
    for letter in body.chars() {
        let _ = write!(digits, "{}", letter.to_digit(36).unwrap_or(0));
    }
    let doubled = |(at, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u32 = digits.bytes().rev().enumerate().map(doubled).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Which instruments a customer holds: spread so that each is held by as many.
fn held(customer: usize, instruments: usize) -> impl Iterator<Item = usize> {
    (0..HELD).map(move |place| (customer * HELD + place * 7 * (customer % 13 + 1)) % instruments)
}

/// The documents for `ticks`.
///
/// # Errors
/// When the folder cannot be written.
pub fn ticks(folder: &Path, customers: usize, instruments: usize) -> anyhow::Result<()> {
    write(folder, "1-parties.json", &parties(customers, ""))?;
    let instrument = |number: usize| {
        format!(
            r#"{{"isin":"{}","name":"Instrument {number}","mic":"XGUI","class":"equity","currency":"EUR","country":"FR","region":"Europe"}}"#,
            isin(number)
        )
    };
    let list = join((0..instruments).map(instrument));
    write(
        folder,
        "2-instruments.json",
        &format!(r#"{{"guichet":"portfolio/1","instruments":[{list}],"portfolios":[]}}"#),
    )?;
    let first = today().plus_days(-DAYS);
    let portfolio = |customer: usize| {
        let mut papers: Vec<usize> = held(customer, instruments).collect();
        papers.sort_unstable();
        papers.dedup();
        let positions = join(papers.iter().map(|paper| {
            format!(
                r#"{{"instrument":"{}","quantity":10,"price":"100.00","price_currency":"EUR","cost":"900.00"}}"#,
                isin(*paper)
            )
        }));
        let bought = join(papers.iter().map(|paper| {
            format!(
                r#"{{"reference":"T{paper}","type":"buy","instrument":"{}","trade_date":"{first}","quantity":10,"price":"90.00","gross":"900.00","net":"-900.00"}}"#,
                isin(*paper)
            )
        }));
        let paid = papers.len() * 900;
        format!(
            r#"{{"account":"D{customer}","currency":"EUR","name":"Custody","holders":["{customer}"],"as_of":"{}","positions":[{positions}],"transactions":[{{"reference":"T","type":"deposit","trade_date":"{first}","net":"{paid}.00"}},{bought}]}}"#,
            today().plus_days(-1)
        )
    };
    for (number, customers) in (1..=customers).collect::<Vec<_>>().chunks(500).enumerate() {
        let list = join(customers.iter().map(|customer| portfolio(*customer)));
        let text = format!(r#"{{"guichet":"portfolio/1","instruments":[],"portfolios":[{list}]}}"#);
        write(folder, &format!("3-portfolios-{number}.json"), &text)?;
    }
    Ok(())
}

/// The same new price, in cents, for some instruments.
pub fn quotes(instruments: impl Iterator<Item = usize>, cents: usize) -> String {
    let at = stamp(SystemClock.now());
    let one = |instrument: usize| {
        format!(
            r#"{{"isin":"{}","mic":"XGUI","currency":"EUR","price":"{}.{:02}","at":"{at}","source":"Load"}}"#,
            isin(instrument),
            cents / 100,
            cents % 100
        )
    };
    format!(r#"{{"guichet":"quotes/1","quotes":[{}]}}"#, join(instruments.map(one)))
}
