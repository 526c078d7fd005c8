//! The screens of accounts: the list, the statement, an entry.

use super::{
    download,
    nature::Nature,
    statement::{self, Day, Line, Question, StatementPage},
    store::{self, Account, Cursor, Entry, Filter, fold},
};
use crate::{
    live::copy::CopyButton,
    ui::{self, Place, StepChart, app_page, badge, figure, icon, live_lamp, money, step_chart},
    web::{Access, Problem, Reason, Routes, Services, SignedIn, Visitor},
    words::{Figures, Sign, Words},
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use futures::FutureExt as _;
use guichet_platform::db::DbError;
use guichet_types::{Date, Decimal, Id, Money, kind};
use leptos::prelude::*;

/// The routes of this domain.
#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .get("/accounts", Access::Customer, get(list))
        .get("/accounts/{account}", Access::Customer, get(statement))
        .get("/accounts/{account}/entries/{entry}", Access::Customer, get(entry))
        .get("/accounts/{account}/download/{format}", Access::Customer, get(download::download))
}

async fn list(State(services): State<Services>, who: SignedIn) -> Result<Response, Problem> {
    let (accounts, live) = held_accounts(&services, &who).await?;
    let visitor = &who.visitor;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = w.get("nav-accounts");
    let heading = title.clone();
    Ok(app_page(visitor, Place::Accounts, &title, Some(live), || {
        view! {
            <div class="page-head"><h1>{heading}</h1>{live_lamp(visitor)}</div>
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

/// The customer's accounts and the live event up to which they are known, in one state of the database.
///
/// # Errors
/// What the database says.
pub async fn held_accounts(services: &Services, who: &SignedIn) -> Result<(Vec<Account>, i64), Problem> {
    let scope = who.session.scope;
    let read = services.db.read(&scope, move |tx| {
        async move {
            let live = guichet_platform::live::cursor(tx, &scope).await?;
            Ok::<_, DbError>((store::list_accounts(tx, &scope).await?, live))
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

/// The customer's name for an account, or its kind.
#[must_use]
pub fn account_name(w: Words, account: &Account) -> String {
    account.label.clone().unwrap_or_else(|| w.get(account.kind.key()))
}

/// The identification as it is read out.
#[must_use]
pub fn shown_identification(account: &Account) -> String {
    if account.scheme == "IBAN" {
        guichet_types::group_in_fours(&account.identification)
    } else {
        account.identification.clone()
    }
}

/// How old the balance is, in words.
#[must_use]
pub fn as_of(w: Words, figures: &Figures, account: &Account) -> String {
    match account.booked_at {
        Some(at) => w.with("as-of", &[("moment", &figures.moment(at))]),
        None => w.get("no-statement-yet"),
    }
}

/// The query of a statement page, as it stands in the address.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct StatementQuery {
    q: String,
    from: String,
    to: String,
    dir: String,
    before: String,
}

impl StatementQuery {
    /// What it asks for. An address that cannot be read is a bad request, not a silent "everything".
    pub(super) fn question(&self, currency_digits: u8) -> Result<Question, Reason> {
        let date = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|_| Reason::BadRequest),
        };
        let folded = fold(&self.q.chars().take(100).collect::<String>());
        let filter = Filter {
            amount: amount(&folded, currency_digits),
            text: Some(folded).filter(|text| !text.is_empty()),
            direction: match self.dir.as_str() {
                "" => 0,
                "in" => 1,
                "out" => -1,
                _ => return Err(Reason::BadRequest),
            },
            from: date(&self.from)?,
            to: date(&self.to)?,
        };
        let before = match self.before.split_once('.') {
            None if self.before.is_empty() => None,
            None => return Err(Reason::BadRequest),
            Some((day, position)) => Some(Cursor {
                day: day.parse().map_err(|_| Reason::BadRequest)?,
                position: position.parse().map_err(|_| Reason::BadRequest)?,
            }),
        };
        Ok(Question { filter, before })
    }

    /// The address of the same view with other parts.
    fn href(&self, account: Id<kind::Account>, dir: &str, before: Option<Cursor>) -> String {
        let mut pairs = Vec::new();
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                pairs.push(format!("{name}={}", ui::encode(value)));
            }
        };
        add("q", &self.q);
        add("from", &self.from);
        add("to", &self.to);
        add("dir", dir);
        if let Some(before) = before {
            add("before", &format!("{}.{}", before.day, before.position));
        }
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("/accounts/{account}{query}")
    }
}

/// Words that are an amount: `12`, `12.50`, `1 234,50`, with or without a currency sign.
fn amount(text: &str, digits: u8) -> Option<i64> {
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || *c == ',' || *c == '.').collect();
    let strange = text.chars().any(|c| !c.is_ascii_digit() && !" ,.€$£-+−\u{202f}\u{a0}'".contains(c));
    if kept.is_empty() || strange {
        return None;
    }
    // The last sign is the decimal one when at most as many digits as the currency has follow it; the others group.
    let point = kept.rfind([',', '.']).filter(|at| kept.len() - at - 1 <= usize::from(digits));
    let (whole, behind) = point.map_or((kept.as_str(), ""), |at| (&kept[..at], &kept[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    Decimal::parse(&format!("{whole}.{behind}"), b'.').ok()?.to_units(digits).ok()
}

async fn statement(
    State(services): State<Services>,
    who: SignedIn,
    account: Result<Path<Id<kind::Account>>, axum::extract::rejection::PathRejection>,
    query: Result<Query<StatementQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let Path(account) = account.map_err(|_| Problem::new(Reason::NotFound, visitor))?;
    let Query(query) = query.map_err(|_| Problem::new(Reason::BadRequest, visitor))?;
    // Amounts are searched in the account's own digits; nearly always two, and read with the page below.
    let question = query.question(2).map_err(|reason| Problem::new(reason, visitor))?;
    let page =
        load(&services, &who, account, question).await?.ok_or_else(|| Problem::new(Reason::NotFound, visitor))?;
    let (w, figures) = (visitor.words(), visitor.figures(&services));
    let title = account_name(w, &page.account);
    let heading = title.clone();
    Ok(app_page(visitor, Place::Accounts, &title, Some(page.live), || {
        view! {
            <div class="page-head"><div>
                <ol class="crumbs"><li><a href="/accounts">{w.get("nav-accounts")}</a></li>
                    <li aria-current="page">{heading.clone()}</li></ol>
                <h1>{heading}</h1></div>{live_lamp(visitor)}</div>
            <div class="stack">
                {balance_slip(visitor, &figures, &page)}
                {movements(visitor, &figures, &page, &query)}
            </div>
        }
    }))
}

async fn load(
    services: &Services,
    who: &SignedIn,
    account: Id<kind::Account>,
    question: Question,
) -> Result<Option<StatementPage>, Problem> {
    let scope = who.session.scope;
    let today = who.visitor.figures(services).today();
    let read = services.db.read(&scope, move |tx| {
        async move { statement::read_page(tx, &scope, account, &question, today).await }.boxed()
    });
    Ok(read.await?)
}

fn balance_slip(visitor: &Visitor, figures: &Figures, page: &StatementPage) -> impl IntoView + use<> {
    let w = visitor.words();
    let account = &page.account;
    let key = |what: &str| Some(format!("{what}:{}", account.id));
    let plain = account.identification.clone();
    let label = if account.scheme == "IBAN" { "IBAN".to_owned() } else { w.get("account-number") };
    view! {
        <section class="panel slip" aria-label=w.get("balance")>
            <div class="panel__body grid gap-7">
                <div class="col-4 stack gap-5" data-live=key("balances")>{balances(w, figures, account)}</div>
                <div class="col-8" data-live=key("chart")>{chart(w, figures, page)}</div>
            </div>
            <div class="slip__tear"></div>
            <div class="slip__stub">
                <span>{label}" "<span class="ref">{shown_identification(account)}</span></span>
                <CopyButton text=plain label=w.get("copy") done=w.get("copied") icon=ui::icon_href(visitor, "copy")/>
            </div>
        </section>
    }
}

/// Booked, pending, overdraft, available, and where they come from.
pub fn balances(w: Words, figures: &Figures, account: &Account) -> impl IntoView + use<> {
    let overdraft = (account.overdraft > 0).then(|| {
        let amount = Money::new(account.overdraft, account.currency);
        view! { <div><dt>{w.get("overdraft")}</dt><dd>{money(figures, amount, Sign::Negative)}</dd></div> }
    });
    let source = account.anchor_day.map(|day| {
        let file = account.anchor_source.clone().unwrap_or_default();
        view! { <p class="hint">{w.with("balance-source", &[("day", &figures.date(day)), ("file", &file)])}</p> }
    });
    view! {
        <div class="stat">
            <span class="label">{w.get("booked-balance")}</span>
            {account.booked.map(|booked| figure(figures, booked, "figure money", None))}
            <small class="faint">{as_of(w, figures, account)}</small>
        </div>
        <dl class="kv">
            <div><dt>{w.get("pending")}</dt><dd>{money(figures, account.pending, Sign::Negative)}</dd></div>
            {overdraft}
            {account.available().map(|available| view! {
                <div><dt><b>{w.get("available")}</b></dt><dd><b>{money(figures, available, Sign::Negative)}</b></dd></div>
            })}
        </dl>
        {source}
    }
}

/// The balance over the last days, and the same as a table for whoever does not see it.
pub fn chart(w: Words, figures: &Figures, page: &StatementPage) -> Option<impl IntoView + use<>> {
    let (first, last) = (*page.chart.first()?, *page.chart.last()?);
    let amount = |minor| figures.money(Money::new(minor, page.account.currency), Sign::Negative);
    let lowest = page.chart.iter().enumerate().min_by_key(|(_, value)| **value)?;
    let lowest_day = page.chart_from.plus_days(i32::try_from(lowest.0).unwrap_or(0));
    let summary = w.with(
        "chart-summary",
        &[
            ("first", &amount(first)),
            ("day", &figures.short_date(page.chart_from)),
            ("lowest", &amount(*lowest.1)),
            ("lowest_day", &figures.short_date(lowest_day)),
            ("last", &amount(last)),
        ],
    );
    let chart = StepChart {
        from: page.chart_from,
        values: page.chart.clone(),
        currency: page.account.currency,
        summary,
        today: w.get("today"),
    };
    // A day on which nothing moved says nothing in a table.
    let mut rows = Vec::new();
    let mut before = None;
    for (index, value) in page.chart.iter().enumerate() {
        if before != Some(*value) {
            let day = page.chart_from.plus_days(i32::try_from(index).unwrap_or(0));
            rows.push(view! {
                <tr><th scope="row">{figures.weekday_date(day)}</th><td class="num money">{amount(*value)}</td></tr>
            });
        }
        before = Some(*value);
    }
    Some(view! {
        {step_chart(figures, &chart)}
        <details class="accordion"><summary class="small">{w.get("chart-as-table")}</summary>
            <table class="table table--compact">
                <thead><tr><th scope="col">{w.get("day")}</th><th scope="col" class="num">{w.get("balance")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    })
}

fn movements(
    visitor: &Visitor,
    figures: &Figures,
    page: &StatementPage,
    query: &StatementQuery,
) -> impl IntoView + use<> {
    let w = visitor.words();
    let id = page.account.id;
    let filtered = !query.q.is_empty() || !query.from.is_empty() || !query.to.is_empty() || !query.dir.is_empty();
    // Only an unfiltered first page takes new rows; any other says nothing about now.
    let live = !filtered && query.before.is_empty();
    let nothing = page.days.is_empty() && page.pending.is_empty();
    let chip = |dir: &'static str, key: &str| {
        let current = (query.dir == dir).then_some("true");
        view! { <a class="chip" aria-current=current href=query.href(id, dir, None)>{w.get(key)}</a> }
    };
    let export = |format: &'static str, word: &'static str| {
        let label = w.with("export-as", &[("format", word)]);
        let suffix = query.href(id, &query.dir, None);
        let suffix = suffix.split_once('?').map_or(String::new(), |(_, rest)| format!("?{rest}"));
        view! {
            <a class="chip" href=format!("/accounts/{id}/download/{format}{suffix}") aria-label=label download>
                {icon(visitor, "download")}{word}</a>
        }
    };
    let shown: usize = page.days.iter().map(|day| day.lines.len()).sum();
    let more = page.next.map(|next| {
        view! { <a class="button button--sm" href=query.href(id, &query.dir, Some(next))>{w.get("earlier")}</a> }
    });
    let newest = (!query.before.is_empty()).then(|| {
        view! { <a class="button button--sm button--quiet" href=query.href(id, &query.dir, None)>{w.get("to-newest")}</a> }
    });
    view! {
        <section class="panel" aria-labelledby="mv">
            <div class="panel__head"><h2 id="mv">{w.get("movements")}</h2>
                <div class="cluster gap-2 scroll" role="group" aria-label=w.get("export-this")>
                    <span class="small muted">{w.get("export")}</span>
                    {export("csv", "CSV")}{export("json", "JSON")}{export("ofx", "OFX")}{export("camt", "camt.053")}
                </div></div>
            <div class="panel__body stack gap-2">
                <form method="get" role="search" class="cluster">
                    <div class="input-group"><label class="vh" for="q">{w.get("search-movements")}</label>
                        {icon(visitor, "search")}
                        <input class="input input--sm" id="q" name="q" r#type="search" maxlength="100" value=query.q.clone()
                            placeholder=w.get("search-placeholder")/></div>
                    <label class="cluster nowrap gap-2 small muted">{w.get("from")}
                        <input class="input input--sm" name="from" r#type="date" value=query.from.clone()/></label>
                    <label class="cluster nowrap gap-2 small muted">{w.get("to")}
                        <input class="input input--sm" name="to" r#type="date" value=query.to.clone()/></label>
                    <input r#type="hidden" name="dir" value=query.dir.clone()/>
                    <button class="button button--sm">{w.get("search")}</button>
                </form>
                <nav class="cluster gap-2 scroll" aria-label=w.get("filters")>
                    {chip("", "filter-all")}{chip("in", "filter-in")}{chip("out", "filter-out")}
                </nav>
            </div>
            {if nothing {
                nothing_found(visitor, id, filtered).into_any()
            } else {
                view! { <div data-live=live.then(|| format!("movements:{id}"))>{table(visitor, figures, page, live, None)}</div> }.into_any()
            }}
            <div class="panel__foot"><span>{w.count("movements-shown", shown as u64, &[])}</span>
                <span class="cluster gap-2">{newest}{more}</span></div>
        </section>
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
fn nature_word(w: Words, nature: Nature) -> String {
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

async fn entry(
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
                let detail = store::find_entry(tx, &scope, account_id, entry_id).await?;
                Ok::<_, DbError>(detail.map(|detail| (account, detail)))
            }
            .boxed()
        })
        .await?;
    let (account, detail) = found.ok_or_else(not_found)?;
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
            {entry_slip(visitor, &figures, &detail)}
        }
    }))
}

fn entry_slip(visitor: &Visitor, figures: &Figures, detail: &store::EntryDetail) -> impl IntoView + use<> {
    let w = visitor.words();
    let entry = &detail.entry;
    let pair = |label: String, value: Option<String>| {
        value.filter(|value| !value.is_empty()).map(|value| view! { <div><dt>{label}</dt><dd>{value}</dd></div> })
    };
    let status = match entry.status.as_str() {
        "pending" => w.get("pending"),
        "booked" if entry.is_final => w.get("status-booked"),
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
                    {pair(w.get("value-date"), entry.value_day.map(|day| figures.date(day)))}
                    {pair(w.get("type"), Some(nature_word(w, Nature::of(entry.code.as_deref(), entry.amount.minor))))}
                    {pair(w.get("bank-code"), entry.code.clone())}
                </dl>
                {parts}
            </div>
            <div class="slip__tear"></div>
            <div class="slip__stub">
                {reference.map(|reference| view! { <span>{w.get("reference-bank")}" "<span class="ref">{reference}</span></span> })}
                <span class="small faint">{source}</span>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_an_amount_are_searched_as_one() {
        assert_eq!(amount("12", 2), Some(1_200));
        assert_eq!(amount("12,5", 2), Some(1_250));
        assert_eq!(amount("1.234,50 €", 2), Some(123_450));
        assert_eq!(amount("1,234", 2), Some(123_400));
        assert_eq!(amount("rent 12", 2), None);
        assert_eq!(amount("-", 2), None);
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_taken_for_everything() {
        let query = |dir: &str, before: &str, from: &str| StatementQuery {
            dir: dir.to_owned(),
            before: before.to_owned(),
            from: from.to_owned(),
            ..StatementQuery::default()
        };
        assert!(query("in", "2026-11-17.5", "2026-01-01").question(2).is_ok());
        for bad in
            [query("sideways", "", ""), query("", "x", ""), query("", "2026-11-31.1", ""), query("", "", "yesterday")]
        {
            assert_eq!(bad.question(2).err(), Some(Reason::BadRequest));
        }
    }
}
