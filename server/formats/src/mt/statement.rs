//! Puts the fields of MT940 and MT942 together into statements. `:20:` begins one; nothing else does.

use super::{Field, account, details, line61, values};
use crate::{
    Limits, Refusal,
    chain::Chains,
    ids,
    out::{Out, Told},
    record::{
        AccountRef, Balance, CheckKind, Document, Entry, EntryDetail, EntryStatus, MessageType, Record, Severity,
        StatementHead, StatementKind,
    },
    totals::{Totals, opening_and_closing},
};
use guichet_types::{Currency, Decimal};

/// A statement while it is read.
#[derive(Default)]
struct Draft {
    reference: Option<String>,
    account: Option<AccountRef>,
    statement_no: Option<String>,
    /// `:34F:`, for MT942.
    floor_currency: Option<Currency>,
    interim: bool,
    opening: Vec<Balance>,
    closing: Vec<Balance>,
    begun: bool,
    totals: Totals,
    head: Option<StatementHead>,
    ordinal: u32,
    line: u64,
    /// Something other than a reference stands in it.
    used: bool,
}

/// The state of one reading.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    member: Option<&'a str>,
    draft: Option<Draft>,
    /// The entry that waits for its `:86:`, and whether it is a credit.
    pending: Option<(Entry, bool)>,
    /// The type that the document was told as.
    told: Option<MessageType>,
    /// What a header says: `{2:I942…`, `942`.
    header_interim: bool,
    chains: Chains,
    statements: u64,
    entries: u64,
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, member: Option<&'a str>) -> Self {
        Self {
            limits,
            member,
            draft: None,
            pending: None,
            told: None,
            header_interim: false,
            chains: Chains::default(),
            statements: 0,
            entries: 0,
        }
    }

    /// A line with block headers.
    pub fn header(&mut self, line: &str) {
        if let Some(at) = line.find("{2:") {
            self.header_interim = line.get(at + 4..at + 7) == Some("942");
        }
    }

    /// A line outside of any field.
    pub fn preamble(&mut self, line: &str) {
        match line.trim().trim_matches(':').split(' ').next() {
            Some("942") => self.header_interim = true,
            Some("940") => self.header_interim = false,
            _ => {}
        }
    }

    fn draft(&mut self, line: u64) -> &mut Draft {
        let interim = self.header_interim;
        self.draft.get_or_insert_with(|| Draft { line, interim, ..Draft::default() })
    }

    /// A field is complete.
    pub fn field(&mut self, field: Field, out: &mut Out<'_>) -> Result<(), Refusal> {
        let text = field.lines.first().map_or("", |line| line.trim()).to_owned();
        match field.tag {
            "20" => {
                self.end_statement(out)?;
                self.draft(field.line).reference = Some(text).filter(|text| !text.is_empty());
            }
            "25" | "25P" => {
                let draft = self.draft(field.line);
                if draft.begun {
                    // Another account without a reference of its own.
                    let reference = draft.reference.clone();
                    self.end_statement(out)?;
                    self.draft(field.line).reference = reference;
                }
                let draft = self.draft(field.line);
                draft.account = account::account(&text);
                draft.used = true;
            }
            "28" | "28C" => self.draft(field.line).statement_no = Some(text).filter(|text| !text.is_empty()),
            "34F" => {
                let draft = self.draft(field.line);
                draft.interim = true;
                draft.floor_currency = draft.floor_currency.or_else(|| text.get(..3)?.parse().ok());
            }
            "13" | "13D" => self.draft(field.line).interim = true,
            "60F" | "60M" | "62F" | "62M" | "64" | "65" => self.balance(&field, &text, out)?,
            "61" => self.entry(&field, out)?,
            "86" => self.information(&field),
            "90C" | "90D" => self.control(&field, &text, out)?,
            _ => {}
        }
        Ok(())
    }

    fn balance(&mut self, field: &Field, text: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.flush(out)?;
        let place = format!("line {}", field.line);
        let (balance, bad_date) = match values::balance(field.tag, text) {
            Ok(balance) => balance,
            // The available balances are a courtesy; a bank that writes `null` has none.
            Err(reason) if matches!(field.tag, "64" | "65") => {
                return out.finding(CheckKind::SchemaDeviation, Severity::Info, || {
                    Told::new(place, format!("An available balance cannot be read and is left out: {reason}."))
                        .actual(text.chars().take(80).collect::<String>())
                });
            }
            Err(reason) => {
                self.draft(field.line).used = true;
                return out.quarantine(place, format!("A balance cannot be read: {reason}."), text.as_bytes());
            }
        };
        if let Some(date) = bad_date {
            out.finding(CheckKind::InvalidDate, Severity::Warn, || {
                Told::new(place, format!("The date of balance {} is not in the calendar; it is left out.", field.tag))
                    .actual(date)
            })?;
        }
        if !text.contains(',') {
            let line = field.line;
            out.finding(CheckKind::SchemaDeviation, Severity::Warn, || {
                Told::new(format!("line {line}"), "A balance has no comma in its amount; it may be cut off.")
                    .actual(text)
            })?;
        }
        let draft = self.draft(field.line);
        draft.used = true;
        if field.tag.starts_with("60") && !draft.begun {
            draft.opening.push(balance);
        } else {
            draft.closing.push(balance);
        }
        Ok(())
    }

    /// Tells the document and the head, as soon as an entry or the end comes.
    fn begin(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        let Some(draft) = &mut self.draft else { return Ok(()) };
        if draft.begun {
            return Ok(());
        }
        draft.begun = true;
        let message_type = if draft.interim { MessageType::Mt942 } else { MessageType::Mt940 };
        if self.told != Some(message_type) {
            self.told = Some(message_type);
            out.put(Record::Document(Document {
                message_type,
                version: message_type.as_str().to_owned(),
                message_id: None,
                created_at: None,
                page: None,
                last_page: None,
                member: self.member.map(str::to_owned),
            }))?;
        }
        self.statements += 1;
        let opening = draft.opening.first();
        let stated = draft.account.as_ref().and_then(|account| account.currency);
        let currency = opening
            .map(|balance| balance.currency)
            .or_else(|| draft.closing.first().map(|b| b.currency))
            .or(draft.floor_currency)
            .or(stated);
        draft.totals = Totals::new(message_type.kind(), currency);
        if let Some(account) = &draft.account
            && account.scheme == "IBAN"
            && let Some(fault) = ids::iban_fault(&account.id)
        {
            out.finding(CheckKind::InvalidIdentifier, Severity::Info, || {
                Told::new(format!("line {}", draft.line), format!("The account's IBAN does not check: {fault}."))
                    .actual(&account.id)
            })?;
        }
        let page = draft
            .statement_no
            .as_deref()
            .and_then(|number| number.split_once('/'))
            .and_then(|(_, page)| page.trim().parse().ok());
        let head = StatementHead {
            reference: draft.reference.clone(),
            statement_no: draft.statement_no.clone(),
            page,
            from: opening.and_then(|balance| balance.date),
            account: draft.account.clone(),
            balances: draft.opening.clone(),
            place: format!("line {}", draft.line),
            ..StatementHead::default()
        };
        draft.head = Some(head.clone());
        out.put(Record::Statement(head))
    }

    fn entry(&mut self, field: &Field, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.flush(out)?;
        self.entries += 1;
        if self.entries > self.limits.max_entries {
            return Err(Refusal::TooLarge { what: "entries", limit: self.limits.max_entries });
        }
        self.draft(field.line).used = true;
        self.begin(out)?;
        let Some(draft) = &mut self.draft else { return Ok(()) };
        let ordinal = draft.ordinal;
        draft.ordinal += 1;
        let place = format!("line {}", field.line);
        // A line that is cut in the middle of a field is put together again; the rest is supplementary details.
        let (mut first, mut used) = (field.lines.first().cloned().unwrap_or_default(), 1);
        let mut line = line61::parse(&first, field.lines.len() > 1);
        while line.is_err() && used < field.lines.len().min(3) {
            first.push_str(field.lines[used].trim_end());
            used += 1;
            line = line61::parse(&first, used < field.lines.len());
        }
        let line = match (line, &draft.account, draft.totals.currency) {
            (Ok(line), Some(_), Some(currency)) => Ok((line, currency)),
            (Err(reason), ..) => Err(reason),
            (_, None, _) => Err("the statement names no account".to_owned()),
            (.., None) => Err("the statement names no currency".to_owned()),
        };
        let (line, currency) = match line {
            Ok(line) => line,
            Err(reason) => {
                draft.totals.quarantined += 1;
                let raw = format!(":61:{}", field.lines.join("\n"));
                return out.quarantine(place, format!("The entry is kept aside: {reason}."), raw.as_bytes());
            }
        };
        if let Some(date) = &line.bad_date {
            out.finding(CheckKind::InvalidDate, Severity::Warn, || {
                Told::new(&place, "A date of the entry is not in the calendar; it is left out.").actual(date)
            })?;
        }
        let supplement = field.lines.get(used..).unwrap_or_default().join(" ").trim().to_owned();
        let mut detail = EntryDetail { servicer_ref: None, ..EntryDetail::default() };
        values::supplementary(&supplement, &mut detail);
        let has_reference = line.customer_ref.is_some() || line.bank_ref.is_some() || detail != EntryDetail::default();
        let booked = draft.totals.kind == Some(StatementKind::Statement);
        let entry = Entry {
            ordinal,
            amount: line.amount,
            currency,
            reversal: line.reversal,
            status: if booked && !line.expected { EntryStatus::Booked } else { EntryStatus::Pending },
            status_stated: true,
            booking_date: line.entry_date.or(line.value_date),
            booked_at: None,
            value_date: line.value_date,
            entry_ref: line.customer_ref,
            servicer_ref: line.bank_ref,
            domain_code: None,
            proprietary_code: line.code,
            additional_info: (!supplement.is_empty()).then_some(supplement),
            details: if has_reference { vec![detail] } else { Vec::new() },
            place,
        };
        self.pending = Some((entry, line.credit));
        Ok(())
    }

    /// `:86:` belongs to the entry before it; behind a balance it is for the statement, and not kept.
    fn information(&mut self, field: &Field) {
        let Some((entry, _)) = &mut self.pending else { return };
        let detail = entry.details.pop().unwrap_or_default();
        let mut read = details::parse(&field.lines, EntryDetail { remittance: Vec::new(), ..detail.clone() });
        if read.gvc.is_none() {
            // Several `:86:` of one entry are one text.
            read.detail.remittance.splice(0..0, detail.remittance);
        }
        if let Some(gvc) = read.gvc {
            let code = entry.proprietary_code.take();
            entry.proprietary_code = Some(code.map_or_else(|| gvc.clone(), |code| format!("{code}+{gvc}")));
        }
        entry.additional_info = match (entry.additional_info.take(), read.info) {
            (Some(before), Some(more)) => Some(format!("{before} {more}")),
            (before, more) => more.or(before),
        };
        entry.details.push(read.detail);
    }

    /// `:90C:`, `:90D:` of MT942: number and sum. Banks count differently within a day, so this is worth knowing and no more.
    fn control(&mut self, field: &Field, text: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.flush(out)?;
        let draft = self.draft(field.line);
        draft.interim = true;
        let side = if field.tag == "90C" { draft.totals.credits } else { draft.totals.debits };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = text.split_at(digits);
        let claim = count.parse::<u64>().ok().zip(rest.get(3..).and_then(|sum| Decimal::parse(sum, b',').ok()));
        if claim != Some((side.count, side.sum)) {
            out.finding(CheckKind::ControlTotal, Severity::Info, || {
                Told::new(format!("line {}", field.line), "The number and sum of the entries are not as stated.")
                    .expected(text)
                    .actual(format!("{} {}", side.count, side.sum))
            })?;
        }
        Ok(())
    }

    /// Tells the entry that has been waiting for its `:86:`.
    fn flush(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        let (Some((entry, credit)), Some(draft)) = (self.pending.take(), &mut self.draft) else { return Ok(()) };
        let seen = draft.totals.take(&entry, credit);
        crate::tell_entry(&entry, seen, out)?;
        out.put(Record::Entry(entry))
    }

    fn end_statement(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.flush(out)?;
        if !self.draft.as_ref().is_some_and(|draft| draft.used) {
            self.draft = None;
            return Ok(());
        }
        self.begin(out)?;
        let Some(mut draft) = self.draft.take() else { return Ok(()) };
        let Some(head) = draft.head.take() else { return Ok(()) };
        let (opening, closing) = opening_and_closing(draft.opening.iter().chain(&draft.closing), draft.totals.currency);
        let (opening, closing) = (opening.cloned(), closing.cloned());
        if closing.is_none() && head.account.is_some() && draft.totals.kind == Some(StatementKind::Statement) {
            out.finding(CheckKind::SchemaDeviation, Severity::Warn, || {
                Told::new(&head.place, "The statement has no closing balance.").expected(":62F: or :62M:")
            })?;
        }
        if opening.is_none() && head.account.is_some() && draft.totals.kind == Some(StatementKind::Statement) {
            out.finding(CheckKind::SchemaDeviation, Severity::Warn, || {
                Told::new(&head.place, "The statement has no opening balance.").expected(":60F: or :60M:")
            })?;
        }
        let end = draft.totals.end(opening, closing, draft.closing);
        crate::tell_balance(&end, &head.place, out)?;
        self.chains.follow(&head, &end, out)?;
        out.put(Record::StatementEnd(end))
    }

    /// The end of the file.
    pub fn finish(&mut self, line: u64, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.end_statement(out)?;
        if self.statements > 0 {
            Ok(())
        } else if line == 0 {
            Err(Refusal::UnknownFormat { found: "nothing".to_owned() })
        } else {
            Err(Refusal::NoStatement)
        }
    }
}
