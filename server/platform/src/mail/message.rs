//! A letter as it goes over the wire (RFC 5322, MIME): the same bytes each time it is made, so that a second delivery of it
//! can be recognised by its `Message-ID`.

use super::{Address, smtp::Failure};
use guichet_types::{Id, Timestamp, kind};
use lettre::{
    Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue},
    },
};
use std::{
    error::Error,
    time::{Duration, UNIX_EPOCH},
};

/// Who letters come from.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The name, as mail programs show it.
    pub name: String,
    /// The address.
    pub address: Address,
}

/// What a message is made of.
pub(super) struct Content<'l> {
    pub id: Id<kind::Mail>,
    pub to: &'l Address,
    pub subject: &'l str,
    pub text: &'l str,
    pub html: &'l str,
    pub created_at: Timestamp,
}

/// Says that nobody wrote this, so that no absence is reported back (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The envelope, and the bytes.
pub(super) fn compose(sender: &Sender, content: &Content<'_>) -> Result<(Envelope, Vec<u8>), Failure> {
    let written = UNIX_EPOCH + Duration::from_millis(u64::try_from(content.created_at.millis()).unwrap_or(0));
    let part = |kind: ContentType, text: &str| {
        // Lines of any length, in any language, as ASCII that every server takes.
        let head = SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable);
        head.body(text.replace('\n', "\r\n"))
    };
    let parts = MultiPart::alternative()
        .boundary(format!("guichet-{}", content.id))
        .singlepart(part(ContentType::TEXT_PLAIN, content.text))
        .singlepart(part(ContentType::TEXT_HTML, content.html));
    let message = Message::builder()
        .date(written)
        .from(Mailbox::new(Some(sender.name.clone()), sender.address.inner().clone()))
        .to(Mailbox::new(None, content.to.inner().clone()))
        .subject(content.subject)
        .message_id(Some(format!("<{}@{}>", content.id, sender.address.domain())))
        .header(AutoSubmitted)
        .multipart(parts)
        .map_err(|_| Failure::Unfit)?;
    Ok((message.envelope().clone(), message.formatted()))
}
