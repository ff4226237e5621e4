//! Schema steps.

use crate::notes::MIGRATIONS;
use custos_store::{Migration, MigrationSet, StoreError};
use custos_testkit::{Installation, both};

const NEXT: &[Migration] = &[
    Migration {
        name: "0101_note_colour",
        sql: "ALTER TABLE note ADD COLUMN colour TEXT",
    },
    Migration {
        name: "0102_broken",
        sql: "CREATE TABLE half (id BIGINT); ALTER TABLE nowhere ADD COLUMN x TEXT",
    },
];

async fn applied(installation: &Installation) -> Vec<String> {
    let sql = "SELECT name FROM schema_migration ORDER BY name";
    let rows = installation
        .store()
        .tamper_for_tests(sql, &[])
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn are_applied_once_and_added_to() {
    both(&[MIGRATIONS], async |installation| {
        let before = applied(installation).await;
        assert!(before.contains(&"0100_note".to_owned()));
        installation.reopen().await;
        assert_eq!(applied(installation).await, before);
        let more = MigrationSet::new(&[MIGRATIONS, &NEXT[..1]]);
        let other = installation
            .open(&more, installation.keyring())
            .await
            .unwrap();
        other.close().await.unwrap();
        assert_eq!(applied(installation).await.len(), before.len() + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_database_is_refused() {
    both(&[MIGRATIONS], async |installation| {
        let older = MigrationSet::new(&[]);
        let outcome = installation.open(&older, installation.keyring()).await;
        assert!(matches!(outcome.err(), Some(StoreError::TooNew(name)) if name == "0100_note"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_step_leaves_nothing_of_its_run() {
    both(&[MIGRATIONS], async |installation| {
        let before = applied(installation).await;
        let broken = MigrationSet::new(&[MIGRATIONS, NEXT]);
        assert!(
            installation
                .open(&broken, installation.keyring())
                .await
                .is_err()
        );
        assert_eq!(applied(installation).await, before);
        let mended = MigrationSet::new(&[MIGRATIONS, &NEXT[..1]]);
        let store = installation
            .open(&mended, installation.keyring())
            .await
            .unwrap();
        let half = store.tamper_for_tests("SELECT id FROM half", &[]).await;
        assert!(half.is_err());
        store.close().await.unwrap();
    })
    .await;
}
