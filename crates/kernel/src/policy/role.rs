//! Roles and data scopes.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A role an account can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Role {
    /// 销售
    Sales = 0,
    /// 销售主管
    SalesLead = 1,
    /// 系统管理员
    SystemAdmin = 2,
    /// 安全管理员
    SecurityAdmin = 3,
    /// 审计管理员
    AuditAdmin = 4,
    /// 外部审计员: somebody from outside, for a time
    ExternalAuditor = 5,
}

impl Role {
    /// All roles, in display order.
    pub const ALL: [Role; 6] = [
        Role::Sales,
        Role::SalesLead,
        Role::SystemAdmin,
        Role::SecurityAdmin,
        Role::AuditAdmin,
        Role::ExternalAuditor,
    ];

    /// The name used in policies, the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Role::Sales => "sales",
            Role::SalesLead => "sales_lead",
            Role::SystemAdmin => "system_admin",
            Role::SecurityAdmin => "security_admin",
            Role::AuditAdmin => "audit_admin",
            Role::ExternalAuditor => "external_auditor",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it excludes every other role: an administrator's does, and that of somebody from outside.
    pub fn is_exclusive(self) -> bool {
        self.is_administrator() || self == Role::ExternalAuditor
    }

    /// One of the three administrators (三员), which exclude each other and every other role.
    pub fn is_administrator(self) -> bool {
        matches!(
            self,
            Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin
        )
    }
}

/// Why roles cannot be held together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an administrator's role, or that of somebody from outside, excludes every other role")]
pub struct RoleSetError;

/// The roles of one account; can only be built if separation of duties holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RoleSet(u8);

impl RoleSet {
    /// Builds a set.
    ///
    /// # Errors
    /// When a role that excludes every other is combined with one.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Result<Self, RoleSetError> {
        let set = Self(
            roles
                .into_iter()
                .fold(0, |bits, role| bits | 1 << role as u8),
        );
        let exclusive = set.iter().any(Role::is_exclusive);
        if exclusive && set.0.count_ones() > 1 {
            return Err(RoleSetError);
        }
        Ok(set)
    }

    /// Whether the set holds a role.
    pub fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// The roles held, in display order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .into_iter()
            .filter(move |role| self.contains(*role))
    }

    /// Comma-separated names, for storage.
    pub fn to_stored(self) -> String {
        self.iter().map(Role::name).collect::<Vec<_>>().join(",")
    }

    /// Reads [`Self::to_stored`] back; unknown names are dropped, so an older binary grants less, never more.
    ///
    /// # Errors
    /// When the stored combination violates separation of duties.
    pub fn from_stored(text: &str) -> Result<Self, RoleSetError> {
        Self::new(text.split(',').filter_map(Role::from_name))
    }
}

/// Which customers a person's roles reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataScope {
    /// 本人
    Own,
    /// 本部门
    Department,
    /// 本部门及下级
    DepartmentTree,
    /// 全部
    All,
}

impl DataScope {
    /// All scopes, from narrow to wide.
    pub const ALL: [DataScope; 4] = [
        DataScope::Own,
        DataScope::Department,
        DataScope::DepartmentTree,
        DataScope::All,
    ];

    /// The name used in policies, the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            DataScope::Own => "own",
            DataScope::Department => "department",
            DataScope::DepartmentTree => "department_tree",
            DataScope::All => "all",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
