//! The tables of factors and of challenges that were used.

use super::model::Factor;
use crate::resources::{FactorResource, UserResource};
use crate::schema::FactorKind;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{FactorId, OrgId, Timestamp, UserId};
use std::collections::{BTreeSet, HashMap};

/// `name` and `secret` are sealed. `credential` is the hash of a passkey's credential id, by which it is found. `counter`
/// is the last step of an app that was accepted, or the signature counter of a passkey.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0110_factor",
    sql: "CREATE TABLE factor (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, kind TEXT NOT NULL, name {bytes},
            secret {bytes} NOT NULL, credential {bytes}, counter BIGINT NOT NULL, created_at BIGINT NOT NULL,
            last_used_at BIGINT, PRIMARY KEY (org_id, id));
          CREATE INDEX factor_account ON factor (org_id, user_id);
          CREATE UNIQUE INDEX factor_credential ON factor (org_id, credential);
          CREATE TABLE used_challenge (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, expires_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, id)) {clustered}",
};

const FACTOR: &str =
    "SELECT id, user_id, kind, name, secret, counter, created_at, last_used_at FROM factor";

fn org_value(org: OrgId) -> Value {
    Value::from(&org.as_bytes()[..])
}

/// Kinds this build does not know are passed over: nothing can be proven by them here.
fn factors(rows: &[Row]) -> Result<Vec<Factor>, StoreError> {
    let mut factors = Vec::new();
    for row in rows {
        let Some(kind) = FactorKind::from_name(row.text(2)?) else {
            continue;
        };
        factors.push(Factor {
            id: FactorId::from_bytes(row.id(0)?),
            user: UserId::from_bytes(row.id(1)?),
            kind,
            name: row.bytes_opt(3)?.map(<[u8]>::to_vec),
            secret: row.bytes(4)?.to_vec(),
            counter: row.int(5)?,
            created_at: row.time(6)?,
            last_used_at: row.time_opt(7)?,
        });
    }
    Ok(factors)
}

/// The factors of an account, in the order they were added.
pub(crate) async fn of_user(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<Vec<Factor>, StoreError> {
    let sql = format!("{FACTOR} WHERE org_id = $1 AND user_id = $2 ORDER BY id");
    let values = [org_value(org), Value::from(user)];
    factors(&tx.before_sign_in(&sql, &values).await?)
}

/// The same, within a transaction.
pub(crate) async fn of_user_within(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<Vec<Factor>, StoreError> {
    let sql = format!("{FACTOR} WHERE org_id = $1 AND user_id = $2 ORDER BY id");
    factors(&tx.lookup(&sql, &[Value::from(user)]).await?)
}

/// The passkey with a credential id, given its hash.
pub(crate) async fn by_credential(
    tx: &mut ReadTx,
    org: OrgId,
    credential: [u8; 32],
) -> Result<Option<Factor>, StoreError> {
    let sql = format!("{FACTOR} WHERE org_id = $1 AND credential = $2");
    let values = [org_value(org), Value::from(credential)];
    let mut found = factors(&tx.before_sign_in(&sql, &values).await?)?;
    Ok(found.pop())
}

/// Which kinds of factors each account of the organisation has.
pub(crate) async fn kinds_of_all(
    tx: &mut ReadTx,
    caller: &Caller,
) -> Result<HashMap<UserId, BTreeSet<FactorKind>>, StoreError> {
    let sql = "SELECT DISTINCT user_id, kind FROM factor WHERE org_id = $1";
    let mut kinds: HashMap<UserId, BTreeSet<FactorKind>> = HashMap::new();
    for row in tx.lookup(caller, sql, &[]).await? {
        if let Some(kind) = FactorKind::from_name(row.text(1)?) {
            let user = UserId::from_bytes(row.id(0)?);
            kinds.entry(user).or_default().insert(kind);
        }
    }
    Ok(kinds)
}

/// A factor about to be added.
pub(crate) struct NewFactor {
    pub(crate) user: UserId,
    pub(crate) kind: FactorKind,
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) secret: Vec<u8>,
    pub(crate) credential: Option<[u8; 32]>,
    pub(crate) counter: i64,
    pub(crate) now: Timestamp,
}

const INSERT: &str = "INSERT INTO factor (org_id, id, user_id, kind, name, secret, credential, counter, created_at, last_used_at)";

fn values(new: NewFactor) -> [Value; 7] {
    [
        Value::from(new.user),
        Value::from(new.kind.name()),
        Value::from(new.name),
        Value::Bytes(new.secret),
        Value::from(new.credential.map(|hash| hash.to_vec())),
        Value::Int(new.counter),
        Value::from(new.now),
    ]
}

/// Adds a factor.
///
/// # Errors
/// [`StoreError::Duplicate`] when the passkey belongs to an account already.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, FactorResource>,
    new: NewFactor,
) -> Result<(), StoreError> {
    let sql = format!("{INSERT} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)");
    tx.put(permit, &sql, &values(new)).await.map(|_| ())
}

/// Adds the first factor of an account: false if it has one. The account's row must be held by the transaction.
pub(crate) async fn insert_first(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, FactorResource>,
    new: NewFactor,
) -> Result<bool, StoreError> {
    if !of_user_within(tx, new.user).await?.is_empty() {
        return Ok(false);
    }
    insert(tx, permit, new).await?;
    Ok(true)
}

/// Accepts a step of an app: false if it, or a later one, was accepted before. Of many at once, one is told true.
pub(crate) async fn use_totp_step(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, FactorResource>,
    step: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE factor SET counter = $3, last_used_at = $4 WHERE org_id = $1 AND id = $2 AND kind = 'totp' \
               AND counter < $3";
    let values = [Value::Int(step), Value::from(now)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// A passkey was used: false if its counter is no longer what the signature was judged by.
pub(crate) async fn use_passkey(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, FactorResource>,
    before: i64,
    counter: i64,
    secret: Vec<u8>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE factor SET counter = $3, secret = $4, last_used_at = $5 WHERE org_id = $1 AND id = $2 \
               AND kind = 'passkey' AND counter = $6";
    let values = [
        Value::Int(counter),
        Value::Bytes(secret),
        Value::from(now),
        Value::Int(before),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

pub(super) async fn rename(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, FactorResource>,
    user: UserId,
    name: Option<Vec<u8>>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE factor SET name = $4 WHERE org_id = $1 AND id = $2 AND user_id = $3";
    let values = [Value::from(user), Value::from(name)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, FactorResource>,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM factor WHERE org_id = $1 AND id = $2 AND user_id = $3";
    Ok(tx.put(permit, sql, &[Value::from(user)]).await? == 1)
}

/// Takes an account's factors away, all or those of one kind.
pub(super) async fn delete_of_user<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    kind: Option<FactorKind>,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM factor WHERE org_id = $1 AND user_id = $2 AND ($3 = '' OR kind = $3)";
    let kind = kind.map_or("", FactorKind::name);
    tx.put(permit, sql, &[Value::from(kind)]).await
}

/// Uses a challenge up: false if it was used before. Of many at once, one is told true. The permit is for the
/// challenge's id.
pub(crate) async fn use_challenge(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, FactorResource>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM used_challenge WHERE org_id = $1 AND id <> $2 AND expires_at <= $3";
    tx.put(permit, sql, &[Value::from(now)]).await?;
    let sql = "INSERT INTO used_challenge (org_id, id, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.put(permit, sql, &[Value::from(expires_at)]).await? == 1)
}
