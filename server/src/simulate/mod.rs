//! Back offices that are played: a bank, an insurer, a carrier, a market. They come in by the portal's doors alone, keep their
//! own truth, and read what the portal sends them, so that what works with them works with a real one.

mod bank;
mod carrier;
mod door;
mod insurer;
mod market;

use crate::commands::say;
use guichet_platform::clock::SharedClock;
use jiff::tz::TimeZone;
use std::{path::PathBuf, time::Duration};
use tokio_util::sync::CancellationToken;

pub use door::{Door, Hook, take_letters};

/// Who is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Accounts and statements: camt.052, camt.053, camt.054.
    Bank,
    /// Parcels: our own form and EPCIS, by webhook.
    Carrier,
    /// Instruments, portfolios, prices and rates of exchange.
    Market,
    /// Policies and claims in the portal's own forms; answers what customers send.
    Insurer,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Bank, Self::Carrier, Self::Insurer, Self::Market];

    /// Its name: of its webhook source, its secrets and its folder of messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Carrier => "carrier",
            Self::Market => "market",
            Self::Insurer => "insurer",
        }
    }
}

/// What a player needs.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Time.
    pub clock: SharedClock,
    /// Where it plays.
    pub zone: TimeZone,
    /// Where its documents go.
    pub door: Door,
    /// Where it keeps its own truth between two runs.
    pub memory: PathBuf,
    /// Where the portal puts what customers do.
    pub letters: PathBuf,
}

/// A back office that is played.
trait Player: Send {
    /// Does the next thing, or nothing.
    fn step(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Plays a part until told to stop, a step every so often.
///
/// # Errors
/// When it cannot begin. What fails later is said, and tried again with the next step.
pub async fn play(part: Part, stage: Stage, every: Duration, stop: CancellationToken) -> anyhow::Result<()> {
    std::fs::create_dir_all(&stage.memory)?;
    match part {
        Part::Bank => act(part, bank::Bank::new(stage)?, every, stop).await,
        Part::Carrier => act(part, carrier::Carrier::new(stage)?, every, stop).await,
        // Prices come faster than anything else.
        Part::Market => act(part, market::Market::new(stage)?, every.min(Duration::from_secs(2)), stop).await,
        Part::Insurer => act(part, insurer::Insurer::new(stage)?, every, stop).await,
    }
    Ok(())
}

async fn act(part: Part, mut player: impl Player, every: Duration, stop: CancellationToken) {
    loop {
        if let Err(error) = player.step().await {
            tracing::warn!(%error, "The simulated {} could not send; trying again", part.as_str());
            say(&format!("The simulated {} could not send: {error:#}", part.as_str()));
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}
