//! The kinds there are, each behind one face, for what is about records of any kind.

use super::consistency::Seen;
use super::handover::Place;
use super::info::ObjectInfo;
use super::labelled::{self, Raised};
use super::{Object, ObjectSpec, http, index, info, references, sql};
use crate::crm::OrgKeys;
use crate::index::Indexes;
use crate::sharing::{Asked, Labelled};
use crate::{Crm, CrmError};
use custos_http::Operation;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Explanation, Label, Policy, PolicySource, actions};
use custos_store::{ReadTx, StoreError, WriteTx};
use custos_values::{CustomerId, OrgId, RecordId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

/// What somebody referred to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Referred {
    /// The customer it hangs on, or is.
    pub(crate) customer: Option<CustomerId>,
}

/// A kind of record, whatever its type.
pub(crate) trait Kind: Send + Sync {
    /// Its declaration.
    fn spec(&self) -> &'static ObjectSpec;

    /// Its operations.
    fn operations(&self) -> Vec<Operation<Arc<Crm>>>;

    /// Its rules.
    fn policy(&self) -> PolicySource;

    /// The declaration as a caller may see it; none if they may list none of its records.
    fn info(&self, crm: &Crm, caller: &Caller) -> Option<ObjectInfo>;

    /// Reads its index.
    fn load<'a>(&self, crm: &'a Crm, org: OrgId) -> BoxFuture<'a, Result<(), CrmError>>;

    /// Brings one record of the index up to what is in the database.
    fn follow<'a>(
        &self,
        crm: &'a Crm,
        org: OrgId,
        id: [u8; 16],
    ) -> BoxFuture<'a, Result<(), CrmError>>;

    /// Names of records, as far as the caller may see them.
    fn names(&self, crm: &Crm, caller: &Caller, ids: &[RecordId]) -> HashMap<RecordId, String>;

    /// Seals a record anew for a rotation of keys; whether anything changed.
    fn reseal<'a>(
        &self,
        crm: &'a Crm,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        id: RecordId,
    ) -> BoxFuture<'a, Result<bool, CrmError>>;

    /// Puts a record into other hands within a transaction; what the log says of it.
    fn place<'a>(
        &self,
        crm: &'a Crm,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        id: RecordId,
        place: Place,
    ) -> BoxFuture<'a, Result<Event, CrmError>>;

    /// Compares the kind's records with what is kept beside their fields.
    fn look_through<'a>(
        &self,
        policy: &'a Policy,
        tx: &'a mut ReadTx,
        org: OrgId,
        seen: &'a mut Seen<'_>,
    ) -> BoxFuture<'a, Result<(), CrmError>>;

    /// A record that is about to be referred to, if the caller may read it.
    fn referred<'a>(
        &self,
        crm: &'a Crm,
        caller: &'a Caller,
        tx: &'a mut WriteTx<'_>,
        id: RecordId,
    ) -> BoxFuture<'a, Result<Option<Referred>, CrmError>>;

    /// What the caller may do with a record, and why.
    fn explain_own<'a>(
        &self,
        crm: &'a Crm,
        caller: &'a Caller,
        id: RecordId,
        asked: &'a Asked<'_>,
    ) -> BoxFuture<'a, Result<Explanation, CrmError>>;

    /// The record of a row at least as high as a label; none if it is already.
    fn raised(
        &self,
        crm: &Crm,
        keys: &OrgKeys,
        caller: &Caller,
        row: &sql::AccessRow,
        label: Label,
    ) -> Result<Option<Raised>, StoreError>;

    /// Brings the index up to a record that was just changed.
    fn reindex<'a>(
        &self,
        crm: &'a Crm,
        org: OrgId,
        id: RecordId,
    ) -> BoxFuture<'a, Result<(), CrmError>>;
}

/// The face of a kind.
pub(crate) struct Of<R: Object>(PhantomData<fn() -> R>);

impl<R: Object> Of<R> {
    pub(crate) const KIND: Self = Self(PhantomData);
}

impl<R: Object> Kind for Of<R> {
    fn spec(&self) -> &'static ObjectSpec {
        R::SPEC
    }

    fn operations(&self) -> Vec<Operation<Arc<Crm>>> {
        http::operations::<R>()
    }

    fn policy(&self) -> PolicySource {
        super::policy::source(R::SPEC)
    }

    fn info(&self, crm: &Crm, caller: &Caller) -> Option<ObjectInfo> {
        info::info::<R>(crm, caller)
    }

    fn load<'a>(&self, crm: &'a Crm, org: OrgId) -> BoxFuture<'a, Result<(), CrmError>> {
        index::load::<R>(crm, org).boxed()
    }

    fn follow<'a>(
        &self,
        crm: &'a Crm,
        org: OrgId,
        id: [u8; 16],
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        index::follow::<R>(crm, org, id).boxed()
    }

    fn names(&self, crm: &Crm, caller: &Caller, ids: &[RecordId]) -> HashMap<RecordId, String> {
        references::names_of::<R>(crm, crm.indexes_of(R::TYPE), R::SPEC.shape(), caller, ids)
    }

    fn look_through<'a>(
        &self,
        policy: &'a Policy,
        tx: &'a mut ReadTx,
        org: OrgId,
        seen: &'a mut Seen<'_>,
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        super::consistency::look_through::<R>(policy, tx, org, seen).boxed()
    }

    fn place<'a>(
        &self,
        crm: &'a Crm,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        id: RecordId,
        place: Place,
    ) -> BoxFuture<'a, Result<Event, CrmError>> {
        super::handover::place::<R>(crm, tx, org, id, place).boxed()
    }

    fn reseal<'a>(
        &self,
        crm: &'a Crm,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        id: RecordId,
    ) -> BoxFuture<'a, Result<bool, CrmError>> {
        super::rotation::reseal::<R>(crm, tx, org, id).boxed()
    }

    fn referred<'a>(
        &self,
        crm: &'a Crm,
        caller: &'a Caller,
        tx: &'a mut WriteTx<'_>,
        id: RecordId,
    ) -> BoxFuture<'a, Result<Option<Referred>, CrmError>> {
        async move {
            let keys = crm.keys(caller.org()).await?;
            let stored = match sql::find::<R>(tx, &keys, caller, id).await {
                Ok(stored) => stored,
                Err(CrmError::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            };
            let read = crm.policy.permit::<actions::Read, R>(caller, &stored.facts);
            Ok(read.ok().map(|_| Referred {
                customer: stored.customer,
            }))
        }
        .boxed()
    }

    fn explain_own<'a>(
        &self,
        crm: &'a Crm,
        caller: &'a Caller,
        id: RecordId,
        asked: &'a Asked<'_>,
    ) -> BoxFuture<'a, Result<Explanation, CrmError>> {
        crm.explain_own::<R>(caller, id, asked).boxed()
    }

    fn raised(
        &self,
        crm: &Crm,
        keys: &OrgKeys,
        caller: &Caller,
        row: &sql::AccessRow,
        label: Label,
    ) -> Result<Option<Raised>, StoreError> {
        labelled::raised::<R>(crm, keys, caller, row, label)
    }

    fn reindex<'a>(
        &self,
        crm: &'a Crm,
        org: OrgId,
        id: RecordId,
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        <R as Labelled>::reindex(crm, org, id).boxed()
    }
}

/// The kind of a name.
pub(crate) fn kind(name: &str) -> Option<&'static dyn Kind> {
    crate::objects::KINDS
        .iter()
        .copied()
        .find(|kind| kind.spec().name == name)
}

/// The indexes of every kind.
pub(crate) struct KindIndexes(HashMap<&'static str, Indexes>);

impl Default for KindIndexes {
    fn default() -> Self {
        let kinds = crate::objects::KINDS.iter();
        Self(
            kinds
                .map(|kind| (kind.spec().name, Indexes::default()))
                .collect(),
        )
    }
}

impl KindIndexes {
    /// The indexes of one kind; empty ones for a kind that is not there.
    pub(crate) fn of(&self, name: &str) -> &Indexes {
        static NONE: std::sync::LazyLock<Indexes> = std::sync::LazyLock::new(Indexes::default);
        self.0.get(name).unwrap_or(&NONE)
    }
}

/// Revisions are read for kinds by name.
pub(crate) async fn is_current<R: Object>(
    crm: &Crm,
    tx: &mut ReadTx,
    caller: &Caller,
    id: &[u8; 16],
) -> Result<bool, CrmError> {
    let known = crm
        .indexes_of(R::TYPE)
        .ready(caller.org())?
        .read()
        .version(id);
    Ok(sql::revision::<R>(tx, caller, id).await? == known)
}
