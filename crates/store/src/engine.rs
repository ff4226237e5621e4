//! The dispatch between the two engines: below this line they differ, above it they do not.

use crate::postgres::PgConnection;
use crate::sqlite::SqliteConnection;
use crate::{Row, StoreError, Value};

/// A connection of either engine. On SQLite the futures are ready at once: the work is done on the calling thread,
/// which for indexed statements takes microseconds.
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Connection {
    pub(crate) async fn query(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.query(sql, values),
            Self::Postgres(connection) => connection.query(sql, values).await,
        }
    }

    pub(crate) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(connection) => connection.execute(sql, values),
            Self::Postgres(connection) => connection.execute(sql, values).await,
        }
    }

    /// Statements without parameters or results.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.batch(sql),
            Self::Postgres(connection) => connection.batch(sql).await,
        }
    }

    /// The same statement for many rows; one round trip for all of them on PostgreSQL.
    pub(crate) async fn execute_many(
        &mut self,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => rows
                .iter()
                .try_for_each(|values| connection.execute(sql, values).map(|_| ())),
            Self::Postgres(connection) => connection.execute_many(sql, rows).await,
        }
    }

    /// Starts a read-only snapshot that ends when the connection is given back.
    pub(crate) async fn begin_snapshot(&mut self, begin: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.batch(begin),
            Self::Postgres(connection) => connection.begin_with(begin).await,
        }
    }
}
