//! Takes away what has been kept for long enough. Each kind of thing in small batches, so that nobody waits for it.

use super::run;
use crate::{
    config::Retention,
    db::{Db, DbError, Tx},
    files::FileStore,
    on,
    scope::{AUTH, operator},
};
use futures::FutureExt as _;
use guichet_types::Timestamp;

const DAY: i64 = 86_400_000;
/// Batches of one kind in one sweep; what is left then is for the next.
const BATCHES: u32 = 40;
/// Rows in a batch of rows.
const ROWS: u64 = 500;
/// Things in a batch of things with all that hangs on them.
const THINGS: u64 = 20;

/// How many of each kind went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept(Vec<(&'static str, u64)>);

impl Swept {
    /// How many in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// How many of a kind.
    #[must_use]
    pub fn of(&self, what: &str) -> u64 {
        self.0.iter().filter(|(name, _)| *name == what).map(|(_, count)| count).sum()
    }
}

impl std::fmt::Display for Swept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let gone = self.0.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}"));
        f.write_str(&gone.collect::<Vec<_>>().join(", "))
    }
}

/// How a kind of thing goes. `$1` is the moment before which it is due, and then the key of a thing that is.
enum How {
    /// Rows of sign-in, by one statement.
    SignIn(&'static str),
    /// Rows, by one statement.
    Rows(&'static str),
    /// Things, which a statement finds, with all that hangs on them.
    Things(&'static str, &'static [&'static str]),
    /// Parcels: an event goes with the last parcel that it is of.
    Parcels,
}

struct Step {
    what: &'static str,
    days: fn(&Retention) -> i64,
    how: How,
}

fn years(years: u32) -> i64 {
    i64::from(years) * 366
}

const STEPS: [Step; 15] = [
    Step {
        what: "accounts",
        days: |kept| years(kept.statements_years),
        how: How::Things(
            "select a.id from account a where a.created_at < $1
               and not exists (select 1 from holder h where h.account_id = a.id
                 and (h.until_day is null or h.until_day * 86400000 >= $1))
               and coalesce((select max(e.day) from entry e where e.account_id = a.id), 0) * 86400000 < $1 limit 20",
            &[
                "delete from holder where account_id = $1",
                "delete from entry where account_id = $1",
                "delete from account_day where account_id = $1",
                "delete from balance where account_id = $1",
                "delete from statement where account_id = $1",
                "update finding set account_id = null where account_id = $1",
                "delete from account where id = $1",
            ],
        ),
    },
    Step {
        what: "portfolios",
        days: |kept| years(kept.portfolios_years),
        how: How::Things(
            "select p.id from portfolio p where p.changed_at < $1 and p.head_at < $1
               and coalesce(p.as_of_day, 0) * 86400000 < $1
               and not exists (select 1 from portfolio_holder h join customer c on c.number = h.number
                 where h.portfolio_id = p.id)
               and not exists (select 1 from security_transaction t where t.portfolio_id = p.id
                 and t.first_seen_at >= $1) limit 20",
            &[
                "delete from portfolio_holder where portfolio_id = $1",
                "delete from portfolio_snapshot where portfolio_id = $1",
                "delete from portfolio_position where portfolio_id = $1",
                "delete from portfolio_cash where portfolio_id = $1",
                "delete from security_transaction where portfolio_id = $1",
                "delete from holding where portfolio_id = $1",
                "delete from holding_cash where portfolio_id = $1",
                "delete from portfolio_day where portfolio_id = $1",
                "delete from portfolio where id = $1",
            ],
        ),
    },
    Step {
        what: "claims",
        days: |kept| years(kept.insurance_years),
        // What is left at a claim of somebody who lost it goes with it.
        how: How::Things(
            "select m.id from claim m where m.changed_at < $1 and m.as_of < $1
               and not exists (select 1 from claim_party p join customer c on c.id = p.customer_id
                 where p.claim_id = m.id and c.erased_at is null)
               and not exists (select 1 from claim_part t where t.claim_key = m.key_id and t.seen_at >= $1) limit 20",
            &[
                "insert into file_to_remove (name, since_at) select stored, received_at from claim_upload
                   where stored is not null and (claim_id = $1
                     or claim_id in (select n.id from claim_notice n where n.claim_id = $1)) on conflict do nothing",
                "delete from claim_upload where claim_id = $1
                   or claim_id in (select n.id from claim_notice n where n.claim_id = $1)",
                "delete from claim_letter where claim_id = $1
                   or claim_id in (select n.id from claim_notice n where n.claim_id = $1)",
                "delete from claim_notice where claim_id = $1 or id = $1",
                "delete from claim_party where claim_id = $1",
                "delete from claim_part where claim_key = (select key_id from claim where id = $1)",
                "delete from claim where id = $1",
            ],
        ),
    },
    Step {
        what: "policies",
        days: |kept| years(kept.insurance_years),
        how: How::Things(
            "select p.id from policy p where p.changed_at < $1 and p.as_of < $1
               and not exists (select 1 from policy_holder h join customer c on c.id = h.customer_id
                 where h.policy_id = p.id and c.erased_at is null)
               and not exists (select 1 from claim_notice n where n.policy_id = p.id)
               and not exists (select 1 from claim_draft d where d.policy_id = p.id) limit 20",
            &[
                "delete from policy_part where policy_id = $1",
                "delete from policy_holder where policy_id = $1",
                "delete from policy where id = $1",
            ],
        ),
    },
    Step {
        what: "parcels",
        days: |kept| i64::from(kept.parcels_days),
        how: How::Parcels,
    },
    Step {
        what: "drafts",
        days: |kept| i64::from(kept.drafts_days),
        how: How::Things(
            "select id from claim_draft where changed_at < $1 order by changed_at limit 20",
            &[
                "insert into file_to_remove (name, since_at) select stored, received_at from claim_upload
                   where draft_id = $1 and stored is not null on conflict do nothing",
                "delete from claim_upload where draft_id = $1",
                "delete from claim_draft where id = $1",
            ],
        ),
    },
    Step {
        what: "letters",
        days: |kept| i64::from(kept.letters_days),
        how: How::Rows(
            "delete from mail where id in (select id from mail where created_at < $1 and state in ('sent', 'given_up')
               limit 500)",
        ),
    },
    Step {
        what: "messages",
        days: |kept| i64::from(kept.messages_days),
        how: How::Rows(
            "update outbox set payload = '{}', answer = null, last_error = null
             where id in (select id from outbox where created_at < $1 and state <> 'waiting' and payload <> '{}' limit 500)",
        ),
    },
    Step {
        what: "findings",
        days: |kept| years(kept.documents_years),
        how: How::Rows("delete from finding where id in (select id from finding where found_at < $1 limit 500)"),
    },
    Step {
        what: "pieces",
        days: |kept| years(kept.documents_years),
        how: How::Rows("delete from quarantine where id in (select id from quarantine where found_at < $1 limit 500)"),
    },
    Step {
        what: "corrections",
        days: |kept| years(kept.documents_years),
        how: How::Rows("delete from correction where id in (select id from correction where made_at < $1 limit 500)"),
    },
    Step {
        what: "looks",
        days: |kept| i64::from(kept.support_days),
        how: How::SignIn(
            "delete from support_view where id in (select id from support_view where ends_at < $1 limit 500)",
        ),
    },
    // A look in a customer's place keeps the session that it was in.
    Step {
        what: "sessions",
        days: |kept| i64::from(kept.sessions_days),
        how: How::SignIn(
            "delete from session where id in (select s.id from session s where s.expires_at < $1
               and not exists (select 1 from support_view v where v.session_id = s.id) limit 500)",
        ),
    },
    Step {
        what: "addresses",
        days: |kept| i64::from(kept.sessions_days),
        how: How::SignIn(
            "delete from email_change where customer_id in (
               select customer_id from email_change where expires_at < $1 limit 500)",
        ),
    },
    Step {
        what: "browsers",
        days: |kept| i64::from(kept.devices_days),
        how: How::SignIn("delete from device where id in (select id from device where last_seen_at < $1 limit 500)"),
    },
];

/// Takes away everything whose time has come, and the files that hung on it. Gives back how many of each kind.
///
/// # Errors
/// What the database says.
pub async fn sweep(db: &Db, files: &FileStore, kept: &Retention, now: Timestamp) -> Result<Swept, DbError> {
    let mut swept = Swept::default();
    for step in &STEPS {
        let before = now.millis() - (step.days)(kept) * DAY;
        let mut count = 0;
        for _ in 0..BATCHES {
            let (gone, full) = batch(db, &step.how, before).await?;
            count += gone;
            if !full {
                break;
            }
        }
        swept.0.push((step.what, count));
    }
    swept.0.push(("files", remove_files(db, files).await?));
    Ok(swept)
}

/// One batch. Gives back how many went, and whether there may be more.
async fn batch(db: &Db, how: &'static How, before: i64) -> Result<(u64, bool), DbError> {
    match how {
        How::SignIn(sql) => {
            let gone = db.write(&AUTH, move |tx| async move { rows(tx, sql, before).await }.boxed()).await?;
            Ok((gone, gone >= ROWS))
        }
        How::Rows(sql) => {
            let gone = db.write(&operator(), move |tx| async move { rows(tx, sql, before).await }.boxed()).await?;
            Ok((gone, gone >= ROWS))
        }
        How::Things(due, drop) => {
            let gone =
                db.write(&operator(), move |tx| async move { things(tx, due, drop, before).await }.boxed()).await?;
            Ok((gone, gone >= THINGS))
        }
        How::Parcels => {
            let gone = db.write(&operator(), move |tx| async move { parcels(tx, before).await }.boxed()).await?;
            Ok((gone, gone >= THINGS))
        }
    }
}

async fn rows(tx: &mut Tx, sql: &'static str, before: i64) -> Result<u64, DbError> {
    Ok(on!(tx, c => sqlx::query(sql).bind(before).execute(&mut **c).await.map(|done| done.rows_affected()))?)
}

async fn things(tx: &mut Tx, due: &'static str, drop: &'static [&'static str], before: i64) -> Result<u64, DbError> {
    let due: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(due).bind(before).fetch_all(&mut **c).await)?;
    for (thing,) in &due {
        for sql in drop {
            on!(tx, c => sqlx::query(*sql).bind(thing).execute(&mut **c).await.map(|_| ()))?;
        }
    }
    Ok(due.len() as u64)
}

async fn parcels(tx: &mut Tx, before: i64) -> Result<u64, DbError> {
    const DUE: &str = "select id, number from shipment where seen_at < $1 order by seen_at limit 20";
    const DROP: [&str; 7] = [
        "delete from parcel_notice where shipment_id = $1",
        "delete from parcel_instruction where shipment_id = $1",
        "delete from parcel_share where shipment_id = $1",
        "delete from parcel_follower where shipment_id = $1",
        "delete from parcel_code where shipment_id = $1",
        "delete from shipment_event where shipment_id = $1",
        "delete from shipment where id = $1",
    ];
    // Its own, and those of what it lay in.
    const EVENTS: &str = "select n.event_id from parcel_event_number n where n.number = $1
        union select e.event_id from shipment_event e join shipment s on s.id = e.shipment_id where s.number = $1";
    const TOLD: &str = "delete from shipment_told where number = $1";
    macro_rules! unless_of_another {
        ($sql:literal) => {
            concat!(
                $sql,
                " and not exists (select 1 from shipment_event s where s.event_id = $1)
                  and not exists (select 1 from parcel_event_number n join shipment s on s.number = n.number
                    where n.event_id = $1)"
            )
        };
    }
    const EVENT: [&str; 3] = [
        unless_of_another!("delete from parcel_containment where event_id = $1"),
        unless_of_another!("delete from parcel_event_number where event_id = $1"),
        unless_of_another!("delete from parcel_event where id = $1"),
    ];
    const NUMBER: &str = "delete from parcel_event_number where number = $1";
    let due: Vec<(Vec<u8>, String)> = on!(tx, c => sqlx::query_as(DUE).bind(before).fetch_all(&mut **c).await)?;
    for (id, number) in &due {
        let events: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(EVENTS).bind(number).fetch_all(&mut **c).await)?;
        run(tx, DROP, id).await?;
        for (event,) in &events {
            run(tx, EVENT, event).await?;
        }
        for sql in [TOLD, NUMBER] {
            on!(tx, c => sqlx::query(sql).bind(number).execute(&mut **c).await.map(|_| ()))?;
        }
    }
    Ok(due.len() as u64)
}

/// Removes the files whose rows are gone. One that cannot be removed now is tried again with the next sweep.
pub(super) async fn remove_files(db: &Db, files: &FileStore) -> Result<u64, DbError> {
    const LIST: &str = "select name from file_to_remove order by since_at, name limit 1000";
    const GONE: &str = "delete from file_to_remove where name = $1";
    let scope = operator();
    let list = db.read(&scope, |tx| {
        async move {
            let rows: Vec<(String,)> = on!(tx, c => sqlx::query_as(LIST).fetch_all(&mut **c).await)?;
            Ok::<_, DbError>(rows)
        }
        .boxed()
    });
    let mut gone = Vec::new();
    for (name,) in list.await? {
        match files.remove(&name).await {
            Ok(()) => gone.push(name),
            Err(error) => tracing::error!(%error, "A file whose time has come could not be removed"),
        }
    }
    let count = gone.len() as u64;
    if count > 0 {
        let noted = db.write(&scope, move |tx| {
            async move {
                for name in gone {
                    on!(tx, c => sqlx::query(GONE).bind(name).execute(&mut **c).await.map(|_| ()))?;
                }
                Ok::<_, DbError>(())
            }
            .boxed()
        });
        noted.await?;
    }
    Ok(count)
}
