//! How long entries stay in the database.

use super::sql;
use crate::resources::RetentionResource;
use crate::{AuditError, Desk};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, actions};
use custos_store::StoreError;
use custos_values::OrgId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The fewest whole calendar years that entries stay, not counting the one under way. The log is the record of how
/// personal data were processed; the Personal Information Protection Law of the PRC (article 56) asks for at least
/// three years of it. Other duties, such as those of accounts and their vouchers, are longer and the organisation's to know.
pub(super) const LEAST_YEARS: i64 = 3;
/// And the most that can be set, short of for ever.
const MOST_YEARS: i64 = 100;

/// How long entries stay in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogRetention)]
pub(crate) struct Retention {
    /// Whole years, at least 3, not counting the one under way; 0 for ever.
    pub(crate) years: i64,
}

/// What a request about it would change.
pub struct RetentionForeseen {
    /// Years now; 0 for ever.
    pub before: i64,
    /// Years then.
    pub after: i64,
}

impl Retention {
    fn problem(self) -> Option<FieldProblem> {
        let sound = self.years == 0 || (LEAST_YEARS..=MOST_YEARS).contains(&self.years);
        (!sound).then(|| {
            FieldProblem::new("years", "log_retention.years")
                .with("min", LEAST_YEARS)
                .with("max", MOST_YEARS)
        })
    }
}

impl Desk {
    /// How long entries stay, and the version of the setting.
    pub(super) async fn retention(&self, org: OrgId) -> Result<(Retention, i64), AuditError> {
        let set = sql::retention(&mut self.store.read().await?, org).await?;
        let (years, version) = set.unwrap_or((0, 0));
        Ok((Retention { years }, version))
    }

    /// Reads a request to change it as its handler would.
    ///
    /// # Errors
    /// The answer of the handler to a request that cannot be carried out.
    pub async fn foresee_retention(
        &self,
        org: OrgId,
        body: &[u8],
    ) -> Result<RetentionForeseen, AuditError> {
        let malformed = |_| AuditError::Request(Problem::bad_request("request.malformed"));
        let wanted: Retention = serde_json::from_slice(body).map_err(malformed)?;
        if let Some(problem) = wanted.problem() {
            return Err(AuditError::Request(Problem::invalid(vec![problem])));
        }
        Ok(RetentionForeseen {
            before: self.retention(org).await?.0.years,
            after: wanted.years,
        })
    }

    /// Changes how long entries stay, as of a version.
    ///
    /// # Errors
    /// Refused, 412, or 422.
    pub(super) async fn change_retention(
        &self,
        caller: &Caller,
        version: i64,
        wanted: Retention,
    ) -> Result<(), AuditError> {
        let org = caller.org();
        let facts = Facts::<RetentionResource>::shared(org, *org.as_bytes(), version);
        let permit = self.policy.permit::<actions::Update, _>(caller, &facts)?;
        if let Some(problem) = wanted.problem() {
            return Err(AuditError::Request(Problem::invalid(vec![problem])));
        }
        let (before, _) = self.retention(org).await?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        if !sql::set_retention(&mut tx, &permit, version, wanted.years, now).await? {
            return Err(StoreError::Stale.into());
        }
        let years = |retention: Retention| Detail::count(retention.years.unsigned_abs());
        let event = Event::of(&permit).with_change("years", years(before), years(wanted));
        tx.finish(event).await?;
        Ok(())
    }
}
