//! What rules look at: the log, accounts and keys, the clock, their parameters.

use super::Rule;
use crate::counts::{DAY_MS, LogScope};
use crate::{AuditError, Desk};
use custos_identity::Posture;
use custos_kernel::audit::{Actor, Entry};
use custos_store::{AccessCount, ActorDay, EntryFilter, TallyFilter};
use custos_values::{Timestamp, UserId};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Entries read at once, and by one rule at most: what is older waits for a narrower window.
const READ: (i64, usize) = (500, 20_000);

/// An entry with its place.
pub(crate) struct Found {
    pub(crate) index: i64,
    pub(crate) entry: Entry,
}

impl Found {
    /// The acting account.
    pub(crate) fn actor(&self) -> Option<UserId> {
        match self.entry.actor {
            Actor::User { id, .. } => Some(UserId::from_bytes(id)),
            Actor::System { .. } | Actor::Anonymous => None,
        }
    }

    /// The record it is about.
    pub(crate) fn record(&self) -> Option<UserId> {
        let id = self.entry.resource.as_ref()?.id?;
        Some(UserId::from_bytes(id))
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.entry.at)
    }

    fn detail(&self, key: &str) -> Option<Value> {
        serde_json::to_value(self.entry.detail.get(key)?).ok()
    }

    pub(crate) fn count(&self, key: &str) -> Option<i64> {
        self.detail(key)?.as_i64()
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.detail(key)?.as_str().map(str::to_owned)
    }

    pub(crate) fn names(&self, key: &str) -> Vec<String> {
        let items = self.detail(key);
        let items = items.as_ref().and_then(Value::as_array);
        let text = |item: &Value| item.as_str().map(str::to_owned);
        items.into_iter().flatten().filter_map(text).collect()
    }
}

/// What one rule has before it.
pub(crate) struct Context {
    pub(crate) desk: Arc<Desk>,
    pub(crate) scope: Arc<LogScope>,
    pub(crate) posture: Arc<Posture>,
    pub(crate) now: Timestamp,
    /// Milliseconds by which the desk's clock is ahead of UTC.
    pub(crate) ahead: i64,
    pub(crate) rule: &'static Rule,
    pub(crate) parameters: BTreeMap<String, i64>,
}

impl Context {
    /// A parameter of the rule, as set or as it is by default.
    pub(crate) fn parameter(&self, code: &str) -> i64 {
        let default = || {
            let found = self.rule.parameters.iter().find(|it| it.code == code);
            found.map_or(0, |parameter| parameter.value)
        };
        self.parameters.get(code).copied().unwrap_or_else(default)
    }

    /// So many days ago, by the parameter.
    pub(crate) fn days_ago(&self, code: &str) -> Timestamp {
        self.now.plus_millis(-self.parameter(code) * DAY_MS)
    }

    /// The day a moment is in, by the desk's clock.
    pub(crate) fn day(&self, at: Timestamp) -> i64 {
        (at.millis() + self.ahead).div_euclid(DAY_MS)
    }

    /// When a day begins and ends.
    pub(crate) fn span(&self, day: i64) -> (Timestamp, Timestamp) {
        let from = Timestamp::from_millis(day * DAY_MS - self.ahead);
        (from, from.plus_millis(DAY_MS))
    }

    /// The hour of the day, by the desk's clock.
    pub(crate) fn hour(&self, at: Timestamp) -> i64 {
        (at.millis() + self.ahead)
            .rem_euclid(DAY_MS)
            .div_euclid(DAY_MS / 24)
    }

    /// Entries of an action, newest first.
    pub(crate) async fn entries(
        &self,
        action: &str,
        outcome: Option<&str>,
        from: Timestamp,
    ) -> Result<Vec<Found>, AuditError> {
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let filter = EntryFilter {
                from: Some(from),
                action: Some(action.to_owned()),
                outcome: outcome.map(str::to_owned),
                before,
                ..EntryFilter::default()
            };
            let mut tx = self.desk.store.read().await?;
            let page = tx.log_entries(&*self.scope, &filter, READ.0).await?;
            drop(tx);
            before = page.last().map(|stored| stored.index);
            let full = page.len() as i64 == READ.0;
            // What cannot be read is for the verification to find.
            found.extend(page.into_iter().filter_map(|stored| {
                let entry = Entry::decode(&stored.body).ok()?;
                Some(Found {
                    index: stored.index,
                    entry,
                })
            }));
            if !full || found.len() >= READ.1 {
                return Ok(found);
            }
        }
    }

    /// When an action was last done, as far back as a moment.
    pub(crate) async fn last(
        &self,
        action: &str,
        from: Timestamp,
    ) -> Result<Option<Found>, AuditError> {
        let filter = EntryFilter {
            from: Some(from),
            action: Some(action.to_owned()),
            outcome: Some("allowed".to_owned()),
            ..EntryFilter::default()
        };
        let mut tx = self.desk.store.read().await?;
        let page = tx.log_entries(&*self.scope, &filter, 1).await?;
        Ok(page.into_iter().next().and_then(|stored| {
            let entry = Entry::decode(&stored.body).ok()?;
            Some(Found {
                index: stored.index,
                entry,
            })
        }))
    }

    /// What everybody did on each day of the rule's window.
    pub(crate) async fn actor_days(&self) -> Result<Vec<ActorDay>, AuditError> {
        let (from, to) = (self.day(self.days_ago("window_days")), self.day(self.now));
        let mut tx = self.desk.store.read().await?;
        Ok(tx.tally_actor_days(&*self.scope, from, to).await?)
    }

    /// Who did what from where, in a time.
    pub(crate) async fn access(
        &self,
        (from, to): (Timestamp, Timestamp),
        action: Option<&str>,
    ) -> Result<Vec<AccessCount>, AuditError> {
        let filter = TallyFilter {
            from: Some(from),
            to: Some(to),
            action: action.map(str::to_owned),
            ..TallyFilter::default()
        };
        let mut tx = self.desk.store.read().await?;
        Ok(tx.tally_access(&*self.scope, &filter).await?)
    }
}
