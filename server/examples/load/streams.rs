//! From a webhook to every open page: one page at a time, every page with an event of its own, and every page with the same.

use crate::{
    Portal, documents,
    figures::{Spread, Usage},
    pages, say,
    wire::{Door, Events},
};
use anyhow::Context as _;
use std::{collections::BTreeSet, path::Path, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// How long to wait for the last page.
const PATIENCE: Duration = Duration::from_secs(60);
/// Webhooks to one page each, and how long between two.
const ONE_BY_ONE: usize = 200;
const BETWEEN: Duration = Duration::from_millis(50);

/// A page that was reached, and when.
type Reached = (usize, Instant);

/// Measures all three.
///
/// # Errors
/// When the portal does not do its part.
pub async fn run(portal: &Portal, sessions: &Path, rounds: usize) -> anyhow::Result<()> {
    let before = Usage::of(portal.pid);
    let open = pages::open(portal, sessions, "accounts").await?;
    let count = open.len();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = Usage::of(portal.pid);
    let each = idle.memory.saturating_sub(before.memory) * 1_024 / count as u64;
    say(&format!(
        "{count} open pages: {} MiB before, {} MiB with them, {each} bytes each; opening took {} of processor",
        before.mebibytes(),
        idle.mebibytes(),
        idle.since(before)
    ))?;
    let (sender, reached) = mpsc::unbounded_channel();
    for (index, events) in open.into_iter().enumerate() {
        tokio::spawn(listen(index, events, sender.clone()));
    }
    let mut bench = Bench { portal, reached, count };
    bench.shared(rounds).await?;
    bench.every(rounds).await?;
    bench.one_by_one().await?;
    say(&format!("memory behind all of it: {} MiB", Usage::of(portal.pid).mebibytes()))
}

/// Notes each event of a page, as long as its stream lives.
async fn listen(index: usize, mut events: Events, sender: mpsc::UnboundedSender<Reached>) {
    while let Ok(Some(message)) = events.next().await {
        // Prices and the like have no number.
        if message.starts_with("id:") && sender.send((index, Instant::now())).is_err() {
            return;
        }
    }
}

struct Bench<'a> {
    portal: &'a Portal,
    reached: mpsc::UnboundedReceiver<Reached>,
    count: usize,
}

impl Bench<'_> {
    /// Waits until every page has been reached since `sent`.
    async fn all(&mut self, sent: Instant, spread: &mut Spread) -> anyhow::Result<()> {
        let mut left: BTreeSet<usize> = (0..self.count).collect();
        while !left.is_empty() {
            let wait = tokio::time::timeout(PATIENCE, self.reached.recv()).await;
            let reached = wait.ok().flatten().with_context(|| format!("{} pages were not reached", left.len()))?;
            if left.remove(&reached.0) {
                spread.note(reached.1 - sent);
            }
        }
        Ok(())
    }

    fn told(&self, what: &str, spread: Spread, before: (Usage, Usage)) -> anyhow::Result<()> {
        let now = (Usage::of(self.portal.pid), Usage::own());
        let count = spread.count();
        say(&format!(
            "{what}: {count} arrivals, {}; processor: portal {}, load client {}",
            spread.words(),
            now.0.since(before.0),
            now.1.since(before.1)
        ))
    }

    fn usage(&self) -> (Usage, Usage) {
        (Usage::of(self.portal.pid), Usage::own())
    }

    /// One booking on an account that everybody holds.
    async fn shared(&mut self, rounds: usize) -> anyhow::Result<()> {
        let (mut spread, before) = (Spread::default(), self.usage());
        for round in 1..=rounds {
            // The portal hangs up on who is silent for long.
            let mut bank = Door::open(self.portal, "bank").await?;
            let sent = Instant::now();
            bank.send(&format!("shared-{round}"), &documents::booking(round)).await?;
            self.all(sent, &mut spread).await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.told("one webhook with one booking that concerns every page", spread, before)
    }

    /// One webhook with an event for the parcel of each.
    async fn every(&mut self, rounds: usize) -> anyhow::Result<()> {
        let (mut spread, before) = (Spread::default(), self.usage());
        for round in 1..=rounds {
            let body = documents::epcis((1..=self.count).map(|parcel| (parcel, round * self.count + parcel)));
            let mut carrier = Door::open(self.portal, "carrier").await?;
            let sent = Instant::now();
            carrier.send(&format!("every-{round}"), &body).await?;
            self.all(sent, &mut spread).await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.told("one webhook with an event of its own for every page", spread, before)
    }

    /// A webhook for one page, while the others are open.
    async fn one_by_one(&mut self) -> anyhow::Result<()> {
        let (mut spread, before) = (Spread::default(), self.usage());
        let mut carrier = Door::open(self.portal, "carrier").await?;
        for number in 0..ONE_BY_ONE.min(self.count) {
            let page = number * self.count / ONE_BY_ONE.min(self.count);
            let body = documents::epcis(std::iter::once((page + 1, 10_000_000 + number)));
            let sent = Instant::now();
            carrier.send(&format!("one-{number}"), &body).await?;
            let wait = tokio::time::timeout(PATIENCE, async {
                while let Some(reached) = self.reached.recv().await {
                    if reached.0 == page {
                        return Some(reached.1);
                    }
                }
                None
            });
            let at = wait.await.ok().flatten().with_context(|| format!("page {page} was not reached"))?;
            spread.note(at - sent);
            tokio::time::sleep(BETWEEN).await;
        }
        self.told("a webhook each for one page of them", spread, before)
    }
}
