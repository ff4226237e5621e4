//! The tables of rules, requests, votes and delegations.

use crate::ApprovalRulesResource;
use custos_kernel::policy::{Permit, actions};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::Timestamp;

/// `rules` is JSON. Of a request, `content`, `described` and `reason` are sealed; `digest` is that of the content; `steps` is
/// JSON. `step` is the one it waits in. `state`: `open`, `approved`, `refused`, `withdrawn`, `expired`, `executing`,
/// `executed`, `failed`. One person votes once and is voted for once in a request.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0501_approvals",
    sql: "CREATE TABLE approval_rules (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, rules TEXT NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE TABLE approval (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, requester_id {bytes} NOT NULL, operation TEXT NOT NULL,
            digest {bytes} NOT NULL, content {bytes} NOT NULL, described {bytes} NOT NULL, reason {bytes} NOT NULL,
            steps TEXT NOT NULL, step BIGINT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL, ended_at BIGINT, ended_by {bytes}, version BIGINT NOT NULL,
            PRIMARY KEY (org_id, id));
          CREATE INDEX approval_state ON approval (org_id, state, expires_at);
          CREATE INDEX approval_requester ON approval (org_id, requester_id, id);
          CREATE TABLE approval_vote (
            org_id {bytes} NOT NULL, approval_id {bytes} NOT NULL, voter_id {bytes} NOT NULL, seat_id {bytes} NOT NULL,
            step BIGINT NOT NULL, approves BIGINT NOT NULL, note {bytes}, at BIGINT NOT NULL,
            PRIMARY KEY (org_id, approval_id, voter_id));
          CREATE UNIQUE INDEX approval_vote_seat ON approval_vote (org_id, approval_id, seat_id);
          CREATE TABLE approval_delegation (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, delegate_id {bytes} NOT NULL, from_at BIGINT NOT NULL,
            until_at BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// The rules as stored, and their version.
pub(super) async fn rules(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, ApprovalRulesResource>,
) -> Result<Option<(String, i64)>, StoreError> {
    let sql = "SELECT rules, version FROM approval_rules WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    rows.first()
        .map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
        .transpose()
}

/// Stores the rules after those of a version (0 for none): false if there are others meanwhile.
pub(super) async fn put_rules(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ApprovalRulesResource>,
    version: i64,
    rules: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO approval_rules (org_id, id, rules, updated_at, version) VALUES ($1, $2, $3, $4, $5 + 1) \
               ON CONFLICT (org_id, id) DO UPDATE SET rules = excluded.rules, updated_at = excluded.updated_at, \
               version = excluded.version WHERE approval_rules.version = $5";
    let values = [Value::from(rules), Value::from(now), Value::Int(version)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
