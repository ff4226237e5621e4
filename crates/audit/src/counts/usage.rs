//! Who did what since a moment, for whoever compares it with what is granted.

use super::LogScope;
use crate::{AuditError, Desk};
use custos_store::ActionUse;
use custos_values::{OrgId, Timestamp};

/// Batches counted before the counts are read, at most.
const BATCHES: usize = 200;

impl Desk {
    /// What each account was allowed and did since a moment, and when the log begins.
    ///
    /// # Errors
    /// [`AuditError`] when the counts are not to be had.
    pub async fn usage(
        &self,
        org: OrgId,
        from: Timestamp,
    ) -> Result<(Option<Timestamp>, Vec<ActionUse>), AuditError> {
        self.catch_up(org, BATCHES).await?;
        let scope: LogScope = self.policy.scope(&Self::auditor(org))?;
        let mut tx = self.store.read().await?;
        let since = tx.tally_begin(&scope).await?;
        Ok((since, tx.tally_uses(&scope, from).await?))
    }
}
