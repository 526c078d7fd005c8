//! What the database says of parcels, always to somebody: a customer, who sees what follower rows give, or anybody, who sees
//! the one parcel that they name.

mod event;
mod follow;
mod instruction;
mod lookup;
mod notice;
mod parcel;
mod public;
mod share;

use guichet_platform::db::Tx;
use guichet_types::{Id, kind};

pub use event::{Event, list_events};
pub use follow::{follow, unfollow};
pub use instruction::{Ask, Instruction, ask, latest_instruction};
pub use lookup::{Look, forget_lookups, is_allowed};
pub use notice::{Notice, keep_notices, list_notices};
pub use parcel::{Parcel, find_parcel, grouped, list_parcels};
pub use public::{Coarse, Proof, Public, bell_of, find_coarse, find_shared, holds, knows_postcode, prove, read_public};
pub use share::{Share, ShareSecret, list_shares, revoke_share, share};

/// The id of the parcel of a number, whether there is one or not.
#[must_use]
pub fn parcel_id(tx: &Tx, number: &str) -> Id<kind::Parcel> {
    tx.stable_id(&[b"shipment", number.as_bytes()])
}
