//! The state all operations of this crate share.

use crate::resources::{LogResource, LogSettingsResource};
use custos_kernel::policy::{Caller, Facts, Job, Permit, Policy, Scope, actions};
use custos_outbox::{HttpPost, Queue};
use custos_store::{AuditSink, SequencerHandle, Store};
use custos_values::{OrgId, Timestamp};
use futures::future::BoxFuture;
use std::collections::{HashMap, HashSet};
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

/// Finds the text of an organisation's own rules that are in force now; none if it has none.
pub type OwnRules = Arc<dyn Fn(OrgId) -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// Who the logs of an installation are shown to.
pub struct Transparency {
    store: Arc<Store>,
    policy: Arc<Policy>,
    sink: AuditSink,
    sequencer: Arc<SequencerHandle>,
    queue: Queue,
    options: TransparencyOptions,
    folder: OnceLock<PathBuf>,
    own_rules: OnceLock<OwnRules>,
    /// When each holder of checkpoints was asked last, by this node.
    asked: Mutex<HashMap<(OrgId, String), Timestamp>>,
    /// The holders of checkpoints that are being asked.
    visited: Arc<Mutex<HashSet<(OrgId, String)>>>,
}

/// That somebody is being asked: nobody else asks them meanwhile.
pub(crate) struct Turn {
    holder: (OrgId, String),
    visited: Arc<Mutex<HashSet<(OrgId, String)>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut visited = self.visited.lock().unwrap_or_else(PoisonError::into_inner);
        visited.remove(&self.holder);
    }
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
            own_rules: OnceLock::new(),
            asked: Mutex::default(),
            visited: Arc::default(),
        })
    }

    /// Names a folder in which the newest checkpoint of each log lies as a file; best one that is mirrored elsewhere, or on
    /// a medium that is written once.
    pub fn publish_into(&self, folder: PathBuf) {
        // The operator names one folder at the start.
        let _ = self.folder.set(folder);
    }

    /// Says, once, how to find the rules that organisations have of their own. They are announced with those of the
    /// features, as one text, whenever either changes.
    pub fn announce_also(&self, own_rules: OwnRules) {
        // A second answer changes nothing.
        let _ = self.own_rules.set(own_rules);
    }

    /// The text of all policies in force for an organisation.
    pub(crate) async fn policies_of(&self, org: OrgId) -> String {
        let own = match self.own_rules.get() {
            Some(own_rules) => own_rules(org).await,
            None => None,
        };
        match own {
            Some(own) => format!(
                "{}\n// --- of the organisation ---\n{own}",
                self.options.policies
            ),
            None => self.options.policies.clone(),
        }
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

    /// Begins to ask a holder of checkpoints, unless somebody does so already: one that hangs is not asked by ever more.
    pub(crate) fn begin_visit(&self, org: OrgId, holder: &str) -> Option<Turn> {
        let holder = (org, holder.to_owned());
        let mut visited = self.visited.lock().unwrap_or_else(PoisonError::into_inner);
        visited.insert(holder.clone()).then(|| Turn {
            holder,
            visited: Arc::clone(&self.visited),
        })
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
