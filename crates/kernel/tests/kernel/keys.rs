//! Wrapped keys open under the key and for the owner they were wrapped for, and derived keys are distinct.

use crate::support::{ORG, OTHER_ORG, Repeatable};
use custos_kernel::crypto::{CryptoError, KeyFile, RootKey, WrappedKey};
use custos_values::CustomerId;
use std::collections::HashSet;

const CUSTOMER: CustomerId = CustomerId::from_bytes([5; 16]);
const OTHER: CustomerId = CustomerId::from_bytes([6; 16]);

#[test]
fn a_tenant_key_opens_for_its_organisation_version_and_root_only() {
    let random = Repeatable::new(1);
    let root = RootKey::generate(&random);
    let (_, wrapped) = root.new_tenant_key(ORG, 1, &random);
    assert!(root.open_tenant_key(ORG, 1, &wrapped).is_ok());
    let other_root = RootKey::generate(&random);
    for outcome in [
        root.open_tenant_key(OTHER_ORG, 1, &wrapped),
        root.open_tenant_key(ORG, 2, &wrapped),
        other_root.open_tenant_key(ORG, 1, &wrapped),
    ] {
        assert_eq!(outcome.err(), Some(CryptoError::DoesNotOpen));
    }
}

#[test]
fn a_record_key_opens_for_its_customer_and_tenant_key_only() {
    let random = Repeatable::new(1);
    let root = RootKey::generate(&random);
    let (tenant, _) = root.new_tenant_key(ORG, 1, &random);
    let (rotated, _) = root.new_tenant_key(ORG, 2, &random);
    let (foreign, _) = root.new_tenant_key(OTHER_ORG, 1, &random);
    let (_, wrapped) = tenant.new_record_key(CUSTOMER, &random);
    assert!(tenant.open_record_key(CUSTOMER, &wrapped).is_ok());
    for outcome in [
        tenant.open_record_key(OTHER, &wrapped),
        rotated.open_record_key(CUSTOMER, &wrapped),
        foreign.open_record_key(CUSTOMER, &wrapped),
    ] {
        assert_eq!(outcome.err(), Some(CryptoError::DoesNotOpen));
    }
}

#[test]
fn a_wrapped_key_is_good_for_nothing_once_a_bit_is_flipped() {
    let random = Repeatable::new(1);
    let (tenant, _) = RootKey::generate(&random).new_tenant_key(ORG, 1, &random);
    let (_, wrapped) = tenant.new_record_key(CUSTOMER, &random);
    for bit in 0..wrapped.as_bytes().len() * 8 {
        let mut bytes = wrapped.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let altered = WrappedKey::from_bytes(bytes);
        assert!(tenant.open_record_key(CUSTOMER, &altered).is_err());
    }
    for length in [0, 1, 5, 32] {
        let cut = WrappedKey::from_bytes(wrapped.as_bytes()[..length].to_vec());
        let outcome = tenant.open_record_key(CUSTOMER, &cut).err();
        assert_eq!(outcome, Some(CryptoError::Malformed));
    }
}

#[test]
fn a_secret_is_bound_to_purpose_row_and_organisation() {
    let random = Repeatable::new(1);
    let root = RootKey::generate(&random);
    let (tenant, _) = root.new_tenant_key(ORG, 1, &random);
    let sealed = tenant.seal_secret("totp", &[7; 16], b"secret", &random);
    assert_eq!(
        *tenant.open_secret("totp", &[7; 16], &sealed).unwrap(),
        b"secret"
    );
    assert!(tenant.open_secret("recovery", &[7; 16], &sealed).is_err());
    assert!(tenant.open_secret("totp", &[8; 16], &sealed).is_err());
    let (foreign, _) = root.new_tenant_key(OTHER_ORG, 1, &random);
    assert!(foreign.open_secret("totp", &[7; 16], &sealed).is_err());
}

/// HKDF-Expand (RFC 5869) of the bytes 0 to 31, computed with OpenSSL's HMAC.
#[test]
fn derived_keys_are_those_of_another_implementation() {
    let file = KeyFile::File {
        key: hex::encode(std::array::from_fn::<u8, 32, _>(|i| i as u8)),
    };
    let root = file.open(None).unwrap();
    assert_eq!(
        hex::encode(*root.database_key()),
        "97bdbd1e40142dfd0b0b0a108b175394ba23b13f124acbaedb19cba7403837e0"
    );
    assert_eq!(
        hex::encode(*root.file_key(&[0x11; 16])),
        "ea69fde7ff009144d50ae80d84eb92c41b2795c273db8c5b2f0ec8088604b8a5"
    );
}

#[test]
fn no_two_purposes_share_a_key() {
    let random = Repeatable::new(1);
    let root = RootKey::generate(&random);
    let (tenant, _) = root.new_tenant_key(ORG, 1, &random);
    let (foreign, _) = root.new_tenant_key(OTHER_ORG, 1, &random);
    let hashes = [
        tenant.blind_index("customer.phone").hash("1"),
        tenant.blind_index("customer.email").hash("1"),
        tenant.blind_index("customer.phone").hash("2"),
        tenant.hand_out_key().hash("1"),
        foreign.blind_index("customer.phone").hash("1"),
    ];
    assert_eq!(HashSet::from(hashes).len(), hashes.len());
    assert!(hashes.iter().all(|hash| *hash >= 0));
    assert_ne!(*tenant.checkpoint_seed(), *foreign.checkpoint_seed());
    assert_ne!(*root.database_key(), *root.file_key(&[0; 16]));
}
