//! Imports that need somebody to look after them: those a stopped server left, and those whose files are no longer
//! needed.

use crate::cli::Failure;
use crate::product::Features;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

const DAILY: Duration = Duration::from_secs(24 * 3600);

/// Marks what a stopped server left running, before the first request.
pub(super) async fn recover(features: &Features) -> Result<(), Failure> {
    let organisations = features.identity.organisations().await;
    for org in organisations.map_err(|error| Failure::internal(&error))? {
        let interrupted = features.crm.recover_imports(org).await;
        let interrupted = interrupted.map_err(|error| Failure::internal(&error))?;
        let erased = features.crm.finish_erasures(org).await;
        let erased = erased.map_err(|error| Failure::internal(&error))?;
        if erased > 0 {
            tracing::info!(erased, "erasures that the stop broke off were finished");
        }
        let resumed = features.identity.resume_handovers(org).await;
        let resumed = resumed.map_err(|error| Failure::internal(&error))?;
        if resumed > 0 {
            tracing::info!(resumed, "handovers that the stop broke off go on");
        }
        if interrupted > 0 {
            tracing::warn!(
                interrupted,
                "imports were interrupted when the server stopped; they can be resumed"
            );
        }
    }
    Ok(())
}

/// Removes, once a day, the files of imports that ended long ago.
pub(super) fn purge_daily(features: &Features) -> JoinHandle<()> {
    let identity = Arc::clone(&features.identity);
    let crm = Arc::clone(&features.crm);
    tokio::spawn(async move {
        loop {
            match identity.organisations().await {
                Ok(organisations) => {
                    for org in organisations {
                        if let Err(error) = crm.purge_imports(org).await {
                            tracing::warn!(%error, "files of old imports could not be removed");
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "the organisations cannot be read"),
            }
            tokio::time::sleep(DAILY).await;
        }
    })
}
