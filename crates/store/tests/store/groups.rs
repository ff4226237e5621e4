//! Many writers at once.

use crate::notes::*;
use custos_testkit::both;
use futures::future::join_all;
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_writers_make_a_dense_log() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        let writers = (0..200).map(|n| {
            let (store, caller) = (store.clone(), caller.clone());
            tokio::spawn(async move { write(&store, &caller, n).await })
        });
        for outcome in join_all(writers).await {
            outcome.unwrap().unwrap();
        }
        assert_eq!(stored(store, installation.org()).await.len(), 200);
        check_consistency(installation).await;
    })
    .await;
}

/// Some of the members of a group give up, some fail: only their own rows are missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_gives_up_takes_nobody_along() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        let members = (0..60).map(|n| {
            let (store, caller) = (store.clone(), caller.clone());
            tokio::spawn(async move {
                let (tx, event) = insert(&store, &caller, n).await.unwrap();
                match n % 3 {
                    0 => drop(tx),
                    1 => {
                        let unfit = custos_kernel::audit::Detail::code("不是代码");
                        assert!(tx.finish(event.with("code", unfit)).await.is_err());
                    }
                    _ => tx.finish(event).await.unwrap(),
                }
            })
        });
        for outcome in join_all(members).await {
            outcome.unwrap();
        }
        let expected: HashSet<_> = (0..60).filter(|n| n % 3 == 2).map(number).collect();
        let found = stored(store, installation.org()).await;
        assert_eq!(found.into_iter().collect::<HashSet<_>>(), expected);
        check_consistency(installation).await;
    })
    .await;
}

/// Every writer also waits for the log while it holds a reading connection: more of them than there are connections.
#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_the_log_with_a_connection_in_hand_does_not_block() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        let readers = (0..40).map(|n| {
            let (store, caller) = (store.clone(), caller.clone());
            let sink = installation.sink().clone();
            tokio::spawn(async move {
                let read = store.read().await.unwrap();
                let permit = permit::<custos_kernel::policy::actions::Read>(&caller, number(n), 1);
                let event = custos_kernel::event::Event::of(&permit);
                if n % 2 == 0 {
                    sink.record(event).await.unwrap();
                } else {
                    sink.record_durably(event).await.unwrap();
                }
                drop(read);
            })
        });
        for outcome in join_all(readers).await {
            outcome.unwrap();
        }
        assert_eq!(installation.verify(installation.org()).await.size, 41);
    })
    .await;
}
