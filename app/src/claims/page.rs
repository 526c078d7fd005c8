//! A claim with everything on its page, read in one state of the database.

use super::{
    model::{ClaimHead, Milestone, Moment},
    phase::{Way, way},
    settlement::{Settlement, settle},
    store::{self, Claim, Letter, Notice, Policy, Upload},
};
use crate::words::Figures;
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use guichet_types::{Id, kind};

/// What a claim's page shows.
#[derive(Clone, Debug)]
pub struct ClaimPage {
    /// The claim, or the notice as one.
    pub claim: Claim,
    /// Its phases.
    pub way: Way,
    /// What it comes to.
    pub settlement: Settlement,
    /// The customer's files.
    pub uploads: Vec<Upload>,
    /// The customer's messages.
    pub letters: Vec<Letter>,
    /// The notice that it came of.
    pub notice: Option<Notice>,
    /// Its policy, where the customer holds it.
    pub policy: Option<Policy>,
}

/// What is found under the id of a claim.
#[derive(Debug)]
pub enum Found {
    /// A claim, or a notice that is none yet.
    Page(Box<ClaimPage>),
    /// A notice whose claim has another id.
    Elsewhere(Id<kind::Claim>),
}

/// A notice as a claim: what the customer said, until the insurer says more.
#[must_use]
pub fn as_claim(notice: &Notice, figures: &Figures) -> Claim {
    let data = &notice.data;
    let reported = Moment { day: figures.local(notice.submitted_at).0, at: Some(notice.submitted_at) };
    Claim {
        id: notice.id,
        head: ClaimHead {
            number: notice.reference.clone(),
            policy_no: Some(notice.policy_number.clone()).filter(|number| !number.is_empty()),
            loss: data.day.map(|day| Moment { day, at: data.at }),
            loss_place: Some(data.place.clone()).filter(|place| !place.is_empty()),
            cause: data.cause.clone(),
            reported: Some(reported),
            claimed: data.amount,
            ..ClaimHead::default()
        },
        milestones: vec![Milestone {
            code: Some("reported".to_owned()),
            stated: "reported".to_owned(),
            at: Some(reported),
            actor: Some("customer".to_owned()),
            note: None,
        }],
        items: Vec::new(),
        payments: Vec::new(),
        requests: Vec::new(),
        papers: Vec::new(),
        messages: Vec::new(),
        source: None,
    }
}

/// Reads a claim's page; none when the customer has no such claim.
///
/// # Errors
/// What the database says.
pub async fn read_page(
    tx: &mut Tx,
    scope: &CustomerScope,
    id: Id<kind::Claim>,
    figures: &Figures,
) -> Result<Option<Found>, DbError> {
    let notice = store::find_notice(tx, scope, id).await?;
    let claim = match (store::find_claim(tx, scope, id).await?, &notice) {
        (Some(claim), _) => claim,
        (None, Some(notice)) => match notice.claim {
            // The insurer's claim is another customer's: nothing of it is shown, the notice stays.
            Some(other) if other != id && store::find_claim(tx, scope, other).await?.is_some() => {
                return Ok(Some(Found::Elsewhere(other)));
            }
            _ => as_claim(notice, figures),
        },
        (None, None) => return Ok(None),
    };
    let policies = store::list_policies(tx, scope).await?;
    let policy = policies.into_iter().find(|policy| match &notice {
        Some(notice) => policy.id == notice.policy,
        None => Some(&policy.head.number) == claim.head.policy_no.as_ref(),
    });
    let mut uploads = store::list_uploads(tx, scope, id).await?;
    let mut letters = store::list_letters(tx, scope, id).await?;
    // What was sent to a notice whose claim has an id of its own belongs to the claim.
    if let Some(notice) = notice.as_ref().filter(|notice| notice.id != id) {
        uploads.extend(store::list_uploads(tx, scope, notice.id).await?);
        letters.extend(store::list_letters(tx, scope, notice.id).await?);
    }
    let (way, settlement) = (way(&claim), settle(&claim));
    Ok(Some(Found::Page(Box::new(ClaimPage { claim, way, settlement, uploads, letters, notice, policy }))))
}

/// The customer's claims and those of their notices that are no claim yet: open ones first, then the one that last changed.
///
/// # Errors
/// What the database says.
pub async fn list_all(tx: &mut Tx, scope: &CustomerScope, figures: &Figures) -> Result<Vec<Claim>, DbError> {
    let mut claims = store::list_claims(tx, scope).await?;
    let notices = store::list_notices(tx, scope).await?;
    let waiting = notices
        .iter()
        .filter(|notice| !claims.iter().any(|claim| claim.id == notice.id || Some(claim.id) == notice.claim));
    let waiting: Vec<Claim> = waiting.map(|notice| as_claim(notice, figures)).collect();
    claims.splice(0..0, waiting);
    claims.sort_by_key(|claim| way(claim).ended.is_some());
    Ok(claims)
}
