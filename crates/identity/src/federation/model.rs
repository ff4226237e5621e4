//! What an identity provider, and what it grants, is made of.

use custos_kernel::policy::{DataScope, Role, RoleSet};
use custos_values::{DepartmentId, ProviderId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The protocol a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProviderKind)]
pub(crate) enum ProviderKind {
    /// OpenID Connect.
    Oidc,
    /// SAML 2.0.
    Saml,
    /// LDAP or Active Directory, asked for passwords.
    Ldap,
    /// WeCom scan login.
    Wecom,
    /// DingTalk scan login.
    Dingtalk,
    /// Feishu scan login.
    Feishu,
}

impl ProviderKind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Oidc,
        Self::Saml,
        Self::Ldap,
        Self::Wecom,
        Self::Dingtalk,
        Self::Feishu,
    ];

    /// The name in the database and in entries.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Saml => "saml",
            Self::Ldap => "ldap",
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What happens when somebody comes who has no account yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProviderAccounts)]
pub(crate) enum Accounts {
    /// An account is made for them.
    Create,
    /// They are refused until they, signed in otherwise, connect their account themselves.
    LinkOnly,
}

/// What belonging to a group of the provider gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupMapping)]
pub(crate) struct Mapping {
    /// The group as the provider names it.
    pub(crate) group: String,
    /// The role it gives.
    #[schema(value_type = Option<crate::schema::RoleName>)]
    #[serde(default)]
    pub(crate) role: Option<Role>,
    /// The department it puts into.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    pub(crate) department_id: Option<DepartmentId>,
    /// The data scope it gives; of several the widest counts.
    #[schema(value_type = Option<crate::schema::DataScopeName>)]
    #[serde(default)]
    pub(crate) data_scope: Option<DataScope>,
}

/// A provider, opened.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) id: ProviderId,
    pub(crate) kind: ProviderKind,
    /// What people know it by.
    pub(crate) name: String,
    /// What the protocol needs; see [`super::config`].
    pub(crate) config: serde_json::Value,
    /// What the provider and this server alone know.
    pub(crate) secret: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) accounts: Accounts,
    /// Where accounts made for it begin.
    pub(crate) department: Option<DepartmentId>,
    /// What the groups give.
    pub(crate) mappings: Vec<Mapping>,
    /// Whether the groups count: the security administrator approved them for the provider as it is configured now.
    pub(crate) approved: bool,
    /// Whether its groups may give the roles of administrators.
    pub(crate) privileged: bool,
    /// Whether its word counts that somebody proved two factors.
    pub(crate) two_factors: bool,
    /// The token for provisioning, if there is one.
    pub(crate) provisioning: Option<Provisioning>,
    pub(crate) version: i64,
}

impl Provider {
    /// Whether what the provider says changes an account that holds such roles, and which it knows. An administrator's is
    /// none of its business unless the security administrator let it give such roles: it could lock out those who would
    /// stop it.
    pub(crate) fn keeps(&self, roles: RoleSet) -> bool {
        let administrator = roles.iter().any(Role::is_administrator);
        !administrator || (self.approved && self.privileged)
    }
}

/// A token for provisioning, without what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProviderProvisioning)]
pub(crate) struct Provisioning {
    /// When it ends.
    #[schema(value_type = String, format = "date-time")]
    pub(crate) expires_at: Timestamp,
    /// When it was last used, to about five minutes.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub(crate) last_used_at: Option<Timestamp>,
}

/// The longest list of mappings.
pub(crate) const MAX_MAPPINGS: usize = 500;
