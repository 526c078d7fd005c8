//! `guichet serve` and `guichet demo`.

use super::{
    Parts,
    compose::{self, compose},
    say,
};
use crate::{
    demo, http,
    simulate::{Part, Stage, play},
};
use anyhow::Context as _;
use futures::FutureExt as _;
use guichet_app::{
    admin::setup::Door,
    portfolio::quotes::{Quotes, follow},
    web::{CspReports, Pace, PaceBounds, Services, StreamLimits, Streams},
};
use guichet_platform::{
    audit::head::{HeadKey, Signer},
    config::{Config, MailTransport, Retention},
    files::FileStore,
    identity::Identity,
    inbox, live, mail,
    outbox::{Courier, Destination, Route},
    privacy,
    random::OsRandom,
    scope,
    serve::{ServeOptions, serve as serve_http},
    sources::{self, counts},
    staff,
    telemetry::{self, metrics_router},
};
use std::{sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until told to stop. `demo` is the number of seconds between two movements of the simulated bank.
pub(super) async fn serve(mut config: Config, demo: Option<u64>) -> anyhow::Result<()> {
    let log = telemetry::init(&config.log).context("logging does not start")?;
    if demo.is_some() {
        demo::open_doors(&mut config, &OsRandom)?;
    }
    let assets = http::read_assets(&config.server.site_dir)?;
    let parts = compose(&config).await?;
    let metrics = parts.metrics.clone();
    let stop = CancellationToken::new();
    let signer = signer(&config, &parts)?;
    let (setup, code) = match demo.is_none() && staff::nobody_yet(&parts.db).await? {
        true => Door::open(&*parts.random),
        false => (Door::default(), String::new()),
    };
    let services = Services {
        db: parts.db.clone(),
        clock: parts.clock.clone(),
        random: parts.random.clone(),
        sessions: parts.sessions.clone(),
        identity: parts.identity.clone(),
        house: parts.house.clone(),
        assets: Arc::new(assets),
        origin: config.server.public_origin.as_str().into(),
        closing: stop.clone(),
        downloads: Arc::new(tokio::sync::Semaphore::new(8)),
        files: FileStore::new(&config.data.dir.join("uploads"), parts.random.clone())
            .with_scanner(config.uploads.scanner()),
        mail: config.mail.transport,
        streams: Streams::new(
            StreamLimits {
                session: config.live.max_streams_per_session as usize,
                network: config.live.max_public_streams_per_network as usize,
                public: config.live.max_public_streams as usize,
            },
            metrics.clone(),
        ),
        quotes: Quotes::default(),
        metrics: metrics.clone(),
        inbox: parts.inbox.clone(),
        audit_keys: Arc::new([signer.public_key()]),
        log: Some(log),
        desk: config.server.admin_listen.is_none(),
        setup,
        alarms: parts.alarms.clone(),
        csp: CspReports::new(parts.clock.clone(), metrics.clone(), config.server.public_origin.as_str().into()),
        pace: Pace::new(
            parts.clock.clone(),
            parts.alarms.clone(),
            PaceBounds::with_requests(config.session.requests_per_second),
        ),
        keep_alive: Duration::from_secs(u64::from(config.live.keep_alive_seconds)),
    };
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("{} is not free; choose another address in server.listen", config.server.listen))?;
    let every = Duration::from_millis(u64::from(config.data.poll_millis));
    let minutely = signer.clone();
    let minutely_stop = stop.clone();
    let mut work = vec![
        tokio::spawn(async move { minutely.run(minutely_stop).await }),
        tokio::spawn(inbox::watch(parts.inbox.clone(), config.data.inbox.clone(), every, stop.clone())),
        tokio::spawn(parts.inbox.clone().work_off(stop.clone())),
        tokio::spawn(courier(&config, &parts)?.run(stop.clone())),
        tokio::spawn(postman(&config, &parts)?.run(stop.clone())),
        tokio::spawn(sweep(parts.identity.clone(), stop.clone())),
        tokio::spawn(parts.house.clone().follow(parts.db.clone(), stop.clone())),
        tokio::spawn(sources::measure(parts.db.clone(), parts.clock.clone(), metrics.clone(), stop.clone())),
        tokio::spawn(live::hear_others(parts.db.clone(), stop.clone())),
        tokio::spawn(follow(parts.db.clone(), parts.clock.clone(), services.quotes.clone(), stop.clone())),
        tokio::spawn(forget(
            (parts.db.clone(), services.files.clone()),
            parts.clock.clone(),
            (i64::from(config.live.retention_hours), config.retention),
            stop.clone(),
        )),
    ];
    if let (Some(address), Some(origin)) = (config.server.admin_listen, &config.server.admin_origin) {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} is not free; choose another in server.admin_listen"))?;
        let services = Services {
            origin: origin.as_str().into(),
            identity: compose::identity(&config, &parts, origin)?,
            desk: true,
            ..services.clone()
        };
        let hooks = http::HookDoor::shut(&config, parts.inbox.clone(), parts.clock.clone(), metrics.clone());
        let app = http::router(services, hooks, &config.server.site_dir, metrics.clone());
        let options = ServeOptions::from(&config.server);
        work.push(tokio::spawn(serve_beside(listener, app, options, stop.clone())));
        tracing::info!(server.admin_listen = %address, "The administration is at {}", origin.as_str());
    }
    if let Some(address) = config.server.metrics_listen {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} is not free; choose another in server.metrics_listen"))?;
        let options = ServeOptions::from(&config.server);
        work.push(tokio::spawn(serve_beside(listener, metrics_router(metrics.clone()), options, stop.clone())));
    }
    if let Some(every) = demo {
        demo::prepare(&parts, &config.data).await?;
        say(&demo::greeting(&config));
        for part in Part::ALL {
            let stage = demo::stage(&config, part, None, parts.clock.clone())?;
            work.push(tokio::spawn(player(part, stage, Duration::from_secs(every), stop.clone())));
        }
    }
    if !code.is_empty() {
        let origin = config.server.admin_origin.as_ref().unwrap_or(&config.server.public_origin);
        say(&format!(
            "\nNobody of the institution can sign in yet. Set the portal up at {}/setup with the code\n\n    {code}\n",
            origin.as_str()
        ));
    }
    tracing::info!(server.listen = %config.server.listen, "Serving at {}", config.server.public_origin.as_str());
    tokio::spawn(stop_on_signal(stop.clone()));
    let options =
        ServeOptions { open_connections: metrics.open_connections().clone(), ..ServeOptions::from(&config.server) };
    let hooks = http::HookDoor::new(&config, parts.inbox.clone(), parts.clock.clone(), metrics.clone())
        .with_made(parts.db.clone(), parts.identity.sealer().clone());
    let app = http::router(services, hooks, &config.server.site_dir, metrics);
    serve_http(listener, app, options, stop.clone()).await?;
    stop.cancel();
    for task in work {
        let _ = tokio::time::timeout(Duration::from_secs(10), task).await;
    }
    // What was done since the last minute, too.
    if let Err(error) = signer.sign().await {
        tracing::error!(%error, "The end of the audit log could not be signed");
    }
    parts.db.close().await;
    tracing::info!("Stopped");
    Ok(())
}

async fn player(part: Part, stage: Stage, every: Duration, stop: CancellationToken) {
    if let Err(error) = play(part, stage, every, stop).await {
        tracing::error!(%error, "The simulated {} cannot begin", part.as_str());
    }
}

/// Signs the end of the audit log. Without its key the portal does not start.
fn signer(config: &Config, parts: &Parts) -> anyhow::Result<Arc<Signer>> {
    let key = HeadKey::open(&config.audit_key(), &*parts.random).context("the key of the audit log")?;
    Ok(Arc::new(Signer::new(parts.db.clone(), parts.clock.clone(), key, config.audit_heads())))
}

/// The way of each destination: a webhook where there is an address, else a folder.
fn courier(config: &Config, parts: &Parts) -> anyhow::Result<Courier> {
    let mut routes = Vec::new();
    for (destination, address) in
        [(Destination::Carrier, &config.outbox.carrier), (Destination::Insurer, &config.outbox.insurer)]
    {
        let name = destination.as_str();
        let route = match address {
            None => Route::Folder(config.outbox.dir.join(name)),
            Some(address) => {
                let secret = config.secrets.hooks.get(name).and_then(|secrets| secrets.first()).cloned();
                let secret = secret.with_context(|| {
                    format!("outbox.{name} names an address, but hooks.secrets_dir has no file {name} to sign with")
                })?;
                Route::Webhook { address: address.clone(), secret }
            }
        };
        routes.push((destination, route));
    }
    Courier::new(parts.db.clone(), parts.clock.clone(), parts.random.clone(), parts.metrics.clone(), routes)
        .context("no certificates to trust were found")
}

/// The way of letters.
fn postman(config: &Config, parts: &Parts) -> anyhow::Result<mail::Courier> {
    let settings = &config.mail;
    let way = match settings.transport {
        MailTransport::None => mail::Way::Off,
        MailTransport::Page => mail::Way::Page,
        MailTransport::Smtp => {
            let name = if settings.from_name.is_empty() { &config.institution.name } else { &settings.from_name };
            let address = settings.from_address.clone().context("mail.from_address is empty")?;
            let password = config.secrets.mail_password.clone();
            let sign_in = password.map(|password| (settings.username.clone(), password));
            let options = mail::SmtpOptions {
                host: settings.host.clone(),
                port: settings.port,
                security: settings.security,
                sign_in,
                client: config.secrets.mail_client.clone(),
                authority: config.secrets.mail_authority.clone(),
                sender: mail::Sender { name: name.clone(), address },
                hello: config.server.public_origin.host().to_owned(),
                timeout: Duration::from_secs(u64::from(settings.timeout_seconds)),
            };
            mail::Way::Smtp(Arc::new(mail::Smtp::new(options)?))
        }
    };
    let Parts { db, clock, random, metrics, .. } = parts;
    Ok(mail::Courier::new(db.clone(), clock.clone(), random.clone(), metrics.clone(), way))
}

/// Serves something beside the portal: its metrics, the administration.
async fn serve_beside(listener: TcpListener, app: axum::Router, options: ServeOptions, stop: CancellationToken) {
    if let Err(error) = serve_http(listener, app, options, stop).await {
        tracing::error!(%error, "What is served beside the portal is no longer served");
    }
}

/// Takes away steps, ceremonies and meters that are over, every ten minutes.
async fn sweep(identity: Identity, stop: CancellationToken) {
    loop {
        if let Err(error) = identity.sweep().await {
            tracing::warn!(%error, "What is over of sign-ins could not be taken away");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
        }
    }
}

/// Once an hour: forgets live events that no open page can still ask for and old counts of sources, and takes away what has
/// been kept for as long as `[retention]` says.
async fn forget(
    (db, files): (guichet_platform::db::Db, FileStore),
    clock: guichet_platform::clock::SharedClock,
    (hours, kept): (i64, Retention),
    stop: CancellationToken,
) {
    loop {
        let before = clock.now().plus_seconds(-hours * 3_600);
        if let Err(error) = db.write(&scope::operator(), move |tx| live::forget(tx, before).boxed()).await {
            tracing::warn!(%error, "Old live events could not be forgotten");
        }
        let now = clock.now();
        if let Err(error) = db.write(&scope::operator(), move |tx| counts::forget(tx, now).boxed()).await {
            tracing::warn!(%error, "Old counts of sources could not be forgotten");
        }
        match privacy::sweep(&db, &files, &kept, clock.now()).await {
            Ok(swept) if swept.total() > 0 => tracing::info!("What was kept for long enough is gone: {swept}"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "What was kept for long enough could not be taken away"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(3_600)) => {}
        }
    }
}

async fn stop_on_signal(stop: CancellationToken) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(signal) => signal,
            Err(error) => {
                tracing::error!(%error, "The signal to stop cannot be heard");
                return;
            }
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
    tracing::info!("Told to stop: requests in flight are finished, open streams are closed");
    stop.cancel();
}
