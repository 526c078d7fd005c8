//! What the store and the feed promise, on SQLite and on PostgreSQL.

use super::{
    feed,
    nature::Nature,
    statement::{Question, StatementPage, read_page},
    store,
};
use crate::people;
use futures::FutureExt as _;
use guichet_platform::{
    clock::Clock as _,
    db::{DbError, Tx},
    inbox::Inbox,
    live::{self, Behind},
    on, on_both_databases,
    scope::{CustomerScope, operator},
    testing::World,
};
use guichet_types::{Date, Id, kind};
use std::{fmt::Write as _, path::PathBuf};

const OWN: &str = "FR7630009021440004812370152";
const JOINT: &str = "FR7630009021440006018250096";
const PARTIES: &str = r#"{"guichet": "parties/1", "customers": [
    {"number": "1", "name": "Inès Moreau", "since": "2017-03-04", "accounts": [
      {"identification": "FR7630009021440004812370152", "currency": "EUR", "overdraft": "500"},
      {"identification": "FR7630009021440006018250096", "currency": "EUR", "role": "joint"}]},
    {"number": "2", "name": "Hugo Moreau", "since": "2019-09-16", "accounts": [
      {"identification": "FR7630009021440006018250096", "currency": "EUR", "role": "joint"}]}]}"#;

/// A booking: day, cents, reference.
type Booking = (Date, i64, &'static str);

fn day(number: i32) -> Date {
    Date::new(2026, 11, 1).unwrap().plus_days(number - 1)
}

fn amount(cents: i64) -> String {
    let side = if cents < 0 { "DBIT" } else { "CRDT" };
    format!("<Amt Ccy=\"EUR\">{}.{:02}</Amt><CdtDbtInd>{side}</CdtDbtInd>", cents.abs() / 100, cents.abs() % 100)
}

fn entry((day, cents, reference): Booking, status: &str) -> String {
    let party = if cents < 0 { "Cdtr" } else { "Dbtr" };
    format!(
        "<Ntry>{}<Sts><Cd>{status}</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>\
         <AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
         <NtryDtls><TxDtls><Refs><EndToEndId>E-{reference}</EndToEndId></Refs><RltdPties><{party}><Pty><Nm>Librairie {reference}</Nm></Pty></{party}></RltdPties>\
         <RmtInf><Ustrd>Été {reference}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
        amount(cents)
    )
}

fn statement(iban: &str, on: Date, number: i32, opening: i64, bookings: &[Booking]) -> String {
    let closing = opening + bookings.iter().map(|booking| booking.1).sum::<i64>();
    let mut text = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M{iban}{on}</MsgId>\
         <CreDtTm>{on}T23:30:00</CreDtTm></GrpHdr><Stmt><Id>S{on}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>\
         <CreDtTm>{on}T23:30:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    );
    for (code, cents) in [("OPBD", opening), ("CLBD", closing)] {
        let _ = write!(
            text,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{on}</Dt></Dt></Bal>",
            amount(cents)
        );
    }
    for booking in bookings {
        text.push_str(&entry(*booking, "BOOK"));
    }
    text + "</Stmt></BkToCstmrStmt></Document>"
}

fn told(iban: &str, booking: Booking, status: &str) -> String {
    let (name, body, part) = match status {
        "PDNG" => ("camt.052.001.08", "BkToCstmrAcctRpt", "Rpt"),
        _ => ("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{name}\"><{body}><GrpHdr><MsgId>N{0}{status}</MsgId>\
         <CreDtTm>{1}T10:00:00</CreDtTm></GrpHdr><{part}><Id>N{0}</Id><CreDtTm>{1}T10:00:00</CreDtTm>\
         <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{2}</{part}></{body}></Document>",
        booking.2,
        booking.0,
        entry(booking, status)
    )
}

/// A portal without a screen: the inbox, and the eyes of a customer.
struct Bank<'w> {
    world: &'w World,
    inbox: Inbox,
    files: std::cell::Cell<u32>,
}

impl<'w> Bank<'w> {
    async fn new(world: &'w World) -> Self {
        let feeds = vec![feed::feed(world.clock.clone()), people::feed::feed(world.clock.clone())];
        let inbox = {
            let metrics = guichet_platform::telemetry::Metrics::new(&*world.random);
            Inbox::new(world.db.clone(), world.clock.clone(), &world.folder().join("data"), 1 << 20, feeds, metrics)
                .unwrap()
        };
        let bank = Self { world, inbox, files: std::cell::Cell::new(0) };
        bank.send(PARTIES).await;
        bank
    }

    fn file(&self, text: &str) -> PathBuf {
        self.files.set(self.files.get() + 1);
        let path = self.world.folder().join(format!("file-{}.xml", self.files.get()));
        std::fs::write(&path, text).unwrap();
        path
    }

    async fn send(&self, text: &str) -> guichet_platform::inbox::Imported {
        self.inbox.import("test", &self.file(text)).await.unwrap()
    }

    /// The scope of a customer, by way of a real session.
    async fn scope(&self, number: &str) -> CustomerScope {
        self.world.scope_of(number).await
    }

    async fn account(&self, scope: CustomerScope, iban: &'static str) -> Option<store::Account> {
        let accounts =
            self.world.db.read(&scope, move |tx| async move { store::list_accounts(tx, &scope).await }.boxed()).await;
        accounts.unwrap().into_iter().find(|account| account.identification == iban)
    }

    async fn page(
        &self,
        scope: CustomerScope,
        account: Id<kind::Account>,
        question: Question,
    ) -> Option<StatementPage> {
        let read = self
            .world
            .db
            .read(&scope, move |tx| async move { read_page(tx, &scope, account, &question, day(20)).await }.boxed());
        read.await.unwrap()
    }

    /// What a customer sees of an account: balances, and every line with its balance.
    async fn seen(&self, scope: CustomerScope, iban: &'static str) -> Vec<String> {
        let Some(account) = self.account(scope, iban).await else { return Vec::new() };
        let page = self.page(scope, account.id, Question::default()).await.unwrap();
        let mut seen = vec![format!("booked {:?} pending {}", account.booked.map(|b| b.minor), account.pending.minor)];
        seen.extend(page.pending.iter().map(|e| format!("pending {} {}", e.day, e.amount.minor)));
        for day in page.days {
            seen.push(format!("{} net {:?}", day.day, day.net.map(|net| net.minor)));
            seen.extend(day.lines.iter().map(|line| {
                format!(
                    "  {} {:?} {}",
                    line.entry.amount.minor,
                    line.balance.map(|b| b.minor),
                    line.entry.remittance.as_deref().unwrap_or_default()
                )
            }));
        }
        seen
    }
}

async fn count(tx: &mut Tx, sql: &'static str) -> Result<i64, DbError> {
    let (count,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(&mut **c).await)?;
    Ok(count)
}

async fn counted(world: &World, sql: &'static str) -> i64 {
    world.db.read(&operator(), move |tx| count(tx, sql).boxed()).await.unwrap()
}

on_both_databases! {
    async fn a_customer_sees_their_statement_with_the_balance_after_every_entry(world: World) {
        let bank = Bank::new(&world).await;
        bank.send(&statement(OWN, day(10), 1, 100_000, &[(day(10), -2_500, "A"), (day(10), 900, "B")])).await;
        let ines = bank.scope("1").await;
        assert_eq!(bank.seen(ines, OWN).await, [
            "booked Some(98400) pending 0", "2026-11-10 net Some(-1600)", "  900 Some(98400) Été B", "  -2500 Some(97500) Été A",
        ]);
    }

    async fn a_customer_cannot_see_an_account_that_they_do_not_hold(world: World) {
        let bank = Bank::new(&world).await;
        bank.send(&statement(OWN, day(10), 1, 100_000, &[(day(10), -2_500, "A")])).await;
        let (ines, hugo) = (bank.scope("1").await, bank.scope("2").await);
        let account = bank.account(ines, OWN).await.unwrap();
        assert!(bank.account(hugo, OWN).await.is_none());
        assert!(bank.page(hugo, account.id, Question::default()).await.is_none());
        let page = bank.page(ines, account.id, Question::default()).await.unwrap();
        let entry = page.days[0].lines[0].entry.id;
        let id = account.id;
        let found = world.db.read(&hugo, move |tx| async move { store::find_entry(tx, &hugo, id, entry).await }.boxed()).await;
        assert!(found.unwrap().is_none());
        let rows = world.db.read(&hugo, move |tx| {
            async move { store::list_ascending(tx, &hugo, &account, &store::Filter::default(), None, 10).await }.boxed()
        });
        assert!(rows.await.unwrap().is_empty());
    }

    async fn the_same_file_twice_changes_nothing(world: World) {
        let bank = Bank::new(&world).await;
        let file = statement(OWN, day(10), 1, 100_000, &[(day(10), -2_500, "A"), (day(10), -2_500, "A")]);
        assert!(!bank.send(&file).await.duplicate);
        let ines = bank.scope("1").await;
        let once = bank.seen(ines, OWN).await;
        assert!(bank.send(&file).await.duplicate);
        // The same statement in other bytes is the same statement.
        assert!(!bank.send(&file.replace("<BkToCstmrStmt>", "<BkToCstmrStmt>\n")).await.duplicate);
        assert_eq!(bank.seen(ines, OWN).await, once);
        assert_eq!(counted(&world, "select count(*) from entry").await, 2);
    }

    async fn a_missing_day_is_a_finding_until_it_comes(world: World) {
        const OPEN: &str = "select count(*) from finding where check_name in ('continuity_break', 'sequence_gap') and resolved_at is null";
        let bank = Bank::new(&world).await;
        let days = [
            statement(OWN, day(10), 1, 100_000, &[(day(10), -1_000, "A")]),
            statement(OWN, day(11), 2, 99_000, &[(day(11), -2_000, "B")]),
            statement(OWN, day(12), 3, 97_000, &[(day(12), 5_000, "C")]),
        ];
        bank.send(&days[0]).await;
        bank.send(&days[2]).await;
        assert_eq!(counted(&world, OPEN).await, 2);
        let ines = bank.scope("1").await;
        let gap = bank.seen(ines, OWN).await;
        assert_eq!(gap[0], "booked Some(102000) pending 0");
        assert!(gap.contains(&"  -1000 Some(99000) Été A".to_owned()), "{gap:?}");
        bank.send(&days[1]).await;
        assert_eq!(counted(&world, OPEN).await, 0);
        assert!(bank.seen(ines, OWN).await.contains(&"  -2000 Some(97000) Été B".to_owned()));
    }

    async fn files_in_any_order_make_the_same_statement(world: World) {
        let bank = Bank::new(&world).await;
        let files = |iban: &str| vec![
            told(iban, (day(10), -1_000, "A"), "PDNG"),
            told(iban, (day(10), -1_000, "A"), "BOOK"),
            statement(iban, day(10), 1, 100_000, &[(day(10), -1_000, "A"), (day(10), 700, "Z")]),
            told(iban, (day(11), 4_000, "B"), "BOOK"),
            statement(iban, day(11), 2, 99_700, &[(day(11), 4_000, "B")]),
            told(iban, (day(12), -300, "C"), "BOOK"),
            told(iban, (day(12), -450, "D"), "PDNG"),
        ];
        for file in files(OWN) {
            bank.send(&file).await;
        }
        for file in files(JOINT).into_iter().rev() {
            bank.send(&file).await;
        }
        let ines = bank.scope("1").await;
        let (forwards, backwards) = (bank.seen(ines, OWN).await, bank.seen(ines, JOINT).await);
        assert_eq!(forwards, backwards);
        assert_eq!(forwards[0], "booked Some(103400) pending -450");
        assert_eq!(forwards.iter().filter(|line| line.contains("Été A")).count(), 1, "{forwards:?}");
    }

    async fn what_was_told_and_is_not_in_the_statement_was_not_booked(world: World) {
        let bank = Bank::new(&world).await;
        bank.send(&statement(OWN, day(9), 1, 100_000, &[])).await;
        bank.send(&told(OWN, (day(10), -1_000, "GHOST"), "BOOK")).await;
        let ines = bank.scope("1").await;
        assert_eq!(bank.seen(ines, OWN).await[0], "booked Some(99000) pending 0");
        bank.send(&statement(OWN, day(10), 2, 100_000, &[(day(10), -500, "REAL")])).await;
        let seen = bank.seen(ines, OWN).await;
        assert_eq!(seen[0], "booked Some(99500) pending 0");
        assert!(!seen.iter().any(|line| line.contains("GHOST")), "{seen:?}");
    }

    async fn an_entry_reaches_every_holder_of_a_joint_account_and_nobody_else(world: World) {
        let bank = Bank::new(&world).await;
        let (ines, hugo) = (bank.scope("1").await, bank.scope("2").await);
        let before = [behind(&world, ines, 0).await, behind(&world, hugo, 0).await];
        bank.send(&told(JOINT, (day(10), 1_000, "BOTH"), "BOOK")).await;
        bank.send(&told(OWN, (day(10), 1_000, "ONE"), "BOOK")).await;
        let after = [behind(&world, ines, 0).await, behind(&world, hugo, 0).await];
        assert_eq!([after[0].len() - before[0].len(), after[1].len() - before[1].len()], [2, 1]);
        assert_eq!(after[0].iter().map(|event| event.0).collect::<Vec<_>>(), (1..=after[0].len() as i64).collect::<Vec<_>>());
    }

    async fn a_cursor_older_than_what_is_kept_asks_for_the_page_again(world: World) {
        let bank = Bank::new(&world).await;
        let hugo = bank.scope("2").await;
        for n in 0..3 {
            bank.send(&told(JOINT, (day(10), 1_000 + n, ["X", "Y", "Z"][n as usize]), "BOOK")).await;
        }
        let now = world.clock.now().plus_seconds(60);
        world.db.write(&operator(), move |tx| live::forget(tx, now).boxed()).await.unwrap();
        let read = world.db.read(&hugo, move |tx| async move { live::behind(tx, &hugo, 1, 10).await }.boxed()).await.unwrap();
        assert_eq!(read, Behind::Reset(3));
    }

    async fn a_search_finds_words_without_accents_amounts_and_dates(world: World) {
        let bank = Bank::new(&world).await;
        bank.send(&statement(OWN, day(10), 1, 100_000, &[(day(9), -2_500, "ALPHA"), (day(10), 900, "BETA")])).await;
        let ines = bank.scope("1").await;
        let account = bank.account(ines, OWN).await.unwrap().id;
        let find = async |filter: store::Filter| {
            let page = bank.page(ines, account, Question { filter, before: None }).await.unwrap();
            page.days.iter().map(|day| day.lines.len()).sum::<usize>()
        };
        let text = |text: &str| store::Filter { text: Some(store::fold(text)), ..store::Filter::default() };
        assert_eq!(find(text("ete alpha")).await, 1);
        assert_eq!(find(text("Librairie")).await, 2);
        assert_eq!(find(text("%")).await, 0);
        assert_eq!(find(text("_")).await, 0);
        assert_eq!(find(store::Filter { amount: Some(guichet_types::Decimal::from_units(2_500, 2)), ..text("25") }).await, 1);
        assert_eq!(find(store::Filter { direction: 1, ..store::Filter::default() }).await, 1);
        assert_eq!(find(store::Filter { to: Some(day(9)), ..store::Filter::default() }).await, 1);
    }

    async fn paging_back_shows_every_entry_once_and_the_balances_go_on(world: World) {
        let bank = Bank::new(&world).await;
        let bookings: Vec<Booking> = (0..130).map(|n| (day(10 + n / 60), -100 - i64::from(n), "P")).collect();
        bank.send(&statement(OWN, day(12), 1, 1_000_000, &bookings)).await;
        let ines = bank.scope("1").await;
        let account = bank.account(ines, OWN).await.unwrap().id;
        let (mut before, mut amounts, mut balances) = (None, Vec::new(), Vec::new());
        loop {
            let page = bank.page(ines, account, Question { before, ..Question::default() }).await.unwrap();
            for line in page.days.iter().flat_map(|day| &day.lines) {
                amounts.push(line.entry.amount.minor);
                balances.push(line.balance.unwrap().minor);
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(amounts.len(), 130);
        for n in 1..130 {
            assert_eq!(balances[n], balances[n - 1] - amounts[n - 1], "after {n}");
        }
        assert_eq!(balances[129] - amounts[129], 1_000_000);
    }

    async fn a_filter_by_kind_finds_what_the_list_calls_by_that_name(world: World) {
        let bank = Bank::new(&world).await;
        bank.send(&statement(OWN, day(10), 1, 100_000, &[(day(10), -2_500, "A")])).await;
        let ines = bank.scope("1").await;
        let account = bank.account(ines, OWN).await.unwrap().id;
        let codes = [
            "PMNT/CCRD/POSD", "PMNT/MCRD/POSP", "PMNT/CCRD", "PMNT/CCRD/CWDL", "PMNT/CCRD/CHRG", "PMNT/CCRD/SALA", "PMNT/RDDT/ESDD",
            "PMNT/IDDT/PMDD", "PMNT/RDDT/STDO", "PMNT/RDDT/CINT", "PMNT/RCDT/ESCT", "ACMT/MDOP/INTR", "NTRF+106", "NTRF+006", "NTRF+105",
            "NDDT+104", "NMSC+171", "NDDT", "NCOL", "NCOL+166", "NDDT+106", "NDDT+153", "NTRF+808", "NCHG", "NTRF", "NTRF+1066", "XXXX",
        ];
        for code in codes {
            const SET: &str = "update entry set code = $1";
            let scope = operator();
            let set = world.db.write(&scope, move |tx| {
                async move { on!(tx, c => sqlx::query(SET).bind(code).execute(&mut **c).await.map(|_| ())).map_err(DbError::from) }.boxed()
            });
            set.await.unwrap();
            let nature = Nature::of(Some(code), -2_500);
            for (only, of) in [(store::Only::Cards, Nature::Card), (store::Only::DirectDebits, Nature::DirectDebit)] {
                let filter = store::Filter { only: Some(only), ..store::Filter::default() };
                let page = bank.page(ines, account, Question { filter, before: None }).await.unwrap();
                assert_eq!(!page.days.is_empty(), nature == of, "{code} is {nature:?}, asked for {of:?}");
            }
        }
    }

    async fn an_account_that_nobody_holds_is_kept_and_shown_to_nobody(world: World) {
        let bank = Bank::new(&world).await;
        bank.send(&statement("DE89370400440532013000", day(10), 1, 0, &[(day(10), 1, "X")])).await;
        assert_eq!(counted(&world, "select count(*) from finding where check_name = 'unmapped_customer'").await, 1);
        assert!(bank.account(bank.scope("1").await, "DE89370400440532013000").await.is_none());
    }

    async fn a_file_that_is_none_is_rejected_with_its_reason_and_kept(world: World) {
        let bank = Bank::new(&world).await;
        let outcome = bank.send("this is no statement").await.outcome;
        assert_eq!(outcome.class, "reject");
        assert!(outcome.reason.is_some());
        let broken = statement(OWN, day(10), 1, 0, &[(day(10), 100, "X")]).replace("</Stmt>", "");
        assert_eq!(bank.send(&broken).await.outcome.class, "reject");
        assert_eq!(counted(&world, "select count(*) from entry").await, 0);
        assert_eq!(counted(&world, "select count(*) from source_document where state = 'rejected'").await, 2);
    }
}

async fn behind(world: &World, scope: CustomerScope, after: i64) -> Vec<(i64, String)> {
    let read = world.db.read(&scope, move |tx| async move { live::behind(tx, &scope, after, 100).await }.boxed()).await;
    match read.unwrap() {
        Behind::Events(events) => events.into_iter().map(|event| (event.seq, event.topic)).collect(),
        Behind::Reset(_) => Vec::new(),
    }
}
