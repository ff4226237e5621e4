//! A small pool of reading connections, which keep their view of the database while nothing they read has changed.
//!
//! SQLite drops a connection's page cache as soon as another connection has written, and with an encrypted file every
//! page has to be decrypted again. The log is written with every read, so no cache would live longer than one request.
//! But what features read changes far less often than the log. A connection therefore keeps its snapshot, and with it
//! its cache, until a *change* is committed: anything but entries of ordinary reads and the log's own bookkeeping.
//! Reads of the log itself ask for the newest state.
//!
//! Snapshots would keep the write-ahead log from being emptied, so the writer ends those at rest before it commits a
//! change, and every now and then before it commits anything.

use super::{SqliteConnection, SqliteOptions};
use crate::StoreError;
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Readers {
    idle: Mutex<Vec<Resting>>,
    /// Counts the commits that end every snapshot.
    changes: AtomicU64,
    options: SqliteOptions,
}

struct Resting {
    connection: SqliteConnection,
    view: View,
}

/// What a connection sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// Each statement sees what is committed when it starts.
    Newest,
    /// What was committed when this many changes had been, or a little more.
    Kept(u64),
    /// One moment, until the connection is given back.
    Snapshot,
}

impl Readers {
    pub(crate) fn new(options: SqliteOptions) -> Arc<Self> {
        Arc::new(Self {
            idle: Mutex::default(),
            changes: AtomicU64::new(0),
            options,
        })
    }

    pub(crate) fn options(&self) -> &SqliteOptions {
        &self.options
    }

    /// An idle connection, or a new one: readers never wait for each other. Surplus ones are closed on return.
    pub(crate) fn take(self: &Arc<Self>) -> Result<ReadConnection, StoreError> {
        let idle = self.idle.lock().pop();
        let Resting { connection, view } = match idle {
            Some(resting) => resting,
            None => Resting {
                connection: SqliteConnection::open(&self.options, false)?,
                view: View::Newest,
            },
        };
        Ok(ReadConnection {
            connection: Some(connection),
            view,
            keeps: true,
            home: Arc::clone(self),
        })
    }

    /// Ends the snapshots at rest and holds new readers back until the commit is made and noted.
    pub(crate) fn pause(&self) -> Paused<'_> {
        let mut idle = self.idle.lock();
        idle.retain_mut(|resting| {
            let ended = resting.view == View::Newest || resting.connection.run("ROLLBACK").is_ok();
            resting.view = View::Newest;
            ended
        });
        Paused {
            _idle: idle,
            changes: &self.changes,
        }
    }
}

/// While it lives, no connection is taken or given back. Dropping it says that something was committed.
pub(crate) struct Paused<'r> {
    _idle: MutexGuard<'r, Vec<Resting>>,
    changes: &'r AtomicU64,
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }
}

/// A reading connection that goes home when dropped.
pub(crate) struct ReadConnection {
    connection: Option<SqliteConnection>,
    view: View,
    /// Whether statements may be answered from the view of earlier ones if nothing was changed since.
    keeps: bool,
    home: Arc<Readers>,
}

impl ReadConnection {
    /// The connection, ready for one statement.
    pub(crate) fn get(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Closed)?;
        // Read before the snapshot is taken: a change in between makes the snapshot newer than it says, never older.
        let changes = self.home.changes.load(Ordering::Acquire);
        let wanted = match self.view {
            View::Snapshot => View::Snapshot,
            _ if self.keeps => View::Kept(changes),
            _ => View::Newest,
        };
        if wanted != self.view {
            if self.view != View::Newest {
                connection.run("ROLLBACK")?;
                self.view = View::Newest;
            }
            if wanted != View::Newest {
                connection.run("BEGIN")?;
            }
            self.view = wanted;
        }
        Ok(connection)
    }

    /// From here on every statement sees the newest state, entries of ordinary reads included.
    pub(crate) fn follow_log(&mut self) {
        self.keeps = false;
    }

    /// From here on every statement sees the same moment.
    pub(crate) fn snapshot(&mut self, begin: &str) -> Result<(), StoreError> {
        self.follow_log();
        self.get()?.run(begin)?;
        self.view = View::Snapshot;
        Ok(())
    }
}

impl Drop for ReadConnection {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let mut idle = self.home.idle.lock();
        let changes = self.home.changes.load(Ordering::Acquire);
        // A snapshot that is of no use any more would keep the WAL from being reused.
        let mut view = self.view;
        if view != View::Kept(changes) && connection.in_transaction() {
            if connection.run("ROLLBACK").is_err() {
                return;
            }
            view = View::Newest;
        }
        if idle.len() < self.home.options.readers {
            idle.push(Resting { connection, view });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use crate::sqlite::Writer;
    use zeroize::Zeroizing;

    async fn write(writer: &Writer, changes: bool) {
        let mut turn = writer.begin().await.unwrap();
        let sql = "INSERT INTO row (id) VALUES (NULL)";
        turn.connection().unwrap().execute(sql, &[]).unwrap();
        turn.commit(changes).await.unwrap();
    }

    fn count(reader: &mut ReadConnection) -> Value {
        let rows = reader.get().unwrap().query("SELECT count(*) FROM row", &[]);
        rows.unwrap()[0].0[0].clone()
    }

    #[tokio::test]
    async fn a_view_is_kept_until_a_change_and_the_log_is_always_new() {
        let folder = tempfile::tempdir().unwrap();
        let key = Zeroizing::new([1; 32]);
        let readers = Readers::new(SqliteOptions::new(folder.path().join("db"), key));
        let writer = Writer::open(&readers).unwrap();
        let make = "CREATE TABLE row (id INTEGER PRIMARY KEY)";
        let mut turn = writer.begin().await.unwrap();
        turn.connection().unwrap().execute(make, &[]).unwrap();
        turn.commit(true).await.unwrap();

        let mut held = readers.take().unwrap();
        assert_eq!(count(&mut held), Value::Int(0));
        write(&writer, false).await;
        assert_eq!(count(&mut held), Value::Int(0));
        held.follow_log();
        assert_eq!(count(&mut held), Value::Int(1));
        drop(held);

        // A change is seen by the next statement, also of a reader that was taken before.
        let mut held = readers.take().unwrap();
        assert_eq!(count(&mut held), Value::Int(1));
        write(&writer, true).await;
        assert_eq!(count(&mut held), Value::Int(2));
        drop(held);
        assert_eq!(count(&mut readers.take().unwrap()), Value::Int(2));

        let mut moment = readers.take().unwrap();
        moment.snapshot("BEGIN").unwrap();
        assert_eq!(count(&mut moment), Value::Int(2));
        write(&writer, true).await;
        assert_eq!(count(&mut moment), Value::Int(2));
        drop(moment);
        assert_eq!(count(&mut readers.take().unwrap()), Value::Int(3));
    }

    #[tokio::test]
    async fn resting_readers_do_not_keep_the_log_from_being_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let key = Zeroizing::new([1; 32]);
        let readers = Readers::new(SqliteOptions::new(folder.path().join("db"), key));
        let writer = Writer::open(&readers).unwrap();
        let make =
            "CREATE TABLE row (id INTEGER PRIMARY KEY, filling BLOB DEFAULT (zeroblob(60000)))";
        let mut turn = writer.begin().await.unwrap();
        turn.connection().unwrap().execute(make, &[]).unwrap();
        turn.commit(true).await.unwrap();
        // 16 pages each: without an end of the readers' views the file would grow to more than 130 MB.
        for _ in 0..2_000 {
            write(&writer, false).await;
            count(&mut readers.take().unwrap());
        }
        let wal = folder.path().join("db-wal").metadata().unwrap().len();
        assert!(wal < 70_000_000, "{wal}");
    }
}
