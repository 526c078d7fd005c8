//! Statements hang together: the opening of one is the closing of the one before, and the numbers leave none out.
//!
//! Looked at again whenever a statement comes, with the neighbours on both sides, so that a late file closes the finding
//! that its absence had made, in whatever order files come.

use guichet_platform::{
    db::{DbError, Tx},
    on,
};
use guichet_types::{Id, Timestamp, kind};

#[derive(sqlx::FromRow)]
struct Link {
    id: Vec<u8>,
    document_id: Vec<u8>,
    electronic_seq: Option<String>,
    opening: Option<i64>,
    closing: Option<i64>,
}

/// Looks at the statement and the one behind it.
pub(super) async fn check(
    tx: &mut Tx,
    account: Id<kind::Account>,
    statement: Id<kind::Statement>,
    at: Timestamp,
) -> Result<(), DbError> {
    const AROUND: &str = "select id, document_id, electronic_seq, opening, closing from statement
        where account_id = $1 and kind = 'statement' and closing is not null and closing_day between
          coalesce((select max(b.closing_day) from statement b where b.account_id = $1 and b.kind = 'statement'
            and b.closing is not null and b.closing_day < (select t.closing_day from statement t where t.id = $2)),
            (select t.closing_day from statement t where t.id = $2))
          and coalesce((select min(n.closing_day) from statement n where n.account_id = $1 and n.kind = 'statement'
            and n.closing is not null and n.closing_day > (select t.closing_day from statement t where t.id = $2)),
            (select t.closing_day from statement t where t.id = $2))
        order by closing_day, coalesce(page, 0), coalesce(created_at, 0), id limit 100";
    let links: Vec<Link> = on!(tx, c => sqlx::query_as(AROUND).bind(account.as_bytes().as_slice())
        .bind(statement.as_bytes().as_slice()).fetch_all(&mut **c).await)?;
    for pair in links.windows(2) {
        let [before, after] = pair else { continue };
        let continuous = before.closing == after.opening || after.opening.is_none();
        let words = (before.closing, after.opening);
        let message = "The opening balance is not the closing balance of the statement before.";
        settle(tx, account, after, "continuity_break", continuous, words, message, at).await?;
        let number = |link: &Link| link.electronic_seq.as_deref().and_then(|seq| seq.parse::<i64>().ok());
        if let (Some(one), Some(two)) = (number(before), number(after)) {
            // A new year begins again at one.
            let follows = two == one + 1 || two == one || two == 1;
            let message = "Statement numbers leave one out.";
            settle(tx, account, after, "sequence_gap", follows, (Some(one + 1), Some(two)), message, at).await?;
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the columns of a finding")]
async fn settle(
    tx: &mut Tx,
    account: Id<kind::Account>,
    link: &Link,
    check: &'static str,
    holds: bool,
    (expected, actual): (Option<i64>, Option<i64>),
    message: &'static str,
    at: Timestamp,
) -> Result<(), DbError> {
    const OPEN: &str = "insert into finding (id, document_id, account_id, statement_id, check_name, severity, place,
          expected, actual, message, found_at) values ($1, $2, $3, $4, $5, 'warn', '', $6, $7, $8, $9)
        on conflict (id) do update set expected = excluded.expected, actual = excluded.actual, resolved_at = null";
    const CLOSE: &str = "update finding set resolved_at = $2 where id = $1 and resolved_at is null";
    let id: Id<()> = tx.stable_id(&[b"chain", check.as_bytes(), &link.id]);
    let id = id.as_bytes().as_slice();
    if holds {
        on!(tx, c => sqlx::query(CLOSE).bind(id).bind(at.millis()).execute(&mut **c).await.map(|_| ()))?;
    } else {
        let text = |number: Option<i64>| number.map(|number| number.to_string());
        on!(tx, c => sqlx::query(OPEN).bind(id).bind(&link.document_id).bind(account.as_bytes().as_slice())
            .bind(&link.id).bind(check).bind(text(expected)).bind(text(actual)).bind(message).bind(at.millis())
            .execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}
