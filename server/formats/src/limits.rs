//! How much of a file a reader is willing to take. Bounds that no honest file meets, and no hostile one gets past.

/// Bounds of one reading. The defaults are right for imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a plain file, as it comes in. A statement of a million entries has about one GiB.
    pub max_bytes: u64,
    /// XML elements within each other.
    pub max_depth: usize,
    /// Bytes of one text, one tag with its attributes, one line or one field.
    pub max_text: usize,
    /// Attributes of one element.
    pub max_attributes: usize,
    /// Entries of one file.
    pub max_entries: u64,
    /// Members of a ZIP.
    pub max_members: usize,
    /// How many times its packed size a member of a ZIP may unpack to.
    pub max_ratio: u64,
    /// Bytes that a ZIP may unpack to, all members together.
    pub max_unpacked: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            max_depth: 64,
            max_text: 64 << 10,
            max_attributes: 64,
            max_entries: 50_000_000,
            max_members: 1_000,
            max_ratio: 100,
            max_unpacked: 1 << 30,
        }
    }
}
