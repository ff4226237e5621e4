//! The kinds of record this crate's policies speak about.

use custos_kernel::policy::Resource;

/// A request for approval. Owned by the person who asked.
#[derive(Debug)]
pub enum ApprovalResource {}

impl Resource for ApprovalResource {
    const TYPE: &'static str = "approval";
}

/// Emergency access. Owned by the person who has it.
#[derive(Debug)]
pub enum BreakGlassResource {}

impl Resource for BreakGlassResource {
    const TYPE: &'static str = "break_glass";
}

/// What is granted and whether it is used. The record id is that of the organisation.
#[derive(Debug)]
pub enum PermissionUsageResource {}

impl Resource for PermissionUsageResource {
    const TYPE: &'static str = "permission_usage";
}

/// The rules about what needs approval. The record id is that of the organisation.
#[derive(Debug)]
pub enum ApprovalRulesResource {}

impl Resource for ApprovalRulesResource {
    const TYPE: &'static str = "approval_rules";
}

/// What an organisation allows and forbids by itself. The record id is that of the document.
#[derive(Debug)]
pub enum AccessRulesResource {}

impl Resource for AccessRulesResource {
    const TYPE: &'static str = "access_rules";
}

/// Who holds what of it. The record id is that of the account, or that of the document.
#[derive(Debug)]
pub enum AccessPeopleResource {}

impl Resource for AccessPeopleResource {
    const TYPE: &'static str = "access_people";
}

/// Teams. The record id is that of the document.
#[derive(Debug)]
pub enum AccessTeamsResource {}

impl Resource for AccessTeamsResource {
    const TYPE: &'static str = "access_teams";
}

/// A review of access. The record id is that of the organisation where it is about all of them.
#[derive(Debug)]
pub enum AccessReviewResource {}

impl Resource for AccessReviewResource {
    const TYPE: &'static str = "access_review";
}

/// A line of a review of access. Owned by its reviewer.
#[derive(Debug)]
pub enum AccessReviewLineResource {}

impl Resource for AccessReviewLineResource {
    const TYPE: &'static str = "access_review_line";
}
