//! Who may do what: callers, roles, permits and scopes, decided by Cedar policies beside each feature.
//!
//! One decision has the form *caller × action × facts about the record*. The facts are reduced to a closed
//! [`Relation`] before Cedar is asked, which keeps the space of decisions small enough to cache whole, to render
//! as a [`Scope`] for lists, and to print as the reviewed authorisation matrix.

mod action;
mod api_key;
mod caller;
mod circumstances;
mod engine;
mod facts;
mod permit;
mod provisioning;
mod role;
mod session;

pub use action::{Action, Resource, actions};
pub use api_key::{ApiKeyRecord, ApiKeyRefusal};
pub use caller::{Caller, CallerKind, Job, Origin};
pub use circumstances::{Assurance, Circumstances, DeviceStanding, Hours, NetworkZone, Risk};
pub use engine::{Decision, FieldAccess, FieldRule, Policy, PolicyError, PolicySource};
pub use facts::{Facts, Relation};
pub use permit::{Denied, Permit, Remedy, Scope};
pub use provisioning::{ProvisioningRecord, ProvisioningRefusal};
pub use role::{DataScope, Role, RoleSet, RoleSetError};
pub use session::{Bar, SessionLimits, SessionRecord, SessionRefusal, SessionState, Surroundings};
