//! What somebody finds who takes the files or the database away.

use crate::notes::*;
use custos_kernel::crypto::Keyring;
use custos_store::StoreError;
use custos_testkit::Installation;

/// Text that is in a plain column and in the log, so that only the file's encryption can hide it.
const PLAIN: &str = "word-424242";

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_the_embedded_engine_shows_a_text() {
    let mut installation = Installation::sqlite(&[MIGRATIONS]).await;
    let caller = author(&installation);
    write(installation.store(), &caller, 424_242).await.unwrap();
    // Still in the write-ahead log; then, after a restart, in the database file.
    for _ in 0..2 {
        assert_eq!(
            stored(installation.store(), installation.org()).await,
            [number(424_242)]
        );
        assert!(installation.dump().len() > 8192);
        for text in [PLAIN, "note.create", "CREATE TABLE", "SQLite format 3"] {
            assert!(!installation.dump_shows(text), "{text}");
        }
        installation.reopen().await;
    }
    let files: Vec<String> = std::fs::read_dir(installation.data_dir())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(files.contains(&"custos.db-wal".to_owned()), "{files:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_for_text_in_a_dump_finds_what_is_there() {
    let Some(installation) = Installation::postgres(&[MIGRATIONS]).await else {
        return;
    };
    let caller = author(&installation);
    write(installation.store(), &caller, 424_242).await.unwrap();
    // Without the file's encryption both show: in a text column and, as bytes, in the log.
    assert!(installation.dump_shows(PLAIN));
    assert!(installation.dump_shows("note.create"));
    assert!(!installation.dump_shows("word-424243"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_root_key_does_not_open_the_embedded_database() {
    let installation = Installation::sqlite(&[MIGRATIONS]).await;
    let other = std::sync::Arc::new(Keyring::generate(installation.random()));
    let outcome = installation.open(installation.migrations(), other).await;
    assert!(matches!(outcome.err(), Some(StoreError::Open(_))));
    let right = installation
        .open(installation.migrations(), installation.keyring())
        .await;
    assert!(right.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_file_looks_random_from_its_first_byte() {
    let headers: Vec<Vec<u8>> = futures::future::join_all((0..2).map(|_| async {
        let mut installation = Installation::sqlite(&[]).await;
        installation.reopen().await;
        std::fs::read(installation.data_dir().join("custos.db")).unwrap()[..64].to_vec()
    }))
    .await;
    let same = headers[0]
        .iter()
        .zip(&headers[1])
        .filter(|(a, b)| a == b)
        .count();
    assert!(
        same < 16,
        "{same} of 64 bytes are the same in two databases"
    );
}
