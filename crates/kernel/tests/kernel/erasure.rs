//! What was erased for good does not open, whatever copy of the database one has; everything else does.

use crate::support::{ORG, Repeatable, keys, permit_for, tenant};
use custos_kernel::crypto::{
    Column, CryptoError, KeyState, KeyVersion, Keyring, RootKey, SealedText, StoredKey, Suite,
};
use custos_values::CustomerId;
use std::collections::HashSet;

const CUSTOMER: CustomerId = CustomerId::from_bytes([5; 16]);
const OTHER: CustomerId = CustomerId::from_bytes([6; 16]);

/// The attack: a copy of the database from before (a wrapped key, a sealed field, a sealed reason) and all of today's keys.
#[test]
fn todays_keys_do_not_open_an_erased_record_of_yesterdays_database() {
    let random = Repeatable::new(1);
    let root = RootKey::generate(&random);
    let keyring = Keyring::generate(&random);
    let (key, stored) = keyring.first_tenant_key(ORG, Suite::Aes, &random).unwrap();
    let mut copies = Vec::new();
    for customer in [CUSTOMER, OTHER] {
        let (record, wrapped) = key.new_record_key(customer, &random).unwrap();
        let column = Column {
            table: "customer",
            row: customer.as_bytes(),
            column: "phone",
            of: None,
        };
        let text = SealedText::seal(&record, &column, "13800138000", &random);
        let reason = key.seal_reason(Some(customer.as_bytes()), "asked for it", &random);
        copies.push((customer, wrapped, text, reason));
    }
    assert!(keyring.erase(ORG, CUSTOMER.as_bytes()));
    let today = root
        .open_keyring(&root.seal_keyring(&keyring, Suite::Aes, &random))
        .unwrap();
    for keyring in [keyring, today] {
        let key = keyring
            .open_tenant_key(ORG, std::slice::from_ref(&stored))
            .unwrap();
        for (customer, wrapped, text, reason) in &copies {
            let opened = key.open_record_key(*customer, wrapped);
            let told = key.open_reason(Some(customer.as_bytes()), reason);
            if *customer == CUSTOMER {
                assert_eq!(opened.err(), Some(CryptoError::Erased));
                assert_eq!(told.err(), Some(CryptoError::Erased));
                continue;
            }
            assert_eq!(told.unwrap(), "asked for it");
            let column = Column {
                table: "customer",
                row: customer.as_bytes(),
                column: "phone",
                of: None,
            };
            let plain = text.open(&permit_for(ORG, *customer), &opened.unwrap(), &column);
            assert_eq!(plain.unwrap().expose_for_processing(), "13800138000");
        }
    }
}

#[test]
fn an_erased_id_gets_no_new_key_and_is_not_erased_twice() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let key = tenant(&keyring, ORG, &random);
    assert!(keyring.erase(ORG, CUSTOMER.as_bytes()));
    assert!(!keyring.erase(ORG, CUSTOMER.as_bytes()));
    let made = key.new_record_key(CUSTOMER, &random);
    assert_eq!(made.err(), Some(CryptoError::Erased));
}

/// Nodes with one key file follow each other, and never backwards: neither an older file nor another installation's brings
/// back what was erased.
#[test]
fn a_keyring_follows_another_forwards_only() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let yesterday = keyring.copy().unwrap();
    let elsewhere = keyring.copy().unwrap();
    assert!(elsewhere.erase(ORG, CUSTOMER.as_bytes()));
    elsewhere.add_master(&[9; 32]);
    assert_eq!(keyring.follow(&elsewhere), Ok(true));
    assert!(keyring.is_erased(ORG, CUSTOMER.as_bytes()));
    assert_eq!(keyring.master_numbers(), [1, 2]);
    let stored = keyring
        .first_tenant_key(ORG, Suite::Aes, &random)
        .unwrap()
        .1;
    assert!(
        elsewhere
            .open_tenant_key(ORG, std::slice::from_ref(&stored))
            .is_ok()
    );

    elsewhere.drop_old_masters();
    assert_eq!(keyring.follow(&elsewhere), Ok(true));
    assert_eq!(keyring.master_numbers(), [2]);

    assert_eq!(keyring.follow(&yesterday), Ok(false));
    assert!(
        keyring.is_erased(ORG, CUSTOMER.as_bytes()),
        "yesterday's file brings nothing back"
    );
    assert_eq!(keyring.master_numbers(), [2]);
    // Each erased another one: both are gone.
    assert!(keyring.erase(ORG, OTHER.as_bytes()));
    assert_eq!(keyring.follow(&elsewhere), Ok(false));
    assert!(keyring.is_erased(ORG, OTHER.as_bytes()));
    assert_eq!(elsewhere.follow(&keyring), Ok(true));
    assert!(elsewhere.is_erased(ORG, OTHER.as_bytes()));

    let foreign = Keyring::generate(&random);
    assert_eq!(keyring.follow(&foreign), Err(CryptoError::DoesNotOpen));
}

/// A reason about many records hangs on none of them.
#[test]
fn a_reason_about_many_stays() {
    let random = Repeatable::new(1);
    let (key, _) = keys(ORG, CUSTOMER, &random);
    let sealed = key.seal_reason(None, "quarterly report", &random);
    assert_eq!(key.open_reason(None, &sealed).unwrap(), "quarterly report");
}

/// The log shows that a value came back, of one field of one record, until nobody can try values out any more.
#[test]
fn values_in_the_log_are_told_apart_by_record_and_field_until_they_are_erased() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let (key, stored) = keyring.first_tenant_key(ORG, Suite::Aes, &random).unwrap();
    let (record, other) = (CUSTOMER.as_bytes(), OTHER.as_bytes());
    let phone = key.record_hash(record, "phone", "13800138000").unwrap();
    let distinct = [
        phone,
        key.record_hash(record, "phone", "13800138001").unwrap(),
        key.record_hash(record, "mobile", "13800138000").unwrap(),
        key.record_hash(other, "phone", "13800138000").unwrap(),
        tenant(&keyring, ORG, &random)
            .record_hash(record, "phone", "13800138000")
            .unwrap(),
    ];
    assert_eq!(HashSet::from(distinct).len(), distinct.len());
    // Today as it was: also with a newer version of the key.
    let mut first = stored.clone();
    first.state = KeyState::Draining;
    let about = KeyVersion {
        number: 2,
        suite: Suite::Sm,
        state: KeyState::Current,
    };
    let second = StoredKey {
        version: about.number,
        suite: about.suite,
        state: about.state,
        wrapped: keyring.new_tenant_key(ORG, about, &random),
    };
    let later = keyring.open_tenant_key(ORG, &[first, second]).unwrap();
    assert_eq!(
        later.record_hash(record, "phone", "13800138000"),
        Some(phone)
    );
    assert!(keyring.erase(ORG, record));
    for key in [key, later] {
        assert_eq!(key.record_hash(record, "phone", "13800138000"), None);
        assert!(key.record_hash(other, "phone", "13800138000").is_some());
    }
}
