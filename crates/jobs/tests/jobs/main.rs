//! Jobs from the transaction that queues them to the transaction that ends them, on both engines.
#![allow(clippy::unwrap_used)]

mod attacks;
mod bounds;
mod crashes;
mod cron;
mod kill;
mod queue;
mod rotation;
mod schedules;
mod site;
mod steps;
