//! A key in a file of its own: 64 hexadecimal digits, made at the first start, for its owner's eyes alone.

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
    let text: Zeroizing<String> = Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
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
