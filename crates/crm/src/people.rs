//! What this crate needs to know about staff; the identity feature provides it.

use custos_access::Configuration;
use custos_kernel::policy::Standing;
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, OrgId, UserId};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Names and departments of an organisation's staff.
pub trait People: Send + Sync + 'static {
    /// A person's display name.
    fn user_name(&self, org: OrgId, user: UserId) -> Option<Arc<str>>;
    /// A department's name.
    fn department_name(&self, org: OrgId, department: DepartmentId) -> Option<Arc<str>>;
    /// The department a person belongs to.
    fn department_of(&self, org: OrgId, user: UserId) -> Option<DepartmentId>;
    /// The one active person with this display name or login.
    fn find_user(&self, org: OrgId, name: &str) -> Option<UserId>;
    /// What an active person may do, as far as it does not depend on a request.
    fn standing(&self, org: OrgId, user: UserId) -> Option<Standing>;
    /// Everybody with an active account, and what they may do.
    fn everybody(&self, org: OrgId) -> Vec<(UserId, Standing)>;
    /// What an organisation has set about access itself.
    fn configuration(&self, org: OrgId) -> Arc<Configuration>;
    /// Whether a person of the transaction's organisation is there, and keeps them until the transaction ends: whoever
    /// lets them leave waits for it, and finds what it assigned to them.
    fn stays<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        user: UserId,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;
}
