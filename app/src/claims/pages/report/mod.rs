//! A notice of loss, step by step. Each step is a form that is saved; any of them can be gone back to, on any device.

mod fields;
mod frame;
mod review;

use super::list::begun;
use crate::{
    accounts::store::{Account, list_accounts},
    claims::{
        acts::report_last_step,
        store::{self, Draft, NoticeData, Policy, Upload},
    },
    ui::{Place, app_page, icon},
    web::{Problem, Reason, Services, SignedIn},
};
use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::{Id, kind};
use leptos::prelude::*;

/// What a step sends. Every field is a text, as it was typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub step: u8,
    pub cause: String,
    pub day: String,
    pub time: String,
    pub place: String,
    pub text: String,
    pub amount: String,
    pub others: String,
    pub phone: String,
    pub pay_to: String,
}

impl From<&NoticeData> for StepForm {
    fn from(data: &NoticeData) -> Self {
        Self {
            step: data.step,
            cause: data.cause.clone().unwrap_or_default(),
            day: data.day.map(|day| day.to_string()).unwrap_or_default(),
            time: data.minute.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)).unwrap_or_default(),
            place: data.place.clone(),
            text: data.text.clone(),
            amount: data.amount.map(guichet_types::Money::to_plain).unwrap_or_default(),
            others: data.others.clone().unwrap_or_default(),
            phone: data.phone.clone(),
            pay_to: data.pay_to.clone().unwrap_or_default(),
        }
    }
}

/// What does not hold of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    pub cause: bool,
    pub day: bool,
    /// The policy was not in force on that day.
    pub not_in_force: bool,
    pub time: bool,
    pub text: bool,
    pub amount: bool,
}

impl Faults {
    /// Everything holds.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// A draft with what its steps need.
pub(super) struct Desk {
    draft: Draft,
    policy: Policy,
    accounts: Vec<Account>,
    uploads: Vec<Upload>,
}

async fn read_desk(services: &Services, who: &SignedIn, id: Id<kind::Claim>) -> Result<Option<Desk>, Problem> {
    let scope = who.session.scope;
    let read = services.db.read(&scope, move |tx| {
        async move {
            let Some(draft) = store::find_draft(tx, &scope, id).await? else { return Ok(None) };
            let Some(policy) = store::find_policy(tx, &scope, draft.policy).await? else { return Ok(None) };
            let accounts = list_accounts(tx, &scope).await?;
            let uploads = store::list_uploads(tx, &scope, id).await?;
            Ok::<_, DbError>(Some(Desk { draft, policy, accounts, uploads }))
        }
        .boxed()
    });
    Ok(read.await?)
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct StepQuery {
    step: Option<u8>,
    full: Option<String>,
}

/// What the first step's address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ChooseQuery {
    policy: Option<Id<kind::Policy>>,
}

/// `GET /claims/report`: which policy, and what was begun before.
pub(super) async fn choose(
    State(services): State<Services>,
    who: SignedIn,
    query: Result<Query<ChooseQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.unwrap_or_default();
    let scope = who.session.scope;
    let (policies, drafts) = services
        .db
        .read(&scope, move |tx| {
            async move {
                let policies = store::list_policies(tx, &scope).await?;
                Ok::<_, DbError>((policies, store::list_drafts(tx, &scope).await?))
            }
            .boxed()
        })
        .await?;
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("claims-report");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Claims, &title, None, || {
        let body = if policies.is_empty() {
            view! {
                <div class="panel"><div class="empty"><span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "shield-check")}</span>
                    <h2>{w.get("claims-policies-none")}</h2><p>{w.get("claims-report-none-text")}</p></div></div>
            }
            .into_any()
        } else {
            fields::policies(visitor, &policies, query.policy).into_any()
        };
        view! {
            <div class="page-head"><div><ol class="crumbs"><li><a href="/claims">{w.get("nav-claims")}</a></li>
                <li aria-current="page">{heading.clone()}</li></ol><h1>{heading}</h1>
                <p class="muted">{w.get("claims-report-text")}</p></div></div>
            <div class="stack">{(!drafts.is_empty()).then(|| begun(visitor, &figures, &drafts))}{body}</div>
        }
    }))
}

/// `GET /claims/report/{draft}`: a step, by default the one that comes next.
pub(super) async fn step(
    State(services): State<Services>,
    who: SignedIn,
    draft: Result<Path<Id<kind::Claim>>, PathRejection>,
    query: Result<Query<StepQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let missing = || Problem::new(Reason::NotFound, &who.visitor);
    let Path(id) = draft.map_err(|_| missing())?;
    let Query(query) = query.unwrap_or_default();
    let Some(desk) = read_desk(&services, &who, id).await? else {
        // Sent from another device, perhaps: then its page is the claim's.
        let scope = who.session.scope;
        let sent = services.db.read(&scope, move |tx| async move { store::find_notice(tx, &scope, id).await }.boxed());
        sent.await?.ok_or_else(missing)?;
        return Ok(crate::web::redirect_to(&format!("/claims/{id}")));
    };
    let reached = desk.draft.data.step.clamp(2, report_last_step());
    let step = query.step.unwrap_or(reached).clamp(2, reached);
    let form = StepForm { step, ..StepForm::from(&desk.draft.data) };
    let asked = frame::Asked { faults: Faults::default(), near: None, full: query.full.is_some() };
    Ok(frame::page(&services, &who.visitor, &desk, &form, &asked))
}

/// A step again, with what was typed and what does not hold.
pub(in crate::claims) async fn step_again(
    services: &Services,
    who: &SignedIn,
    id: Id<kind::Claim>,
    form: StepForm,
    faults: Faults,
) -> Result<Response, Problem> {
    let desk = read_desk(services, who, id).await?.ok_or_else(|| Problem::new(Reason::NotFound, &who.visitor))?;
    let asked = frame::Asked { faults, near: None, full: false };
    Ok(frame::page(services, &who.visitor, &desk, &form, &asked))
}

/// The last step again, with the question whether it is the same loss as another.
pub(in crate::claims) async fn ask_again(
    services: &Services,
    who: &SignedIn,
    id: Id<kind::Claim>,
    other: Id<kind::Claim>,
    number: String,
) -> Result<Response, Problem> {
    let desk = read_desk(services, who, id).await?.ok_or_else(|| Problem::new(Reason::NotFound, &who.visitor))?;
    let form = StepForm { step: report_last_step(), ..StepForm::from(&desk.draft.data) };
    let asked = frame::Asked { faults: Faults::default(), near: Some((other, number)), full: false };
    Ok(frame::page(services, &who.visitor, &desk, &form, &asked))
}
