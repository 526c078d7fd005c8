//! A key in a file of its own: 64 hexadecimal digits, made at the first start, for its owner's eyes alone. While a key is being
//! replaced the file holds a ring: the newest on the first line, those from before behind it.

use crate::random::Random;
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};
use zeroize::Zeroizing;

/// The key in this file, which is made when it is not there.
///
/// # Errors
/// When the file cannot be read or made, or holds no key.
pub fn open(path: &Path, random: &dyn Random) -> io::Result<Zeroizing<[u8; 32]>> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&Zeroizing::new(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, random),
        Err(error) => Err(error),
    }
}

/// The keys in this file, the newest first. One is made when there is no file.
///
/// # Errors
/// When the file cannot be read or made, or a line of it is no key.
pub fn open_ring(path: &Path, random: &dyn Random) -> io::Result<Vec<Zeroizing<[u8; 32]>>> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            let keys: Vec<_> =
                text.lines().filter(|line| !line.trim().is_empty()).map(parse).collect::<Result<_, _>>()?;
            if keys.is_empty() {
                Err(io::Error::new(io::ErrorKind::InvalidData, "the file holds no key"))
            } else {
                Ok(keys)
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![make(path, random)?]),
        Err(error) => Err(error),
    }
}

/// Puts a new key before those that are there.
///
/// # Errors
/// When the file cannot be read or written, or a line of it is no key.
pub fn rotate(path: &Path, random: &dyn Random) -> io::Result<()> {
    let mut keys = open_ring(path, random)?;
    let mut key = Zeroizing::new([0; 32]);
    random.fill(&mut *key);
    keys.insert(0, key);
    replace(path, &keys)
}

/// Takes all keys away but the newest.
///
/// # Errors
/// When the file cannot be read or written.
pub fn keep_newest(path: &Path) -> io::Result<()> {
    let text = Zeroizing::new(fs::read_to_string(path)?);
    let newest = parse(text.lines().next().unwrap_or_default())?;
    replace(path, &[newest])
}

/// The whole file or none of it, for its owner's eyes alone.
fn replace(path: &Path, keys: &[Zeroizing<[u8; 32]>]) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    for key in keys {
        writeln!(file, "{}", *digits(key))?;
    }
    file.sync_all()?;
    fs::rename(&part, path)
}

fn digits(key: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn parse(text: &str) -> io::Result<Zeroizing<[u8; 32]>> {
    let no_key = || io::Error::new(io::ErrorKind::InvalidData, "this is no key; it takes 64 hexadecimal digits");
    let digits = text.trim().as_bytes();
    let mut key = Zeroizing::new([0; 32]);
    if digits.len() != 64 {
        return Err(no_key());
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0]).zip(digit(pair[1])).map(|(high, low)| high << 4 | low).ok_or_else(no_key)?;
    }
    Ok(key)
}

fn make(path: &Path, random: &dyn Random) -> io::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    random.fill(&mut *key);
    let text = digits(&key);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        // Another process was faster: its key is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return parse(&fs::read_to_string(path)?),
        Err(error) => return Err(error),
    };
    writeln!(file, "{}", *text)?;
    file.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_new_key_stands_before_the_old_one_until_that_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let old = open(&path, &SeededRandom::new(1)).unwrap();
        assert_eq!(open_ring(&path, &SeededRandom::new(9)).unwrap(), std::slice::from_ref(&old));
        rotate(&path, &SeededRandom::new(2)).unwrap();
        let ring = open_ring(&path, &SeededRandom::new(9)).unwrap();
        assert!(ring.len() == 2 && ring[1] == old && ring[0] != old);
        // Interrupted and begun again: nothing is lost.
        rotate(&path, &SeededRandom::new(3)).unwrap();
        let longer = open_ring(&path, &SeededRandom::new(9)).unwrap();
        assert!(longer.len() == 3 && longer[1..] == ring);
        keep_newest(&path).unwrap();
        assert_eq!(open_ring(&path, &SeededRandom::new(9)).unwrap(), longer[..1]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "\n").unwrap();
        assert!(open_ring(&path, &SeededRandom::new(1)).is_err() && rotate(&path, &SeededRandom::new(1)).is_err());
    }

    #[test]
    fn a_key_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let made = open(&path, &SeededRandom::new(1)).unwrap();
        assert_eq!(open(&path, &SeededRandom::new(2)).unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "nonsense").unwrap();
        assert_eq!(open(&path, &SeededRandom::new(1)).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
