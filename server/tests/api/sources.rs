//! Sources, through the whole: what is kept aside and put right, what a dry run says, and the raw store read again.

use crate::portal::{OWN, Portal};
use futures::FutureExt as _;
use guichet::{
    commands::feeds,
    demo::PARTIES,
    simulate::{Door, Part, Stage, play},
};
use guichet_platform::{
    audit::{Action, Actor, Entry},
    db::{
        Db, DbError, DbOptions,
        digest::{self, Sum},
    },
    on, on_both_databases,
    privacy::{self, Erased},
    scope::operator,
    sources::{
        self, SourceSettings,
        aside::{self, Correction},
        documents::{self, Of},
        mapping,
    },
    testing::NOW,
};
use guichet_types::{Id, kind};
use jiff::tz::TimeZone;
use std::{path::PathBuf, time::Duration};
use tokio_util::sync::CancellationToken;

/// A table whose third row cannot be read.
const TABLE: &str = "Buchungstag;Text;Betrag;Saldo\n18.11.2026;Kaffee;-4,50;1008,00\n19.11.2026;Miete;-1..00;908,00\n20.11.2026;Lohn;2.000,00;2908,00\n";

fn entry(action: Action) -> Entry {
    Entry::new(action, Actor::Operator, NOW)
}

/// Gives a source a mapping for [`TABLE`].
async fn give_mapping(portal: &Portal, source: &str) {
    let body = format!(
        r##"{{"delimiter": ";", "decimal": ",", "thousands": ".", "booking_date": "Buchungstag", "amount": "#3", "balance": "Saldo",
            "remittance": ["Text"], "account": {{"fixed": "{}"}}, "currency": {{"fixed": "EUR"}}, "holds": "statement"}}"##,
        OWN[0]
    );
    let (db, id, grant) = (&portal.world.db, Id::<()>::from_bytes([5; 16]), portal.world.proven("administrator").await);
    mapping::save(db, &grant, id, ("A bank".to_owned(), body), NOW, entry(Action::MappingChanged)).await.unwrap();
    let settings = SourceSettings { mapping: Some(id.to_string()), ..SourceSettings::default() };
    assert!(
        sources::add(
            db,
            &operator(),
            source.to_owned(),
            settings,
            (NOW, Entry::new(Action::SourceChanged, Actor::Operator, NOW))
        )
        .await
        .unwrap()
    );
}

async fn take(portal: &Portal, source: &str, name: &str, text: &str) -> (Id<kind::Document>, &'static str) {
    let path = portal.world.folder().join(name);
    std::fs::write(&path, text).unwrap();
    let imported = portal.inbox.take(source, &path).await.unwrap();
    (imported.document, imported.outcome.class)
}

async fn sums(db: &Db) -> Vec<Sum> {
    db.read(&operator(), |tx| digest::sums(tx).boxed()).await.unwrap()
}

/// The tables that are not the same in both.
fn different(one: &[Sum], two: &[Sum]) -> Vec<String> {
    let pairs = one.iter().zip(two).filter(|(one, two)| one != two);
    pairs.map(|(one, two)| format!("{}: {} rows, {} rows", one.table, one.rows, two.rows)).collect()
}

async fn balance(portal: &Portal) -> Option<i64> {
    const GET: &str = "select booked from account where identification = $1";
    let read = portal
        .world
        .db
        .read(&operator(), |tx| {
            async move {
                let (booked,): (Option<i64>,) =
                    on!(tx, c => sqlx::query_as(GET).bind(OWN[0]).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(booked)
            }
            .boxed()
        })
        .await;
    read.unwrap()
}

on_both_databases! {
    async fn a_row_that_was_kept_aside_is_put_right_and_booked_and_nothing_twice(world: World) {
        let portal = Portal::new(world).await;
        give_mapping(&portal, "folder:bank").await;
        let (document, class) = take(&portal, "folder:bank", "a.csv", TABLE).await;
        assert_eq!(class, "warn");
        let db = &portal.world.db;
        let entries = "select count(*) from entry e join source_document d on d.id = e.document_id where d.source = 'folder:bank'";
        assert_eq!((portal.count(entries).await, balance(&portal).await), (2, Some(290_800)));
        let pieces = aside::list(db, &operator(), Of::Source("folder:bank".to_owned()), 9).await.unwrap();
        let [piece] = pieces.as_slice() else { panic!("{pieces:?}") };
        assert_eq!((piece.place.as_str(), piece.reason.as_str()), ("line 3", "The amount \"-1..00\" cannot be read."));
        let found = documents::find(db, &operator(), document).await.unwrap().unwrap();
        let stands = portal.inbox.stands_at(&found.sha256, &piece.place, &piece.raw).await.unwrap().unwrap();
        assert_eq!(stands, "19.11.2026;Miete;-1..00;908,00");
        let correction = Correction { place: piece.place.clone(), was: stands, becomes: "19.11.2026;Miete;-100,00;908,00".to_owned() };
        let by = (NOW, Some([1; 16]));
        aside::correct(db, &operator(), piece.clone(), correction, by, entry(Action::PieceCorrected)).await.unwrap();
        let outcome = portal.inbox.replay(document, entry(Action::DocumentReplayed)).await.unwrap().unwrap();
        assert_eq!((outcome.class, outcome.records), ("accept", 3));
        assert_eq!((portal.count(entries).await, balance(&portal).await), (3, Some(290_800)));
        assert!(aside::list(db, &operator(), Of::All, 9).await.unwrap().is_empty());
        let before = sums(db).await;
        portal.inbox.replay(document, entry(Action::DocumentReplayed)).await.unwrap().unwrap();
        assert_eq!(different(&before, &sums(db).await), ["source_document: 8 rows, 8 rows"], "only that it was read again");
        let (_, again) = take(&portal, "folder:bank", "b.csv", &TABLE.replace("Kaffee", "Tee")).await;
        assert_eq!(again, "warn");
        assert_eq!(portal.count(entries).await, 3, "the same days in another file are not booked again");
    }

    async fn a_table_without_a_mapping_waits_for_one(world: World) {
        let portal = Portal::new(world).await;
        let (document, class) = take(&portal, "folder:bank", "a.csv", TABLE).await;
        assert_eq!(class, "reject");
        let source = sources::find(&portal.world.db, &operator(), "folder:bank").await.unwrap().unwrap();
        assert_eq!(sources::health::facts(&source, NOW).health, sources::Health::Failed);
        give_mapping_to_known(&portal).await;
        let outcome = portal.inbox.replay(document, entry(Action::DocumentReplayed)).await.unwrap().unwrap();
        assert_eq!((outcome.class, outcome.records), ("warn", 2));
    }

    async fn every_document_read_again_makes_the_rows_that_it_made(world: World) {
        let portal = Portal::new(world).await;
        let db = &portal.world.db;
        let before = sums(db).await;
        let documents = documents::latest(db, &operator(), None, 99).await.unwrap();
        assert!(documents.len() > 6);
        for document in documents {
            portal.inbox.replay(document.id, entry(Action::DocumentReplayed)).await.unwrap().unwrap();
            let changed = different(&before, &sums(db).await);
            assert_eq!(changed.len(), 1, "{} {:?}: {changed:?}", document.name, document.message_type);
        }
    }

    async fn a_dry_run_tells_what_would_be_different_and_leaves_everything_as_it_was(world: World) {
        let portal = Portal::new(world).await;
        give_mapping(&portal, "folder:bank").await;
        let (db, before) = (&portal.world.db, sums(&portal.world.db).await);
        let told = portal.inbox.rehearse("folder:bank".to_owned(), "x.csv".to_owned(), TABLE.into(), None).await.unwrap();
        assert_eq!((told.outcome.class, told.outcome.records, told.again), ("warn", 2, false));
        let of = |name: &str| told.tables.iter().find(|table| table.table == name).unwrap().clone();
        assert_eq!((of("entry").new, of("entry").changed, of("account").changed, of("quarantine").new), (2, 0, 1, 1));
        let booked = of("account").rows[0].columns.iter().find(|column| column.0 == "booked").cloned().unwrap();
        assert_eq!(booked, ("booked".to_owned(), Some("101250".to_owned()), Some("290800".to_owned())));
        assert_eq!(different(&before, &sums(db).await), Vec::<String>::new());
        assert_eq!(portal.count("select count(*) from source_minute where source = 'folder:bank'").await, 0);
        take(&portal, "folder:bank", "x.csv", TABLE).await;
        let again = portal.inbox.rehearse("folder:bank".to_owned(), "x.csv".to_owned(), TABLE.into(), None).await.unwrap();
        let entries = again.tables.iter().find(|table| table.table == "entry").unwrap();
        assert_eq!((again.again, entries.new, entries.changed, entries.gone, entries.same), (true, 0, 0, 0, 2));
        let odd = portal.inbox.rehearse("inbox".to_owned(), "x".to_owned(), b"what".to_vec(), None).await.unwrap();
        assert_eq!(odd.outcome.class, "reject");
    }

    async fn the_raw_store_of_the_four_back_offices_read_again_is_the_same_database(world: World) {
        let portal = Portal::new(world).await;
        let (folder, clock) = (portal.world.folder().to_owned(), portal.world.clock.clone());
        portal.send(PARTIES).await;
        give_mapping(&portal, "folder:table").await;
        let stop = CancellationToken::new();
        let mut players = Vec::new();
        for part in Part::ALL {
            let stage = Stage {
                clock: clock.clone(),
                zone: TimeZone::get("Europe/Paris").unwrap(),
                door: Door::Folder(folder.join("sent").join(part.as_str())),
                memory: folder.join("memory"),
                letters: folder.join("letters").join(part.as_str()),
            };
            let stop = stop.clone();
            players.push(tokio::spawn(async move { play(part, stage, Duration::from_millis(50), stop).await }));
        }
        let mut count = 0;
        for round in 0..6 {
            if round == 4 {
                erase(&portal, "44712209").await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
            clock.advance_seconds(7_200);
            for (source, path) in sent(&folder) {
                let imported = portal.inbox.take(&source, &path).await.unwrap();
                assert_ne!(imported.outcome.class, "reject", "{source} {:?}", imported.outcome.reason);
                count += 1;
                clock.advance_seconds(1);
            }
        }
        stop.cancel();
        for player in players {
            player.await.unwrap().unwrap();
        }
        assert!(count > 20, "{count} documents");
        // And a table, put right and read again.
        let (document, _) = take(&portal, "folder:table", "a.csv", TABLE).await;
        let piece = aside::list(&portal.world.db, &operator(), Of::Document(document), 9).await.unwrap().remove(0);
        let correction = Correction { place: piece.place.clone(), was: piece.raw.clone(), becomes: "19.11.2026;Miete;-100,00;908,00".to_owned() };
        clock.advance_seconds(60);
        let by = (guichet_platform::clock::Clock::now(&*clock), None);
        aside::correct(&portal.world.db, &operator(), piece, correction, by, entry(Action::PieceCorrected)).await.unwrap();
        portal.inbox.replay(document, entry(Action::DocumentReplayed)).await.unwrap().unwrap();

        let url = format!("sqlite:{}", folder.join("again.db").display());
        let built = Db::open(&DbOptions::at(url.clone()), &*portal.world.random).await.unwrap();
        let rebuilt = portal.inbox.rebuild(built.clone(), feeds).await.unwrap();
        assert_eq!((rebuilt.readings, rebuilt.erased), (1, 1));
        let (live, again) = (sums(&portal.world.db).await, sums(&built).await);
        assert_eq!(different(&live, &again), Vec::<String>::new());
        assert_eq!(digest::hash(&live), digest::hash(&again));
        let rows: u64 = live.iter().map(|sum| sum.rows).sum();
        assert!(rows > 1_000, "{rows} rows");
        built.close().await;
        // PostgreSQL as the one that is built, whichever it is built from.
        if let Some(other) = guichet_platform::testing::postgres().await {
            let rebuilt = portal.inbox.rebuild(other.db.clone(), feeds).await.unwrap();
            assert_eq!((rebuilt.readings, rebuilt.erased), (1, 1));
            let again = sums(&other.db).await;
            assert_eq!(different(&live, &again), Vec::<String>::new());
            assert_eq!(digest::hash(&live), digest::hash(&again));
        }
        let full = Db::open(&DbOptions::at(url), &*portal.world.random).await.unwrap();
        assert!(portal.inbox.rebuild(full, feeds).await.is_err(), "a database with something in it is not built over");
    }
}

/// Erases a customer at the desk.
async fn erase(portal: &Portal, number: &'static str) {
    const FIND: &str = "select id from customer where number = $1";
    let (db, files) = (&portal.world.db, &portal.services.files);
    let scope = operator();
    let find = db.read(&scope, move |tx| {
        async move { on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_one(&mut **c).await).map_err(DbError::from) }.boxed()
    });
    let (id,): (Vec<u8>,) = find.await.unwrap();
    let grant = portal.world.proven("privacy").await;
    let now = guichet_platform::clock::Clock::now(&*portal.world.clock);
    let done = privacy::erase(db, files, &grant, id.try_into().unwrap(), number, now).await.unwrap();
    assert_eq!(done, Erased::Done);
}

async fn give_mapping_to_known(portal: &Portal) {
    give_mapping(portal, "folder:other").await;
    let other = sources::find(&portal.world.db, &operator(), "folder:other").await.unwrap().unwrap();
    let saved = sources::save(
        &portal.world.db,
        &operator(),
        "folder:bank".to_owned(),
        other.settings,
        entry(Action::SourceChanged),
    )
    .await;
    assert!(saved.unwrap());
}

/// What the players have sent, the oldest first, each with its source.
fn sent(folder: &std::path::Path) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for part in Part::ALL {
        let Ok(items) = std::fs::read_dir(folder.join("sent").join(part.as_str())) else { continue };
        for item in items.flatten().filter(|item| !item.file_name().to_string_lossy().starts_with('.')) {
            let modified = item.metadata().unwrap().modified().unwrap();
            files.push((modified, format!("folder:{}", part.as_str()), item.path()));
        }
    }
    files.sort();
    files.into_iter().map(|(_, source, path)| (source, path)).collect()
}
