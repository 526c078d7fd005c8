//! A page of the portfolio, read in one state of the database.

use super::{
    book::{Book, priced},
    store::{self, Instrument, Latest, Portfolio, Transaction},
};
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use guichet_types::{Date, Id, Price, kind};

/// Transactions on the page.
pub const TRANSACTIONS: i64 = 12;

/// An instrument that the customer watches.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The instrument.
    pub instrument: Instrument,
    /// The latest good price.
    pub latest: Option<Latest>,
    /// The price at the end of yesterday, in today's units.
    pub before: Option<Price>,
}

/// A page of the portfolio.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The portfolio that is open.
    pub book: Option<Book>,
    /// All that the customer holds.
    pub portfolios: Vec<Portfolio>,
    /// The latest transactions of the open one.
    pub transactions: Vec<Transaction>,
    /// The watch list.
    pub watched: Vec<Watched>,
    /// The customer's latest live event that it knows.
    pub live: i64,
}

impl Sheet {
    /// Reads the page of one portfolio, or of the first one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read(
        tx: &mut Tx,
        scope: &CustomerScope,
        id: Option<Id<kind::Portfolio>>,
        today: Date,
    ) -> Result<Self, DbError> {
        let live = guichet_platform::live::cursor(tx, scope).await?;
        let portfolios = store::list_portfolios(tx, scope).await?;
        let chosen = id.or_else(|| portfolios.first().map(|portfolio| portfolio.id));
        let (mut book, mut transactions) = (None, Vec::new());
        if let Some(chosen) = chosen {
            book = Book::read(tx, scope, chosen, today).await?;
            transactions = store::list_transactions(tx, scope, chosen, None, TRANSACTIONS).await?;
        }
        let watched = read_watched(tx, scope, today).await?;
        Ok(Self { book, portfolios, transactions, watched, live })
    }
}

/// The watch list with prices.
///
/// # Errors
/// What the database says.
pub async fn read_watched(tx: &mut Tx, scope: &CustomerScope, today: Date) -> Result<Vec<Watched>, DbError> {
    let mut watched = Vec::new();
    for instrument in store::list_watched(tx, scope).await? {
        let (latest, before) = priced(tx, scope, instrument.id, today).await?;
        watched.push(Watched { instrument, latest, before });
    }
    Ok(watched)
}
