//! What policies speak of besides the log itself.

use custos_kernel::policy::Resource;

/// A saved question.
#[derive(Debug)]
pub enum QuestionResource {}

impl Resource for QuestionResource {
    const TYPE: &'static str = "audit_question";
}

/// A rule of the automated audit, with the settings of the desk.
#[derive(Debug)]
pub enum RuleResource {}

impl Resource for RuleResource {
    const TYPE: &'static str = "audit_rule";
}

/// A year of the log that is over.
#[derive(Debug)]
pub enum YearResource {}

impl Resource for YearResource {
    const TYPE: &'static str = "log_year";
}

/// How long entries of the log stay. The record id is that of the organisation.
#[derive(Debug)]
pub enum RetentionResource {}

impl Resource for RetentionResource {
    const TYPE: &'static str = "log_retention";
}

/// A run of the automated audit.
#[derive(Debug)]
pub enum RunResource {}

impl Resource for RunResource {
    const TYPE: &'static str = "audit_run";
}

/// A finding of the automated audit.
#[derive(Debug)]
pub enum FindingResource {}

impl Resource for FindingResource {
    const TYPE: &'static str = "audit_finding";
}

/// A finding as whoever looks after it has it before them.
#[derive(Debug)]
pub enum AssignedFindingResource {}

impl Resource for AssignedFindingResource {
    const TYPE: &'static str = "assigned_finding";
}
