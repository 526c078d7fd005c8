//! What somebody of the institution may do: a short closed list, and roles that are sets of it.

use std::fmt;

/// One thing that a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Look up customers, and see the portal as one of them does, with a reason.
    Customers,
    /// Let customers in and keep them out: invitations, disabling, ending sessions.
    Access,
    /// Hand out and erase what is kept of a customer.
    Privacy,
    /// Connectors, documents, quarantine, replay.
    Sources,
    /// Name, brand, modules, texts, notices, releases.
    Configure,
    /// The institution's people and their roles.
    Staff,
    /// The audit log.
    Audit,
    /// Health, queues, log level.
    Operate,
}

impl Capability {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Customers,
        Self::Access,
        Self::Privacy,
        Self::Sources,
        Self::Configure,
        Self::Staff,
        Self::Audit,
        Self::Operate,
    ];

    /// The database's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Access => "access",
            Self::Privacy => "privacy",
            Self::Sources => "sources",
            Self::Configure => "configure",
            Self::Staff => "staff",
            Self::Audit => "audit",
            Self::Operate => "operate",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capabilities(u16);

impl Capabilities {
    /// Whether one is among them.
    #[must_use]
    pub const fn has(self, one: Capability) -> bool {
        self.0 & one.bit() != 0
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, one: Capability) -> Self {
        Self(self.0 | one.bit())
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |one| self.has(*one))
    }

    /// From the database's words. One that this version does not know gives nothing.
    #[must_use]
    pub fn of_words(words: &str) -> Self {
        let known = |word| Capability::ALL.into_iter().find(|one| one.word() == word);
        words.split_whitespace().filter_map(known).fold(Self::default(), Self::with)
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.each().map(Capability::word).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_as_they_are_written() {
        for bits in 0..=255_u16 {
            let some = Capability::ALL.into_iter().filter(|one| bits & one.bit() != 0);
            let some = some.fold(Capabilities::default(), Capabilities::with);
            assert_eq!(Capabilities::of_words(&some.to_string()), some);
        }
        assert_eq!(Capabilities::of_words("everything root"), Capabilities::default());
    }
}
