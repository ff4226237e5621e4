//! Schema migrations: each feature owns its tables and hands in its steps; they are applied once, in order.
//!
//! A step is one text for both engines. `{bytes}` becomes the engine's byte type and `{clustered}` the clause that
//! stores a table in primary-key order where the engine knows one. That is for short rows: SQLite keeps whole rows in
//! the inner pages of such a table, so that rows of a kilobyte make a tree of many levels and spill into pages of
//! their own, each of which has to be decrypted. Rows with sealed fields or bodies go without it.

use crate::engine::Connection;
use crate::{EngineKind, Row, StoreError, Value};
use custos_values::Timestamp;

/// Names the steps a database has.
pub(crate) const APPLIED: &str = "SELECT name FROM schema_migration";

/// One schema step of one feature. Once released, its text never changes.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Unique, sortable name such as `0001_audit_entry`.
    pub name: &'static str,
    /// Statements separated by semicolons. Constraints are checked at once (`NOT DEFERRABLE`, the default): concurrent
    /// transactions share a commit on the embedded engine, and one that fails only there would take the others along.
    pub sql: &'static str,
}

/// All steps of a build, ordered by the caller: store, identity, audit, crm, …
#[derive(Debug, Clone, Default)]
pub struct MigrationSet(Vec<Migration>);

impl MigrationSet {
    /// The store's own steps followed by those of the features.
    pub fn new(features: &[&[Migration]]) -> Self {
        let own = crate::log::MIGRATIONS.iter().chain(crate::keys::MIGRATIONS);
        Self(
            own.chain(features.iter().copied().flatten())
                .copied()
                .collect(),
        )
    }

    /// The steps that a database with these rows of [`APPLIED`] lacks; [`StoreError::TooNew`] if it has others.
    pub(crate) fn missing(
        &self,
        rows: &[Row],
    ) -> Result<impl Iterator<Item = &Migration>, StoreError> {
        let applied: Vec<String> = rows
            .iter()
            .map(|r| r.text(0).map(str::to_owned))
            .collect::<Result<_, _>>()?;
        let known = |name: &str| self.0.iter().any(|m| m.name == name);
        if let Some(unknown) = applied.iter().find(|name| !known(name)) {
            return Err(StoreError::TooNew(unknown.clone()));
        }
        let missing = move |m: &&Migration| !applied.iter().any(|name| name == m.name);
        Ok(self.0.iter().filter(missing))
    }

    pub(crate) async fn apply(
        &self,
        connection: &mut Connection,
        kind: EngineKind,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        connection
            .batch(if kind == EngineKind::Sqlite {
                "BEGIN IMMEDIATE"
            } else {
                "BEGIN READ WRITE"
            })
            .await?;
        let outcome = self.apply_steps(connection, kind, now).await;
        connection
            .batch(if outcome.is_ok() {
                "COMMIT"
            } else {
                "ROLLBACK"
            })
            .await?;
        outcome
    }

    /// All missing steps in one transaction: both engines roll schema changes back, so a failure leaves nothing behind.
    async fn apply_steps(
        &self,
        connection: &mut Connection,
        kind: EngineKind,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if kind == EngineKind::Postgres {
            // Several nodes may start at once; the number only has to be ours.
            connection
                .batch("SELECT pg_advisory_xact_lock(7308332045)")
                .await?;
        }
        let table = "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)";
        connection.batch(table).await?;
        let rows = connection.query(APPLIED, &[]).await?;
        for step in self.missing(&rows)? {
            let (bytes, clustered) = match kind {
                EngineKind::Sqlite => ("BLOB", "WITHOUT ROWID"),
                EngineKind::Postgres => ("BYTEA", ""),
            };
            connection
                .batch(
                    &step
                        .sql
                        .replace("{bytes}", bytes)
                        .replace("{clustered}", clustered),
                )
                .await?;
            let values = [Value::from(step.name), Value::from(now)];
            connection
                .execute(
                    "INSERT INTO schema_migration (name, applied_at) VALUES ($1, $2)",
                    &values,
                )
                .await?;
        }
        Ok(())
    }
}
