//! Writes what customers download, as a stream: an entry at a time, whatever the number.

use crate::record::{AccountRef, Balance, MessageType};
use guichet_types::{Currency, Date, Timestamp};

/// A message: its header.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Of camt.
    pub message_type: MessageType,
    /// `GrpHdr/MsgId`, at most 35 letters.
    pub message_id: String,
    /// `GrpHdr/CreDtTm`.
    pub created_at: Timestamp,
}

/// A statement: all but its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its own reference, at most 35 letters.
    pub reference: String,
    /// Its number.
    pub electronic_seq: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Whose it is.
    pub account: AccountRef,
    /// The account's currency.
    pub currency: Currency,
    /// Its balances.
    pub balances: Vec<Balance>,
}

pub mod camt;
pub mod csv;
mod markup;
pub mod ofx;
