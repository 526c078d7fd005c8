//! Signed heads: the end of the chain, signed with a key that is not in the database, every minute.
//!
//! Whoever can write the database can make a chain anew; without the key they cannot make it fit what was signed. Heads are
//! kept in a table and in a file, and the file can be copied away, so that a chain that was cut off shows as well.

use super::chain::Hash;
use crate::{
    clock::SharedClock,
    db::{Db, DbError},
    key_file, on,
    random::Random,
    scope::FeedScope,
};
use futures::FutureExt as _;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::{
    fmt, fs,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// A public key.
pub type PublicKey = [u8; 32];

/// Between two heads.
const EVERY: Duration = Duration::from_secs(60);
/// What is signed begins with this.
const MARK: &[u8] = b"guichet audit head 1";
/// What a line of the file begins with.
const WORD: &str = "guichet-audit-head/1";

/// Bytes of a line, and more.
const MAX_LINE: u64 = 1_024;

/// Why a head was not signed.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The key's file, or that of the heads.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The file holds no key.
    #[error("{0}: this is no key of the audit log; it takes 64 hexadecimal digits")]
    NoKey(PathBuf),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The key that heads are signed with (Ed25519).
pub struct HeadKey(Ed25519KeyPair);

impl fmt::Debug for HeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<key of the audit log>")
    }
}

impl HeadKey {
    /// From its seed.
    ///
    /// # Errors
    /// Never for 32 bytes; the library asks.
    pub fn from_seed(seed: &[u8; 32]) -> io::Result<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|error| io::Error::other(error.to_string()))
    }

    /// The key in this file, which is made when it is not there, for its owner's eyes alone.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds no key.
    pub fn open(path: &Path, random: &dyn Random) -> Result<Self, HeadError> {
        let at = |error: io::Error| match error.kind() {
            io::ErrorKind::InvalidData => HeadError::NoKey(path.to_owned()),
            _ => HeadError::File { path: path.to_owned(), error },
        };
        let seed = key_file::open(path, random).map_err(at)?;
        Self::from_seed(&seed).map_err(at)
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut public = [0; 32];
        public.copy_from_slice(self.0.public_key().as_ref());
        public
    }

    /// Signs the end of a chain.
    #[must_use]
    pub fn sign(&self, seq: i64, hash: &Hash, at: i64) -> Head {
        let signature = self.0.sign(&message(seq, hash, at)).as_ref().to_vec();
        Head { seq, hash: hash.to_vec(), at, key: self.public().to_vec(), signature }
    }
}

fn message(seq: i64, hash: &[u8], at: i64) -> Vec<u8> {
    [MARK, &seq.to_be_bytes(), &at.to_be_bytes(), hash].concat()
}

/// A signed end of the chain.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The number of the last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// When it was signed, milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// The public key of whoever signed.
    pub key: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Head {
    /// Whether one of these keys has signed it.
    #[must_use]
    pub fn holds(&self, keys: &[PublicKey]) -> bool {
        keys.iter().any(|key| key.as_slice() == self.key)
            && UnparsedPublicKey::new(&ED25519, &self.key)
                .verify(&message(self.seq, &self.hash, self.at), &self.signature)
                .is_ok()
    }

    /// From a line of the file; none when it is not one.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        if words.next()? != WORD {
            return None;
        }
        let head = Self {
            seq: words.next()?.parse().ok()?,
            at: words.next()?.parse().ok()?,
            hash: from_hex(words.next()?)?,
            key: from_hex(words.next()?)?,
            signature: from_hex(words.next()?)?,
        };
        words.next().is_none().then_some(head)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hash, key, signature) = (to_hex(&self.hash), to_hex(&self.key), to_hex(&self.signature));
        write!(f, "{WORD} {} {} {hash} {key} {signature}", self.seq, self.at)
    }
}

/// Signs heads while the portal runs.
#[derive(Debug)]
pub struct Signer {
    db: Db,
    clock: SharedClock,
    key: HeadKey,
    file: PathBuf,
}

impl Signer {
    /// Signs with `key`, into the table and into `file`.
    #[must_use]
    pub const fn new(db: Db, clock: SharedClock, key: HeadKey, file: PathBuf) -> Self {
        Self { db, clock, key, file }
    }

    /// The key that its heads are checked with.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.key.public()
    }

    /// Signs the end of the chain, when there is something new since it was last signed with this key.
    ///
    /// # Errors
    /// What the database or the file says.
    pub async fn sign(&self) -> Result<Option<Head>, HeadError> {
        const TAIL: &str = "select seq, hash from audit_tail where only_row = 1";
        const LAST: &str = "select coalesce(max(seq), 0) from audit_head where key = $1";
        const ADD: &str = "insert into audit_head (seq, hash, at, key, signature) values ($1, $2, $3, $4, $5)
            on conflict do nothing";
        let key = self.key.public().to_vec();
        let scope = FeedScope::new();
        let read = self.db.read(&scope, move |tx| {
            async move {
                let tail: (i64, Vec<u8>) = on!(tx, c => sqlx::query_as(TAIL).fetch_one(&mut **c).await)?;
                let last: (i64,) = on!(tx, c => sqlx::query_as(LAST).bind(key).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>((tail.0, tail.1, last.0))
            }
            .boxed()
        });
        let (seq, hash, last) = read.await?;
        if seq == last || seq == 0 {
            return Ok(None);
        }
        let hash: Hash = hash.try_into().map_err(|_| DbError::Value("audit_tail.hash"))?;
        let head = self.key.sign(seq, &hash, self.clock.now().millis());
        let line = format!("{head}\n");
        let kept = head.clone();
        let write = self.db.write(&scope, move |tx| {
            async move {
                on!(tx, c => sqlx::query(ADD).bind(kept.seq).bind(kept.hash).bind(kept.at).bind(kept.key)
                    .bind(kept.signature).execute(&mut **c).await.map(|_| ()))
                .map_err(DbError::from)
            }
            .boxed()
        });
        write.await?;
        let path = self.file.clone();
        let written = tokio::task::spawn_blocking(move || add_line(&path, &line));
        let written = written.await.unwrap_or_else(|_| Err(io::Error::other("given up")));
        written.map_err(|error| HeadError::File { path: self.file.clone(), error })?;
        Ok(Some(head))
    }

    /// Signs every minute until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.sign().await {
                tracing::error!(%error, "The end of the audit log could not be signed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}

/// Adds a line. What a power cut has left of one before it is taken away.
fn add_line(path: &Path, line: &str) -> io::Result<()> {
    let mut file = fs::File::options().create(true).read(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    let mut end = Vec::new();
    file.seek(io::SeekFrom::Start(length.saturating_sub(MAX_LINE)))?;
    file.read_to_end(&mut end)?;
    let torn = end.iter().rev().take_while(|byte| **byte != b'\n').count() as u64;
    if torn > 0 {
        file.set_len(length - torn)?;
    }
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

/// As hexadecimal digits.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// From hexadecimal digits; none when they are not.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks_exact(2).map(|pair| Some((digit(pair[0])? << 4) | digit(pair[1])?)).collect()
}
