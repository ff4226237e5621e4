//! Patterns of document numbers 流水号, such as `HT-{yyyy}{mm}-{0000}`.

use crate::{Date, FieldError};
use std::str::FromStr;

/// Most characters of a pattern.
const LONGEST: usize = 40;
/// Most digits of a counter.
const MOST_DIGITS: usize = 9;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Year,
    ShortYear,
    Month,
    Day,
    Counter(usize),
}

/// A pattern: text, parts of a date in braces, and one counter with as many digits as it has zeros. The counter begins anew
/// with the most precise part of the date that the pattern has; above its digits it grows instead of repeating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberPattern(Vec<Part>);

impl NumberPattern {
    /// A number.
    pub fn format(&self, date: Date, counter: u64) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Year => format!("{year:04}"),
            Part::ShortYear => format!("{:02}", year.rem_euclid(100)),
            Part::Month => format!("{month:02}"),
            Part::Day => format!("{day:02}"),
            Part::Counter(digits) => format!("{counter:0digits$}"),
        };
        self.0.iter().map(part).collect()
    }

    /// Within what the counter counts: equal texts share a counter.
    pub fn period(&self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        if self.0.contains(&Part::Day) {
            format!("{year:04}-{month:02}-{day:02}")
        } else if self.0.contains(&Part::Month) {
            format!("{year:04}-{month:02}")
        } else if self.0.contains(&Part::Year) || self.0.contains(&Part::ShortYear) {
            format!("{year:04}")
        } else {
            String::new()
        }
    }
}

impl FromStr for NumberPattern {
    type Err = FieldError;

    /// Reads a pattern.
    ///
    /// # Errors
    /// `number_pattern.too_long`, `number_pattern.part` for braces with something else, `number_pattern.counter` unless there
    /// is exactly one counter, `number_pattern.repeats` where numbers of different periods could be the same: a day without its
    /// month, a month without its year.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        if text.chars().count() > LONGEST {
            return Err(FieldError::new("number_pattern.too_long").with("max", LONGEST));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let unknown = || FieldError::new("number_pattern.part");
            let (name, after) = after.split_once('}').ok_or_else(unknown)?;
            parts.push(match name {
                "yyyy" => Part::Year,
                "yy" => Part::ShortYear,
                "mm" => Part::Month,
                "dd" => Part::Day,
                zeros if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
                    Part::Counter(zeros.len().min(MOST_DIGITS))
                }
                _ => return Err(unknown()),
            });
            rest = after;
        }
        if rest.contains('}') || text.chars().any(char::is_control) {
            return Err(FieldError::new("number_pattern.part"));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let counters = parts.iter().filter(|part| matches!(part, Part::Counter(_)));
        if counters.count() != 1 {
            return Err(FieldError::new("number_pattern.counter"));
        }
        let has = |part: &Part| parts.contains(part);
        let year = has(&Part::Year) || has(&Part::ShortYear);
        if (has(&Part::Day) && !has(&Part::Month)) || (has(&Part::Month) && !year) {
            return Err(FieldError::new("number_pattern.repeats"));
        }
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_carry_the_date_and_grow_beyond_their_digits() {
        let pattern: NumberPattern = "HT-{yyyy}{mm}-{0000}".parse().unwrap();
        assert_eq!(pattern.format(date("2026-11-23"), 7), "HT-202611-0007");
        assert_eq!(
            pattern.format(date("2026-11-23"), 12_345),
            "HT-202611-12345"
        );
        assert_eq!(pattern.period(date("2026-11-23")), "2026-11");
        let daily: NumberPattern = "{yy}{mm}{dd}{000}号".parse().unwrap();
        assert_eq!(daily.format(date("2026-01-02"), 3), "260102003号");
        assert_eq!(daily.period(date("2026-01-02")), "2026-01-02");
        let ever: NumberPattern = "C{00000}".parse().unwrap();
        assert_eq!(ever.period(date("2026-01-02")), "");
    }

    #[test]
    fn patterns_that_cannot_count_are_refused() {
        let code = |text: &str| text.parse::<NumberPattern>().unwrap_err().code;
        assert_eq!(code("HT-{yyyy}"), "number_pattern.counter");
        assert_eq!(code("{0}{00}"), "number_pattern.counter");
        assert_eq!(code("{week}{0}"), "number_pattern.part");
        assert_eq!(code("{0"), "number_pattern.part");
        assert_eq!(code("0}{0}"), "number_pattern.part");
        assert_eq!(code("{dd}{0}"), "number_pattern.repeats");
        assert_eq!(code("{yyyy}{dd}{0}"), "number_pattern.repeats");
        assert_eq!(code(&"a".repeat(41)), "number_pattern.too_long");
    }

    proptest! {
        #[test]
        fn no_two_numbers_of_different_periods_or_counters_are_the_same(
            days in prop::array::uniform2(0i32..20_000),
            counters in prop::array::uniform2(1u64..100_000),
            pattern in prop::sample::select(vec![
                "A-{yyyy}-{0000}", "{yyyy}{mm}-{000}", "{yyyy}-{mm}-{dd}/{00}", "No {0}",
            ]),
        ) {
            let pattern: NumberPattern = pattern.parse().unwrap();
            let day = |days| date("2000-01-01").plus_days(days).unwrap();
            let [first, second] = days.map(day);
            let same = pattern.period(first) == pattern.period(second) && counters[0] == counters[1];
            let numbers = (pattern.format(first, counters[0]), pattern.format(second, counters[1]));
            prop_assert_eq!(numbers.0 == numbers.1, same);
        }
    }
}
