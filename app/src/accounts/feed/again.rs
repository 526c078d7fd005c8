//! A document that is read again: what it made is taken back and what it now says is put in its place, in one transaction, so
//! that nobody ever sees an account without it.

use super::{Applier, Step, run};
use futures::FutureExt as _;
use guichet_formats::{
    Limits,
    bank_csv::Mapping,
    record::{Finding, Quarantined},
};
use guichet_platform::{
    db::{Db, DbError, Tx},
    inbox::{InboxError, Job},
    on,
    scope::FeedScope,
};
use guichet_types::{Id, Timestamp, kind};
use std::{ops::ControlFlow, sync::Arc};

/// What the first reading found: message type, version and id; findings and pieces.
type Head = (Option<String>, Option<String>, Option<String>);
type Found = (Vec<Finding>, Vec<Quarantined>);

/// Takes back what the document made and applies it anew; without `read`, takes it back alone.
pub(super) async fn apply(
    db: Db,
    scope: FeedScope,
    job: &Job,
    (applier, head, found): (Applier, Head, Found),
    read: Option<(Limits, Option<Arc<Mapping>>)>,
) -> Result<(), InboxError> {
    let path = job.path.clone();
    let reading = super::blocking(move || {
        let mut steps = Vec::new();
        let Some((limits, mapping)) = read else { return Ok((steps, Ok(()))) };
        let outcome = run(&path, &limits, mapping.as_deref(), &mut |record| {
            steps.push(Step::from(record));
            ControlFlow::Continue(())
        })?;
        Ok::<_, std::io::Error>((steps, outcome))
    });
    let at = |error| InboxError::File { path: job.path.clone(), error };
    let (steps, outcome) = reading.await?.map_err(at)?;
    outcome.map_err(|refusal| InboxError::Feed(format!("the file reads otherwise than before: {refusal}")))?;
    let (document, now, through) = (job.document, applier.now(), steps.len() as u64);
    db.write(&scope, move |tx| {
        async move {
            take_back(tx, document, now).await?;
            let mut applier = applier.begin(tx, head, found).await?;
            applier.take(tx, steps).await?;
            applier.checkpoint(tx, through).await
        }
        .boxed()
    })
    .await?;
    Ok(())
}

/// Undoes what a document has made of accounts: its statements, balances and entries, what they counted for, and what they
/// took the place of. The accounts themselves stay.
pub(super) async fn take_back(tx: &mut Tx, document: Id<kind::Document>, now: Timestamp) -> Result<(), DbError> {
    const ACCOUNTS: &str = "select distinct account_id from statement where document_id = $1 order by account_id";
    // What its entries took the place of counts again.
    const SHOW: &str = "update entry set superseded_by = null, shown = 1 where final = 0 and superseded_by in
        (select e.id from entry e where e.document_id = $1) and document_id <> $1";
    const COUNT: &str = "insert into account_day (account_id, day, net, entries)
        select account_id, day, cast(sum(amount) as bigint), count(*) from entry
        where superseded_by in (select e.id from entry e where e.document_id = $1) and final = 0 and document_id <> $1
          and status = 'booked' and shown = 0
        group by account_id, day
        on conflict (account_id, day) do update
        set net = account_day.net + excluded.net, entries = account_day.entries + excluded.entries";
    const UNCOUNT: &str = "insert into account_day (account_id, day, net, entries)
        select account_id, day, cast(-sum(amount) as bigint), -count(*) from entry
        where document_id = $1 and shown = 1 and status = 'booked' group by account_id, day
        on conflict (account_id, day) do update
        set net = account_day.net + excluded.net, entries = account_day.entries + excluded.entries";
    const ENTRIES: &str = "delete from entry where document_id = $1";
    const BALANCES: &str =
        "delete from balance where statement_id in (select id from statement where document_id = $1)";
    const STATEMENTS: &str = "delete from statement where document_id = $1";
    const EMPTY: &str = "delete from account_day where account_id = $1 and entries = 0 and net = 0";
    let id = document.as_bytes().as_slice();
    let accounts: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(ACCOUNTS).bind(id).fetch_all(&mut **c).await)?;
    if accounts.is_empty() {
        return Ok(());
    }
    for sql in [COUNT, SHOW, UNCOUNT, ENTRIES, BALANCES, STATEMENTS] {
        on!(tx, c => sqlx::query(sql).bind(id).execute(&mut **c).await.map(|_| ()))?;
    }
    for (account,) in accounts {
        on!(tx, c => sqlx::query(EMPTY).bind(&account).execute(&mut **c).await.map(|_| ()))?;
        anchor(tx, &account, document, now).await?;
    }
    Ok(())
}

/// Where the document gave the account its closing balance, the one before it counts again.
async fn anchor(tx: &mut Tx, account: &[u8], document: Id<kind::Document>, now: Timestamp) -> Result<(), DbError> {
    const LATEST: &str = "select closing, closing_day, document_id from statement
        where account_id = $1 and kind = 'statement' and closing is not null and closing_day is not null
        order by closing_day desc, coalesce(page, 0) desc, coalesce(created_at, 0) desc, id desc limit 1";
    const SET: &str = "update account set anchor = $2, anchor_day = $3, anchor_document = $4
        where id = $1 and anchor_document = $5";
    const REBOOK: &str = "update account set booked_at = case when anchor is null then null else $2 end,
          booked = anchor + cast(coalesce((select sum(d.net) from account_day d
            where d.account_id = account.id and d.day > account.anchor_day), 0) as bigint)
        where id = $1";
    let latest: Option<(i64, i64, Vec<u8>)> =
        on!(tx, c => sqlx::query_as(LATEST).bind(account).fetch_optional(&mut **c).await)?;
    let (closing, day, of) =
        latest.map_or((None, None, None), |(closing, day, of)| (Some(closing), Some(day), Some(of)));
    on!(tx, c => sqlx::query(SET).bind(account).bind(closing).bind(day).bind(of)
        .bind(document.as_bytes().as_slice()).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(REBOOK).bind(account).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}
