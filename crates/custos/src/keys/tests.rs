//! Two nodes with one key file, and what somebody puts in its place.

use super::*;
use crate::config::{Layers, Settings};
use crate::serve::Places;
use crate::system::{SystemRandom, create_private_folder, replace_secret};
use custos_kernel::crypto::{Home, RootKey};
use custos_store::KeyringKeeper;
use custos_values::{OrgId, Timestamp};
use std::path::Path;
use std::sync::Arc;

const ORG: OrgId = OrgId::from_bytes([1; 16]);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn settings(folder: &Path) -> Settings {
    let mut settings = Settings::of(&Layers::default()).unwrap();
    settings.data = folder.to_owned();
    settings
}

fn node(settings: &Settings) -> Arc<KeptKeys> {
    let path = Places(&settings.data).root_key();
    open(&path, settings, &[], false, Arc::new(SystemRandom)).unwrap()
}

/// What the store does with a change: the keeper keeps it, then it is made in memory.
fn change(node: &KeptKeys, change: impl Fn(&custos_kernel::crypto::Keyring)) {
    node.keep(&change).unwrap();
    change(&node.keyring());
}

fn scene() -> (tempfile::TempDir, Settings, Arc<KeptKeys>) {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    create_private_folder(&folder.path().join("keys")).unwrap();
    let first = make(&Places(folder.path()), &settings, Arc::new(SystemRandom)).unwrap();
    (folder, settings, first)
}

#[test]
fn nodes_with_one_key_file_keep_what_either_erased() {
    let (_folder, settings, first) = scene();
    let second = node(&settings);
    change(&first, |keyring| {
        keyring.erase(ORG, &[1; 16]);
    });
    // The second one has not looked yet: its own change is made to what the file holds.
    change(&second, |keyring| {
        keyring.erase(ORG, &[2; 16]);
    });
    assert!(second.keyring().is_erased(ORG, &[1; 16]));
    assert!(first.follow().unwrap());
    assert!(!first.follow().unwrap(), "once");
    let third = node(&settings);
    for keys in [&first, &second, &third] {
        assert!(
            [1, 2]
                .iter()
                .all(|n| keys.keyring().is_erased(ORG, &[*n; 16]))
        );
        assert!(!keys.keyring().is_erased(ORG, &[3; 16]));
    }
}

#[test]
fn a_node_follows_a_new_root_key_and_new_wrapping_keys() {
    let (_folder, settings, first) = scene();
    let second = node(&settings);
    let root = RootKey::generate(&SystemRandom);
    first.replace_root(Home::file(&root), root, NOW).unwrap();
    change(&first, |keyring| keyring.add_master(&[7; 32]));
    assert!(second.follow().unwrap());
    assert_eq!(second.keyring().master_numbers(), [1, 2]);
    assert_eq!(second.made_at(), Some(NOW));
    change(&second, |keyring| {
        keyring.erase(ORG, &[4; 16]);
    });
    assert!(node(&settings).keyring().is_erased(ORG, &[4; 16]));
}

/// A running server is not talked back into yesterday, nor into another installation, by whoever replaces its key file.
#[test]
fn a_node_does_not_follow_backwards_or_elsewhere() {
    let (folder, settings, first) = scene();
    let path = Places(folder.path()).root_key();
    let yesterday = std::fs::read(&path).unwrap();
    change(&first, |keyring| {
        keyring.erase(ORG, &[1; 16]);
    });
    replace_secret(&path, &yesterday).unwrap();
    first.follow().unwrap();
    assert!(first.keyring().is_erased(ORG, &[1; 16]));
    change(&first, |keyring| {
        keyring.erase(ORG, &[2; 16]);
    });
    let again = node(&settings).keyring();
    assert!(
        [1, 2].iter().all(|n| again.is_erased(ORG, &[*n; 16])),
        "its next change puts the file right"
    );

    let today = std::fs::read(&path).unwrap();
    let (_other, _, elsewhere) = scene();
    let foreign = Places(_other.path()).root_key();
    replace_secret(&path, &std::fs::read(foreign).unwrap()).unwrap();
    drop(elsewhere);
    assert!(first.follow().is_err());
    let refused = first.keep(&|_| {});
    assert!(
        refused.is_err(),
        "a file it cannot follow is not written over"
    );
    std::fs::remove_file(&path).unwrap();
    assert!(first.follow().is_err());
    replace_secret(&path, &today).unwrap();
    first.follow().unwrap();
    change(&first, |keyring| {
        keyring.erase(ORG, &[5; 16]);
    });
}

/// The root key moved to people while a server ran: it serves on with what it has, and changes nothing of the file.
#[test]
fn a_node_that_cannot_follow_a_move_leaves_the_file_alone() {
    let (folder, settings, first) = scene();
    let second = node(&settings);
    let root = RootKey::generate(&SystemRandom);
    let (home, _) = Home::shares(&root, 2, 3, &SystemRandom).unwrap();
    first.replace_root(home, root, NOW).unwrap();
    let moved = std::fs::read(Places(folder.path()).root_key()).unwrap();
    assert!(second.follow().is_err());
    assert!(second.keep(&|_| {}).is_err());
    assert_eq!(
        std::fs::read(Places(folder.path()).root_key()).unwrap(),
        moved
    );
    assert_eq!(second.home().name(), "file");
}
