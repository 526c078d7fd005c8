//! The log: lines for people or for machines, on the standard error, with a level that can be changed while it runs.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry,
    fmt::{MakeWriter, layer},
    layer::SubscriberExt as _,
    reload,
};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read: {0}")]
    Filter(String),
    /// There is one already.
    #[error("the log has been started before")]
    Twice,
    /// It has ended.
    #[error("the log has ended")]
    Gone,
}

/// Changes what is logged while the process runs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LogHandle(reload::Handle<EnvFilter, Registry>);

impl LogHandle {
    /// From now on, what `filter` lets through: `debug`, or `info,sqlx=warn`.
    ///
    /// # Errors
    /// When it cannot be read; then nothing changes.
    pub fn set_filter(&self, filter: &str) -> Result<(), TelemetryError> {
        self.0.reload(parse(filter)?).map_err(|_| TelemetryError::Gone)
    }

    /// What is let through now.
    #[must_use]
    pub fn filter(&self) -> String {
        self.0.with_current(ToString::to_string).unwrap_or_default()
    }
}

/// Starts the log of this process.
///
/// # Errors
/// When the filter cannot be read, or there is a log already.
pub fn init(log: &Log) -> Result<LogHandle, TelemetryError> {
    init_into(log, std::io::stderr, std::io::stderr().is_terminal())
}

/// Starts the log of this process, with its lines written to somewhere else than the standard error.
///
/// # Errors
/// When the filter cannot be read, or there is a log already.
pub fn init_into<W>(log: &Log, writer: W, colours: bool) -> Result<LogHandle, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (subscriber, handle) = subscriber(log, writer, colours)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| TelemetryError::Twice)?;
    Ok(handle)
}

type Logging = Box<dyn Subscriber + Send + Sync>;

fn subscriber<W>(log: &Log, writer: W, colours: bool) -> Result<(Logging, LogHandle), TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(parse(&log.filter)?);
    let lines = layer().with_writer(writer).with_ansi(colours);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed(),
    };
    Ok((Box::new(tracing_subscriber::registry().with(filter).with(lines)), LogHandle(handle)))
}

fn parse(filter: &str) -> Result<EnvFilter, TelemetryError> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    // A bare word that is no level would name a part of the program and log everything of it: `inof`.
    for word in filter.split(',').map(str::trim).filter(|word| !word.contains(['=', '['])) {
        if !LEVELS.contains(&word.to_ascii_lowercase().as_str()) {
            return Err(TelemetryError::Filter(format!("{word:?} is not a level")));
        }
    }
    EnvFilter::try_new(filter).map_err(|error| TelemetryError::Filter(error.to_string()))
}

/// Whether the text can be a filter.
pub(crate) fn is_filter(text: &str) -> bool {
    parse(text).is_ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    /// A log that a test can read.
    #[derive(Clone, Default)]
    pub(in crate::telemetry) struct Page(Arc<Mutex<Vec<u8>>>);

    impl Page {
        pub(in crate::telemetry) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        /// Starts it.
        pub(in crate::telemetry) fn logging(&self, format: LogFormat, filter: &str) -> (Logging, LogHandle) {
            let page = self.clone();
            subscriber(&Log { format, filter: filter.to_owned() }, move || page.clone(), false).unwrap()
        }
    }

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_level_can_be_changed_while_it_runs() {
        let page = Page::default();
        let (logging, handle) = page.logging(LogFormat::Text, "info");
        tracing::subscriber::with_default(logging, || {
            tracing::debug!("unheard");
            handle.set_filter("debug").unwrap();
            tracing::debug!("heard");
            assert!(handle.set_filter("loud").is_err());
            assert_eq!(handle.filter(), "debug");
        });
        assert!(handle.set_filter("info").is_err(), "there is nothing to set any more");
        assert!(page.text().contains(" heard") && !page.text().contains("unheard"), "{}", page.text());
    }

    #[test]
    fn a_machine_reads_one_object_a_line() {
        let page = Page::default();
        let (logging, _handle) = page.logging(LogFormat::Json, "info");
        tracing::subscriber::with_default(logging, || {
            let _span = tracing::error_span!("request", id = "7").entered();
            tracing::info!(status = 200, who = ?crate::telemetry::Pii("Camille"), "answered\nwell");
        });
        let line: serde_json::Value = serde_json::from_str(&page.text()).unwrap();
        assert_eq!(
            (&line["message"], &line["status"], &line["who"]),
            (&"answered\nwell".into(), &200.into(), &"<pii>".into())
        );
        assert_eq!(line["span"]["id"], "7");
    }

    #[test]
    fn a_filter_is_made_of_levels_and_parts() {
        assert!(["info", "warn,sqlx=debug", "off", "INFO", "guichet=trace,info"].into_iter().all(is_filter));
        assert!(!["inof", "", "info,", "sqlx=loud"].into_iter().any(is_filter));
    }
}
