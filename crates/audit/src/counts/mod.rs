//! Counts over the log: by hour, action and person, who saw which record, and who reads more than usual.

mod http;
mod people;
mod query;
mod readers;
mod sightings;
pub(crate) mod usage;
mod usual;

pub(crate) use http::operations;
pub(crate) use readers::{DAY_MS, Thresholds, unusual_of};

use crate::{AuditEntry, AuditError, Desk};
use custos_kernel::policy::{Scope, actions::List};
use custos_values::OrgId;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Batches counted at most before an answer: more are left to the worker in the background.
const BATCHES_BEFORE_ANSWER: usize = 4;

impl Desk {
    /// Counts what is new, so that an answer speaks of what was done a moment ago.
    pub(crate) async fn catch_up(&self, org: OrgId, batches: usize) -> Result<bool, AuditError> {
        let offset = self.settings(org).await?.utc_offset_minutes;
        for _ in 0..batches {
            if !self.store.advance_tally(org, offset).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As [`Self::catch_up`], as much as an answer may wait for.
    pub(crate) async fn catch_up_a_little(&self, org: OrgId) -> Result<(), AuditError> {
        self.catch_up(org, BATCHES_BEFORE_ANSWER).await.map(|_| ())
    }

    /// Runs a search on a thread of its own, after its turn: the embedded engine works on the calling thread.
    pub(crate) async fn search<T: Send + 'static, F>(
        self: &Arc<Self>,
        work: impl FnOnce(Arc<Self>) -> F + Send + 'static,
    ) -> Result<T, AuditError>
    where
        F: Future<Output = Result<T, AuditError>>,
    {
        let turn = self.searches.acquire().await;
        let desk = Arc::clone(self);
        let runtime = Handle::current();
        let outcome = tokio::task::spawn_blocking(move || runtime.block_on(work(desk)))
            .await
            .map_err(|_| AuditError::Interrupted)?;
        drop(turn);
        outcome
    }
}

/// A scope that reaches the log.
pub(crate) type LogScope = Scope<List, AuditEntry>;
