//! Looking at a database without changing it.

use crate::notes::*;
use custos_kernel::policy::{Caller, Job};
use custos_store::{Migration, MigrationSet, StoreError};
use custos_testkit::{Installation, both};

const NEXT: &[Migration] = &[Migration {
    name: "0101_note_colour",
    sql: "ALTER TABLE note ADD COLUMN colour TEXT",
}];

fn file(installation: &Installation) -> Vec<u8> {
    std::fs::read(installation.data_dir().join("custos.db")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_is_missing_and_adds_nothing() {
    both(&[MIGRATIONS], async |installation| {
        installation.stop().await;
        let before = std::fs::read(installation.data_dir().join("custos.db")).ok();
        let store = installation.open_unchanged().unwrap();
        assert_eq!(store.damage().await.unwrap(), Vec::<String>::new());
        assert_eq!(store.organisations().await.unwrap(), [installation.org()]);
        let same = installation.migrations();
        assert!(store.missing_migrations(same).await.unwrap().is_empty());
        let newer = MigrationSet::new(&[MIGRATIONS, NEXT]);
        for _ in 0..2 {
            assert_eq!(
                store.missing_migrations(&newer).await.unwrap(),
                ["0101_note_colour"]
            );
        }
        let older = MigrationSet::new(&[]);
        let outcome = store.missing_migrations(&older).await;
        assert!(matches!(outcome, Err(StoreError::TooNew(name)) if name == "0100_note"));
        let caller = Caller::system(Job::Operator, installation.org());
        assert!(matches!(
            store.write(&caller).await.err(),
            Some(StoreError::ReadOnly)
        ));
        store.close().await.unwrap();
        drop(store);
        let after = std::fs::read(installation.data_dir().join("custos.db")).ok();
        assert!(before == after, "the file is as it was");
        installation.reopen().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sees_what_was_written_last_beside_a_store_that_runs() {
    let installation = Installation::sqlite(&[MIGRATIONS]).await;
    let caller = author(&installation);
    write(installation.store(), &caller, 7).await.unwrap();
    // Still in the write-ahead log.
    let store = installation.open_unchanged().unwrap();
    assert_eq!(stored(&store, installation.org()).await, [number(7)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_anywhere_in_the_file_is_found() {
    let mut installation = Installation::sqlite(&[MIGRATIONS]).await;
    let caller = author(&installation);
    for n in 0..50 {
        write(installation.store(), &caller, n).await.unwrap();
    }
    installation.stop().await;
    let whole = file(&installation);
    let path = installation.data_dir().join("custos.db");
    // One in each of some pages; what comes before is the salt, with which the key no longer opens anything.
    for at in (5000..whole.len()).step_by(whole.len() / 7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let found = match installation.open_unchanged() {
            Ok(store) => store.damage().await,
            Err(error) => Err(error),
        };
        assert!(
            !matches!(&found, Ok(remarks) if remarks.is_empty()),
            "byte {at}"
        );
    }
    std::fs::write(&path, &whole).unwrap();
    let store = installation.open_unchanged().unwrap();
    assert!(store.damage().await.unwrap().is_empty());
}
