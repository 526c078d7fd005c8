//! What only this feed has to note, with an id of its own, so that noting it again changes nothing.

use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Id, Timestamp, kind};

/// A thing that no customer of this portal may see: it is kept and shown to nobody.
pub(super) async fn insert_unmapped(
    tx: &mut Tx,
    document: Id<kind::Document>,
    at: Timestamp,
    place: &str,
    customer: Option<&str>,
) -> Result<(), DbError> {
    const ADD: &str = "insert into finding (id, document_id, check_name, severity, place, actual, message, found_at)
        values ($1, $2, 'unmapped_customer', 'info', $3, $4, 'No customer of this number: it is kept and shown to nobody.', $5)
        on conflict (id) do nothing";
    let id: Id<()> = tx.stable_id(&[b"unmapped", document.as_bytes(), place.as_bytes()]);
    on!(tx, c => sqlx::query(ADD).bind(id.as_bytes().as_slice()).bind(document.as_bytes().as_slice()).bind(place)
        .bind(customer).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    Ok(())
}
