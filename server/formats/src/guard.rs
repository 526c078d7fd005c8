//! A reader that counts: lines, bytes, and how much one step of the parser takes. It is what keeps memory flat.

use crate::{decode::Utf8, out::RAW};
use std::io::{self, BufRead, Read};

/// Counts what is read, and stops a step that takes too much. It holds one piece of the input.
pub(crate) struct Guard<R> {
    input: Utf8<R>,
    piece: Vec<u8>,
    at: usize,
    /// Bytes before the piece.
    before: u64,
    /// Where the step began, in all bytes.
    step: u64,
    /// Lines are counted up to here, in the piece.
    counted: usize,
    line: u64,
    max_bytes: u64,
    max_step: u64,
    /// Which bound was met.
    pub exceeded: Option<Bound>,
    /// What of the wanted copy is not in the piece any more, and where in the piece the rest begins.
    copy: Vec<u8>,
    copying: Option<usize>,
}

/// A bound that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Of one step.
    Step,
    /// Of the whole.
    Bytes,
}

impl<R: BufRead> Guard<R> {
    pub fn new(input: Utf8<R>, max_step: usize, max_bytes: u64) -> Self {
        Self {
            input,
            piece: Vec::new(),
            at: 0,
            before: 0,
            step: 0,
            counted: 0,
            line: 1,
            max_bytes,
            max_step: max_step as u64,
            exceeded: None,
            copy: Vec::new(),
            copying: None,
        }
    }

    /// Whether a byte had to be taken as Windows-1252.
    pub fn repaired(&self) -> bool {
        self.input.repaired
    }

    /// Bytes read in all.
    pub fn taken(&self) -> u64 {
        self.before + self.at as u64
    }

    /// The line that the reading has come to, from 1.
    pub fn line(&mut self) -> u64 {
        let fresh = &self.piece[self.counted..self.at];
        self.line += fresh.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.counted = self.at;
        self.line
    }

    /// A step of the parser begins.
    pub fn mark(&mut self) {
        self.step = self.taken();
    }

    /// Keeps a copy of what comes, from the last `back` bytes on, up to [`RAW`] bytes.
    pub fn capture(&mut self, back: usize) {
        self.copy.clear();
        self.copying = Some(self.at.saturating_sub(back));
    }

    /// What was kept.
    pub fn captured(&mut self) -> &[u8] {
        self.keep();
        &self.copy
    }

    /// Puts into the copy what of it is in the piece.
    fn keep(&mut self) {
        if let Some(from) = self.copying {
            let fresh = &self.piece[from..self.at];
            self.copy.extend_from_slice(&fresh[..fresh.len().min(RAW - self.copy.len().min(RAW))]);
            self.copying = Some(self.at);
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.keep();
        self.line();
        self.copying = self.copying.map(|_| 0);
        self.before += self.at as u64;
        (self.at, self.counted) = (0, 0);
        self.input.next_piece(&mut self.piece)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.piece.len() {
            self.refill()?;
            if self.piece.is_empty() {
                return Ok(&[]);
            }
        }
        let taken = self.taken();
        let room = (self.step + self.max_step).min(self.max_bytes).saturating_sub(taken);
        if room == 0 {
            self.exceeded = Some(if taken >= self.max_bytes { Bound::Bytes } else { Bound::Step });
            return Err(io::Error::other("a bound was met"));
        }
        let rest = &self.piece[self.at..];
        Ok(&rest[..rest.len().min(usize::try_from(room).unwrap_or(usize::MAX))])
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.piece.len());
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let count = piece.len().min(buf.len());
        buf[..count].copy_from_slice(&piece[..count]);
        self.consume(count);
        Ok(count)
    }
}
