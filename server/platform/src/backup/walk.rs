//! An archive as it is read: every member in turn, with its sum, to the very last byte.
//!
//! Nothing in it is believed before its sum is known, and no name in it is ever a path on the disk.

use super::{
    BackupError, Fault, SUMS, at,
    write::{GZIP, Hashing},
};
use crate::audit::head::from_hex;
use flate2::bufread::GzDecoder;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::Path,
};

/// The SHA-256 of each member.
pub(super) type Sums = BTreeMap<String, [u8; 32]>;

/// A member and its content.
pub(super) struct Member<'a> {
    pub name: &'a str,
    pub content: &'a mut dyn Read,
}

impl Member<'_> {
    /// All of it.
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, BackupError> {
        let mut bytes = Vec::new();
        self.content.read_to_end(&mut bytes).map_err(|error| unreadable(self.name, &error))?;
        Ok(bytes)
    }

    /// The next piece; empty at the end.
    pub(super) fn piece<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], BackupError> {
        let read = self.content.read(buffer).map_err(|error| unreadable(self.name, &error))?;
        Ok(&buffer[..read])
    }
}

fn unreadable(member: &str, error: &io::Error) -> BackupError {
    BackupError::Damaged(Fault::new(member, format!("it cannot be read: {error}")))
}

/// Gives every member to `each` but the sums, and holds those against what was read.
///
/// # Errors
/// At the first thing that is wrong with the archive, and what `each` says.
pub(super) fn walk(
    path: &Path,
    each: &mut dyn FnMut(&mut Member<'_>) -> Result<(), BackupError>,
) -> Result<Sums, BackupError> {
    const WHOLE: &str = "archive";
    let mut file = BufReader::with_capacity(64 << 10, File::open(path).map_err(at(path))?);
    // Bytes that no decoder looks at are held against what we write.
    if file.fill_buf().map_err(at(path))?.get(..GZIP.len()) != Some(&GZIP) {
        return Err(BackupError::Damaged(Fault::new(WHOLE, "this is no backup, or its first bytes are damaged")));
    }
    let mut gzip = GzDecoder::new(file);
    let mut tar = tar::Archive::new(&mut gzip);
    let (mut sums, mut listed, mut last) = (Sums::new(), None, WHOLE.to_owned());
    for entry in tar.entries().map_err(|error| unreadable(WHOLE, &error))? {
        let behind = |error| unreadable(&format!("behind {last}"), &error);
        let entry = entry.map_err(behind)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if listed.is_some() || sums.contains_key(&name) || !entry.header().entry_type().is_file() {
            return Err(BackupError::Damaged(Fault::new(&name, "this does not belong there")));
        }
        let mut content = Hashing::new(entry);
        let mut member = Member { name: &name, content: &mut content };
        if name == SUMS {
            listed = Some(member.bytes()?);
        } else {
            each(&mut member)?;
            // What `each` had no use for is read for its sum.
            io::copy(&mut *member.content, &mut io::sink()).map_err(|error| unreadable(&name, &error))?;
            sums.insert(name.clone(), content.sum());
        }
        last = name;
    }
    // The end of the tar, and the sum of gzip.
    io::copy(&mut gzip, &mut io::sink()).map_err(|error| unreadable(WHOLE, &error))?;
    if !gzip.into_inner().fill_buf().map_err(at(path))?.is_empty() {
        return Err(BackupError::Damaged(Fault::new(WHOLE, "there is more behind its end")));
    }
    let Some(listed) = listed else {
        return Err(BackupError::Damaged(Fault::new(WHOLE, "it has been cut off: the sums at its end are missing")));
    };
    hold(&sums, &listed).map_err(BackupError::Damaged)?;
    Ok(sums)
}

/// Holds what was read against the list.
fn hold(sums: &Sums, listed: &[u8]) -> Result<(), Fault> {
    let unreadable = || Fault::new(SUMS, "a line that is no sum");
    let text = std::str::from_utf8(listed).map_err(|_| unreadable())?;
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let (sum, name) = line.split_once("  ").ok_or_else(unreadable)?;
        let sum = from_hex(sum).ok_or_else(unreadable)?;
        match sums.get(name) {
            Some(read) if read.as_slice() == sum => names.insert(name),
            Some(_) => return Err(Fault::new(name, "its bytes do not have the sum that was written for them")),
            None => return Err(Fault::new(name, "it is missing")),
        };
    }
    match sums.keys().find(|name| !names.contains(name.as_str())) {
        Some(name) => Err(Fault::new(name, "there is no sum for it")),
        None => Ok(()),
    }
}
