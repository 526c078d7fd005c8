//! Reads the tags of OFX into a tree: SGML, where texts have no end tags, and XML alike.
//!
//! A tag with a text behind it is a leaf, whether it is closed or not. A tag without a text is an aggregate when it is closed
//! or when the standard knows it as one; else it is an empty leaf, and what was read below it belongs to its parent.

use super::{
    node::Node,
    words::{is_aggregate, unescaped},
};
use crate::{Limits, Refusal};

/// What was read, and what was odd about it.
#[derive(Debug)]
pub(super) struct Scanned {
    pub root: Node,
    /// Line and sentence.
    pub oddities: Vec<(u64, String)>,
}

/// Oddities that are told.
const TOLD: usize = 100;

/// Reads from the `<OFX>` tag on; `from` is where it stands in `text`.
///
/// # Errors
/// When the file ends before `</OFX>`, lies too deep, has a text that is too long, or a document type declaration.
pub(super) fn scan(text: &str, from: usize, limits: &Limits) -> Result<Scanned, Refusal> {
    let line = text[..from].matches('\n').count() as u64 + 1;
    let mut scanner =
        Scanner { text, at: from, line, counted: from, stack: Vec::new(), leaf: None, oddities: Vec::new(), limits };
    loop {
        if let Some(root) = scanner.step()? {
            return Ok(Scanned { root, oddities: scanner.oddities });
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    counted: usize,
    stack: Vec<Node>,
    /// The name of the leaf that was read last; its end tag may follow.
    leaf: Option<String>,
    oddities: Vec<(u64, String)>,
    limits: &'a Limits,
}

impl Scanner<'_> {
    fn line(&mut self) -> u64 {
        self.line += self.text[self.counted..self.at].matches('\n').count() as u64;
        self.counted = self.at;
        self.line
    }

    fn odd(&mut self, message: String) {
        let line = self.line();
        if self.oddities.len() < TOLD {
            self.oddities.push((line, message));
        }
    }

    fn truncated(&mut self) -> Refusal {
        self.at = self.text.len();
        let line = self.line();
        Refusal::Truncated { line, open: self.stack.last().map_or("OFX", |node| node.name.as_str()).to_owned() }
    }

    /// The next tag with what is behind it. Gives the root when it is closed.
    fn step(&mut self) -> Result<Option<Node>, Refusal> {
        let Some(skip) = self.text[self.at..].find('<') else { return Err(self.truncated()) };
        let stray = self.text[self.at..self.at + skip].trim();
        if !stray.is_empty() {
            self.odd(format!("A text stands where a tag is due: {:.40}", stray.chars().take(40).collect::<String>()));
        }
        self.at += skip;
        let rest = &self.text[self.at..];
        for (open, close) in [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")] {
            if rest.starts_with(open) {
                let end = rest.find(close).ok_or_else(|| self.truncated())?;
                self.at += end + close.len();
                return Ok(None);
            }
        }
        if "<!--".starts_with(rest) || "<![CDATA[".starts_with(rest) {
            return Err(self.truncated());
        }
        if rest.starts_with("<!") {
            return Err(Refusal::Dtd { line: self.line() });
        }
        let start = self.at;
        // No further than the next `<`, or a file of nothing but `<` would be read again and again.
        let end = 1 + rest[1..].find(['>', '<']).ok_or_else(|| self.truncated())?;
        let inside = if rest[end..].starts_with('>') { &rest[1..end] } else { "" };
        let (closing, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        let empty = inside.ends_with('/');
        let name = inside.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default().to_ascii_uppercase();
        let named = name.bytes().next().is_some_and(|letter| letter.is_ascii_alphabetic())
            && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"._-:".contains(&letter));
        if !named || name.len() > 64 {
            // A `<` that opens nothing, as in `A < B`.
            self.at += 1;
            self.odd("A < stands where it opens no tag.".to_owned());
            return Ok(None);
        }
        self.at += end + 1;
        if closing { self.close(&name, start) } else { self.open(name, empty, start).map(|()| None) }
    }

    fn open(&mut self, name: String, empty: bool, start: usize) -> Result<(), Refusal> {
        let line = self.line();
        let mut node = Node { name, line, closed: empty, span: (start, self.at), ..Node::default() };
        let value = if empty || is_aggregate(&node.name) { String::new() } else { self.value()? };
        // A list has its items beside each other: where one begins, the one before has ended.
        let unclosed = self.stack.last().is_some_and(|top| top.name == node.name && is_aggregate(&node.name));
        if unclosed {
            self.pop(start);
        }
        if empty || !value.is_empty() {
            self.leaf = Some(node.name.clone());
            (node.value, node.closed, node.span.1) = (value, true, self.at);
            self.adopt(node);
            return Ok(());
        }
        self.leaf = None;
        if self.stack.len() >= self.limits.max_depth {
            return Err(Refusal::TooDeep { line, limit: self.limits.max_depth });
        }
        self.stack.push(node);
        Ok(())
    }

    /// The text up to the next tag, with entities and CDATA resolved.
    fn value(&mut self) -> Result<String, Refusal> {
        let mut value = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find('<').ok_or_else(|| self.truncated())?;
            value.push_str(&unescaped(&rest[..end]));
            self.at += end;
            let rest = &rest[end..];
            if let Some(inside) = rest.strip_prefix("<![CDATA[") {
                let end = inside.find("]]>").ok_or_else(|| self.truncated())?;
                value.push_str(&inside[..end]);
                self.at += "<![CDATA[".len() + end + "]]>".len();
            } else if !value.trim().is_empty() && !opens_tag(rest) {
                value.push('<');
                self.at += 1;
            } else {
                break;
            }
        }
        if value.len() > self.limits.max_text {
            return Err(Refusal::TooLong { line: self.line(), what: "a text", limit: self.limits.max_text as u64 });
        }
        Ok(value.trim().to_owned())
    }

    fn close(&mut self, name: &str, start: usize) -> Result<Option<Node>, Refusal> {
        if self.leaf.take().as_deref() == Some(name) {
            return Ok(None);
        }
        if !self.stack.iter().any(|node| node.name == name) {
            self.odd(format!("{name} is closed and was never opened."));
            return Ok(None);
        }
        while self.stack.last().is_some_and(|top| top.name != name) {
            self.pop(start);
        }
        let Some(mut node) = self.stack.pop() else { return Ok(None) };
        (node.closed, node.span.1) = (true, self.at);
        if self.stack.is_empty() {
            return Ok(Some(node));
        }
        self.adopt(node);
        Ok(None)
    }

    /// Takes the innermost open tag, which has no end tag.
    fn pop(&mut self, end: usize) {
        let Some(mut node) = self.stack.pop() else { return };
        node.span.1 = end;
        if is_aggregate(&node.name) {
            self.odd(format!("{} has no end tag.", node.name));
            self.adopt(node);
        } else {
            let children = std::mem::take(&mut node.children);
            node.closed = true;
            self.adopt(node);
            if let Some(parent) = self.stack.last_mut() {
                parent.children.extend(children);
            }
        }
    }

    fn adopt(&mut self, node: Node) {
        if let Some(parent) = self.stack.last_mut() {
            parent.children.push(node);
        }
    }
}

/// Does a tag begin here?
fn opens_tag(rest: &str) -> bool {
    let name = rest.trim_start_matches('<').trim_start_matches('/');
    rest.starts_with("<!--")
        || rest.starts_with("<?")
        || (rest.starts_with('<')
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.find(['>', '<']).is_some_and(|end| name[end..].starts_with('>') && end <= 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Scanned {
        scan(text, 0, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn texts_with_and_without_end_tags_make_the_same_tree() {
        let xml = tree("<OFX><A><B>1</B><C></C><D><E>x &amp; y</E></D></A></OFX>").root;
        let sgml = tree("<OFX><A><B>1<C><D><E>x & y</D></A></OFX>").root;
        for root in [&xml, &sgml] {
            assert_eq!(root.leaf("B"), Ok(Some("1")));
            assert_eq!(root.leaf("C"), Ok(None));
            assert_eq!(root.child("A").and_then(|a| a.child("D")).and_then(|d| d.text("E")), Some("x & y"));
        }
        let cdata = tree("<OFX><NAME><![CDATA[A <b> & C]]></NAME><MEMO>1 < 2</OFX>").root;
        assert_eq!((cdata.text("NAME"), cdata.text("MEMO")), (Some("A <b> & C"), Some("1 < 2")));
    }

    #[test]
    fn an_item_without_an_end_tag_does_not_swallow_the_next() {
        let scanned = tree("<OFX><BANKTRANLIST><STMTTRN><TRNAMT>1<STMTTRN><TRNAMT>2</STMTTRN></BANKTRANLIST></OFX>");
        let items = scanned.root.all(&["STMTTRN"]);
        let amounts: Vec<_> = items.iter().map(|item| (item.text("TRNAMT"), item.closed)).collect();
        assert_eq!(amounts, [(Some("1"), false), (Some("2"), true)]);
        assert_eq!(scanned.oddities.len(), 1);
    }

    #[test]
    fn a_file_that_ends_too_early_is_refused() {
        let whole = "<OFX><A><B>1</B></A>\n<!-- c --><STATUS><CODE>0</STATUS></OFX>";
        for end in 0..whole.len() {
            let outcome = scan(&whole[..end], 0, &Limits::default());
            assert!(matches!(outcome, Err(Refusal::Truncated { .. })), "{}", &whole[..end]);
        }
        let deep = format!("<OFX>{}", "<A>".repeat(100_000));
        assert!(matches!(scan(&deep, 0, &Limits::default()), Err(Refusal::TooDeep { .. })));
        assert!(matches!(scan("<OFX><!DOCTYPE x>", 0, &Limits::default()), Err(Refusal::Dtd { .. })));
    }
}
