//! Where the columns of a mapping are in one file.

use super::{
    fold::fold,
    mapping::{Column, Given, Mapping},
};
use crate::Refusal;
use guichet_types::Currency;

/// What every row needs.
#[derive(Clone, Debug)]
pub(super) enum Needed<T> {
    At(usize),
    Fixed(T),
}

/// The columns, by their place from 0.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub booking_date: Option<usize>,
    pub value_date: Option<usize>,
    pub amount: Option<usize>,
    pub debit: Option<usize>,
    pub credit: Option<usize>,
    pub indicator: Option<usize>,
    pub account: Needed<String>,
    pub currency: Needed<Currency>,
    pub balance: Option<usize>,
    pub counterparty: Option<usize>,
    pub counterparty_account: Option<usize>,
    pub remittance: Vec<usize>,
    pub reference: Option<usize>,
    pub code: Option<usize>,
    /// Words for what went and for what came, folded.
    pub words: (Vec<String>, Vec<String>),
}

impl Columns {
    /// Finds them. A column that is named and not there makes the file another one than the mapping is for.
    pub fn find(mapping: &Mapping, header: Option<&[String]>) -> Result<Self, Refusal> {
        let one = |column: &Option<Column>| column.as_ref().map(|column| place(column, header)).transpose();
        let nothing = || Refusal::Mapping { reason: "account and currency are not named".to_owned() };
        let account = match mapping.account.as_ref().ok_or_else(nothing)? {
            Given::Column(column) => Needed::At(place(column, header)?),
            Given::Fixed(text) => Needed::Fixed(text.trim().to_owned()),
        };
        let currency = match mapping.currency.as_ref().ok_or_else(nothing)? {
            Given::Column(column) => Needed::At(place(column, header)?),
            Given::Fixed(code) => Needed::Fixed(code.trim().parse().map_err(|_| nothing())?),
        };
        let words = |words: &[String]| words.iter().map(|word| indicator(word)).collect();
        Ok(Self {
            booking_date: one(&mapping.booking_date)?,
            value_date: one(&mapping.value_date)?,
            amount: one(&mapping.amount)?,
            debit: one(&mapping.debit)?,
            credit: one(&mapping.credit)?,
            indicator: one(&mapping.indicator)?,
            account,
            currency,
            balance: one(&mapping.balance)?,
            counterparty: one(&mapping.counterparty)?,
            counterparty_account: one(&mapping.counterparty_account)?,
            remittance: mapping.remittance.iter().map(|column| place(column, header)).collect::<Result<_, _>>()?,
            reference: one(&mapping.reference)?,
            code: one(&mapping.code)?,
            words: (words(&mapping.debit_words), words(&mapping.credit_words)),
        })
    }
}

/// A word that tells a direction: without case and accents, but a sign stays one.
pub(super) fn indicator(word: &str) -> String {
    match word.trim() {
        sign @ ("+" | "-") => sign.to_owned(),
        word => fold(word),
    }
}

fn place(column: &Column, header: Option<&[String]>) -> Result<usize, Refusal> {
    let missing = |what: &str| Refusal::Mapping { reason: format!("{what} {:.60}", column.to_string()) };
    match (column, header) {
        (Column::Number(number), header) => {
            let at = usize::from(*number).saturating_sub(1);
            let fits = header.is_none_or(|header| at < header.len());
            if fits { Ok(at) } else { Err(missing("the file has no column")) }
        }
        (Column::Name(name), Some(header)) => {
            let same = |cell: &String| cell.trim() == name.trim();
            let alike = |cell: &String| fold(cell) == fold(name) && !fold(name).is_empty();
            let exact = header.iter().position(same);
            if let (Some(first), Some(last)) = (exact, header.iter().rposition(same))
                && first != last
            {
                return Err(missing("two columns have the name, so its number must be given:"));
            }
            exact.or_else(|| header.iter().position(alike)).ok_or_else(|| missing("the file has no column"))
        }
        (Column::Name(_), None) => Err(missing("a file without a header has columns by number alone, and not")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_name_or_number_and_never_by_chance() {
        let header = ["Datum", "Částka", "Měna", "Měna"].map(str::to_owned);
        let find = |column: &str, header: Option<&[String]>| place(&Column::from(column.to_owned()), header).ok();
        assert_eq!(find("castka", Some(&header)), Some(1));
        assert_eq!(find("#4", Some(&header)), Some(3));
        assert_eq!(find("Měna", Some(&header)), None, "there are two of them");
        assert_eq!(find("#5", Some(&header)), None);
        assert_eq!(find("Saldo", Some(&header)), None);
        assert_eq!((find("Datum", None), find("#7", None)), (None, Some(6)));
        assert_eq!(
            (indicator(" Débit "), indicator("-"), indicator("C/R")),
            ("debit".into(), "-".into(), "c r".into())
        );
    }
}
