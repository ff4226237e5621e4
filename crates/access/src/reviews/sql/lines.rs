//! The lines of reviews.

use super::super::line::LineRow;
use crate::AccessReviewLineResource;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::{ReadTx, Row as DbRow, StoreError, Value, WriteTx};
use custos_values::{ReviewId, ReviewLineId, UserId};

const COLUMNS: &str = "id, sealed, decision, result";
/// Lines read by id in one statement.
const AT_ONCE: usize = 100;

fn row(row: &DbRow) -> Result<LineRow, StoreError> {
    Ok(LineRow {
        id: ReviewLineId::from_bytes(row.id(0)?),
        sealed: row.bytes(1)?.to_vec(),
        decision: row.bytes_opt(2)?.map(<[u8]>::to_vec),
        result: row.bytes_opt(3)?.map(<[u8]>::to_vec),
    })
}

/// Writes a line down.
pub(crate) async fn insert_line(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, AccessReviewLineResource>,
    (review, reviewer, subject): (ReviewId, Option<UserId>, &[u8; 16]),
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_review_line (org_id, id, review_id, reviewer_id, subject_id, sealed, decided) \
               VALUES ($1, $2, $3, $4, $5, $6, 'open')";
    let values = [
        Value::from(review.as_bytes()),
        Value::from(reviewer),
        Value::from(subject),
        Value::Bytes(sealed),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Which lines of a review.
pub(crate) struct LinesOf {
    /// The review.
    pub(crate) review: ReviewId,
    /// Of one reviewer only.
    pub(crate) reviewer: Option<UserId>,
    /// Only those nobody has decided on.
    pub(crate) open: bool,
    /// After a subject and a line.
    pub(crate) after: Option<([u8; 16], [u8; 16])>,
    /// Most.
    pub(crate) limit: i64,
}

/// Lines in the order of those they are about, each with the id of that.
pub(crate) async fn lines_of(
    tx: &mut ReadTx,
    caller: &Caller,
    of: &LinesOf,
) -> Result<Vec<([u8; 16], LineRow)>, StoreError> {
    let mut sql = format!(
        "SELECT {COLUMNS}, subject_id FROM access_review_line WHERE org_id = $1 AND review_id = $2"
    );
    let mut values = vec![Value::from(of.review.as_bytes())];
    if let Some(reviewer) = of.reviewer {
        values.push(Value::from(reviewer));
        sql.push_str(&format!(" AND reviewer_id = ${}", values.len() + 1));
    }
    if of.open {
        sql.push_str(" AND decided = 'open'");
    }
    if let Some((subject, id)) = &of.after {
        values.push(Value::from(subject));
        values.push(Value::from(id));
        let at = values.len();
        sql.push_str(&format!(
            " AND (subject_id > ${at} OR (subject_id = ${at} AND id > ${}))",
            at + 1
        ));
    }
    values.push(Value::Int(of.limit));
    sql.push_str(&format!(
        " ORDER BY subject_id, id LIMIT ${}",
        values.len() + 1
    ));
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.iter().map(|it| Ok((it.id(4)?, row(it)?))).collect()
}

/// Lines of a review by id, within a transaction. Nobody else changes them until it ends.
pub(crate) async fn lines_by_id(
    tx: &mut WriteTx<'_>,
    review: ReviewId,
    ids: &[ReviewLineId],
) -> Result<Vec<LineRow>, StoreError> {
    let places: Vec<String> = (0..AT_ONCE).map(|at| format!("${}", at + 3)).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM access_review_line WHERE org_id = $1 AND review_id = $2 AND id IN ({}) ORDER BY id",
        places.join(", ")
    );
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        let mut values = vec![Value::from(review.as_bytes())];
        // Nothing has an empty id: the rest of the places finds nothing.
        values.extend((0..AT_ONCE).map(|at| match chunk.get(at) {
            Some(id) => Value::from(id.as_bytes()),
            None => Value::Bytes(Vec::new()),
        }));
        for it in tx.lookup(&sql, &values).await? {
            found.push(row(&it)?);
        }
    }
    Ok(found)
}

/// The next lines nothing came of yet.
pub(crate) async fn unsettled(
    tx: &mut ReadTx,
    caller: &Caller,
    review: ReviewId,
    limit: i64,
) -> Result<Vec<LineRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access_review_line WHERE org_id = $1 AND review_id = $2 AND outcome IS NULL \
         ORDER BY subject_id, id LIMIT $3"
    );
    let values = [Value::from(review.as_bytes()), Value::Int(limit)];
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.iter().map(row).collect()
}

/// Notes a decision, in the place of the one before, or takes it back: false if something came of the line already.
pub(crate) async fn decide(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, AccessReviewLineResource>,
    (decided, decision): (&'static str, Option<Vec<u8>>),
) -> Result<bool, StoreError> {
    let sql = "UPDATE access_review_line SET decided = $3, decision = $4 \
               WHERE org_id = $1 AND id = $2 AND outcome IS NULL";
    let values = [Value::from(decided), Value::from(decision)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Gives a line that nobody has decided on to another reviewer: false if somebody has.
pub(crate) async fn reassign(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, AccessReviewLineResource>,
    reviewer: Option<UserId>,
    sealed: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE access_review_line SET reviewer_id = $3, sealed = $4 \
               WHERE org_id = $1 AND id = $2 AND decided = 'open' AND outcome IS NULL";
    let values = [Value::from(reviewer), Value::Bytes(sealed)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Notes what came of a line: false if something did before.
pub(crate) async fn settle(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, AccessReviewLineResource>,
    outcome: &'static str,
    result: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE access_review_line SET outcome = $3, result = $4 \
               WHERE org_id = $1 AND id = $2 AND outcome IS NULL";
    let values = [Value::from(outcome), Value::Bytes(result)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// How many lines each reviewer has: who, what was decided, how many.
pub(crate) async fn progress(
    tx: &mut ReadTx,
    caller: &Caller,
    review: ReviewId,
    reviewer: Option<UserId>,
) -> Result<Vec<(Option<UserId>, String, u64)>, StoreError> {
    let mut sql = "SELECT reviewer_id, decided, COUNT(*) FROM access_review_line \
                   WHERE org_id = $1 AND review_id = $2"
        .to_owned();
    let mut values = vec![Value::from(review.as_bytes())];
    if let Some(reviewer) = reviewer {
        values.push(Value::from(reviewer));
        sql.push_str(" AND reviewer_id = $3");
    }
    sql.push_str(" GROUP BY reviewer_id, decided");
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.iter()
        .map(|row| {
            let reviewer = row.id_opt(0)?.map(UserId::from_bytes);
            let count = u64::try_from(row.int(2)?).unwrap_or(0);
            Ok((reviewer, row.text(1)?.to_owned(), count))
        })
        .collect()
}

/// How many lines there are.
pub(crate) async fn count_lines(
    tx: &mut ReadTx,
    caller: &Caller,
    review: ReviewId,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM access_review_line WHERE org_id = $1 AND review_id = $2";
    let rows = tx
        .lookup(caller, sql, &[Value::from(review.as_bytes())])
        .await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// How many lines came to what.
pub(crate) async fn settled_counts(
    tx: &mut ReadTx,
    caller: &Caller,
    review: ReviewId,
) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT outcome, COUNT(*) FROM access_review_line \
               WHERE org_id = $1 AND review_id = $2 AND outcome IS NOT NULL GROUP BY outcome ORDER BY outcome";
    let rows = tx
        .lookup(caller, sql, &[Value::from(review.as_bytes())])
        .await?;
    rows.iter()
        .map(|row| {
            let count = u64::try_from(row.int(1)?).unwrap_or(0);
            Ok((row.text(0)?.to_owned(), count))
        })
        .collect()
}
