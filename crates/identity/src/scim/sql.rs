//! The tables of provisioning.

use crate::federation::Provisioning;
use crate::resources::{ProviderResource, ProvisioningResource};
use custos_kernel::crypto::TokenHash;
use custos_kernel::policy::{Action, Permit, Resource, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{GroupId, OrgId, ProviderId, Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// `token` is the hash of what was handed out. The names of groups are sealed. `provisioned_end` has the accounts that
/// provisioning disabled, with the version they had then.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0131_provisioning",
    sql: "CREATE TABLE provisioning_token (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, token {bytes} NOT NULL, created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL, last_used_at BIGINT, PRIMARY KEY (org_id, provider_id));
          CREATE UNIQUE INDEX provisioning_token_hash ON provisioning_token (token);
          CREATE TABLE provisioned_group (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, id {bytes} NOT NULL, name {bytes} NOT NULL,
            external_id {bytes}, PRIMARY KEY (org_id, provider_id, id)) {clustered};
          CREATE TABLE provisioned_member (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, group_id {bytes} NOT NULL, user_id {bytes} NOT NULL,
            PRIMARY KEY (org_id, provider_id, group_id, user_id)) {clustered};
          CREATE INDEX provisioned_member_user ON provisioned_member (org_id, provider_id, user_id);
          CREATE TABLE provisioned_end (
            org_id {bytes} NOT NULL, provider_id {bytes} NOT NULL, user_id {bytes} NOT NULL, version BIGINT NOT NULL,
            PRIMARY KEY (org_id, provider_id, user_id)) {clustered}",
};

/// A token as stored.
pub(super) struct TokenRow {
    pub(super) org: OrgId,
    pub(super) provider: ProviderId,
    pub(super) token: TokenHash,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
}

/// The token with a hash.
pub(super) async fn by_token(
    tx: &mut ReadTx,
    token: &TokenHash,
) -> Result<Option<TokenRow>, StoreError> {
    let sql = "SELECT org_id, provider_id, token, expires_at, last_used_at FROM provisioning_token WHERE token = $1";
    let rows = tx.before_sign_in(sql, &[Value::from(token.0)]).await?;
    let read = |row: &Row| {
        let corrupt =
            |_| StoreError::Corrupt("a provisioning token that cannot be read".to_owned());
        Ok(TokenRow {
            org: OrgId::from_bytes(row.id(0)?),
            provider: ProviderId::from_bytes(row.id(1)?),
            token: TokenHash(row.bytes(2)?.try_into().map_err(corrupt)?),
            expires_at: row.time(3)?,
            last_used_at: row.time_opt(4)?,
        })
    };
    rows.first().map(read).transpose()
}

/// The tokens of an organisation, by provider.
pub(crate) async fn tokens(
    tx: &mut ReadTx,
    org: OrgId,
) -> Result<BTreeMap<ProviderId, Provisioning>, StoreError> {
    let sql =
        "SELECT provider_id, expires_at, last_used_at FROM provisioning_token WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    let read = |row: &Row| {
        let provisioning = Provisioning {
            expires_at: row.time(1)?,
            last_used_at: row.time_opt(2)?,
        };
        Ok((ProviderId::from_bytes(row.id(0)?), provisioning))
    };
    rows.iter().map(read).collect()
}

/// Sets the token of a provider; the one before no longer works.
pub(crate) async fn put_token(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    token: &TokenHash,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO provisioning_token (org_id, provider_id, token, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, provider_id) DO UPDATE SET token = excluded.token, \
               created_at = excluded.created_at, expires_at = excluded.expires_at, last_used_at = NULL";
    let values = [Value::from(token.0), Value::from(now), Value::from(until)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Takes the token of a provider away.
pub(crate) async fn delete_token(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM provisioning_token WHERE org_id = $1 AND provider_id = $2";
    tx.put(permit, sql, &[]).await.map(|_| ())
}

/// The token of a provider was used.
pub(super) async fn used(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ProviderResource>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE provisioning_token SET last_used_at = $3 WHERE org_id = $1 AND provider_id = $2";
    tx.put(permit, sql, &[Value::from(now)]).await.map(|_| ())
}

/// Forgets all that was provisioned by a provider.
pub(crate) async fn forget(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, ProviderResource>,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM provisioning_token WHERE org_id = $1 AND provider_id = $2",
        "DELETE FROM provisioned_group WHERE org_id = $1 AND provider_id = $2",
        "DELETE FROM provisioned_member WHERE org_id = $1 AND provider_id = $2",
        "DELETE FROM provisioned_end WHERE org_id = $1 AND provider_id = $2",
    ] {
        tx.put(permit, sql, &[]).await?;
    }
    Ok(())
}

/// A group as stored.
pub(super) struct GroupRow {
    pub(super) id: GroupId,
    pub(super) name: Vec<u8>,
    pub(super) external_id: Option<Vec<u8>>,
}

/// Who belongs to which group.
pub(super) type Members = BTreeMap<GroupId, BTreeSet<UserId>>;

fn group(row: &Row) -> Result<GroupRow, StoreError> {
    Ok(GroupRow {
        id: GroupId::from_bytes(row.id(0)?),
        name: row.bytes(1)?.to_vec(),
        external_id: row.bytes_opt(2)?.map(<[u8]>::to_vec),
    })
}

/// The groups of a provider, in the order they were made.
pub(super) async fn groups(
    tx: &mut ReadTx,
    permit: &Permit<actions::List, ProvisioningResource>,
) -> Result<Vec<GroupRow>, StoreError> {
    let sql = "SELECT id, name, external_id FROM provisioned_group WHERE org_id = $1 AND provider_id = $2 ORDER BY id";
    tx.of(permit, sql, &[]).await?.iter().map(group).collect()
}

/// The members of all groups of a provider.
pub(super) async fn members(
    tx: &mut ReadTx,
    permit: &Permit<actions::List, ProvisioningResource>,
) -> Result<Members, StoreError> {
    let sql =
        "SELECT group_id, user_id FROM provisioned_member WHERE org_id = $1 AND provider_id = $2";
    let mut members = Members::new();
    for row in &tx.of(permit, sql, &[]).await? {
        let group = GroupId::from_bytes(row.id(0)?);
        let user = UserId::from_bytes(row.id(1)?);
        members.entry(group).or_default().insert(user);
    }
    Ok(members)
}

/// How many groups a provider has.
pub(super) async fn count_groups(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM provisioned_group WHERE org_id = $1 AND provider_id = $2";
    let rows = tx.lookup(sql, &[Value::from(provider.as_bytes())]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// One group.
pub(super) async fn group_within(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    id: GroupId,
) -> Result<Option<GroupRow>, StoreError> {
    let sql = "SELECT id, name, external_id FROM provisioned_group \
               WHERE org_id = $1 AND provider_id = $2 AND id = $3";
    let values = [Value::from(provider.as_bytes()), Value::from(id.as_bytes())];
    let rows = tx.lookup(sql, &values).await?;
    rows.first().map(group).transpose()
}

/// The members of a group.
pub(super) async fn members_within(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    id: GroupId,
) -> Result<BTreeSet<UserId>, StoreError> {
    let sql = "SELECT user_id FROM provisioned_member WHERE org_id = $1 AND provider_id = $2 AND group_id = $3";
    let values = [Value::from(provider.as_bytes()), Value::from(id.as_bytes())];
    let rows = tx.lookup(sql, &values).await?;
    rows.iter()
        .map(|row| row.id(0).map(UserId::from_bytes))
        .collect()
}

/// The groups somebody belongs to.
pub(super) async fn groups_of_user(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    user: UserId,
) -> Result<Vec<GroupRow>, StoreError> {
    let sql = "SELECT g.id, g.name, g.external_id FROM provisioned_group g, provisioned_member m \
               WHERE g.org_id = $1 AND g.provider_id = $2 AND m.org_id = $1 AND m.provider_id = $2 \
               AND m.group_id = g.id AND m.user_id = $3 ORDER BY g.id";
    let values = [Value::from(provider.as_bytes()), Value::from(user)];
    tx.lookup(sql, &values).await?.iter().map(group).collect()
}

/// The groups somebody belongs to, for somebody who may read their account.
pub(super) async fn groups_of_account(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, crate::resources::UserResource>,
    provider: ProviderId,
) -> Result<Vec<GroupRow>, StoreError> {
    let sql = "SELECT g.id, g.name, g.external_id FROM provisioned_group g, provisioned_member m \
               WHERE g.org_id = $1 AND m.org_id = $1 AND g.provider_id = $3 AND m.provider_id = $3 \
               AND m.group_id = g.id AND m.user_id = $2 ORDER BY g.id";
    let rows = tx
        .of(permit, sql, &[Value::from(provider.as_bytes())])
        .await?;
    rows.iter().map(group).collect()
}

type Keep = Permit<actions::Update, ProvisioningResource>;

/// Makes a group, or gives it another name.
pub(super) async fn put_group(
    tx: &mut WriteTx<'_>,
    permit: &Keep,
    group: GroupRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO provisioned_group (org_id, provider_id, id, name, external_id) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, provider_id, id) \
               DO UPDATE SET name = excluded.name, external_id = excluded.external_id";
    let values = [
        Value::from(group.id.as_bytes()),
        Value::Bytes(group.name),
        Value::from(group.external_id),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Makes somebody a member, or no longer one.
pub(super) async fn set_member(
    tx: &mut WriteTx<'_>,
    permit: &Keep,
    group: GroupId,
    user: UserId,
    member: bool,
) -> Result<(), StoreError> {
    let sql = if member {
        "INSERT INTO provisioned_member (org_id, provider_id, group_id, user_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM provisioned_member WHERE org_id = $1 AND provider_id = $2 AND group_id = $3 AND user_id = $4"
    };
    let values = [Value::from(group.as_bytes()), Value::from(user)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Removes a group with its members; false if there is none.
pub(super) async fn delete_group(
    tx: &mut WriteTx<'_>,
    permit: &Keep,
    group: GroupId,
) -> Result<bool, StoreError> {
    let values = [Value::from(group.as_bytes())];
    let sql =
        "DELETE FROM provisioned_member WHERE org_id = $1 AND provider_id = $2 AND group_id = $3";
    tx.put(permit, sql, &values).await?;
    let sql = "DELETE FROM provisioned_group WHERE org_id = $1 AND provider_id = $2 AND id = $3";
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Takes somebody who is parted from a provider out of all it keeps.
pub(crate) async fn leave_all<A: Action, R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
    user: UserId,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM provisioned_member WHERE org_id = $1 AND provider_id = $2 AND user_id = $3",
        "DELETE FROM provisioned_end WHERE org_id = $1 AND provider_id = $2 AND user_id = $3",
    ] {
        tx.put(permit, sql, &[Value::from(user)]).await?;
    }
    Ok(())
}

/// The version an account had when provisioning disabled it.
pub(super) async fn ended_at_version(
    tx: &mut WriteTx<'_>,
    provider: ProviderId,
    user: UserId,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT version FROM provisioned_end WHERE org_id = $1 AND provider_id = $2 AND user_id = $3";
    let values = [Value::from(provider.as_bytes()), Value::from(user)];
    let rows = tx.lookup(sql, &values).await?;
    rows.first().map(|row| row.int(0)).transpose()
}

/// Notes, or with `None` forgets, that provisioning disabled an account.
pub(super) async fn set_ended(
    tx: &mut WriteTx<'_>,
    permit: &Keep,
    user: UserId,
    version: Option<i64>,
) -> Result<(), StoreError> {
    let Some(version) = version else {
        let sql =
            "DELETE FROM provisioned_end WHERE org_id = $1 AND provider_id = $2 AND user_id = $3";
        return tx.put(permit, sql, &[Value::from(user)]).await.map(|_| ());
    };
    let sql = "INSERT INTO provisioned_end (org_id, provider_id, user_id, version) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (org_id, provider_id, user_id) DO UPDATE SET version = excluded.version";
    let values = [Value::from(user), Value::Int(version)];
    tx.put(permit, sql, &values).await.map(|_| ())
}
