//! Documents become what customers see: theirs alone, once, and in any order.

use super::Insurer;
use guichet_platform::on_both_databases;

fn policies(as_of: &str, status: &str, premium: &str) -> String {
    format!(
        r#"{{"guichet": "policies/1", "insurer": "Prévoyance", "as_of": "{as_of}", "policies": [
          {{"number": "HO-1", "line": "home", "product": "Home Plus", "status": "{status}", "customer": "1", "start": "2024-01-01",
            "currency": "EUR", "premium_gross": "{premium}", "frequency": "yearly",
            "objects": [{{"id": "1", "kind": "building", "description": "14 rue des Carmes"}}],
            "coverages": [{{"code": "WATER", "object": "1", "limit": "50000.00", "deductible": "250.00"}}],
            "documents": [{{"id": "D", "name": "Policy", "at": "2024-01-01"}}]}}]}}"#
    )
}

/// A claim as it is told on a day of November: `extra` is more of its JSON.
fn claim(day: u8, number: &str, customer: &str, extra: &str) -> String {
    format!(
        r#"{{"guichet": "claims/1", "insurer": "Prévoyance", "as_of": "2026-11-{day:02}T06:00:00Z", "claims": [
          {{"number": "{number}", "policy": "HO-1", "line": "home", "customer": "{customer}", "cause": "water", "currency": "EUR",
            "loss_at": "2026-11-02T18:30:00+01:00", "reported_at": "2026-11-02T21:14:00+01:00"{extra}}}]}}"#
    )
}

const REPORTED: &str = r#", "milestones": [{"code": "reported", "at": "2026-11-02T21:14:00+01:00"}],
    "items": [{"id": "1", "text": "Floor", "submitted": "900.00"}, {"id": "2", "text": "Carpet", "submitted": "100.00"}]"#;
const ASKED: &str = r#", "next": {"who": "customer", "what": "Send the invoice", "until": "2026-11-20"}, "milestones": [
      {"code": "registered", "at": "2026-11-03T08:00:00+01:00"}, {"id": "x", "code": "documents_requested", "at": "2026-11-16"}],
    "requests": [{"id": "R", "kind": "document", "text": "Invoice", "due": "2026-11-20", "state": "open"}],
    "messages": [{"id": "M", "from": "insurer", "at": "2026-11-16T17:02:00+01:00", "text": "Please send it."}],
    "items": [{"id": "1", "text": "Floor", "submitted": "900.00", "eligible": "900.00", "deductible": "250.00", "benefit": "650.00", "reason": "Excess"}]"#;
const PAID: &str = r#", "outcome": "approved", "milestones": [{"code": "approved", "at": "2026-11-18T09:00:00+01:00"},
      {"code": "payment_issued", "at": "2026-11-19"}],
    "requests": [{"id": "R", "kind": "document", "text": "Invoice", "due": "2026-11-20", "state": "done"}],
    "payments": [{"id": "P", "amount": "650.00", "at": "2026-11-19", "method": "transfer", "payee": "FR7630006000011234567890189"}]"#;

/// What the insurer tells of one claim, in the order in which it happened.
fn the_news() -> Vec<String> {
    vec![
        policies("2026-11-01T06:00:00Z", "active", "118.00"),
        claim(3, "CL-1", "1", REPORTED),
        claim(17, "CL-1", "1", ASKED),
        policies("2026-11-17T06:00:00Z", "active", "121.00"),
        claim(19, "CL-1", "1", PAID),
    ]
}

on_both_databases! {
    async fn a_customer_sees_their_policy_and_their_claim_and_nobody_else_does(world: World) {
        let insurer = Insurer::new(&world).await;
        for document in the_news() {
            assert_ne!(insurer.send(&document).await.outcome.class, "reject");
        }
        let (ines, hugo) = (insurer.scope("1").await, insurer.scope("2").await);
        let seen = insurer.seen(ines).await.join("\n");
        for words in ["HO-1", "14 rue des Carmes", "12100", "Floor", "Please send it.", "•••• 0189", "payment_issued"] {
            assert!(seen.contains(words), "{words}: {seen}");
        }
        assert!(insurer.seen(hugo).await.is_empty());
        let claim = insurer.claims(ines).await.remove(0).id;
        let policy = insurer.policies(ines).await.remove(0).id;
        assert!(insurer.page(ines, claim).await.is_some());
        assert!(insurer.page(hugo, claim).await.is_none());
        use futures::FutureExt as _;
        let read = world.db.read(&hugo, move |tx| async move { crate::claims::store::find_policy(tx, &hugo, policy).await }.boxed());
        assert!(read.await.unwrap().is_none());
    }

    async fn the_same_document_twice_changes_nothing_and_rings_nobody(world: World) {
        let insurer = Insurer::new(&world).await;
        for document in the_news() {
            insurer.send(&document).await;
        }
        let ines = insurer.scope("1").await;
        let (once, rung) = (insurer.seen(ines).await, insurer.events(ines).await.len());
        for document in the_news() {
            assert!(insurer.send(&document).await.duplicate);
            // The same in other bytes.
            assert!(!insurer.send(&document.replace("\"guichet\"", " \"guichet\"")).await.duplicate);
        }
        assert_eq!(insurer.seen(ines).await, once);
        assert_eq!(insurer.events(ines).await.len(), rung);
    }

    async fn documents_in_any_order_make_the_same_policy_and_claim(world: World) {
        let insurer = Insurer::new(&world).await;
        let ines = insurer.scope("1").await;
        let mut want: Option<Vec<String>> = None;
        for round in 0..8_usize {
            // Another insurer each round, so that each has rows of its own.
            let name = format!("Insurer {round}");
            let mut documents: Vec<String> = the_news().iter().map(|text| text.replace("Prévoyance", &name)).collect();
            let turn = round % documents.len();
            documents.rotate_left(turn);
            if round >= 5 {
                documents.reverse();
            }
            for document in &documents {
                insurer.send(document).await;
            }
            let seen: Vec<String> = insurer.seen(ines).await.into_iter().filter(|text| text.contains(&name))
                .map(|text| text.replace(&name, "")).collect();
            assert_eq!(seen.len(), 2, "{seen:?}");
            match &want {
                None => want = Some(seen),
                Some(want) => assert_eq!(&seen, want, "round {round}"),
            }
        }
    }

    async fn older_news_never_overwrites_newer(world: World) {
        let insurer = Insurer::new(&world).await;
        let ines = insurer.scope("1").await;
        insurer.send(&policies("2026-11-17T06:00:00Z", "active", "121.00")).await;
        insurer.send(&claim(17, "CL-1", "1", ASKED)).await;
        let before = insurer.seen(ines).await;
        insurer.send(&policies("2026-11-01T06:00:00Z", "quoted", "1.00")).await;
        insurer.send(&claim(16, "CL-1", "1", r#", "next": {"who": "insurer", "what": "Older"}, "requests": [
            {"id": "R", "kind": "document", "text": "Older", "state": "open"}]"#)).await;
        assert_eq!(insurer.seen(ines).await, before);
        // An older step that was never told is one more step of the way.
        insurer.send(&claim(3, "CL-1", "1", REPORTED)).await;
        let seen = insurer.claims(ines).await.remove(0);
        assert_eq!(seen.milestones.first().unwrap().code.as_deref(), Some("reported"));
        // The settlement is the newest list as a whole: the carpet is no longer on it.
        assert_eq!(seen.items.len(), 1);
    }

    async fn what_comes_before_its_customer_is_kept_and_shown_once_they_are_there(world: World) {
        let insurer = Insurer::before_anybody(&world);
        insurer.send(&policies("2026-11-01T06:00:00Z", "active", "118.00")).await;
        insurer.send(&claim(3, "CL-1", "1", REPORTED)).await;
        assert_eq!(insurer.count("select count(*) from finding where check_name = 'unmapped_customer'").await, 2);
        insurer.send(crate::claims::tests::PARTIES).await;
        let ines = insurer.scope("1").await;
        assert_eq!(insurer.seen(ines).await.len(), 2);
    }

    async fn what_is_nobodys_is_shown_to_nobody(world: World) {
        let insurer = Insurer::new(&world).await;
        insurer.send(&claim(3, "CL-1", "1", REPORTED).replace(r#""customer": "1", "#, "")).await;
        assert_eq!(insurer.count("select count(*) from finding where check_name = 'unmapped_customer'").await, 1);
        assert_eq!(insurer.count("select count(*) from claim").await, 1);
        assert!(insurer.seen(insurer.scope("1").await).await.is_empty());
    }

    async fn a_claim_that_becomes_another_customers_is_gone_for_the_first(world: World) {
        let insurer = Insurer::new(&world).await;
        insurer.send(&claim(3, "CL-1", "1", REPORTED)).await;
        insurer.send(&claim(4, "CL-1", "2", REPORTED)).await;
        assert!(insurer.seen(insurer.scope("1").await).await.is_empty());
        assert_eq!(insurer.seen(insurer.scope("2").await).await.len(), 1);
    }

    async fn parts_may_come_before_the_claim(world: World) {
        let insurer = Insurer::new(&world).await;
        insurer.send("guichet:milestones/1;insurer;id;code;at;actor;note\nCL-1;Prévoyance;;reported;2026-11-02T21:14:00+01:00;customer;\n").await;
        insurer.send("guichet:payments/1;insurer;id;amount;currency;at;method;payee\nCL-1;Prévoyance;P;10.00;EUR;2026-11-13;transfer;\n").await;
        let ines = insurer.scope("1").await;
        assert!(insurer.claims(ines).await.is_empty());
        insurer.send(&claim(3, "CL-1", "1", "")).await;
        let seen = insurer.claims(ines).await.remove(0);
        assert_eq!((seen.milestones.len(), seen.payments.len()), (1, 1));
    }

    async fn one_bad_record_is_kept_aside_and_the_rest_goes_on(world: World) {
        let insurer = Insurer::new(&world).await;
        let text = claim(3, "CL-1", "1", REPORTED).replace("\"claims\": [", "\"claims\": [{\"policy\": \"HO-1\"}, ");
        let outcome = insurer.send(&text).await.outcome;
        assert_eq!(outcome.class, "warn");
        assert_eq!(insurer.count("select count(*) from quarantine").await, 1);
        assert_eq!(insurer.seen(insurer.scope("1").await).await.len(), 1);
        assert_eq!(insurer.send(r#"{"guichet": "claims/1", "claims": {}}"#).await.outcome.class, "reject");
    }

    async fn an_event_reaches_whoever_may_see_it_and_nobody_else(world: World) {
        let insurer = Insurer::new(&world).await;
        let (ines, hugo) = (insurer.scope("1").await, insurer.scope("2").await);
        for document in the_news() {
            insurer.send(&document).await;
        }
        assert_eq!(insurer.events(ines).await, ["claims.policy", "claims.claim", "claims.claim", "claims.policy", "claims.claim"]);
        assert!(insurer.events(hugo).await.is_empty());
    }
}
