//! Value types that the server and the browser share.
//!
//! Everything here is small, exact and free of I/O: no float holds an amount, no clock is read, and two ids of different
//! things do not mix. The crate is in the WebAssembly graph, so it depends on `serde` alone.

mod arithmetic;
mod date;
mod decimal;
mod iban;
mod id;
mod isin;
pub mod live;
mod locale;
mod mic;
mod money;
pub mod parcel;
mod price;
pub mod quote_guard;
mod security_id;
mod time;
pub mod tracking;

pub use date::{Date, DateError};
pub use decimal::{Decimal, DecimalError};
pub use iban::{Iban, IbanError, group_in_fours};
pub use id::{Id, IdError, kind};
pub use isin::{Isin, IsinError};
pub use live::{LiveEvent, LiveQuotes};
pub use locale::{Locale, Theme};
pub use mic::{Market, Mic, MicError};
pub use money::{Currency, CurrencyError, Money, MoneyError};
pub use parcel::{ParcelReason, ParcelStatus};
pub use price::{Price, PriceUnit, Quantity, Rate, quoted_currency};
pub use security_id::{SecurityIdError, check_cusip, check_figi, check_lei, check_sedol};
pub use time::Timestamp;
pub use tracking::{Sscc, TrackingError, TrackingNumber};
