//! Reads a file and tells how fast, and with how much memory: `read PATH`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    reason = "a program to measure with"
)]

use guichet_formats::{ENOUGH, Format, Limits, Reporter, detect, read, read_zip};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    ops::ControlFlow,
    time::Instant,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let bytes = std::fs::metadata(&path)?.len();
    let start = Instant::now();
    let mut reporter = Reporter::default();
    let mut take = |record| {
        reporter.take(&record);
        ControlFlow::Continue(())
    };
    let mut input = BufReader::with_capacity(256 << 10, File::open(&path)?);
    let head = input.fill_buf()?;
    let outcome = match detect(&head[..head.len().min(ENOUGH)]) {
        Format::Zip => read_zip(File::open(&path)?, &Limits::default(), &mut take),
        format => read(input, format, &Limits::default(), &mut take),
    };
    let report = reporter.finish(outcome);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}: {} ({} entries, {} statements)",
        report.class.as_str(),
        report.reason,
        report.entry_count,
        report.statement_count
    );
    println!(
        "{:.0} entries/s, {:.0} MB/s, {seconds:.2} s",
        report.entry_count as f64 / seconds,
        bytes as f64 / 1e6 / seconds
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak}");
    }
    Ok(())
}
