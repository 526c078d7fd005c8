//! Letters as the demonstration's page shows them. Nothing else reads a letter again.

use crate::{
    db::{DbError, Tx},
    on,
    scope::FeedScope,
};
use guichet_types::{Id, Timestamp, kind};

/// A letter that was put.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Shown {
    id: Vec<u8>,
    /// Where to.
    pub address: String,
    /// The language that it is written in, by its tag.
    pub locale: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text; none when it is wiped.
    pub text: Option<String>,
    /// The same as HTML.
    pub html: Option<String>,
    created_at: i64,
}

impl Shown {
    /// Its id.
    ///
    /// # Errors
    /// When the row is damaged.
    pub fn id(&self) -> Result<Id<kind::Mail>, DbError> {
        Id::try_from(self.id.clone()).map_err(|_| DbError::Value("mail.id"))
    }

    /// When it was put.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        Timestamp(self.created_at)
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<letter>")
    }
}

/// The latest letters to anybody, newest first.
///
/// # Errors
/// What the database says.
pub async fn latest(tx: &mut Tx, _: &FeedScope, count: i64) -> Result<Vec<Shown>, DbError> {
    const LATEST: &str = "select id, address, locale, subject, cast(null as text) as text, cast(null as text) as html, created_at from mail
        order by created_at desc, id limit $1";
    on!(tx, c => sqlx::query_as(LATEST).bind(count).fetch_all(&mut **c).await).map_err(DbError::from)
}

/// One letter to anybody.
///
/// # Errors
/// What the database says.
pub async fn one(tx: &mut Tx, _: &FeedScope, id: Id<kind::Mail>) -> Result<Option<Shown>, DbError> {
    const ONE: &str = "select id, address, locale, subject, text, html, created_at from mail where id = $1";
    on!(tx, c => sqlx::query_as(ONE).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)
        .map_err(DbError::from)
}
