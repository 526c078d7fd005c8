//! What parcels say of somebody who was erased. What is told is kept with a word that somebody was taken out of it, so that
//! what the carrier says again later is left out as well.

use crate::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Id, kind};
use serde_json::{Map, Value};

/// The word in what was told of a party that says that they were erased.
pub const ERASED: &str = "erased";

/// Of which end of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who it goes to.
    Recipient,
    /// Who it comes from.
    Sender,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Sender => "sender",
        }
    }
}

/// Takes one end of a parcel out of everything that was told of it: name, town, postcode and customer number; of a recipient also
/// the sender's reference and the code for handing over. The country stays.
///
/// # Errors
/// What the database says.
pub async fn hide(tx: &mut Tx, number: &str, side: Side) -> Result<(), DbError> {
    const TOLD: &str = "select id, facts from shipment_told where number = $1";
    const SET: &str = "update shipment_told set facts = $2 where id = $1";
    let told: Vec<(Vec<u8>, String)> = on!(tx, c => sqlx::query_as(TOLD).bind(number).fetch_all(&mut **c).await)?;
    for (id, facts) in told {
        // What is no JSON can be no party either.
        let Ok(Value::Object(mut facts)) = serde_json::from_str::<Value>(&facts) else { continue };
        let country = facts.get(side.name()).and_then(|party| party.get("country")).cloned();
        let mut party = Map::new();
        for word in ["name", "city", "postcode", "customer"] {
            party.insert(word.to_owned(), Value::Null);
        }
        party.insert("country".to_owned(), country.unwrap_or(Value::Null));
        party.insert(ERASED.to_owned(), Value::Bool(true));
        facts.insert(side.name().to_owned(), Value::Object(party));
        if side == Side::Recipient {
            facts.insert("reference".to_owned(), Value::Null);
            facts.remove("handover_code");
        }
        let text = Value::Object(facts).to_string();
        on!(tx, c => sqlx::query(SET).bind(&id).bind(&text).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Takes out of the events of a parcel what says where its recipient lives, who signed, and the carrier's free words. An event
/// that it shares with a parcel of somebody else stays as it is.
///
/// # Errors
/// What the database says.
pub async fn hush(tx: &mut Tx, number: &str) -> Result<(), DbError> {
    const HUSH: &str = "update parcel_event set signed_by = null, words = null, place_name = null, place_lat = null,
          place_lon = null, place_city = case when status = 'delivered' then null else place_city end
        where id in (select n.event_id from parcel_event_number n where n.number = $1)
          and not exists (select 1 from parcel_event_number o join shipment s on s.number = o.number
            where o.event_id = parcel_event.id and o.number <> $1
              and (s.recipient_name is not null or s.recipient_postcode is not null or s.recipient_customer is not null))";
    on!(tx, c => sqlx::query(HUSH).bind(number).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}

/// Takes a customer out of the next parcels that they receive or send; the links to those that they receive end, whoever made
/// them. Gives back how many parcels that were: nought when there is none left.
pub(super) async fn let_go(tx: &mut Tx, customer: &[u8]) -> Result<usize, DbError> {
    const RECEIVED: &str =
        "select id, number from shipment where recipient_customer = (select number from customer where id = $1)
          or id in (select shipment_id from parcel_follower where customer_id = $1 and role = 'recipient') limit 50";
    const SENT: &str =
        "select id, number from shipment where sender_customer = (select number from customer where id = $1)
          or id in (select shipment_id from parcel_follower where customer_id = $1 and role = 'sender') limit 50";
    // An empty digest has the parcel worked out again with the next news.
    const RECIPIENT: &str =
        "update shipment set recipient_name = null, recipient_city = null, recipient_postcode = null,
        recipient_customer = null, reference = null, digest = $2 where id = $1";
    const SENDER: &str =
        "update shipment set sender_name = null, sender_city = null, sender_customer = null, digest = $2
        where id = $1";
    const WAYS: [&str; 2] =
        ["delete from parcel_code where shipment_id = $1", "delete from parcel_share where shipment_id = $1"];
    const UNFOLLOW: &str = "delete from parcel_follower where shipment_id = $1 and customer_id = $2 and role = $3";
    let mut done = 0;
    for (side, find, set) in [(Side::Recipient, RECEIVED, RECIPIENT), (Side::Sender, SENT, SENDER)] {
        let parcels: Vec<(Vec<u8>, String)> =
            on!(tx, c => sqlx::query_as(find).bind(customer).fetch_all(&mut **c).await)?;
        done += parcels.len();
        for (id, number) in parcels {
            hide(tx, &number, side).await?;
            on!(tx, c => sqlx::query(set).bind(&id).bind(Vec::<u8>::new()).execute(&mut **c).await.map(|_| ()))?;
            if side == Side::Recipient {
                super::run(tx, WAYS, &id).await?;
                hush(tx, &number).await?;
                // Whoever looks at it without being signed in.
                let parcel: Id<kind::Parcel> = id.clone().try_into().map_err(|_| DbError::Value("shipment.id"))?;
                crate::live::wake(tx, parcel).await?;
            }
            on!(tx, c => sqlx::query(UNFOLLOW).bind(&id).bind(customer).bind(side.name()).execute(&mut **c).await
                .map(|_| ()))?;
        }
    }
    Ok(done)
}
