//! Work for later, in the same database: queued with the change that causes it, done once, seen by the administrator.
//!
//! A feature declares a [`Kind`] once, gives the [`Jobs`] a [`Handler`] for it, and puts jobs into the queue within its own
//! transactions. A handler ends in the transaction of its effect, [`Attempt::done`] or [`Attempt::advance`]: effect and
//! completion are on disk together or not at all, on whichever node, after whichever crash. While a node works it holds the
//! job by a lease with a number that only grows; who has an older number changes nothing.
//!
//! A job goes `waiting → running → done`, back to `waiting` after a failure that may pass, with pauses of 10 s, 20 s, 40 s …
//! up to six hours and each up to a fifth longer, and to `failed` when its attempts are used up or a failure will not pass.
//! Long work goes in steps: each is a transaction of its own with a bookmark, from which the next one, the next node or the
//! next process goes on.
//!
//! ```ignore
//! /// Reminds somebody of a customer.
//! pub enum Reminder {}
//! impl Kind for Reminder {
//!     const NAME: &'static str = "reminder";   // words: job-kind-reminder
//!     type Payload = About;                    // may name the customer
//! }
//!
//! // Where the change is made, in its transaction:
//! let new = New::<Reminder>::at(due, about).once(Key::of("reminder").id(customer.as_bytes()).at(due));
//! if let Some(queued) = jobs.enqueue(&mut tx, org, caller.origin(), &new).await? {
//!     events.push(queued.event);
//! }
//! tx.finish_all(events).await?;
//!
//! // Where it is done:
//! impl Handler<Reminder> for Reminders {
//!     async fn work(&self, attempt: &Attempt<Reminder>) -> Result<Settled, Trouble> {
//!         let caller = attempt.caller();       // rules of the feature permit it to Job::"scheduler"
//!         let mut tx = attempt.begin().await?;
//!         let events = self.remind(&mut tx, &caller, attempt.payload()).await?;
//!         attempt.done(tx, events, "reminded").await
//!     }
//! }
//! jobs.handle::<Reminder>(Reminders(…));       // once, where the product is put together
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod http;
mod jobs;
mod kind;
mod queue;
mod resources;
mod schedules;
mod sweep;
mod worker;

pub use error::JobsError;
pub use jobs::{Jobs, Limits};
pub use kind::{Effort, Handler, Kind};
pub use queue::{Key, New, Queued, Seen, State};
pub use resources::{JobResource, ScheduleResource};
pub use schedules::{CatchUp, Cron, CronError, Plan};
pub use sweep::SWEEP;
pub use worker::{Attempt, Progress, Settled, Trouble};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

/// Who may see jobs, try them again and end them.
pub const POLICY: PolicySource = PolicySource::new("jobs", include_str!("policy.cedar"));

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] = &[queue::sql::MIGRATION, schedules::sql::MIGRATION];

/// The columns of this crate's tables that hold secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "job",
        column: "payload",
        row: "id",
        purpose: Purpose::Named(queue::PAYLOAD, "kind"),
    },
    SealedColumn {
        table: "job",
        column: "bookmark",
        row: "id",
        purpose: Purpose::Named(queue::BOOKMARK, "kind"),
    },
    SealedColumn {
        table: "job_schedule",
        column: "payload",
        row: "id",
        purpose: Purpose::Named(schedules::PAYLOAD, "kind"),
    },
];

/// The operations of this crate, to be registered with [`Jobs`] as their state.
pub fn operations() -> Vec<Operation<Arc<Jobs>>> {
    http::operations()
}
