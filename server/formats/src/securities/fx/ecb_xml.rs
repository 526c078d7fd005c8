//! The euro reference rates as XML: `Cube` with `time`, in it `Cube` with `currency` and `rate`.

use super::Euro;
use crate::{
    Limits, Refusal,
    securities::{Figures, Gathered, Kind, Out, RateFigures},
};
use guichet_types::Date;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// Whether XML is of the European Central Bank, or of another central bank.
pub(in crate::securities) fn detect(head: &str) -> Option<Kind> {
    let euro = head.contains("eurofxref") || head.contains("gesmes") || head.contains("<Cube");
    let others = ["<Tarih_Date", "<ValCurs", "<kurzy", "<ROWSET", "bnr.ro", "<exchange>"];
    let other = others.iter().any(|name| head.contains(name));
    if euro { Some(Kind::EcbXml) } else { other.then_some(Kind::OtherRates) }
}

/// Reads a file. Of another bank's it only counts the elements, and then refuses it.
pub(in crate::securities) fn read(
    text: &str,
    limits: &Limits,
    out: &mut Out<'_>,
    gathered: &mut Gathered,
) -> Result<(), Refusal> {
    let mut walk = Walk {
        reader: Reader::from_str(text),
        text,
        euro: Euro::default(),
        depth: 0,
        root: None,
        elements: 0,
        day: None,
    };
    let outcome = walk.all(limits, out);
    let found = walk.root.clone().unwrap_or_default();
    if walk.euro.days.is_empty() {
        let (root, elements) = (walk.root, Some(walk.elements));
        gathered.figures =
            Figures::Rates(RateFigures { kind: "other central bank xml", root, elements, ..RateFigures::default() });
        outcome?;
        return Err(Refusal::UnknownFormat {
            found: format!("XML of <{found:.40}>, without rates of the European Central Bank"),
        });
    }
    gathered.version = Some("ECB eurofxref xml".to_owned());
    gathered.figures = Figures::Rates(walk.euro.figures("ECB xml"));
    outcome
}

struct Walk<'t> {
    reader: Reader<&'t [u8]>,
    text: &'t str,
    euro: Euro,
    depth: usize,
    root: Option<String>,
    elements: u64,
    /// The day, and the depth that it was opened at; the day is none where it cannot be read.
    day: Option<(Option<Date>, usize)>,
}

impl Walk<'_> {
    fn line(&self) -> u64 {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        self.text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1
    }

    fn all(&mut self, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
        loop {
            match self.reader.read_event() {
                Err(error) => return Err(Refusal::NotWellFormed { line: self.line(), reason: error.to_string() }),
                Ok(Event::DocType(_)) => return Err(Refusal::Dtd { line: self.line() }),
                Ok(Event::Eof) if self.depth > 0 || self.root.is_none() => {
                    return Err(Refusal::Truncated { line: self.line(), open: "an element".to_owned() });
                }
                Ok(Event::Eof) => return Ok(()),
                Ok(Event::Start(tag)) => {
                    self.tag(&tag, limits, out)?;
                    self.depth += 1;
                    if self.depth > limits.max_depth {
                        return Err(Refusal::TooDeep { line: self.line(), limit: limits.max_depth });
                    }
                }
                Ok(Event::Empty(tag)) => self.tag(&tag, limits, out)?,
                Ok(Event::End(_)) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.day.is_some_and(|(_, depth)| depth >= self.depth) {
                        self.day = None;
                    }
                }
                Ok(_) => {}
            }
        }
    }

    fn tag(&mut self, tag: &BytesStart<'_>, limits: &Limits, out: &mut Out<'_>) -> Result<(), Refusal> {
        let name = tag.local_name().as_ref().to_owned();
        self.elements += 1;
        if self.depth == 0 && self.root.is_some() {
            return Err(Refusal::NotWellFormed { line: self.line(), reason: "there are two roots".to_owned() });
        }
        let is_cube = name == "Cube";
        self.root.get_or_insert(name);
        if !is_cube {
            return Ok(());
        }
        let (mut time, mut currency, mut rate) = (None, None, None);
        for (number, attribute) in tag.attributes().enumerate() {
            let broken = |reason: String| Refusal::NotWellFormed { line: self.line(), reason };
            let attribute = attribute.map_err(|error| broken(error.to_string()))?;
            if number >= limits.max_attributes {
                return Err(Refusal::TooLong { line: self.line(), what: "a tag", limit: limits.max_attributes as u64 });
            }
            let value = attribute.value.trim().to_owned();
            match attribute.key.local_name().as_ref() {
                "time" => time = Some(value),
                "currency" => currency = Some(value),
                "rate" => rate = Some(value),
                _ => {}
            }
        }
        // The line is counted only where it is needed: counting it for each rate of a long history takes too long.
        let place = |walk: &Self, of: &str| match walk.day {
            Some((Some(day), _)) => format!("{day} {of}"),
            _ => format!("line {}", walk.line()),
        };
        if let Some(time) = time {
            let date = time.parse::<Date>().ok();
            let place = format!("Cube {time:.40}");
            self.day = Some((date, self.depth));
            return match date {
                Some(date) => self.euro.day(date, &place, out),
                None => out.quarantine(&place, "The day is not in the calendar; its rates are left out.", &time),
            };
        }
        match (currency, rate, self.day) {
            (None, None, _) => Ok(()),
            (Some(currency), Some(rate), Some((Some(date), _))) => {
                let place = place(self, &currency);
                self.euro.rate(date, &currency, &rate, &place, out)
            }
            // Told once, with its day.
            (Some(_), Some(_), Some((None, _))) => Ok(()),
            (currency, rate, day) => {
                let what =
                    if day.is_none() { "The rate is of no day." } else { "The rate or its currency is missing." };
                let raw = format!("{} {}", currency.unwrap_or_default(), rate.unwrap_or_default());
                out.quarantine(place(self, "Cube"), what, &raw)
            }
        }
    }
}
