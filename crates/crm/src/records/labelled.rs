//! Records of every kind as records that are shared and labelled, and follow the label of the customer they hang on.

use super::events::{EXPLAIN_OWN, FOLLOW_LABEL};
use super::kinds::kind;
use super::model::StoredRecord;
use super::{Belonging, Object, index, sql};
use crate::crm::OrgKeys;
use crate::customers::Customer;
use crate::fields::FieldSet;
use crate::sharing::{Access, Followed, Held, Labelled, SealedAccess, label_detail};
use crate::{Crm, CrmError};
use custos_kernel::audit::Detail;
use custos_kernel::event::{Event, EventName};
use custos_kernel::policy::{Action, Caller, Label, Permit};
use custos_store::{ReadTx, StoreError, Value, WriteTx};
use custos_values::{CustomerId, OrgId, RecordId, Timestamp};

impl<R: Object> Labelled for R {
    const FIELDS: FieldSet = R::SPEC.fields;
    const EXPLAINED_OWN: &'static EventName = &EXPLAIN_OWN;

    fn askable(action: &str) -> bool {
        match R::SPEC.belonging {
            Belonging::Owned if action == "reveal" => R::SPEC.has_secrets(),
            Belonging::Owned => action != "export",
            Belonging::Catalogue => matches!(action, "read" | "update" | "delete"),
        }
    }

    async fn find(
        tx: &mut ReadTx,
        keys: &OrgKeys,
        caller: &Caller,
        id: RecordId,
    ) -> Result<Held<Self>, CrmError> {
        Ok(sql::find::<R>(tx, keys, caller, id).await?.into())
    }

    async fn hold(
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        caller: &Caller,
        id: RecordId,
    ) -> Result<Held<Self>, CrmError> {
        Ok(sql::find::<R>(tx, keys, caller, id).await?.into())
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
        // While the index is loading its follower will come to this change.
        if !crm.indexes_of(R::TYPE).is_ready(org) {
            return Ok(());
        }
        index::follow::<R>(crm, org, *id.as_bytes()).await
    }
}

impl<R: Object> From<StoredRecord<R>> for Held<R> {
    fn from(stored: StoredRecord<R>) -> Self {
        Self {
            facts: stored.facts,
            access: stored.access,
            customer: stored.customer,
        }
    }
}

/// What a record below its customer's label is to be, and the entry that says so.
pub(crate) struct Raised {
    values: [Value; 3],
    event: Event,
}

/// The record of a row at least as high as its customer; none if it is already.
pub(super) fn raised<R: Object>(
    crm: &Crm,
    keys: &OrgKeys,
    caller: &Caller,
    row: &sql::AccessRow,
    label: Label,
) -> Result<Option<Raised>, StoreError> {
    let id = row.id.as_bytes();
    let mut access = Access::open::<R>(keys, id, (row.owner, row.department), &row.access)?;
    let before = access.label;
    if before.dominates(label) {
        return Ok(None);
    }
    access.label = before.join(label);
    let event = Event::own::<R>(caller, &FOLLOW_LABEL, Some(*id))
        .with("from", label_detail(before))
        .with("to", label_detail(access.label));
    Ok(Some(Raised {
        values: access.seal::<R>(keys, id, crm.store.random()).values(),
        event,
    }))
}

impl Crm {
    /// Raises the records that hang on a customer and would be below its new label, in the transaction that sets that:
    /// what is said about a customer is at least as confidential as the customer. It is part of what was permitted with
    /// the customer, so that nobody is asked again whose records they are.
    pub(crate) async fn raise_records<A: Action + Send + Sync>(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<A, Customer>,
        label: Label,
    ) -> Result<Vec<Followed>, CrmError> {
        let keys = self.keys(permit.org()).await?;
        let now = self.store.clock().now();
        let customer = CustomerId::from_bytes(*permit.record());
        let mut followed = Vec::new();
        for row in sql::accesses_of_customer(tx, permit).await? {
            let Some(kind) = kind(&row.object) else {
                continue;
            };
            let raised = kind.raised(self, &keys, permit.caller(), &row, label)?;
            let Some(Raised { values, event }) = raised else {
                continue;
            };
            sql::raise(tx, permit, &row, values, now).await?;
            followed.push(Followed {
                object: row.object,
                id: row.id,
                event: event.with("customer", Detail::id(*customer.as_bytes())),
            });
        }
        Ok(followed)
    }
}

/// Brings the index up to a record of a kind by its name.
pub(crate) async fn reindex(
    crm: &Crm,
    org: OrgId,
    object: &str,
    id: RecordId,
) -> Result<(), CrmError> {
    match kind(object) {
        Some(kind) => kind.reindex(crm, org, id).await,
        None => Ok(()),
    }
}
