//! What has keys of its own, for the keys feature: customers.

use custos_crm::{Crm, CrmError};
use custos_keys::{Records, RecordsError};
use custos_store::{Resealed, SealedColumn, WriteTx};
use custos_values::OrgId;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, RecordsError>> + Send + 'a>>;

/// The customer features.
pub(super) struct Customers(pub(super) Arc<Crm>);

fn plain(error: CrmError) -> RecordsError {
    match error {
        CrmError::Store(error) => error.into(),
        other => other.into(),
    }
}

impl Records for Customers {
    fn count(&self, org: OrgId) -> Answer<'_, i64> {
        Box::pin(async move { self.0.count_to_reseal(org).await.map_err(plain) })
    }

    fn reseal<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        after: &'a [u8],
    ) -> Answer<'a, Resealed> {
        Box::pin(async move { self.0.reseal(tx, org, after).await.map_err(plain) })
    }
}

/// Every column of secrets there is.
pub(super) fn columns() -> Vec<SealedColumn> {
    [
        custos_outbox::SEALED_COLUMNS,
        custos_jobs::SEALED_COLUMNS,
        custos_identity::SEALED_COLUMNS,
        custos_crm::SEALED_COLUMNS,
        custos_access::SEALED_COLUMNS,
        custos_audit::SEALED_COLUMNS,
        custos_transparency::SEALED_COLUMNS,
    ]
    .concat()
}
