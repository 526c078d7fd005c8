//! What an event of this domain does to an open page.
//!
//! The words are found when the event is sent, from the database as it then is, by the functions that render the page. What
//! holds something that a reader may be typing into stands outside of what is replaced.

use super::{
    page::{ClaimPage, Found, list_all, read_page},
    pages::{self, Ahead, claim_title, milestone_word},
    store,
};
use crate::{
    live::shown::Shown,
    ui::{Place, fragment},
    web::Visitor,
    words::Figures,
};
use guichet_platform::{
    db::{DbError, Tx},
    live::StoredEvent,
    scope::CustomerScope,
};
use guichet_types::{Id, kind, live::Op};

/// The insurer told something of a claim. Subject: the claim. Detail: the part that is new.
pub const CLAIM: &str = "claims.claim";
/// The insurer told something of a policy. Subject: the policy.
pub const POLICY: &str = "claims.policy";

/// The instructions for an event; none when it says nothing any more. Every other topic of this domain is of the outbox, and
/// its subject is a claim or a notice.
///
/// # Errors
/// What the database says.
pub async fn render(
    tx: &mut Tx,
    scope: &CustomerScope,
    visitor: &Visitor,
    figures: &Figures,
    shown: &Shown,
    event: &StoredEvent,
) -> Result<Vec<Op>, DbError> {
    if !shown.has(Place::Claims) && !shown.has(Place::Overview) {
        return Ok(Vec::new());
    }
    if event.topic == POLICY {
        let Ok(id) = Id::<kind::Policy>::try_from(event.subject.as_slice()) else { return Ok(Vec::new()) };
        let Some(policy) = store::find_policy(tx, scope, id).await? else { return Ok(Vec::new()) };
        let claims = list_all(tx, scope, figures).await?;
        let html = fragment(|| pages::policy_body(visitor, figures, &policy, &claims));
        return Ok(vec![Op::Html { key: format!("policy:{id}"), html }]);
    }
    let Ok(id) = Id::<kind::Claim>::try_from(event.subject.as_slice()) else { return Ok(Vec::new()) };
    let page = match read_page(tx, scope, id, figures).await? {
        Some(Found::Page(page)) => page,
        Some(Found::Elsewhere(other)) => match read_page(tx, scope, other, figures).await? {
            Some(Found::Page(page)) => page,
            _ => return Ok(Vec::new()),
        },
        None => return Ok(Vec::new()),
    };
    let claims = list_all(tx, scope, figures).await?;
    let mut ops = Vec::new();
    if shown.has(Place::Claims) {
        ops.extend(claim_ops(visitor, figures, id, &page));
        let items = fragment(|| pages::claim_items(visitor, figures, &claims));
        ops.push(Op::Html { key: "claims".to_owned(), html: items });
    }
    if shown.has(Place::Overview) {
        let ahead = Ahead::of(claims);
        for (key, html) in [
            ("claims-alerts", fragment(|| pages::overview_alerts(visitor, figures, &ahead))),
            ("claims-overview", fragment(|| pages::overview_panel(visitor, figures, &ahead))),
        ] {
            ops.push(Op::Html { key: key.to_owned(), html });
        }
    }
    ops.push(Op::Announce { text: announcement(visitor, event, &page) });
    Ok(ops)
}

/// Every part of the claim's page.
fn claim_ops(visitor: &Visitor, figures: &Figures, id: Id<kind::Claim>, page: &ClaimPage) -> Vec<Op> {
    let w = visitor.words();
    let html = |key: &str, html: String| Op::Html { key: format!("{key}:{id}"), html };
    let text = |key: &str, text: String| Op::Text { key: format!("{key}:{id}"), text };
    vec![
        text("claim-number", page.claim.head.number.clone()),
        text("claim-title", claim_title(w, &page.claim.head)),
        text("claim-received", pages::received(w, page)),
        html("claim-slip", fragment(|| pages::slip(visitor, figures, page))),
        html("claim-documents", fragment(|| pages::documents(visitor, figures, page))),
        html("claim-thread", fragment(|| pages::thread(visitor, figures, page))),
        html("claim-settlement", fragment(|| pages::settlement(visitor, figures, page))),
        html("claim-handler", fragment(|| pages::handler(visitor, page))),
        html("claim-history", fragment(|| pages::history(visitor, figures, page))),
    ]
}

/// What has happened, in a sentence.
fn announcement(visitor: &Visitor, event: &StoredEvent, page: &ClaimPage) -> String {
    let w = visitor.words();
    let claim = claim_title(w, &page.claim.head);
    if event.topic != CLAIM {
        return w.with("claims-announce-sent", &[("claim", &claim)]);
    }
    match page.claim.milestones.last() {
        Some(step) => {
            let step = milestone_word(w, step);
            w.with("claims-announce-step", &[("claim", &claim), ("step", &step)])
        }
        None => w.with("claims-announce", &[("claim", &claim)]),
    }
}
