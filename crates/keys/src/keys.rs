//! The state of this crate, and what it needs of others.

use crate::KeysError;
use custos_kernel::policy::{Caller, Facts, Job, Permit, Policy, Resource, actions};
use custos_store::{AuditSink, Resealed, SealedColumn, Store, WriteTx};
use custos_values::{OrgId, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// The keys of an organisation. The record id is that of the organisation.
#[derive(Debug)]
pub enum KeyResource {}

impl Resource for KeyResource {
    const TYPE: &'static str = "key";
}

/// Why records could not be sealed anew.
pub type RecordsError = Box<dyn std::error::Error + Send + Sync>;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, RecordsError>> + Send + 'a>>;

/// The records with keys of their own: customers.
pub trait Records: Send + Sync {
    /// How many there are.
    fn count(&self, org: OrgId) -> Answer<'_, i64>;

    /// Seals the next ones after one anew, within a transaction.
    fn reseal<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        after: &'a [u8],
    ) -> Answer<'a, Resealed>;
}

/// Where the root key lives, for people to see.
#[derive(Debug, Clone)]
pub struct HomeView {
    /// `file`, `passphrase`, `shares`, `pkcs11`, `transit`.
    pub kind: &'static str,
    /// When the root key was made, if that is known.
    pub made_at: Option<Timestamp>,
    /// With shares: how many are needed, of how many.
    pub shares: Option<(u8, u8)>,
    /// Whether a new root key can be put there without a person on the machine.
    pub unattended: bool,
}

/// Who keeps the root key.
pub trait Custodian: Send + Sync {
    /// Where it lives.
    fn home(&self) -> HomeView;

    /// Puts a new root key into the same home. Blocks.
    ///
    /// # Errors
    /// What was in the way; then everything is as before.
    fn replace_root(&self, now: Timestamp) -> std::io::Result<()>;
}

/// How hurried a rotation is.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a new version waits until every node knows it, and how long a clean round is waited after before the last
    /// one: longer than any request takes.
    pub grace: Duration,
    /// Between two transactions, so that others get their turn.
    pub rest: Duration,
    /// How often nodes look for versions that others made.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(5),
            rest: Duration::from_millis(3),
            look: Duration::from_secs(1),
        }
    }
}

/// The keys of an installation.
pub struct Keys {
    pub(crate) store: Arc<Store>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) sink: AuditSink,
    pub(crate) columns: Vec<SealedColumn>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) custodian: Option<Arc<dyn Custodian>>,
    pub(crate) pace: Pace,
    pub(crate) wake: Notify,
    /// Rounds under way, which are written down where they changed something only.
    pub(crate) rounds: Mutex<HashMap<OrgId, crate::rotation::Round>>,
}

impl Keys {
    /// Puts it together. `columns` are all columns of secrets sealed under organisations' keys.
    pub fn new(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        columns: Vec<SealedColumn>,
        records: Arc<dyn Records>,
        custodian: Option<Arc<dyn Custodian>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            policy,
            sink,
            columns,
            records,
            custodian,
            pace: Pace::default(),
            wake: Notify::new(),
            rounds: Mutex::default(),
        })
    }

    /// The same keys, rotated at another pace; rounds under way are read from where they were written down.
    pub fn at_pace(&self, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::clone(&self.store),
            policy: Arc::clone(&self.policy),
            sink: self.sink.clone(),
            columns: self.columns.clone(),
            records: Arc::clone(&self.records),
            custodian: self.custodian.clone(),
            pace,
            wake: Notify::new(),
            rounds: Mutex::default(),
        })
    }

    /// Where the root key lives, if this process keeps it.
    pub fn home(&self) -> Option<HomeView> {
        Some(self.custodian.as_ref()?.home())
    }

    pub(crate) fn permit_rotation(
        &self,
        caller: &Caller,
    ) -> Result<Permit<actions::Rotate, KeyResource>, KeysError> {
        let facts = Facts::<KeyResource>::shared(caller.org(), *caller.org().as_bytes(), 0);
        Ok(self.policy.permit(caller, &facts)?)
    }

    pub(crate) fn job(org: OrgId) -> Caller {
        Caller::system(Job::Keys, org)
    }
}
