//! Requests that go away in the middle of anything.

use crate::notes::*;
use custos_testkit::both;
use custos_values::Random;
use futures::future::join_all;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Writers are aborted after random times. Whatever was acknowledged is there, every row has its entry and the other
/// way round, and the store goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_whoever_else_was_aborted() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        let acknowledged = Arc::new(Mutex::new(HashSet::new()));
        let next = AtomicU32::new(0);
        for _ in 0..25 {
            let writers: Vec<_> = (0..20)
                .map(|_| {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let (store, caller) = (store.clone(), caller.clone());
                    let acknowledged = Arc::clone(&acknowledged);
                    tokio::spawn(async move {
                        write(&store, &caller, n).await.unwrap();
                        acknowledged.lock().await.insert(number(n));
                    })
                })
                .collect();
            for (i, writer) in writers.iter().enumerate() {
                let mut wait = [0; 2];
                installation.random().fill(&mut wait);
                if i % 2 == 0 {
                    let wait = u64::from(u16::from_le_bytes(wait)) % 1500;
                    tokio::time::sleep(Duration::from_micros(wait)).await;
                    writer.abort();
                }
            }
            for outcome in join_all(writers).await {
                assert!(outcome.is_ok() || outcome.unwrap_err().is_cancelled());
            }
        }
        let rows: HashSet<_> = stored(store, installation.org())
            .await
            .into_iter()
            .collect();
        let acknowledged = acknowledged.lock().await;
        assert!(acknowledged.len() >= 250);
        assert!(acknowledged.is_subset(&rows));
        write(store, &caller, 1_000_000).await.unwrap();
        check_consistency(installation).await;
        installation.reopen().await;
        let after: HashSet<_> = stored(installation.store(), installation.org())
            .await
            .into_iter()
            .collect();
        assert!(acknowledged.is_subset(&after));
        check_consistency(installation).await;
    })
    .await;
}

/// The only writer there is goes away while its commit is on its way: the change must not stay in an open transaction
/// until somebody else writes.
#[tokio::test(flavor = "multi_thread")]
async fn a_lone_writer_that_goes_away_leaves_no_transaction_open() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller, org) = (
            installation.store(),
            author(installation),
            installation.org(),
        );
        installation.sequencer().flush().await.unwrap();
        for n in 0..50 {
            let (tx, event) = insert(store, &caller, n).await.unwrap();
            let mut finish = Box::pin(tx.finish(event));
            // Polled so often and no more.
            for _ in 0..=n % 5 {
                if futures::poll!(&mut finish).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(finish);
        }
        // No further writer comes. On the embedded engine each commit was begun and is completed; a server rolls back
        // what it was not told to commit.
        if store.engine() == custos_store::EngineKind::Sqlite {
            for _ in 0..500 {
                if stored(store, org).await.len() == 50 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert_eq!(stored(store, org).await.len(), 50);
        }
        check_consistency(installation).await;
    })
    .await;
}

/// A turn that waits in the queue is given up: those behind it move on.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_stops_waiting_for_its_turn_blocks_nobody() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        let (first, event) = insert(store, &caller, 0).await.unwrap();
        let waiting: Vec<_> = (1..10)
            .map(|n| {
                let (store, caller) = (store.clone(), caller.clone());
                tokio::spawn(async move { write(&store, &caller, n).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        waiting
            .iter()
            .step_by(2)
            .for_each(tokio::task::JoinHandle::abort);
        first.finish(event).await.unwrap();
        for (i, writer) in waiting.into_iter().enumerate() {
            let outcome = tokio::time::timeout(Duration::from_secs(20), writer)
                .await
                .unwrap();
            assert!(i % 2 == 0 || outcome.unwrap().is_ok());
        }
        check_consistency(installation).await;
    })
    .await;
}
