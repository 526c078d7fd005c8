//! What becomes of each table when a customer is erased. A table that is not in the list fails a test.

/// What becomes of a customer's rows in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They go at once.
    Erase,
    /// What says who it was is taken out at once; the rest of the row is the institution's.
    Anonymise,
    /// They stay for a time, reachable by no customer and by nobody who is not signed in, and are then taken away.
    Retain(Kept),
    /// They are never changed: the audit log. It names nobody.
    Log,
    /// Of the institution's own people and settings.
    House,
    /// Nobody's: it says nothing of a customer.
    Nobody,
}

/// Which time something is kept for; the keys of `[retention]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// `statements_years`.
    Statements,
    /// `portfolios_years`.
    Portfolios,
    /// `insurance_years`.
    Insurance,
    /// `parcels_days`; without who sent or received.
    Parcels,
    /// `documents_years`.
    Documents,
}

use Fate::{Anonymise, Erase, House, Log, Nobody, Retain};
use Kept::{Documents, Insurance, Parcels, Portfolios, Statements};

/// Every table, and what becomes of a customer's rows in it.
pub const DECISIONS: &[(&str, Fate)] = &[
    // 0001
    ("instance", Nobody),
    ("party", Anonymise),
    ("customer", Anonymise),
    ("credential", Erase),
    ("session", Erase),
    // A name and a hash; the bytes are in the raw store.
    ("source_document", Retain(Documents)),
    ("finding", Retain(Documents)),
    ("quarantine", Retain(Documents)),
    ("account", Retain(Statements)),
    ("holder", Erase),
    ("statement", Retain(Statements)),
    ("balance", Retain(Statements)),
    ("entry", Retain(Statements)),
    ("account_day", Retain(Statements)),
    ("live_event", Erase),
    // 0002
    ("webhook", Nobody),
    ("outbox", Erase),
    // 0003
    ("shipment_told", Anonymise),
    ("parcel_event", Anonymise),
    ("parcel_event_number", Retain(Parcels)),
    ("parcel_containment", Retain(Parcels)),
    ("shipment", Anonymise),
    ("shipment_event", Retain(Parcels)),
    ("parcel_follower", Erase),
    ("parcel_share", Erase),
    ("parcel_instruction", Erase),
    // Keyed hashes, for an hour.
    ("parcel_lookup", Nobody),
    // 0004
    ("instrument", Nobody),
    ("instrument_name", Nobody),
    ("instrument_split", Nobody),
    ("quote", Nobody),
    ("quote_clock", Nobody),
    ("quote_daily", Nobody),
    ("fx_rate", Nobody),
    ("portfolio", Retain(Portfolios)),
    ("portfolio_holder", Erase),
    ("portfolio_snapshot", Retain(Portfolios)),
    ("portfolio_position", Retain(Portfolios)),
    ("portfolio_cash", Retain(Portfolios)),
    ("security_transaction", Retain(Portfolios)),
    ("holding", Retain(Portfolios)),
    ("holding_cash", Retain(Portfolios)),
    ("portfolio_day", Retain(Portfolios)),
    ("watched", Erase),
    // 0005
    ("policy", Retain(Insurance)),
    ("policy_part", Retain(Insurance)),
    ("policy_holder", Erase),
    ("claim", Retain(Insurance)),
    ("claim_part", Retain(Insurance)),
    ("claim_party", Erase),
    ("claim_draft", Erase),
    ("claim_notice", Erase),
    ("claim_upload", Erase),
    ("claim_letter", Erase),
    // 0006
    ("parcel_code", Erase),
    ("parcel_notice", Erase),
    // 0007
    ("mail", Erase),
    // 0008
    ("audit", Log),
    ("audit_tail", Log),
    ("audit_head", Log),
    // 0010
    // Goes with its session.
    ("superseded_token", Erase),
    ("step_up", Erase),
    ("device", Erase),
    ("passkey", Erase),
    ("authenticator", Erase),
    ("recovery_code", Erase),
    ("activation", Erase),
    ("sign_in_step", Erase),
    ("ceremony", Erase),
    ("email_change", Erase),
    ("held_form", Erase),
    // Keyed hashes, for two days.
    ("throttle", Nobody),
    ("approval", Erase),
    // 0011
    ("role", House),
    ("staff", House),
    ("staff_proposal", House),
    ("support_view", Erase),
    // 0012
    ("settings_release", House),
    ("settings_draft", House),
    ("settings_asset", House),
    // 0013
    ("source", House),
    ("source_secret", House),
    ("csv_mapping", House),
    ("source_minute", Nobody),
    ("correction", Retain(Documents)),
    ("reading", Nobody),
    // 0014
    // Random names, until the files are gone.
    ("file_to_remove", Nobody),
];
