//! Patterns of numbers: what they read, what they refuse, and that numbers never come again.

use super::*;
use proptest::prelude::*;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn examples() {
    for (pattern, counter, expected, reset) in [
        (
            "HT-{yyyy}{mm}-{0000}",
            42,
            "HT-202611-0042",
            ResetPeriod::Month,
        ),
        ("{yy}{mm}{dd}{000}", 7, "261103007", ResetPeriod::Day),
        ("{0000}/{yyyy}", 1, "0001/2026", ResetPeriod::Year),
        ("合同第{0}号", 9, "合同第9号", ResetPeriod::Never),
        (
            "ＨＴ｛YYYY｝－｛００｝",
            100,
            "HT2026-100",
            ResetPeriod::Year,
        ),
        (
            "{mm}.{yyyy} {000000000000}",
            5,
            "11.2026 000000000005",
            ResetPeriod::Month,
        ),
        (
            "{00}{yy}",
            u64::MAX,
            "1844674407370955161526",
            ResetPeriod::Year,
        ),
    ] {
        let read: NumberPattern = pattern.parse().unwrap();
        assert_eq!(
            read.format(date("2026-11-03"), counter),
            expected,
            "{pattern}"
        );
        assert_eq!(read.reset(), reset, "{pattern}");
    }
    assert_eq!(
        NumberPattern::parse("Ａ{0}").unwrap().repairs[0].code,
        "text.full_width"
    );
    assert!(NumberPattern::parse("A{0}").unwrap().repairs.is_empty());
    assert_eq!(
        "{YY}-{00}".parse::<NumberPattern>().unwrap().to_string(),
        "{yy}-{00}"
    );
}

#[test]
fn defects() {
    let long = "A".repeat(LONGEST);
    for (pattern, expected) in [
        ("", "number_pattern.empty"),
        (" ", "number_pattern.empty"),
        (&format!("{long}{{0}}"), "number_pattern.too_long"),
        ("HT-{yyyy", "number_pattern.braces"),
        ("HT-yyyy}{0}", "number_pattern.braces"),
        ("{0}}", "number_pattern.braces"),
        ("{0", "number_pattern.braces"),
        ("{", "number_pattern.braces"),
        ("{{0}}", "number_pattern.braces"),
        ("{}{0}", "number_pattern.unknown_part"),
        ("{yyy}{0}", "number_pattern.unknown_part"),
        ("{001}", "number_pattern.unknown_part"),
        ("HT", "number_pattern.counter_missing"),
        ("{yyyy}", "number_pattern.counter_missing"),
        ("{0}-{00}", "number_pattern.counter_twice"),
        ("{0000000000000}", "number_pattern.counter_too_wide"),
        ("{mm}{000}", "number_pattern.date_incomplete"),
        ("{yyyy}{dd}{000}", "number_pattern.date_incomplete"),
        ("{mm}{dd}{000}", "number_pattern.date_incomplete"),
    ] {
        assert_eq!(
            pattern.parse::<NumberPattern>().unwrap_err().code,
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn a_counter_belongs_to_its_period() {
    let day = date("2026-11-03");
    assert_eq!(ResetPeriod::Day.start(day), Some(day));
    assert_eq!(ResetPeriod::Month.start(day), Some(date("2026-11-01")));
    assert_eq!(ResetPeriod::Year.start(day), Some(date("2026-01-01")));
    assert_eq!(ResetPeriod::Never.start(day), None);
}

#[test]
fn wire_form() {
    let pattern: NumberPattern = serde_json::from_str(r#""HT{yyyy}{000}""#).unwrap();
    assert_eq!(
        serde_json::to_string(&pattern).unwrap(),
        r#""HT{yyyy}{000}""#
    );
    assert!(serde_json::from_str::<NumberPattern>(r#""HT""#).is_err());
}

/// Patterns people could want: parts of the date in any order, text between them that may be digits too.
fn pattern() -> impl Strategy<Value = NumberPattern> {
    let dates = prop::sample::select(vec![
        vec![],
        vec!["{yyyy}"],
        vec!["{yy}"],
        vec!["{yyyy}", "{mm}"],
        vec!["{mm}", "{yy}"],
        vec!["{yy}", "{mm}", "{dd}"],
        vec!["{dd}", "{mm}", "{yyyy}"],
    ]);
    (
        dates,
        1usize..7,
        any::<prop::sample::Index>(),
        prop::collection::vec("[A-Z0-9号-]{0,3}", 5),
    )
        .prop_map(|(dates, digits, place, texts)| {
            let mut parts: Vec<String> = dates.iter().map(|part| (*part).to_owned()).collect();
            parts.insert(
                place.index(parts.len() + 1),
                format!("{{{:0<digits$}}}", ""),
            );
            let text: String = parts
                .iter()
                .zip(&texts)
                .map(|(part, text)| format!("{text}{part}"))
                .collect();
            format!("{text}{}", texts[4]).parse().unwrap()
        })
}

fn day() -> impl Strategy<Value = Date> {
    // Within a century, for years of two digits.
    (0i32..36_000).prop_map(|days| date("2001-01-01").plus_days(days).unwrap())
}

fn counter() -> impl Strategy<Value = u64> {
    prop_oneof![1u64..30, 1u64..2_000_000, any::<u64>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn text_reads_back(pattern in pattern()) {
        prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
    }

    #[test]
    fn numbers_never_come_again(pattern in pattern(), days in [day(), day()], near in 0i32..40, counters in [counter(), counter()]) {
        for other in [days[1], days[0].plus_days(near).unwrap()] {
            for counter in [counters[1], counters[0]] {
                let same = pattern.reset().start(days[0]) == pattern.reset().start(other) && counters[0] == counter;
                prop_assert_eq!(pattern.format(days[0], counters[0]) == pattern.format(other, counter), same);
            }
        }
    }

    #[test]
    fn a_counter_fills_its_digits_and_then_grows(pattern in pattern(), day in day(), counter in 1u64..10_000_000) {
        let length = |counter| pattern.format(day, counter).chars().count();
        let digits = pattern.0.iter().find_map(|part| match part {
            Part::Counter(digits) => Some(*digits),
            _ => None,
        });
        let more = counter.to_string().len().saturating_sub(digits.unwrap());
        prop_assert_eq!(length(counter), length(1) + more);
        if more == 0 && counter > 1 {
            prop_assert!(pattern.format(day, counter - 1) < pattern.format(day, counter));
        }
    }

    #[test]
    fn never_panics(text in "[{}0ymdYA-]{0,20}|\\PC{0,20}") {
        if let Ok(parsed) = NumberPattern::parse(&text) {
            let again: NumberPattern = parsed.value.to_string().parse().unwrap();
            prop_assert_eq!(again, parsed.value);
        }
    }
}
