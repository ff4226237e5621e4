//! The organisation's key is replaced while jobs wait, rest between steps, and come again.

use crate::site::{About, Site, both};
use custos_jobs::{CatchUp, SEALED_COLUMNS, State};
use custos_kernel::crypto::Suite;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, Job, Resource};
use custos_store::WriteTx;
use std::sync::Arc;

enum Key {}
impl Resource for Key {
    const TYPE: &'static str = "key";
}

const ROTATED: EventName = EventName::declared("key.resealed", Occasion::Part);

/// Finishes a transaction of the rotation, which features have no part in.
async fn finish(site: &Site<'_>, tx: WriteTx<'_>) {
    let caller = Caller::system(Job::Keys, site.org());
    let event = Event::own::<Key>(&caller, &ROTATED, Some(*site.org().as_bytes()));
    tx.finish(event).await.unwrap();
    let store = site.installation.store();
    store.keys().refresh(store, site.org()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_is_sealed_anew_and_opens_as_before() {
    both(async |site| {
        let about = About {
            steps: 2,
            waits: true,
            ..About::default()
        };
        let long = site.queue(site.about(about, 0)).await;
        let node = Arc::clone(&site.jobs);
        let worker = tokio::spawn(async move { node.run_due().await.map(|_| ()) });
        site.writer.gate.add_permits(1);
        site.until(async || site.effects(long).await.len() == 1)
            .await;
        worker.abort();
        let _ = worker.await;
        site.jobs.let_go().await.unwrap();
        let waiting = site.queue(site.note("x", 60_000)).await;
        site.plan("hourly", "30 * * * *", CatchUp::Once).await;

        let store = site.installation.store();
        let mut tx = site.begin().await;
        let begun = store.keys().begin_rotation(&mut tx, Suite::Sm).await;
        assert!(begun.unwrap());
        finish(site, tx).await;
        let mut tx = site.begin().await;
        store.keys().activate(&mut tx).await.unwrap();
        finish(site, tx).await;
        let key = store.keys().get(store, site.org()).await.unwrap();
        let mut tx = site.begin().await;
        for column in SEALED_COLUMNS {
            let resealed = tx.reseal(&key, column, &[], 1_000).await.unwrap();
            assert!(resealed.changed > 0, "{}", column.name());
        }
        finish(site, tx).await;

        site.writer.gate.add_permits(10);
        assert_eq!(site.run_due().await, 1);
        assert_eq!(site.effects(long).await, [(0, 1), (1, 1), (2, 1)]);
        site.advance(30 * 60_000);
        assert_eq!(site.run_due().await, 2);
        assert_eq!(site.state(waiting).await.0, State::Done);
        let seen = site.seen().await;
        let left = seen.iter().filter(|seen| seen.state == State::Waiting);
        assert_eq!(left.count(), 1, "the next of the schedule");
    })
    .await;
}
