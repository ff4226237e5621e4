//! The kinds of record this crate's policies speak about.

use custos_kernel::policy::Resource;

/// A job in the queue.
#[derive(Debug)]
pub enum JobResource {}

impl Resource for JobResource {
    const TYPE: &'static str = "job";
}

/// A schedule by which jobs come again.
#[derive(Debug)]
pub enum ScheduleResource {}

impl Resource for ScheduleResource {
    const TYPE: &'static str = "job_schedule";
}
