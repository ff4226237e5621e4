//! Reading and changing the settings.

use super::{Settings, sql};
use crate::resources::RuleResource;
use crate::{AuditError, Desk};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, actions};
use custos_store::StoreError;
use custos_values::OrgId;
use http::StatusCode;

impl Desk {
    /// The settings of an organisation.
    pub(crate) async fn settings(&self, org: OrgId) -> Result<Settings, AuditError> {
        Ok(self.versioned_settings(org).await?.0)
    }

    /// The settings with their version; 0 while nobody has changed them.
    pub(super) async fn versioned_settings(
        &self,
        org: OrgId,
    ) -> Result<(Settings, i64), AuditError> {
        let Some((text, version)) = sql::settings(&mut self.store.read().await?, org).await? else {
            return Ok((Settings::default(), 0));
        };
        let settings = serde_json::from_str(&text)
            .map_err(|_| StoreError::Corrupt("audit settings that cannot be read".to_owned()))?;
        Ok((settings, version))
    }

    /// Changes the settings as of a version.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming the fields.
    pub(super) async fn change_settings(
        &self,
        caller: &Caller,
        version: i64,
        settings: Settings,
    ) -> Result<(), AuditError> {
        let org = caller.org();
        let facts = Facts::<RuleResource>::shared(org, *org.as_bytes(), version);
        let permit = self.policy.permit::<actions::Update, _>(caller, &facts)?;
        let problems = settings.problems();
        if !problems.is_empty() {
            return Err(AuditError::Request(Problem::invalid(problems)));
        }
        let before = self.settings(org).await?;
        let text = serde_json::to_string(&settings)
            .map_err(|error| AuditError::Request(Problem::internal(error)))?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        match version {
            0 => match sql::insert(&mut tx, &permit, &text, now).await {
                Err(StoreError::Duplicate) => {
                    let stale = Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale");
                    return Err(AuditError::Request(stale));
                }
                other => other?,
            },
            _ => sql::update(&mut tx, &permit, &text, now).await?,
        }
        // Minutes may be negative, counts not: half a day is added.
        let ahead =
            |settings: Settings| Detail::count((settings.utc_offset_minutes + 720).unsigned_abs());
        let every = |settings: Settings| Detail::count(settings.run_every_hours.unsigned_abs());
        let mut event = Event::of(&permit).with("what", Detail::code("settings"));
        if before.utc_offset_minutes != settings.utc_offset_minutes {
            let (before, after) = (ahead(before), ahead(settings));
            event = event.with_change("minutes_east_of_date_line", before, after);
        }
        if before.run_every_hours != settings.run_every_hours {
            event = event.with_change("run_every_hours", every(before), every(settings));
        }
        tx.finish(event).await?;
        Ok(())
    }
}
