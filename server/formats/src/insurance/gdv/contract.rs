//! The records of contracts: `0100` address, `0200` contract, `0210` line, `0220` object.
//!
//! Every one begins with insurer 5–9, line 11–13 and contract number 14–30; the number of the part is at 256.

use super::{
    LENGTH,
    figures::{ContractFigures, GdvFigures, PolicyFigures},
    lines::Line,
    package::Packages,
};
use crate::{
    Refusal,
    insurance::{
        Out,
        record::{Amount, Coverage, Frequency, InsuredObject, ObjectKind, Party, Policy, PolicyStatus, Record, key},
    },
    out::Told,
    record::CheckKind,
};
use guichet_types::{Currency, Date, Decimal};
use std::collections::{HashMap, HashSet};

/// What has been seen of the contracts.
#[derive(Default)]
pub(super) struct Contracts {
    /// The key of the last contract record by insurer and number: the lines of a bundle belong to it.
    bundles: HashMap<String, String>,
    told: HashSet<String>,
    /// Contract and part of the last address.
    address: Option<(String, u32, u32)>,
}

impl Contracts {
    /// Takes a record that is neither header nor trailer.
    pub fn record(
        &mut self,
        kind: &str,
        line: &Line,
        place: &str,
        figures: &mut GdvFigures,
        packages: &mut Packages,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let (insurer, branch, number) = (line.field(5, 9), line.field(11, 13), line.field(14, 30));
        let Some(number) = number else {
            // Only of the records that are read is it known that they must have one.
            if !matches!(kind, "0100" | "0200" | "0210" | "0211" | "0220" | "0221") {
                return Ok(());
            }
            if kind == "0200" {
                packages.premium(None);
            }
            return out.quarantine(place, "The record has no contract number.", line.text());
        };
        let (insurer, branch) = (insurer.unwrap_or_default(), branch.unwrap_or_default());
        let names = PolicyFigures { insurer, line: branch, policy_number: number };
        let policy_key = key(&[&names.insurer, &names.line, &names.policy_number]);
        figures.policies.insert(names.clone());
        match kind {
            "0100" => self.address(line, &policy_key, place, out),
            // Further parts of a contract have other columns.
            "0200" if line.letter(256).is_none_or(|part| part == '1') => {
                self.contract(line, &names, place, figures, packages, out)
            }
            "0210" | "0220" => self.part(kind, line, &names, &policy_key, place, out),
            _ => Ok(()),
        }
    }

    fn address(&mut self, line: &Line, policy_key: &str, place: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let part = line.letter(256).and_then(|letter| letter.to_digit(10)).filter(|part| *part > 0);
        let Some(part) = part else {
            let told = Told::new(place, "The part of the address has no number at 256.");
            return out.warn(CheckKind::SchemaDeviation, told);
        };
        let (last, ordinal) = match &self.address {
            Some((key, last, ordinal)) if key == policy_key => (*last, *ordinal),
            _ => (0, 0),
        };
        let ordinal = if part == 1 { ordinal + 1 } else { ordinal };
        if part != 1 && (part <= last || last == 0) {
            let told = Told::new(place, "The parts of the address are not numbered one after the other.");
            out.warn(CheckKind::SequenceGap, told.actual(part))?;
        }
        self.address = Some((policy_key.to_owned(), part, ordinal));
        if part != 1 {
            return Ok(());
        }
        let role = line.field(237, 238).unwrap_or_default();
        let Some(name) = line.field(44, 73) else {
            return out.quarantine(place, "The address has no name.", line.text());
        };
        let more = line.field(74, 103).map_or_else(|| name.clone(), |more| format!("{name} {more}"));
        out.put(Record::Party(Party {
            key: key(&[policy_key, &role, &ordinal.to_string()]),
            policy_key: policy_key.to_owned(),
            role,
            name: more,
            first_name: line.field(104, 133),
            street: line.field(188, 217),
            postal_code: line.field(157, 162),
            city: line.field(163, 187),
            country: line.field(154, 156),
            born: day(&line.raw(226, 233)).ok().flatten(),
            place: place.to_owned(),
        }))
    }

    /// `0200`: start 44–51, end 52–59, due 60–67, frequency 68, status 69, currency 113–115, net premium 116–127 in cents.
    fn contract(
        &mut self,
        line: &Line,
        names: &PolicyFigures,
        place: &str,
        figures: &mut GdvFigures,
        packages: &mut Packages,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let policy_key = key(&[&names.insurer, &names.line, &names.policy_number]);
        let (word, digits) = (line.raw(113, 115), line.raw(116, 127));
        let cents = match digits.trim() {
            "" => None,
            text if digits.len() == 12 && text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            _ => return self.aside(line, place, "The premium at 116–127 is no number.", packages, out),
        };
        let currency: Option<Currency> = match word.trim() {
            "" => None,
            text => match text.parse() {
                Ok(currency) => Some(currency),
                Err(_) => return self.aside(line, place, "The currency at 113–115 is none.", packages, out),
            },
        };
        if line.length() > LENGTH && !line.raw(LENGTH + 1, line.length()).trim().is_empty() {
            return self.aside(line, place, "The record is too long, so its columns cannot be trusted.", packages, out);
        }
        let (start, end, due) = (line.raw(44, 51), line.raw(52, 59), line.raw(60, 67));
        let (start, end) = (dated(&start, "start", place, out)?, dated(&end, "end", place, out)?);
        let renewal = dated(&due, "due date", place, out)?;
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            let told = Told::new(place, "The contract ends before it starts.").expected(start).actual(end);
            out.warn(CheckKind::InvalidDate, told)?;
        }
        let net = cents.map(|cents| Decimal::from_units(cents, 2));
        let amount = net.zip(currency).map(|(value, currency)| Amount { value, currency });
        packages.premium(amount);
        if net.is_some_and(|net| !net.is_zero()) && currency.is_none() {
            let told = Told::new(place, "The premium has no currency, so it is not shown.");
            out.warn(CheckKind::SchemaDeviation, told)?;
        }
        let (frequency, status) = (line.letter(68), line.letter(69));
        let known = frequency.map(|code| (code, rhythm(code)));
        if let Some((code, None)) = known.filter(|(code, _)| !matches!(code, '0' | '9')) {
            let told = Told::new(place, "The frequency at 68 is no code of the standard.").actual(code);
            out.warn(CheckKind::UnknownCode, told)?;
        }
        if status.is_some_and(|code| !code.is_ascii_alphanumeric()) {
            out.warn(CheckKind::UnknownCode, Told::new(place, "The status at 69 is no code of the standard."))?;
        }
        figures.contracts_from_0200.push(ContractFigures {
            insurer: names.insurer.clone(),
            line: names.line.clone(),
            policy_number: names.policy_number.clone(),
            start,
            end,
            payment_frequency: frequency.map(String::from),
            status: status.map(String::from),
            currency: currency.map(|currency| currency.to_string()),
            net_premium: net,
        });
        self.bundles.insert(key(&[&names.insurer, &names.policy_number]), policy_key.clone());
        let sequence = line.field(31, 32).unwrap_or_default();
        if !self.told.insert(key(&["0200", &policy_key, &sequence])) {
            let told = Told::new(place, "The same contract stands in the file twice.").actual(&names.policy_number);
            out.warn(CheckKind::DuplicateEntry, told)?;
        }
        out.put(Record::Policy(Policy {
            key: policy_key,
            policy_no: names.policy_number.clone(),
            insurer: Some(names.insurer.clone()),
            line: Some(names.line.clone()),
            status: (status == Some('1')).then_some(PolicyStatus::Active),
            status_stated: status.map(String::from),
            start,
            end,
            renewal,
            premium_net: amount,
            frequency: frequency.and_then(rhythm),
            intermediary: line.field(33, 42),
            place: place.to_owned(),
            ..Policy::default()
        }))
    }

    fn aside(
        &self,
        line: &Line,
        place: &str,
        reason: &str,
        packages: &mut Packages,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        packages.premium(None);
        out.quarantine(place, reason, line.text())
    }

    /// `0210` is a line of the contract, `0220` what is insured in it. Their columns differ from line to line, so no more than
    /// the line is taken, and once.
    fn part(
        &mut self,
        kind: &str,
        line: &Line,
        names: &PolicyFigures,
        own: &str,
        place: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let bundle = self.bundles.get(&key(&[&names.insurer, &names.policy_number]));
        let policy_key = bundle.map_or_else(|| own.to_owned(), Clone::clone);
        let part_key = key(&[&policy_key, &names.line]);
        if !self.told.insert(key(&[kind, &part_key])) {
            return Ok(());
        }
        let (object, name) = branch(&names.line);
        let place = place.to_owned();
        if kind == "0220" {
            let attributes = vec![("line".to_owned(), names.line.clone())];
            let description = None;
            return out.put(Record::InsuredObject(InsuredObject {
                key: part_key,
                policy_key,
                kind: object,
                description,
                attributes,
                place,
            }));
        }
        // Of the accident line it is known that it has the dates of the contract's own record.
        let dated = |from, to| if names.line == "030" { day(&line.raw(from, to)).ok().flatten() } else { None };
        out.put(Record::Coverage(Coverage {
            key: part_key,
            policy_key,
            code: names.line.clone(),
            name: name.map(str::to_owned),
            from: dated(44, 51),
            to: dated(52, 59),
            place,
            ..Coverage::default()
        }))
    }
}

/// The kind of thing that a line insures, and its name.
fn branch(line: &str) -> (ObjectKind, Option<&'static str>) {
    match line {
        "010" => (ObjectKind::Person, Some("Leben")),
        "020" => (ObjectKind::Person, Some("Kranken")),
        "030" => (ObjectKind::Person, Some("Unfall")),
        "040" => (ObjectKind::Other, Some("Haftpflicht")),
        "050" => (ObjectKind::Vehicle, Some("Kraftfahrt")),
        "051" => (ObjectKind::Vehicle, Some("Kfz-Haftpflicht")),
        "052" => (ObjectKind::Vehicle, Some("Kfz-Vollkasko")),
        "053" => (ObjectKind::Vehicle, Some("Kfz-Teilkasko")),
        "054" => (ObjectKind::Vehicle, Some("Kfz-Unfall")),
        "070" => (ObjectKind::Other, Some("Rechtsschutz")),
        "130" => (ObjectKind::Contents, Some("Verbundene Hausrat")),
        "140" => (ObjectKind::Building, Some("Verbundene Wohngebäude")),
        _ => (ObjectKind::Other, None),
    }
}

/// How often a premium is due, by the code of the standard.
fn rhythm(code: char) -> Option<Frequency> {
    match code {
        '1' => Some(Frequency::Yearly),
        '2' => Some(Frequency::HalfYearly),
        '4' => Some(Frequency::Quarterly),
        '6' => Some(Frequency::Single),
        '8' => Some(Frequency::Monthly),
        _ => None,
    }
}

/// `TTMMJJJJ`; blanks and noughts are none.
fn day(text: &str) -> Result<Option<Date>, ()> {
    let trimmed = text.trim();
    if trimmed.bytes().all(|byte| byte == b'0') {
        return Ok(None);
    }
    if trimmed.len() != 8 || !trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(());
    }
    format!("{}-{}-{}", &trimmed[4..8], &trimmed[2..4], &trimmed[0..2]).parse().map(Some).map_err(|_| ())
}

/// A date that is told when it is none.
fn dated(text: &str, what: &str, place: &str, out: &mut Out<'_>) -> Result<Option<Date>, Refusal> {
    match day(text) {
        Ok(date) => Ok(date),
        Err(()) => {
            let told =
                Told::new(place, format!("The {what} of the contract is no date.")).expected("TTMMJJJJ").actual(text);
            out.warn(CheckKind::InvalidDate, told)?;
            Ok(None)
        }
    }
}
