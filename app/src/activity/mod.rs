//! "Who saw my data": what happened with a customer's data and by whom, out of the audit log, for the customer.
//!
//! One screen, `/profile/activity`, and a panel on the profile that leads there. It has no events: it is read when it is opened.

pub mod pages;
pub(crate) mod words;
