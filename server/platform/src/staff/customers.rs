//! Looking customers up: who they are and how they come in, and nothing of what they hold.

use super::{can, id};
use crate::{
    db::{Db, DbError},
    on,
    scope::{AUTH, Grant},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// How a customer comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing has been set up yet.
    Never,
    /// The address has not been confirmed.
    Unconfirmed,
    /// In order.
    Active,
    /// Shut out by the institution.
    Disabled,
}

/// Which customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomerFilter {
    /// All.
    #[default]
    All,
    /// Those who are shut out.
    Disabled,
    /// Those whose address is not confirmed.
    Unconfirmed,
}

/// A customer in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    /// Who.
    pub id: Id<kind::Customer>,
    /// Their name.
    pub name: String,
    /// Their number.
    pub number: String,
    /// Their confirmed address.
    pub email: Option<String>,
    /// How they come in.
    pub access: Access,
    /// Their last human act.
    pub seen_at: Option<Timestamp>,
}

/// A page of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPage {
    /// The customers.
    pub rows: Vec<CustomerRow>,
    /// How many there are of the filter.
    pub total: i64,
    /// How many are shut out.
    pub disabled: i64,
    /// How many have not confirmed their address.
    pub unconfirmed: i64,
}

/// A customer's file at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFile {
    /// As in the list.
    pub row: CustomerRow,
    /// Customer since, days since 1970-01-01.
    pub since_day: i64,
    /// Passkeys.
    pub passkeys: i64,
    /// An authenticator app.
    pub authenticator: bool,
    /// Sessions that are open.
    pub sessions: i64,
    /// A code that was handed out and not used, and until when it is good.
    pub code_until: Option<Timestamp>,
}

/// An address that stands for none, see [`crate::identity`].
const UNCONFIRMED: &str = "%@unconfirmed.invalid";

type Row = (Vec<u8>, String, String, Option<String>, Option<i64>, Option<i64>, Option<i64>);

fn row((customer, name, number, email, confirmed, disabled, seen): Row) -> Result<CustomerRow, DbError> {
    let access = match (disabled, &email, confirmed) {
        (Some(_), ..) => Access::Disabled,
        (None, None, _) => Access::Never,
        (None, Some(_), None) => Access::Unconfirmed,
        (None, Some(_), Some(_)) => Access::Active,
    };
    Ok(CustomerRow {
        id: id(customer)?,
        name,
        number,
        email: email.filter(|_| confirmed.is_some()),
        access,
        seen_at: seen.map(Timestamp),
    })
}

/// The columns of a row, and where they come from.
macro_rules! columns {
    () => {
        "select c.id, p.name, c.number, k.email, k.email_confirmed_at, c.disabled_at,
              (select max(s.last_human_at) from session s where s.customer_id = c.id)
            from customer c join party p on p.id = c.party_id left join credential k on k.customer_id = c.id"
    };
}

/// Those of the list: no staff, nobody who was erased, of a filter ($1), with a text in name, number or address ($2).
macro_rules! of_list {
    () => {
        " where c.erased_at is null and not exists (select 1 from staff m where m.customer_id = c.id)
            and ($1 = 0 or $1 = 1 and c.disabled_at is not null
              or $1 = 2 and k.customer_id is not null and k.email_confirmed_at is null)
            and ($2 = '%' or lower(p.name) like $2 escape '\\' or p.name like $4 escape '\\' or lower(c.number) like $2 escape '\\'
              or k.email like $2 escape '\\' and k.email not like $3)"
    };
}

/// Looks customers up by a part of their name, number or address, by name.
///
/// # Errors
/// What the database says.
pub async fn find_customers(
    db: &Db,
    _grant: &Grant<can::Customers>,
    text: &str,
    filter: CustomerFilter,
    (page, size): (i64, i64),
) -> Result<CustomerPage, DbError> {
    const LIST: &str = concat!(columns!(), of_list!(), " order by p.name, c.id limit $5 offset $6");
    const COUNT: &str = concat!(
        "select count(*) from customer c join party p on p.id = c.party_id left join credential k on k.customer_id = c.id",
        of_list!()
    );
    const OTHERS: &str =
        "select (select count(*) from customer c where c.disabled_at is not null and c.erased_at is null
          and not exists (select 1 from staff m where m.customer_id = c.id)),
        (select count(*) from credential k where k.email_confirmed_at is null
          and not exists (select 1 from staff m where m.customer_id = k.customer_id))";
    // SQLite folds the letters of English alone: a name that begins with another is looked for as it is written, too.
    let (text, written) = (pattern(&text.to_lowercase()), pattern(&capitals(text)));
    let which: i64 = match filter {
        CustomerFilter::All => 0,
        CustomerFilter::Disabled => 1,
        CustomerFilter::Unconfirmed => 2,
    };
    let read = db.read(&AUTH, move |tx| {
        async move {
            let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(which).bind(&text).bind(UNCONFIRMED).bind(&written).bind(size)
                .bind(page.saturating_mul(size)).fetch_all(&mut **c).await)?;
            let (total,): (i64,) = on!(tx, c => sqlx::query_as(COUNT).bind(which).bind(&text).bind(UNCONFIRMED).bind(&written)
                .fetch_one(&mut **c).await)?;
            let (disabled, unconfirmed): (i64, i64) = on!(tx, c => sqlx::query_as(OTHERS).fetch_one(&mut **c).await)?;
            let rows = rows.into_iter().map(row).collect::<Result<_, _>>()?;
            Ok::<_, DbError>(CustomerPage { rows, total, disabled, unconfirmed })
        }
        .boxed()
    });
    read.await
}

/// A text with a capital at the beginning of each word, as names are written.
fn capitals(text: &str) -> String {
    let mut begins = true;
    let letter = |letter: char| {
        let first = std::mem::replace(&mut begins, !letter.is_alphanumeric());
        if first { letter.to_uppercase().collect::<String>() } else { letter.to_lowercase().collect() }
    };
    text.chars().map(letter).collect()
}

/// A part of a text for `like`: what stands for something in a pattern stands for itself.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.trim().chars().take(80) {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

/// A customer's file; none when there is no such customer, or no more, or it is somebody of the institution.
///
/// # Errors
/// What the database says.
pub async fn file_of(
    db: &Db,
    _grant: &Grant<can::Customers>,
    customer: Id<kind::Customer>,
    now: Timestamp,
) -> Result<Option<CustomerFile>, DbError> {
    const FIND: &str = concat!(
        columns!(),
        " where c.id = $1 and c.erased_at is null and not exists (select 1 from staff m where m.customer_id = c.id)"
    );
    const MORE: &str = "select c.since_day, (select count(*) from passkey where customer_id = $1),
          (select count(*) from authenticator where customer_id = $1),
          (select count(*) from session where customer_id = $1 and revoked_at is null and expires_at > $2),
          (select a.until_at from activation a where a.customer_id = $1 and a.used_at is null and a.until_at > $2)
        from customer c where c.id = $1";
    let read = db.read(&AUTH, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            let found: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_optional(&mut **c).await)?;
            let Some(found) = found else { return Ok(None) };
            let (since_day, passkeys, authenticator, sessions, code): (i64, i64, i64, i64, Option<i64>) = on!(tx, c =>
                sqlx::query_as(MORE).bind(key).bind(now.millis()).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(Some(CustomerFile {
                row: row(found)?,
                since_day,
                passkeys,
                authenticator: authenticator > 0,
                sessions,
                code_until: code.map(Timestamp),
            }))
        }
        .boxed()
    });
    read.await
}

#[cfg(test)]
mod pattern_tests {
    use super::{capitals, pattern};

    #[test]
    fn what_stands_for_something_in_a_pattern_stands_for_itself() {
        assert_eq!(pattern("  "), "%");
        assert_eq!(pattern("mo%_\\"), "%mo\\%\\_\\\\%");
        assert_eq!(capitals("élodie de la tour-NOIRE"), "Élodie De La Tour-Noire");
    }
}
