//! Passwords known from leaks, as a filter of 16 bits each.
//!
//! A binary fuse filter (Graf and Lemire, ACM Journal of Experimental Algorithmics 27, 2022) knows every password it was
//! made from and takes one other in 65,536 for known too. It cannot be read backwards: it holds no password. Case does
//! not matter, since a guesser tries it.

use custos_kernel::crypto::sha256;
use std::collections::HashSet;
use xorf::{BinaryFuse16, BinaryFuse16Ref, DmaSerializable, Filter, FilterRef};

/// How many of the list go in.
const PASSWORDS: usize = 125_000;
/// Shorter ones no policy accepts, so they need no place; longer ones are no list's.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// Bytes at an even address, as a filter of 16-bit numbers needs them.
#[repr(C, align(2))]
struct Even<B: ?Sized>(B);

static FILTER: &Even<[u8]> = &Even(*include_bytes!("data/breached.bin"));

fn key(password: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(password.to_lowercase().as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Whether a password is known from leaks.
pub(crate) fn is_breached(password: &str) -> bool {
    let (head, rest) = FILTER.0.split_at(BinaryFuse16::DESCRIPTOR_LEN);
    BinaryFuse16Ref::from_dma(head, rest).contains(&key(password))
}

/// Makes the filter of a list, the most frequent password first.
///
/// # Errors
/// When the list is too short.
pub fn breached_filter<'l>(list: impl Iterator<Item = &'l str>) -> Result<Vec<u8>, &'static str> {
    let long_enough = list.filter(|password| LENGTHS.contains(&password.chars().count()));
    let mut seen = HashSet::new();
    let mut keys: Vec<u64> = long_enough
        .map(key)
        .filter(|key| seen.insert(*key))
        .take(PASSWORDS)
        .collect();
    if keys.len() < PASSWORDS {
        return Err("the list is too short");
    }
    keys.sort_unstable();
    let filter = BinaryFuse16::try_from(&keys)?;
    let mut bytes = vec![0; BinaryFuse16::DESCRIPTOR_LEN];
    filter.dma_copy_descriptor_to(&mut bytes);
    bytes.extend_from_slice(filter.dma_fingerprints());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_leaked_in_any_case() {
        for known in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "sunshine1",
            "1qaz2wsx3edc",
        ] {
            assert!(is_breached(known), "{known}");
            assert!(is_breached(&known.to_uppercase()), "{known}");
        }
    }

    #[test]
    fn takes_few_others_for_known() {
        let wrong = (0..200_000).filter(|n| is_breached(&format!("never-leaked-{n}-lantern")));
        // Three in the mean; thirty would be a broken filter.
        assert!(wrong.count() < 30);
        assert!(!is_breached("") && !is_breached("correct-horse-battery"));
    }

    #[test]
    fn is_made_from_enough_passwords_and_small() {
        let entries = FILTER.0.len() / 2;
        assert!(
            entries > PASSWORDS && FILTER.0.len() <= 300 * 1024,
            "{entries}"
        );
    }

    #[test]
    fn a_list_that_is_too_short_makes_none() {
        assert!(breached_filter(["password"].into_iter()).is_err());
    }

    #[test]
    fn every_password_of_a_list_is_found() {
        let list: Vec<String> = (0..PASSWORDS + 10)
            .map(|n| format!("Example-{n}"))
            .collect();
        let bytes = breached_filter(list.iter().map(String::as_str)).unwrap();
        let even: Vec<u8> = bytes;
        let (head, rest) = even.split_at(BinaryFuse16::DESCRIPTOR_LEN);
        let filter = BinaryFuse16Ref::from_dma(head, rest);
        assert!(
            list[..PASSWORDS]
                .iter()
                .all(|password| filter.contains(&key(password)))
        );
    }
}
