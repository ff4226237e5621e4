//! The table of addresses.

use super::Kind;
use crate::resources::UserResource;
use custos_kernel::crypto::TokenHash;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp, UserId};
use std::collections::HashMap;

/// `proof` is the hash of the token in the link that was sent to the address: who uses the link proves the address.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0122_account_contact",
    sql: "CREATE TABLE account_contact (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, kind TEXT NOT NULL, value {bytes} NOT NULL,
            verified_at BIGINT, proof {bytes}, PRIMARY KEY (org_id, user_id, kind))",
};

/// An address as stored.
pub(crate) struct ContactRow {
    pub(crate) kind: Kind,
    pub(crate) value: Vec<u8>,
    pub(crate) verified: bool,
}

const COLUMNS: &str =
    "SELECT kind, value, verified_at FROM account_contact WHERE org_id = $1 AND user_id = $2";

fn kind(row: &Row, column: usize) -> Result<Kind, StoreError> {
    Kind::from_name(row.text(column)?)
        .ok_or_else(|| StoreError::Corrupt("an address of an unknown kind".to_owned()))
}

fn contact(row: &Row) -> Result<ContactRow, StoreError> {
    Ok(ContactRow {
        kind: kind(row, 0)?,
        value: row.bytes(1)?.to_vec(),
        verified: row.time_opt(2)?.is_some(),
    })
}

/// The addresses of an account.
pub(crate) async fn of_user(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<Vec<ContactRow>, StoreError> {
    let values = [Value::from(&org.as_bytes()[..]), Value::from(user)];
    let rows = tx.before_sign_in(COLUMNS, &values).await?;
    rows.iter().map(contact).collect()
}

/// As [`of_user`], within a transaction.
pub(crate) async fn of_user_within(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<Vec<ContactRow>, StoreError> {
    let rows = tx.lookup(COLUMNS, &[Value::from(user)]).await?;
    rows.iter().map(contact).collect()
}

/// The kinds of proven addresses of each account of the caller's organisation that has one.
pub(crate) async fn proven_of_all(
    tx: &mut ReadTx,
    caller: &Caller,
) -> Result<HashMap<UserId, Vec<Kind>>, StoreError> {
    let sql =
        "SELECT user_id, kind FROM account_contact WHERE org_id = $1 AND verified_at IS NOT NULL";
    let mut proven: HashMap<UserId, Vec<Kind>> = HashMap::new();
    for row in tx.lookup(caller, sql, &[]).await? {
        let user = UserId::from_bytes(row.id(0)?);
        proven.entry(user).or_default().push(kind(&row, 1)?);
    }
    Ok(proven)
}

/// The kinds of those of an account's addresses that are proven.
pub(crate) fn proven(rows: &[ContactRow]) -> Vec<Kind> {
    let proven = rows.iter().filter(|row| row.verified);
    proven.map(|row| row.kind).collect()
}

/// Stores an address: proven at a moment, or to be proven by a link.
pub(crate) async fn put<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    kind: Kind,
    value: Vec<u8>,
    verified_at: Option<Timestamp>,
    proof: Option<&TokenHash>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO account_contact (org_id, user_id, kind, value, verified_at, proof) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org_id, user_id, kind) DO UPDATE SET \
               value = excluded.value, verified_at = excluded.verified_at, proof = excluded.proof";
    let values = [
        Value::from(kind.name()),
        Value::Bytes(value),
        Value::from(verified_at),
        Value::from(proof.map(|hash| hash.0)),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Removes an address: false if there is none.
pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    kind: Kind,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM account_contact WHERE org_id = $1 AND user_id = $2 AND kind = $3";
    Ok(tx.put(permit, sql, &[Value::from(kind.name())]).await? == 1)
}

/// A link sent to an address was used: the address is proven.
pub(crate) async fn prove_by_link(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    token: &TokenHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE account_contact SET verified_at = $4, proof = NULL \
               WHERE org_id = $1 AND user_id = $2 AND proof = $3";
    tx.put(permit, sql, &[Value::from(token.0), Value::from(now)])
        .await
        .map(|_| ())
}
