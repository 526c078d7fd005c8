//! A reader that counts: lines, bytes, and how much one step of the parser takes. It is what keeps memory flat.

use std::io::{self, BufRead, Read};

/// Counts what is read, and stops a step that takes too much.
pub(crate) struct Guard<R> {
    input: R,
    /// The line that the reading has come to, from 1.
    pub line: u64,
    /// Bytes taken in all.
    pub taken: u64,
    max_bytes: u64,
    step: usize,
    max_step: usize,
    /// Which bound was met.
    pub exceeded: Option<Bound>,
    /// A copy of what is taken, while somebody wants one.
    capture: Option<(Vec<u8>, usize)>,
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
    pub fn new(input: R, max_step: usize, max_bytes: u64) -> Self {
        Self { input, line: 1, taken: 0, max_bytes, step: 0, max_step, exceeded: None, capture: None }
    }

    /// What it reads from.
    pub fn input_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// A step of the parser begins.
    pub fn mark(&mut self) {
        self.step = 0;
    }

    /// Keeps a copy of what comes, after `begin`, up to `most` bytes. The old copy's memory is used again.
    pub fn capture(&mut self, begin: &[u8], most: usize) {
        let mut copy = self.capture.take().map(|(copy, _)| copy).unwrap_or_default();
        copy.clear();
        copy.extend_from_slice(&begin[..begin.len().min(most)]);
        self.capture = Some((copy, most));
    }

    /// What was kept.
    pub fn captured(&self) -> &[u8] {
        self.capture.as_ref().map_or(&[], |(copy, _)| copy)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let room = self.max_step.saturating_sub(self.step);
        let left = usize::try_from(self.max_bytes.saturating_sub(self.taken)).unwrap_or(usize::MAX);
        let piece = self.input.fill_buf()?;
        if piece.is_empty() {
            return Ok(piece);
        }
        if room == 0 || left == 0 {
            self.exceeded = Some(if room == 0 { Bound::Step } else { Bound::Bytes });
            return Err(io::Error::other("a bound was met"));
        }
        Ok(&piece[..piece.len().min(room).min(left)])
    }

    fn consume(&mut self, count: usize) {
        if let Ok(piece) = self.input.fill_buf() {
            let piece = &piece[..count.min(piece.len())];
            self.line += piece.iter().filter(|&&byte| byte == b'\n').count() as u64;
            if let Some((copy, most)) = &mut self.capture
                && copy.len() < *most
            {
                copy.extend_from_slice(&piece[..piece.len().min(*most - copy.len())]);
            }
        }
        self.step += count;
        self.taken += count as u64;
        self.input.consume(count);
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
