//! A letter on its way: with the act or not at all; sent once, tried again, given up; to a server that is a real one.

mod bytes;
mod peer;
mod post;
mod server;

use super::{Address, Courier, Letter, Rendered, Way, put};
use crate::{
    clock::Clock as _,
    db::DbError,
    on,
    scope::{CustomerScope, Scope, operator},
    telemetry::Metrics,
    testing::World,
};
use futures::FutureExt as _;
use guichet_types::{Id, Locale, kind};

/// Minutes for which a code is good.
const CODE_MINUTES: i64 = 10;

/// A letter of these tests; with a code it expires.
fn letter(scope: &CustomerScope, to: &str, code: Option<&str>, world: &World) -> Letter {
    let text = format!("Bonjour à vous,\n\n{}\n\nSECRETWORD", code.unwrap_or("no code"));
    let html = format!("<!DOCTYPE html><p>Bonjour à vous</p><p>{}</p>", code.unwrap_or("no code"));
    Letter {
        customer: scope.customer(),
        to: to.parse::<Address>().unwrap(),
        locale: Locale::Fr,
        kind: "test",
        content: Rendered::new("Votre code à six chiffres", &text, &html),
        expires_at: code.map(|_| world.clock.now().plus_seconds(CODE_MINUTES * 60)),
    }
}

/// Puts a letter as `scope`, in a transaction of its own.
async fn put_as(world: &World, scope: &impl Scope, letter: Letter) -> Id<kind::Mail> {
    let (random, now) = (world.random.clone(), world.clock.now());
    let put = world.db.write(scope, move |tx| async move { put(tx, &*random, &letter, now).await }.boxed());
    put.await.unwrap()
}

/// A letter with a code to Inès, put by herself.
async fn put_code(world: &World, scope: &CustomerScope) -> Id<kind::Mail> {
    put_as(world, scope, letter(scope, "ines@mail.example", Some("493 201"), world)).await
}

/// A row: state, tries, last error, and whether what it says is still there.
type Row = (String, i64, Option<String>, bool);

/// The rows, in the order in which they were put.
async fn rows(world: &World) -> Vec<Row> {
    const ROWS: &str = "select state, tries, last_error, case when text is null and html is null then 0 else 1 end
        from mail order by created_at, id";
    let scope = operator();
    let read = world.db.read(&scope, |tx| {
        async move { on!(tx, c => sqlx::query_as(ROWS).fetch_all(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let rows: Vec<(String, i64, Option<String>, i32)> = read.await.unwrap();
    rows.into_iter().map(|(state, tries, error, held)| (state, tries, error, held == 1)).collect()
}

/// The one row.
async fn row(world: &World) -> Row {
    let mut rows = rows(world).await;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn state(state: &str, tries: i64, error: Option<&str>, held: bool) -> Row {
    (state.to_owned(), tries, error.map(str::to_owned), held)
}

/// A courier, and what it counts.
fn courier(world: &World, way: Way) -> (Courier, Metrics) {
    let metrics = Metrics::new(&*world.random);
    let courier = Courier::new(world.db.clone(), world.clock.clone(), world.random.clone(), metrics.clone(), way);
    (courier, metrics)
}

/// How often something was counted.
fn counted(metrics: &Metrics, outcome: &str) -> u64 {
    let start = format!("guichet_mail_total{{outcome=\"{outcome}\"}} ");
    metrics.encode().lines().find_map(|line| line.strip_prefix(&start)?.parse().ok()).unwrap_or(0)
}
