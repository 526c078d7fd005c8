//! A statement as a file: CSV, JSON, OFX, camt.053. Written as it is read, in one state of the database, oldest entry first.
//!
//! CSV and JSON hold what the screen shows, filters included. OFX and camt.053 are statements, with a balance before and
//! after: they follow the dates alone, for a statement with some of its entries left out would be none.

use super::{
    pages::StatementQuery,
    statement::Ladder,
    store::{self, Account, Filter},
};
use crate::web::{Problem, Reason, Services, SignedIn};
use axum::{
    body::Body,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _};
use guichet_formats::{
    record::{AccountRef, Balance, Entry, EntryStatus, MessageType},
    write::{Message, Statement, camt, csv, ofx},
};
use guichet_platform::{
    audit::{Action, Detail, Thing},
    db::{DbError, Tx},
    owner,
    scope::CustomerScope,
};
use guichet_types::{Currency, Date, Decimal, Id, Timestamp, kind};
use http::{HeaderValue, header};
use std::{
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc;

/// Entries that are read at once.
const CHUNK: i64 = 500;
/// A reader that takes nothing for so long has gone away.
const PATIENCE: Duration = Duration::from_secs(30);

/// The formats that a reader can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma separated values, RFC 4180.
    Csv,
    /// An array of objects.
    Json,
    /// Open Financial Exchange 2.0.3.
    Ofx,
    /// ISO 20022 camt.053.001.08.
    Camt,
}

impl Format {
    const fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
            Self::Json => ("application/json", "json"),
            Self::Ofx => ("application/x-ofx", "ofx"),
            Self::Camt => ("application/xml", "xml"),
        }
    }
}

/// `GET /accounts/{account}/download/{format}`.
pub async fn download(
    State(services): State<Services>,
    who: SignedIn,
    path: Result<Path<(Id<kind::Account>, Format)>, axum::extract::rejection::PathRejection>,
    query: Result<Query<StatementQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let Path((account, format)) = path.map_err(|_| Problem::new(Reason::NotFound, visitor))?;
    let Query(query) = query.map_err(|_| Problem::new(Reason::BadRequest, visitor))?;
    let question =
        query.question(visitor.figures(&services).today()).map_err(|reason| Problem::new(reason, visitor))?;
    let filter = match format {
        Format::Csv | Format::Json => question.filter,
        Format::Ofx | Format::Camt => {
            Filter { from: question.filter.from, to: question.filter.to, ..Filter::default() }
        }
    };
    let scope = who.session.scope;
    // Asked for before the first byte leaves, so that what is not theirs answers like what does not exist.
    let found = services
        .db
        .read(&scope, move |tx| async move { store::find_account(tx, &scope, account).await }.boxed())
        .await?;
    let found = found.ok_or_else(|| Problem::new(Reason::NotFound, visitor))?;
    let permit = services.downloads.clone().try_acquire_owned().map_err(|_| Problem::new(Reason::Busy, visitor))?;
    let (media, ending) = format.about();
    let entry = visitor.act(Action::StatementDownloaded).about(Thing::Account, account);
    services.note(visitor, entry.detail(Detail::Form(ending))).await?;
    let name = format!(
        "{}-{}.{ending}",
        found.identification.replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
        visitor.figures(&services).today()
    );
    let (sender, receiver) = mpsc::channel(2);
    let (now, today) = (services.clock.now(), visitor.figures(&services).today());
    let db = services.db.clone();
    owner::spawn(async move {
        let _permit = permit;
        let out = sender.clone();
        let job = Job { scope, account: found, filter, format, now, today };
        let written = db.read(&scope, move |tx| async move { job.write(tx, &out).await }.boxed()).await;
        if let Err(error) = written {
            tracing::warn!(%error, "A download broke off");
            // The connection is cut, so that half a file is not taken for a whole one.
            let _ = sender.send(Err(io::Error::other("broken off"))).await;
        }
    });
    let body = Body::from_stream(
        futures::stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|bytes| (bytes, receiver))
        })
        .fuse(),
    );
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Why a download broke off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the file could not be written: {0}")]
    Io(#[from] io::Error),
    #[error("the reader went away")]
    Gone,
}

type Out = mpsc::Sender<io::Result<Bytes>>;

struct Job {
    scope: CustomerScope,
    account: Account,
    filter: Filter,
    format: Format,
    now: Timestamp,
    today: Date,
}

/// Memory that a writer fills and the job empties after every chunk.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn drain(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One of the writers.
enum Writer {
    Csv(csv::Writer<Buffer>),
    Json(Buffer, bool),
    Ofx(ofx::Writer<Buffer>),
    Camt(Box<camt::Writer<Buffer>>),
}

/// An entry in JSON: amounts as decimal text, so that no reader makes a float of them.
#[derive(serde::Serialize)]
struct JsonEntry<'e> {
    booking_date: Option<Date>,
    value_date: Option<Date>,
    amount: Decimal,
    currency: Currency,
    reversal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    servicer_reference: Option<&'e str>,
    details: &'e [guichet_formats::record::EntryDetail],
}

impl Writer {
    fn entry(&mut self, account: &AccountRef, entry: &Entry) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.entry(account, entry),
            Self::Ofx(writer) => writer.entry(entry),
            Self::Camt(writer) => writer.entry(entry),
            Self::Json(out, first) => {
                out.write_all(if *first { b"\n" } else { b",\n" })?;
                *first = false;
                let entry = JsonEntry {
                    booking_date: entry.booking_date,
                    value_date: entry.value_date,
                    amount: entry.amount,
                    currency: entry.currency,
                    reversal: entry.reversal,
                    code: entry.domain_code.as_deref(),
                    servicer_reference: entry.servicer_ref.as_deref(),
                    details: &entry.details,
                };
                serde_json::to_writer(out, &entry).map_err(io::Error::other)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.finish().map(|_| ()),
            Self::Ofx(writer) => writer.finish().map(|_| ()),
            Self::Camt(writer) => writer.finish().map(|_| ()),
            Self::Json(mut out, _) => out.write_all(b"\n]\n"),
        }
    }
}

impl Job {
    async fn write(self, tx: &mut Tx, out: &Out) -> Result<(), Broken> {
        let account = AccountRef {
            id: self.account.identification.clone(),
            scheme: self.account.scheme.clone(),
            currency: Some(self.account.currency),
            name: self.account.label.clone(),
            bic: self.account.bic.clone(),
            ..AccountRef::default()
        };
        let buffer = Buffer::default();
        let mut writer = self.begin(tx, &account, buffer.clone()).await?;
        let mut after = None;
        let mut ordinal = 0;
        loop {
            let rows = store::list_ascending(tx, &self.scope, &self.account, &self.filter, after, CHUNK).await?;
            let full = i64::try_from(rows.len()).unwrap_or(0) == CHUNK;
            after = rows.last().map(|row| store::Cursor { day: row.entry.day, position: row.entry.position }).or(after);
            for row in rows {
                writer.entry(&account, &record(row, ordinal))?;
                ordinal += 1;
            }
            let bytes = buffer.drain();
            if !bytes.is_empty() {
                send(out, bytes).await?;
            }
            if !full {
                break;
            }
        }
        writer.finish()?;
        send(out, buffer.drain()).await
    }

    async fn begin(&self, tx: &mut Tx, account: &AccountRef, out: Buffer) -> Result<Writer, Broken> {
        Ok(match self.format {
            Format::Csv => Writer::Csv(csv::Writer::new(out, &csv::HEADER)?),
            Format::Json => {
                let mut out = out;
                out.write_all(b"[")?;
                Writer::Json(out, true)
            }
            Format::Ofx => {
                Writer::Ofx(ofx::Writer::new(out, ofx::Form::Xml, self.now, &self.statement(tx, account).await?)?)
            }
            Format::Camt => {
                let message = Message {
                    message_type: MessageType::Camt053,
                    message_id: format!("DL{}", self.now.millis()),
                    created_at: self.now,
                };
                let mut writer = camt::Writer::new(out, &message)?;
                writer.statement(&self.statement(tx, account).await?)?;
                Writer::Camt(Box::new(writer))
            }
        })
    }

    /// The head of a statement of the asked days, with the balances before and after.
    async fn statement(&self, tx: &mut Tx, account: &AccountRef) -> Result<Statement, Broken> {
        let (scope, id) = (&self.scope, self.account.id);
        let first = store::list_ascending(tx, scope, &self.account, &self.filter, None, 1)
            .await?
            .first()
            .map(|row| row.entry.day);
        let from = self.filter.from.or(first).unwrap_or(self.today);
        let to = self.filter.to.unwrap_or(self.today).max(from);
        let before = from.plus_days(-1);
        let (closings, nets) = store::list_anchors(tx, scope, id, before, to).await?;
        let ladder = Ladder::new(&closings, &nets, self.account.booked.map_or(0, |booked| booked.minor));
        // The sum of the entries and the closing balance are facts; the opening follows, so that the file adds up.
        let closing = ladder.end_of(to);
        let sum: i64 = nets.iter().filter(|net| net.day >= from && net.day <= to).map(|net| net.net).sum();
        let digits = self.account.currency.digits();
        let balance = |code: &str, minor, day| Balance {
            code: code.to_owned(),
            subtype: None,
            amount: Decimal::from_units(minor, digits),
            currency: self.account.currency,
            date: Some(day),
            tag: None,
            direction_stated: true,
        };
        Ok(Statement {
            reference: format!("{from}-{to}"),
            electronic_seq: None,
            created_at: self.now,
            from: Some(from),
            to: Some(to),
            account: account.clone(),
            currency: self.account.currency,
            balances: vec![balance("OPBD", closing - sum, from), balance("CLBD", closing, to)],
        })
    }
}

async fn send(out: &Out, bytes: Vec<u8>) -> Result<(), Broken> {
    match tokio::time::timeout(PATIENCE, out.send(Ok(Bytes::from(bytes)))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Broken::Gone),
    }
}

/// A row as the record that it once was.
fn record(row: store::FullEntry, ordinal: u32) -> Entry {
    let entry = row.entry;
    let domain = entry.code.as_deref().is_some_and(|code| code.contains('/'));
    Entry {
        ordinal,
        amount: entry.amount.to_decimal(),
        currency: entry.amount.currency,
        reversal: entry.reversal,
        status: EntryStatus::Booked,
        status_stated: true,
        booking_date: Some(entry.day),
        booked_at: entry.booked_at,
        value_date: row.value_day,
        entry_ref: row.entry_ref,
        servicer_ref: row.servicer_ref,
        domain_code: entry.code.clone().filter(|_| domain),
        proprietary_code: entry.code.filter(|_| !domain),
        additional_info: None,
        details: row.details,
        place: String::new(),
    }
}
