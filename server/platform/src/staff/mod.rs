//! The institution's own people: who they are, what their roles let them do, and whom they may look up.
//!
//! Somebody of the institution signs in as customers do, under the profile `admin`; what makes them staff is a row of
//! `staff`. What needs a right takes a [`Grant`](crate::scope::Grant) of it, which only a session of somebody who has it can
//! give. A change of rights takes a second person, where there is one.

mod capability;
mod customers;
mod invite;
mod people;
mod roles;
mod support;
#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
mod trial;

use crate::{
    audit::{Action, Actor, Entry},
    db::{Db, DbError},
    scope::StaffScope,
};
use guichet_types::{Id, Timestamp, kind};

pub use capability::{Capabilities, Capability};
pub use customers::{Access, CustomerFile, CustomerFilter, CustomerPage, CustomerRow, file_of, find_customers};
pub use invite::{Invitation, NewPerson};
pub use people::{Person, count_people, list_people};
pub(crate) use people::{is_staff, seen};
pub use roles::{Change, Proposal, ProposalKind, Role, list_proposals, list_roles};
pub(crate) use support::support_of;
pub use support::{SUPPORT_MINUTES, Support, SupportRow, list_support};
pub use trial::{TRIAL, end_trial, no_customer_yet};

/// The rights, as types: `Grant<can::Customers>`.
pub mod can {
    use super::Capability;
    use crate::scope::Right;

    macro_rules! rights {
        ($($(#[$doc:meta])+ $name:ident,)+) => { $(
            $(#[$doc])+
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl Right for $name {
                const CAPABILITY: Capability = Capability::$name;
            }
        )+ };
    }

    rights! {
        /// See [`Capability::Customers`].
        Customers,
        /// See [`Capability::Access`].
        Access,
        /// See [`Capability::Privacy`].
        Privacy,
        /// See [`Capability::Sources`].
        Sources,
        /// See [`Capability::Configure`].
        Configure,
        /// See [`Capability::Staff`].
        Staff,
        /// See [`Capability::Audit`].
        Audit,
        /// See [`Capability::Operate`].
        Operate,
    }
}

/// What somebody of the institution did, as the audit log has it.
#[must_use]
pub fn act(action: Action, scope: &StaffScope, now: Timestamp) -> Entry {
    Entry::new(action, Actor::Staff(*scope.who().as_bytes()), now)
}

/// The same person as sign-in knows them.
pub(crate) const fn sign_in_of(who: Id<kind::Staff>) -> Id<kind::Customer> {
    Id::from_bytes(*who.as_bytes())
}

fn id<K>(bytes: Vec<u8>) -> Result<Id<K>, DbError> {
    bytes.try_into().map_err(|_| DbError::Value("an id that is not 16 bytes"))
}

/// Whether anybody of the institution can sign in; without anybody the portal asks to be set up.
///
/// # Errors
/// What the database says.
pub async fn nobody_yet(db: &Db) -> Result<bool, DbError> {
    count_people(db).await.map(|count| count == 0)
}
