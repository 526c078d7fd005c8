//! The list of accounts.

use super::{account_name, as_of, shown_identification};
use crate::{
    accounts::store::{self, Account},
    ui::{Place, app_page, icon, live_lamp},
    web::{Problem, Services, SignedIn, Visitor},
    whence,
    words::{Figures, Sign},
};
use axum::{extract::State, response::Response};
use futures::FutureExt as _;
use guichet_platform::{
    db::DbError,
    sources::{Carries, freshness::Late},
};
use leptos::prelude::*;

pub(super) async fn list(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let (accounts, live, late) = held_accounts(&services, &who).await?;
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-accounts");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Accounts, &title, Some(live), || {
        view! {
            <div class="page-head"><h1>{heading}</h1>{live_lamp(visitor)}</div>
            {whence::late_note(visitor, &figures, late)}
            {if accounts.is_empty() {
                view! { <div class="panel">{no_accounts(visitor)}</div> }.into_any()
            } else {
                view! {
                    <section class="panel" aria-label=w.get("nav-accounts")><div class="list">
                        {accounts.iter().map(|account| account_item(visitor, &figures, account)).collect_view()}
                    </div></section>
                }.into_any()
            }}
        }
    }))
}

/// The customer's accounts, the live event up to which they are known, and whether news of them is late, in one state of the
/// database.
///
/// # Errors
/// What the database says.
pub async fn held_accounts(services: &Services, who: &SignedIn) -> Result<(Vec<Account>, i64, Option<Late>), Problem> {
    let (scope, now) = (who.session.scope, services.clock.now());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let live = guichet_platform::live::cursor(tx, &scope).await?;
            let late = whence::late(tx, &scope, &[Carries::Accounts], now).await?;
            Ok::<_, DbError>((store::list_accounts(tx, &scope).await?, live, late))
        }
        .boxed()
    });
    Ok(read.await?)
}

/// What a customer without accounts is told.
pub fn no_accounts(visitor: &Visitor) -> impl IntoView + use<> {
    let w = visitor.words();
    view! {
        <div class="empty">
            <span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "landmark")}</span>
            <h3>{w.get("accounts-none")}</h3><p>{w.get("accounts-none-text")}</p>
        </div>
    }
}

fn account_item(visitor: &Visitor, figures: &Figures, account: &Account) -> impl IntoView + use<> {
    let w = visitor.words();
    let balance = account.booked.map(|booked| {
        let key = format!("booked:{}", account.id);
        view! { <b class="money" data-live=key>{figures.money(booked, Sign::Negative)}</b> }
    });
    view! {
        <a class="item" href=format!("/accounts/{}", account.id)>
            <span class="glyph" data-tone="brand" aria-hidden="true">{icon(visitor, "landmark")}</span>
            <span class="item__body"><b>{account_name(w, account)}</b>
                <small class="ref">{shown_identification(account)}</small></span>
            <span class="item__end">{balance}<small>{as_of(w, figures, account)}</small></span>
        </a>
    }
}
