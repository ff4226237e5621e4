//! The table of engagements of external auditors.

use crate::resources::ExternalAuditorResource;
use custos_kernel::policy::{Action, Engagement, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

/// One row per external auditor; the account is one like others. `firm` is sealed.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0195_account_engagement",
    sql: "CREATE TABLE account_engagement (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, firm {bytes} NOT NULL, log_from BIGINT NOT NULL,
            log_to BIGINT NOT NULL, ends_at BIGINT NOT NULL, invited_by {bytes} NOT NULL, created_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// An engagement as stored.
pub(super) struct EngagementRow {
    pub(super) id: UserId,
    pub(super) firm: Vec<u8>,
    pub(super) engagement: Engagement,
    pub(super) invited_by: UserId,
    pub(super) created_at: Timestamp,
    pub(super) version: i64,
}

fn engagement(row: &Row, first: usize) -> Result<Engagement, StoreError> {
    Ok(Engagement {
        from: row.time(first)?,
        to: row.time(first + 1)?,
        ends_at: row.time(first + 2)?,
    })
}

/// What everybody from outside was asked to look at.
pub(crate) async fn engagements(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<BTreeMap<UserId, Engagement>, StoreError> {
    let sql = "SELECT id, log_from, log_to, ends_at FROM account_engagement WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    rows.iter()
        .map(|row| Ok((UserId::from_bytes(row.id(0)?), engagement(row, 1)?)))
        .collect()
}

const ENGAGEMENT: &str = "SELECT id, firm, log_from, log_to, ends_at, invited_by, created_at, version \
                          FROM account_engagement WHERE org_id = $1";

fn engagement_row(row: &Row) -> Result<EngagementRow, StoreError> {
    Ok(EngagementRow {
        id: UserId::from_bytes(row.id(0)?),
        firm: row.bytes(1)?.to_vec(),
        engagement: engagement(row, 2)?,
        invited_by: UserId::from_bytes(row.id(5)?),
        created_at: row.time(6)?,
        version: row.int(7)?,
    })
}

/// All of them, newest first.
pub(super) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, ExternalAuditorResource>,
) -> Result<Vec<EngagementRow>, StoreError> {
    let sql = format!("{ENGAGEMENT} ORDER BY created_at DESC, id");
    let rows = tx.lookup(scope.caller(), &sql, &[]).await?;
    rows.iter().map(engagement_row).collect()
}

/// The firm somebody comes from, sealed.
pub(crate) async fn firm(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT firm FROM account_engagement WHERE org_id = $1 AND id = $2";
    let values = [Value::from(&org.as_bytes()[..]), Value::from(user)];
    let rows = tx.before_sign_in(sql, &values).await?;
    rows.first()
        .map(|row| row.bytes(0).map(<[u8]>::to_vec))
        .transpose()
}

/// One of them, within a transaction.
pub(super) async fn one(
    tx: &mut WriteTx<'_>,
    id: UserId,
) -> Result<Option<EngagementRow>, StoreError> {
    let sql = format!("{ENGAGEMENT} AND id = $2");
    let rows = tx.lookup(&sql, &[Value::from(id)]).await?;
    rows.first().map(engagement_row).transpose()
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, ExternalAuditorResource>,
    firm: Vec<u8>,
    engagement: &Engagement,
    invited_by: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO account_engagement (org_id, id, firm, log_from, log_to, ends_at, invited_by, created_at, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)";
    let values = [
        Value::Bytes(firm),
        Value::from(engagement.from),
        Value::from(engagement.to),
        Value::from(engagement.ends_at),
        Value::from(invited_by),
        Value::from(now),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Sets what somebody is asked to look at, and until when, as of the permit's version.
pub(super) async fn update<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, ExternalAuditorResource>,
    engagement: &Engagement,
) -> Result<(), StoreError> {
    let sql = "UPDATE account_engagement SET log_from = $4, log_to = $5, ends_at = $6, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [
        Value::from(engagement.from),
        Value::from(engagement.to),
        Value::from(engagement.ends_at),
    ];
    tx.change(permit, sql, &values).await
}
