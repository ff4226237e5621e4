//! The limit of changes: the same encrypted engine, the same rows, the same durability, and nothing else.
//!
//! One thread writes what a creation or a change of a customer writes, in groups that share one sync: no server, no
//! network, no checks, no sealing.

use crate::Outcome;
use crate::random::Random;
use rusqlite::{Connection, params};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

/// Sizes in bytes of what the server stores for one generated customer.
const WRAPPED_KEY: usize = 65;
const SEALED_FIELDS: usize = 860;
const ENTRY: usize = 560;
/// Values of a generated customer that are found by equality: name, phone, e-mail, wechat.
const EQUALITIES: [&str; 4] = ["name", "phone", "email", "wechat"];

const SCHEMA: &str = "
    CREATE TABLE record (org BLOB, id BLOB, version INT, revision INT, owner BLOB, department BLOB, created INT,
        updated INT, key BLOB, fields BLOB, PRIMARY KEY (org, id));
    CREATE TABLE equality (org BLOB, field TEXT, hash INT, record BLOB, of BLOB,
        PRIMARY KEY (org, field, hash, record, of)) WITHOUT ROWID;
    CREATE INDEX equality_record ON equality (org, record);
    CREATE TABLE once (org BLOB, person BLOB, key TEXT, record BLOB, created INT,
        PRIMARY KEY (org, person, key)) WITHOUT ROWID;
    CREATE TABLE head (org BLOB PRIMARY KEY, next INT);
    CREATE TABLE entry (org BLOB, idx INT, at INT, action TEXT, outcome TEXT, actor BLOB, kind TEXT, record BLOB,
        address TEXT, ordinary INT, body BLOB, PRIMARY KEY (org, idx));
    CREATE INDEX entry_record ON entry (org, record, idx) WHERE ordinary = 0 AND record IS NOT NULL;";

const ORG: [u8; 16] = [7; 16];

/// The engine with some records in it.
pub struct Engine {
    connection: Connection,
    wal: File,
    random: Random,
    ids: Vec<[u8; 16]>,
}

/// What one transaction of a group does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Create,
    Update,
}

impl Engine {
    /// An encrypted database in `folder` with the server's settings, filled with `records`.
    pub fn open(folder: &Path, records: usize) -> Outcome<Self> {
        let path = folder.join("limit.db");
        let connection = Connection::open(&path)?;
        connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "5a".repeat(32)))?;
        connection.execute_batch(
            "PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA cipher_memory_security = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;
             PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864;",
        )?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(SCHEMA)?;
        connection.execute("INSERT INTO head VALUES (?1, 0)", params![ORG])?;
        let wal = File::options()
            .read(true)
            .write(true)
            .open(folder.join("limit.db-wal"))?;
        let mut engine = Self {
            connection,
            wal,
            random: Random::new(1),
            ids: Vec::new(),
        };
        while engine.ids.len() < records {
            engine.group(Change::Create, 2_000.min(records - engine.ids.len()))?;
        }
        Ok(engine)
    }

    /// Transactions per second, `together` of them in each group.
    pub fn rate(&mut self, change: Change, together: usize, during: Duration) -> Outcome<f64> {
        let start = Instant::now();
        let mut done = 0;
        while start.elapsed() < during {
            self.group(change, together)?;
            done += together;
        }
        Ok(done as f64 / start.elapsed().as_secs_f64())
    }

    fn group(&mut self, change: Change, together: usize) -> Outcome<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..together {
            match change {
                Change::Create => self.create()?,
                Change::Update => self.update()?,
            }
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(self.wal.sync_data()?)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    fn create(&mut self) -> Outcome<()> {
        // Like a UUID of version 7: in the order of creation, then random.
        let mut id = self.bytes::<16>();
        id[..8].copy_from_slice(&(self.ids.len() as u64).to_be_bytes());
        let (key, fields) = (self.bytes::<WRAPPED_KEY>(), self.bytes::<SEALED_FIELDS>());
        self.connection
            .prepare_cached("INSERT INTO record VALUES (?1, ?2, 1, 1, ?3, ?4, ?5, ?5, ?6, ?7)")?
            .execute(params![
                ORG,
                id,
                ORG,
                ORG,
                1_790_000_000_000_i64,
                key,
                fields
            ])?;
        let once = format!("{:032x}", self.random.next());
        self.connection
            .prepare_cached("INSERT INTO once VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![ORG, ORG, once, id, 1_790_000_000_000_i64])?;
        self.equalities(&id)?;
        self.ids.push(id);
        self.entry("customer.create", &id)
    }

    fn update(&mut self) -> Outcome<()> {
        let id = self.ids[self.random.below(self.ids.len())];
        let fields = self.bytes::<SEALED_FIELDS>();
        self.connection
            .prepare_cached(
                "UPDATE record SET version = version + 1, revision = revision + 1, updated = ?3, fields = ?4
                 WHERE org = ?1 AND id = ?2",
            )?
            .execute(params![ORG, id, 1_790_000_000_000_i64, fields])?;
        self.entry("customer.update", &id)
    }

    fn equalities(&mut self, id: &[u8; 16]) -> Outcome<()> {
        for field in EQUALITIES {
            let hash = (self.random.next() >> 1) as i64;
            self.connection
                .prepare_cached("INSERT INTO equality VALUES (?1, ?2, ?3, ?4, ?4)")?
                .execute(params![ORG, field, hash, id])?;
        }
        Ok(())
    }

    fn entry(&mut self, action: &str, id: &[u8; 16]) -> Outcome<()> {
        let body = self.bytes::<ENTRY>();
        let next: i64 = self
            .connection
            .prepare_cached("UPDATE head SET next = next + 1 WHERE org = ?1 RETURNING next")?
            .query_row(params![ORG], |row| row.get(0))?;
        self.connection
            .prepare_cached("INSERT INTO entry VALUES (?1, ?2, ?3, ?4, 'allowed', ?5, 'customer', ?6, '127.0.0.1', 0, ?7)")?
            .execute(params![ORG, next, 1_790_000_000_000_i64, action, ORG, id, body])?;
        Ok(())
    }
}

/// Syncs of a 4 kB write per second.
pub fn syncs(folder: &Path, during: Duration) -> Outcome<f64> {
    use std::os::unix::fs::FileExt;
    let file = File::create(folder.join("sync"))?;
    let block = [0x5a; 4096];
    file.write_all_at(&vec![0; 4096 * 256], 0)?;
    let start = Instant::now();
    let mut done = 0_u64;
    while start.elapsed() < during {
        file.write_all_at(&block, done % 256 * 4096)?;
        file.sync_data()?;
        done += 1;
    }
    Ok(done as f64 / start.elapsed().as_secs_f64())
}
