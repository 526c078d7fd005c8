//! The CSV twins: one file each for instruments, positions and transactions. The columns have the names of the JSON form; a
//! row of a position or transaction names its account too. Which of the three it is, the header tells.

use super::{
    super::{
        Figures, Gathered, Out,
        csv::Table,
        fields::Fields,
        record::{CheckKind, Portfolio, Severity},
    },
    ACCOUNT, INSTRUMENT, POSITION, State, TRANSACTION, convert,
};
use crate::{
    Refusal,
    csv::{Row, header},
    out::Told,
};
use std::collections::HashMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twin {
    Instruments,
    Positions,
    Transactions,
}

impl Twin {
    fn of(header: &[String]) -> Option<Self> {
        let has = |name: &str| header.iter().any(|column| column == name);
        if has("account") && has("reference") && has("type") && has("trade_date") {
            Some(Self::Transactions)
        } else if has("account") && has("instrument") && has("quantity") {
            Some(Self::Positions)
        } else if has("class") && has("name") && (has("isin") || has("id")) {
            Some(Self::Instruments)
        } else {
            None
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Instruments => "instruments csv",
            Self::Positions => "positions csv",
            Self::Transactions => "transactions csv",
        }
    }

    fn knows(self, name: &str) -> bool {
        match self {
            Self::Instruments => INSTRUMENT.contains(&name),
            Self::Positions => POSITION.contains(&name) || ACCOUNT.contains(&name),
            Self::Transactions => TRANSACTION.contains(&name) || ACCOUNT.contains(&name),
        }
    }
}

/// Whether a text begins with one of the three headers.
pub(in crate::securities) fn is_csv(head: &str) -> bool {
    header(head).is_some_and(|header| Twin::of(&header).is_some())
}

/// Reads a file.
pub(in crate::securities) fn read(
    mut table: Table<'_>,
    out: &mut Out<'_>,
    gathered: &mut Gathered,
) -> Result<(), Refusal> {
    let Some(twin) = Twin::of(&table.header) else { return Err(Refusal::NoStatement) };
    gathered.version = Some("portfolio/1".to_owned());
    let mut state = State::new(twin.kind(), out);
    let outcome = read_rows(&mut table, twin, &mut state);
    gathered.figures = Figures::Portfolio(state.figures);
    outcome
}

fn read_rows(table: &mut Table<'_>, twin: Twin, state: &mut State<'_, '_>) -> Result<(), Refusal> {
    let header = &table.header;
    for (at, name) in header.iter().enumerate() {
        if header[..at].contains(name) {
            return Err(Refusal::UnknownFormat { found: format!("a CSV with two columns {name:.40?}") });
        }
        if !twin.knows(name) {
            let told = Told::new("line 1", "The form has no such column; it is not read.").actual(name);
            state.find(CheckKind::SchemaDeviation, Severity::Warn, told)?;
        }
    }
    let (mut accounts, mut count) = (HashMap::new(), 0_u64);
    while let Some(row) = table.next(state.out)? {
        count += 1;
        take(&table.header, &row, twin, &mut accounts, state)?;
    }
    if count + table.aside == 0 { Err(Refusal::NoStatement) } else { Ok(()) }
}

fn take(
    header: &[String],
    row: &Row,
    twin: Twin,
    accounts: &mut HashMap<String, Portfolio>,
    state: &mut State<'_, '_>,
) -> Result<(), Refusal> {
    let (fields, place) = (Fields::Row { header, cells: &row.cells }, format!("line {}", row.line));
    if twin == Twin::Instruments {
        return state.instrument(&fields, &place);
    }
    let holders = fields.text("holders").ok().flatten().unwrap_or_default();
    let holders = holders.split(['|', ' ']).filter(|holder| !holder.is_empty()).map(str::to_owned).collect();
    let account = match convert::portfolio(&fields, holders, true, &place) {
        Ok(account) => account,
        Err(reason) => return state.keep_aside("row", &reason, &fields, &place),
    };
    if let Some(known) = accounts.get(&account.account) {
        if known.currency != account.currency && fields.text("account_currency").is_ok_and(|text| text.is_some()) {
            return state.keep_aside("row", "its account is of another currency above", &fields, &place);
        }
    } else {
        state.portfolio(account.clone())?;
        accounts.insert(account.account.clone(), account.clone());
    }
    // The day of a row is its own and not the account's.
    let of = accounts.get(&account.account).cloned().unwrap_or(account);
    if twin == Twin::Positions { state.position(&fields, &of, &place) } else { state.transaction(&fields, &of, &place) }
}
