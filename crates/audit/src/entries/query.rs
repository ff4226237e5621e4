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
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only entries at or after this moment, RFC 3339 in UTC.
    from: Option<String>,
    /// Only entries before this moment, RFC 3339 in UTC.
    to: Option<String>,
    /// Only entries of this account.
    actor_id: Option<String>,
    /// Only this action, such as `customer.reveal`.
    action: Option<String>,
    /// Only this type of resource, such as `customer`.
    resource_type: Option<String>,
    /// Only this resource.
    resource_id: Option<String>,
    /// Only `allowed`, `denied` or `failed`.
    outcome: Option<String>,
    /// Only requests from this network address.
    address: Option<String>,
}

/// A query that was understood.
pub(crate) struct Wanted {
    /// For the store.
    pub(crate) filter: EntryFilter,
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
            without_reads: false,
            before: None,
        };
        let filters = std::mem::take(&mut reading.given);
        let before = reading.take("cursor", self.cursor, |text| {
            text.parse().ok().filter(|at: &i64| *at >= 0)
        });
        if !reading.wrong.is_empty() {
            return Err(AuditError::Request(Problem::invalid(reading.wrong)));
        }
        Ok(Wanted {
            filter: EntryFilter { before, ..filter },
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
