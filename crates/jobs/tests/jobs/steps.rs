//! Long work: in steps, broken off, gone on with, ended.

use crate::site::{About, LEASE, both};
use custos_jobs::State;
use custos_store::EngineKind;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn long(steps: i64) -> About {
    About {
        steps,
        waits: true,
        ..About::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_where_it_stopped_and_no_step_is_done_twice() {
    both(async |site| {
        let id = site.queue(site.about(long(5), 0)).await;
        site.writer.gate.add_permits(3);
        let node = Arc::clone(&site.jobs);
        let worker = tokio::spawn(async move { node.run_due().await.map(|_| ()) });
        site.until(async || site.effects(id).await.len() == 3).await;
        site.until(async || site.writer.begun.load(Ordering::SeqCst) == 4)
            .await;
        let seen = site.seen().await.remove(0);
        assert_eq!((seen.state, seen.progress), (State::Running, (3, Some(6))));
        // As a node ends that is killed.
        worker.abort();
        let _ = worker.await;
        assert_eq!(site.run_due().await, 0, "the lease has not run out");
        site.advance(LEASE);
        site.writer.gate.add_permits(10);
        assert_eq!(site.run_due().await, 1);
        let once: Vec<_> = (0..6).map(|step| (step, 1)).collect();
        assert_eq!(site.effects(id).await, once);
        assert_eq!(site.state(id).await.0, State::Done);
        site.verify().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_lets_go_of_is_taken_up_at_once() {
    both(async |site| {
        let id = site.queue(site.about(long(1), 0)).await;
        for all in [false, true] {
            let node = Arc::clone(&site.jobs);
            let worker = tokio::spawn(async move { node.run_due().await.map(|_| ()) });
            let begun = site.writer.begun.load(Ordering::SeqCst);
            site.until(async || site.state(id).await.0 == State::Running)
                .await;
            site.until(async || site.writer.begun.load(Ordering::SeqCst) > begun)
                .await;
            worker.abort();
            let _ = worker.await;
            let other = site.node().await;
            // Another node lets go of nothing that is not its own.
            other.let_go().await.unwrap();
            assert_eq!(site.state(id).await.0, State::Running);
            match all {
                false => site.jobs.let_go().await.unwrap(),
                true => other.recover().await.unwrap(),
            }
            let attempts = i64::from(all);
            assert_eq!(site.state(id).await, (State::Waiting, attempts, None));
        }
        site.writer.gate.add_permits(10);
        assert_eq!(site.run_due().await, 1);
        assert_eq!(site.effects(id).await, [(0, 1), (1, 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_ends_after_its_step_when_it_is_cancelled() {
    both(async |site| {
        let id = site.queue(site.about(long(5), 0)).await;
        site.writer.gate.add_permits(1);
        let node = Arc::clone(&site.jobs);
        let worker = tokio::spawn(async move { node.run_due().await.unwrap() });
        site.until(async || site.writer.begun.load(Ordering::SeqCst) == 2)
            .await;
        let seen = site.seen().await.remove(0);
        site.jobs.cancel(&site.admin(), seen.id).await.unwrap();
        let seen = site.seen().await.remove(0);
        assert!(seen.ending && !seen.cancellable() && !seen.retryable());
        site.writer.gate.add_permits(10);
        worker.await.unwrap();
        assert_eq!(site.state(id).await.0, State::Cancelled);
        // What was done stays; the step it was at is done.
        assert_eq!(site.effects(id).await, [(0, 1), (1, 1)]);
        assert!(site.jobs.retry(&site.admin(), seen.id).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_comes_back_too_late_changes_nothing() {
    both(async |site| {
        for (within, steps) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
            // The embedded engine has one writer: nobody passes a transaction there.
            if within && site.installation.store().engine() == EngineKind::Sqlite {
                continue;
            }
            let about = About {
                waits: !within,
                waits_within: within,
                steps,
                ..About::default()
            };
            let id = site.queue(site.about(about, 0)).await;
            let (begun, lost) = (&site.writer.begun, &site.writer.lost);
            let (before, lost_before) = (begun.load(Ordering::SeqCst), lost.load(Ordering::SeqCst));
            let slow = Arc::clone(&site.jobs);
            let slow = tokio::spawn(async move { slow.run_due().await.unwrap() });
            site.until(async || begun.load(Ordering::SeqCst) == before + 1)
                .await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            site.advance(LEASE);
            let fast = site.node().await;
            let fast = tokio::spawn(async move { fast.run_due().await.unwrap() });
            site.until(async || begun.load(Ordering::SeqCst) == before + 2)
                .await;
            // Who waits longest is let through first: the one with the older number.
            site.writer.gate.add_permits(1);
            site.until(async || lost.load(Ordering::SeqCst) == lost_before + 1)
                .await;
            assert_eq!(site.effects(id).await, []);
            assert_eq!(site.state(id).await.0, State::Running);
            site.writer
                .gate
                .add_permits(usize::try_from(steps).unwrap() + 1);
            assert_eq!((slow.await.unwrap(), fast.await.unwrap()), (1, 1));
            let once: Vec<_> = (0..=steps).map(|step| (step, 1)).collect();
            assert_eq!(site.effects(id).await, once);
            assert_eq!(
                site.state(id).await,
                (State::Done, 2 - steps, Some("written".to_owned()))
            );
        }
        site.verify().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_node_each_time_is_given_up() {
    both(async |site| {
        let id = site.queue(site.about(long(0), 0)).await;
        for _ in 0..4 {
            let begun = site.writer.begun.load(Ordering::SeqCst);
            let node = Arc::clone(&site.jobs);
            let worker = tokio::spawn(async move { node.run_due().await.map(|_| ()) });
            site.until(async || site.writer.begun.load(Ordering::SeqCst) > begun)
                .await;
            worker.abort();
            let _ = worker.await;
            site.advance(LEASE);
        }
        assert_eq!(site.run_due().await, 1);
        let told = (State::Failed, 5, Some("interrupted".to_owned()));
        assert_eq!(site.state(id).await, told);
        assert_eq!(site.effects(id).await, []);
    })
    .await;
}
