//! The root key's file in both forms, and what an altered or hostile one does.

use crate::support::Repeatable;
use custos_kernel::crypto::{KeyFile, KeyFileError, RootKey};

fn text(file: &KeyFile) -> String {
    serde_json::to_string(file).unwrap()
}

fn read(text: &str) -> KeyFile {
    serde_json::from_str(text).unwrap()
}

#[test]
fn holds_the_key_in_clear_or_under_a_passphrase() {
    let random = Repeatable::new(1);
    let root = RootKey::generate(&random);
    let clear = read(&text(&KeyFile::protect(&root, None, &random)));
    assert!(!clear.needs_passphrase());
    assert_eq!(
        *clear.open(None).unwrap().database_key(),
        *root.database_key()
    );

    let protected = read(&text(&KeyFile::protect(
        &root,
        Some("四个普通的词"),
        &random,
    )));
    assert!(protected.needs_passphrase());
    let opened = protected.open(Some("四个普通的词")).unwrap();
    assert_eq!(*opened.database_key(), *root.database_key());
    assert_eq!(
        protected.open(None).err(),
        Some(KeyFileError::PassphraseNeeded)
    );
    let wrong = protected.open(Some("四个普通的字")).err();
    assert_eq!(wrong, Some(KeyFileError::WrongPassphrase));
    assert!(!text(&protected).contains(&hex::encode(*root.database_key())));
}

/// A file as somebody else may have put it in place, cheap enough to compute if it were accepted.
fn hostile(salt: &str, memory_kib: u32, passes: u32, wrapped: &str) -> Option<KeyFileError> {
    let file = KeyFile::Passphrase {
        salt: salt.to_owned(),
        memory_kib,
        passes,
        wrapped: wrapped.to_owned(),
    };
    file.open(Some("passphrase")).err()
}

#[test]
fn refuses_hostile_parameters_before_computing_anything() {
    let salt = "00".repeat(16);
    let wrapped = "00".repeat(65);
    let format = Some(KeyFileError::Format);
    assert_eq!(hostile(&salt, u32::MAX, 1, &wrapped), format);
    assert_eq!(hostile(&salt, 1024 * 1024 + 1, 1, &wrapped), format);
    assert_eq!(hostile(&salt, 8, u32::MAX, &wrapped), format);
    assert_eq!(hostile(&salt, 8, 17, &wrapped), format);
    assert_eq!(hostile(&salt, 0, 1, &wrapped), format);
    assert_eq!(hostile(&salt, 8, 0, &wrapped), format);
    assert_eq!(hostile("", 8, 1, &wrapped), format);
    assert_eq!(hostile("zz", 8, 1, &wrapped), format);
    assert_eq!(hostile(&salt, 8, 1, "zz"), format);
    assert_eq!(
        hostile(&salt, 8, 1, &wrapped),
        Some(KeyFileError::WrongPassphrase)
    );
}

#[test]
fn refuses_other_forms() {
    for key in ["", "00", &"zz".repeat(32), &"00".repeat(33)] {
        let file = KeyFile::File {
            key: key.to_owned(),
        };
        assert_eq!(file.open(None).err(), Some(KeyFileError::Format));
    }
    for text in [
        r#"{"protection":"none","key":"00"}"#,
        r#"{"protection":"file","key":"00","more":1}"#,
        r#"{"key":"00"}"#,
    ] {
        assert!(serde_json::from_str::<KeyFile>(text).is_err(), "{text}");
    }
}
