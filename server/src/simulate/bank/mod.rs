//! The bank at work: closes days with statements, and tells of bookings as they happen.
//!
//! Its truth is the plan of each day and a journal of what it booked while somebody watched (`demo-bank.jsonl`). A day that
//! has ended is closed with a camt.053 that has both; the running day is told of in camt.052 (pending) and camt.054 (booked).

mod books;

use super::{Door, Player, Stage};
use anyhow::Context as _;
use books::{ACCOUNTS, Booking, account_ref, balance, plan, shop, surprise};
use guichet_formats::{
    record::{EntryStatus, MessageType},
    write::{Message, Statement, camt},
};
use guichet_platform::{clock::SharedClock, random::SeededRandom};
use guichet_types::{Currency, Date, Timestamp};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::{fs, io::Write as _, path::PathBuf};

/// How far the books go back.
const HISTORY_DAYS: i32 = 395;
/// Days in one file when many are sent at once.
const DAYS_A_FILE: usize = 31;

/// A line of the journal: a booking outside the plan, or a day that was closed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
enum Line {
    Opened {
        day: Date,
    },
    Closed {
        day: Date,
    },
    Booked {
        account: usize,
        day: Date,
        minute: i64,
        cents: i64,
        name: String,
        purpose: String,
        code: String,
        reference: String,
    },
}

/// The simulated bank.
#[derive(Debug)]
pub(super) struct Bank {
    clock: SharedClock,
    zone: TimeZone,
    door: Door,
    journal: PathBuf,
    random: SeededRandom,
    first: Date,
    closed: Option<Date>,
    extra: Vec<Booking>,
    told: u64,
    pending: Option<Booking>,
}

impl Bank {
    /// A bank whose books begin thirteen months before its first start.
    pub(super) fn new(stage: Stage) -> anyhow::Result<Self> {
        let seed = stage.clock.now().millis().unsigned_abs();
        let mut bank = Self {
            clock: stage.clock,
            zone: stage.zone,
            door: stage.door,
            journal: stage.memory.join("demo-bank.jsonl"),
            random: SeededRandom::new(seed),
            first: Date::from_days(0),
            closed: None,
            extra: Vec::new(),
            told: 0,
            pending: None,
        };
        bank.read_journal()?;
        Ok(bank)
    }

    fn read_journal(&mut self) -> anyhow::Result<()> {
        if !self.journal.exists() {
            self.first = self.today().plus_days(-HISTORY_DAYS);
            return self.note(&Line::Opened { day: self.first });
        }
        let text =
            fs::read_to_string(&self.journal).with_context(|| format!("{} cannot be read", self.journal.display()))?;
        // A line that a cut left half is the last one, and was not sent.
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Opened { day } => self.first = day,
                Line::Closed { day } => self.closed = Some(day),
                Line::Booked { account, day, minute, cents, name, purpose, code, reference } => {
                    let code = if code == "PMNT/CCRD/POSD" {
                        "PMNT/CCRD/POSD"
                    } else if cents > 0 {
                        "PMNT/RCDT/ESCT"
                    } else {
                        "PMNT/ICDT/ESCT"
                    };
                    self.extra.push(Booking { account, day, minute, cents, name, purpose, code, reference });
                }
            }
        }
        Ok(())
    }

    fn note(&self, line: &Line) -> anyhow::Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&self.journal)?;
        writeln!(file, "{}", serde_json::to_string(line)?)?;
        file.sync_all().with_context(|| format!("{} cannot be written", self.journal.display()))
    }

    fn today(&self) -> Date {
        self.local(self.clock.now()).0
    }

    /// The day and the minute of an instant at the bank.
    fn local(&self, at: Timestamp) -> (Date, i64) {
        let zoned = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(self.zone.clone());
        let date = Date::new(i32::from(zoned.year()), zoned.month().unsigned_abs(), zoned.day().unsigned_abs());
        (date.unwrap_or(Date::from_days(0)), i64::from(zoned.hour()) * 60 + i64::from(zoned.minute()))
    }

    /// The instant of a minute of a day at the bank.
    fn instant(&self, day: Date, minute: i64) -> Timestamp {
        let (year, month, of_month) = day.ymd();
        let date = jiff::civil::date(i16::try_from(year).unwrap_or(1970), month.cast_signed(), of_month.cast_signed());
        let hour = i8::try_from(minute / 60 % 24).unwrap_or(0);
        let at = date.at(hour, i8::try_from(minute % 60).unwrap_or(0), 0, 0).to_zoned(self.zone.clone());
        Timestamp(at.map_or(0, |at| at.timestamp().as_millisecond()))
    }

    /// Everything booked on a day: the plan, and what came while somebody watched.
    fn booked(&self, account: usize, day: Date) -> Vec<Booking> {
        let mut bookings = plan(account, day);
        bookings.extend(self.extra.iter().filter(|booking| booking.account == account && booking.day == day).cloned());
        bookings.sort_by_key(|booking| booking.minute);
        bookings
    }

    async fn book(&mut self, booking: Booking, now: Timestamp) -> anyhow::Result<()> {
        let Booking { account, day, minute, cents, name, purpose, code, reference } = booking.clone();
        self.note(&Line::Booked { account, day, minute, cents, name, purpose, code: code.to_owned(), reference })?;
        self.extra.push(booking.clone());
        self.send(MessageType::Camt054, &booking, EntryStatus::Booked, now).await
    }

    /// What the plan has for today, up to now, in one notification an account.
    async fn tell_plan_of_today(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let (today, minute) = self.local(now);
        for account in 0..ACCOUNTS.len() {
            for booking in self.booked(account, today).into_iter().filter(|booking| booking.minute <= minute) {
                let at = self.instant(booking.day, booking.minute);
                self.send(MessageType::Camt054, &booking, EntryStatus::Booked, at).await?;
            }
        }
        Ok(())
    }

    async fn send(
        &self,
        message_type: MessageType,
        booking: &Booking,
        status: EntryStatus,
        at: Timestamp,
    ) -> anyhow::Result<()> {
        let kind = message_type.as_str().replace("camt.", "");
        let id = format!("{kind}-{}", booking.reference);
        let message = Message { message_type, message_id: id.clone(), created_at: at };
        let mut writer = camt::Writer::new(Vec::new(), &message)?;
        writer.statement(&Statement {
            reference: id.clone(),
            electronic_seq: None,
            created_at: at,
            from: None,
            to: None,
            account: account_ref(booking.account),
            currency: Currency::EUR,
            balances: Vec::new(),
        })?;
        writer.entry(&booking.entry(0, status, at))?;
        self.door.send(&format!("{id}.xml"), writer.finish()?).await
    }

    /// Statements of the days from `from` to `to`, all accounts, so many days in a file.
    async fn close(&mut self, from: Date, to: Date) -> anyhow::Result<()> {
        let mut balances: Vec<i64> = (0..ACCOUNTS.len())
            .map(|account| {
                let before = (self.first.days()..from.days()).map(Date::from_days);
                ACCOUNTS[account].start + before.flat_map(|day| self.booked(account, day)).map(|b| b.cents).sum::<i64>()
            })
            .collect();
        let days: Vec<Date> = (from.days()..=to.days()).map(Date::from_days).collect();
        for days in days.chunks(DAYS_A_FILE) {
            let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
            let id = format!("053-{first}-{last}");
            let created_at = self.instant(last.plus_days(1), 10);
            let message = Message { message_type: MessageType::Camt053, message_id: id.clone(), created_at };
            let mut writer = camt::Writer::new(Vec::new(), &message)?;
            for day in days {
                for (account, opening) in balances.iter_mut().enumerate() {
                    *opening = self.write_day(&mut writer, account, *day, *opening)?;
                }
            }
            self.door.send(&format!("{id}.xml"), writer.finish()?).await?;
            self.note(&Line::Closed { day: *last })?;
            self.closed = Some(*last);
        }
        Ok(())
    }

    fn write_day(
        &self,
        writer: &mut camt::Writer<Vec<u8>>,
        account: usize,
        day: Date,
        opening: i64,
    ) -> anyhow::Result<i64> {
        let bookings = self.booked(account, day);
        let closing = opening + bookings.iter().map(|booking| booking.cents).sum::<i64>();
        let number = u64::from((day.days() - self.first.days() + 1).unsigned_abs());
        writer.statement(&Statement {
            reference: format!("{day}-{account}"),
            electronic_seq: Some(number),
            created_at: self.instant(day.plus_days(1), 5),
            from: Some(day),
            to: Some(day),
            account: account_ref(account),
            currency: Currency::EUR,
            balances: vec![balance("OPBD", opening, day), balance("CLBD", closing, day)],
        })?;
        for (ordinal, booking) in bookings.iter().enumerate() {
            let at = self.instant(booking.day, booking.minute);
            writer.entry(&booking.entry(u32::try_from(ordinal).unwrap_or(0), EntryStatus::Booked, at))?;
        }
        Ok(closing)
    }
}

impl Player for Bank {
    /// Closes the days that have ended, then tells of one thing that happens now.
    async fn step(&mut self) -> anyhow::Result<()> {
        let yesterday = self.today().plus_days(-1);
        if self.closed.is_none_or(|closed| closed < yesterday) {
            let from = self.closed.map_or(self.first, |closed| closed.plus_days(1));
            self.close(from, yesterday).await?;
            self.tell_plan_of_today().await?;
            return Ok(());
        }
        let now = self.clock.now();
        let (day, minute) = self.local(now);
        self.told += 1;
        if let Some(booking) = self.pending.take() {
            self.book(booking, now).await?;
            return Ok(());
        }
        let account = [0, 1, 0, 3][usize::try_from(self.random.below(4)).unwrap_or(0)];
        let mut booking = if self.random.below(3) == 0 {
            surprise(&self.random, account, day, minute)
        } else {
            shop(&self.random, account, day, minute)
        };
        booking.reference = format!("L{}{:04}", now.millis(), self.told % 10_000);
        if booking.code == "PMNT/CCRD/POSD" {
            self.send(MessageType::Camt052, &booking, EntryStatus::Pending, now).await?;
            self.pending = Some(booking);
        } else {
            self.book(booking, now).await?;
        }
        Ok(())
    }
}
