//! Whose data an answer holds. Every answer has a ledger; the database writes into it for whom it was asked, and the last
//! layer in front of the network compares that with who asked ([`Ledger::verdict`]).
//!
//! No handler can forget it: a [`crate::db::Db`] that is asked with a customer's scope notes that customer, and
//! [`crate::session::Sessions`] notes to whom the token belongs that came with the request. The ledger goes with the task of
//! the request. Work that is spawned and whose result goes into the answer is spawned with [`spawn`], which passes it on.

use crate::{scope::Role, session::SessionToken};
use futures::future::{Either, FutureExt as _};
use guichet_types::{Id, kind};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinHandle;

type Customer = Id<kind::Customer>;

tokio::task_local! {
    static CURRENT: Ledger;
}

/// What is known of one answer.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The hash of the token that came with the request, read by the last layer itself.
    token: Option<Vec<u8>>,
    /// To whom that token belongs.
    asker: Option<Customer>,
    /// For whom personal data was read or written.
    owner: Option<Customer>,
    mixed: bool,
}

/// How an answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds nothing personal, or only what is the asker's.
    Theirs,
    /// It was made with the data of somebody who did not ask. It must not be sent.
    Mixed {
        /// Who asked, where that is known.
        asker: Option<Customer>,
        /// Whose data was read last.
        owner: Option<Customer>,
    },
}

impl Ledger {
    /// The ledger of an answer to a request that came with this token.
    #[must_use]
    pub fn new(token: Option<&SessionToken>) -> Self {
        let ledger = Self::default();
        ledger.with(|state| state.token = token.map(SessionToken::hash));
        ledger
    }

    /// Runs `work` as part of the answer.
    pub async fn follow<F: Future>(&self, work: F) -> F::Output {
        CURRENT.scope(self.clone(), work).await
    }

    /// Runs `work` as part of the answer, in one go.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.clone(), work)
    }

    /// Whether the answer may be sent.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.with(|state| {
            let foreign = state.owner.is_some() && state.owner != state.asker;
            if state.mixed || foreign {
                Verdict::Mixed { asker: state.asker, owner: state.owner }
            } else {
                Verdict::Theirs
            }
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notes for whom the database is asked.
pub(crate) fn note(role: &Role) {
    let Role::Customer(customer) = role else { return };
    let _ = CURRENT.try_with(|ledger| {
        ledger.with(|state| {
            state.mixed |= state.owner.is_some_and(|before| before != *customer);
            state.owner = Some(*customer);
        });
    });
}

/// The answer holds this customer's data on purpose, for somebody of the institution who has the right to hand it out.
pub(crate) fn hand_out(customer: Customer) {
    let _ = CURRENT.try_with(|ledger| ledger.with(|state| state.asker = Some(customer)));
}

/// Notes to whom a token belongs.
pub(crate) fn note_session(token: &[u8], customer: Customer) {
    let _ = CURRENT.try_with(|ledger| {
        ledger.with(|state| {
            if state.token.as_deref() == Some(token) {
                state.mixed |= state.asker.is_some_and(|before| before != customer);
                state.asker = Some(customer);
            }
        });
    });
}

/// Spawns work whose result goes into the answer that is being made.
pub fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let work = match CURRENT.try_with(Ledger::clone) {
        Ok(ledger) => Either::Left(async move { ledger.follow(work).await }),
        Err(_) => Either::Right(work),
    };
    tokio::spawn(work.map(|output| output))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(n: u8) -> Customer {
        Id::from_bytes([n; 16])
    }

    fn ledger() -> (Ledger, Vec<u8>) {
        let token = SessionToken::decode("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let hash = token.as_ref().map(SessionToken::hash).unwrap_or_default();
        (Ledger::new(token.as_ref()), hash)
    }

    #[tokio::test]
    async fn what_is_read_for_who_asked_may_be_sent() {
        let (ledger, token) = ledger();
        ledger
            .follow(async {
                note_session(&token, customer(1));
                note(&Role::Auth);
                note(&Role::Customer(customer(1)));
                let _ = spawn(async { note(&Role::Customer(customer(1))) }).await;
            })
            .await;
        assert_eq!(ledger.verdict(), Verdict::Theirs);
    }

    #[tokio::test]
    async fn what_is_read_for_somebody_else_is_seen_also_in_a_spawned_task() {
        let (ledger, token) = ledger();
        ledger
            .follow(async {
                note_session(&token, customer(1));
                note(&Role::Customer(customer(1)));
                let _ = spawn(async { note(&Role::Customer(customer(2))) }).await;
            })
            .await;
        assert_eq!(ledger.verdict(), Verdict::Mixed { asker: Some(customer(1)), owner: Some(customer(2)) });
    }

    #[tokio::test]
    async fn personal_data_for_nobody_or_by_the_token_of_another_request_is_seen() {
        let (ledger, _) = ledger();
        ledger
            .follow(async {
                note_session(b"another", customer(1));
                note(&Role::Customer(customer(1)));
            })
            .await;
        assert_eq!(ledger.verdict(), Verdict::Mixed { asker: None, owner: Some(customer(1)) });
    }
}
