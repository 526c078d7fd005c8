//! Accounts and who holds them.

use super::day;
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

macro_rules! account_columns {
    ($rest:literal) => {
        account_columns!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "select ",
            $more,
            "a.id, a.identification, a.scheme, a.currency, a.kind, coalesce(h.label, a.name) as label, a.bic,
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

/// One account, and the customer's latest live event, in one question: what a page of the account begins with.
///
/// # Errors
/// What the database says.
pub async fn find_account_live(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
) -> Result<Option<(Account, i64)>, DbError> {
    const FIND: &str =
        account_columns!("(select c.live_seq from customer c where c.id = $1) as live, ", " and a.id = $2");
    #[derive(sqlx::FromRow)]
    struct Row {
        live: i64,
        #[sqlx(flatten)]
        account: AccountRow,
    }
    let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(|row| Ok((row.account.try_into()?, row.live))).transpose()
}

/// The name that the account runs under, for details that are passed on.
///
/// # Errors
/// What the database says.
pub async fn find_owner(
    tx: &mut Tx,
    scope: &CustomerScope,
    account: Id<kind::Account>,
) -> Result<Option<String>, DbError> {
    const OWNER: &str = "select coalesce(a.owner_name, p.name) from account a
        join holder h on h.account_id = a.id join customer c on c.id = h.customer_id join party p on p.id = c.party_id
        where h.customer_id = $1 and h.until_day is null and a.id = $2";
    let row: Option<(String,)> = on!(tx, c => sqlx::query_as(OWNER).bind(scope.bytes())
        .bind(account.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(name,)| name))
}
