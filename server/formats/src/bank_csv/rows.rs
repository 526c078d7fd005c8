//! Rows through the mapping: each becomes a line of an account, or is kept aside with its reason.

use super::{
    cells::{self, Amount, blank},
    columns::{Columns, Needed, indicator},
    fold::fold,
    mapping::{Mapping, Sign},
};
use crate::{
    Limits, Refusal,
    csv::{Row, Rows},
    out::Out,
};
use guichet_types::{Currency, Date, Decimal};

/// Words in the place of a date that say that the entry is not booked yet.
const PENDING: [&str; 8] =
    ["pending", "vorgemerkt", "en attente", "pendiente", "in attesa", "pendente", "gereserveerd", "authorised"];

/// One row that can be booked.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub place: String,
    pub booking_date: Option<Date>,
    pub value_date: Option<Date>,
    pub pending: bool,
    pub amount: Decimal,
    pub balance: Option<Decimal>,
    pub counterparty: Option<String>,
    pub counterparty_account: Option<String>,
    pub remittance: Vec<String>,
    pub reference: Option<String>,
    pub code: Option<String>,
}

/// The lines of one account in one currency, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub account: String,
    pub currency: Currency,
    pub lines: Vec<Line>,
    /// Rows of it that were kept aside.
    pub aside: u64,
}

/// Begins to read rows: behind the header, which is given back where there is one.
pub(super) fn open<'a>(
    text: &'a str,
    mapping: &Mapping,
    limits: &Limits,
) -> Result<(Rows<'a>, Option<Vec<String>>), Refusal> {
    let mut rows =
        Rows::delimited(text, mapping.delimiter, limits).quoted_by(mapping.quote).skip_lines(mapping.skip_lines);
    if !mapping.header {
        return Ok((rows, None));
    }
    match rows.next() {
        Some(Ok(header)) => Ok((rows, Some(header.cells))),
        Some(Err(broken)) => Err(broken.into()),
        None => Err(Refusal::NoStatement),
    }
}

/// Reads all rows.
pub(super) fn gather(
    rows: &mut Rows<'_>,
    columns: &Columns,
    mapping: &Mapping,
    width: Option<usize>,
    limits: &Limits,
    out: &mut Out<'_>,
) -> Result<Vec<Group>, Refusal> {
    // As many rows are held back as the footer has.
    let mut held: std::collections::VecDeque<(String, String, Result<Row, &'static str>)> = Default::default();
    let (mut groups, mut last): (Vec<Group>, Option<usize>) = (Vec::new(), None);
    let (mut early, mut count) = (0_u64, 0_u64);
    loop {
        let next = rows.next();
        let ended = next.is_none();
        if let Some(row) = next {
            count += 1;
            if count > limits.max_entries {
                return Err(Refusal::TooLarge { what: "rows", limit: limits.max_entries });
            }
            let (line, row) = match row {
                Ok(row) => (row.line, Ok(row)),
                Err(broken) => (broken.line, Err(broken.reason())),
            };
            held.push_back((format!("line {line}"), rows.raw().to_owned(), row));
        }
        if held.len() <= mapping.footer_rows as usize {
            if ended {
                break;
            }
            continue;
        }
        if ended && mapping.footer_rows > 0 {
            break;
        }
        let Some((place, raw, row)) = held.pop_front() else { break };
        let row = match row {
            Ok(row) => row,
            Err(reason) => {
                early += 1;
                out.quarantine(place, format!("The row cannot be read: {reason}."), raw)?;
                continue;
            }
        };
        let reader = RowReader { columns, mapping, cells: &row.cells, width };
        if let Some(text) = reader.goes_on()
            && let Some(line) = last.and_then(|at| groups.get_mut(at)).and_then(|group| group.lines.last_mut())
        {
            line.remittance.extend(text);
            continue;
        }
        match reader.whose().and_then(|whose| Ok((whose, reader.line(place.clone())?))) {
            Ok(((account, currency), line)) => {
                let at = group(&mut groups, account, currency);
                groups[at].lines.push(line);
                last = Some(at);
            }
            Err(reason) => {
                match reader.whose() {
                    Ok((account, currency)) => {
                        let at = group(&mut groups, account, currency);
                        groups[at].aside += 1;
                    }
                    Err(_) => early += 1,
                }
                out.quarantine(place, reason, raw)?;
            }
        }
    }
    if let Some(first) = groups.first_mut() {
        // Whose they are is not known; some balance must not be believed.
        first.aside += early;
    } else if early == 0 {
        return Err(Refusal::NoStatement);
    }
    Ok(groups)
}

/// The group of an account, which is made where it is not there. Files have few; the last one is asked first.
fn group(groups: &mut Vec<Group>, account: String, currency: Currency) -> usize {
    let same = |group: &Group| group.account == account && group.currency == currency;
    groups.iter().rposition(same).unwrap_or_else(|| {
        groups.push(Group { account, currency, lines: Vec::new(), aside: 0 });
        groups.len() - 1
    })
}

struct RowReader<'a> {
    columns: &'a Columns,
    mapping: &'a Mapping,
    cells: &'a [String],
    width: Option<usize>,
}

impl RowReader<'_> {
    fn cell(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.cells.get(at))
            .map_or("", |cell| cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}'))
    }

    fn text(&self, at: Option<usize>) -> Option<String> {
        Some(self.cell(at).split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    }

    /// A row with nothing but words says more about the one above it.
    fn goes_on(&self) -> Option<Vec<String>> {
        let columns = self.columns;
        let figures =
            [columns.booking_date, columns.value_date, columns.amount, columns.debit, columns.credit, columns.balance];
        if !figures.into_iter().all(|at| blank(self.cell(at))) {
            return None;
        }
        let words: Vec<String> = columns.remittance.iter().filter_map(|&at| self.text(Some(at))).collect();
        (!words.is_empty()).then_some(words)
    }

    fn whose(&self) -> Result<(String, Currency), String> {
        let account = match &self.columns.account {
            Needed::Fixed(account) => account.clone(),
            Needed::At(at) => self.text(Some(*at)).ok_or("The row names no account.")?,
        };
        let currency = match &self.columns.currency {
            Needed::Fixed(currency) => *currency,
            Needed::At(at) => {
                let cell = self.cell(Some(*at)).to_uppercase();
                cell.parse().map_err(|_| format!("{:?} is no currency code.", short(&cell)))?
            }
        };
        Ok((account, currency))
    }

    fn line(&self, place: String) -> Result<Line, String> {
        let columns = self.columns;
        if let Some(width) = self.width
            && self.cells.iter().skip(width).any(|cell| !blank(cell))
        {
            return Err(format!("The row has {} cells and the header {width}.", self.cells.len()));
        }
        let (amount, stated) = self.amount()?;
        if let (Some(stated), Ok((_, currency))) = (stated, self.whose())
            && stated != currency
        {
            return Err(format!("The amount is in {stated} and the row in {currency}."));
        }
        let pending = [columns.booking_date, columns.value_date].into_iter().any(|at| {
            let word = fold(self.cell(at));
            PENDING.contains(&word.as_str())
        });
        let (booking_date, value_date) =
            if pending { (None, None) } else { (self.date(columns.booking_date)?, self.date(columns.value_date)?) };
        if !pending && booking_date.is_none() && value_date.is_none() {
            return Err("The row has no date.".to_owned());
        }
        let balance = match self.cell(columns.balance) {
            text if blank(text) => None,
            text => {
                let read = cells::amount(text, self.mapping.decimal, self.mapping.thousands);
                Some(read.ok_or_else(|| format!("The balance {:?} cannot be read.", short(text)))?.signed())
            }
        };
        Ok(Line {
            place,
            booking_date,
            value_date,
            pending,
            amount,
            balance,
            counterparty: self.text(columns.counterparty),
            counterparty_account: self.text(columns.counterparty_account),
            remittance: columns.remittance.iter().filter_map(|&at| self.text(Some(at))).collect(),
            reference: self.text(columns.reference),
            code: self.text(columns.code),
        })
    }

    fn date(&self, at: Option<usize>) -> Result<Option<Date>, String> {
        match self.cell(at) {
            text if blank(text) => Ok(None),
            text => match cells::date(text, self.mapping.date_order) {
                Some(date) => Ok(Some(date)),
                None => Err(format!("The date {:?} cannot be read.", short(text))),
            },
        }
    }

    fn figure(&self, at: Option<usize>) -> Result<Option<Amount>, String> {
        match self.cell(at) {
            text if blank(text) => Ok(None),
            text => match cells::amount(text, self.mapping.decimal, self.mapping.thousands) {
                Some(amount) => Ok(Some(amount)),
                None => Err(format!("The amount {:?} cannot be read.", short(text))),
            },
        }
    }

    /// The amount with its sign, and the currency that is written with it.
    fn amount(&self) -> Result<(Decimal, Option<Currency>), String> {
        let columns = self.columns;
        if self.mapping.sign == Sign::Columns {
            let nought = |amount: &Amount| amount.size.is_zero();
            let (debit, credit) = (self.figure(columns.debit)?, self.figure(columns.credit)?);
            return match (debit, credit) {
                (Some(debit), Some(credit)) if !nought(&debit) && !nought(&credit) => {
                    Err("The row has an amount on both sides.".to_owned())
                }
                (Some(debit), credit) if !nought(&debit) || credit.is_none() => {
                    Ok((debit.size.negate(), debit.currency))
                }
                (_, Some(credit)) => Ok((credit.size, credit.currency)),
                _ => Err("The row has no amount.".to_owned()),
            };
        }
        let amount = self.figure(columns.amount)?.ok_or("The row has no amount.")?;
        let signed = match self.mapping.sign {
            Sign::Inverted => amount.signed().negate(),
            Sign::Indicator => {
                let word = indicator(self.cell(columns.indicator));
                let (went, came) = (columns.words.0.contains(&word), columns.words.1.contains(&word));
                match (went, came) {
                    (true, false) => amount.size.negate(),
                    (false, true) => amount.size,
                    _ => return Err(format!("{:?} says neither that money went nor that it came.", short(&word))),
                }
            }
            Sign::Signed | Sign::Columns => amount.signed(),
        };
        Ok((signed, amount.currency))
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
