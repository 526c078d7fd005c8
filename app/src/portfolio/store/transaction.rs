//! Transactions of a portfolio.

use super::{super::ledger::InstrumentId, currency, day, decimal, optional};
use guichet_formats::securities::record::TransactionKind;
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Decimal, Id, Timestamp, kind};

/// A transaction, as it is shown.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The custodian's number of it.
    pub reference: String,
    /// What it does.
    pub kind: TransactionKind,
    /// Of which instrument.
    pub instrument: Option<InstrumentId>,
    /// Its name.
    pub name: Option<String>,
    /// Its ISIN, or the sender's own number.
    pub key: Option<String>,
    /// The day of the trade.
    pub day: Date,
    /// The day of settlement.
    pub settle_day: Option<Date>,
    /// Signed.
    pub quantity: Option<Decimal>,
    /// As quoted.
    pub price: Option<Decimal>,
    /// Not below nought.
    pub fees: Decimal,
    /// Not below nought.
    pub taxes: Decimal,
    /// What the money account sees.
    pub net: Option<Decimal>,
    /// Of the amounts.
    pub currency: Currency,
    /// A split: new ones for old ones.
    pub ratio: Option<(String, String)>,
    /// The custodian's words.
    pub text: Option<String>,
    /// The document that it came in.
    pub origin: String,
    /// Where in it.
    pub place: String,
    /// When it came.
    pub first_seen_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    reference: String,
    kind: String,
    instrument_id: Option<Vec<u8>>,
    name: Option<String>,
    key: Option<String>,
    day: i64,
    settle_day: Option<i64>,
    quantity: Option<String>,
    price: Option<String>,
    fees: String,
    taxes: String,
    net: Option<String>,
    currency: String,
    new_units: Option<String>,
    old_units: Option<String>,
    text: Option<String>,
    origin: String,
    place: String,
    first_seen_at: i64,
}

impl TryFrom<Row> for Transaction {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            reference: row.reference,
            kind: kind_of(&row.kind),
            instrument: row.instrument_id.and_then(|id| id.try_into().ok()),
            name: row.name,
            key: row.key,
            day: day(row.day),
            settle_day: row.settle_day.map(day),
            quantity: optional(row.quantity.as_deref(), "transaction.quantity")?,
            price: optional(row.price.as_deref(), "transaction.price")?,
            fees: decimal(&row.fees, "transaction.fees")?,
            taxes: decimal(&row.taxes, "transaction.taxes")?,
            net: optional(row.net.as_deref(), "transaction.net")?,
            currency: currency(&row.currency, "transaction.currency")?,
            ratio: row.new_units.zip(row.old_units),
            text: row.text,
            origin: row.origin,
            place: row.place,
            first_seen_at: Timestamp(row.first_seen_at),
        })
    }
}

/// From the database's word.
pub(in crate::portfolio) fn kind_of(word: &str) -> TransactionKind {
    let known = TransactionKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    known.unwrap_or(TransactionKind::CorporateAction)
}

/// Transactions of a portfolio that the customer holds, the newest first; of one instrument, if one is named.
///
/// # Errors
/// What the database says.
pub async fn list_transactions(
    tx: &mut Tx,
    scope: &CustomerScope,
    portfolio: Id<kind::Portfolio>,
    instrument: Option<InstrumentId>,
    limit: i64,
) -> Result<Vec<Transaction>, DbError> {
    const LIST: &str =
        "select t.reference, t.kind, t.instrument_id, i.name, i.key, t.day, t.settle_day, t.quantity, t.price,
          t.fees, t.taxes, t.net, t.currency, t.new_units, t.old_units, t.text, t.origin, t.place, t.first_seen_at
        from security_transaction t left join instrument i on i.id = t.instrument_id
        join portfolio_holder h on h.portfolio_id = t.portfolio_id join customer c on c.number = h.number
        where c.id = $1 and t.portfolio_id = $2 and (cast($3 as bigint) = 0 or t.instrument_id = $4)
        order by t.day desc, t.reference desc limit $5";
    let (narrowed, id) = instrument.map_or((0_i64, Vec::new()), |id| (1, id.as_bytes().to_vec()));
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).bind(scope.bytes()).bind(portfolio.as_bytes().as_slice())
        .bind(narrowed).bind(id).bind(limit).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Transaction::try_from).collect()
}
