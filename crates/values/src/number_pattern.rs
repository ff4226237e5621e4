//! Patterns of running numbers, such as `HT-{yyyy}{mm}-{0000}`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::width::tidy;
use crate::{Date, FieldError, Parsed, Repair};

/// Characters a pattern may have.
const LONGEST: usize = 64;
/// Digits a counter may have before it grows.
const WIDEST: usize = 12;

/// How numbers of documents are made of the date and a counter: text, `{yyyy}` or `{yy}`, `{mm}`, `{dd}`, and one counter,
/// `{0000}`, with as many zeros as it has digits at least. `HT-{yyyy}{mm}-{0000}` gives `HT-202611-0042`.
///
/// Two numbers of one pattern are equal only if counter and period are. (Of `{yy}`: within a century.) A counter that
/// needs more digits gets them. Text and JSON form: the pattern, names of parts in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NumberPattern(Vec<Part>);

/// When a counter begins again at one: as often as the finest part of the date in the pattern changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetPeriod {
    /// Every day.
    Day,
    /// Every month.
    Month,
    /// Every year.
    Year,
    /// Never.
    Never,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Part {
    Text(String),
    /// Four digits.
    Year,
    /// The last two digits.
    ShortYear,
    Month,
    Day,
    /// Digits at least.
    Counter(usize),
}

impl NumberPattern {
    /// Reads a pattern. Full-width characters are the repair `text.full_width`.
    ///
    /// # Errors
    /// `number_pattern.empty`, `number_pattern.too_long` {max}, `number_pattern.braces` (one is missing or within
    /// another), `number_pattern.unknown_part`, `number_pattern.counter_missing`, `number_pattern.counter_twice`,
    /// `number_pattern.counter_too_wide` {max}, and `number_pattern.date_incomplete`: a day without its month or a month
    /// without its year, whose numbers would come again.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        if tidied.text.is_empty() {
            return Err(FieldError::new("number_pattern.empty"));
        }
        if tidied.text.chars().count() > LONGEST {
            return Err(FieldError::new("number_pattern.too_long").with("max", LONGEST));
        }
        let pattern = Self(parts(&tidied.text)?);
        let counters = pattern
            .0
            .iter()
            .filter(|part| matches!(part, Part::Counter(_)));
        match counters.count() {
            0 => return Err(FieldError::new("number_pattern.counter_missing")),
            1 => {}
            _ => return Err(FieldError::new("number_pattern.counter_twice")),
        }
        let year = pattern.has(&Part::Year) || pattern.has(&Part::ShortYear);
        let month = pattern.has(&Part::Month);
        let day = pattern.has(&Part::Day);
        if (day && !month) || (month && !year) {
            return Err(FieldError::new("number_pattern.date_incomplete"));
        }
        let repairs = tidied.full_width.then(|| Repair::new("text.full_width"));
        Ok(Parsed::repaired(pattern, repairs.into_iter().collect()))
    }

    /// When the counter begins again.
    pub fn reset(&self) -> ResetPeriod {
        if self.has(&Part::Day) {
            ResetPeriod::Day
        } else if self.has(&Part::Month) {
            ResetPeriod::Month
        } else if self.has(&Part::Year) || self.has(&Part::ShortYear) {
            ResetPeriod::Year
        } else {
            ResetPeriod::Never
        }
    }

    /// The number of a date and a counter.
    pub fn format(&self, date: Date, counter: u64) -> String {
        let mut number = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => number.push_str(text),
                Part::Year => number.push_str(&format!("{:04}", date.year())),
                Part::ShortYear => number.push_str(&format!("{:02}", date.year() % 100)),
                Part::Month => number.push_str(&format!("{:02}", date.month())),
                Part::Day => number.push_str(&format!("{:02}", date.day())),
                Part::Counter(digits) => number.push_str(&format!("{counter:0digits$}")),
            }
        }
        number
    }

    fn has(&self, part: &Part) -> bool {
        self.0.contains(part)
    }
}

impl ResetPeriod {
    /// The first day of the period that has this date: what a counter is kept by. None if it never begins again.
    pub fn start(self, date: Date) -> Option<Date> {
        match self {
            Self::Day => Some(date),
            Self::Month => Date::new(date.year(), date.month(), 1),
            Self::Year => Date::new(date.year(), 1, 1),
            Self::Never => None,
        }
    }
}

fn parts(text: &str) -> Result<Vec<Part>, FieldError> {
    let braces = || FieldError::new("number_pattern.braces");
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (before, after) = rest.split_once('{').unwrap_or((rest, ""));
        if before.contains('}') {
            return Err(braces());
        }
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        if before.len() == rest.len() {
            break;
        }
        let (name, after) = after.split_once('}').ok_or_else(braces)?;
        if name.contains('{') {
            return Err(braces());
        }
        parts.push(part(&name.to_ascii_lowercase())?);
        rest = after;
    }
    Ok(parts)
}

fn part(name: &str) -> Result<Part, FieldError> {
    match name {
        "yyyy" => Ok(Part::Year),
        "yy" => Ok(Part::ShortYear),
        "mm" => Ok(Part::Month),
        "dd" => Ok(Part::Day),
        zeros if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => {
            if zeros.len() > WIDEST {
                return Err(FieldError::new("number_pattern.counter_too_wide").with("max", WIDEST));
            }
            Ok(Part::Counter(zeros.len()))
        }
        _ => Err(FieldError::new("number_pattern.unknown_part")),
    }
}

impl fmt::Display for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Year => f.write_str("{yyyy}"),
            Part::ShortYear => f.write_str("{yy}"),
            Part::Month => f.write_str("{mm}"),
            Part::Day => f.write_str("{dd}"),
            Part::Counter(digits) => write!(f, "{{{:0<digits$}}}", ""),
        })
    }
}

impl fmt::Debug for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumberPattern({self})")
    }
}

impl FromStr for NumberPattern {
    type Err = FieldError;

    /// Reads what [`NumberPattern::parse`] reads, with its errors.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::parse(text).map(|parsed| parsed.value)
    }
}

impl Serialize for NumberPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NumberPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "number_pattern_tests.rs"]
mod tests;
