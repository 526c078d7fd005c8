//! First access: for somebody of the institution, and for a customer who asks at the counter. A code that is shown once to
//! whoever hands it over; never by questions about somebody's life.

use super::{
    Change, ProposalKind, act, can,
    roles::{Wish, is_alone},
    sign_in_of,
};
use crate::{
    audit::{Action, Detail, Thing},
    db::{DbError, Tx},
    identity::{Identity, IdentityError, NewActivation, Proven},
    on,
    random::random_id,
    scope::{AUTH, FeedScope, Grant, StaffScope},
};
use futures::FutureExt as _;
use guichet_types::{Id, Timestamp, kind};

/// Somebody who is to work here.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// The id of their role.
    pub role: String,
    /// What they do.
    pub title: String,
}

/// A first access, to be handed over.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// What they type with the code.
    pub number: String,
    /// The code.
    pub activation: NewActivation,
}

/// Letters of a name or a title that are kept.
const MAX_LETTERS: usize = 80;

impl Identity {
    /// Lets somebody of the institution in for the first time; their code works once a second person has agreed, where there is
    /// one. None when the role is none, or the name is empty or too long.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invite_person(
        &self,
        grant: &Proven<can::Staff>,
        person: NewPerson,
    ) -> Result<Option<Invitation>, IdentityError> {
        self.add_person(Some(***grant), person).await
    }

    /// The same by whoever sits at the machine, or sets the portal up.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invite_first(
        &self,
        _operator: &FeedScope,
        person: NewPerson,
    ) -> Result<Option<Invitation>, IdentityError> {
        self.add_person(None, person).await
    }

    async fn add_person(&self, by: Option<StaffScope>, person: NewPerson) -> Result<Option<Invitation>, IdentityError> {
        const ROLE: &str = "select count(*) from role where id = $1";
        const PARTY: &str = "insert into party (id, kind, name) values ($1, 'person', $2)";
        const CUSTOMER: &str = "insert into customer (id, party_id, number, since_day, created_at)
            values ($1, $1, $2, $3, $4)";
        const STAFF: &str = "insert into staff (customer_id, role, title, created_at) values ($1, $2, $3, $4)";
        const WAITS: &str = "update staff set inactive_at = $2 where customer_id = $1";
        let NewPerson { name, role, title } = person;
        let (name, title) = (name.trim().to_owned(), title.trim().to_owned());
        if name.is_empty() || name.chars().count() > MAX_LETTERS || title.chars().count() > MAX_LETTERS {
            return Ok(None);
        }
        let who: Id<kind::Staff> = random_id(&*self.random);
        let now = self.clock.now();
        // Eight figures like a customer's number, and a letter that none of theirs begins with.
        let mut figures = [0; 4];
        self.random.fill(&mut figures);
        let number = format!("S-{:08}", u32::from_le_bytes(figures) % 100_000_000);
        let (activation, hash) = self.new_activation().await?;
        let kept = number.clone();
        let until = activation.until;
        let proposal = random_id(&*self.random);
        let added = self.db.write(&AUTH, move |tx| {
            async move {
                let (known,): (i64,) = on!(tx, c => sqlx::query_as(ROLE).bind(&role).fetch_one(&mut **c).await)?;
                if known == 0 {
                    return Ok(false);
                }
                let key = who.as_bytes().as_slice();
                let day = now.millis().div_euclid(86_400_000);
                on!(tx, c => sqlx::query(PARTY).bind(key).bind(&name).execute(&mut **c).await.map(|_| ()))?;
                on!(tx, c => sqlx::query(CUSTOMER).bind(key).bind(&kept).bind(day).bind(now.millis())
                    .execute(&mut **c).await.map(|_| ()))?;
                on!(tx, c => sqlx::query(STAFF).bind(key).bind(&role).bind(&title).bind(now.millis())
                    .execute(&mut **c).await.map(|_| ()))?;
                crate::identity::keep_activation(tx, sign_in_of(who), &hash, until, now).await?;
                if let Some(scope) = &by
                    && !is_alone(tx, now).await?
                {
                    on!(tx, c => sqlx::query(WAITS).bind(key).bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
                    let wish = Wish { kind: ProposalKind::Entry, subject: kept, value: role };
                    wish.propose(tx, proposal, scope, now).await?;
                }
                let entry = match by {
                    Some(scope) => act(Action::StaffInvited, &scope, now),
                    None => crate::audit::Entry::new(Action::StaffInvited, crate::audit::Actor::Operator, now),
                };
                tx.audit(entry.about(Thing::Customer, who));
                Ok::<_, DbError>(true)
            }
            .boxed()
        });
        Ok(added.await?.then_some(Invitation { number, activation }))
    }

    /// A new code for a customer, or for somebody of the institution. Codes from before stop working. None when there is
    /// nobody such.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invite_customer(
        &self,
        grant: &Proven<can::Access>,
        customer: Id<kind::Customer>,
    ) -> Result<Option<Invitation>, IdentityError> {
        self.invite_again(***grant, customer, Kind::Customer).await
    }

    /// A new code for somebody of the institution. Where they have an access already and there is a second person, that one
    /// has to agree, and gets the code. [`Change::Refused`] when there is nobody such.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invite_person_again(
        &self,
        grant: &Proven<can::Staff>,
        who: Id<kind::Staff>,
    ) -> Result<(Change, Option<Invitation>), IdentityError> {
        const FIND: &str = "select c.number, (select count(*) from credential k where k.customer_id = c.id)
            from staff m join customer c on c.id = m.customer_id where m.customer_id = $1";
        let now = self.clock.now();
        let found = self.db.write(&AUTH, move |tx| {
            async move {
                let row: Option<(String, i64)> = on!(tx, c => sqlx::query_as(FIND).bind(who.as_bytes().as_slice())
                    .fetch_optional(&mut **c).await)?;
                Ok::<_, DbError>((row, is_alone(tx, now).await?))
            }
            .boxed()
        });
        match found.await? {
            (None, _) => Ok((Change::Refused, None)),
            (Some((subject, access)), false) if access > 0 => {
                let wish = Wish { kind: ProposalKind::Code, subject, value: String::new() };
                Ok((self.wish(grant, wish).await?, None))
            }
            _ => {
                let made = self.invite_again(***grant, sign_in_of(who), Kind::Staff).await?;
                Ok((if made.is_some() { Change::Done } else { Change::Refused }, made))
            }
        }
    }

    async fn invite_again(
        &self,
        scope: StaffScope,
        customer: Id<kind::Customer>,
        wanted: Kind,
    ) -> Result<Option<Invitation>, IdentityError> {
        let now = self.clock.now();
        let (activation, hash) = self.new_activation().await?;
        let until = activation.until;
        let number = self.db.write(&AUTH, move |tx| {
            async move {
                let Some(number) = number_of(tx, customer, wanted).await? else { return Ok(None) };
                crate::identity::keep_activation(tx, customer, &hash, until, now).await?;
                let action = if wanted == Kind::Staff { Action::StaffInvited } else { Action::CustomerInvited };
                let entry = act(action, &scope, now).about(Thing::Customer, customer);
                tx.audit(if wanted == Kind::Staff { entry } else { entry.concerning(customer) });
                Ok::<_, DbError>(Some(number))
            }
            .boxed()
        });
        Ok(number.await?.map(|number| Invitation { number, activation }))
    }

    /// Shuts a customer out, or lets them in again; whatever session they had ends. False when there is no such customer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn switch_customer(
        &self,
        grant: &Proven<can::Access>,
        customer: Id<kind::Customer>,
        enabled: bool,
    ) -> Result<bool, IdentityError> {
        const SWITCH: [&str; 2] = [
            "update customer set disabled_at = $2 where id = $1",
            "update customer set disabled_at = $2::bigint where id = $1",
        ];
        let (this, scope, now) = (self.clone(), ***grant, self.clock.now());
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                if number_of(tx, customer, Kind::Customer).await?.is_none() {
                    return Ok(false);
                }
                let sql = SWITCH[usize::from(tx.dialect() == crate::db::Dialect::Postgres)];
                let at: Option<i64> = (!enabled).then_some(now.millis());
                on!(tx, c => sqlx::query(sql).bind(customer.as_bytes().as_slice()).bind(at)
                    .execute(&mut **c).await.map(|_| ()))?;
                if !enabled {
                    this.sessions.end_all(tx, customer, None).await?;
                }
                let action = if enabled { Action::CustomerEnabled } else { Action::CustomerDisabled };
                tx.audit(act(action, &scope, now).about(Thing::Customer, customer).concerning(customer));
                Ok::<_, DbError>(true)
            }
            .boxed()
        });
        Ok(done.await?)
    }

    /// Ends every session of a customer. False when there is no such customer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_sessions_of(
        &self,
        grant: &Grant<can::Access>,
        customer: Id<kind::Customer>,
    ) -> Result<bool, IdentityError> {
        let (this, scope, now) = (self.clone(), **grant, self.clock.now());
        let done = self.db.write(&AUTH, move |tx| {
            async move {
                if number_of(tx, customer, Kind::Customer).await?.is_none() {
                    return Ok(false);
                }
                this.sessions.end_all(tx, customer, None).await?;
                tx.audit(act(Action::SessionEnded, &scope, now).about(Thing::Customer, customer).concerning(customer));
                Ok::<_, DbError>(true)
            }
            .boxed()
        });
        Ok(done.await?)
    }

    /// Ends every session of every customer, for when something is wrong with all of them. The institution's own people stay.
    /// Gives back of how many customers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_every_session(&self, grant: &Proven<can::Operate>) -> Result<u64, IdentityError> {
        const FIND: &str = "select distinct s.customer_id from session s
            where s.revoked_at is null and s.expires_at > $1
              and not exists (select 1 from staff m where m.customer_id = s.customer_id) limit 200";
        let (scope, now, mut ended) = (***grant, self.clock.now(), 0);
        loop {
            // In small pieces, so that nobody who comes in again has to wait for all.
            let this = self.clone();
            let some = self.db.write(&AUTH, move |tx| {
                async move {
                    let rows: Vec<(Vec<u8>,)> =
                        on!(tx, c => sqlx::query_as(FIND).bind(now.millis()).fetch_all(&mut **c).await)?;
                    for (customer,) in &rows {
                        this.sessions.end_all(tx, super::id(customer.clone())?, None).await?;
                    }
                    Ok::<_, DbError>(rows.len() as u64)
                }
                .boxed()
            });
            let some = some.await?;
            ended += some;
            if some < 200 {
                break;
            }
        }
        let noted = self.db.write(&AUTH, move |tx| {
            async move {
                tx.audit(act(Action::SessionEnded, &scope, now).detail(Detail::Count(ended)));
                Ok::<_, DbError>(())
            }
            .boxed()
        });
        noted.await?;
        Ok(ended)
    }
}

/// Keeps the hash of a new code for whoever of the institution has a number.
pub(super) async fn keep_code(
    tx: &mut Tx,
    number: &str,
    hash: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    const FIND: &str = "select m.customer_id from staff m join customer c on c.id = m.customer_id where c.number = $1";
    let (who,): (Vec<u8>,) = on!(tx, c => sqlx::query_as(FIND).bind(number).fetch_one(&mut **c).await)?;
    crate::identity::keep_activation(tx, super::id(who)?, hash, until, now).await
}

/// Whose number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Customer,
    Staff,
}

/// The number of a customer who is none of the institution's people, or of one who is.
async fn number_of(tx: &mut Tx, customer: Id<kind::Customer>, wanted: Kind) -> Result<Option<String>, DbError> {
    const FIND: &str = "select number from customer where id = $1";
    if super::people::is_staff(tx, customer).await? != (wanted == Kind::Staff) {
        return Ok(None);
    }
    let row: Option<(String,)> =
        on!(tx, c => sqlx::query_as(FIND).bind(customer.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(number,)| number))
}
