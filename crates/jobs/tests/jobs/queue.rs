//! Queued, done once, tried again, given up.

use crate::site::{About, Note, both};
use custos_jobs::State;
use custos_kernel::policy::{DataScope, Origin, Role};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_exists_if_and_only_if_the_change_does() {
    both(async |site| {
        let origin = Origin::default();
        let mut tx = site.begin().await;
        let new = site.note("lost", 0);
        let made = site.jobs.enqueue(&mut tx, site.org(), &origin, &new).await;
        drop((tx, made));
        assert_eq!(site.run_due().await, 0);
        let id = site.queue(site.note("kept", 0)).await;
        assert_eq!(site.run_due().await, 1);
        assert_eq!(site.effects(id).await, [(0, 1)]);
        let told = (State::Done, 1, Some("written".to_owned()));
        assert_eq!(site.state(id).await, told);
        assert_eq!(site.run_due().await, 0);
        site.verify().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_done_when_its_time_has_come_and_not_before() {
    both(async |site| {
        let id = site.queue(site.note("later", 60_000)).await;
        assert_eq!(site.run_due().await, 0);
        site.advance(59_999);
        assert_eq!(site.run_due().await, 0);
        site.advance(1);
        assert_eq!(site.run_due().await, 1);
        assert_eq!(site.effects(id).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_key_there_is_one_until_it_is_withdrawn() {
    both(async |site| {
        let (org, origin) = (site.org(), Origin::default());
        let key = site.key("remind");
        let first = site.queue(site.note("a", 60_000).once(key.clone())).await;
        let mut tx = site.begin().await;
        let again = site.note("b", 60_000).once(key.clone());
        let known = site.jobs.enqueue(&mut tx, org, &origin, &again).await;
        assert!(known.unwrap().is_none());
        let other = site.note("c", 60_000).once(site.key("other"));
        let made = site.jobs.enqueue(&mut tx, org, &origin, &other).await;
        tx.finish(made.unwrap().unwrap().event).await.unwrap();
        let mut tx = site.begin().await;
        let gone = site
            .jobs
            .withdraw::<Note>(&mut tx, org, &origin, &key)
            .await;
        tx.finish(gone.unwrap().unwrap()).await.unwrap();
        let withdrawn = (State::Cancelled, 0, Some("withdrawn".to_owned()));
        assert_eq!(site.state(first).await, withdrawn);
        let second = site.queue(site.note("d", 60_000).once(key.clone())).await;
        site.advance(60_000);
        assert_eq!(site.run_due().await, 2);
        assert_eq!(site.effects(first).await, []);
        assert_eq!(site.effects(second).await, [(0, 1)]);
        let mut tx = site.begin().await;
        let done = site
            .jobs
            .withdraw::<Note>(&mut tx, org, &origin, &key)
            .await;
        assert!(done.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_nodes_one_does_it() {
    both(async |site| {
        let mut ids = Vec::new();
        for _ in 0..8 {
            ids.push(site.queue(site.note("x", 0)).await);
        }
        let mut nodes = vec![Arc::clone(&site.jobs)];
        for _ in 0..3 {
            nodes.push(site.node().await);
        }
        let running: Vec<_> = nodes
            .into_iter()
            .map(|node| tokio::spawn(async move { node.run_due().await.unwrap() }))
            .collect();
        let mut taken = 0;
        for node in running {
            taken += node.await.unwrap();
        }
        // One whose turn came while two others were under way may have left some.
        taken += site.run_due().await;
        assert_eq!(taken, 8);
        for id in ids {
            assert_eq!(site.effects(id).await, [(0, 1)]);
        }
        site.verify().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_now_is_tried_again_with_longer_pauses_and_then_given_up() {
    both(async |site| {
        let about = About {
            fails: Some(true),
            ..About::default()
        };
        let id = site.queue(site.about(about, 0)).await;
        let code = Some("test_passing".to_owned());
        for (attempt, pause) in (1..=4).zip([10_000, 20_000, 40_000, 0]) {
            assert_eq!(site.run_due().await, 1, "attempt {attempt}");
            let state = if attempt < 4 {
                State::Waiting
            } else {
                State::Failed
            };
            assert_eq!(site.state(id).await, (state, attempt, code.clone()));
            site.advance(pause - 1);
            assert_eq!(site.run_due().await, 0, "a pause comes first");
            site.advance(pause / 5 + 2);
        }
        site.advance(12 * 3_600_000);
        assert_eq!(site.run_due().await, 0);
        assert_eq!(site.effects(id).await, []);
        let seen = site.seen().await.remove(0);
        assert!(seen.retryable() && seen.cancellable());
        site.jobs.retry(&site.admin(), seen.id).await.unwrap();
        assert_eq!(site.run_due().await, 1);
        assert_eq!(site.state(id).await, (State::Waiting, 1, code));
        site.jobs.cancel(&site.admin(), seen.id).await.unwrap();
        assert_eq!(site.state(id).await.0, State::Cancelled);
        assert!(site.jobs.retry(&site.admin(), seen.id).await.is_err());
        assert!(site.jobs.cancel(&site.admin(), seen.id).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_good_is_given_up_at_once_and_a_panic_is_a_failure() {
    both(async |site| {
        let lasting = About {
            fails: Some(false),
            ..About::default()
        };
        let panicking = About {
            panics: true,
            ..About::default()
        };
        let lasting = site.queue(site.about(lasting, 0)).await;
        let panicking = site.queue(site.about(panicking, 0)).await;
        assert_eq!(site.run_due().await, 2);
        let told = (State::Failed, 1, Some("test_lasting".to_owned()));
        assert_eq!(site.state(lasting).await, told);
        let told = (State::Waiting, 1, Some("panicked".to_owned()));
        assert_eq!(site.state(panicking).await, told);
        site.verify().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_system_administrator_sees_and_touches_jobs() {
    both(async |site| {
        site.queue(site.note("x", 60_000)).await;
        let id = site.seen().await[0].id;
        for role in [Role::SalesLead, Role::Sales, Role::AuditAdmin] {
            let caller = site.installation.caller(role, DataScope::All, None);
            assert!(
                site.jobs
                    .list(&caller, (None, None), None, 10)
                    .await
                    .is_err()
            );
            assert!(site.jobs.retry(&caller, id).await.is_err());
            assert!(site.jobs.cancel(&caller, id).await.is_err());
        }
        // It was never tried: there is nothing to try again, before its time.
        assert!(site.jobs.retry(&site.admin(), id).await.is_err());
        site.jobs.cancel(&site.admin(), id).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_wakes_when_something_is_queued() {
    both(async |site| {
        let worker = tokio::spawn(Arc::clone(&site.jobs).run());
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let id = site.queue(site.note("now", 0)).await;
        let done = site.until(async || site.effects(id).await == [(0, 1)]);
        // Sooner than it is looked for what other nodes queued.
        let soon = std::time::Duration::from_secs(3);
        assert!(tokio::time::timeout(soon, done).await.is_ok());
        worker.abort();
        let _ = worker.await;
    })
    .await;
}
