//! OFX 1 (SGML) and 2 (XML): bank and card statements, and investment statements with their positions.
//!
//! An own tag reader serves both. Bank and card statements come out as the records that every bank format has; investment
//! statements as those of [`crate::securities`]. `LEDGERBAL` is as of its own day and no control total, so no balance check
//! is made.

mod bank;
mod header;
mod invest;
mod node;
mod scan;
mod seclist;
mod values;
mod words;

pub(crate) use header::is_ofx;

use crate::{
    Limits, Refusal,
    out::Told,
    record as bank_record,
    record::{CheckKind, Severity},
    securities::{Figures, Gathered, OfxFigures, Out, record::Record},
};
use node::Node;
use std::collections::HashSet;

/// What the readers of statements share.
struct Context<'o, 'a> {
    out: &'o mut Out<'a>,
    text: &'o str,
    /// Hashes of account and `FITID`.
    seen: HashSet<u64>,
}

impl Context<'_, '_> {
    fn find(&mut self, check: CheckKind, severity: Severity, told: Told) -> Result<(), Refusal> {
        self.out.tell(check, severity, told)
    }

    fn quarantine(&mut self, node: &Node, reason: &str) -> Result<(), Refusal> {
        let raw = self.text.get(node.span.0..node.span.1).unwrap_or_default();
        self.out.quarantine(node.place(), reason, raw)
    }

    /// Whether the account had this reference before.
    fn is_repeated(&mut self, account: &str, fitid: &str) -> bool {
        !self.seen.insert(crate::hash64(&format!("{account}\u{0}{fitid}")))
    }
}

/// Reads a file.
pub(crate) fn read(bytes: &[u8], limits: &Limits, out: &mut Out<'_>, gathered: &mut Gathered) -> Result<(), Refusal> {
    const WHOLE: u64 = 256 << 20;
    if bytes.len() as u64 > WHOLE {
        return Err(Refusal::TooLarge { what: "bytes", limit: WHOLE });
    }
    let opened = header::open(bytes)?;
    gathered.version.clone_from(&opened.version);
    let mut figures = OfxFigures { message_type: "OFX", ofx_version: opened.version.clone(), ..OfxFigures::default() };
    let outcome = read_body(&opened, limits, out, &mut figures);
    gathered.figures = Figures::Ofx(figures);
    outcome
}

fn read_body(
    opened: &header::Opened,
    limits: &Limits,
    out: &mut Out<'_>,
    figures: &mut OfxFigures,
) -> Result<(), Refusal> {
    let scanned = scan::scan(&opened.text, opened.body, limits)?;
    if let Some((message, unreadable)) = &opened.encoding {
        let severity = if *unreadable { Severity::Warn } else { Severity::Info };
        out.tell(CheckKind::SchemaDeviation, severity, Told::new("line 1", message.as_str()))?;
    }
    if opened.version.is_none() {
        let told = Told::new("line 1", "There is no header with a version before the data.");
        out.tell(CheckKind::SchemaDeviation, Severity::Info, told)?;
    }
    for (line, message) in &scanned.oddities {
        let told = Told::new(format!("line {line}"), message.as_str());
        out.tell(CheckKind::SchemaDeviation, Severity::Warn, told)?;
    }
    let root = &scanned.root;
    tell_status(root, out, figures)?;
    figures.listed_accounts = root
        .all(&["ACCTINFO"])
        .iter()
        .map(|info| info.all(&["BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"]).len() as u64)
        .sum();
    let statements = root.all(&["STMTRS", "CCSTMTRS", "INVSTMTRS"]);
    figures.statement_count = statements.len() as u64;
    if statements.is_empty() {
        return Err(Refusal::NoStatement);
    }
    let mut context = Context { out, text: &opened.text, seen: HashSet::new() };
    if statements.iter().any(|statement| statement.name != "INVSTMTRS") {
        context.out.put(document(root, opened.version.as_deref()))?;
    }
    let securities = seclist::read(root, &mut context)?;
    figures.security_count = root.all(&["SECINFO"]).len() as u64;
    for statement in statements {
        let read = match statement.name.as_str() {
            "INVSTMTRS" => invest::statement(statement, &securities, &mut context)?,
            "CCSTMTRS" => bank::statement(statement, "creditcard", &mut context)?,
            _ => bank::statement(statement, "bank", &mut context)?,
        };
        figures.entry_count += read.entry_count;
        figures.accounts.extend(read.account.clone());
        figures.currencies.extend(read.currency.map(|currency| currency.to_string()));
        figures.statements.push(read);
    }
    Ok(())
}

fn document(root: &Node, version: Option<&str>) -> Record {
    let created_at = root.leaf("DTSERVER").ok().flatten().and_then(values::time).and_then(|(_, at)| at);
    Record::Bank(bank_record::Record::Document(bank_record::Document {
        message_type: bank_record::MessageType::Ofx,
        version: version.map_or_else(|| "OFX".to_owned(), |version| format!("OFX {version}")),
        message_id: None,
        created_at,
        page: None,
        last_page: None,
        member: None,
    }))
}

/// Tells every `STATUS` that says that something went wrong at the sender.
fn tell_status(root: &Node, out: &mut Out<'_>, figures: &mut OfxFigures) -> Result<(), Refusal> {
    for status in root.all(&["STATUS"]) {
        let code = status.text("CODE").unwrap_or_default();
        if !code.is_empty() {
            figures.status_codes.insert(code.to_owned());
        }
        let severity = status.text("SEVERITY").unwrap_or_default();
        let is_error = severity.eq_ignore_ascii_case("ERROR");
        figures.error_severity |= is_error;
        if is_error || severity.eq_ignore_ascii_case("WARN") {
            let words = status.text("MESSAGE").unwrap_or("no message");
            let words: String = words.chars().take(200).collect();
            let told =
                Told::new(status.place(), format!("The sender answered with {severity} {code}: {words}")).actual(code);
            out.tell(CheckKind::StatusReply, if is_error { Severity::Error } else { Severity::Info }, told)?;
        }
    }
    Ok(())
}
