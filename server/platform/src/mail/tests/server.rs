//! Letters to a real server, well-behaved and otherwise.

use super::{
    peer::{GOOD, Got, Manner, Peer, sign_in, smtp},
    *,
};
use crate::{
    config::{MailSecurity, Secret},
    mail::{Smtp, SmtpOptions},
    on_both_databases,
    outbox::backoff_seconds,
    testing::{self, customer, tls},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A courier to this server.
fn to(world: &World, options: SmtpOptions) -> (Courier, Metrics) {
    courier(world, Way::Smtp(smtp(options)))
}

/// Sends the one code that there is to a server that has something against it; gives back its row.
async fn sent_to(manner: Manner, change: impl FnOnce(&mut SmtpOptions)) -> (Row, Vec<serde_json::Value>, Metrics) {
    let world = testing::sqlite().await;
    let scope = customer(&world).await;
    put_code(&world, &scope).await;
    let peer = Peer::start(world.folder(), manner);
    let security = if manner.tls == "tls" { MailSecurity::Tls } else { MailSecurity::Starttls };
    let mut options = peer.way(security);
    change(&mut options);
    let (courier, metrics) = to(&world, options);
    assert_eq!(courier.send_due().await.unwrap(), 1);
    assert_eq!(courier.send_due().await.unwrap(), 0, "not before its time");
    (row(&world).await, peer.said(), metrics)
}

on_both_databases! {
    async fn a_letter_is_delivered_once_to_whom_it_is_for_and_wiped(world: World) {
        let scope = customer(&world).await;
        let peer = Peer::start(world.folder(), GOOD);
        let id = put_code(&world, &scope).await;
        let (courier, metrics) = to(&world, peer.way(MailSecurity::Starttls));
        assert_eq!(courier.send_due().await.unwrap(), 1);
        assert_eq!(courier.send_due().await.unwrap(), 0);
        assert_eq!(row(&world).await, state("sent", 1, None, false));
        assert_eq!(counted(&metrics, "sent"), 1);
        let letters = peer.letters();
        assert_eq!(letters.len(), 1);
        let Got { sender, recipients, bytes } = &letters[0];
        assert_eq!((sender.as_str(), recipients.as_slice()), ("portal@bank.example", ["ines@mail.example".to_owned()].as_slice()));
        assert!(bytes.contains("\r\nBonjour =C3=A0 vous,\r\n\r\n493 201\r\n\r\nSECRETWORD\r\n"), "{bytes}");
        assert!(bytes.contains("<p>493 201</p>"), "{bytes}");
        let header = |name| letters[0].header(name);
        assert_eq!(header("From"), "\"Banque des Quais\" <portal@bank.example>");
        assert_eq!(header("To"), "ines@mail.example");
        assert_eq!(header("Message-ID"), format!("<{id}@bank.example>"));
        assert_eq!(header("Date"), "Tue, 17 Nov 2026 13:32:00 +0000");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert!(peer.said().iter().all(|what| what["encrypted"] != false));
    }

    async fn many_letters_from_several_nodes_are_each_delivered_once(world: World) {
        let scope = customer(&world).await;
        let peer = Peer::start(world.folder(), GOOD);
        let mut sent = BTreeSet::new();
        for _ in 0..40 {
            sent.insert(format!("<{}@bank.example>", put_code(&world, &scope).await));
        }
        let nodes = (0..3).map(|_| {
            let (courier, _) = to(&world, peer.way(MailSecurity::Starttls));
            tokio::spawn(async move {
                let mut idle = 0;
                // Another node may have taken the batch that this one asked for.
                while idle < 5 {
                    idle = if courier.send_due().await.unwrap() == 0 { idle + 1 } else { 0 };
                }
            })
        });
        for node in nodes.collect::<Vec<_>>() {
            node.await.unwrap();
        }
        assert_eq!(rows(&world).await, vec![state("sent", 1, None, false); 40]);
        let got: Vec<String> = peer.letters().iter().map(|letter| letter.header("Message-ID")).collect();
        assert_eq!((got.len(), got.into_iter().collect::<BTreeSet<_>>()), (40, sent));
    }

    async fn a_courier_that_dies_behind_the_servers_word_sends_the_same_letter_once_more(world: World) {
        let scope = customer(&world).await;
        let peer = Peer::start(world.folder(), GOOD);
        put_code(&world, &scope).await;
        let (courier, _) = to(&world, peer.way(MailSecurity::Starttls));
        for letter in courier.take_due().await.unwrap() {
            courier.send(&letter).await.unwrap();
            // And dies before it can note that.
        }
        assert_eq!(courier.send_due().await.unwrap(), 0, "it is somebody's");
        world.clock.advance_seconds(36);
        assert_eq!(courier.send_due().await.unwrap(), 1);
        world.clock.advance_seconds(86_400);
        assert_eq!(courier.send_due().await.unwrap(), 0);
        let letters = peer.letters();
        assert_eq!(letters.len(), 2);
        assert_eq!(letters[0], letters[1], "byte for byte");
        assert_eq!(row(&world).await, state("sent", 2, None, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_encrypts_from_the_first_byte_gets_it_too() {
    let (row, said, _) = sent_to(Manner { tls: "tls", ..GOOD }, |_| {}).await;
    assert_eq!(row, state("sent", 1, None, false));
    assert_eq!(said.iter().filter(|what| what["said"] == "letter").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_encryption_is_stripped_nothing_is_said() {
    let manner = Manner { tls: "stripped", ..GOOD };
    for security in [MailSecurity::Starttls, MailSecurity::Tls] {
        let (row, said, metrics) = sent_to(manner, |options| {
            options.security = security;
            options.sign_in = sign_in("portal", "hunter2");
        })
        .await;
        assert_eq!((row.0.as_str(), row.1, row.3), ("failed", 1, true), "{row:?}");
        assert!(["tls", "connection"].contains(&row.2.as_deref().unwrap()), "{row:?}");
        assert_eq!((said.len(), counted(&metrics, "failed")), (0, 1), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_does_not_hold_gets_nothing() {
    for tls in ["starttls", "tls"] {
        let (row, said, _) = sent_to(Manner { tls, named: "mail.other.example", ..GOOD }, |_| {}).await;
        assert_eq!((row, said.len()), (state("failed", 1, Some("tls"), true), 0), "another name, {tls}");
        let (row, said, _) = sent_to(Manner { tls, ..GOOD }, |options| options.authority = None).await;
        assert_eq!((row, said.len()), (state("failed", 1, Some("tls"), true), 0), "nobody's signature, {tls}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_an_authority_trusts_no_other_not_even_those_of_the_system() {
    let test = "mail::tests::server::who_names_an_authority_trusts_no_other_not_even_those_of_the_system";
    let Some(system) = tls::with_a_system_of_its_own(test) else { return };
    for way in ["starttls", "tls"] {
        // The system trusts the server's authority; what the portal trusts is `named`.
        let sent = async |named: Option<String>| {
            let trusting = |options: &mut SmtpOptions| {
                std::fs::write(&system, options.authority.take().unwrap()).unwrap();
                options.authority = named.map(String::into_bytes);
            };
            let (row, said, _) = sent_to(Manner { tls: way, ..GOOD }, trusting).await;
            (row, said.len())
        };
        assert_eq!(sent(None).await.0, state("sent", 1, None, false), "of the system, {way}");
        let refused = (state("failed", 1, Some("tls"), true), 0);
        assert_eq!(sent(Some(tls::another_authority())).await, refused, "of the system and not named, {way}");
        let two = tls::another_authority() + &tls::another_authority();
        assert_eq!(sent(Some(two)).await, refused, "two are named, {way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_authority_of_the_file_is_trusted() {
    let several = |options: &mut SmtpOptions| {
        let own = String::from_utf8(options.authority.take().unwrap()).unwrap();
        options.authority = Some((tls::another_authority() + &own).into_bytes());
    };
    assert_eq!(sent_to(GOOD, several).await.0, state("sent", 1, None, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_a_certificate_takes_letters_without_a_password() {
    for way in ["starttls", "tls"] {
        let manner = Manner { tls: way, asks: true, ..GOOD };
        let (row, said, _) = sent_to(manner, |_| {}).await;
        assert_eq!(row, state("sent", 1, None, false), "{way}");
        assert!(said.iter().all(|what| what["said"] != "auth"), "{said:?}");
        for client in [None, Some(tls::another_identity())] {
            let (row, said, _) = sent_to(manner, |options| options.client = client).await;
            assert_eq!((row.0.as_str(), row.3, said.len()), ("failed", true, 0), "{way} {row:?}");
        }
    }
}

#[test]
fn a_certificate_to_show_that_is_none_is_told_at_the_start() {
    let peer = Peer::start(tempfile::tempdir().unwrap().path(), Manner { asks: true, ..GOOD });
    let mut options = peer.way(MailSecurity::Tls);
    options.client = options.client.map(|(certificate, _)| (certificate, Secret::new(b"no key".to_vec())));
    let error = Smtp::new(options).unwrap_err().to_string();
    assert!(error.starts_with("mail.client_cert_file or mail.client_key_file"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_signs_in_and_only_where_nobody_listens() {
    for tls in ["starttls", "tls"] {
        let manner = Manner { tls, sign_in: Some(("portal", "hunter2")), ..GOOD };
        let (row, said, _) = sent_to(manner, |options| options.sign_in = sign_in("portal", "hunter2")).await;
        assert_eq!(row, state("sent", 1, None, false), "{tls}");
        assert!(said[0]["said"] == "auth" && said.iter().all(|what| what["encrypted"] != false), "{said:?}");
        // A wrong password is the operator's to mend; the letter waits for it.
        let (row, said, _) = sent_to(manner, |options| options.sign_in = sign_in("portal", "wrong")).await;
        assert_eq!(row, state("failed", 1, Some("sign-in 535"), true), "{tls}");
        assert!(said.iter().all(|what| what["said"] == "auth"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_is_given_up_at_once() {
    for (behaviour, told) in [("refuses", "refused 550"), ("refuses-data", "refused 554")] {
        let (row, _, metrics) = sent_to(Manner { behaviour, ..GOOD }, |_| {}).await;
        // The server's words are in nothing that is kept.
        assert_eq!(row, state("given_up", 1, Some(told), false));
        assert_eq!(counted(&metrics, "given_up"), 1);
    }
}

/// A log that a test reads.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_no_word_of_a_letter_of_an_address_or_of_a_server() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let guard = tracing::subscriber::set_default(lines.with_ansi(false).finish());
    sent_to(Manner { behaviour: "refuses", ..GOOD }, |_| {}).await;
    sent_to(Manner { behaviour: "later", ..GOOD }, |_| {}).await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("A letter was given up after 1 tries mail.kind=test mail.failure=refused 550"), "{text}");
    assert!(text.contains("A letter could not be sent; try 1 mail.kind=test mail.failure=later 451"), "{text}");
    for word in ["SECRETWORD", "ines@", "mail.example", "493 201", "Bonjour", "Votre code"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_holds_a_letter_no_longer_than_its_time() {
    let manner = Manner { behaviour: "tarpit", ..GOOD };
    let (row, _, _) = sent_to(manner, |options| options.timeout = Duration::from_secs(1)).await;
    assert_eq!(row, state("failed", 1, Some("timeout"), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_puts_off_is_tried_again_and_given_up_at_last() {
    let world = testing::sqlite().await;
    let scope = customer(&world).await;
    let peer = Peer::start(world.folder(), Manner { behaviour: "later", ..GOOD });
    put_as(&world, &scope, letter(&scope, "ines@mail.example", None, &world)).await;
    let (courier, metrics) = to(&world, peer.way(MailSecurity::Starttls));
    let mut tries = 0;
    while row(&world).await.0 != "given_up" {
        assert_eq!(courier.send_due().await.unwrap(), 1);
        tries += 1;
        assert_eq!(courier.send_due().await.unwrap(), 0, "not before its time");
        if let Some(seconds) = backoff_seconds(tries) {
            assert_eq!(row(&world).await.2.as_deref(), Some("later 451"));
            world.clock.advance_seconds(seconds + seconds / 10 + 1);
        }
    }
    assert_eq!((tries, row(&world).await), (15, state("given_up", 15, Some("later 451"), true)));
    assert_eq!((counted(&metrics, "failed"), counted(&metrics, "given_up")), (14, 1));
    assert_eq!(peer.letters().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_gets_the_letter_when_it_is_up_again() {
    let world = testing::sqlite().await;
    let scope = customer(&world).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    put_as(&world, &scope, letter(&scope, "ines@mail.example", None, &world)).await;
    let nobody = Peer::start(world.folder(), GOOD);
    let options = SmtpOptions { port, ..nobody.way(MailSecurity::Starttls) };
    let (courier, _) = to(&world, options);
    courier.send_due().await.unwrap();
    assert_eq!(row(&world).await, state("failed", 1, Some("connection"), true));
    let peer = Peer::start_at(world.folder(), GOOD, port);
    world.clock.advance_seconds(3_600);
    let (courier, _) = to(&world, peer.way(MailSecurity::Starttls));
    courier.send_due().await.unwrap();
    assert_eq!((row(&world).await, peer.letters().len()), (state("sent", 2, None, false), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_lost_on_the_way_back_makes_the_same_letter_come_twice() {
    let world = testing::sqlite().await;
    let scope = customer(&world).await;
    let peer = Peer::start(world.folder(), Manner { behaviour: "cut", ..GOOD });
    put_code(&world, &scope).await;
    let (courier, _) = to(&world, peer.way(MailSecurity::Starttls));
    for _ in 0..2 {
        courier.send_due().await.unwrap();
        world.clock.advance_seconds(10);
    }
    let letters = peer.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].header("Message-ID"), letters[1].header("Message-ID"));
    assert_eq!(row(&world).await.0, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_wakes_the_courier_and_idle_connections_are_closed() {
    let world = testing::sqlite().await;
    let scope = customer(&world).await;
    let peer = Peer::start(world.folder(), GOOD);
    let (courier, _) = to(&world, peer.way(MailSecurity::Starttls));
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(courier.run(stop.clone()));
    for _ in 0..12 {
        put_code(&world, &scope).await;
    }
    for _ in 0..100 {
        if rows(&world).await.iter().all(|row| row.0 == "sent") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(peer.letters().len(), 12);
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_looks_like_the_protocol_stays_a_text() {
    let world = testing::sqlite().await;
    let scope = customer(&world).await;
    let peer = Peer::start(world.folder(), GOOD);
    let evil = "Hello\r\n.\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<b@evil.example>\r\nDATA\r\n\n.\n\r.\rQUIT";
    let mut letter = letter(&scope, "ines@mail.example", None, &world);
    letter.content = Rendered::new("Hi\r\nBcc: b@evil.example\r\n\r\nX", evil, evil);
    put_as(&world, &scope, letter).await;
    let (courier, _) = to(&world, peer.way(MailSecurity::Starttls));
    courier.send_due().await.unwrap();
    let letters = peer.letters();
    assert_eq!((letters.len(), letters[0].recipients.as_slice()), (1, ["ines@mail.example".to_owned()].as_slice()));
    assert_eq!(letters[0].header("Subject"), "Hi Bcc: b@evil.example X");
    assert_eq!(letters[0].header("Bcc"), "");
    assert!(letters[0].bytes.contains("MAIL FROM:<a@evil.example>\r\n"), "{}", letters[0].bytes);
    assert_eq!(peer.said().iter().filter(|what| what["said"] == "mail").count(), 1);
}
