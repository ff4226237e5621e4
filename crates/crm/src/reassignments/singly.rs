//! Customers given away one by one: they count with those handed over at once, or the yes of others would be avoided by
//! giving a thousand away one after the other.

use super::foresee::together_since;
use super::sql;
use crate::customers::Customer;
use crate::{Crm, CrmError};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::policy::{Permit, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, UserId};
use futures::future::BoxFuture;

/// What one person may hand over alone; the feature that keeps the rules about approvals provides it.
pub trait HandoverLimit: Send + Sync + 'static {
    /// How many customers within a day; none if any number.
    fn alone(&self, org: OrgId) -> BoxFuture<'_, Result<Option<u64>, Problem>>;
}

impl Crm {
    /// What one person may hand over alone. Read before the transaction that needs it.
    pub(crate) async fn handover_limit(&self, org: OrgId) -> Result<Option<u64>, CrmError> {
        match self.limit.get() {
            Some(limit) => Ok(limit.alone(org).await?),
            None => Ok(None),
        }
    }

    /// Counts a customer somebody gives away, within the transaction that does it.
    ///
    /// # Errors
    /// 403 `customer.assign_many` when it is more than they may alone.
    pub(crate) async fn count_given(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Assign, Customer>,
        giver: UserId,
        limit: Option<u64>,
    ) -> Result<(), CrmError> {
        let now = self.store.clock().now();
        let since = together_since(now);
        if let Some(limit) = limit {
            let recently = sql::recent_within(tx, giver, since).await?;
            if recently >= limit {
                let problem = Problem::new(StatusCode::FORBIDDEN, "customer.assign_many");
                return Err(problem.with("limit", limit).into());
            }
        }
        Ok(sql::given(tx, permit, giver, (now, since)).await?)
    }
}
