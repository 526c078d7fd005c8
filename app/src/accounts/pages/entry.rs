//! One movement in detail, with where it came from.

use super::{account_name, table::nature_word};
use crate::{
    accounts::{nature::Nature, store},
    ui::{Place, app_page, figure},
    web::{Problem, Reason, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::{Id, Money, kind};
use leptos::prelude::*;

pub(super) async fn entry(
    State(services): State<Services>,
    who: SignedIn,
    ids: Result<Path<(Id<kind::Account>, Id<kind::Entry>)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let not_found = || Problem::new(Reason::NotFound, visitor);
    let Path((account_id, entry_id)) = ids.map_err(|_| not_found())?;
    let scope = who.session.scope;
    let found = services
        .db
        .read(&scope, move |tx| {
            async move {
                let Some(account) = store::find_account(tx, &scope, account_id).await? else { return Ok(None) };
                let Some(detail) = store::find_entry(tx, &scope, account_id, entry_id).await? else { return Ok(None) };
                let origin = whence::of(tx, &scope, whence::Value::Entry(entry_id)).await?;
                Ok::<_, DbError>(Some((account, detail, origin)))
            }
            .boxed()
        })
        .await?;
    let (account, detail, origin) = found.ok_or_else(not_found)?;
    if let Some(successor) = detail.superseded_by {
        return Ok(crate::web::redirect_to(&format!("/accounts/{account_id}/entries/{successor}")));
    }
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let name = account_name(w, &account);
    let title = detail.entry.counterparty.clone().unwrap_or_else(|| w.get("movement"));
    let heading = title.clone();
    Ok(app_page(visitor, Place::Accounts, &title, None, || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/accounts">{w.get("nav-accounts")}</a></li>
                    <li><a href=format!("/accounts/{}", account.id)>{name}</a></li>
                    <li aria-current="page">{w.get("movement")}</li></ol>
                <h1>{heading}</h1></div></div>
            {entry_slip(visitor, &figures, &detail, origin)}
        }
    }))
}

fn entry_slip(
    visitor: &Visitor,
    figures: &Figures,
    detail: &store::EntryDetail,
    origin: Option<whence::Whence>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let entry = &detail.entry;
    let pair = |label: String, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let status = match entry.status.as_str() {
        "pending" => w.get("pending"),
        "booked" if detail.is_final => w.get("status-booked"),
        "booked" => w.get("status-booked-ahead"),
        _ => w.get("status-told"),
    };
    let parts = detail.details.iter().map(|part| {
        let own = part.amount.zip(part.currency).filter(|_| detail.details.len() > 1).and_then(|(amount, currency)| {
            Money::from_decimal(amount, currency).ok().map(|money| figures.money(money, Sign::Always))
        });
        let account = part.counterparty_account.as_deref().map(guichet_types::group_in_fours);
        view! {
            <dl class="kv">
                {pair(w.get("counterparty"), part.counterparty.clone())}
                {pair(w.get("counterparty-account"), account)}
                {pair(w.get("amount"), own)}
                {pair(w.get("purpose"), Some(part.remittance.join("\n")))}
                {pair(w.get("reference-creditor"), Some(part.creditor_references.join(", ")))}
                {pair(w.get("reference-end-to-end"), part.end_to_end_id.clone())}
                {pair(w.get("reference-mandate"), part.mandate_id.clone())}
                {pair(w.get("reference-creditor-id"), part.creditor_id.clone())}
                {pair(w.get("ultimate-debtor"), part.ultimate_debtor.clone())}
                {pair(w.get("ultimate-creditor"), part.ultimate_creditor.clone())}
                {pair(w.get("exchange"), part.exchange.clone())}
                {pair(w.get("charges"), part.charges.clone())}
                {pair(w.get("return-reason"), part.return_reason.clone())}
            </dl>
        }
    });
    let parts = parts.collect_view();
    let source = w.with(
        "value-source",
        &[
            ("file", &detail.source),
            ("place", &detail.place),
            ("moment", &figures.moment(detail.received_at)),
            ("type", detail.message_type.as_deref().unwrap_or_default()),
        ],
    );
    let reference = detail.servicer_ref.clone().or_else(|| detail.entry_ref.clone());
    view! {
        <section class="panel slip" aria-label=w.get("movement")>
            <div class="panel__body stack gap-5">
                <div class="stat"><span class="label">{w.get("amount")}</span>{figure(figures, entry.amount, "figure money", None)}</div>
                <dl class="kv">
                    {pair(w.get("status"), Some(status))}
                    {pair(w.get("booking-date"), Some(figures.date(entry.day)))}
                    {pair(w.get("value-date"), detail.value_day.map(|day| figures.date(day)))}
                    {pair(w.get("type"), Some(nature_word(w, Nature::of(entry.code.as_deref(), entry.amount.minor))))}
                    {pair(w.get("bank-code"), entry.code.clone())}
                </dl>
                {parts}
                {whence::whence(w, figures, origin)}
            </div>
            <div class="slip__tear"></div>
            <div class="slip__stub">
                {reference.map(|reference| view! { <span>{w.get("reference-bank")}" "<span class="ref">{reference}</span></span> })}
                <span class="small faint">{source}</span>
            </div>
        </section>
    }
}
