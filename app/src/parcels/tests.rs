//! What the store and the feed promise, on SQLite and on PostgreSQL.

use super::{
    feed,
    model::{Role, Wish},
    pages::{ParcelPage, read_page},
    store::{self, Ask, Look},
};
use crate::people;
use futures::FutureExt as _;
use guichet_platform::{
    clock::Clock as _,
    db::DbError,
    identity::Sealer,
    inbox::{Imported, Inbox},
    live::{self, Behind},
    on, on_both_databases,
    scope::{CustomerScope, PublicScope, operator},
    testing::World,
};
use guichet_types::{Id, ParcelReason, ParcelStatus};
use std::cell::Cell;

const PARTIES: &str = r#"{"guichet": "parties/1", "customers": [
    {"number": "1", "name": "Inès Moreau", "since": "2017-03-04"},
    {"number": "2", "name": "Hugo Moreau", "since": "2019-09-16"}]}"#;
const NUMBER: &str = "GX447109284FR";
const PALLET: &str = "376000000000000006";

/// A document of our own form about one parcel.
fn document(created: &str, shipment: &str, events: &[&str]) -> String {
    let events = events.join(",");
    format!(
        r#"{{"guichet": "parcels/1", "created": "{created}", "carrier": "gx", "shipments": [
          {{"number": "{NUMBER}", {shipment} "events": [{events}]}}]}}"#
    )
}

fn event(id: &str, at: &str, status: &str, more: &str) -> String {
    format!(r#"{{"id": "{id}", "at": "{at}", "status": "{status}"{more}}}"#)
}

/// Whose it is, and where it goes.
const OURS: &str = r#""sender": {"name": "Atelier Kranz", "city": "Leipzig", "customer": "2"},
    "recipient": {"name": "Inès Moreau", "customer": "1", "postcode": "76 000", "city": "Rouen", "country": "FR"},"#;

/// A portal without a screen: the inbox, and the eyes of customers.
struct Desk<'w> {
    world: &'w World,
    inbox: Inbox,
    files: Cell<u32>,
}

impl<'w> Desk<'w> {
    async fn new(world: &'w World) -> Self {
        let desk = Self::without_customers(world);
        desk.send(PARTIES).await;
        desk
    }

    fn without_customers(world: &'w World) -> Self {
        let feeds = vec![people::feed::feed(world.clock.clone()), feed::feed(world.clock.clone())];
        let metrics = guichet_platform::telemetry::Metrics::new(&*world.random);
        let data = world.folder().join("data");
        let inbox = Inbox::new(world.db.clone(), world.clock.clone(), &data, 1 << 20, feeds, metrics).unwrap();
        Self { world, inbox, files: Cell::new(0) }
    }

    async fn send(&self, text: &str) -> Imported {
        self.files.set(self.files.get() + 1);
        let path = self.world.folder().join(format!("file-{}", self.files.get()));
        std::fs::write(&path, text).unwrap();
        self.inbox.import("test", &path).await.unwrap()
    }

    /// The scope of a customer, by way of a real session.
    async fn scope(&self, number: &str) -> CustomerScope {
        self.world.scope_of(number).await
    }

    async fn parcels(&self, scope: CustomerScope) -> Vec<store::Parcel> {
        let read = self.world.db.read(&scope, move |tx| async move { store::list_parcels(tx, &scope).await }.boxed());
        read.await.unwrap()
    }

    async fn page(&self, scope: CustomerScope) -> ParcelPage {
        let id = self.parcels(scope).await.first().unwrap().id;
        let now = self.world.clock.now();
        let read = self.world.db.read(&scope, move |tx| async move { read_page(tx, &scope, id, now).await }.boxed());
        read.await.unwrap().unwrap()
    }

    /// Everything that a customer sees of their parcels.
    async fn seen(&self, scope: CustomerScope) -> Vec<String> {
        let mut seen = Vec::new();
        for parcel in self.parcels(scope).await {
            let id = parcel.id;
            let events =
                self.world.db.read(&scope, move |tx| async move { store::list_events(tx, &scope, id).await }.boxed());
            let window =
                |span: &Option<super::model::Span>| format!("{:?}", span.as_ref().map(|s| (s.from, s.to, s.reason)));
            seen.push(format!(
                "{} {} {:?} {:?} now {} before {} {:?}",
                parcel.number,
                parcel.status,
                parcel.reason,
                parcel.service,
                window(&parcel.arrival),
                window(&parcel.previous),
                parcel.sender_name
            ));
            seen.extend(events.await.unwrap().into_iter().map(|event| {
                format!("  {} {} {:?} {:?} {:?}", event.at.millis(), event.status, event.code, event.words, event.city)
            }));
        }
        seen
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let scope = operator();
        let read = self.world.db.read(&scope, move |tx| {
            async move {
                let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
                Ok::<_, DbError>(count)
            }
            .boxed()
        });
        read.await.unwrap()
    }

    async fn told(&self, scope: CustomerScope) -> Vec<String> {
        let read = self.world.db.read(&scope, move |tx| async move { live::behind(tx, &scope, 0, 100).await }.boxed());
        match read.await.unwrap() {
            Behind::Events(events) => events.into_iter().map(|event| event.topic).collect(),
            Behind::Reset(_) => Vec::new(),
        }
    }
}

/// The story of a parcel in six documents.
fn documents() -> Vec<String> {
    let place =
        r#", "code": "X1", "text": "Im Depot", "place": {"city": "Lille", "country": "FR", "lat": 50.63, "lon": 3.06}"#;
    vec![
        document(
            "2026-11-14T17:00:00+01:00",
            &format!(
                r#"{OURS} "service": "Express Europe", "promised": {{"from": "2026-11-17T09:00:00+01:00", "to": "2026-11-17T13:00:00+01:00"}},"#
            ),
            &[&event("e1", "2026-11-14T16:20:00+01:00", "picked_up", "")],
        ),
        document("2026-11-16T12:00:00+01:00", "", &[&event("e2", "2026-11-16T11:30:00+01:00", "in_transit", "")]),
        document(
            "2026-11-16T14:10:00+01:00",
            r#""estimated": {"from": "2026-11-17T15:10:00+01:00", "to": "2026-11-17T16:40:00+01:00", "reason": "weather"},"#,
            &[&event("e3", "2026-11-16T14:05:00+01:00", "held", r#", "reason": "weather""#)],
        ),
        document(
            "2026-11-16T23:00:00+01:00",
            "",
            &[
                &event("e4", "2026-11-16T22:48:00+01:00", "at_depot", place),
                &event("wrong", "2026-11-16T22:59:00+01:00", "delivered", ""),
            ],
        ),
        document(
            "2026-11-17T06:15:00+01:00",
            r#""service": "Express Europe 18:00","#,
            &[&event("wrong", "2026-11-16T22:59:00+01:00", "delivered", r#", "withdrawn": true"#)],
        ),
        document(
            "2026-11-17T08:30:00+01:00",
            "",
            &[&event("e5", "2026-11-17T08:26:00+01:00", "out_for_delivery", r#", "stops": 6"#)],
        ),
    ]
}

on_both_databases! {
    async fn a_parcel_finds_its_recipient_and_its_sender_and_nobody_else(world: World) {
        let desk = Desk::new(&world).await;
        desk.send(&document("2026-11-14T17:00:00+01:00", &OURS.replace(r#""customer": "2""#, r#""customer": "9""#), &[])).await;
        let (ines, hugo) = (desk.scope("1").await, desk.scope("2").await);
        assert_eq!(desk.parcels(ines).await[0].role, Role::Recipient);
        assert_eq!(desk.parcels(ines).await[0].status, ParcelStatus::Announced);
        assert!(desk.parcels(hugo).await.is_empty());
        assert_eq!(desk.count("select count(*) from finding where check_name = 'unmapped_customer'").await, 1);
        desk.send(&document("2026-11-15T17:00:00+01:00", OURS, &[])).await;
        assert_eq!(desk.parcels(hugo).await[0].role, Role::Sender);
        // It was somebody else's after all.
        desk.send(&document("2026-11-16T17:00:00+01:00", r#""recipient": {"customer": "2"},"#, &[])).await;
        assert!(desk.parcels(ines).await.is_empty());
        assert_eq!(desk.parcels(hugo).await[0].role, Role::Recipient);
    }

    async fn a_customer_who_comes_later_than_their_parcel_gets_it(world: World) {
        let desk = Desk::without_customers(&world);
        desk.send(&documents()[0]).await;
        assert_eq!(desk.count("select count(*) from parcel_follower").await, 0);
        desk.send(PARTIES).await;
        assert_eq!(desk.parcels(desk.scope("1").await).await.len(), 1);
        assert_eq!(desk.parcels(desk.scope("2").await).await[0].role, Role::Sender);
        for number in ["1", "2"] {
            assert_eq!(desk.told(desk.scope(number).await).await, ["parcels.moved"], "an open page has it too");
        }
        desk.send(&PARTIES.replace("2017", "2016")).await;
        assert_eq!(desk.told(desk.scope("1").await).await.len(), 1, "once");
    }

    async fn documents_in_any_order_tell_the_same_story(world: World) {
        let desk = Desk::new(&world).await;
        let ines = desk.scope("1").await;
        for text in documents() {
            desk.send(&text).await;
        }
        let forwards = desk.seen(ines).await;
        assert!(forwards[0].starts_with("GX447109284FR out_for_delivery None Some(\"Express Europe 18:00\")"), "{forwards:?}");
        assert_eq!(forwards.len(), 6, "{forwards:?}");
        assert!(!forwards.iter().any(|line| line.contains("delivered")), "{forwards:?}");
        let page = desk.page(ines).await;
        assert_eq!(page.parcel.arrival.as_ref().and_then(|arrival| arrival.reason), Some(ParcelReason::Weather));
        assert_eq!(page.parcel.previous, page.parcel.promised);
        assert_eq!(page.parcel.stops, Some(6));
        for order in [[5, 4, 3, 2, 1, 0], [2, 5, 0, 4, 1, 3], [4, 3, 5, 1, 0, 2]] {
            clear(&world).await;
            let again = Desk::without_customers(&world);
            for index in order {
                again.send(&documents()[index]).await;
            }
            assert_eq!(again.seen(ines).await, forwards, "{order:?}");
        }
    }

    async fn the_same_news_twice_changes_nothing_and_tells_nobody(world: World) {
        let desk = Desk::new(&world).await;
        let ines = desk.scope("1").await;
        for text in documents() {
            desk.send(&text).await;
        }
        let (once, told) = (desk.seen(ines).await, desk.told(ines).await);
        assert!(told.iter().all(|topic| topic == "parcels.moved") && told.len() == 6, "{told:?}");
        for text in documents() {
            assert!(desk.send(&text).await.duplicate);
            // Other bytes, the same news.
            assert!(!desk.send(&text.replace("parcels/1\",", "parcels/1\", ")).await.duplicate);
        }
        assert_eq!(desk.seen(ines).await, once);
        assert_eq!(desk.told(ines).await, told);
    }

    async fn a_later_return_beats_a_delivery_and_older_news_beats_nothing(world: World) {
        let desk = Desk::new(&world).await;
        let ines = desk.scope("1").await;
        let back = event("b", "2026-11-19T10:00:00+01:00", "returned", "");
        desk.send(&document("2026-11-19T11:00:00+01:00", OURS, &[&back])).await;
        desk.send(&document("2026-11-19T12:00:00+01:00", "", &[&event("a", "2026-11-17T15:20:00+01:00", "delivered", "")])).await;
        assert_eq!(desk.parcels(ines).await[0].status, ParcelStatus::Returned);
        // An update that says nothing of where it stands leaves it where it is.
        desk.send(&document("2026-11-20T12:00:00+01:00", "", &[&event("c", "2026-11-20T10:00:00+01:00", "unknown", r#", "code": "ZZ""#)])).await;
        assert_eq!(desk.parcels(ines).await[0].status, ParcelStatus::Returned);
        // An event that is told again in other words, with an older date, does not take the newer one's place.
        desk.send(&document("2026-11-18T12:00:00+01:00", "", &[&event("b", "2026-11-18T10:00:00+01:00", "held", "")])).await;
        assert_eq!(desk.parcels(ines).await[0].status, ParcelStatus::Returned);
        desk.send(&document("2026-11-21T12:00:00+01:00", "", &[&event("b", "2026-11-19T10:00:00+01:00", "held", "")])).await;
        assert_eq!(desk.parcels(ines).await[0].status, ParcelStatus::Held);
    }

    async fn what_happens_to_the_pallet_counts_for_the_parcel_while_it_lies_on_it(world: World) {
        let desk = Desk::new(&world).await;
        let ines = desk.scope("1").await;
        let child = "376000000000000013";
        desk.send(&document("2026-11-14T17:00:00+01:00", OURS, &[]).replace(NUMBER, child)).await;
        let told = [
            epcis(&pack("ADD", "08:00", "packing", child)),
            epcis(&object("09:00", "departing", PALLET)),
            epcis(&pack("DELETE", "12:00", "unpacking", "")),
            epcis(&object("13:00", "arriving", PALLET)),
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            clear_events(&world).await;
            for index in order {
                // Every telling is a document of its own.
                let imported = desk.send(&told[index].replace("DOC", &format!("{order:?}{index}"))).await;
                assert_ne!(imported.outcome.class, "reject", "{:?}", imported.outcome.reason);
            }
            let seen = desk.seen(ines).await;
            let codes: Vec<&str> = seen.iter().skip(1).map(|line| line.split('"').nth(1).unwrap_or_default()).collect();
            assert_eq!(codes, ["unpacking", "departing", "packing"], "{order:?} {seen:?}");
        }
    }

    async fn one_bad_event_is_kept_aside_and_the_rest_goes_on(world: World) {
        let desk = Desk::new(&world).await;
        let bad = r#"{"id": "x", "at": "yesterday", "status": "held"}"#;
        let good = event("a", "2026-11-17T08:00:00+01:00", "at_depot", "");
        let outcome = desk.send(&document("2026-11-17T09:00:00+01:00", OURS, &[bad, &good])).await.outcome;
        assert_eq!(outcome.class, "warn");
        assert_eq!(desk.parcels(desk.scope("1").await).await[0].status, ParcelStatus::AtDepot);
        assert_eq!(desk.count("select count(*) from quarantine").await, 1);
        let refused = desk.send(r#"{"guichet": "parcels/1", "shipments": 7}"#).await.outcome;
        assert_eq!(refused.class, "reject");
    }

    async fn the_postcode_opens_a_parcel_and_nothing_else_does(world: World) {
        let desk = Desk::new(&world).await;
        for text in documents() {
            desk.send(&text).await;
        }
        let knows = async |number: &str, postcode: &str| {
            let (scope, postcode) = (PublicScope::of_parcel(number), feed::postcode_key(postcode));
            let whose = scope.clone();
            let read = world.db.read(&whose, move |tx| {
                async move {
                    let found = store::knows_postcode(tx, &scope, &postcode).await?;
                    match found {
                        Some(id) => store::read_public(tx, &scope, id).await,
                        None => Ok::<_, DbError>(None),
                    }
                }
                .boxed()
            });
            read.await.unwrap()
        };
        let public = knows(NUMBER, "76000").await.unwrap();
        assert_eq!((public.parcel.sender_name, public.parcel.recipient_name, public.parcel.recipient_city), (None, None, None));
        assert_eq!(public.events.len(), 5);
        assert!(public.events.iter().all(|event| event.words.is_none() && event.place.is_none() && event.source.is_none()));
        assert!(knows(NUMBER, "76001").await.is_none());
        assert!(knows(NUMBER, "no postcode").await.is_none());
        assert!(knows("GX447109275FR", "76000").await.is_none());
        // A parcel without a postcode cannot be opened with any.
        desk.send(&document("2026-11-14T17:00:00+01:00", "", &[]).replace(NUMBER, "GX000000005FR")).await;
        for postcode in ["", "NOPOSTCODE", "76000"] {
            assert!(knows("GX000000005FR", postcode).await.is_none());
        }
    }

    async fn look_ups_are_counted_by_number_and_by_network(world: World) {
        let desk = Desk::new(&world).await;
        let look = async |number: &str, network: &'static str| {
            let (scope, now) = (PublicScope::of_parcel(number), world.clock.now());
            let whose = scope.clone();
            let write = world.db.write(&whose, move |tx| {
                async move {
                    store::forget_lookups(tx, &scope, now).await?;
                    store::is_allowed(tx, &scope, Look::Detail, network, now).await
                }
                .boxed()
            });
            write.await.unwrap()
        };
        let mut allowed = 0;
        for _ in 0..15 {
            allowed += usize::from(look(NUMBER, "192.0.2.1").await);
        }
        assert_eq!(allowed, 10);
        assert!(!look(NUMBER, "192.0.2.2").await, "by number, whoever asks");
        assert!(look("GX000000005FR", "192.0.2.2").await);
        for n in 0..40 {
            look(&format!("NOBODY{n}"), "192.0.2.3").await;
        }
        assert!(!look("GX000000005FR", "192.0.2.3").await, "by network, whatever is asked");
        world.clock.advance_seconds(601);
        assert!(look(NUMBER, "192.0.2.3").await);
        assert!(desk.count("select count(*) from parcel_lookup").await > 0);
        world.clock.advance_seconds(3_600);
        assert!(look(NUMBER, "192.0.2.3").await);
        assert_eq!(desk.count("select count(*) from parcel_lookup").await, 2);
    }

    async fn a_shared_link_ends_and_can_be_taken_back(world: World) {
        let desk = Desk::new(&world).await;
        desk.send(&documents()[0]).await;
        let (ines, hugo) = (desk.scope("1").await, desk.scope("2").await);
        let id = desk.parcels(ines).await[0].id;
        let (now, form) = (world.clock.now(), Id::<()>::from_bytes([7; 16]));
        let make = async |form: Id<()>| {
            let sealer = Sealer::new(&[7; 32], world.random.clone());
            let write = world.db.write(&ines, move |tx| {
                async move { store::share(tx, &ines, &sealer, id, &form, (now, now.plus_seconds(86_400))).await }.boxed()
            });
            write.await.unwrap()
        };
        let (secret, made) = make(form).await;
        assert!(made);
        assert_eq!(make(form).await, (secret.clone(), false), "the same form makes the same link");
        let (other, _) = make(Id::from_bytes([8; 16])).await;
        let opens = async |secret: &store::ShareSecret| {
            let (scope, now) = (PublicScope::of_share(secret.hash()), world.clock.now());
            let whose = scope.clone();
            let read = world.db.read(&whose, move |tx| {
                async move {
                    match store::find_shared(tx, &scope, now).await? {
                        Some((id, _)) => Ok::<_, DbError>(store::read_public(tx, &scope, id).await?.is_some()),
                        None => Ok(false),
                    }
                }
                .boxed()
            });
            read.await.unwrap()
        };
        assert!(opens(&secret).await && opens(&other).await);
        assert_eq!(desk.count("select count(*) from parcel_share").await, 2);
        let list = async |scope: CustomerScope| {
            let now = world.clock.now();
            let read = world.db.read(&scope, move |tx| async move { store::list_shares(tx, &scope, id, now).await }.boxed());
            read.await.unwrap()
        };
        assert_eq!((list(ines).await.len(), list(hugo).await.len()), (2, 0));
        let revoke = async |scope: CustomerScope| {
            let share = list(ines).await[0].id;
            let write = world.db.write(&scope, move |tx| async move { store::revoke_share(tx, &scope, id, share, now).await }.boxed());
            write.await.unwrap()
        };
        assert!(!revoke(hugo).await);
        assert!(revoke(ines).await);
        assert_eq!(usize::from(opens(&secret).await) + usize::from(opens(&other).await), 1);
        world.clock.advance_seconds(86_401);
        assert!(!opens(&secret).await && !opens(&other).await);
    }

    async fn a_wish_goes_to_the_carrier_once(world: World) {
        let desk = Desk::new(&world).await;
        desk.send(&documents()[0]).await;
        let ines = desk.scope("1").await;
        let parcel = desk.parcels(ines).await.remove(0);
        let ask = Ask {
            parcel: parcel.id, number: parcel.number, carrier: parcel.carrier, wish: Wish::Neighbour,
            detail: Some("Mme Petit".to_owned()), day: None, form: Id::from_bytes([1; 16]),
        };
        let send = async || {
            let (ask, random, now) = (ask.clone(), world.random.clone(), world.clock.now());
            let write = world.db.write(&ines, move |tx| async move { store::ask(tx, &ines, &*random, ask, now).await }.boxed());
            write.await.unwrap()
        };
        assert!(send().await);
        assert!(!send().await);
        assert_eq!(desk.count("select count(*) from outbox where destination = 'carrier'").await, 1);
        let wish = desk.page(ines).await.instruction.unwrap();
        assert_eq!((wish.wish, wish.detail.as_deref()), (Wish::Neighbour, Some("Mme Petit")));
    }

    async fn a_customer_sees_only_what_they_follow(world: World) {
        let desk = Desk::new(&world).await;
        desk.send(&document("2026-11-14T17:00:00+01:00", &OURS.replace(r#", "customer": "2""#, ""), &[&event("e1", "2026-11-14T16:20:00+01:00", "picked_up", "")])).await;
        let (ines, hugo) = (desk.scope("1").await, desk.scope("2").await);
        let (id, now) = (desk.parcels(ines).await[0].id, world.clock.now());
        let sees = async || {
            let read = world.db.read(&hugo, move |tx| {
                async move {
                    let page = read_page(tx, &hugo, id, now).await?.is_some();
                    Ok::<_, DbError>((page, store::list_events(tx, &hugo, id).await?.len()))
                }
                .boxed()
            });
            read.await.unwrap()
        };
        assert_eq!(sees().await, (false, 0));
        world.db.write(&hugo, move |tx| async move { store::follow(tx, &hugo, id, now).await }.boxed()).await.unwrap();
        assert_eq!(sees().await, (true, 1));
        assert_eq!(desk.parcels(hugo).await[0].role, Role::Shared);
        assert!(world.db.write(&hugo, move |tx| async move { store::unfollow(tx, &hugo, id).await }.boxed()).await.unwrap());
        assert_eq!(sees().await, (false, 0));
    }
}

/// Forgets every parcel and every document, and keeps the customers.
async fn clear(world: &World) {
    const TABLES: [&str; 10] = [
        "delete from shipment_event",
        "delete from parcel_follower",
        "delete from parcel_containment",
        "delete from parcel_event_number",
        "delete from parcel_event",
        "delete from shipment",
        "delete from shipment_told",
        "delete from finding",
        "delete from quarantine",
        "delete from source_document",
    ];
    run(world, &TABLES).await;
}

/// Forgets what happened, and keeps what is told of shipments.
async fn clear_events(world: &World) {
    run(
        world,
        &[
            "delete from shipment_event",
            "delete from parcel_containment",
            "delete from parcel_event_number",
            "delete from parcel_event",
            "update shipment set digest = id",
        ],
    )
    .await;
}

async fn run(world: &World, statements: &'static [&'static str]) {
    let scope = operator();
    let write = world.db.write(&scope, move |tx| {
        async move {
            for sql in statements {
                on!(tx, c => sqlx::query(*sql).execute(&mut **c).await.map(|_| ()))?;
            }
            Ok::<_, DbError>(())
        }
        .boxed()
    });
    write.await.unwrap();
}

fn epcis(event: &str) -> String {
    format!(
        r#"{{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
        "id": "urn:uuid:DOC", "schemaVersion": "2.0", "creationDate": "2026-11-17T14:00:00+01:00", "epcisBody": {{"eventList": [{event}]}}}}"#
    )
}

fn urn(sscc: &str) -> String {
    format!("urn:epc:id:sscc:{}.{}{}", &sscc[1..8], &sscc[..1], &sscc[8..17])
}

fn pack(action: &str, time: &str, step: &str, child: &str) -> String {
    let children = if child.is_empty() { String::new() } else { format!("\"{}\"", urn(child)) };
    format!(
        r#"{{"type": "AggregationEvent", "eventTime": "2026-11-17T{time}:00+01:00", "eventTimeZoneOffset": "+01:00",
        "parentID": "{}", "childEPCs": [{children}], "action": "{action}", "bizStep": "{step}"}}"#,
        urn(PALLET)
    )
}

fn object(time: &str, step: &str, sscc: &str) -> String {
    format!(
        r#"{{"type": "ObjectEvent", "eventTime": "2026-11-17T{time}:00+01:00", "eventTimeZoneOffset": "+01:00",
        "epcList": ["{}"], "action": "OBSERVE", "bizStep": "{step}"}}"#,
        urn(sscc)
    )
}
