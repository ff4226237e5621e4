//! When an attempt follows another; the table is that of the crate's documentation.

use custos_values::Random;

/// Attempts at a message.
pub(super) const ATTEMPTS: i64 = 8;
/// Milliseconds from one attempt to the next.
const PAUSES_MS: [i64; ATTEMPTS as usize - 1] = [
    30_000,
    120_000,
    600_000,
    1_800_000,
    2 * 3_600_000,
    6 * 3_600_000,
    15 * 3_600_000,
];
/// The pause is longer by up to one part in this many.
const SPREAD: i64 = 5;
/// How long a node may be at a message before another takes it up, in milliseconds. An attempt ends well before.
pub(super) const LEASE_MS: i64 = 300_000;

/// The pause after an attempt, counted from 1; none after the last.
pub(super) fn pause_ms(attempt: i64, random: &dyn Random) -> Option<i64> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    let pause = *PAUSES_MS.get(index)?;
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let part = i64::from(u32::from_be_bytes(bytes));
    Some(pause + pause / SPREAD * part / i64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Bytes(u8);
    impl Random for Bytes {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn eight_attempts_take_about_a_day() {
        let whole = |random: &dyn Random| -> i64 {
            (1..ATTEMPTS)
                .map(|attempt| pause_ms(attempt, random).unwrap())
                .sum()
        };
        let hour = 3_600_000;
        assert!((23 * hour..=24 * hour).contains(&whole(&Bytes(0))));
        assert!((28 * hour..=29 * hour).contains(&whole(&Bytes(255))));
        for attempt in [0, -1, i64::MIN, ATTEMPTS, ATTEMPTS + 1, i64::MAX] {
            assert_eq!(pause_ms(attempt, &Bytes(7)), None);
        }
    }

    proptest! {
        #[test]
        fn pauses_grow_whatever_the_spread(attempt in 1..ATTEMPTS - 1, one: u8, other: u8) {
            let before = pause_ms(attempt, &Bytes(one)).unwrap();
            let after = pause_ms(attempt + 1, &Bytes(other)).unwrap();
            prop_assert!(before < after);
            let least = PAUSES_MS[usize::try_from(attempt).unwrap() - 1];
            prop_assert!((least..=least + least / SPREAD).contains(&before));
        }
    }
}
