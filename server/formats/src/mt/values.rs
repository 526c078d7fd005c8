//! Balances, and the lines behind `:61:`.

use crate::{
    calendar,
    record::{Balance, EntryDetail},
};
use guichet_types::{Currency, Decimal, Iban};

/// `:60F:` and its like: `C160314EUR2187,95`; the date when it is not in the calendar.
pub(super) fn balance(tag: &'static str, text: &str) -> Result<(Balance, Option<String>), String> {
    let credit = match text.as_bytes().first().map(u8::to_ascii_uppercase) {
        Some(b'C') => true,
        Some(b'D') => false,
        _ => return Err("it begins with neither C nor D".to_owned()),
    };
    let date = text
        .get(1..7)
        .filter(|date| date.bytes().all(|b| b.is_ascii_digit()))
        .ok_or_else(|| "there is no date".to_owned())?;
    let currency: Currency =
        text.get(7..10).unwrap_or_default().parse().map_err(|error: guichet_types::CurrencyError| error.to_string())?;
    let number = text.get(10..).unwrap_or_default().trim();
    let amount = Decimal::parse(number, b',').map_err(|error| format!("{error}: {number:.40?}"))?;
    if amount.is_negative() {
        return Err("the amount has a sign".to_owned());
    }
    let day = calendar::swift_day(date);
    let code = match &tag[..2] {
        "60" => "OPBD",
        "62" => "CLBD",
        "64" => "CLAV",
        _ => "FWAV",
    };
    let balance = Balance {
        code: code.to_owned(),
        subtype: tag.ends_with('M').then(|| "INTM".to_owned()),
        amount: if credit { amount } else { amount.negate() },
        currency,
        date: day,
        tag: Some(tag.to_owned()),
        direction_stated: true,
    };
    Ok((balance, day.is_none().then(|| date.to_owned())))
}

/// The lines behind `:61:`: the original amount and the charges, or the account of the other side.
pub(super) fn supplementary(text: &str, detail: &mut EntryDetail) {
    let word =
        |name: &str| text.split_once(name).and_then(|(_, rest)| rest.split('/').next()).filter(|value| value.len() > 3);
    let amount = |value: &str| {
        value.split_at_checked(3).map(|(currency, number)| format!("{} {currency}", number.replace(',', ".")))
    };
    detail.exchange = word("/OCMT/").and_then(amount);
    detail.charges = word("/CHGS/").and_then(amount);
    if text.parse::<Iban>().is_ok() {
        detail.counterparty_account = Some(text.to_owned());
    }
}
