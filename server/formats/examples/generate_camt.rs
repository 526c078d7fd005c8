//! Writes a camt.053 with as many entries as wanted: `generate_camt PATH ENTRIES`.

use guichet_formats::{
    record::{AccountRef, Balance, Entry, EntryDetail, EntryStatus, MessageType},
    write::{Message, Statement, camt},
};
use guichet_types::{Currency, Date, Decimal, Timestamp};
use std::{fs::File, io::BufWriter};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("where to?")?;
    let count: u32 = arguments.next().ok_or("how many entries?")?.parse()?;
    let day = Date::new(2026, 11, 17).map_err(|error| error.to_string())?;
    let amount = |number: u32| Decimal::from_units(i64::from(number % 100_000) - 40_000, 2);
    let mut closing = Decimal::from_units(100_000_000, 2);
    let opening = closing;
    for number in 0..count {
        closing = closing.checked_add(amount(number)).map_err(|error| error.to_string())?;
    }
    let balance = |code: &str, amount| Balance {
        code: code.to_owned(),
        subtype: None,
        amount,
        currency: Currency::EUR,
        date: Some(day),
        tag: None,
        direction_stated: true,
    };
    let created_at = Timestamp(1_794_900_000_000);
    let message = Message { message_type: MessageType::Camt053, message_id: format!("GENERATED-{count}"), created_at };
    let mut writer = camt::Writer::new(BufWriter::with_capacity(1 << 20, File::create(path)?), &message)?;
    writer.statement(&Statement {
        reference: format!("GENERATED-{count}-1"),
        electronic_seq: Some(1),
        created_at,
        from: Some(day),
        to: Some(day),
        account: AccountRef {
            id: "DE89370400440532013000".to_owned(),
            scheme: "IBAN".to_owned(),
            ..AccountRef::default()
        },
        currency: Currency::EUR,
        balances: vec![balance("OPBD", opening), balance("CLBD", closing)],
    })?;
    for number in 0..count {
        writer.entry(&Entry {
            ordinal: number,
            amount: amount(number),
            currency: Currency::EUR,
            reversal: false,
            status: EntryStatus::Booked,
            status_stated: true,
            booking_date: Some(day),
            booked_at: None,
            value_date: Some(day),
            entry_ref: Some(format!("{number}")),
            servicer_ref: Some(format!("2026111700{number:010}")),
            domain_code: Some("PMNT/RCDT/ESCT".to_owned()),
            proprietary_code: None,
            additional_info: None,
            details: vec![EntryDetail {
                amount: Some(amount(number)),
                currency: Some(Currency::EUR),
                end_to_end_id: Some(format!("E2E-{number}")),
                counterparty: Some(format!("Muster & Partner {}", number % 997)),
                counterparty_account: Some("FR7630006000011234567890189".to_owned()),
                counterparty_bic: Some("AGRIFRPP".to_owned()),
                remittance: vec![format!("Invoice {number} of November")],
                ..EntryDetail::default()
            }],
            place: String::new(),
        })?;
    }
    writer.finish()?;
    Ok(())
}
