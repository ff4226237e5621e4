//! Store, policy and log: what every feature stands on.

use crate::cli::Failure;
use crate::config::Settings;
use crate::serve::Places;
use custos_kernel::crypto::Keyring;
use custos_kernel::policy::{Policy, PolicySource};
use custos_store::{
    AuditSink, Location, Migration, MigrationSet, SequencerHandle, SqliteOptions, Store,
};
use custos_values::{Clock, Random};
use std::sync::Arc;

/// Every feature's tables.
pub const MIGRATIONS: [&[Migration]; 7] = [
    custos_outbox::MIGRATIONS,
    custos_jobs::MIGRATIONS,
    custos_access::MIGRATIONS,
    custos_identity::MIGRATIONS,
    custos_crm::MIGRATIONS,
    custos_audit::MIGRATIONS,
    custos_transparency::MIGRATIONS,
];

/// An open store with its policy, its log and the log's sequencer.
pub struct Foundation {
    /// The database.
    pub store: Arc<Store>,
    /// Every feature's rules.
    pub policy: Arc<Policy>,
    /// Takes entries.
    pub sink: AuditSink,
    /// Signs the log.
    pub sequencer: Arc<SequencerHandle>,
}

impl Foundation {
    /// Opens the database, bringing its tables up to date, and starts the sequencer.
    ///
    /// # Errors
    /// [`Failure`] when the database cannot be opened.
    pub async fn open(
        location: Location,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, Failure> {
        let policy = policy()?;
        let store = Store::open(location, &migrations(), keyring, clock, random).await?;
        Ok(Self {
            policy: Arc::new(policy),
            sink: store.audit_sink(),
            sequencer: Arc::new(SequencerHandle::start(Arc::clone(&store))),
            store,
        })
    }

    /// Brings the log under a last checkpoint and closes the database.
    ///
    /// # Errors
    /// [`Failure`] when either fails; nothing that was acknowledged is lost by that.
    pub async fn close(self) -> Result<(), Failure> {
        let Self {
            store, sequencer, ..
        } = self;
        // A request that was cut off may hold it still; then it ends with the process.
        let stopped = match Arc::try_unwrap(sequencer) {
            Ok(sequencer) => sequencer.stop().await,
            Err(shared) => shared.flush().await,
        };
        store.close().await?;
        Ok(stopped?)
    }
}

/// Every feature's rules.
///
/// # Errors
/// [`Failure`] when they contradict each other.
pub fn policy() -> Result<Policy, Failure> {
    Policy::load(&sources()).map_err(|error| Failure::internal(&error))
}

/// The same as text, as evidence of the log carries it.
pub fn policy_text() -> String {
    let parts = sources().into_iter();
    let parts = parts.map(|source| format!("// {}\n\n{}\n", source.feature, source.text.trim()));
    parts.collect::<Vec<_>>().join("\n")
}

fn sources() -> Vec<PolicySource> {
    let mut sources: Vec<PolicySource> = vec![
        custos_outbox::POLICY,
        custos_jobs::POLICY,
        custos_transparency::POLICY,
        custos_keys::POLICY,
        custos_identity::POLICY,
        custos_audit::POLICY,
    ];
    sources.extend_from_slice(custos_access::POLICIES);
    sources.extend(custos_crm::policies());
    sources
}

/// Every feature's tables, to be brought up to date.
pub fn migrations() -> MigrationSet {
    MigrationSet::new(&MIGRATIONS)
}

/// Where the settings say the data is.
pub fn location(settings: &Settings, keyring: &Keyring) -> Location {
    match &settings.database {
        Some(url) => Location::Postgres {
            url: url.reveal().to_owned(),
            connections: settings.database_connections,
        },
        None => {
            let path = Places(&settings.data).database();
            Location::Sqlite(SqliteOptions::new(path, keyring.database_key()))
        }
    }
}
