//! The tables of one-time codes.

use crate::resources::UserResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, StoreError, Value, WriteTx};
use custos_values::{SessionId, Timestamp, UserId};

/// `code` is a keyed hash, `value` what the code proves, sealed (a new address). `one_time_code_sent` is what the daily
/// limits are counted by; `destination` is a keyed hash.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0124_one_time_code",
    sql: "CREATE TABLE one_time_code (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, purpose TEXT NOT NULL, session_id {bytes} NOT NULL,
            code BIGINT NOT NULL, value {bytes}, failures BIGINT NOT NULL, expires_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, user_id, purpose));
          CREATE TABLE one_time_code_sent (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, sent_at BIGINT NOT NULL, destination BIGINT NOT NULL,
            PRIMARY KEY (org_id, user_id, sent_at)) {clustered};
          CREATE INDEX one_time_code_destination ON one_time_code_sent (org_id, destination, sent_at)",
};

/// A code about to be sent.
pub(super) struct NewCode {
    pub(super) purpose: &'static str,
    pub(super) session: SessionId,
    pub(super) code: i64,
    pub(super) value: Option<Vec<u8>>,
    pub(super) expires_at: Timestamp,
}

/// Stores a code; the one before for the same purpose no longer works.
pub(super) async fn put(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    new: NewCode,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO one_time_code (org_id, user_id, purpose, session_id, code, value, failures, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, $7) \
               ON CONFLICT (org_id, user_id, purpose) DO UPDATE SET session_id = excluded.session_id, \
               code = excluded.code, value = excluded.value, failures = 0, expires_at = excluded.expires_at";
    let values = [
        Value::from(new.purpose),
        Value::from(new.session.as_bytes()),
        Value::Int(new.code),
        Value::from(new.value),
        Value::from(new.expires_at),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// When the account was sent its last code, how many it was sent since a moment, and how many the destination was.
pub(super) async fn sent_since(
    tx: &mut WriteTx<'_>,
    user: UserId,
    destination: i64,
    since: Timestamp,
) -> Result<(Option<Timestamp>, i64, i64), StoreError> {
    let sql = "SELECT MAX(sent_at), COUNT(*) FROM one_time_code_sent WHERE org_id = $1 AND user_id = $2 AND sent_at > $3";
    let rows = tx
        .lookup(sql, &[Value::from(user), Value::from(since)])
        .await?;
    let (last, of_user) = match rows.first() {
        Some(row) => (row.time_opt(0)?, row.int(1)?),
        None => (None, 0),
    };
    let sql = "SELECT COUNT(*) FROM one_time_code_sent WHERE org_id = $1 AND destination = $2 AND sent_at > $3";
    let rows = tx
        .lookup(sql, &[Value::Int(destination), Value::from(since)])
        .await?;
    let of_destination = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok((last, of_user, of_destination))
}

/// Counts a code as sent, and forgets those of days before.
pub(super) async fn count(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    destination: i64,
    now: Timestamp,
    since: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM one_time_code_sent WHERE org_id = $1 AND user_id = $2 AND sent_at <= $3";
    tx.put(permit, sql, &[Value::from(since)]).await?;
    let sql = "INSERT INTO one_time_code_sent (org_id, user_id, sent_at, destination) VALUES ($1, $2, $3, $4)";
    tx.put(permit, sql, &[Value::from(now), Value::Int(destination)])
        .await
        .map(|_| ())
}

/// What a code proves, before it is used up.
pub(super) async fn value(
    tx: &mut WriteTx<'_>,
    user: UserId,
    purpose: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM one_time_code WHERE org_id = $1 AND user_id = $2 AND purpose = $3";
    let rows = tx
        .lookup(sql, &[Value::from(user), Value::from(purpose)])
        .await?;
    match rows.first() {
        Some(row) => Ok(row.bytes_opt(0)?.map(<[u8]>::to_vec)),
        None => Ok(None),
    }
}

/// Uses a code up: of many at once, one is told true.
pub(super) async fn take(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    purpose: &str,
    session: SessionId,
    code: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM one_time_code WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND session_id = $4 \
               AND code = $5 AND expires_at > $6";
    let values = [
        Value::from(purpose),
        Value::from(session.as_bytes()),
        Value::Int(code),
        Value::from(now),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Counts a wrong try, and takes the code away with the last one allowed.
pub(super) async fn count_failure(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    purpose: &str,
    allowed: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE one_time_code SET failures = failures + 1 WHERE org_id = $1 AND user_id = $2 AND purpose = $3";
    tx.put(permit, sql, &[Value::from(purpose)]).await?;
    let sql = "DELETE FROM one_time_code WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND failures >= $4";
    tx.put(permit, sql, &[Value::from(purpose), Value::Int(allowed)])
        .await
        .map(|_| ())
}
