//! The desk's state.

use crate::AuditError;
use custos_access::People;
use custos_identity::Posture;
use custos_kernel::policy::{Caller, Policy, Resource};
use custos_store::{AuditSink, SequencerHandle, Store};
use custos_values::OrgId;
use futures::future::BoxFuture;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// An entry of the log, as policies speak of it.
#[derive(Debug)]
pub enum AuditEntry {}

impl Resource for AuditEntry {
    const TYPE: &'static str = "audit_entry";
}

/// Finds the names of accounts. The log holds ids only; a name that is not found stays an id.
pub type Names = Arc<
    dyn Fn(OrgId, Vec<[u8; 16]>) -> BoxFuture<'static, HashMap<[u8; 16], String>> + Send + Sync,
>;

/// Finds out how accounts and keys are, for the automated audit.
pub type Postures = Arc<dyn Fn(Caller) -> BoxFuture<'static, Option<Posture>> + Send + Sync>;

/// Finds whose signatures an organisation asks for, as a file for verifiers (C2SP tlog-policy); none if it asks for nobody's.
pub type StatedWitnesses = Arc<dyn Fn(OrgId) -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// Filters without an index read far; so many may do so at once, each on a thread of its own.
const CONCURRENT_SEARCHES: usize = 2;

/// What the desk's operations share.
pub struct Desk {
    pub(crate) store: Arc<Store>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) sink: AuditSink,
    pub(crate) sequencer: Arc<SequencerHandle>,
    pub(crate) names: Names,
    pub(crate) searches: Semaphore,
    /// Verification and export read the whole log, and hold a snapshot as long: one at a time.
    pub(crate) whole_log: Arc<Semaphore>,
    actions: OnceLock<Vec<String>>,
    postures: OnceLock<Postures>,
    witnesses: OnceLock<StatedWitnesses>,
    people: OnceLock<Arc<dyn People>>,
}

impl Desk {
    /// A desk over one store's logs.
    pub fn new(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        sequencer: Arc<SequencerHandle>,
        names: Names,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            policy,
            sink,
            sequencer,
            names,
            searches: Semaphore::new(CONCURRENT_SEARCHES),
            whole_log: Arc::new(Semaphore::new(1)),
            actions: OnceLock::new(),
            postures: OnceLock::new(),
            witnesses: OnceLock::new(),
            people: OnceLock::new(),
        })
    }

    /// Says, once, which actions the log may speak of. They are known only when every feature, this one included,
    /// has registered its operations.
    pub fn announce_actions(&self, actions: BTreeSet<String>) {
        // A second announcement changes nothing: the product's actions do not change while it runs.
        let _ = self.actions.set(actions.into_iter().collect());
    }

    /// Says, once, how to find out how accounts and keys are.
    pub fn set_postures(&self, postures: Postures) {
        // A second answer changes nothing, as above.
        let _ = self.postures.set(postures);
    }

    /// Says, once, how to find out whose signatures an organisation asks for.
    pub fn set_witnesses(&self, witnesses: StatedWitnesses) {
        // A second answer changes nothing, as above.
        let _ = self.witnesses.set(witnesses);
    }

    /// Says, once, who the people are that look after findings.
    pub fn set_people(&self, people: Arc<dyn People>) {
        // A second answer changes nothing, as above.
        let _ = self.people.set(people);
    }

    pub(crate) fn people(&self) -> Option<&dyn People> {
        self.people.get().map(|people| &**people)
    }

    /// Whose signatures an organisation asks for, to go with its evidence.
    pub(crate) async fn stated_witnesses(&self, org: OrgId) -> Option<String> {
        self.witnesses.get()?(org).await
    }

    /// How accounts and keys are now.
    pub(crate) async fn posture(&self, caller: Caller) -> Result<Posture, AuditError> {
        let postures = self.postures.get().ok_or(AuditError::Interrupted)?;
        postures(caller).await.ok_or(AuditError::Interrupted)
    }

    pub(crate) fn actions(&self) -> &[String] {
        self.actions.get().map_or(&[], Vec::as_slice)
    }
}
