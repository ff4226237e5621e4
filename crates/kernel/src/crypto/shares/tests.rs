use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// The same bytes for the same seed.
struct Counting(AtomicU64);
impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let last = self.0.load(Ordering::Relaxed);
            let next = last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            self.0.store(next, Ordering::Relaxed);
            *byte = (next >> 56) as u8;
        }
    }
}

fn random(seed: u64) -> Counting {
    Counting(AtomicU64::new(seed))
}

/// FIPS 197, section 4.2: {57} • {83} = {c1}, {57} • {13} = {fe}; and every inverse.
#[test]
fn multiplies_in_the_field_of_aes() {
    assert_eq!(multiply(0x57, 0x83), 0xC1);
    assert_eq!(multiply(0x57, 0x13), 0xFE);
    assert_eq!(inverse(0x53), 0xCA);
    for a in 1..=255 {
        assert_eq!(multiply(a, inverse(a)), 1);
    }
}

/// Two of three by hand: with coefficient c, share n is secret + c·n.
#[test]
fn shares_are_points_of_the_polynomial() {
    struct Fixed;
    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0x83);
        }
    }
    let shares = split(&[0x57; 32], 2, 3, &Fixed).unwrap();
    for share in &shares {
        assert_eq!(share.bytes[0], 0x57 ^ multiply(0x83, share.at));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Any `threshold` shares, in any order, after being written down and typed in, give the secret.
    #[test]
    fn enough_shares_give_the_secret(
        secret in any::<[u8; 32]>(),
        seed in any::<u64>(),
        (total, threshold) in (2_u8..12).prop_flat_map(|n| (Just(n), 2..=n)),
        order in Just((0_usize..12).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let shares = split(&secret, threshold, total, &random(seed)).unwrap();
        let chosen: Vec<Share> = order
            .iter()
            .filter_map(|at| shares.get(*at))
            .take(threshold.into())
            .map(|share| Share::parse(&format!(" {} ", share.expose().to_uppercase())).unwrap())
            .collect();
        prop_assert_eq!(*join(&chosen).unwrap(), secret);
        prop_assert!(join(&chosen[1..]).is_none());
        let mut twice = chosen[1..].to_vec();
        twice.push(chosen[1].clone());
        prop_assert!(join(&twice).is_none());
    }

    /// Fewer say nothing: for every other secret there is a share that would complete them to it.
    #[test]
    fn fewer_shares_fit_every_secret(secret in any::<[u8; 32]>(), other in any::<[u8; 32]>(), seed in any::<u64>()) {
        let shares = split(&secret, 2, 2, &random(seed)).unwrap();
        // Two points determine a line: through (0, other) and the known share.
        let mut missing = shares[1].clone();
        for (at, byte) in missing.bytes.iter_mut().enumerate() {
            let slope = multiply(other[at] ^ shares[0].bytes[at], inverse(shares[0].at));
            *byte = other[at] ^ multiply(slope, 2);
        }
        prop_assert_eq!(*join(&[shares[0].clone(), missing]).unwrap(), other);
    }

    /// A wrong character is noticed, not computed with.
    #[test]
    fn a_typing_error_is_refused(seed in any::<u64>(), at in 0_usize..90, digit in 0_usize..16) {
        let share = split(&[7; 32], 2, 3, &random(seed)).unwrap().remove(0);
        let text = share.expose();
        let mut wrong = text.as_bytes().to_vec();
        let at = at % wrong.len();
        wrong[at] = b"0123456789abcdef"[digit];
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assume!(wrong != *text);
        prop_assert!(Share::parse(&wrong).is_none());
    }
}

#[test]
fn what_cannot_be_split_or_joined_is_refused() {
    for (threshold, total) in [(0, 3), (1, 3), (4, 3)] {
        assert!(split(&[1; 32], threshold, total, &random(1)).is_none());
    }
    let one = split(&[1; 32], 2, 2, &random(1)).unwrap();
    let other = split(&[1; 32], 2, 2, &random(2)).unwrap();
    assert!(join(&[one[0].clone(), other[1].clone()]).is_none());
    assert!(join(&[]).is_none());
}
