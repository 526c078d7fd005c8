//! What keeps an open page true: the stream on the server, the client in the browser, and the small islands that need a
//! script at all.

pub mod copy;
pub mod lamp;
pub mod trial;

#[cfg(feature = "hydrate")]
mod client;
#[cfg(feature = "ssr")]
pub mod shown;
#[cfg(feature = "ssr")]
pub mod stream;
