//! Signing in and out, the customer's own sessions, language and theme.
//!
//! Screens: sign-in, profile and security. Changes are forms that work without scripts; the one island warns that a session
//! is about to end.

pub mod islands;

#[cfg(feature = "ssr")]
pub mod actions;
#[cfg(feature = "ssr")]
pub mod pages;
