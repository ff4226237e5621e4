//! The tables of docs/security/lockout.md, tried row by row.

use super::*;

const DOCUMENT: &str = include_str!("../../../../docs/security/lockout.md");
const T0: i64 = 1_800_000_000_000;
const ACCOUNT: i64 = 7;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(T0 + ms)
}

/// The rows of the table under a heading.
fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, after) = DOCUMENT.split_once(&format!("## {heading}\n")).unwrap();
    let rows = after.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    rows.map(cells).collect()
}

fn seconds(cell: &str) -> i64 {
    cell.strip_suffix(" s").unwrap().parse().unwrap()
}

fn address(n: u32) -> Source {
    Source::address(Some(IpAddr::from((0x0a00_0000 + n).to_be_bytes())))
}

const DEVICE: Source = Source::Device([9; 16]);

/// Fails so often at the account, as early as allowed, and returns the moment of the last failure.
fn reach(throttle: &Throttle, source: Source, failures: i64) -> i64 {
    let (mut now, mut last) = (0, 0);
    for _ in 0..failures {
        while let Err(refusal) = throttle.begin(ACCOUNT, source, at(now)).map(drop) {
            now += i64::try_from(refusal.seconds).unwrap() * 1000;
        }
        last = now;
    }
    last
}

/// How long the next attempt has to wait, in milliseconds, found by trying: a refusal changes nothing.
fn pause_after(throttle: &Throttle, source: Source, last: i64) -> i64 {
    let refused = |ms: i64| throttle.begin(ACCOUNT, source, at(last + ms)).err();
    match refused(0) {
        None => 0,
        Some(refusal) => {
            let pause = i64::try_from(refusal.seconds).unwrap() * 1000;
            assert_eq!(refused(pause - 1).map(|r| r.seconds), Some(1));
            assert_eq!(refused(0).map(|r| r.seconds), Some(refusal.seconds));
            pause
        }
    }
}

#[test]
fn one_source_at_one_account() {
    let rows = table("One source at one account");
    assert_eq!(rows.len(), 11);
    let pauses: Vec<i64> = rows.iter().map(|row| seconds(&row[1]) * 1000).collect();
    let pause_of = |state: &str| {
        let state: usize = state.parse().unwrap();
        pauses[state.min(pauses.len() - 1)]
    };
    for source in [address(1), DEVICE] {
        for row in &rows {
            let [state, pause, wrong, right, early, after_an_hour] = row.as_slice() else {
                panic!("{row:?}");
            };
            let failures: i64 = state.parse().unwrap();
            let pause = seconds(pause) * 1000;
            let fresh = || {
                let throttle = Throttles::default().passwords;
                let last = reach(&throttle, source, failures);
                (throttle, last)
            };
            // Too early: refused, and the state is the same.
            let (throttle, last) = fresh();
            if early == "–" {
                assert_eq!(pause, 0);
            } else {
                assert_eq!(early, state);
                assert_eq!(pause_after(&throttle, source, last), pause, "{state}");
            }
            // Wrong.
            drop(
                throttle
                    .begin(ACCOUNT, source, at(last + pause))
                    .ok()
                    .unwrap(),
            );
            assert_eq!(
                pause_after(&throttle, source, last + pause),
                pause_of(wrong),
                "{state} wrong"
            );
            // Right.
            let (throttle, last) = fresh();
            let attempt = throttle
                .begin(ACCOUNT, source, at(last + pause))
                .ok()
                .unwrap();
            throttle.succeeded(attempt);
            assert_eq!(right, "0");
            for _ in 0..2 {
                drop(
                    throttle
                        .begin(ACCOUNT, source, at(last + pause))
                        .ok()
                        .unwrap(),
                );
            }
            assert_eq!(
                pause_after(&throttle, source, last + pause),
                pause_of("2"),
                "{state} right"
            );
            // After an hour.
            let (throttle, last) = fresh();
            let later = last + FORGOTTEN_MS;
            assert_eq!(after_an_hour, "1");
            for _ in 0..3 {
                drop(throttle.begin(ACCOUNT, source, at(later)).ok().unwrap());
            }
            assert_eq!(
                pause_after(&throttle, source, later),
                pause_of("3"),
                "{state} later"
            );
        }
    }
}

#[test]
fn allowances() {
    let rows = table("Allowances");
    let of = |name: &str| rows.iter().find(|row| row[0] == name).unwrap();
    for (name, allowance) in [
        ("address", ADDRESS),
        ("account, password", ACCOUNT_PASSWORD),
        ("account, second factor", ACCOUNT_CODE),
    ] {
        let row = of(name);
        assert_eq!(row[1].parse::<i64>().unwrap(), allowance.burst, "{name}");
        assert_eq!(seconds(&row[2]) * 1000, allowance.every_ms, "{name}");
    }
    assert_eq!(rows.len(), 3);
}

#[test]
fn which_attempts_are_looked_at() {
    let rows = table("Which attempts are looked at");
    assert_eq!(rows.len(), 16);
    for second_factor in [false, true] {
        for row in &rows {
            let throttles = Throttles::default();
            let (throttle, allowance) = match second_factor {
                false => (throttles.passwords, ACCOUNT_PASSWORD),
                true => (throttles.codes, ACCOUNT_CODE),
            };
            let source = if row[0] == "device" {
                DEVICE
            } else {
                address(1)
            };
            // All of it happens in one moment: nothing fills up again in between.
            if row[1] == "yes" {
                for _ in 0..=FREE {
                    drop(throttle.begin(ACCOUNT, source, at(0)).ok().unwrap());
                }
            }
            if row[2] == "yes" {
                let others = 1000..;
                let failed =
                    others.map(|account| throttle.begin(account, address(1), at(0)).map(drop));
                assert!(failed.take_while(Result::is_ok).count() > 0);
            }
            if row[3] == "yes" {
                let elsewhere = 2..;
                let failed =
                    elsewhere.map(|n| throttle.begin(ACCOUNT, address(n), at(0)).map(drop));
                let count = failed.take_while(Result::is_ok).count();
                assert!(i64::try_from(count).unwrap() <= allowance.burst && count > 0);
            }
            let looked_at = throttle.begin(ACCOUNT, source, at(0)).is_ok();
            assert_eq!(looked_at, row[4] == "looked at", "{row:?}");
        }
    }
}

/// Whatever others do for a day, the owner's device is looked at at every moment.
#[test]
fn nobody_locks_the_owner_out() {
    for throttle in [Throttles::default().passwords, Throttles::default().codes] {
        for minute in 0..24 * 60 {
            let now = at(minute * 60_000);
            for n in 0..200 {
                drop(throttle.begin(ACCOUNT, address(n), now));
            }
            let owner = throttle.begin(ACCOUNT, DEVICE, now).ok().unwrap();
            throttle.succeeded(owner);
        }
    }
}
