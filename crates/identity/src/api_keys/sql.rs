//! The table of keys.

use crate::resources::ApiKeyResource;
use crate::security::networks;
use custos_kernel::crypto::TokenHash;
use custos_kernel::policy::{Caller, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{ApiKeyId, OrgId, Timestamp, UserId};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// `secret` is the hash of what was handed out. `name` and `last_used_from` are sealed; `scopes` and `networks` are lists
/// with commas. A key that was rotated is another row: the old one ends when both have run beside each other long enough.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0151_api_key",
    sql: "CREATE TABLE api_key (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, secret {bytes} NOT NULL,
            name {bytes} NOT NULL, scopes TEXT NOT NULL, networks TEXT NOT NULL, created_by {bytes} NOT NULL,
            created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, last_used_at BIGINT, last_used_from {bytes},
            PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX api_key_secret ON api_key (secret)",
};

/// A key as stored.
pub(super) struct KeyRow {
    pub(super) org: OrgId,
    pub(super) id: ApiKeyId,
    pub(super) user: UserId,
    pub(super) secret: TokenHash,
    pub(super) name: Vec<u8>,
    pub(super) scopes: BTreeSet<String>,
    pub(super) networks: Vec<IpNet>,
    pub(super) created_by: UserId,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) last_used_from: Option<Vec<u8>>,
}

const COLUMNS: &str = "org_id, id, user_id, secret, name, scopes, networks, created_by, created_at, expires_at, \
                       last_used_at, last_used_from";

fn list_of(text: &str) -> Vec<String> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn read(row: &Row) -> Result<KeyRow, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of a key that cannot be read"));
    let mut problems = Vec::new();
    let networks = networks(&list_of(row.text(6)?), "", &mut problems);
    if !problems.is_empty() {
        return Err(corrupt("networks"));
    }
    Ok(KeyRow {
        org: OrgId::from_bytes(row.id(0)?),
        id: ApiKeyId::from_bytes(row.id(1)?),
        user: UserId::from_bytes(row.id(2)?),
        secret: TokenHash(row.bytes(3)?.try_into().map_err(|_| corrupt("secret"))?),
        name: row.bytes(4)?.to_vec(),
        scopes: list_of(row.text(5)?).into_iter().collect(),
        networks,
        created_by: UserId::from_bytes(row.id(7)?),
        created_at: row.time(8)?,
        expires_at: row.time(9)?,
        last_used_at: row.time_opt(10)?,
        last_used_from: row.bytes_opt(11)?.map(<[u8]>::to_vec),
    })
}

/// The key with a secret.
pub(super) async fn by_secret(
    tx: &mut ReadTx,
    secret: &TokenHash,
) -> Result<Option<KeyRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_key WHERE secret = $1");
    let rows = tx.before_sign_in(&sql, &[Value::from(secret.0)]).await?;
    rows.first().map(read).transpose()
}

/// When a key ends; none if there is no such key any more.
pub(crate) async fn expires_at(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ApiKeyId,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT expires_at FROM api_key WHERE org_id = $1 AND id = $2";
    let rows = tx
        .lookup(caller, sql, &[Value::from(&id.as_bytes()[..])])
        .await?;
    rows.first().map(|row| row.time(0)).transpose()
}

/// The keys of an organisation, oldest first.
pub(super) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, ApiKeyResource>,
) -> Result<Vec<KeyRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT k.*, k.user_id AS owner_id FROM api_key k) u \
         WHERE org_id = $1 AND {{scope}} ORDER BY org_id, id"
    );
    let rows = tx.within(scope, &sql, &[]).await?;
    rows.iter().map(read).collect()
}

/// A key, seen from within a transaction.
pub(super) async fn one(tx: &mut WriteTx<'_>, id: ApiKeyId) -> Result<Option<KeyRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_key WHERE org_id = $1 AND id = $2");
    let rows = tx.lookup(&sql, &[Value::from(&id.as_bytes()[..])]).await?;
    rows.first().map(read).transpose()
}

/// How many keys of an account have not ended.
pub(super) async fn count_of(
    tx: &mut WriteTx<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM api_key WHERE org_id = $1 AND user_id = $2 AND expires_at > $3";
    let rows = tx
        .lookup(sql, &[Value::from(user), Value::from(now)])
        .await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// A key about to be made.
pub(super) struct NewKeyRow<'k> {
    pub(super) user: UserId,
    pub(super) secret: TokenHash,
    pub(super) name: Vec<u8>,
    pub(super) scopes: &'k BTreeSet<String>,
    pub(super) networks: &'k [IpNet],
    pub(super) created_by: UserId,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, ApiKeyResource>,
    row: NewKeyRow<'_>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO api_key (org_id, id, user_id, secret, name, scopes, networks, created_by, created_at, \
               expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let scopes: Vec<&str> = row.scopes.iter().map(String::as_str).collect();
    let networks: Vec<String> = row.networks.iter().map(IpNet::to_string).collect();
    let values = [
        Value::from(row.user),
        Value::from(row.secret.0),
        Value::Bytes(row.name),
        Value::from(scopes.join(",")),
        Value::from(networks.join(",")),
        Value::from(row.created_by),
        Value::from(row.now),
        Value::from(row.expires_at),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Lets a key end earlier, never later. False if there is no such key (any more).
pub(super) async fn end_by(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ApiKeyResource>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE api_key SET expires_at = CASE WHEN expires_at < $3 THEN expires_at ELSE $3 END \
               WHERE org_id = $1 AND id = $2";
    Ok(tx.put(permit, sql, &[Value::from(at)]).await? == 1)
}

/// Takes a key away: false if it is gone already.
pub(crate) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, ApiKeyResource>,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM api_key WHERE org_id = $1 AND id = $2";
    Ok(tx.put(permit, sql, &[]).await? == 1)
}

/// Writes down when and from where a key was used.
pub(super) async fn used(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ApiKeyResource>,
    at: Timestamp,
    from: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let sql = "UPDATE api_key SET last_used_at = $3, last_used_from = COALESCE($4, last_used_from) \
               WHERE org_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)";
    tx.put(permit, sql, &[Value::from(at), Value::from(from)])
        .await
        .map(|_| ())
}

/// Who made the keys of a program.
pub(crate) async fn makers(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<BTreeSet<UserId>, StoreError> {
    let sql = "SELECT DISTINCT created_by FROM api_key WHERE org_id = $1 AND user_id = $2";
    let rows = tx.lookup(sql, &[Value::from(user)]).await?;
    rows.iter()
        .map(|row| Ok(UserId::from_bytes(row.id(0)?)))
        .collect()
}
