//! What the database says of accounts, always to somebody: every function takes the scope, and every query goes through the
//! holder row that gives the right.

use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Id, Money, Timestamp, kind};

/// Kinds of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// For payments.
    Current,
    /// For saving.
    Savings,
    /// A credit card.
    Card,
    /// A loan.
    Loan,
    /// Securities.
    Custody,
}

impl AccountKind {
    /// From the database's word.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "savings" => Self::Savings,
            "card" => Self::Card,
            "loan" => Self::Loan,
            "custody" => Self::Custody,
            _ => Self::Current,
        }
    }

    /// The key of its word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Current => "account-current",
            Self::Savings => "account-savings",
            Self::Card => "account-card",
            Self::Loan => "account-loan",
            Self::Custody => "account-custody",
        }
    }
}

/// An account that the customer holds.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its public id.
    pub id: Id<kind::Account>,
    /// IBAN or other identification.
    pub identification: String,
    /// `IBAN`, or what else the identification is.
    pub scheme: String,
    /// Its currency.
    pub currency: Currency,
    /// Its kind.
    pub kind: AccountKind,
    /// The customer's or the bank's name for it.
    pub label: Option<String>,
    /// The bank.
    pub bic: Option<String>,
    /// Agreed overdraft, minor units, not below nought.
    pub overdraft: i64,
    /// Booked balance; none before the first statement.
    pub booked: Option<Money>,
    /// When the latest news of it came.
    pub booked_at: Option<Timestamp>,
    /// What the pending entries add up to.
    pub pending: Money,
    /// How many entries are pending.
    pub pending_count: i64,
    /// The day of the bank's last closing balance.
    pub anchor_day: Option<Date>,
    /// The file that the last closing balance came in.
    pub anchor_source: Option<String>,
}

impl Account {
    /// Booked and pending and overdraft: what can be spent.
    #[must_use]
    pub fn available(&self) -> Option<Money> {
        let minor = self.booked?.minor.checked_add(self.pending.minor.min(0))?.checked_add(self.overdraft)?;
        Some(Money::new(minor, self.currency))
    }
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: Vec<u8>,
    identification: String,
    scheme: String,
    currency: String,
    kind: String,
    label: Option<String>,
    bic: Option<String>,
    overdraft: i64,
    booked: Option<i64>,
    booked_at: Option<i64>,
    pending: i64,
    pending_count: i64,
    anchor_day: Option<i64>,
    anchor_source: Option<String>,
}

impl TryFrom<AccountRow> for Account {
    type Error = DbError;
    fn try_from(row: AccountRow) -> Result<Self, DbError> {
        let currency: Currency = row.currency.parse().map_err(|_| DbError::Value("account.currency"))?;
        Ok(Self {
            id: row.id.try_into().map_err(|_| DbError::Value("account.id"))?,
            identification: row.identification,
            scheme: row.scheme,
            currency,
            kind: AccountKind::from_name(&row.kind),
            label: row.label,
            bic: row.bic,
            overdraft: row.overdraft,
            booked: row.booked.map(|minor| Money::new(minor, currency)),
            booked_at: row.booked_at.map(Timestamp),
            pending: Money::new(row.pending, currency),
            pending_count: row.pending_count,
            anchor_day: row.anchor_day.map(day),
            anchor_source: row.anchor_source,
        })
    }
}

/// Days are stored as 64 bits and made of 32.
fn day(days: i64) -> Date {
    Date::from_days(i32::try_from(days).unwrap_or(0))
}

macro_rules! account_columns {
    ($rest:literal) => {
        concat!(
            "select a.id, a.identification, a.scheme, a.currency, a.kind, coalesce(h.label, a.name) as label, a.bic,
               a.overdraft, a.booked, a.booked_at, a.anchor_day,
               cast(coalesce((select sum(p.amount) from entry p
                 where p.account_id = a.id and p.shown = 1 and p.status = 'pending'), 0) as bigint) as pending,
               (select count(*) from entry p
                 where p.account_id = a.id and p.shown = 1 and p.status = 'pending') as pending_count,
               (select d.name from source_document d where d.id = a.anchor_document) as anchor_source
             from account a join holder h on h.account_id = a.id
             where h.customer_id = $1 and h.until_day is null",
            $rest
        )
    };
}

/// The customer's accounts, current ones first.
///
/// # Errors
/// What the database says.
pub async fn list_accounts(tx: &mut Tx, scope: &CustomerScope) -> Result<Vec<Account>, DbError> {
    const LIST: &str = account_columns!(
        " order by case a.kind when 'current' then 0 when 'savings' then 1 else 2 end, a.identification, a.currency limit 200"
    );
    let rows: Vec<AccountRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Account::try_from).collect()
}

/// One account, if the customer holds it.
///
/// # Errors
/// What the database says.
pub async fn find_account(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
) -> Result<Option<Account>, DbError> {
    const FIND: &str = account_columns!(" and a.id = $2");
    let row: Option<AccountRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Account::try_from).transpose()
}

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its public id.
    pub id: Id<kind::Entry>,
    /// The day that it is listed under.
    pub day: Date,
    /// Its place within the day.
    pub position: i64,
    /// Booked, pending, told only.
    pub status: String,
    /// The amount, signed.
    pub amount: Money,
    /// Takes an earlier booking back.
    pub reversal: bool,
    /// The value date.
    pub value_day: Option<Date>,
    /// The instant of booking, where the bank gives one.
    pub booked_at: Option<Timestamp>,
    /// The other side.
    pub counterparty: Option<String>,
    /// What it is for.
    pub remittance: Option<String>,
    /// The bank's code.
    pub code: Option<String>,
    /// In a statement, or told ahead of one.
    pub is_final: bool,
    /// When it first came.
    pub first_seen_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Vec<u8>,
    day: i64,
    position: i64,
    status: String,
    amount: i64,
    currency: String,
    reversal: i64,
    value_day: Option<i64>,
    booked_at: Option<i64>,
    counterparty: Option<String>,
    remittance: Option<String>,
    code: Option<String>,
    r#final: i64,
    first_seen_at: i64,
}

impl TryFrom<EntryRow> for Entry {
    type Error = DbError;
    fn try_from(row: EntryRow) -> Result<Self, DbError> {
        let currency = row.currency.parse().map_err(|_| DbError::Value("entry.currency"))?;
        Ok(Self {
            id: row.id.try_into().map_err(|_| DbError::Value("entry.id"))?,
            day: day(row.day),
            position: row.position,
            status: row.status,
            amount: Money::new(row.amount, currency),
            reversal: row.reversal != 0,
            value_day: row.value_day.map(day),
            booked_at: row.booked_at.map(Timestamp),
            counterparty: row.counterparty,
            remittance: row.remittance,
            code: row.code,
            is_final: row.r#final != 0,
            first_seen_at: Timestamp(row.first_seen_at),
        })
    }
}

/// What a reader looks for. An empty filter finds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Folded words, as [`fold`] makes them; all of one phrase.
    pub text: Option<String>,
    /// The size of an amount in minor units, when the words are one.
    pub amount: Option<i64>,
    /// Money in (`1`), money out (`-1`).
    pub direction: i64,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to this day.
    pub to: Option<Date>,
}

impl Filter {
    /// Finds everything?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a page begins: behind this day and position, going back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The day of the last entry before.
    pub day: Date,
    /// Its position.
    pub position: i64,
}

macro_rules! entry_columns {
    ($rest:literal) => {
        concat!(
            "select e.id, e.day, e.position, e.status, e.amount, e.currency, e.reversal, e.value_day, e.booked_at,
               e.counterparty, e.remittance, e.code, e.final, e.first_seen_at
             from entry e join holder h on h.account_id = e.account_id
             where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.shown = 1 ",
            $rest
        )
    };
}

/// Booked entries behind a cursor, the latest first, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn list_booked(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    filter: &Filter,
    before: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    const ALL: &str = entry_columns!(
        "and e.status = 'booked' and (e.day, e.position) < ($3, $4) order by e.day desc, e.position desc limit $5"
    );
    const SOME: &str = entry_columns!(
        "and e.status = 'booked' and (e.day, e.position) < ($3, $4) and e.day >= $6 and e.day <= $7
         and ($8 = 0 or (e.amount > 0) = ($8 > 0))
         and ($9 = '' or e.search like $9 escape '!' or abs(e.amount) = $10)
         order by e.day desc, e.position desc limit $5"
    );
    let (day, position) = before.map_or((i64::from(i32::MAX), i64::MAX), |c| (i64::from(c.day.days()), c.position));
    let account = account.as_bytes().as_slice();
    let rows: Vec<EntryRow> = if filter.is_empty() {
        on!(tx, c => sqlx::query_as(ALL).bind(scope.bytes()).bind(account).bind(day).bind(position).bind(limit)
            .fetch_all(&mut **c).await)?
    } else {
        let bound = |date: Option<Date>, open: i64| date.map_or(open, |date| i64::from(date.days()));
        let like = filter.text.as_deref().map(like).unwrap_or_default();
        on!(tx, c => sqlx::query_as(SOME).bind(scope.bytes()).bind(account).bind(day).bind(position).bind(limit)
            .bind(bound(filter.from, i64::from(i32::MIN))).bind(bound(filter.to, i64::from(i32::MAX)))
            .bind(filter.direction).bind(like).bind(filter.amount.unwrap_or(-1)).fetch_all(&mut **c).await)?
    };
    rows.into_iter().map(Entry::try_from).collect()
}

/// Pending entries, the latest first; at most 200.
///
/// # Errors
/// What the database says.
pub async fn list_pending(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
) -> Result<Vec<Entry>, DbError> {
    const PENDING: &str = entry_columns!("and e.status = 'pending' order by e.day desc, e.position desc limit 200");
    let rows: Vec<EntryRow> = on!(tx, c => sqlx::query_as(PENDING).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// One entry in a list, if it is the customer's and shown.
///
/// # Errors
/// What the database says.
pub async fn find_listed(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    entry: Id<kind::Entry>,
) -> Result<Option<Entry>, DbError> {
    const FIND: &str = entry_columns!("and e.id = $3");
    let row: Option<EntryRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(entry.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Entry::try_from).transpose()
}

/// What a day's shown booked entries add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayNet {
    /// The day.
    pub day: Date,
    /// Minor units, signed.
    pub net: i64,
    /// How many.
    pub entries: i64,
}

/// The nets of the days from `from` to `to`, both with, in order.
///
/// # Errors
/// What the database says.
pub async fn list_days(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    from: Date,
    to: Date,
) -> Result<Vec<DayNet>, DbError> {
    const DAYS: &str = "select d.day, d.net, d.entries from account_day d join holder h on h.account_id = d.account_id
        where h.customer_id = $1 and h.until_day is null and d.account_id = $2 and d.day between $3 and $4 order by d.day";
    let rows: Vec<(i64, i64, i64)> = on!(tx, c => sqlx::query_as(DAYS).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(i64::from(from.days())).bind(i64::from(to.days()))
        .fetch_all(&mut **c).await)?;
    Ok(rows.into_iter().map(|(d, net, entries)| DayNet { day: day(d), net, entries }).collect())
}

/// A balance that the bank itself gave for the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The day.
    pub day: Date,
    /// Minor units.
    pub balance: i64,
}

/// The bank's closing balances from `from` to `to` and the first one behind, in order of days; of a day with several, the
/// last.
///
/// # Errors
/// What the database says.
pub async fn list_closings(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    from: Date,
    to: Date,
) -> Result<Vec<Closing>, DbError> {
    const CLOSINGS: &str =
        "select s.closing_day, s.closing from statement s join holder h on h.account_id = s.account_id
        where h.customer_id = $1 and h.until_day is null and s.account_id = $2 and s.kind = 'statement'
          and s.closing is not null and s.closing_day >= $3 and s.closing_day <= coalesce((
            select min(n.closing_day) from statement n where n.account_id = $2 and n.kind = 'statement'
              and n.closing is not null and n.closing_day >= $4), $4)
        order by s.closing_day, coalesce(s.page, 0), coalesce(s.created_at, 0), s.id";
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(CLOSINGS).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(i64::from(from.days())).bind(i64::from(to.days()))
        .fetch_all(&mut **c).await)?;
    let mut closings: Vec<Closing> = Vec::with_capacity(rows.len());
    for (closing_day, balance) in rows {
        let closing = Closing { day: day(closing_day), balance };
        match closings.last_mut() {
            Some(last) if last.day == closing.day => *last = closing,
            _ => closings.push(closing),
        }
    }
    Ok(closings)
}

/// What the shown booked entries of one day add up to that stand above a position.
///
/// # Errors
/// What the database says.
pub async fn sum_above(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    at: Cursor,
) -> Result<i64, DbError> {
    const SUM: &str = "select cast(coalesce(sum(e.amount), 0) as bigint) from entry e
        join holder h on h.account_id = e.account_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.shown = 1 and e.status = 'booked'
          and e.day = $3 and e.position > $4";
    let (sum,): (i64,) = on!(tx, c => sqlx::query_as(SUM).bind(scope.bytes()).bind(account.as_bytes().as_slice())
        .bind(i64::from(at.day.days())).bind(at.position).fetch_one(&mut **c).await)?;
    Ok(sum)
}

/// Everything that is known of one entry.
#[derive(Clone, Debug)]
pub struct EntryDetail {
    /// As in the list.
    pub entry: Entry,
    /// The bank's reference.
    pub servicer_ref: Option<String>,
    /// The other reference.
    pub entry_ref: Option<String>,
    /// The transactions behind it.
    pub details: Vec<guichet_formats::record::EntryDetail>,
    /// Where it came from: the file.
    pub source: String,
    /// Where in the file.
    pub place: String,
    /// When the file came.
    pub received_at: Timestamp,
    /// The message type of the file.
    pub message_type: Option<String>,
    /// The entry that took this one's place.
    pub superseded_by: Option<Id<kind::Entry>>,
    /// Still in the list.
    pub shown: bool,
}

#[derive(sqlx::FromRow)]
struct DetailRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    servicer_ref: Option<String>,
    entry_ref: Option<String>,
    details: String,
    place: String,
    superseded_by: Option<Vec<u8>>,
    shown: i64,
    source: String,
    received_at: i64,
    message_type: Option<String>,
}

/// An entry with all that is known of it, if it is on an account of the customer's.
///
/// # Errors
/// What the database says.
pub async fn find_entry(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    entry: Id<kind::Entry>,
) -> Result<Option<EntryDetail>, DbError> {
    const FIND: &str = "select e.id, e.day, e.position, e.status, e.amount, e.currency, e.reversal, e.value_day, e.booked_at,
          e.counterparty, e.remittance, e.code, e.final, e.first_seen_at, e.servicer_ref, e.entry_ref, e.details, e.place,
          e.superseded_by, e.shown, d.name as source, d.received_at, d.message_type
        from entry e join holder h on h.account_id = e.account_id
        join source_document d on d.id = e.document_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.id = $3";
    let row: Option<DetailRow> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).bind(entry.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(|row| {
        Ok(EntryDetail {
            entry: row.entry.try_into()?,
            servicer_ref: row.servicer_ref,
            entry_ref: row.entry_ref,
            details: serde_json::from_str(&row.details).map_err(|_| DbError::Value("entry.details"))?,
            source: row.source,
            place: row.place,
            received_at: Timestamp(row.received_at),
            message_type: row.message_type,
            superseded_by: row.superseded_by.and_then(|id| id.try_into().ok()),
            shown: row.shown != 0,
        })
    })
    .transpose()
}

/// An entry with what a file of it needs.
#[derive(Clone, Debug)]
pub struct FullEntry {
    /// As in the list.
    pub entry: Entry,
    /// The bank's reference.
    pub servicer_ref: Option<String>,
    /// The other reference.
    pub entry_ref: Option<String>,
    /// The transactions behind it.
    pub details: Vec<guichet_formats::record::EntryDetail>,
}

#[derive(sqlx::FromRow)]
struct FullRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    servicer_ref: Option<String>,
    entry_ref: Option<String>,
    details: String,
}

/// Booked entries after a cursor, the oldest first, at most `limit`: for files.
///
/// # Errors
/// What the database says.
pub async fn list_ascending(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<FullEntry>, DbError> {
    const LIST: &str =
        "select e.id, e.day, e.position, e.status, e.amount, e.currency, e.reversal, e.value_day, e.booked_at,
          e.counterparty, e.remittance, e.code, e.final, e.first_seen_at, e.servicer_ref, e.entry_ref, e.details
        from entry e join holder h on h.account_id = e.account_id
        where h.customer_id = $1 and h.until_day is null and e.account_id = $2 and e.shown = 1 and e.status = 'booked'
          and (e.day, e.position) > ($3, $4) and e.day >= $6 and e.day <= $7
          and ($8 = 0 or (e.amount > 0) = ($8 > 0))
          and ($9 = '' or e.search like $9 escape '!' or abs(e.amount) = $10)
        order by e.day, e.position limit $5";
    let (day, position) = after.map_or((i64::from(i32::MIN), -1), |c| (i64::from(c.day.days()), c.position));
    let bound = |date: Option<Date>, open: i64| date.map_or(open, |date| i64::from(date.days()));
    let like = filter.text.as_deref().map(like).unwrap_or_default();
    let rows: Vec<FullRow> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).bind(account.as_bytes().as_slice())
        .bind(day).bind(position).bind(limit).bind(bound(filter.from, i64::from(i32::MIN)))
        .bind(bound(filter.to, i64::from(i32::MAX))).bind(filter.direction).bind(like).bind(filter.amount.unwrap_or(-1))
        .fetch_all(&mut **c).await)?;
    rows.into_iter()
        .map(|row| {
            Ok(FullEntry {
                entry: row.entry.try_into()?,
                servicer_ref: row.servicer_ref,
                entry_ref: row.entry_ref,
                details: serde_json::from_str(&row.details).map_err(|_| DbError::Value("entry.details"))?,
            })
        })
        .collect()
}

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
