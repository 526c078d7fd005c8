//! The tree that the tags of OFX make.

/// An aggregate, or a leaf with its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// In capital letters.
    pub name: String,
    /// The text of a leaf, trimmed.
    pub value: String,
    pub children: Vec<Node>,
    /// Its end tag is there, or it is a leaf, which needs none.
    pub closed: bool,
    /// The line it begins on.
    pub line: u64,
    /// Where it begins and ends in the text.
    pub span: (usize, usize),
}

impl Node {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All aggregates or leaves of a name below, in document order; what lies in one of them is not looked into.
    pub fn all<'a>(&'a self, names: &[&str]) -> Vec<&'a Self> {
        let mut found = Vec::new();
        self.gather(names, &mut found);
        found
    }

    fn gather<'a>(&'a self, names: &[&str], found: &mut Vec<&'a Self>) {
        for child in &self.children {
            if names.contains(&child.name.as_str()) {
                found.push(child);
            } else {
                child.gather(names, found);
            }
        }
    }

    /// The text of the one leaf of a name below; none where it is missing or empty.
    ///
    /// # Errors
    /// When there are several: which one is right is not known.
    pub fn leaf(&self, name: &str) -> Result<Option<&str>, String> {
        match self.all(&[name]).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.value.as_str()).filter(|value| !value.is_empty())),
            _ => Err(format!("{name} is there more than once")),
        }
    }

    /// The text of a child leaf; none where it is missing or empty, or there are several.
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let first = found.next()?;
        (found.next().is_none() && !first.value.is_empty()).then_some(first.value.as_str())
    }

    pub fn place(&self) -> String {
        format!("line {}", self.line)
    }
}
