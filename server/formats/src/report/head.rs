//! What the reports of all families have in common: findings, pieces kept aside, and the class that follows from them.

use super::Class;
use crate::{
    Refusal,
    out::TOLD,
    record::{Finding, Quarantined, Severity},
};
use std::collections::BTreeMap;

/// Gathers what the records of a file say about the file itself.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// The first hundred of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind.
    pub finding_counts: BTreeMap<String, u64>,
    /// The first hundred pieces that were kept aside.
    pub quarantined: Vec<Quarantined>,
    /// How many were kept aside.
    pub quarantined_count: u64,
    worst: Option<Severity>,
}

impl Head {
    pub fn finding(&mut self, finding: &Finding) {
        let graver = self.worst < Some(finding.severity);
        self.worst = self.worst.max(Some(finding.severity));
        let count = self.finding_counts.entry(format!("{:?}", finding.check)).or_default();
        *count += 1;
        // Behind the hundred, one says how many there are; and the gravest of all must be there to be shown.
        if *count <= TOLD + 1 || graver {
            self.findings.push(finding.clone());
        }
    }

    pub fn aside(&mut self, piece: &Quarantined) {
        self.quarantined_count += 1;
        if self.quarantined.len() < TOLD as usize {
            self.quarantined.push(piece.clone());
        }
    }

    /// What the first finding says that is at least so grave.
    pub fn first(&self, least: Severity) -> Option<String> {
        self.findings.iter().find(|finding| finding.severity >= least).map(|finding| finding.message.clone())
    }

    /// The class, the reason and the word of the refusal. `nothing` says why there is nothing to import, if there is not.
    pub fn verdict(
        &self,
        outcome: Result<(), Refusal>,
        nothing: Option<&str>,
    ) -> (Class, String, Option<&'static str>) {
        let (class, reason) = match (outcome, nothing) {
            (Err(refusal), _) => return (Class::Reject, refusal.to_string(), Some(refusal.code())),
            (Ok(()), Some(nothing)) => (Class::Reject, nothing.to_owned()),
            (Ok(()), None) if self.quarantined_count > 0 => (
                Class::Warn,
                match self.quarantined_count {
                    1 => "1 piece is kept aside.".to_owned(),
                    count => format!("{count} pieces are kept aside."),
                },
            ),
            (Ok(()), None) => match self.first(Severity::Warn) {
                Some(message) => (Class::Warn, message),
                None => (Class::Accept, "Everything is as it should be.".to_owned()),
            },
        };
        (class, reason, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::CheckKind;

    fn finding(severity: Severity, message: &str) -> Finding {
        let (place, message) = (String::new(), message.to_owned());
        Finding { check: CheckKind::TooFine, severity, place, expected: None, actual: None, message }
    }

    #[test]
    fn the_gravest_fact_decides() {
        let mut head = Head::default();
        let mut class = |put: &dyn Fn(&mut Head), nothing, outcome| {
            put(&mut head);
            let (class, reason, refusal) = head.verdict(outcome, nothing);
            (class.as_str(), reason, refusal)
        };
        let (fine, kept) = ("Everything is as it should be.".to_owned(), "1 piece is kept aside.".to_owned());
        assert_eq!(class(&|_| (), None, Ok(())), ("accept", fine.clone(), None));
        let many = |head: &mut Head| (0..300).for_each(|_| head.finding(&finding(Severity::Info, "a trifle")));
        assert_eq!(class(&many, None, Ok(())), ("accept", fine, None));
        let one = |head: &mut Head| head.finding(&finding(Severity::Warn, "look"));
        assert_eq!(class(&one, None, Ok(())), ("warn", "look".to_owned(), None));
        let piece = Quarantined { place: String::new(), reason: String::new(), raw: String::new() };
        assert_eq!(class(&|head| head.aside(&piece), None, Ok(())), ("warn", kept, None));
        assert_eq!(class(&|_| (), Some("nothing"), Ok(())), ("reject", "nothing".to_owned(), None));
        let (name, refusal) = ("no_statement", Err(Refusal::NoStatement));
        assert_eq!(class(&|_| (), Some("nothing"), refusal).2, Some(name));
        assert_eq!((head.findings.len(), head.finding_counts["TooFine"]), (102, 301));
    }
}
