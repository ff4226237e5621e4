//! One PostgreSQL connection and its statements.

use crate::{Row, StoreError, Value};
use deadpool_postgres::Object;
use tokio_postgres::types::ToSql;

/// Statements under way at once on one connection.
const PIPELINE: usize = 256;

pub(crate) struct PgConnection {
    client: Option<Object>,
    in_transaction: bool,
}

impl PgConnection {
    pub(crate) fn new(client: Object) -> Self {
        Self {
            client: Some(client),
            in_transaction: false,
        }
    }

    fn client(&self) -> Result<&Object, StoreError> {
        self.client.as_ref().ok_or(StoreError::Closed)
    }

    pub(crate) async fn query(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        let rows = client.query(&statement, &parameters(values)).await?;
        rows.iter().map(super::value::row).collect()
    }

    pub(crate) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.execute(&statement, &parameters(values)).await?)
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.client()?.batch_execute(sql).await?)
    }

    /// Sends all rows without waiting in between; the server works them off in order.
    pub(crate) async fn execute_many(
        &mut self,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        for chunk in rows.chunks(PIPELINE) {
            let sent = chunk.iter().map(|values| {
                let statement = statement.clone();
                async move { client.execute(&statement, &parameters(values)).await }
            });
            futures::future::try_join_all(sent).await?;
        }
        Ok(())
    }

    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        self.begin_with("BEGIN READ WRITE").await
    }

    pub(crate) async fn begin_with(&mut self, begin: &str) -> Result<(), StoreError> {
        self.in_transaction = true;
        self.batch(begin).await
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.batch("COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }
}

impl Drop for PgConnection {
    fn drop(&mut self) {
        if self.in_transaction
            && let Some(client) = self.client.take()
        {
            // Closing the connection makes the server roll back at once, whatever state the protocol is in.
            drop(Object::take(client));
        }
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}
