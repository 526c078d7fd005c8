//! Applies records to the database, and notes whose pages have something new.

use super::{
    notes::insert_unmapped,
    shape::{self, Owner, Shaped},
};
use crate::{
    accounts::feed::{insert_findings, insert_quarantined},
    claims::live::{CLAIM, POLICY},
};
use guichet_formats::{
    insurance::{
        Report,
        record::{Claim, Policy, Record},
    },
    record::Quarantined,
};
use guichet_platform::{
    db::{DbError, Tx},
    inbox::Job,
    live::publish,
    on,
    privacy::{self, Whose},
};
use guichet_types::{Id, Timestamp, kind};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Applier {
    document: Id<kind::Document>,
    received_at: Timestamp,
    now: Timestamp,
    /// The version of everything in the document.
    as_of: i64,
    /// Records so far, which is where a part stands among others.
    position: i64,
    /// What has changed in this batch, by the insurer's key, with the part that is new.
    claims: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    policies: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

/// What is there already.
struct Known {
    id: Vec<u8>,
    data: String,
    version: (i64, Vec<u8>),
}

/// As JSON; what is kept here has only strings as keys, so that this cannot fail.
fn json<T: Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| DbError::Value("a record that cannot be written as JSON"))
}

impl Applier {
    pub(super) fn new(job: &Job, now: Timestamp) -> Self {
        Self {
            document: job.document,
            received_at: job.received_at,
            now,
            as_of: job.received_at.millis(),
            position: 0,
            claims: BTreeMap::new(),
            policies: BTreeMap::new(),
        }
    }

    fn version(&self) -> (i64, Vec<u8>) {
        (self.as_of, self.document.as_bytes().to_vec())
    }

    /// Notes what was found.
    pub(super) async fn begin(self, tx: &mut Tx, report: Report) -> Result<Self, DbError> {
        const NOTE: &str =
            "update source_document set message_type = $2, version = $3, state = 'applying' where id = $1";
        on!(tx, c => sqlx::query(NOTE).bind(self.document.as_bytes().as_slice()).bind(report.format)
            .bind(&report.version).execute(&mut **c).await.map(|_| ()))?;
        insert_findings(tx, self.document, self.received_at, &report.findings).await?;
        insert_quarantined(tx, self.document, self.received_at, &report.quarantined).await?;
        Ok(self)
    }

    /// A batch, with its checkpoint and its events. A cut import begins again from the start, which changes nothing.
    pub(super) async fn take(&mut self, tx: &mut Tx, records: Vec<Record>) -> Result<(), DbError> {
        const MARK: &str = "update source_document set applied_records = $2 where id = $1";
        for record in records {
            self.position += 1;
            match shape::part(record) {
                Err((place, reason)) => {
                    let piece = Quarantined { place, reason, raw: String::new() };
                    insert_quarantined(tx, self.document, self.received_at, &[piece]).await?;
                }
                Ok(Ok(part)) => self.part(tx, part).await?,
                Ok(Err(Record::Document(document))) => {
                    // A sender's clock that runs ahead must not shut out everything that comes after.
                    let latest = self.received_at.plus_seconds(86_400).millis();
                    self.as_of = document.created_at.map_or(self.as_of, |at| at.millis().min(latest));
                }
                Ok(Err(Record::Policy(policy))) => self.policy(tx, &policy).await?,
                Ok(Err(Record::Claim(claim))) => self.claim(tx, &claim).await?,
                // The report has the first hundred alone; none may be lost.
                Ok(Err(Record::Quarantined(piece))) => {
                    insert_quarantined(tx, self.document, self.received_at, &[piece]).await?;
                }
                Ok(Err(_)) => {}
            }
        }
        on!(tx, c => sqlx::query(MARK).bind(self.document.as_bytes().as_slice()).bind(self.position)
            .execute(&mut **c).await.map(|_| ()))?;
        self.tell(tx).await
    }

    async fn policy(&mut self, tx: &mut Tx, policy: &Policy) -> Result<(), DbError> {
        const GET: &str = "select id, data, as_of, document_id from policy where id = $1";
        const PUT: &str = "insert into policy (id, number, data, as_of, document_id, place, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do update set number = excluded.number,
            data = excluded.data, as_of = excluded.as_of, document_id = excluded.document_id, place = excluded.place,
            changed_at = excluded.changed_at";
        const CLEAR: &str = "delete from policy_holder where policy_id = $1";
        const GRANT: &str = "insert into policy_holder (customer_id, policy_id, role) values ($1, $2, 'holder')
            on conflict do nothing";
        let id: Id<kind::Policy> = tx.stable_id(&[b"policy", policy.key.as_bytes()]);
        let id = id.as_bytes().to_vec();
        let known = known(tx, GET, &id).await?;
        if known.as_ref().is_some_and(|known| known.version > self.version()) {
            return Ok(());
        }
        let data = json(&shape::policy_head(policy))?;
        on!(tx, c => sqlx::query(PUT).bind(&id).bind(&policy.policy_no).bind(&data).bind(self.as_of)
            .bind(self.document.as_bytes().as_slice()).bind(&policy.place).bind(self.now.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        on!(tx, c => sqlx::query(CLEAR).bind(&id).execute(&mut **c).await.map(|_| ()))?;
        self.grant(tx, GRANT, &id, policy.customer.as_deref(), &policy.place).await?;
        if known.is_none_or(|known| known.data != data) {
            self.policies.entry(id).or_default();
        }
        Ok(())
    }

    async fn claim(&mut self, tx: &mut Tx, claim: &Claim) -> Result<(), DbError> {
        const GET: &str = "select id, data, as_of, document_id from claim where key_id = $1";
        const PUT: &str =
            "insert into claim (id, key_id, number, policy_number, data, as_of, document_id, place, changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (key_id) do update set number = excluded.number,
            policy_number = excluded.policy_number, data = excluded.data, as_of = excluded.as_of,
            document_id = excluded.document_id, place = excluded.place, changed_at = excluded.changed_at";
        const CLEAR: &str = "delete from claim_party where claim_id = $1";
        const GRANT: &str = "insert into claim_party (customer_id, claim_id, role) values ($1, $2, 'claimant')
            on conflict do nothing";
        let key_id: Id<kind::Claim> = tx.stable_id(&[b"claim", claim.key.as_bytes()]);
        let key_id = key_id.as_bytes().to_vec();
        let known = known(tx, GET, &key_id).await?;
        if known.as_ref().is_some_and(|known| known.version > self.version()) {
            return Ok(());
        }
        let id = match (&known, &claim.notice) {
            (Some(known), None) => known.id.clone(),
            (known, Some(reference)) => self.link(tx, reference, known.as_ref(), &key_id).await?,
            (None, None) => key_id.clone(),
        };
        let data = json(&shape::claim_head(claim))?;
        on!(tx, c => sqlx::query(PUT).bind(&id).bind(&key_id).bind(&claim.claim_no).bind(&claim.policy_no).bind(&data)
            .bind(self.as_of).bind(self.document.as_bytes().as_slice()).bind(&claim.place).bind(self.now.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        on!(tx, c => sqlx::query(CLEAR).bind(&id).execute(&mut **c).await.map(|_| ()))?;
        self.grant(tx, GRANT, &id, claim.customer.as_deref(), &claim.place).await?;
        if known.is_none_or(|known| known.data != data) {
            self.claims.entry(key_id).or_default();
        }
        Ok(())
    }

    /// Links a claim with the notice that it came of, and gives it the notice's id, so that the customer's page goes on. A
    /// claim that was known before keeps its own.
    async fn link(
        &self,
        tx: &mut Tx,
        reference: &str,
        known: Option<&Known>,
        key_id: &[u8],
    ) -> Result<Vec<u8>, DbError> {
        const GET: &str = "select id, claim_id from claim_notice where reference = $1";
        const TAKEN: &str = "select count(*) from claim where id = $1";
        const SET: &str = "update claim_notice set claim_id = $2 where id = $1 and claim_id is null";
        let notice: Option<(Vec<u8>, Option<Vec<u8>>)> =
            on!(tx, c => sqlx::query_as(GET).bind(reference).fetch_optional(&mut **c).await)?;
        let own = known.map_or_else(|| key_id.to_vec(), |known| known.id.clone());
        let Some((notice, linked)) = notice else { return Ok(own) };
        let (taken,): (i64,) = on!(tx, c => sqlx::query_as(TAKEN).bind(&notice).fetch_one(&mut **c).await)?;
        let id = if known.is_none() && linked.is_none() && taken == 0 { notice.clone() } else { own };
        on!(tx, c => sqlx::query(SET).bind(&notice).bind(&id).execute(&mut **c).await.map(|_| ()))?;
        Ok(id)
    }

    /// Gives the customer of a number the right to see a thing.
    async fn grant(
        &self,
        tx: &mut Tx,
        sql: &'static str,
        id: &[u8],
        customer: Option<&str>,
        place: &str,
    ) -> Result<(), DbError> {
        let Some(stated) = customer else {
            return insert_unmapped(tx, self.document, self.received_at, place, None).await;
        };
        // The number is taken as it stands: `Patient/1` of a FHIR server is not our customer 1. A policy may come before its holder
        // does. Whoever was erased is given nothing, and is named nowhere.
        let (holder, unknown) = match privacy::whose(tx, stated).await? {
            Whose::Of(holder) => (Some(holder), None),
            Whose::ToCome(holder) => (Some(holder), Some(Some(stated))),
            Whose::Erased => (None, Some(None)),
        };
        if let Some(holder) = holder {
            let holder = holder.as_bytes().as_slice();
            on!(tx, c => sqlx::query(sql).bind(holder).bind(id).execute(&mut **c).await.map(|_| ()))?;
        }
        if let Some(stated) = unknown {
            insert_unmapped(tx, self.document, self.received_at, place, stated).await?;
        }
        Ok(())
    }

    async fn part(&mut self, tx: &mut Tx, shaped: Shaped) -> Result<(), DbError> {
        const GET_CLAIM: &str = "select id, data, as_of, document_id from claim_part where id = $1";
        const GET_POLICY: &str = "select id, data, as_of, document_id from policy_part where id = $1";
        const PUT_CLAIM: &str =
            "insert into claim_part (id, claim_key, kind, data, position, as_of, document_id, place, seen_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do update set data = excluded.data,
            position = excluded.position, as_of = excluded.as_of, document_id = excluded.document_id, place = excluded.place";
        const PUT_POLICY: &str =
            "insert into policy_part (id, policy_id, kind, data, position, as_of, document_id, place)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do update set data = excluded.data,
            position = excluded.position, as_of = excluded.as_of, document_id = excluded.document_id, place = excluded.place";
        let Shaped { owner, owner_key, key, place, part } = shaped;
        let (of, get) = match owner {
            Owner::Policy => (b"policy".as_slice(), GET_POLICY),
            Owner::Claim => (b"claim".as_slice(), GET_CLAIM),
        };
        let owner_id: Id<()> = tx.stable_id(&[of, owner_key.as_bytes()]);
        let id: Id<kind::ClaimPart> = tx.stable_id(&[of, part.kind().as_bytes(), key.as_bytes()]);
        let (owner_id, id) = (owner_id.as_bytes().to_vec(), id.as_bytes().to_vec());
        let known = known(tx, get, &id).await?;
        if known.as_ref().is_some_and(|known| known.version > self.version()) {
            return Ok(());
        }
        let data = json(&part)?;
        let document = self.document.as_bytes().as_slice();
        match owner {
            Owner::Policy => {
                on!(tx, c => sqlx::query(PUT_POLICY).bind(&id).bind(&owner_id).bind(part.kind()).bind(&data)
                .bind(self.position).bind(self.as_of).bind(document).bind(&place).execute(&mut **c).await.map(|_| ()))?
            }
            Owner::Claim => on!(tx, c => sqlx::query(PUT_CLAIM).bind(&id).bind(&owner_id).bind(part.kind()).bind(&data)
                .bind(self.position).bind(self.as_of).bind(document).bind(&place).bind(self.received_at.millis())
                .execute(&mut **c).await.map(|_| ()))?,
        }
        if known.is_none_or(|known| known.data != data) {
            let changed = if owner == Owner::Policy { &mut self.policies } else { &mut self.claims };
            changed.insert(owner_id, Some(id));
        }
        Ok(())
    }

    /// Tells the open pages of everybody who may see what has changed.
    async fn tell(&mut self, tx: &mut Tx) -> Result<(), DbError> {
        const CLAIMANTS: &str = "select p.customer_id, m.id from claim m join claim_party p on p.claim_id = m.id
            join customer c on c.id = p.customer_id where m.key_id = $1 order by p.customer_id";
        const HOLDERS: &str = "select h.customer_id, h.policy_id from policy_holder h
            join customer c on c.id = h.customer_id where h.policy_id = $1 order by h.customer_id";
        let claims = std::mem::take(&mut self.claims).into_iter().map(|changed| (CLAIM, CLAIMANTS, changed));
        let policies = std::mem::take(&mut self.policies).into_iter().map(|changed| (POLICY, HOLDERS, changed));
        for (topic, sql, (key, detail)) in claims.chain(policies) {
            let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(tx, c => sqlx::query_as(sql).bind(&key).fetch_all(&mut **c).await)?;
            for (customer, subject) in rows {
                let customer = Id::try_from(customer).map_err(|_| DbError::Value("claim_party.customer_id"))?;
                publish(tx, customer, topic, &subject, detail.as_deref(), self.now).await?;
            }
        }
        Ok(())
    }
}

async fn known(tx: &mut Tx, sql: &'static str, id: &[u8]) -> Result<Option<Known>, DbError> {
    let row: Option<(Vec<u8>, String, i64, Vec<u8>)> =
        on!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(&mut **c).await)?;
    Ok(row.map(|(id, data, as_of, document)| Known { id, data, version: (as_of, document) }))
}
