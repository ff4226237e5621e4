//! Messages from the transaction that makes them to the provider.

use super::site::{CODE, NUMBER, REFUSED, Site, TAKEN, both};
use crate::message::{Draft, State};
use crate::outbox::Outbox;
use crate::sms::HttpFailure;
use custos_kernel::policy::Caller;
use std::sync::Arc;

impl Outbox {
    pub(super) async fn newest(&self, caller: &Caller) -> (&'static str, i64, Option<String>) {
        let (listed, _) = self
            .messages(caller, None, None, 1)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let row = &listed[0].row;
        (row.state.name(), row.attempts, row.error.clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_exists_if_and_only_if_the_change_does() {
    both(async |site| {
        let mut tx = site.begin().await;
        let event = site.enqueue(&mut tx, &Site::draft()).await;
        drop((tx, event));
        assert_eq!(site.send_due().await, 0);
        site.queue().await;
        assert_eq!(site.send_due().await, 1);
        assert_eq!(site.provider.asked(), 1);
        assert!(site.provider.last().contains(CODE) && site.provider.last().contains(NUMBER));
        assert_eq!(site.newest().await, ("sent", 1, None));
        assert_eq!(site.send_due().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_nodes_one_sends() {
    both(async |site| {
        site.queue().await;
        let nodes: Vec<_> = (0..20)
            .map(|_| {
                let outbox = Arc::clone(&site.outbox);
                tokio::spawn(async move { outbox.send_due().await.map_err(|e| e.to_string()) })
            })
            .collect();
        for node in nodes {
            node.await.unwrap().unwrap();
        }
        assert_eq!(site.provider.asked(), 1);
        assert_eq!(site.newest().await.0, "sent");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_node_left_is_taken_up_when_its_lease_ends() {
    both(async |site| {
        site.queue().await;
        // As a node leaves it that was killed while the provider had the message.
        let lease_ends = site.installation.store().clock().now().millis() + 300_000;
        site.installation
            .store()
            .tamper_for_tests(
                "UPDATE message SET state = 'sending', attempts = 1, next_at = $1",
                &[lease_ends.into()],
            )
            .await
            .unwrap();
        assert_eq!(site.send_due().await, 0);
        site.installation.clock().advance(299_000);
        assert_eq!(site.send_due().await, 0);
        site.installation.clock().advance(1_000);
        assert_eq!(site.send_due().await, 1);
        assert_eq!(site.newest().await, ("sent", 2, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_tried_eight_times_and_then_given_up_and_can_be_tried_again() {
    both(async |site| {
        site.provider.answers(Err(HttpFailure::Unreachable));
        site.queue().await;
        // Each a little longer than the longest pause of the table.
        let minutes = [1, 3, 13, 40, 180, 480, 1140, 2400];
        for (attempt, minutes) in (1..).zip(minutes) {
            assert_eq!(site.send_due().await, 1, "attempt {attempt}");
            let state = if attempt < 8 { "queued" } else { "failed" };
            let told = (state, attempt, Some("unreachable".to_owned()));
            assert_eq!(site.newest().await, told);
            assert_eq!(site.send_due().await, 0, "a pause comes first");
            site.installation.clock().advance(minutes * 60_000);
        }
        assert_eq!(site.send_due().await, 0);
        let admin = site.admin();
        let (listed, total) = site
            .outbox
            .messages(&admin, None, Some(State::Failed), 10)
            .await
            .unwrap();
        assert_eq!((listed.len(), total), (1, 1));
        site.provider.answers(TAKEN);
        let id = listed[0].row.id;
        site.outbox
            .retry(&admin, id)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        // Its code has run out by now: it was good for forty hours.
        assert_eq!(site.send_due().await, 1);
        assert_eq!(site.newest().await.0, "dropped");
        assert!(site.outbox.retry(&admin, id).await.is_err());
        site.outbox
            .remove(&admin, id)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(site.outbox.remove(&admin, id).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_ends_it_at_once() {
    both(async |site| {
        site.provider.answers(REFUSED);
        site.queue().await;
        site.send_due().await;
        assert_eq!(
            site.newest().await,
            ("failed", 1, Some("provider_refused".to_owned()))
        );
        site.provider.answers(TAKEN);
        let admin = site.admin();
        let (listed, _) = site.outbox.messages(&admin, None, None, 1).await.unwrap();
        site.outbox
            .retry(&admin, listed[0].row.id)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(site.send_due().await, 1);
        assert_eq!(site.newest().await, ("sent", 1, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_worth_nothing_any_more_is_not_sent() {
    both(async |site| {
        let mut tx = site.begin().await;
        let draft = Draft {
            life_ms: 1_000,
            ..Site::draft()
        };
        let event = site.enqueue(&mut tx, &draft).await;
        tx.finish(event).await.unwrap();
        site.installation.clock().advance(1_000);
        site.send_due().await;
        assert_eq!(
            site.newest().await,
            ("dropped", 1, Some("expired".to_owned()))
        );
        assert_eq!(site.provider.asked(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_nowhere_and_whom_it_went_to_only_masked() {
    both(async |site| {
        site.queue().await;
        let admin = site.admin();
        for sent in [false, true] {
            if sent {
                site.send_due().await;
            }
            assert!(!site.installation.dump_shows(CODE));
            assert!(!site.installation.dump_shows(NUMBER));
            let (listed, _) = site.outbox.messages(&admin, None, None, 1).await.unwrap();
            assert_eq!(listed[0].recipient, "138****5678");
            assert_eq!(listed[0].row.kept, !sent);
        }
        let report = site.installation.verify(site.installation.org()).await;
        assert!(report.is_ok(), "{report:?}");
    })
    .await;
}
