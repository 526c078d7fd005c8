//! What the overview says of claims: what waits for the customer, and the claim that is nearest to its end.

use super::{
    thread::at_of,
    words::{claim_title, initials, phase_word, when},
};
use crate::{
    claims::{
        page::list_all,
        phase::way,
        settlement::settle,
        store::{Claim, Written},
    },
    ui::{figure, icon},
    web::Visitor,
    words::Figures,
};
use guichet_platform::{
    db::{DbError, Tx},
    scope::CustomerScope,
};
use leptos::prelude::*;

/// The claims that are open, for the overview.
#[derive(Clone, Debug, Default)]
pub struct Ahead(Vec<Claim>);

/// Reads them.
///
/// # Errors
/// What the database says.
pub async fn read_ahead(tx: &mut Tx, scope: &CustomerScope, figures: &Figures) -> Result<Ahead, DbError> {
    Ok(Ahead::of(list_all(tx, scope, figures).await?))
}

impl Ahead {
    /// Of all claims those that are open.
    #[must_use]
    pub fn of(mut claims: Vec<Claim>) -> Self {
        claims.retain(|claim| way(claim).ended.is_none());
        Self(claims)
    }

    /// Nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What waits for the customer, one alert a claim; follows the live stream as `claims-alerts`.
pub fn overview_alerts(visitor: &Visitor, figures: &Figures, ahead: &Ahead) -> impl IntoView + use<> {
    let w = visitor.words();
    let turns = ahead.0.iter().filter(|claim| claim.head.next_actor.as_deref() == Some("customer"));
    let alerts = turns.take(3).map(|claim| {
        let title = claim_title(w, &claim.head);
        let step = capital(&claim.head.next_step.clone().unwrap_or_else(|| w.get("claims-your-turn")));
        let text = match claim.head.next_until {
            Some(until) => w.with("claims-alert-until", &[("claim", &title), ("day", &figures.weekday_date(until))]),
            None => w.with("claims-alert", &[("claim", &title)]),
        };
        view! {
            <div class="alert" data-tone="warning">{icon(visitor, "file-text")}<p><b>{step}</b>" "{text}</p>
                <a class="button button--sm" href=format!("/claims/{}", claim.id)>{w.get("claims-open")}</a></div>
        }
    });
    let alerts = alerts.collect_view();
    view! { <div class="stack gap-2">{alerts}</div> }
}

/// Words as a sentence begins.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The first open claim as a panel; follows the live stream as `claims-overview`.
pub fn overview_panel(visitor: &Visitor, figures: &Figures, ahead: &Ahead) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let claim = ahead.0.first()?;
    let (way, settlement) = (way(claim), settle(claim));
    let steps = way.steps.iter().map(|step| {
        let current = (step.state.as_str() == "current").then_some("step");
        view! { <li data-state=step.state.as_str() aria-current=current><b>{phase_word(w, step.phase)}</b></li> }
    });
    let steps = steps.collect_view();
    let expected = settlement.expected.map(|expected| {
        view! { <div class="stat"><span class="label">{w.get("claims-expected")}</span>
        {figure(figures, expected, "figure figure--md money", None)}</div> }
    });
    let messages = messages_panel(visitor, figures, ahead);
    Some(view! {
        <section class="panel" aria-labelledby="cl">
            <div class="panel__head"><h2 id="cl">{claim_title(w, &claim.head)}</h2>
                <a href=format!("/claims/{}", claim.id)>{w.get("claims-open")}</a></div>
            <div class="panel__body stack gap-5">{expected}<ol class="stepper stepper--tight">{steps}</ol></div>
        </section>
        {messages}
    })
}

/// The latest that handlers have written about open claims, newest first.
fn messages_panel(visitor: &Visitor, figures: &Figures, ahead: &Ahead) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let of_claim = |claim: &Claim| {
        let handler = claim.head.handler_name.clone().unwrap_or_else(|| w.get("claims-the-insurer"));
        let (href, title) = (format!("/claims/{}#messages", claim.id), claim_title(w, &claim.head));
        let theirs = claim.messages.iter().filter(|written| written.note.from.as_deref() != Some("customer"));
        let one = |written: &Written| {
            let name = match written.note.from.as_deref() {
                Some("third_party") => w.get("claims-third-party"),
                _ => handler.clone(),
            };
            (at_of(figures, written), name, written.note.text.clone(), href.clone(), title.clone())
        };
        theirs.map(one).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = ahead.0.iter().flat_map(of_claim).collect();
    all.sort_by_key(|(at, ..)| std::cmp::Reverse(at.order()));
    let items = all.into_iter().take(LATEST).map(|(at, name, text, href, title)| {
        view! {
            <a class="item" href=href><span class="glyph" data-tone="brand" aria-hidden="true">{initials(&name)}</span>
                <span class="item__body"><b>{name}</b><small class="clip">{text}</small><small class="faint">{title}</small></span>
                <span class="item__end small muted">{when(figures, at)}</span></a>
        }
    });
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="ms"><div class="panel__head"><h2 id="ms">{w.get("claims-messages")}</h2></div>
                <div class="list">{items}</div></section>
        }
    })
}

/// Messages on the overview.
const LATEST: usize = 3;
