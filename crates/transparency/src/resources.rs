//! The kinds of record this crate's policies speak about.

use custos_kernel::policy::Resource;

/// The log as a whole: its hashes and checkpoints.
#[derive(Debug)]
pub enum LogResource {}

impl Resource for LogResource {
    const TYPE: &'static str = "audit_log";
}

/// Who the log is shown to. The record id is that of the organisation.
#[derive(Debug)]
pub enum LogSettingsResource {}

impl Resource for LogSettingsResource {
    const TYPE: &'static str = "log_settings";
}
