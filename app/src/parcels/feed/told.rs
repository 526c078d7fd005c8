//! What a document says of a shipment, and what all of them say together.

use super::super::model::{Measures, Span};
use guichet_formats::parcel::{
    ShipmentUpdate,
    record::{Party, Window},
};
#[cfg(doc)]
use guichet_platform::privacy;
use guichet_types::{ParcelReason, ParcelStatus};
use serde::{Deserialize, Serialize};

/// A party, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Who {
    pub name: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub postcode: Option<String>,
    pub customer: Option<String>,
    /// Whoever it was is erased: whatever else is told of them is left out. As [`privacy::ERASED`] has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

impl Who {
    /// Leaves nothing but the country.
    pub(super) fn hide(&mut self) {
        *self = Self { country: self.country.take(), erased: true, ..Self::default() };
    }

    /// Whether somebody is named, in whatever way.
    pub(super) const fn is_told(&self) -> bool {
        self.name.is_some() || self.city.is_some() || self.postcode.is_some() || self.customer.is_some()
    }
}

/// What one document says; what it leaves out is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    pub carrier: Option<String>,
    pub service: Option<String>,
    pub reference: Option<String>,
    pub sender: Who,
    pub recipient: Who,
    pub promised: Option<Span>,
    pub expected: Option<Span>,
    /// Where it stands, of a document that tells no events of it.
    pub status: Option<ParcelStatus>,
    pub reason: Option<ParcelReason>,
    /// Left out where nothing is told of it, so that what was kept before there was such a thing says the same.
    #[serde(skip_serializing_if = "is_untold")]
    pub measures: Measures,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handover_code: Option<String>,
}

fn is_untold(measures: &Measures) -> bool {
    *measures == Measures::default()
}

/// What all documents say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub facts: Facts,
    /// When it is expected now.
    pub arrival: Option<Span>,
    /// When it was expected before that.
    pub previous: Option<Span>,
}

/// A postcode as it is compared: without spaces and hyphens, in capital letters.
pub(crate) fn postcode_key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(16).collect()
}

/// A customer's number as the people's feed stores it.
pub(super) fn customer_key(text: &str) -> String {
    text.split_whitespace().collect()
}

fn who(party: &Party) -> Who {
    Who {
        name: party.name.clone(),
        city: party.city.clone(),
        country: party.country.as_deref().map(country_key),
        postcode: party.postal_code.as_deref().map(postcode_key).filter(|key| !key.is_empty()),
        customer: party.customer.as_deref().map(customer_key).filter(|key| !key.is_empty()),
        erased: false,
    }
}

/// Two or three capital letters.
pub(super) fn country_key(text: &str) -> String {
    text.trim().to_uppercase().chars().take(3).collect()
}

fn span(window: &Window) -> Span {
    Span {
        from: window.from,
        to: window.to,
        offset: window.offset_minutes.unwrap_or(0),
        whole_day: window.whole_day,
        reason: window.reason,
    }
}

impl Facts {
    pub(super) fn of(update: &ShipmentUpdate) -> Self {
        let alone = update.event_count == 0;
        Self {
            carrier: Some(update.carrier.clone()).filter(|carrier| !carrier.is_empty()),
            service: update.service.clone(),
            reference: update.reference.clone(),
            sender: who(&update.sender),
            recipient: who(&update.recipient),
            promised: update.promised.as_ref().map(span),
            expected: update.estimated.as_ref().map(span),
            status: update.status.filter(|_| alone),
            reason: update.reason.filter(|_| alone),
            measures: Measures { grams: update.grams, size: update.size, insured: update.insured },
            handover_code: update.handover_code.clone(),
        }
    }

    /// Leaves out who it goes to, and what only they are to know.
    pub(super) fn hide_recipient(&mut self) {
        self.recipient.hide();
        self.reference = None;
        self.handover_code = None;
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// A later word takes the place of an earlier one; silence takes the place of nothing.
fn overlay<T: Clone>(old: &mut Option<T>, new: &Option<T>) {
    if new.is_some() {
        old.clone_from(new);
    }
}

fn overlay_who(old: &mut Who, new: &Who) {
    overlay(&mut old.name, &new.name);
    overlay(&mut old.city, &new.city);
    overlay(&mut old.country, &new.country);
    overlay(&mut old.postcode, &new.postcode);
    overlay(&mut old.customer, &new.customer);
    old.erased |= new.erased;
}

/// Puts together what was told, the oldest first.
pub(super) fn sum(told: impl IntoIterator<Item = Facts>) -> Sum {
    let mut sum = Sum::default();
    for new in told {
        let facts = &mut sum.facts;
        overlay(&mut facts.carrier, &new.carrier);
        overlay(&mut facts.service, &new.service);
        overlay(&mut facts.reference, &new.reference);
        overlay_who(&mut facts.sender, &new.sender);
        overlay_who(&mut facts.recipient, &new.recipient);
        overlay(&mut facts.status, &new.status);
        overlay(&mut facts.reason, &new.reason);
        overlay(&mut facts.measures.grams, &new.measures.grams);
        overlay(&mut facts.measures.size, &new.measures.size);
        overlay(&mut facts.measures.insured, &new.measures.insured);
        overlay(&mut facts.handover_code, &new.handover_code);
        // The first promise is the promise.
        if facts.promised.is_none() {
            facts.promised.clone_from(&new.promised);
        }
        match (new.expected.or(new.promised.filter(|_| sum.arrival.is_none())), &mut sum.arrival) {
            (None, _) => {}
            (Some(span), Some(old)) if old.same_time(&span) => old.reason = span.reason.or(old.reason),
            (Some(span), old) => {
                // Whoever was promised a time was told it first, even if the promise came with the news that it moved.
                let before =
                    old.take().or_else(|| facts.promised.clone().filter(|promised| !promised.same_time(&span)));
                sum.previous = before;
                *old = Some(span);
            }
        }
    }
    if sum.facts.recipient.erased {
        sum.facts.hide_recipient();
    }
    if sum.facts.sender.erased {
        sum.facts.sender.hide();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use guichet_types::Timestamp;

    fn at(hour: i64, reason: Option<ParcelReason>) -> Option<Span> {
        let instant = |hour: i64| Timestamp(hour * 3_600_000);
        Some(Span { from: Some(instant(hour)), to: instant(hour + 2), offset: 60, whole_day: false, reason })
    }

    #[test]
    fn a_window_that_moves_keeps_the_one_before_and_its_reason() {
        let storm = Some(ParcelReason::Weather);
        let told = [
            Facts { promised: at(9, None), ..Facts::default() },
            Facts { expected: at(15, storm), ..Facts::default() },
            Facts { expected: at(15, None), service: Some("Express".to_owned()), ..Facts::default() },
        ];
        let sum = sum(told);
        assert_eq!(sum.arrival, at(15, storm));
        assert_eq!(sum.previous, at(9, None));
        assert_eq!(sum.facts.service.as_deref(), Some("Express"));
    }

    #[test]
    fn a_promise_that_comes_with_the_news_that_it_moved_is_the_window_before() {
        let told = Facts { promised: at(9, None), expected: at(13, None), ..Facts::default() };
        assert_eq!(sum([told]).previous, at(9, None));
        let kept = Facts { promised: at(9, None), expected: at(9, None), ..Facts::default() };
        assert_eq!(sum([kept]).previous, None);
    }

    #[test]
    fn whoever_is_erased_stays_out_of_what_is_told_whenever_it_is_told() {
        let named = |name: &str| Who { name: Some(name.to_owned()), country: Some("FR".to_owned()), ..Who::default() };
        let mut gone = Facts { recipient: named("Ana"), sender: named("Shop"), ..Facts::default() };
        gone.hide_recipient();
        assert!(gone.text().contains("\"erased\":true") && !gone.text().contains("Ana"));
        let again = Facts { recipient: named("Ana"), reference: Some("7".to_owned()), ..Facts::default() };
        for told in [[gone.clone(), again.clone()], [again, gone]] {
            let sum = sum(told);
            assert!(!sum.facts.text().contains("Ana") && sum.facts.reference.is_none());
            assert_eq!(sum.facts.recipient.country.as_deref(), Some("FR"));
            assert_eq!(sum.facts.sender.name.as_deref(), Some("Shop"));
        }
        assert!(!Facts { recipient: named("Ana"), ..Facts::default() }.text().contains("erased"), "as it was before");
    }

    #[test]
    fn a_postcode_is_compared_without_spaces_and_case() {
        assert_eq!(postcode_key(" sw1a 1aa"), "SW1A1AA");
        assert_eq!(postcode_key("76-000"), "76000");
    }
}
