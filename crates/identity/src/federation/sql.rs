//! The tables of identity providers and of what they know accounts by.

use super::model::{Accounts, ProviderKind};
use crate::resources::{ProviderResource, ProvisioningResource};
use custos_kernel::policy::{Action, Permit, Resource, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{DepartmentId, OrgId, ProviderId, SessionId, Timestamp, UserId};
use std::collections::BTreeSet;

/// Name, configuration, secret and mapping are sealed. `approved` is 1 while the security administrator's mapping stands
/// for the provider as it is configured. A `federated_identity` is found by a keyed hash of the provider's subject and
/// compared after opening. `federation_used` has what may be accepted once only, until it would be too old anyhow.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0130_federation",
    sql: "CREATE TABLE identity_provider (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, kind TEXT NOT NULL, name {bytes} NOT NULL,
            config {bytes} NOT NULL, secret {bytes}, enabled BIGINT NOT NULL, link_only BIGINT NOT NULL,
            department_id {bytes}, mapping {bytes} NOT NULL, approved BIGINT NOT NULL, privileged BIGINT NOT NULL,
            two_factors BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE TABLE federated_identity (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, subject_hash BIGINT NOT NULL,
            user_id {bytes} NOT NULL, subject {bytes} NOT NULL, created_at BIGINT NOT NULL, last_seen_at BIGINT,
            PRIMARY KEY (org_id, provider_id, subject_hash)) {clustered};
          CREATE UNIQUE INDEX federated_identity_user ON federated_identity (org_id, user_id, provider_id);
          CREATE TABLE federated_session (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, session_id {bytes} NOT NULL,
            user_id {bytes} NOT NULL, index_hash BIGINT, expires_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, provider_id, session_id)) {clustered};
          CREATE TABLE federation_used (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, token {bytes} NOT NULL, expires_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, provider_id, token)) {clustered}",
};

fn org_value(org: OrgId) -> Value {
    Value::from(&org.as_bytes()[..])
}

fn id_value(id: ProviderId) -> Value {
    Value::from(id.as_bytes())
}

/// A provider as stored.
pub(super) struct ProviderRow {
    pub(super) id: ProviderId,
    pub(super) kind: ProviderKind,
    pub(super) name: Vec<u8>,
    pub(super) config: Vec<u8>,
    pub(super) secret: Option<Vec<u8>>,
    pub(super) enabled: bool,
    pub(super) accounts: Accounts,
    pub(super) department: Option<DepartmentId>,
    pub(super) mapping: Vec<u8>,
    pub(super) approved: bool,
    pub(super) privileged: bool,
    pub(super) two_factors: bool,
    pub(super) version: i64,
}

const COLUMNS: &str = "SELECT id, kind, name, config, secret, enabled, link_only, department_id, mapping, approved, \
                       privileged, two_factors, version FROM identity_provider";

fn provider(row: &Row) -> Result<ProviderRow, StoreError> {
    let kind = ProviderKind::from_name(row.text(1)?)
        .ok_or_else(|| StoreError::Corrupt("unknown kind of identity provider".to_owned()))?;
    Ok(ProviderRow {
        id: ProviderId::from_bytes(row.id(0)?),
        kind,
        name: row.bytes(2)?.to_vec(),
        config: row.bytes(3)?.to_vec(),
        secret: row.bytes_opt(4)?.map(<[u8]>::to_vec),
        enabled: row.int(5)? != 0,
        accounts: if row.int(6)? == 0 {
            Accounts::Create
        } else {
            Accounts::LinkOnly
        },
        department: row.id_opt(7)?.map(DepartmentId::from_bytes),
        mapping: row.bytes(8)?.to_vec(),
        approved: row.int(9)? != 0,
        privileged: row.int(10)? != 0,
        two_factors: row.int(11)? != 0,
        version: row.int(12)?,
    })
}

/// All providers, in the order they were made.
pub(super) async fn all(tx: &mut ReadTx, org: OrgId) -> Result<Vec<ProviderRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE org_id = $1 ORDER BY org_id, id");
    let rows = tx.before_sign_in(&sql, &[org_value(org)]).await?;
    rows.iter().map(provider).collect()
}

/// One provider.
pub(super) async fn one(
    tx: &mut ReadTx,
    org: OrgId,
    id: ProviderId,
) -> Result<Option<ProviderRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE org_id = $1 AND id = $2");
    let rows = tx
        .before_sign_in(&sql, &[org_value(org), id_value(id)])
        .await?;
    rows.first().map(provider).transpose()
}

/// What a provider is to be, sealed.
pub(super) struct ProviderValues {
    pub(super) name: Vec<u8>,
    pub(super) config: Vec<u8>,
    pub(super) secret: Option<Vec<u8>>,
    pub(super) enabled: bool,
    pub(super) accounts: Accounts,
    pub(super) department: Option<DepartmentId>,
    pub(super) approved: bool,
    pub(super) now: Timestamp,
}

impl ProviderValues {
    fn bind(self) -> [Value; 8] {
        [
            Value::Bytes(self.name),
            Value::Bytes(self.config),
            Value::from(self.secret),
            Value::from(self.enabled),
            Value::from(self.accounts == Accounts::LinkOnly),
            Value::from(self.department.map(|id| id.as_bytes().to_vec())),
            Value::from(self.approved),
            Value::from(self.now),
        ]
    }
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, ProviderResource>,
    kind: ProviderKind,
    values: ProviderValues,
    mapping: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO identity_provider (org_id, id, name, config, secret, enabled, link_only, department_id, \
               approved, created_at, updated_at, kind, mapping, privileged, two_factors, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, 0, 0, 1)";
    let mut bound = values.bind().to_vec();
    bound.push(Value::from(kind.name()));
    bound.push(Value::Bytes(mapping));
    tx.put(permit, sql, &bound).await.map(|_| ())
}

pub(super) async fn update(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    values: ProviderValues,
) -> Result<(), StoreError> {
    let sql = "UPDATE identity_provider SET name = $4, config = $5, secret = $6, enabled = $7, link_only = $8, \
               department_id = $9, approved = $10, updated_at = $11, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &values.bind()).await
}

/// Sets what the groups of a provider give, and approves it.
pub(super) async fn set_mapping(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Grant, ProviderResource>,
    mapping: Vec<u8>,
    privileged: bool,
    two_factors: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE identity_provider SET mapping = $4, approved = 1, privileged = $5, two_factors = $6, \
               updated_at = $7, version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [
        Value::Bytes(mapping),
        Value::from(privileged),
        Value::from(two_factors),
        Value::from(now),
    ];
    tx.change(permit, sql, &values).await
}

/// Withdraws the approval: what the provider's groups give has to be approved anew.
pub(super) async fn disapprove(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE identity_provider SET approved = 0, updated_at = $4, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &[Value::from(now)]).await
}

/// Whether a provider may be used.
pub(crate) async fn is_enabled(
    tx: &mut ReadTx,
    org: OrgId,
    id: ProviderId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM identity_provider WHERE org_id = $1 AND id = $2 AND enabled = 1";
    let values = [org_value(org), id_value(id)];
    Ok(!tx.before_sign_in(sql, &values).await?.is_empty())
}

/// Removes a provider with all it knew.
pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, ProviderResource>,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM federated_identity WHERE org_id = $1 AND provider_id = $2",
        "DELETE FROM federated_session WHERE org_id = $1 AND provider_id = $2",
        "DELETE FROM federation_used WHERE org_id = $1 AND provider_id = $2",
    ] {
        tx.put(permit, sql, &[]).await?;
    }
    let sql = "DELETE FROM identity_provider WHERE org_id = $1 AND id = $2 AND version = $3";
    tx.change(permit, sql, &[]).await
}

/// Notes something that counts once; false if it was noted before. Of many at once, one is told true.
pub(super) async fn use_once(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    token: &[u8; 32],
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql =
        "DELETE FROM federation_used WHERE org_id = $1 AND provider_id = $2 AND expires_at <= $3";
    tx.put(permit, sql, &[Value::from(now)]).await?;
    let sql = "INSERT INTO federation_used (org_id, provider_id, token, expires_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    let values = [Value::from(*token), Value::from(until)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// What a provider knows an account by.
pub(crate) struct IdentityRow {
    pub(crate) provider: ProviderId,
    pub(crate) user: UserId,
    pub(crate) subject: Vec<u8>,
    pub(crate) last_seen_at: Option<Timestamp>,
}

const IDENTITY: &str = "SELECT provider_id, user_id, subject, last_seen_at FROM federated_identity";

fn identity(row: &Row) -> Result<IdentityRow, StoreError> {
    Ok(IdentityRow {
        provider: ProviderId::from_bytes(row.id(0)?),
        user: UserId::from_bytes(row.id(1)?),
        subject: row.bytes(2)?.to_vec(),
        last_seen_at: row.time_opt(3)?,
    })
}

/// All a provider knows, the account first known to it first.
pub(crate) async fn of_provider<A: Action, R: Resource>(
    tx: &mut ReadTx,
    permit: &Permit<A, R>,
) -> Result<Vec<IdentityRow>, StoreError> {
    let sql = format!("{IDENTITY} WHERE org_id = $1 AND provider_id = $2 ORDER BY user_id");
    let rows = tx.of(permit, &sql, &[]).await?;
    rows.iter().map(identity).collect()
}

/// What a provider knows an account by, within a transaction.
pub(crate) async fn of_user_within(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    user: UserId,
) -> Result<Option<IdentityRow>, StoreError> {
    let sql = format!("{IDENTITY} WHERE org_id = $1 AND provider_id = $2 AND user_id = $3");
    let values = [id_value(provider), Value::from(user)];
    let rows = tx.lookup(&sql, &values).await?;
    rows.first().map(identity).transpose()
}

/// The accounts a provider knows.
pub(crate) async fn users_of(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
) -> Result<BTreeSet<UserId>, StoreError> {
    let sql = "SELECT user_id FROM federated_identity WHERE org_id = $1 AND provider_id = $2";
    let rows = tx.lookup(sql, &[id_value(provider)]).await?;
    rows.iter()
        .map(|row| row.id(0).map(UserId::from_bytes))
        .collect()
}

/// Whether a provider knows an account.
pub(crate) async fn is_linked(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    user: UserId,
) -> Result<bool, StoreError> {
    Ok(of_user_within(tx, provider, user).await?.is_some())
}

/// Who a subject is.
pub(crate) async fn by_subject(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    subject_hash: i64,
) -> Result<Option<IdentityRow>, StoreError> {
    let sql = format!("{IDENTITY} WHERE org_id = $1 AND provider_id = $2 AND subject_hash = $3");
    let values = [id_value(provider), Value::Int(subject_hash)];
    let rows = tx.lookup(&sql, &values).await?;
    rows.first().map(identity).transpose()
}

/// What providers know an account by.
pub(crate) async fn of_user(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<Vec<IdentityRow>, StoreError> {
    let sql = format!("{IDENTITY} WHERE org_id = $1 AND user_id = $2");
    let rows = tx
        .before_sign_in(&sql, &[org_value(org), Value::from(user)])
        .await?;
    rows.iter().map(identity).collect()
}

/// Whether an account is connected with a provider that is enabled.
pub(super) async fn enabled_of_user(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM federated_identity i JOIN identity_provider p \
               ON p.org_id = i.org_id AND p.id = i.provider_id \
               WHERE i.org_id = $1 AND i.user_id = $2 AND p.enabled = 1";
    let rows = tx.lookup(sql, &[Value::from(user)]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.int(0))? > 0)
}

/// The kinds of permit by which connections are kept.
pub(crate) trait KeepsConnections: Resource {}
impl KeepsConnections for ProviderResource {}
impl KeepsConnections for ProvisioningResource {}

/// Connects an account with a subject; false if either is connected at this provider already.
pub(crate) async fn link<R: KeepsConnections>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, R>,
    user: UserId,
    subject_hash: i64,
    subject: Vec<u8>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO federated_identity (org_id, provider_id, subject_hash, user_id, subject, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let values = [
        Value::Int(subject_hash),
        Value::from(user),
        Value::Bytes(subject),
        Value::from(now),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Parts an account from a provider; false if it was not connected.
pub(crate) async fn unlink<R: KeepsConnections>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, R>,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql =
        "DELETE FROM federated_identity WHERE org_id = $1 AND provider_id = $2 AND user_id = $3";
    Ok(tx.put(permit, sql, &[Value::from(user)]).await? == 1)
}

pub(super) async fn seen(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE federated_identity SET last_seen_at = $4 \
               WHERE org_id = $1 AND provider_id = $2 AND user_id = $3";
    tx.put(permit, sql, &[Value::from(user), Value::from(now)])
        .await
        .map(|_| ())
}

/// Notes that a session began at the provider, so that the provider can end it.
pub(super) async fn insert_session(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    session: SessionId,
    user: UserId,
    index_hash: Option<i64>,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "DELETE FROM federated_session WHERE org_id = $1 AND provider_id = $2 AND expires_at <= $3";
    tx.put(permit, sql, &[Value::from(now)]).await?;
    let sql = "INSERT INTO federated_session (org_id, provider_id, session_id, user_id, index_hash, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        Value::from(session.as_bytes()),
        Value::from(user),
        Value::from(index_hash),
        Value::from(until),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Sessions a provider began, and whose they are: those of a user, of an index the provider has for them, or both;
/// all with neither.
pub(super) async fn sessions(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    index_hash: Option<i64>,
    user: Option<UserId>,
) -> Result<Vec<(SessionId, UserId)>, StoreError> {
    let sql = "SELECT session_id, user_id, index_hash FROM federated_session WHERE org_id = $1 AND provider_id = $2";
    let rows = tx.lookup(sql, &[id_value(provider)]).await?;
    let mut found = Vec::new();
    for row in &rows {
        let session = SessionId::from_bytes(row.id(0)?);
        let owner = UserId::from_bytes(row.id(1)?);
        let index = row.int_opt(2)?;
        if user.is_none_or(|user| user == owner)
            && index_hash.is_none_or(|hash| index == Some(hash))
        {
            found.push((session, owner));
        }
    }
    Ok(found)
}

/// Forgets that a session began at the provider.
pub(super) async fn forget_session<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, ProviderResource>,
    session: SessionId,
) -> Result<(), StoreError> {
    let sql =
        "DELETE FROM federated_session WHERE org_id = $1 AND provider_id = $2 AND session_id = $3";
    tx.put(permit, sql, &[Value::from(session.as_bytes())])
        .await
        .map(|_| ())
}
