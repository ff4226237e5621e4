//! What an account may do, as of now: the part of a caller that comes from the organisation and not from the request.

use super::{DataScope, Engagement, Label, RoleSet};
use custos_values::{CustomRoleId, DepartmentId, TeamId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What policies may know of an account. Equal profiles get equal decisions, so decisions are cached by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// The built-in roles held.
    pub roles: RoleSet,
    /// The organisation's own roles held.
    pub custom_roles: BTreeSet<CustomRoleId>,
    /// Which customers the built-in roles reach.
    pub data_scope: DataScope,
    /// The department.
    pub department: Option<DepartmentId>,
    /// The highest label the account may ever work at.
    pub clearance: Label,
    /// The label it works at now. Beyond the clearance it counts as the clearance.
    pub working: Label,
}

impl Default for Profile {
    /// No role, the narrowest scope, the default label.
    fn default() -> Self {
        Self {
            roles: RoleSet::default(),
            custom_roles: BTreeSet::new(),
            data_scope: DataScope::Own,
            department: None,
            clearance: Label::default(),
            working: Label::default(),
        }
    }
}

/// A profile and where its account stands among departments and teams.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// What policies may know.
    pub profile: Arc<Profile>,
    /// All departments below the account's, at any depth, without it.
    pub below: Arc<BTreeSet<DepartmentId>>,
    /// The account's department and all above it.
    pub within: Arc<BTreeSet<DepartmentId>>,
    /// The teams it is in.
    pub teams: Arc<BTreeSet<TeamId>>,
    /// For whom comes from outside: what they were asked to look at, and until when.
    pub engagement: Option<Engagement>,
}

impl Standing {
    /// The standing of an account without labels, teams and roles of the organisation's own.
    pub fn plain(
        roles: RoleSet,
        data_scope: DataScope,
        department: Option<DepartmentId>,
        below: Arc<BTreeSet<DepartmentId>>,
    ) -> Self {
        Self {
            profile: Arc::new(Profile {
                roles,
                data_scope,
                department,
                ..Profile::default()
            }),
            below,
            within: Arc::new(department.into_iter().collect()),
            teams: Arc::default(),
            engagement: None,
        }
    }
}
