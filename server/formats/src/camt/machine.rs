//! Takes the events of the parser, knows where in the message they are, and hands texts to the drafts.

use super::{
    context::{self, Context, Role},
    entry::EntryDraft,
    group::GroupDraft,
    schema::At,
    statement::StatementDraft,
    walk::Walk,
};
use crate::{
    Limits, Refusal,
    chain::Chains,
    out::{Out, Told},
    record::{CheckKind, MessageType, Severity},
};
use quick_xml::events::BytesStart;

/// The namespace of ISO 20022, before the version.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// An element that is open.
struct Frame {
    context: Context,
    /// None: nothing is held against a schema here.
    at: Option<At>,
    children: bool,
    /// Where its name begins in `names`.
    name: usize,
}

/// Whose texts are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Group,
    Statement,
    Entry,
}

/// The state of one reading.
pub(super) struct Machine<'o, 's> {
    limits: &'o Limits,
    member: Option<&'o str>,
    out: &'o mut Out<'s>,
    /// The line of the event at hand.
    pub line: u64,
    /// The tag that was opened last is an entry: its raw text is wanted from here.
    pub entry_begins: bool,
    frames: Vec<Frame>,
    /// The names of the open elements, one behind the other.
    names: String,
    inside: Inside,
    text: String,
    /// The attribute `Ccy` of the innermost element.
    currency: String,
    /// Prefixes and namespaces that envelopes declare.
    namespaces: Vec<(String, String)>,
    version: String,
    walk: Walk,
    chains: Chains,
    role: Role,
    group: GroupDraft,
    statement: StatementDraft,
    entry: EntryDraft,
    message: Option<MessageType>,
    statements: u64,
    entries: u64,
    rooted: bool,
}

impl<'o, 's> Machine<'o, 's> {
    pub fn new(limits: &'o Limits, member: Option<&'o str>, out: &'o mut Out<'s>) -> Self {
        Self {
            limits,
            member,
            out,
            line: 1,
            entry_begins: false,
            frames: Vec::with_capacity(limits.max_depth.min(256)),
            names: String::new(),
            inside: Inside::Group,
            text: String::new(),
            currency: String::new(),
            namespaces: Vec::new(),
            version: String::new(),
            walk: Walk::default(),
            chains: Chains::default(),
            role: Role::Debtor,
            group: GroupDraft::default(),
            statement: StatementDraft::default(),
            entry: EntryDraft::default(),
            message: None,
            statements: 0,
            entries: 0,
            rooted: false,
        }
    }

    pub fn out(&mut self) -> &mut Out<'s> {
        self.out
    }

    /// The innermost open element, for a message.
    pub fn innermost(&self) -> String {
        self.frames.last().map_or_else(|| "the document".to_owned(), |frame| self.names[frame.name..].to_owned())
    }

    fn broken(&self, reason: impl Into<String>) -> Refusal {
        Refusal::NotWellFormed { line: self.line, reason: reason.into() }
    }

    pub fn declaration(&self) -> Result<(), Refusal> {
        if self.rooted { Err(self.broken("an XML declaration that is not at the beginning")) } else { Ok(()) }
    }

    /// Text between tags.
    pub fn text(&mut self, text: &str) -> Result<(), Refusal> {
        if self.frames.is_empty() {
            return if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                Ok(())
            } else {
                Err(self.broken("text outside of the root element"))
            };
        }
        if self.text.len() + text.len() > self.limits.max_text {
            return Err(Refusal::TooLong { line: self.line, what: "a text", limit: self.limits.max_text as u64 });
        }
        if text.bytes().fold(false, |odd, byte| odd | (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))) {
            return Err(self.broken("a control character"));
        }
        self.text.push_str(text);
        Ok(())
    }

    /// `&…;`: the five of XML and characters by number; no others.
    pub fn reference(&mut self, name: &str) -> Result<(), Refusal> {
        let name = name.trim_start_matches('&').trim_end_matches(';');
        let mut utf8 = [0; 4];
        let text = match name {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            _ => {
                let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => digits.parse().ok(),
                });
                let letter = number.and_then(char::from_u32).filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r'));
                match letter {
                    Some(letter) => letter.encode_utf8(&mut utf8),
                    None => return Err(Refusal::Entity { line: self.line, name: name.chars().take(40).collect() }),
                }
            }
        };
        self.text(text)
    }

    pub fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        if self.frames.len() >= self.limits.max_depth {
            return Err(Refusal::TooDeep { line: self.line, limit: self.limits.max_depth });
        }
        let full = tag.name().into_inner();
        let colon = full.bytes().rposition(|byte| byte == b':');
        let (prefix, name) = colon.map_or(("", full), |at| (&full[..at], &full[at + 1..]));
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(self.broken("a name that XML does not allow"));
        }
        let raw = tag.attributes_raw();
        self.currency.clear();
        let context = match self.frames.last_mut() {
            Some(parent) => {
                parent.children = true;
                context::child(parent.context, name)
            }
            None if self.rooted => return Err(self.broken("a second root element")),
            None => {
                self.rooted = true;
                context::child(Context::Envelope, name)
            }
        };
        self.mixed(context)?;
        let outside = matches!(context, Context::Envelope | Context::Document)
            || (context == Context::Body && self.version.is_empty());
        let (mut has_currency, mut odd) = (false, None);
        if !raw.trim_ascii().is_empty() {
            (has_currency, odd) = self.attributes(tag, outside)?;
        }
        let mut at = match (self.frames.last_mut().and_then(|frame| frame.at.as_mut()), context) {
            (_, Context::Document) => self.document(prefix)?,
            (Some(parent), _) => Some(self.walk.open(parent, name, self.line, self.out)?),
            (None, Context::Body) if self.version.is_empty() => {
                self.document(prefix)?;
                None
            }
            (None, _) => None,
        };
        if let Some(at) = &mut at
            && context != Context::Document
        {
            let currency = has_currency.then_some(self.currency.as_str());
            self.walk.attributes(*at, name, odd.as_deref(), currency, self.line, self.out)?;
        }
        self.text.clear();
        self.frames.push(Frame { context, at, children: false, name: self.names.len() });
        self.names.push_str(name);
        self.enter(context, name)
    }

    /// Text that stood before a child element.
    fn mixed(&mut self, _child: Context) -> Result<(), Refusal> {
        if !self.text.is_empty()
            && !self.text.trim_ascii().is_empty()
            && let Some(Frame { at: Some(at), name, .. }) = self.frames.last()
        {
            return self.walk.close(*at, &self.names[*name..], &self.text, true, self.line, self.out);
        }
        Ok(())
    }

    /// Reads the attributes: the currency, namespaces of envelopes. Gives whether there is a currency, and an odd one.
    fn attributes(&mut self, tag: &BytesStart<'_>, outside: bool) -> Result<(bool, Option<String>), Refusal> {
        let (mut has_currency, mut odd) = (false, None);
        for (count, attribute) in tag.attributes().enumerate() {
            let attribute = attribute.map_err(|error| self.broken(error.to_string()))?;
            if count >= self.limits.max_attributes {
                return Err(Refusal::TooLong {
                    line: self.line,
                    what: "the list of attributes",
                    limit: self.limits.max_attributes as u64,
                });
            }
            let value: &str = &attribute.value;
            if value.contains('<') {
                return Err(self.broken("a < in an attribute"));
            }
            match attribute.key.into_inner() {
                "Ccy" => {
                    has_currency = true;
                    self.currency.push_str(value);
                }
                key if key == "xmlns" || key.starts_with("xmlns:") => {
                    let prefix = key.strip_prefix("xmlns:").unwrap_or_default();
                    if outside && self.namespaces.len() < 256 {
                        self.namespaces.push((prefix.to_owned(), value.chars().take(200).collect()));
                    }
                }
                key if key.contains(':') => {}
                key => odd = Some(key.to_owned()),
            }
        }
        Ok((has_currency, odd))
    }

    /// The document begins: its namespace tells the version.
    fn document(&mut self, prefix: &str) -> Result<Option<At>, Refusal> {
        let namespace =
            self.namespaces.iter().rev().find(|(known, _)| known == prefix).map_or("", |(_, uri)| uri.as_str());
        self.version = version_in(namespace).unwrap_or_default().to_owned();
        let standard = namespace.strip_prefix(NAMESPACE) == Some(&self.version);
        if !standard || self.version.is_empty() {
            // National communities publish the standard under a namespace of their own; none at all is a fault.
            let severity = if self.version.is_empty() { Severity::Warn } else { Severity::Info };
            let (line, namespace) = (self.line, namespace.to_owned());
            self.out.finding(CheckKind::SchemaDeviation, severity, || {
                Told::new(format!("line {line}"), "The namespace is not that of ISO 20022.").actual(namespace)
            })?;
        }
        Ok(Walk::root(&self.version))
    }

    /// What begins with an element.
    fn enter(&mut self, context: Context, name: &str) -> Result<(), Refusal> {
        match context {
            Context::Body => {
                self.message = context::body(name);
                self.group = GroupDraft::default();
            }
            Context::Statement => {
                self.tell_document()?;
                self.inside = Inside::Statement;
                self.statements += 1;
                let message = self.message.unwrap_or(MessageType::Camt053);
                self.statement = StatementDraft::new(message, self.group.statements);
                self.group.statements += 1;
            }
            Context::Entry => {
                self.entries += 1;
                if self.entries > self.limits.max_entries {
                    return Err(Refusal::TooLarge { what: "entries", limit: self.limits.max_entries });
                }
                self.inside = Inside::Entry;
                self.statement.begin(self.out)?;
                self.entry.begin();
                self.entry_begins = true;
            }
            Context::Balance => self.statement.begin_balance(),
            Context::Batch => self.entry.begin_batch(),
            Context::Transaction => self.entry.begin_transaction(),
            Context::Party | Context::PartyAccount | Context::Agent => {
                if let Some(role) = context::role(name) {
                    self.role = role;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// An element ends. `raw` gives the entry as it stands in the file.
    pub fn close(&mut self, raw: impl FnOnce() -> Vec<u8>) -> Result<(), Refusal> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if let Some(at) = frame.at {
            self.walk.close(at, &self.names[frame.name..], &self.text, frame.children, self.line, self.out)?;
        }
        self.names.truncate(frame.name);
        let context = frame.context;
        if !frame.children && context != Context::Skip {
            self.leaf(context)?;
        }
        self.text.clear();
        match context {
            Context::Group => self.tell_document()?,
            Context::Statement => {
                self.inside = Inside::Group;
                self.statement.end(&mut self.chains, self.out)?;
            }
            Context::Balance => self.statement.end_balance(self.line, self.out)?,
            Context::Transaction => self.entry.end_transaction(),
            Context::Details => self.entry.end_details(),
            Context::Entry => {
                self.inside = Inside::Statement;
                self.entry.end(self.line, raw, &mut self.statement, self.out)?;
            }
            Context::Document | Context::Body if self.frames.last().is_none_or(|f| f.context == Context::Envelope) => {
                self.tell_document()?;
                self.version.clear();
                self.message = None;
            }
            _ => {}
        }
        Ok(())
    }

    /// A text ends: it goes where it belongs.
    fn leaf(&mut self, context: Context) -> Result<(), Refusal> {
        let text = self.text.trim();
        match self.inside {
            Inside::Entry => self.entry.leaf(context, self.role, text, &self.currency, self.line, self.out),
            Inside::Statement => self.statement.leaf(context, text, &self.currency, self.line, self.out),
            Inside::Group => {
                self.group.leaf(context, text);
                Ok(())
            }
        }
    }

    /// Tells the document, once, as soon as its header is known.
    fn tell_document(&mut self) -> Result<(), Refusal> {
        let Some(message) = self.message else { return Ok(()) };
        if !self.group.told {
            self.group.told = true;
            let version = if self.version.is_empty() { message.as_str() } else { &self.version };
            self.out.put(self.group.document(message, version, self.member))?;
        }
        Ok(())
    }

    /// The end of the file.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        if let Some(frame) = self.frames.last() {
            return Err(Refusal::Truncated { line: self.line, open: self.names[frame.name..].to_owned() });
        }
        if !self.rooted {
            return Err(Refusal::Truncated { line: self.line, open: "the document".to_owned() });
        }
        if self.statements == 0 { Err(Refusal::NoStatement) } else { Ok(()) }
    }
}

/// The version that a namespace names: `camt.053.001.08`.
fn version_in(namespace: &str) -> Option<&str> {
    let at = namespace.find("camt.05")?;
    let version = namespace.get(at..at + 15)?;
    let digits = version
        .bytes()
        .skip(5)
        .enumerate()
        .all(|(at, byte)| if matches!(at, 3 | 7) { byte == b'.' } else { byte.is_ascii_digit() });
    digits.then_some(version)
}
