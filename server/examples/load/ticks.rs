//! From a price to open portfolios: every instrument ticks five times a second.

use crate::{
    Portal, documents,
    figures::{Spread, Usage},
    pages, say,
    wire::{Door, Events},
};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Ticks a second of each instrument.
const RATE: u32 = 5;

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub instruments: usize,
    pub groups: usize,
    pub seconds: u64,
    pub from: usize,
}

/// When each price was sent, by how many cents it is above the first.
type Sent = Arc<Mutex<Vec<Instant>>>;

#[derive(Default)]
struct Seen {
    spread: Spread,
    messages: usize,
    bytes: usize,
}

/// Measures it.
///
/// # Errors
/// When the portal does not do its part.
pub async fn run(portal: &Portal, sessions: &Path, load: &Load, page: &str) -> anyhow::Result<()> {
    let before = Usage::of(portal.pid);
    let open = pages::open(portal, sessions, page).await?;
    let count = open.len();
    let sent: Sent = Arc::default();
    let (stop, stopped) = watch::channel(());
    let mut tasks = Vec::new();
    for events in open {
        tasks.push(tokio::spawn(listen(events, sent.clone(), load.from, stopped.clone())));
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = (Usage::of(portal.pid), Usage::own());
    let each = idle.0.memory.saturating_sub(before.memory) * 1_024 / count as u64;
    say(&format!(
        "{count} open pages ({page}): {} MiB before, {} MiB with them, {each} bytes each; opening took {} of processor",
        before.mebibytes(),
        idle.0.mebibytes(),
        idle.0.since(before)
    ))?;
    let (began, mut memory, mut done) = (Instant::now(), Vec::new(), 0);
    let mut door = Door::open(portal, "market").await?;
    let beat = Duration::from_secs(1) / (RATE * u32::try_from(load.groups)?);
    let beats = usize::try_from(load.seconds)? * RATE as usize * load.groups;
    for number in 0..beats {
        let due = began + beat * u32::try_from(number)?;
        tokio::time::sleep_until(due).await;
        if began.elapsed() > Duration::from_secs(load.seconds) {
            break;
        }
        let group = (0..load.instruments).skip(number % load.groups).step_by(load.groups);
        let body = documents::quotes(group, load.from + number);
        sent.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        door.send(&format!("tick-{}-{number}", load.from), &body).await?;
        done += 1;
        if number % (beats / 6).max(1) == 0 {
            memory.push(Usage::of(portal.pid).mebibytes().to_string());
        }
    }
    let took = began.elapsed();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let now = (Usage::of(portal.pid), Usage::own());
    memory.push(now.0.mebibytes().to_string());
    drop(stop);
    let mut all = Seen::default();
    for task in tasks {
        let seen = task.await?;
        all.spread.merge(seen.spread);
        all.messages += seen.messages;
        all.bytes += seen.bytes;
    }
    let millis = took.as_millis().max(1) as usize;
    say(&format!(
        "{} instruments, {} webhooks of {} quotes: {} quotes/s in; {} messages/s and {} KiB/s out, {} prices shown; tick to page: {}",
        load.instruments,
        done,
        load.instruments / load.groups,
        done * (load.instruments / load.groups) * 1_000 / millis,
        all.messages * 1_000 / millis,
        all.bytes / 1_024 * 1_000 / millis,
        all.spread.count(),
        all.spread.words()
    ))?;
    say(&format!(
        "in {}.{} s: processor: portal {}, load client {}; memory of the portal, MiB: {}",
        millis / 1_000,
        millis % 1_000 / 100,
        now.0.since(idle.0),
        now.1.since(idle.1),
        memory.join(" ")
    ))
}

/// Notes how old each new price of a page is.
async fn listen(mut events: Events, sent: Sent, from: usize, mut stop: watch::Receiver<()>) -> Seen {
    let mut seen = Seen::default();
    loop {
        let message = tokio::select! {
            _ = stop.changed() => return seen,
            message = events.next() => match message {
                Ok(Some(message)) => message,
                _ => return seen,
            },
        };
        let now = Instant::now();
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.is_empty() {
            continue;
        }
        seen.messages += 1;
        seen.bytes += message.len();
        for number in message.split("\"pf-price:").skip(1).filter_map(|piece| cents(piece)?.checked_sub(from)) {
            if let Some(at) = sent.get(number) {
                seen.spread.note(now - *at);
            }
        }
    }
}

/// The price of an instruction, in cents: `…","text":"123.45 EUR"`.
fn cents(piece: &str) -> Option<usize> {
    let text = piece.split_once("\"text\":\"")?.1;
    let (whole, rest) = text.split_once('.')?;
    let whole: usize = whole.replace(',', "").parse().ok()?;
    let minor: usize = rest.get(..2)?.parse().ok()?;
    Some(whole * 100 + minor)
}
