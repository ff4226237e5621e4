//! The table of what was set about rules.

use super::Rule;
use crate::resources::RuleResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp};

/// One row per rule that somebody has changed.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0322_audit_rule",
    sql: "CREATE TABLE audit_rule (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, enabled BIGINT NOT NULL, parameters TEXT NOT NULL,
            updated_at BIGINT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// What was set about one rule.
pub(super) struct RuleRow {
    pub(super) id: [u8; 16],
    pub(super) enabled: bool,
    pub(super) parameters: String,
    pub(super) version: i64,
}

fn rule(row: &Row) -> Result<RuleRow, StoreError> {
    Ok(RuleRow {
        id: row.id(0)?,
        enabled: row.int(1)? != 0,
        parameters: row.text(2)?.to_owned(),
        version: row.int(3)?,
    })
}

/// What was set about all rules.
pub(super) async fn all(tx: &mut ReadTx, org: OrgId) -> Result<Vec<RuleRow>, StoreError> {
    let sql = "SELECT id, enabled, parameters, version FROM audit_rule WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    rows.iter().map(rule).collect()
}

/// Sets a rule as of a version: 0 makes its row.
pub(super) async fn set(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, RuleResource>,
    rule: &Rule,
    enabled: bool,
    parameters: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    debug_assert_eq!(*permit.record(), rule.id());
    let values = [
        Value::from(enabled),
        Value::from(parameters),
        Value::from(now),
    ];
    if permit.version() == 0 {
        let sql = "INSERT INTO audit_rule (org_id, id, enabled, parameters, updated_at, version) \
                   VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (org_id, id) DO NOTHING";
        return match tx.put(permit, sql, &values).await? {
            1 => Ok(()),
            _ => Err(StoreError::Stale),
        };
    }
    let sql = "UPDATE audit_rule SET enabled = $4, parameters = $5, updated_at = $6, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &values).await
}
