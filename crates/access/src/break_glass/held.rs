//! Who has emergency access now: looked up at every request.

use super::model::Grant;
use super::sql;
use crate::{Access, AccessError};
use custos_kernel::policy::{Caller, EmergencyRecord};
use custos_values::{OrgId, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// Longest time what another node wrote down stays unnoticed, in milliseconds.
const STALENESS_MS: i64 = 1000;

type Records = Arc<Vec<EmergencyRecord>>;

#[derive(Default)]
struct Known {
    organisations: HashMap<OrgId, (Timestamp, Records)>,
    /// Grows with every change made here, so that a reading begun before a change is not kept after it.
    changes: u64,
}

/// What this node knows.
#[derive(Default)]
pub(crate) struct Held(Mutex<Known>);

impl Held {
    /// Forgets what a change just committed here has made old.
    pub(super) fn changed(&self, org: OrgId) {
        let mut known = self.0.lock();
        known.changes += 1;
        known.organisations.remove(&org);
    }
}

impl Access {
    /// A caller with the emergency access they have now. If that cannot be found out they have none.
    pub async fn in_emergency(&self, caller: Caller) -> Caller {
        let Some(user) = caller.user_id() else {
            return caller;
        };
        match self.held(caller.org()).await {
            Ok(records) => records
                .iter()
                .filter(|record| record.user == user)
                .fold(caller, |caller, record| record.lend(caller)),
            Err(error) => {
                tracing::error!(%error, "emergency access cannot be read");
                caller
            }
        }
    }

    pub(super) async fn held(&self, org: OrgId) -> Result<Records, AccessError> {
        let store = self.store();
        let now = store.clock().now();
        let changes = {
            let known = self.emergencies().0.lock();
            if let Some((read_at, records)) = known.organisations.get(&org)
                && (0..STALENESS_MS).contains(&(now.millis() - read_at.millis()))
            {
                return Ok(Arc::clone(records));
            }
            known.changes
        };
        let rows = sql::active(&mut store.read().await?, &Self::keeper(org)).await?;
        let mut records = Vec::with_capacity(rows.len());
        if !rows.is_empty() {
            let key = store.keys().get(store, org).await?;
            for row in &rows {
                // What this program did not write for this row and person opens nothing.
                match Grant::open(&key, row) {
                    Ok(grant) if grant.user == row.user => records.push(grant.record(org, row.id)),
                    _ => tracing::error!(id = %row.id, "emergency access that was tampered with"),
                }
            }
        }
        let records = Arc::new(records);
        let mut known = self.emergencies().0.lock();
        if known.changes == changes {
            let kept = (now, Arc::clone(&records));
            known.organisations.insert(org, kept);
        }
        Ok(records)
    }
}
