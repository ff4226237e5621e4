//! What an organisation sets about access itself: its own roles, rules, compartments, labels of fields, and what people hold
//! of it.
//!
//! It is kept in two sealed documents, each changed as a whole: what is allowed ([`Rules`]), and who holds what
//! ([`People`]). A version is part of what is sealed, and the entry of each change names the version it made: whoever puts an
//! older document back has to take the newer entries out of the log, too. Where document and log disagree, or the rules do not
//! compile, nobody reaches what the rules are about, until an administrator has seen to it.

mod catalogue;
mod check;
mod compile;
mod describing;
mod form;
mod http;
mod in_force;
mod model;
mod noting;
mod operations;
mod sql;

pub use catalogue::{Governed, Past, Supposed};
pub use in_force::{Assigned, Configuration, InForce};
pub use model::{
    Compartment, FieldLabel, FieldReach, Grant, LabelBody, OwnRole, OwnRule, People, PersonAccess,
    RuleEffect, RuleForm, RuleWhen, Rules, Team,
};

pub(crate) use check::checked_people;
pub(crate) use http::{RulesInput, operations, read_draft};
pub(crate) use noting::{changed, noting};
pub(crate) use sql::{Kind, MIGRATION, SEALED};

custos_kernel::events! {
    /// A draft of what an organisation allows was checked.
    READ_RULES = "access_rules.check", Part;
    /// A draft was tried on what was asked for in the past.
    TRIED = "access_rules.try", Part;
    /// A decision was worked out for a case there might be.
    SUPPOSED = "access_rules.suppose", Part;
}
