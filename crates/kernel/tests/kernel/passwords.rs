//! Passwords.

use crate::support::Repeatable;
use custos_kernel::crypto::{PasswordHash, PasswordHasher, PasswordParams};

fn hasher() -> PasswordHasher {
    let cheap = PasswordParams {
        memory_kib: 8,
        passes: 1,
    };
    PasswordHasher::new(cheap, &Repeatable::new(1)).unwrap()
}

#[test]
fn verifies_its_own_hashes_and_salts_each() {
    let (hasher, random) = (hasher(), Repeatable::new(2));
    let stored = hasher.hash("correct horse", &random).unwrap();
    assert!(hasher.verify("correct horse", Some(&stored)));
    assert!(!hasher.verify("correct horsf", Some(&stored)));
    assert!(!hasher.verify("", Some(&stored)));
    let again = hasher.hash("correct horse", &random).unwrap();
    assert_ne!(stored.as_str(), again.as_str());
    assert!(stored.as_str().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
}

#[test]
fn verifies_hashes_made_at_another_cost() {
    let random = Repeatable::new(2);
    let other = PasswordParams {
        memory_kib: 64,
        passes: 2,
    };
    let stored = PasswordHasher::new(other, &random)
        .unwrap()
        .hash("old", &random)
        .unwrap();
    let stored = PasswordHash::from_stored(stored.as_str().to_owned());
    assert!(hasher().verify("old", Some(&stored)));
}

/// Computed with the reference implementation of Argon2 (`echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1`).
#[test]
fn verifies_a_hash_of_the_reference_implementation() {
    let stored = PasswordHash::from_stored(
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
            .to_owned(),
    );
    assert!(hasher().verify("password", Some(&stored)));
    assert!(!hasher().verify("differentpassword", Some(&stored)));
}

#[test]
fn an_unknown_account_never_verifies_not_even_with_the_decoy() {
    let hasher = hasher();
    assert!(!hasher.verify("decoy for unknown accounts", None));
    assert!(!hasher.verify("", None));
}

#[test]
fn a_malformed_hash_never_verifies() {
    for text in ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$plain$password"] {
        let stored = PasswordHash::from_stored(text.to_owned());
        assert!(!hasher().verify("password", Some(&stored)), "{text}");
    }
}

#[test]
fn refuses_costs_out_of_range() {
    for (memory_kib, passes) in [(7, 1), (8, 0), (8, 17), (1_048_577, 1), (u32::MAX, 1)] {
        let params = PasswordParams { memory_kib, passes };
        assert!(PasswordHasher::new(params, &Repeatable::new(1)).is_none());
    }
}
