//! How much there may be, whose turn it is, and what is swept.

use crate::site::{About, both, both_with, limits};
use custos_jobs::{JobsError, Limits, State};
use custos_kernel::policy::Origin;
use custos_values::OrgId;
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_so_many_and_each_is_so_large() {
    both(async |site| {
        let origin = Origin::default();
        for _ in 0..limits().open {
            site.queue(site.note("x", 60_000)).await;
        }
        let mut tx = site.begin().await;
        let more = site.note("x", 60_000);
        let refused = site.jobs.enqueue(&mut tx, site.org(), &origin, &more).await;
        assert!(matches!(refused, Err(JobsError::Full)));
        drop(tx);
        let other = OrgId::new(site.installation.clock(), site.installation.random());
        site.installation.make_organisation(other).await;
        let mut tx = site.begin_in(other).await;
        let large = site.note(&"x".repeat(2_000), 0);
        let refused = site.jobs.enqueue(&mut tx, other, &origin, &large).await;
        assert!(matches!(refused, Err(JobsError::TooLarge)));
        let fits = site.note(&"x".repeat(1_000), 0);
        let made = site.jobs.enqueue(&mut tx, other, &origin, &fits).await;
        tx.finish(made.unwrap().unwrap().event).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_take_turns_and_their_jobs_go_by_time() {
    let one_at_a_time = Limits {
        on_node: 1,
        ..limits()
    };
    both_with(one_at_a_time, async |site| {
        let other = OrgId::new(site.installation.clock(), site.installation.random());
        site.installation.make_organisation(other).await;
        let mut mine = Vec::new();
        for after in [300, 100, 200] {
            mine.push((after, site.queue(site.note("x", after)).await));
        }
        mine.sort_unstable();
        site.advance(1_000);
        let mut theirs = Vec::new();
        for _ in 0..3 {
            theirs.push(site.queue_in(other, site.note("x", 0)).await);
        }
        site.run_due().await;
        let order = site.writer.order.lock().unwrap().clone();
        let of_mine: Vec<_> = order.iter().filter(|id| !theirs.contains(id)).collect();
        assert_eq!(of_mine, mine.iter().map(|(_, id)| id).collect::<Vec<_>>());
        assert_eq!(order.len(), 6);
        let turns = order.windows(2);
        let mut turns = turns.map(|pair| theirs.contains(&pair[0]) != theirs.contains(&pair[1]));
        assert!(turns.all(|turn| turn), "{order:?} {theirs:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_organisation_does_not_hold_up_another() {
    both(async |site| {
        let other = OrgId::new(site.installation.clock(), site.installation.random());
        site.installation.make_organisation(other).await;
        let stuck = About {
            waits: true,
            ..About::default()
        };
        for _ in 0..10 {
            site.queue(site.about(stuck.clone(), 0)).await;
        }
        site.advance(1_000);
        let theirs = site.queue_in(other, site.note("x", 0)).await;
        let node = Arc::clone(&site.jobs);
        let worker = tokio::spawn(async move { node.run_due().await.unwrap() });
        site.until(async || site.effects(theirs).await == [(0, 1)])
            .await;
        site.until(async || {
            let mine = site.seen().await;
            let running = mine.iter().filter(|seen| seen.state == State::Running);
            running.count() == 2
        })
        .await;
        site.writer.gate.add_permits(100);
        worker.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_nodes_there_are_so_many_of_an_organisation_run_at_once() {
    both(async |site| {
        let stuck = About {
            waits: true,
            ..About::default()
        };
        for _ in 0..8 {
            site.queue(site.about(stuck.clone(), 0)).await;
        }
        let mut nodes = Vec::new();
        for _ in 0..4 {
            let node = site.node().await;
            nodes.push(tokio::spawn(async move { node.run_due().await.unwrap() }));
        }
        let begun = || site.writer.begun.load(Ordering::SeqCst);
        site.until(async || begun() == 2).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(begun(), 2);
        site.writer.gate.add_permits(100);
        for node in nodes {
            node.await.unwrap();
        }
        site.run_due().await;
        assert_eq!(begun(), 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_long_ago_is_swept() {
    both(async |site| {
        let day = 24 * 3_600_000;
        let lasting = About {
            fails: Some(false),
            ..About::default()
        };
        let done = site.queue(site.note("done", 0)).await;
        let failed = site.queue(site.about(lasting, 0)).await;
        let waiting = site.queue(site.note("later", 200 * day)).await;
        site.run_due().await;
        let there = async || -> Vec<[u8; 16]> {
            let seen = site.seen().await;
            let mut ids: Vec<_> = seen.iter().map(|seen| *seen.id.as_bytes()).collect();
            ids.sort_unstable();
            ids
        };
        site.advance(13 * day);
        site.run_due().await;
        let mut all = [waiting, failed, done];
        all.sort_unstable();
        assert_eq!(there().await, all);
        site.advance(2 * day);
        site.run_due().await;
        let mut left = [waiting, failed];
        left.sort_unstable();
        assert_eq!(there().await, left);
        site.advance(80 * day);
        site.run_due().await;
        assert_eq!(there().await, [waiting]);
        assert_eq!(site.state(waiting).await.0, State::Waiting);
        let listed = site
            .jobs
            .list(&site.admin(), (Some("jobs_sweep"), None), None, 50)
            .await;
        let (sweeps, _) = listed.unwrap();
        // However long no server was there, it was swept once, and waits for its next time.
        assert!(sweeps.len() <= 4, "{sweeps:?}");
        assert_eq!(sweeps[0].state, State::Waiting);
        site.verify().await;
    })
    .await;
}
