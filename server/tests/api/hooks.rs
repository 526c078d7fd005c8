//! The door for webhooks: who may come in, how often, and what stays of it.

use crate::portal::{Answer, HOOK_SECRETS, JOINT, Portal};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use guichet_platform::{on_both_databases, testing::NOW, webhook};
use std::{collections::BTreeMap, sync::Arc};

const SECONDS: i64 = NOW.millis() / 1_000;

struct Hook {
    source: &'static str,
    id: String,
    stamp: String,
    signature: String,
    body: Vec<u8>,
}

impl Hook {
    /// A webhook as the carrier signs it.
    fn signed(secret: &str, id: &str, body: &[u8]) -> Self {
        Self {
            source: "carrier",
            id: id.to_owned(),
            stamp: SECONDS.to_string(),
            signature: webhook::sign(secret, id, SECONDS, body).unwrap(),
            body: body.to_vec(),
        }
    }

    async fn send(&self, portal: &Portal) -> Answer {
        // At the pace of fifty a second.
        portal.world.clock.advance_millis(20);
        self.send_at_once(portal).await
    }

    async fn send_at_once(&self, portal: &Portal) -> Answer {
        let request = Request::post(format!("/hooks/{}", self.source))
            .header("webhook-id", &self.id)
            .header("webhook-timestamp", &self.stamp)
            .header("webhook-signature", &self.signature)
            .body(Body::from(self.body.clone()))
            .unwrap();
        portal.ask_with(request).await
    }
}

/// An intraday notification of one booking on the joint account.
fn booking(reference: &str) -> Vec<u8> {
    format!(
        ":20:{reference}\n:25:{JOINT}\n:28C:1/1\n:34F:EUR0,\n:13D:2611171400+0100\n:61:2611171117C7,00NTRF{reference}//B{reference}\n:86:166?20SVWZ+{reference}\n-\n"
    )
    .into_bytes()
}

/// How often each answer came.
async fn a_thousand_times(portal: &Arc<Portal>, hook: Hook) -> BTreeMap<StatusCode, usize> {
    let (hook, mut sent) = (Arc::new(hook), tokio::task::JoinSet::new());
    for _ in 0..1_000 {
        let (portal, hook) = (portal.clone(), hook.clone());
        sent.spawn(async move { hook.send_at_once(&portal).await.status });
    }
    let mut answers = BTreeMap::new();
    while let Some(status) = sent.join_next().await {
        *answers.entry(status.unwrap()).or_default() += 1;
    }
    answers
}

async fn documents(portal: &Portal) -> usize {
    portal.count("select count(*) from source_document where source = 'hook:carrier'").await
}

on_both_databases! {
    async fn a_signed_webhook_is_kept_and_its_entry_is_on_the_statement(world: World) {
        let portal = Portal::new(world).await;
        let answer = Hook::signed(HOOK_SECRETS[0], "msg_1", &booking("HOOKED")).send(&portal).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        assert_eq!(documents(&portal).await, 1, "durable before it is acknowledged");
        assert_eq!(portal.inbox.apply_received().await.unwrap(), 1);
        let hugo = portal.sign_in("2").await;
        let mut seen = 0;
        for account in portal.links("/accounts", &hugo, "/accounts/").await {
            seen += usize::from(portal.get(&account, &hugo).await.body.contains("HOOKED"));
        }
        assert_eq!(seen, 1);
    }

    async fn an_old_secret_still_holds_while_it_stands_in_the_list(world: World) {
        let portal = Portal::new(world).await;
        let answer = Hook::signed(HOOK_SECRETS[1], "msg_1", &booking("OLD")).send(&portal).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        let other = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LTEyMzQ=";
        let answer = Hook::signed(other, "msg_2", &booking("OTHER")).send(&portal).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }

    async fn no_webhook_with_a_changed_byte_comes_in(world: World) {
        let portal = Portal::new(world).await;
        let body = booking("SMALL");
        let good = || Hook::signed(HOOK_SECRETS[0], "msg_1", &body);
        let mut tried = 0;
        for index in 0..body.len() {
            let mut hook = good();
            hook.body[index] ^= 1;
            assert_eq!(hook.send(&portal).await.status, StatusCode::UNAUTHORIZED, "body {index}");
            tried += 1;
        }
        for part in 0..3 {
            let length = [good().id, good().stamp, good().signature][part].len();
            for index in 0..length {
                let mut hook = good();
                let text = [&mut hook.id, &mut hook.stamp, &mut hook.signature].into_iter().nth(part).unwrap();
                let mut bytes = text.clone().into_bytes();
                bytes[index] ^= 1;
                *text = String::from_utf8(bytes).unwrap();
                let status = hook.send(&portal).await.status;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "part {part}, byte {index}");
                tried += 1;
            }
        }
        for cut in 0..body.len() {
            let mut hook = good();
            hook.body.truncate(cut);
            assert_eq!(hook.send(&portal).await.status, StatusCode::UNAUTHORIZED, "cut at {cut}");
        }
        assert!(tried > 200);
        assert_eq!(documents(&portal).await, 0);
    }

    async fn the_same_webhook_a_thousand_times_at_once_has_one_effect(world: World) {
        let portal = Arc::new(Portal::unpaced(world).await);
        let answers = a_thousand_times(&portal, Hook::signed(HOOK_SECRETS[0], "msg_1", &booking("ONCE"))).await;
        assert_eq!(answers, BTreeMap::from([(StatusCode::ACCEPTED, 1_000)]));
        assert_eq!(documents(&portal).await, 1);
        portal.inbox.apply_received().await.unwrap();
        assert_eq!(portal.count("select count(*) from entry where remittance like '%ONCE%'").await, 1);
    }

    async fn who_sends_faster_than_agreed_is_told_to_come_back_and_loses_nothing(world: World) {
        let portal = Arc::new(Portal::new(world).await);
        let answers = a_thousand_times(&portal, Hook::signed(HOOK_SECRETS[0], "msg_1", &booking("ONCE"))).await;
        let kept = answers[&StatusCode::ACCEPTED];
        assert!(kept >= 100, "{answers:?}");
        assert_eq!(answers[&StatusCode::TOO_MANY_REQUESTS], 1_000 - kept, "{answers:?}");
        assert_eq!(documents(&portal).await, 1);
    }

    async fn a_webhook_of_another_time_or_of_nobody_gets_the_same_answer(world: World) {
        let portal = Portal::new(world).await;
        let body = booking("LATE");
        let mut late = Hook::signed(HOOK_SECRETS[0], "msg_1", &body);
        let stamp = SECONDS - 301;
        late.stamp = stamp.to_string();
        late.signature = webhook::sign(HOOK_SECRETS[0], "msg_1", stamp, &body).unwrap();
        let mut nobody = Hook::signed(HOOK_SECRETS[0], "msg_1", &body);
        nobody.source = "nobody";
        let answers = [late.send(&portal).await, nobody.send(&portal).await];
        for answer in &answers {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert_eq!(answer.body, answers[0].body);
        }
    }

    async fn a_webhook_that_is_too_large_is_not_read_to_its_end(world: World) {
        let portal = Portal::new(world).await;
        let hook = Hook::signed(HOOK_SECRETS[0], "msg_1", &vec![b'x'; (8 << 20) + 1]);
        assert_eq!(hook.send(&portal).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
