//! Shapes that several operations of this crate put on the wire.

use custos_kernel::policy::{Assurance, DataScope, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role an account can hold.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub enum RoleName {
    /// Sells.
    Sales,
    /// Leads people who sell.
    SalesLead,
    /// Runs the system.
    SystemAdmin,
    /// Grants access.
    SecurityAdmin,
    /// Reads the log.
    AuditAdmin,
    /// Comes from outside and reads a period of the log, for a time.
    ExternalAuditor,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Sales => Self::Sales,
            Role::SalesLead => Self::SalesLead,
            Role::SystemAdmin => Self::SystemAdmin,
            Role::SecurityAdmin => Self::SecurityAdmin,
            Role::AuditAdmin => Self::AuditAdmin,
            Role::ExternalAuditor => Self::ExternalAuditor,
        }
    }
}

/// Which customers an account's roles reach.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataScope)]
pub enum DataScopeName {
    /// Their own.
    Own,
    /// Those of their department.
    Department,
    /// Those of their department and the ones below it.
    DepartmentTree,
    /// All of the organisation.
    All,
}

impl From<DataScope> for DataScopeName {
    fn from(scope: DataScope) -> Self {
        match scope {
            DataScope::Own => Self::Own,
            DataScope::Department => Self::Department,
            DataScope::DepartmentTree => Self::DepartmentTree,
            DataScope::All => Self::All,
        }
    }
}

/// How surely somebody proved who they are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Assurance)]
pub enum AssuranceName {
    /// One factor.
    Single,
    /// Two factors.
    Multi,
    /// Two factors, of which one cannot be given to another site.
    PhishingResistant,
}

impl From<Assurance> for AssuranceName {
    fn from(assurance: Assurance) -> Self {
        match assurance {
            Assurance::Single => Self::Single,
            Assurance::Multi => Self::Multi,
            Assurance::PhishingResistant => Self::PhishingResistant,
        }
    }
}

/// What somebody can prove who they are by, beside a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A code of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
}

impl FactorKind {
    /// The name in the database and the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey => "passkey",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Totp, Self::Passkey]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Something with a name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}
