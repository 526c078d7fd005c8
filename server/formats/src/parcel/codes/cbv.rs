//! GS1 Core Business Vocabulary 2.0: business steps and dispositions.

use super::{CodeList, Meaning, Row};
use guichet_types::{
    ParcelReason::{DamagedInTransit, Missing, Stolen},
    ParcelStatus::{self, Announced, AtDepot, Damaged, Held, InTransit, Lost, PickedUp, Returned, Unknown},
};

/// Every business step of CBV 2.0, section 7.1. What says nothing to somebody who waits for a parcel is an update.
const STEPS: &[Row] = &[
    ("accepting", PickedUp, None),
    ("arriving", AtDepot, None),
    ("assembling", Unknown, None),
    ("collecting", PickedUp, None),
    ("commissioning", Announced, None),
    ("consigning", Unknown, None),
    ("creating_class_instance", Unknown, None),
    ("cycle_counting", Unknown, None),
    ("decommissioning", Unknown, None),
    ("departing", InTransit, None),
    ("destroying", Lost, None),
    ("disassembling", Unknown, None),
    ("dispensing", Unknown, None),
    ("encoding", Announced, None),
    ("entering_exiting", Unknown, None),
    ("holding", Held, None),
    ("inspecting", Held, None),
    ("installing", Unknown, None),
    ("killing", Unknown, None),
    ("loading", InTransit, None),
    ("other", Unknown, None),
    ("packing", Announced, None),
    ("picking", Announced, None),
    ("receiving", AtDepot, None),
    ("removing", Unknown, None),
    ("repackaging", Unknown, None),
    ("repairing", Unknown, None),
    ("replacing", Unknown, None),
    ("reserving", Announced, None),
    ("retail_selling", Unknown, None),
    ("sampling", Unknown, None),
    ("sensor_reporting", Unknown, None),
    ("shipping", InTransit, None),
    ("staging_outbound", Announced, None),
    ("stock_taking", Unknown, None),
    ("stocking", Unknown, None),
    ("storing", Held, None),
    ("transporting", InTransit, None),
    ("unloading", InTransit, None),
    ("unpacking", Unknown, None),
    ("void_shipping", Announced, None),
];

/// Every disposition of CBV 2.0, section 7.2. One that means something counts before the step.
const DISPOSITIONS: &[Row] = &[
    ("active", Unknown, None),
    ("available", Unknown, None),
    ("completeness_inferred", Unknown, None),
    ("completeness_verified", Unknown, None),
    ("conformant", Unknown, None),
    ("container_closed", Unknown, None),
    ("container_open", Unknown, None),
    ("damaged", Damaged, Some(DamagedInTransit)),
    ("destroyed", Lost, Some(DamagedInTransit)),
    ("dispensed", Unknown, None),
    ("disposed", Lost, None),
    ("encoded", Unknown, None),
    ("expired", Unknown, None),
    ("in_progress", Unknown, None),
    ("in_transit", Unknown, None),
    ("inactive", Unknown, None),
    ("mismatch_class", Held, None),
    ("mismatch_instance", Held, None),
    ("mismatch_quantity", Held, None),
    ("needs_replacement", Held, None),
    ("no_pedigree_match", Held, None),
    ("non_conformant", Held, None),
    ("non_sellable_other", Unknown, None),
    ("partially_dispensed", Unknown, None),
    ("recalled", Held, None),
    ("reserved", Unknown, None),
    ("retail_sold", Unknown, None),
    ("returned", Returned, None),
    ("sellable_accessible", Unknown, None),
    ("sellable_not_accessible", Unknown, None),
    ("stolen", Lost, Some(Stolen)),
    ("unavailable", Unknown, None),
    ("unknown", Held, Some(Missing)),
];

pub(super) const CBV: CodeList = CodeList { name: "cbv", codes: STEPS, subcodes: DISPOSITIONS, reasons: &[] };

/// The bare word of a vocabulary entry: `urn:epcglobal:cbv:bizstep:x`, `https://ref.gs1.org/cbv/BizStep-x`, `cbv:BizStep-x`
/// and `x` are all `x`. None for one of another vocabulary.
pub(in crate::parcel) fn word<'t>(text: &'t str, urn: &str, web: &str) -> Option<&'t str> {
    if !text.contains(':') {
        return Some(text);
    }
    if let Some(rest) = text.strip_prefix("urn:epcglobal:cbv:") {
        return rest.strip_prefix(urn)?.strip_prefix(':');
    }
    let rest = ["https://ref.gs1.org/cbv/", "http://ref.gs1.org/cbv/", "https://ns.gs1.org/cbv/", "cbv:"]
        .into_iter()
        .find_map(|start| text.strip_prefix(start))?;
    rest.strip_prefix(web)?.strip_prefix('-')
}

/// A business step and a disposition, as bare words, as a status. A disposition that means something counts first.
pub(in crate::parcel) fn biz_step_status(step: Option<&str>, disposition: Option<&str>) -> Meaning {
    let (status, reason) = super::meaning(CBV.name, step, disposition);
    let moving = status == ParcelStatus::Unknown && disposition == Some("in_transit");
    if moving { (InTransit, reason) } else { (status, reason) }
}

/// Whether CBV has this business step.
pub(in crate::parcel) fn is_biz_step(word: &str) -> bool {
    STEPS.iter().any(|(known, ..)| *known == word)
}

/// Whether CBV has this disposition.
pub(in crate::parcel) fn is_disposition(word: &str) -> bool {
    DISPOSITIONS.iter().any(|(known, ..)| *known == word)
}
