//! The header of a message, while it is read.

use super::{context::Context, values};
use crate::{
    calendar,
    record::{Document, MessageType, Record},
};
use guichet_types::Timestamp;

/// `GrpHdr` while it is read.
#[derive(Default)]
pub(super) struct GroupDraft {
    message_id: Option<String>,
    created_at: Option<Timestamp>,
    page: Option<u32>,
    last_page: Option<bool>,
    /// Statements of this message so far.
    pub statements: u64,
    /// Whether the document was told.
    pub told: bool,
}

impl GroupDraft {
    pub fn leaf(&mut self, context: Context, text: &str) {
        match context {
            Context::MessageId => self.message_id = values::said(text),
            Context::GroupCreated => self.created_at = calendar::moment(text).map(|moment| moment.at),
            Context::GroupPage => self.page = text.parse().ok(),
            Context::GroupLast => self.last_page = Some(values::flag(text)),
            _ => {}
        }
    }

    pub fn document(&self, message_type: MessageType, version: &str, member: Option<&str>) -> Record {
        Record::Document(Document {
            message_type,
            version: version.to_owned(),
            message_id: self.message_id.clone(),
            created_at: self.created_at,
            page: self.page,
            last_page: self.last_page,
            member: member.map(str::to_owned),
        })
    }
}
