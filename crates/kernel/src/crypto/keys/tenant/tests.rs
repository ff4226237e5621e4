use super::*;
use crate::crypto::keys::{KeyState, Keyring, StoredKey};

const ORG: OrgId = OrgId::from_bytes([1; 16]);
const CUSTOMER: CustomerId = CustomerId::from_bytes([5; 16]);
const OTHER: CustomerId = CustomerId::from_bytes([6; 16]);

/// The same bytes again and again: enough where nothing is compared with something else that is random.
struct Fixed(u8);
impl Random for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

/// A key as it was wrapped before records could be erased: under the organisation's key alone.
fn wrapped_formerly(held: &TenantKey, customer: CustomerId, key: &[u8; 32]) -> WrappedKey {
    let version = held.ring.current();
    let context = record_context(held.org, customer);
    let sealed = version
        .aead
        .seal(version.about.number, &context, key, &Fixed(3));
    WrappedKey(sealed)
}

fn held(keyring: &Keyring) -> (TenantKey, StoredKey) {
    keyring
        .first_tenant_key(ORG, Suite::Aes, &Fixed(2))
        .unwrap()
}

/// What was wrapped before opens for its customer alone, and is wrapped so that it can be erased from then on.
#[test]
fn a_former_record_key_is_bound_to_its_customer_and_wrapped_anew() {
    let keyring = Keyring::generate(&Fixed(1));
    let (held, _) = held(&keyring);
    let former = wrapped_formerly(&held, CUSTOMER, &[7; 32]);
    assert!(!former.is_erasable());
    let opened = held.open_record_key(CUSTOMER, &former).unwrap();
    assert_eq!(*opened.bytes, [7; 32]);
    let moved = held.open_record_key(OTHER, &former).err();
    assert_eq!(moved, Some(CryptoError::DoesNotOpen));
    let foreign = OrgId::from_bytes([2; 16]);
    let (elsewhere, _) = keyring
        .first_tenant_key(foreign, Suite::Aes, &Fixed(2))
        .unwrap();
    let moved = elsewhere.open_record_key(CUSTOMER, &former).err();
    assert_eq!(moved, Some(CryptoError::DoesNotOpen), "of the same bytes");

    let anew = held
        .rewrap_record_key(CUSTOMER, &former, &Fixed(4))
        .unwrap()
        .unwrap();
    assert!(anew.is_erasable());
    let opened = held.open_record_key(CUSTOMER, &anew).unwrap();
    assert_eq!(*opened.bytes, [7; 32], "the same key");
    assert_eq!(
        held.rewrap_record_key(CUSTOMER, &anew, &Fixed(4)).unwrap(),
        None
    );
    // The mark cannot be put on, or taken off, to get round what was erased.
    let marked = WrappedKey([&[ERASABLE], &former.0[..]].concat());
    assert!(held.open_record_key(CUSTOMER, &marked).is_err());
    let unmarked = WrappedKey(anew.0[1..].to_vec());
    assert!(held.open_record_key(CUSTOMER, &unmarked).is_err());
    keyring.erase(ORG, CUSTOMER.as_bytes());
    let erased = held.open_record_key(CUSTOMER, &anew).err();
    assert_eq!(erased, Some(CryptoError::Erased));
}

/// Whatever key wraps it, a record's key does not open as another record's: its context says whose it is.
#[test]
fn the_context_of_a_record_key_names_organisation_and_customer() {
    let keyring = Keyring::generate(&Fixed(1));
    let (held, _) = held(&keyring);
    let version = held.ring.current();
    let aead = held
        .erasable(&version, OTHER.as_bytes(), "record-key")
        .unwrap();
    // As if the secret of the other record were this one's.
    let context = record_context(ORG, CUSTOMER);
    let mut moved = vec![ERASABLE];
    moved.extend(aead.seal(version.about.number, &context, &[7; 32], &Fixed(3)));
    let outcome = held.open_record_key(OTHER, &WrappedKey(moved)).err();
    assert_eq!(outcome, Some(CryptoError::DoesNotOpen));
    assert_eq!(version.about.state, KeyState::Current);
}
