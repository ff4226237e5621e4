//! When to stop.

use crate::cli::Failure;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: everything acknowledged is on disk.
///
/// # Errors
/// [`Failure`] when signals cannot be caught.
pub fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let caught = |kind| signal(kind).map_err(|error| Failure::internal(&error));
    let mut terminate = caught(SignalKind::terminate())?;
    let mut interrupt = caught(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::warn!("stopped at once");
            std::process::exit(i32::from(crate::cli::EXIT_UNUSABLE));
        });
    })
}
