//! The state all operations of this crate share.

use crate::resources::{LogResource, LogSettingsResource};
use custos_kernel::policy::{Caller, Facts, Job, Permit, Policy, Scope, actions};
use custos_outbox::{HttpPost, Queue};
use custos_store::{AuditSink, SequencerHandle, Store};
use custos_values::{OrgId, Timestamp};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::TransparencyError;

/// What an installation gives it.
pub struct TransparencyOptions {
    /// Reaches the witnesses.
    pub http: Arc<dyn HttpPost>,
    /// The policies in force, as text.
    pub policies: String,
}

/// Who the logs of an installation are shown to.
pub struct Transparency {
    store: Arc<Store>,
    policy: Arc<Policy>,
    sink: AuditSink,
    sequencer: Arc<SequencerHandle>,
    queue: Queue,
    options: TransparencyOptions,
    folder: OnceLock<PathBuf>,
    /// When each holder of checkpoints was asked last, by this node.
    asked: Mutex<HashMap<(OrgId, String), Timestamp>>,
}

impl Transparency {
    /// Puts it together.
    pub fn new(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        sequencer: Arc<SequencerHandle>,
        options: TransparencyOptions,
    ) -> Arc<Self> {
        Arc::new(Self {
            queue: Queue::new(Arc::clone(&store), Arc::clone(&policy)),
            store,
            policy,
            sink,
            sequencer,
            options,
            folder: OnceLock::new(),
            asked: Mutex::default(),
        })
    }

    /// Names a folder in which the newest checkpoint of each log lies as a file; best one that is mirrored elsewhere, or on
    /// a medium that is written once.
    pub fn publish_into(&self, folder: PathBuf) {
        // The operator names one folder at the start.
        let _ = self.folder.set(folder);
    }

    pub(crate) fn folder(&self) -> Option<&PathBuf> {
        self.folder.get()
    }

    /// The job that brings checkpoints to others.
    pub(crate) fn job(org: OrgId) -> Caller {
        Caller::system(Job::Witness, org)
    }

    /// The whole log of an organisation, for the job.
    pub(crate) fn whole_log(
        &self,
        org: OrgId,
    ) -> Result<Scope<actions::Read, LogResource>, TransparencyError> {
        Ok(self.policy.scope(&Self::job(org))?)
    }

    /// What the job notes about its own work.
    pub(crate) fn job_permit(
        &self,
        org: OrgId,
    ) -> Result<Permit<actions::Update, LogSettingsResource>, TransparencyError> {
        let facts = Facts::shared(org, *org.as_bytes(), 0);
        Ok(self.policy.permit(&Self::job(org), &facts)?)
    }

    pub(crate) fn was_asked(&self, org: OrgId, holder: &str) {
        let now = self.store.clock().now();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert((org, holder.to_owned()), now);
    }

    pub(crate) fn asked_at(&self, org: OrgId, holder: &str) -> Option<Timestamp> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&(org, holder.to_owned())).copied()
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn sink(&self) -> &AuditSink {
        &self.sink
    }

    pub(crate) fn sequencer(&self) -> &SequencerHandle {
        &self.sequencer
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(crate) fn options(&self) -> &TransparencyOptions {
        &self.options
    }

    /// Seconds since 1970-01-01 UTC.
    pub(crate) fn seconds(&self) -> u64 {
        u64::try_from(self.store.clock().now().millis() / 1000).unwrap_or(0)
    }
}
