//! Customers as records that are shared and labelled.

use super::model::{Customer, StoredCustomer};
use super::sql;
use crate::crm::OrgKeys;
use crate::fields::{CUSTOMER, FieldSet};
use crate::sharing::{Followed, Held, Labelled, SealedAccess};
use crate::{Crm, CrmError};
use custos_kernel::event::EventName;
use custos_kernel::policy::{Action, Caller, Label, Permit};
use custos_store::{ReadTx, WriteTx};
use custos_values::{CustomerId, OrgId, RecordId, Timestamp};

custos_kernel::events! {
    /// Somebody asked what they themselves may do with a customer.
    EXPLAIN_OWN = "customer.explain_own", Part;
}

impl Labelled for Customer {
    const FIELDS: FieldSet = CUSTOMER;
    const EXPLAINED_OWN: &'static EventName = &EXPLAIN_OWN;

    fn askable(_: &str) -> bool {
        true
    }

    async fn find(
        tx: &mut ReadTx,
        keys: &OrgKeys,
        caller: &Caller,
        id: RecordId,
    ) -> Result<Held<Self>, CrmError> {
        Ok(sql::find(tx, keys, caller, customer(id)).await?.into())
    }

    async fn hold(
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        caller: &Caller,
        id: RecordId,
    ) -> Result<Held<Self>, CrmError> {
        Ok(sql::find(tx, keys, caller, customer(id)).await?.into())
    }

    async fn place<A: Action + Send + Sync>(
        tx: &mut WriteTx<'_>,
        permit: &Permit<A, Self>,
        access: &SealedAccess<'_>,
        now: Timestamp,
    ) -> Result<(), CrmError> {
        sql::place(tx, permit, access, now).await
    }

    async fn reindex(crm: &Crm, org: OrgId, id: RecordId) -> Result<(), CrmError> {
        crm.customer_changed(org, customer(id)).await
    }

    async fn follow_label<A: Action + Send + Sync>(
        crm: &Crm,
        tx: &mut WriteTx<'_>,
        permit: &Permit<A, Self>,
        label: Label,
    ) -> Result<Vec<Followed>, CrmError> {
        crm.raise_records(tx, permit, label).await
    }
}

fn customer(id: RecordId) -> CustomerId {
    CustomerId::from_bytes(*id.as_bytes())
}

impl From<StoredCustomer> for Held<Customer> {
    fn from(stored: StoredCustomer) -> Self {
        Self {
            facts: stored.facts,
            access: stored.access,
            customer: None,
        }
    }
}
