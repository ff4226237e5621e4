//! Versions and suites of keys: what was sealed before opens, what is sealed now is of today, and nothing falls between.

use crate::support::{ORG, Repeatable};
use custos_kernel::crypto::{
    CryptoError, KeyState, KeyVersion, Keyring, StoredKey, Suite, TenantKey, sealed_under,
};
use custos_values::CustomerId;

const CUSTOMER: CustomerId = CustomerId::from_bytes([5; 16]);

fn next(keyring: &Keyring, number: u32, suite: Suite, random: &Repeatable) -> StoredKey {
    let state = KeyState::Arriving;
    let about = KeyVersion {
        number,
        suite,
        state,
    };
    StoredKey {
        version: number,
        suite,
        state,
        wrapped: keyring.new_tenant_key(ORG, about, random),
    }
}

#[test]
fn everybody_who_holds_a_key_follows_its_rotation() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let (held, mut first) = keyring.first_tenant_key(ORG, Suite::Aes, &random).unwrap();
    let index = held.blind_index("customer.phone");
    let (before, old_hash) = (
        held.seal_secret("p", &[1; 16], b"x", &random),
        index.hash("1"),
    );
    let (_, wrapped) = held.new_record_key(CUSTOMER, &random).unwrap();

    let mut second = next(&keyring, 2, Suite::Sm, &random);
    let read = |versions: &[StoredKey]| keyring.open_tenant_key(ORG, versions).unwrap();
    held.follow(&read(&[first.clone(), second.clone()]));
    assert_eq!((held.current_version(), held.suite()), (1, Suite::Aes));
    let told = |key: &TenantKey| {
        let versions = key.versions().into_iter();
        versions
            .map(|version| (version.number, version.suite, version.state))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(&held),
        [
            (1, Suite::Aes, KeyState::Current),
            (2, Suite::Sm, KeyState::Arriving)
        ]
    );
    assert_eq!(index.hash("1"), old_hash);
    assert_eq!(
        index.all("1").len(),
        2,
        "what arrives is looked for already"
    );

    (first.state, second.state) = (KeyState::Draining, KeyState::Current);
    held.follow(&read(&[first.clone(), second.clone()]));
    assert_eq!((held.current_version(), held.suite()), (2, Suite::Sm));
    let new_hash = index.hash("1");
    assert_ne!(new_hash, old_hash);
    assert_eq!(index.all("1"), [new_hash, old_hash]);
    assert_eq!(*held.open_secret("p", &[1; 16], &before).unwrap(), b"x");
    let after = held
        .reseal_secret("p", &[1; 16], &before, &random)
        .unwrap()
        .unwrap();
    assert_eq!(sealed_under(&after), Ok((Suite::Sm, 2)));
    assert_eq!(held.reseal_secret("p", &[1; 16], &after, &random), Ok(None));
    assert!(held.reseal_secret("q", &[1; 16], &before, &random).is_err());
    let anew = held
        .rewrap_record_key(CUSTOMER, &wrapped, &random)
        .unwrap()
        .unwrap();
    assert_eq!(anew.under(), Ok((Suite::Sm, 2)));
    assert_eq!(held.rewrap_record_key(CUSTOMER, &anew, &random), Ok(None));

    first.state = KeyState::Retired;
    held.follow(&read(&[first, second.clone()]));
    assert_eq!(index.all("1"), [new_hash]);
    assert_eq!(*held.open_secret("p", &[1; 16], &before).unwrap(), b"x");
    held.follow(&read(&[second]));
    let gone = held.open_secret("p", &[1; 16], &before).err();
    assert_eq!(gone, Some(CryptoError::DoesNotOpen));
}

/// A record key is the same before and after its wrapping is renewed, and opens what it sealed under either suite: a reader
/// with the key of a moment ago and a writer with that of now understand each other.
#[test]
fn a_record_key_opens_both_suites_whenever_it_was_opened() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let (held, mut first) = keyring.first_tenant_key(ORG, Suite::Aes, &random).unwrap();
    let (early, wrapped) = held.new_record_key(CUSTOMER, &random).unwrap();
    let mut second = next(&keyring, 2, Suite::Sm, &random);
    (first.state, second.state) = (KeyState::Draining, KeyState::Current);
    held.follow(&keyring.open_tenant_key(ORG, &[first, second]).unwrap());
    let anew = held.rewrap_record_key(CUSTOMER, &wrapped, &random);
    let late = held
        .open_record_key(CUSTOMER, &anew.unwrap().unwrap())
        .unwrap();
    assert_eq!((early.suite(), late.suite()), (Suite::Aes, Suite::Sm));
    let column = custos_kernel::crypto::Column {
        table: "customer",
        row: CUSTOMER.as_bytes(),
        column: "phone",
        of: None,
    };
    let permit = crate::support::permit_for(ORG, CUSTOMER);
    for (writer, reader) in [(&early, &late), (&late, &early)] {
        let sealed = custos_kernel::crypto::SealedText::seal(writer, &column, "1", &random);
        let opened = sealed.open(&permit, reader, &column).unwrap();
        assert_eq!(opened.expose_for_processing(), "1");
        let resealed = reader
            .reseal(
                ("customer", CUSTOMER.as_bytes(), None),
                "phone",
                sealed.as_bytes(),
                &random,
            )
            .unwrap()
            .unwrap();
        assert_eq!(sealed_under(&resealed).unwrap().0, reader.suite());
        let moved = reader.reseal(
            ("customer", CUSTOMER.as_bytes(), None),
            "email",
            sealed.as_bytes(),
            &random,
        );
        assert_eq!(moved, Err(CryptoError::DoesNotOpen));
    }
}

#[test]
fn wrapping_keys_are_replaced_without_losing_one() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let (_, stored) = keyring.first_tenant_key(ORG, Suite::Aes, &random).unwrap();
    keyring.add_master(&[9; 32]);
    assert_eq!(keyring.master_numbers(), [1, 2]);
    assert!(
        keyring
            .open_tenant_key(ORG, std::slice::from_ref(&stored))
            .is_ok()
    );
    let wrapped = keyring.rewrap(ORG, &stored, &random).unwrap().unwrap();
    let anew = StoredKey {
        wrapped,
        ..stored.clone()
    };
    assert_eq!(keyring.rewrap(ORG, &anew, &random), Ok(None));
    keyring.drop_old_masters();
    assert!(keyring.open_tenant_key(ORG, &[anew]).is_ok());
    let old = keyring.open_tenant_key(ORG, &[stored]).err();
    assert_eq!(old, Some(CryptoError::DoesNotOpen));
}
