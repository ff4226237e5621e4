//! What to show of the log, as the client asks for it.

use crate::AuditError;
use custos_http::{FieldProblem, Problem};
use custos_store::EntryFilter;
use custos_values::UserId;
use serde::Deserialize;
use std::net::IpAddr;
use std::str::FromStr;
use utoipa::IntoParams;

/// Entries per page unless asked otherwise, and at most.
const LIMITS: (u32, u32) = (50, 200);
/// No type, action or outcome is longer.
const LONGEST_CODE: usize = 64;

/// The filter and the page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesQuery {
    /// Entries per page, 1 to 200; 50 if not given.
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Only entries at or after this moment, RFC 3339 in UTC.
    pub(crate) from: Option<String>,
    /// Only entries before this moment, RFC 3339 in UTC.
    pub(crate) to: Option<String>,
    /// Only entries of this account.
    pub(crate) actor_id: Option<String>,
    /// Only this action, such as `customer.reveal`.
    pub(crate) action: Option<String>,
    /// Only this type of resource, such as `customer`.
    pub(crate) resource_type: Option<String>,
    /// Only this resource.
    pub(crate) resource_id: Option<String>,
    /// Only `allowed`, `denied` or `failed`.
    pub(crate) outcome: Option<String>,
    /// Only requests from this network address.
    pub(crate) address: Option<String>,
    /// Only one hour of the week, 0 (Monday from midnight on) to 167, by the clock of the desk's settings.
    pub(crate) week_hour: Option<String>,
}

/// A query that was understood.
pub(crate) struct Wanted {
    /// For the store.
    pub(crate) filter: EntryFilter,
    /// Only this hour of the week; where the clock stands is for the desk to say.
    pub(crate) week_hour: Option<i64>,
    /// Entries per page.
    pub(crate) limit: usize,
    /// Names of the filters in use, for the entry about this look.
    pub(crate) filters: Vec<&'static str>,
}

impl EntriesQuery {
    /// # Errors
    /// [`AuditError::Request`] naming every parameter that cannot be what it should.
    pub(crate) fn understood(self) -> Result<Wanted, AuditError> {
        let mut reading = Reading::default();
        let id = |text: &str| UserId::from_str(text).ok().map(|id| *id.as_bytes());
        let code = |text: &str| (text.len() <= LONGEST_CODE).then(|| text.to_owned());
        let filter = EntryFilter {
            from: reading.take("from", self.from, |text| text.parse().ok()),
            to: reading.take("to", self.to, |text| text.parse().ok()),
            actor: reading.take("actor_id", self.actor_id, id),
            action: reading.take("action", self.action, code),
            resource_type: reading.take("resource_type", self.resource_type, code),
            resource: reading.take("resource_id", self.resource_id, id),
            outcome: reading.take("outcome", self.outcome, |text| {
                matches!(text, "allowed" | "denied" | "failed").then(|| text.to_owned())
            }),
            // Stored in its one spelling.
            address: reading.take("address", self.address, |text| {
                Some(text.parse::<IpAddr>().ok()?.to_canonical().to_string())
            }),
            week_hour: None,
            without_reads: false,
            before: None,
        };
        let week_hour = reading.take("week_hour", self.week_hour, |text| {
            text.parse().ok().filter(|hour| (0..168).contains(hour))
        });
        let filters = std::mem::take(&mut reading.given);
        let before = reading.take("cursor", self.cursor, |text| {
            text.parse().ok().filter(|at: &i64| *at >= 0)
        });
        if !reading.wrong.is_empty() {
            return Err(AuditError::Request(Problem::invalid(reading.wrong)));
        }
        Ok(Wanted {
            filter: EntryFilter { before, ..filter },
            week_hour,
            limit: self.limit.unwrap_or(LIMITS.0).clamp(1, LIMITS.1) as usize,
            filters,
        })
    }
}

#[derive(Default)]
struct Reading {
    given: Vec<&'static str>,
    wrong: Vec<FieldProblem>,
}

impl Reading {
    /// An empty parameter is one that was not given: forms send those.
    fn take<T>(
        &mut self,
        name: &'static str,
        text: Option<String>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let value = read(text.trim());
        match value {
            Some(_) => self.given.push(name),
            None => self
                .wrong
                .push(FieldProblem::new(name, "audit.filter_invalid")),
        }
        value
    }
}
