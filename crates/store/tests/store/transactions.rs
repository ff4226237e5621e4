//! A change and its entry stand or fall together.

use crate::notes::*;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use custos_store::{StoreError, Value};
use custos_testkit::both;

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_change_is_there_with_its_entry() {
    both(&[MIGRATIONS], async |installation| {
        let caller = author(installation);
        write(installation.store(), &caller, 1).await.unwrap();
        installation.reopen().await;
        assert_eq!(
            stored(installation.store(), installation.org()).await,
            [number(1)]
        );
        let mut read = installation.store().read().await.unwrap();
        let expected = [
            (0, "organisation.create".to_owned()),
            (1, "note.create".to_owned()),
        ];
        assert_eq!(entries(&mut read, installation.org()).await, expected);
        drop(read);
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_change_leaves_nothing() {
    both(&[MIGRATIONS], async |installation| {
        let caller = author(installation);
        let unfinished = insert(installation.store(), &caller, 1).await.unwrap();
        drop(unfinished);
        assert!(
            stored(installation.store(), installation.org())
                .await
                .is_empty()
        );
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_at_an_old_version_is_stale() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        write(store, &caller, 1).await.unwrap();
        let change = async |id, version| {
            let permit = permit::<actions::Update>(&caller, id, version);
            let mut tx = store.write(&caller).await.unwrap();
            let sql = "UPDATE note SET version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $3";
            tx.change(&permit, sql, &[]).await?;
            tx.finish(Event::of(&permit)).await
        };
        assert!(change(number(1), 1).await.is_ok());
        assert!(matches!(change(number(1), 1).await, Err(StoreError::Stale)));
        assert!(matches!(change(number(2), 1).await, Err(StoreError::Stale)));
        assert!(change(number(1), 2).await.is_ok());
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_not_fit_for_the_log_takes_the_change_with_it() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        for detail in [
            Detail::code("张三 13800001234"),
            Detail::code("x".repeat(65)),
            Detail::count(u64::MAX),
        ] {
            let (tx, event) = insert(store, &caller, 1).await.unwrap();
            let outcome = tx.finish(event.with("reason", detail)).await;
            assert!(matches!(outcome, Err(StoreError::Audit(_))));
        }
        let (tx, _) = insert(store, &caller, 1).await.unwrap();
        assert!(matches!(
            tx.finish_all(Vec::new()).await,
            Err(StoreError::Audit(_))
        ));
        assert!(stored(store, installation.org()).await.is_empty());
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_log_nothing_changes() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        store
            .tamper_for_tests("ALTER TABLE audit_entry RENAME TO away", &[])
            .await
            .unwrap();
        assert!(write(store, &caller, 1).await.is_err());
        let permit = permit::<actions::Read>(&caller, number(1), 1);
        assert!(
            installation
                .sink()
                .record(Event::of(&permit))
                .await
                .is_err()
        );
        assert!(
            installation
                .sink()
                .record_durably(Event::of(&permit))
                .await
                .is_err()
        );
        store
            .tamper_for_tests("ALTER TABLE away RENAME TO audit_entry", &[])
            .await
            .unwrap();
        assert!(stored(store, installation.org()).await.is_empty());
        write(store, &caller, 1).await.unwrap();
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_statement_the_transaction_cannot_be_finished() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        write(store, &caller, 1).await.unwrap();
        let (mut tx, event) = insert(store, &caller, 2).await.unwrap();
        let again = permit::<actions::Create>(&caller, number(3), 0);
        let more = [Value::Null, Value::Null, Value::from("word-1")];
        let outcome = tx.put(&again, INSERT, &more).await;
        assert!(matches!(outcome, Err(StoreError::Duplicate)));
        assert!(tx.finish(event).await.is_err());
        assert_eq!(stored(store, installation.org()).await, [number(1)]);
        check_consistency(installation).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_connections_change_nothing() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        write(store, &caller, 1).await.unwrap();
        let mut read = store.read().await.unwrap();
        assert!(
            read.lookup(&caller, "DELETE FROM note WHERE org_id = $1", &[])
                .await
                .is_err()
        );
        drop(read);
        assert_eq!(stored(store, installation.org()).await, [number(1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_takes_no_changes() {
    both(&[MIGRATIONS], async |installation| {
        let caller = author(installation);
        let store = installation.store().clone();
        installation.reopen().await;
        assert!(write(&store, &caller, 1).await.is_err());
        drop(store);
        write(installation.store(), &caller, 2).await.unwrap();
        assert_eq!(
            stored(installation.store(), installation.org()).await,
            [number(2)]
        );
    })
    .await;
}
