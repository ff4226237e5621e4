//! What other features need to know about people, from the identity feature.

use custos_audit::Names;
use custos_crm::People;
use custos_identity::{Directory, Identity};
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, OrgId, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The directory for callers that cannot wait.
pub(super) struct Staff(pub(super) Arc<Identity>);

impl Staff {
    /// At most a second old, and nearly always in memory; only then this has to wait.
    fn directory(&self, org: OrgId) -> Option<Arc<Directory>> {
        let answer = match self.0.directory(org).now_or_never() {
            Some(answer) => answer,
            None => {
                tokio::task::block_in_place(|| Handle::current().block_on(self.0.directory(org)))
            }
        };
        answer
            .inspect_err(|error| tracing::error!(%error, "the directory cannot be read"))
            .ok()
    }
}

impl People for Staff {
    fn user_name(&self, org: OrgId, user: UserId) -> Option<Arc<str>> {
        self.directory(org)?.user_name(user).map(Arc::from)
    }

    fn department_name(&self, org: OrgId, department: DepartmentId) -> Option<Arc<str>> {
        self.directory(org)?
            .department_name(department)
            .map(Arc::from)
    }

    fn department_of(&self, org: OrgId, user: UserId) -> Option<DepartmentId> {
        self.directory(org)?.person(user)?.department
    }

    fn find_user(&self, org: OrgId, name: &str) -> Option<UserId> {
        self.directory(org)?.user_by_login_or_name(name)
    }

    fn stays<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        user: UserId,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.0.stays(tx, user).boxed()
    }
}

/// Names for the audit desk.
pub(super) fn names(identity: &Arc<Identity>) -> Names {
    let identity = Arc::clone(identity);
    Arc::new(move |org, ids| {
        let identity = Arc::clone(&identity);
        async move {
            let Ok(directory) = identity.directory(org).await else {
                // The log is worth reading without names.
                return Default::default();
            };
            let named = ids.into_iter().filter_map(|id| {
                let name = directory.user_name(UserId::from_bytes(id))?;
                Some((id, name.to_owned()))
            });
            named.collect()
        }
        .boxed()
    })
}
