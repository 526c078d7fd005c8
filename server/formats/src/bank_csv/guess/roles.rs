//! Which column is what.

use super::super::{
    columns::indicator,
    fold::fold,
    mapping::{Column, DateOrder, Given, Holds, Mapping, Sign},
};
use super::{
    profile::{ORDERS, Profile},
    words::{CAME, Role, WENT, currency_of, fit, is_code, is_others},
};
use guichet_types::Iban;

/// What is known of the columns while they are given their roles.
struct Columns<'a> {
    header: Option<&'a [String]>,
    names: Vec<String>,
    profiles: &'a [Profile],
    taken: Vec<bool>,
}

/// Gives the columns their roles, and says whether that is more than a try. None when no column has days, or none amounts.
pub(super) fn assign(
    mut mapping: Mapping,
    header: Option<&[String]>,
    profiles: &[Profile],
    preamble: &[Vec<String>],
) -> Option<(Mapping, bool)> {
    let names =
        (0..profiles.len()).map(|at| header.and_then(|header| header.get(at)).map_or(String::new(), |n| fold(n)));
    let mut columns = Columns { header, names: names.collect(), profiles, taken: vec![false; profiles.len()] };
    columns.days(&mut mapping)?;
    columns.marks(&mut mapping);
    columns.amounts(&mut mapping)?;
    columns.currency(&mut mapping);
    columns.accounts(&mut mapping, preamble);
    columns.words(&mut mapping);
    columns.currency_elsewhere(&mut mapping, preamble);
    columns.finality(&mut mapping);
    let sure = columns.is_sure(&mapping);
    Some((mapping, sure))
}

/// Where a column is.
pub(super) fn place(column: &Column, header: Option<&[String]>) -> Option<usize> {
    match column {
        Column::Number(number) => usize::from(*number).checked_sub(1),
        Column::Name(name) => header?.iter().position(|cell| cell == name),
    }
}

impl Columns<'_> {
    /// By its name where it has one of its own, else by its number.
    fn column(&self, at: usize) -> Column {
        let name = self.header.and_then(|header| header.get(at)).filter(|name| !name.trim().is_empty());
        let alone =
            |name: &&String| self.header.is_some_and(|header| header.iter().filter(|other| other == name).count() == 1);
        match name.filter(alone).filter(|name| !name.starts_with('#')) {
            Some(name) => Column::Name(name.clone()),
            None => Column::Number(u16::try_from(at + 1).unwrap_or(u16::MAX)),
        }
    }

    /// The free column that fits best, of those that may; the first of several.
    fn best(&self, role: Role, least: u32, may: impl Fn(usize, &Profile) -> bool) -> Option<usize> {
        let free = (0..self.profiles.len()).filter(|&at| !self.taken[at] && may(at, &self.profiles[at]));
        free.map(|at| (fit(&self.names[at], role), std::cmp::Reverse(at)))
            .filter(|(fit, _)| *fit >= least)
            .max()
            .map(|(_, std::cmp::Reverse(at))| at)
    }

    fn take(&mut self, at: Option<usize>) -> Option<Column> {
        let at = at?;
        self.taken[at] = true;
        Some(self.column(at))
    }

    fn is_other(&self, at: usize, role: Role) -> bool {
        let own = fit(&self.names[at], role);
        fit(&self.names[at], Role::Other) > own
    }

    fn days(&mut self, mapping: &mut Mapping) -> Option<()> {
        let is_day = |_: usize, profile: &Profile| profile.is_day();
        let value = self.best(Role::Value, 50, is_day);
        let not_value =
            |at: usize, profile: &Profile| profile.is_day() && Some(at) != value && !self.is_other(at, Role::Booking);
        let booking = self.best(Role::Booking, 30, not_value).or_else(|| self.best(Role::Booking, 0, not_value));
        let first = booking.or(value)?;
        mapping.date_order =
            order(&[Some(first), value].into_iter().flatten().map(|at| &self.profiles[at]).collect::<Vec<_>>());
        mapping.booking_date = self.take(booking);
        mapping.value_date = self.take(value);
        Some(())
    }

    /// Which mark is before a fraction.
    fn marks(&self, mapping: &mut Mapping) {
        let (mut point, mut comma) = (0, 0);
        // A column that is called a figure is one, even if some of its cells cannot be read.
        let called = |at: usize, profile: &Profile| {
            let figures = [Role::Amount, Role::Debit, Role::Credit, Role::Balance];
            profile.has_amounts() && figures.into_iter().any(|role| fit(&self.names[at], role) >= 50)
        };
        for (at, profile) in self.profiles.iter().enumerate() {
            if !self.taken[at] && (profile.is_amount() || called(at, profile)) {
                point += profile.proof[0];
                comma += profile.proof[1];
            }
        }
        let comma_wins = comma > point;
        mapping.decimal = if comma_wins { ',' } else { '.' };
        mapping.thousands = Some(if comma_wins { '.' } else { ',' });
    }

    fn amounts(&mut self, mapping: &mut Mapping) -> Option<()> {
        let figure = |at: usize, profile: &Profile| profile.is_amount() && !self.is_other(at, Role::Amount);
        let balance = self.best(Role::Balance, 50, figure);
        let or_blank = |at: usize, profile: &Profile| {
            (profile.is_amount() || profile.filled == 0) && Some(at) != balance && !self.is_other(at, Role::Debit)
        };
        let called = |at: usize, profile: &Profile| fit(&self.names[at], Role::Amount) == 100 && profile.has_amounts();
        let own = |at: usize, profile: &Profile| (figure(at, profile) || called(at, profile)) && Some(at) != balance;
        let amount = self.best(Role::Amount, 50, own);
        let debit = self.best(Role::Debit, 50, or_blank);
        let credit = self.best(Role::Credit, 50, |at, profile| or_blank(at, profile) && Some(at) != debit);
        let pair = debit.is_some() && credit.is_some();
        let filled = |at: Option<usize>| at.map_or(0, |at| self.profiles[at].filled);
        // An amount of its own is preferred, where it is in every row.
        let amount = amount.filter(|&at| !pair || self.profiles[at].filled >= filled(debit) + filled(credit));
        let direction = (0..self.profiles.len()).find(|&at| {
            let unsigned = amount.is_some_and(|amount| self.profiles[amount].signs == 0 || self.header.is_some());
            let named = fit(&self.names[at], Role::Indicator) >= 50 || self.names[at].is_empty();
            !self.taken[at] && unsigned && named && self.profiles[at].is_direction()
        });
        let sides = self.sides(amount, balance);
        match (amount, direction) {
            (Some(at), Some(direction)) if pair_of_words(&self.profiles[direction], self.profiles[at].filled) => {
                let whole = self.profiles[direction].filled >= self.profiles[at].filled;
                mapping.sign = Sign::Indicator;
                (mapping.debit_words, mapping.credit_words) = words(&self.profiles[direction], whole);
                mapping.amount = self.take(amount);
                mapping.indicator = self.take(Some(direction));
            }
            (Some(_), _) => mapping.amount = self.take(amount),
            (None, _) if debit.is_some() || credit.is_some() => {
                mapping.sign = Sign::Columns;
                mapping.debit = self.take(debit);
                mapping.credit = self.take(credit);
            }
            (None, _) => match sides {
                Some((debit, credit)) => {
                    mapping.sign = Sign::Columns;
                    mapping.debit = self.take(Some(debit));
                    mapping.credit = self.take(Some(credit));
                }
                None => {
                    let likely = |at: usize, profile: &Profile| own(at, profile) && profile.fractions > 0;
                    let any = self.best(Role::Amount, 0, likely).or_else(|| self.best(Role::Amount, 0, own));
                    mapping.amount = Some(self.take(any)?);
                }
            },
        }
        mapping.balance = self.take(balance);
        Some(())
    }

    /// Without names: two columns beside each other of which each row has one, and no signs. What went comes first.
    fn sides(&self, amount: Option<usize>, balance: Option<usize>) -> Option<(usize, usize)> {
        if self.header.is_some() || amount.is_some() {
            return None;
        }
        let plain = |at: usize| {
            self.profiles[at].is_amount() && self.profiles[at].signs == 0 && self.profiles[at].fractions > 0
        };
        (1..self.profiles.len()).map(|at| (at - 1, at)).find(|&(left, right)| {
            let (one, two) = (&self.profiles[left], &self.profiles[right]);
            let free = !self.taken[left] && !self.taken[right] && balance != Some(left) && balance != Some(right);
            let never_both = one.rows.iter().zip(&two.rows).all(|(one, two)| one != two);
            let either = (plain(left) && (plain(right) || two.filled == 0)) || (plain(right) && one.filled == 0);
            free && either && never_both
        })
    }

    fn currency(&mut self, mapping: &mut Mapping) {
        let codes = |at: usize, profile: &Profile| profile.is_code() && !self.is_other(at, Role::Currency);
        let found = self.best(Role::Currency, 50, codes).or_else(|| self.best(Role::Currency, 0, codes));
        mapping.currency = self.take(found).map(Given::Column);
    }

    fn accounts(&mut self, mapping: &mut Mapping, preamble: &[Vec<String>]) {
        let steady = |profile: &Profile| profile.filled > 1 && profile.distinct == 1;
        let text = |at: usize, profile: &Profile| {
            let figure = profile.is_amount() && fit(&self.names[at], Role::Account) < 100;
            profile.filled > 0 && !figure && !profile.is_day() && !profile.is_code() && self.names[at] != "name"
        };
        let alone = |profile: &Profile| profile.filled > 0 && profile.distinct == 1 && profile.is_account();
        let own = self
            .best(Role::Account, 100, |at, profile| alone(profile) && self.names[at].contains("iban"))
            .or_else(|| {
                self.best(Role::Account, 50, |at, profile| {
                    text(at, profile) && !is_others(&self.names[at]) && steady(profile)
                })
            })
            .or_else(|| {
                self.best(Role::Account, 50, |at, profile| {
                    text(at, profile) && !is_others(&self.names[at]) && profile.is_account()
                })
            })
            .or_else(|| self.best(Role::Account, 80, |at, profile| text(at, profile) && !is_others(&self.names[at])));
        // The one that changes from row to row while another stays is the other side's.
        let other = self
            .best(Role::CounterAccount, 50, |at, profile| profile.is_account() && Some(at) != own)
            .or_else(|| self.best(Role::CounterAccount, 50, |at, profile| text(at, profile) && Some(at) != own))
            .or_else(|| {
                self.best(Role::Account, 50, |at, profile| profile.is_account() && Some(at) != own && own.is_some())
            });
        mapping.account = self.take(own).map(Given::Column).or_else(|| in_preamble(preamble).map(Given::Fixed));
        mapping.counterparty_account = self.take(other);
    }

    fn words(&mut self, mapping: &mut Mapping) {
        let reference = |_: usize, profile: &Profile| profile.filled > 0 && !profile.is_day();
        let found = self.best(Role::Reference, 60, reference);
        mapping.reference = self.take(found);
        let text = |_: usize, profile: &Profile| profile.is_text();
        let found = self.best(Role::Counterparty, 50, text);
        mapping.counterparty = self.take(found);
        while let Some(at) = self.best(Role::Remittance, 50, |_, profile| profile.filled > 0 && !profile.is_amount()) {
            if mapping.remittance.len() == 6 {
                break;
            }
            mapping.remittance.extend(self.take(Some(at)));
        }
        if mapping.remittance.is_empty() {
            // The longest text that is left.
            let free = (0..self.profiles.len()).filter(|&at| !self.taken[at] && self.profiles[at].is_text());
            let longest = free.max_by_key(|&at| self.profiles[at].letters / self.profiles[at].filled.max(1));
            mapping.remittance.extend(self.take(longest));
        }
        let found = self.best(Role::Code, 50, text);
        mapping.code = self.take(found);
    }

    /// A currency that no column has: from the name of the amount, a sign in its cells, the account, or above the table.
    fn currency_elsewhere(&self, mapping: &mut Mapping, preamble: &[Vec<String>]) {
        if mapping.currency.is_some() {
            return;
        }
        let figures = [&mapping.amount, &mapping.debit, &mapping.credit, &mapping.balance];
        let places: Vec<usize> =
            figures.into_iter().flatten().filter_map(|column| place(column, self.header)).collect();
        let in_name =
            places.iter().find_map(|&at| self.names[at].split(' ').find(|word| is_code(word)).map(str::to_uppercase));
        let in_cell = || {
            places.iter().find_map(|&at| {
                let read = super::super::cells::amount(&self.profiles[at].first, mapping.decimal, mapping.thousands);
                read?.currency.map(|code| code.to_string())
            })
        };
        let account = match &mapping.account {
            Some(Given::Column(column)) => place(column, self.header).map(|at| self.profiles[at].first.clone()),
            Some(Given::Fixed(text)) => Some(text.clone()),
            None => None,
        };
        let by_iban = || {
            let iban: String = account.as_deref()?.chars().filter(|c| !c.is_whitespace()).collect();
            iban.parse::<Iban>().is_ok().then(|| currency_of(&iban[..2])).flatten().map(str::to_owned)
        };
        let above = || {
            let cells = preamble.iter().flatten();
            let mut words = cells.flat_map(|cell| cell.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned));
            words.find(|word| {
                word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()) && is_code(&word.to_lowercase())
            })
        };
        mapping.currency = in_name.or_else(in_cell).or_else(above).or_else(by_iban).map(Given::Fixed);
    }

    /// A file with balances is the bank's last word on its days.
    fn finality(&self, mapping: &mut Mapping) {
        let balance = mapping.balance.as_ref().and_then(|column| place(column, self.header));
        let amount = mapping.amount.as_ref().or(mapping.debit.as_ref()).and_then(|column| place(column, self.header));
        let full = |at: usize| self.profiles[at].filled;
        if let (Some(balance), Some(_)) = (balance, amount)
            && full(balance) == self.profiles[balance].rows.len()
        {
            mapping.holds = Holds::Statement;
        }
    }

    /// Names that say what days and amounts are; without names, a text beside them.
    fn is_sure(&self, mapping: &Mapping) -> bool {
        let named = |column: &Option<Column>, roles: &[Role]| {
            let at = column.as_ref().and_then(|column| place(column, self.header));
            at.is_some_and(|at| roles.iter().any(|role| fit(&self.names[at], *role) >= 50))
        };
        let day = named(&mapping.booking_date, &[Role::Booking]) || named(&mapping.value_date, &[Role::Value]);
        let figure = named(&mapping.amount, &[Role::Amount])
            || named(&mapping.debit, &[Role::Debit])
            || named(&mapping.credit, &[Role::Credit]);
        match self.header {
            Some(_) => day && figure,
            None => !mapping.remittance.is_empty(),
        }
    }
}

/// The order in which the most days can be read; of several, the one in which they lie nearest together.
fn order(profiles: &[&Profile]) -> DateOrder {
    let read = |at: usize| profiles.iter().map(|profile| profile.days[at]).sum::<usize>();
    let most = (0..3).map(read).max().unwrap_or(0);
    let span = |at: usize| profiles.iter().map(|profile| profile.span[at]).max().unwrap_or(0);
    // Day first, unless the months would lie four times nearer together the other way round.
    let weight = |at: usize| if at == 0 { span(at) } else { span(at).saturating_mul(4) };
    let fits = (0..3).filter(|&at| read(at) == most);
    fits.min_by_key(|&at| (weight(at), at)).map_or(DateOrder::Dmy, |at| ORDERS[at])
}

/// Whether a column of directions tells both, or one where a blank tells the other.
fn pair_of_words(profile: &Profile, amounts: usize) -> bool {
    profile.distinct >= 2 || (profile.filled > 0 && profile.filled < amounts) || profile.filled == amounts
}

/// Words for what went and for what came. Where not every row has one, a blank means the other.
fn words(profile: &Profile, whole: bool) -> (Vec<String>, Vec<String>) {
    let own = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let (mut went, mut came) = (own(&WENT), own(&CAME));
    if !whole {
        let first = indicator(&profile.first);
        if CAME.contains(&first.as_str()) { went.push(String::new()) } else { came.push(String::new()) }
    }
    (went, came)
}

/// The account that is named above the table.
fn in_preamble(preamble: &[Vec<String>]) -> Option<String> {
    let compact = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let cells = || preamble.iter().flatten();
    let words = |cell: &str| {
        let text = cell.rsplit(':').next().unwrap_or(cell).trim().to_owned();
        compact(&text)
    };
    if let Some(iban) = cells().map(|cell| words(cell)).find(|text| text.parse::<Iban>().is_ok()) {
        return Some(iban);
    }
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    preamble.iter().find_map(|row| {
        let label = row.first()?;
        let named = fold(label).split(' ').any(|word| {
            [
                "account",
                "konto",
                "kontonummer",
                "rekening",
                "compte",
                "cuenta",
                "conto",
                "ucet",
                "ucty",
                "rachunek",
                "iban",
            ]
            .contains(&word)
        });
        let value = row.get(1..).unwrap_or_default().iter().find(|cell| digits(cell) >= 5);
        let inside = label.split_once(':').map(|(_, value)| value.trim().to_owned()).filter(|value| digits(value) >= 5);
        named.then(|| value.cloned().or(inside)).flatten()
    })
}
