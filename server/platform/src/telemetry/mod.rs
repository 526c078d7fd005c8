//! What the portal tells its operators: a log and metrics, without a word about a customer.
//!
//! What may be in a log line is a list, not a matter of taste: the method, the *template* of the route, the status, a
//! duration, the id of the request, counts, the class of a document, the outcome of an attempt, names of files in the inbox
//! and of settings, and errors of the system. Never a path or a query string as it was asked for, a header, a body, a name,
//! an address or an amount. A value that belongs to a person travels in [`Pii`], so that a careless `{:?}` shows nothing.

mod log;
mod metrics;
mod observe;
mod pii;

pub use log::{LogHandle, TelemetryError, init, init_into};
pub use metrics::{Metrics, SourceState, metrics_router};
pub use observe::{RequestId, observe};
pub use pii::Pii;

pub(crate) use log::is_filter;
