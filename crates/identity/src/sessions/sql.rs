//! The table of sessions.

use crate::resources::{OrganisationResource, SessionResource, UserResource};
use custos_kernel::crypto::TokenHash;
use custos_kernel::policy::{Action, Permit, SessionState, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{OrgId, SessionId, Timestamp, UserId};

/// `state` is 0 until the second factor is proven, then 1. `enrolment` is the sealed secret of a second factor that is
/// being set up.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0103_session",
    sql: "CREATE TABLE session (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, token {bytes} NOT NULL,
            state BIGINT NOT NULL, failures BIGINT NOT NULL, enrolment {bytes}, created_at BIGINT NOT NULL,
            last_seen_at BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX session_token ON session (token);
          CREATE INDEX session_account ON session (org_id, user_id)",
};

/// A session as stored.
#[derive(Clone)]
pub(crate) struct SessionRow {
    pub(crate) org: OrgId,
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) token: TokenHash,
    pub(crate) state: SessionState,
    pub(crate) enrolment: Option<Vec<u8>>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
}

pub(crate) async fn by_token(
    tx: &mut ReadTx,
    token: &TokenHash,
) -> Result<Option<SessionRow>, StoreError> {
    let sql = "SELECT org_id, id, user_id, state, enrolment, created_at, last_seen_at FROM session WHERE token = $1";
    let rows = tx.before_sign_in(sql, &[Value::from(token.0)]).await?;
    let read = |row: &Row| {
        Ok(SessionRow {
            org: OrgId::from_bytes(row.id(0)?),
            id: SessionId::from_bytes(row.id(1)?),
            user: UserId::from_bytes(row.id(2)?),
            token: *token,
            state: if row.int(3)? == 1 {
                SessionState::Active
            } else {
                SessionState::Pending
            },
            enrolment: row.bytes_opt(4)?.map(<[u8]>::to_vec),
            created_at: row.time(5)?,
            last_seen_at: row.time(6)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Makes a session whose second factor is not yet proven.
pub(crate) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, SessionResource>,
    user: UserId,
    token: &TokenHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (org_id, id, user_id, token, state, failures, created_at, last_seen_at) \
               VALUES ($1, $2, $3, $4, 0, 0, $5, $5)";
    let values = [Value::from(user), Value::from(token.0), Value::from(now)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Completes a sign-in: the session becomes active under a new token. False if it is not pending (any more).
pub(crate) async fn activate(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    before: &TokenHash,
    token: &TokenHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET state = 1, token = $4, enrolment = NULL, last_seen_at = $5 \
               WHERE org_id = $1 AND id = $2 AND token = $3 AND state = 0";
    let values = [
        Value::from(before.0),
        Value::from(token.0),
        Value::from(now),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Keeps the secret of a second factor that is being set up, unless there is one already.
pub(crate) async fn set_enrolment(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    sealed: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET enrolment = $3 WHERE org_id = $1 AND id = $2 AND state = 0 AND enrolment IS NULL";
    Ok(tx.put(permit, sql, &[Value::Bytes(sealed)]).await? == 1)
}

/// Counts a wrong code of a pending session, and ends the session with the last one allowed.
pub(crate) async fn count_failure(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    allowed: i64,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE session SET failures = failures + 1 WHERE org_id = $1 AND id = $2 AND state = 0";
    tx.put(permit, sql, &[]).await?;
    let sql = "DELETE FROM session WHERE org_id = $1 AND id = $2 AND state = 0 AND failures >= $3";
    Ok(tx.put(permit, sql, &[Value::Int(allowed)]).await? == 1)
}

pub(crate) async fn seen(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE session SET last_seen_at = $3 WHERE org_id = $1 AND id = $2 AND last_seen_at < $3";
    tx.put(permit, sql, &[Value::from(at)]).await.map(|_| ())
}

/// Ends one session.
pub(crate) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, SessionResource>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[]).await.map(|_| ())
}

/// Ends an account's sessions, except one if so wished.
pub(crate) async fn delete_of_user<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    except: Option<SessionId>,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND user_id = $2 AND id <> $3";
    let except = except.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    tx.put(permit, sql, &[Value::Bytes(except)]).await
}

/// Removes what no token opens any more.
pub(super) async fn delete_expired(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, OrganisationResource>,
    unseen_since: Timestamp,
    made_before: Timestamp,
    pending_before: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND org_id = $2 \
               AND (last_seen_at <= $3 OR created_at <= $4 OR (state = 0 AND created_at <= $5))";
    let values = [
        Value::from(unseen_since),
        Value::from(made_before),
        Value::from(pending_before),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}
