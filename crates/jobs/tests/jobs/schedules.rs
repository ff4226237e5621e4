//! What comes again: once per time, whoever does it, whenever the server was there.

use crate::site::{About, Note, Site, both};
use custos_jobs::{CatchUp, Cron, Plan, State};
use custos_kernel::policy::Origin;
use custos_store::Value;
use custos_values::Timestamp;
use std::sync::Arc;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The times of the jobs there are of a state, earliest first.
async fn times(site: &Site<'_>, state: State) -> Vec<String> {
    let seen = site.seen().await;
    let of = seen.iter().filter(|seen| seen.state == state);
    let mut times: Vec<Timestamp> = of.map(|seen| seen.due_at).collect();
    times.sort_unstable();
    times.iter().map(Timestamp::to_string).collect()
}

async fn effects(site: &Site<'_>) -> i64 {
    let rows = site.sql("SELECT COUNT(*) FROM effect", &[]).await;
    rows[0].int(0).unwrap()
}

// The clock starts at 09:00 in Shanghai.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_one_makes_the_next() {
    both(async |site| {
        assert_eq!(site.plan("hourly", "30 * * * *", CatchUp::Once).await, 2);
        assert_eq!(site.plan("hourly", "30 * * * *", CatchUp::Once).await, 0);
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-05T01:30:00.000Z"]
        );
        site.advance(30 * MINUTE);
        assert_eq!(site.run_due().await, 1);
        assert_eq!(times(site, State::Done).await, ["2026-01-05T01:30:00.000Z"]);
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-05T02:30:00.000Z"]
        );
        assert_eq!(site.run_due().await, 0);
        site.verify().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_done_once_or_not_at_all() {
    both(async |site| {
        site.plan("once", "30 * * * *", CatchUp::Once).await;
        site.advance(30 * MINUTE + 50 * HOUR);
        assert_eq!(site.run_due().await, 1 + sweeps(site).await);
        assert_eq!(effects(site).await, 1);
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-07T04:30:00.000Z"]
        );

        site.plan("skip", "30 * * * *", CatchUp::Skip).await;
        let mut tx = site.begin().await;
        let origin = Origin::default();
        let gone = site
            .jobs
            .unschedule(&mut tx, site.org(), &origin, "once")
            .await;
        tx.finish(gone.unwrap().unwrap()).await.unwrap();
        site.advance(5 * HOUR);
        site.run_due().await;
        assert_eq!(effects(site).await, 1, "it was left out");
        let seen = site.seen().await;
        assert!(
            seen.iter()
                .any(|seen| seen.code.as_deref() == Some("skipped"))
        );
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-07T09:30:00.000Z"]
        );
        // A little late is not missed.
        site.advance(HOUR + 5 * MINUTE);
        site.run_due().await;
        assert_eq!(effects(site).await, 2);
    })
    .await;
}

/// Sweeps that were done, which every organisation has.
async fn sweeps(site: &Site<'_>) -> usize {
    let wanted = (Some("jobs_sweep"), Some(State::Done));
    site.jobs
        .list(&site.admin(), wanted, None, 50)
        .await
        .unwrap()
        .0
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_nodes_make_one_of_each_time() {
    both(async |site| {
        site.plan("often", "*/5 * * * *", CatchUp::Once).await;
        let mut nodes = vec![Arc::clone(&site.jobs)];
        for _ in 0..3 {
            nodes.push(site.node().await);
        }
        for _ in 0..6 {
            site.advance(5 * MINUTE);
            let running: Vec<_> = nodes
                .iter()
                .map(|node| {
                    let node = Arc::clone(node);
                    tokio::spawn(async move { node.run_due().await.unwrap() })
                })
                .collect();
            for node in running {
                node.await.unwrap();
            }
        }
        assert_eq!(effects(site).await, 6);
        let done = times(site, State::Done).await;
        assert_eq!(done.len(), 6);
        assert!(done.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(times(site, State::Waiting).await.len(), 1);
        // What every organisation has was made once, although four nodes looked for it.
        let rows = site
            .sql(
                "SELECT COUNT(*) FROM job_schedule WHERE name = 'jobs_sweep'",
                &[],
            )
            .await;
        assert_eq!(rows[0].int(0).unwrap(), 1);
        let rows = site
            .sql("SELECT COUNT(*) FROM job WHERE kind = 'jobs_sweep'", &[])
            .await;
        assert_eq!(rows[0].int(0).unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_one_and_failing_at_one_do_not_end_the_schedule() {
    both(async |site| {
        site.plan("hourly", "30 * * * *", CatchUp::Once).await;
        let first = site.seen().await[0].id;
        site.jobs.cancel(&site.admin(), first).await.unwrap();
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-05T02:30:00.000Z"]
        );
        let seen = site.seen().await;
        let waiting = seen.iter().find(|seen| seen.state == State::Waiting);
        let second = waiting.unwrap().id;
        let sql = "UPDATE job SET payload = NULL WHERE id = $1";
        site.sql(sql, &[Value::from(second.as_bytes())]).await;
        site.advance(2 * HOUR);
        site.run_due().await;
        assert_eq!(
            times(site, State::Failed).await,
            ["2026-01-05T02:30:00.000Z"]
        );
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-05T03:30:00.000Z"]
        );
        // One that failed and is ended afterwards makes no second next one.
        site.jobs.cancel(&site.admin(), second).await.unwrap();
        assert_eq!(times(site, State::Waiting).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_and_is_tried_again_is_not_left_out_as_missed() {
    both(async |site| {
        for (name, passing, state, code) in [
            ("lasting", false, State::Failed, "test_lasting"),
            ("passing", true, State::Waiting, "test_passing"),
        ] {
            let plan = Plan::<Note> {
                name: name.to_owned(),
                cron: Cron::parse("30 * * * *", "Asia/Shanghai").unwrap(),
                catch_up: CatchUp::Skip,
                payload: About {
                    fails: Some(passing),
                    ..About::default()
                },
            };
            let (mut tx, origin) = (site.begin().await, Origin::default());
            let made = site
                .jobs
                .schedule(&mut tx, site.org(), &origin, &plan)
                .await;
            tx.finish_all(made.unwrap()).await.unwrap();
            site.advance(30 * MINUTE);
            site.run_due().await;
            let seen = site.seen().await;
            let tried = seen
                .iter()
                .find(|seen| seen.attempts == 1 && seen.state == state);
            let id = tried.unwrap().id;
            site.advance(20 * MINUTE);
            site.jobs.retry(&site.admin(), id).await.unwrap();
            site.run_due().await;
            let told = (state, 1, Some(code.to_owned()));
            assert_eq!(site.state(*id.as_bytes()).await, told);
            let (mut tx, origin) = (site.begin().await, Origin::default());
            let gone = site
                .jobs
                .unschedule(&mut tx, site.org(), &origin, name)
                .await;
            tx.finish(gone.unwrap().unwrap()).await.unwrap();
            site.advance(10 * MINUTE);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_set_anew_leaves_nothing_of_the_former() {
    both(async |site| {
        site.plan("daily", "0 12 * * *", CatchUp::Once).await;
        assert_eq!(site.plan("daily", "0 10 * * *", CatchUp::Once).await, 2);
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-05T02:00:00.000Z"]
        );
        assert_eq!(site.plan("daily", "0 12 * * *", CatchUp::Once).await, 2);
        assert_eq!(
            times(site, State::Waiting).await,
            ["2026-01-05T04:00:00.000Z"]
        );
        site.advance(4 * HOUR);
        site.run_due().await;
        assert_eq!(effects(site).await, 1);
        let mut tx = site.begin().await;
        let origin = Origin::default();
        let gone = site
            .jobs
            .unschedule(&mut tx, site.org(), &origin, "daily")
            .await
            .unwrap();
        tx.finish(gone.unwrap()).await.unwrap();
        site.advance(48 * HOUR);
        site.run_due().await;
        assert_eq!(effects(site).await, 1);
        let mut tx = site.begin().await;
        let none = site
            .jobs
            .unschedule(&mut tx, site.org(), &origin, "daily")
            .await;
        assert!(none.unwrap().is_none());
        let _ = site
            .jobs
            .withdraw::<Note>(&mut tx, site.org(), &origin, &site.key("x"))
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_altered_in_the_database_ends_and_says_so() {
    both(async |site| {
        for altered in [
            "payload = zero.payload",
            "cron = '* * * * *'",
            "zone = 'UTC'",
            "catch_up = 'skip'",
        ] {
            let before = effects(site).await;
            site.plan("hourly", "30 * * * *", CatchUp::Once).await;
            site.plan("other", "0 12 1 1 *", CatchUp::Once).await;
            let sql = format!(
                "UPDATE job_schedule SET {altered} \
                 FROM (SELECT payload FROM job_schedule WHERE name = 'other') AS zero WHERE name = 'hourly'"
            );
            site.sql(&sql, &[]).await;
            site.advance(HOUR);
            site.run_due().await;
            // What was queued before is as it was.
            assert_eq!(effects(site).await, before + 1, "{altered}");
            let sql = "SELECT code, next_at FROM job_schedule WHERE name = 'hourly'";
            let rows = site.sql(sql, &[]).await;
            assert_eq!(rows[0].text(0).unwrap(), "payload_damaged", "{altered}");
            assert_eq!(rows[0].int_opt(1).unwrap(), None);
            // Set anew, it goes on.
            assert_eq!(site.plan("hourly", "30 * * * *", CatchUp::Once).await, 2);
        }
        site.verify().await;
    })
    .await;
}
