//! Medians, and what a process has used.

use std::{fmt, fs, time::Duration};

/// Ticks of the processor clock in a second, as Linux tells them in `/proc`.
const TICKS: u64 = 100;

/// How long something took, many times.
#[derive(Clone, Debug, Default)]
pub struct Spread(Vec<u32>);

impl Spread {
    /// Notes one, in microseconds.
    pub fn note(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Takes those of another.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The one below which so many thousandths are, in microseconds.
    fn below(&mut self, permille: usize) -> u32 {
        let at = (self.0.len() * permille / 1_000).min(self.0.len().saturating_sub(1));
        if self.0.is_empty() { 0 } else { *self.0.select_nth_unstable(at).1 }
    }

    /// Median, 99th percentile and most, in words.
    pub fn words(mut self) -> String {
        let (median, late, most) = (self.below(500), self.below(990), self.below(1_000));
        format!("median {}, 99th percentile {}, most {}", Millis(median), Millis(late), Millis(most))
    }
}

/// Microseconds, shown as milliseconds.
struct Millis(u32);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} ms", self.0 / 1_000, self.0 % 1_000 / 100)
    }
}

/// What a process has used up to now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Its memory that is there now, KiB.
    pub memory: u64,
    /// Processor time, hundredths of a second.
    pub processor: u64,
}

impl Usage {
    /// Of a process; nought where it is gone.
    pub fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0);
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name stands in brackets and may hold anything; behind it the fields are counted from the third on.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        Self { memory, processor: (ticks(11) + ticks(12)) * 100 / TICKS }
    }

    /// Of this very process.
    pub fn own() -> Self {
        Self::of(std::process::id())
    }

    /// The processor time since an earlier look, in words.
    pub fn since(&self, before: Self) -> String {
        let used = self.processor.saturating_sub(before.processor);
        format!("{}.{:02} s", used / 100, used % 100)
    }

    /// Its memory in MiB.
    pub fn mebibytes(&self) -> u64 {
        self.memory / 1_024
    }
}
