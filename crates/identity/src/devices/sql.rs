//! The tables of registered devices and of the roles bound to them.

use super::model::{DeviceKind, DeviceState};
use super::rule::BoundRoles;
use crate::resources::{DeviceResource, DeviceRuleResource, UserResource};
use custos_kernel::crypto::DeviceKey;
use custos_kernel::policy::{Action, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{DeviceId, OrgId, Timestamp, UserId};

/// `key` is a public key and stays when a device is gone, so that it can never be registered again. `state` is 0 in use,
/// 1 lost, 2 removed. `name` and `agent` tell about a person and are sealed; `secret` is what the device needs to open
/// what it keeps: sealed, and gone with the registration. `last_used_at` is written down when a session begins on it.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0160_device",
    sql: "CREATE TABLE device (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, owner_id {bytes} NOT NULL, key {bytes} NOT NULL,
            state BIGINT NOT NULL, kind TEXT NOT NULL, name {bytes} NOT NULL, agent {bytes} NOT NULL, secret {bytes},
            registered_at BIGINT NOT NULL, last_used_at BIGINT NOT NULL, ended_at BIGINT,
            PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX device_key ON device (key);
          CREATE INDEX device_owner ON device (org_id, owner_id);
          CREATE TABLE device_rule (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, roles TEXT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// What verifying a proof needs to know of a device.
#[derive(Clone, Copy)]
pub(crate) struct KnownDevice {
    pub(crate) org: OrgId,
    pub(crate) owner: UserId,
    pub(crate) key: DeviceKey,
    pub(crate) state: DeviceState,
}

/// The device with an id, before it is known who asks.
pub(super) async fn known(
    tx: &mut ReadTx,
    id: DeviceId,
) -> Result<Option<KnownDevice>, StoreError> {
    let sql = "SELECT org_id, owner_id, key, state FROM device WHERE id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(id.as_bytes())])
        .await?;
    let read = |row: &Row| {
        let corrupt = || StoreError::Corrupt("the key of a device".to_owned());
        Ok(KnownDevice {
            org: OrgId::from_bytes(row.id(0)?),
            owner: UserId::from_bytes(row.id(1)?),
            key: DeviceKey::parse(row.bytes(2)?).ok_or_else(corrupt)?,
            state: DeviceState::from_stored(row.int(3)?),
        })
    };
    rows.first().map(read).transpose()
}

/// A device as a list shows it, names still sealed.
pub(super) struct DeviceRow {
    pub(super) id: DeviceId,
    pub(super) state: DeviceState,
    pub(super) kind: DeviceKind,
    pub(super) name: Vec<u8>,
    pub(super) agent: Vec<u8>,
    pub(super) registered_at: Timestamp,
    pub(super) last_used_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

/// The devices of an account, those in use first, the last used first.
pub(super) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, DeviceResource>,
    owner: UserId,
) -> Result<Vec<DeviceRow>, StoreError> {
    let sql = "SELECT id, state, kind, name, agent, registered_at, last_used_at, ended_at \
               FROM device WHERE org_id = $1 AND owner_id = $2 AND {scope} ORDER BY state, last_used_at DESC, id";
    let rows = tx.within(scope, sql, &[Value::from(owner)]).await?;
    let read = |row: &Row| {
        Ok(DeviceRow {
            id: DeviceId::from_bytes(row.id(0)?),
            state: DeviceState::from_stored(row.int(1)?),
            kind: DeviceKind::from_name(row.text(2)?),
            name: row.bytes(3)?.to_vec(),
            agent: row.bytes(4)?.to_vec(),
            registered_at: row.time(5)?,
            last_used_at: row.time(6)?,
            ended_at: row.time_opt(7)?,
        })
    };
    rows.iter().map(read).collect()
}

/// A device about to be registered.
pub(super) struct NewDeviceRow {
    pub(super) owner: UserId,
    pub(super) key: DeviceKey,
    pub(super) kind: DeviceKind,
    pub(super) name: Vec<u8>,
    pub(super) agent: Vec<u8>,
    pub(super) secret: Vec<u8>,
    pub(super) now: Timestamp,
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, DeviceResource>,
    row: NewDeviceRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO device (org_id, id, owner_id, key, state, kind, name, agent, secret, registered_at, \
               last_used_at) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $9)";
    let values = [
        Value::from(row.owner),
        Value::from(row.key.as_bytes()),
        Value::from(row.kind.name()),
        Value::Bytes(row.name),
        Value::Bytes(row.agent),
        Value::Bytes(row.secret),
        Value::from(row.now),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// The devices an account has in use, within a transaction.
pub(super) async fn in_use(
    tx: &mut WriteTx<'_>,
    owner: UserId,
) -> Result<Vec<DeviceId>, StoreError> {
    let sql = "SELECT id FROM device WHERE org_id = $1 AND owner_id = $2 AND state = 0";
    let rows = tx.lookup(sql, &[Value::from(owner)]).await?;
    rows.iter()
        .map(|row| row.id(0).map(DeviceId::from_bytes))
        .collect()
}

/// Gives a device another name: false if the account has no such device in use.
pub(super) async fn rename(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, DeviceResource>,
    owner: UserId,
    name: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE device SET name = $4 WHERE org_id = $1 AND id = $2 AND owner_id = $3 AND state = 0";
    let values = [Value::from(owner), Value::Bytes(name)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Ends a registration: false if the account has no such device in use. A removed device can be found lost later.
pub(super) async fn end(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, DeviceResource>,
    owner: UserId,
    state: DeviceState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE device SET state = $4, secret = NULL, ended_at = $5 \
               WHERE org_id = $1 AND id = $2 AND owner_id = $3 AND state <> 1 AND state <> $4";
    let values = [
        Value::from(owner),
        Value::Int(state.stored()),
        Value::from(now),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Ends all registrations of an account.
pub(crate) async fn end_of_user<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "UPDATE device SET state = 2, secret = NULL, ended_at = $3 \
               WHERE org_id = $1 AND owner_id = $2 AND state = 0";
    tx.put(permit, sql, &[Value::from(now)]).await
}

/// A session began on the device: false if it is not in use (any more).
pub(super) async fn used(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Read, DeviceResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE device SET last_used_at = $3 WHERE org_id = $1 AND id = $2 AND state = 0";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// The sealed secret of a device in use.
pub(super) async fn secret(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, DeviceResource>,
    owner: UserId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql =
        "SELECT secret FROM device WHERE org_id = $1 AND id = $2 AND owner_id = $3 AND state = 0";
    let rows = tx.of(permit, sql, &[Value::from(owner)]).await?;
    rows.first()
        .map(|row| Ok(row.bytes_opt(0)?.map(<[u8]>::to_vec)))
        .transpose()
        .map(Option::flatten)
}

/// The roles that count on registered devices only.
pub(crate) async fn bound_roles(tx: &mut ReadTx, org: OrgId) -> Result<BoundRoles, StoreError> {
    let sql = "SELECT roles FROM device_rule WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    Ok(rows
        .first()
        .map(|row| row.text(0).map(BoundRoles::from_stored))
        .transpose()?
        .unwrap_or_default())
}

pub(super) async fn set_bound_roles(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, DeviceRuleResource>,
    roles: &BoundRoles,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO device_rule (org_id, id, roles) VALUES ($1, $2, $3) \
               ON CONFLICT (org_id, id) DO UPDATE SET roles = excluded.roles";
    tx.put(permit, sql, &[Value::from(roles.to_stored())])
        .await
        .map(|_| ())
}
