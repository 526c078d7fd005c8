//! Reads the plain documented form of customers and holders, `guichet: parties/1`.
//!
//! Each customer is named by number, each account by identification and currency. The same document twice changes nothing;
//! a holder with `until` has lost the account. What is said of a customer again replaces what was said before.

use futures::{FutureExt as _, future::BoxFuture};
use guichet_platform::{
    clock::SharedClock,
    db::{Db, DbError, Tx},
    identity::keep_activation,
    inbox::{Feed, InboxError, Job, Outcome},
    on,
    password::is_activation_hash,
    scope::FeedScope,
    sources,
    staff::{TRIAL, end_trial},
};
use guichet_types::{Currency, Date, Decimal, Iban, Id, Locale, Money, Timestamp, kind};
use serde::Deserialize;
use serde_json::json;
use std::{path::Path, sync::Arc};

/// Largest document; customers by the hundred thousand come in several.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What numbers of the institution's people, and of customers who were erased, begin with.
const RESERVED: [&str; 3] = ["S-", "erased-", TRIAL];

/// The document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parties {
    /// `parties/1`.
    guichet: String,
    customers: Vec<Customer>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Customer {
    number: String,
    name: String,
    #[serde(default)]
    given_name: Option<String>,
    #[serde(default)]
    kind: PartyKind,
    since: Date,
    #[serde(default)]
    language: Option<Locale>,
    #[serde(default)]
    accounts: Vec<Held>,
    #[serde(default)]
    activation: Option<Activation>,
}

/// A code that the institution has sent by letter, for a first access.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Activation {
    /// Its hash, argon2id as a PHC string; the code itself stays with the institution. Capital letters and figures alone
    /// are hashed, without what stands between.
    hash: String,
    /// The last day on which it is good.
    until: Date,
}

impl std::fmt::Debug for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<activation>")
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PartyKind {
    #[default]
    Person,
    Organisation,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    /// IBAN, or the identification that the bank's statements use.
    identification: String,
    currency: Currency,
    #[serde(default)]
    role: Role,
    #[serde(default)]
    kind: Kind,
    /// The bank's name for the account.
    #[serde(default)]
    name: Option<String>,
    /// This customer's own name for it.
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    bic: Option<String>,
    /// Agreed overdraft in major units.
    #[serde(default)]
    overdraft: Option<Decimal>,
    #[serde(default)]
    until: Option<Date>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    #[default]
    Owner,
    Joint,
    Mandate,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Current,
    Savings,
    Card,
    Loan,
    Custody,
}

/// Reads parties.
#[derive(Clone, Debug)]
pub struct PeopleFeed {
    clock: SharedClock,
}

/// The feed as the inbox takes it.
#[must_use]
pub fn feed(clock: SharedClock) -> Arc<dyn Feed> {
    Arc::new(PeopleFeed { clock })
}

impl Feed for PeopleFeed {
    fn name(&self) -> &'static str {
        "people"
    }

    fn takes(&self, beginning: &[u8]) -> bool {
        is_parties(beginning)
    }

    fn report(&self, path: &Path) -> std::io::Result<serde_json::Value> {
        Ok(match read(&std::fs::read(path)?) {
            Ok(parties) => json!({
                "class": "accept", "reason": "", "format": "parties", "records": parties.customers.len(),
            }),
            Err(reason) => json!({ "class": "reject", "reason": reason, "format": "parties", "records": 0 }),
        })
    }

    fn import(&self, db: Db, scope: FeedScope, job: Job) -> BoxFuture<'static, Result<Outcome, InboxError>> {
        import(db, scope, job, self.clock.clone()).boxed()
    }
}

fn is_parties(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).take(200).collect();
    text.trim_start_matches('\u{feff}').starts_with('{') && text.contains("\"guichet\":\"parties/")
}

/// The document, or why it is none. serde_json says line, column and what was expected.
fn read(bytes: &[u8]) -> Result<Parties, String> {
    let parties: Parties = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if parties.guichet != "parties/1" {
        return Err(format!("this version reads parties/1, not {}", parties.guichet));
    }
    match parties.customers.iter().find_map(fault) {
        Some(reason) => Err(reason),
        None => Ok(parties),
    }
}

fn refused(reason: impl Into<String>) -> Outcome {
    Outcome { class: "reject", reason: Some(reason.into()), records: 0, report: None, closed: false }
}

async fn import(db: Db, scope: FeedScope, job: Job, clock: SharedClock) -> Result<Outcome, InboxError> {
    let at = |error| InboxError::File { path: job.path.clone(), error };
    if tokio::fs::metadata(&job.path).await.map_err(at)?.len() > MAX_BYTES {
        return Ok(refused("a parties document is at most 64 MiB; send several"));
    }
    let bytes = tokio::fs::read(&job.path).await.map_err(at)?;
    let parties = match read(&bytes) {
        Ok(parties) => parties,
        Err(reason) => return Ok(refused(reason)),
    };
    // Who makes a webhook in the browser must not be able to let themselves in as a customer.
    if sources::secret::is_made_here(&db, &scope, job.source.clone()).await? {
        return Ok(refused(
            "customers and their activation codes are not taken from a webhook that was added in the portal; \
             give its secret in the configuration",
        ));
    }
    let records = parties.customers.len() as u64;
    let now = clock.now().millis();
    let (document, received_at) = (job.document, job.received_at);
    for (chunk, customers) in parties.customers.chunks(500).enumerate() {
        let customers = customers.to_vec();
        db.write(&scope, move |tx| {
            async move {
                // Whoever tried the portal out sees no customer.
                end_trial(tx).await?;
                for (at, customer) in customers.into_iter().enumerate() {
                    if !write(tx, customer, now).await? {
                        note_erased(tx, document, chunk * 500 + at, received_at).await?;
                    }
                }
                Ok::<_, DbError>(())
            }
            .boxed()
        })
        .await?;
    }
    Ok(Outcome { class: "accept", reason: None, records, report: None, closed: false })
}

/// What is wrong with a customer, before anything is written.
fn fault(customer: &Customer) -> Option<String> {
    let who = &customer.number;
    if who.trim().is_empty() || customer.name.trim().is_empty() {
        return Some("a customer has a number and a name".to_owned());
    }
    let texts = [Some(&customer.name), customer.given_name.as_ref(), Some(who)];
    let mut texts = texts.into_iter().flatten().chain(customer.accounts.iter().flat_map(|held| {
        [Some(&held.identification), held.name.as_ref(), held.label.as_ref(), held.bic.as_ref()].into_iter().flatten()
    }));
    if texts.any(|text| text.chars().any(char::is_control)) {
        return Some(format!("customer {}: a text with a control character in it", who.escape_debug()));
    }
    if RESERVED.iter().any(|beginning| who.trim_start().starts_with(beginning)) {
        return Some(format!("customer {who}: numbers that begin like this are the portal's own"));
    }
    if customer.activation.as_ref().is_some_and(|activation| !is_activation_hash(&activation.hash)) {
        return Some(format!("customer {who}: activation.hash is no argon2id hash; it takes a PHC string"));
    }
    customer.accounts.iter().find_map(|held| {
        let overdraft = held.overdraft.unwrap_or_default();
        if overdraft.is_negative() || Money::from_decimal(overdraft, held.currency).is_err() {
            return Some(format!("customer {who}: the overdraft of {} is not an amount", held.identification));
        }
        let written_as_iban =
            held.identification.len() > 14 && held.identification.as_bytes()[..2].iter().all(u8::is_ascii_uppercase);
        match held.identification.parse::<Iban>() {
            Err(error @ guichet_types::IbanError::CheckDigits) if written_as_iban => {
                Some(format!("customer {who}: {}: {error}", held.identification))
            }
            _ => None,
        }
    })
}

/// Whoever was erased is not taken in again: an old document that is read again must not bring them back. The note says where the
/// document has them, and not who they are.
async fn note_erased(tx: &mut Tx, document: Id<kind::Document>, at: usize, now: Timestamp) -> Result<(), DbError> {
    const ADD: &str = "insert into finding (id, document_id, check_name, severity, place, message, found_at)
        values ($1, $2, 'erased_customer', 'info', $3, 'This customer was erased here: nothing of them is taken in.', $4)
        on conflict (id) do nothing";
    let place = format!("/customers/{at}");
    let id: Id<()> = tx.stable_id(&[b"erased", document.as_bytes(), place.as_bytes()]);
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(document.as_bytes().as_slice()).bind(place)
        .bind(now.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Takes a customer in; false when somebody of that number was erased.
async fn write(tx: &mut Tx, customer: Customer, now: i64) -> Result<bool, DbError> {
    const PARTY: &str = "insert into party (id, kind, name, given_name) values ($1, $2, $3, $4)
        on conflict (id) do update set kind = excluded.kind, name = excluded.name, given_name = excluded.given_name";
    const CUSTOMER: &str = "insert into customer (id, party_id, number, since_day, locale, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do update set since_day = excluded.since_day,
        locale = coalesce(customer.locale, excluded.locale)";
    let number: String = customer.number.split_whitespace().collect();
    let Some((party, id)) = ids_of(tx, &number, customer.activation.is_some()).await? else { return Ok(false) };
    let kind = match customer.kind {
        PartyKind::Person => "person",
        PartyKind::Organisation => "organisation",
    };
    on!(tx, c => sqlx::query(PARTY).bind(party.as_bytes().as_slice()).bind(kind).bind(&customer.name)
        .bind(&customer.given_name).execute(&mut **c).await.map(|_| ()))?;
    on!(tx, c => sqlx::query(CUSTOMER).bind(id.as_bytes().as_slice()).bind(party.as_bytes().as_slice()).bind(&number)
        .bind(i64::from(customer.since.days())).bind(customer.language.map(Locale::tag)).bind(now)
        .execute(&mut **c).await.map(|_| ()))?;
    crate::parcels::feed::adopt(tx, id, &number, now).await?;
    if let Some(activation) = customer.activation {
        // Until the end of its day, wherever that ends last.
        let until = Timestamp(i64::from(activation.until.days() + 1) * 86_400_000 + 12 * 3_600_000);
        keep_activation(tx, id, &activation.hash, until, Timestamp(now)).await?;
    }
    for held in customer.accounts {
        write_held(tx, id, held, customer.since, now).await?;
    }
    Ok(true)
}

/// The ids of who has a number. Of a number whose customer was erased none, so that what is sent again of them brings nothing
/// back; until the institution invites somebody under it anew, who is then somebody else.
async fn ids_of(
    tx: &mut Tx,
    number: &str,
    invited: bool,
) -> Result<Option<(Id<kind::Party>, Id<kind::Customer>)>, DbError> {
    const NOW: &str = "select party_id, id from customer where number = $1";
    const TAKEN: &str = "select count(*) from customer where id = $1";
    let now: Option<(Vec<u8>, Vec<u8>)> =
        on!(tx, c => sqlx::query_as(NOW).bind(number).fetch_optional(&mut **c).await)?;
    if let Some((party, id)) = now {
        let id = Id::try_from(id).map_err(|_| DbError::Value("customer.id"))?;
        return Ok(Some((Id::try_from(party).map_err(|_| DbError::Value("customer.party_id"))?, id)));
    }
    for life in 0_u32.. {
        let again = life.to_be_bytes();
        let parts = |what: &'static [u8]| match life {
            0 => vec![what, number.as_bytes()],
            _ => vec![what, number.as_bytes(), again.as_slice()],
        };
        let (party, id) = (tx.stable_id(&parts(b"party")), tx.stable_id::<kind::Customer>(&parts(b"customer")));
        let (taken,): (i64,) =
            on!(tx, c => sqlx::query_as(TAKEN).bind(id.as_bytes().as_slice()).fetch_one(&mut **c).await)?;
        if taken == 0 {
            return Ok(Some((party, id)));
        }
        if !invited {
            return Ok(None);
        }
    }
    Ok(None)
}

async fn write_held(
    tx: &mut Tx,
    customer: Id<kind::Customer>,
    held: Held,
    since: Date,
    now: i64,
) -> Result<(), DbError> {
    const ACCOUNT: &str = "insert into account (id, identification, scheme, currency, kind, name, bic, overdraft, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (identification, currency) do update
        set kind = excluded.kind, name = coalesce(excluded.name, account.name), bic = coalesce(excluded.bic, account.bic),
            overdraft = excluded.overdraft
        returning id";
    const HOLDER: &str = "insert into holder (account_id, customer_id, role, label, since_day, until_day)
        values ($1, $2, $3, $4, $5, $6) on conflict (customer_id, account_id) do update
        set role = excluded.role, label = excluded.label, until_day = excluded.until_day";
    let iban = held.identification.parse::<Iban>();
    let scheme = if iban.is_ok() { "IBAN" } else { "OTHER" };
    let identification = iban.map_or(held.identification, |iban| iban.as_str().to_owned());
    let kind = match held.kind {
        Kind::Current => "current",
        Kind::Savings => "savings",
        Kind::Card => "card",
        Kind::Loan => "loan",
        Kind::Custody => "custody",
    };
    let role = match held.role {
        Role::Owner => "owner",
        Role::Joint => "joint",
        Role::Mandate => "mandate",
    };
    let overdraft =
        held.overdraft.and_then(|amount| Money::from_decimal(amount, held.currency).ok()).map_or(0, |m| m.minor);
    // The same id that a statement would have given the account, had it come first.
    let id: Id<kind::Account> =
        tx.stable_id(&[b"account", identification.as_bytes(), held.currency.as_str().as_bytes()]);
    let (account,): (Vec<u8>,) = on!(tx, c => sqlx::query_as(ACCOUNT).bind(id.as_bytes().as_slice()).bind(&identification)
        .bind(scheme).bind(held.currency.as_str()).bind(kind).bind(&held.name).bind(&held.bic).bind(overdraft).bind(now)
        .fetch_one(&mut **c).await)?;
    on!(tx, c => sqlx::query(HOLDER).bind(&account).bind(customer.as_bytes().as_slice()).bind(role).bind(&held.label)
        .bind(i64::from(since.days())).bind(held.until.map(|until| i64::from(until.days()))).execute(&mut **c).await
        .map(|_| ()))?;
    Ok(())
}
