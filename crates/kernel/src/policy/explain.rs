//! Why a decision is as it is, and what would change it.
//!
//! The facts of a decision are few and closed, so what would change it is found by asking again with each of them changed,
//! one at a time: no rule has to be interpreted, and the explanation cannot disagree with the decision.

use super::asked::{Asked, Bearing};
use super::question::Question;
use super::{
    Assurance, Caller, Circumstances, DataScope, Decision, DeviceStanding, Facts, FieldRule, Hours,
    Label, NetworkZone, Policy, Profile, Purpose, Relation, Resource, Risk, Role, RoleSet, Share,
    Standing,
};
use custos_values::{CustomRoleId, DepartmentId, OrgId, Timestamp, UserId};
use std::collections::BTreeSet;

/// Somebody a decision is explained for. No caller: nothing can be done with one but ask.
#[derive(Debug, Clone)]
pub struct Subject(Caller);

impl Subject {
    /// An account as it stands, asking at a moment under given circumstances.
    pub fn new(
        org: OrgId,
        user: UserId,
        standing: Standing,
        circumstances: Circumstances,
        at: Timestamp,
    ) -> Self {
        Self(Caller::hypothetical(org, user, standing, circumstances, at))
    }

    /// How they stand to a record, and how far it is shared with them.
    pub fn bearing<R: Resource>(&self, facts: &Facts<R>) -> (Relation, Share) {
        let bearing = Bearing::of(&self.0, facts);
        (bearing.relation, bearing.share)
    }

    /// The organisation.
    pub fn org(&self) -> OrgId {
        self.0.org()
    }

    /// The account.
    pub fn user(&self) -> Option<UserId> {
        self.0.user_id()
    }

    /// The account's department.
    pub fn department(&self) -> Option<DepartmentId> {
        self.0.department()
    }

    /// Any department below the account's.
    pub fn a_department_below(&self) -> Option<DepartmentId> {
        self.0.departments_below().iter().next().copied()
    }

    /// Whoever is asking, as they are.
    pub fn of(caller: &Caller) -> Self {
        Self(caller.clone())
    }
}

impl Change {
    /// What is changed, and to what, as codes.
    pub fn codes(&self) -> (&'static str, String) {
        let label = |label: &Label| label.level.name().to_owned();
        match self {
            Self::Relation(to) => ("relation", to.name().to_owned()),
            Self::Share(to) => ("share", to.name().to_owned()),
            Self::StepUp => ("step_up", String::new()),
            Self::WorkingLabel(to) => ("working_label", label(to)),
            Self::Clearance(to) => ("clearance", label(to)),
            Self::Role(role) => ("role", role.name().to_owned()),
            Self::WithoutRole(role) => ("without_role", role.name().to_owned()),
            Self::CustomRole(role) => ("custom_role", role.to_string()),
            Self::WithoutCustomRole(role) => ("without_custom_role", role.to_string()),
            Self::DataScope(to) => ("data_scope", to.name().to_owned()),
            Self::Assurance(to) => ("assurance", to.name().to_owned()),
            Self::Device(to) => ("device", to.name().to_owned()),
            Self::Network(to) => ("network", to.name().to_owned()),
            Self::Hours(to) => ("hours", to.name().to_owned()),
            Self::Risk(to) => ("risk", to.name().to_owned()),
            Self::Purpose(to) => ("purpose", to.name().to_owned()),
        }
    }
}

/// One thing that would turn a decision round.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// Standing otherwise to the record: owning it, being of its department.
    Relation(Relation),
    /// The record being shared so far, or no further.
    Share(Share),
    /// Proving a factor again.
    StepUp,
    /// Working at this label.
    WorkingLabel(Label),
    /// Being cleared for this label (and working at it).
    Clearance(Label),
    /// Holding a built-in role.
    Role(Role),
    /// Not holding it.
    WithoutRole(Role),
    /// Holding a role of the organisation's own.
    CustomRole(CustomRoleId),
    /// Not holding it.
    WithoutCustomRole(CustomRoleId),
    /// Another data scope.
    DataScope(DataScope),
    /// Another strength of sign-in.
    Assurance(Assurance),
    /// Another standing of the device.
    Device(DeviceStanding),
    /// Another network.
    Network(NetworkZone),
    /// Other hours.
    Hours(Hours),
    /// Looking less, or more, unusual.
    Risk(Risk),
    /// Another purpose.
    Purpose(Purpose),
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Allowed or not.
    pub allowed: bool,
    /// The rules that decided: those that permit, or those that forbid. None when nothing permits.
    pub rules: Vec<String>,
    /// What alone would turn it round.
    pub changes: Vec<Change>,
}

impl Policy {
    /// Explains one decision about one record, or about one field of it.
    ///
    /// `roles` are the organisation's own roles that may be proposed.
    pub fn explain<R: Resource>(
        &self,
        subject: &Subject,
        action: &'static str,
        facts: &Facts<R>,
        field: Option<FieldRule>,
        roles: &BTreeSet<CustomRoleId>,
    ) -> Explanation {
        let Subject(caller) = subject;
        let snapshot = self.of(caller.org());
        let asked = Asked::of(&snapshot, caller);
        let bearing = Bearing::of(caller, facts);
        let question = asked.question(R::TYPE, action, bearing, field);
        let decision = snapshot.decide(&question);
        if question.relation == Relation::Foreign {
            return Explanation {
                allowed: false,
                rules: Vec::new(),
                changes: Vec::new(),
            };
        }
        let mut changes: Vec<Change> = variants(&question, bearing, roles)
            .into_iter()
            .filter(|(_, changed)| snapshot.decide(changed).allowed != decision.allowed)
            .map(|(change, _)| change)
            .collect();
        changes.dedup();
        Explanation {
            allowed: decision.allowed,
            rules: decision.rules,
            changes,
        }
    }

    /// Whether a subject may do something with a record, for going through very many: from the cache, and without rules.
    pub fn allows<R: Resource>(
        &self,
        subject: &Subject,
        action: &'static str,
        facts: &Facts<R>,
    ) -> bool {
        let Subject(caller) = subject;
        let snapshot = self.of(caller.org());
        Asked::of(&snapshot, caller).now(R::TYPE, action, Bearing::of(caller, facts))
    }

    /// Whether a subject may take an action on any record at all, as [`Policy::may_ever`] says of a caller.
    pub fn subject_may_ever(
        &self,
        subject: &Subject,
        resource: &'static str,
        action: &'static str,
    ) -> bool {
        self.may_ever(&subject.0, resource, action)
    }

    /// A decision about a subject with the rules that led to it, but without what would change it: for going through
    /// many. Whether others would have to approve is left aside.
    pub fn decision<R: Resource>(
        &self,
        subject: &Subject,
        action: &'static str,
        facts: &Facts<R>,
    ) -> Decision {
        let Subject(caller) = subject;
        let snapshot = self.of(caller.org());
        let bearing = Bearing::of(caller, facts);
        let question = Asked::of(&snapshot, caller).question(R::TYPE, action, bearing, None);
        snapshot.decide(&Question {
            approved: true,
            ..question
        })
    }
}

/// The question with each fact changed, most telling first.
fn variants(
    question: &Question,
    bearing: Bearing<'_>,
    roles: &BTreeSet<CustomRoleId>,
) -> Vec<(Change, Question)> {
    let mut all = Vec::new();
    let with = |change: &dyn Fn(&mut Question)| {
        let mut changed = question.clone();
        change(&mut changed);
        changed
    };
    if let (Some(profile), Some(label)) = (question.principal.profile(), bearing.label) {
        let working = profile.working.meet(profile.clearance);
        if working != label && (question.flow.up || question.flow.down) {
            let cleared = profile.clearance.dominates(label);
            let change = if cleared {
                Change::WorkingLabel(label)
            } else {
                Change::Clearance(profile.clearance.join(label))
            };
            all.push((change, with(&|q| q.flow = super::question::Flow::default())));
        }
    }
    for relation in Relation::WITHIN {
        if relation != question.relation {
            let changed = with(&|q| q.relation = relation);
            all.push((Change::Relation(relation), changed));
        }
    }
    if bearing.label.is_some() {
        for share in Share::ALL {
            if share != question.share {
                all.push((Change::Share(share), with(&|q| q.share = share)));
            }
        }
    }
    if let Some(profile) = question.principal.profile() {
        for (change, profile) in profiles(profile, roles) {
            let changed = with(&|q| q.principal = question.principal.with(profile.clone()));
            all.push((change, changed));
        }
    }
    if let Some(around) = question.circumstances {
        for (change, circumstances) in circumstances(around) {
            all.push((change, with(&|q| q.circumstances = Some(circumstances))));
        }
    }
    all
}

fn profiles(profile: &Profile, roles: &BTreeSet<CustomRoleId>) -> Vec<(Change, Profile)> {
    let mut all = Vec::new();
    for role in Role::ALL {
        let held = profile.roles.contains(role);
        let others = profile.roles.iter().filter(|r| *r != role);
        let set = if held {
            RoleSet::new(others)
        } else {
            RoleSet::new(others.chain([role]))
        };
        // What separation of duties excludes is no proposal.
        if let Ok(set) = set {
            let change = if held {
                Change::WithoutRole(role)
            } else {
                Change::Role(role)
            };
            let changed = Profile {
                roles: set,
                ..profile.clone()
            };
            all.push((change, changed));
        }
    }
    for role in profile.custom_roles.union(roles) {
        let mut changed = profile.clone();
        let change = if changed.custom_roles.remove(role) {
            Change::WithoutCustomRole(*role)
        } else {
            changed.custom_roles.insert(*role);
            Change::CustomRole(*role)
        };
        all.push((change, changed));
    }
    for data_scope in DataScope::ALL {
        if data_scope != profile.data_scope {
            let changed = Profile {
                data_scope,
                ..profile.clone()
            };
            all.push((Change::DataScope(data_scope), changed));
        }
    }
    all
}

fn circumstances(around: Circumstances) -> Vec<(Change, Circumstances)> {
    let mut all = Vec::new();
    if !around.fresh {
        all.push((Change::StepUp, around.made_fresh()));
    }
    for assurance in Assurance::ALL {
        all.push((
            Change::Assurance(assurance),
            Circumstances {
                assurance,
                ..around
            },
        ));
    }
    for device in DeviceStanding::ALL {
        all.push((Change::Device(device), Circumstances { device, ..around }));
    }
    for network in NetworkZone::ALL {
        all.push((
            Change::Network(network),
            Circumstances { network, ..around },
        ));
    }
    for hours in Hours::ALL {
        all.push((Change::Hours(hours), Circumstances { hours, ..around }));
    }
    for risk in Risk::ALL {
        all.push((Change::Risk(risk), Circumstances { risk, ..around }));
    }
    for purpose in Purpose::ALL {
        all.push((
            Change::Purpose(purpose),
            Circumstances { purpose, ..around },
        ));
    }
    all
}
