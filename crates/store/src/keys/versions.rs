//! The tables of keys and of their rotation.

use super::TenantKeys;
use crate::store::Store;
use crate::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_kernel::crypto::{KeyState, KeyVersion, StoredKey, Suite, WrappedKey};
use custos_values::{OrgId, Timestamp};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0002_tenant_key",
        sql: "CREATE TABLE tenant_key (
                org_id {bytes} NOT NULL, version BIGINT NOT NULL, wrapped {bytes} NOT NULL,
                PRIMARY KEY (org_id, version)) {clustered}",
    },
    Migration {
        name: "0401_key_rotation",
        sql: "ALTER TABLE tenant_key ADD COLUMN suite BIGINT NOT NULL DEFAULT 1;
              ALTER TABLE tenant_key ADD COLUMN state TEXT NOT NULL DEFAULT 'current';
              CREATE TABLE key_rotation (
                org_id {bytes} NOT NULL, version BIGINT NOT NULL, part TEXT NOT NULL, after_key {bytes} NOT NULL,
                done BIGINT NOT NULL, total BIGINT NOT NULL, changed BIGINT NOT NULL, started_at BIGINT NOT NULL,
                moved_at BIGINT NOT NULL, finished_at BIGINT,
                PRIMARY KEY (org_id, version)) {clustered}",
    },
];

fn org_value(org: OrgId) -> Value {
    Value::from(&org.as_bytes()[..])
}

pub(super) async fn insert(tx: &mut WriteTx<'_>, stored: &StoredKey) -> Result<(), StoreError> {
    let values = [
        org_value(tx.org()),
        Value::Int(stored.version.into()),
        Value::from(stored.wrapped.as_bytes()),
        Value::Int(stored.suite.id().into()),
        Value::from(stored.state.name()),
    ];
    let sql = "INSERT INTO tenant_key (org_id, version, wrapped, suite, state) VALUES ($1, $2, $3, $4, $5)";
    tx.raw_execute(sql, &values).await?;
    Ok(())
}

const KEYS: &str =
    "SELECT version, wrapped, suite, state FROM tenant_key WHERE org_id = $1 ORDER BY version";

fn stored(row: &Row) -> Result<StoredKey, StoreError> {
    let corrupt = || StoreError::Corrupt("a version of the organisation's key".to_owned());
    Ok(StoredKey {
        version: u32::try_from(row.int(0)?).map_err(|_| corrupt())?,
        wrapped: WrappedKey::from_bytes(row.bytes(1)?.to_vec()),
        suite: Suite::from_id(u8::try_from(row.int(2)?).map_err(|_| corrupt())?)?,
        state: KeyState::named(row.text(3)?).ok_or_else(corrupt)?,
    })
}

pub(super) async fn all(tx: &mut ReadTx, org: OrgId) -> Result<Vec<StoredKey>, StoreError> {
    let rows = tx.raw(KEYS, &[org_value(org)]).await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn states(tx: &mut ReadTx, org: OrgId) -> Result<Vec<(u32, String)>, StoreError> {
    let sql = "SELECT version, state FROM tenant_key WHERE org_id = $1 ORDER BY version";
    let rows = tx.raw(sql, &[org_value(org)]).await?;
    rows.iter()
        .map(|row| {
            let number = u32::try_from(row.int(0)?);
            let number = number.map_err(|_| StoreError::Corrupt("a key's version".to_owned()))?;
            Ok((number, row.text(1)?.to_owned()))
        })
        .collect()
}

/// How far a rotation is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RotationProgress {
    /// What is being sealed anew: the name of a table; empty at the beginning.
    pub part: String,
    /// The last key of that table that was looked at.
    pub after: Vec<u8>,
    /// Rows looked at in this round.
    pub done: i64,
    /// Rows there were when the round began.
    pub total: i64,
    /// Rows sealed anew in this round. A round without any is the last.
    pub changed: i64,
}

/// A rotation: the making of a version, and the sealing anew of everything under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The version it leads to.
    pub version: u32,
    /// How far it is.
    pub progress: RotationProgress,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it last moved.
    pub moved_at: Timestamp,
    /// When it ended, if it has.
    pub finished_at: Option<Timestamp>,
}

impl TenantKeys {
    /// Begins a rotation: makes the next version, which nothing is sealed with yet. False while another one goes on.
    ///
    /// # Errors
    /// [`StoreError`], as everywhere below.
    pub async fn begin_rotation(
        &self,
        tx: &mut WriteTx<'_>,
        suite: Suite,
    ) -> Result<bool, StoreError> {
        let rows = tx.raw(KEYS, &[org_value(tx.org())]).await?;
        let versions: Vec<StoredKey> = rows.iter().map(stored).collect::<Result<_, _>>()?;
        let busy = |s: &StoredKey| matches!(s.state, KeyState::Arriving | KeyState::Draining);
        if versions.iter().any(busy) {
            return Ok(false);
        }
        let about = KeyVersion {
            number: versions.last().map_or(1, |last| last.version + 1),
            suite,
            state: KeyState::Arriving,
        };
        let wrapped = self.keyring.new_tenant_key(tx.org(), about, tx.random());
        let next = StoredKey {
            version: about.number,
            suite,
            state: about.state,
            wrapped,
        };
        insert(tx, &next).await?;
        let sql = "INSERT INTO key_rotation (org_id, version, part, after_key, done, total, changed, started_at, moved_at) \
                   VALUES ($1, $2, '', $3, 0, 0, 0, $4, $4)";
        let values = [
            org_value(tx.org()),
            Value::Int(about.number.into()),
            Value::Bytes(Vec::new()),
            Value::from(tx.now()),
        ];
        tx.raw_execute(sql, &values).await?;
        Ok(true)
    }

    /// Seals with the version that arrived from now on, and drains the one before.
    ///
    /// # Errors
    /// See [`Self::begin_rotation`].
    pub async fn activate(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        for (from, to) in [
            (KeyState::Current, KeyState::Draining),
            (KeyState::Arriving, KeyState::Current),
        ] {
            set_state(tx, from, to).await?;
        }
        Ok(())
    }

    /// Ends a rotation: nothing that can be sealed anew is under the version before.
    ///
    /// # Errors
    /// See [`Self::begin_rotation`].
    pub async fn retire(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        set_state(tx, KeyState::Draining, KeyState::Retired).await?;
        let sql = "UPDATE key_rotation SET finished_at = $2, moved_at = $2 WHERE org_id = $1 AND finished_at IS NULL";
        tx.raw_execute(sql, &[org_value(tx.org()), Value::from(tx.now())])
            .await?;
        Ok(())
    }

    /// Notes how far the rotation is, within the transaction that took it there.
    ///
    /// # Errors
    /// See [`Self::begin_rotation`].
    pub async fn note_progress(
        &self,
        tx: &mut WriteTx<'_>,
        progress: &RotationProgress,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE key_rotation SET part = $2, after_key = $3, done = $4, total = $5, changed = $6, moved_at = $7 \
                   WHERE org_id = $1 AND finished_at IS NULL";
        let values = [
            org_value(tx.org()),
            Value::from(progress.part.as_str()),
            Value::Bytes(progress.after.clone()),
            Value::Int(progress.done),
            Value::Int(progress.total),
            Value::Int(progress.changed),
            Value::from(tx.now()),
        ];
        tx.raw_execute(sql, &values).await?;
        Ok(())
    }

    /// The rotations of an organisation, newest first.
    ///
    /// # Errors
    /// See [`Self::begin_rotation`].
    pub async fn rotations(&self, store: &Store, org: OrgId) -> Result<Vec<Rotation>, StoreError> {
        let sql = "SELECT version, part, after_key, done, total, changed, started_at, moved_at, finished_at \
                   FROM key_rotation WHERE org_id = $1 ORDER BY version DESC";
        let rows = store.read().await?.raw(sql, &[org_value(org)]).await?;
        rows.iter()
            .map(|row| {
                Ok(Rotation {
                    version: u32::try_from(row.int(0)?)
                        .map_err(|_| StoreError::Corrupt("a key's version".to_owned()))?,
                    progress: RotationProgress {
                        part: row.text(1)?.to_owned(),
                        after: row.bytes(2)?.to_vec(),
                        done: row.int(3)?,
                        total: row.int(4)?,
                        changed: row.int(5)?,
                    },
                    started_at: row.time(6)?,
                    moved_at: row.time(7)?,
                    finished_at: row.time_opt(8)?,
                })
            })
            .collect()
    }

    /// Wraps every version of every organisation's key under the newest key of the keyring. How many it wrapped.
    ///
    /// # Errors
    /// See [`Self::begin_rotation`].
    pub async fn rewrap(&self, tx: &mut WriteTx<'_>) -> Result<u64, StoreError> {
        let rows = tx.raw(KEYS, &[org_value(tx.org())]).await?;
        let mut count = 0;
        for row in &rows {
            let old = stored(row)?;
            let Some(wrapped) = self.keyring.rewrap(tx.org(), &old, tx.random())? else {
                continue;
            };
            let sql = "UPDATE tenant_key SET wrapped = $3 WHERE org_id = $1 AND version = $2";
            let values = [
                org_value(tx.org()),
                Value::Int(old.version.into()),
                Value::from(wrapped.as_bytes()),
            ];
            count += tx.raw_execute(sql, &values).await?;
        }
        Ok(count)
    }
}

async fn set_state(tx: &mut WriteTx<'_>, from: KeyState, to: KeyState) -> Result<(), StoreError> {
    let sql = "UPDATE tenant_key SET state = $3 WHERE org_id = $1 AND state = $2";
    let values = [
        org_value(tx.org()),
        Value::from(from.name()),
        Value::from(to.name()),
    ];
    tx.raw_execute(sql, &values).await?;
    Ok(())
}
