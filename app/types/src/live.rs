//! What goes over the live stream: small instructions for the page, in words that the server has already chosen.
//!
//! The browser holds no template and knows no language. It finds the element that an operation names and puts the text or
//! the server-rendered fragment there. An element says what it follows: `data-live="key"` for a text or a fragment,
//! `data-live-list="key"` for rows.

use serde::{Deserialize, Serialize};

/// One event of a customer's stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEvent {
    /// The customer's own number for it; they follow each other without a gap.
    pub seq: i64,
    /// What to do on the page, in order.
    pub ops: Vec<Op>,
}

/// The latest prices that a page shows, or where the parcel of a public page stands. They have no number: only the latest
/// counts, and a reconnect starts from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveQuotes {
    /// What to do on the page.
    pub quotes: Vec<Op>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Op {
    /// Puts plain text into every element with this `data-live`.
    Text {
        /// The value of `data-live`.
        key: String,
        /// The new text.
        text: String,
    },
    /// Replaces the content of every element with this `data-live` by a fragment rendered on the server.
    Html {
        /// The value of `data-live`.
        key: String,
        /// The fragment; escaped by the renderer.
        html: String,
    },
    /// Puts a row into a list, or over the row with the same id.
    Row {
        /// The value of `data-live-list`.
        list: String,
        /// The `data-group` of the heading that it stands under.
        group: String,
        /// The heading, for when the list does not have it yet.
        heading: String,
        /// The `id` of the row.
        id: String,
        /// The row.
        html: String,
    },
    /// Puts a price into every element with this `data-live`, and shows for a moment which way it has gone.
    Quote {
        /// The value of `data-live`.
        key: String,
        /// The new text.
        text: String,
        /// `up` or `down`; nothing when it has not moved.
        #[serde(skip_serializing_if = "Option::is_none")]
        dir: Option<String>,
    },
    /// Words for the browser's own notices, where the customer has allowed them and looks at something else.
    Notify {
        /// What to say.
        text: String,
    },
    /// Words for the one polite live region.
    Announce {
        /// What to say.
        text: String,
    },
}
