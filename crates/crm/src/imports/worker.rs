//! The background worker of a run.

use super::batch::{Refusal, Run, ToIndex, add_doubts};
use super::events::{FAIL, FINISH, INTERRUPT, STOP};
use super::file::SealedReader;
use super::model::{State, StoredImport};
use super::plan::Plan;
use super::prepare::{Batch, Owners, Preparation};
use super::sql;
use crate::{Crm, CrmError};
use custos_kernel::audit::Detail;
use custos_tabular::{Detection, Limits, Table};
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

/// Imports that are worked on at once; others wait for their turn as running.
const AT_ONCE: usize = 2;
/// Batches that may wait between reading and writing, and between writing and indexing.
const WAITING: usize = 2;

/// The runs of this server.
pub(crate) struct Runs {
    turns: Arc<Semaphore>,
    stopping: AtomicBool,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            stopping: AtomicBool::new(false),
            handles: Mutex::default(),
        }
    }
}

/// What a run needs of its import.
pub(super) struct Source {
    pub(super) import: StoredImport,
    pub(super) plan: Plan,
    pub(super) owners: Owners,
}

/// How a run ended.
struct Ending {
    state: State,
    failure: Option<String>,
}

impl Ending {
    fn plain(state: State) -> Self {
        Self {
            state,
            failure: None,
        }
    }

    fn because(state: State, code: &str) -> Self {
        Self {
            state,
            failure: Some(code.to_owned()),
        }
    }
}

impl Crm {
    /// Stops the imports of this server after their current batches and marks them as interrupted. Call on shutdown,
    /// before the store is closed.
    pub async fn stop_imports(&self) {
        self.runs.stopping.store(true, Ordering::Release);
        let handles = std::mem::take(&mut *self.runs.handles.lock());
        for handle in handles {
            // A run that panicked was reported when it did, and is interrupted all the same.
            let _ = handle.await;
        }
    }

    /// Begins a run in the background.
    pub(super) fn begin_run(self: &Arc<Self>, run: Run, source: Source) {
        let turns = Arc::clone(&self.runs.turns);
        let handle = tokio::spawn(async move {
            let Ok(_turn) = turns.acquire_owned().await else {
                return;
            };
            let runtime = Handle::current();
            // The embedded engine works on the thread that asks, so a batch gets a thread that may block.
            let worked = tokio::task::spawn_blocking(move || {
                runtime.block_on(async move {
                    let ending = run.work(source).await;
                    if let Some(ending) = ending
                        && let Err(error) = run.end(ending).await
                    {
                        tracing::error!(%error, import = %run.id, "the end of an import cannot be written");
                    }
                });
            });
            if let Err(error) = worked.await {
                tracing::error!(%error, "an import's worker broke");
            }
        });
        let mut handles = self.runs.handles.lock();
        handles.retain(|handle| !handle.is_finished());
        handles.push(handle);
    }
}

impl Run {
    /// Works until the file ends or somebody stops it; nothing if another run has taken over.
    async fn work(&self, source: Source) -> Option<Ending> {
        let Source {
            import,
            plan,
            owners,
        } = source;
        let mut doubts = import.doubts.clone();
        let mut from_row = import.next_row;
        let file = match self.crm.open_upload(self.id) {
            Ok(file) => file,
            Err(error) => {
                tracing::error!(%error, import = %self.id, "the uploaded file cannot be opened");
                return Some(Ending::because(State::Failed, "file.io"));
            }
        };
        let preparation = Preparation {
            crm: Arc::clone(&self.crm),
            caller: self.caller.clone(),
            keys: Arc::clone(&self.keys),
            plan,
            owners,
        };
        let (batches, mut prepared) = mpsc::channel(WAITING);
        let detection = import.details.detection;
        let reading = tokio::task::spawn_blocking(move || {
            read(preparation, file, &detection, from_row, &batches)
        });
        let (written, to_index) = mpsc::channel(WAITING);
        let indexing = tokio::task::spawn_blocking({
            let (crm, caller, runtime) = (
                Arc::clone(&self.crm),
                self.caller.clone(),
                Handle::current(),
            );
            move || runtime.block_on(index(&crm, &caller, to_index))
        });
        let mut ending = None;
        while let Some((batch, bytes_total)) = prepared.recv().await {
            let mut batch: Batch = batch;
            if !batch.rows.is_empty() {
                add_doubts(&mut doubts, &batch.rows);
                match self.write(&mut batch, from_row, bytes_total, &doubts).await {
                    Ok(more) => {
                        // The indexer only ends when this side does.
                        let _ = written.send(more).await;
                    }
                    Err(Refusal::Superseded | Refusal::Left(_)) => return None,
                    Err(Refusal::Failed(error)) => {
                        tracing::error!(%error, import = %self.id, "a batch cannot be written");
                        ending = Some(Ending::because(State::Interrupted, "import.store"));
                        break;
                    }
                }
                from_row = batch.next_row;
            }
            if let Some(code) = batch.failure {
                ending = Some(Ending::because(State::Failed, code));
                break;
            }
            ending = self.stopped().await;
            if ending.is_some() {
                break;
            }
        }
        drop((prepared, written));
        // What was imported is found before the import says that it is finished.
        if let Err(error) = indexing.await {
            tracing::error!(%error, "the index is behind until it has followed the log");
        }
        let read = reading.await.unwrap_or(Err("import.reader"));
        Some(match (ending, read) {
            (Some(ending), _) => ending,
            (None, Err("import.reader")) => Ending::because(State::Interrupted, "import.reader"),
            (None, Err(code)) => Ending::because(State::Failed, code),
            (None, Ok(())) => Ending::plain(State::Finished),
        })
    }

    /// Whether somebody wants this run to stop.
    async fn stopped(&self) -> Option<Ending> {
        if self.crm.runs.stopping.load(Ordering::Acquire) {
            return Some(Ending::plain(State::Interrupted));
        }
        let asked =
            async { sql::is_cancelling(&mut self.crm.store.read().await?, &self.permit).await };
        match asked.await {
            Ok(true) => Some(Ending::plain(State::Cancelled)),
            // If the database is not to be had, the next batch says so.
            Ok(false) | Err(_) => None,
        }
    }

    async fn end(&self, ending: Ending) -> Result<(), CrmError> {
        let Ending { state, failure } = ending;
        let import = {
            let mut tx = self.crm.store.read().await?;
            sql::find(&mut tx, &self.caller, &self.keys, self.id).await?
        };
        let now = self.crm.store.clock().now();
        let mut tx = self.crm.store.write(&self.caller).await?;
        if !sql::end(
            &mut tx,
            &self.permit,
            self.number,
            state,
            failure.as_deref(),
            now,
        )
        .await?
        {
            return Ok(());
        }
        let what = match state {
            State::Finished => FINISH,
            State::Cancelled => STOP,
            State::Failed => FAIL,
            _ => INTERRUPT,
        };
        let mut event = self.event(&what, &import.progress);
        if let Some(code) = failure {
            event = event.with("reason", Detail::code(code));
        }
        if state == State::Failed {
            event = event.failed();
        }
        Ok(tx.finish(event).await?)
    }
}

/// Reads the file from a row on and hands batches over; the code of why it cannot.
fn read(
    mut preparation: Preparation,
    file: SealedReader,
    detection: &Detection,
    from_row: u64,
    batches: &mpsc::Sender<(Batch, u64)>,
) -> Result<(), &'static str> {
    let mut table =
        Table::open(file, detection, Limits::default()).map_err(|error| error.code())?;
    let bytes_total = table.bytes_total();
    let mut rows = table.rows_from(from_row).map_err(|error| error.code())?;
    while let Some(batch) = preparation.batch(&mut rows) {
        if batches.blocking_send((batch, bytes_total)).is_err() {
            // The run was stopped.
            return Ok(());
        }
    }
    Ok(())
}

/// Keeps the index up with what is written.
async fn index(
    crm: &Crm,
    caller: &custos_kernel::policy::Caller,
    mut batches: mpsc::Receiver<ToIndex>,
) {
    while let Some(ToIndex { documents, changed }) = batches.recv().await {
        let mut outcome = crm.index_many(caller.org(), &documents);
        for id in changed {
            outcome = outcome.and(crm.reindex(caller, id).await);
        }
        if let Err(error) = outcome {
            tracing::warn!(%error, "the index is behind until it has followed the log");
        }
    }
}

impl Crm {
    /// Opens an upload of this server.
    pub(super) fn open_upload(&self, id: custos_values::ImportId) -> io::Result<SealedReader> {
        let path = self.upload_path(id).ok_or(io::ErrorKind::NotFound)?;
        SealedReader::open(&path, &self.store.keys().file_key(id.as_bytes()))
    }
}
