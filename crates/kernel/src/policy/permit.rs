//! Permits, scopes and refusals: what a decision leaves behind.

use super::asked::{Asked, Bearing};
use super::snapshot::Snapshot;
use super::{Action, Caller, Facts, Marking, Relation, Resource};
use custos_values::{DepartmentId, OrgId, UserId};
use std::marker::PhantomData;
use std::sync::Arc;
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
    only_in_emergency: bool,
    kind: PhantomData<(A, R)>,
}

impl<A: Action, R: Resource> Permit<A, R> {
    pub(super) fn new(caller: &Caller, facts: &Facts<R>, only_in_emergency: bool) -> Self {
        Self {
            caller: caller.clone(),
            record: facts.id,
            version: facts.version,
            only_in_emergency,
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

    /// Whether it would not have been permitted but for the caller's emergency access.
    pub fn only_in_emergency(&self) -> bool {
        self.only_in_emergency
    }

    /// The action in full, such as `customer.read`.
    pub fn action(&self) -> String {
        action_name::<A, R>()
    }
}

/// Which records of a type a caller may list (or export, or search): the only way to get at more than one record.
pub struct Scope<A: Action, R: Resource> {
    caller: Caller,
    reach: Reach,
    snapshot: Arc<Snapshot>,
    kind: PhantomData<(A, R)>,
}

/// Which relations to a record let an action reach it, in the order of [`Relation::WITHIN`].
pub type Relations = [bool; Relation::WITHIN.len()];

enum Reach {
    /// By the relation alone.
    Related(Relations),
    /// By relation, label, attributes and shares of each record.
    Marked,
}

impl<A: Action, R: Resource> std::fmt::Debug for Scope<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let relations = match &self.reach {
            Reach::Related(relations) => Some(relations),
            Reach::Marked => None,
        };
        f.debug_struct("Scope")
            .field("action", &self.action())
            .field("relations", &relations)
            .finish_non_exhaustive()
    }
}

impl<A: Action, R: Resource> Scope<A, R> {
    /// The scope of the given relations, less those that owner, departments and "all" cannot express: reach must grow
    /// from the own records outwards. `None` if nothing is left.
    pub(super) fn new(
        caller: &Caller,
        snapshot: &Arc<Snapshot>,
        relations: Relations,
    ) -> Option<Self> {
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
            reach: Reach::Related(relations),
            snapshot: Arc::clone(snapshot),
            kind: PhantomData,
        })
    }

    /// The scope of a caller over records that carry labels, attributes and shares: each is decided on.
    pub(super) fn marked(caller: &Caller, snapshot: Arc<Snapshot>) -> Self {
        Self {
            caller: caller.clone(),
            reach: Reach::Marked,
            snapshot,
            kind: PhantomData,
        }
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

    /// Which relations reach a record with this marking: what an index that keeps records by marking renders.
    pub fn relations(&self, marking: &Marking) -> Relations {
        match &self.reach {
            Reach::Related(relations) => *relations,
            Reach::Marked => {
                let asked = Asked::of(&self.snapshot, &self.caller);
                Relation::WITHIN.map(|relation| {
                    let bearing = Bearing::at::<R>(&self.caller, relation, Some(marking));
                    asked.now(R::TYPE, A::NAME, bearing)
                })
            }
        }
    }

    /// As [`Self::relations`], of a record that the caller's emergency access reaches.
    pub fn relations_in_emergency(&self, marking: &Marking) -> Relations {
        match &self.reach {
            Reach::Related(relations) => *relations,
            Reach::Marked => {
                let asked = Asked::of(&self.snapshot, &self.caller);
                Relation::WITHIN.map(|relation| {
                    let bearing = Bearing {
                        emergency: true,
                        ..Bearing::at::<R>(&self.caller, relation, Some(marking))
                    };
                    asked.now(R::TYPE, A::NAME, bearing)
                })
            }
        }
    }

    /// Which of them show a field of such a record, be it masked; in an emergency if said so.
    pub fn relations_showing(
        &self,
        marking: &Marking,
        field: super::FieldRule,
        emergency: bool,
    ) -> Relations {
        let asked = Asked::of(&self.snapshot, &self.caller);
        Relation::WITHIN.map(|relation| {
            let bearing = Bearing {
                emergency,
                ..Bearing::at::<R>(&self.caller, relation, Some(marking))
            };
            asked.shows(R::TYPE, bearing, field)
        })
    }

    /// The generation of the rules the scope was made by: what is kept of it holds for no other.
    pub fn generation(&self) -> i64 {
        self.snapshot.generation()
    }

    fn allows(&self, relation: Relation) -> bool {
        match &self.reach {
            Reach::Related(relations) => Relation::WITHIN
                .iter()
                .position(|r| *r == relation)
                .is_some_and(|i| relations[i]),
            Reach::Marked => false,
        }
    }

    /// Whether owner and department columns tell which records are included. If not, [`Self::owner`] and
    /// [`Self::departments`] include none.
    pub fn is_relational(&self) -> bool {
        matches!(self.reach, Reach::Related(_))
    }

    /// Whether every record of the organisation is included.
    pub fn is_all(&self) -> bool {
        Relation::WITHIN.into_iter().all(|r| self.allows(r))
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
        let (admitted, only) = match self.reach {
            Reach::Related(_) => (self.allows(Relation::of(&self.caller, facts)), false),
            Reach::Marked => {
                let bearing = Bearing::of(&self.caller, facts);
                let asked = Asked::of(&self.snapshot, &self.caller);
                let only = asked.only_in_emergency(R::TYPE, A::NAME, bearing);
                (asked.now(R::TYPE, A::NAME, bearing), only)
            }
        };
        admitted.then(|| Permit::new(&self.caller, facts, only))
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
    /// Choose the label of the record to work at, which the clearance allows.
    WorkingLabel,
    /// Ask others to approve.
    Approval,
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
    /// What would lead to permission, if anything the caller can do would.
    pub remedy: Option<Remedy>,
    /// Who was refused.
    pub caller: Box<Caller>,
}
