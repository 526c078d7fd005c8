//! The table of movements: pending ones, then days with their rows.

use crate::{
    accounts::{
        nature::Nature,
        statement::{Day, Line, StatementPage},
        store::Entry,
    },
    ui::{badge, icon, money},
    web::Visitor,
    words::{Figures, Sign, Words},
};
use guichet_types::{Id, Money, kind};
use leptos::prelude::*;

/// The table of movements; also what a statement's arrival puts in its place. `fresh` is the entry that has just come.
pub fn table(
    visitor: &Visitor,
    figures: &Figures,
    page: &StatementPage,
    live: bool,
    fresh: Option<Id<kind::Entry>>,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let account = page.account.id;
    let pending = (!page.pending.is_empty()).then(|| {
        let rows = page.pending.iter().map(|entry| row(visitor, figures, account, entry, None, fresh == Some(entry.id)));
        let rows = rows.collect_view();
        view! {
            <tr class="table__group" role="row" data-group="pending">
                <th scope="rowgroup" role="rowheader" colspan="3" data-fold="lead">{w.get("pending")}" "
                    <span class="faint">{w.get("pending-note")}</span></th>
                <td class="num" role="cell" data-fold="value">
                    <span class="money" data-live=format!("pending:{account}")>{figures.money(page.account.pending, Sign::Always)}</span></td>
                <td role="cell"></td></tr>
            {rows}
        }
    });
    let days = page.days.iter().map(|day| {
        let lines = day
            .lines
            .iter()
            .map(|Line { entry, balance }| row(visitor, figures, account, entry, *balance, fresh == Some(entry.id)));
        let lines = lines.collect_view();
        view! { {day_heading(w, figures, account, day)}{lines} }
    });
    let days = days.collect_view();
    view! {
        <table class="table table--fold" role="table">
            <caption class="vh">{w.get("movements-caption")}</caption>
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader"><span class="vh">{w.get("type")}</span></th>
                <th scope="col" role="columnheader" class="wide">{w.get("description")}</th>
                <th scope="col" role="columnheader">{w.get("time")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("amount")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("balance")}</th></tr></thead>
            <tbody role="rowgroup" data-live-list=live.then(|| format!("entries:{account}"))>{pending}{days}</tbody>
        </table>
    }
}

/// The heading of a day, with what the day adds up to.
pub fn day_heading(w: Words, figures: &Figures, account: Id<kind::Account>, day: &Day) -> impl IntoView + use<> {
    let net = day.net.map(|net| {
        let key = format!("net:{account}:{}", day.day);
        view! { <span class="vh">{w.get("net")}" "</span><span class="money" data-live=key>{figures.money(net, Sign::Always)}</span> }
    });
    view! {
        <tr class="table__group" role="row" data-group=day.day.to_string()>
            <th scope="rowgroup" role="rowheader" colspan="3" data-fold="lead">{figures.day_heading(day.day)}</th>
            <td class="num" role="cell" data-fold="value">{net}</td><td role="cell"></td></tr>
    }
}

/// One row of the table; `fresh` is how it looks when it has just come.
pub fn row(
    visitor: &Visitor,
    figures: &Figures,
    account: Id<kind::Account>,
    entry: &Entry,
    balance: Option<Money>,
    fresh: bool,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let nature = Nature::of(entry.code.as_deref(), entry.amount.minor);
    let pending = entry.status == "pending";
    let word = nature_word(w, nature);
    let title = entry.counterparty.clone().or_else(|| entry.remittance.clone()).unwrap_or_else(|| word.clone());
    let purpose = entry.remittance.clone().filter(|text| *text != title);
    let small = match purpose {
        Some(purpose) => format!("{word} · {purpose}"),
        None => word,
    };
    let time = entry.booked_at.map(|at| view! { <time datetime=Figures::machine(at)>{figures.time(at)}</time> });
    let class = match (pending, fresh) {
        (true, true) => "is-pending is-new",
        (true, false) => "is-pending",
        (false, true) => "is-new",
        (false, false) => "",
    };
    let last = if pending {
        badge(visitor, "outline", Some("clock"), w.get("pending")).into_any()
    } else {
        balance.map(|balance| money(figures, balance, Sign::Negative)).into_any()
    };
    let arrived = fresh.then(|| view! { " "<span class="badge" data-tone="lamp">{w.get("just-arrived")}</span> });
    let reversed = entry.reversal.then(|| view! { " "{badge(visitor, "warning", None, w.get("reversed"))} });
    view! {
        <tr role="row" class=class id=format!("e-{}", entry.id)>
            <td role="cell"><span class="glyph glyph--round" aria-hidden="true">{icon(visitor, nature.icon())}</span></td>
            <th scope="row" role="rowheader" data-fold="lead">
                <a href=format!("/accounts/{account}/entries/{}", entry.id)>{title}</a>{arrived}{reversed}
                <small class="only-wide clip">{small}</small></th>
            <td role="cell" data-fold="meta">{time}</td>
            <td role="cell" class="num" data-fold="value">{money(figures, entry.amount, Sign::Always)}</td>
            <td role="cell" class="num muted" data-fold="sub">{last}</td>
        </tr>
    }
}

/// The word for what an entry is.
pub(super) fn nature_word(w: Words, nature: Nature) -> String {
    match nature {
        Nature::Card => w.get("nature-card"),
        Nature::Cash => w.get("nature-cash"),
        Nature::TransferIn => w.get("nature-transfer-in"),
        Nature::TransferOut => w.get("nature-transfer-out"),
        Nature::StandingOrder => w.get("nature-standing-order"),
        Nature::DirectDebit => w.get("nature-direct-debit"),
        Nature::Salary => w.get("nature-salary"),
        Nature::Fee => w.get("nature-fee"),
        Nature::Interest => w.get("nature-interest"),
        Nature::Cheque => w.get("nature-cheque"),
        Nature::Other => w.get("nature-other"),
    }
}
