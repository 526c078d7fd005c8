//! What a chore says while it works: one line per step, and a table of weights at the end.

use anyhow::Result;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Prints one line. A terminal that has gone away is no reason to stop a build.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Says what went wrong.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "xtask: {line}");
}

/// Does one step, and says how long it took.
#[expect(clippy::disallowed_methods, reason = "how long a build step took is told to a person and decides nothing")]
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
    let start = Instant::now();
    let (value, words) = work()?;
    say(&format!("  {name:<10} {words}, {}", seconds(start.elapsed())));
    Ok(value)
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

/// A number of bytes with its thousands apart: 71 680.
pub fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// How heavy a file is as it lies there and as it goes over the wire.
pub struct Weight {
    pub name: String,
    pub raw: u64,
    pub gzip: Option<u64>,
    pub brotli: Option<u64>,
}

impl Weight {
    /// Weighs a file and its compressed siblings.
    pub fn of(path: &Path) -> Result<Self> {
        let size = |suffix: &str| {
            let mut sibling = path.as_os_str().to_owned();
            sibling.push(suffix);
            std::fs::metadata(sibling).map(|data| data.len())
        };
        Ok(Self {
            name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            raw: size("")?,
            gzip: size(".gz").ok(),
            brotli: size(".br").ok(),
        })
    }
}

/// Prints the weights, one file a line.
pub fn table(weights: &[Weight]) {
    let width = weights.iter().map(|weight| weight.name.len()).max().unwrap_or(0).max(4);
    let figure = |count: Option<u64>| count.map_or_else(|| "-".into(), bytes);
    say(&format!("\n  {:<width$} {:>10} {:>10} {:>10}", "file", "raw", "gzip", "brotli"));
    for weight in weights {
        say(&format!(
            "  {:<width$} {:>10} {:>10} {:>10}",
            weight.name,
            bytes(weight.raw),
            figure(weight.gzip),
            figure(weight.brotli)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(bytes(7), "7");
        assert_eq!(bytes(680), "680");
        assert_eq!(bytes(71_680), "71 680");
        assert_eq!(bytes(1_234_567), "1 234 567");
    }
}
