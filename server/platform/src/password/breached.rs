//! Passwords that have leaked, looked up offline in a file of the operator's: SHA-1 hashes in their order, one on a line, as
//! the public download "Pwned Passwords, ordered by hash" has them (`HASH:COUNT`), or the hash alone.
//!
//! The file may be far larger than memory. A look-up opens it, halves its way to the line with reads of a few dozen bytes, and
//! ends with one read of a block; so a new file can be put in the place of the old one while the portal runs. What is seen to be
//! out of order is an error, at the start and at a look-up, and never "it is not there".

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// Bytes of a hash.
const HASH: usize = 20;
/// Bytes of the longest line, with its end: the digits of a hash, a colon, a count, the line's end.
const LINE: u64 = 40 + 1 + 20 + 2;
/// What is read in one go at the end of a look-up, bytes. Many lines long.
const BLOCK: u64 = 4_096;
/// Up to so many bytes the whole file is looked through at the start; above, in samples.
const WHOLE: u64 = 1 << 20;
/// Places that are looked at in a larger file.
const SAMPLES: u64 = 1_024;

/// Why a file of leaked passwords cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BreachedError {
    /// It is not there, or not for the portal to read.
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
    /// A line is no hash.
    #[error("at byte {0} there is no line of 40 hexadecimal digits, alone or with a colon and a count")]
    Line(u64),
    /// The hashes are not in their order.
    #[error(
        "the hashes are not in their order near byte {0}; it takes the download that is ordered by hash, or `sort` it"
    )]
    Order(u64),
    /// It is empty.
    #[error("the file is empty")]
    Empty,
}

impl From<io::Error> for BreachedError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Leaked passwords, in a file.
#[derive(Clone, Debug)]
pub struct Breached {
    path: PathBuf,
}

/// A hash and where its line begins.
#[derive(Clone, Copy)]
struct Found {
    at: u64,
    hash: [u8; HASH],
}

impl Breached {
    /// The passwords of this file. A small one is read as a whole, a large one in samples.
    ///
    /// # Errors
    /// When it cannot be read, is empty, holds something else or is not in order.
    pub fn open(path: &Path) -> Result<Self, BreachedError> {
        let mut lines = Lines::open(path)?;
        if lines.length == 0 {
            return Err(BreachedError::Empty);
        }
        let step = if lines.length <= WHOLE { 0 } else { lines.length / SAMPLES };
        let mut before: Option<Found> = None;
        let mut at = 0;
        while let Some(line) = lines.first_from(at)? {
            if before.is_some_and(|before| before.at < line.at && before.hash > line.hash) {
                return Err(BreachedError::Order(line.at));
            }
            before = Some(line);
            // The next line, and so each with its neighbour; then a step on.
            let Some(next) = lines.first_from(line.at + 1)? else { break };
            if line.hash > next.hash {
                return Err(BreachedError::Order(next.at));
            }
            at = (line.at + step).max(next.at);
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Whether a password is among them. Reads the disk: call it where that may wait.
    ///
    /// # Errors
    /// When the file cannot be read any more, or is not what it was at the start.
    pub fn holds(&self, password: &str) -> Result<bool, BreachedError> {
        let mut sought = [0; HASH];
        sought.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref());
        Lines::open(&self.path)?.find(&sought)
    }
}

/// The lines of a file by their bytes.
struct Lines {
    file: File,
    length: u64,
}

impl Lines {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }

    /// At most so many bytes from here on.
    fn read(&mut self, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
        let mut block = Vec::new();
        self.file.seek(SeekFrom::Start(at))?;
        self.file.by_ref().take(bytes).read_to_end(&mut block)?;
        Ok(block)
    }

    /// The first line that begins here or behind.
    fn first_from(&mut self, at: u64) -> Result<Option<Found>, BreachedError> {
        // From one byte before on: only its line's end says that a line begins here.
        let from = at.saturating_sub(1);
        let block = self.read(from, 2 * LINE)?;
        let skipped = if at == 0 {
            0
        } else {
            match block.iter().position(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                None if from + LINE > self.length => return Ok(None),
                None => return Err(BreachedError::Line(from)),
            }
        };
        let begins = from + u64::try_from(skipped).unwrap_or(u64::MAX);
        let line = block.get(skipped..).unwrap_or_default();
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if line.trim_ascii().is_empty() {
            return if begins + LINE > self.length { Ok(None) } else { Err(BreachedError::Line(begins)) };
        }
        parse(line).map(|hash| Some(Found { at: begins, hash })).ok_or(BreachedError::Line(begins))
    }

    /// The last line.
    fn last(&mut self) -> Result<Option<Found>, BreachedError> {
        let (mut last, mut at) = (None, self.length.saturating_sub(2 * LINE));
        while let Some(line) = self.first_from(at)? {
            (last, at) = (Some(line), line.at + 1);
        }
        Ok(last)
    }

    fn find(&mut self, sought: &[u8; HASH]) -> Result<bool, BreachedError> {
        // Lines that begin before `low` are smaller than what is sought, those at `high` and behind greater.
        let (mut low, mut high) = (0, self.length);
        let (mut least, mut most) = match (self.first_from(0)?, self.last()?) {
            (Some(first), Some(last)) if first.hash <= last.hash => (first.hash, last.hash),
            (Some(_), Some(last)) => return Err(BreachedError::Order(last.at)),
            _ => return Err(BreachedError::Empty),
        };
        while high - low > BLOCK {
            let middle = low + (high - low) / 2;
            let Some(line) = self.first_from(middle)?.filter(|line| line.at < high) else {
                return Err(BreachedError::Line(middle));
            };
            if line.hash < least || line.hash > most {
                return Err(BreachedError::Order(line.at));
            }
            match line.hash.cmp(sought) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => (low, least) = (line.at, line.hash),
                std::cmp::Ordering::Greater => (high, most) = (line.at, line.hash),
            }
        }
        let block = self.read(low, high - low)?;
        let mut at = low;
        for line in block.split(|byte| *byte == b'\n') {
            if !line.trim_ascii().is_empty() {
                let hash = parse(line).ok_or(BreachedError::Line(at))?;
                if hash == *sought {
                    return Ok(true);
                }
                if hash < least || hash > most {
                    return Err(BreachedError::Order(at));
                }
                least = hash;
            }
            at += u64::try_from(line.len() + 1).unwrap_or(u64::MAX);
        }
        Ok(false)
    }
}

/// The hash of a line: `HASH` or `HASH:COUNT`, in capitals or not.
fn parse(line: &[u8]) -> Option<[u8; HASH]> {
    let line = line.trim_ascii_end();
    let (digits, rest) = line.split_at_checked(2 * HASH)?;
    let counted = match rest.split_first() {
        None => true,
        Some((colon, count)) => *colon == b':' && !count.is_empty() && count.iter().all(u8::is_ascii_digit),
    };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut hash = [0; HASH];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    counted.then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn hash_of(password: &str) -> String {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("breached");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    /// A file of so many passwords, `leaked 0` and so on, each line as `shape` says.
    fn many(count: usize, shape: impl Fn(usize, &str) -> String) -> String {
        let hashes: BTreeSet<String> = (0..count).map(|number| hash_of(&format!("leaked {number}"))).collect();
        hashes.iter().enumerate().map(|(at, hash)| shape(at, hash)).collect()
    }

    #[test]
    fn a_password_that_has_leaked_is_found_among_many_and_another_is_not() {
        for (shape, end) in [("both", "\r\n"), ("bare", "\n")] {
            let text = many(40_000, |at, hash| match shape {
                "both" => format!("{hash}:{}{end}", at * at + 1),
                _ => format!("{}{end}", hash.to_lowercase()),
            });
            let (_folder, path) = file(&text);
            let breached = Breached::open(&path).unwrap();
            for number in (0..40_000).step_by(97) {
                assert!(breached.holds(&format!("leaked {number}")).unwrap(), "{shape} {number}");
                assert!(!breached.holds(&format!("never leaked {number}")).unwrap(), "{shape} {number}");
            }
        }
    }

    #[test]
    fn a_file_that_is_none_is_told_at_the_start() {
        let good = many(100, |_, hash| format!("{hash}:1\n"));
        let backwards: String = good.lines().rev().map(|line| format!("{line}\n")).collect();
        let by_count = many(60_000, |_, hash| format!("{}:9\n", &hash.chars().rev().collect::<String>()));
        for (text, said) in [
            ("", "is empty"),
            ("password\n123456\n", "byte 0"),
            (backwards.as_str(), "not in their order"),
            (by_count.as_str(), "not in their order"),
            (&format!("{good}nonsense\n"), "at byte 4"),
            (&good.replacen(':', ";", 1), "byte 0"),
        ] {
            let (_folder, path) = file(text);
            let error = Breached::open(&path).unwrap_err().to_string();
            assert!(error.contains(said), "{said}: {error}");
        }
        let missing = Breached::open(Path::new("/nowhere/at/all")).unwrap_err().to_string();
        assert!(missing.contains("cannot be read"), "{missing}");
        let (_folder, path) = file(&good);
        let breached = Breached::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(breached.holds("leaked 1").is_err(), "what is gone does not say no");
    }

    #[test]
    fn what_is_out_of_order_in_the_middle_is_an_error_and_not_a_no() {
        let mut lines: Vec<String> = many(40_000, |_, hash| format!("{hash}:1\n")).lines().map(str::to_owned).collect();
        let (_folder, path) = file(&lines.iter().map(|line| format!("{line}\n")).collect::<String>());
        let breached = Breached::open(&path).unwrap();
        // Its second half comes first: the file was put together wrongly while the portal runs.
        lines.rotate_left(20_000);
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        for number in 0..200 {
            assert!(breached.holds(&format!("leaked {number}")).is_err(), "{number}");
        }
        assert!(Breached::open(&path).is_err());
    }

    proptest! {
        #[test]
        fn a_look_up_says_what_a_naive_search_says(
            numbers in proptest::collection::btree_set(0_u32..4_000, 1..600),
            counts in proptest::collection::vec(0_u64..u64::MAX, 8),
            (bare, returns, ends) in any::<(bool, bool, bool)>(),
            asked in proptest::collection::vec(0_u32..4_000, 40),
        ) {
            let hashes: BTreeSet<String> = numbers.iter().map(|number| hash_of(&number.to_string())).collect();
            let end = if returns { "\r\n" } else { "\n" };
            let line = |(at, hash): (usize, &String)| match bare {
                true => format!("{hash}{end}"),
                false => format!("{hash}:{}{end}", counts[at % counts.len()]),
            };
            let text: String = hashes.iter().enumerate().map(line).collect();
            let text = if ends { text.as_str() } else { text.trim_end() };
            let (_folder, path) = file(text);
            let breached = Breached::open(&path).unwrap();
            for number in asked {
                let naive = hashes.contains(&hash_of(&number.to_string()));
                prop_assert_eq!(breached.holds(&number.to_string()).unwrap(), naive, "{}", number);
            }
        }
    }
}
