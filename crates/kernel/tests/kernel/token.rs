//! Tokens.

use crate::support::Repeatable;
use custos_kernel::crypto::{Token, TokenHash, sha256};
use proptest::prelude::*;

#[test]
fn the_stored_hash_is_sha_256_of_the_secret() {
    // FIPS 180-4's example "abc".
    assert_eq!(
        hex::encode(sha256(b"abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let zeros = Token::parse(&"A".repeat(43)).unwrap();
    assert_eq!(zeros.hash(), TokenHash(sha256(&[0; 32])));
}

#[test]
fn a_derived_secret_tells_nothing_of_the_token_and_depends_on_its_purpose() {
    let token = Token::generate(&Repeatable::new(1));
    assert_ne!(token.derive("csrf"), token.derive("other"));
    assert_ne!(token.derive("csrf"), token.expose());
    assert_eq!(
        token.derive("csrf"),
        Token::parse(&token.expose()).unwrap().derive("csrf")
    );
}

proptest! {
    #[test]
    fn one_secret_has_one_spelling(seed: u64, at in 0_usize..43, other in "[A-Za-z0-9_=+/ -]") {
        let token = Token::generate(&Repeatable::new(seed));
        let text = token.expose();
        prop_assert!(Token::parse(&text).unwrap().hash().matches(&token.hash()));
        let mut altered = text.clone();
        altered.replace_range(at..=at, &other);
        if altered != text {
            prop_assert!(Token::parse(&altered).is_none_or(|t| !t.hash().matches(&token.hash())));
        }
        prop_assert!(Token::parse(&text[..42]).is_none());
        let padded = text + "=";
        prop_assert!(Token::parse(&padded).is_none());
    }
}
