//! Records that go with a customer who is erased for good: those that hang on the customer, whose key is gone, and those
//! with a key of their own that name the customer, such as the lead the customer was made from.

use super::kinds::kind;
use super::sql;
use crate::customers::Customer;
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;
use custos_values::{CustomerId, RecordId};
use std::sync::Arc;

impl Crm {
    /// The records that will go with a customer, with the names of their kinds.
    pub(crate) async fn records_of_erased(
        &self,
        caller: &Caller,
        customer: CustomerId,
    ) -> Result<Vec<(RecordId, String)>, CrmError> {
        let mut tx = self.store.read().await?;
        let all = sql::of_customer(&mut tx, caller, customer).await?;
        drop(tx);
        for (id, _) in all
            .iter()
            .filter(|(_, _, own_key)| *own_key)
            .map(|it| (it.0, &it.1))
        {
            let (store, org, record) = (Arc::clone(&self.store), caller.org(), *id.as_bytes());
            // It writes a file and waits for the disk.
            let destroyed = tokio::task::spawn_blocking(move || store.keys().erase(org, &record));
            destroyed.await.map_err(Problem::internal)??;
        }
        Ok(all
            .into_iter()
            .map(|(id, object, _)| (id, object))
            .collect())
    }

    /// Removes their rows.
    pub(crate) async fn erase_records(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Erase, Customer>,
    ) -> Result<u64, CrmError> {
        sql::erase_of_customer(tx, permit).await
    }

    /// Takes them out of their indexes.
    pub(crate) fn forget_records(&self, caller: &Caller, records: &[(RecordId, String)]) {
        for (id, object) in records {
            if let Some(kind) = kind(object) {
                let indexes = self.indexes_of(kind.spec().name);
                if let Ok(shared) = indexes.ready(caller.org()) {
                    shared.write().remove(id.as_bytes());
                }
            }
        }
    }
}
