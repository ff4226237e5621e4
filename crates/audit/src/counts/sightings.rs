//! Who saw a record, and which records a person saw.

use super::LogScope;
use crate::{AuditError, Desk};
use custos_http::{FieldProblem, Problem};
use custos_store::{Sighting, SightingOf};
use custos_values::{Timestamp, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;
/// Days looked back unless asked otherwise.
const DAYS: i64 = 366;

/// Of whom, or of what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SightingsQuery {
    /// Who saw this record? Either this or `actor_id`.
    resource_id: Option<String>,
    /// What did this person see?
    actor_id: Option<String>,
    /// Only from this moment's day on, RFC 3339 in UTC; 366 days before `to` if not given.
    from: Option<String>,
    /// Only up to this moment's day; today if not given.
    to: Option<String>,
    /// Items per page, 1 to 200; 50 if not given.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A query that was understood.
pub(crate) struct Asked {
    pub(crate) of: SightingOf,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

impl SightingsQuery {
    /// # Errors
    /// [`AuditError::Request`] naming the parameter that cannot be what it should.
    pub(crate) fn understood(self, now: Timestamp) -> Result<Asked, AuditError> {
        let wrong = |field: &str| {
            let problem = FieldProblem::new(field, "audit.filter_invalid");
            AuditError::Request(Problem::invalid(vec![problem]))
        };
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let id = |text: &str| text.trim().parse::<UserId>().ok().map(|id| *id.as_bytes());
        let of = match (given(self.resource_id), given(self.actor_id)) {
            (Some(text), None) => {
                SightingOf::Record(id(&text).ok_or_else(|| wrong("resource_id"))?)
            }
            (None, Some(text)) => SightingOf::Person(id(&text).ok_or_else(|| wrong("actor_id"))?),
            _ => return Err(wrong("resource_id")),
        };
        let moment = |text: Option<String>, field| match given(text) {
            Some(text) => text.trim().parse().map(Some).map_err(|_| wrong(field)),
            None => Ok(None),
        };
        let to: Timestamp = moment(self.to, "to")?.unwrap_or(now);
        let from = moment(self.from, "from")?.unwrap_or_else(|| to.plus_millis(-DAYS * DAY_MS));
        let offset = match given(self.cursor) {
            Some(text) => text
                .parse()
                .ok()
                .filter(|offset| (0..=1_000_000).contains(offset))
                .ok_or_else(|| wrong("cursor"))?,
            None => 0,
        };
        Ok(Asked {
            of,
            from,
            to,
            limit: i64::from(self.limit.unwrap_or(50).clamp(1, 200)),
            offset,
        })
    }
}

impl Desk {
    /// One more than asked for, which tells whether there is a next page.
    pub(crate) async fn sightings(
        &self,
        scope: &LogScope,
        asked: &Asked,
        day_offset_minutes: i64,
    ) -> Result<Vec<Sighting>, AuditError> {
        let day = |at: Timestamp| (at.millis() + day_offset_minutes * 60_000).div_euclid(DAY_MS);
        let days = (day(asked.from), day(asked.to));
        let mut tx = self.store.read().await?;
        Ok(tx
            .sightings(scope, asked.of, days, asked.limit + 1, asked.offset)
            .await?)
    }
}
