//! What a prepared reassignment would do, for those who have to approve it.

use super::sql;
use crate::{Crm, CrmError};
use custos_kernel::policy::{Caller, actions};
use custos_values::{ReassignmentId, Timestamp, UserId};
use std::collections::BTreeMap;

/// For how long what somebody handed over counts together, in milliseconds: a day. Many small ones are one large one.
const TOGETHER_MS: i64 = 86_400_000;

/// What a prepared reassignment would do.
#[derive(Debug, Clone)]
pub struct ReassignmentForeseen {
    /// How many customers.
    pub customers: u64,
    /// How many the same person began to hand over in this way within a day before.
    pub recently: u64,
    /// Who would have them.
    pub to: UserId,
    /// Whose they are, and how many of each.
    pub from: BTreeMap<Option<UserId>, u64>,
    /// Why.
    pub reason: String,
}

pub(super) fn together_since(now: Timestamp) -> Timestamp {
    now.plus_millis(-TOGETHER_MS)
}

impl Crm {
    /// What starting a prepared reassignment would do.
    ///
    /// # Errors
    /// 404 for others' reassignments; refused.
    pub async fn foresee_reassignment(
        &self,
        caller: &Caller,
        id: ReassignmentId,
    ) -> Result<ReassignmentForeseen, CrmError> {
        let (row, permit) = self.reassignment_for::<actions::Assign>(caller, id).await?;
        super::run::check_prepared(&row)?;
        let details = self.reassignment_details(&permit).await?;
        let owner = caller.user_id().ok_or(CrmError::NotFound)?;
        let since = together_since(self.store.clock().now());
        let recently = sql::recent(&mut self.store.read().await?, caller, owner, since).await?;
        let mut from = BTreeMap::new();
        for (_, owner) in &details.items {
            *from.entry(*owner).or_insert(0) += 1;
        }
        Ok(ReassignmentForeseen {
            customers: details.items.len() as u64,
            recently,
            to: details.to,
            from,
            reason: details.reason,
        })
    }
}
