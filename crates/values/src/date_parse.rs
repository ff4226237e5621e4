//! Dates as people write them.

use crate::width::tidy;
use crate::{Date, FieldError, Parsed, Repair};

/// Excel serials from 1954 to 2119; smaller and larger numbers are more likely something else.
const SERIALS: std::ops::RangeInclusive<i32> = 20_000..=80_000;
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

impl Date {
    /// Reads `2026/3/19`, `2026-12-20`, `2026.3.9`, `2026年3月9日`, `20260319`, `19.3.2026`, `Aug 22, 2018`, `22 Aug 2018` or the
    /// serial number of spreadsheet software (`46290`, the repair `date.serial`). A time after the date is dropped,
    /// which is the repair `date.time_dropped`. Years 1900 to 2200.
    ///
    /// Of day and month before the year, the one above twelve is the day; if neither is and they differ, the date is
    /// refused as `date.ambiguous` {day_first, month_first}.
    ///
    /// # Errors
    /// `date.empty`, `date.invalid`, `date.not_in_calendar`, `date.incomplete` (`2026年3月`), `date.ambiguous`,
    /// `date.two_digit_year`, `date.out_of_range` {min, max}.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        if tidied.text.is_empty() {
            return Err(FieldError::new("date.empty"));
        }
        let mut repairs = Vec::new();
        if tidied.full_width {
            repairs.push(Repair::new("text.full_width"));
        }
        let (text, time_dropped) = split_time(&tidied.text);
        if time_dropped {
            repairs.push(Repair::new("date.time_dropped"));
        }
        let date = if text.bytes().all(|b| b.is_ascii_digit()) {
            from_digits(text, &mut repairs)?
        } else if text.chars().any(|c| c.is_ascii_alphabetic()) {
            from_words(text)?
        } else {
            from_parts(text)?
        };
        if !YEARS.contains(&date.year()) {
            return Err(FieldError::new("date.out_of_range")
                .with("min", YEARS.start())
                .with("max", YEARS.end()));
        }
        Ok(Parsed::repaired(date, repairs))
    }
}

/// Cuts off a time of day: everything from the blank or `T` before the first colon, or the fraction of a serial.
fn split_time(text: &str) -> (&str, bool) {
    let cut = match text.find([':', '：', '时']) {
        Some(colon) => text[..colon].rfind([' ', 'T', '日']).map(|at| {
            if text[at..].starts_with('日') {
                at + '日'.len_utf8()
            } else {
                at
            }
        }),
        None => None,
    };
    if let Some(cut) = cut {
        let time_ok = text[cut..]
            .chars()
            .all(|c| c.is_ascii_digit() || " T:：.+-Z时分秒上下午AMPampm".contains(c));
        if time_ok {
            return (text[..cut].trim_end(), true);
        }
    }
    match text.split_once('.') {
        Some((serial, fraction))
            if serial.len() == 5
                && [serial, fraction]
                    .iter()
                    .all(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())) =>
        {
            (serial, fraction.bytes().any(|b| b != b'0'))
        }
        _ => (text, false),
    }
}

fn from_digits(text: &str, repairs: &mut Vec<Repair>) -> Result<Date, FieldError> {
    match text.len() {
        8 => calendar(&text[..4], &text[4..6], &text[6..]),
        6 => Err(FieldError::new("date.incomplete")),
        5 => {
            let serial: i32 = text.parse().map_err(|_| invalid())?;
            // Day 1 is 1900-01-01, and the software counts a 29 February 1900 that never was.
            let date = Date::new(1899, 12, 30)
                .and_then(|start| start.plus_days(serial))
                .filter(|_| SERIALS.contains(&serial));
            repairs.push(Repair::new("date.serial"));
            date.ok_or_else(invalid)
        }
        _ => Err(invalid()),
    }
}

/// English month names in either order.
fn from_words(text: &str) -> Result<Date, FieldError> {
    let words: Vec<&str> = text
        .split([' ', ',', '-', '.', '/'])
        .filter(|word| !word.is_empty())
        .collect();
    let month_of = |word: &str| {
        let short: String = word
            .chars()
            .take(3)
            .collect::<String>()
            .to_ascii_lowercase();
        MONTHS
            .iter()
            .position(|m| *m == short)
            .filter(|_| word.chars().all(|c| c.is_ascii_alphabetic()))
            .map(|at| (at + 1).to_string())
    };
    let [a, b, year] = words.as_slice() else {
        return Err(invalid());
    };
    let (month, day) = match (month_of(a), month_of(b)) {
        (Some(month), None) => (month, *b),
        (None, Some(month)) => (month, *a),
        _ => return Err(invalid()),
    };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    year_first(year, &month, day)
}

fn from_parts(text: &str) -> Result<Date, FieldError> {
    let chinese = text.replace(['年', '月'], "-").replace(['日', '号'], "");
    let complete = !text.contains('年') || (text.contains('月') && !chinese.ends_with('-'));
    if !complete {
        return Err(FieldError::new("date.incomplete"));
    }
    let parts: Vec<&str> = chinese.split(['-', '/', '.']).map(str::trim).collect();
    if parts
        .iter()
        .any(|part| part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(invalid());
    }
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => year_first(year, month, day),
        [a, b, year] if year.len() == 4 => year_last(a, b, year),
        [_, _, _] => Err(FieldError::new("date.two_digit_year")),
        [_, _] => Err(FieldError::new("date.incomplete")),
        _ => Err(invalid()),
    }
}

fn year_first(year: &str, month: &str, day: &str) -> Result<Date, FieldError> {
    if !year.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid());
    }
    if year.len() != 4 {
        return Err(FieldError::new("date.two_digit_year"));
    }
    calendar(year, month, day)
}

fn year_last(a: &str, b: &str, year: &str) -> Result<Date, FieldError> {
    let above_twelve = |text: &str| text.parse::<u16>().is_ok_and(|number| number > 12);
    match (above_twelve(a), above_twelve(b)) {
        (true, true) => Err(FieldError::new("date.not_in_calendar")),
        (true, false) => calendar(year, b, a),
        (false, true) => calendar(year, a, b),
        (false, false) => {
            let (day_first, month_first) = (calendar(year, b, a)?, calendar(year, a, b)?);
            if day_first == month_first {
                return Ok(day_first);
            }
            Err(FieldError::new("date.ambiguous")
                .with("day_first", day_first)
                .with("month_first", month_first))
        }
    }
}

fn calendar(year: &str, month: &str, day: &str) -> Result<Date, FieldError> {
    let numbers = (year.parse(), month.parse(), day.parse());
    let (Ok(year), Ok(month), Ok(day)) = numbers else {
        return Err(invalid());
    };
    Date::new(year, month, day).ok_or_else(|| FieldError::new("date.not_in_calendar"))
}

fn invalid() -> FieldError {
    FieldError::new("date.invalid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        match Date::parse(text) {
            Ok(parsed) => parsed.value.to_string(),
            Err(error) => error.code.to_owned(),
        }
    }

    #[test]
    fn spellings() {
        for (text, expected) in [
            ("2026/3/19", "2026-03-19"),
            ("2026-12-20", "2026-12-20"),
            ("2026.3.9", "2026-03-09"),
            ("2026年9月14日", "2026-09-14"),
            ("2026年9月14号", "2026-09-14"),
            ("２０２６年９月１日", "2026-09-01"),
            ("46290", "2026-09-25"),
            ("46290.604", "2026-09-25"),
            ("20260319", "2026-03-19"),
            ("19.3.2026", "2026-03-19"),
            ("3/19/2026", "2026-03-19"),
            ("05/05/2023", "2023-05-05"),
            ("2026-10-06 14:30", "2026-10-06"),
            ("2021-02-25T02:07:00Z", "2021-02-25"),
            ("2026年9月8日 14时30分", "2026-09-08"),
            ("1984-07-10 16:30:01.464780", "1984-07-10"),
            ("Aug 22, 2018", "2018-08-22"),
            ("22 August 2018", "2018-08-22"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn defects() {
        for (text, expected) in [
            (" ", "date.empty"),
            ("01/08/2020", "date.ambiguous"),
            ("22 Jul 15", "date.two_digit_year"),
            ("1/2/26", "date.two_digit_year"),
            ("Q2 2015", "date.invalid"),
            ("last contacted Q4", "date.invalid"),
            ("待定", "date.invalid"),
            ("2026-02-30", "date.not_in_calendar"),
            ("2026/13/1", "date.not_in_calendar"),
            ("2026年3月", "date.incomplete"),
            ("2026-03", "date.incomplete"),
            ("202603", "date.incomplete"),
            ("99999", "date.invalid"),
            ("1800-01-01", "date.out_of_range"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn notes() {
        let codes = |text: &str| {
            Date::parse(text)
                .unwrap()
                .repairs
                .iter()
                .map(|r| r.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(codes("2026-10-06 14:30"), ["date.time_dropped"]);
        assert_eq!(codes("46290"), ["date.serial"]);
        assert_eq!(codes("46290.0"), ["date.serial"]);
        assert_eq!(codes("2026年3月9日"), [""; 0]);
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_date_agrees(days in -20_000i32..80_000) {
            let date = Date::new(1970, 1, 1).unwrap().plus_days(days).unwrap();
            let (y, m, d) = (date.year(), date.month(), date.day());
            for text in [date.to_string(), format!("{y}/{m}/{d}"), format!("{y}年{m}月{d}日"), format!("{y:04}{m:02}{d:02}"), format!("{y}.{m}.{d}")] {
                prop_assert_eq!(Date::parse(&text).unwrap().value, date);
            }
            let day_first = Date::parse(&format!("{d}.{m}.{y}"));
            match day_first {
                Ok(parsed) => prop_assert_eq!(parsed.value, date),
                Err(error) => {
                    prop_assert_eq!(error.code, "date.ambiguous");
                    prop_assert!(d <= 12 && d != m);
                }
            }
        }

        #[test]
        fn serials_count_days(serial in 20_000i32..=80_000) {
            let date = Date::parse(&serial.to_string()).unwrap().value;
            // Serial 25569 is 1970-01-01.
            prop_assert_eq!(date.days_since_epoch(), serial - 25_569);
        }

        #[test]
        fn never_panics(text in "[0-9年月日/. :T-]{0,24}|\\PC{0,24}") {
            if let Ok(parsed) = Date::parse(&text) {
                prop_assert!(YEARS.contains(&parsed.value.year()));
            }
        }
    }
}
