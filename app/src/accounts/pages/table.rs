//! The table of movements: pending ones, then days with their rows.
//!
//! Rows are written as text: fifty of them are most of a statement's work, and a view of each costs twice as much
//! (docs/decisions/0011).

use crate::{
    accounts::{
        nature::Nature,
        statement::{Day, Line, StatementPage},
        store::Entry,
    },
    ui::{
        badge,
        text::{Text, add},
    },
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
    let mut rows = Rows::new(visitor, figures, account);
    if !page.pending.is_empty() {
        rows.html.push_str(&pending_heading(w, figures, account, page.account.pending).into_view().to_html());
        for entry in &page.pending {
            rows.add(entry, None, fresh == Some(entry.id));
        }
    }
    for day in &page.days {
        rows.html.push_str(&day_heading(w, figures, account, day).into_view().to_html());
        for Line { entry, balance } in &day.lines {
            rows.add(entry, *balance, fresh == Some(entry.id));
        }
    }
    view! {
        <table class="table table--fold" role="table">
            <caption class="vh">{w.get("movements-caption")}</caption>
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader"><span class="vh">{w.get("type")}</span></th>
                <th scope="col" role="columnheader" class="wide">{w.get("description")}</th>
                <th scope="col" role="columnheader">{w.get("time")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("amount")}</th>
                <th scope="col" role="columnheader" class="num">{w.get("balance")}</th></tr></thead>
            <tbody role="rowgroup" data-live-list=live.then(|| format!("entries:{account}")) inner_html=rows.html></tbody>
        </table>
    }
}

fn pending_heading(w: Words, figures: &Figures, account: Id<kind::Account>, sum: Money) -> impl IntoView + use<> {
    view! {
        <tr class="table__group" role="row" data-group="pending">
            <th scope="rowgroup" role="rowheader" colspan="3" data-fold="lead">{w.get("pending")}" "
                <span class="faint">{w.get("pending-note")}</span></th>
            <td class="num" role="cell" data-fold="value">
                <span class="money" data-live=format!("pending:{account}")>{figures.money(sum, Sign::Always)}</span></td>
            <td role="cell"></td></tr>
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

/// One row as HTML, as it looks when it has just come.
pub fn fresh_row(
    visitor: &Visitor,
    figures: &Figures,
    account: Id<kind::Account>,
    entry: &Entry,
    balance: Option<Money>,
) -> String {
    let mut rows = Rows::new(visitor, figures, account);
    rows.add(entry, balance, true);
    rows.html
}

/// Rows of one account, written one behind the other.
struct Rows<'v> {
    visitor: &'v Visitor,
    figures: &'v Figures,
    /// The address of an entry, but for its id.
    entries: String,
    html: String,
}

impl<'v> Rows<'v> {
    fn new(visitor: &'v Visitor, figures: &'v Figures, account: Id<kind::Account>) -> Self {
        let entries = format!("/accounts/{account}/entries/");
        Self { visitor, figures, entries, html: String::with_capacity(48 << 10) }
    }

    fn add(&mut self, entry: &Entry, balance: Option<Money>, fresh: bool) {
        let (w, figures, entries, id) = (self.visitor.words(), self.figures, &self.entries, entry.id);
        let nature = Nature::of(entry.code.as_deref(), entry.amount.minor);
        let pending = entry.status == "pending";
        let word = nature_word(w, nature);
        let title = entry.counterparty.as_deref().or(entry.remittance.as_deref()).unwrap_or(&word);
        let purpose = entry.remittance.as_deref().filter(|text| *text != title);
        let class = match (pending, fresh) {
            (true, true) => "is-pending is-new",
            (true, false) => "is-pending",
            (false, true) => "is-new",
            (false, false) => "",
        };
        let (icons, icon, title) = (Text(&self.visitor.assets.icons), nature.icon(), Text(title));
        add(
            &mut self.html,
            format_args!(
                r##"<tr role="row" class="{class}" id="e-{id}"><td role="cell"><span class="glyph glyph--round" aria-hidden="true"><svg class="icon" aria-hidden="true"><use href="{icons}#i-{icon}"></use></svg></span></td><th scope="row" role="rowheader" data-fold="lead"><a href="{entries}{id}">{title}</a>"##
            ),
        );
        if fresh {
            let word = w.get("just-arrived");
            add(&mut self.html, format_args!(r#" <span class="badge" data-tone="lamp">{}</span>"#, Text(&word)));
        }
        if entry.reversal {
            self.html.push(' ');
            self.html.push_str(&badge(self.visitor, "warning", None, w.get("reversed")).into_view().to_html());
        }
        let (amount, sign) =
            (figures.money(entry.amount, Sign::Always), if entry.amount.minor > 0 { " money--in" } else { "" });
        let (word, amount) = (Text(&word), Text(&amount));
        add(&mut self.html, format_args!(r#"<small class="only-wide clip">{word}"#));
        if let Some(purpose) = purpose {
            add(&mut self.html, format_args!(" · {}", Text(purpose)));
        }
        add(&mut self.html, format_args!(r#"</small></th><td role="cell" data-fold="meta">"#));
        if let Some(at) = entry.booked_at {
            let (machine, time) = (Figures::machine(at), figures.time(at));
            add(&mut self.html, format_args!(r#"<time datetime="{machine}">{time}</time>"#));
        }
        add(
            &mut self.html,
            format_args!(
                r#"</td><td role="cell" class="num" data-fold="value"><span class="money{sign}">{amount}</span></td><td role="cell" class="num muted" data-fold="sub">"#
            ),
        );
        if pending {
            self.html.push_str(&badge(self.visitor, "outline", Some("clock"), w.get("pending")).into_view().to_html());
        } else if let Some(balance) = balance {
            let balance = figures.money(balance, Sign::Negative);
            add(&mut self.html, format_args!(r#"<span class="money">{}</span>"#, Text(&balance)));
        }
        self.html.push_str("</td></tr>");
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
