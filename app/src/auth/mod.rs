//! Signing in and out, factors, the customer's own sessions, language and theme.
//!
//! Screens: sign-in and its second step, first access, a forgotten password, proving again who one is, profile and security.
//! All of it is links and forms that work without scripts; only passkeys need one. What is decided is decided in
//! `guichet_platform::identity`; here are the words and the doors.

pub mod islands;

#[cfg(feature = "hydrate")]
mod ceremony;

#[cfg(feature = "ssr")]
mod acts;
#[cfg(feature = "ssr")]
mod browser;
#[cfg(feature = "ssr")]
pub mod letters;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod proved;
