//! A portfolio as a file: positions or transactions as CSV, numbers as numbers, and no text that a spreadsheet would calculate.

use crate::{
    portfolio::{
        book::Book,
        store::{self, Transaction},
    },
    web::{Problem, Reason, Services, SignedIn},
    words::Figures,
};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use guichet_formats::write::csv::Writer;
use guichet_platform::{
    audit::{Action, Detail, Thing},
    db::DbError,
};
use guichet_types::{Decimal, Id, kind};
use http::{HeaderValue, header};
use std::io;

/// Transactions in one file.
const MOST: i64 = 200_000;

/// What a reader can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    /// What is held.
    Csv,
    /// What was done.
    Transactions,
}

/// `GET /portfolio/{portfolio}/download/{format}`.
pub(super) async fn download(
    State(services): State<Services>,
    who: SignedIn,
    path: Result<Path<(Id<kind::Portfolio>, Choice)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let visitor = &who.visitor;
    let not_found = || Problem::new(Reason::NotFound, visitor);
    let Path((id, choice)) = path.map_err(|_| not_found())?;
    let _permit = services.downloads.clone().try_acquire_owned().map_err(|_| Problem::new(Reason::Busy, visitor))?;
    let (scope, today) = (who.session.scope, visitor.figures(&services).today());
    let read = services.db.read(&scope, move |tx| {
        async move {
            let Some(book) = Book::read(tx, &scope, id, today).await? else { return Ok(None) };
            let transactions = match choice {
                Choice::Csv => Vec::new(),
                Choice::Transactions => store::list_transactions(tx, &scope, id, None, MOST).await?,
            };
            Ok::<_, DbError>(Some((book, transactions)))
        }
        .boxed()
    });
    let (book, transactions) = read.await?.ok_or_else(not_found)?;
    let bytes = match choice {
        Choice::Csv => positions(&book),
        Choice::Transactions => moves(&transactions),
    };
    let what = if choice == Choice::Csv { "positions" } else { "transactions" };
    let entry = visitor.act(Action::PortfolioDownloaded).about(Thing::Portfolio, id);
    services.note(visitor, entry.detail(Detail::Form(what))).await?;
    let account = book.portfolio.account.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let name = format!("{account}-{what}-{today}.csv");
    let mut response = bytes.map_err(Problem::fault)?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn text(number: Option<Decimal>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn positions(book: &Book) -> io::Result<Vec<u8>> {
    const HEADER: [&str; 15] = [
        "Account",
        "Name",
        "ISIN",
        "Class",
        "Quantity",
        "Price",
        "Price currency",
        "Price time",
        "Price source",
        "Value",
        "Currency",
        "Exchange rate",
        "Rate date",
        "Cost",
        "Cost currency",
    ];
    let mut writer = Writer::new(Vec::new(), &HEADER)?;
    for holding in &book.holdings {
        let worth = book.worth(holding);
        let latest = holding.latest.as_ref();
        let rate = worth.rate;
        let plain = |money: Option<guichet_types::Money>| money.map_or_else(String::new, |money| money.to_plain());
        writer.row(&[
            (false, book.portfolio.account.clone()),
            (false, holding.instrument.name.clone()),
            (false, holding.instrument.key.clone()),
            (false, holding.instrument.class.as_str().to_owned()),
            (true, holding.quantity.to_string()),
            (true, text(latest.map(|latest| latest.price.amount))),
            (false, latest.map_or_else(String::new, |latest| price_currency(latest.price))),
            (true, latest.map_or_else(String::new, |latest| Figures::machine(latest.at))),
            (false, latest.and_then(|latest| latest.source.clone()).unwrap_or_default()),
            (true, plain(worth.value)),
            (false, book.portfolio.currency.to_string()),
            (true, text(rate.and_then(|dated| dated.rate.shown(8).ok()))),
            (true, rate.and_then(|dated| dated.day).map_or_else(String::new, |day| day.to_string())),
            (true, text(holding.cost.map(|(cost, _)| cost))),
            (false, holding.cost.map_or_else(String::new, |(_, currency)| currency.to_string())),
        ])?;
    }
    for (currency, amount) in &book.cash {
        let mut row: Vec<(bool, String)> = vec![(false, String::new()); HEADER.len()];
        row[0].1.clone_from(&book.portfolio.account);
        row[1].1 = currency.to_string();
        row[3].1 = "cash".to_owned();
        row[4] = (true, amount.to_string());
        row[9] = (true, book.cash_value((*currency, *amount)).map_or_else(String::new, |money| money.to_plain()));
        row[10].1 = book.portfolio.currency.to_string();
        writer.row(&row)?;
    }
    writer.finish()
}

/// `EUR`, `GBp`, or `%`.
fn price_currency(price: guichet_types::Price) -> String {
    match (price.unit, price.minor_divisor) {
        (guichet_types::PriceUnit::Percent, _) => "%".to_owned(),
        (_, 1) => price.currency.to_string(),
        (_, divisor) => format!("{}/{divisor}", price.currency),
    }
}

fn moves(transactions: &[Transaction]) -> io::Result<Vec<u8>> {
    const HEADER: [&str; 14] = [
        "Reference",
        "Type",
        "Name",
        "ISIN",
        "Trade date",
        "Settlement date",
        "Quantity",
        "Price",
        "Fees",
        "Taxes",
        "Net",
        "Currency",
        "Ratio",
        "Text",
    ];
    let mut writer = Writer::new(Vec::new(), &HEADER)?;
    for transaction in transactions {
        writer.row(&[
            (false, transaction.reference.clone()),
            (false, transaction.kind.as_str().to_owned()),
            (false, transaction.name.clone().unwrap_or_default()),
            (false, transaction.key.clone().unwrap_or_default()),
            (true, transaction.day.to_string()),
            (true, transaction.settle_day.map_or_else(String::new, |day| day.to_string())),
            (true, text(transaction.quantity)),
            (true, text(transaction.price)),
            (true, transaction.fees.to_string()),
            (true, transaction.taxes.to_string()),
            (true, text(transaction.net)),
            (false, transaction.currency.to_string()),
            (false, transaction.ratio.as_ref().map_or_else(String::new, |(new, old)| format!("{new}:{old}"))),
            (false, transaction.text.clone().unwrap_or_default()),
        ])?;
    }
    writer.finish()
}
