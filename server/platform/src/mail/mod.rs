//! Letters to customers by e-mail.
//!
//! A letter is put in the transaction of the act that causes it, so that neither is there without the other. The [`Courier`]
//! sends it and tries again until a server takes it, refuses it for good, or what it says has expired. Nothing fails in
//! silence: what is given up is an error in the log, a number in the metrics and a state in the table; none of them holds a
//! word of the letter or an address.
//!
//! What a letter says is written by whoever causes it. Here it is held to its bounds: a subject is one line, an address is
//! an address, so that nothing that a person typed can become a header.

mod address;
mod courier;
mod message;
mod shown;
mod smtp;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
mod tests;

use crate::{
    db::{DbError, Tx},
    on,
    random::{Random, random_id},
};
use guichet_types::{Id, Locale, Timestamp, kind};
use std::fmt;

pub use address::{Address, AddressError};
pub use courier::{Courier, Way};
pub use message::Sender;
pub use shown::{Shown, latest, one};
pub use smtp::{Failure, Smtp, SmtpError, SmtpOptions};

/// Characters of the longest subject.
const SUBJECT_CHARS: usize = 150;

/// What a letter says, as plain text and as HTML.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    subject: String,
    text: String,
    html: String,
}

impl Rendered {
    /// A subject is made one line of at most 150 characters; texts lose what is no text.
    #[must_use]
    pub fn new(subject: &str, text: &str, html: &str) -> Self {
        let words: Vec<&str> =
            subject.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
        let subject = words.join(" ").chars().take(SUBJECT_CHARS).collect();
        Self { subject, text: printable(text), html: printable(html) }
    }

    /// One line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The plain text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same as HTML, a whole document.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<letter>")
    }
}

/// Text and line feeds. A lone carriage return is where two servers may see the end of a letter in two places.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// A letter to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The customer that it is for.
    pub customer: Id<kind::Customer>,
    /// Where to: an address that this customer has proved to be theirs, or is about to.
    pub to: Address,
    /// The language that it is written in.
    pub locale: Locale,
    /// What it is about, for the operator: a word of the program's own, like `reset-code`.
    pub kind: &'static str,
    /// What it says.
    pub content: Rendered,
    /// When what it says is good for nothing any more; for every letter with a code. It is not sent after that, and what it
    /// says is wiped.
    pub expires_at: Option<Timestamp>,
}

/// Puts a letter, in the transaction of the act that causes it. Its id also makes its `Message-ID`.
///
/// For the scope of a customer (to themselves alone), of sign-in and of the back office.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, random: &dyn Random, letter: &Letter, now: Timestamp) -> Result<Id<kind::Mail>, DbError> {
    const ADD: &str = "insert into mail
          (id, customer_id, address, locale, kind, subject, text, html, state, next_at, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9, $10)";
    let id: Id<kind::Mail> = random_id(random);
    let Letter { customer, to, locale, kind, content, expires_at } = letter;
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(customer.as_bytes().as_slice()).bind(to.as_str())
        .bind(locale.tag()).bind(*kind).bind(&content.subject).bind(&content.text).bind(&content.html).bind(now.millis())
        .bind(expires_at.map(Timestamp::millis)).execute(&mut **c).await.map(|_| ()))?;
    tx.writes_letters();
    Ok(id)
}

/// Forgets the letters from before `before` that are done with: to whom what was sent is personal data too.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    const FORGET: &str = "delete from mail where created_at < $1 and state in ('sent', 'given_up')";
    on!(tx, c => sqlx::query(FORGET).bind(before.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}
