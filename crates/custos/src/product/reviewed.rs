//! What reviews of access need to know of grants, from the features they are of.

use super::staff::failed;
use custos_access::reviews::{Grants, ProgramKey, SharedCustomer, Withdrawal};
use custos_audit::Desk;
use custos_crm::{Crm, CrmError};
use custos_identity::Identity;
use custos_kernel::policy::{Caller, Role};
use custos_store::{StoreError, WriteTx};
use custos_values::{ApiKeyId, CustomerId, DepartmentId, OrgId, Timestamp, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// Roles and keys are the identity feature's, shares the customers'; what was looked at, the log tells.
pub(super) struct Reviewed {
    pub(super) identity: Arc<Identity>,
    pub(super) crm: Weak<Crm>,
    pub(super) desk: Arc<Desk>,
}

impl Reviewed {
    fn crm(&self) -> Result<Arc<Crm>, StoreError> {
        self.crm.upgrade().ok_or(StoreError::Closed)
    }
}

/// What else than the database can fail there is a mistake in what is stored.
fn broken(error: CrmError) -> StoreError {
    match error {
        CrmError::Store(error) => error,
        CrmError::Stale => StoreError::Stale,
        other => StoreError::Corrupt(other.to_string()),
    }
}

impl Grants for Reviewed {
    fn shares(
        &self,
        org: OrgId,
        after: Option<[u8; 16]>,
    ) -> BoxFuture<'_, Result<(Vec<SharedCustomer>, Option<[u8; 16]>), StoreError>> {
        async move {
            let shared = self.crm()?;
            shared.shared_customers(org, after).await.map_err(broken)
        }
        .boxed()
    }

    fn keys(&self, org: OrgId) -> BoxFuture<'_, Result<Vec<ProgramKey>, StoreError>> {
        async move { self.identity.program_keys(org).await.map_err(failed) }.boxed()
    }

    fn seen(
        &self,
        org: OrgId,
        user: UserId,
        from: Timestamp,
    ) -> BoxFuture<'_, Result<Option<BTreeMap<CustomerId, Timestamp>>, StoreError>> {
        async move {
            let seen = self.desk.records_seen(org, user, ("customer", from)).await;
            let seen = seen.map_err(super::usage::failed)?;
            let named = |seen: BTreeMap<[u8; 16], Timestamp>| {
                let customers = seen.into_iter();
                customers
                    .map(|(id, at)| (CustomerId::from_bytes(id), at))
                    .collect()
            };
            Ok(seen.map(named))
        }
        .boxed()
    }

    fn moves(&self, org: OrgId) -> BoxFuture<'_, Result<BTreeMap<UserId, Timestamp>, StoreError>> {
        async move { self.identity.last_moves(org).await.map_err(failed) }.boxed()
    }

    fn tree(
        &self,
        org: OrgId,
    ) -> BoxFuture<'_, Result<BTreeMap<DepartmentId, Option<DepartmentId>>, StoreError>> {
        async move {
            let directory = self.identity.directory(org).await.map_err(failed)?;
            let departments = directory.departments();
            Ok(departments.map(|(id, it)| (id, it.parent)).collect())
        }
        .boxed()
    }

    fn withdraw_role<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        user: UserId,
        role: Role,
    ) -> BoxFuture<'a, Result<Withdrawal, StoreError>> {
        async move {
            let withdrawn = self.identity.withdraw_role(tx, org, user, role);
            withdrawn.await.map_err(failed)
        }
        .boxed()
    }

    fn withdraw_key<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        key: ApiKeyId,
    ) -> BoxFuture<'a, Result<Withdrawal, StoreError>> {
        async move {
            let withdrawn = self.identity.withdraw_key(tx, org, key);
            withdrawn.await.map_err(failed)
        }
        .boxed()
    }

    fn withdraw_share<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        share: &'a SharedCustomer,
    ) -> BoxFuture<'a, Result<Withdrawal, StoreError>> {
        async move {
            let crm = self.crm()?;
            crm.withdraw_share(tx, org, share).await.map_err(broken)
        }
        .boxed()
    }

    fn account_changed(&self, org: OrgId, user: UserId) {
        self.identity.access_withdrawn(org, user);
    }

    fn customer_changed(
        &self,
        org: OrgId,
        customer: CustomerId,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            let crm = self.crm()?;
            crm.customer_changed(org, customer).await.map_err(broken)
        }
        .boxed()
    }

    fn titles<'a>(
        &'a self,
        caller: &'a Caller,
        customers: &'a [CustomerId],
    ) -> BoxFuture<'a, Result<BTreeMap<CustomerId, String>, StoreError>> {
        async move {
            let crm = self.crm()?;
            crm.titles(caller, customers).await.map_err(broken)
        }
        .boxed()
    }
}
