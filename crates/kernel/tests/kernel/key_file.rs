//! The key file in every home the kernel opens, and what an altered or hostile one does.

use crate::support::Repeatable;
use custos_kernel::crypto::{Home, HomeSecret, KeyFile, KeyFileError, Keyring, RootKey, Share};
use custos_values::Timestamp;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn file(home: Home, root: &RootKey, keyring: &Keyring, random: &Repeatable) -> KeyFile {
    let file = KeyFile::new(home, root, keyring, NOW, random);
    KeyFile::parse(&file.text()).unwrap()
}

fn opens(file: &KeyFile, secret: HomeSecret<'_>, keyring: &Keyring) -> Result<(), KeyFileError> {
    let root = file.open_root(secret)?;
    let opened = file.open_keyring(&root, &Repeatable::new(9))?;
    assert_eq!(*opened.database_key(), *keyring.database_key());
    Ok(())
}

#[test]
fn holds_the_key_in_clear_or_under_a_passphrase() {
    let random = Repeatable::new(1);
    let (root, keyring) = (RootKey::generate(&random), Keyring::generate(&random));
    let clear = file(Home::file(&root), &root, &keyring, &random);
    assert_eq!(clear.home().name(), "file");
    assert_eq!(clear.made_at(), Some(NOW));
    assert_eq!(opens(&clear, HomeSecret::None, &keyring), Ok(()));

    let home = Home::passphrase(&root, "四个普通的词", &random);
    // What guessing costs: 64 MiB and three passes for each try.
    assert!(
        matches!(home, Home::Passphrase { memory_kib, passes, .. } if (memory_kib, passes) == (65_536, 3))
    );
    let protected = file(home, &root, &keyring, &random);
    assert!(!protected.text().contains(&hex::encode(root.expose())));
    let try_with = |secret| opens(&protected, secret, &keyring);
    assert_eq!(try_with(HomeSecret::Passphrase("四个普通的词")), Ok(()));
    let none = try_with(HomeSecret::None);
    assert_eq!(none, Err(KeyFileError::PassphraseNeeded));
    let wrong = try_with(HomeSecret::Passphrase("四个普通的字"));
    assert_eq!(wrong, Err(KeyFileError::WrongPassphrase));
}

/// The data folder without enough shares opens nothing; with enough, whichever they are, it opens.
#[test]
fn shares_open_it_and_fewer_do_not() {
    let random = Repeatable::new(1);
    let (root, keyring) = (RootKey::generate(&random), Keyring::generate(&random));
    let (home, shares) = Home::shares(&root, 3, 5, &random).unwrap();
    let file = file(home, &root, &keyring, &random);
    assert!(!file.text().contains(&hex::encode(root.expose())));
    let sets: Vec<String> = shares.iter().map(Share::set).collect();
    assert!(
        matches!(file.home(), Home::Shares { threshold: 3, total: 5, set } if sets == vec![set.clone(); 5])
    );
    let numbers = shares.iter().map(|it| (it.threshold(), it.number()));
    assert!(numbers.eq((1..=5).map(|number| (3, number))));
    let typed: Vec<Share> = shares
        .iter()
        .map(|share| Share::parse(&share.expose()).unwrap())
        .collect();
    for chosen in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
        let chosen = chosen.map(|at: usize| typed[at].clone());
        assert_eq!(opens(&file, HomeSecret::Shares(&chosen), &keyring), Ok(()));
    }
    // More than enough are enough.
    for count in [4, 5] {
        let given = HomeSecret::Shares(&typed[..count]);
        assert_eq!(opens(&file, given, &keyring), Ok(()));
    }
    let few = opens(&file, HomeSecret::Shares(&typed[..2]), &keyring);
    assert_eq!(few, Err(KeyFileError::WrongShares));
    let none = opens(&file, HomeSecret::None, &keyring);
    assert_eq!(none, Err(KeyFileError::Elsewhere));
    let (_, foreign) = Home::shares(&root, 3, 5, &random).unwrap();
    assert_ne!(
        foreign[0].set(),
        sets[0],
        "told apart before they are tried"
    );
    let all_foreign = opens(&file, HomeSecret::Shares(&foreign), &keyring);
    assert_eq!(all_foreign, Err(KeyFileError::WrongShares));
    let mixed = [typed[0].clone(), typed[1].clone(), foreign[2].clone()];
    let mixed = opens(&file, HomeSecret::Shares(&mixed), &keyring);
    assert_eq!(mixed, Err(KeyFileError::WrongShares));
}

/// A file from before keyrings is told as one, so that it is written anew.
#[test]
fn a_former_file_is_told_apart() {
    let random = Repeatable::new(1);
    let (root, keyring) = (RootKey::generate(&random), Keyring::generate(&random));
    let key = hex::encode(root.expose());
    let former = KeyFile::parse(&format!(r#"{{"protection":"file","key":"{key}"}}"#)).unwrap();
    assert!(former.is_former());
    assert_eq!(former.made_at(), None);
    let anew = former.with_keyring(&root, &keyring, &random);
    assert!(!anew.is_former());
    assert_eq!(opens(&anew, HomeSecret::None, &keyring), Ok(()));
    assert!(!file(Home::file(&root), &root, &keyring, &random).is_former());
}

/// What is no keyring at all is not put down to a wrong key.
#[test]
fn a_keyring_cut_short_is_a_matter_of_format() {
    let random = Repeatable::new(1);
    let (root, keyring) = (RootKey::generate(&random), Keyring::generate(&random));
    let text = file(Home::file(&root), &root, &keyring, &random).text();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sealed = json["keyring"].as_str().unwrap().to_owned();
    for (keyring, problem) in [
        ("", KeyFileError::Format),
        ("zz", KeyFileError::Format),
        (&sealed[..40], KeyFileError::Format),
        (&sealed[..sealed.len() - 2], KeyFileError::WrongRoot),
    ] {
        json["keyring"] = keyring.into();
        let file = KeyFile::parse(&json.to_string()).unwrap();
        assert_eq!(file.open_keyring(&root, &random).err(), Some(problem));
    }
}

#[test]
fn another_root_key_does_not_open_the_keyring() {
    let random = Repeatable::new(1);
    let (root, keyring) = (RootKey::generate(&random), Keyring::generate(&random));
    let file = file(Home::file(&root), &root, &keyring, &random);
    let other = RootKey::generate(&random);
    let outcome = opens(&file, HomeSecret::Root(other), &keyring);
    assert_eq!(outcome, Err(KeyFileError::WrongRoot));
}

/// A file as somebody else may have put it in place, cheap enough to compute if it were accepted.
fn hostile(salt: &str, memory_kib: u32, passes: u32, wrapped: &str) -> Option<KeyFileError> {
    let text = format!(
        r#"{{"format":2,"home":{{"kind":"passphrase","salt":"{salt}","memory_kib":{memory_kib},"passes":{passes},"wrapped":"{wrapped}"}}}}"#
    );
    let file = KeyFile::parse(&text).unwrap();
    file.open_root(HomeSecret::Passphrase("passphrase")).err()
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
    for passes in [1, 16] {
        assert_eq!(
            hostile(&salt, 8, passes, &wrapped),
            Some(KeyFileError::WrongPassphrase)
        );
    }
}

#[test]
fn refuses_other_forms() {
    for key in ["", "00", &"zz".repeat(32), &"00".repeat(33)] {
        let text = format!(r#"{{"format":2,"home":{{"kind":"file","key":"{key}"}}}}"#);
        let file = KeyFile::parse(&text).unwrap();
        let outcome = file.open_root(HomeSecret::None).err();
        assert_eq!(outcome, Some(KeyFileError::Format));
    }
    for text in [
        r#"{"protection":"none","key":"00"}"#,
        r#"{"protection":"file","key":"00","more":1}"#,
        r#"{"key":"00"}"#,
        r#"{"format":3,"home":{"kind":"file","key":"00"}}"#,
        r#"{"format":2,"home":{"kind":"pocket"}}"#,
    ] {
        let outcome = KeyFile::parse(text).err();
        assert_eq!(outcome, Some(KeyFileError::Format), "{text}");
    }
}
