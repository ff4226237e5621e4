//! The kinds of record this crate's policies speak about.

use custos_kernel::policy::Resource;

/// A message on its way out.
#[derive(Debug)]
pub enum MessageResource {}

impl Resource for MessageResource {
    const TYPE: &'static str = "message";
}

/// The settings of the ways out. The record id is that of the organisation.
#[derive(Debug)]
pub enum OutboxResource {}

impl Resource for OutboxResource {
    const TYPE: &'static str = "outbox";
}
