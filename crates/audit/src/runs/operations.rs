//! Beginning runs and reading about them.

use super::sql::{self, RunRow};
use crate::resources::RunResource;
use crate::{AuditError, Desk};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Scope, actions};
use custos_values::{AuditRunId, OrgId};
use http::StatusCode;

/// Milliseconds in an hour.
const HOUR_MS: i64 = 3_600_000;
/// Runs shown: two months of daily ones.
const SHOWN: i64 = 60;

impl Desk {
    /// The newest runs, newest first.
    pub(super) async fn runs(&self, caller: &Caller) -> Result<Vec<RunRow>, AuditError> {
        let scope: Scope<actions::List, RunResource> = self.policy.scope(caller)?;
        let runs = sql::list(&mut self.store.read().await?, caller, SHOWN).await?;
        let event = Event::of_scope(&scope).with("rows", Detail::count(runs.len() as u64));
        self.sink.record(event).await?;
        Ok(runs)
    }

    /// Begins a run now.
    ///
    /// # Errors
    /// Refused, or 409 `audit.run_active`.
    pub(crate) async fn begin_run(&self, caller: &Caller) -> Result<AuditRunId, AuditError> {
        let begun = self.begin(caller, None).await?;
        begun.ok_or_else(|| {
            AuditError::Request(Problem::new(StatusCode::CONFLICT, "audit.run_active"))
        })
    }

    /// Begins the run of this turn of the schedule, unless it was.
    pub(super) async fn begin_scheduled(&self, org: OrgId) -> Result<(), AuditError> {
        let every = self.settings(org).await?.run_every_hours;
        if every == 0 {
            return Ok(());
        }
        let auditor = Self::auditor(org);
        let slot = self.store.clock().now().millis() / (every * HOUR_MS);
        let made = sql::made_for(&mut self.store.read().await?, &auditor, slot).await?;
        if !made {
            self.begin(&auditor, Some(slot)).await?;
        }
        Ok(())
    }

    async fn begin(
        &self,
        caller: &Caller,
        slot: Option<i64>,
    ) -> Result<Option<AuditRunId>, AuditError> {
        let id = AuditRunId::new(self.store.clock(), self.store.random());
        let facts = Facts::<RunResource>::shared(caller.org(), *id.as_bytes(), 0);
        let permit = self.policy.permit::<actions::Create, _>(caller, &facts)?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        let (by, total) = (caller.user_id(), Self::rules_to_go());
        if !sql::begin(&mut tx, &permit, slot, by, total, now).await? {
            return Ok(None);
        }
        let how = if slot.is_some() { "schedule" } else { "demand" };
        tx.finish(Event::of(&permit).with("how", Detail::code(how)))
            .await?;
        Ok(Some(id))
    }
}
