//! The store: one of two engines, opened, migrated and followed by the log's sequencer.

use crate::engine::Connection;
use crate::log::AuditSink;
use crate::migrate::MigrationSet;
use crate::postgres::{PgPool, Purpose};
use crate::sqlite::{Readers, SqliteOptions, WalSync, Writer};
use crate::tx::{ReadTx, WriteTx};
use crate::{StoreError, TenantKeys};
use custos_kernel::crypto::Keyring;
use custos_kernel::policy::Caller;
use custos_values::{Clock, OrgId, Random};
use std::sync::Arc;

/// Which engine a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// The embedded, encrypted SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Where the data is.
pub enum Location {
    /// The embedded engine.
    Sqlite(SqliteOptions),
    /// A server, by `postgres://` URL, with a bound on connections.
    Postgres {
        /// The URL; may contain a password and is never printed.
        url: String,
        /// Most connections at once, at least 3: two are kept for the log.
        connections: usize,
    },
}

pub(crate) enum Backend {
    Sqlite {
        readers: Arc<Readers>,
        writer: Writer,
        sync: WalSync,
    },
    /// The embedded engine with a file that must stay as it is.
    SqliteUnchanged(Arc<Readers>),
    Postgres(PgPool),
}

/// The database, with the keys and the clock everything below needs.
pub struct Store {
    pub(crate) backend: Backend,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) keys: TenantKeys,
    /// Whether changes are refused.
    pub(crate) unchanged: bool,
}

impl Store {
    /// Opens the database and applies missing migrations.
    ///
    /// # Errors
    /// [`StoreError::Open`] when it cannot be reached or does not open with the key, [`StoreError::TooNew`] when a
    /// newer version made it.
    pub async fn open(
        location: Location,
        migrations: &MigrationSet,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, StoreError> {
        let now = clock.now();
        let backend = match location {
            Location::Sqlite(options) => {
                let mut wal = options.path.clone().into_os_string();
                wal.push("-wal");
                let readers = Readers::new(options);
                let writer = Writer::open(&readers)?;
                let migrate = async |connection| {
                    let mut connection = Connection::Sqlite(connection);
                    let outcome = migrations
                        .apply(&mut connection, EngineKind::Sqlite, now)
                        .await;
                    let Connection::Sqlite(connection) = connection else {
                        unreachable!("made three lines above")
                    };
                    (connection, outcome)
                };
                let (writer, ()) = writer.with_connection(migrate).await?;
                let sync = WalSync::start(wal.as_ref())?;
                Backend::Sqlite {
                    readers,
                    writer,
                    sync,
                }
            }
            Location::Postgres { url, connections } => {
                let pool = PgPool::open(&url, connections)?;
                let mut connection = Connection::Postgres(pool.take(Purpose::Feature).await?);
                migrations
                    .apply(&mut connection, EngineKind::Postgres, now)
                    .await?;
                drop(connection);
                Backend::Postgres(pool)
            }
        };
        Ok(Arc::new(Self {
            backend,
            clock,
            random,
            keys: TenantKeys::new(keyring),
            unchanged: false,
        }))
    }

    /// Opens the database to be looked at as it is: nothing is made, migrated or signed, and every change is refused
    /// with [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// [`StoreError::Open`] when there is none.
    pub fn open_unchanged(
        location: Location,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StoreError> {
        let backend = match location {
            Location::Sqlite(options) => Backend::SqliteUnchanged(Readers::new(SqliteOptions {
                unchanged: true,
                ..options
            })),
            Location::Postgres { url, connections } => {
                Backend::Postgres(PgPool::open(&url, connections)?)
            }
        };
        Ok(Self {
            backend,
            clock,
            random,
            keys: TenantKeys::new(keyring),
            unchanged: true,
        })
    }

    /// Which engine this is.
    pub fn engine(&self) -> EngineKind {
        match self.backend {
            Backend::Sqlite { .. } | Backend::SqliteUnchanged(_) => EngineKind::Sqlite,
            Backend::Postgres(_) => EngineKind::Postgres,
        }
    }

    /// Starts reading.
    ///
    /// # Errors
    /// [`StoreError`] when no connection is to be had.
    pub async fn read(&self) -> Result<ReadTx, StoreError> {
        ReadTx::open(self).await
    }

    /// Starts a change in the caller's organisation.
    ///
    /// # Errors
    /// See [`Self::read`].
    pub async fn write(&self, caller: &Caller) -> Result<WriteTx<'_>, StoreError> {
        WriteTx::open(self, caller.org()).await
    }

    pub(crate) async fn write_log(&self, org: OrgId) -> Result<WriteTx<'_>, StoreError> {
        WriteTx::open_for_log(self, org).await
    }

    /// Puts commits that did not wait for the disk onto it, on an engine that does not do so by itself in time.
    pub(crate) async fn sync_lazily_committed(&self) -> Result<(), StoreError> {
        if let Backend::Postgres(pool) = &self.backend {
            // A commit flushes the server's log, and all before it, only if its own transaction wrote to the log.
            // An empty message is the smallest thing that does, and needs no table.
            let mut connection = pool.take(Purpose::Log).await?;
            connection.begin().await?;
            connection
                .batch("SELECT pg_logical_emit_message(true, 'custos', '')")
                .await?;
            connection.commit().await?;
        }
        Ok(())
    }

    /// The organisations' keys.
    pub fn keys(&self) -> &TenantKeys {
        &self.keys
    }

    /// The clock everything in this installation goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The source of randomness.
    pub fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// The sink for entries of ordinary reads, refusals and the like.
    pub fn audit_sink(self: &Arc<Self>) -> AuditSink {
        AuditSink::start(Arc::clone(self))
    }

    /// Commits what is open, syncs, and closes connections. Call after the last request was answered.
    ///
    /// # Errors
    /// [`StoreError`] when the last sync fails.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite { writer, sync, .. } => {
                writer.close().await?;
                sync.close();
            }
            Backend::SqliteUnchanged(_) => {}
            Backend::Postgres(pool) if self.unchanged => pool.close(),
            Backend::Postgres(pool) => {
                self.sync_lazily_committed().await?;
                pool.close();
            }
        }
        Ok(())
    }
}
