//! Kinds of jobs, and who handles them.

use crate::worker::{Attempt, Core, Settled, Trouble};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::marker::PhantomData;

/// How hard it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Attempts at a job, or at one step of it, before it is given up; at least 1.
    pub attempts: i64,
    /// How long a node may be at one step before another takes the job up, in milliseconds. A step that takes longer than
    /// three quarters of it is broken off.
    pub lease_ms: i64,
}

impl Default for Effort {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Effort {
    /// Eight attempts, two minutes for a step.
    pub const USUAL: Self = Self {
        attempts: 8,
        lease_ms: 120_000,
    };
}

/// A kind of jobs, declared once by the feature it belongs to, as a type without values.
pub trait Kind: Send + Sync + 'static {
    /// The code in the table, on the wire and in the log; the words are `job-kind-<name>`.
    const NAME: &'static str;
    /// How hard it is tried.
    const EFFORT: Effort = Effort::USUAL;
    /// What a job is about. It is sealed under the organisation's key and may name customers.
    type Payload: Serialize + DeserializeOwned + Send + Sync;
}

/// Does the jobs of a kind.
pub trait Handler<K: Kind>: Send + Sync + 'static {
    /// Does a job, or the next step of one. There is no way to succeed but through [`Attempt::done`] and
    /// [`Attempt::advance`], which commit effect and completion together. What is done outside that transaction may be
    /// done again.
    fn work(&self, attempt: &Attempt<K>) -> impl Future<Output = Result<Settled, Trouble>> + Send;
}

/// A handler of any kind.
pub(crate) trait Work: Send + Sync {
    fn effort(&self) -> Effort;
    fn work(&self, core: Core) -> BoxFuture<'_, Result<Settled, Trouble>>;
}

pub(crate) struct Typed<K, H> {
    handler: H,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind, H: Handler<K>> Typed<K, H> {
    pub(crate) fn new(handler: H) -> Self {
        Self {
            handler,
            kind: PhantomData,
        }
    }
}

impl<K: Kind, H: Handler<K>> Work for Typed<K, H> {
    fn effort(&self) -> Effort {
        K::EFFORT
    }

    fn work(&self, core: Core) -> BoxFuture<'_, Result<Settled, Trouble>> {
        async move {
            let attempt = Attempt::<K>::open(core).await?;
            self.handler.work(&attempt).await
        }
        .boxed()
    }
}
