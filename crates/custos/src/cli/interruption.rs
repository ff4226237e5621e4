//! Ctrl-C for commands that have something to put in order before they end.

use super::Failure;
use crate::serve::stop_signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Runtime;

/// From here on the first Ctrl-C (or SIGTERM) only leaves its mark; the second one ends the process.
pub(super) struct Interruption {
    happened: Arc<AtomicBool>,
    _runtime: Runtime,
}

impl Interruption {
    /// Begins to watch.
    ///
    /// # Errors
    /// [`Failure`] when signals cannot be caught.
    pub(super) fn watch() -> Result<Self, Failure> {
        let runtime = super::runtime()?;
        let stop = {
            let _inside = runtime.enter();
            stop_signal()?
        };
        let happened = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&happened);
        runtime.spawn(async move {
            stop.await;
            mark.store(true, Ordering::Release);
        });
        Ok(Self {
            happened,
            _runtime: runtime,
        })
    }

    /// Whether somebody wants the command to end.
    pub(super) fn happened(&self) -> bool {
        self.happened.load(Ordering::Acquire)
    }
}
