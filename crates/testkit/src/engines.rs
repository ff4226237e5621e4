//! The same test on both engines.

use crate::Installation;
use custos_store::Migration;
use futures::FutureExt;
use std::panic::{AssertUnwindSafe, resume_unwind};

/// Runs a test on a fresh installation of each engine, with the features' migrations.
///
/// Without `CUSTOS_TEST_POSTGRES` the second half is left out and the reason printed; with `CI=true` that is a failure.
///
/// # Panics
/// When the test does, or an installation cannot be made.
pub async fn both(features: &[&[Migration]], test: impl AsyncFn(&mut Installation)) {
    run(Installation::sqlite(features).await, &test).await;
    match Installation::postgres(features).await {
        Some(installation) => run(installation, &test).await,
        None => {
            let reason =
                "CUSTOS_TEST_POSTGRES is not set; run the tests with scripts/with-postgres";
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{reason}");
            eprintln!("skipped on PostgreSQL: {reason}");
        }
    }
}

async fn run(mut installation: Installation, test: &impl AsyncFn(&mut Installation)) {
    let engine = installation.store().engine();
    let outcome = AssertUnwindSafe(test(&mut installation))
        .catch_unwind()
        .await;
    installation.remove().await;
    if let Err(panic) = outcome {
        eprintln!("failed on {engine:?}");
        resume_unwind(panic);
    }
}
