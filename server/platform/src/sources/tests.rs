//! What is kept of sources, on both databases.

use super::{
    aside::{self, Correction},
    counts,
    documents::{self, Of},
    freshness, mapping, measure, secret,
    settings::{self, Carries, SourceSettings},
};
use crate::{
    audit::{Action, Actor, Entry},
    clock::Clock as _,
    db::{Db, DbError},
    identity::Sealer,
    inbox::{Feed, Inbox, InboxError, Job, Outcome},
    on, on_both_databases,
    scope::{FeedScope, operator},
    telemetry::Metrics,
    testing::{NOW, World},
};
use futures::{FutureExt as _, future::BoxFuture};
use guichet_types::{Id, Timestamp};
use std::{path::Path, sync::Arc};

/// A reader of lines: `!` is kept aside, a file that begins with `refuse` is refused.
struct Lines;

impl Feed for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }
    fn takes(&self, _: &[u8]) -> bool {
        true
    }
    fn report(&self, _: &Path) -> std::io::Result<serde_json::Value> {
        Ok(serde_json::Value::Null)
    }
    fn put_right(&self, bytes: &[u8], correction: &Correction) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(text.replacen(&correction.was, &correction.becomes, 1).into_bytes())
    }
    fn stands_at(&self, _: &[u8], _: &str, raw: &str) -> Option<String> {
        Some(raw.to_owned())
    }
    fn import(&self, db: Db, scope: FeedScope, job: Job) -> BoxFuture<'static, Result<Outcome, InboxError>> {
        const ASIDE: &str = "insert into quarantine (id, document_id, place, reason, raw, found_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
        async move {
            let text = std::fs::read_to_string(&job.path).unwrap();
            let class = if text.starts_with("refuse") { "reject" } else { "accept" };
            let lines: Vec<(usize, String)> = text.lines().map(str::to_owned).enumerate().collect();
            let records = lines.iter().filter(|(_, line)| !line.contains('!')).count() as u64;
            db.write(&scope, move |tx| {
                async move {
                    for (at, line) in lines.into_iter().filter(|(_, line)| line.contains('!')) {
                        let place = format!("line {}", at + 1);
                        let id: Id<()> = tx.stable_id(&[b"aside", job.document.as_bytes(), place.as_bytes()]);
                        let reason = format!("\"{line}\" is loud");
                        on!(tx, c => sqlx::query(ASIDE).bind(id.as_bytes().as_slice())
                            .bind(job.document.as_bytes().as_slice()).bind(place).bind(reason).bind(line)
                            .bind(job.received_at.millis()).execute(&mut **c).await.map(|_| ()))?;
                    }
                    Ok::<_, DbError>(())
                }
                .boxed()
            })
            .await?;
            Ok(Outcome { class, reason: None, records, report: None, closed: false })
        }
        .boxed()
    }
}

fn inbox(world: &World) -> Inbox {
    let (feeds, metrics): (Vec<Arc<dyn Feed>>, _) = (vec![Arc::new(Lines)], Metrics::new(&*world.random));
    Inbox::new(world.db.clone(), world.clock.clone(), &world.folder().join("data"), 1 << 20, feeds, metrics).unwrap()
}

fn file(world: &World, name: &str, text: &str) -> std::path::PathBuf {
    let path = world.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn entry(action: Action) -> Entry {
    Entry::new(action, Actor::Operator, NOW)
}

on_both_databases! {
    async fn a_document_is_counted_in_the_minute_of_its_end_and_its_source_is_known(world: World) {
        let inbox = inbox(&world);
        inbox.take("folder:bank", &file(&world, "a", "1\n2\n3!\n")).await.unwrap();
        inbox.take("folder:bank", &file(&world, "b", "refuse\n")).await.unwrap();
        world.clock.advance_seconds(61);
        inbox.import("command", &file(&world, "c", "7\n")).await.unwrap();
        let from = NOW.plus_seconds(-60);
        let of = |key: &str| Some(key.to_owned());
        let counted = counts::throughput(&world.db, &operator(), of("folder:bank"), (from, 1, 4)).await.unwrap();
        let figures: Vec<_> = counted.iter().map(|c| (c.documents, c.accepted, c.quarantined, c.rejected)).collect();
        assert_eq!(figures, [(0, 0, 0, 0), (2, 3, 1, 1), (0, 0, 0, 0), (0, 0, 0, 0)]);
        let all = counts::throughput(&world.db, &operator(), None, (from, 60, 1)).await.unwrap();
        assert_eq!((all[0].documents, all[0].accepted), (3, 4));
        let source = settings::find(&world.db, &operator(), "folder:bank").await.unwrap().unwrap();
        assert_eq!((source.aside, source.last_class.as_deref(), source.fresh_at), (1, Some("reject"), Some(NOW)));
        let documents = documents::latest(&world.db, &operator(), of("folder:bank"), 9).await.unwrap();
        assert_eq!(documents.iter().map(|d| (d.records, d.aside)).collect::<Vec<_>>().len(), 2);
        let gone = world.db.write(&operator(), |tx| counts::forget(tx, NOW.plus_seconds(9 * 86_400)).boxed()).await.unwrap();
        assert_eq!(gone, 2);
    }

    async fn a_source_that_is_paused_keeps_its_documents_until_it_goes_on(world: World) {
        let inbox = inbox(&world);
        let paused = SourceSettings { paused: true, ..SourceSettings::default() };
        assert!(settings::add(&world.db, &operator(), "folder:bank".to_owned(), paused, (NOW, crate::audit::Entry::new(crate::audit::Action::SourceChanged, crate::audit::Actor::Operator, NOW))).await.unwrap());
        let taken = inbox.take("folder:bank", &file(&world, "a", "1\n")).await.unwrap();
        assert_eq!(inbox.apply_received().await.unwrap(), 0);
        let document = documents::find(&world.db, &operator(), taken.document).await.unwrap().unwrap();
        assert_eq!((document.state.as_str(), document.records), ("received", None));
        let source = settings::find(&world.db, &operator(), "folder:bank").await.unwrap().unwrap();
        assert_eq!((source.waiting, source.waiting_since), (1, Some(NOW)));
        let on = SourceSettings::default();
        let saved = settings::save(&world.db, &OPERATOR, "folder:bank".to_owned(), on, entry(Action::SourceChanged));
        assert!(saved.await.unwrap());
        assert_eq!(inbox.apply_received().await.unwrap(), 1);
        let document = documents::find(&world.db, &operator(), taken.document).await.unwrap().unwrap();
        assert_eq!((document.state.as_str(), document.records), ("applied", Some(1)));
    }

    async fn a_piece_is_put_right_or_let_go_and_stays_so_when_its_document_is_read_again(world: World) {
        let inbox = inbox(&world);
        let taken = inbox.take("inbox", &file(&world, "a", "1\n2!\n3!\n4!\n")).await.unwrap();
        let waiting = || async { aside::list(&world.db, &operator(), Of::Document(taken.document), 99).await.unwrap() };
        let pieces = waiting().await;
        assert_eq!(pieces.len(), 3);
        let groups = aside::group(pieces.clone());
        assert_eq!((groups.len(), groups[0].count, groups[0].last_place.as_deref()), (1, 3, Some("line 4")));
        let id = |at: usize| Id::<()>::try_from(pieces[at].id.clone()).unwrap();
        let gone = aside::discard(&world.db, &OPERATOR, id(2), "a joke".to_owned(), NOW, entry(Action::PieceDiscarded));
        assert!(gone.await.unwrap());
        let sha256 = documents::find(&world.db, &operator(), taken.document).await.unwrap().unwrap().sha256;
        assert_eq!(inbox.stands_at(&sha256, "line 2", "2!").await.unwrap().as_deref(), Some("2!"));
        for (at, becomes) in [(0, "two"), (1, "three!")] {
            let correction = Correction { place: pieces[at].place.clone(), was: pieces[at].raw.clone(), becomes: becomes.to_owned() };
            let put = aside::correct(&world.db, &OPERATOR, pieces[at].clone(), correction, (NOW, None), entry(Action::PieceCorrected));
            put.await.unwrap();
        }
        assert!(waiting().await.is_empty());
        let outcome = inbox.replay(taken.document, entry(Action::DocumentReplayed)).await.unwrap().unwrap();
        assert_eq!(outcome.records, 2, "the one that was put right is read; the other is as loud as before");
        let left: Vec<_> = waiting().await.into_iter().map(|piece| piece.raw).collect();
        assert_eq!(left, ["three!"], "and what was let go does not come back");
        let document = documents::find(&world.db, &operator(), taken.document).await.unwrap().unwrap();
        assert_eq!((document.state.as_str(), document.readings), ("applied", 1));
        let again = inbox.replay(taken.document, entry(Action::DocumentReplayed)).await.unwrap().unwrap();
        assert_eq!((again.records, waiting().await.len()), (2, 1));
        assert!(inbox.replay(Id::from_bytes([9; 16]), entry(Action::DocumentReplayed)).await.unwrap().is_none());
        let left = std::fs::read_dir(world.folder().join("data/raw")).unwrap().flat_map(|item| std::fs::read_dir(item.unwrap().path()).unwrap()).count();
        assert_eq!(left, 1, "corrected copies are taken away");
    }

    async fn a_mapping_is_noted_with_the_reading_that_used_it(world: World) {
        let (inbox, id) = (inbox(&world), Id::<()>::from_bytes([3; 16]));
        let document = inbox.take("inbox", &file(&world, "a", "1\n")).await.unwrap().document;
        let ask = |reading: u32| {
            let db = world.db.clone();
            async move { db.write(&operator(), move |tx| mapping::of_document(tx, document, reading, NOW).boxed()).await.unwrap() }
        };
        assert_eq!(ask(0).await, None);
        let grant = world.proven("administrator").await;
        let save = |body: &'static str| {
            let body = ("A bank".to_owned(), body.to_owned());
            mapping::save(&world.db, &grant, id, body, NOW, entry(Action::MappingChanged))
        };
        save("{\"a\":1}").await.unwrap();
        let with = SourceSettings { mapping: Some(id.to_string()), ..SourceSettings::default() };
        settings::save(&world.db, &operator(), "inbox".to_owned(), with, entry(Action::SourceChanged)).await.unwrap();
        assert_eq!(ask(0).await.as_deref(), Some("{\"a\":1}"));
        save("{\"a\":2}").await.unwrap();
        assert_eq!(ask(0).await.as_deref(), Some("{\"a\":1}"), "what was read once is read so again");
        assert_eq!(ask(1).await.as_deref(), Some("{\"a\":2}"));
        assert_eq!(mapping::list(&world.db, &operator()).await.unwrap().len(), 1);
    }

    async fn a_secret_is_shown_once_and_known_to_the_door_alone(world: World) {
        let sealer = Sealer::new(&[7; 32], world.random.clone());
        settings::add(&world.db, &operator(), "hook:core".to_owned(), SourceSettings::default(), (NOW, crate::audit::Entry::new(crate::audit::Action::SourceChanged, crate::audit::Actor::Operator, NOW))).await.unwrap();
        let grant = world.proven("administrator").await;
        let make = || {
            let at = ("hook:core".to_owned(), NOW);
            secret::make(&world.db, &grant, &sealer, &*world.random, at, entry(Action::SourceSecretMade))
        };
        let first = make().await.unwrap();
        assert!(first.starts_with("whsec_") && first.len() > 40);
        assert_eq!(secret::of(&world.db, &sealer, "hook:core".to_owned()).await.unwrap(), Some(first.clone()));
        let second = make().await.unwrap();
        assert_ne!(first, second);
        assert_eq!(secret::of(&world.db, &sealer, "hook:core".to_owned()).await.unwrap(), Some(second));
        assert_eq!(secret::of(&world.db, &sealer, "hook:other".to_owned()).await.unwrap(), None);
        let stranger = Sealer::new(&[8; 32], world.random.clone());
        assert_eq!(secret::of(&world.db, &stranger, "hook:core".to_owned()).await.unwrap(), None);
    }

    async fn customers_hear_that_something_is_late_when_it_is_and_is_theirs_to_hear(world: World) {
        let inbox = inbox(&world);
        let customer = crate::testing::customer(&world).await;
        let settings = SourceSettings {
            carries: vec![Carries::Accounts],
            objective_seconds: Some(600),
            ..SourceSettings::default()
        };
        settings::add(&world.db, &operator(), "inbox".to_owned(), settings, (NOW, crate::audit::Entry::new(crate::audit::Action::SourceChanged, crate::audit::Actor::Operator, NOW))).await.unwrap();
        inbox.take("inbox", &file(&world, "a", "1\n")).await.unwrap();
        let late = |carries: Carries, now: Timestamp| {
            let db = world.db.clone();
            async move {
                db.read(&customer, move |tx| async move { freshness::late(tx, &customer, &[carries], now).await }.boxed()).await.unwrap()
            }
        };
        assert_eq!(late(Carries::Accounts, world.clock.now()).await, None);
        let later = NOW.plus_seconds(601);
        let told = late(Carries::Accounts, later).await.unwrap();
        assert_eq!((told.as_of, told.since), (Some(NOW), NOW.plus_seconds(600)));
        assert_eq!(late(Carries::Parcels, later).await, None);
    }

    async fn a_source_that_is_late_is_in_the_metrics_until_it_delivers(world: World) {
        let (inbox, metrics) = (inbox(&world), Metrics::new(&*world.random));
        let settings = SourceSettings { objective_seconds: Some(600), ..SourceSettings::default() };
        settings::add(&world.db, &operator(), "inbox".to_owned(), settings, (NOW, entry(Action::SourceChanged))).await.unwrap();
        inbox.take("inbox", &file(&world, "a", "1\n!\n")).await.unwrap();
        let mut known = std::collections::BTreeSet::new();
        let says = |seconds: i64| {
            let page = metrics.encode();
            for (name, value) in [("late_seconds", seconds), ("waiting_documents", 0), ("kept_aside", 1)] {
                let line = format!("guichet_source_{name}{{source=\"inbox\"}} {value}");
                assert!(page.lines().any(|found| found == line), "{line}\n{page}");
            }
        };
        for (after, seconds) in [(0, 0), (600, 0), (607, 7)] {
            measure::look(&world.db, &metrics, NOW.plus_seconds(after), &mut known).await.unwrap();
            says(seconds);
            assert_eq!(known.contains("inbox"), seconds > 0);
        }
        world.clock.advance_seconds(608);
        inbox.take("inbox", &file(&world, "b", "2\n")).await.unwrap();
        measure::look(&world.db, &metrics, world.clock.now(), &mut known).await.unwrap();
        says(0);
        assert!(known.is_empty());
    }
}

/// For futures that outlive the line that they are made in.
static OPERATOR: FeedScope = operator();
