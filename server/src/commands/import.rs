//! `guichet import`.

use super::{compose, say};
use anyhow::Context as _;
use guichet_app::accounts;
use guichet_platform::config::Config;
use serde::Serialize;
use std::{path::{Path, PathBuf}, process::ExitCode};

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
        let mut report = read_report(&file).await?;
        let mut import = None;
        if let Some(parts) = &parts {
            let done = parts.inbox.import("command", &file).await.with_context(|| file.display().to_string())?;
            if let Some(outcome) = &done.outcome {
                // Documents that the bank readers do not know have no report but this.
                report["class"] = outcome.class.into();
                if let Some(reason) = &outcome.reason {
                    report["reason"] = reason.clone().into();
                }
                if report.get("entry_count").is_none() {
                    report["records"] = outcome.records.into();
                }
            }
            import = Some(Became { document: done.document.to_string(), duplicate: done.duplicate });
        }
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

async fn read_report(file: &Path) -> anyhow::Result<serde_json::Value> {
    let path = file.to_owned();
    let report = tokio::task::spawn_blocking(move || accounts::feed::report(&path)).await?;
    let report = report.with_context(|| format!("{} cannot be opened", file.display()))?;
    Ok(serde_json::to_value(report)?)
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
        file.display(), text("class"), text("message_type"), count("findings"), count("quarantined")
    )
}
