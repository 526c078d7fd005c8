//! `/confirm`: proving again who one is, for one purpose. Where something is paid, the amount and the payee are shown, and
//! the proof is for these two.

use super::{
    frame::{fault, password_field},
    passkey::{Ceremony, button},
};
use crate::{
    auth::proved::PURPOSES,
    ui::{Place, app_page, icon},
    web::{Problem, Reason, Services, SignedIn},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use guichet_platform::identity::Approval;
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// What is to be proved.
#[derive(Clone, Debug)]
pub enum Question {
    /// Who somebody is, for a purpose.
    Plain {
        /// Its name.
        purpose: &'static str,
        /// Where to go after it.
        next: String,
    },
    /// That its owner pays this to them.
    Approval {
        /// Its id.
        id: Id<kind::Approval>,
        /// What was asked.
        asked: Approval,
    },
}

impl Question {
    /// From what the address says.
    pub async fn find(services: &Services, who: &SignedIn, name: &str, next: String) -> Result<Self, Problem> {
        if let Some(purpose) = PURPOSES.into_iter().find(|purpose| *purpose == name) {
            return Ok(Self::Plain { purpose, next });
        }
        let nothing = || Problem::new(Reason::NotFound, &who.visitor);
        let id = name.parse().map_err(|_| nothing())?;
        let asked = services.identity.approval(&who.session, id).await?.ok_or_else(nothing)?;
        Ok(Self::Approval { id, asked })
    }

    /// Where to go after it.
    #[must_use]
    pub fn next(&self) -> &str {
        match self {
            Self::Plain { next, .. } => next,
            Self::Approval { asked, .. } => &asked.back,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Plain { purpose, .. } => (*purpose).to_owned(),
            Self::Approval { id, .. } => id.to_string(),
        }
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ConfirmQuery {
    #[serde(rename = "for")]
    purpose: String,
    next: String,
}

pub(super) async fn get(
    State(services): State<Services>,
    who: SignedIn,
    query: Result<Query<ConfirmQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.unwrap_or_default();
    let question = Question::find(&services, &who, &query.purpose, query.next).await?;
    page(&services, &who, &question, false).await
}

/// The page; after something that was not right, with that word.
pub async fn page(services: &Services, who: &SignedIn, question: &Question, wrong: bool) -> Result<Response, Problem> {
    let factors = services.identity.own_factors(&who.session).await?;
    let visitor = &who.visitor;
    let w = visitor.words();
    let title = w.get("auth-confirm");
    let heading = title.clone();
    let asked = match question {
        Question::Plain { .. } => view! { <p>{w.get("auth-confirm-text")}</p> }.into_any(),
        Question::Approval { asked, .. } => view! {
            <p>{w.get("auth-confirm-payment")}</p>
            <dl class="kv"><div><dt>{w.get("auth-amount")}</dt><dd class="money">{asked.amount.clone()}</dd></div>
                <div><dt>{w.get("auth-payee")}</dt><dd>{asked.payee.clone()}</dd></div></dl>
        }
        .into_any(),
    };
    let passkey = (factors.passkeys > 0)
        .then(|| button(visitor, &Ceremony::Prove(question.next(), &question.name()), w.get("auth-passkey-use")));
    let by_hand = factors.authenticator || factors.passkeys == 0;
    let code = factors.authenticator.then(|| super::frame::code_field("code", w.get("auth-second-code"), true, wrong));
    let between = (by_hand && factors.passkeys > 0).then(|| view! { <p class="event">{w.get("auth-or-password")}</p> });
    let form = by_hand.then(|| {
        view! {
            <form class="stack" method="post" action="/confirm">
                <input r#type="hidden" name="for" value=question.name()/>
                <input r#type="hidden" name="next" value=question.next().to_owned()/>
                <input r#type="text" name="username" autocomplete="username" hidden value=who.session.number.clone()/>
                {password_field(w.get("password"), None, "current-password", wrong)}
                {code}
                <button class="button button--primary">{w.get("auth-confirm-do")}</button>
            </form>
        }
    });
    Ok(app_page(visitor, Place::Profile, &title, None, || {
        view! {
            <div class="page-head"><h1>{heading}</h1></div>
            <div class="narrow stack">
                {fault(visitor, wrong.then(|| w.get("auth-wrong")))}
                <section class="panel"><div class="panel__body stack">
                    <span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, "shield-check")}</span>
                    {asked}
                    {passkey}
                    {between}
                    {form}
                </div></section>
            </div>
        }
    }))
}
