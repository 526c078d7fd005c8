//! The end of what is kept of a customer.

use super::{number_of, parcels, run, sweep::remove_files};
use crate::{
    audit::{Action, Entry, Thing},
    db::{Db, DbError, Tx},
    files::FileStore,
    identity::Proven,
    on,
    scope::{AUTH, operator},
    staff::{act, can},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// What became of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// It is done.
    Done,
    /// So many messages of theirs are on their way to the back office; later.
    Held(i64),
    /// The number that was typed is another's.
    Unconfirmed,
    /// There is no such customer.
    Nobody,
}

/// What sign-in keeps of somebody: each table with its statement, in an order that references allow.
pub(super) const SIGN_IN: [(&str, &str); 15] = [
    ("approval", "delete from approval where customer_id = $1"),
    ("held_form", "delete from held_form where customer_id = $1"),
    ("step_up", "delete from step_up where customer_id = $1"),
    ("sign_in_step", "delete from sign_in_step where customer_id = $1"),
    ("ceremony", "delete from ceremony where customer_id = $1"),
    ("email_change", "delete from email_change where customer_id = $1"),
    ("recovery_code", "delete from recovery_code where customer_id = $1"),
    ("authenticator", "delete from authenticator where customer_id = $1"),
    ("passkey", "delete from passkey where customer_id = $1"),
    ("device", "delete from device where customer_id = $1"),
    ("activation", "delete from activation where customer_id = $1"),
    ("credential", "delete from credential where customer_id = $1"),
    ("support_view", "delete from support_view where customer_id = $1"),
    (
        "superseded_token",
        "delete from superseded_token where session_id in (select id from session where customer_id = $1)",
    ),
    ("session", "delete from session where customer_id = $1"),
];

/// What a customer has done and chosen, every grant that leads to records of the back office, and who they were. Parcels are in
/// [`parcels::let_go`].
pub(super) const OWN: [(&str, &str); 20] = [
    ("mail", "delete from mail where customer_id = $1"),
    ("live_event", "delete from live_event where customer_id = $1"),
    ("watched", "delete from watched where customer_id = $1"),
    ("parcel_notice", "delete from parcel_notice where customer_id = $1"),
    ("parcel_instruction", "delete from parcel_instruction where customer_id = $1"),
    ("parcel_share", "delete from parcel_share where customer_id = $1"),
    ("parcel_follower", "delete from parcel_follower where customer_id = $1"),
    ("claim_letter", "delete from claim_letter where customer_id = $1"),
    ("claim_upload", "delete from claim_upload where customer_id = $1"),
    ("claim_draft", "delete from claim_draft where customer_id = $1"),
    ("claim_notice", "delete from claim_notice where customer_id = $1"),
    ("claim_party", "delete from claim_party where customer_id = $1"),
    ("policy_holder", "delete from policy_holder where customer_id = $1"),
    ("outbox", "delete from outbox where customer_id = $1"),
    ("portfolio_holder", "delete from portfolio_holder where number = (select number from customer where id = $1)"),
    ("holder", "delete from holder where customer_id = $1"),
    // Their number in what was found, where it stands alone.
    ("finding", "update finding set actual = null where actual = (select number from customer where id = $1)"),
    ("finding", "update finding set expected = null where expected = (select number from customer where id = $1)"),
    ("customer", "update customer set locale = null, theme = null where id = $1"),
    (
        "party",
        "update party set name = '–', given_name = null where id = (select party_id from customer where id = $1)",
    ),
];

/// Erases what is kept of a customer. `number` is what was typed to confirm it. What is begun is gone through to its end, also
/// when it is asked for again.
///
/// # Errors
/// What the database says.
pub async fn erase(
    db: &Db,
    files: &FileStore,
    grant: &Proven<can::Privacy>,
    customer: Id<kind::Customer>,
    number: &str,
    now: Timestamp,
) -> Result<Erased, DbError> {
    const WAITING: &str = "select count(*) from outbox where customer_id = $1 and state = 'waiting'";
    let Some(known) = number_of(db, customer).await? else { return Ok(Erased::Nobody) };
    if known != number {
        return Ok(Erased::Unconfirmed);
    }
    let scope = operator();
    let look = db.read(&scope, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            let (waiting,): (i64,) = on!(tx, c => sqlx::query_as(WAITING).bind(key).fetch_one(&mut **c).await)?;
            Ok::<_, DbError>(waiting)
        }
        .boxed()
    });
    let waiting = look.await?;
    if waiting > 0 {
        return Ok(Erased::Held(waiting));
    }
    let entry = act(Action::DataErased, grant, now).about(Thing::Customer, customer).concerning(customer);
    take_out(db, customer, now, Some(entry)).await?;
    remove_files(db, files).await?;
    Ok(Erased::Done)
}

/// What erasing does to the rows. Without an entry where it is done once more: when the raw store is read again.
pub(crate) async fn take_out(
    db: &Db,
    customer: Id<kind::Customer>,
    now: Timestamp,
    entry: Option<Entry>,
) -> Result<(), DbError> {
    const CLOSE: &str = "update customer set disabled_at = $2, erased_at = coalesce(erased_at, $2) where id = $1";
    let scope = operator();
    // The way in first: from here on nobody is there who could add anything, and nothing that comes is given to them.
    let closed = db.write(&AUTH, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            on!(tx, c => sqlx::query(CLOSE).bind(key).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
            run(tx, SIGN_IN.map(|(_, sql)| sql), key).await?;
            if let Some(entry) = entry {
                tx.audit(entry);
            }
            crate::live::wake(tx, customer).await
        }
        .boxed()
    });
    closed.await?;
    // Somebody may have thousands of parcels; others write in between.
    while db.write(&scope, move |tx| async move { parcels::let_go(tx, customer.as_bytes()).await }.boxed()).await? > 0 {
    }
    db.write(&scope, move |tx| async move { end(tx, customer, now).await }.boxed()).await
}

async fn end(tx: &mut Tx, customer: Id<kind::Customer>, now: Timestamp) -> Result<(), DbError> {
    const FILES: &str = "insert into file_to_remove (name, since_at)
        select stored, $2 from claim_upload where customer_id = $1 and stored is not null on conflict do nothing";
    const NAME: &str = "update customer set number = $2 where id = $1";
    let key = customer.as_bytes().as_slice();
    on!(tx, c => sqlx::query(FILES).bind(key).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    run(tx, OWN.map(|(_, sql)| sql), key).await?;
    on!(tx, c => sqlx::query(NAME).bind(key).bind(format!("erased-{customer}")).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}
