//! Applies records to the database, one batch after another, and carries between batches what has begun.

use super::{
    Facts, chain,
    prepare::{Prepared, Step, raw},
    rows::{self, EntryRow, days},
};
use crate::accounts::live;
use guichet_formats::record::{
    AccountRef, Balance, Document, Finding, Quarantined, Record, StatementEnd, StatementHead, StatementKind,
};
use guichet_platform::{
    clock::SharedClock,
    db::{DbError, Tx},
    live::publish,
    on,
};
use guichet_types::{Currency, Date, Id, Timestamp, kind};
use std::collections::{BTreeMap, HashMap};

/// A pending entry that no statement has taken up is let go when statements have gone this far past it.
const PENDING_DAYS: i64 = 10;
/// A booking may be told so many days before, or after, the day that its statement gives it.
const MATCH_DAYS: (i64, i64) = (10, 3);
/// More new entries than this at once are shown by putting the list in place as a whole.
const SINGLE_EVENTS: usize = 10;
/// Provisional entries sort behind everything that a statement has on the same day.
const PROVISIONAL_BASE: i64 = 1 << 60;

#[derive(Debug)]
pub(super) struct Applier {
    document: Id<kind::Document>,
    received_at: Timestamp,
    clock: SharedClock,
    facts: Vec<Facts>,
    next_statement: usize,
    message: Option<Document>,
    current: Option<Current>,
    /// How often a statement of the same name was met in this document.
    named: HashMap<Vec<u8>, u32>,
    /// How often the same booking was met in this document.
    met: HashMap<Vec<u8>, u32>,
}

/// An entry told ahead that no statement has yet.
#[derive(Clone, Debug)]
struct Ahead {
    id: Vec<u8>,
    match_key: Vec<u8>,
    day: i64,
    booked: bool,
    amount: i64,
    shown: bool,
}

/// The statement that has begun.
#[derive(Debug)]
struct Current {
    kind: StatementKind,
    id: Id<kind::Statement>,
    account: Id<kind::Account>,
    currency: Currency,
    anchor_day: Option<i64>,
    facts: Facts,
    /// Where its entries stand within a day.
    base: i64,
    fallback_day: i64,
    ahead: Vec<Ahead>,
    /// Another document had this very statement.
    known: bool,
    nets: BTreeMap<i64, (i64, i64)>,
    fresh: Vec<Id<kind::Entry>>,
}

impl Applier {
    pub(super) fn new(
        document: Id<kind::Document>,
        received_at: Timestamp,
        clock: SharedClock,
        facts: Vec<Facts>,
    ) -> Self {
        Self {
            document,
            received_at,
            clock,
            facts,
            next_statement: 0,
            message: None,
            current: None,
            named: HashMap::new(),
            met: HashMap::new(),
        }
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Notes what the first reading found.
    pub(super) async fn begin(
        self,
        tx: &mut Tx,
        (message_type, version, message_id): (Option<String>, Option<String>, Option<String>),
        (findings, quarantined): (Vec<Finding>, Vec<Quarantined>),
    ) -> Result<Self, DbError> {
        const NOTE: &str =
            "update source_document set message_type = $2, version = $3, message_id = $4, state = 'applying'
            where id = $1";
        on!(tx, c => sqlx::query(NOTE).bind(self.document.as_bytes().as_slice()).bind(message_type).bind(version)
            .bind(message_id).execute(&mut **c).await.map(|_| ()))?;
        rows::insert_findings(tx, self.document, self.received_at, &findings).await?;
        rows::insert_quarantined(tx, self.document, self.received_at, &quarantined).await?;
        Ok(self)
    }

    /// Goes on in the middle of what an earlier run had begun.
    pub(super) async fn resume(
        &mut self,
        tx: &mut Tx,
        document: Option<Document>,
        statement: Option<(usize, StatementHead)>,
    ) -> Result<(), DbError> {
        if document.is_some() {
            self.message = document;
        }
        if let Some((index, head)) = statement {
            self.next_statement = index;
            self.begin_statement(tx, head).await?;
        }
        Ok(())
    }

    pub(super) async fn checkpoint(&mut self, tx: &mut Tx, through: u64) -> Result<(), DbError> {
        const MARK: &str = "update source_document set applied_records = $2 where id = $1";
        self.flush(tx).await?;
        on!(tx, c => sqlx::query(MARK).bind(self.document.as_bytes().as_slice())
            .bind(i64::try_from(through).unwrap_or(i64::MAX)).execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    pub(super) async fn take(&mut self, tx: &mut Tx, steps: Vec<Step>) -> Result<(), DbError> {
        let mut entries: Vec<Prepared> = Vec::new();
        for step in steps {
            let record = match step {
                Step::Entry(entry) => {
                    entries.push(entry);
                    continue;
                }
                Step::Record(record) => *record,
            };
            self.entries(tx, std::mem::take(&mut entries)).await?;
            match record {
                Record::Document(document) => self.message = Some(document),
                Record::Statement(head) => self.begin_statement(tx, head).await?,
                Record::StatementEnd(end) => self.end_statement(tx, end).await?,
                // The report has the first hundred alone; none may be lost.
                Record::Quarantined(piece) => {
                    rows::insert_quarantined(tx, self.document, self.received_at, &[piece]).await?;
                }
                // Noted by the first reading.
                Record::Entry(_) | Record::Finding(_) => {}
            }
        }
        self.entries(tx, entries).await
    }

    async fn begin_statement(&mut self, tx: &mut Tx, head: StatementHead) -> Result<(), DbError> {
        let facts = self.facts.get(self.next_statement).cloned().unwrap_or_default();
        self.next_statement += 1;
        self.current = None;
        let (Some(message), Some(named), Some(currency)) = (&self.message, &head.account, facts.currency) else {
            return Ok(());
        };
        let kind = message.message_type.kind();
        let created_at = head.created_at.or(message.created_at);
        let (account, anchor_day) = self.account(tx, named, currency).await?;
        let id = self.statement_id(tx, account, kind, &head, &facts);
        let known = !self.insert_statement(tx, id, account, kind, &head, &facts, currency, created_at).await?;
        let seq = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
        let base = match kind {
            StatementKind::Statement => {
                (seq(&head.electronic_seq).rem_euclid(1 << 20) << 30) | (i64::from(head.page.unwrap_or(0)) % 256) << 22
            }
            // In the order in which the bank told them.
            _ => PROVISIONAL_BASE + created_at.unwrap_or(self.received_at).millis() * 1_024,
        };
        let told = created_at.unwrap_or(self.received_at).millis().div_euclid(86_400_000);
        let fallback = facts.end.closing.as_ref().and_then(|closing| closing.date).or(head.to).or(head.from);
        self.current = Some(Current {
            kind,
            id,
            account,
            currency,
            anchor_day,
            base,
            fallback_day: fallback.map_or(told, days),
            ahead: if known { Vec::new() } else { ahead(tx, account).await? },
            known,
            nets: BTreeMap::new(),
            fresh: Vec::new(),
            facts,
        });
        Ok(())
    }

    /// The account of a statement; a new one belongs to nobody until a holder is named.
    async fn account(
        &self,
        tx: &mut Tx,
        named: &AccountRef,
        currency: Currency,
    ) -> Result<(Id<kind::Account>, Option<i64>), DbError> {
        const ADD: &str = "insert into account (id, identification, scheme, currency, kind, name, owner_name, bic, created_at)
            values ($1, $2, $3, $4, 'current', null, $5, $6, $7) on conflict (identification, currency) do update
            set owner_name = coalesce(account.owner_name, excluded.owner_name), bic = coalesce(account.bic, excluded.bic)
            returning id, anchor_day, (select count(*) from holder h where h.account_id = account.id)";
        let id: Id<kind::Account> = tx.stable_id(&[b"account", named.id.as_bytes(), currency.as_str().as_bytes()]);
        let (id, anchor_day, holders): (Vec<u8>, Option<i64>, i64) = on!(tx, c => sqlx::query_as(ADD)
            .bind(id.as_bytes().as_slice()).bind(&named.id).bind(&named.scheme).bind(currency.as_str()).bind(&named.name)
            .bind(&named.bic).bind(self.received_at.millis()).fetch_one(&mut **c).await)?;
        let account = Id::try_from(id).map_err(|_| DbError::Value("account.id"))?;
        if holders == 0 {
            let message = "An account that no customer holds: it is kept and shown to nobody.";
            self.note(tx, account, "unmapped_customer", message).await?;
        }
        Ok((account, anchor_day))
    }

    /// What only the database can know of a document: noted once for each account.
    async fn note(
        &self,
        tx: &mut Tx,
        account: Id<kind::Account>,
        check: &'static str,
        message: &'static str,
    ) -> Result<(), DbError> {
        const ADD: &str =
            "insert into finding (id, document_id, account_id, check_name, severity, place, message, found_at)
            values ($1, $2, $3, $4, 'info', '', $5, $6) on conflict (id) do nothing";
        let id: Id<()> = tx.stable_id(&[b"note", self.document.as_bytes(), account.as_bytes(), check.as_bytes()]);
        on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(self.document.as_bytes().as_slice())
            .bind(account.as_bytes().as_slice()).bind(check).bind(message).bind(self.received_at.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    /// A statement is what it is called: the same one in another file is the same. A report or a notification is of its
    /// document, for nothing hangs on it but its entries, and they are told apart by what they are.
    fn statement_id(
        &mut self,
        tx: &Tx,
        account: Id<kind::Account>,
        kind: StatementKind,
        head: &StatementHead,
        facts: &Facts,
    ) -> Id<kind::Statement> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let day = |date: Option<Date>| date.map_or(String::new(), |date| date.to_string());
        let balance = |balance: &Option<Balance>| balance.as_ref().map_or(String::new(), |b| day(b.date));
        let name = [
            format!("{kind:?}"),
            text(&head.reference),
            text(&head.electronic_seq),
            text(&head.legal_seq),
            text(&head.statement_no),
            head.page.map_or(String::new(), |page| page.to_string()),
            day(head.from),
            day(head.to),
            balance(&facts.end.opening),
            balance(&facts.end.closing),
        ]
        .join("\u{1f}");
        let mut key = account.as_bytes().to_vec();
        key.extend(name.as_bytes());
        let count = self.named.entry(key.clone()).or_default();
        *count += 1;
        let nth = count.to_le_bytes();
        match kind {
            StatementKind::Statement => tx.stable_id(&[b"statement", &key, &nth]),
            _ => tx.stable_id(&[b"told", self.document.as_bytes(), &key, &nth]),
        }
    }

    /// False when another document had this statement.
    #[expect(clippy::too_many_arguments, reason = "the columns of a statement")]
    async fn insert_statement(
        &self,
        tx: &mut Tx,
        id: Id<kind::Statement>,
        account: Id<kind::Account>,
        kind: StatementKind,
        head: &StatementHead,
        facts: &Facts,
        currency: Currency,
        created_at: Option<Timestamp>,
    ) -> Result<bool, DbError> {
        const ADD: &str =
            "insert into statement (id, account_id, document_id, kind, reference, electronic_seq, legal_seq,
              page, last_page, created_at, from_day, to_day, currency, opening, opening_day, closing, closing_day,
              entry_count, sum_credit, sum_debit, balance_check, place)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
            on conflict (id) do nothing";
        const WHOSE: &str = "select document_id from statement where id = $1";
        const BALANCE: &str =
            "insert into balance (statement_id, ordinal, account_id, code, subtype, amount, currency, day)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let kind = match kind {
            StatementKind::Statement => "statement",
            StatementKind::Intraday => "intraday",
            StatementKind::Notification => "notification",
        };
        let units = |balance: &Option<Balance>| {
            let balance = balance.as_ref().filter(|balance| balance.currency == currency)?;
            Some((balance.amount.to_units(currency.digits()).ok()?, balance.date.map(days)))
        };
        let (opening, closing) = (units(&facts.end.opening), units(&facts.end.closing));
        let sum = |sum: guichet_types::Decimal| sum.to_units(currency.digits()).unwrap_or(0);
        let check = match facts.end.balance_check {
            guichet_formats::record::Check::Ok => "ok",
            guichet_formats::record::Check::Mismatch => "mismatch",
            guichet_formats::record::Check::NotApplicable => "n/a",
        };
        let added = on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(account.as_bytes().as_slice())
            .bind(self.document.as_bytes().as_slice()).bind(kind).bind(&head.reference).bind(&head.electronic_seq)
            .bind(&head.legal_seq).bind(head.page.map(i64::from)).bind(head.last_page.map(i64::from))
            .bind(created_at.map(Timestamp::millis)).bind(head.from.map(days)).bind(head.to.map(days))
            .bind(currency.as_str()).bind(opening.map(|o| o.0)).bind(opening.and_then(|o| o.1))
            .bind(closing.map(|o| o.0)).bind(closing.and_then(|o| o.1))
            .bind(i64::try_from(facts.end.entry_count).unwrap_or(i64::MAX)).bind(sum(facts.end.sum_credit))
            .bind(sum(facts.end.sum_debit)).bind(check).bind(&head.place).execute(&mut **c).await.map(|done| done.rows_affected()))?;
        if added == 0 {
            let (whose,): (Vec<u8>,) =
                on!(tx, c => sqlx::query_as(WHOSE).bind(id.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
            if whose != self.document.as_bytes() {
                let message = "A statement that another document had before: its entries are not booked again.";
                self.note(tx, account, "duplicate_document", message).await?;
                return Ok(false);
            }
            return Ok(true);
        }
        for (ordinal, balance) in head.balances.iter().chain(&facts.end.balances).enumerate() {
            let Ok(amount) = balance.amount.to_units(balance.currency.digits()) else { continue };
            on!(tx, c => sqlx::query(BALANCE).bind(id.as_bytes().as_slice()).bind(i64::try_from(ordinal).unwrap_or(0))
                .bind(account.as_bytes().as_slice()).bind(&balance.code).bind(&balance.subtype).bind(amount)
                .bind(balance.currency.as_str()).bind(balance.date.map(days)).execute(&mut **c).await.map(|_| ()))?;
        }
        Ok(true)
    }

    async fn entries(&mut self, tx: &mut Tx, entries: Vec<Prepared>) -> Result<(), DbError> {
        let Some(current) = self.current.as_mut().filter(|current| !current.known) else { return Ok(()) };
        let mut rows = Vec::with_capacity(entries.len());
        let mut aside = Vec::new();
        for Prepared { ordinal, day, row, amount } in entries {
            let mut row = match row {
                Ok(row) if row.currency == current.currency.as_str() => *row,
                Ok(row) => {
                    let reason = "the entry is in another currency than its account".to_owned();
                    aside.push(Quarantined { place: row.place, reason, raw: raw(amount) });
                    continue;
                }
                Err(piece) => {
                    aside.push(piece);
                    continue;
                }
            };
            row.day = day.unwrap_or(current.fallback_day);
            if current.kind == StatementKind::Statement {
                current.make_final(tx, &mut row, ordinal).await?;
            } else if !current.make_ahead(tx, &mut row, ordinal, &mut self.met).await? {
                continue;
            }
            rows.push(row);
        }
        rows::insert_quarantined(tx, self.document, self.received_at, &aside).await?;
        rows::insert_entries(tx, current.account, current.id, self.document, self.received_at, &rows).await
    }

    /// Writes what the entries so far have changed of days, balance and open pages.
    async fn flush(&mut self, tx: &mut Tx) -> Result<(), DbError> {
        let now = self.clock.now();
        let Some(current) = self.current.as_mut().filter(|current| !current.known) else { return Ok(()) };
        let moved = current.write_nets(tx).await?;
        if moved {
            current.rebook(tx, now).await?;
        }
        if current.kind != StatementKind::Statement {
            let fresh = std::mem::take(&mut current.fresh);
            if fresh.len() > SINGLE_EVENTS {
                tell(tx, current.account, live::STATEMENT, None, now).await?;
            } else {
                for entry in fresh {
                    tell(tx, current.account, live::ENTRY, Some(entry), now).await?;
                }
            }
        }
        Ok(())
    }

    async fn end_statement(&mut self, tx: &mut Tx, _: StatementEnd) -> Result<(), DbError> {
        let now = self.clock.now();
        if let Some(current) = self.current.as_mut().filter(|current| !current.known) {
            if current.kind == StatementKind::Statement {
                current.cover(tx).await?;
                current.write_nets(tx).await?;
                current.anchor(tx, self.document).await?;
                current.rebook(tx, now).await?;
                chain::check(tx, current.account, current.id, now).await?;
                if current.facts.last_of_account {
                    tell(tx, current.account, live::STATEMENT, None, now).await?;
                }
            } else {
                self.flush(tx).await?;
            }
        }
        self.current = None;
        Ok(())
    }
}

impl Current {
    /// An entry of a statement: it is final, and takes the place of what was told ahead of it.
    async fn make_final(&mut self, tx: &mut Tx, row: &mut EntryRow, ordinal: i64) -> Result<(), DbError> {
        let id: Id<kind::Entry> = tx.stable_id(&[b"entry", self.id.as_bytes(), &ordinal.to_le_bytes()]);
        row.id = id.as_bytes().to_vec();
        row.position = self.base | (ordinal % (1 << 22));
        row.is_final = 1;
        let told = self.ahead.iter().position(|ahead| {
            ahead.match_key == row.match_key && (row.day - MATCH_DAYS.0..=row.day + MATCH_DAYS.1).contains(&ahead.day)
        });
        if let Some(told) = told {
            let told = self.ahead.swap_remove(told);
            self.replace(tx, &told, Some(&row.id)).await?;
        }
        if row.status == "booked" {
            self.count(row.day, row.amount, 1);
        }
        Ok(())
    }

    /// An entry told ahead of its statement. False when it was told before.
    async fn make_ahead(
        &mut self,
        tx: &mut Tx,
        row: &mut EntryRow,
        ordinal: i64,
        met: &mut HashMap<Vec<u8>, u32>,
    ) -> Result<bool, DbError> {
        const KNOWN: &str = "select count(*) from entry where id = $1";
        const FINAL: &str =
            "select id from entry where account_id = $1 and shown = 1 and status = 'booked' and final = 1
            and day between $2 and $3 and match_key = $4 order by day, position limit 1";
        let mut key = row.match_key.clone();
        key.extend(row.status.as_bytes());
        key.extend(row.day.to_le_bytes());
        let nth = met.entry(key.clone()).or_default();
        *nth += 1;
        let id: Id<kind::Entry> = tx.stable_id(&[b"ahead", self.account.as_bytes(), &key, &nth.to_le_bytes()]);
        row.id = id.as_bytes().to_vec();
        row.position = self.base + ordinal;
        let (known,): (i64,) = on!(tx, c => sqlx::query_as(KNOWN).bind(&row.id).fetch_one(&mut **c).await)?;
        if known > 0 {
            return Ok(false);
        }
        if row.status != "booked" && row.status != "pending" {
            row.shown = 0;
            return Ok(true);
        }
        let covered = self.anchor_day.is_some_and(|anchor| match row.status {
            "booked" => row.day <= anchor,
            _ => row.day <= anchor - PENDING_DAYS,
        });
        if self.anchor_day.is_some_and(|anchor| row.day - MATCH_DAYS.1 <= anchor) {
            let found: Option<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(FINAL).bind(self.account.as_bytes().as_slice())
                .bind(row.day - MATCH_DAYS.1).bind(row.day + MATCH_DAYS.0).bind(&row.match_key)
                .fetch_optional(&mut **c).await)?;
            row.superseded_by = found.map(|(id,)| id);
        }
        // The booking of what was pending, in whichever order the two come.
        let other = self.ahead.iter().position(|ahead| {
            ahead.match_key == row.match_key
                && ahead.booked != (row.status == "booked")
                && (ahead.day - row.day).abs() <= MATCH_DAYS.0
        });
        if row.superseded_by.is_none()
            && let Some(other) = other
        {
            if row.status == "booked" {
                let pending = self.ahead.swap_remove(other);
                self.replace(tx, &pending, Some(&row.id)).await?;
            } else {
                row.superseded_by = Some(self.ahead[other].id.clone());
            }
        }
        row.shown = i64::from(!covered && row.superseded_by.is_none());
        if row.superseded_by.is_none() {
            let (id, match_key) = (row.id.clone(), row.match_key.clone());
            let (booked, shown) = (row.status == "booked", row.shown == 1);
            self.ahead.push(Ahead { id, match_key, day: row.day, booked, amount: row.amount, shown });
        }
        if row.shown == 1 {
            if row.status == "booked" {
                self.count(row.day, row.amount, 1);
            }
            self.fresh.push(id);
        }
        Ok(true)
    }

    /// Takes an entry that was told ahead out of the list.
    async fn replace(&mut self, tx: &mut Tx, told: &Ahead, by: Option<&Vec<u8>>) -> Result<(), DbError> {
        const REPLACE: &str = "update entry set shown = 0, superseded_by = $2 where id = $1";
        if told.shown && told.booked {
            self.count(told.day, -told.amount, -1);
        }
        on!(tx, c => sqlx::query(REPLACE).bind(&told.id).bind(by).execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }

    fn count(&mut self, day: i64, amount: i64, entries: i64) {
        let net = self.nets.entry(day).or_default();
        net.0 += amount;
        net.1 += entries;
    }

    /// The statement is the bank's word on its days: what was told of them and is not in it was not booked.
    async fn cover(&mut self, tx: &mut Tx) -> Result<(), DbError> {
        let closing = self.facts.end.closing.as_ref().and_then(|closing| closing.date).map(days);
        let Some(closing) = closing else { return Ok(()) };
        let (gone, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ahead)
            .into_iter()
            .partition(|ahead| ahead.shown && ahead.day <= if ahead.booked { closing } else { closing - PENDING_DAYS });
        self.ahead = left;
        for told in gone {
            self.replace(tx, &told, None).await?;
        }
        Ok(())
    }

    async fn write_nets(&mut self, tx: &mut Tx) -> Result<bool, DbError> {
        const ADD: &str = "insert into account_day (account_id, day, net, entries) values ($1, $2, $3, $4)
            on conflict (account_id, day) do update
            set net = account_day.net + excluded.net, entries = account_day.entries + excluded.entries";
        let nets = std::mem::take(&mut self.nets);
        for (day, (net, entries)) in &nets {
            on!(tx, c => sqlx::query(ADD).bind(self.account.as_bytes().as_slice()).bind(day).bind(net).bind(entries)
                .execute(&mut **c).await.map(|_| ()))?;
        }
        Ok(!nets.is_empty())
    }

    /// The latest closing balance that any statement gives is the account's anchor.
    async fn anchor(&mut self, tx: &mut Tx, document: Id<kind::Document>) -> Result<(), DbError> {
        const LATEST: &str = "select closing, closing_day, id from statement
            where account_id = $1 and kind = 'statement' and closing is not null and closing_day is not null
            order by closing_day desc, coalesce(page, 0) desc, coalesce(created_at, 0) desc, id desc limit 1";
        const SET: &str = "update account set anchor = $2, anchor_day = $3, anchor_document = $4 where id = $1";
        let account = self.account.as_bytes().as_slice();
        let latest: Option<(i64, i64, Vec<u8>)> =
            on!(tx, c => sqlx::query_as(LATEST).bind(account).fetch_optional(&mut **c).await)?;
        if let Some((closing, day, statement)) = latest
            && statement == self.id.as_bytes()
        {
            self.anchor_day = Some(day);
            on!(tx, c => sqlx::query(SET).bind(account).bind(closing).bind(day).bind(document.as_bytes().as_slice())
                .execute(&mut **c).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// The booked balance is the anchor and whatever is booked behind it.
    async fn rebook(&self, tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
        const REBOOK: &str = "update account set booked_at = $2, booked = anchor + cast(coalesce((select sum(d.net)
              from account_day d where d.account_id = account.id and d.day > account.anchor_day), 0) as bigint)
            where id = $1 and anchor is not null";
        on!(tx, c => sqlx::query(REBOOK).bind(self.account.as_bytes().as_slice()).bind(now.millis())
            .execute(&mut **c).await.map(|_| ()))?;
        Ok(())
    }
}

/// Entries that were told ahead and that nothing has taken the place of.
async fn ahead(tx: &mut Tx, account: Id<kind::Account>) -> Result<Vec<Ahead>, DbError> {
    const AHEAD: &str = "select id, match_key, day, status, amount, shown from entry
        where account_id = $1 and final = 0 and superseded_by is null and status in ('booked', 'pending')
        order by day, position, id";
    let rows: Vec<(Vec<u8>, Vec<u8>, i64, String, i64, i64)> =
        on!(tx, c => sqlx::query_as(AHEAD).bind(account.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    let ahead = |(id, match_key, day, status, amount, shown): (Vec<u8>, Vec<u8>, i64, String, i64, i64)| Ahead {
        id,
        match_key,
        day,
        booked: status == "booked",
        amount,
        shown: shown == 1,
    };
    Ok(rows.into_iter().map(ahead).collect())
}

/// Tells everybody who holds the account.
async fn tell(
    tx: &mut Tx,
    account: Id<kind::Account>,
    topic: &'static str,
    entry: Option<Id<kind::Entry>>,
    at: Timestamp,
) -> Result<(), DbError> {
    const HOLDERS: &str =
        "select customer_id from holder where account_id = $1 and until_day is null order by customer_id";
    let holders: Vec<(Vec<u8>,)> =
        on!(tx, c => sqlx::query_as(HOLDERS).bind(account.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    for (customer,) in holders {
        let customer = Id::try_from(customer).map_err(|_| DbError::Value("holder.customer_id"))?;
        let detail = entry.as_ref().map(|entry| entry.as_bytes().as_slice());
        publish(tx, customer, topic, account.as_bytes(), detail, at).await?;
    }
    Ok(())
}
