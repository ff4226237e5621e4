//! The sessions that are in use, of everybody, as far as rules are about them.

use super::sql;
use super::sql::{SEALED_MADE_FROM, SEALED_SEEN_FROM};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::open_text;
use custos_kernel::policy::{Origin, actions};
use custos_values::{OrgId, Timestamp, UserId};
use std::net::IpAddr;

/// A session that is in use.
pub(crate) struct LiveSession {
    pub(crate) user: UserId,
    pub(crate) made_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
    /// Where it was last used from, as far as this node knows.
    pub(crate) from: Option<IpAddr>,
}

impl Identity {
    /// The sessions of an organisation that are in use. Uses on other nodes are known once they wrote them down.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn live_sessions(
        &self,
        org: OrgId,
    ) -> Result<Vec<LiveSession>, IdentityError> {
        let keeper = Self::keeper(org, Origin::default());
        let scope = self
            .policy()
            .scope::<actions::List, crate::resources::SessionResource>(&keeper)?;
        let key = self.store().keys().get(self.store(), org).await?;
        let rows = sql::list_all(&mut self.store().read().await?, &scope).await?;
        let limits = self.limits(org).await?;
        let now = self.store().clock().now();
        let mut live = Vec::with_capacity(rows.len());
        for (user, row) in rows {
            let here = self.sessions().uses_of(org, user).remove(&row.id);
            let here = here.filter(|last| last.at >= row.last_seen_at);
            let last_used_at = here.map_or(row.last_seen_at, |last| last.at);
            let over = now >= last_used_at.plus_millis(limits.idle_ms)
                || now >= row.created_at.plus_millis(limits.absolute_ms);
            if over {
                continue;
            }
            let stored = match (&row.seen_from, &row.made_from) {
                (Some(sealed), _) => Some((SEALED_SEEN_FROM, sealed)),
                (None, Some(sealed)) => Some((SEALED_MADE_FROM, sealed)),
                (None, None) => None,
            };
            let stored = stored
                .map(|(purpose, sealed)| open_text(&key, purpose, row.id.as_bytes(), sealed))
                .transpose()?;
            let from = here
                .and_then(|last| last.from)
                .or_else(|| stored.and_then(|text| text.parse().ok()));
            live.push(LiveSession {
                user,
                made_at: row.created_at,
                last_used_at,
                from,
            });
        }
        Ok(live)
    }
}
