//! The state all operations of this crate share.

use crate::kind::{Handler, Kind, Typed, Work};
use crate::schedules::Standing;
use crate::{JobsError, Plan, sweep};
use custos_kernel::policy::{Caller, Job, Policy};
use custos_store::{AuditSink, Store};
use custos_values::OrgId;
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How much there may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Jobs of an organisation that wait or run. On a server a few transactions at once may go a little beyond.
    pub open: i64,
    /// Bytes of what one job is about, and of its bookmark.
    pub payload: usize,
    /// Jobs of an organisation that run at once, on all nodes.
    pub at_once: i64,
    /// Jobs that run at once on this node.
    pub on_node: usize,
    /// How often it is looked whether other nodes queued something.
    pub look: Duration,
    /// How long jobs that are done or were cancelled stay, in milliseconds.
    pub keep_done_ms: i64,
    /// How long jobs that failed stay, in milliseconds.
    pub keep_failed_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        let day = 24 * 3_600_000;
        Self {
            open: 10_000,
            payload: 64 * 1024,
            at_once: 2,
            on_node: 4,
            look: Duration::from_secs(5),
            keep_done_ms: 14 * day,
            keep_failed_ms: 90 * day,
        }
    }
}

/// The jobs of an installation.
pub struct Jobs {
    pub(crate) store: Arc<Store>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) sink: AuditSink,
    pub(crate) limits: Limits,
    /// This node, in this life of the process.
    pub(crate) node: [u8; 16],
    pub(crate) wake: Notify,
    /// The organisation that was served last.
    pub(crate) served: Mutex<Option<OrgId>>,
    handlers: Mutex<BTreeMap<&'static str, Arc<dyn Work>>>,
    /// Schedules every organisation has.
    pub(crate) standing: Mutex<Vec<Arc<dyn Standing>>>,
    /// Organisations that have them.
    pub(crate) settled: Mutex<BTreeSet<OrgId>>,
}

impl Jobs {
    /// Puts it together.
    pub fn new(store: Arc<Store>, policy: Arc<Policy>, sink: AuditSink) -> Arc<Self> {
        Self::with_limits(store, policy, sink, Limits::default())
    }

    /// As [`Self::new`], with other limits.
    pub fn with_limits(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        limits: Limits,
    ) -> Arc<Self> {
        let mut node = [0; 16];
        store.random().fill(&mut node);
        let jobs = Arc::new(Self {
            store,
            policy,
            sink,
            limits,
            node,
            wake: Notify::new(),
            served: Mutex::default(),
            handlers: Mutex::default(),
            standing: Mutex::default(),
            settled: Mutex::default(),
        });
        sweep::install(&jobs);
        jobs
    }

    /// Says who does the jobs of a kind. Before the first is queued and before [`Self::run`].
    pub fn handle<K: Kind>(&self, handler: impl Handler<K>) {
        let handler: Arc<dyn Work> = Arc::new(Typed::<K, _>::new(handler));
        self.handlers.lock().insert(K::NAME, handler);
    }

    /// Says that every organisation has a schedule, also one that is made later.
    pub fn standing<K: Kind>(&self, plan: Plan<K>) {
        self.standing.lock().push(Arc::new(plan));
        self.settled.lock().clear();
    }

    /// The kinds of jobs that are done here, in order of their names.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.handlers.lock().keys().copied().collect()
    }

    /// Has the worker look at once. Whoever put a job into the queue may call it after the transaction; it is found soon
    /// anyway.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    pub(crate) fn handler(&self, kind: &str) -> Option<Arc<dyn Work>> {
        self.handlers.lock().get(kind).cloned()
    }

    pub(crate) fn check_handled(&self, kind: &str) -> Result<(), JobsError> {
        match self.handler(kind) {
            Some(_) => Ok(()),
            None => Err(JobsError::Unhandled(kind.to_owned())),
        }
    }

    pub(crate) fn scheduler(org: OrgId) -> Caller {
        Caller::system(Job::Scheduler, org)
    }
}
