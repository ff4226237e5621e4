//! Customers, for features that know them through a trait: what people own, and who is meant by a name.

use custos_access::Access;
use custos_crm::reassignments::HandoverLimit;
use custos_crm::{Crm, CrmError, customers};
use custos_http::Problem;
use custos_identity::{Custody, CustodyError, Placing, Reach};
use custos_kernel::policy::Caller;
use custos_store::StoreError;
use custos_values::{ContactId, CustomerId, OrgId, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, CustodyError>> + Send + 'a>>;

/// The customer features, which themselves hold the identity feature.
pub(super) struct Customers(pub(super) Weak<Crm>);

impl Customers {
    fn crm(&self) -> Result<Arc<Crm>, CustodyError> {
        self.0.upgrade().ok_or_else(|| "the server ends".into())
    }
}

fn placed(placing: Placing) -> customers::Placing {
    customers::Placing {
        from: placing.from,
        to: placing.to,
    }
}

impl Custody for Customers {
    fn left(&self, org: OrgId, placing: Placing) -> Answer<'_, u64> {
        Box::pin(async move {
            let left = self.crm()?.left_to_hand_over(org, &placed(placing)).await;
            Ok(left?)
        })
    }

    fn hand_over(
        &self,
        org: OrgId,
        placing: Placing,
        after: Option<[u8; 16]>,
    ) -> Answer<'_, Option<[u8; 16]>> {
        Box::pin(async move { Ok(self.crm()?.hand_over(org, &placed(placing), after).await?) })
    }

    fn end_work(&self, org: OrgId, user: UserId) -> Answer<'_, u64> {
        Box::pin(async move { Ok(self.crm()?.end_imports_of(org, user).await?) })
    }

    fn reached(&self, org: OrgId, reach: Reach) -> Answer<'_, u64> {
        let reach = customers::Reach {
            owner: reach.owner,
            departments: reach.departments,
            all: reach.all,
        };
        Box::pin(async move { Ok(self.crm()?.reached(org, &reach).await?) })
    }
}

fn stored(error: CrmError) -> StoreError {
    match error {
        CrmError::Store(error) => error,
        other => StoreError::Corrupt(other.to_string()),
    }
}

/// The customers that emergency access and approvals are about.
pub(super) struct Named(pub(super) Weak<Crm>);

impl custos_access::Customers for Named {
    fn named<'a>(
        &'a self,
        org: OrgId,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Vec<CustomerId>, StoreError>> {
        async move {
            let Some(crm) = self.0.upgrade() else {
                return Ok(Vec::new());
            };
            crm.identify(org, text).await.map_err(stored)
        }
        .boxed()
    }

    fn name_for<'a>(
        &'a self,
        caller: &'a Caller,
        id: CustomerId,
        contact: Option<ContactId>,
    ) -> BoxFuture<'a, Result<Option<String>, StoreError>> {
        async move {
            let Some(crm) = self.0.upgrade() else {
                return Ok(None);
            };
            crm.name_for(caller, id, contact).await.map_err(stored)
        }
        .boxed()
    }
}

/// What the rules about approvals let one person hand over; they hold the customer features.
pub(super) struct Alone(pub(super) Weak<Access>);

impl HandoverLimit for Alone {
    fn alone(&self, org: OrgId) -> BoxFuture<'_, Result<Option<u64>, Problem>> {
        async move {
            let access = self.0.upgrade().ok_or_else(Problem::not_found)?;
            Ok(access.records_alone(org, "reassignments_start").await?)
        }
        .boxed()
    }
}
