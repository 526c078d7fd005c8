//! All that is kept of a customer, as one file.

use super::number_of;
use crate::{
    audit::{Action, Thing},
    db::{Db, DbError, Tx, rows_of},
    files::{FileStore, Incoming},
    identity::Proven,
    on, owner,
    scope::{AUTH, CustomerScope, operator},
    staff::{act, can},
};
use bytes::Bytes;
use futures::{FutureExt as _, Stream};
use guichet_types::{Id, Timestamp, kind};
use serde_json::{Map, Value, json};
use std::io;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Columns that prove something to this program and tell nobody anything: they are left out.
const SECRETS: [&str; 1] = ["token_hash"];

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// What the database says.
    #[error(transparent)]
    Database(#[from] DbError),
    /// What the file system says.
    #[error("the archive cannot be written: {0}")]
    File(#[from] io::Error),
}

/// The archive: `customer.json`, and each file that the customer sent under `files/`. It lies on the disk while it is handed out.
#[derive(Debug)]
pub struct Export {
    part: Incoming,
}

impl Export {
    /// Its size and its bytes.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn open(self) -> io::Result<(u64, impl Stream<Item = io::Result<Bytes>> + Send + 'static)> {
        self.part.into_stream().await
    }
}

/// A file of the customer's, as it is put into the archive.
struct Sent {
    name: String,
    stored: String,
}

/// All that is kept of a customer: each table with its rows, how they sign in, without a secret, the letters to them, and their
/// files. None when there is no such customer, or it is somebody of the institution.
///
/// # Errors
/// What the database or the file system says.
pub async fn export(
    db: &Db,
    files: &FileStore,
    grant: &Proven<can::Privacy>,
    customer: Id<kind::Customer>,
    now: Timestamp,
) -> Result<Option<Export>, ExportError> {
    let Some(number) = number_of(db, customer).await? else { return Ok(None) };
    // It is handed out on purpose, to somebody who has the right.
    owner::hand_out(customer);
    let scope = CustomerScope::only_to_look(customer);
    let tables = db.read(&scope, |tx| {
        async move {
            let mut tables = Map::new();
            for table in crate::db::tables_of_customers() {
                let mut rows = rows_of(tx, table).await?;
                rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| {
                    row.retain(|column, _| !SECRETS.contains(&column.as_str()));
                });
                tables.insert(table.to_owned(), Value::Array(rows));
            }
            Ok::<_, DbError>(tables)
        }
        .boxed()
    });
    let tables = tables.await?;
    let (sent, list) = files_of(files, &tables).await;
    let whole = json!({
        "guichet": "customer/2",
        "number": number,
        "made_at": now.millis(),
        "sign_in": sign_in_of(db, customer).await?,
        "letters": letters_of(db, customer).await?,
        "files": list,
        "tables": tables,
    });
    let text = serde_json::to_vec_pretty(&whole).map_err(|_| DbError::Value("an export that is no JSON"))?;
    let part = pack(files, text, sent).await?;
    let (scope, entry) = (***grant, act(Action::DataExported, grant, now));
    let entry = entry.about(Thing::Export, customer).concerning(customer);
    let noted = db.write(&scope, move |tx| {
        async move {
            tx.audit(entry);
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    noted.await?;
    Ok(Some(Export { part }))
}

/// The files that there are, and the list of all of them for `customer.json`.
async fn files_of(files: &FileStore, tables: &Map<String, Value>) -> (Vec<Sent>, Vec<Value>) {
    let (mut sent, mut list) = (Vec::new(), Vec::new());
    for row in tables.get("claim_upload").and_then(Value::as_array).into_iter().flatten() {
        let text = |column: &str| row.get(column).and_then(Value::as_str);
        let (Some(id), Some(stored)) = (text("id"), text("stored")) else { continue };
        let end = match text("media") {
            Some("application/pdf") => "pdf",
            Some("image/jpeg") => "jpg",
            Some("image/png") => "png",
            Some("image/webp") => "webp",
            _ => "bin",
        };
        // What the customer called it stands beside it: a name may be anything.
        let name = format!("files/{id}.{end}");
        let there = files.has(stored).await;
        list.push(json!({ "file": there.then_some(&name), "name": text("name") }));
        if there {
            sent.push(Sent { name, stored: stored.to_owned() });
        }
    }
    (sent, list)
}

/// Writes the archive. Nothing is pressed together: pictures and PDFs are already, and what is inside can be looked for.
async fn pack(files: &FileStore, text: Vec<u8>, sent: Vec<Sent>) -> io::Result<Incoming> {
    let part = files.begin().await?;
    let (file, store) = (part.writer().await?, files.clone());
    let work = tokio::task::spawn_blocking(move || {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        let mut archive = ZipWriter::new(io::BufWriter::new(file));
        archive.start_file("customer.json", options)?;
        io::Write::write_all(&mut archive, &text)?;
        for Sent { name, stored } in sent {
            archive.start_file(name, options)?;
            io::copy(&mut store.read(&stored)?, &mut archive)?;
        }
        archive.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok::<_, io::Error>(())
    });
    work.await.map_err(io::Error::other)??;
    Ok(part)
}

/// Letters to them: to which address, what about, what became of it. What they said is gone once they are sent.
async fn letters_of(db: &Db, customer: Id<kind::Customer>) -> Result<Vec<Value>, DbError> {
    const FIND: &str =
        "select address, locale, kind, subject, state, created_at, sent_at from mail where customer_id = $1
        order by created_at, id";
    type Row = (String, String, String, String, String, i64, Option<i64>);
    let scope = operator();
    let read = db.read(&scope, move |tx| {
        async move {
            let rows: Vec<Row> = on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice())
                .fetch_all(&mut **c).await)?;
            let letter = |(address, locale, kind, subject, state, created_at, sent_at): Row| {
                json!({
                    "address": address, "locale": locale, "kind": kind, "subject": subject, "state": state,
                    "created_at": created_at, "sent_at": sent_at,
                })
            };
            Ok::<_, DbError>(rows.into_iter().map(letter).collect())
        }
        .boxed()
    });
    read.await
}

/// How a customer signs in, without a secret.
async fn sign_in_of(db: &Db, customer: Id<kind::Customer>) -> Result<Value, DbError> {
    let read = db.read(&AUTH, move |tx| async move { sign_in(tx, customer.as_bytes()).await }.boxed());
    read.await
}

async fn sign_in(tx: &mut Tx, key: &[u8]) -> Result<Value, DbError> {
    const FIND: &str = "select email, email_confirmed_at, password_changed_at from credential where customer_id = $1";
    const CHANGE: &str = "select email, expires_at from email_change where customer_id = $1";
    const APP: &str = "select added_at, used_at from authenticator where customer_id = $1";
    const CODES: &str = "select made_at, used_at from recovery_code where customer_id = $1 order by slot";
    const ACCESS: &str = "select created_at, until_at, used_at from activation where customer_id = $1";
    const DEVICES: &str = "select agent, network, first_seen_at, last_seen_at from device where customer_id = $1
        order by first_seen_at";
    let row: Option<(String, Option<i64>, Option<i64>)> =
        on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_optional(&mut **c).await)?;
    let change: Option<(String, i64)> = on!(tx, c => sqlx::query_as(CHANGE).bind(key).fetch_optional(&mut **c).await)?;
    let app: Option<(i64, Option<i64>)> = on!(tx, c => sqlx::query_as(APP).bind(key).fetch_optional(&mut **c).await)?;
    let codes: Vec<(i64, Option<i64>)> = on!(tx, c => sqlx::query_as(CODES).bind(key).fetch_all(&mut **c).await)?;
    let access: Option<(i64, i64, Option<i64>)> =
        on!(tx, c => sqlx::query_as(ACCESS).bind(key).fetch_optional(&mut **c).await)?;
    let devices: Vec<(String, String, i64, i64)> =
        on!(tx, c => sqlx::query_as(DEVICES).bind(key).fetch_all(&mut **c).await)?;
    let (email, confirmed, changed) = row.unwrap_or_default();
    let devices = devices.into_iter().map(|(agent, network, first, last)| {
        json!({ "browser": agent, "network": network, "first_seen_at": first, "last_seen_at": last })
    });
    Ok(json!({
        "email": email, "email_confirmed_at": confirmed, "password_changed_at": changed,
        "email_to_come": change.map(|(email, until)| json!({ "email": email, "until": until })),
        "authenticator": app.map(|(added, used)| json!({ "added_at": added, "used_at": used })),
        "recovery_codes": codes.into_iter().map(|(made, used)| json!({ "made_at": made, "used_at": used })).collect::<Vec<_>>(),
        "activation": access.map(|(made, until, used)| json!({ "made_at": made, "until": until, "used_at": used })),
        "browsers": devices.collect::<Vec<_>>(),
    }))
}
