//! What a kind of record has to be able to do so that it can be shared and labelled.

use super::{Access, Guarded, SealedAccess};
use crate::crm::OrgKeys;
use crate::fields::FieldSet;
use crate::{Crm, CrmError};
use custos_kernel::event::{Event, EventName};
use custos_kernel::policy::{Action, Caller, Facts, Label, Permit};
use custos_store::{ReadTx, WriteTx};
use custos_values::{CustomerId, OrgId, RecordId, Timestamp};
use std::future::Future;

/// A record as far as it says who may see it.
#[derive(Debug)]
pub(crate) struct Held<R: Labelled> {
    /// What decisions need.
    pub(crate) facts: Facts<R>,
    /// What they are made from.
    pub(crate) access: Access,
    /// The customer it hangs on, below whose label its own must not be.
    pub(crate) customer: Option<CustomerId>,
}

/// A record that got another label because the one it hangs on did.
pub(crate) struct Followed {
    /// Its kind.
    pub(crate) object: String,
    /// Which.
    pub(crate) id: RecordId,
    /// Its entry.
    pub(crate) event: Event,
}

/// A kind of record that can be found, placed and brought into its index again.
pub(crate) trait Labelled: Guarded + Send + Sync + Sized {
    /// Its fields.
    const FIELDS: FieldSet;
    /// The event of somebody asking what they themselves may do with one.
    const EXPLAINED_OWN: &'static EventName;

    /// Whether there is such an action on records of the kind, so that it can be asked about.
    fn askable(action: &str) -> bool;

    /// A record as it is committed, before any decision.
    fn find(
        tx: &mut ReadTx,
        keys: &OrgKeys,
        caller: &Caller,
        id: RecordId,
    ) -> impl Future<Output = Result<Held<Self>, CrmError>> + Send;

    /// A record that is about to be changed, before any decision.
    fn hold(
        tx: &mut WriteTx<'_>,
        keys: &OrgKeys,
        caller: &Caller,
        id: RecordId,
    ) -> impl Future<Output = Result<Held<Self>, CrmError>> + Send;

    /// Changes who may see a record at the permit's version.
    fn place<A: Action + Send + Sync>(
        tx: &mut WriteTx<'_>,
        permit: &Permit<A, Self>,
        access: &SealedAccess<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), CrmError>> + Send;

    /// Brings the index up to a record that was just changed.
    fn reindex(
        crm: &Crm,
        org: OrgId,
        id: RecordId,
    ) -> impl Future<Output = Result<(), CrmError>> + Send;

    /// Raises what hangs on a record and would be below its new label, in the transaction that sets that.
    fn follow_label<A: Action + Send + Sync>(
        _crm: &Crm,
        _tx: &mut WriteTx<'_>,
        _permit: &Permit<A, Self>,
        _label: Label,
    ) -> impl Future<Output = Result<Vec<Followed>, CrmError>> + Send {
        std::future::ready(Ok(Vec::new()))
    }
}
