//! The simulated bank: its accounts, and what it books on a day. The same day gives the same bookings, whenever it is asked.

use guichet_formats::record::{AccountRef, Balance, Entry, EntryDetail, EntryStatus};
use guichet_platform::random::SeededRandom;
use guichet_types::{Currency, Date, Decimal, Timestamp};

/// An account of the bank.
#[derive(Clone, Copy, Debug)]
pub(super) struct BankAccount {
    pub iban: &'static str,
    pub owner: &'static str,
    pub bic: &'static str,
    /// In cents, at the beginning of the books.
    pub start: i64,
    pub habits: Habits,
}

/// What moves on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habits {
    Salary,
    Household,
    Savings,
    German,
}

pub(super) const ACCOUNTS: [BankAccount; 4] = [
    BankAccount {
        iban: "FR7630009021440004812370152",
        owner: "Inès Moreau",
        bic: "GUICFRPPXXX",
        start: 241_873,
        habits: Habits::Salary,
    },
    BankAccount {
        iban: "FR7630009021440006018250096",
        owner: "Inès et Hugo Moreau",
        bic: "GUICFRPPXXX",
        start: 131_450,
        habits: Habits::Household,
    },
    BankAccount {
        iban: "FR7630009021440009018250091",
        owner: "Inès Moreau",
        bic: "GUICFRPPXXX",
        start: 1_436_500,
        habits: Habits::Savings,
    },
    BankAccount {
        iban: "DE89370400440532013000",
        owner: "Jonas Weber",
        bic: "COBADEFFXXX",
        start: 318_209,
        habits: Habits::German,
    },
];

/// A booking, before it is an entry of a message.
#[derive(Clone, Debug)]
pub(super) struct Booking {
    pub account: usize,
    pub day: Date,
    /// Minutes since midnight.
    pub minute: i64,
    pub cents: i64,
    pub name: String,
    pub purpose: String,
    pub code: &'static str,
    pub reference: String,
}

const CARD: &str = "PMNT/CCRD/POSD";
const TRANSFER_IN: &str = "PMNT/RCDT/ESCT";
const TRANSFER_OUT: &str = "PMNT/ICDT/ESCT";
const DEBIT: &str = "PMNT/RDDT/ESDD";

/// Shops, with the least and the most that is spent there, in cents.
const SHOPS: [(&str, &str, u64, u64); 10] = [
    ("Boulangerie Osmont", "Card ·· 4417", 240, 1_180),
    ("Halle Saint-Marc", "Card ·· 4417", 1_900, 8_700),
    ("Librairie du Robec", "Card ·· 4417", 990, 4_200),
    ("Brasserie du Vieux-Marché", "Card ·· 4417", 2_100, 6_400),
    ("Rail Normandie", "Card ·· 4417", 890, 4_790),
    ("Pharmacie du Palais", "Card ·· 4417", 540, 3_900),
    ("Café des Arts", "Card ·· 4417", 310, 1_450),
    ("Marché Clos", "Card ·· 4417", 1_240, 5_600),
    ("Cinéma Omnia", "Card ·· 4417", 1_150, 2_480),
    ("Quincaillerie Lefèvre", "Card ·· 4417", 690, 7_300),
];

/// Bookings that come on a day of every month: day, cents, name, purpose, code.
const fn monthly(habits: Habits) -> &'static [(u8, i64, &'static str, &'static str, &'static str)] {
    match habits {
        Habits::Salary => &[
            (2, -30_000, "Inès Moreau", "To my savings", "PMNT/ICDT/STDO"),
            (5, -98_500, "Foncière Beauvoisine", "Rent", DEBIT),
            (8, -45_000, "Inès et Hugo Moreau", "Household", "PMNT/ICDT/STDO"),
            (12, -9_200, "Nordlys Energi", "Contract 77120", DEBIT),
            (16, -2_499, "Télécom Robec", "Abonnement fibre", DEBIT),
            (27, 264_000, "Atelier Verne", "Salary", "PMNT/RCDT/SALA"),
            (28, -290, "Guichet", "Account fee", "ACMT/MDOP/CHRG"),
        ],
        Habits::Household => &[
            (8, 45_000, "Inès Moreau", "Household", TRANSFER_IN),
            (9, 45_000, "Hugo Moreau", "Maison", TRANSFER_IN),
            (15, -6_890, "Assurance Cauchoise", "Habitation 2026", DEBIT),
        ],
        Habits::Savings => &[(2, 30_000, "Inès Moreau", "To my savings", TRANSFER_IN)],
        Habits::German => &[
            (1, -87_000, "Hausverwaltung Lindt", "Miete", DEBIT),
            (15, 312_000, "Kranz Werkzeugbau GmbH", "Gehalt", "PMNT/RCDT/SALA"),
            (20, -4_990, "Stadtwerke Rheinau", "Abschlag", DEBIT),
        ],
    }
}

/// What is spent at shops on an ordinary day, at most so many times.
const fn shopping(habits: Habits) -> u64 {
    match habits {
        Habits::Salary | Habits::Household => 1,
        Habits::German => 3,
        Habits::Savings => 0,
    }
}

/// Everything that the bank books on an account on a day, in the order of the clock.
pub(super) fn plan(account: usize, day: Date) -> Vec<Booking> {
    let (_, _, of_month) = day.ymd();
    let habits = ACCOUNTS[account].habits;
    let random = SeededRandom::new((i64::from(day.days()) * 16 + account as i64).unsigned_abs());
    let mut bookings = Vec::new();
    for (on, cents, name, purpose, code) in monthly(habits) {
        if *on == of_month {
            bookings.push(booking(account, day, 540 + i64::from(*on) * 7, *cents, name, purpose, code));
        }
    }
    for _ in 0..random.below(shopping(habits) + 1) {
        let minute = 470 + i64::try_from(random.below(800)).unwrap_or(0);
        bookings.push(shop(&random, account, day, minute));
    }
    bookings.sort_by_key(|booking| booking.minute);
    for (index, booking) in bookings.iter_mut().enumerate() {
        booking.reference = format!("{}{:02}{:04}", day.to_string().replace('-', ""), account, index);
    }
    bookings
}

/// A purchase with a card.
pub(super) fn shop(random: &SeededRandom, account: usize, day: Date, minute: i64) -> Booking {
    let (name, purpose, least, most) = SHOPS[usize::try_from(random.below(SHOPS.len() as u64)).unwrap_or(0)];
    let cents = -i64::try_from(least + random.below(most - least)).unwrap_or(0);
    booking(account, day, minute, cents, name, purpose, CARD)
}

/// Something else that happens while somebody watches.
pub(super) fn surprise(random: &SeededRandom, account: usize, day: Date, minute: i64) -> Booking {
    let cents = i64::try_from(500 + random.below(12_000)).unwrap_or(0);
    match random.below(3) {
        0 => booking(account, day, minute, cents, "Hugo Moreau", "Pour les billets", TRANSFER_IN),
        1 => booking(account, day, minute, cents, "Maison Lys", "Remboursement commande 8841", TRANSFER_IN),
        _ => booking(account, day, minute, -cents / 2, "Nordlys Energi", "Régularisation", TRANSFER_OUT),
    }
}

fn booking(
    account: usize,
    day: Date,
    minute: i64,
    cents: i64,
    name: &str,
    purpose: &str,
    code: &'static str,
) -> Booking {
    Booking {
        account,
        day,
        minute,
        cents,
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        code,
        reference: String::new(),
    }
}

impl Booking {
    /// As an entry of a message.
    pub(super) fn entry(&self, ordinal: u32, status: EntryStatus, at: Timestamp) -> Entry {
        let amount = Decimal::from_units(self.cents, 2);
        Entry {
            ordinal,
            amount,
            currency: Currency::EUR,
            reversal: false,
            status,
            status_stated: true,
            booking_date: Some(self.day),
            booked_at: Some(at),
            value_date: Some(self.day),
            entry_ref: None,
            servicer_ref: Some(self.reference.clone()),
            domain_code: Some(self.code.to_owned()),
            proprietary_code: None,
            additional_info: None,
            details: vec![EntryDetail {
                amount: Some(amount),
                currency: Some(Currency::EUR),
                counterparty: Some(self.name.clone()),
                remittance: vec![self.purpose.clone()],
                ..EntryDetail::default()
            }],
            place: String::new(),
        }
    }
}

/// The account as a message names it.
pub(super) fn account_ref(account: usize) -> AccountRef {
    let account = ACCOUNTS[account];
    AccountRef {
        id: account.iban.to_owned(),
        scheme: "IBAN".to_owned(),
        currency: Some(Currency::EUR),
        name: Some(account.owner.to_owned()),
        bic: Some(account.bic.to_owned()),
        ..AccountRef::default()
    }
}

/// A balance of a statement.
pub(super) fn balance(code: &str, cents: i64, day: Date) -> Balance {
    Balance {
        code: code.to_owned(),
        subtype: None,
        amount: Decimal::from_units(cents, 2),
        currency: Currency::EUR,
        date: Some(day),
        tag: None,
        direction_stated: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_booked_the_same_whenever_it_is_asked() {
        let day = Date::new(2026, 11, 27).unwrap();
        let twice = [plan(0, day), plan(0, day)].map(|day| format!("{day:?}"));
        assert_eq!(twice[0], twice[1]);
        assert!(plan(0, day).iter().any(|booking| booking.name == "Atelier Verne"));
    }

    #[test]
    fn nobody_runs_dry_in_thirteen_months() {
        for (index, account) in ACCOUNTS.iter().enumerate() {
            let mut balance = account.start;
            for day in 0..400 {
                for booking in plan(index, Date::new(2025, 10, 1).unwrap().plus_days(day)) {
                    balance += booking.cents;
                }
                assert!((-100_000..4_000_000).contains(&balance), "{}: {balance} after {day} days", account.owner);
            }
        }
    }

    #[test]
    fn every_account_has_an_iban_that_checks() {
        for account in ACCOUNTS {
            assert!(account.iban.parse::<guichet_types::Iban>().is_ok(), "{}", account.iban);
        }
    }
}
