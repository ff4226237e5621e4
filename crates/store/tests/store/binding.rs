//! Statements reach what was decided on and nothing else.

use crate::notes::*;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Job, actions};
use custos_store::{StoreError, Value};
use custos_testkit::both;
use custos_values::OrgId;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_in_another_organisation_is_another_row() {
    both(&[MIGRATIONS], async |installation| {
        let store = installation.store();
        let other = OrgId::new(installation.clock(), installation.random());
        installation.make_organisation(other).await;
        let (ours, theirs) = (author(installation), Caller::system(Job::Indexer, other));
        write(store, &ours, 1).await.unwrap();
        write(store, &theirs, 1).await.unwrap();
        write(store, &theirs, 2).await.unwrap();

        let mut read = store.read().await.unwrap();
        let sql = "SELECT org_id FROM note WHERE org_id = $1 AND id = $2";
        let permit_1 = permit::<actions::Read>(&ours, number(1), 1);
        let rows = read.of(&permit_1, sql, &[]).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(&rows[0].id(0).unwrap(), installation.org().as_bytes());
        let permit_2 = permit::<actions::Read>(&ours, number(2), 1);
        assert!(read.of(&permit_2, sql, &[]).await.unwrap().is_empty());
        drop(read);

        let mut tx = store.write(&ours).await.unwrap();
        let delete = "DELETE FROM note WHERE org_id = $1 AND id = $2";
        let update = permit::<actions::Update>(&ours, number(2), 1);
        assert_eq!(tx.put(&update, delete, &[]).await.unwrap(), 0);
        drop(tx);
        assert_eq!(stored(store, other).await, [number(1), number(2)]);
        assert_eq!(stored(store, installation.org()).await, [number(1)]);
        assert!(installation.verify(other).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn permits_and_events_of_another_organisation_are_refused() {
    both(&[MIGRATIONS], async |installation| {
        let store = installation.store();
        let other = OrgId::new(installation.clock(), installation.random());
        installation.make_organisation(other).await;
        let (ours, theirs) = (author(installation), Caller::system(Job::Indexer, other));
        let foreign = permit::<actions::Create>(&theirs, number(1), 0);
        let mut tx = store.write(&ours).await.unwrap();
        let more = [Value::Null, Value::Null, Value::from("x")];
        assert!(tx.put(&foreign, INSERT, &more).await.is_err());
        assert!(
            tx.of(
                &foreign,
                "SELECT 1 FROM note WHERE org_id = $1 AND id = $2",
                &[]
            )
            .await
            .is_err()
        );
        drop(tx);
        let (tx, _) = insert(store, &ours, 1).await.unwrap();
        assert!(matches!(
            tx.finish(Event::of(&foreign)).await,
            Err(StoreError::Audit(_))
        ));
        assert!(stored(store, installation.org()).await.is_empty());
        assert!(stored(store, other).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_leaves_out_what_binds_it_is_refused() {
    both(&[MIGRATIONS], async |installation| {
        let (store, caller) = (installation.store(), author(installation));
        let one = [Value::from("x")];
        let permit = permit::<actions::Update>(&caller, number(1), 1);
        let mut read = store.read().await.unwrap();
        let scope = everything(installation.org());
        assert!(
            read.lookup(&caller, "SELECT id FROM note WHERE word = $2", &one)
                .await
                .is_err()
        );
        assert!(
            read.lookup(&caller, "SELECT id FROM note WHERE word = $10", &one)
                .await
                .is_err()
        );
        assert!(
            read.of(&permit, "SELECT id FROM note WHERE org_id = $1", &[])
                .await
                .is_err()
        );
        assert!(
            read.within(&scope, "SELECT id FROM note WHERE org_id = $1", &[])
                .await
                .is_err()
        );
        assert!(
            read.within(&scope, "SELECT id FROM note WHERE {scope}", &[])
                .await
                .is_err()
        );
        drop(read);
        let mut tx = store.write(&caller).await.unwrap();
        assert!(
            tx.lookup("SELECT id FROM note WHERE word = $2", &one)
                .await
                .is_err()
        );
        let sql = "UPDATE note SET word = $3 WHERE org_id = $1";
        assert!(tx.put(&permit, sql, &one).await.is_err());
        let sql = "UPDATE note SET word = $4 WHERE org_id = $1 AND id = $2";
        assert!(tx.change(&permit, sql, &one).await.is_err());
    })
    .await;
}
