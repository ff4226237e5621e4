//! Schedules: jobs that come again.

mod cron;
mod follow;
mod operations;
mod plan;
pub(crate) mod sql;

pub use cron::{Cron, CronError};
pub(crate) use operations::SeenSchedule;
pub(crate) use plan::Standing;
pub use plan::{CatchUp, Plan};

/// What payloads of schedules are sealed for, before the kind of their jobs.
pub(crate) const PAYLOAD: &str = "job_schedule.payload.";
