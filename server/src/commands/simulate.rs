//! `guichet simulate`.

use super::say;
use crate::{
    demo,
    simulate::{Part, play},
};
use anyhow::Context as _;
use guichet_platform::{clock::SystemClock, config::Config, random::OsRandom, telemetry};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

pub(super) async fn simulate(mut config: Config, part: Part, to: Option<String>, every: u64) -> anyhow::Result<()> {
    telemetry::init(&config.log).context("logging does not start")?;
    demo::open_doors(&mut config, &OsRandom)?;
    let stage = demo::stage(&config, part, to.as_deref(), Arc::new(SystemClock))?;
    let stop = CancellationToken::new();
    let ended = stop.clone();
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        ended.cancel();
    });
    say(&format!("Playing the {}; stop with Ctrl-C.", part.as_str()));
    play(part, stage, Duration::from_secs(every), stop).await
}
