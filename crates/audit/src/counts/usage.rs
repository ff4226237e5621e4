//! Who did what since a moment, for whoever compares it with what is granted.

use super::LogScope;
use crate::{AuditError, Desk};
use custos_store::{ActionUse, SightingOf};
use custos_values::{OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

/// Batches counted before the counts are read, at most.
const BATCHES: usize = 200;
const DAY_MS: i64 = 86_400_000;
/// Records of one account looked at, at most.
const MOST_SEEN: i64 = 10_000;

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

    /// When an account last had each record of a kind before it since a moment, by whole days; none if it had so many that
    /// they are not all known.
    ///
    /// # Errors
    /// [`AuditError`] when the counts are not to be had.
    pub async fn records_seen(
        &self,
        org: OrgId,
        user: UserId,
        (kind, from): (&str, Timestamp),
    ) -> Result<Option<BTreeMap<[u8; 16], Timestamp>>, AuditError> {
        let scope: LogScope = self.policy.scope(&Self::auditor(org))?;
        let day = |at: Timestamp| at.millis().div_euclid(DAY_MS);
        let days = (day(from), day(self.store.clock().now()) + 1);
        let of = SightingOf::Person(*user.as_bytes());
        let mut tx = self.store.read().await?;
        let seen = tx.sightings(&scope, of, days, MOST_SEEN, 0).await?;
        if seen.len() as i64 == MOST_SEEN {
            return Ok(None);
        }
        let of_kind = seen
            .into_iter()
            .filter(|it| it.resource_type == kind && it.reads + it.reveals + it.changes > 0);
        Ok(Some(of_kind.map(|it| (it.resource, it.last_at)).collect()))
    }
}
