//! A back office whose certificate does not hold gets no message.

use super::post::Poster;
use crate::{
    config::Secret,
    testing::tls::{self, Flaw, Peer, Speaks},
};
use guichet_types::Timestamp;

const SECRET: &str = "whsec_bmV3LXNlY3JldC1mb3ItdGVzdHMtMTIzNA==";

async fn posted_to(flaw: Flaw) -> (usize, Result<(), String>) {
    let peer = Peer::start(Speaks::Https, flaw).await;
    let address = format!("https://localhost:{}/guichet", peer.port).parse().unwrap();
    let poster = Poster::trusting(&peer.authority);
    let secret = Secret::new(SECRET.to_owned());
    let outcome = poster.post(&address, &secret, "msg_1", Timestamp(0), "{\"secret\": \"of a customer\"}").await;
    (peer.heard(), outcome)
}

#[tokio::test]
async fn a_back_office_whose_certificate_does_not_hold_gets_nothing() {
    let (heard, outcome) = posted_to(Flaw::None).await;
    assert!(heard > 100 && outcome == Ok(()), "a good one gets it: {heard} {outcome:?}");
    for flaw in Flaw::ALL {
        let (heard, outcome) = posted_to(flaw).await;
        assert!(heard == 0 && outcome.is_err(), "{flaw:?}: {heard} {outcome:?}");
    }
}

#[tokio::test]
async fn what_this_system_does_not_trust_gets_nothing() {
    let peer = Peer::start(Speaks::Https, Flaw::None).await;
    let address = format!("https://localhost:{}/guichet", peer.port).parse().unwrap();
    let secret = Secret::new(SECRET.to_owned());
    let outcome = Poster::new().unwrap().post(&address, &secret, "msg_1", Timestamp(0), "{}").await;
    assert!(peer.heard() == 0 && outcome.is_err(), "{outcome:?}");
}

#[tokio::test]
async fn a_house_whose_own_authorities_stand_for_the_systems_posts_to_no_other() {
    let test = "outbox::certificates::a_house_whose_own_authorities_stand_for_the_systems_posts_to_no_other";
    let Some(system) = tls::with_a_system_of_its_own(test) else { return };
    for own in [true, false] {
        let peer = Peer::start(Speaks::Https, Flaw::None).await;
        std::fs::write(&system, if own { peer.authority.clone() } else { tls::another_authority() }).unwrap();
        let address = format!("https://localhost:{}/guichet", peer.port).parse().unwrap();
        let secret = Secret::new(SECRET.to_owned());
        let outcome = Poster::new().unwrap().post(&address, &secret, "msg_1", Timestamp(0), "{}").await;
        assert_eq!((peer.heard() > 100, outcome.is_ok()), (own, own), "{outcome:?}");
    }
}
