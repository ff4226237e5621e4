//! What the desk does in the background.

use crate::{AuditError, Desk};
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether there is something to do.
const LOOK: Duration = Duration::from_secs(2);
/// Batches of one organisation counted in a row before the others have their turn.
const BATCHES: usize = 16;
/// Between batches of a long log: requests come first.
const BREATH: Duration = Duration::from_millis(20);

impl Desk {
    /// Counts what is new in the logs and runs the automated audit, for as long as it is polled.
    pub async fn run(self: Arc<Self>) {
        loop {
            if let Err(error) = self.count_all().await {
                tracing::warn!(%error, "the log could not be counted");
            }
            if let Err(error) = self.audit_all().await {
                tracing::warn!(%error, "the automated audit was broken off and is tried again");
            }
            if let Err(error) = self.keep_years().await {
                tracing::warn!(%error, "years of the log could not be sealed or removed");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn audit_all(self: &Arc<Self>) -> Result<(), AuditError> {
        for org in self.store.log_organisations().await? {
            self.audit(org).await?;
        }
        Ok(())
    }

    async fn keep_years(&self) -> Result<(), AuditError> {
        for org in self.store.log_organisations().await? {
            self.remove_further(org).await?;
            self.seal_years(org).await?;
        }
        Ok(())
    }

    async fn count_all(&self) -> Result<(), AuditError> {
        let mut behind = self.store.log_organisations().await?;
        while !behind.is_empty() {
            let mut still = Vec::new();
            for org in behind {
                if !self.catch_up(org, BATCHES).await? {
                    still.push(org);
                }
            }
            behind = still;
            tokio::time::sleep(BREATH).await;
        }
        Ok(())
    }
}
