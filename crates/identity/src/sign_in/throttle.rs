//! Slowing guesses down; the rules are in the table of [`super`].

use axum::http::StatusCode;
use custos_http::Problem;
use custos_values::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Failures of one source at one account that cause no pause.
const FREE: u32 = 2;
/// Longest pause, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 60_000;
/// After this time without an attempt a source's failures are forgotten, in milliseconds.
const FORGOTTEN_MS: i64 = 3_600_000;
/// Most counters kept; beyond that, the one unused for longest goes.
const CAPACITY: usize = 100_000;

/// An allowance that fills up again.
#[derive(Clone, Copy)]
struct Allowance {
    /// Attempts at once.
    burst: i64,
    /// Milliseconds until there is one more.
    every_ms: i64,
}

const ADDRESS: Allowance = Allowance {
    burst: 60,
    every_ms: 2_000,
};
const ACCOUNT_PASSWORD: Allowance = Allowance {
    burst: 50,
    every_ms: 30_000,
};
const ACCOUNT_RESET: Allowance = Allowance {
    burst: 5,
    every_ms: 600_000,
};
const ACCOUNT_CODE: Allowance = Allowance {
    burst: 10,
    every_ms: 300_000,
};

/// Where an attempt comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A browser, or session, that proved itself to this account before.
    Device([u8; 16]),
    /// Anything else.
    Address(Option<IpAddr>),
}

impl Source {
    /// An address as it is counted: a subscriber has a whole /64 of IPv6 to choose from.
    pub(crate) fn address(address: Option<IpAddr>) -> Self {
        Self::Address(address.map(|address| match address.to_canonical() {
            IpAddr::V6(v6) => {
                let prefix = u128::from(v6) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(prefix))
            }
            v4 @ IpAddr::V4(_) => v4,
        }))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    AccountAndSource(i64, Source),
    Source(Source),
    Account(i64),
}

struct Counter {
    /// Failures of one source at one account.
    failures: u32,
    /// No attempt before this; for allowances, the moment at which all is filled up again.
    until: Timestamp,
    used_at: Timestamp,
    /// Whether a refusal was reported since the last attempt.
    reported: bool,
}

/// A refused attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Whole seconds after which another attempt may be looked at.
    pub(crate) seconds: u64,
    /// Whether it is the first since the last attempt that was looked at.
    pub(crate) first: bool,
}

impl Refusal {
    pub(crate) fn problem(self) -> Problem {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "session.throttled")
            .with("seconds", self.seconds)
            .retry_after(self.seconds)
    }
}

/// An attempt under way. Dropped, it counts as a failure.
#[must_use = "an attempt counts as failed unless it is given back"]
pub(crate) struct Attempt(Vec<(Key, Option<Allowance>)>);

/// Counts attempts of one kind.
pub(crate) struct Throttle {
    account: Allowance,
    counters: Mutex<HashMap<Key, Counter>>,
}

/// The counters of this node.
pub(crate) struct Throttles {
    /// Of passwords.
    pub(crate) passwords: Throttle,
    /// Of keys that were refused.
    pub(crate) keys: Throttle,
    /// Of second factors, and of links and the setup code, which belong to no account yet.
    pub(crate) codes: Throttle,
    /// Of requests for a new password.
    pub(crate) resets: Throttle,
}

impl Default for Throttles {
    fn default() -> Self {
        let throttle = |account| Throttle {
            account,
            counters: Mutex::default(),
        };
        Self {
            passwords: throttle(ACCOUNT_PASSWORD),
            keys: throttle(ACCOUNT_CODE),
            codes: throttle(ACCOUNT_CODE),
            resets: throttle(ACCOUNT_RESET),
        }
    }
}

impl Throttle {
    /// Begins an attempt at an account, named by the hash of its login, whether or not there is such an account.
    pub(crate) fn begin(
        &self,
        account: i64,
        source: Source,
        now: Timestamp,
    ) -> Result<Attempt, Refusal> {
        let mut rules = vec![(Key::AccountAndSource(account, source), None)];
        if matches!(source, Source::Address(_)) {
            rules.push((Key::Source(source), Some(ADDRESS)));
            rules.push((Key::Account(account), Some(self.account)));
        }
        self.take(rules, now)
    }

    /// Begins an attempt at something that belongs to no known account.
    pub(crate) fn begin_anonymous(
        &self,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Attempt, Refusal> {
        self.take(
            vec![(Key::Source(Source::address(address)), Some(ADDRESS))],
            now,
        )
    }

    /// Lets an address begin no attempt before a moment, devices excepted.
    pub(crate) fn bar(&self, address: Option<IpAddr>, until: Timestamp) {
        let full_at = until.plus_millis((ADDRESS.burst - 1) * ADDRESS.every_ms);
        if let Some(counter) = self
            .counters
            .lock()
            .get_mut(&Key::Source(Source::address(address)))
        {
            counter.until = counter.until.max(full_at);
        }
    }

    fn take(
        &self,
        rules: Vec<(Key, Option<Allowance>)>,
        now: Timestamp,
    ) -> Result<Attempt, Refusal> {
        let mut counters = self.counters.lock();
        let mut refusal: Option<Refusal> = None;
        for (key, allowance) in &rules {
            let Some(counter) = counters.get_mut(key) else {
                continue;
            };
            let wait = counter.wait_ms(*allowance, now);
            if wait > 0 {
                let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1000);
                let first = !std::mem::replace(&mut counter.reported, true);
                let worst = refusal.map_or(0, |r| r.seconds).max(seconds);
                let first = refusal.is_none_or(|r| r.first) && first;
                refusal = Some(Refusal {
                    seconds: worst,
                    first,
                });
            }
        }
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        for (key, allowance) in &rules {
            if counters.len() >= CAPACITY && !counters.contains_key(key) {
                make_room(&mut counters, now);
            }
            counters
                .entry(*key)
                .or_insert(Counter {
                    failures: 0,
                    until: now,
                    used_at: now,
                    reported: false,
                })
                .count(*allowance, now);
        }
        Ok(Attempt(rules))
    }

    /// Gives an attempt back that succeeded.
    pub(crate) fn succeeded(&self, attempt: Attempt) {
        let mut counters = self.counters.lock();
        for (key, allowance) in attempt.0 {
            match allowance {
                None => {
                    counters.remove(&key);
                }
                Some(allowance) => {
                    if let Some(counter) = counters.get_mut(&key) {
                        counter.until = counter.until.plus_millis(-allowance.every_ms);
                    }
                }
            }
        }
    }
}

impl Counter {
    fn wait_ms(&self, allowance: Option<Allowance>, now: Timestamp) -> i64 {
        let until = self.until.millis() - now.millis();
        match allowance {
            None => until,
            // A bucket written as the moment at which it is full (GCRA, ITU-T I.371).
            Some(allowance) => until - (allowance.burst - 1) * allowance.every_ms,
        }
    }

    fn count(&mut self, allowance: Option<Allowance>, now: Timestamp) {
        match allowance {
            None => {
                if now.millis() - self.used_at.millis() >= FORGOTTEN_MS {
                    self.failures = 0;
                }
                self.failures = self.failures.saturating_add(1);
                self.until = now.plus_millis(pause_ms(self.failures));
            }
            Some(allowance) => {
                self.until = self.until.max(now).plus_millis(allowance.every_ms);
            }
        }
        self.used_at = now;
        self.reported = false;
    }
}

/// The pause after so many failures.
fn pause_ms(failures: u32) -> i64 {
    match failures.checked_sub(FREE + 1) {
        None => 0,
        Some(doublings) => 1000_i64
            .checked_shl(doublings.min(16))
            .unwrap_or(LONGEST_PAUSE_MS)
            .min(LONGEST_PAUSE_MS),
    }
}

fn make_room(counters: &mut HashMap<Key, Counter>, now: Timestamp) {
    counters.retain(|_, counter| {
        counter.until > now || now.millis() - counter.used_at.millis() < FORGOTTEN_MS
    });
    if counters.len() >= CAPACITY
        && let Some(oldest) = counters
            .iter()
            .min_by_key(|(_, counter)| counter.used_at)
            .map(|(key, _)| *key)
    {
        counters.remove(&oldest);
    }
}

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "throttle_table_tests.rs"]
mod table_tests;
