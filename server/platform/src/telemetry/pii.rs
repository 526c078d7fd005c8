//! Personal data, as a type: it can be worked with, and does not print itself.

use std::fmt;

/// A value that belongs to a person. `Debug` and `Display` print `<pii>`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pii<T>(pub T);

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<pii>")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<pii>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_does_not_print_itself() {
        assert_eq!(format!("{} {:?}", Pii("Camille Morel"), Some(Pii(7))), "<pii> Some(<pii>)");
    }
}
