//! Who may decide on what, and who is asked to.

use super::line::{Granted, Line, To};
use super::model::By;
use crate::{Access, AccessError, Configuration, Someone};
use custos_kernel::policy::{Role, RoleSet};
use custos_store::WriteTx;
use custos_values::{DepartmentId, OrgId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The people of an organisation and how they stand to each other.
pub(super) struct Roster {
    pub(super) people: BTreeMap<UserId, Someone>,
    pub(super) tree: BTreeMap<DepartmentId, Option<DepartmentId>>,
    /// The departments' names.
    pub(super) names: BTreeMap<DepartmentId, String>,
    pub(super) configuration: Arc<Configuration>,
}

/// Who starts a review, and which accounts are known to be of the same person.
pub(super) struct Bars<'a> {
    pub(super) starter: UserId,
    pub(super) same: &'a BTreeSet<(UserId, UserId)>,
}

fn administers(roles: RoleSet) -> bool {
    roles.iter().any(Role::is_administrator)
}

impl Roster {
    /// The department and all above it, nearest first.
    pub(super) fn up(&self, from: Option<DepartmentId>) -> Vec<DepartmentId> {
        let mut up = Vec::new();
        let mut next = from;
        while let Some(id) = next
            && !up.contains(&id)
        {
            up.push(id);
            next = self.tree.get(&id).copied().flatten();
        }
        up
    }

    /// Whether somebody is in a department or below it.
    pub(super) fn within(&self, someone: &Someone, department: DepartmentId) -> bool {
        self.up(someone.department).contains(&department)
    }

    /// Whether a team has a member.
    pub(super) fn in_team(&self, team: custos_values::TeamId, user: UserId) -> bool {
        let mut teams = self.configuration.people.teams.iter();
        teams.any(|it| it.id == team && it.members.contains(&user))
    }

    /// Somebody who may be asked to review at all: neither a program, nor from outside, nor without a role.
    pub(super) fn reviewing(&self, user: UserId) -> Option<&Someone> {
        let someone = self.people.get(&user)?;
        let roles = someone.roles;
        let insider = roles != RoleSet::default() && !roles.contains(Role::ExternalAuditor);
        (someone.active && !someone.service && insider).then_some(someone)
    }

    /// Whether somebody may decide on a line: never on what is granted to them, alone or with others, nor on a key they
    /// made; on roles of administrators only administrators may, except for whoever started the review.
    pub(super) fn may_review(&self, user: UserId, line: &Line, bars: &Bars<'_>) -> bool {
        let Some(reviewer) = self.reviewing(user) else {
            return false;
        };
        match line.to {
            To::Person(person) => {
                if person == user || bars.same.contains(&(person, user)) {
                    return false;
                }
                let of = self.people.get(&person).map(|it| it.roles);
                let role = matches!(line.granted, Granted::Role { .. } | Granted::OwnRole { .. });
                if role && of.is_some_and(administers) {
                    return administers(reviewer.roles) && user != bars.starter;
                }
            }
            To::Department(department) => {
                if !owns(line, user) && self.within(reviewer, department) {
                    return false;
                }
            }
            To::Team(team) => {
                if !owns(line, user) && self.in_team(team, user) {
                    return false;
                }
            }
        }
        !matches!(line.granted, Granted::Key { made_by, .. } if made_by == user)
    }

    /// Who is asked: the first who may, of those it falls to; if nobody of them may, a security administrator, and in the
    /// last resort another administrator.
    pub(super) fn reviewer_of(&self, line: &Line, by: By, bars: &Bars<'_>) -> Option<UserId> {
        let person = line.to.person().and_then(|id| self.people.get(&id));
        let role = matches!(line.granted, Granted::Role { .. } | Granted::OwnRole { .. });
        let of_administrator = role && person.is_some_and(|it| administers(it.roles));
        let department = match line.to {
            To::Person(_) => line.department,
            To::Department(id) => Some(id),
            To::Team(_) => None,
        };
        let mut groups: Vec<Vec<UserId>> = Vec::new();
        if let (By::Owner, Granted::Share { owner, .. }) = (by, &line.granted) {
            groups.push(owner.iter().copied().collect());
            let of = owner.and_then(|id| self.people.get(&id)?.department);
            groups.extend(self.leads(of));
        } else if !of_administrator {
            groups.extend(self.leads(department));
        }
        groups.push(self.with(Role::SecurityAdmin));
        groups.push(self.with(Role::AuditAdmin));
        groups.push(self.with(Role::SystemAdmin));
        groups.iter().find_map(|group| {
            let may: Vec<UserId> = group
                .iter()
                .copied()
                .filter(|user| self.may_review(*user, line, bars))
                .collect();
            // Several share the work; what belongs to one person stays in one hand.
            let draw = usize::from(line.to.id()[15]);
            may.get(draw.checked_rem(may.len())?).copied()
        })
    }

    /// The leads of a department, then those of the one above it, and so on.
    fn leads(&self, department: Option<DepartmentId>) -> Vec<Vec<UserId>> {
        let of = |id: DepartmentId| {
            let leads = self.people.iter().filter(move |(_, it)| {
                it.department == Some(id) && it.roles.contains(Role::SalesLead)
            });
            leads.map(|(user, _)| *user).collect()
        };
        self.up(department).into_iter().map(of).collect()
    }

    fn with(&self, role: Role) -> Vec<UserId> {
        let holders = self.people.iter().filter(|(_, it)| it.roles.contains(role));
        holders.map(|(user, _)| *user).collect()
    }
}

impl Access {
    /// As [`Roster::may_review`], of the review somebody started, for whoever is asked; accounts that turn out to be of the
    /// same person are added to `same`.
    pub(super) async fn may_decide(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        roster: &Roster,
        (starter, user): (UserId, UserId),
        line: &Line,
        same: &mut BTreeSet<(UserId, UserId)>,
    ) -> Result<bool, AccessError> {
        if let Some(person) = line.to.person()
            && !same.contains(&(person, user))
        {
            let among = BTreeSet::from([user]);
            let behind = self.people().behind(tx, org, person, &among).await?;
            same.extend(behind.into_iter().map(|user| (person, user)));
        }
        Ok(roster.may_review(user, line, &Bars { starter, same }))
    }
}

/// Whether it is about a customer of somebody's: they have nothing from its being shared with others.
fn owns(line: &Line, user: UserId) -> bool {
    matches!(line.granted, Granted::Share { owner: Some(owner), .. } if owner == user)
}
