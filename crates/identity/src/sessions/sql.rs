//! The table of sessions.

use super::agent::Agent;
use super::risk::Place;
use crate::devices::KnownDevice;
use crate::resources::{DeviceResource, OrganisationResource, SessionResource, UserResource};
use custos_kernel::crypto::{CryptoError, TenantKey, TokenHash};
use custos_kernel::policy::{
    Action, Assurance, Caller, Compartments, Label, Level, Permit, Scope, SessionState, actions,
};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{DeviceId, OrgId, Random, SessionId, Timestamp, UserId};
use std::net::IpAddr;

/// `state` is 0 until the second factor is proven, then 1. `enrolment` is the sealed secret of a second factor that is
/// being set up. `agent`, `made_from` and `seen_from` say, sealed, which device the session is on and from which addresses it
/// was completed and last used. `proven_at` is when a factor was last
/// proven and `assurance` how surely (1 single, 2 two factors, 3 two factors of which one resists phishing);
/// `device_id` is the registered device it is bound to; `working_level` and `working_compartments` are the label it works at,
/// which counts as far as the clearance goes;
/// `recognised` is 1 when a sign-in to the account had been completed on the device before.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0103_session",
    sql: "CREATE TABLE session (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, user_id {bytes} NOT NULL, token {bytes} NOT NULL,
            state BIGINT NOT NULL, failures BIGINT NOT NULL, enrolment {bytes}, created_at BIGINT NOT NULL,
            last_seen_at BIGINT NOT NULL, proven_at BIGINT NOT NULL, assurance BIGINT NOT NULL,
            recognised BIGINT NOT NULL, working_level BIGINT NOT NULL DEFAULT 1,
            working_compartments BIGINT NOT NULL DEFAULT 0, device_id {bytes}, agent {bytes}, made_from {bytes}, seen_from {bytes}, PRIMARY KEY (org_id, id));
          CREATE UNIQUE INDEX session_token ON session (token);
          CREATE INDEX session_account ON session (org_id, user_id)",
};

/// A session as stored.
#[derive(Clone)]
pub(crate) struct SessionRow {
    pub(crate) org: OrgId,
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) token: TokenHash,
    pub(crate) state: SessionState,
    pub(crate) enrolment: Option<Vec<u8>>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) proven_at: Timestamp,
    pub(crate) assurance: Assurance,
    pub(crate) recognised: bool,
    /// The label it works at.
    pub(crate) working: Label,
    pub(super) agent: Option<Vec<u8>>,
    pub(super) made_from: Option<Vec<u8>>,
    /// Where it was made, opened.
    pub(super) place: Option<Place>,
    /// The registered device it is bound to.
    pub(crate) device: Option<DeviceId>,
    /// That device, read with the session.
    pub(crate) known_device: Option<KnownDevice>,
}

impl SessionRow {
    /// One that was just made and is pending.
    pub(crate) fn begun(
        org: OrgId,
        id: SessionId,
        user: UserId,
        token: TokenHash,
        now: Timestamp,
    ) -> Self {
        Self {
            org,
            id,
            user,
            token,
            state: SessionState::Pending,
            enrolment: None,
            created_at: now,
            last_seen_at: now,
            proven_at: now,
            assurance: Assurance::Single,
            working: Label::default(),
            recognised: false,
            agent: None,
            made_from: None,
            device: None,
            known_device: None,
            place: None,
        }
    }

    /// Where it was made; `None` while it is pending.
    ///
    /// # Errors
    /// What is stored does not open.
    pub(super) fn made_at(&self, key: &TenantKey) -> Result<Option<Place>, CryptoError> {
        let open = |purpose, sealed: &Option<Vec<u8>>| -> Result<Option<String>, CryptoError> {
            let opened = sealed
                .as_deref()
                .map(|sealed| key.open_secret(purpose, self.id.as_bytes(), sealed))
                .transpose()?;
            Ok(opened.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        let Some(agent) = open(SEALED_AGENT, &self.agent)? else {
            return Ok(None);
        };
        let address = open(SEALED_MADE_FROM, &self.made_from)?;
        Ok(Some(Place {
            agent: Agent::from_stored(&agent),
            address: address.and_then(|text| text.parse().ok()),
        }))
    }
}

fn stored_assurance(assurance: Assurance) -> i64 {
    match assurance {
        Assurance::Single => 1,
        Assurance::Multi => 2,
        Assurance::PhishingResistant => 3,
    }
}

/// What a later version may have stored and this one does not know is the least.
fn assurance_of(stored: i64) -> Assurance {
    match stored {
        2 => Assurance::Multi,
        3 => Assurance::PhishingResistant,
        _ => Assurance::Single,
    }
}

pub(crate) async fn by_token(
    tx: &mut ReadTx,
    token: &TokenHash,
) -> Result<Option<SessionRow>, StoreError> {
    let sql = "SELECT org_id, id, user_id, state, enrolment, created_at, last_seen_at, proven_at, assurance, recognised, \
               agent, made_from, device_id, working_level, working_compartments FROM session WHERE token = $1";
    let rows = tx.before_sign_in(sql, &[Value::from(token.0)]).await?;
    let read = |row: &Row| {
        Ok(SessionRow {
            org: OrgId::from_bytes(row.id(0)?),
            id: SessionId::from_bytes(row.id(1)?),
            user: UserId::from_bytes(row.id(2)?),
            token: *token,
            state: if row.int(3)? == 1 {
                SessionState::Active
            } else {
                SessionState::Pending
            },
            enrolment: row.bytes_opt(4)?.map(<[u8]>::to_vec),
            created_at: row.time(5)?,
            last_seen_at: row.time(6)?,
            proven_at: row.time(7)?,
            assurance: assurance_of(row.int(8)?),
            recognised: row.int(9)? != 0,
            working: Label {
                level: u8::try_from(row.int(13)?)
                    .ok()
                    .and_then(Level::from_number)
                    .unwrap_or(Level::Public),
                compartments: Compartments::from_bits(row.int(14)?.unsigned_abs()),
            },
            agent: row.bytes_opt(10)?.map(<[u8]>::to_vec),
            made_from: row.bytes_opt(11)?.map(<[u8]>::to_vec),
            place: None,
            device: row.id_opt(12)?.map(DeviceId::from_bytes),
            known_device: None,
        })
    };
    rows.first().map(read).transpose()
}

/// Makes a session whose second factor is not yet proven.
pub(crate) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, SessionResource>,
    user: UserId,
    token: &TokenHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (org_id, id, user_id, token, state, failures, created_at, last_seen_at, proven_at, \
               assurance, recognised) VALUES ($1, $2, $3, $4, 0, 0, $5, $5, $5, 1, 0)";
    let values = [Value::from(user), Value::from(token.0), Value::from(now)];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// The purpose under which it is sealed what a device says it is.
pub(super) const SEALED_AGENT: &str = "session.agent";
/// The purpose under which the address a session was made from is sealed.
pub(super) const SEALED_MADE_FROM: &str = "session.made_from";
/// The purpose under which the address a session was last used from is sealed.
pub(super) const SEALED_SEEN_FROM: &str = "session.seen_from";

/// An address as it is stored.
pub(super) fn sealed_address(
    key: &TenantKey,
    purpose: &str,
    id: SessionId,
    address: Option<IpAddr>,
    random: &dyn Random,
) -> Option<Vec<u8>> {
    let text = address?.to_string();
    Some(key.seal_secret(purpose, id.as_bytes(), text.as_bytes(), random))
}

/// What a session is recognised by, sealed.
pub(crate) struct Marks {
    agent: Vec<u8>,
    made_from: Option<Vec<u8>>,
    seen_from: Option<Vec<u8>>,
}

impl Marks {
    /// Those of a session that is completed by a device from an address.
    pub(crate) fn seal(
        key: &TenantKey,
        id: SessionId,
        agent: Agent,
        address: Option<IpAddr>,
        random: &dyn Random,
    ) -> Self {
        let text = agent.to_stored();
        Self {
            agent: key.seal_secret(SEALED_AGENT, id.as_bytes(), text.as_bytes(), random),
            made_from: sealed_address(key, SEALED_MADE_FROM, id, address, random),
            seen_from: sealed_address(key, SEALED_SEEN_FROM, id, address, random),
        }
    }
}

/// Completes a sign-in: the session becomes active under a new token. False if it is not pending (any more).
pub(crate) async fn activate(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    before: &TokenHash,
    token: &TokenHash,
    now: Timestamp,
    proven: Proven,
    marks: Marks,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET state = 1, token = $4, enrolment = NULL, failures = 0, last_seen_at = $5, proven_at = $5, \
               agent = $6, made_from = $7, seen_from = $8, assurance = $9, recognised = $10 \
               WHERE org_id = $1 AND id = $2 AND token = $3 AND state = 0";
    let values = [
        Value::from(before.0),
        Value::from(token.0),
        Value::from(now),
        Value::Bytes(marks.agent),
        Value::from(marks.made_from),
        Value::from(marks.seen_from),
        Value::Int(stored_assurance(proven.assurance)),
        Value::from(proven.recognised),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// What completing a sign-in has shown.
pub(crate) struct Proven {
    /// How surely the person proved who they are.
    pub(crate) assurance: Assurance,
    /// Whether the device is known from an earlier sign-in to the account.
    pub(crate) recognised: bool,
}

/// A factor was proven again: the session goes on under a new token, as made at the place it is used at now. False if it
/// is not this active session (any more).
pub(crate) async fn prove_again(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    before: &TokenHash,
    token: &TokenHash,
    now: Timestamp,
    assurance: Assurance,
    marks: Marks,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET token = $4, failures = 0, last_seen_at = $5, proven_at = $5, agent = $6, made_from = $7, \
               seen_from = $8, assurance = CASE WHEN assurance > $9 THEN assurance ELSE $9 END \
               WHERE org_id = $1 AND id = $2 AND token = $3 AND state = 1";
    let values = [
        Value::from(before.0),
        Value::from(token.0),
        Value::from(now),
        Value::Bytes(marks.agent),
        Value::from(marks.made_from),
        Value::from(marks.seen_from),
        Value::Int(stored_assurance(assurance)),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// Keeps the secret of a second factor that is being set up, unless there is one already.
pub(crate) async fn set_enrolment(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    sealed: Vec<u8>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET enrolment = $3 WHERE org_id = $1 AND id = $2 AND state = 0 AND enrolment IS NULL";
    Ok(tx.put(permit, sql, &[Value::Bytes(sealed)]).await? == 1)
}

/// Counts a wrong code, and ends the session with the last one allowed in a row.
pub(crate) async fn count_failure(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    allowed: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET failures = failures + 1 WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[]).await?;
    let sql = "DELETE FROM session WHERE org_id = $1 AND id = $2 AND failures >= $3";
    Ok(tx.put(permit, sql, &[Value::Int(allowed)]).await? == 1)
}

pub(crate) async fn seen(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    at: Timestamp,
    from: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let sql = "UPDATE session SET last_seen_at = $3, seen_from = COALESCE($4, seen_from) \
               WHERE org_id = $1 AND id = $2 AND last_seen_at < $3";
    tx.put(permit, sql, &[Value::from(at), Value::from(from)])
        .await
        .map(|_| ())
}

/// A session as a list shows it, what it is recognised by still sealed.
pub(super) struct ListedRow {
    pub(super) id: SessionId,
    pub(super) created_at: Timestamp,
    pub(super) last_seen_at: Timestamp,
    pub(super) agent: Option<Vec<u8>>,
    pub(super) made_from: Option<Vec<u8>>,
    pub(super) seen_from: Option<Vec<u8>>,
}

/// The complete sessions of an account, also those whose time has passed.
pub(super) async fn list_of_user(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, SessionResource>,
    user: UserId,
) -> Result<Vec<ListedRow>, StoreError> {
    let sql = "SELECT id, created_at, last_seen_at, agent, made_from, seen_from \
               FROM (SELECT s.*, s.user_id AS owner_id FROM session s) u \
               WHERE org_id = $1 AND user_id = $2 AND state = 1 AND {scope}";
    let rows = tx.within(scope, sql, &[Value::from(user)]).await?;
    let bytes = |row: &Row, column| -> Result<Option<Vec<u8>>, StoreError> {
        Ok(row.bytes_opt(column)?.map(<[u8]>::to_vec))
    };
    let read = |row: &Row| {
        Ok(ListedRow {
            id: SessionId::from_bytes(row.id(0)?),
            created_at: row.time(1)?,
            last_seen_at: row.time(2)?,
            agent: bytes(row, 3)?,
            made_from: bytes(row, 4)?,
            seen_from: bytes(row, 5)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The complete sessions of everybody, also those whose time has passed, with whose they are.
pub(super) async fn list_all(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, SessionResource>,
) -> Result<Vec<(UserId, ListedRow)>, StoreError> {
    let sql = "SELECT id, created_at, last_seen_at, made_from, seen_from, user_id \
               FROM (SELECT s.*, s.user_id AS owner_id FROM session s) u \
               WHERE org_id = $1 AND state = 1 AND {scope}";
    let rows = tx.within(scope, sql, &[]).await?;
    let read = |row: &Row| {
        let listed = ListedRow {
            id: SessionId::from_bytes(row.id(0)?),
            created_at: row.time(1)?,
            last_seen_at: row.time(2)?,
            agent: None,
            made_from: row.bytes_opt(3)?.map(<[u8]>::to_vec),
            seen_from: row.bytes_opt(4)?.map(<[u8]>::to_vec),
        };
        Ok((UserId::from_bytes(row.id(5)?), listed))
    };
    rows.iter().map(read).collect()
}

/// All of an account's sessions, pending ones too, within a transaction.
pub(super) async fn ids_of_user(
    tx: &mut WriteTx<'_>,
    user: UserId,
) -> Result<Vec<SessionId>, StoreError> {
    let sql = "SELECT id FROM session WHERE org_id = $1 AND user_id = $2";
    let rows = tx.lookup(sql, &[Value::from(user)]).await?;
    rows.iter()
        .map(|row| row.id(0).map(SessionId::from_bytes))
        .collect()
}

/// The complete sessions of an account whose time has not passed, oldest first, within a transaction.
pub(crate) async fn live_of_user(
    tx: &mut WriteTx<'_>,
    user: UserId,
    unseen_since: Timestamp,
    made_before: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let sql = "SELECT id FROM session WHERE org_id = $1 AND user_id = $2 AND state = 1 AND last_seen_at > $3 \
               AND created_at > $4 ORDER BY created_at, id";
    let values = [
        Value::from(user),
        Value::from(unseen_since),
        Value::from(made_before),
    ];
    let rows = tx.lookup(sql, &values).await?;
    rows.iter()
        .map(|row| row.id(0).map(SessionId::from_bytes))
        .collect()
}

/// Ends one session of an account: false if the account has no such session (any more).
pub(crate) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, SessionResource>,
    user: UserId,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND id = $2 AND user_id = $3";
    Ok(tx.put(permit, sql, &[Value::from(user)]).await? == 1)
}

/// Ends an account's sessions, except one if so wished.
pub(crate) async fn delete_of_user<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    except: Option<SessionId>,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND user_id = $2 AND id <> $3";
    let except = except.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    tx.put(permit, sql, &[Value::Bytes(except)]).await
}

/// Binds a session to a registered device: false if it ended, or is bound to another.
pub(crate) async fn bind(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    device: DeviceId,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET device_id = $3 WHERE org_id = $1 AND id = $2 AND state = 1 \
               AND (device_id IS NULL OR device_id = $3)";
    let device = Value::from(device.as_bytes());
    Ok(tx.put(permit, sql, &[device]).await? == 1)
}

/// Sets the label a session works at: false if it ended.
pub(super) async fn work_at(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, SessionResource>,
    label: Label,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET working_level = $3, working_compartments = $4 WHERE org_id = $1 AND id = $2 AND state = 1";
    let bits = i64::try_from(label.compartments.bits()).unwrap_or(0);
    let values = [Value::Int(label.level as i64), Value::Int(bits)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// When an active session was made; none if there is no such session any more.
pub(super) async fn made_at(
    tx: &mut ReadTx,
    caller: &Caller,
    id: SessionId,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT created_at FROM session WHERE org_id = $1 AND id = $2 AND state = 1";
    let rows = tx
        .lookup(caller, sql, &[Value::from(id.as_bytes())])
        .await?;
    rows.first().map(|row| row.time(0)).transpose()
}

/// The registered device a session of the caller's organisation is bound to.
pub(super) async fn device_of(
    tx: &mut ReadTx,
    caller: &Caller,
    id: SessionId,
) -> Result<Option<DeviceId>, StoreError> {
    let sql = "SELECT device_id FROM session WHERE org_id = $1 AND id = $2";
    let rows = tx
        .lookup(caller, sql, &[Value::from(id.as_bytes())])
        .await?;
    let device = rows.first().map(|row| row.id_opt(0)).transpose()?;
    Ok(device.flatten().map(DeviceId::from_bytes))
}

/// Ends the sessions of a device.
pub(crate) async fn delete_of_device(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, DeviceResource>,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND device_id = $2";
    tx.put(permit, sql, &[]).await
}

/// Removes what no token opens any more.
pub(super) async fn delete_expired(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, OrganisationResource>,
    unseen_since: Timestamp,
    made_before: Timestamp,
    pending_before: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE org_id = $1 AND org_id = $2 \
               AND (last_seen_at <= $3 OR created_at <= $4 OR (state = 0 AND created_at <= $5))";
    let values = [
        Value::from(unseen_since),
        Value::from(made_before),
        Value::from(pending_before),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}
