//! Proofs already shown to this node.
//!
//! A proof can be shown for as long as its time is within the skew, so its mark is kept for twice that, in two
//! generations of which the older is dropped. The memory is bounded per device and as a whole; when a bound is
//! reached, further proofs are refused, never the marks forgotten.
//!
//! Each node keeps its own: whoever gets hold of a cookie *and* of a fresh proof for it can show that proof once more
//! on each other node, for the same method and address in the same session, within [`SKEW_MS`]. Both travel inside TLS
//! only, so that takes the page itself or the node; and what the repeated request does is what the person just did.

use super::proof::SKEW_MS;
use custos_values::{DeviceId, Timestamp};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};

/// How long a generation is filled: from the earliest moment a proof counts to the last.
const GENERATION_MS: i64 = 2 * SKEW_MS + 1000;
/// Most marks of one device in a generation: 80 requests a second, for minutes.
const PER_DEVICE: usize = 10_000;
/// Most marks of all devices in a generation; some 30 MiB.
const IN_ALL: usize = 500_000;

type Marks = HashMap<DeviceId, HashSet<[u8; 16]>>;

struct State {
    begun_at: Timestamp,
    young: Marks,
    old: Marks,
    count: usize,
}

/// The marks in memory.
pub(crate) struct Shown(Mutex<State>);

impl Shown {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(State {
            begun_at: now,
            young: Marks::new(),
            old: Marks::new(),
            count: 0,
        }))
    }

    /// Whether a proof is shown for the first time; of many at once, one is told true.
    pub(super) fn first(&self, device: DeviceId, mark: [u8; 16], now: Timestamp) -> bool {
        let mut state = self.0.lock();
        let age = now.millis().saturating_sub(state.begun_at.millis());
        if age >= 2 * GENERATION_MS {
            state.old.clear();
            state.young.clear();
        } else if age >= GENERATION_MS {
            state.old = std::mem::take(&mut state.young);
        }
        if age >= GENERATION_MS {
            state.begun_at = now;
            state.count = 0;
        }
        if state.count >= IN_ALL
            || state
                .old
                .get(&device)
                .is_some_and(|old| old.contains(&mark))
        {
            return false;
        }
        let marks = state.young.entry(device).or_default();
        if marks.len() >= PER_DEVICE || !marks.insert(mark) {
            return false;
        }
        state.count += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: DeviceId = DeviceId::from_bytes([1; 16]);
    const OTHER: DeviceId = DeviceId::from_bytes([2; 16]);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_mark_is_kept_for_as_long_as_its_proof_counts() {
        for shown_at in [0, GENERATION_MS - 1, GENERATION_MS, 3 * GENERATION_MS] {
            let shown = Shown::new(at(0));
            assert!(shown.first(DEVICE, [1; 16], at(shown_at)));
            assert!(shown.first(OTHER, [1; 16], at(shown_at)));
            for later in [0, 1, SKEW_MS, 2 * SKEW_MS + 999] {
                // Something else may come between and begin a generation.
                shown.first(
                    OTHER,
                    later.to_be_bytes().repeat(2).try_into().unwrap(),
                    at(shown_at + later),
                );
                assert!(
                    !shown.first(DEVICE, [1; 16], at(shown_at + later)),
                    "{shown_at} {later}"
                );
            }
        }
    }

    #[test]
    fn a_clock_that_goes_back_forgets_nothing() {
        let shown = Shown::new(at(GENERATION_MS));
        assert!(shown.first(DEVICE, [1; 16], at(GENERATION_MS)));
        assert!(!shown.first(DEVICE, [1; 16], at(0)));
    }

    #[test]
    fn a_full_memory_refuses_and_does_not_forget() {
        let shown = Shown::new(at(0));
        let mark = |n: usize| u128::try_from(n).unwrap().to_be_bytes();
        assert!((0..PER_DEVICE).all(|n| shown.first(DEVICE, mark(n), at(n as i64 % 9))));
        assert!(!shown.first(DEVICE, mark(PER_DEVICE), at(9)));
        assert!(!shown.first(DEVICE, mark(0), at(9)));
        assert!(shown.first(OTHER, mark(0), at(9)), "others go on");
        assert!(shown.first(DEVICE, mark(PER_DEVICE), at(GENERATION_MS)));
    }
}
