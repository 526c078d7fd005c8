//! The movements of a statement: how they are filtered, exported and paged.

use super::{StatementQuery, query::PERIODS, table};
use crate::{
    accounts::statement::StatementPage,
    ui::icon,
    web::Visitor,
    words::{Figures, Words},
};
use guichet_types::{Id, kind};
use leptos::{either::Either, prelude::*};

pub(super) fn movements(
    visitor: &Visitor,
    figures: &Figures,
    page: &StatementPage,
    query: &StatementQuery,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = page.account.id;
    let filtered = query.filtered();
    // Only an unfiltered first page takes new rows; any other says nothing about now.
    let live = !filtered && query.first();
    let nothing = page.days.is_empty() && page.pending.is_empty();
    let more = page.next.map(|next| {
        view! { <a class="button button--sm" href=query.href(id, Some(next))>{w.get("earlier")}</a> }
    });
    let newest = (!query.first()).then(|| {
        view! { <a class="button button--sm button--quiet" href=query.href(id, None)>{w.get("to-newest")}</a> }
    });
    view! {
        <section class="panel" aria-labelledby="mv">
            <div class="panel__head"><h2 id="mv">{w.get("movements")}</h2>{exports(visitor, id, query)}</div>
            <div class="panel__body stack gap-2">{search(visitor, query)}{kinds(visitor, id, query)}</div>
            {if nothing {
                Either::Left(nothing_found(visitor, id, filtered))
            } else {
                // Not `into_any`: it makes every text of fifty rows an allocation of its own.
                Either::Right(view! {
                    <div data-live=live.then(|| format!("movements:{id}"))>{table(visitor, figures, page, live, None)}</div>
                })
            }}
            <div class="panel__foot"><span>{shown(w, figures, page)}</span><span class="cluster gap-2">{newest}{more}</span></div>
        </section>
    }
}

/// The view as a file.
fn exports(visitor: &Visitor, id: Id<kind::Account>, query: &StatementQuery) -> impl IntoView + use<> {
    let w = visitor.words();
    let suffix = query.query(None);
    let export = |format: &'static str, word: &'static str| {
        view! {
            <a class="chip" href=format!("/accounts/{id}/download/{format}{suffix}")
                aria-label=w.with("export-as", &[("format", word)]) download>{icon(visitor, "download")}{word}</a>
        }
    };
    view! {
        <div class="cluster gap-2 scroll" role="group" aria-label=w.get("export-this")>
            <span class="small muted">{w.get("export")}</span>
            {export("csv", "CSV")}{export("json", "JSON")}{export("ofx", "OFX")}{export("camt", "camt.053")}
        </div>
    }
}

/// Words, an amount, a period; days of one's own behind it.
fn search(visitor: &Visitor, query: &StatementQuery) -> impl IntoView + use<> {
    let w = visitor.words();
    let periods = PERIODS.map(|(name, key)| {
        view! { <option value=name selected=query.period == name>{w.get(key)}</option> }
    });
    let own_days = !query.from.is_empty() || !query.to.is_empty();
    view! {
        <form method="get" role="search" class="stack gap-2">
            <div class="cluster">
                <div class="input-group"><label class="vh" for="q">{w.get("search-movements")}</label>
                    {icon(visitor, "search")}
                    <input class="input input--sm" id="q" name="q" r#type="search" maxlength="100" value=query.q.clone()
                        placeholder=w.get("search-placeholder")/></div>
                <span class="select"><label class="vh" for="period">{w.get("period")}</label>
                    <select class="input input--sm" id="period" name="period">{periods.collect_view()}</select></span>
                <button class="button button--sm">{w.get("search")}</button>
            </div>
            <details class="dates" open=own_days>
                <summary class="small">{w.get("choose-dates")}</summary>
                <div class="cluster">
                    <label class="cluster nowrap gap-2 small muted">{w.get("from")}
                        <input class="input input--sm" name="from" r#type="date" value=query.from.clone()/></label>
                    <label class="cluster nowrap gap-2 small muted">{w.get("to")}
                        <input class="input input--sm" name="to" r#type="date" value=query.to.clone()/></label>
                </div>
            </details>
            <input r#type="hidden" name="dir" value=query.dir.clone()/>
            <input r#type="hidden" name="only" value=query.only.clone()/>
        </form>
    }
}

/// Kinds of movement, one at a time.
fn kinds(visitor: &Visitor, id: Id<kind::Account>, query: &StatementQuery) -> impl IntoView + use<> {
    let w = visitor.words();
    let chip = |dir: &'static str, only: &'static str, word: String| {
        let current = (query.dir == dir && query.only == only).then_some("true");
        view! { <a class="chip" aria-current=current href=query.showing(dir, only).href(id, None)>{word}</a> }
    };
    view! {
        <nav class="cluster gap-2 scroll" aria-label=w.get("filters")>
            {chip("", "", w.get("filter-all"))}{chip("in", "", w.get("filter-in"))}{chip("out", "", w.get("filter-out"))}
            {chip("", "cards", w.get("filter-cards"))}{chip("", "debits", w.get("filter-debits"))}
        </nav>
    }
}

/// How many movements there are on the page, and of which days.
fn shown(w: Words, figures: &Figures, page: &StatementPage) -> String {
    let count: usize = page.days.iter().map(|day| day.lines.len()).sum();
    let count = w.count("movements-shown", count as u64, &[]);
    match (page.days.first(), page.days.last()) {
        (Some(last), Some(first)) => {
            let (from, to) = (figures.short_date(first.day), figures.short_date(last.day));
            w.with("movements-days", &[("movements", &count), ("from", &from), ("to", &to)])
        }
        _ => count,
    }
}

fn nothing_found(visitor: &Visitor, id: Id<kind::Account>, filtered: bool) -> impl IntoView + use<> {
    let w = visitor.words();
    let clear =
        filtered.then(|| view! { <a class="button" href=format!("/accounts/{id}")>{w.get("clear-search")}</a> });
    let (title, text) = if filtered {
        (w.get("nothing-found"), w.get("nothing-found-text"))
    } else {
        (w.get("no-movements"), w.get("no-movements-text"))
    };
    view! {
        <div class="empty">
            <span class="glyph glyph--lg" aria-hidden="true">{icon(visitor, "search")}</span>
            <h3>{title}</h3><p>{text}</p>{clear}
        </div>
    }
}
