//! Ten thousand edits on copies of a chain that a database has written: each is found, at its place.

use super::{
    super::{
        Checker, Fault, Verdict,
        chain::{BEGINNING, Row},
        head::{Head, HeadKey},
    },
    all, seeded, signer, some_entry, write,
};
use crate::{on_both_databases, random::SeededRandom};

const ENTRIES: u64 = 96;
const EDITS: u64 = 10_000;
/// Entries between two signed heads.
const HEAD_EVERY: u64 = 16;

/// A chain with its heads and its tail, as somebody who owns the database can change it. The key is elsewhere.
#[derive(Clone)]
struct Chain {
    rows: Vec<Row>,
    heads: Vec<Head>,
    tail: (i64, Vec<u8>),
}

impl Chain {
    fn check(&self, keys: &[[u8; 32]]) -> Verdict {
        let mut rows = self.rows.clone();
        // As the database gives them.
        rows.sort_by_key(|row| row.seq);
        let mut checker = Checker::new(keys.to_vec(), self.tail.0);
        self.heads.iter().for_each(|head| checker.head(head.clone()));
        let _ = rows.into_iter().all(|row| checker.row(row));
        checker.end(Some((self.tail.0, &self.tail.1)))
    }

    /// Gives every entry from the place on the number of its place.
    fn number(&mut self) {
        for (row, seq) in self.rows.iter_mut().zip(1..) {
            row.seq = seq;
        }
    }

    /// Makes the hashes anew from the place on, and the tail with them.
    fn rebuild(&mut self, from: usize) {
        for place in from..self.rows.len() {
            self.rows[place].prev = if place == 0 { BEGINNING.to_vec() } else { self.rows[place - 1].hash.clone() };
            self.rows[place].hash = self.rows[place].digest().to_vec();
        }
        self.fit_tail();
    }

    fn fit_tail(&mut self) {
        self.tail = self.rows.last().map_or((0, BEGINNING.to_vec()), |row| (row.seq, row.hash.clone()));
    }
}

fn flip_bytes(bytes: &mut [u8], dice: &SeededRandom) {
    if bytes.is_empty() {
        return;
    }
    let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
    bytes[at] ^= 1 << dice.below(8);
}

fn flip_text(text: &mut String, dice: &SeededRandom) {
    let mut letters: Vec<char> = text.chars().collect();
    let at = usize::try_from(dice.below(letters.len() as u64)).unwrap();
    letters[at] = if letters[at] == 'x' { 'y' } else { 'x' };
    *text = letters.into_iter().collect();
}

fn flip_number(number: i64, dice: &SeededRandom) -> i64 {
    number ^ (1 << dice.below(63))
}

/// Nothing where there was something, or the other way round; else another letter.
fn toggle_text(text: &mut Option<String>, dice: &SeededRandom) {
    match text {
        Some(inside) if dice.below(2) == 0 && !inside.is_empty() => flip_text(inside, dice),
        Some(_) => *text = None,
        None => *text = Some(String::new()),
    }
}

fn toggle_bytes(bytes: &mut Option<Vec<u8>>, dice: &SeededRandom) {
    match bytes {
        Some(inside) if dice.below(2) == 0 => flip_bytes(inside, dice),
        Some(_) => *bytes = None,
        None => *bytes = Some(Vec::new()),
    }
}

/// Changes one field that is not the number.
fn change(row: &mut Row, dice: &SeededRandom, hashes: bool) {
    match dice.below(if hashes { 13 } else { 11 }) {
        0 => row.at = flip_number(row.at, dice),
        1 => flip_text(&mut row.actor_kind, dice),
        2 => toggle_bytes(&mut row.actor_id, dice),
        3 => flip_text(&mut row.action, dice),
        4 => toggle_text(&mut row.subject_kind, dice),
        5 => toggle_bytes(&mut row.subject_id, dice),
        6 => toggle_bytes(&mut row.customer_id, dice),
        7 => flip_text(&mut row.outcome, dice),
        8 => toggle_text(&mut row.network, dice),
        9 => toggle_text(&mut row.device, dice),
        10 => toggle_text(&mut row.detail, dice),
        11 => flip_bytes(&mut row.prev, dice),
        _ => flip_bytes(&mut row.hash, dice),
    }
}

/// Does something to the chain. Gives back where, and what may be said of it.
fn edit(chain: &mut Chain, kind: u64, dice: &SeededRandom) -> Option<(i64, &'static [Fault])> {
    use Fault as F;
    let length = chain.rows.len();
    let at = usize::try_from(dice.below(length as u64)).unwrap();
    let other = usize::try_from(dice.below(length as u64)).unwrap();
    let seq = i64::try_from(at).unwrap() + 1;
    Some(match kind {
        0 => {
            change(&mut chain.rows[at], dice, true);
            (seq, &[F::Changed])
        }
        1 => {
            let moved = flip_number(chain.rows[at].seq, dice);
            if moved <= 0 || chain.rows.iter().any(|row| row.seq == moved) {
                return None;
            }
            chain.rows[at].seq = moved;
            (seq, &[F::Missing, F::CutOff])
        }
        2 => {
            chain.rows.remove(at);
            (seq, &[F::Missing, F::CutOff])
        }
        3 => {
            chain.rows.remove(at);
            chain.number();
            (seq, &[F::Missing, F::CutOff])
        }
        4 => {
            // An entry that stands for itself, before another or at the end.
            let at = usize::try_from(dice.below(length as u64 + 1)).unwrap();
            let prev = if at == 0 { BEGINNING.to_vec() } else { chain.rows[at - 1].hash.clone() };
            let seq = i64::try_from(at).unwrap() + 1;
            let forged = Row::new(some_entry(1_000 + dice.below(1_000)), seq, &prev.try_into().unwrap());
            chain.rows.insert(at, forged);
            chain.number();
            (seq, &[F::Inserted])
        }
        5 => {
            let copy = chain.rows[other].clone();
            chain.rows.insert(at, copy);
            chain.number();
            // A copy beside the entry itself: the second of the two is the one too many.
            (if at == other { seq + 1 } else { seq }, &[F::Inserted, F::Reordered])
        }
        6 => {
            if at == other {
                return None;
            }
            chain.rows.swap(at, other);
            chain.number();
            (seq.min(i64::try_from(other).unwrap() + 1), &[F::Reordered])
        }
        7 => {
            chain.rows.truncate(at);
            chain.fit_tail();
            (seq, &[F::CutOff])
        }
        8 => {
            change(&mut chain.rows[at], dice, false);
            chain.rebuild(at);
            (seq, &[F::Rebuilt])
        }
        9 => {
            change(&mut chain.rows[at], dice, false);
            chain.rows[at].hash = chain.rows[at].digest().to_vec();
            if dice.below(2) == 0 {
                chain.fit_tail();
            }
            (seq, &[F::Changed, F::Rebuilt])
        }
        10 => {
            // Taken out, and everything made anew behind it.
            chain.rows.remove(at);
            chain.number();
            chain.rebuild(at);
            (seq, &[F::Rebuilt, F::CutOff])
        }
        _ => {
            let which = usize::try_from(dice.below(chain.heads.len() as u64)).unwrap();
            let head = &mut chain.heads[which];
            match dice.below(4) {
                0 => flip_bytes(&mut head.hash, dice),
                1 => head.at = flip_number(head.at, dice),
                2 => flip_bytes(&mut head.key, dice),
                _ => flip_bytes(&mut head.signature, dice),
            }
            (head.seq, &[F::Signature])
        }
    })
}

on_both_databases! {
    async fn ten_thousand_edits_are_all_found_at_their_place(world: World) {
        let signer = signer(&world);
        let mut heads = Vec::new();
        for number in 1..=ENTRIES {
            write(&world.db, some_entry(number)).await.unwrap();
            if number % HEAD_EVERY == 0 {
                heads.push(signer.sign().await.unwrap().unwrap());
            }
        }
        let rows = all(&world.db).await;
        let tail = (rows.len() as i64, rows.last().unwrap().hash.clone());
        let keys = [HeadKey::open(&world.folder().join("audit.key"), &*world.random).unwrap().public()];
        let whole = Chain { rows, heads, tail };
        let verdict = whole.check(&keys);
        assert_eq!((verdict.finding, verdict.entries, verdict.signed, verdict.heads), (None, 96, 96, 6));

        let dice = seeded(20_261_117);
        let (mut done, mut close) = (0_u64, 0_u64);
        let mut number = 0_u64;
        while done < EDITS {
            number += 1;
            let mut chain = whole.clone();
            let kind = number % 12;
            let Some((seq, faults)) = edit(&mut chain, kind, &dice) else { continue };
            if chain.rows == whole.rows && chain.heads == whole.heads {
                continue;
            }
            done += 1;
            let verdict = chain.check(&keys);
            let Some(found) = verdict.finding else { panic!("edit {number} of kind {kind} at {seq} was not found") };
            assert!(faults.contains(&found.fault), "edit {number} of kind {kind} at {seq}: {found:?}");
            // Made anew and one short, the last head is not met: nothing speaks for what is behind the one before it.
            let cut = kind == 10 && found.fault == Fault::CutOff;
            let from = if cut { verdict.signed + 1 } else { found.seq };
            assert!((from..=found.to).contains(&seq), "edit {number} of kind {kind} at {seq}: {found:?}");
            assert!(found.to - from < HEAD_EVERY as i64, "edit {number} of kind {kind} at {seq}: {found:?}");
            close += u64::from(from == found.to);
        }
        // Only what was made anew as a whole is known no closer than between two heads.
        assert!(close * 100 >= EDITS * 80, "{close} of {EDITS} to the very entry");
    }
}
