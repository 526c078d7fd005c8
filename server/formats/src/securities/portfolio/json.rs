//! The JSON form: `{"guichet":"portfolio/1","instruments":[…],"portfolios":[…]}`.

use super::{
    super::{Figures, Gathered, Out, fields::Fields, record::Record},
    POSITION, State, TRANSACTION, convert,
};
use crate::{Refusal, json::Value};

/// Names of the whole.
const WHOLE: [&str; 3] = ["guichet", "instruments", "portfolios"];
/// Names of an account.
const PORTFOLIO: [&str; 10] =
    ["account", "currency", "name", "holders", "as_of", "from", "to", "positions", "transactions", "cash"];
/// Names of a cash balance.
const CASH: [&str; 4] = ["name", "amount", "currency", "as_of"];

/// Whether JSON begins like this.
pub(in crate::securities) fn is_json(head: &str) -> bool {
    head.contains("\"guichet\"") && head.contains("\"portfolio/1\"")
}

/// Reads a file.
pub(in crate::securities) fn read(json: &Value, out: &mut Out<'_>, gathered: &mut Gathered) -> Result<(), Refusal> {
    let version = json.get("guichet").written();
    gathered.version = version.map(str::to_owned);
    if version != Some("portfolio/1") {
        return Err(Refusal::UnknownFormat { found: "a form of ours that is not portfolio/1".to_owned() });
    }
    let mut state = State::new("portfolio json", out);
    let outcome = read_all(json, &mut state);
    gathered.figures = Figures::Portfolio(state.figures);
    outcome
}

fn read_all(json: &Value, state: &mut State<'_, '_>) -> Result<(), Refusal> {
    state.tell_unknown(&Fields::Object(json), &WHOLE, "")?;
    let (instruments, portfolios) = (list(json, "instruments", "", state)?, list(json, "portfolios", "", state)?);
    for (index, item) in instruments.iter().enumerate() {
        state.instrument(&Fields::Object(item), &format!("/instruments/{index}"))?;
    }
    for (index, item) in portfolios.iter().enumerate() {
        portfolio(item, &format!("/portfolios/{index}"), state)?;
    }
    if instruments.is_empty() && portfolios.is_empty() { Err(Refusal::NoStatement) } else { Ok(()) }
}

/// A list; what is there and is none is kept aside.
fn list<'j>(json: &'j Value, name: &str, place: &str, state: &mut State<'_, '_>) -> Result<&'j [Value], Refusal> {
    match json.find(name) {
        None => Ok(&[]),
        Some(Value::List(items)) => Ok(items),
        Some(_) => {
            state.keep_aside(
                "list",
                &format!("{name} is no list"),
                &Fields::Object(json),
                &format!("{place}/{name}"),
            )?;
            Ok(&[])
        }
    }
}

fn portfolio(item: &Value, place: &str, state: &mut State<'_, '_>) -> Result<(), Refusal> {
    let fields = Fields::Object(item);
    state.tell_unknown(&fields, &PORTFOLIO, place)?;
    let holders = list(item, "holders", place, state)?.iter().map(|holder| holder.written().map(str::to_owned));
    let holders = holders.collect::<Option<Vec<_>>>().ok_or_else(|| "a holder is no text".to_owned());
    let portfolio = match holders.and_then(|holders| convert::portfolio(&fields, holders, false, place)) {
        Ok(portfolio) => portfolio,
        Err(reason) => return state.keep_aside("account", &reason, &fields, place),
    };
    state.portfolio(portfolio.clone())?;
    for (index, item) in list(item, "positions", place, state)?.iter().enumerate() {
        let (fields, place) = (Fields::Object(item), format!("{place}/positions/{index}"));
        state.tell_unknown(&fields, &POSITION, &place)?;
        state.position(&fields, &portfolio, &place)?;
    }
    for (index, item) in list(item, "transactions", place, state)?.iter().enumerate() {
        let (fields, place) = (Fields::Object(item), format!("{place}/transactions/{index}"));
        state.tell_unknown(&fields, &TRANSACTION, &place)?;
        state.transaction(&fields, &portfolio, &place)?;
    }
    for (index, item) in list(item, "cash", place, state)?.iter().enumerate() {
        let (fields, place) = (Fields::Object(item), format!("{place}/cash/{index}"));
        state.tell_unknown(&fields, &CASH, &place)?;
        match convert::cash(&fields, &portfolio, &place) {
            Ok(cash) => state.out.put(Record::Cash(cash))?,
            Err(reason) => state.keep_aside("balance", &reason, &fields, &place)?,
        }
    }
    Ok(())
}
