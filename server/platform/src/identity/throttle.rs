//! Guessing, bounded, in the database, so that it holds across nodes and restarts.
//!
//! Three meters stand before every secret that can be guessed: one for the account and the factor, one for the network, one
//! for everybody. An attempt is counted before it is looked at, and given back when it was right, so that many at once get
//! no more tries than one after the other. A browser that its owner has signed in from has an account meter of its own: a
//! stranger can use up theirs, and not the owner's.
//!
//! The meter of everybody refuses nobody: a few hundred addresses could keep it full, and so every new browser out. While it is
//! full, networks from which nobody has signed in lately get fewer tries; each still has some of its own.

use super::{Identity, Rules};
use crate::{
    alarm::Sign,
    audit::Entry,
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
    /// What the network was charged, milliseconds; nothing for a browser that is known.
    charged: i64,
    /// Everybody's meter was charged as well.
    of_everybody: bool,
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

/// What a meter lets through: so many at once, and one more in each span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    burst: i64,
    each_millis: i64,
}

impl Allowance {
    /// The meter after one more, when there is room for it. A meter is the moment at which it is empty.
    fn charge(self, empty: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let empty = empty.max(now);
        let room = empty.millis() - now.millis() <= (self.burst - 1) * self.each_millis;
        room.then(|| Timestamp(empty.millis() + self.each_millis))
    }
}

const fn allowance(burst: i64, each_millis: i64) -> Allowance {
    Allowance { burst, each_millis }
}

/// Failures from one network.
const NETWORK: Allowance = allowance(20, 20_000);
/// The same while everybody's meter is full and nobody has signed in from the network lately.
const NETWORK_IN_A_STORM: Allowance = allowance(3, 60_000);
/// Failures of everybody together. Above it is a storm.
const EVERYBODY: Allowance = allowance(600, 100);
/// What a network, or a browser that is known, may begin that leaves a row behind: passkey ceremonies, resets.
const BEGINNINGS: Allowance = allowance(30, 10_000);
/// For so long a network is one that somebody has signed in from.
const TRUST_SECONDS: i64 = 30 * 24 * 3_600;
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
pub(super) fn network_of(address: &str) -> Vec<u8> {
    match address.parse() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.octets().to_vec(),
            None => v6.octets()[..8].to_vec(),
        },
        Ok(IpAddr::V4(v4)) => v4.octets().to_vec(),
        Err(_) => address.as_bytes().to_vec(),
    }
}

/// What a stranger's network is allowed now.
const fn allowed_now(storm: bool, trusted: bool) -> Allowance {
    if storm && !trusted { NETWORK_IN_A_STORM } else { NETWORK }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
        let mut attempt = Attempt {
            account: self.sealer.meter(&[b"account", guess.name(), whose, device_part]),
            network: self.sealer.meter(&[b"network", &network_of(network)]),
            everybody: self.sealer.meter(&[b"everybody"]),
            charged: 0,
            of_everybody: false,
            last: false,
        };
        // A known browser is not held up by what strangers do. Strangers leave no row behind for a name once they are too many.
        if device.is_none() && !self.charge_stranger(tx, &mut attempt, network).await? {
            self.alarms.raise(Sign::GuessingBlocked, network, |entry| entry.from_where(network, ""));
            return Ok(Admission::Blocked);
        }
        let own = read(tx, &attempt.account).await?;
        if now < own.blocked_until {
            return Ok(Admission::Blocked);
        }
        let fresh = now.seconds_since(own.last_at) > MEMORY_SECONDS;
        let failures = if fresh { 1 } else { own.failures + 1 };
        let wait = wait_seconds(&self.rules, failures);
        let meter = Meter { failures, last_at: now, blocked_until: now.plus_seconds(wait) };
        write(tx, &attempt.account, &meter).await?;
        attempt.last = failures >= i64::from(self.rules.failures);
        if attempt.last {
            let place = format!("{}{}", String::from_utf8_lossy(guess.name()), hex(&attempt.account));
            let customer = if let Account::Of(customer) = account { Some(*customer) } else { None };
            self.alarms.raise(Sign::GuessingBlocked, &place, |entry| {
                customer.into_iter().fold(entry.from_where(network, ""), Entry::concerning)
            });
        }
        Ok(Admission::Allowed(attempt))
    }

    /// Counts an attempt against a stranger's network and everybody. False when the network has had its share.
    async fn charge_stranger(&self, tx: &mut Tx, attempt: &mut Attempt, network: &str) -> Result<bool, DbError> {
        const TRUSTED: &str = "select count(*) from throttle where key = $1 and blocked_until > $2";
        let now = self.clock.now();
        let everybody = read(tx, &attempt.everybody).await?;
        let of_everybody = EVERYBODY.charge(everybody.blocked_until, now);
        let trusted = match of_everybody {
            Some(_) => false,
            None => {
                let key = self.trust_key(network);
                let row: (i64,) = on!(tx, c => sqlx::query_as(TRUSTED).bind(key).bind(now.millis())
                    .fetch_one(&mut **c).await)?;
                row.0 > 0
            }
        };
        let allowance = allowed_now(of_everybody.is_none(), trusted);
        let own = read(tx, &attempt.network).await?;
        let Some(empty) = allowance.charge(own.blocked_until, now) else { return Ok(false) };
        write(tx, &attempt.network, &Meter { failures: 0, last_at: now, blocked_until: empty }).await?;
        attempt.charged = allowance.each_millis;
        if let Some(empty) = of_everybody {
            write(tx, &attempt.everybody, &Meter { failures: 0, last_at: now, blocked_until: empty }).await?;
            attempt.of_everybody = true;
        }
        Ok(true)
    }

    /// A network that somebody has signed in from; the key of its row says nothing about it.
    fn trust_key(&self, network: &str) -> Vec<u8> {
        self.sealer.meter(&[b"trusted network", &network_of(network)])
    }

    /// Somebody is in, from this network.
    pub(super) async fn trust_network(&self, tx: &mut Tx, network: &str) -> Result<(), DbError> {
        const KEEP: &str = "insert into throttle (key, failures, last_at, blocked_until) values ($1, 0, $2, $3)
            on conflict (key) do update set last_at = excluded.last_at, blocked_until = excluded.blocked_until";
        let now = self.clock.now();
        let until = now.plus_seconds(TRUST_SECONDS).millis();
        on!(tx, c => sqlx::query(KEEP).bind(self.trust_key(network)).bind(now.millis()).bind(until)
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// Counts something that leaves a row behind before anybody has proved anything. False when the network, or the browser
    /// where its owner has signed in from it, has had its share.
    pub(super) async fn may_begin(&self, tx: &mut Tx, browser: &super::Browser) -> Result<bool, DbError> {
        const KNOWN: &str = "select id from device where token_hash = $1";
        let mut key = self.sealer.meter(&[b"begin", b"network", &network_of(&browser.network)]);
        for token in &browser.devices {
            let known: Option<(Vec<u8>,)> =
                on!(tx, c => sqlx::query_as(KNOWN).bind(token.hash()).fetch_optional(&mut **c).await)?;
            if let Some((device,)) = known {
                key = self.sealer.meter(&[b"begin", b"device", &device]);
                break;
            }
        }
        let now = self.clock.now();
        let Some(empty) = BEGINNINGS.charge(read(tx, &key).await?.blocked_until, now) else {
            self.alarms
                .raise(Sign::TooFast, &browser.network, |entry| entry.from_where(&browser.network, &browser.agent));
            return Ok(false);
        };
        write(tx, &key, &Meter { failures: 0, last_at: now, blocked_until: empty }).await?;
        Ok(true)
    }

    /// It was right: nothing is held against anybody.
    pub(super) async fn forgive(&self, tx: &mut Tx, attempt: &Attempt) -> Result<(), DbError> {
        const FORGET: &str = "update throttle set failures = 0, blocked_until = 0 where key = $1";
        const GIVE_BACK: &str = "update throttle set blocked_until = blocked_until - $2 where key = $1";
        let everybody = if attempt.of_everybody { EVERYBODY.each_millis } else { 0 };
        // In the order in which they are charged, so that two at once never wait for each other.
        for (key, charged) in [(&attempt.everybody, everybody), (&attempt.network, attempt.charged)] {
            if charged > 0 {
                on!(tx, c => sqlx::query(GIVE_BACK).bind(key).bind(charged).execute(&mut **c).await.map(|_| ()))?;
            }
        }
        on!(tx, c => sqlx::query(FORGET).bind(&attempt.account).execute(&mut **c).await.map(|_| ()))?;
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

    /// Tries that a network gets in a day when it takes every one that it can.
    fn in_a_day(allowance: Allowance) -> usize {
        let (mut empty, mut tries) = (Timestamp(0), 0);
        for second in 0..86_400 {
            while let Some(next) = allowance.charge(empty, Timestamp(second * 1_000)) {
                (empty, tries) = (next, tries + 1);
            }
        }
        tries
    }

    #[test]
    fn a_storm_of_many_networks_shuts_nobody_out() {
        // Two hundred networks take every try that they can get, for an hour; each minute somebody comes from a network that
        // was not seen before, and somebody from one that their owner uses.
        let (mut everybody, mut storm_seconds) = (Timestamp(0), 0);
        let mut networks = vec![Timestamp(0); 200];
        for second in 0..3_600 {
            let now = Timestamp(second * 1_000);
            for network in &mut networks {
                loop {
                    let of_everybody = EVERYBODY.charge(everybody, now);
                    let Some(next) = allowed_now(of_everybody.is_none(), false).charge(*network, now) else { break };
                    *network = next;
                    everybody = of_everybody.unwrap_or(everybody);
                }
            }
            let storm = EVERYBODY.charge(everybody, now).is_none();
            storm_seconds += i64::from(storm);
            if second % 60 == 0 {
                for trusted in [false, true] {
                    let mut own = Timestamp(0);
                    for slip in 1..=3 {
                        let next = allowed_now(storm, trusted).charge(own, now);
                        assert!(next.is_some(), "try {slip} of a newcomer in second {second}, trusted {trusted}");
                        own = next.unwrap();
                    }
                }
            }
        }
        assert!(storm_seconds > 0, "there was no storm");
        // And the storm costs whoever makes it: a third of the tries.
        assert_eq!((in_a_day(NETWORK), in_a_day(NETWORK_IN_A_STORM)), (4_339, 1_442));
    }

    #[test]
    fn a_household_is_one_network() {
        assert_eq!(network_of("::ffff:192.0.2.1"), network_of("192.0.2.1"));
        assert_ne!(network_of("::ffff:192.0.2.1"), network_of("::ffff:192.0.2.2"));
        assert_eq!(network_of("2001:db8:1:2:aaaa::1"), network_of("2001:db8:1:2:bbbb::2"));
        assert_ne!(network_of("192.0.2.1"), network_of("192.0.2.2"));
    }
}
