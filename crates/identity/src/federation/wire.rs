//! Providers on the wire: shapes.

use super::model::{Accounts, Mapping, Provider, ProviderKind, Provisioning};
use custos_values::{DepartmentId, ProviderId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// An identity provider. Its secret is never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentityProvider)]
pub(super) struct ProviderBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: ProviderId,
    /// The protocol.
    kind: ProviderKind,
    /// What people know it by.
    name: String,
    /// What the protocol needs; the members depend on the kind.
    #[schema(value_type = serde_json::Value)]
    config: serde_json::Value,
    /// Whether a secret is set.
    has_secret: bool,
    /// Whether people may sign in by it.
    enabled: bool,
    /// What happens when somebody comes who has no account yet.
    accounts: Accounts,
    /// Where accounts made for it begin.
    #[schema(value_type = Option<String>, format = "uuid")]
    department_id: Option<DepartmentId>,
    /// What its groups give.
    mappings: Vec<Mapping>,
    /// Whether the groups count: approved since the configuration last changed.
    approved: bool,
    /// Whether its groups may give the roles of administrators.
    privileged: bool,
    /// Whether its word counts that somebody proved two factors.
    two_factors: bool,
    /// The token for provisioning, if there is one.
    provisioning: Option<Provisioning>,
    /// The version to base a change on.
    version: i64,
}

impl From<Provider> for ProviderBody {
    fn from(provider: Provider) -> Self {
        Self {
            id: provider.id,
            kind: provider.kind,
            name: provider.name,
            config: provider.config,
            has_secret: provider.secret.is_some(),
            enabled: provider.enabled,
            accounts: provider.accounts,
            department_id: provider.department,
            mappings: provider.mappings,
            approved: provider.approved,
            privileged: provider.privileged,
            two_factors: provider.two_factors,
            provisioning: provider.provisioning,
            version: provider.version,
        }
    }
}

/// All identity providers.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentityProviders)]
pub(super) struct Providers {
    /// Oldest first.
    pub(super) items: Vec<ProviderBody>,
    /// Where people reach this server: what providers have to be told begins with it.
    pub(super) address: String,
}

/// An identity provider to make. It is not enabled yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewIdentityProvider)]
pub(super) struct NewProviderBody {
    /// The protocol.
    pub(super) kind: ProviderKind,
    /// What people know it by, at most 100 characters.
    pub(super) name: String,
    /// What the protocol needs; the members depend on the kind.
    #[schema(value_type = serde_json::Value)]
    pub(super) config: serde_json::Value,
    /// The secret, where the protocol has one.
    #[serde(default)]
    pub(super) secret: Option<String>,
    /// What happens when somebody comes who has no account yet.
    pub(super) accounts: Accounts,
    /// Where accounts made for it begin.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    pub(super) department_id: Option<DepartmentId>,
}

/// A change of an identity provider; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IdentityProviderPatch)]
pub(super) struct ProviderPatch {
    /// What people know it by.
    #[serde(default)]
    pub(super) name: Option<String>,
    /// What the protocol needs. Another configuration has to be approved again.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(default)]
    pub(super) config: Option<serde_json::Value>,
    /// The secret; null takes it away. Another secret has to be approved again.
    #[serde(default, deserialize_with = "present")]
    pub(super) secret: Option<Option<String>>,
    /// Whether people may sign in by it. Disabling ends the sessions it began.
    #[serde(default)]
    pub(super) enabled: Option<bool>,
    /// What happens when somebody comes who has no account yet.
    #[serde(default)]
    pub(super) accounts: Option<Accounts>,
    /// Where accounts made for it begin; null is nowhere.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default, deserialize_with = "present")]
    pub(super) department_id: Option<Option<DepartmentId>>,
}

/// Tells null from absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What the groups of an identity provider give, and how far its word counts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IdentityProviderAccess)]
pub(super) struct AccessBody {
    /// What its groups give.
    pub(super) mappings: Vec<Mapping>,
    /// Whether its groups may give the roles of administrators.
    pub(super) privileged: bool,
    /// Whether its word counts that somebody proved two factors.
    pub(super) two_factors: bool,
}

/// A token for provisioning to make. The one before ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProvisioningToken {
    /// How many days it lives, at most 366.
    #[schema(minimum = 1, maximum = 366)]
    pub(super) days: u16,
}

/// The token for provisioning.
#[derive(Serialize, ToSchema)]
pub(super) struct ProvisioningToken {
    /// The bearer token. Shown this once.
    pub(super) token: String,
    /// When it ends.
    #[schema(value_type = String, format = "date-time")]
    pub(super) expires_at: Timestamp,
}

/// A provider as the sign-in page shows it.
#[derive(Serialize, ToSchema)]
pub(super) struct SignInProvider {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: ProviderId,
    /// The protocol.
    pub(super) kind: ProviderKind,
    /// What people know it by.
    pub(super) name: String,
}

/// The providers people may sign in by.
#[derive(Serialize, ToSchema)]
pub(super) struct SignInProviders {
    /// Oldest first.
    pub(super) items: Vec<SignInProvider>,
}
