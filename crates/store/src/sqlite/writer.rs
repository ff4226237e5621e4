//! The single writer and its group commit.
//!
//! Writers take turns at one connection, first come, first served. The first one opens a transaction; each works in a
//! savepoint of its own and then queues again for its *commit turn*. Everybody who was waiting meanwhile has then
//! joined the same transaction, so whoever reaches a commit turn first commits for all. Nobody can be left
//! uncommitted by a request that goes away: the next turn commits what it finds.

use super::{SqliteConnection, SqliteOptions};
use crate::StoreError;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

struct State {
    connection: SqliteConnection,
    /// Number of the open group; a member whose group is no longer this one has been committed or has failed.
    group: u64,
    open: bool,
    /// The group that could not be committed, if the last one failed.
    failed: Option<(u64, String)>,
}

pub(crate) struct Writer(Arc<Mutex<State>>);

/// Exclusive use of the writing connection inside a savepoint. Dropping it rolls the savepoint back.
pub(crate) struct WriterTurn {
    state: OwnedMutexGuard<State>,
    writer: Arc<Mutex<State>>,
    released: bool,
}

impl Writer {
    pub(crate) fn open(options: &SqliteOptions) -> Result<Self, StoreError> {
        let connection = SqliteConnection::open(options, true)?;
        let state = State {
            connection,
            group: 0,
            open: false,
            failed: None,
        };
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    pub(crate) async fn begin(&self) -> Result<WriterTurn, StoreError> {
        let mut state = Arc::clone(&self.0).lock_owned().await;
        if !state.open {
            state.connection.batch("BEGIN IMMEDIATE")?;
            state.open = true;
            state.group += 1;
        }
        state.connection.batch("SAVEPOINT turn")?;
        Ok(WriterTurn {
            state,
            writer: Arc::clone(&self.0),
            released: false,
        })
    }

    /// Commits what is open and empties the WAL; for shutdown.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let mut state = self.0.lock().await;
        if state.open {
            commit(&mut state)?;
        }
        state.connection.empty_wal()
    }

    /// The connection itself, for migrations before anything else runs.
    pub(crate) async fn with_connection<T>(
        self,
        work: impl AsyncFnOnce(SqliteConnection) -> (SqliteConnection, Result<T, StoreError>),
    ) -> Result<(Self, T), StoreError> {
        let state = Arc::try_unwrap(self.0)
            .map_err(|_| StoreError::Closed)?
            .into_inner();
        let (connection, outcome) = work(state.connection).await;
        Ok((
            Self(Arc::new(Mutex::new(State {
                connection,
                ..state
            }))),
            outcome?,
        ))
    }
}

impl WriterTurn {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.state.connection
    }

    /// Ends the savepoint and returns once the group it belongs to is committed (not yet: synced).
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.state.connection.batch("RELEASE turn")?;
        self.released = true;
        let group = self.state.group;
        let writer = Arc::clone(&self.writer);
        drop(self);
        let mut state = writer.lock().await;
        match &state.failed {
            Some((failed, reason)) if *failed == group => {
                return Err(StoreError::Engine(reason.clone()));
            }
            _ => {}
        }
        if state.open && state.group == group {
            commit(&mut state)?;
        }
        Ok(())
    }
}

fn commit(state: &mut State) -> Result<(), StoreError> {
    state.open = false;
    if let Err(error) = state.connection.batch("COMMIT") {
        state.failed = Some((state.group, error.to_string()));
        if state.connection.in_transaction() {
            state.connection.batch("ROLLBACK")?;
        }
        return Err(error);
    }
    Ok(())
}

impl Drop for WriterTurn {
    fn drop(&mut self) {
        if self.released {
            return;
        }
        // If even this fails the whole group must not survive: a half-done turn would be committed with it.
        if let Err(error) = self
            .state
            .connection
            .batch("ROLLBACK TO turn; RELEASE turn")
        {
            tracing::error!(%error, "a savepoint cannot be rolled back; the group is rolled back");
            let group = self.state.group;
            self.state.failed = Some((group, error.to_string()));
            self.state.open = false;
            let _ = self.state.connection.batch("ROLLBACK");
        }
    }
}
