//! A clock that stands still until it is set.

use custos_values::{Clock, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};

/// Starts at 2026-01-05T01:00:00Z, a Monday morning in China.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_767_574_800_000))
    }
}

impl TestClock {
    /// Sets the moment.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::Release);
    }

    /// Moves on by so many milliseconds.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::AcqRel);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Acquire))
    }
}
