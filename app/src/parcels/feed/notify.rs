//! Tells those who asked for it: the van is near, the time has moved, the parcel is delivered.

use super::told::Sum;
use crate::parcels::{
    live,
    model::{About, Span},
};
use guichet_platform::{
    db::{DbError, Tx},
    live::publish,
    on,
};
use guichet_types::{Id, ParcelStatus, Timestamp, kind};

/// The van is near when it has no more stops than this before it.
const NEAR: i64 = 3;

/// What is known of a parcel before news of it is written.
pub(super) struct Before {
    arrival: Option<Span>,
}

impl Before {
    pub(super) async fn read(tx: &mut Tx, id: Id<kind::Parcel>) -> Result<Self, DbError> {
        const GET: &str = "select arrival from shipment where id = $1";
        let row: Option<(Option<String>,)> =
            on!(tx, c => sqlx::query_as(GET).bind(id.as_bytes().as_slice()).fetch_optional(&mut **c).await)?;
        let arrival = row.and_then(|(arrival,)| serde_json::from_str(&arrival?).ok());
        Ok(Self { arrival })
    }

    /// What there is to tell now. A van is near until it was there, a delivery stays one: those are told once.
    fn news(&self, status: ParcelStatus, stops: Option<i64>, sum: &Sum) -> Vec<About> {
        let near = status == ParcelStatus::OutForDelivery && stops.is_some_and(|stops| stops <= NEAR);
        let moved = match (&self.arrival, &sum.arrival) {
            (Some(before), Some(now)) => !status.is_final() && !before.same_time(now),
            _ => false,
        };
        let all = [(About::Near, near), (About::Moved, moved), (About::Delivered, status == ParcelStatus::Delivered)];
        all.into_iter().filter(|(_, is)| *is).map(|(about, _)| about).collect()
    }

    /// Tells whoever wants to know, in the transaction of the news.
    pub(super) async fn tell(
        self,
        tx: &mut Tx,
        id: Id<kind::Parcel>,
        (status, stops): (ParcelStatus, Option<i64>),
        sum: &Sum,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const WHO: &str = "update parcel_notice set told_at = $3
            where shipment_id = $1 and about = $2 and way = 'page' and (told_at is null or about = 'moved')
              and exists (select 1 from parcel_follower f
                where f.customer_id = parcel_notice.customer_id and f.shipment_id = parcel_notice.shipment_id)
            returning customer_id";
        for about in self.news(status, stops, sum) {
            let rows: Vec<(Vec<u8>,)> = on!(tx, c => sqlx::query_as(WHO).bind(id.as_bytes().as_slice())
                .bind(about.as_str()).bind(now.millis()).fetch_all(&mut **c).await)?;
            let mut customers = rows
                .into_iter()
                .map(|(customer,)| customer.try_into().map_err(|_| DbError::Value("parcel_notice.customer_id")))
                .collect::<Result<Vec<Id<kind::Customer>>, _>>()?;
            // The same order for everybody who locks customers' rows.
            customers.sort();
            for customer in customers {
                publish(tx, customer, live::NOTICE, id.as_bytes(), Some(about.as_str().as_bytes()), now).await?;
            }
        }
        Ok(())
    }
}
