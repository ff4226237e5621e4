use super::*;
use crate::config::{Layers, Secret};
use crate::system::SystemRandom;
use std::os::unix::fs::PermissionsExt;

fn settings(data: &Path) -> Settings {
    let mut settings = Settings::of(&Layers::default()).unwrap();
    settings.data = data.join("data");
    settings
}

fn refusal(settings: &Settings) -> String {
    match DataFolder::open(settings, true, &[], Arc::new(SystemRandom)) {
        Ok(_) => "opened".to_owned(),
        Err(failure) => failure.message.id().to_owned(),
    }
}

#[test]
fn one_process_at_a_time_and_the_same_key_again() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let first = DataFolder::open(&settings, true, &[], Arc::new(SystemRandom)).unwrap();
    assert!(first.fresh);
    assert_eq!(refusal(&settings), "data-in-use");
    let key = first.keys().keyring().database_key();
    drop(first);
    let again = DataFolder::open(&settings, false, &[], Arc::new(SystemRandom)).unwrap();
    assert!(!again.fresh);
    assert_eq!(again.keys().keyring().database_key(), key);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    drop(DataFolder::open(&settings, true, &[], Arc::new(SystemRandom)).unwrap());
    let key = Places(&settings.data).root_key();
    for (mode, expected) in [
        (0o640, "key-readable"),
        (0o604, "key-readable"),
        (0o400, "opened"),
    ] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(refusal(&settings), expected, "{mode:o}");
    }
}

#[test]
fn no_new_key_is_made_beside_old_data() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    drop(DataFolder::open(&settings, true, &[], Arc::new(SystemRandom)).unwrap());
    std::fs::write(Places(&settings.data).database(), b"data").unwrap();
    std::fs::remove_file(Places(&settings.data).root_key()).unwrap();
    assert_eq!(refusal(&settings), "key-missing");
}

#[test]
fn a_passphrase_protects_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.passphrase = Some(Secret::new("correct horse".to_owned()));
    drop(DataFolder::open(&settings, true, &[], Arc::new(SystemRandom)).unwrap());
    assert_eq!(refusal(&settings), "opened");
    settings.passphrase = Some(Secret::new("wrong horse".to_owned()));
    assert_eq!(refusal(&settings), "passphrase-wrong");
}
