//! Going through the rules: each in a transaction that also says how far the run has come.

use super::sql::{self, RunRow, Tally};
use crate::findings;
use crate::resources::RunResource;
use crate::rules::{Context, RULES};
use crate::{AuditEntry, AuditError, Desk};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Job, Permit, actions};
use custos_values::OrgId;
use std::sync::Arc;

/// How long a node holds a run without having finished a rule.
const LEASE_MS: i64 = 120_000;
/// Batches of the log counted before a run at most: a million entries.
const BATCHES: usize = 1024;

impl Desk {
    pub(crate) fn auditor(org: OrgId) -> Caller {
        Caller::system(Job::Auditor, org)
    }

    /// Begins the scheduled run if it is due, and goes on with the run nobody goes on with. Tells whether a run ended.
    ///
    /// # Errors
    /// When log, accounts or tables cannot be read or written; the run is then taken up again later.
    pub async fn audit(self: &Arc<Self>, org: OrgId) -> Result<bool, AuditError> {
        self.begin_scheduled(org).await?;
        let auditor = Self::auditor(org);
        let now = self.store.clock().now();
        let free = sql::free(&mut self.store.read().await?, &auditor, now).await?;
        match free {
            Some(run) => self.perform(org, run).await,
            None => Ok(false),
        }
    }

    async fn perform(self: &Arc<Self>, org: OrgId, run: RunRow) -> Result<bool, AuditError> {
        let auditor = Self::auditor(org);
        let permit = self.run_permit(&auditor, &run)?;
        let mut claim = [0; 16];
        self.store.random().fill(&mut claim);
        let now = self.store.clock().now();
        let mut tx = self.store.write(&auditor).await?;
        if !sql::claim(&mut tx, &permit, &claim, now, now.plus_millis(LEASE_MS)).await? {
            return Ok(false);
        }
        let begun = Event::of(&permit).with("done", Detail::count(run.done.unsigned_abs()));
        tx.finish(begun).await?;
        self.catch_up(org, BATCHES).await?;
        let posture = Arc::new(self.posture(auditor.clone()).await?);
        let scope = Arc::new(self.policy.scope::<actions::List, AuditEntry>(&auditor)?);
        let ahead = self.settings(org).await?.utc_offset_minutes * 60_000;
        let settings = self.rule_settings(org).await?;
        let done = usize::try_from(run.done).unwrap_or_default();
        for (place, (rule, setting)) in settings.into_iter().enumerate().skip(done) {
            let cx = Context {
                desk: Arc::clone(self),
                scope: Arc::clone(&scope),
                posture: Arc::clone(&posture),
                now: self.store.clock().now(),
                ahead,
                rule,
                parameters: setting.parameters,
            };
            let hits = match setting.enabled {
                true => Some(self.search(async move |_| cx.evaluate().await).await?),
                false => None,
            };
            let count = hits.as_ref().map_or(0, Vec::len);
            let now = self.store.clock().now();
            let mut tx = self.store.write(&auditor).await?;
            let tally = findings::settle(self, &mut tx, &auditor, rule, hits, now).await?;
            let until = now.plus_millis(LEASE_MS);
            let next = i64::try_from(place + 1).unwrap_or(i64::MAX);
            if !sql::advance(&mut tx, &permit, &claim, next, tally, until).await? {
                return Ok(false);
            }
            tx.finish(told(&permit, rule.code, count, tally)).await?;
        }
        let mut tx = self.store.write(&auditor).await?;
        let open = findings::open_counts(&mut tx).await?;
        let now = self.store.clock().now();
        if !sql::end(&mut tx, &permit, &claim, open, now).await? {
            return Ok(false);
        }
        let ended = Event::of(&permit)
            .with("state", Detail::code("finished"))
            .with(
                "open",
                Detail::count(open.iter().sum::<i64>().unsigned_abs()),
            );
        tx.finish(ended).await?;
        Ok(true)
    }

    fn run_permit(
        &self,
        auditor: &Caller,
        run: &RunRow,
    ) -> Result<Permit<actions::Update, RunResource>, AuditError> {
        let facts = Facts::shared(auditor.org(), *run.id.as_bytes(), 0);
        Ok(self.policy.permit(auditor, &facts)?)
    }

    /// How many rules a run goes through.
    pub(super) fn rules_to_go() -> i64 {
        i64::try_from(RULES.len()).unwrap_or(i64::MAX)
    }
}

fn told(
    permit: &Permit<actions::Update, RunResource>,
    rule: &'static str,
    hits: usize,
    tally: Tally,
) -> Event {
    let count = |value: i64| Detail::count(value.unsigned_abs());
    Event::of(permit)
        .with("rule", Detail::code(rule))
        .with("found", Detail::count(hits as u64))
        .with("opened", count(tally.opened))
        .with("reopened", count(tally.reopened))
        .with("resolved", count(tally.resolved))
}
