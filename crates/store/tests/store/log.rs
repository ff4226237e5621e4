//! Entries of reads, the sequencer's checkpoints, and the log as a change feed.

use crate::notes::*;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Resource, actions};
use custos_store::StoreError;
use custos_testkit::both;
use custos_values::{Clock, Timestamp};
use futures::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_read_is_visible_at_once() {
    both(&[MIGRATIONS], async |installation| {
        let caller = author(installation);
        for n in 0..20 {
            let permit = permit::<actions::Read>(&caller, number(n), 1);
            installation
                .sink()
                .record(Event::of(&permit))
                .await
                .unwrap();
            let mut read = installation.store().read().await.unwrap();
            let entries = entries(&mut read, installation.org()).await;
            assert_eq!(
                entries.last(),
                Some(&(i64::from(n) + 1, "note.read".to_owned()))
            );
        }
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unfit_entry_fails_its_own_request_only() {
    both(&[MIGRATIONS], async |installation| {
        let caller = author(installation);
        let records = (0..200).map(|n| {
            let permit = permit::<actions::Read>(&caller, number(n), 1);
            let event = Event::of(&permit);
            let event = if n % 10 == 0 {
                event.with("code", Detail::code("不是代码"))
            } else {
                event
            };
            installation.sink().record(event)
        });
        for (n, outcome) in join_all(records).await.into_iter().enumerate() {
            match outcome {
                Err(StoreError::Audit(_)) => assert_eq!(n % 10, 0),
                outcome => assert!(outcome.is_ok() && n % 10 != 0),
            }
        }
        assert_eq!(installation.verify(installation.org()).await.size, 181);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_before_a_flush_is_under_its_checkpoint() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller, org) = (
            installation.store(),
            author(installation),
            installation.org(),
        );
        let scope = everything(org);
        let verifier = store.log_verifier(org).await.unwrap();
        installation
            .clock()
            .set(Timestamp::from_millis(1_800_000_000_000));
        // Across the width of a tile, in steps that do not divide it.
        for (round, count) in [1_u32, 100, 160, 300].into_iter().enumerate() {
            for n in 0..count {
                write(store, &caller, round as u32 * 1000 + n)
                    .await
                    .unwrap();
            }
            installation.sequencer().flush().await.unwrap();
            let (newest, at) = store.newest_checkpoint(&scope).await.unwrap().unwrap();
            let mut read = store.read().await.unwrap();
            assert_eq!(newest.size as i64, read.log_next(&scope).await.unwrap());
            assert_eq!(at, installation.clock().now());
            assert_eq!(verifier.verify(&newest.note).unwrap().size, newest.size);
        }
        installation.reopen().await;
        let caller = author(installation);
        write(installation.store(), &caller, 99_999).await.unwrap();
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_changed_and_passes_reads_over() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller, org) = (
            installation.store(),
            author(installation),
            installation.org(),
        );
        write(store, &caller, 1).await.unwrap();
        let read_1 = permit::<actions::Read>(&caller, number(1), 1);
        installation
            .sink()
            .record(Event::of(&read_1))
            .await
            .unwrap();
        write(store, &caller, 2).await.unwrap();
        let mut read = store.read().await.unwrap();
        let scope = everything(org);
        let types = [Note::TYPE];
        let (changed, next) = read.log_changes(&scope, &types, 0, 100).await.unwrap();
        assert_eq!(
            (changed, next),
            (vec![(Note::TYPE, number(1)), (Note::TYPE, number(2))], 4)
        );
        let (changed, next) = read.log_changes(&scope, &types, 3, 100).await.unwrap();
        assert_eq!((changed, next), (vec![(Note::TYPE, number(2))], 4));
        assert_eq!(
            read.log_changes(&scope, &types, 4, 100).await.unwrap(),
            (vec![], 4)
        );
        let history = read.log_of(&read_1, None, 10).await.unwrap();
        assert_eq!(
            history.iter().map(|entry| entry.index).collect::<Vec<_>>(),
            [1]
        );
    })
    .await;
}
