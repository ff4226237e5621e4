//! The kinds of record this crate's policies speak about.

use custos_kernel::policy::Resource;

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident = $kind:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Resource for $name { const TYPE: &'static str = $kind; }
    )+};
}

resources! {
    /// The organisation itself. Its record id is the organisation's id.
    OrganisationResource = "organisation",
    /// An account. It is its own owner, so that "own" means one's own account.
    UserResource = "user",
    /// A department.
    DepartmentResource = "department",
    /// The addresses of a person. The record id is that of the account.
    ContactPointResource = "contact_point",
    /// A session. Owned by its account.
    SessionResource = "session",
    /// An identity provider.
    ProviderResource = "identity_provider",
    /// What an identity provider keeps here: connections of accounts, groups and their members. The record id is that of
    /// the provider, which is its keeper.
    ProvisioningResource = "provisioning",
    /// The password of an account. The record id is that of the account, which owns it.
    PasswordResource = "password",
    /// A key of a service account.
    ApiKeyResource = "api_key",
    /// What the organisation asks of passwords and sessions. The record id is that of the organisation.
    SecuritySettingsResource = "security_settings",
    /// A factor: an authenticator app or a passkey. Owned by its account.
    FactorResource = "factor",
    /// The settings a person keeps. The record id is that of the account.
    PreferenceResource = "preference",
    /// The engagement of an external auditor. The record id is that of the account, which owns it.
    ExternalAuditorResource = "external_auditor",
    /// A registered device. Owned by its account.
    DeviceResource = "device",
    /// The roles that may be used on registered devices only. The record id is that of the organisation.
    DeviceRuleResource = "device_rule",
}
