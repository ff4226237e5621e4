//! Who is calling: organisation, accounts, passwords, TOTP, sessions, first-run setup.
//!
//! What this crate holds, so that no other has to:
//! - A [`custos_kernel::policy::Caller`] that is a person comes from [`Identity::authenticate`] only, and what it may do
//!   is at most one second older than the database.
//! - Names and logins of staff are personal data: they are sealed under the organisation's key and found by a keyed
//!   hash. Nothing of them is on disk in clear. Passwords, tokens, links and recovery codes are stored as hashes.
//! - Every step of signing in takes the same way, and the same time, whether or not the account exists.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accounts;
mod address;
mod alarms;
mod api_keys;
mod colleagues;
mod contact;
mod devices;
mod error;
mod events;
mod external;
mod factors;
mod federation;
mod identity;
mod invitation;
mod lifecycle;
mod one_time_code;
mod organisation;
mod posture;
mod preferences;
mod reset;
mod resources;
mod schema;
mod scim;
mod sealed_columns;
mod security;
mod sessions;
mod setup;
mod sign_in;
mod withdrawals;

pub use accounts::{AccessForeseen, AccountChange, AccountView, NewAccount};
pub use colleagues::Held;
pub use error::IdentityError;
pub use events::EVENTS;
pub use identity::{Identity, IdentityOptions};
pub use lifecycle::{Custody, CustodyError, HandoverForeseen, Placing, Reach};
pub use organisation::{Department, Directory, Person};
pub use posture::{AccountPosture, KeyPosture, Posture};
pub use resources::{
    ContactPointResource, DepartmentResource, DeviceResource, DeviceRuleResource,
    ExternalAuditorResource, OrganisationResource, PreferenceResource, ProviderResource,
    ProvisioningResource, SessionResource, UserResource,
};
pub use schema::{DataScopeName, FactorKind, Named, RoleName};
pub use sealed_columns::SEALED_COLUMNS;
pub use security::breached_filter;
pub use setup::{DemoAccount, DemoPlan, NewOrganisation, NewUser};
pub use sign_in::{LinkToken, Strength};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::Migration;
use std::sync::Arc;

/// Who may do what with accounts, departments, sessions and preferences.
pub const POLICY: PolicySource = PolicySource::new(
    "identity",
    concat!(
        include_str!("policy.cedar"),
        include_str!("security/policy.cedar"),
        include_str!("api_keys/policy.cedar"),
        include_str!("scim/policy.cedar"),
    ),
);

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] = &[
    organisation::MIGRATION,
    accounts::MIGRATION,
    sessions::MIGRATION,
    factors::MIGRATION,
    preferences::MIGRATION,
    contact::MIGRATION,
    one_time_code::MIGRATION,
    federation::MIGRATION,
    scim::MIGRATION,
    security::MIGRATION,
    devices::MIGRATION,
    api_keys::MIGRATION,
    lifecycle::MIGRATION,
    external::MIGRATION,
];

/// The operations of this crate, to be registered with [`Identity`] as their state.
pub fn operations() -> Vec<Operation<Arc<Identity>>> {
    let mut all = setup::operations();
    all.extend(sign_in::operations());
    all.extend(factors::operations());
    all.extend(sessions::operations());
    all.extend(accounts::operations());
    all.extend(organisation::operations());
    all.extend(preferences::operations());
    all.extend(contact::operations());
    all.extend(invitation::operations());
    all.extend(reset::operations());
    all.extend(federation::operations());
    all.extend(scim::operations());
    all.extend(security::operations());
    all.extend(devices::operations());
    all.extend(api_keys::operations());
    all.extend(lifecycle::operations());
    all.extend(external::operations());
    all
}
