//! What the law gives a customer: all that is kept of them, as one file; and its end, as far as nothing has to be kept.
//!
//! What is theirs is what the database gives them ([`crate::db`]): the same list of tables and conditions that isolates them
//! from others, so that a new table is in the file without anybody thinking of it. What is erased is what they have done and
//! chosen here, and every grant that leads to records of the back office. Those records stay for as long as the law wants
//! ([`RETAINED_YEARS`]), reachable by nobody, and go when their time has come. The audit log is never changed.

use crate::{
    audit::{Action, Thing},
    db::{Db, DbError, Tx, rows_of},
    on, owner,
    scope::{AUTH, CustomerScope, Grant, operator},
    staff::{act, can},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};
use serde_json::{Map, Value, json};

/// Years for which statements have to be kept after their last entry.
pub const RETAINED_YEARS: i64 = 10;

/// What became of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// It is done; these files are to be removed from the store.
    Done(Vec<String>),
    /// So many messages of theirs are on their way to the back office; later.
    Held(i64),
    /// The number that was typed is another's.
    Unconfirmed,
    /// There is no such customer.
    Nobody,
}

/// All that is kept of a customer, as JSON: each table with its rows, and how they sign in, without a secret. None when there
/// is no such customer, or it is somebody of the institution.
///
/// # Errors
/// What the database says.
pub async fn export(
    db: &Db,
    grant: &Grant<can::Privacy>,
    customer: Id<kind::Customer>,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, DbError> {
    let Some(number) = number_of(db, customer).await? else { return Ok(None) };
    // It is handed out on purpose, to somebody who has the right.
    owner::hand_out(customer);
    let scope = CustomerScope::only_to_look(customer);
    let tables = db.read(&scope, |tx| {
        async move {
            let mut tables = Map::new();
            for table in crate::db::tables_of_customers() {
                tables.insert(table.to_owned(), Value::Array(rows_of(tx, table).await?));
            }
            Ok::<_, DbError>(tables)
        }
        .boxed()
    });
    let tables = tables.await?;
    let sign_in = sign_in_of(db, customer).await?;
    let whole = json!({
        "guichet": "customer/1",
        "number": number,
        "made_at": now.millis(),
        "sign_in": sign_in,
        "tables": tables,
    });
    let (scope, entry) = (**grant, act(Action::DataExported, grant, now));
    let entry = entry.about(Thing::Export, customer).concerning(customer);
    let noted = db.write(&scope, move |tx| {
        async move {
            tx.audit(entry);
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    noted.await?;
    serde_json::to_vec_pretty(&whole).map(Some).map_err(|_| DbError::Value("an export that is no JSON"))
}

async fn number_of(db: &Db, customer: Id<kind::Customer>) -> Result<Option<String>, DbError> {
    const FIND: &str = "select number from customer where id = $1
        and not exists (select 1 from staff m where m.customer_id = customer.id)";
    let read = db.glance(&AUTH, move |tx| {
        async move {
            let row: Option<(String,)> = on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice())
                .fetch_optional(&mut **c).await)?;
            Ok::<_, DbError>(row.map(|(number,)| number))
        }
        .boxed()
    });
    read.await
}

/// How a customer signs in, without a secret.
async fn sign_in_of(db: &Db, customer: Id<kind::Customer>) -> Result<Value, DbError> {
    const FIND: &str = "select email, email_confirmed_at, password_changed_at from credential where customer_id = $1";
    const DEVICES: &str = "select agent, network, first_seen_at, last_seen_at from device where customer_id = $1
        order by first_seen_at";
    type Devices = Vec<(String, String, i64, i64)>;
    let read = db.read(&AUTH, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            let row: Option<(String, Option<i64>, Option<i64>)> =
                on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_optional(&mut **c).await)?;
            let devices: Devices = on!(tx, c => sqlx::query_as(DEVICES).bind(key).fetch_all(&mut **c).await)?;
            let devices: Vec<Value> = devices
                .into_iter()
                .map(|(agent, network, first, last)| {
                    json!({ "browser": agent, "network": network, "first_seen_at": first, "last_seen_at": last })
                })
                .collect();
            let (email, confirmed, changed) = row.unwrap_or_default();
            Ok::<_, DbError>(json!({
                "email": email, "email_confirmed_at": confirmed, "password_changed_at": changed, "browsers": devices,
            }))
        }
        .boxed()
    });
    read.await
}

/// What sign-in keeps of somebody.
const SIGN_IN: [&str; 12] = [
    "delete from approval where customer_id = $1",
    "delete from held_form where customer_id = $1",
    "delete from step_up where customer_id = $1",
    "delete from sign_in_step where customer_id = $1",
    "delete from ceremony where customer_id = $1",
    "delete from email_change where customer_id = $1",
    "delete from recovery_code where customer_id = $1",
    "delete from authenticator where customer_id = $1",
    "delete from passkey where customer_id = $1",
    "delete from device where customer_id = $1",
    "delete from activation where customer_id = $1",
    "delete from credential where customer_id = $1",
];
/// What a customer has done and chosen, and every grant that leads to records of the back office.
const OWN: [&str; 18] = [
    "delete from mail where customer_id = $1",
    "delete from live_event where customer_id = $1",
    "delete from watched where customer_id = $1",
    "delete from parcel_notice where customer_id = $1",
    "delete from parcel_instruction where customer_id = $1",
    "delete from parcel_share where customer_id = $1",
    "delete from parcel_follower where customer_id = $1",
    "delete from claim_letter where customer_id = $1",
    "delete from claim_upload where customer_id = $1",
    "delete from claim_draft where customer_id = $1",
    "delete from claim_notice where customer_id = $1",
    "delete from claim_party where customer_id = $1",
    "delete from policy_holder where customer_id = $1",
    "delete from outbox where customer_id = $1",
    "delete from portfolio_holder where number = (select number from customer where id = $1)",
    "delete from holder where customer_id = $1",
    "update customer set locale = null, theme = null where id = $1",
    "update party set name = '–', given_name = null where id = (select party_id from customer where id = $1)",
];

/// Erases what is kept of a customer. `number` is what was typed to confirm it. What is begun is gone through to its end, also
/// when it is asked for again.
///
/// # Errors
/// What the database says.
pub async fn erase(
    db: &Db,
    grant: &Grant<can::Privacy>,
    customer: Id<kind::Customer>,
    number: &str,
    now: Timestamp,
) -> Result<Erased, DbError> {
    const WAITING: &str = "select count(*) from outbox where customer_id = $1 and state = 'waiting'";
    const FILES: &str = "select stored from claim_upload where customer_id = $1 and stored is not null";
    const CLOSE: &str = "update customer set disabled_at = $2 where id = $1";
    const END: &str = "delete from session where customer_id = $1";
    const NAME: &str = "update customer set number = $2 where id = $1";
    let Some(known) = number_of(db, customer).await? else { return Ok(Erased::Nobody) };
    if known != number {
        return Ok(Erased::Unconfirmed);
    }
    let scope = operator();
    let look = db.read(&scope, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            let (waiting,): (i64,) = on!(tx, c => sqlx::query_as(WAITING).bind(key).fetch_one(&mut **c).await)?;
            let files: Vec<(String,)> = on!(tx, c => sqlx::query_as(FILES).bind(key).fetch_all(&mut **c).await)?;
            Ok::<_, DbError>((waiting, files.into_iter().map(|(file,)| file).collect::<Vec<_>>()))
        }
        .boxed()
    });
    let (waiting, files) = look.await?;
    if waiting > 0 {
        return Ok(Erased::Held(waiting));
    }
    // The way in first: from here on nobody is there who could add anything.
    let entry = act(Action::DataErased, grant, now).about(Thing::Customer, customer).concerning(customer);
    let closed = db.write(&AUTH, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            on!(tx, c => sqlx::query(CLOSE).bind(key).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
            run(tx, &SIGN_IN, key).await?;
            on!(tx, c => sqlx::query(END).bind(key).execute(&mut **c).await.map(|_| ()))?;
            tx.audit(entry);
            crate::live::wake(tx, customer).await
        }
        .boxed()
    });
    closed.await?;
    let done = db.write(&scope, move |tx| {
        async move {
            let key = customer.as_bytes().as_slice();
            run(tx, &OWN, key).await?;
            // A number that the back office brings again is somebody new.
            on!(tx, c => sqlx::query(NAME).bind(key).bind(format!("erased-{customer}")).execute(&mut **c).await
                .map(|_| ()))?;
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    done.await?;
    Ok(Erased::Done(files))
}

async fn run(tx: &mut Tx, statements: &[&'static str], key: &[u8]) -> Result<(), DbError> {
    for sql in statements {
        on!(tx, c => sqlx::query(*sql).bind(key).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Takes away statements of accounts that nobody holds any more, when they need not be kept. Gives back how many accounts.
///
/// # Errors
/// What the database says.
pub async fn sweep(db: &Db, now: Timestamp) -> Result<u64, DbError> {
    const DUE: &str = "select a.id from account a where not exists (select 1 from holder h where h.account_id = a.id)
        and a.created_at < $2 and coalesce((select max(e.day) from entry e where e.account_id = a.id), 0) < $1 limit 20";
    const DROP: [&str; 6] = [
        "delete from entry where account_id = $1",
        "delete from account_day where account_id = $1",
        "delete from balance where account_id = $1",
        "delete from statement where account_id = $1",
        "update finding set account_id = null where account_id = $1",
        "delete from account where id = $1",
    ];
    let scope = operator();
    let done = db.write(&scope, move |tx| {
        async move {
            let today = now.millis().div_euclid(86_400_000);
            let before = today - RETAINED_YEARS * 365;
            let due: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(DUE).bind(before).bind(before * 86_400_000)
                .fetch_all(&mut **c).await)?;
            for (account,) in &due {
                run(tx, &DROP, account).await?;
            }
            Ok::<_, DbError>(due.len() as u64)
        }
        .boxed()
    });
    done.await
}

#[cfg(all(test, feature = "testing"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::{
        clock::Clock as _,
        identity::{Browser, Profile, SignIn},
        on_both_databases,
        staff::NewPerson,
        testing::World,
    };

    async fn privacy(world: &World) -> Grant<can::Privacy> {
        let identity = world.identity(Profile::Insurer);
        let person = NewPerson { name: "Paul".to_owned(), role: "privacy".to_owned(), title: String::new() };
        let number = identity.invite_first(&operator(), person).await.unwrap().unwrap().number;
        identity.sign_up(&number, "paul@bank.example", "a password for the tests alone").await.unwrap();
        let token = identity.sessions.begin_unproved(&number).await.unwrap().unwrap();
        identity.sessions.resolve(&token).await.unwrap().unwrap().staff.unwrap().grant().unwrap()
    }

    on_both_databases! {
        async fn everything_of_a_customer_comes_as_one_file_and_nothing_of_another(world: World) {
            let scope = crate::testing::customer(&world).await;
            let identity = world.identity(Profile::Insurer);
            identity.sign_up("1", "1@mail.example", "a password for the tests alone").await.unwrap();
            let grant = privacy(&world).await;
            let file = export(&world.db, &grant, scope.customer(), world.clock.now()).await.unwrap().unwrap();
            let whole: Value = serde_json::from_slice(&file).unwrap();
            assert_eq!(whole["number"], "1");
            assert_eq!(whole["sign_in"]["email"], "1@mail.example");
            assert_eq!(whole["tables"]["customer"].as_array().unwrap().len(), 1);
            assert_eq!(whole["tables"]["party"][0]["name"], "A");
            let text = String::from_utf8(file).unwrap();
            assert!(!text.contains("paul@bank.example") && !text.contains("argon2"), "{text}");
            let nobody = Id::from_bytes([9; 16]);
            assert!(export(&world.db, &grant, nobody, world.clock.now()).await.unwrap().is_none());
        }

        async fn statements_that_nobody_holds_stay_for_as_long_as_the_law_wants_and_go_then(world: World) {
            const ADD: &str = "insert into account (id, identification, scheme, currency, kind, created_at)
                values ($1, $2, 'OTHER', 'EUR', 'current', 0)";
            const HOLD: &str = "insert into holder (account_id, customer_id, role, since_day) values ($1, $2, 'owner', 0)";
            const COUNT: &str = "select count(*) from account";
            let customer = crate::testing::customer(&world).await.customer();
            let scope = operator();
            let made = world.db.write(&scope, move |tx| {
                async move {
                    for (id, name) in [([1_u8; 16], "held"), ([2; 16], "nobody's")] {
                        on!(tx, c => sqlx::query(ADD).bind(id.as_slice()).bind(name).execute(&mut **c).await.map(|_| ()))?;
                    }
                    on!(tx, c => sqlx::query(HOLD).bind([1_u8; 16].as_slice()).bind(customer.as_bytes().as_slice())
                        .execute(&mut **c).await.map(|_| ()))?;
                    Ok::<_, DbError>(())
                }
                .boxed()
            });
            made.await.unwrap();
            let young = Timestamp(RETAINED_YEARS * 360 * 86_400_000);
            assert_eq!(sweep(&world.db, young).await.unwrap(), 0, "not yet");
            assert_eq!(sweep(&world.db, world.clock.now()).await.unwrap(), 1);
            let left = world.db.read(&scope, |tx| {
                async move { on!(tx, c => sqlx::query_as::<_, (i64,)>(COUNT).fetch_one(&mut **c).await).map_err(DbError::from) }
                    .boxed()
            });
            assert_eq!(left.await.unwrap().0, 1, "what somebody holds stays");
        }

        async fn what_is_erased_is_gone_and_the_log_says_so(world: World) {
            let scope = crate::testing::customer(&world).await;
            let identity = world.identity(Profile::Insurer);
            identity.sign_up("1", "1@mail.example", "a password for the tests alone").await.unwrap();
            let grant = privacy(&world).await;
            let now = world.clock.now();
            let erase_as = async |number: &str| erase(&world.db, &grant, scope.customer(), number, now).await.unwrap();
            assert_eq!(erase_as("2").await, Erased::Unconfirmed);
            assert_eq!(erase_as("1").await, Erased::Done(Vec::new()));
            let password = "a password for the tests alone".to_owned();
            let outcome = identity.sign_in("1@mail.example", password, "", Browser::default()).await.unwrap();
            assert!(matches!(outcome, SignIn::Refused), "{outcome:?}");
            let file = export(&world.db, &grant, scope.customer(), now).await.unwrap().unwrap();
            let whole: Value = serde_json::from_slice(&file).unwrap();
            assert_eq!(whole["tables"]["party"][0]["name"], "–");
            assert_eq!(whole["sign_in"]["email"], "");
            let acts = whole["tables"]["audit"].as_array().unwrap();
            assert!(acts.iter().any(|act| act["action"] == "data.erased"));
        }
    }
}
