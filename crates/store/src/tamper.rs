//! Direct access to the database, for tests that play the attacker or look at what features cannot see. Compiled with
//! the feature `tamper` only, which nothing but the test kit turns on.

use crate::postgres::{PgPool, Purpose};
use crate::{Row, Store, StoreError, Value, WriteTx};
use custos_values::OrgId;

impl Store {
    /// Runs one statement as it stands and commits it without an entry.
    ///
    /// # Errors
    /// [`StoreError`], as the engine says.
    #[doc(hidden)]
    pub async fn tamper_for_tests(
        &self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let mut tx = WriteTx::open(self, OrgId::from_bytes([0; 16])).await?;
        let rows = tx.raw(sql, values).await?;
        tx.finish_unrecorded().await?;
        Ok(rows)
    }
}

/// Runs statements on a PostgreSQL server outside any transaction, such as `CREATE DATABASE`.
///
/// # Errors
/// [`StoreError`], as the server says.
#[doc(hidden)]
pub async fn administer_postgres_for_tests(url: &str, sql: &str) -> Result<(), StoreError> {
    let pool = PgPool::open(url, 1)?;
    let mut connection = pool.take(Purpose::Feature).await?;
    connection
        .batch("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        .await?;
    connection.batch(sql).await
}
