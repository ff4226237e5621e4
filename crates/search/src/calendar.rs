//! Days, weeks and months of moments, without time zones: whoever asks says how far their clock is from UTC.

const MILLIS_PER_DAY: i64 = 86_400_000;
/// Days this far from 1970-01-01 on either side, some ten thousand years, have a period.
pub(crate) const DAYS: i64 = 3_700_000;

/// What the values of a number field count, when they are moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Days since 1970-01-01, as dates are stored.
    Days,
    /// Milliseconds since 1970-01-01T00:00:00Z, as [`crate::FieldId::CreatedAt`] and [`crate::FieldId::UpdatedAt`] are.
    Millis {
        /// How many minutes the clock by which days begin is ahead of UTC; 480 for China.
        ahead: i32,
    },
}

/// A part of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
}

impl TimeUnit {
    /// The day of a value, counted from 1970-01-01; none beyond [`DAYS`].
    pub(crate) fn day(self, value: i64) -> Option<i32> {
        let day = match self {
            Self::Days => value,
            Self::Millis { ahead } => value
                .saturating_add(i64::from(ahead) * 60_000)
                .div_euclid(MILLIS_PER_DAY),
        };
        i32::try_from(day)
            .ok()
            .filter(|_| (-DAYS..=DAYS).contains(&day))
    }
}

impl Period {
    /// The first day of the period that has this day.
    pub(crate) fn start(self, day: i32) -> i32 {
        match self {
            Self::Day => day,
            // 1970-01-01 was a Thursday.
            Self::Week => day - (day + 3).rem_euclid(7),
            Self::Month => day - day_of_month(day) + 1,
        }
    }
}

/// Howard Hinnant's `civil_from_days`, as far as the day of the month: years begin in March, so that the leap day is
/// the last of the year, and repeat after 400.
fn day_of_month(day: i32) -> i32 {
    let of_era = (day + 719_468).rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    of_year - (153 * month + 2) / 5 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the days of every month of eight hundred years one after the other.
    #[test]
    fn months_begin_where_counting_says() {
        let leap = |year: i32| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let mut first: i32 = (1600..1970)
            .map(|year| if leap(year) { -366 } else { -365 })
            .sum();
        for year in 1600..2400 {
            let february = if leap(year) { 29 } else { 28 };
            for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
                for day in first..first + days {
                    assert_eq!(Period::Month.start(day), first, "{year}");
                }
                first += days;
            }
        }
    }

    #[test]
    fn weeks_begin_on_mondays() {
        // 2026-11-23 is a Monday.
        for (day, monday) in [
            (20_780, 20_780),
            (20_786, 20_780),
            (20_787, 20_787),
            (0, -3),
            (-4, -10),
        ] {
            assert_eq!(Period::Week.start(day), monday);
        }
    }

    #[test]
    fn a_day_begins_by_the_clock_of_who_asks() {
        let china = TimeUnit::Millis { ahead: 480 };
        assert_eq!(china.day(57_599_999), Some(0));
        assert_eq!(china.day(57_600_000), Some(1));
        assert_eq!(TimeUnit::Millis { ahead: 0 }.day(-1), Some(-1));
        assert_eq!(TimeUnit::Days.day(-1), Some(-1));
    }

    #[test]
    fn what_is_no_day_has_none() {
        for unit in [TimeUnit::Days, TimeUnit::Millis { ahead: i32::MAX }] {
            assert_eq!(unit.day(i64::MAX), None);
            assert_eq!(unit.day(i64::MIN), None);
        }
        assert_eq!(TimeUnit::Days.day(DAYS), Some(3_700_000));
        assert_eq!(TimeUnit::Days.day(-DAYS - 1), None);
    }
}
