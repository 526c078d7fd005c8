//! Who may see and change which rows on SQLite: for each table a line, with the meaning of the policies that the
//! PostgreSQL migration of the same table creates.
//!
//! A role that has no line for a table cannot name it. A test holds this list against the policies and grants of a real
//! PostgreSQL, table by table and act by act, and prints the lines that are missing: see "Adding a table" in
//! `docs/contributing.md`. The conditions use `current_customer()`, `named_parcel()` and `named_share()`, which both databases
//! have. A condition of `true` is for what is nobody's; the role then works on the table itself.

/// What somebody does with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Act {
    Select,
    Insert,
    Update,
    Delete,
}

impl Act {
    pub(super) const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The roles that the fence is for. The back office's hand and the operator have a connection without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fenced {
    /// A signed-in customer: `guichet_customer`.
    Customer,
    /// Sign-in: `guichet_auth`.
    Auth,
    /// Anybody who names one thing: `guichet_public`.
    Public,
    /// Somebody of the institution: `guichet_staff`.
    Staff,
}

/// What a role may do with a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// The table.
    pub table: &'static str,
    /// The acts, by their names, with a space between: `select insert`.
    pub acts: &'static str,
    /// Which rows: of those that are there for select, update and delete, and of those that come for insert and update.
    pub rows: &'static str,
}

impl Rule {
    pub(super) fn allows(&self, act: Act) -> bool {
        self.acts.split(' ').any(|name| name == act.name())
    }

    /// Rows that are nobody's: no view, no trigger.
    pub(super) fn is_open(&self) -> bool {
        self.rows == "true"
    }
}

const fn rule(table: &'static str, acts: &'static str, rows: &'static str) -> Rule {
    Rule { table, acts, rows }
}

const OWN: &str = "customer_id = current_customer()";

// What a holder row gives. `exists` with the key of the row: SQLite asks it once where a statement names one account, and a list
// with `in` for every row, which took the statement page's question 30 microseconds more.
macro_rules! of_account {
    ($key:literal) => {
        concat!(
            "exists (select 1 from holder h where h.customer_id = current_customer() and h.account_id = ",
            $key,
            " and h.until_day is null)"
        )
    };
}

macro_rules! of_portfolio {
    ($key:literal) => {
        concat!(
            "exists (select 1 from customer c join portfolio_holder h on h.number = c.number
               where c.id = current_customer() and h.portfolio_id = ",
            $key,
            ")"
        )
    };
}

macro_rules! of_policy {
    ($key:literal) => {
        concat!(
            "exists (select 1 from policy_holder h where h.customer_id = current_customer() and h.policy_id = ",
            $key,
            ")"
        )
    };
}

/// Customers. Several lines for one table and act are alternatives, as policies are.
const CUSTOMER: &[Rule] = &[
    // 0001
    rule("customer", "select update", "id = current_customer()"),
    rule("party", "select", "id in (select party_id from customer where id = current_customer())"),
    rule("session", "select update", OWN),
    rule("holder", "select", "customer_id = current_customer() and until_day is null"),
    rule("account", "select", of_account!("account.id")),
    rule("statement", "select", of_account!("statement.account_id")),
    rule("balance", "select", of_account!("balance.account_id")),
    rule("entry", "select", of_account!("entry.account_id")),
    rule("account_day", "select", of_account!("account_day.account_id")),
    rule("live_event", "select", OWN),
    rule(
        "source_document",
        "select",
        "id in (select s.document_id from holder h join statement s on s.account_id = h.account_id
           where h.customer_id = current_customer() and h.until_day is null)",
    ),
    // 0002
    rule("outbox", "select insert", OWN),
    // 0003
    rule("parcel_follower", "select", OWN),
    rule("parcel_follower", "insert delete", "customer_id = current_customer() and role = 'shared'"),
    rule(
        "shipment",
        "select",
        "exists (select 1 from parcel_follower f
        where f.customer_id = current_customer() and f.shipment_id = shipment.id)",
    ),
    rule(
        "shipment_event",
        "select",
        "exists (select 1 from parcel_follower f
        where f.customer_id = current_customer() and f.shipment_id = shipment_event.shipment_id)",
    ),
    rule("parcel_event", "select", "exists (select 1 from shipment_event e where e.event_id = parcel_event.id)"),
    rule(
        "source_document",
        "select",
        "id in (select e.document_id from parcel_follower f join shipment_event s on s.shipment_id = f.shipment_id
             join parcel_event e on e.id = s.event_id where f.customer_id = current_customer())
           or id in (select s.document_id from parcel_follower f join shipment s on s.id = f.shipment_id
             where f.customer_id = current_customer())",
    ),
    rule("parcel_share", "select", OWN),
    rule(
        "parcel_share",
        "insert update",
        "customer_id = current_customer() and shipment_id in (
        select shipment_id from parcel_follower where customer_id = current_customer())",
    ),
    rule("parcel_instruction", "select", OWN),
    rule(
        "parcel_instruction",
        "insert",
        "customer_id = current_customer() and shipment_id in (
        select shipment_id from parcel_follower where customer_id = current_customer() and role = 'recipient')",
    ),
    // 0004
    rule("instrument", "select", "true"),
    rule("instrument_split", "select", "true"),
    rule("quote", "select", "true"),
    rule("quote_clock", "select", "true"),
    rule("quote_daily", "select", "true"),
    rule("fx_rate", "select", "true"),
    rule("portfolio_holder", "select", "number in (select c.number from customer c where c.id = current_customer())"),
    rule("portfolio", "select", of_portfolio!("portfolio.id")),
    rule("portfolio_snapshot", "select", of_portfolio!("portfolio_snapshot.portfolio_id")),
    rule("portfolio_position", "select", of_portfolio!("portfolio_position.portfolio_id")),
    rule("portfolio_cash", "select", of_portfolio!("portfolio_cash.portfolio_id")),
    rule("security_transaction", "select", of_portfolio!("security_transaction.portfolio_id")),
    rule("holding", "select", of_portfolio!("holding.portfolio_id")),
    rule("holding_cash", "select", of_portfolio!("holding_cash.portfolio_id")),
    rule("portfolio_day", "select", of_portfolio!("portfolio_day.portfolio_id")),
    rule("watched", "select insert delete", OWN),
    // 0005
    rule("policy", "select", of_policy!("policy.id")),
    rule("policy_part", "select", of_policy!("policy_part.policy_id")),
    rule("policy_holder", "select", OWN),
    rule(
        "claim",
        "select",
        "exists (select 1 from claim_party p
        where p.customer_id = current_customer() and p.claim_id = claim.id)",
    ),
    rule("claim_part", "select", "exists (select 1 from claim k where k.key_id = claim_part.claim_key)"),
    rule("claim_party", "select", OWN),
    rule("claim_draft", "select insert update delete", OWN),
    rule("claim_notice", "select insert update", OWN),
    rule("claim_upload", "select insert update delete", OWN),
    rule("claim_letter", "select insert update", OWN),
    rule(
        "source_document",
        "select",
        "id in (select p.document_id from policy_holder h join policy p on p.id = h.policy_id
             where h.customer_id = current_customer())
           or id in (select c.document_id from claim_party p join claim c on c.id = p.claim_id
             where p.customer_id = current_customer())",
    ),
    // 0006
    rule(
        "parcel_code",
        "select",
        "shipment_id in (select f.shipment_id from parcel_follower f join shipment s on s.id = f.shipment_id
        where f.customer_id = current_customer() and f.role = 'recipient' and s.status = 'out_for_delivery')",
    ),
    rule("parcel_notice", "select delete", OWN),
    rule(
        "parcel_notice",
        "insert",
        "customer_id = current_customer() and shipment_id in (
        select shipment_id from parcel_follower where customer_id = current_customer())",
    ),
    // 0007
    rule("mail", "insert", OWN),
    // 0008
    rule("audit", "select insert", OWN),
    rule("audit_tail", "select update", "true"),
    // 0010
    rule("passkey", "select", OWN),
    // 0011
    rule("support_view", "select", OWN),
    // 0013
    rule("source", "select", "true"),
];

/// Sign-in, before anybody is known.
const AUTH: &[Rule] = &[
    rule("credential", "select insert update delete", "true"),
    rule("session", "select insert update delete", "true"),
    rule("customer", "select insert update", "true"),
    rule("party", "select insert update", "true"),
    rule("instance", "select", "true"),
    // 0007
    rule("mail", "insert", "true"),
    // 0008
    rule("audit", "insert", "true"),
    rule("audit_tail", "select update", "true"),
    // 0010
    rule("superseded_token", "select insert update delete", "true"),
    rule("step_up", "select insert update delete", "true"),
    rule("device", "select insert update delete", "true"),
    rule("passkey", "select insert update delete", "true"),
    rule("authenticator", "select insert update delete", "true"),
    rule("recovery_code", "select insert update delete", "true"),
    rule("activation", "select insert update delete", "true"),
    rule("sign_in_step", "select insert update delete", "true"),
    rule("ceremony", "select insert update delete", "true"),
    rule("email_change", "select insert update delete", "true"),
    rule("held_form", "select insert update delete", "true"),
    rule("throttle", "select insert update delete", "true"),
    rule("approval", "select insert update delete", "true"),
    // 0011
    rule("role", "select insert update delete", "true"),
    rule("staff", "select insert update delete", "true"),
    rule("staff_proposal", "select insert update delete", "true"),
    rule("support_view", "select insert update delete", "true"),
];

/// Anybody, who sees the one thing that they name.
const PUBLIC: &[Rule] = &[
    rule("parcel_share", "select", "token_hash = named_share() and revoked_at is null"),
    rule("shipment", "select", "number = named_parcel() or id in (select shipment_id from parcel_share)"),
    rule("shipment_event", "select", "shipment_id in (select id from shipment)"),
    rule("parcel_event", "select", "id in (select event_id from shipment_event)"),
    rule("parcel_lookup", "select insert update delete", "true"),
    rule("claim_upload", "select", "token_hash = named_share()"),
];

/// The institution's people: who the customers are, and what the back office sends; nothing of what customers hold.
const STAFF: &[Rule] = &[
    // 0001
    rule("customer", "select", "true"),
    rule("party", "select", "true"),
    rule("source_document", "select", "true"),
    rule("finding", "select", "true"),
    rule("quarantine", "select", "true"),
    // 0008
    rule("audit", "select insert", "true"),
    rule("audit_tail", "select update", "true"),
    rule("audit_head", "select", "true"),
    // 0011
    rule("role", "select", "true"),
    rule("staff", "select", "true"),
    rule("staff_proposal", "select", "true"),
    rule("support_view", "select", "true"),
    // 0012
    rule("settings_release", "select insert", "true"),
    rule("settings_draft", "select insert update delete", "true"),
    rule("settings_asset", "select insert", "true"),
];

/// Tables that nobody on a page ever reads: the back office's alone. A table stands here or above, so that nobody forgets to
/// think of it.
#[cfg(test)]
pub(super) const BACK_OFFICE: &[&str] = &[
    "webhook",
    "shipment_told",
    "parcel_event_number",
    "parcel_containment",
    "instrument_name",
    "source_secret",
    "csv_mapping",
    "source_minute",
    "correction",
    "reading",
    "file_to_remove",
];

/// The tables that hold rows of a customer's own, or that a grant leads them to; none of what is nobody's.
pub(crate) fn tables_of_customers() -> Vec<&'static str> {
    let own =
        |table: &&str| CUSTOMER.iter().any(|rule| rule.table == *table && rule.allows(Act::Select) && !rule.is_open());
    Fenced::Customer.tables().into_iter().filter(own).collect()
}

impl Fenced {
    #[cfg(test)]
    pub(super) const ALL: [Self; 4] = [Self::Customer, Self::Auth, Self::Public, Self::Staff];

    pub(super) const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Customer => CUSTOMER,
            Self::Auth => AUTH,
            Self::Public => PUBLIC,
            Self::Staff => STAFF,
        }
    }

    /// Which rows of a table an act may touch: every alternative that the list gives. None where it gives none.
    pub(super) fn condition(self, table: &str, act: Act) -> Option<String> {
        let rules = self.rules().iter().filter(|rule| rule.table == table && rule.allows(act));
        rules.map(|rule| format!("({})", rule.rows)).reduce(|all, one| format!("{all} or {one}"))
    }

    /// The tables of the list, each once.
    pub(super) fn tables(self) -> Vec<&'static str> {
        let mut tables: Vec<_> = self.rules().iter().map(|rule| rule.table).collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }
}
