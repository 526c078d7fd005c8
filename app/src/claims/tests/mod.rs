//! What the store, the feed and the checks of files promise.

mod corpus;
mod feed;
mod pdf;
mod phases;
mod samples;

use super::{
    feed as claims_feed,
    page::{ClaimPage, Found, read_page},
    store::{self, Claim, Policy},
};
use crate::{people, words::Figures};
use futures::FutureExt as _;
use guichet_platform::{
    clock::Clock as _,
    db::DbError,
    inbox::{Imported, Inbox},
    live::{self, Behind},
    on,
    scope::{CustomerScope, operator},
    telemetry::Metrics,
    testing::World,
};
use guichet_types::{Id, Locale, kind};
use jiff::tz::TimeZone;
use std::path::PathBuf;

const PARTIES: &str = r#"{"guichet": "parties/1", "customers": [
    {"number": "1", "name": "Inès Moreau", "since": "2017-03-04"}, {"number": "2", "name": "Hugo Moreau", "since": "2019-09-16"}]}"#;

/// An insurer, and the eyes of a customer.
struct Insurer<'w> {
    world: &'w World,
    inbox: Inbox,
    files: std::cell::Cell<u32>,
}

impl<'w> Insurer<'w> {
    /// With both customers known.
    async fn new(world: &'w World) -> Self {
        let insurer = Self::before_anybody(world);
        insurer.send(PARTIES).await;
        insurer
    }

    fn before_anybody(world: &'w World) -> Self {
        let feeds = vec![people::feed::feed(world.clock.clone()), claims_feed::feed(world.clock.clone())];
        let (data, metrics) = (world.folder().join("data"), Metrics::new(&*world.random));
        let inbox = Inbox::new(world.db.clone(), world.clock.clone(), &data, 8 << 20, feeds, metrics).unwrap();
        Self { world, inbox, files: std::cell::Cell::new(0) }
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        self.files.set(self.files.get() + 1);
        let path = self.world.folder().join(format!("{}.json", self.files.get()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn send(&self, text: &str) -> Imported {
        self.inbox.import("test", &self.file(text.as_bytes())).await.unwrap()
    }

    /// The scope of a customer, by way of a real session.
    async fn scope(&self, number: &str) -> CustomerScope {
        self.world.scope_of(number).await
    }

    async fn policies(&self, scope: CustomerScope) -> Vec<Policy> {
        self.world
            .db
            .read(&scope, move |tx| async move { store::list_policies(tx, &scope).await }.boxed())
            .await
            .unwrap()
    }

    async fn claims(&self, scope: CustomerScope) -> Vec<Claim> {
        self.world.db.read(&scope, move |tx| async move { store::list_claims(tx, &scope).await }.boxed()).await.unwrap()
    }

    async fn page(&self, scope: CustomerScope, claim: Id<kind::Claim>) -> Option<Box<ClaimPage>> {
        let figures = figures(self.world);
        let read =
            self.world.db.read(&scope, move |tx| async move { read_page(tx, &scope, claim, &figures).await }.boxed());
        match read.await.unwrap() {
            Some(Found::Page(page)) => Some(page),
            _ => None,
        }
    }

    /// Everything that a customer sees, as text without what depends on when it came.
    async fn seen(&self, scope: CustomerScope) -> Vec<String> {
        let mut seen: Vec<String> = self
            .policies(scope)
            .await
            .iter()
            .map(|policy| {
                format!(
                    "{:?} {:?} {:?} {:?} {:?}",
                    policy.head, policy.objects, policy.coverages, policy.premiums, policy.papers
                )
            })
            .collect();
        seen.extend(self.claims(scope).await.iter().map(|claim| {
            let requests: Vec<_> = claim.requests.iter().map(|asked| &asked.request).collect();
            let mut messages: Vec<_> = claim.messages.iter().map(|written| format!("{:?}", written.note)).collect();
            messages.sort();
            format!(
                "{:?} {:?} {:?} {:?} {requests:?} {:?} {messages:?}",
                claim.head, claim.milestones, claim.items, claim.payments, claim.papers
            )
        }));
        seen.sort();
        seen
    }

    /// The topics of the events behind a number.
    async fn events(&self, scope: CustomerScope) -> Vec<String> {
        let read =
            self.world.db.read(&scope, move |tx| async move { live::behind(tx, &scope, 0, 1_000).await }.boxed());
        match read.await.unwrap() {
            Behind::Events(events) => events.into_iter().map(|event| event.topic).collect(),
            Behind::Reset(_) => Vec::new(),
        }
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let scope = operator();
        let count = self.world.db.read(&scope, move |tx| {
            async move {
                let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(count)
            }
            .boxed()
        });
        count.await.unwrap()
    }
}

fn figures(world: &World) -> Figures {
    Figures::new(Locale::En, TimeZone::get("Europe/Paris").unwrap(), world.clock.now())
}
