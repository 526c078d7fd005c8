//! The chain: each entry's hash is made of the one before it and of everything in the entry.

use super::Entry;
use crate::{
    db::{DbError, Dialect, Tx},
    on,
};
use sha2::{Digest as _, Sha256};

/// A hash.
pub type Hash = [u8; 32];
/// What stands before the first entry.
pub const BEGINNING: Hash = [0; 32];
/// What every encoding begins with, so that it is taken for nothing else.
const MARK: &[u8] = b"guichet audit 1";

/// An entry in its place, as the database has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    /// Its number, from 1.
    pub seq: i64,
    /// When it was, milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// What kind of actor.
    pub actor_kind: String,
    /// Which one.
    pub actor_id: Option<Vec<u8>>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: Option<String>,
    /// To which one.
    pub subject_id: Option<Vec<u8>>,
    /// Whose data it is.
    pub customer_id: Option<Vec<u8>>,
    /// How it came out.
    pub outcome: String,
    /// From where.
    pub network: Option<String>,
    /// With what.
    pub device: Option<String>,
    /// A little more.
    pub detail: Option<String>,
    /// The hash of the entry before.
    pub prev: Vec<u8>,
    /// The hash of this one.
    pub hash: Vec<u8>,
}

impl Row {
    /// An entry in its place.
    #[must_use]
    pub fn new(entry: Entry, seq: i64, prev: &Hash) -> Self {
        let mut row = Self {
            seq,
            at: entry.at.millis(),
            actor_kind: entry.actor.kind().to_owned(),
            actor_id: entry.actor.id(),
            action: entry.action.as_str().to_owned(),
            subject_kind: entry.subject.map(|(subject, _)| subject.as_str().to_owned()),
            subject_id: entry.subject.map(|(_, id)| id.to_vec()),
            customer_id: entry.customer.map(|id| id.as_bytes().to_vec()),
            outcome: entry.outcome.as_str().to_owned(),
            network: entry.network,
            device: entry.device,
            detail: entry.detail.map(super::Detail::text),
            prev: prev.to_vec(),
            hash: Vec::new(),
        };
        row.hash = row.digest().to_vec();
        row
    }

    /// Everything but the hash, as bytes. Each value has a mark of whether it is there and its length before it, so that no
    /// two entries are alike.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(self.seq)
    }

    fn encode_as(&self, seq: i64) -> Vec<u8> {
        let text = |value: &Option<String>| value.as_ref().map(|text| text.as_bytes().to_vec());
        let values: [Option<Vec<u8>>; 13] = [
            Some(self.prev.clone()),
            Some(seq.to_be_bytes().to_vec()),
            Some(self.at.to_be_bytes().to_vec()),
            Some(self.actor_kind.as_bytes().to_vec()),
            self.actor_id.clone(),
            Some(self.action.as_bytes().to_vec()),
            text(&self.subject_kind),
            self.subject_id.clone(),
            self.customer_id.clone(),
            Some(self.outcome.as_bytes().to_vec()),
            text(&self.network),
            text(&self.device),
            text(&self.detail),
        ];
        let mut bytes = Vec::with_capacity(384);
        bytes.extend_from_slice(MARK);
        for value in values {
            match value {
                None => bytes.push(0),
                Some(value) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&(value.len() as u64).to_be_bytes());
                    bytes.extend_from_slice(&value);
                }
            }
        }
        bytes
    }

    /// The hash that this entry must have.
    #[must_use]
    pub fn digest(&self) -> Hash {
        self.digest_as(self.seq)
    }

    /// The hash that it would have as number `seq`.
    pub(super) fn digest_as(&self, seq: i64) -> Hash {
        Sha256::digest(self.encode_as(seq)).into()
    }
}

/// Adds entries to the end of the chain, which is held until the transaction ends. Called by the transaction itself, last
/// of all, so that nothing else is waited for while it is held.
pub(crate) async fn append(tx: &mut Tx, entries: Vec<Entry>) -> Result<(), DbError> {
    const HOLD: &str = "select seq, hash from audit_tail where only_row = 1 for update";
    // SQLite has one writer, who has the whole file.
    const READ: &str = "select seq, hash from audit_tail where only_row = 1";
    const ADD: &str = "insert into audit (seq, at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id,
          outcome, network, device, detail, prev, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    const MOVE: &str = "update audit_tail set seq = $1, hash = $2 where only_row = 1";
    let hold = match tx.dialect() {
        Dialect::Sqlite => READ,
        Dialect::Postgres => HOLD,
    };
    let (mut seq, hash): (i64, Vec<u8>) = on!(tx, c => sqlx::query_as(hold).fetch_one(&mut **c).await)?;
    let mut prev: Hash = hash.try_into().map_err(|_| DbError::Value("audit_tail.hash"))?;
    for entry in entries {
        seq += 1;
        let row = Row::new(entry, seq, &prev);
        prev = row.digest();
        on!(tx, c => sqlx::query(ADD).bind(row.seq).bind(row.at).bind(&row.actor_kind).bind(&row.actor_id)
            .bind(&row.action).bind(&row.subject_kind).bind(&row.subject_id).bind(&row.customer_id).bind(&row.outcome)
            .bind(&row.network).bind(&row.device).bind(&row.detail).bind(&row.prev).bind(&row.hash)
            .execute(&mut **c).await.map(|_| ()))?;
        on!(tx, c => sqlx::query(MOVE).bind(seq).bind(prev.as_slice()).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}
