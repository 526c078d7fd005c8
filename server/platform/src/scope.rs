//! Who a transaction is for. Isolation is a type: no function for personal data exists that does not take one of these, and
//! only this crate can make them.

use crate::staff::{Capabilities, Capability};
use guichet_types::{Id, kind};
use std::{marker::PhantomData, ops::Deref, sync::Arc};

/// The database role that a scope acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// One customer, who sees what holder rows give.
    Customer(Id<kind::Customer>),
    /// Sign-in, before anybody is known.
    Auth,
    /// Somebody of the institution.
    Staff(Id<kind::Staff>),
    /// The back office's hand.
    Feed,
    /// Anybody, who sees the one thing that they name.
    Public(Named),
    /// Whoever makes a backup: reads everything.
    Keeper,
    /// The owner of the tables, who fills an empty database from a backup.
    Owner,
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

    /// Whether it may change anything. Who looks at the portal in a customer's place may not.
    fn may_write(&self) -> bool {
        true
    }
}

/// One signed-in customer. Made by [`crate::session`] alone, from a session that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerScope {
    customer: Id<kind::Customer>,
    looks_only: bool,
}

impl CustomerScope {
    pub(crate) const fn new(customer: Id<kind::Customer>) -> Self {
        Self { customer, looks_only: false }
    }

    /// For somebody of the institution who looks at the portal in the customer's place: every change is refused.
    pub(crate) const fn only_to_look(customer: Id<kind::Customer>) -> Self {
        Self { customer, looks_only: true }
    }

    /// The customer.
    #[must_use]
    pub const fn customer(&self) -> Id<kind::Customer> {
        self.customer
    }

    /// The customer's id as the database has it.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        self.customer.as_bytes()
    }
}

/// Somebody of the institution, with what their role lets them do. Made by [`crate::session`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffScope {
    who: Id<kind::Staff>,
    may: Capabilities,
}

impl StaffScope {
    pub(crate) const fn new(who: Id<kind::Staff>, may: Capabilities) -> Self {
        Self { who, may }
    }

    /// Who.
    #[must_use]
    pub const fn who(&self) -> Id<kind::Staff> {
        self.who
    }

    /// What they may do.
    #[must_use]
    pub const fn capabilities(&self) -> Capabilities {
        self.may
    }

    /// The right to do one kind of thing, when they have it. What needs a right takes a [`Grant`], so that it cannot be
    /// called without one.
    #[must_use]
    pub fn grant<R: Right>(&self) -> Option<Grant<R>> {
        self.may.has(R::CAPABILITY).then_some(Grant(*self, PhantomData))
    }
}

/// A right that a role can give.
pub trait Right: Send + Sync + 'static {
    /// The capability.
    const CAPABILITY: Capability;
}

/// The right to do one kind of thing, of somebody who has it. Made by [`StaffScope::grant`] alone.
#[derive(Debug)]
pub struct Grant<R: Right>(StaffScope, PhantomData<fn() -> R>);

impl<R: Right> Clone for Grant<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R: Right> Copy for Grant<R> {}

impl<R: Right> Deref for Grant<R> {
    type Target = StaffScope;
    fn deref(&self) -> &StaffScope {
        &self.0
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

/// Whoever makes a backup. Made by [`crate::backup`] alone.
#[derive(Clone, Copy, Debug)]
pub struct KeeperScope(());

impl KeeperScope {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

/// Whoever fills an empty database from a backup. Made by [`crate::backup`] alone.
#[derive(Clone, Copy, Debug)]
pub struct OwnerScope(());

impl OwnerScope {
    pub(crate) const fn new() -> Self {
        Self(())
    }
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

impl sealed::Sealed for StaffScope {}
impl<R: Right> sealed::Sealed for Grant<R> {}
impl sealed::Sealed for PublicScope {}
impl sealed::Sealed for CustomerScope {}
impl sealed::Sealed for AuthScope {}
impl sealed::Sealed for FeedScope {}
impl sealed::Sealed for KeeperScope {}
impl sealed::Sealed for OwnerScope {}

impl Scope for CustomerScope {
    fn role(&self) -> Role {
        Role::Customer(self.customer)
    }

    fn may_write(&self) -> bool {
        !self.looks_only
    }
}
impl Scope for StaffScope {
    fn role(&self) -> Role {
        Role::Staff(self.who)
    }
}
impl<R: Right> Scope for Grant<R> {
    fn role(&self) -> Role {
        self.0.role()
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
impl Scope for KeeperScope {
    fn role(&self) -> Role {
        Role::Keeper
    }

    fn may_write(&self) -> bool {
        false
    }
}
impl Scope for OwnerScope {
    fn role(&self) -> Role {
        Role::Owner
    }
}
