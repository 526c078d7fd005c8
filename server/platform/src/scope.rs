//! Who a transaction is for. Isolation is a type: no function for personal data exists that does not take one of these, and
//! only this crate can make them.

use guichet_types::{Id, kind};
use std::sync::Arc;

/// The database role that a scope acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// One customer, who sees what holder rows give.
    Customer(Id<kind::Customer>),
    /// Sign-in, before anybody is known.
    Auth,
    /// The back office's hand.
    Feed,
    /// Anybody, who sees the one thing that they name.
    Public(Named),
}

/// What somebody who is not signed in has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A parcel by its number, normalised.
    Parcel(Arc<str>),
    /// A parcel by the hash of the secret in a link that was shared.
    Share([u8; 32]),
}

mod sealed {
    pub trait Sealed {}
}

/// Whose transaction it is.
pub trait Scope: sealed::Sealed + Send + Sync {
    /// The role for the database.
    fn role(&self) -> Role;
}

/// One signed-in customer. Made by [`crate::session`] alone, from a session that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerScope(Id<kind::Customer>);

impl CustomerScope {
    pub(crate) const fn new(customer: Id<kind::Customer>) -> Self {
        Self(customer)
    }

    /// The customer.
    #[must_use]
    pub const fn customer(&self) -> Id<kind::Customer> {
        self.0
    }

    /// The customer's id as the database has it.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Sign-in and session keeping. Made by [`crate::session`] alone.
#[derive(Clone, Copy, Debug)]
pub struct AuthScope(());

/// The scope of sign-in, for statements that outlive the line that they are made in.
pub(crate) const AUTH: AuthScope = AuthScope(());

impl AuthScope {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

/// Whoever writes what the back office says, or works at the command line of the machine itself. Made by [`crate::inbox`]
/// and [`crate::scope::operator`] alone.
#[derive(Clone, Copy, Debug)]
pub struct FeedScope(());

impl FeedScope {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

/// The scope of somebody at the machine's own command line, who can read the database file anyway.
#[must_use]
pub const fn operator() -> FeedScope {
    FeedScope::new()
}

/// Anybody who names one thing: the transaction sees that thing and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicScope(Named);

impl PublicScope {
    /// Whoever knows this tracking number, normalised.
    #[must_use]
    pub fn of_parcel(number: &str) -> Self {
        Self(Named::Parcel(number.into()))
    }

    /// Whoever has the secret of this hash (SHA-256).
    #[must_use]
    pub const fn of_share(hash: [u8; 32]) -> Self {
        Self(Named::Share(hash))
    }

    /// What was named.
    #[must_use]
    pub const fn named(&self) -> &Named {
        &self.0
    }
}

impl sealed::Sealed for PublicScope {}
impl sealed::Sealed for CustomerScope {}
impl sealed::Sealed for AuthScope {}
impl sealed::Sealed for FeedScope {}

impl Scope for CustomerScope {
    fn role(&self) -> Role {
        Role::Customer(self.0)
    }
}
impl Scope for AuthScope {
    fn role(&self) -> Role {
        Role::Auth
    }
}
impl Scope for PublicScope {
    fn role(&self) -> Role {
        Role::Public(self.0.clone())
    }
}
impl Scope for FeedScope {
    fn role(&self) -> Role {
        Role::Feed
    }
}
