//! One installation: a database of its own, an organisation with its key, a running sequencer.

use crate::{TestClock, TestRandom};
use custos_kernel::audit::{VerificationReport, verify_log};
use custos_kernel::crypto::Keyring;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, Job, Policy, PolicySource, Resource, actions};
use custos_store::{
    AuditSink, KeyringKeeper, Location, Migration, MigrationSet, SequencerHandle, SqliteOptions,
    Store, StoreError, administer_postgres_for_tests,
};
use custos_values::{OrgId, Random};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

enum Organisation {}
impl Resource for Organisation {
    const TYPE: &'static str = "organisation";
}

/// The entry of an organisation made without its feature.
const FOUND: EventName = EventName::declared("organisation.create", Occasion::Part);

enum Log {}
impl Resource for Log {
    const TYPE: &'static str = "audit_log";
}

/// Lets the test kit itself read the whole log.
const POLICY: PolicySource = PolicySource::new(
    "testkit",
    r#"@id("verify") permit (principal == Job::"operator", action == Action::"audit_log.verify", resource);"#,
);

enum Place {
    Sqlite,
    Postgres { server: String, database: String },
}

/// A test has its keyring in memory and keeps it nowhere else.
struct KeptInMemory;

impl KeyringKeeper for KeptInMemory {
    fn keep(&self, _: &dyn Fn(&Keyring)) -> Result<(), std::io::Error> {
        Ok(())
    }
}

struct Running {
    store: Arc<Store>,
    sequencer: SequencerHandle,
    sink: AuditSink,
}

/// A store with one organisation in it, on an engine that was made for one test.
pub struct Installation {
    running: Option<Running>,
    place: Place,
    migrations: MigrationSet,
    keyring: Arc<Keyring>,
    org: OrgId,
    clock: Arc<TestClock>,
    random: Arc<TestRandom>,
    folder: TempDir,
}

impl Installation {
    /// On the embedded engine.
    ///
    /// # Panics
    /// When it cannot be made, as for the others below: a test has no use for the error.
    pub async fn sqlite(features: &[&[Migration]]) -> Self {
        Self::make(Place::Sqlite, features).await
    }

    /// On the PostgreSQL server of the environment, in a database of its own; `None` if none is named.
    ///
    /// # Panics
    /// See [`Self::sqlite`].
    pub async fn postgres(features: &[&[Migration]]) -> Option<Self> {
        let server = std::env::var("CUSTOS_TEST_POSTGRES").ok()?;
        let mut number = [0; 8];
        TestRandom::default().fill(&mut number);
        let database = format!("custos_test_{}", hex::encode(number));
        administer_postgres_for_tests(&server, &format!("CREATE DATABASE {database}"))
            .await
            .expect("the server of CUSTOS_TEST_POSTGRES makes a database");
        Some(Self::make(Place::Postgres { server, database }, features).await)
    }

    async fn make(place: Place, features: &[&[Migration]]) -> Self {
        let (clock, random) = (
            Arc::new(TestClock::default()),
            Arc::new(TestRandom::default()),
        );
        let mut installation = Self {
            running: None,
            place,
            migrations: MigrationSet::new(features),
            keyring: Arc::new(Keyring::generate(&*random)),
            org: OrgId::new(&*clock, &*random),
            clock,
            random,
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        installation.start().await;
        installation.make_organisation(installation.org).await;
        installation
    }

    async fn start(&mut self) {
        let store = self
            .open(&self.migrations, self.keyring())
            .await
            .expect("a store");
        self.running = Some(Running {
            sequencer: SequencerHandle::start(Arc::clone(&store)),
            sink: store.audit_sink(),
            store,
        });
    }

    /// Opens another store on the same data, with other migrations or another keyring.
    ///
    /// # Errors
    /// What [`Store::open`] says.
    pub async fn open(
        &self,
        migrations: &MigrationSet,
        keyring: Arc<Keyring>,
    ) -> Result<Arc<Store>, StoreError> {
        let store = Store::open(
            self.location(&keyring),
            migrations,
            keyring,
            self.clock.clone(),
            self.random.clone(),
        )
        .await?;
        store.keys().set_keeper(Arc::new(KeptInMemory));
        Ok(store)
    }

    /// Opens another store on the same data, to be looked at.
    ///
    /// # Errors
    /// What [`Store::open_unchanged`] says.
    pub fn open_unchanged(&self) -> Result<Store, StoreError> {
        let keyring = self.keyring();
        Store::open_unchanged(
            self.location(&keyring),
            keyring,
            self.clock.clone(),
            self.random.clone(),
        )
    }

    fn location(&self, keyring: &Keyring) -> Location {
        match &self.place {
            Place::Sqlite => Location::Sqlite(SqliteOptions::new(
                self.data_dir().join("custos.db"),
                keyring.database_key(),
            )),
            Place::Postgres { server, database } => Location::Postgres {
                url: with_database(server, database),
                connections: 10,
            },
        }
    }

    /// Makes an organisation with its key.
    ///
    /// # Panics
    /// See [`Self::sqlite`].
    pub async fn make_organisation(&self, org: OrgId) {
        let caller = Caller::system(Job::Setup, org);
        let store = self.store();
        let mut tx = store.write(&caller).await.expect("a transaction");
        let made = store.keys().create(&mut tx, &*self.random).await;
        made.expect("a new organisation has no key yet");
        let event = Event::own::<Organisation>(&caller, &FOUND, Some(*org.as_bytes()));
        tx.finish(event).await.expect("a commit");
    }

    fn running(&self) -> &Running {
        self.running
            .as_ref()
            .expect("an installation runs until it is removed")
    }

    /// The store.
    pub fn store(&self) -> &Arc<Store> {
        &self.running().store
    }

    /// The sink for entries of reads.
    pub fn sink(&self) -> &AuditSink {
        &self.running().sink
    }

    /// The sequencer.
    pub fn sequencer(&self) -> &SequencerHandle {
        &self.running().sequencer
    }

    /// The organisation.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The clock.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// The source of randomness.
    pub fn random(&self) -> &TestRandom {
        &self.random
    }

    /// The folder the embedded engine keeps its files in.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The keyring, which all stores of this installation share.
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring)
    }

    /// The migrations it was made with.
    pub fn migrations(&self) -> &MigrationSet {
        &self.migrations
    }

    /// Closes the store and opens it again, as a restart of the server does.
    ///
    /// # Panics
    /// See [`Self::sqlite`].
    pub async fn reopen(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// Closes the store.
    ///
    /// # Panics
    /// See [`Self::sqlite`].
    pub async fn stop(&mut self) {
        if let Some(Running {
            store,
            sequencer,
            sink,
        }) = self.running.take()
        {
            drop(sink);
            // A test may have damaged what the sequencer needs; it then says so itself.
            let _ = sequencer.stop().await;
            // A test may have closed it already.
            match store.close().await {
                Ok(()) | Err(StoreError::Closed) => {}
                Err(error) => panic!("a store that closes: {error}"),
            }
        }
    }

    /// Takes everything under a checkpoint and verifies the whole log of an organisation.
    ///
    /// # Panics
    /// When the log cannot be read.
    pub async fn verify(&self, org: OrgId) -> VerificationReport {
        // Whether it could is for the report to tell.
        let _ = self.sequencer().flush().await;
        let policy = Policy::load(&[POLICY]).expect("the policy above");
        let caller = Caller::system(Job::Operator, org);
        let scope = policy
            .scope::<actions::Verify, Log>(&caller)
            .expect("the rule above");
        let mut reader = self.store().log_reader(&scope).await.expect("a snapshot");
        let verifier = self.store().log_verifier(org).await.expect("a key");
        tokio::task::spawn_blocking(move || {
            let mut never_stop = |_, _| ControlFlow::Continue(());
            verify_log(&mut reader, &verifier, None, &mut never_stop).expect("a readable log")
        })
        .await
        .expect("a verification that does not panic")
    }

    /// Everything somebody who takes the data away gets: all files of the embedded engine, or a dump of the server's
    /// database.
    ///
    /// # Panics
    /// When it cannot be read, or `CUSTOS_TEST_PG_DUMP` is not set.
    pub fn dump(&self) -> Vec<u8> {
        match &self.place {
            Place::Sqlite => {
                let files = fs::read_dir(self.data_dir()).expect("the data folder");
                files
                    .map(|file| fs::read(file.expect("an entry").path()).expect("a file"))
                    .collect::<Vec<_>>()
                    .concat()
            }
            Place::Postgres { server, database } => {
                let program = std::env::var("CUSTOS_TEST_PG_DUMP").expect("CUSTOS_TEST_PG_DUMP");
                let output = Command::new(program)
                    .arg(format!("--dbname={}", with_database(server, database)))
                    .output()
                    .expect("pg_dump runs");
                assert!(
                    output.status.success(),
                    "{}",
                    String::from_utf8_lossy(&output.stderr)
                );
                output.stdout
            }
        }
    }

    /// Whether the dump shows a text: as it stands, or in the hexadecimal form in which PostgreSQL dumps bytes.
    ///
    /// # Panics
    /// See [`Self::dump`].
    pub fn dump_shows(&self, text: &str) -> bool {
        let dump = self.dump();
        let shows = |needle: &[u8]| dump.windows(needle.len()).any(|window| window == needle);
        shows(text.as_bytes()) || shows(hex::encode(text).as_bytes())
    }

    pub(crate) async fn remove(mut self) {
        self.stop().await;
        if let Place::Postgres { server, database } = &self.place {
            let sql = format!("DROP DATABASE {database} WITH (FORCE)");
            administer_postgres_for_tests(server, &sql)
                .await
                .expect("the server drops the database");
        }
    }
}

/// The URL with another database in its path.
fn with_database(server: &str, database: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, ""), |(a, q)| (a, q));
    let base = address
        .rfind('/')
        .map_or(address, |slash| &address[..slash]);
    format!("{base}/{database}?{query}")
}
