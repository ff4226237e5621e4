//! Permits, scopes and refusals: what a decision leaves behind.

use super::{Action, Caller, Facts, Relation, Resource};
use custos_values::{DepartmentId, OrgId, UserId};
use std::marker::PhantomData;
use thiserror::Error;

/// Proof that the policy allowed one caller one action on one record at one version.
///
/// Made by [`super::Policy`] only; neither `Clone`, `Default` nor deserialisable. The store binds organisation,
/// record id and version from it, so a statement cannot reach another row than the one decided on.
#[derive(Debug)]
pub struct Permit<A: Action, R: Resource> {
    caller: Caller,
    record: [u8; 16],
    version: i64,
    kind: PhantomData<(A, R)>,
}

impl<A: Action, R: Resource> Permit<A, R> {
    pub(super) fn new(caller: &Caller, facts: &Facts<R>) -> Self {
        Self {
            caller: caller.clone(),
            record: facts.id,
            version: facts.version,
            kind: PhantomData,
        }
    }

    /// Who was permitted.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The organisation the record belongs to.
    pub fn org(&self) -> OrgId {
        self.caller.org()
    }

    /// The record decided on.
    pub fn record(&self) -> &[u8; 16] {
        &self.record
    }

    /// The row version decided on; 0 for a record about to be made.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The action in full, such as `customer.read`.
    pub fn action(&self) -> String {
        action_name::<A, R>()
    }
}

/// Which records of a type a caller may list (or export, or search): the only way to get at more than one record.
#[derive(Debug)]
pub struct Scope<A: Action, R: Resource> {
    caller: Caller,
    relations: [bool; Relation::WITHIN.len()],
    kind: PhantomData<(A, R)>,
}

impl<A: Action, R: Resource> Scope<A, R> {
    /// The scope of the given relations (in the order of [`Relation::WITHIN`]), less those that owner, departments
    /// and "all" cannot express: reach must grow from the own records outwards. `None` if nothing is left.
    pub(super) fn new(caller: &Caller, relations: [bool; Relation::WITHIN.len()]) -> Option<Self> {
        let [own, department, below, elsewhere] = relations;
        let relations = match caller.user_id() {
            // A job owns nothing and is in no department: to it, every record is elsewhere.
            None => [elsewhere; Relation::WITHIN.len()],
            Some(_) => [
                own,
                own && department,
                own && below,
                own && department && below && elsewhere,
            ],
        };
        relations.contains(&true).then(|| Self {
            caller: caller.clone(),
            relations,
            kind: PhantomData,
        })
    }

    /// Who asked.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The organisation.
    pub fn org(&self) -> OrgId {
        self.caller.org()
    }

    /// The action in full, such as `customer.export`.
    pub fn action(&self) -> String {
        action_name::<A, R>()
    }

    fn allows(&self, relation: Relation) -> bool {
        Relation::WITHIN
            .iter()
            .position(|r| *r == relation)
            .is_some_and(|i| self.relations[i])
    }

    /// Whether every record of the organisation is included.
    pub fn is_all(&self) -> bool {
        self.relations.iter().all(|r| *r)
    }

    /// The owner whose records are included regardless of department.
    pub fn owner(&self) -> Option<UserId> {
        self.allows(Relation::Own)
            .then(|| self.caller.user_id())
            .flatten()
    }

    /// The departments whose records are included.
    pub fn departments(&self) -> Vec<DepartmentId> {
        let own = self
            .caller
            .department()
            .filter(|_| self.allows(Relation::Department));
        let below = self
            .caller
            .departments_below()
            .iter()
            .copied()
            .filter(|below| self.caller.department() != Some(*below))
            .filter(|_| self.allows(Relation::Below));
        own.into_iter().chain(below).collect()
    }

    /// A permit for one record, if the scope includes it.
    pub fn admit(&self, facts: &Facts<R>) -> Option<Permit<A, R>> {
        self.allows(Relation::of(&self.caller, facts))
            .then(|| Permit::new(&self.caller, facts))
    }
}

pub(super) fn action_name<A: Action, R: Resource>() -> String {
    format!("{}.{}", R::TYPE, A::NAME)
}

/// What a refused caller can do to be permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Prove a factor again.
    StepUp,
}

/// A refusal, with what its audit entry needs.
#[derive(Debug, Clone, Error)]
#[error("{action} is not permitted")]
pub struct Denied {
    /// The action in full.
    pub action: String,
    /// The resource type.
    pub resource: &'static str,
    /// The record, if the question was about one.
    pub record: Option<[u8; 16]>,
    /// Whether the caller may at least read the record. If not, the answer must not tell that it exists.
    pub visible: bool,
    /// What would lead to permission, if the caller can do it by themselves.
    pub remedy: Option<Remedy>,
    /// Who was refused.
    pub caller: Box<Caller>,
}
