//! Recovery codes: ten single-use stand-ins for the authenticator app.

use custos_kernel::crypto::sha256;
use custos_values::{Random, UserId};

/// How many there are.
const COUNT: usize = 10;
/// Symbols of a code: 24 of 5 bits each are 120 bits. From 112 bits on, an ordinary hash is enough to store a code (OWASP ASVS
/// 5.0, 6.5.2).
const SYMBOLS: usize = 24;
/// Letters and digits without those that look alike (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// New codes, as shown: `AB3D-EF7H-…`.
fn generate(random: &dyn Random) -> Vec<String> {
    (0..COUNT)
        .map(|_| {
            let mut bytes = [0; SYMBOLS];
            random.fill(&mut bytes);
            let symbols = bytes.map(|b| char::from(ALPHABET[usize::from(b & 31)]));
            let groups: Vec<String> = symbols
                .chunks(4)
                .map(|group| group.iter().collect())
                .collect();
            groups.join("-")
        })
        .collect()
}

/// New codes with what is stored of each.
pub(crate) fn new_recovery_codes(
    user: UserId,
    random: &dyn Random,
) -> (Vec<String>, Vec<[u8; 32]>) {
    let codes = generate(random);
    let hashes = codes.iter().filter_map(|code| hash(user, code)).collect();
    (codes, hashes)
}

/// What is stored of a code, and how one that was typed is recognised: separators and case do not matter, nor does
/// writing O for 0 and I or L for 1. `None` if it cannot be a code.
pub(super) fn hash(user: UserId, typed: &str) -> Option<[u8; 32]> {
    let mut code = Vec::with_capacity(SYMBOLS);
    for c in typed.chars().filter(|c| !matches!(c, '-' | ' ')) {
        let symbol = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let symbol = u8::try_from(symbol).ok().filter(|s| ALPHABET.contains(s))?;
        code.push(symbol);
        if code.len() > SYMBOLS {
            return None;
        }
    }
    (code.len() == SYMBOLS)
        .then(|| sha256(&[b"recovery".as_slice(), user.as_bytes(), &code].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);
    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self.0.fetch_add(37, Ordering::Relaxed).wrapping_mul(73);
            }
        }
    }

    #[test]
    fn ten_codes_and_every_way_to_type_them() {
        let codes = generate(&Counting(AtomicU8::new(3)));
        assert_eq!(codes.len(), 10);
        let user = UserId::from_bytes([1; 16]);
        for code in &codes {
            assert_eq!(code.len(), 29);
            let expected = hash(user, code).unwrap();
            assert_eq!(
                hash(user, &code.replace('-', " ").to_lowercase()),
                Some(expected)
            );
            assert_eq!(
                hash(user, &code.replace('0', "o").replace('1', "l")),
                Some(expected)
            );
            assert_ne!(hash(UserId::from_bytes([2; 16]), code), Some(expected));
            assert_eq!(hash(user, &code[1..]), None);
            assert_eq!(hash(user, &format!("{code}0")), None);
        }
    }

    proptest! {
        #[test]
        fn anything_may_be_typed(text in "\\PC{0,40}") {
            let _ = hash(UserId::from_bytes([1; 16]), &text);
        }
    }
}
