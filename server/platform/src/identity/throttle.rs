//! Guessing, bounded, in the database, so that it holds across nodes and restarts.
//!
//! Three meters stand before every secret that can be guessed: one for the account and the factor, one for the network, one
//! for everybody. An attempt is counted before it is looked at, and given back when it was right, so that many at once get
//! no more tries than one after the other. A browser that its owner has signed in from has an account meter of its own: a
//! stranger can use up theirs, and not the owner's.

use super::{Identity, Rules};
use crate::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Id, Timestamp, kind};
use std::net::IpAddr;

/// What can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// A password.
    Password,
    /// Six figures of an authenticator.
    Code,
    /// A recovery code.
    Recovery,
    /// An activation code.
    Activation,
    /// A code that was sent by mail.
    Mailed,
}

impl Guess {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Password => b"password",
            Self::Code => b"code",
            Self::Recovery => b"recovery",
            Self::Activation => b"activation",
            Self::Mailed => b"mailed",
        }
    }
}

/// Whose account it is about, or by what name it was asked for when nobody has it: both are counted alike.
#[derive(Clone, Debug)]
pub enum Account {
    /// Somebody's.
    Of(Id<kind::Customer>),
    /// Nobody's.
    Named(String),
}

/// An attempt that was let through and counted.
#[derive(Clone, Debug)]
pub struct Attempt {
    account: Vec<u8>,
    network: Vec<u8>,
    everybody: Vec<u8>,
    known: bool,
    /// This one was the last before a block.
    pub last: bool,
}

/// How an attempt came out.
#[derive(Clone, Debug)]
pub enum Admission {
    /// Look at it.
    Allowed(Attempt),
    /// Answer as if it were wrong, in the same time.
    Blocked,
}

/// Failures from one network that are let through at once, and seconds in which one more is.
const NETWORK: (i64, i64) = (20, 20_000);
/// Failures of everybody together.
const EVERYBODY: (i64, i64) = (600, 100);
/// Failures are forgotten after this long without one.
const MEMORY_SECONDS: i64 = 24 * 3_600;

/// When a factor may be tried again, `failures` after the last time that it was right.
fn wait_seconds(rules: &Rules, failures: i64) -> i64 {
    let limit = i64::from(rules.failures);
    match failures {
        ..3 => 0,
        soft if soft < limit => 1 << (soft - 3).min(8),
        hard => rules.block_seconds.saturating_mul(1 << (hard - limit).min(7)).min(MEMORY_SECONDS),
    }
}

/// An address, or for IPv6 the network that one household has.
fn network_of(address: &str) -> Vec<u8> {
    match address.parse() {
        Ok(IpAddr::V6(v6)) => v6.octets()[..8].to_vec(),
        Ok(IpAddr::V4(v4)) => v4.octets().to_vec(),
        Err(_) => address.as_bytes().to_vec(),
    }
}

impl Identity {
    /// Counts an attempt and says whether it may be looked at. `device` is the browser, when its owner has signed in from it.
    ///
    /// # Errors
    /// What the database says; then nothing may be looked at.
    pub(super) async fn admit(
        &self,
        tx: &mut Tx,
        guess: Guess,
        account: &Account,
        device: Option<Id<kind::Device>>,
        network: &str,
    ) -> Result<Admission, DbError> {
        let now = self.clock.now();
        let whose: &[u8] = match account {
            Account::Of(customer) => customer.as_bytes(),
            Account::Named(name) => name.as_bytes(),
        };
        let device_part: &[u8] = device.as_ref().map_or(b"", |device| device.as_bytes());
        let attempt = Attempt {
            account: self.sealer.meter(&[b"account", guess.name(), whose, device_part]),
            network: self.sealer.meter(&[b"network", &network_of(network)]),
            everybody: self.sealer.meter(&[b"everybody"]),
            known: device.is_some(),
            last: false,
        };
        let own = read(tx, &attempt.account).await?;
        if now < own.blocked_until {
            return Ok(Admission::Blocked);
        }
        // A known browser is not held up by what strangers do.
        if !attempt.known {
            for (key, (burst, each)) in [(&attempt.network, NETWORK), (&attempt.everybody, EVERYBODY)] {
                let full = read(tx, key).await?.blocked_until.max(now);
                if full.millis() - now.millis() > burst * each {
                    return Ok(Admission::Blocked);
                }
                let next = Timestamp(full.millis() + each);
                write(tx, key, &Meter { failures: 0, last_at: now, blocked_until: next }).await?;
            }
        }
        let fresh = now.seconds_since(own.last_at) > MEMORY_SECONDS;
        let failures = if fresh { 1 } else { own.failures + 1 };
        let wait = wait_seconds(&self.rules, failures);
        let meter = Meter { failures, last_at: now, blocked_until: now.plus_seconds(wait) };
        write(tx, &attempt.account, &meter).await?;
        let last = failures >= i64::from(self.rules.failures);
        Ok(Admission::Allowed(Attempt { last, ..attempt }))
    }

    /// It was right: nothing is held against anybody.
    pub(super) async fn forgive(&self, tx: &mut Tx, attempt: &Attempt) -> Result<(), DbError> {
        const FORGET: &str = "update throttle set failures = 0, blocked_until = 0 where key = $1";
        const GIVE_BACK: &str = "update throttle set blocked_until = blocked_until - $2 where key = $1";
        on!(tx, c => sqlx::query(FORGET).bind(&attempt.account).execute(&mut **c).await.map(|_| ()))?;
        if !attempt.known {
            for (key, (_, each)) in [(&attempt.network, NETWORK), (&attempt.everybody, EVERYBODY)] {
                on!(tx, c => sqlx::query(GIVE_BACK).bind(key).bind(each).execute(&mut **c).await.map(|_| ()))?;
            }
        }
        Ok(())
    }
}

struct Meter {
    failures: i64,
    last_at: Timestamp,
    blocked_until: Timestamp,
}

async fn read(tx: &mut Tx, key: &[u8]) -> Result<Meter, DbError> {
    // The row is locked until the attempt is counted, so that two at once are two.
    const READ: [&str; 2] = [
        "select failures, last_at, blocked_until from throttle where key = $1",
        "select failures, last_at, blocked_until from throttle where key = $1 for update",
    ];
    const BEGIN: &str = "insert into throttle (key, failures, last_at, blocked_until) values ($1, 0, 0, 0)
        on conflict (key) do nothing";
    on!(tx, c => sqlx::query(BEGIN).bind(key).execute(&mut **c).await.map(|_| ()))?;
    let sql = READ[usize::from(tx.dialect() == crate::db::Dialect::Postgres)];
    let row: Option<(i64, i64, i64)> = on!(tx, c => sqlx::query_as(sql).bind(key).fetch_optional(&mut **c).await)?;
    let (failures, last, blocked) = row.unwrap_or_default();
    Ok(Meter { failures, last_at: Timestamp(last), blocked_until: Timestamp(blocked) })
}

async fn write(tx: &mut Tx, key: &[u8], meter: &Meter) -> Result<(), DbError> {
    const WRITE: &str = "update throttle set failures = $2, last_at = $3, blocked_until = $4 where key = $1";
    on!(tx, c => sqlx::query(WRITE).bind(key).bind(meter.failures).bind(meter.last_at.millis())
        .bind(meter.blocked_until.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Profile;
    use super::*;

    #[test]
    fn a_bank_blocks_after_five_and_for_longer_each_time() {
        let bank = Profile::BankPsd2.rules();
        let waits: Vec<i64> = (1..=7).map(|failures| wait_seconds(&bank, failures)).collect();
        assert_eq!(waits, [0, 0, 1, 2, 900, 1_800, 3_600]);
        assert_eq!(wait_seconds(&bank, 500), 24 * 3_600, "never for ever");
    }

    #[test]
    fn a_household_is_one_network() {
        assert_eq!(network_of("2001:db8:1:2:aaaa::1"), network_of("2001:db8:1:2:bbbb::2"));
        assert_ne!(network_of("192.0.2.1"), network_of("192.0.2.2"));
    }
}
