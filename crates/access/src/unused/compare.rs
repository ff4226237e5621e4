//! What is granted, what was used, and what could go.

use super::own::OwnRoleUse;
use crate::{Access, AccessError, PermissionUsageResource, Someone};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, Circumstances, DataScope, Facts, Permit, Profile, Role, RoleSet, Standing, Subject,
    actions,
};
use custos_store::StoreError;
use custos_values::{CustomRoleId, OrgId, Timestamp, UserId};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const DAY_MS: i64 = 86_400_000;

/// What an operation asks for, and the entries that tell that it was used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The resource.
    pub resource: &'static str,
    /// The verb.
    pub action: &'static str,
    /// Actions of entries besides `resource.action` that it leaves.
    pub entries: &'static [&'static str],
}

impl Permission {
    /// The name, such as `customer.export`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.resource, self.action)
    }
}

/// That somebody did something.
#[derive(Debug, Clone)]
pub struct Use {
    /// The account.
    pub user: UserId,
    /// The entry's action.
    pub action: String,
    /// The last time, to the hour.
    pub last: Timestamp,
}

/// What was done in a time, by the log.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// When the first entry was made; none if there is none.
    pub since: Option<Timestamp>,
    /// Who did what.
    pub uses: Vec<Use>,
}

/// The counts over the log.
pub trait Usage: Send + Sync + 'static {
    /// What people were allowed and did since a moment.
    fn since(&self, org: OrgId, from: Timestamp) -> BoxFuture<'_, Result<Uses, StoreError>>;
}

/// A role with what it grants.
pub(super) struct RoleUse {
    pub(super) role: Role,
    pub(super) people: usize,
    pub(super) granted: usize,
    pub(super) unused: Vec<String>,
}

/// A person with what their roles grant.
pub(super) struct PersonUse {
    pub(super) user: UserId,
    pub(super) name: String,
    pub(super) roles: RoleSet,
    /// The names of the organisation's own roles they hold.
    pub(super) own_roles: Vec<String>,
    pub(super) granted: usize,
    pub(super) unused: Vec<String>,
    pub(super) last: Option<Timestamp>,
    /// Whether the account is younger than the time looked at.
    pub(super) new: bool,
    /// The roles that would do, if fewer do.
    pub(super) proposal: Option<RoleSet>,
}

/// Everything compared.
pub(super) struct Comparison {
    pub(super) from: Timestamp,
    pub(super) since: Option<Timestamp>,
    pub(super) roles: Vec<RoleUse>,
    pub(super) own_roles: Vec<OwnRoleUse>,
    pub(super) people: Vec<PersonUse>,
}

pub(crate) type Names = BTreeSet<String>;

/// Who holds roles, as somebody to ask the policies about who holds nothing else.
pub(super) fn holder(
    org: OrgId,
    roles: RoleSet,
    custom_roles: BTreeSet<CustomRoleId>,
    at: Timestamp,
) -> Subject {
    let profile = Profile {
        roles,
        custom_roles,
        data_scope: DataScope::All,
        ..Profile::default()
    };
    let standing = Standing {
        profile: Arc::new(profile),
        ..Standing::default()
    };
    let nobody = UserId::from_bytes([0; 16]);
    Subject::new(org, nobody, standing, Circumstances::ORDINARY, at)
}

impl Access {
    /// What somebody is granted, of everything operations ask for. For a role of the organisation's own, a subject that
    /// holds that role alone.
    pub(crate) fn granted_to(&self, subject: &Subject) -> Names {
        let permissions = self.permissions();
        let granted = permissions.iter().filter(|it| {
            self.policy()
                .subject_may_ever(subject, it.resource, it.action)
        });
        granted.map(Permission::name).collect()
    }

    /// What each built-in role grants apart from what every role does, and that.
    pub(crate) fn granted_by_roles(
        &self,
        org: OrgId,
        now: Timestamp,
    ) -> (BTreeMap<Role, Names>, Names) {
        let alone = |role| RoleSet::new([role]).unwrap_or_default();
        let granted: BTreeMap<Role, Names> = Role::ALL
            .map(|role| {
                let subject = holder(org, alone(role), BTreeSet::new(), now);
                (role, self.granted_to(&subject))
            })
            .into();
        // What everybody has tells nothing of a role. Who comes from outside has less than everybody.
        let staff = granted
            .iter()
            .filter(|(role, _)| **role != Role::ExternalAuditor);
        let everybodys = staff
            .map(|(_, names)| names.clone())
            .reduce(|all, next| &all & &next)
            .unwrap_or_default();
        let granted: BTreeMap<Role, Names> = granted
            .into_iter()
            .map(|(role, names)| (role, &names - &everybodys))
            .collect();
        (granted, everybodys)
    }

    /// The permissions that entries of each action tell of.
    pub(crate) fn told_by_entries(&self) -> BTreeMap<String, Vec<String>> {
        let mut telling: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for permission in self.permissions().iter() {
            let own = permission.name();
            let besides = permission.entries.iter().map(|entry| (*entry).to_owned());
            for entry in besides.chain([own.clone()]) {
                telling.entry(entry).or_default().push(own.clone());
            }
        }
        telling
    }

    /// Compares what is granted with what was used in the last days.
    pub(super) async fn compare_use(
        &self,
        caller: &Caller,
        days: i64,
    ) -> Result<Comparison, AccessError> {
        let org = caller.org();
        let facts = Facts::<PermissionUsageResource>::shared(org, *org.as_bytes(), 0);
        let permit: Permit<actions::List, _> = self.policy().permit(caller, &facts)?;
        let now = self.store().clock().now();
        let from = now.plus_millis(-days * DAY_MS);
        let people = self.people().all(org).await?;
        let configuration = self.people().configuration(org).await?;
        let done = self.uses_since(org, from).await?;
        self.sink()
            .record(Event::of(&permit).with("days", Detail::count(days.unsigned_abs())))
            .await?;

        let (used, last) = self.used_by(&done);
        let (granted, everybodys) = self.granted_by_roles(org, now);
        let own = self.granted_by_own(org, &configuration, &everybodys, now);
        let nothing = Names::new();
        let of = |user: &UserId| used.get(user).unwrap_or(&nothing);
        let active: BTreeMap<&UserId, &Someone> = people
            .iter()
            .filter(|(_, it)| it.active && !it.service)
            .collect();
        let held_own: BTreeMap<UserId, BTreeSet<CustomRoleId>> = active
            .keys()
            .map(|id| (**id, configuration.assigned(**id).custom_roles))
            .collect();
        let holders = |role: Role| active.iter().filter(move |(_, it)| it.roles.contains(role));

        let roles = granted.iter().map(|(role, names)| {
            let by_holders: Names = holders(*role).flat_map(|(id, _)| of(id)).cloned().collect();
            RoleUse {
                role: *role,
                people: holders(*role).count(),
                granted: names.len(),
                unused: (names - &by_holders).into_iter().collect(),
            }
        });
        let own_roles = configuration.rules.roles.iter().map(|role| {
            let holders = held_own.iter().filter(|(_, held)| held.contains(&role.id));
            OwnRoleUse::of(role, &own[&role.id], holders.map(|(id, _)| of(id)))
        });
        let own_names = |held: std::collections::btree_set::Iter<'_, CustomRoleId>| {
            let name = |id: &CustomRoleId| configuration.name_of(&id.to_string());
            held.filter_map(name).map(str::to_owned).collect()
        };
        let compared = active
            .iter()
            .filter(|(id, it)| it.roles != RoleSet::default() || !held_own[**id].is_empty());
        let compared = compared.map(|(id, someone)| {
            let by_own: Names = held_own[*id]
                .iter()
                .flat_map(|role| own[role].clone())
                .collect();
            let built_in = someone.roles.iter().flat_map(|role| granted[&role].clone());
            let all: Names = built_in.chain(by_own.iter().cloned()).collect();
            let can_go = |role: Role| {
                let last_administrator = role.is_administrator() && holders(role).count() < 2;
                let others = someone.roles.iter().filter(|other| *other != role);
                let others = others.flat_map(|other| granted[&other].clone());
                let elsewhere: Names = others.chain(by_own.iter().cloned()).collect();
                let only_here = &granted[&role] - &elsewhere;
                !last_administrator && only_here.is_disjoint(of(id))
            };
            let proposal = smaller(someone.roles, can_go);
            PersonUse {
                user: **id,
                name: someone.name.clone(),
                roles: someone.roles,
                own_roles: own_names(held_own[*id].iter()),
                granted: all.len(),
                unused: (&all - of(id)).into_iter().collect(),
                last: last.get(*id).copied(),
                new: made_at(**id) > from,
                proposal: proposal.filter(|_| caller.user_id() != Some(**id)),
            }
        });
        Ok(Comparison {
            from,
            since: done.since,
            roles: roles.collect(),
            people: compared.collect(),
            own_roles: own_roles.collect(),
        })
    }

    /// The permissions each account used, and when it last did anything.
    fn used_by(&self, done: &Uses) -> (BTreeMap<UserId, Names>, BTreeMap<UserId, Timestamp>) {
        let telling = self.told_by_entries();
        let mut used: BTreeMap<UserId, Names> = BTreeMap::new();
        let mut last: BTreeMap<UserId, Timestamp> = BTreeMap::new();
        for one in &done.uses {
            let names = telling.get(&one.action).into_iter().flatten().cloned();
            used.entry(one.user).or_default().extend(names);
            let latest = last.entry(one.user).or_insert(one.last);
            *latest = (*latest).max(one.last);
        }
        (used, last)
    }
}

/// The roles without the one that can go; of several, without that which comes last in the order of display, the more
/// powerful. One at a time: what the next one alone gives depends on it.
fn smaller(roles: RoleSet, can_go: impl Fn(Role) -> bool) -> Option<RoleSet> {
    let held: Vec<Role> = roles.iter().collect();
    let gone = held.iter().rev().find(|role| can_go(**role))?;
    RoleSet::new(held.iter().copied().filter(|role| role != gone)).ok()
}

/// When an account was made: its id begins with the milliseconds (UUID version 7, RFC 9562).
pub(crate) fn made_at(user: UserId) -> Timestamp {
    let bytes = user.as_bytes();
    let millis = bytes[..6]
        .iter()
        .fold(0, |sum, byte| sum << 8 | i64::from(*byte));
    Timestamp::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_role_goes_at_a_time_the_more_powerful_first() {
        let both = RoleSet::new([Role::Sales, Role::SalesLead]).unwrap();
        let left = |can_go: &dyn Fn(Role) -> bool| {
            smaller(both, can_go).map(|roles| roles.iter().collect::<Vec<_>>())
        };
        assert_eq!(left(&|_| true), Some(vec![Role::Sales]));
        assert_eq!(
            left(&|role| role == Role::Sales),
            Some(vec![Role::SalesLead])
        );
        assert_eq!(left(&|_| false), None);
    }

    #[test]
    fn an_account_tells_when_it_was_made() {
        let id: UserId = "0190a000-0000-7000-8000-000000000000".parse().unwrap();
        assert_eq!(made_at(id).millis(), 0x0190_a000_0000);
    }
}
