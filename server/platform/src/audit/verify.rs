//! Finds what was done to a chain: the first bad place, and what is wrong there. One pass, three entries in memory.

use super::{
    chain::{BEGINNING, Hash, Row},
    head::{Head, PublicKey},
};
use std::{collections::VecDeque, fmt};

/// Entries that are looked at behind the one in question, to tell a changed entry from a changed order.
const AHEAD: usize = 2;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An entry is not as it was written.
    Changed,
    /// Entries were changed and the hashes made anew, so that the chain no longer fits its signed head.
    Rebuilt,
    /// Entries were taken out.
    Missing,
    /// An entry was put in that was not written there.
    Inserted,
    /// Entries stand in another order.
    Reordered,
    /// The end was cut off: a head was signed, or the tail says, that there was more.
    CutOff,
    /// The tail is not the end of the chain.
    Tail,
    /// A head was not signed with a key of this log, or is not as it was signed.
    Signature,
    /// A head in the file is not in the table.
    HeadMissing,
    /// A line of the file is no head, or stands in the wrong place.
    HeadUnreadable,
}

impl Fault {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Rebuilt => "changed, and the chain was made anew behind it: it does not fit the signed head",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::CutOff => "cut off: there was more",
            Self::Tail => "the end that the database notes is another one",
            Self::Signature => "the signature of the head is wrong",
            Self::HeadMissing => "the signed head is in the file and not in the database",
            Self::HeadUnreadable => "the file of heads has a line that is no head, or not in its place",
        }
    }
}

/// The first bad place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The entry.
    pub seq: i64,
    /// The last entry that may be meant, where it cannot be told more closely.
    pub to: i64,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, to, fault } = self;
        if seq == to {
            write!(f, "entry {seq}: {}", fault.as_str())
        } else {
            write!(f, "between entry {seq} and entry {to}: {}", fault.as_str())
        }
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that hold, up to the first bad place.
    pub entries: i64,
    /// Signed heads that hold, a head in the table and in the file counted twice.
    pub heads: u64,
    /// The last entry that a signed head speaks for.
    pub signed: i64,
    /// The first bad place; none when all holds.
    pub finding: Option<Finding>,
}

/// Checks a chain as it is read.
#[derive(Debug)]
pub struct Checker {
    keys: Vec<PublicKey>,
    /// The largest number that there ever was, as far as is known.
    most: i64,
    prev: Hash,
    window: VecDeque<Row>,
    heads: VecDeque<Head>,
    verdict: Verdict,
}

impl Checker {
    /// For heads signed by these keys, and entries up to about this number.
    #[must_use]
    pub fn new(keys: Vec<PublicKey>, most: i64) -> Self {
        let (window, heads) = (VecDeque::new(), VecDeque::new());
        Self { keys, most, prev: BEGINNING, window, heads, verdict: Verdict::default() }
    }

    /// A head, in the order of their numbers, before the entry that it signs.
    pub fn head(&mut self, head: Head) {
        self.most = self.most.max(head.seq);
        self.heads.push_back(head);
    }

    /// The next entry, in the order of their numbers. False when something is wrong, and no more need be read.
    pub fn row(&mut self, row: Row) -> bool {
        self.window.push_back(row);
        if self.window.len() > AHEAD {
            self.step();
        }
        self.verdict.finding.is_none()
    }

    /// All has been read. `tail` is what the database says is the end.
    #[must_use]
    pub fn end(mut self, tail: Option<(i64, &[u8])>) -> Verdict {
        while !self.window.is_empty() && self.verdict.finding.is_none() {
            self.step();
        }
        let last = self.verdict.entries;
        if let (None, Some(head)) = (self.verdict.finding, self.heads.pop_front()) {
            let (seq, fault) =
                if head.holds(&self.keys) { (last + 1, Fault::CutOff) } else { (head.seq, Fault::Signature) };
            self.found(seq, seq, fault);
        }
        match tail {
            _ if self.verdict.finding.is_some() => {}
            Some((seq, _)) if seq > last => self.found(last + 1, last + 1, Fault::CutOff),
            Some((seq, hash)) if seq == last && hash == self.prev => {}
            Some((seq, _)) if seq < last => self.found(seq + 1, last, Fault::Inserted),
            // The last entry was changed and its hash made anew, or the tail was.
            Some(_) | None => self.found(last.max(1), last.max(1), Fault::Tail),
        }
        self.verdict
    }

    fn found(&mut self, seq: i64, to: i64, fault: Fault) {
        self.verdict.finding.get_or_insert(Finding { seq, to, fault });
    }

    /// Looks at the first entry of the window.
    fn step(&mut self) {
        let Some(row) = self.window.pop_front() else { return };
        let due = self.verdict.entries + 1;
        if row.seq != due {
            return match row.seq > due {
                true => self.found(due, (row.seq - 1).min(self.most.max(due)), Fault::Missing),
                false => self.found(row.seq, row.seq, Fault::Inserted),
            };
        }
        let (whole, follows) = (row.digest().as_slice() == row.hash, row.prev == self.prev);
        match (whole, follows) {
            (true, true) => {
                self.prev = row.digest();
                self.verdict.entries = due;
                self.check_heads(&row);
            }
            (true, false) => {
                // It stands for itself. When what comes behind it agrees, it is the one before whose hash was made anew.
                let agreed = self.window.front().is_some_and(|next| next.prev == row.hash)
                    || self.heads.iter().any(|head| head.seq == due && head.hash == row.hash && head.holds(&self.keys));
                let place = if agreed && due > 1 { due - 1 } else { due };
                self.found(place, place, Fault::Changed);
            }
            (false, _) => {
                let (place, fault) = self.explain(due, &row);
                self.found(place, place, fault);
            }
        }
    }

    /// An entry does not have its hash. Was it another number's?
    fn explain(&self, due: i64, row: &Row) -> (i64, Fault) {
        let next = self.window.front();
        let next_from = next.and_then(|next| self.origin(next, due + 1));
        // The one before once more.
        if row.hash == self.prev {
            return (due, Fault::Inserted);
        }
        match self.origin(row, due) {
            None if next_from == Some(due) => (due, Fault::Inserted),
            None => (due, Fault::Changed),
            Some(from) if from == due + 1 && next_from == Some(due) => (due, Fault::Reordered),
            // All that follows has moved up.
            Some(from) if from > due && (next.is_none() || next_from == Some(from + 1)) => (due, Fault::Missing),
            // All that follows has moved down, behind an entry that stands for itself.
            Some(from) if from + 1 == due && (next.is_none() || next_from == Some(due)) => (due - 1, Fault::Inserted),
            Some(_) if next_from == Some(due) => (due, Fault::Inserted),
            Some(_) => (due, Fault::Reordered),
        }
    }

    /// The number under which an entry was written, when it is none of its own making. Its neighbours are tried first.
    fn origin(&self, row: &Row, near: i64) -> Option<i64> {
        let fits = |seq: &i64| row.digest_as(*seq).as_slice() == row.hash;
        [near, near - 1, near + 1].into_iter().chain(1..=self.most + 1).find(fits)
    }

    /// The heads of an entry that holds.
    fn check_heads(&mut self, row: &Row) {
        while let Some(head) = self.heads.front().filter(|head| head.seq <= row.seq) {
            if !head.holds(&self.keys) || head.seq < row.seq {
                return self.found(head.seq, head.seq, Fault::Signature);
            }
            if head.hash != row.hash {
                let next = self.window.front();
                // What comes behind it still fits the head: only this entry is another. Or it has taken that one's place.
                let alone = next.is_some_and(|next| next.prev == head.hash);
                let pushed = next.and_then(|next| self.origin(next, next.seq)) == Some(row.seq);
                return match (pushed, alone) {
                    (true, _) => self.found(row.seq, row.seq, Fault::Inserted),
                    (false, true) => self.found(row.seq, row.seq, Fault::Changed),
                    (false, false) => self.found(self.verdict.signed + 1, row.seq, Fault::Rebuilt),
                };
            }
            self.verdict.heads += 1;
            self.verdict.signed = row.seq;
            self.heads.pop_front();
        }
    }
}
