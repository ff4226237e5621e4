//! The state all operations of this crate share.

use crate::delivery::Renderer;
use crate::message::Queue;
use crate::sms::HttpPost;
use custos_kernel::policy::{Caller, Job, Policy};
use custos_store::{AuditSink, Store};
use custos_values::OrgId;
use std::sync::Arc;

/// The outbox of an installation.
pub struct Outbox {
    store: Arc<Store>,
    policy: Arc<Policy>,
    sink: AuditSink,
    queue: Queue,
    renderer: Arc<dyn Renderer>,
    http: Arc<dyn HttpPost>,
}

impl Outbox {
    /// Puts it together. `renderer` has the words, `http` reaches the providers of text messages.
    pub fn new(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        renderer: Arc<dyn Renderer>,
        http: Arc<dyn HttpPost>,
    ) -> Arc<Self> {
        Arc::new(Self {
            queue: Queue::new(Arc::clone(&store), Arc::clone(&policy)),
            store,
            policy,
            sink,
            renderer,
            http,
        })
    }

    /// The job that sends.
    pub(crate) fn messenger(org: OrgId) -> Caller {
        Caller::system(Job::Messenger, org)
    }

    /// Takes messages.
    pub fn queue(&self) -> &Queue {
        &self.queue
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

    pub(crate) fn renderer(&self) -> &dyn Renderer {
        &*self.renderer
    }

    pub(crate) fn http(&self) -> &Arc<dyn HttpPost> {
        &self.http
    }
}
