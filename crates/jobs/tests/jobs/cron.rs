//! When schedules come.

use custos_jobs::{Cron, CronError};
use custos_values::Timestamp;
use proptest::prelude::*;

fn times(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let cron = Cron::parse(expression, zone).unwrap();
    let mut at: Timestamp = from.parse().unwrap();
    let mut told = Vec::new();
    for _ in 0..count {
        at = cron.after(at).unwrap();
        told.push(at.to_string());
    }
    told
}

#[test]
fn comes_at_the_time_of_its_zone() {
    assert_eq!(
        times("30 8 * * 1-5", "Asia/Shanghai", "2026-11-20T00:30:00Z", 2),
        ["2026-11-23T00:30:00.000Z", "2026-11-24T00:30:00.000Z"]
    );
    assert_eq!(
        times("0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", 2),
        ["2026-03-31T00:00:00.000Z", "2026-05-31T00:00:00.000Z"]
    );
}

#[test]
fn where_clocks_change_it_comes_once() {
    // Forward on 2026-03-29, from 02:00 to 03:00; back on 2026-10-25, from 03:00 to 02:00.
    let spring = times("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2);
    assert_eq!(spring.len(), 2);
    assert!(spring[0].starts_with("2026-03-29T01:"), "{spring:?}");
    assert_eq!(spring[1], "2026-03-30T00:30:00.000Z");
    assert_eq!(
        times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]
    );
    assert_eq!(
        times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4),
        [
            "2026-10-25T00:00:00.000Z",
            "2026-10-25T01:00:00.000Z",
            "2026-10-25T02:00:00.000Z",
            "2026-10-25T03:00:00.000Z",
        ]
    );
}

#[test]
fn refuses_what_is_none() {
    for expression in [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "0 0 30 2 *",
        "@reboot",
        "0 0 * * 8",
    ] {
        let parsed = Cron::parse(expression, "UTC");
        assert_eq!(parsed.unwrap_err(), CronError::Expression, "{expression}");
    }
    for zone in ["", "Mars/Olympus", "../../etc/passwd", "Asia/Shanghai "] {
        assert_eq!(Cron::parse("* * * * *", zone).unwrap_err(), CronError::Zone);
    }
    assert!(Cron::parse(&"0,".repeat(60), "UTC").is_err());
}

proptest! {
    #[test]
    fn always_moves_on(
        minute in 0u8..60, hour in 0u8..24, step in 1u8..30,
        zone in prop::sample::select(vec!["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
        from in 1_600_000_000_000i64..2_200_000_000_000,
    ) {
        for expression in [format!("{minute} {hour} * * *"), format!("*/{step} * * * *"), format!("{minute} * * * *")] {
            let cron = Cron::parse(&expression, zone).unwrap();
            let mut at = Timestamp::from_millis(from);
            for _ in 0..5 {
                let next = cron.after(at).unwrap();
                prop_assert!(next > at);
                at = next;
            }
        }
    }

    #[test]
    fn no_text_breaks_it(expression in "[-*/,0-9A-Z#L ?@]{0,40}") {
        let _ = Cron::parse(&expression, "Asia/Shanghai");
    }
}
