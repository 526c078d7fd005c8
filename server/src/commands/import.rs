//! `guichet import`.

use super::{Parts, compose, compose::feeds, say};
use anyhow::Context as _;
use guichet_platform::{
    clock::SystemClock,
    config::Config,
    inbox::{Feed, Inbox},
};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// What is printed of a file with `--json`: the report of the reader, and what became of it in the database.
#[derive(Serialize)]
struct Line {
    file: String,
    #[serde(flatten)]
    report: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<Became>,
}

#[derive(Serialize)]
struct Became {
    document: String,
    duplicate: bool,
}

pub(super) async fn import(config: Config, files: Vec<PathBuf>, json: bool, dry_run: bool) -> anyhow::Result<ExitCode> {
    let parts = if dry_run { None } else { Some(compose(&config).await?) };
    let mut rejected = false;
    for file in files {
        let (report, import) = match &parts {
            None => (read_report(feeds(Arc::new(SystemClock)).into(), &file).await?, None),
            Some(parts) => take_in(parts, &file).await?,
        };
        rejected |= report["class"] == "reject";
        if json {
            let line = Line { file: file.display().to_string(), report, import };
            say(&serde_json::to_string(&line)?);
        } else {
            say(&words(&file, &report, import.as_ref()));
        }
    }
    if let Some(parts) = parts {
        parts.db.close().await;
    }
    Ok(if rejected { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Imports a file, and says what the import's own reading found: a large file is not read once more for the report.
async fn take_in(parts: &Parts, file: &Path) -> anyhow::Result<(serde_json::Value, Option<Became>)> {
    let mut done = parts.inbox.import("command", file).await.with_context(|| file.display().to_string())?;
    let mut report = match done.outcome.report.take() {
        Some(report) => report,
        None => read_report(parts.inbox.feeds().into(), file).await?,
    };
    report["class"] = done.outcome.class.into();
    if let Some(reason) = done.outcome.reason {
        report["reason"] = reason.into();
    }
    Ok((report, Some(Became { document: done.document.to_string(), duplicate: done.duplicate })))
}

async fn read_report(feeds: Arc<[Arc<dyn Feed>]>, file: &Path) -> anyhow::Result<serde_json::Value> {
    let path = file.to_owned();
    let report = tokio::task::spawn_blocking(move || Inbox::report(&feeds, &path));
    report.await?.with_context(|| format!("{} cannot be opened", file.display()))
}

fn words(file: &Path, report: &serde_json::Value, became: Option<&Became>) -> String {
    let text = |key: &str| report.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let count = |key: &str| report.get(key).and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    let entries = report.get("entry_count").or(report.get("records")).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let again = if became.is_some_and(|became| became.duplicate) { ", had before: nothing done" } else { "" };
    let reason = match text("reason") {
        reason if reason.is_empty() => String::new(),
        reason => format!(": {reason}"),
    };
    format!(
        "{}: {}{reason}, {} {entries} entries, {} findings, {} kept aside{again}",
        file.display(),
        text("class"),
        text("message_type"),
        count("findings"),
        count("quarantined")
    )
}
