//! Which failed sign-ins, together, look like an attack.
//!
//! | alarm | what is seen within ten minutes |
//! |---|---|
//! | spraying | one address (IPv6: /64) fails at ten different accounts |
//! | guessing | one account is failed at twenty times, from wherever |
//! | campaign | two hundred failures at fifty different accounts, from wherever |
//!
//! Each is told once, and again only after an hour without. Logins that do not exist count like those that do: who
//! sprays does not know the difference. Memory is bounded: of too many addresses or accounts, those quiet for longest
//! are forgotten. Each node sees what comes to it.

use crate::sign_in::Source;
use custos_values::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;

/// How far back failures count, in milliseconds.
const WINDOW_MS: i64 = 10 * 60_000;
/// How long an alarm is not told again, in milliseconds.
const QUIET_MS: i64 = 3_600_000;
/// Accounts one address fails at.
const SPRAYED: usize = 10;
/// Failures at one account.
const GUESSES: usize = 20;
/// Failures, and accounts they are at, over all.
const CAMPAIGN: (usize, usize) = (200, 50);
/// Most addresses, and most accounts, kept.
const CAPACITY: usize = 10_000;

/// What the failures look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// A few common passwords at many accounts, from one place.
    Spraying,
    /// Many passwords at one account.
    Guessing,
    /// Stolen lists of passwords, from many places.
    Campaign,
}

impl Alarm {
    /// The word in entries and messages.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Spraying => "spraying",
            Self::Guessing => "guessing",
            Self::Campaign => "campaign",
        }
    }
}

/// Failures of one kind, newest last, no more than it takes to tell.
#[derive(Default)]
struct Seen {
    failures: VecDeque<(Timestamp, i64)>,
    told_at: Option<Timestamp>,
}

impl Seen {
    fn add(&mut self, now: Timestamp, what: i64, most: usize) {
        let begin = now.plus_millis(-WINDOW_MS);
        while self.failures.front().is_some_and(|(at, _)| *at <= begin)
            || self.failures.len() >= most
        {
            self.failures.pop_front();
        }
        self.failures.push_back((now, what));
    }

    fn different(&self) -> usize {
        let mut all: Vec<i64> = self.failures.iter().map(|(_, what)| *what).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// Whether it is to be told now.
    fn tells(&mut self, now: Timestamp) -> bool {
        let quiet = self
            .told_at
            .is_some_and(|at| now.millis() - at.millis() < QUIET_MS);
        if !quiet {
            self.told_at = Some(now);
        }
        !quiet
    }

    fn last(&self) -> i64 {
        self.failures.back().map_or(0, |(at, _)| at.millis())
    }
}

/// What was seen so far.
#[derive(Default)]
pub(crate) struct Detector {
    addresses: HashMap<IpAddr, Seen>,
    accounts: HashMap<i64, Seen>,
    all: Seen,
}

impl Detector {
    /// Takes a failure in, and says what it completes.
    pub(crate) fn failed(
        &mut self,
        login_hash: i64,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        if let Source::Address(Some(address)) = Source::address(address) {
            let seen = entry(&mut self.addresses, address);
            seen.add(now, login_hash, CAMPAIGN.0);
            if seen.different() >= SPRAYED && seen.tells(now) {
                alarms.push(Alarm::Spraying);
            }
        }
        let seen = entry(&mut self.accounts, login_hash);
        seen.add(now, login_hash, GUESSES);
        if seen.failures.len() >= GUESSES && seen.tells(now) {
            alarms.push(Alarm::Guessing);
        }
        self.all.add(now, login_hash, CAMPAIGN.0);
        if self.all.failures.len() >= CAMPAIGN.0
            && self.all.different() >= CAMPAIGN.1
            && self.all.tells(now)
        {
            alarms.push(Alarm::Campaign);
        }
        alarms
    }
}

/// The entry of a key; of too many, the tenth that was quiet for longest goes.
fn entry<K: Hash + Eq + Copy>(kept: &mut HashMap<K, Seen>, key: K) -> &mut Seen {
    if kept.len() >= CAPACITY && !kept.contains_key(&key) {
        let mut last: Vec<i64> = kept.values().map(Seen::last).collect();
        let (_, quiet, _) = last.select_nth_unstable(CAPACITY / 10);
        let quiet = *quiet;
        kept.retain(|_, seen| seen.last() > quiet);
    }
    kept.entry(key).or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn host(number: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, number]))
    }

    #[test]
    fn ten_accounts_from_one_address_are_spraying() {
        let mut detector = Detector::default();
        for account in 0..9 {
            assert_eq!(detector.failed(account, host(1), at(account)), []);
        }
        // The same again is no other account; another address is another matter.
        assert_eq!(detector.failed(8, host(1), at(9)), []);
        assert_eq!(detector.failed(9, host(2), at(9)), []);
        assert_eq!(detector.failed(9, host(1), at(10)), [Alarm::Spraying]);
        assert_eq!(detector.failed(10, host(1), at(11)), []);
    }

    #[test]
    fn what_is_slow_enough_is_the_throttles_matter() {
        let mut detector = Detector::default();
        for account in 0..100 {
            assert_eq!(detector.failed(account, host(1), at(account * 67)), []);
        }
    }

    #[test]
    fn twenty_failures_at_one_account_are_guessing_wherever_they_come_from() {
        let mut detector = Detector::default();
        for number in 0..19 {
            assert_eq!(detector.failed(7, host(number), at(number.into())), []);
        }
        assert_eq!(detector.failed(7, None, at(20)), [Alarm::Guessing]);
        assert_eq!(detector.failed(7, None, at(21)), []);
        let mut again = Vec::new();
        for number in 0..20 {
            again.extend(detector.failed(7, None, at(3_700 + number)));
        }
        assert_eq!(again, [Alarm::Guessing]);
    }

    #[test]
    fn many_failures_at_many_accounts_are_a_campaign() {
        let mut detector = Detector::default();
        let mut alarms = Vec::new();
        for number in 0..200_u8 {
            let address = IpAddr::from([10, 0, number, 1]);
            alarms.extend(detector.failed(
                i64::from(number % 50),
                Some(address),
                at(number.into()),
            ));
        }
        assert_eq!(alarms, [Alarm::Campaign]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn memory_is_bounded(accounts in prop::collection::vec(any::<i64>(), 1..30_000)) {
            let mut detector = Detector::default();
            for (number, account) in (0_u32..).zip(accounts) {
                let address = IpAddr::from(number.to_be_bytes());
                detector.failed(account, Some(address), at(i64::from(number) / 100));
            }
            prop_assert!(detector.addresses.len() <= CAPACITY);
            prop_assert!(detector.accounts.len() <= CAPACITY);
            prop_assert!(detector.all.failures.len() <= CAMPAIGN.0);
        }
    }
}
