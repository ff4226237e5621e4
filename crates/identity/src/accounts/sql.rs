//! The tables of accounts, recovery codes and sign-in links.

use super::model::{SEALED_LOGIN, SEALED_NAME};
use crate::organisation::Person;
use crate::organisation::open_text;
use crate::resources::UserResource;
use crate::security::password_times;
use custos_kernel::crypto::{TenantKey, TokenHash};
use custos_kernel::policy::{Action, DataScope, Permit, RoleSet, Scope, actions};
use custos_store::{EngineKind, Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{DepartmentId, OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

/// `version` counts what administrators change; credentials change without it. `service` is 1 for the account of a program,
/// which has no credentials here: nothing that reads credentials finds it.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0102_account",
    sql: "CREATE TABLE account (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, name {bytes} NOT NULL, login {bytes} NOT NULL,
            login_hash BIGINT NOT NULL, roles TEXT NOT NULL, data_scope TEXT NOT NULL, department_id {bytes},
            active BIGINT NOT NULL, password TEXT, last_sign_in_at BIGINT,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL,
            service BIGINT NOT NULL DEFAULT 0,
            PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX account_login ON account (org_id, login_hash);
          CREATE TABLE recovery_code (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, code {bytes} NOT NULL,
            PRIMARY KEY (org_id, user_id, code)) {clustered};
          CREATE TABLE account_link (
            org_id {bytes} NOT NULL, user_id {bytes} NOT NULL, purpose TEXT NOT NULL, token {bytes} NOT NULL,
            expires_at BIGINT NOT NULL, PRIMARY KEY (org_id, user_id, purpose));
          CREATE INDEX account_link_token ON account_link (token)",
};

fn org_value(org: OrgId) -> Value {
    Value::from(&org.as_bytes()[..])
}

fn access(roles: &str, data_scope: &str) -> Result<(RoleSet, DataScope), StoreError> {
    let roles = RoleSet::from_stored(roles)
        .map_err(|_| StoreError::Corrupt("roles that exclude each other".to_owned()))?;
    // A scope this build does not know becomes the narrowest.
    let scope = DataScope::from_name(data_scope).unwrap_or(DataScope::Own);
    Ok((roles, scope))
}

/// Everybody of an organisation.
pub(crate) async fn people(
    tx: &mut ReadTx,
    org: OrgId,
    key: &TenantKey,
) -> Result<BTreeMap<UserId, Person>, StoreError> {
    let sql = "SELECT id, name, login, department_id, active, roles, data_scope, \
               CASE WHEN password IS NULL THEN NULL ELSE created_at END, service FROM account WHERE org_id = $1";
    let rows = tx.before_sign_in(sql, &[org_value(org)]).await?;
    let set = password_times(tx, org).await?;
    let read = |row: &Row| {
        let id = row.id(0)?;
        let (roles, data_scope) = access(row.text(5)?, row.text(6)?)?;
        let person = Person {
            name: open_text(key, SEALED_NAME, &id, row.bytes(1)?)?,
            login: open_text(key, SEALED_LOGIN, &id, row.bytes(2)?)?,
            department: row.id_opt(3)?.map(DepartmentId::from_bytes),
            active: row.int(4)? != 0,
            roles,
            data_scope,
            service: row.int(8)? != 0,
            engagement: None,
            // A first password is as old as its account.
            password_set_at: row
                .time_opt(7)?
                .map(|made_at| set.get(&UserId::from_bytes(id)).copied().unwrap_or(made_at)),
        };
        Ok((UserId::from_bytes(id), person))
    };
    rows.iter().map(read).collect()
}

/// What a page of accounts is made of, names still sealed.
pub(super) struct AccountRow {
    pub(super) id: UserId,
    pub(super) last_sign_in_at: Option<Timestamp>,
    pub(super) version: i64,
}

/// Accounts in the order they were made, after one.
pub(super) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, UserResource>,
    after: Option<UserId>,
    limit: usize,
) -> Result<Vec<AccountRow>, StoreError> {
    let sql = "SELECT id, last_sign_in_at, version \
               FROM (SELECT a.*, a.id AS owner_id FROM account a) u \
               WHERE org_id = $1 AND id > $2 AND {scope} ORDER BY org_id, id LIMIT $3";
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = tx
        .within(scope, sql, &[Value::Bytes(after), Value::Int(limit)])
        .await?;
    rows.iter().map(account).collect()
}

fn account(row: &Row) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: UserId::from_bytes(row.id(0)?),
        last_sign_in_at: row.time_opt(1)?,
        version: row.int(2)?,
    })
}

/// One account.
pub(super) async fn one(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, UserResource>,
) -> Result<Option<AccountRow>, StoreError> {
    let sql = "SELECT id, last_sign_in_at, version \
               FROM account WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    rows.first().map(account).transpose()
}

pub(super) async fn count(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, UserResource>,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT a.*, a.id AS owner_id FROM account a) u WHERE org_id = $1 AND {scope}";
    let rows = tx.within(scope, sql, &[]).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// What a decision about an account needs.
pub(crate) struct AccountFacts {
    pub(crate) department: Option<DepartmentId>,
    pub(crate) version: i64,
    pub(crate) active: bool,
    pub(crate) roles: RoleSet,
    pub(crate) data_scope: DataScope,
    /// Whether it is the account of a program.
    pub(crate) service: bool,
    /// Whether a password signs in to it.
    pub(crate) password: bool,
}

/// The facts of an account, within a transaction.
pub(crate) async fn facts(
    tx: &mut WriteTx<'_>,
    id: UserId,
) -> Result<Option<AccountFacts>, StoreError> {
    let sql = "SELECT department_id, version, active, roles, data_scope, service, \
               CASE WHEN password IS NULL THEN 0 ELSE 1 END FROM account WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(id)]).await?;
    rows.first()
        .map(|row| {
            let (roles, data_scope) = access(row.text(3)?, row.text(4)?)?;
            Ok(AccountFacts {
                department: row.id_opt(0)?.map(DepartmentId::from_bytes),
                version: row.int(1)?,
                active: row.int(2)? != 0,
                roles,
                data_scope,
                service: row.int(5)? != 0,
                password: row.int(6)? != 0,
            })
        })
        .transpose()
}

/// As [`facts`]; nobody changes the account until the transaction ends.
pub(crate) async fn held_facts(
    tx: &mut WriteTx<'_>,
    id: UserId,
) -> Result<Option<AccountFacts>, StoreError> {
    if tx.engine() == EngineKind::Postgres {
        let sql = "SELECT 1 FROM account WHERE org_id = $1 AND id = $2 FOR SHARE";
        tx.lookup(sql, &[Value::from(id)]).await?;
    }
    facts(tx, id).await
}

/// The roles of all active accounts.
pub(super) async fn active_roles(tx: &mut WriteTx<'_>) -> Result<Vec<RoleSet>, StoreError> {
    let sql = "SELECT roles, data_scope FROM account WHERE org_id = $1 AND active = 1";
    let rows = tx.lookup(sql, &[]).await?;
    rows.iter()
        .map(|row| Ok(access(row.text(0)?, row.text(1)?)?.0))
        .collect()
}

/// An account about to be made.
pub(crate) struct NewAccountRow<'a> {
    pub(crate) name: Vec<u8>,
    pub(crate) login: Vec<u8>,
    pub(crate) login_hash: i64,
    pub(crate) roles: RoleSet,
    pub(crate) data_scope: DataScope,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) password: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// Makes an account.
///
/// # Errors
/// [`StoreError::Duplicate`] when the login is taken.
pub(crate) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, UserResource>,
    row: NewAccountRow<'_>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO account (org_id, id, name, login, login_hash, roles, data_scope, department_id, active, \
               password, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $10, 1)";
    let values = [
        Value::Bytes(row.name),
        Value::Bytes(row.login),
        Value::Int(row.login_hash),
        Value::from(row.roles.to_stored()),
        Value::from(row.data_scope.name()),
        Value::from(row.department.map(|id| id.as_bytes().to_vec())),
        Value::from(row.password),
        Value::from(row.now),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Makes an account just made that of a program.
pub(super) async fn make_service(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, UserResource>,
) -> Result<(), StoreError> {
    let sql = "UPDATE account SET service = 1 WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[]).await.map(|_| ())
}

/// Whether another account has the login, seen from within a transaction that holds the organisation's row.
pub(crate) async fn login_taken(tx: &mut WriteTx<'_>, login_hash: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM account WHERE org_id = $1 AND login_hash = $2";
    Ok(!tx.lookup(sql, &[Value::Int(login_hash)]).await?.is_empty())
}

/// What administrators change, all at once.
pub(crate) struct AccountUpdate {
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) active: bool,
    pub(crate) now: Timestamp,
}

pub(crate) async fn update(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    row: AccountUpdate,
) -> Result<(), StoreError> {
    if !row.active {
        let user = UserId::from_bytes(*permit.record());
        wait_for_presence(tx, user, "pg_advisory_xact_lock").await?;
    }
    let sql = "UPDATE account SET name = COALESCE($4, name), department_id = $5, active = $6, updated_at = $7, \
               version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [
        Value::from(row.name),
        Value::from(row.department.map(|id| id.as_bytes().to_vec())),
        Value::from(row.active),
        Value::from(row.now),
    ];
    tx.change(permit, sql, &values).await
}

/// Gives an account another login, which has to be free.
pub(crate) async fn set_login(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    login: Vec<u8>,
    login_hash: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE account SET login = $3, login_hash = $4 WHERE org_id = $1 AND id = $2";
    let values = [Value::Bytes(login), Value::Int(login_hash)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

pub(crate) async fn set_access(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Grant, UserResource>,
    roles: RoleSet,
    data_scope: DataScope,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE account SET roles = $4, data_scope = $5, updated_at = $6, version = version + 1 \
               WHERE org_id = $1 AND id = $2 AND version = $3";
    let values = [
        Value::from(roles.to_stored()),
        Value::from(data_scope.name()),
        Value::from(now),
    ];
    tx.change(permit, sql, &values).await
}

/// What signing in needs to know of an account.
pub(crate) struct Credentials {
    pub(crate) user: UserId,
    pub(crate) active: bool,
    pub(crate) password: Option<String>,
}

const CREDENTIALS: &str = "SELECT id, active, password FROM account";

fn credentials(rows: &[Row]) -> Result<Option<Credentials>, StoreError> {
    rows.first()
        .map(|row| {
            Ok(Credentials {
                user: UserId::from_bytes(row.id(0)?),
                active: row.int(1)? != 0,
                password: row.text_opt(2)?.map(str::to_owned),
            })
        })
        .transpose()
}

pub(crate) async fn credentials_by_login(
    tx: &mut ReadTx,
    org: OrgId,
    login_hash: i64,
) -> Result<Option<Credentials>, StoreError> {
    let sql = format!("{CREDENTIALS} WHERE org_id = $1 AND login_hash = $2 AND service = 0");
    let rows = tx
        .before_sign_in(&sql, &[org_value(org), Value::Int(login_hash)])
        .await?;
    credentials(&rows)
}

pub(crate) async fn credentials_by_id(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<Option<Credentials>, StoreError> {
    let sql = format!("{CREDENTIALS} WHERE org_id = $1 AND id = $2 AND service = 0");
    let rows = tx
        .before_sign_in(&sql, &[org_value(org), Value::from(user)])
        .await?;
    credentials(&rows)
}

const SIGNED_IN: &str =
    "SELECT 1 FROM account WHERE org_id = $1 AND id = $2 AND last_sign_in_at IS NOT NULL";

/// Whether somebody ever signed in to an account.
pub(crate) async fn signed_in_before(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<bool, StoreError> {
    let values = [org_value(org), Value::from(user)];
    Ok(!tx.before_sign_in(SIGNED_IN, &values).await?.is_empty())
}

/// As [`signed_in_before`], within a transaction.
pub(super) async fn signed_in_before_within(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<bool, StoreError> {
    Ok(!tx.lookup(SIGNED_IN, &[Value::from(user)]).await?.is_empty())
}

/// How many recovery codes an account has left.
pub(crate) async fn recovery_codes_left(
    tx: &mut ReadTx,
    org: OrgId,
    user: UserId,
) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM recovery_code WHERE org_id = $1 AND user_id = $2";
    let values = [org_value(org), Value::from(user)];
    let rows = tx.before_sign_in(sql, &values).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Whether an account is active, and keeps it so until the transaction ends: whoever disables it waits. Others may keep
/// it at the same time.
pub(crate) async fn stays(tx: &mut WriteTx<'_>, user: UserId) -> Result<bool, StoreError> {
    wait_for_presence(tx, user, "pg_advisory_xact_lock_shared").await?;
    let sql = "SELECT 1 FROM account WHERE org_id = $1 AND id = $2 AND active = 1";
    Ok(!tx.lookup(sql, &[Value::from(user)]).await?.is_empty())
}

/// Takes the lock on somebody's being there: shared by those who give them something, alone for who disables them.
///
/// A lock on the row would not do on PostgreSQL: those who share one let each other in past whoever waits to have it
/// alone, so that nobody could be let go who keeps being given things. On the embedded engine nobody else writes.
async fn wait_for_presence(
    tx: &mut WriteTx<'_>,
    user: UserId,
    lock: &str,
) -> Result<(), StoreError> {
    if tx.engine() == EngineKind::Postgres {
        let sql = format!(
            "SELECT 1 FROM account WHERE org_id = $1 AND id = $2 AND {lock}($3) IS NOT NULL"
        );
        // The second half of an id is random.
        let [.., a, b, c, d, e, f, g, h] = *user.as_bytes();
        let key = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        tx.lookup(&sql, &[Value::from(user), Value::Int(key)])
            .await?;
    }
    Ok(())
}

/// Makes other transactions that hold the account wait for this one. False if there is no such active account.
pub(crate) async fn hold<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET active = active WHERE org_id = $1 AND id = $2 AND active = 1";
    Ok(tx.put(permit, sql, &[]).await? == 1)
}

/// Takes an account's recovery codes away.
pub(crate) async fn drop_recovery_codes<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_code WHERE org_id = $1 AND user_id = $2";
    tx.put(permit, sql, &[]).await.map(|_| ())
}

/// A sign-in was completed. False if the account is not active (any more).
pub(crate) async fn signed_in(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE account SET last_sign_in_at = $3 WHERE org_id = $1 AND id = $2 AND active = 1";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// Replaces the password if it is still the one that was verified.
pub(crate) async fn set_password(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    before: Option<&str>,
    password: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET password = $3 WHERE org_id = $1 AND id = $2 AND COALESCE(password, '') = $4";
    let values = [
        Value::from(password),
        Value::from(before.unwrap_or_default()),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

pub(crate) async fn insert_recovery_codes(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    hashes: &[[u8; 32]],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO recovery_code (org_id, user_id, code) VALUES ($1, $2, $3)";
    for hash in hashes {
        tx.put(permit, sql, &[Value::from(*hash)]).await?;
    }
    Ok(())
}

/// Uses a recovery code up: of many at once, one is told true.
pub(crate) async fn use_recovery_code(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    hash: [u8; 32],
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_code WHERE org_id = $1 AND user_id = $2 AND code = $3";
    Ok(tx.put(permit, sql, &[Value::from(hash)]).await? == 1)
}

/// What a one-time link is for.
#[derive(Clone, Copy)]
pub(crate) enum LinkPurpose {
    /// It stands in for the password.
    SignIn,
    /// It sets the password.
    Reset,
}

impl From<LinkPurpose> for Value {
    fn from(purpose: LinkPurpose) -> Self {
        Self::from(match purpose {
            LinkPurpose::SignIn => "sign_in",
            LinkPurpose::Reset => "reset",
        })
    }
}

/// Stores a link; the one before for the same purpose no longer works.
pub(crate) async fn put_link<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    purpose: LinkPurpose,
    token: &TokenHash,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO account_link (org_id, user_id, purpose, token, expires_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (org_id, user_id, purpose) \
               DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at";
    let values = [
        purpose.into(),
        Value::from(token.0),
        Value::from(expires_at),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// Whose link this is, if it still works.
pub(crate) async fn link_owner(
    tx: &mut ReadTx,
    purpose: LinkPurpose,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<(OrgId, UserId)>, StoreError> {
    let sql = "SELECT org_id, user_id FROM account_link WHERE purpose = $1 AND token = $2 AND expires_at > $3";
    let values = [purpose.into(), Value::from(token.0), Value::from(now)];
    let rows = tx.before_sign_in(sql, &values).await?;
    rows.first()
        .map(|row| {
            Ok((
                OrgId::from_bytes(row.id(0)?),
                UserId::from_bytes(row.id(1)?),
            ))
        })
        .transpose()
}

/// Uses a link up: of many at once, one is told true.
pub(crate) async fn use_link(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, UserResource>,
    purpose: LinkPurpose,
    token: &TokenHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM account_link \
               WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND token = $4 AND expires_at > $5";
    let values = [purpose.into(), Value::from(token.0), Value::from(now)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Withdraws an account's link to sign in with.
pub(crate) async fn drop_link<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM account_link WHERE org_id = $1 AND user_id = $2 AND purpose = $3";
    let purpose = LinkPurpose::SignIn;
    tx.put(permit, sql, &[purpose.into()]).await.map(|_| ())
}

/// The sealed name of an account, within a transaction.
pub(crate) async fn name_within(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT name FROM account WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(user)]).await?;
    rows.first()
        .map(|row| row.bytes(0).map(<[u8]>::to_vec))
        .transpose()
}
