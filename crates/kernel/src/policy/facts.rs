//! What a decision needs to know about a record.

use super::{Caller, Marking, Resource};
use custos_values::{DepartmentId, OrgId, ProviderId, UserId};
use std::marker::PhantomData;
use std::sync::Arc;

/// The facts about one record that policies may use. Nothing that is opened by a permit is needed for them.
#[derive(Debug)]
pub struct Facts<R: Resource> {
    /// The organisation the record belongs to.
    pub org: OrgId,
    /// The record's id.
    pub id: [u8; 16],
    /// The row version the facts were read at; 0 for a record about to be made.
    pub version: i64,
    /// The person responsible for it.
    pub owner: Option<UserId>,
    /// The department it belongs to.
    pub department: Option<DepartmentId>,
    /// The identity provider it is kept by.
    pub keeper: Option<ProviderId>,
    /// Label, attributes and shares. A record of a type that carries them and whose are not known is out of everybody's
    /// reach.
    pub marking: Option<Arc<Marking>>,
    resource: PhantomData<R>,
}

impl<R: Resource> Facts<R> {
    /// Facts of a record that belongs to people and departments.
    pub fn owned(
        org: OrgId,
        id: [u8; 16],
        version: i64,
        owner: Option<UserId>,
        department: Option<DepartmentId>,
    ) -> Self {
        Self {
            org,
            id,
            version,
            owner,
            department,
            keeper: None,
            marking: None,
            resource: PhantomData,
        }
    }

    /// The same of a record that an identity provider keeps: it made it, or its owner connected it.
    #[must_use]
    pub fn kept_by(mut self, keeper: Option<ProviderId>) -> Self {
        self.keeper = keeper;
        self
    }

    /// The same of a record with label, attributes and shares.
    #[must_use]
    pub fn marked(mut self, marking: Arc<Marking>) -> Self {
        self.marking = Some(marking);
        self
    }

    /// Facts of a record of the organisation as a whole, such as a department.
    pub fn shared(org: OrgId, id: [u8; 16], version: i64) -> Self {
        Self::owned(org, id, version, None, None)
    }
}

/// How a caller stands to a record: the closed set that policies and scopes are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// The caller is the owner, or the identity provider that keeps it.
    Own,
    /// The record is in the caller's department.
    Department,
    /// The record is in a department below the caller's.
    Below,
    /// The record is elsewhere in the organisation.
    Elsewhere,
    /// The record belongs to another organisation. No policy can permit this.
    Foreign,
}

impl Relation {
    /// Every relation within an organisation.
    pub const WITHIN: [Relation; 4] = [
        Relation::Own,
        Relation::Department,
        Relation::Below,
        Relation::Elsewhere,
    ];

    /// The name policies use.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Own => "own",
            Relation::Department => "department",
            Relation::Below => "below",
            Relation::Elsewhere => "elsewhere",
            Relation::Foreign => "foreign",
        }
    }

    pub(super) fn of<R: Resource>(caller: &Caller, facts: &Facts<R>) -> Self {
        if facts.org != caller.org() {
            return Relation::Foreign;
        }
        if let Some(provider) = caller.provider_id() {
            return if facts.keeper == Some(provider) {
                Relation::Own
            } else {
                Relation::Elsewhere
            };
        }
        if facts.owner.is_some() && facts.owner == caller.user_id() {
            return Relation::Own;
        }
        match facts.department {
            Some(department) if caller.department() == Some(department) => Relation::Department,
            Some(department) if caller.departments_below().contains(&department) => Relation::Below,
            _ => Relation::Elsewhere,
        }
    }
}
