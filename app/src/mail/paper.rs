//! A letter as text and as HTML. The HTML needs nothing from anywhere: no picture, no script, no link; its few rules stand in
//! its head, and a mail program that throws them away still shows everything in order.

use super::Parts;
use crate::{ui::fragment, words::Words};
use leptos::prelude::*;

/// Columns of a line of plain text.
const WIDTH: usize = 72;

/// The design's colours, light and dark, for the few things that a letter has.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;padding:24px 16px;background:#f3f6f6;color:#16282d;font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif}\
main{max-width:34em;margin:0 auto;padding:24px;background:#fff;border:1px solid #d8e0e1;border-radius:10px}\
h1{margin:0 0 16px;font-size:22px;line-height:1.25;font-weight:600}\
p{margin:0 0 16px}\
.house{margin:0 0 24px;font-weight:600;color:#0c5a6b}\
.code{margin:0 0 4px;padding:12px 16px;background:#f3f6f6;border-radius:6px;font:600 28px/1.3 ui-monospace,Consolas,monospace;\
letter-spacing:2px;overflow-wrap:anywhere}\
.small{font-size:14px;color:#4a5c61}\
table{margin:0 0 16px;border-spacing:0}\
th{padding:4px 24px 4px 0;text-align:start;font-weight:400;color:#4a5c61}\
td{padding:4px 0;font-weight:500}\
footer{margin-top:24px;padding-top:16px;border-top:1px solid #d8e0e1}\
footer p{margin:0 0 4px}\
@media (prefers-color-scheme:dark){\
body{background:#0d1719;color:#e6eef0}\
main{background:#142124;border-color:#2b3b3f}\
.house{color:#7cc4d4}\
.code{background:#0d1719}\
.small,th{color:#a3b4b8}\
footer{border-color:#2b3b3f}}";

/// Plain text, its lines no longer than a narrow window.
pub(super) fn text(parts: &Parts) -> String {
    let mut out = wrapped(&parts.lead);
    if let Some((code, until)) = &parts.code {
        out.push_str(&format!("\n    {code}\n\n{}", wrapped(until)));
    }
    if !parts.facts.is_empty() {
        out.push('\n');
    }
    for (name, value) in &parts.facts {
        out.push_str(&format!("{name}: {}\n", one_line(value)));
    }
    out.push_str(&format!("\n{}\n-- \n", wrapped(&parts.then)));
    for line in &parts.foot {
        out.push_str(&wrapped(line));
    }
    out
}

/// What somebody else wrote, as part of a line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrapped(sentence: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in sentence.split_whitespace() {
        let length = word.chars().count();
        if column > 0 {
            let fits = column + 1 + length <= WIDTH;
            out.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

/// A whole HTML document.
pub(super) fn html(parts: &Parts, w: Words, house: &str) -> String {
    let facts = parts.facts.iter().map(|(name, value)| {
        view! { <tr><th scope="row">{name.clone()}</th><td>{one_line(value)}</td></tr> }
    });
    let facts = (!parts.facts.is_empty()).then(|| view! { <table>{facts.collect_view()}</table> });
    let code = parts.code.clone().map(|(code, until)| view! { <p class="code">{code}</p><p class="small">{until}</p> });
    let foot = parts.foot.iter().map(|line| view! { <p class="small">{line.clone()}</p> }).collect_view();
    let (subject, house) = (parts.subject.clone(), house.to_owned());
    let (heading, lead, then) = (parts.subject.clone(), parts.lead.clone(), parts.then.clone());
    let html = fragment(move || {
        view! {
            <html lang=w.0.tag()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{subject}</title>
                    <style>{STYLE}</style>
                </head>
                <body>
                    <main>
                        <p class="house">{house}</p>
                        <h1>{heading}</h1>
                        <p>{lead}</p>
                        {code}
                        {facts}
                        <p>{then}</p>
                        <footer>{foot}</footer>
                    </main>
                </body>
            </html>
        }
    });
    format!("<!DOCTYPE html>{html}")
}
