//! Many nodes that break off at any moment: before the transaction, within it, while it is committed, after it.

use crate::site::{About, LEASE, Memo, Site, both};
use custos_jobs::{Kind, New, State};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::time::Duration;

/// A job: steps besides the last.
type Steps = i64;
/// A life of a node: microseconds until it breaks off, and milliseconds the clock moves then.
type Life = (u64, i64);

/// Every effect is there once, whatever happened.
async fn survives(site: &Site<'_>, jobs: &[Steps], nodes: &[Vec<Life>]) {
    let mut ids = Vec::new();
    for steps in jobs {
        let about = About {
            steps: *steps,
            ..About::default()
        };
        // Of a kind that is not given up, however often its node breaks off.
        let new = New::<Memo>::at(site.now(), about);
        ids.push((site.queue(new).await, *steps));
    }
    let lives = nodes.iter().map(async |lives| {
        let node = site.node().await;
        for (breaks_off, passes) in lives {
            // Dropped wherever it is: everything it waits for ends there.
            let life = tokio::time::timeout(Duration::from_micros(*breaks_off), node.run_due());
            if let Ok(outcome) = life.await {
                outcome.unwrap();
            }
            site.advance(*passes);
        }
    });
    futures::future::join_all(lives).await;
    // A node that lasts goes on with what the others left.
    for _ in 0..200 {
        site.run_due().await;
        let seen = site.seen_of(Memo::NAME).await;
        if seen.iter().all(|seen| seen.state == State::Done) {
            break;
        }
        site.advance(LEASE);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for (id, steps) in ids {
        let once: Vec<_> = (0..=steps).map(|step| (step, 1)).collect();
        assert_eq!(site.effects(id).await, once);
    }
    let seen = site.seen_of(Memo::NAME).await;
    assert!(
        seen.iter().all(|seen| seen.state == State::Done),
        "{seen:?}"
    );
    site.verify().await;
}

#[test]
fn whatever_breaks_off_each_effect_is_there_once() {
    let life = (
        100..30_000u64,
        prop_oneof![Just(0), Just(1_000), Just(LEASE)],
    );
    let plan = (
        prop::collection::vec(0..4i64, 1..8),
        prop::collection::vec(prop::collection::vec(life, 1..8), 1..4),
    );
    let mut runner = TestRunner::new(Config {
        cases: 12,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let outcome = runner.run(&plan, |(jobs, nodes)| {
        let test = both(async |site| survives(site, &jobs, &nodes).await);
        runtime.block_on(test);
        Ok(())
    });
    outcome.unwrap();
}
