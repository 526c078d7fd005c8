//! What somebody needs who is to pay into the account: name, number, bank. A page to read out, print or pass on.

use super::{account_name, shown_identification};
use crate::{
    accounts::store,
    live::copy::CopyButton,
    ui::{self, Place, app_page},
    web::{Problem, Reason, Services, SignedIn},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::{Id, kind};
use leptos::prelude::*;

pub(super) async fn details(
    State(services): State<Services>,
    who: SignedIn,
    account: Result<Path<Id<kind::Account>>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let not_found = || Problem::new(Reason::NotFound, visitor);
    let Path(id) = account.map_err(|_| not_found())?;
    let scope = who.session.scope;
    let read = services.db.read(&scope, move |tx| {
        async move {
            let Some(account) = store::find_account(tx, &scope, id).await? else { return Ok(None) };
            let owner = store::find_owner(tx, &scope, id).await?.unwrap_or_default();
            Ok::<_, DbError>(Some((account, owner)))
        }
        .boxed()
    });
    let (account, owner) = read.await?.ok_or_else(not_found)?;
    let w = visitor.words();
    let title = w.get("account-details");
    let name = account_name(w, &account);
    let number = if account.scheme == "IBAN" { "IBAN".to_owned() } else { w.get("account-number") };
    let lines = [
        (w.get("account-owner"), Some(owner)),
        (number, Some(shown_identification(&account))),
        ("BIC".to_owned(), account.bic.clone()),
        (w.get("account-bank"), Some(visitor.institution.name.clone())),
        (w.get("account-currency"), Some(account.currency.to_string())),
    ];
    let lines: Vec<(String, String)> = lines.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
    let text = lines.iter().map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join("\n");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Accounts, &title, None, || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/accounts">{w.get("nav-accounts")}</a></li>
                    <li><a href=format!("/accounts/{id}")>{name}</a></li>
                    <li aria-current="page">{heading.clone()}</li></ol>
                <h1>{heading}</h1></div></div>
            <section class="panel slip" aria-label=title.clone()>
                <div class="panel__body stack gap-5">
                    <p class="muted">{w.get("account-details-text")}</p>
                    <dl class="kv">{lines
                        .into_iter()
                        .map(|(label, value)| view! { <div><dt>{label}</dt><dd class="ref">{value}</dd></div> })
                        .collect_view()}</dl>
                </div>
                <div class="slip__tear"></div>
                <div class="slip__stub"><span class="small faint">{w.get("account-details-note")}</span>
                    <CopyButton text=text label=w.get("copy-all") done=w.get("copied") icon=ui::icon_href(visitor, "copy")/></div>
            </section>
        }
    }))
}
