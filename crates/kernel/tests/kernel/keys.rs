//! Wrapped keys open under the key and for the owner they were wrapped for, and derived keys are distinct.

use crate::support::{ORG, OTHER_ORG, Repeatable, tenant};
use custos_kernel::crypto::{
    CryptoError, Home, HomeSecret, KeyFile, Keyring, RootKey, StoredKey, Suite, WrappedKey,
};
use custos_values::CustomerId;
use std::collections::HashSet;

const CUSTOMER: CustomerId = CustomerId::from_bytes([5; 16]);
const OTHER: CustomerId = CustomerId::from_bytes([6; 16]);

#[test]
fn a_tenant_key_opens_for_its_organisation_version_and_keyring_only() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    for suite in Suite::ALL {
        let (_, stored) = keyring.first_tenant_key(ORG, suite, &random).unwrap();
        assert!(
            keyring
                .open_tenant_key(ORG, std::slice::from_ref(&stored))
                .is_ok()
        );
        let other = Keyring::generate(&random);
        let later = StoredKey {
            version: 2,
            ..stored.clone()
        };
        for outcome in [
            keyring.open_tenant_key(OTHER_ORG, std::slice::from_ref(&stored)),
            keyring.open_tenant_key(ORG, &[later]),
            other.open_tenant_key(ORG, &[stored]),
        ] {
            assert_eq!(outcome.err(), Some(CryptoError::DoesNotOpen));
        }
        let none = keyring.open_tenant_key(ORG, &[]).err();
        assert_eq!(none, Some(CryptoError::Malformed));
    }
}

#[test]
fn a_record_key_opens_for_its_customer_and_tenant_key_only() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let own = tenant(&keyring, ORG, &random);
    let another = tenant(&keyring, ORG, &random);
    let foreign = tenant(&keyring, OTHER_ORG, &random);
    let (_, wrapped) = own.new_record_key(CUSTOMER, &random).unwrap();
    assert!(own.open_record_key(CUSTOMER, &wrapped).is_ok());
    for outcome in [
        own.open_record_key(OTHER, &wrapped),
        another.open_record_key(CUSTOMER, &wrapped),
        foreign.open_record_key(CUSTOMER, &wrapped),
    ] {
        assert_eq!(outcome.err(), Some(CryptoError::DoesNotOpen));
    }
}

#[test]
fn a_wrapped_key_is_good_for_nothing_once_a_bit_is_flipped() {
    let random = Repeatable::new(1);
    let tenant = tenant(&Keyring::generate(&random), ORG, &random);
    let (_, wrapped) = tenant.new_record_key(CUSTOMER, &random).unwrap();
    for bit in 0..wrapped.as_bytes().len() * 8 {
        let mut bytes = wrapped.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let altered = WrappedKey::from_bytes(bytes);
        assert!(tenant.open_record_key(CUSTOMER, &altered).is_err());
    }
    for length in [0, 1, 6, 33] {
        let cut = WrappedKey::from_bytes(wrapped.as_bytes()[..length].to_vec());
        let outcome = tenant.open_record_key(CUSTOMER, &cut).err();
        assert_eq!(outcome, Some(CryptoError::Malformed));
    }
}

#[test]
fn a_secret_is_bound_to_purpose_row_and_organisation() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let own = tenant(&keyring, ORG, &random);
    let sealed = own.seal_secret("totp", &[7; 16], b"secret", &random);
    assert_eq!(
        *own.open_secret("totp", &[7; 16], &sealed).unwrap(),
        b"secret"
    );
    assert!(own.open_secret("recovery", &[7; 16], &sealed).is_err());
    assert!(own.open_secret("totp", &[8; 16], &sealed).is_err());
    let foreign = tenant(&keyring, OTHER_ORG, &random);
    assert!(foreign.open_secret("totp", &[7; 16], &sealed).is_err());
}

/// HKDF-Expand (RFC 5869) of the bytes 0 to 31, computed with OpenSSL's HMAC: what installations from before keyrings
/// derived from their root key still opens their data.
#[test]
fn derived_keys_are_those_of_another_implementation() {
    let key = hex::encode(std::array::from_fn::<u8, 32, _>(|i| i as u8));
    let file = KeyFile::parse(&format!(r#"{{"protection":"file","key":"{key}"}}"#)).unwrap();
    assert_eq!(file.home(), &Home::File { key });
    let root = file.open_root(HomeSecret::None).unwrap();
    let keyring = file.open_keyring(&root, &Repeatable::new(1)).unwrap();
    assert_eq!(
        hex::encode(*keyring.database_key()),
        "97bdbd1e40142dfd0b0b0a108b175394ba23b13f124acbaedb19cba7403837e0"
    );
    assert_eq!(
        hex::encode(*keyring.file_key(&[0x11; 16])),
        "ea69fde7ff009144d50ae80d84eb92c41b2795c273db8c5b2f0ec8088604b8a5"
    );
}

#[test]
fn no_two_purposes_share_a_key() {
    let random = Repeatable::new(1);
    let keyring = Keyring::generate(&random);
    let own = tenant(&keyring, ORG, &random);
    let foreign = tenant(&keyring, OTHER_ORG, &random);
    let hashes = [
        own.blind_index("customer.phone").hash("1"),
        own.blind_index("customer.email").hash("1"),
        own.blind_index("customer.phone").hash("2"),
        own.hand_out_key().hash("1"),
        foreign.blind_index("customer.phone").hash("1"),
    ];
    assert_eq!(HashSet::from(hashes).len(), hashes.len());
    assert!(hashes.iter().all(|hash| *hash >= 0));
    assert_ne!(*own.checkpoint_seed(), *foreign.checkpoint_seed());
    assert_ne!(*keyring.database_key(), *keyring.file_key(&[0; 16]));
}

#[test]
fn a_keyring_opens_with_its_root_key_only_and_is_the_same_again() {
    let random = Repeatable::new(1);
    let (root, other) = (RootKey::generate(&random), RootKey::generate(&random));
    let keyring = Keyring::generate(&random);
    let (_, stored) = keyring.first_tenant_key(ORG, Suite::Sm, &random).unwrap();
    keyring.erase(ORG, OTHER.as_bytes());
    for suite in Suite::ALL {
        let mut sealed = root.seal_keyring(&keyring, suite, &random);
        let again = root.open_keyring(&sealed).unwrap();
        assert_eq!(*again.database_key(), *keyring.database_key());
        assert!(
            again
                .open_tenant_key(ORG, std::slice::from_ref(&stored))
                .is_ok()
        );
        assert!(again.is_erased(ORG, OTHER.as_bytes()));
        assert!(!again.is_erased(ORG, CUSTOMER.as_bytes()));
        assert!(other.open_keyring(&sealed).is_err());
        sealed[40] ^= 1;
        assert!(root.open_keyring(&sealed).is_err());
    }
}
