//! One SQLite connection and its statements.

use crate::{Row, StoreError, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, ToSql, params_from_iter};
use std::path::{Path, PathBuf};
use std::sync::Once;
use zeroize::Zeroizing;

/// Where the embedded database lives and how much memory it may use.
pub struct SqliteOptions {
    /// The database file; its folder must exist.
    pub path: PathBuf,
    /// SQLCipher raw key.
    pub key: Zeroizing<[u8; 32]>,
    /// Page cache of the writing connection, KiB.
    pub writer_cache_kib: u32,
    /// Page cache of each reading connection, KiB.
    pub reader_cache_kib: u32,
    /// Number of reading connections kept, at least 1.
    pub readers: usize,
    /// Whether the file must stay as it is.
    pub(crate) unchanged: bool,
}

impl SqliteOptions {
    /// Defaults for a small server.
    pub fn new(path: impl Into<PathBuf>, key: Zeroizing<[u8; 32]>) -> Self {
        Self {
            path: path.into(),
            key,
            writer_cache_kib: 65_536,
            reader_cache_kib: 32_768,
            readers: 4,
            unchanged: false,
        }
    }
}

pub(crate) struct SqliteConnection(rusqlite::Connection);

impl SqliteConnection {
    pub(crate) fn open(options: &SqliteOptions, writable: bool) -> Result<Self, StoreError> {
        let mode = if options.unchanged {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else if writable {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let connection = open_file(&options.path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let key = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex::encode(*options.key)));
        connection
            .execute_batch(&key)
            .map_err(|_| StoreError::Open("the key was not accepted".to_owned()))?;
        let cache = if writable {
            options.writer_cache_kib
        } else {
            options.reader_cache_kib
        };
        // HMAC-SHA-256 authenticates pages in about half the time of the default, SHA-512, and leaves more room on them.
        // synchronous=NORMAL: the commit itself does not wait; durability is the explicit sync of the WAL before the
        // answer (see sync.rs), which concurrent transactions share.
        let pragmas = format!(
            "PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA cipher_log_level = NONE; \
             PRAGMA cipher_memory_security = OFF; PRAGMA journal_mode = WAL; \
             PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -{cache}; PRAGMA wal_autocheckpoint = 4000; PRAGMA secure_delete = ON; \
             PRAGMA journal_size_limit = 67108864;"
        );
        connection
            .execute_batch(&pragmas)
            .map_err(|error| StoreError::Open(describe(&error)))?;
        if !writable {
            connection.execute_batch("PRAGMA query_only = ON")?;
        }
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.set_prepared_statement_cache_capacity(256);
        Ok(Self(connection))
    }

    pub(crate) fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(&numbered(sql))?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(values))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns)
                .map(|i| Ok(from_sqlite(row.get_ref(i)?)))
                .collect::<Result<_, StoreError>>()?;
            out.push(Row(values));
        }
        Ok(out)
    }

    pub(crate) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(&numbered(sql))?;
        Ok(statement.execute(params_from_iter(values))? as u64)
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.execute_batch(sql)?)
    }

    /// One statement without parameters or results that is used over and over.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.0.prepare_cached(sql)?.execute([]).map(|_| ())?)
    }

    /// Moves every committed page from the WAL into the database file and empties the WAL.
    pub(crate) fn empty_wal(&mut self) -> Result<(), StoreError> {
        Ok(self
            .0
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    pub(crate) fn in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }
}

/// SQLite calls itself initialised before SQLCipher is: a thread that opens its first connection while another thread
/// opens the very first of the process finds no cipher, and its key is refused. So the first connection is made alone.
static INITIALISED: Once = Once::new();

fn open_file(path: &Path, flags: OpenFlags) -> Result<rusqlite::Connection, StoreError> {
    // If this fails, so does the opening below, which says why.
    INITIALISED.call_once(|| drop(rusqlite::Connection::open_in_memory()));
    rusqlite::Connection::open_with_flags(path, flags)
        .map_err(|error| StoreError::Open(describe(&error)))
}

fn describe(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == rusqlite::ErrorCode::NotADatabase =>
        {
            "wrong key, or the file is not a database".to_owned()
        }
        other => other.to_string(),
    }
}

/// Both engines share the `$1` form; SQLite numbers parameters with `?1`.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn from_sqlite(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        // The portable subset has no floats; a column can only hold one if somebody else wrote it.
        ValueRef::Real(value) => Value::Text(value.to_string()),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::sync::{Arc, Barrier};

    /// What is looked for happens once in a process, so the test starts itself many times.
    #[test]
    fn the_first_connections_of_a_process_may_be_made_at_once() {
        const AGAIN: &str = "CUSTOS_FIRST_CONNECTIONS";
        if std::env::var_os(AGAIN).is_some() {
            return open_at_once(16);
        }
        for _ in 0..20 {
            let again = Command::new(std::env::current_exe().expect("this test"))
                .args(["--exact", "sqlite::connection::tests::the_first_connections_of_a_process_may_be_made_at_once"])
                .env(AGAIN, "1")
                .output()
                .expect("this test again");
            assert!(
                again.status.success(),
                "{}",
                String::from_utf8_lossy(&again.stdout)
            );
        }
    }

    fn open_at_once(threads: usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let gate = Arc::new(Barrier::new(threads));
        let open = |number: usize| {
            let path = folder.path().join(number.to_string());
            let options = SqliteOptions::new(path, Zeroizing::new([7; 32]));
            let gate = Arc::clone(&gate);
            std::thread::spawn(move || {
                gate.wait();
                SqliteConnection::open(&options, true).map(drop)
            })
        };
        let openers: Vec<_> = (0..threads).map(open).collect();
        for opener in openers {
            opener.join().expect("a thread").expect("a database");
        }
    }
}
