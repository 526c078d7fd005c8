//! A reader's records as what is kept of them.

use crate::claims::model::{
    ClaimHead, Coverage, Item, Milestone, Moment, Note, Object, Paper, Part, Payment, Person, PolicyHead, Premium,
    Request,
};
use guichet_formats::insurance::record::{self, Amount, Record, When};
use guichet_types::Money;

/// A part, with the keys of itself and of what it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Shaped {
    pub owner: Owner,
    pub owner_key: String,
    pub key: String,
    pub place: String,
    pub part: Part,
}

/// What a part belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Policy,
    Claim,
}

fn money(amount: Option<Amount>) -> Option<Money> {
    amount.and_then(|amount| Money::from_decimal(amount.value, amount.currency).ok())
}

fn moment(when: Option<When>) -> Option<Moment> {
    when.map(|when| Moment { day: when.date, at: when.at })
}

fn word<T>(code: Option<T>, as_str: fn(T) -> &'static str) -> Option<String> {
    code.map(|code| as_str(code).to_owned())
}

pub(super) fn policy_head(policy: &record::Policy) -> PolicyHead {
    PolicyHead {
        number: policy.policy_no.clone(),
        insurer: policy.insurer.clone(),
        line: policy.line.clone(),
        product: policy.product.clone(),
        status: word(policy.status, record::PolicyStatus::as_str),
        status_stated: policy.status_stated.clone(),
        holder: policy.holder.clone(),
        start: policy.start,
        end: policy.end,
        renewal: policy.renewal,
        premium_net: money(policy.premium_net),
        tax: money(policy.tax),
        premium_gross: money(policy.premium_gross),
        frequency: word(policy.frequency, record::Frequency::as_str),
        next_due: policy.next_due,
        collection: policy.collection.clone(),
        intermediary: policy.intermediary.clone(),
    }
}

pub(super) fn claim_head(claim: &record::Claim) -> ClaimHead {
    ClaimHead {
        number: claim.claim_no.clone(),
        insurer: claim.insurer.clone(),
        policy_no: claim.policy_no.clone(),
        line: claim.line.clone(),
        loss: moment(claim.loss_at),
        loss_place: claim.loss_place.clone(),
        cause: claim.cause.clone(),
        reported: moment(claim.reported_at),
        status: claim.status.clone(),
        sub_status: claim.sub_status.clone(),
        outcome: word(claim.outcome, record::Outcome::as_str),
        claimed: money(claim.claimed),
        estimate: money(claim.estimate),
        handler_name: claim.handler_name.clone(),
        handler_contact: claim.handler_contact.clone(),
        next_actor: word(claim.next_actor, record::Actor::as_str),
        next_step: claim.next_step.clone(),
        next_until: claim.next_until,
        closed: moment(claim.closed_at),
        reopened: moment(claim.reopened_at),
    }
}

/// The sender's own id for a part: the last piece of its key, in which a bar is doubled.
fn own_id(key: &str) -> String {
    let plain = key.replace("||", "\u{0}");
    plain.rsplit('|').next().unwrap_or_default().replace('\u{0}', "|")
}

fn paper(document: record::ClaimDocument) -> (String, String, String, Part) {
    let part = Part::Document(Paper { kind: document.kind, name: document.name, at: moment(document.at) });
    (document.owner_key, document.key, document.place, part)
}

/// The record as a part; the record itself when it is none. A payment or a premium without an amount that the currency can
/// hold is given back as the reason to keep it aside.
pub(super) fn part(record: Record) -> Result<Result<Shaped, Record>, (String, String)> {
    let shaped = |owner, owner_key: String, key: String, place: String, part| {
        Ok(Ok(Shaped { owner, owner_key, key, place, part }))
    };
    let unfit = |place: String| Err((place, "The amount is finer or larger than its currency can hold.".to_owned()));
    match record {
        Record::Party(it) => {
            let part = Part::Party(Person { role: it.role, name: it.name, first_name: it.first_name });
            shaped(Owner::Policy, it.policy_key, it.key, it.place, part)
        }
        Record::InsuredObject(it) => {
            let part = Part::Object(Object {
                key: it.key.clone(),
                kind: it.kind.as_str().to_owned(),
                description: it.description,
                attributes: it.attributes,
            });
            shaped(Owner::Policy, it.policy_key, it.key, it.place, part)
        }
        Record::Coverage(it) => {
            let part = Part::Coverage(Coverage {
                object_key: it.object_key,
                code: it.code,
                name: it.name,
                limit: money(it.limit),
                deductible: money(it.deductible),
                premium: money(it.premium),
                from: it.from,
                to: it.to,
            });
            shaped(Owner::Policy, it.policy_key, it.key, it.place, part)
        }
        Record::PremiumItem(it) => {
            let Some(amount) = money(Some(it.amount)) else { return unfit(it.place) };
            let status = word(it.status, record::PremiumStatus::as_str);
            let part = Part::Premium(Premium { due: it.due, amount, status });
            shaped(Owner::Policy, it.policy_key, it.key, it.place, part)
        }
        Record::PolicyDocument(it) => {
            let (owner_key, key, place, part) = paper(it);
            shaped(Owner::Policy, owner_key, key, place, part)
        }
        Record::ClaimDocument(it) => {
            let (owner_key, key, place, part) = paper(it);
            shaped(Owner::Claim, owner_key, key, place, part)
        }
        Record::ClaimMilestone(it) => {
            let part = Part::Milestone(Milestone {
                code: word(it.code, record::Milestone::as_str),
                stated: it.stated,
                at: moment(it.at),
                actor: word(it.actor, record::Actor::as_str),
                note: it.note,
            });
            shaped(Owner::Claim, it.claim_key, it.key, it.place, part)
        }
        Record::ClaimItem(it) => {
            let part = Part::Item(Item {
                code: it.code,
                description: it.description,
                service_date: it.service_date,
                submitted: money(it.submitted),
                eligible: money(it.eligible),
                deductible: money(it.deductible),
                copay: money(it.copay),
                benefit: money(it.benefit),
                reason: it.reason,
            });
            shaped(Owner::Claim, it.claim_key, it.key, it.place, part)
        }
        Record::ClaimPayment(it) => {
            let Some(amount) = money(Some(it.amount)) else { return unfit(it.place) };
            let part = Part::Payment(Payment { amount, at: moment(it.at), method: it.method, payee: it.payee_masked });
            shaped(Owner::Claim, it.claim_key, it.key, it.place, part)
        }
        Record::ClaimRequest(it) => {
            let part = Part::Request(Request {
                id: own_id(&it.key),
                kind: it.kind.as_str().to_owned(),
                text: it.text,
                due: it.due,
                state: it.state.as_str().to_owned(),
            });
            shaped(Owner::Claim, it.claim_key, it.key, it.place, part)
        }
        Record::ClaimMessage(it) => {
            let id = own_id(&it.key);
            let from = word(it.from, record::Actor::as_str);
            let part = Part::Message(Note { id, from, at: moment(it.at), text: it.text });
            shaped(Owner::Claim, it.claim_key, it.key, it.place, part)
        }
        other => Ok(Err(other)),
    }
}
