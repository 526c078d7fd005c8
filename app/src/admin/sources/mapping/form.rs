//! The fields of a mapping.

use super::{
    super::parts::{choice, field, tick},
    packed, preview, unpacked,
};
use crate::{
    live::trial::Trial,
    ui::{alert, icon},
    web::{Fields, Visitor},
    words::Words,
};
use guichet_formats::{
    Limits,
    bank_csv::{self, Column, DateOrder, Fault, Given, Holds, Mapping, Sign},
};
use leptos::prelude::*;

/// Letters of a mapping's name.
pub(super) const NAME: usize = 80;

/// What is being worked on.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// Its id; empty while it has none.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it says.
    pub mapping: Mapping,
    /// The sample.
    pub sample: Vec<u8>,
    /// Whether its fields are shown.
    pub shown: bool,
}

/// Delimiters that can be chosen.
const DELIMITERS: [(&str, char, &str); 4] = [
    ("comma", ',', "sources-map-comma"),
    ("semicolon", ';', "sources-map-semicolon"),
    ("tab", '\t', "sources-map-tab"),
    ("pipe", '|', "sources-map-pipe"),
];

/// What stands for an empty word in a list of words.
const EMPTY: &str = "\"\"";

/// Words in a field, with commas between.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| if word == EMPTY { String::new() } else { word.chars().take(40).collect() }).take(60).collect()
}

fn words_text(words: &[String]) -> String {
    words.iter().map(|word| if word.is_empty() { EMPTY } else { word }).collect::<Vec<_>>().join(", ")
}

impl Draft {
    /// From the fields of the form.
    pub fn read(fields: &Fields) -> Self {
        let all = |name: &str| -> Vec<&str> { fields.all(name).map(str::trim).collect() };
        let get = |name: &str| all(name).first().copied().unwrap_or_default();
        let column = |text: &str| (!text.is_empty()).then(|| Column::from(text.chars().take(200).collect::<String>()));
        let given = |name: &str| {
            column(get(&format!("{name}_column"))).map(Given::Column).or_else(|| {
                let fixed = get(&format!("{name}_fixed"));
                (!fixed.is_empty()).then(|| Given::Fixed(fixed.chars().take(100).collect()))
            })
        };
        let mark = |text: &str| text.chars().next();
        let mapping = Mapping {
            encoding: Some(get("encoding").to_owned()).filter(|name| !name.is_empty()),
            delimiter: DELIMITERS.iter().find(|(name, ..)| *name == get("delimiter")).map_or(',', |(_, mark, _)| *mark),
            quote: mark(get("quote")),
            skip_lines: get("skip_lines").parse().unwrap_or(0),
            header: !all("header").is_empty(),
            footer_rows: get("footer_rows").parse().unwrap_or(0).min(1_000),
            date_order: match get("date_order") {
                "mdy" => DateOrder::Mdy,
                "ymd" => DateOrder::Ymd,
                _ => DateOrder::Dmy,
            },
            decimal: mark(get("decimal")).unwrap_or('.'),
            thousands: mark(get("thousands")),
            booking_date: column(get("booking_date")),
            value_date: column(get("value_date")),
            sign: match get("sign") {
                "inverted" => Sign::Inverted,
                "columns" => Sign::Columns,
                "indicator" => Sign::Indicator,
                _ => Sign::Signed,
            },
            amount: column(get("amount")),
            debit: column(get("debit")),
            credit: column(get("credit")),
            indicator: column(get("indicator")),
            debit_words: words_of(get("debit_words")),
            credit_words: words_of(get("credit_words")),
            account: given("account"),
            currency: given("currency"),
            balance: column(get("balance")),
            counterparty: column(get("counterparty")),
            counterparty_account: column(get("counterparty_account")),
            remittance: all("remittance").into_iter().filter_map(column).take(12).collect(),
            reference: column(get("reference")),
            code: column(get("code")),
            holds: if get("holds") == "statement" { Holds::Statement } else { Holds::Movements },
        };
        let name = get("name").chars().take(NAME).collect();
        Self { id: get("id").to_owned(), name, mapping, sample: unpacked(get("sample")), shown: false }
    }
}

fn fault_word(w: Words, fault: Fault) -> String {
    match fault {
        Fault::NoDate => w.get("sources-map-fault-no-date"),
        Fault::NoAmount => w.get("sources-map-fault-no-amount"),
        Fault::NoWords => w.get("sources-map-fault-no-words"),
        Fault::NoAccount => w.get("sources-map-fault-no-account"),
        Fault::NoCurrency => w.get("sources-map-fault-no-currency"),
        Fault::BadCurrency => w.get("sources-map-fault-bad-currency"),
        Fault::BadEncoding => w.get("sources-map-fault-bad-encoding"),
        Fault::Marks => w.get("sources-map-fault-marks"),
    }
}

/// The form, and what comes of it.
pub(super) fn editor(visitor: &Visitor, draft: &Draft) -> impl IntoView + use<> {
    let w = visitor.words();
    let columns = bank_csv::columns(&draft.sample, &draft.mapping, &Limits::default());
    let fields = draft.shown.then(|| fields(w, draft, &columns));
    let buttons = draft.shown.then(|| view! {
        <button class="button" name="act" value="preview">{icon(visitor, "eye")}{w.get("sources-map-preview")}</button>
        <button class="button button--primary" name="act" value="save">{w.get("sources-save")}</button>
    });
    view! {
        <form method="post" action="/admin/sources/mapping" enctype="multipart/form-data" class="stack" id="mapping">
            <input r#type="hidden" name="id" value=draft.id.clone()/>
            <input r#type="hidden" name="sample" value=packed(&draft.sample)/>
            // The first button of a form is the one that the return key presses.
            {draft.shown.then(|| view! { <button class="vh" name="act" value="preview" tabindex="-1" aria-hidden="true">{w.get("sources-map-preview")}</button> })}
            <section class="panel" aria-label=w.get("sources-map-file")><div class="panel__body stack">
                {field("name", w.get("sources-map-name"), draft.name.clone(), None)}
                <div class="field"><label for="file">{w.get("sources-map-file")}</label><input class="input" id="file" name="file" r#type="file" aria-describedby="file-hint"/>
                    <p class="hint" id="file-hint">{w.get("sources-map-file-hint")}</p></div>
                <button class="button" name="act" value="read">{icon(visitor, "sparkles")}{w.get("sources-map-read")}</button></div></section>
            {fields}
            <div class="cluster gap-2">{buttons}</div>
            <div class="stack" id="trial">{draft.shown.then(|| shown(visitor, draft))}</div>
        </form>
        <Trial url="/admin/sources/mapping/trial".to_owned() form="mapping".to_owned()/>
    }
}

/// What is wrong with a mapping, and what it makes of the sample.
pub(super) fn shown(visitor: &Visitor, draft: &Draft) -> impl IntoView + use<> {
    let w = visitor.words();
    let faults = draft.mapping.faults().into_iter();
    let faults = faults.map(|fault| alert(visitor, Some("warning"), "circle-alert", fault_word(w, fault)));
    let faults = faults.collect_view();
    let made = (!draft.sample.is_empty()).then(|| preview::preview(visitor, &draft.sample, &draft.mapping));
    view! { {faults}{made} }
}

/// A choice of one column; a text where there is no sample to choose from.
fn column_field(
    w: Words,
    id: &'static str,
    label: String,
    now: Option<&Column>,
    columns: &[(Column, String)],
) -> impl IntoView + use<> {
    let now = now.map(ToString::to_string).unwrap_or_default();
    if columns.is_empty() {
        return field(id, label, now, None).into_any();
    }
    let mut options = vec![(String::new(), w.get("sources-map-no-column"))];
    let known = columns.iter().any(|(column, _)| column.to_string() == now);
    if !known && !now.is_empty() {
        options.push((now.clone(), w.with("sources-map-not-there", &[("name", &now)])));
    }
    options.extend(columns.iter().map(|(column, first)| (column.to_string(), column_name(column, first))));
    choice(id, label, &now, options).into_any()
}

fn column_name(column: &Column, first: &str) -> String {
    let first: String = first.chars().take(24).collect();
    if first.is_empty() { column.to_string() } else { format!("{column} · {first}") }
}

fn fields(w: Words, draft: &Draft, columns: &[(Column, String)]) -> impl IntoView + use<> {
    let m = &draft.mapping;
    let one = |id: &'static str, label: String, now: &Option<Column>| column_field(w, id, label, now.as_ref(), columns);
    let named =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(value, key)| ((*value).to_owned(), w.get(key))).collect::<Vec<_>>();
    let delimiter = DELIMITERS.iter().find(|(_, mark, _)| *mark == m.delimiter).map_or("comma", |(name, ..)| *name);
    let delimiters = DELIMITERS.iter().map(|(name, _, key)| ((*name).to_owned(), w.get(key))).collect();
    let marks =
        |marks: &[(&str, &str)]| marks.iter().map(|(mark, key)| ((*mark).to_owned(), w.get(key))).collect::<Vec<_>>();
    let text = |mark: Option<char>| mark.map(String::from).unwrap_or_default();
    let (order, sign, holds) = (
        match m.date_order {
            DateOrder::Dmy => "dmy",
            DateOrder::Mdy => "mdy",
            DateOrder::Ymd => "ymd",
        },
        match m.sign {
            Sign::Signed => "signed",
            Sign::Inverted => "inverted",
            Sign::Columns => "columns",
            Sign::Indicator => "indicator",
        },
        match m.holds {
            Holds::Statement => "statement",
            Holds::Movements => "movements",
        },
    );
    let given = |given: &Option<Given>| match given {
        Some(Given::Column(column)) => (Some(column.clone()), String::new()),
        Some(Given::Fixed(text)) => (None, text.clone()),
        None => (None, String::new()),
    };
    let ((account, account_text), (currency, currency_text)) = (given(&m.account), given(&m.currency));
    view! {
        <div class="grid"><section class="panel col-6" aria-labelledby="how"><div class="panel__head"><h2 id="how">{w.get("sources-map-how")}</h2></div><div class="panel__body stack">
            {choice("delimiter", w.get("sources-map-delimiter"), delimiter, delimiters)}
            {choice("quote", w.get("sources-map-quote"), &text(m.quote), marks(&[("\"", "sources-map-double"), ("'", "sources-map-single"), ("", "sources-map-none")]))}
            {field("skip_lines", w.get("sources-map-skip"), m.skip_lines.to_string(), None)}
            {tick("header", "yes".to_owned(), w.get("sources-map-header"), m.header)}
            {field("footer_rows", w.get("sources-map-footer"), m.footer_rows.to_string(), None)}
            {field("encoding", w.get("sources-map-encoding"), m.encoding.clone().unwrap_or_default(), Some(w.get("sources-map-encoding-hint")))}
            {choice("date_order", w.get("sources-map-dates"), order, named(&[("dmy", "sources-map-dmy"), ("mdy", "sources-map-mdy"), ("ymd", "sources-map-ymd")]))}
            {choice("decimal", w.get("sources-map-decimal"), &m.decimal.to_string(), marks(&[(",", "sources-map-comma"), (".", "sources-map-point")]))}
            {choice("thousands", w.get("sources-map-thousands"), &text(m.thousands), marks(&[("", "sources-map-none"), (".", "sources-map-point"), (",", "sources-map-comma")]))}
            {choice("holds", w.get("sources-map-holds"), holds, named(&[("movements", "sources-map-movements"), ("statement", "sources-map-statement")]))}
            <p class="hint">{w.get("sources-map-holds-hint")}</p>
        </div></section>
        <section class="panel col-6" aria-labelledby="what"><div class="panel__head"><h2 id="what">{w.get("sources-map-what")}</h2></div><div class="panel__body stack">
            {one("booking_date", w.get("sources-map-booking"), &m.booking_date)}
            {one("value_date", w.get("sources-map-value"), &m.value_date)}
            {choice("sign", w.get("sources-map-sign"), sign, named(&[("signed", "sources-map-signed"), ("inverted", "sources-map-inverted"), ("columns", "sources-map-columns"), ("indicator", "sources-map-indicator")]))}
            {one("amount", w.get("sources-map-amount"), &m.amount)}
            {one("debit", w.get("sources-map-debit"), &m.debit)}{one("credit", w.get("sources-map-credit"), &m.credit)}
            {one("indicator", w.get("sources-map-word"), &m.indicator)}
            {field("debit_words", w.get("sources-map-debit-words"), words_text(&m.debit_words), Some(w.get("sources-map-words-hint")))}
            {field("credit_words", w.get("sources-map-credit-words"), words_text(&m.credit_words), None)}
            {one("account_column", w.get("sources-map-account"), &account)}
            {field("account_fixed", w.get("sources-map-account-fixed"), account_text, None)}
            {one("currency_column", w.get("sources-map-currency"), &currency)}
            {field("currency_fixed", w.get("sources-map-currency-fixed"), currency_text, None)}
            {one("balance", w.get("sources-map-balance"), &m.balance)}
            {one("counterparty", w.get("sources-map-counterparty"), &m.counterparty)}
            {one("counterparty_account", w.get("sources-map-counter-account"), &m.counterparty_account)}
            {remittance(w, m, columns)}
            {one("reference", w.get("sources-map-reference"), &m.reference)}
            {one("code", w.get("sources-map-code"), &m.code)}
        </div></section></div>
    }
}

/// Several columns, for what an entry was for.
fn remittance(w: Words, mapping: &Mapping, columns: &[(Column, String)]) -> impl IntoView + use<> {
    let mut options: Vec<(Column, String)> = columns.to_vec();
    for column in &mapping.remittance {
        if !options.iter().any(|(known, _)| known == column) {
            options.push((column.clone(), String::new()));
        }
    }
    let ticks = options.into_iter().map(|(column, first)| {
        let checked = mapping.remittance.contains(&column);
        tick("remittance", column.to_string(), column_name(&column, &first), checked)
    });
    view! { <fieldset class="stack gap-2"><legend>{w.get("sources-map-remittance")}</legend>{ticks.collect_view()}</fieldset> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_says_is_what_the_mapping_says() {
        assert_eq!(words_of("Soll, \"\", D ,"), ["Soll", "", "D"]);
        assert_eq!(words_text(&words_of("Soll, \"\", D")), "Soll, \"\", D");
        let fields: Vec<(String, String)> = [
            ("name", " A bank "),
            ("delimiter", "tab"),
            ("quote", ""),
            ("skip_lines", "3"),
            ("header", "yes"),
            ("date_order", "ymd"),
            ("decimal", ","),
            ("thousands", "."),
            ("booking_date", "#1"),
            ("sign", "columns"),
            ("debit", "Soll"),
            ("credit", "Haben"),
            ("account_fixed", "7"),
            ("currency_column", "#4"),
            ("currency_fixed", "EUR"),
            ("remittance", "A"),
            ("remittance", "B"),
            ("holds", "statement"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let draft = Draft::read(&fields.into_iter().collect());
        assert!(draft.mapping.faults().is_empty());
        assert_eq!((draft.name.as_str(), draft.mapping.delimiter, draft.mapping.quote), ("A bank", '\t', None));
        assert_eq!(draft.mapping.currency, Some(Given::Column(Column::Number(4))), "a column goes before a fixed text");
        assert_eq!(draft.mapping.remittance.len(), 2);
    }
}
