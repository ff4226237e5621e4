use super::*;
use proptest::prelude::*;

const T0: i64 = 1_800_000_000_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(T0 + ms)
}

fn from(last: u8) -> Source {
    Source::address(Some(IpAddr::from([192, 0, 2, last])))
}

/// Fails at an account as fast as allowed until `end` and returns when each attempt was looked at.
fn hammer(
    throttle: &Throttle,
    account: i64,
    source: impl Fn(usize) -> Source,
    end: i64,
) -> Vec<i64> {
    let mut now = 0;
    let mut looked_at = Vec::new();
    while now < end {
        match throttle.begin(account, source(looked_at.len()), at(now)) {
            Ok(attempt) => {
                drop(attempt);
                looked_at.push(now);
            }
            Err(refusal) => now += i64::try_from(refusal.seconds).unwrap() * 1000,
        }
    }
    looked_at
}

#[test]
fn one_source_pauses_longer_and_longer() {
    let throttle = Throttles::default().passwords;
    let looked_at = hammer(&throttle, 1, |_| from(1), 400_000);
    let pauses: Vec<i64> = looked_at.windows(2).map(|w| (w[1] - w[0]) / 1000).collect();
    assert_eq!(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
}

#[test]
fn the_pause_tells_how_long_it_is() {
    let throttle = Throttles::default().passwords;
    for _ in 0..3 {
        drop(throttle.begin(1, from(1), at(0)).ok().unwrap());
    }
    let refused = |ms| throttle.begin(1, from(1), at(ms)).err();
    assert_eq!(
        refused(0),
        Some(Refusal {
            seconds: 1,
            first: true
        })
    );
    assert_eq!(
        refused(1),
        Some(Refusal {
            seconds: 1,
            first: false
        })
    );
    assert_eq!(
        refused(999),
        Some(Refusal {
            seconds: 1,
            first: false
        })
    );
    assert_eq!(refused(1000), None);
    assert_eq!(
        refused(1000),
        Some(Refusal {
            seconds: 2,
            first: true
        })
    );
}

#[test]
fn success_forgets_the_failures_of_that_source_at_that_account_only() {
    let throttle = Throttles::default().passwords;
    for account in [1, 2] {
        for _ in 0..2 {
            drop(throttle.begin(account, from(1), at(0)).ok().unwrap());
        }
    }
    let right = throttle.begin(1, from(1), at(0)).ok().unwrap();
    throttle.succeeded(right);
    assert!(throttle.begin(1, from(1), at(0)).is_ok());
    drop(throttle.begin(2, from(1), at(0)).ok().unwrap());
    assert!(throttle.begin(2, from(1), at(0)).is_err());
}

#[test]
fn failures_are_forgotten_after_an_hour() {
    let throttle = Throttles::default().passwords;
    for _ in 0..3 {
        drop(throttle.begin(1, from(1), at(0)).ok().unwrap());
    }
    drop(throttle.begin(1, from(1), at(FORGOTTEN_MS)).ok().unwrap());
    assert!(throttle.begin(1, from(1), at(FORGOTTEN_MS)).is_ok());
}

#[test]
fn many_addresses_do_not_help_against_one_account() {
    for (throttle, allowance) in [
        (Throttles::default().passwords, ACCOUNT_PASSWORD),
        (Throttles::default().codes, ACCOUNT_CODE),
    ] {
        let hour = 3_600_000;
        let source =
            |n: usize| Source::address(Some(IpAddr::from((0x0a00_0000 + n as u32).to_be_bytes())));
        let looked_at = hammer(&throttle, 1, source, hour);
        let most = allowance.burst + hour / allowance.every_ms;
        assert!(
            (looked_at.len() as i64) <= most,
            "{} > {most}",
            looked_at.len()
        );
        assert!((looked_at.len() as i64) >= most - 1);
    }
}

#[test]
fn many_accounts_do_not_help_one_address() {
    let throttle = Throttles::default().passwords;
    let looked_at = (0..10_000).filter(|account| throttle.begin(*account, from(1), at(0)).is_ok());
    assert_eq!(looked_at.count() as i64, ADDRESS.burst);
    assert!(throttle.begin(-1, from(1), at(1999)).is_err());
    assert!(throttle.begin(-1, from(1), at(2000)).is_ok());
    // Other addresses are not affected.
    assert!(throttle.begin(-1, from(2), at(0)).is_ok());
}

#[test]
fn the_owner_gets_in_from_their_device_while_the_account_is_under_attack() {
    let throttle = Throttles::default().passwords;
    let source =
        |n: usize| Source::address(Some(IpAddr::from((0x0a00_0000 + n as u32).to_be_bytes())));
    hammer(&throttle, 1, source, 59_000);
    assert!(throttle.begin(1, from(9), at(59_000)).is_err());
    let owner = throttle.begin(1, Source::Device([7; 16]), at(59_000));
    throttle.succeeded(owner.ok().unwrap());
    // A stolen mark is worth one guess a minute.
    let thief = hammer(&throttle, 1, |_| Source::Device([7; 16]), 3_600_000);
    assert!(thief.len() <= 70, "{}", thief.len());
}

#[test]
fn everybody_in_a_busy_office_gets_in() {
    let throttle = Throttles::default().passwords;
    for account in 0..1000 {
        let attempt = throttle.begin(account, from(1), at(0)).ok().unwrap();
        throttle.succeeded(attempt);
    }
}

#[test]
fn addresses_of_one_subscriber_count_together() {
    let v6 = |text: &str| Source::address(Some(text.parse().unwrap()));
    assert_eq!(v6("2001:db8:1:2::1"), v6("2001:db8:1:2:ffff::9"));
    assert_ne!(v6("2001:db8:1:2::1"), v6("2001:db8:1:3::1"));
    assert_eq!(v6("::ffff:192.0.2.1"), from(1));
}

#[test]
fn memory_is_bounded() {
    let throttle = Throttles::default().passwords;
    let now = at(0);
    for n in 0..(CAPACITY as u32 / 3 + 50) {
        let source = Source::address(Some(IpAddr::from((0x0a00_0000 + n).to_be_bytes())));
        let _ = throttle.begin(i64::from(n), source, now);
    }
    assert!(throttle.counters.lock().len() <= CAPACITY);
}

proptest! {
    /// Whatever the order of attempts, no more are looked at in a row than the table says, and waiting as told is enough.
    #[test]
    fn waiting_as_told_is_enough(steps in prop::collection::vec((0i64..5000, 0u8..3, 0i64..2, any::<bool>()), 1..300)) {
        let throttle = Throttles::default().passwords;
        let mut now = 0;
        for (wait, address, account, right) in steps {
            now += wait;
            let attempt = match throttle.begin(account, from(address), at(now)) {
                Ok(attempt) => attempt,
                Err(refusal) => {
                    prop_assert!(refusal.seconds >= 1);
                    now += i64::try_from(refusal.seconds).unwrap() * 1000;
                    throttle.begin(account, from(address), at(now)).map_err(|r| TestCaseError::fail(format!("{r:?}")))?
                }
            };
            if right {
                throttle.succeeded(attempt);
            }
        }
    }
}
