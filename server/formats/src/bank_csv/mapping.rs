//! How a bank's table is to be read: what an operator says once, and what is kept with the source.

use guichet_types::Currency;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A column, by its name in the header or by its number, from 1: `Amount`, `#4`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Column {
    /// By its name, whatever the case.
    Name(String),
    /// By its number, from 1.
    Number(u16),
}

impl From<String> for Column {
    fn from(text: String) -> Self {
        let number = text.trim().strip_prefix('#').and_then(|digits| digits.trim().parse().ok());
        number.filter(|number| *number > 0).map_or_else(|| Self::Name(text.trim().to_owned()), Self::Number)
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        column.to_string()
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Number(number) => write!(f, "#{number}"),
        }
    }
}

/// Where something comes from that every row needs: a column, or the same for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Given {
    /// It stands in each row.
    Column(Column),
    /// It is the same for all rows.
    Fixed(String),
}

/// How a row says whether money came or went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// The amount has its sign: what went is below nought.
    #[default]
    Signed,
    /// The other way round, as card statements have it: what was spent is above nought.
    Inverted,
    /// A column for what went and one for what came. A sign within them does not count.
    Columns,
    /// A word in a column of its own, and an amount whose sign does not count.
    Indicator,
}

/// In which order a date written in numbers is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// `28.2.2018`, `28/02/18`, `28022018`.
    #[default]
    Dmy,
    /// `2/28/2018`.
    Mdy,
    /// `2018-02-28`, `20180228`.
    Ymd,
}

/// What a file of this kind is for its accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// Everything of its days: the bank's last word, with a closing balance where there is a column of balances.
    Statement,
    /// Movements as they become known. Files may overlap; what was told before is not booked again.
    #[default]
    Movements,
}

/// How one kind of file is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The name of its encoding, like `windows-1250`; none to tell by the bytes.
    pub encoding: Option<String>,
    /// What stands between cells.
    pub delimiter: char,
    /// What stands around a cell that has a delimiter in it; none where there is no such thing.
    pub quote: Option<char>,
    /// Lines before the header, or before the first row where there is no header.
    pub skip_lines: u32,
    /// Whether there is a header.
    pub header: bool,
    /// Rows at the end that are no entries.
    pub footer_rows: u32,
    /// The order of a date.
    pub date_order: DateOrder,
    /// The mark before the fraction: a point or a comma.
    pub decimal: char,
    /// The mark between thousands; blanks and apostrophes are known anyway.
    pub thousands: Option<char>,
    /// The day of booking.
    pub booking_date: Option<Column>,
    /// The day of value.
    pub value_date: Option<Column>,
    /// How the sign is told.
    pub sign: Sign,
    /// The amount, unless there are two columns.
    pub amount: Option<Column>,
    /// With two columns: what went.
    pub debit: Option<Column>,
    /// With two columns: what came.
    pub credit: Option<Column>,
    /// The word that tells the direction.
    pub indicator: Option<Column>,
    /// Words for what went, whatever the case. An empty one means a blank cell.
    pub debit_words: Vec<String>,
    /// Words for what came.
    pub credit_words: Vec<String>,
    /// Whose account.
    pub account: Option<Given>,
    /// The currency of the amounts.
    pub currency: Option<Given>,
    /// The balance behind the entry.
    pub balance: Option<Column>,
    /// The other side's name.
    pub counterparty: Option<Column>,
    /// The other side's account.
    pub counterparty_account: Option<Column>,
    /// What it was for; several are joined.
    pub remittance: Vec<Column>,
    /// The bank's own reference.
    pub reference: Option<Column>,
    /// What kind of entry it is, in the bank's word.
    pub code: Option<Column>,
    /// What a file is for its accounts.
    pub holds: Holds,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: ',',
            quote: Some('"'),
            skip_lines: 0,
            header: true,
            footer_rows: 0,
            date_order: DateOrder::Dmy,
            decimal: '.',
            thousands: None,
            booking_date: None,
            value_date: None,
            sign: Sign::Signed,
            amount: None,
            debit: None,
            credit: None,
            indicator: None,
            debit_words: Vec::new(),
            credit_words: Vec::new(),
            account: None,
            currency: None,
            balance: None,
            counterparty: None,
            counterparty_account: None,
            remittance: Vec::new(),
            reference: None,
            code: None,
            holds: Holds::Movements,
        }
    }
}

/// What keeps a mapping from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// Neither date has a column.
    #[error("no column is the date")]
    NoDate,
    /// The columns that the rule of signs needs are not named.
    #[error("the columns of the amount are not named")]
    NoAmount,
    /// Nothing says which words mean which direction.
    #[error("no word says what went and what came")]
    NoWords,
    /// Nothing says whose account it is.
    #[error("neither a column nor a fixed text names the account")]
    NoAccount,
    /// Nothing says which currency it is.
    #[error("neither a column nor a fixed code names the currency")]
    NoCurrency,
    /// The fixed currency is no code of three letters.
    #[error("the fixed currency is no code of three capital letters")]
    BadCurrency,
    /// The encoding is not known.
    #[error("the encoding is not known")]
    BadEncoding,
    /// The delimiter, the quote and the marks of numbers are in each other's way.
    #[error("the delimiter, the quote and the marks of numbers must differ from each other and be no digit or letter")]
    Marks,
}

impl Fault {
    /// A word that does not change, to translate by.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoDate => "no-date",
            Self::NoAmount => "no-amount",
            Self::NoWords => "no-words",
            Self::NoAccount => "no-account",
            Self::NoCurrency => "no-currency",
            Self::BadCurrency => "bad-currency",
            Self::BadEncoding => "bad-encoding",
            Self::Marks => "marks",
        }
    }
}

impl Mapping {
    /// What is wrong with it, or missing, before it may be used.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let amounts = match self.sign {
            Sign::Columns => self.debit.is_some() || self.credit.is_some(),
            Sign::Indicator => self.amount.is_some() && self.indicator.is_some(),
            Sign::Signed | Sign::Inverted => self.amount.is_some(),
        };
        let words = self.sign != Sign::Indicator || !(self.debit_words.is_empty() && self.credit_words.is_empty());
        let given = |given: &Option<Given>| match given {
            Some(Given::Fixed(text)) => !text.trim().is_empty(),
            Some(Given::Column(_)) => true,
            None => false,
        };
        let code = match &self.currency {
            Some(Given::Fixed(code)) => code.trim().is_empty() || code.trim().parse::<Currency>().is_ok(),
            _ => true,
        };
        let label = |label: &String| encoding_rs::Encoding::for_label(label.trim().as_bytes()).is_some();
        [
            (self.booking_date.is_none() && self.value_date.is_none()).then_some(Fault::NoDate),
            (!amounts).then_some(Fault::NoAmount),
            (!words).then_some(Fault::NoWords),
            (!given(&self.account)).then_some(Fault::NoAccount),
            (!given(&self.currency)).then_some(Fault::NoCurrency),
            (!code).then_some(Fault::BadCurrency),
            self.encoding.as_ref().is_some_and(|name| !label(name)).then_some(Fault::BadEncoding),
            (!self.marks_differ()).then_some(Fault::Marks),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn marks_differ(&self) -> bool {
        let marks = [Some(self.delimiter), self.quote];
        let fit = |mark: char| !mark.is_alphanumeric() && !matches!(mark, '\n' | '\r' | '\0');
        marks.into_iter().flatten().all(fit)
            && Some(self.delimiter) != self.quote
            && matches!(self.decimal, '.' | ',')
            && self.thousands.is_none_or(|mark| fit(mark) && mark != self.decimal && !matches!(mark, '-' | '+'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_written_and_read_back_and_says_what_it_lacks() {
        let empty = Mapping::default();
        assert_eq!(empty.faults(), [Fault::NoDate, Fault::NoAmount, Fault::NoAccount, Fault::NoCurrency]);
        let mapping = Mapping {
            booking_date: Some(Column::from("Buchungstag".to_owned())),
            amount: Some(Column::from(" #4 ".to_owned())),
            account: Some(Given::Fixed("DE89370400440532013000".to_owned())),
            currency: Some(Given::Column(Column::Name("CCY".to_owned()))),
            remittance: vec![Column::Number(2), Column::Name("#".to_owned())],
            ..Mapping::default()
        };
        assert_eq!((mapping.faults(), &mapping.amount), (vec![], &Some(Column::Number(4))));
        let text = serde_json::to_string(&mapping).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Mapping>(&text).ok(), Some(mapping.clone()));
        assert_eq!(serde_json::from_str::<Mapping>("{}").ok(), Some(empty));
        assert!(
            serde_json::from_str::<Mapping>("{\"amuont\": \"#1\"}").is_err(),
            "a slip of the pen is not passed over"
        );
        for (decimal, thousands, delimiter) in
            [('.', Some('.'), ','), ('x', None, ','), ('.', None, '"'), ('.', None, '1')]
        {
            let odd = Mapping { decimal, thousands, delimiter, ..mapping.clone() };
            assert_eq!(odd.faults(), [Fault::Marks], "{odd:?}");
        }
        let wrong = Mapping {
            encoding: Some("EBCDIC".to_owned()),
            currency: Some(Given::Fixed("euro".to_owned())),
            sign: Sign::Indicator,
            ..mapping
        };
        assert_eq!(wrong.faults(), [Fault::NoAmount, Fault::NoWords, Fault::BadCurrency, Fault::BadEncoding]);
    }
}
