//! A PostgreSQL whose certificate does not hold is told nothing: not the user's name, not the database's, and no password.

use crate::testing::tls::{self, Flaw, Peer, Speaks};
use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use std::str::FromStr as _;

/// Connects as the portal does; what the server heard.
async fn said_to(speaks: Speaks, flaw: Flaw, mode: &str) -> (usize, String) {
    let peer = Peer::start(speaks, flaw).await;
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, &peer.authority).unwrap();
    let url = format!(
        "postgres://somebody@localhost:{}/something?sslmode={mode}&sslrootcert={}",
        peer.port,
        authority.display()
    );
    let options = PgConnectOptions::from_str(&url).unwrap().password("hunter2");
    let error = options.connect().await.unwrap_err().to_string();
    (peer.heard(), error)
}

#[tokio::test]
async fn a_database_whose_certificate_does_not_hold_is_told_nothing() {
    let (heard, _) = said_to(Speaks::Postgres, Flaw::None, "verify-full").await;
    assert!(heard > 20, "a good one is spoken to: {heard}");
    for flaw in Flaw::ALL {
        let (heard, error) = said_to(Speaks::Postgres, flaw, "verify-full").await;
        assert_eq!(heard, 0, "{flaw:?}");
        assert!(error.to_lowercase().contains("certificate"), "{flaw:?}: {error}");
    }
    // An authority of one's own stands for the name.
    assert!(said_to(Speaks::Postgres, Flaw::Name, "verify-ca").await.0 > 20);
    assert_eq!(said_to(Speaks::Postgres, Flaw::Authority, "verify-ca").await.0, 0);
}

#[tokio::test]
async fn a_database_without_tls_is_told_nothing_either() {
    for mode in ["verify-full", "verify-ca", "require"] {
        assert_eq!(said_to(Speaks::PlainPostgres, Flaw::None, mode).await.0, 0, "{mode}");
    }
}

#[tokio::test]
async fn a_house_whose_own_authorities_stand_for_the_systems_trusts_no_other() {
    let test = "db::tests::tls::a_house_whose_own_authorities_stand_for_the_systems_trusts_no_other";
    let Some(system) = tls::with_a_system_of_its_own(test) else { return };
    for own in [true, false] {
        let peer = Peer::start(Speaks::Postgres, Flaw::None).await;
        std::fs::write(&system, if own { peer.authority.clone() } else { tls::another_authority() }).unwrap();
        let url = format!("postgres://somebody@localhost:{}/something?sslmode=verify-full", peer.port);
        let options = PgConnectOptions::from_str(&url).unwrap().password("hunter2");
        let error = options.connect().await.unwrap_err().to_string();
        if own {
            assert!(peer.heard() > 20, "{error}");
        } else {
            assert!(peer.heard() == 0 && error.to_lowercase().contains("certificate"), "{error}");
        }
    }
}
