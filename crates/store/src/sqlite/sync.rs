//! Making commits durable: one thread syncs the write-ahead log for everybody who waits.
//!
//! In WAL mode a commit is durable once the WAL's bytes are; SQLite's `synchronous=FULL` syncs inside every commit,
//! while the writer is locked. Here the commit writes (`synchronous=NORMAL`) and this thread calls `fdatasync` on the
//! same file afterwards, so that one sync serves all transactions committed before it began, and the next
//! transactions run meanwhile. Frames beyond the last sync carry checksums and are discarded after a power cut.
//! SQLite's advisory locks are on the database and the -shm file, so a second descriptor on the WAL disturbs nothing.

use crate::StoreError;
use parking_lot::{Condvar, Mutex};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// Longest time an ordinary read's entry waits for a sync.
const LAZY_SYNC: Duration = Duration::from_millis(80);

#[derive(Default)]
struct State {
    waiting: Vec<oneshot::Sender<Result<(), String>>>,
    dirty: bool,
    closed: bool,
}

pub(crate) struct WalSync {
    shared: Arc<(Mutex<State>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl WalSync {
    pub(crate) fn start(wal: &Path) -> Result<Self, StoreError> {
        let file = File::options()
            .read(true)
            .write(true)
            .open(wal)
            .map_err(|e| StoreError::Open(e.to_string()))?;
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("wal-sync".to_owned())
            .spawn(move || run(&for_thread, || file.sync_data()))
            .map_err(|e| StoreError::Open(e.to_string()))?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Returns when everything committed before the call is on disk.
    pub(crate) async fn durable(&self) -> Result<(), StoreError> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.shared.0.lock();
            if state.closed {
                return Err(StoreError::Closed);
            }
            state.waiting.push(sender);
        }
        self.shared.1.notify_one();
        match receiver.await {
            Ok(outcome) => outcome.map_err(StoreError::Engine),
            Err(_) => Err(StoreError::Closed),
        }
    }

    /// Notes a commit nobody waits for; it is synced within [`LAZY_SYNC`].
    pub(crate) fn soon(&self) {
        let mut state = self.shared.0.lock();
        if !state.dirty {
            state.dirty = true;
            self.shared.1.notify_one();
        }
    }

    pub(crate) fn close(&self) {
        self.shared.0.lock().closed = true;
        self.shared.1.notify_one();
        if let Some(thread) = self.thread.lock().take() {
            // The thread only ends by returning; a panic in it was already reported on standard error.
            let _ = thread.join();
        }
    }
}

impl Drop for WalSync {
    fn drop(&mut self) {
        self.close();
    }
}

fn run(shared: &(Mutex<State>, Condvar), sync: impl Fn() -> io::Result<()>) {
    loop {
        let (waiting, closed) = {
            let mut state = shared.0.lock();
            if state.waiting.is_empty() && !state.closed && !state.dirty {
                shared.1.wait(&mut state);
            }
            if state.waiting.is_empty() && !state.closed && state.dirty {
                shared.1.wait_for(&mut state, LAZY_SYNC);
            }
            state.dirty = false;
            (std::mem::take(&mut state.waiting), state.closed)
        };
        let outcome =
            sync().map_err(|error| format!("the write-ahead log cannot be synced: {error}"));
        for sender in waiting {
            // A receiver that is gone has given up its request; its data is durable all the same.
            let _ = sender.send(outcome.clone());
        }
        if closed {
            return;
        }
    }
}
