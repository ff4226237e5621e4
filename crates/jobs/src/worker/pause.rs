//! When an attempt follows another.

use custos_values::Random;

/// The first pause, in milliseconds; each is twice the one before.
const FIRST_MS: i64 = 10_000;
/// The longest.
const LONGEST_MS: i64 = 6 * 3_600_000;
/// The pause is longer by up to one part in this many, so that what failed together does not come back together.
const SPREAD: i64 = 5;

/// The pause after an attempt, counted from 1, in milliseconds.
pub(super) fn pause_ms(attempt: i64, random: &dyn Random) -> i64 {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
    let pause = FIRST_MS.saturating_mul(1 << doublings).min(LONGEST_MS);
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let part = i64::from(u32::from_be_bytes(bytes));
    pause + pause / SPREAD * part / i64::from(u32::MAX)
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

    proptest! {
        #[test]
        fn pauses_double_up_to_six_hours_and_a_fifth(attempt: i64, byte: u8) {
            let pause = pause_ms(attempt, &Bytes(byte));
            prop_assert!((FIRST_MS..=LONGEST_MS + LONGEST_MS / SPREAD).contains(&pause));
            if (1..11).contains(&attempt) {
                let least = FIRST_MS << (attempt - 1);
                prop_assert!((least..=least + least / SPREAD).contains(&pause));
            }
        }
    }
}
