//! Roles of the organisation's own: what they grant, and what of it nobody used.

use super::compare::{Names, holder};
use crate::Access;
use crate::configuration::{Configuration, OwnRole};
use custos_kernel::policy::RoleSet;
use custos_values::{CustomRoleId, OrgId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A role of the organisation's own with what it grants.
pub(super) struct OwnRoleUse {
    pub(super) id: CustomRoleId,
    pub(super) name: String,
    pub(super) people: usize,
    pub(super) granted: usize,
    pub(super) unused: Vec<String>,
}

impl OwnRoleUse {
    /// Compares what it grants with what those who hold it used.
    pub(super) fn of<'a>(
        role: &OwnRole,
        granted: &Names,
        holders: impl Iterator<Item = &'a Names>,
    ) -> Self {
        let (mut people, mut unused) = (0, granted.clone());
        for used in holders {
            people += 1;
            unused.retain(|name| !used.contains(name));
        }
        Self {
            id: role.id,
            name: role.name.clone(),
            people,
            granted: granted.len(),
            unused: unused.into_iter().collect(),
        }
    }
}

impl Access {
    /// What each of the organisation's own roles grants by itself, without what everybody has.
    pub(crate) fn granted_by_own(
        &self,
        org: OrgId,
        configuration: &Configuration,
        everybodys: &Names,
        now: Timestamp,
    ) -> BTreeMap<CustomRoleId, Names> {
        let alone = |id| holder(org, RoleSet::default(), BTreeSet::from([id]), now);
        let roles = configuration.rules.roles.iter();
        roles
            .map(|role| (role.id, &self.granted_to(&alone(role.id)) - everybodys))
            .collect()
    }
}
