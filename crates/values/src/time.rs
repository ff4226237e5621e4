//! Moments, civil dates, and the clock as an argument.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::FieldError;

/// The current moment as an argument. The binary passes the system's; tests pass a fixed one.
pub trait Clock: Send + Sync {
    /// The moment now, UTC.
    fn now(&self) -> Timestamp;
}

/// A moment: milliseconds since 1970-01-01T00:00:00Z, between the years 0000 and 9999.
///
/// Text and JSON form: RFC 3339 in UTC with exactly three decimals, `2026-11-22T01:02:03.004Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0000-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// 9999-12-30T22:00:00.000Z: the last moment that is in the year 9999 in every time zone.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// The moment this many milliseconds after the epoch, held within [`Self::MIN`] and [`Self::MAX`].
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment moved by so many milliseconds, held within the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The civil date at this moment in UTC.
    pub fn utc_date(self) -> Date {
        Date(self.civil().date())
    }

    fn civil(self) -> jiff::civil::DateTime {
        // The range was checked on construction; the epoch stands in for a case that cannot occur.
        jiff::Timestamp::from_millisecond(self.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .datetime()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = FieldError;

    /// Reads RFC 3339 with any offset; what is finer than a millisecond is cut off. Else `timestamp.invalid`.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let parsed: jiff::Timestamp = text
            .parse()
            .map_err(|_| FieldError::new("timestamp.invalid"))?;
        let millis = parsed.as_millisecond();
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(FieldError::new("timestamp.invalid"))
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A civil date of the Gregorian calendar without time or zone, years 0 to 9999. Text and JSON form: `2026-11-22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The date, if the calendar has it.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if year < 0 {
            return None;
        }
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The date so many days later (earlier if negative), if within the range.
    pub fn plus_days(self, days: i32) -> Option<Self> {
        let date = self
            .0
            .checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()?;
        (date.year() >= 0).then_some(Self(date))
    }

    /// Days from 1970-01-01; a compact form for storing and sorting.
    pub fn days_since_epoch(self) -> i32 {
        self.0
            .since(jiff::civil::date(1970, 1, 1))
            .map_or(0, |span| span.get_days())
    }

    /// The moment this date begins in UTC.
    pub fn start_utc(self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.days_since_epoch()) * 86_400_000)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.day()
        )
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = FieldError;

    /// Reads `YYYY-MM-DD` only (the wire form); else `date.invalid`. For what people type see [`Date::parse`].
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let invalid = || FieldError::new("date.invalid");
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| {
                if i == 4 || i == 7 {
                    *b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        if !shaped {
            return Err(invalid());
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<i16>().unwrap_or(0);
        Self::new(number(0..4), number(5..7) as i8, number(8..10) as i8).ok_or_else(invalid)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_three_decimals() {
        assert_eq!(
            Timestamp::from_millis(0).to_string(),
            "1970-01-01T00:00:00.000Z"
        );
        assert_eq!(
            Timestamp::from_millis(1_795_309_323_004).to_string(),
            "2026-11-22T01:02:03.004Z"
        );
        assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T22:00:00.000Z");
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
    }

    #[test]
    fn reads_offsets() {
        let t: Timestamp = "2026-11-22T09:02:03.004999+08:00".parse().unwrap();
        assert_eq!(t.to_string(), "2026-11-22T01:02:03.004Z");
        assert!("2026-11-22".parse::<Timestamp>().is_err());
    }

    #[test]
    fn civil_dates() {
        assert!(Date::new(2024, 2, 29).is_some());
        assert!(Date::new(2023, 2, 29).is_none());
        assert_eq!(
            "2026-02-30".parse::<Date>().unwrap_err().code,
            "date.invalid"
        );
        assert!("2026-2-3".parse::<Date>().is_err());
    }

    proptest! {
        #[test]
        fn timestamps_round_trip(millis in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let t = Timestamp::from_millis(millis);
            prop_assert_eq!(t.to_string().parse::<Timestamp>().unwrap(), t);
        }

        #[test]
        fn days_round_trip(days in -300_000i32..2_900_000) {
            let date = Date::new(1970, 1, 1).unwrap().plus_days(days).unwrap();
            prop_assert_eq!(date.days_since_epoch(), days);
            prop_assert_eq!(date.start_utc().utc_date(), date);
            prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
        }
    }
}
