//! What the database says of parcels, always to somebody: a customer, who sees what follower rows give, or anybody, who sees
//! the one parcel that they name.

mod event;
mod follow;
mod instruction;
mod lookup;
mod parcel;
mod public;
mod share;

pub use event::{Event, list_events};
pub use follow::{follow, unfollow};
pub use instruction::{Ask, Instruction, ask, latest_instruction};
pub use lookup::{Look, forget_lookups, is_allowed};
pub use parcel::{Parcel, find_parcel, grouped, list_parcels};
pub use public::{Coarse, Public, find_coarse, find_shared, knows_postcode, read_public};
pub use share::{Share, ShareSecret, list_shares, revoke_share, share};
