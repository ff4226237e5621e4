//! What a question is made of, and which can be accepted.

use crate::entries::query::EntriesQuery;
use custos_http::FieldProblem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest name, in characters.
const MAX_NAME: usize = 60;
/// The periods a question can be about, in days up to the day it is asked.
const PERIODS: [i64; 5] = [1, 7, 30, 90, 365];

/// The filters of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AuditQuestionFilter)]
pub(crate) struct Filter {
    /// So many days up to the day it is asked, instead of `from` and `to`: 1, 7, 30, 90 or 365.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days: Option<i64>,
    /// Entries at or after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    /// Entries before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// Entries of this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) actor_id: Option<String>,
    /// This action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<String>,
    /// This type of resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource_type: Option<String>,
    /// This resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource_id: Option<String>,
    /// This outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<String>,
    /// This network address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
}

/// A question to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditQuestionBody)]
pub(crate) struct Question {
    /// Its name, 1 to 60 characters.
    pub(super) name: String,
    /// Whether the other auditors see it.
    pub(super) shared: bool,
    /// What it asks.
    pub(super) filter: Filter,
}

impl Question {
    /// Everything that cannot be accepted.
    pub(super) fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let name = self.name.trim();
        let code = if name.is_empty() {
            Some("name.empty")
        } else if name.chars().count() > MAX_NAME {
            Some("text.too_long")
        } else if name.chars().any(char::is_control) {
            Some("text.control_character")
        } else {
            None
        };
        problems.extend(code.map(|code| FieldProblem::new("name", code)));
        let filter = self.filter.clone();
        let periods = filter.days.is_none_or(|days| PERIODS.contains(&days));
        let twice = filter.days.is_some() && (filter.from.is_some() || filter.to.is_some());
        let query = EntriesQuery {
            from: filter.from,
            to: filter.to,
            actor_id: filter.actor_id,
            action: filter.action,
            resource_type: filter.resource_type,
            resource_id: filter.resource_id,
            outcome: filter.outcome,
            address: filter.address,
            ..EntriesQuery::default()
        };
        if !periods || twice || query.understood().is_err() {
            problems.push(FieldProblem::new("filter", "audit.filter_invalid"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(filter: Filter) -> Question {
        Question {
            name: "Night exports".to_owned(),
            shared: true,
            filter,
        }
    }

    #[test]
    fn a_question_can_be_asked_of_the_log_or_is_refused() {
        let week = Filter {
            days: Some(7),
            action: Some("customer.export".to_owned()),
            ..Filter::default()
        };
        assert!(question(week.clone()).problems().is_empty());
        for wrong in [
            Filter {
                days: Some(8),
                ..week.clone()
            },
            Filter {
                actor_id: Some("me".to_owned()),
                ..week.clone()
            },
            Filter {
                outcome: Some("perhaps".to_owned()),
                ..week.clone()
            },
            Filter {
                from: Some("2026-11-22T00:00:00.000Z".to_owned()),
                ..week
            },
        ] {
            assert_eq!(question(wrong).problems().len(), 1);
        }
    }
}
