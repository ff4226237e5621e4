//! Transactions as features see them.

use crate::engine::Connection;
use crate::log::append;
use crate::postgres::Purpose;
use crate::sqlite::{ReadConnection, WriterTurn};
use crate::store::{Backend, EngineKind, Store};
use crate::{Row, StoreError, Value};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Permit, Resource, Scope};
use custos_values::{Clock, OrgId, Random, Timestamp};

/// The organisation's parameter, which every statement of a feature uses.
const ORG: &str = "$1";
/// The record's parameter.
const RECORD: &str = "$2";
/// The row version's parameter.
const VERSION: &str = "$3";
/// Where the rendered scope goes.
const SCOPE: &str = "{scope}";

/// A connection for reading. Statements see committed data only.
pub struct ReadTx(Reading);

enum Reading {
    Sqlite(ReadConnection),
    Postgres(Box<Connection>),
}

impl ReadTx {
    pub(crate) async fn open(store: &Store) -> Result<Self, StoreError> {
        Ok(Self(match &store.backend {
            Backend::Sqlite { readers, .. } | Backend::SqliteUnchanged(readers) => {
                Reading::Sqlite(readers.take()?)
            }
            Backend::Postgres(pool) => Reading::Postgres(Box::new(Connection::Postgres(
                pool.take(Purpose::Feature).await?,
            ))),
        }))
    }

    pub(crate) async fn raw(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        match &mut self.0 {
            Reading::Sqlite(connection) => connection.get()?.query(sql, values),
            Reading::Postgres(connection) => connection.query(sql, values).await,
        }
    }

    /// Reads rows of the caller's organisation; `$1` is the organisation. For plain columns that a decision needs
    /// and for data of the organisation as a whole: nothing sealed opens without a permit.
    ///
    /// # Errors
    /// [`StoreError`], as everywhere below.
    pub async fn lookup(
        &mut self,
        caller: &Caller,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        must_use(sql, &[ORG])?;
        self.raw(sql, &bind(&[&caller.org().as_bytes()[..]], more))
            .await
    }

    /// Reads what belongs to the record of a permit; `$1` is the organisation, `$2` the record.
    ///
    /// # Errors
    /// See [`Self::lookup`].
    pub async fn of<A: Action, R: Resource>(
        &mut self,
        permit: &Permit<A, R>,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        must_use(sql, &[ORG, RECORD])?;
        self.raw(
            sql,
            &bind(&[permit.org().as_bytes(), permit.record()], more),
        )
        .await
    }

    /// Reads the rows a scope includes. `$1` is the organisation; `{scope}` in the text becomes the condition on
    /// `owner_id` and `department_id`, and the feature's own parameters start at `$2`.
    ///
    /// # Errors
    /// See [`Self::lookup`].
    pub async fn within<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        must_use(sql, &[ORG, SCOPE])?;
        let mut values = bind(&[&scope.org().as_bytes()[..]], more);
        let condition = scope_condition(scope, &mut values);
        self.raw(&sql.replace(SCOPE, &condition), &values).await
    }

    /// Makes the following reads see the newest entries of the log, those of ordinary reads included.
    pub(crate) fn follow_log(&mut self) {
        match &mut self.0 {
            Reading::Sqlite(connection) => connection.follow_log(),
            // Every statement does.
            Reading::Postgres(_) => {}
        }
    }

    /// Makes the following reads see one moment; ends when the transaction is dropped.
    pub(crate) async fn snapshot(&mut self, begin: &str) -> Result<(), StoreError> {
        match &mut self.0 {
            Reading::Sqlite(connection) => connection.snapshot(begin),
            Reading::Postgres(connection) => connection.begin_snapshot(begin).await,
        }
    }

    /// Reads across organisations, for the server's own start-up and sign-in, before there is a caller.
    ///
    /// # Errors
    /// See [`Self::lookup`].
    pub async fn before_sign_in(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.raw(sql, values).await
    }
}

/// A transaction that changes something. Ends with [`Self::finish`]; dropping it rolls everything back, and so does
/// finishing it after one of its statements failed.
///
/// On the embedded engine it is the only writer while it lives: do nothing slow meanwhile, and do not wait for
/// another transaction or for an [`crate::AuditSink`], which needs the writer itself.
pub struct WriteTx<'s> {
    store: &'s Store,
    org: OrgId,
    writing: Writing,
    /// A statement failed: what was to be done is done in part only.
    broken: bool,
}

/// What a transaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commit {
    /// Something features read.
    Change,
    /// Entries of ordinary reads, which nobody waits for on disk.
    Reads,
    /// The log's tree and checkpoints.
    Bookkeeping,
}

enum Writing {
    Sqlite(Box<WriterTurn>),
    Postgres(Box<Connection>),
}

impl<'s> WriteTx<'s> {
    pub(crate) async fn open(store: &'s Store, org: OrgId) -> Result<Self, StoreError> {
        Self::open_as(store, org, Purpose::Feature).await
    }

    /// Opens a transaction of the log itself.
    pub(crate) async fn open_for_log(store: &'s Store, org: OrgId) -> Result<Self, StoreError> {
        Self::open_as(store, org, Purpose::Log).await
    }

    async fn open_as(store: &'s Store, org: OrgId, purpose: Purpose) -> Result<Self, StoreError> {
        if store.unchanged {
            return Err(StoreError::ReadOnly);
        }
        let writing = match &store.backend {
            Backend::SqliteUnchanged(_) => return Err(StoreError::ReadOnly),
            Backend::Sqlite { writer, .. } => Writing::Sqlite(Box::new(writer.begin().await?)),
            Backend::Postgres(pool) => {
                let mut connection = pool.take(purpose).await?;
                connection.begin().await?;
                Writing::Postgres(Box::new(Connection::Postgres(connection)))
            }
        };
        Ok(Self {
            store,
            org,
            writing,
            broken: false,
        })
    }

    pub(crate) async fn raw(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let outcome = match &mut self.writing {
            Writing::Sqlite(turn) => turn.connection().and_then(|c| c.query(sql, values)),
            Writing::Postgres(connection) => connection.query(sql, values).await,
        };
        self.noting(outcome)
    }

    pub(crate) async fn raw_execute(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<u64, StoreError> {
        let outcome = match &mut self.writing {
            Writing::Sqlite(turn) => turn.connection().and_then(|c| c.execute(sql, values)),
            Writing::Postgres(connection) => connection.execute(sql, values).await,
        };
        self.noting(outcome)
    }

    pub(crate) async fn raw_execute_many(
        &mut self,
        sql: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let outcome = match &mut self.writing {
            Writing::Sqlite(turn) => rows.iter().try_for_each(|values| {
                turn.connection()?.execute(sql, values)?;
                Ok(())
            }),
            Writing::Postgres(connection) => connection.execute_many(sql, rows).await,
        };
        self.noting(outcome)
    }

    /// After a failed statement PostgreSQL goes no further in a transaction; SQLite would. Both end alike.
    fn noting<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        self.broken |= outcome.is_err();
        outcome
    }

    /// Which engine it is of.
    pub fn engine(&self) -> EngineKind {
        self.store.engine()
    }

    fn check_org(&self, org: OrgId) -> Result<(), StoreError> {
        if org == self.org {
            Ok(())
        } else {
            Err(StoreError::Corrupt(
                "permit of another organisation".to_owned(),
            ))
        }
    }

    /// Reads rows of the transaction's organisation (`$1`), seeing its own changes.
    ///
    /// # Errors
    /// [`StoreError`], as everywhere below.
    pub async fn lookup(&mut self, sql: &str, more: &[Value]) -> Result<Vec<Row>, StoreError> {
        must_use(sql, &[ORG])?;
        let values = bind(&[&self.org.as_bytes()[..]], more);
        self.raw(sql, &values).await
    }

    /// Reads what belongs to the record of a permit; `$1` is the organisation, `$2` the record.
    ///
    /// # Errors
    /// See [`Self::lookup`].
    pub async fn of<A: Action, R: Resource>(
        &mut self,
        permit: &Permit<A, R>,
        sql: &str,
        more: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        must_use(sql, &[ORG, RECORD])?;
        self.check_org(permit.org())?;
        self.raw(
            sql,
            &bind(&[permit.org().as_bytes(), permit.record()], more),
        )
        .await
    }

    /// Inserts or removes what belongs to the permit's record; `$1` is the organisation, `$2` the record.
    /// Returns the number of rows changed.
    ///
    /// # Errors
    /// See [`Self::lookup`].
    pub async fn put<A: Action, R: Resource>(
        &mut self,
        permit: &Permit<A, R>,
        sql: &str,
        more: &[Value],
    ) -> Result<u64, StoreError> {
        must_use(sql, &[ORG, RECORD])?;
        self.check_org(permit.org())?;
        self.raw_execute(
            sql,
            &bind(&[permit.org().as_bytes(), permit.record()], more),
        )
        .await
    }

    /// Changes the permit's own row at the permit's version; `$1` organisation, `$2` record, `$3` version, which the
    /// text must all use in its WHERE clause.
    ///
    /// # Errors
    /// [`StoreError::Stale`] unless exactly one row was changed.
    pub async fn change<A: Action, R: Resource>(
        &mut self,
        permit: &Permit<A, R>,
        sql: &str,
        more: &[Value],
    ) -> Result<(), StoreError> {
        must_use(sql, &[ORG, RECORD, VERSION])?;
        self.check_org(permit.org())?;
        let mut values = bind(
            &[permit.org().as_bytes(), permit.record()],
            &[Value::Int(permit.version())],
        );
        values.extend_from_slice(more);
        if self.raw_execute(sql, &values).await? == 1 {
            Ok(())
        } else {
            Err(StoreError::Stale)
        }
    }

    /// Writes the audit entry and commits; when it returns, change and entry are on disk.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the transaction remains then, unless the connection was lost during the commit
    /// itself, which no client of any database can tell from success.
    pub async fn finish(self, event: Event) -> Result<(), StoreError> {
        self.finish_all(vec![event]).await
    }

    /// As [`Self::finish`] for an action that touches many records, with an entry for each.
    ///
    /// # Errors
    /// See [`Self::finish`]; also [`StoreError::Audit`] when there is no entry at all.
    pub async fn finish_all(mut self, events: Vec<Event>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Err(StoreError::Audit("a change needs an entry".to_owned()));
        }
        append::append(&mut self, &events).await?;
        self.commit(Commit::Change).await
    }

    /// Commits what was written together with entries that are appended already. For the log only.
    pub(crate) async fn finish_appended(self) -> Result<(), StoreError> {
        self.commit(Commit::Change).await
    }

    /// Commits entries of ordinary reads, which nobody has to wait for on disk. For the log only.
    pub(crate) async fn finish_reads(mut self, events: &[Event]) -> Result<(), StoreError> {
        append::append_reads(&mut self, events).await?;
        self.commit(Commit::Reads).await
    }

    /// Commits bookkeeping of the log itself (tree, checkpoints), which is not an action of anybody.
    pub(crate) async fn finish_bookkeeping(self) -> Result<(), StoreError> {
        self.commit(Commit::Bookkeeping).await
    }

    /// Commits a change without an entry, for tests that play the attacker.
    #[cfg(feature = "tamper")]
    pub(crate) async fn finish_unrecorded(self) -> Result<(), StoreError> {
        self.commit(Commit::Change).await
    }

    pub(crate) fn org(&self) -> OrgId {
        self.org
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.store.clock.now()
    }

    /// The clock of the installation.
    pub fn clock(&self) -> &'s dyn Clock {
        &*self.store.clock
    }

    pub(crate) fn random(&self) -> &'s dyn Random {
        &*self.store.random
    }

    async fn commit(self, what: Commit) -> Result<(), StoreError> {
        let durable = what != Commit::Reads;
        if self.broken {
            return Err(StoreError::Engine(
                "a statement of the transaction failed".to_owned(),
            ));
        }
        match (self.writing, &self.store.backend) {
            (Writing::Sqlite(turn), Backend::Sqlite { sync, .. }) => {
                turn.commit(what == Commit::Change).await?;
                if durable {
                    sync.durable().await
                } else {
                    sync.soon();
                    Ok(())
                }
            }
            (Writing::Postgres(mut connection), _) => {
                let Connection::Postgres(connection) = &mut *connection else {
                    return Err(StoreError::Closed);
                };
                if !durable {
                    connection
                        .batch("SET LOCAL synchronous_commit = off")
                        .await?;
                }
                connection.commit().await
            }
            _ => Err(StoreError::Closed),
        }
    }
}

/// Refuses a statement that leaves out what binds it to the organisation, the record or the scope: it would reach rows
/// that nobody decided on.
fn must_use(sql: &str, markers: &[&str]) -> Result<(), StoreError> {
    let used = |marker: &&&str| {
        sql.match_indices(**marker).any(|(at, _)| {
            let after = sql[at + marker.len()..].chars().next();
            !after.is_some_and(|c| c.is_ascii_digit())
        })
    };
    match markers.iter().find(|marker| !used(marker)) {
        None => Ok(()),
        Some(missing) => Err(StoreError::Engine(format!(
            "the statement does not use {missing}"
        ))),
    }
}

fn bind(ids: &[&[u8]], more: &[Value]) -> Vec<Value> {
    ids.iter()
        .map(|id| Value::from(*id))
        .chain(more.iter().cloned())
        .collect()
}

/// Renders a scope over the columns `owner_id` and `department_id`.
fn scope_condition<A: Action, R: Resource>(scope: &Scope<A, R>, values: &mut Vec<Value>) -> String {
    if scope.is_all() {
        return "1 = 1".to_owned();
    }
    let mut any = vec!["1 = 0".to_owned()];
    if let Some(owner) = scope.owner() {
        values.push(Value::from(owner));
        any.push(format!("owner_id = ${}", values.len()));
    }
    for department in scope.departments() {
        values.push(Value::from(department.as_bytes()));
        any.push(format!("department_id = ${}", values.len()));
    }
    format!("({})", any.join(" OR "))
}
