//! Which entries to count, as the client asks for it.

use crate::AuditError;
use crate::entries::query::EntriesQuery;
use custos_http::{FieldProblem, Problem};
use custos_store::TallyFilter;
use custos_values::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

/// Milliseconds in a day.
const DAY_MS: i64 = 86_400_000;
/// Days counted unless asked otherwise, and at most.
const DAYS: (i64, i64) = (30, 92);

/// The filter of the counts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountsQuery {
    /// Only hours that end after this moment, RFC 3339 in UTC; 30 days before `to` if not given.
    from: Option<String>,
    /// Only hours that begin before this moment, RFC 3339 in UTC; now if not given. At most 92 days after `from`.
    to: Option<String>,
    /// Only entries of this account.
    actor_id: Option<String>,
    /// Only this action, such as `customer.reveal`.
    action: Option<String>,
    /// Only this type of resource, such as `customer`.
    resource_type: Option<String>,
    /// Only `allowed`, `denied` or `failed`.
    outcome: Option<String>,
    /// Only requests from this network address.
    address: Option<String>,
}

/// A query that was understood.
pub(crate) struct Counting {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) filter: TallyFilter,
    /// Names of the filters in use.
    pub(crate) filters: Vec<&'static str>,
}

impl CountsQuery {
    /// # Errors
    /// [`AuditError::Request`] naming every parameter that cannot be what it should.
    pub(crate) fn understood(self, now: Timestamp) -> Result<Counting, AuditError> {
        let wanted = EntriesQuery {
            from: self.from,
            to: self.to,
            actor_id: self.actor_id,
            action: self.action,
            resource_type: self.resource_type,
            outcome: self.outcome,
            address: self.address,
            ..EntriesQuery::default()
        }
        .understood()?;
        let entries = wanted.filter;
        let to = entries.to.unwrap_or(now);
        let from = entries
            .from
            .unwrap_or_else(|| to.plus_millis(-DAYS.0 * DAY_MS));
        // A day more than that where the clock was put forward in between.
        if to.millis() - from.millis() > (DAYS.1 + 1) * DAY_MS {
            let problem = FieldProblem::new("from", "audit.range_too_long").with("max", DAYS.1);
            return Err(AuditError::Request(Problem::invalid(vec![problem])));
        }
        Ok(Counting {
            from,
            to,
            filter: TallyFilter {
                from: Some(from),
                to: Some(to),
                actor: entries.actor,
                action: entries.action,
                resource_type: entries.resource_type,
                outcome: entries.outcome,
                address: entries.address,
            },
            filters: wanted.filters,
        })
    }
}
