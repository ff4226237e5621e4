//! Entries of actions that change nothing: ordinary reads and refusals.

use crate::{Store, StoreError};
use custos_kernel::event::Event;
use custos_values::OrgId;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait for their entry at once; beyond that they wait to be allowed to wait.
const QUEUE: usize = 4096;
/// Most entries in one transaction.
const BATCH: usize = 256;
/// Longest time an ordinary read's entry stays off the disk on an engine that does not sync by itself.
const LAZY_SYNC: Duration = Duration::from_millis(80);

type Waiting = (Event, oneshot::Sender<Result<(), String>>);

/// Writes entries of ordinary reads, many per transaction. The entry is in the database before [`Self::record`]
/// returns (a killed process loses none) and on disk within 100 ms.
#[derive(Clone)]
pub struct AuditSink {
    queue: mpsc::Sender<Waiting>,
    store: Arc<Store>,
}

impl AuditSink {
    pub(crate) fn start(store: Arc<Store>) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(run(Arc::clone(&store), receiver));
        Self { queue, store }
    }

    /// Records an ordinary read. The answer must not leave before this returns.
    ///
    /// # Errors
    /// [`StoreError::Audit`]: the read must then fail.
    pub async fn record(&self, event: Event) -> Result<(), StoreError> {
        let (sender, receiver) = oneshot::channel();
        let gone = || StoreError::Audit("the log is closed".to_owned());
        self.queue.send((event, sender)).await.map_err(|_| gone())?;
        receiver
            .await
            .map_err(|_| gone())?
            .map_err(StoreError::Audit)
    }

    /// Records something that must be on disk before the answer leaves: a reveal, an export, a refusal, a sign-in.
    ///
    /// # Errors
    /// See [`Self::record`].
    pub async fn record_durably(&self, event: Event) -> Result<(), StoreError> {
        let failed = |error: StoreError| StoreError::Audit(error.to_string());
        let tx = self.store.write_log(event.org()).await.map_err(failed)?;
        tx.finish(event).await.map_err(failed)
    }
}

async fn run(store: Arc<Store>, mut queue: mpsc::Receiver<Waiting>) {
    let sync_pending = Arc::new(AtomicBool::new(false));
    while let Some(first) = queue.recv().await {
        let mut batch: HashMap<OrgId, Vec<Waiting>> = HashMap::new();
        batch.entry(first.0.org()).or_default().push(first);
        for _ in 1..BATCH {
            let Ok(next) = queue.try_recv() else { break };
            batch.entry(next.0.org()).or_default().push(next);
        }
        for (org, waiting) in batch {
            record_all(&store, org, waiting).await;
        }
        if !sync_pending.swap(true, Ordering::AcqRel) {
            tokio::spawn(sync_soon(Arc::clone(&store), Arc::clone(&sync_pending)));
        }
    }
}

async fn record_all(store: &Store, org: OrgId, waiting: Vec<Waiting>) {
    let (events, senders): (Vec<Event>, Vec<_>) = waiting.into_iter().unzip();
    let outcome = write(store, org, &events).await;
    if matches!(outcome, Err(StoreError::Audit(_))) && events.len() > 1 {
        // One of the events is not fit for the log, and nothing was written: each for itself, so that only the
        // request with that one fails.
        for (event, sender) in events.iter().zip(senders) {
            tell(
                sender,
                &write(store, org, std::slice::from_ref(event)).await,
            );
        }
        return;
    }
    for sender in senders {
        tell(sender, &outcome);
    }
}

fn tell(sender: oneshot::Sender<Result<(), String>>, outcome: &Result<(), StoreError>) {
    // A request that went away has been recorded all the same.
    let _ = sender.send(outcome.as_ref().map_err(ToString::to_string).copied());
}

async fn sync_soon(store: Arc<Store>, pending: Arc<AtomicBool>) {
    tokio::time::sleep(LAZY_SYNC).await;
    // First, because what is committed from here on may miss this sync.
    pending.store(false, Ordering::Release);
    if let Err(error) = store.sync_lazily_committed().await {
        tracing::error!(%error, "entries of reads are not yet on disk");
    }
}

async fn write(store: &Store, org: OrgId, events: &[Event]) -> Result<(), StoreError> {
    store.write_log(org).await?.finish_reads(events).await
}
