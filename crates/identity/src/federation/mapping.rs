//! From the groups of a provider to what an account may do.

use super::model::Mapping;
use custos_kernel::policy::{DataScope, Role, RoleSet};
use custos_values::DepartmentId;

/// What groups give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) roles: RoleSet,
    /// `None`: it stays.
    pub(crate) data_scope: Option<DataScope>,
    /// `None`: it stays.
    pub(crate) department: Option<DepartmentId>,
}

/// What belonging to these groups gives. Groups compare by every character: a provider that tells two groups apart by
/// case means two groups. Of several data scopes the widest, of several departments the first of the list counts.
///
/// # Errors
/// When the groups together would give roles that exclude each other, or, unless the provider may give `privileged`
/// roles, an administrator's: whoever belongs to such groups gets in with nothing of it.
pub(crate) fn granted(
    mappings: &[Mapping],
    groups: &[String],
    privileged: bool,
) -> Result<Granted, &'static str> {
    let matching = || {
        mappings
            .iter()
            .filter(|mapping| groups.contains(&mapping.group))
    };
    let roles: Vec<Role> = matching().filter_map(|mapping| mapping.role).collect();
    if !privileged && roles.iter().any(|role| role.is_administrator()) {
        return Err("privileged_role");
    }
    // Nobody comes from outside by a group.
    if roles.contains(&Role::ExternalAuditor) {
        return Err("privileged_role");
    }
    let widest = |scope: &DataScope| DataScope::ALL.iter().position(|known| known == scope);
    Ok(Granted {
        roles: RoleSet::new(roles).map_err(|_| "roles_exclude_each_other")?,
        data_scope: matching()
            .filter_map(|mapping| mapping.data_scope)
            .max_by_key(widest),
        department: matching().find_map(|mapping| mapping.department_id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mapping(group: &str, role: Option<Role>, data_scope: Option<DataScope>) -> Mapping {
        Mapping {
            group: group.to_owned(),
            role,
            department_id: None,
            data_scope,
        }
    }

    fn groups(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn groups_add_up_and_the_widest_scope_counts() {
        let all = [
            mapping("sales", Some(Role::Sales), Some(DataScope::Own)),
            mapping(
                "leads",
                Some(Role::SalesLead),
                Some(DataScope::DepartmentTree),
            ),
            mapping("admins", Some(Role::SystemAdmin), None),
        ];
        let both = granted(&all, &groups(&["sales", "leads", "other"]), false).unwrap();
        assert_eq!(
            both.roles,
            RoleSet::new([Role::Sales, Role::SalesLead]).unwrap()
        );
        assert_eq!(both.data_scope, Some(DataScope::DepartmentTree));
        assert_eq!(granted(&all, &[], false).unwrap().roles, RoleSet::default());
        assert_eq!(
            granted(&all, &groups(&["SALES"]), false).unwrap().roles,
            RoleSet::default()
        );
        assert_eq!(
            granted(&all, &groups(&["admins"]), false),
            Err("privileged_role")
        );
        assert!(granted(&all, &groups(&["admins"]), true).is_ok());
        assert_eq!(
            granted(&all, &groups(&["admins", "sales"]), true),
            Err("roles_exclude_each_other")
        );
    }

    proptest! {
        #[test]
        fn an_untrusted_provider_never_gives_an_administrators_role(
            rules in prop::collection::vec((0usize..4, prop::option::of(0usize..5)), 0..12),
            member in prop::collection::vec(0usize..4, 0..5),
        ) {
            let name = |n: usize| format!("g{n}");
            let all: Vec<Mapping> = rules
                .iter()
                .map(|(group, role)| mapping(&name(*group), role.map(|r| Role::ALL[r]), None))
                .collect();
            let groups: Vec<String> = member.into_iter().map(name).collect();
            if let Ok(granted) = granted(&all, &groups, false) {
                prop_assert!(!granted.roles.iter().any(Role::is_administrator));
            }
        }
    }
}
