//! The latest good price of an instrument, with where it came from and what was refused since.

use super::{super::ledger::InstrumentId, currency, decimal, instrument::price_unit, optional};
use guichet_formats::securities::record::QuoteKind;
use guichet_platform::{
    db::{DbError, Tx},
    on,
    scope::Scope,
};
use guichet_types::{Decimal, Price, Timestamp};

/// A price that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The guard's word.
    pub reason: String,
    /// The price.
    pub price: Decimal,
    /// When its source made it.
    pub at: Timestamp,
}

/// The latest good price of an instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// Of what.
    pub instrument: InstrumentId,
    /// The price.
    pub price: Price,
    /// What it is.
    pub kind: QuoteKind,
    /// Given by the custodian with a position, for want of a market's price.
    pub by_custodian: bool,
    /// When its source made it.
    pub at: Timestamp,
    /// How late the source is by rule.
    pub delay_seconds: i64,
    /// Who says so.
    pub source: Option<String>,
    /// The market.
    pub mic: Option<String>,
    /// The document that it came in.
    pub origin: String,
    /// Where in it.
    pub place: String,
    /// When it came.
    pub received_at: Timestamp,
    /// The last price that was refused.
    pub refused: Option<Refused>,
    /// The number of its latest change.
    pub version: i64,
}

impl Latest {
    /// Was a later price refused? Then the shown one may not be today's truth.
    #[must_use]
    pub fn in_doubt(&self) -> bool {
        self.refused.as_ref().is_some_and(|refused| refused.at >= self.at)
    }
}

/// A row of `quote` that has a price.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct QuoteRow {
    pub instrument_id: Vec<u8>,
    pub price: String,
    pub currency: String,
    pub divisor: i64,
    pub unit: String,
    pub kind: String,
    pub at: i64,
    pub delay_seconds: i64,
    pub source: Option<String>,
    pub mic: Option<String>,
    pub origin: String,
    pub place: String,
    pub received_at: i64,
    pub refused_reason: Option<String>,
    pub refused_price: Option<String>,
    pub refused_at: Option<i64>,
    pub version: i64,
}

impl TryFrom<QuoteRow> for Latest {
    type Error = DbError;
    fn try_from(row: QuoteRow) -> Result<Self, DbError> {
        let price = Price {
            amount: decimal(&row.price, "quote.price")?,
            currency: currency(&row.currency, "quote.currency")?,
            unit: price_unit(&row.unit),
            minor_divisor: u32::try_from(row.divisor).unwrap_or(1),
        };
        let refused =
            match (row.refused_reason, optional(row.refused_price.as_deref(), "quote.refused")?, row.refused_at) {
                (Some(reason), Some(price), Some(at)) => Some(Refused { reason, price, at: Timestamp(at) }),
                _ => None,
            };
        Ok(Self {
            instrument: row.instrument_id.try_into().map_err(|_| DbError::Value("quote.instrument_id"))?,
            price,
            kind: match row.kind.as_str() {
                "last" => QuoteKind::Last,
                "nav" => QuoteKind::Nav,
                _ => QuoteKind::Close,
            },
            by_custodian: row.kind == "custodian",
            at: Timestamp(row.at),
            delay_seconds: row.delay_seconds,
            source: row.source,
            mic: row.mic,
            origin: row.origin,
            place: row.place,
            received_at: Timestamp(row.received_at),
            refused,
            version: row.version,
        })
    }
}

/// The latest price of one instrument.
///
/// # Errors
/// What the database says.
pub async fn latest_of(tx: &mut Tx, _scope: &impl Scope, instrument: InstrumentId) -> Result<Option<Latest>, DbError> {
    const FIND: &str = "select q.instrument_id, q.price, q.currency, q.divisor, q.unit, q.kind, q.at, q.delay_seconds,
          q.source, q.mic, q.origin, q.place, q.received_at, q.refused_reason, q.refused_price, q.refused_at, q.version
        from quote q where q.instrument_id = $1 and q.price is not null";
    let row: Option<QuoteRow> =
        on!(tx, c => sqlx::query_as(FIND).bind(instrument.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    row.map(Latest::try_from).transpose()
}

/// The prices that have changed since a version, the oldest change first.
///
/// # Errors
/// What the database says.
pub async fn latest_since(tx: &mut Tx, _scope: &impl Scope, version: i64) -> Result<Vec<Latest>, DbError> {
    const LIST: &str = "select q.instrument_id, q.price, q.currency, q.divisor, q.unit, q.kind, q.at, q.delay_seconds,
          q.source, q.mic, q.origin, q.place, q.received_at, q.refused_reason, q.refused_price, q.refused_at, q.version
        from quote q where q.version > $1 and q.price is not null order by q.version";
    let rows: Vec<QuoteRow> = on!(tx, c => sqlx::query_as(LIST).bind(version).fetch_all(&mut **c).await)?;
    rows.into_iter().map(Latest::try_from).collect()
}
