//! Following changes made elsewhere: by other nodes and by the command line.

use crate::customers::sql;
use crate::{Crm, CrmError};
use custos_values::{CustomerId, OrgId};
use std::time::Duration;

/// How long a change made elsewhere may stay unseen.
const INTERVAL: Duration = Duration::from_millis(500);
/// Entries read at once.
const BATCH: i64 = 5_000;

impl Crm {
    /// Follows the log from a place in it; ends with the runtime.
    pub(super) async fn follow(&self, org: OrgId, mut next: i64) {
        loop {
            match self.catch_up(org, next).await {
                Ok(place) if place > next => next = place,
                Ok(_) => tokio::time::sleep(INTERVAL).await,
                Err(error) => {
                    tracing::warn!(%error, "the index is behind the database; trying again");
                    tokio::time::sleep(INTERVAL).await;
                }
            }
        }
    }

    async fn catch_up(&self, org: OrgId, from: i64) -> Result<i64, CrmError> {
        let scope = self.index_scope(org)?;
        let shared = self.indexes.ready(org)?;
        let mut tx = self.store.read().await?;
        let (changed, next) = tx.log_changes(&scope, from, BATCH).await?;
        for id in changed {
            let stored = sql::revision(&mut tx, scope.caller(), &id).await?;
            if stored != shared.read().version(&id) {
                self.reindex(scope.caller(), CustomerId::from_bytes(id))
                    .await?;
            }
        }
        Ok(next)
    }
}
