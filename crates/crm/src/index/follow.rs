//! Following changes made elsewhere: by other nodes and by the command line.

use crate::customers::{Customer, sql};
use crate::records::kind;
use crate::{Crm, CrmError};
use custos_kernel::policy::Resource as _;
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
        let kinds = crate::objects::KINDS.iter().map(|kind| kind.spec().name);
        let types: Vec<&'static str> = kinds.chain([Customer::TYPE]).collect();
        let (changed, next) = tx.log_changes(&scope, &types, from, BATCH).await?;
        for (of, id) in changed {
            if let Some(kind) = kind(of) {
                kind.follow(self, org, id).await?;
                continue;
            }
            let stored = sql::revision(&mut tx, scope.caller(), &id).await?;
            if stored != shared.read().version(&id) {
                self.reindex(scope.caller(), CustomerId::from_bytes(id))
                    .await?;
            }
        }
        Ok(next)
    }
}
