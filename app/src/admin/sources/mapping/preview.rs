//! What a mapping makes of a sample: the first entries, what would be kept aside, and what does not add up.

use crate::{
    ui::{alert, icon},
    web::Visitor,
};
use guichet_formats::{
    Class, Limits,
    bank_csv::{self, Given, Mapping},
    record::{Entry, EntryStatus, Record},
};
use leptos::prelude::*;
use std::ops::ControlFlow;

/// Entries that are shown.
const SHOWN: usize = 15;

pub(super) fn preview(visitor: &Visitor, sample: &[u8], mapping: &Mapping) -> impl IntoView + use<> {
    let w = visitor.words();
    // What is not said yet does not keep the rest from being seen.
    let mapping = &Mapping {
        account: mapping.account.clone().or_else(|| Some(Given::Fixed(bank_csv::UNNAMED.to_owned()))),
        currency: mapping.currency.clone().or_else(|| Some(Given::Fixed(bank_csv::NO_CURRENCY.to_owned()))),
        ..mapping.clone()
    };
    let limits = Limits { max_entries: 2_000, ..Limits::default() };
    let mut entries: Vec<(String, Entry)> = Vec::new();
    let mut account = String::new();
    // What is refused is in the report.
    let _ = bank_csv::read(sample, mapping, &limits, &mut |record| {
        match record {
            Record::Statement(head) => account = head.account.map(|account| account.id).unwrap_or_default(),
            Record::Entry(entry) if entries.len() < SHOWN => entries.push((account.clone(), entry)),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let report = bank_csv::report_bytes(sample, Some(mapping), &limits);
    let (tone, glyph) = match report.class {
        Class::Accept => ("positive", "circle-check"),
        Class::Warn => ("warning", "circle-alert"),
        Class::Reject => ("critical", "circle-alert"),
    };
    let summary = w.with(
        "sources-map-summary",
        &[("entries", &report.entry_count.to_string()), ("aside", &report.quarantined_count.to_string())],
    );
    let rows = entries.into_iter().map(|(account, entry)| {
        let part = entry.details.first().cloned().unwrap_or_default();
        let day = entry.booking_date.or(entry.value_date).map_or_else(
            || if entry.status == EntryStatus::Pending { w.get("pending") } else { String::new() },
            |day| day.to_string(),
        );
        let text = part.remittance.join(" ");
        view! {
            <tr><td>{entry.place}</td><td>{day}</td><td class="num">{format!("{} {}", entry.amount, entry.currency)}</td>
                <td>{part.counterparty.unwrap_or_default()}</td><td>{text}</td><td class="ref">{account}</td></tr>
        }
    });
    let rows = rows.collect_view();
    let aside = report.quarantined.iter().take(SHOWN).map(|piece| {
        view! {
            <div class="item"><span class="glyph" aria-hidden="true">{icon(visitor, "file-x")}</span>
                <span class="item__body"><b>{format!("{}: {}", piece.place, piece.reason)}</b><small class="ref">{piece.raw.clone()}</small></span></div>
        }
    });
    let aside = aside.collect_view();
    let findings = report.findings.iter().take(SHOWN).map(|finding| {
        let place = if finding.place.is_empty() { String::new() } else { format!("{}: ", finding.place) };
        view! { <li>{format!("{place}{}", finding.message)}</li> }
    });
    let findings = findings.collect_view();
    view! {
        <section class="panel" aria-labelledby="pre" id="preview"><div class="panel__head"><h2 id="pre">{w.get("sources-map-preview")}</h2></div>
            <div class="panel__body stack">{alert(visitor, Some(tone), glyph, format!("{summary} {}", report.reason))}<ul class="small">{findings}</ul></div>
            <div class="table-wrap" tabindex="0"><table class="table table--compact"><thead><tr><th scope="col">{w.get("sources-place")}</th>
                <th scope="col">{w.get("sources-map-booking")}</th><th scope="col" class="num">{w.get("sources-map-amount")}</th>
                <th scope="col">{w.get("sources-map-counterparty")}</th><th scope="col">{w.get("sources-map-remittance")}</th>
                <th scope="col">{w.get("sources-map-account")}</th></tr></thead><tbody>{rows}</tbody></table></div>
            <div class="list">{aside}</div></section>
    }
}
