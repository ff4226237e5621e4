//! The kinds of record this crate's policies speak about.

use custos_kernel::policy::Resource;

/// A request for approval. Owned by the person who asked.
#[derive(Debug)]
pub enum ApprovalResource {}

impl Resource for ApprovalResource {
    const TYPE: &'static str = "approval";
}

/// The rules about what needs approval. The record id is that of the organisation.
#[derive(Debug)]
pub enum ApprovalRulesResource {}

impl Resource for ApprovalRulesResource {
    const TYPE: &'static str = "approval_rules";
}
