//! What a reader looks for in a statement.

use guichet_types::{Currency, Date, Decimal};

/// One kind of movement alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Card payments.
    Cards,
    /// Direct debits.
    DirectDebits,
}

/// What a reader looks for. An empty filter finds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Folded words, as [`fold`] makes them; all of one phrase.
    pub text: Option<String>,
    /// The size of an amount, when the words are one.
    pub amount: Option<Decimal>,
    /// Money in (`1`), money out (`-1`).
    pub direction: i64,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
    /// Movements of one kind alone.
    pub only: Option<Only>,
}

impl Filter {
    /// Finds everything?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The filter as [`conditions`] takes it, for an account in `currency`.
    pub(super) fn bound(&self, currency: Currency) -> Bound {
        let day = |date: Option<Date>, open: i32| i64::from(date.map_or(open, Date::days));
        Bound {
            from: day(self.from, i32::MIN),
            to: day(self.to, i32::MAX),
            direction: self.direction,
            like: self.text.as_deref().map(like).unwrap_or_default(),
            // No amount has this size, so that words alone decide.
            amount: self.amount.and_then(|amount| amount.to_units(currency.digits()).ok()).unwrap_or(-1),
            only: self.only.map_or(0, |only| only as i64 + 1),
        }
    }
}

/// A filter as values of a query.
pub(super) struct Bound {
    pub from: i64,
    pub to: i64,
    pub direction: i64,
    pub like: String,
    pub amount: i64,
    pub only: i64,
}

/// What a filter asks of `entry e`, with [`Bound`] as `$6` to `$11`. The codes of cards and direct debits are those of
/// [`Nature::of`](crate::accounts::nature::Nature::of); a test holds the two to each other.
macro_rules! conditions {
    () => {
        "and e.day >= $6 and e.day <= $7
         and ($8 = 0 or (e.amount > 0) = ($8 > 0))
         and ($9 = '' or e.search like $9 escape '!' or abs(e.amount) = $10)
         and ($11 = 0 or (
           case $11 when 1 then e.code like 'PMNT/CCRD%' or e.code like 'PMNT/MCRD%'
               or substr(e.code, 5) in ('+106', '+006') and substr(e.code, 1, 4) not in ('NDDT', 'NCOL')
             else e.code like 'PMNT/RDDT%' or e.code like 'PMNT/IDDT%'
               or substr(e.code, 5) in ('+104', '+105', '+107', '+005', '+004', '+171', '+174', '+196')
               or substr(e.code, 1, 4) in ('NDDT', 'NCOL')
                 and substr(e.code, 5) not in ('+153', '+053', '+156', '+152', '+052', '+117', '+008') end
           and e.code not like 'PMNT/%/SALA' and e.code not like 'PMNT/%/STDO' and e.code not like 'PMNT/%/CWDL'
           and e.code not like 'PMNT/%/XBCW' and e.code not like 'PMNT/%/CHRG' and e.code not like 'PMNT/%/COMM'
           and e.code not like 'PMNT/%/FEES' and e.code not like 'PMNT/%/%INT%')) "
    };
}
pub(super) use conditions;

/// Words as they are searched: small letters without accents, white space folded.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' => out.push('c'),
            'è' | 'é' | 'ê' | 'ë' => out.push('e'),
            'ì' | 'í' | 'î' | 'ï' => out.push('i'),
            'ñ' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'ù' | 'ú' | 'û' | 'ü' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            c if c.is_whitespace() || c.is_control() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A folded text as a pattern of `like … escape '!'` that means nothing but itself.
fn like(folded: &str) -> String {
    let mut pattern = String::from("%");
    for letter in folded.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
