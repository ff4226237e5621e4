//! The single writer and its group commit.
//!
//! Writers take turns at one connection, first come, first served. The first one opens a transaction; each of those who
//! join it works in a savepoint of its own. The first that completes its turn starts the group's *committer*, a task
//! that queues like a writer: everybody who was waiting meanwhile joins the same transaction, and then it is committed
//! for all. Because the committer is a task of its own, a request that goes away leaves nobody uncommitted, itself
//! included.

use super::{Readers, SqliteConnection};
use crate::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

/// Longest wait for a turn. Nothing legitimate holds the writer that long; a request that waits for the log while it
/// holds a turn itself would wait for ever without it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Groups without a change after which resting readers let go of the write-ahead log all the same.
const READERS_REST: u32 = 400;

/// How a group ended; `None` while it is open.
type Outcome = Option<Result<(), String>>;

/// The open transaction and those who have work in it.
struct Group {
    outcome: watch::Sender<Outcome>,
    /// Whether a turn was completed in it, which is also when its committer was started.
    has_work: bool,
    /// Whether it changes something features read.
    changes: bool,
}

struct State {
    connection: SqliteConnection,
    readers: Arc<Readers>,
    group: Option<Group>,
    /// Groups committed since readers were last told to let go.
    unnoted: u32,
    closed: bool,
}

pub(crate) struct Writer(Arc<Mutex<State>>);

/// Exclusive use of the writing connection. Dropping it undoes what was done in it.
pub(crate) struct WriterTurn {
    state: OwnedMutexGuard<State>,
    writer: Arc<Mutex<State>>,
    /// Whether there is work of others to be spared if this turn is undone. Where there is none it costs nothing: a
    /// savepoint copies every page before its first change, and a big import changes very many.
    savepoint: bool,
    completed: bool,
}

impl Writer {
    /// The writer of the database that `readers` read.
    pub(crate) fn open(readers: &Arc<Readers>) -> Result<Self, StoreError> {
        let connection = SqliteConnection::open(readers.options(), true)?;
        Ok(Self::with(connection, Arc::clone(readers)))
    }

    fn with(connection: SqliteConnection, readers: Arc<Readers>) -> Self {
        Self(Arc::new(Mutex::new(State {
            connection,
            readers,
            group: None,
            unnoted: 0,
            closed: false,
        })))
    }

    pub(crate) async fn begin(&self) -> Result<WriterTurn, StoreError> {
        let turn = Arc::clone(&self.0).lock_owned();
        let mut state = tokio::time::timeout(LONGEST_WAIT, turn)
            .await
            .map_err(|_| StoreError::Busy)?;
        if state.closed {
            return Err(StoreError::Closed);
        }
        if state.group.is_none() {
            // Left over only if an earlier rollback failed; nobody was told that it succeeded.
            if state.connection.in_transaction() {
                state.connection.batch("ROLLBACK")?;
            }
            state.connection.run("BEGIN IMMEDIATE")?;
            state.group = Some(Group {
                outcome: watch::Sender::new(None),
                has_work: false,
                changes: false,
            });
        }
        let savepoint = state.group.as_ref().is_some_and(|group| group.has_work);
        let turn = WriterTurn {
            savepoint,
            state,
            writer: Arc::clone(&self.0),
            completed: false,
        };
        turn.opened()
    }

    /// Commits what is open and empties the WAL; for shutdown.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let mut state = self.0.lock().await;
        state.closed = true;
        commit(&mut state)?;
        // Views of readers at rest would keep the log from being emptied until the engine's patience ends.
        let readers = Arc::clone(&state.readers);
        let _paused = readers.pause();
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
        Ok((Self::with(connection, state.readers), outcome?))
    }
}

impl WriterTurn {
    fn opened(mut self) -> Result<Self, StoreError> {
        if self.savepoint {
            self.state.connection.run("SAVEPOINT turn")?;
        }
        Ok(self)
    }

    /// The connection, inside the turn.
    ///
    /// SQLite ends the whole transaction by itself after some errors (disk full, I/O error). A statement after that
    /// would commit on its own, so there is none.
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if self.state.connection.in_transaction() {
            Ok(&mut self.state.connection)
        } else {
            Err(StoreError::Engine(
                "the engine ended the transaction".to_owned(),
            ))
        }
    }

    /// Ends the turn and returns once the group it belongs to is committed (not yet: synced). From the first
    /// poll on the turn is committed even if this future is dropped. `changes` says whether anything was changed that
    /// features read.
    pub(crate) async fn commit(mut self, changes: bool) -> Result<(), StoreError> {
        let savepoint = self.savepoint;
        let connection = self.connection()?;
        if savepoint {
            connection.run("RELEASE turn")?;
        }
        self.completed = true;
        let group = self.state.group.as_mut().ok_or(StoreError::Closed)?;
        group.changes |= changes;
        let mut outcome = group.outcome.subscribe();
        if !std::mem::replace(&mut group.has_work, true) {
            tokio::spawn(commit_group(Arc::clone(&self.writer)));
        }
        drop(self);
        let ended = outcome
            .wait_for(Option::is_some)
            .await
            .map_err(|_| StoreError::Closed)?;
        match &*ended {
            Some(Err(reason)) => Err(StoreError::Engine(reason.clone())),
            _ => Ok(()),
        }
    }
}

async fn commit_group(writer: Arc<Mutex<State>>) {
    let mut state = writer.lock().await;
    if let Err(error) = commit(&mut state) {
        tracing::error!(%error, "a group of changes cannot be committed; each of them fails");
    }
}

/// Commits the open group, if there is one, and tells its members.
fn commit(state: &mut State) -> Result<(), StoreError> {
    let Some(group) = state.group.take() else {
        return Ok(());
    };
    state.unnoted += 1;
    let committed = if group.changes || state.unnoted >= READERS_REST {
        state.unnoted = 0;
        let _paused = state.readers.pause();
        state.connection.run("COMMIT")
    } else {
        state.connection.run("COMMIT")
    };
    let told = committed.as_ref().map_err(ToString::to_string).copied();
    group.outcome.send_replace(Some(told));
    if committed.is_err() && state.connection.in_transaction() {
        state.connection.batch("ROLLBACK")?;
    }
    committed
}

impl Drop for WriterTurn {
    fn drop(&mut self) {
        if self.completed {
            return;
        }
        let State {
            connection, group, ..
        } = &mut *self.state;
        if group.as_ref().is_none_or(|group| !group.has_work) {
            *group = None;
            if let Err(error) = connection.batch("ROLLBACK") {
                // Either the engine has done so already, or the next turn tries again.
                tracing::warn!(%error, "a turn cannot be rolled back");
            }
            return;
        }
        // If the turn cannot be undone alone, the whole group must not survive: half a turn would be committed.
        if let Err(error) = connection.batch("ROLLBACK TO turn; RELEASE turn") {
            tracing::error!(%error, "a savepoint cannot be rolled back; the group is rolled back");
            if let Some(group) = group.take() {
                group.outcome.send_replace(Some(Err(error.to_string())));
            }
            if connection.in_transaction()
                && let Err(error) = connection.batch("ROLLBACK")
            {
                tracing::error!(%error, "the group cannot be rolled back; the next turn tries again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SqliteOptions, Value};
    use futures::{future::join, poll};
    use std::pin::pin;
    use zeroize::Zeroizing;

    async fn writer() -> Writer {
        let options = SqliteOptions::new(":memory:", Zeroizing::new([1; 32]));
        let writer = Writer::open(&Readers::new(options)).unwrap();
        let (writer, ()) = writer
            .with_connection(async |mut connection| {
                let outcome = connection.batch(
                    "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
                     CREATE TABLE child (id INTEGER PRIMARY KEY, \
                       parent BIGINT REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
                );
                (connection, outcome)
            })
            .await
            .unwrap();
        writer
    }

    async fn turn(writer: &Writer, sql: &str) -> WriterTurn {
        let mut turn = writer.begin().await.unwrap();
        turn.connection().unwrap().execute(sql, &[]).unwrap();
        turn
    }

    async fn count(writer: &Writer, table: &str) -> Value {
        let mut state = writer.0.lock().await;
        let sql = format!("SELECT count(*) FROM {table}");
        let rows = state.connection.query(&sql, &[]).unwrap();
        rows[0].0[0].clone()
    }

    const ORPHAN: &str = "INSERT INTO child (id, parent) VALUES (1, 99)";
    const SOUND: &str = "INSERT INTO parent (id) VALUES (1)";

    #[tokio::test]
    async fn every_member_learns_that_its_group_was_not_committed() {
        let writer = writer().await;
        // The committer is started here and runs when this task first waits, by when the second is a member too.
        let mut first = pin!(turn(&writer, ORPHAN).await.commit(true));
        assert!(poll!(&mut first).is_pending());
        let second = turn(&writer, SOUND).await.commit(true);
        let (first, second) = join(first, second).await;
        assert!(first.is_err() && second.is_err());
        assert_eq!(count(&writer, "parent").await, Value::Int(0));
        assert!(turn(&writer, SOUND).await.commit(true).await.is_ok());
        assert_eq!(count(&writer, "parent").await, Value::Int(1));
    }

    #[tokio::test]
    async fn a_member_does_not_take_a_later_groups_outcome_for_its_own() {
        let writer = writer().await;
        let mut first = pin!(turn(&writer, ORPHAN).await.commit(true));
        assert!(poll!(&mut first).is_pending());
        writer.close().await.unwrap_err();
        writer.0.lock().await.closed = false;
        assert!(turn(&writer, SOUND).await.commit(true).await.is_ok());
        assert!(first.await.is_err());
    }

    #[tokio::test]
    async fn nothing_runs_after_the_engine_ended_the_transaction() {
        let writer = writer().await;
        let mut first = pin!(turn(&writer, SOUND).await.commit(true));
        assert!(poll!(&mut first).is_pending());
        let mut second = writer.begin().await.unwrap();
        // As SQLite does on a full disk.
        second.connection().unwrap().batch("ROLLBACK").unwrap();
        assert!(second.connection().is_err());
        assert!(second.commit(true).await.is_err());
        assert!(first.await.is_err());
        assert_eq!(count(&writer, "parent").await, Value::Int(0));
        assert!(turn(&writer, SOUND).await.commit(true).await.is_ok());
    }

    #[tokio::test]
    async fn a_turn_that_is_dropped_alone_ends_the_transaction() {
        let writer = writer().await;
        drop(turn(&writer, SOUND).await);
        assert!(!writer.0.lock().await.connection.in_transaction());
        assert_eq!(count(&writer, "parent").await, Value::Int(0));
    }
}
