//! Beside a claim: what it comes to, who handles it, what has happened.

use super::{
    slip::at_words,
    words::{initials, milestone_word},
};
use crate::{
    claims::{
        model::Moment,
        page::ClaimPage,
        phase::Ended,
        settlement::{Line, Row},
    },
    ui::{badge, icon, money},
    web::Visitor,
    words::{Figures, Sign},
};
use guichet_types::Money;
use leptos::prelude::*;

/// The settlement, line by line; nothing while there is no figure.
pub fn settlement(visitor: &Visitor, figures: &Figures, page: &ClaimPage) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let settlement = &page.settlement;
    if settlement.rows.is_empty() {
        return None;
    }
    let rows = settlement.rows.iter().map(|row| {
        let total = (row.line == Line::Expected).then_some("kv__total");
        let reason = row.reason.clone().map(|reason| view! { <small class="muted">{reason}</small> });
        view! {
            <div class=total><dt>{label(visitor, figures, page, row)}" "{reason}</dt>
                <dd>{money(figures, row.amount, Sign::Negative)}</dd></div>
        }
    });
    let rows = rows.collect_view();
    let partly = page.claim.milestones.iter().rev().find_map(|step| match step.code.as_deref() {
        Some("approved" | "declined") => Some(false),
        Some("partly") => Some(true),
        _ => None,
    });
    let outcome = page.claim.head.outcome.as_deref();
    let outcome = if outcome == Some("settled") && partly == Some(true) { Some("partial") } else { outcome };
    let state = match (settlement.is_final, outcome) {
        (true, Some("declined")) => {
            badge(visitor, "critical", Some("circle-alert"), w.get("claims-declined")).into_any()
        }
        (true, Some("partial")) => badge(visitor, "warning", Some("check"), w.get("claims-partly")).into_any(),
        (true, _) => badge(visitor, "positive", Some("check"), w.get("claims-accepted")).into_any(),
        (false, _) => badge(visitor, "outline", None, w.get("claims-estimate")).into_any(),
    };
    let payee = page.claim.payments.iter().rev().find_map(|payment| payment.payee.clone());
    let payee = payee.map(|payee| view! { <span>{w.with("claims-to-account", &[("account", &payee)])}</span> });
    let source = page.claim.source.as_ref().map(|source| {
        w.with("claims-source", &[("file", &source.file), ("moment", &figures.moment(source.received_at))])
    });
    Some(view! {
        <section class="panel" aria-labelledby="settlement">
            <div class="panel__head"><h2 id="settlement">{w.get("claims-settlement")}</h2>{state}</div>
            <div class="panel__body"><dl class="kv">{rows}</dl></div>
            <div class="panel__foot">{payee}<details><summary>{w.get("claims-how")}</summary>
                <p class="small">{w.get("claims-how-text")}</p><p class="small faint">{source}</p></details></div>
        </section>
    })
}

fn label(visitor: &Visitor, figures: &Figures, page: &ClaimPage, row: &Row) -> String {
    let w = visitor.words();
    match row.line {
        Line::Claimed => w.get("claims-line-claimed"),
        Line::Cut => row.what.clone().unwrap_or_else(|| w.get("claims-line-cut")),
        Line::Covered => w.get("claims-line-covered"),
        Line::Excess => w.get("claims-line-excess"),
        Line::Share => w.get("claims-line-share"),
        Line::Granted => w.get("claims-line-granted"),
        Line::Paid => {
            let at = row.payment.and_then(|index| page.claim.payments.get(index)?.at);
            match at {
                Some(at) if !page.settlement.is_final => {
                    w.with("claims-line-advance", &[("day", &figures.short_weekday(at.day))])
                }
                Some(at) => w.with("claims-line-paid", &[("day", &figures.short_weekday(at.day))]),
                None => w.get("claims-line-paid-some-day"),
            }
        }
        Line::Expected => w.get("claims-expected"),
    }
}

/// Who handles the claim.
pub fn handler(visitor: &Visitor, page: &ClaimPage) -> Option<impl IntoView + use<>> {
    let w = visitor.words();
    let name = page.claim.head.handler_name.clone()?;
    let contact = page.claim.head.handler_contact.clone();
    Some(view! {
        <section class="panel" aria-labelledby="handler">
            <div class="panel__head"><h2 id="handler">{w.get("claims-handler")}</h2></div>
            <div class="panel__body stack"><div class="cluster nowrap">
                <span class="glyph glyph--lg" data-tone="brand" aria-hidden="true">{initials(&name)}</span>
                <div><b>{name}</b><p class="small muted">{contact}</p></div></div>
                <div class="cluster gap-2"><a class="button button--sm" href="#write">{icon(visitor, "mail")}{w.get("claims-write")}</a></div>
            </div>
        </section>
    })
}

/// What has happened, newest first.
pub fn history(visitor: &Visitor, figures: &Figures, page: &ClaimPage) -> impl IntoView + use<> {
    let w = visitor.words();
    let mut all: Vec<(Option<Moment>, String, Option<String>)> =
        page.claim.milestones.iter().map(|step| (step.at, milestone_word(w, step), step.note.clone())).collect();
    for payment in &page.claim.payments {
        let amount = figures.money(Money::new(payment.amount.minor, payment.amount.currency), Sign::Negative);
        let values = [("amount", amount.as_str())];
        let words = if page.settlement.is_final {
            w.with("claims-step-paid", &values)
        } else {
            w.with("claims-step-advance", &values)
        };
        all.push((payment.at, words, None));
    }
    // What has no time stands at the end of the oldest.
    all.sort_by_key(|(at, ..)| std::cmp::Reverse(at.map(|at| at.order())));
    let open = page.way.ended.is_none();
    let issue = page.way.ended == Some(Ended::Declined);
    let items = all.into_iter().enumerate().map(|(index, (at, words, note))| {
        let state = match index {
            0 if open => "current",
            0 if issue => "issue",
            _ => "done",
        };
        let note = note.map(|note| view! { <small>{note}" · "</small> });
        view! { <li data-state=state><b>{words}</b>{note}<small>{at_words(figures, at)}</small></li> }
    });
    let items = items.collect_view();
    view! {
        <section class="panel" aria-labelledby="history">
            <div class="panel__head"><h2 id="history">{w.get("claims-history")}</h2></div>
            <div class="panel__body"><ol class="timeline">{items}</ol></div>
        </section>
    }
}
