//! A customer who has everything, handed out and erased: what is left, table by table and file by file.

use crate::{
    backup::tables,
    claims::{insure, things},
    portal::{PARCELS, Portal, parcel, parties},
};
use axum::http::StatusCode;
use futures::FutureExt as _;
use guichet_platform::{
    db::DbError,
    on, on_both_databases,
    privacy::{DECISIONS, Fate},
    scope::operator,
};
use std::{collections::BTreeMap, path::Path};

/// What the back office has acknowledged.
async fn acknowledge(portal: &Portal) {
    const DONE: &str = "update outbox set state = 'accepted' where state = 'waiting'";
    let scope = operator();
    let done = portal.world.db.write(&scope, move |tx| {
        async move { on!(tx, c => sqlx::query(DONE).execute(&mut **c).await.map(|_| ())).map_err(DbError::from) }
            .boxed()
    });
    done.await.unwrap();
}

fn files_within(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files_within(&path) } else { 1 }).sum()
}

on_both_databases! {
    async fn whoever_is_erased_is_named_nowhere_but_in_what_has_to_be_kept_and_does_not_come_back(world: World) {
        let portal = Portal::new(world).await;
        insure(&portal).await;
        let told = parcel(PARCELS[0].0, "1", PARCELS[0].2).replace("\"name\": \"INESSECRET\", \"customer\"", "\"name\": \"RECIPIENT\", \"customer\"")
            .replace("17T08:00:00", "17T09:00:00");
        assert!(told.contains("RECIPIENT"));
        portal.send(&told).await;
        for number in ["1", "2"] {
            let cookie = portal.sign_in(number).await;
            things(&portal, &cookie).await;
            for parcel in portal.links("/parcels", &cookie, "/parcels/").await.iter().filter(|link| link.len() > 40) {
                portal.ask("POST", &format!("{parcel}/share"), &cookie, "days=7").await;
            }
        }
        let own = "1@mail.example";
        let names = ["In\u{e8}s", "RECIPIENT", own];
        let named = |tables: &BTreeMap<String, String>| {
            let found = tables.iter().flat_map(|(table, text)| {
                names.iter().filter(|name| text.contains(**name)).map(|name| (table.clone(), (*name).to_owned()))
            });
            found.collect::<Vec<_>>()
        };
        let before = named(&tables(&portal.world).await);
        assert!(names.iter().all(|name| before.iter().any(|(_, found)| found == name)), "{before:?}");
        let files = files_within(&portal.world.folder().join("uploads"));
        let officer = portal.staff("privacy").await;
        let file = format!("/admin/people/customers/{}", portal.customer_id(&officer, "In%C3%A8s").await);

        let whole = portal.ask("POST", &format!("{file}/export"), &officer, "").await;
        assert_eq!((whole.status, whole.header("content-type")), (StatusCode::OK, "application/zip"));
        assert!(whole.header("content-disposition").contains("customer.zip") && whole.body.contains("INESSECRET"));
        assert!(!whole.body.contains("HUGOSECRET") && !whole.body.contains("2@mail.example"));

        let erase = async |number: &str| {
            let answer = portal.ask("POST", &format!("{file}/erase"), &officer, &format!("number={number}")).await;
            answer.header("location").to_owned()
        };
        assert!(erase("2").await.ends_with("?said=number"), "the number of another");
        assert!(erase("1").await.ends_with("?said=held"), "messages are on their way");
        assert_eq!(named(&tables(&portal.world).await), before, "nothing was begun");
        acknowledge(&portal).await;
        assert_eq!(erase("1").await, "/admin/people?said=erased");

        let left = named(&tables(&portal.world).await);
        for (table, name) in &left {
            let fate = DECISIONS.iter().find(|(known, _)| known == table).unwrap().1;
            assert!(matches!(fate, Fate::Retain(_)), "{name} is still in {table}, which is {fate:?}: {left:?}");
        }
        assert!(!left.iter().any(|(_, name)| name == own), "{left:?}");
        assert_eq!(files_within(&portal.world.folder().join("uploads")), files / 2, "and the files of the other stay");
        let form = format!("name={}&password=a+password+for+the+tests+alone", "1%40mail.example");
        assert_eq!(portal.ask("POST", "/sign-in", "", &form).await.header("location"), "", "no way in");
        assert_eq!(portal.get(&file, &officer).await.status, StatusCode::NOT_FOUND);
        let hugo = portal.get("/overview", &portal.sign_in("2").await).await;
        assert!(hugo.status == StatusCode::OK && hugo.body.contains("HUGOSECRET"), "the other has everything");

        // What is sent again brings nobody back.
        portal.send(&parties()).await;
        portal.send(&told).await;
        portal.send(&told.replace("17T09:00:00", "17T10:00:00")).await;
        insure(&portal).await;
        let again = named(&tables(&portal.world).await);
        for (table, name) in &again {
            let fate = DECISIONS.iter().find(|(known, _)| known == table).unwrap().1;
            assert!(matches!(fate, Fate::Retain(_)), "{name} came back into {table}, which is {fate:?}: {again:?}");
        }
        assert_eq!(portal.count("select count(*) from customer where number = '1'").await, 0);
    }
}
