//! The address of a statement page: what is looked for, from where on, and how that is written.

use crate::{
    accounts::{
        statement::Question,
        store::{Cursor, Filter, Only, fold},
    },
    ui,
    web::Reason,
};
use guichet_types::{Date, Decimal, Id, kind};

/// The query of a statement page, as it stands in the address.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct StatementQuery {
    /// Words, or an amount.
    pub(super) q: String,
    /// A span of days that follows the calendar; `from` and `to` count where it is empty.
    pub(super) period: String,
    pub(super) from: String,
    pub(super) to: String,
    /// `in` or `out`.
    pub(super) dir: String,
    /// `cards` or `debits`.
    pub(super) only: String,
    /// Behind this entry: day and position.
    before: String,
}

/// The spans of days to choose from, and the keys of their words.
pub(super) const PERIODS: [(&str, &str); 5] = [
    ("", "period-all"),
    ("30-days", "period-30-days"),
    ("90-days", "period-90-days"),
    ("this-year", "period-this-year"),
    ("last-year", "period-last-year"),
];

/// The first and the last day of a period.
fn period(name: &str, today: Date) -> Result<(Option<Date>, Option<Date>), Reason> {
    let (year, ..) = today.ymd();
    let day = |year, month, day| Date::new(year, month, day).ok();
    match name {
        "" => Ok((None, None)),
        "30-days" => Ok((Some(today.plus_days(-29)), None)),
        "90-days" => Ok((Some(today.plus_days(-89)), None)),
        "this-year" => Ok((day(year, 1, 1), None)),
        "last-year" => Ok((day(year - 1, 1, 1), day(year - 1, 12, 31))),
        _ => Err(Reason::BadRequest),
    }
}

impl StatementQuery {
    /// What it asks for. An address that cannot be read is a bad request, not a silent "everything".
    pub(in crate::accounts) fn question(&self, today: Date) -> Result<Question, Reason> {
        let date = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|_| Reason::BadRequest),
        };
        let folded = fold(&self.q.chars().take(100).collect::<String>());
        let (from, to) = period(&self.period, today)?;
        let filter = Filter {
            amount: amount(&folded),
            text: Some(folded).filter(|text| !text.is_empty()),
            direction: match self.dir.as_str() {
                "" => 0,
                "in" => 1,
                "out" => -1,
                _ => return Err(Reason::BadRequest),
            },
            // Days that somebody names are closer to what they want than a period that is still chosen.
            from: date(&self.from)?.or(from),
            to: date(&self.to)?.or(to),
            only: match self.only.as_str() {
                "" => None,
                "cards" => Some(Only::Cards),
                "debits" => Some(Only::DirectDebits),
                _ => return Err(Reason::BadRequest),
            },
        };
        let before = match self.before.split_once('.') {
            None if self.before.is_empty() => None,
            None => return Err(Reason::BadRequest),
            Some((day, position)) => Some(Cursor {
                day: day.parse().map_err(|_| Reason::BadRequest)?,
                position: position.parse().map_err(|_| Reason::BadRequest)?,
            }),
        };
        Ok(Question { filter, before })
    }

    /// Whether anything is left out of the view.
    pub(super) fn filtered(&self) -> bool {
        [&self.q, &self.period, &self.from, &self.to, &self.dir, &self.only].iter().any(|part| !part.is_empty())
    }

    /// Whether it is the first page.
    pub(super) fn first(&self) -> bool {
        self.before.is_empty()
    }

    /// The same view with another kind of movement.
    pub(super) fn showing(&self, dir: &str, only: &str) -> Self {
        Self { dir: dir.to_owned(), only: only.to_owned(), before: String::new(), ..self.clone() }
    }

    /// The query of the view, from `before` on; empty or with its question mark.
    pub(super) fn query(&self, before: Option<Cursor>) -> String {
        let before = before.map(|before| format!("{}.{}", before.day, before.position)).unwrap_or_default();
        let pairs = [
            ("q", &self.q),
            ("period", &self.period),
            ("from", &self.from),
            ("to", &self.to),
            ("dir", &self.dir),
            ("only", &self.only),
            ("before", &before),
        ];
        let mut query = String::new();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&ui::encode(value));
        }
        query
    }

    /// The address of the view, from `before` on.
    pub(super) fn href(&self, account: Id<kind::Account>, before: Option<Cursor>) -> String {
        format!("/accounts/{account}{}", self.query(before))
    }
}

/// Words that are an amount: `12`, `12.50`, `1 234,50`, with or without a currency sign.
fn amount(text: &str) -> Option<Decimal> {
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || *c == ',' || *c == '.').collect();
    let strange = text.chars().any(|c| !c.is_ascii_digit() && !" ,.€$£-+−\u{202f}\u{a0}'".contains(c));
    if kept.is_empty() || strange {
        return None;
    }
    // The last sign is the decimal one unless just three digits follow it, as they do a sign that groups thousands.
    let point = kept.rfind([',', '.']).filter(|at| kept.len() - at - 1 != 3);
    let (whole, behind) = point.map_or((kept.as_str(), ""), |at| (&kept[..at], &kept[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    Decimal::parse(&format!("{whole}.{behind}"), b'.').ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_an_amount_are_searched_as_one() {
        let units = |text| amount(text).map(|amount| amount.to_units(2).unwrap());
        assert_eq!(units("12"), Some(1_200));
        assert_eq!(units("12,5"), Some(1_250));
        assert_eq!(units("1.234,50 €"), Some(123_450));
        assert_eq!(units("1,234"), Some(123_400));
        assert_eq!(units("rent 12"), None);
        assert_eq!(units("-"), None);
    }

    fn today() -> Date {
        Date::new(2026, 11, 17).unwrap()
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_taken_for_everything() {
        let read = |address: &str| {
            let uri = format!("/?{address}").parse().unwrap();
            axum::extract::Query::<StatementQuery>::try_from_uri(&uri).unwrap().0.question(today())
        };
        assert!(read("dir=in&before=2026-11-17.5&from=2026-01-01&only=cards&period=this-year").is_ok());
        for bad in ["dir=sideways", "before=x", "before=2026-11-31.1", "from=yesterday", "only=cheques", "period=soon"]
        {
            assert_eq!(read(bad).err(), Some(Reason::BadRequest), "{bad}");
        }
    }

    #[test]
    fn a_period_follows_the_calendar_and_days_that_are_named_come_first() {
        let days = |period: &str, from: &str| {
            let query =
                StatementQuery { period: period.to_owned(), from: from.to_owned(), ..StatementQuery::default() };
            let filter = query.question(today()).unwrap().filter;
            let text = |date: Option<Date>| date.map_or(String::new(), |date| date.to_string());
            format!("{} {}", text(filter.from), text(filter.to))
        };
        assert_eq!(days("", ""), " ");
        assert_eq!(days("30-days", ""), "2026-10-19 ");
        assert_eq!(days("this-year", ""), "2026-01-01 ");
        assert_eq!(days("last-year", ""), "2025-01-01 2025-12-31");
        assert_eq!(days("last-year", "2025-05-01"), "2025-05-01 2025-12-31");
    }

    #[test]
    fn the_address_of_a_view_keeps_everything_but_the_page() {
        let query = StatementQuery {
            q: "café & thé".to_owned(),
            dir: "in".to_owned(),
            before: "2026-11-17.5".to_owned(),
            ..StatementQuery::default()
        };
        assert_eq!(query.query(None), "?q=caf%C3%A9%20%26%20th%C3%A9&dir=in");
        assert_eq!(query.showing("", "cards").query(None), "?q=caf%C3%A9%20%26%20th%C3%A9&only=cards");
        assert!(StatementQuery::default().query(None).is_empty());
    }
}
