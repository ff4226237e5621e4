//! Who may do what: callers, roles, permits and scopes, decided by Cedar policies beside each feature.
//!
//! One decision has the form *caller × action × facts about the record*. The facts are reduced to a closed
//! [`Relation`], a [`Share`], the direction in which information would flow between labels, and a few attributes before
//! Cedar is asked, which keeps the space of decisions small enough to cache, to render as a [`Scope`] for lists, and to
//! print as the reviewed authorisation matrix.

mod action;
mod api_key;
mod approval;
mod asked;
mod caller;
mod circumstances;
mod emergency;
mod engagement;
mod engine;
mod explain;
mod facts;
mod label;
mod marking;
mod organisation_rules;
mod permit;
mod provisioning;
mod question;
mod role;
mod session;
mod snapshot;
mod standing;

pub use action::{Action, Resource, actions};
pub use api_key::{ApiKeyRecord, ApiKeyRefusal};
pub use approval::{
    ApprovalRecord, ApprovalRefusal, Approved, Approver, ApproverStanding, Grounds, Measure,
    Progress, Step, Threshold, Vote,
};
pub use caller::{Caller, CallerKind, Job, Origin};
pub use circumstances::{
    Assurance, Circumstances, DeviceStanding, Hours, Moment, NetworkZone, Purpose, Risk,
};
pub use emergency::{Emergency, EmergencyReach, EmergencyRecord, LONGEST_EMERGENCY_MS};
pub use engagement::{Engagement, LogView};
pub use engine::{Decision, FieldAccess, FieldRule, Policy, PolicyError, PolicySource};
pub use explain::{Change, Explanation, Subject};
pub use facts::{Facts, Relation};
pub use label::{Compartments, Label, Level};
pub use marking::{Attributes, Grantee, Marking, Share, ShareGrant};
pub use organisation_rules::{OrganisationRule, OrganisationRules, RuleProblem};
pub use permit::{Denied, Permit, Relations, Remedy, Scope};
pub use provisioning::{ProvisioningRecord, ProvisioningRefusal};
pub use role::{DataScope, Role, RoleSet, RoleSetError};
pub use session::{Bar, SessionLimits, SessionRecord, SessionRefusal, SessionState, Surroundings};
pub use standing::{Profile, Standing};
