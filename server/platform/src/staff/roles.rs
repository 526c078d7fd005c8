//! Roles, and changes of them. Where two people look after the others, what one proposes the other decides; where there is one
//! alone, it holds at once, and the audit log says so.

use super::{Capabilities, Capability, Invitation, act, can, id};
use crate::{
    audit::{Action, Detail, Thing},
    db::{DbError, Dialect, Tx},
    identity::{Identity, IdentityError, Proven},
    on,
    random::random_id,
    scope::{AUTH, StaffScope},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its word: `agent`.
    pub id: String,
    /// What it is called; empty for those that come with the portal, which the texts name.
    pub name: String,
    /// What it may do.
    pub capabilities: Capabilities,
    /// How many active people have it.
    pub people: i64,
}

/// What is to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    /// The role of a person.
    Role,
    /// The capabilities of a role.
    Capabilities,
    /// Somebody comes in, for the first time or again.
    Entry,
    /// A new code for somebody who has an access, in whose place whoever has the code could come in.
    Code,
}

impl ProposalKind {
    const ALL: [Self; 4] = [Self::Role, Self::Capabilities, Self::Entry, Self::Code];

    const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Capabilities => "capabilities",
            Self::Entry => "entry",
            Self::Code => "code",
        }
    }

    fn of_word(word: &str) -> Result<Self, DbError> {
        Self::ALL.into_iter().find(|kind| kind.word() == word).ok_or(DbError::Value("staff_proposal.kind"))
    }
}

/// A change that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: Id<kind::Proposal>,
    /// What is to be changed.
    pub kind: ProposalKind,
    /// Of whom or what: a name, or the id of a role.
    pub subject: String,
    /// To what: the id of a role, or words of capabilities.
    pub value: String,
    /// By whom.
    pub by: Id<kind::Staff>,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a change that somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It holds.
    Done,
    /// A second person has to agree.
    Proposed,
    /// There is no such person, role or proposal; or it would leave nobody to look after the others; or one decides what one
    /// has proposed.
    Refused,
}

/// Every role, those that come with the portal first.
///
/// # Errors
/// What the database says.
pub async fn list_roles(tx: &mut Tx, _scope: &StaffScope) -> Result<Vec<Role>, DbError> {
    const LIST: &str = "select r.id, r.name, r.capabilities,
          (select count(*) from staff m where m.role = r.id and m.inactive_at is null)
        from role r order by case when r.name = '' then 0 else 1 end, r.name, r.changed_at, r.id";
    let rows: Vec<(String, String, String, i64)> = on!(tx, c => sqlx::query_as(LIST).fetch_all(&mut **c).await)?;
    let role = |(id, name, words, people): (String, String, String, i64)| Role {
        id,
        name,
        capabilities: Capabilities::of_words(&words),
        people,
    };
    Ok(rows.into_iter().map(role).collect())
}

/// What waits for a second person, the oldest first.
///
/// # Errors
/// What the database says.
pub async fn list_proposals(tx: &mut Tx, _scope: &StaffScope) -> Result<Vec<Proposal>, DbError> {
    const LIST: &str = "select o.id, o.kind, coalesce(w.name, o.subject), o.value, o.proposed_by, p.name, o.proposed_at
        from staff_proposal o join customer c on c.id = o.proposed_by join party p on p.id = c.party_id
          left join customer s on s.number = o.subject and o.kind <> 'capabilities' left join party w on w.id = s.party_id
        where o.decided_at is null order by o.proposed_at, o.id";
    type Row = (Vec<u8>, String, String, String, Vec<u8>, String, i64);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(LIST).fetch_all(&mut **c).await)?;
    let proposal = |(proposal, kind, subject, value, by, by_name, at): Row| {
        Ok(Proposal {
            id: id(proposal)?,
            kind: ProposalKind::of_word(&kind)?,
            subject,
            value,
            by: id(by)?,
            by_name,
            at: Timestamp(at),
        })
    };
    rows.into_iter().map(proposal).collect()
}

/// How many active people have a capability and a way to sign in.
pub(super) async fn count_with(tx: &mut Tx, capability: Capability) -> Result<i64, DbError> {
    const LIST: &str = "select r.capabilities, count(*) from staff m join role r on r.id = m.role
          join credential k on k.customer_id = m.customer_id
        where m.inactive_at is null group by r.id, r.capabilities";
    let rows: Vec<(String, i64)> = on!(tx, c => sqlx::query_as(LIST).fetch_all(&mut **c).await)?;
    Ok(rows.iter().filter(|(words, _)| Capabilities::of_words(words).has(capability)).map(|(_, count)| count).sum())
}

/// Days for which somebody who was shut out still counts among those who look after the others: nobody becomes alone by
/// shutting the other out.
const COUNTS_DAYS: i64 = 30;

/// Whether there is one alone who may look after the others, so that nobody could agree.
pub(super) async fn is_alone(tx: &mut Tx, now: Timestamp) -> Result<bool, DbError> {
    const LIST: &str = "select r.capabilities from staff m join role r on r.id = m.role
          join credential k on k.customer_id = m.customer_id
        where m.inactive_at is null or m.inactive_at > $1";
    // Two at once must not each take the other for gone.
    one_at_a_time(tx).await?;
    let since = now.plus_seconds(-COUNTS_DAYS * 86_400).millis();
    let rows: Vec<(String,)> = on!(tx, c => sqlx::query_as(LIST).bind(since).fetch_all(&mut **c).await)?;
    Ok(rows.iter().filter(|(words,)| Capabilities::of_words(words).has(Capability::Staff)).count() < 2)
}

/// Changes of who may do what wait for one another. SQLite has one writer as it is.
pub(super) async fn one_at_a_time(tx: &mut Tx) -> Result<(), DbError> {
    const LOCK: &str = "select id from role where id = 'administrator' for update";
    if tx.dialect() == Dialect::Postgres {
        on!(tx, c => sqlx::query(LOCK).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Whether somebody of the institution may still look after the others, now, in this transaction.
pub(super) async fn still_may(tx: &mut Tx, who: Id<kind::Staff>) -> Result<bool, DbError> {
    const FIND: &str = "select r.capabilities from staff m join role r on r.id = m.role
        where m.customer_id = $1 and m.inactive_at is null";
    let row: Option<(String,)> =
        on!(tx, c => sqlx::query_as(FIND).bind(who.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    Ok(row.is_some_and(|(words,)| Capabilities::of_words(&words).has(Capability::Staff)))
}

/// A change, as it is proposed and done.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub kind: ProposalKind,
    /// The number of a person, or the id of a role.
    pub subject: String,
    pub value: String,
}

impl Wish {
    /// Puts it before a second person.
    pub async fn propose(
        &self,
        tx: &mut Tx,
        proposal: Id<kind::Proposal>,
        scope: &StaffScope,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const PROPOSE: &str = "insert into staff_proposal (id, kind, subject, value, proposed_by, proposed_at)
            values ($1, $2, $3, $4, $5, $6)";
        on!(tx, c => sqlx::query(PROPOSE).bind(proposal.as_bytes().as_slice()).bind(self.kind.word())
            .bind(&self.subject).bind(&self.value).bind(scope.who().as_bytes().as_slice()).bind(now.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        tx.audit(act(Action::RoleProposed, scope, now).detail(Detail::Form(self.kind.word())));
        Ok(())
    }
}

impl Identity {
    /// Gives somebody another role.
    ///
    /// # Errors
    /// What the database says.
    pub async fn change_role(
        &self,
        grant: &Proven<can::Staff>,
        number: &str,
        role: &str,
    ) -> Result<Change, IdentityError> {
        let wish = Wish { kind: ProposalKind::Role, subject: number.to_owned(), value: role.to_owned() };
        self.wish(grant, wish).await
    }

    /// Gives a role other capabilities.
    ///
    /// # Errors
    /// What the database says.
    pub async fn change_capabilities(
        &self,
        grant: &Proven<can::Staff>,
        role: &str,
        capabilities: Capabilities,
    ) -> Result<Change, IdentityError> {
        let kind = ProposalKind::Capabilities;
        let wish = Wish { kind, subject: role.to_owned(), value: capabilities.to_string() };
        self.wish(grant, wish).await
    }

    /// Makes a role that may do nothing yet. False when its word is taken or is none: small letters, digits, hyphens.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_role(&self, grant: &Proven<can::Staff>, word: &str, name: &str) -> Result<bool, IdentityError> {
        const ADD: &str = "insert into role (id, name, capabilities, changed_at) values ($1, $2, '', $3)
            on conflict (id) do nothing";
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let name = name.trim();
        if word.is_empty() || word.len() > 30 || !word.chars().all(fits) || name.is_empty() || name.len() > 60 {
            return Ok(false);
        }
        let (scope, now) = (***grant, self.clock.now());
        let (word, name) = (word.to_owned(), name.to_owned());
        let added = self.db.write(&AUTH, move |tx| {
            async move {
                let added = on!(tx, c => sqlx::query(ADD).bind(&word).bind(&name).bind(now.millis())
                    .execute(&mut **c).await.map(|done| done.rows_affected()))?;
                if added > 0 {
                    tx.audit(act(Action::RoleChanged, &scope, now).detail(Detail::Form("new")));
                }
                Ok::<_, DbError>(added > 0)
            }
            .boxed()
        });
        Ok(added.await?)
    }

    pub(super) async fn wish(&self, grant: &Proven<can::Staff>, wish: Wish) -> Result<Change, IdentityError> {
        let (scope, now) = (***grant, self.clock.now());
        let proposal: Id<kind::Proposal> = random_id(&*self.random);
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                let alone = is_alone(tx, now).await?;
                if !still_may(tx, scope.who()).await? || !stands(tx, &wish).await? {
                    return Ok(Change::Refused);
                }
                if alone {
                    return if apply(tx, &wish, now).await? {
                        tx.audit(act(Action::RoleChanged, &scope, now).detail(Detail::Reason("alone")));
                        Ok(Change::Done)
                    } else {
                        Ok(Change::Refused)
                    };
                }
                wish.propose(tx, proposal, &scope, now).await?;
                Ok::<_, DbError>(Change::Proposed)
            }
            .boxed()
        });
        Ok(done.await?)
    }

    /// Agrees to what another has proposed, or does not. Who has proposed it may take it back and not agree to it. A new code
    /// is given to whoever agrees, to hand it over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn decide(
        &self,
        grant: &Proven<can::Staff>,
        proposal: Id<kind::Proposal>,
        accept: bool,
    ) -> Result<(Change, Option<Invitation>), IdentityError> {
        const FIND: &str =
            "select kind, subject, value, proposed_by from staff_proposal where id = $1 and decided_at is null";
        const DECIDE: &str = "update staff_proposal set decided_by = $2, decided_at = $3, accepted = $4
            where id = $1 and decided_at is null";
        let (scope, now) = (***grant, self.clock.now());
        // Made before it is known whether it is asked for, so that no transaction waits for it.
        let (activation, hash) = self.new_activation().await?;
        let until = activation.until;
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                one_at_a_time(tx).await?;
                let key = proposal.as_bytes().as_slice();
                let row: Option<(String, String, String, Vec<u8>)> =
                    on!(tx, c => sqlx::query_as(FIND).bind(key).fetch_optional(&mut **c).await)?;
                let Some((kind, subject, value, by)) = row else { return Ok(None) };
                if accept && by == scope.who().as_bytes() || !still_may(tx, scope.who()).await? {
                    return Ok(None);
                }
                let wish = Wish { kind: ProposalKind::of_word(&kind)?, subject, value };
                let mut number = None;
                if accept {
                    if !stands(tx, &wish).await? || !apply(tx, &wish, now).await? {
                        return Ok(None);
                    }
                    if wish.kind == ProposalKind::Code {
                        super::invite::keep_code(tx, &wish.subject, &hash, until, now).await?;
                        number = Some(wish.subject.clone());
                    }
                }
                let decided = on!(tx, c => sqlx::query(DECIDE).bind(key).bind(scope.who().as_bytes().as_slice())
                    .bind(now.millis()).bind(i64::from(accept)).execute(&mut **c).await.map(|done| done.rows_affected()))?;
                if decided == 0 {
                    return Err(DbError::Value("a proposal that was decided twice"));
                }
                let action = if accept { Action::RoleChanged } else { Action::RoleDeclined };
                let entry = act(action, &scope, now).about(Thing::Config, proposal);
                tx.audit(entry.detail(Detail::Form(wish.kind.word())));
                Ok(Some(number))
            }
            .boxed()
        });
        Ok(match done.await? {
            None => (Change::Refused, None),
            Some(None) => (Change::Done, None),
            Some(Some(number)) => (Change::Done, Some(Invitation { number, activation })),
        })
    }
}

/// Whether there is what a wish is about.
async fn stands(tx: &mut Tx, wish: &Wish) -> Result<bool, DbError> {
    const PERSON: &str = "select count(*) from staff m join customer c on c.id = m.customer_id where c.number = $1";
    const ROLE: &str = "select count(*) from role where id = $1";
    let count = async |tx: &mut Tx, sql: &'static str, key: &str| {
        let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).bind(key.to_owned()).fetch_one(&mut **c).await)?;
        Ok::<_, DbError>(count > 0)
    };
    Ok(match wish.kind {
        ProposalKind::Role => count(tx, PERSON, &wish.subject).await? && count(tx, ROLE, &wish.value).await?,
        ProposalKind::Capabilities => count(tx, ROLE, &wish.subject).await?,
        ProposalKind::Entry | ProposalKind::Code => count(tx, PERSON, &wish.subject).await?,
    })
}

/// Does it, unless nobody would be left to look after the others.
async fn apply(tx: &mut Tx, wish: &Wish, now: Timestamp) -> Result<bool, DbError> {
    const PERSON: &str = "update staff set role = $2 where customer_id = (select id from customer where number = $1)";
    const ROLE: &str = "update role set capabilities = $2, changed_at = $3 where id = $1";
    const ENTRY: &str =
        "update staff set inactive_at = null where customer_id = (select id from customer where number = $1)";
    let find = match wish.kind {
        ProposalKind::Role => "select m.role from staff m join customer c on c.id = m.customer_id where c.number = $1",
        ProposalKind::Capabilities => "select capabilities from role where id = $1",
        ProposalKind::Entry => {
            on!(tx, c => sqlx::query(ENTRY).bind(&wish.subject).execute(&mut **c).await.map(|_| ()))?;
            return Ok(true);
        }
        ProposalKind::Code => return Ok(true),
    };
    let (before,): (String,) = on!(tx, c => sqlx::query_as(find).bind(&wish.subject).fetch_one(&mut **c).await)?;
    for value in [&wish.value, &before] {
        match wish.kind {
            ProposalKind::Role => on!(tx, c => sqlx::query(PERSON).bind(&wish.subject).bind(value)
                .execute(&mut **c).await.map(|_| ()))?,
            _ => on!(tx, c => sqlx::query(ROLE).bind(&wish.subject).bind(value).bind(now.millis())
                .execute(&mut **c).await.map(|_| ()))?,
        }
        if count_with(tx, Capability::Staff).await? > 0 {
            return Ok(value == &wish.value);
        }
    }
    Ok(false)
}
