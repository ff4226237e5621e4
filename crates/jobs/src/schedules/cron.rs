//! When something comes again: a cron expression in a time zone.

use croner::parser::{CronParser, Seconds, Year};
use custos_values::Timestamp;
use jiff::tz::TimeZone;
use jiff::{Timestamp as Moment, Zoned};
use thiserror::Error;

/// Longest expression.
const LONGEST: usize = 100;

/// Why a schedule is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CronError {
    /// The expression is not one of five fields, or never comes.
    #[error("not a cron expression that comes again")]
    Expression,
    /// There is no such time zone.
    #[error("not a time zone")]
    Zone,
}

impl CronError {
    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expression => "schedule.cron_invalid",
            Self::Zone => "schedule.zone_invalid",
        }
    }
}

/// Minute, hour, day of the month, month and day of the week, in a time zone of the IANA database.
///
/// Where the clocks go forward, a fixed time in the hour that is left out comes when that hour is over; where they go back, it
/// comes in the first of the two hours. What comes every hour or more often comes by the hours that pass.
#[derive(Debug, Clone)]
pub struct Cron {
    expression: String,
    zone: String,
    cron: croner::Cron,
    place: TimeZone,
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression && self.zone == other.zone
    }
}

impl Cron {
    /// Reads an expression such as `0 8 * * 1-5` in a zone such as `Asia/Shanghai`.
    ///
    /// # Errors
    /// [`CronError`].
    pub fn parse(expression: &str, zone: &str) -> Result<Self, CronError> {
        if expression.len() > LONGEST {
            return Err(CronError::Expression);
        }
        let name = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        if zone.is_empty() || zone.len() > LONGEST || !zone.chars().all(name) {
            return Err(CronError::Zone);
        }
        let place = TimeZone::get(zone).map_err(|_| CronError::Zone)?;
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser
            .parse(expression)
            .map_err(|_| CronError::Expression)?;
        let parsed = Self {
            expression: expression.to_owned(),
            zone: zone.to_owned(),
            cron,
            place,
        };
        // The thirtieth of February.
        match parsed.after(Timestamp::from_millis(0)) {
            Some(_) => Ok(parsed),
            None => Err(CronError::Expression),
        }
    }

    /// The first time after a moment.
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        let moment = Moment::from_millisecond(moment.millis()).ok()?;
        let here: Zoned = moment.to_zoned(self.place.clone());
        let next = self.cron.find_next_occurrence(&here, false).ok()?;
        let next = next.timestamp();
        (next > moment).then(|| Timestamp::from_millis(next.as_millisecond()))
    }

    /// The expression.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The time zone.
    pub fn zone(&self) -> &str {
        &self.zone
    }
}
