//! What does the audit desk cost over a million entries?
//!
//! Three hundred people work for more than a year: their entries come into a real store by the ways every entry takes, in
//! the order of a settable clock, are taken into the tree and under checkpoints, and counted. Then the audit administrator
//! asks what the desk's page asks, through the same router, guard and handlers; what counts as the limit is the
//! newest page of the log, without a filter, in the same run. Prints medians, the slowest answers and ratios; asserts
//! nothing. `ENTRIES` sets how many entries (1,000,000), `TIMES` how often each thing is asked (7), `ENGINE=postgres` takes the
//! server of `CUSTOS_TEST_POSTGRES` instead of the embedded engine, `ONLY` asks only what contains it.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods
)]

mod history;
mod memory;
mod questions;
#[path = "../../tests/site/mod.rs"]
mod site;

use custos_audit::MIGRATIONS;
use custos_kernel::policy::{DataScope, Role};
use custos_store::EngineKind;
use custos_testkit::{Installation, both};
use std::time::Instant;

/// A number of the environment, or what it is otherwise.
fn number(name: &str, otherwise: usize) -> usize {
    let given = std::env::var(name).ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[tokio::main]
async fn main() {
    let wanted = match std::env::var("ENGINE").as_deref() {
        Ok("postgres") => EngineKind::Postgres,
        _ => EngineKind::Sqlite,
    };
    both(&[MIGRATIONS], async |installation| {
        if installation.store().engine() == wanted {
            measure(installation).await;
        }
    })
    .await;
}

async fn measure(installation: &Installation) {
    let entries = number("ENTRIES", 1_000_000);
    println!("{entries} entries on {:?}", installation.store().engine());
    let begun = Instant::now();
    let history = history::live(installation, entries).await;
    println!("written in {:.0} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    installation.sequencer().flush().await.unwrap();
    println!(
        "the rest under a checkpoint in {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    let begun = Instant::now();
    let org = installation.org();
    while installation.store().advance_tally(org, 480).await.unwrap() {}
    println!("counted in {:.0} s", begun.elapsed().as_secs_f64());
    println!("resident before: {:.0} MB", memory::resident());
    let auditor = installation.caller(Role::AuditAdmin, DataScope::All, None);
    let router = site::desk_of(installation, auditor);
    questions::ask_all(&router, &history, number("TIMES", 7)).await;
}
