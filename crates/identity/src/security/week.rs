//! Hours of the week in a time zone.

use super::settings::{WeekHours, Weekday};
use custos_http::FieldProblem;
use custos_kernel::policy::Moment;
use custos_values::Timestamp;
use jiff::tz::TimeZone;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Hours of the week, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Week {
    days: [bool; 7],
    from: u32,
    to: u32,
    zone: TimeZone,
}

impl Week {
    /// Reads hours, and notes what is wrong with them under the name of their field.
    pub(super) fn read(
        hours: &WeekHours,
        field: &str,
        problems: &mut Vec<FieldProblem>,
    ) -> Option<Self> {
        let before = problems.len();
        let mut wrong = |member: &str, code: &'static str| {
            problems.push(FieldProblem::new(format!("{field}.{member}"), code));
        };
        let mut days = [false; 7];
        for day in &hours.days {
            days[*day as usize] = true;
        }
        if !days.contains(&true) {
            wrong("days", "security.hours.no_day");
        }
        let (from, to) = (minute(&hours.from), minute(&hours.to));
        if from.is_none_or(|from| from == DAY) {
            wrong("from", "security.hours.time");
        }
        if to.is_none() {
            wrong("to", "security.hours.time");
        } else if from == to {
            wrong("to", "security.hours.empty");
        }
        let zone = zone(&hours.zone);
        if zone.is_none() {
            wrong("zone", "security.hours.zone");
        }
        let (from, to, zone) = (from?, to?, zone?);
        (problems.len() == before).then_some(Self {
            days,
            from,
            to,
            zone,
        })
    }

    /// Whether a moment is within.
    pub(super) fn contains(&self, at: Timestamp) -> bool {
        let Ok(at) = jiff::Timestamp::from_millisecond(at.millis()) else {
            return false;
        };
        let local = self.zone.to_datetime(at);
        let today = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let yesterday = (today + 6) % 7;
        let minute =
            u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs());
        if self.from < self.to {
            self.days[today] && (self.from..self.to).contains(&minute)
        } else {
            (self.days[today] && minute >= self.from) || (self.days[yesterday] && minute < self.to)
        }
    }
}

/// Where an organisation that has not said it is taken to be.
const USUAL_ZONE: &str = "Asia/Shanghai";

/// Where an organisation is, as far as its clocks go.
#[derive(Debug, Clone)]
pub(super) struct Place(TimeZone);

impl Default for Place {
    fn default() -> Self {
        Self::of(None)
    }
}

impl Place {
    /// The place whose working hours these are.
    pub(super) fn of(working: Option<&Week>) -> Self {
        let usual = || zone(USUAL_ZONE).unwrap_or(TimeZone::UTC);
        Self(working.map_or_else(usual, |week| week.zone.clone()))
    }

    /// The day of the week and the hour there.
    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        let local = self.0.to_datetime(at);
        Moment {
            weekday: local.weekday().to_monday_one_offset().unsigned_abs(),
            hour: local.hour().unsigned_abs(),
        }
    }
}

/// A zone of the IANA database by its name; nothing that only looks like one.
fn zone(name: &str) -> Option<TimeZone> {
    let shape = !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'));
    shape.then(|| TimeZone::get(name).ok()).flatten()
}

/// The minute of the day of `08:30`, up to `24:00`.
fn minute(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let [h, hh, b':', m, mm] = bytes else {
        return None;
    };
    let digit = |b: &u8| b.is_ascii_digit().then(|| u32::from(*b - b'0'));
    let hour = digit(h)? * 10 + digit(hh)?;
    let minute = digit(m)? * 10 + digit(mm)?;
    let at = hour * 60 + minute;
    (minute < 60 && at <= DAY).then_some(at)
}

impl Weekday {
    /// All of them, as the week begins in the office.
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hours(days: &[Weekday], from: &str, to: &str, zone: &str) -> WeekHours {
        WeekHours {
            days: days.to_vec(),
            from: from.to_owned(),
            to: to.to_owned(),
            zone: zone.to_owned(),
        }
    }

    fn week(hours: &WeekHours) -> Result<Week, Vec<(String, String)>> {
        let mut problems = Vec::new();
        let week = Week::read(hours, "h", &mut problems);
        let told = problems
            .iter()
            .map(|p| (p.field.clone(), p.code.to_string()));
        week.ok_or(told.collect())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_in_shanghai() {
        let office = week(&hours(
            &Weekday::ALL[..5],
            "08:30",
            "18:00",
            "Asia/Shanghai",
        ))
        .unwrap();
        // A Monday. Shanghai is eight hours ahead.
        for (time, inside) in [
            ("2026-11-23T00:29:59.999Z", false),
            ("2026-11-23T00:30:00.000Z", true),
            ("2026-11-23T09:59:59.999Z", true),
            ("2026-11-23T10:00:00.000Z", false),
            ("2026-11-22T02:00:00.000Z", false),
            ("2026-11-27T02:00:00.000Z", true),
            ("2026-11-28T02:00:00.000Z", false),
        ] {
            assert_eq!(office.contains(at(time)), inside, "{time}");
        }
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        let night = week(&hours(&[Weekday::Friday], "22:00", "06:00", "UTC")).unwrap();
        for (time, inside) in [
            ("2026-11-27T21:59:00.000Z", false),
            ("2026-11-27T22:00:00.000Z", true),
            ("2026-11-28T05:59:00.000Z", true),
            ("2026-11-28T06:00:00.000Z", false),
            ("2026-11-28T22:30:00.000Z", false),
            ("2026-11-27T05:00:00.000Z", false),
        ] {
            assert_eq!(night.contains(at(time)), inside, "{time}");
        }
    }

    #[test]
    fn summer_time_moves_the_hours_with_the_clock_on_the_wall() {
        let shop = week(&hours(&Weekday::ALL, "09:00", "17:00", "Europe/Berlin")).unwrap();
        assert!(!shop.contains(at("2026-03-28T07:30:00.000Z")));
        assert!(shop.contains(at("2026-03-30T07:30:00.000Z")));
    }

    #[test]
    fn what_cannot_be_is_named() {
        let none: [Weekday; 0] = [];
        let told = |hours: WeekHours| week(&hours).err().unwrap();
        let one = |field: &str, code: &str| vec![(format!("h.{field}"), code.to_owned())];
        let day = [Weekday::Monday];
        assert_eq!(
            told(hours(&none, "08:00", "18:00", "UTC")),
            one("days", "security.hours.no_day")
        );
        for from in ["", "8:00", "08:60", "25:00", "24:00", "０8:00", "08:00 "] {
            assert_eq!(
                told(hours(&day, from, "18:00", "UTC")),
                one("from", "security.hours.time"),
                "{from}"
            );
        }
        assert_eq!(
            told(hours(&day, "08:00", "24:01", "UTC")),
            one("to", "security.hours.time")
        );
        assert_eq!(
            told(hours(&day, "08:00", "08:00", "UTC")),
            one("to", "security.hours.empty")
        );
        for zone in ["", "Mars/Olympus", "../../etc/passwd", "Asia/Shanghai "] {
            assert_eq!(
                told(hours(&day, "08:00", "18:00", zone)),
                one("zone", "security.hours.zone"),
                "{zone}"
            );
        }
        assert!(week(&hours(&day, "00:00", "24:00", "Asia/Urumqi")).is_ok());
    }

    proptest! {
        /// Every minute is within the hours or within what they leave out, never both.
        #[test]
        fn hours_and_the_rest_make_the_day(from in 0u32..1440, length in 1u32..1440, at_minute in 0i64..10_080) {
            let to = (from + length) % 1440;
            let text = |m: u32| format!("{:02}:{:02}", m / 60, m % 60);
            let inside = week(&hours(&Weekday::ALL, &text(from), &text(to), "UTC")).unwrap();
            let rest = week(&hours(&Weekday::ALL, &text(to), &text(from), "UTC")).unwrap();
            let moment = Timestamp::from_millis(1_800_000_000_000 + at_minute * 60_000);
            prop_assert_ne!(inside.contains(moment), rest.contains(moment));
        }
    }
}
