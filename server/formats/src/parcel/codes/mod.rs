//! What the codes of standards and carriers mean: one table for each, a code, a status, and a reason where the code names one.
//!
//! A code that is in no table is kept with its event and means [`ParcelStatus::Unknown`], shown as "update".

mod cbv;
mod platforms;
mod postal;
mod private;

pub(super) use cbv::{biz_step_status, is_biz_step, is_disposition, word};

use guichet_types::{ParcelReason, ParcelStatus};

/// A code and what it means.
type Row = (&'static str, ParcelStatus, Option<ParcelReason>);

/// A status, and a reason.
pub(super) type Meaning = (ParcelStatus, Option<ParcelReason>);

/// A list of codes, with finer codes that count first where they are known.
pub(super) struct CodeList {
    name: &'static str,
    codes: &'static [Row],
    subcodes: &'static [Row],
    /// Codes for reasons only; the status stays.
    reasons: &'static [(&'static str, ParcelReason)],
}

/// All lists, by the name that documents and the own form call them.
const LISTS: [&CodeList; 13] = [
    &platforms::EASYPOST,
    &platforms::AFTERSHIP,
    &postal::EMSEVT,
    &postal::USPS,
    &postal::CANADA_POST,
    &private::DHL,
    &private::DHL_EXPRESS,
    &private::UPS,
    &private::FEDEX,
    &private::AMAZON,
    &private::PRESTIGE,
    &private::LASERSHIP,
    &cbv::CBV,
];

/// What a code of a list means. Unknown codes and lists mean an update.
pub(super) fn meaning(list: &str, code: Option<&str>, subcode: Option<&str>) -> Meaning {
    let Some(list) = LISTS.into_iter().find(|known| known.name == list) else { return (ParcelStatus::Unknown, None) };
    // At UPS a finer code means different things with an exception or a delivery; there the type counts.
    let fine = list.name != private::UPS.name || matches!(code, None | Some("I" | "M" | "P"));
    let row = |rows: &[Row], code: Option<&str>| {
        let code = code?;
        rows.iter().find(|(known, ..)| known.eq_ignore_ascii_case(code)).map(|(_, status, reason)| (*status, *reason))
    };
    let (mut status, mut reason) = row(list.subcodes, subcode.filter(|_| fine))
        .or_else(|| row(list.codes, code))
        .unwrap_or((ParcelStatus::Unknown, None));
    if status == ParcelStatus::Unknown
        && let Some((coarse, why)) = row(list.codes, code)
    {
        (status, reason) = (coarse, reason.or(why));
    }
    let named = subcode.and_then(|code| list.reasons.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)));
    (status, named.map(|(_, reason)| *reason).or(reason))
}

/// Whether there is a list of this name.
pub(super) fn is_list(name: &str) -> bool {
    LISTS.into_iter().any(|list| list.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_has_a_code_twice() {
        for list in LISTS {
            for rows in [list.codes, list.subcodes] {
                for (at, (code, ..)) in rows.iter().enumerate() {
                    assert!(
                        rows[..at].iter().all(|(other, ..)| !other.eq_ignore_ascii_case(code)),
                        "{} {code}",
                        list.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_finer_code_counts_first_and_an_unknown_one_is_an_update() {
        assert_eq!(meaning("easypost", Some("in_transit"), Some("status_update")), (ParcelStatus::InTransit, None));
        assert_eq!(
            meaning("easypost", Some("in_transit"), Some("weather_delay")),
            (ParcelStatus::Held, Some(ParcelReason::Weather))
        );
        assert_eq!(
            meaning("fedex", Some("DE"), Some("08")),
            (ParcelStatus::Attempted, Some(ParcelReason::RecipientAbsent))
        );
        assert_eq!(meaning("fedex", Some("??"), None), (ParcelStatus::Unknown, None));
        // What was read wrongly once: a link that expired is no return, a freight station is no recipient, and a call to arrange
        // the delivery sends nothing back.
        assert_eq!(meaning("fedex", Some("RD"), None).0, ParcelStatus::Unknown);
        assert_eq!(meaning("ups", Some("DD"), None).0, ParcelStatus::InTransit);
        assert_eq!(meaning("amazon_schema", Some("EVENT_306"), None).0, ParcelStatus::AtDepot);
        assert_eq!(meaning("dhl_express", Some("MD"), None), (ParcelStatus::AtDepot, Some(ParcelReason::NotAttempted)));
        assert_eq!(meaning("nobody", Some("DL"), None), (ParcelStatus::Unknown, None));
    }
}
