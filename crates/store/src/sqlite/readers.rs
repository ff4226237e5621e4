//! A small pool of reading connections.

use super::{SqliteConnection, SqliteOptions};
use crate::StoreError;
use parking_lot::Mutex;
use std::sync::Arc;

pub(crate) struct Readers {
    idle: Mutex<Vec<SqliteConnection>>,
    options: SqliteOptions,
}

impl Readers {
    pub(crate) fn open(options: SqliteOptions) -> Result<Arc<Self>, StoreError> {
        let first = SqliteConnection::open(&options, false)?;
        Ok(Arc::new(Self {
            idle: Mutex::new(vec![first]),
            options,
        }))
    }

    /// An idle connection, or a new one: readers never wait for each other. Surplus ones are closed on return.
    pub(crate) fn take(self: &Arc<Self>) -> Result<ReadConnection, StoreError> {
        let idle = self.idle.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => SqliteConnection::open(&self.options, false)?,
        };
        Ok(ReadConnection {
            connection: Some(connection),
            home: Arc::clone(self),
        })
    }
}

/// A reading connection that goes home when dropped.
pub(crate) struct ReadConnection {
    connection: Option<SqliteConnection>,
    home: Arc<Readers>,
}

impl ReadConnection {
    pub(crate) fn get(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_mut().ok_or(StoreError::Closed)
    }
}

impl Drop for ReadConnection {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // A snapshot left open would keep the WAL from being reused.
            if connection.in_transaction() && connection.batch("ROLLBACK").is_err() {
                return;
            }
            let mut idle = self.home.idle.lock();
            if idle.len() < self.home.options.readers {
                idle.push(connection);
            }
        }
    }
}
