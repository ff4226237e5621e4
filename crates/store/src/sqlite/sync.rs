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
    let mut outcome = Ok(());
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
        // After a failed sync the kernel may take the lost pages for clean and report the next sync as a success.
        // Nothing is durable any more until the store is opened anew.
        if outcome.is_ok()
            && let Err(error) = sync()
        {
            tracing::error!(%error, "the write-ahead log cannot be synced; changes fail until a restart");
            outcome = Err(format!("the write-ahead log cannot be synced: {error}"));
        }
        for sender in waiting {
            // A receiver that is gone has given up its request; its data is durable all the same.
            let _ = sender.send(outcome.clone());
        }
        if closed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn running(sync: impl Fn() -> io::Result<()> + Send + 'static) -> WalSync {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || run(&for_thread, sync));
        WalSync {
            shared,
            thread: Mutex::new(Some(thread)),
        }
    }

    #[tokio::test]
    async fn a_failed_sync_is_never_followed_by_a_success() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let sync = running(move || match counted.fetch_add(1, Ordering::SeqCst) {
            1 => Err(io::Error::other("the disk is gone")),
            _ => Ok(()),
        });
        assert!(sync.durable().await.is_ok());
        assert!(sync.durable().await.is_err());
        assert!(sync.durable().await.is_err());
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_synced_soon() {
        let (synced, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let sync = running(move || synced.send(()).map_err(io::Error::other));
        sync.soon();
        let soon = tokio::time::timeout(Duration::from_secs(5), seen.recv());
        assert_eq!(soon.await.unwrap(), Some(()));
    }

    #[tokio::test]
    async fn one_sync_serves_all_who_wait_and_a_closed_one_none() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let sync = running(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            Ok(())
        });
        let all = futures::future::join_all((0..50).map(|_| sync.durable())).await;
        assert!(all.iter().all(Result::is_ok));
        assert!(calls.load(Ordering::SeqCst) <= 3);
        sync.close();
        assert!(matches!(sync.durable().await, Err(StoreError::Closed)));
    }
}
