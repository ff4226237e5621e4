//! What a key looks like: `custos_` (`custos_scim_` for a provisioning token), 43 characters of secret, 8 of checksum.
//!
//! The beginning and the checksum are for scanners that look for secrets in places they must not be: what matches
//! `custos_(scim_)?[A-Za-z0-9_-]{43}[0-9a-f]{8}` and has the right checksum is a key, and nothing else is. The checksum is the first
//! four bytes of the SHA-256 of everything before it; it protects nothing.

use custos_kernel::crypto::{Token, sha256};

/// How a key of a service account begins.
pub(crate) const API_KEY: &str = "custos_";
/// How the provisioning token of an identity provider begins.
pub(crate) const PROVISIONING: &str = "custos_scim_";
/// Characters of the checksum.
const CHECK: usize = 8;

/// The text of a key, for the one moment in which it is handed over.
pub(crate) fn expose(prefix: &str, token: &Token) -> String {
    let body = format!("{prefix}{}", token.expose());
    let check = checksum(&body);
    body + &check
}

/// Reads a key; `None` if it cannot be one of this kind.
pub(crate) fn parse(prefix: &str, text: &str) -> Option<Token> {
    let at = text.len().checked_sub(CHECK)?;
    let (body, check) = text.split_at_checked(at)?;
    let token = Token::parse(body.strip_prefix(prefix)?)?;
    (check == checksum(body)).then_some(token)
}

fn checksum(body: &str) -> String {
    let digest = sha256(body.as_bytes());
    hex::encode(&digest[..CHECK / 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_values::Random;
    use proptest::prelude::*;

    struct Fixed([u8; 32]);
    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.copy_from_slice(&self.0[..buffer.len()]);
        }
    }

    proptest! {
        #[test]
        fn what_was_handed_out_is_read_and_nothing_near_it(bytes in any::<[u8; 32]>(), at in 0usize..58, to in "[A-Za-z0-9_-]") {
            let token = Token::generate(&Fixed(bytes));
            let text = expose(API_KEY, &token);
            let other = expose(PROVISIONING, &token);
            prop_assert!(parse(API_KEY, &other).is_none() && parse(PROVISIONING, &text).is_none());
            prop_assert!(parse(PROVISIONING, &other).is_some());
            prop_assert_eq!(text.len(), 58);
            prop_assert_eq!(parse(API_KEY, &text).unwrap().hash(), token.hash());
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(parse(API_KEY, &changed).is_some(), changed == text);
            let longer = text.clone() + " ";
            prop_assert!(parse(API_KEY, &text[1..]).is_none() && parse(API_KEY, &longer).is_none());
        }

        #[test]
        fn anything_may_be_sent(text in "\\PC{0,80}") {
            let _ = parse(API_KEY, &text);
        }
    }
}
