//! What a rule found.

use custos_values::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Entries named one by one at most.
const NAMED: usize = 20;

/// Where the evidence is: entries of the log, and the filter of the desk that shows them with what is around.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = AuditTrace)]
pub(crate) struct Trace {
    /// Places of entries in the log.
    pub(crate) entries: Vec<i64>,
    /// From this moment on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) from: Option<Timestamp>,
    /// Before this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) to: Option<Timestamp>,
    /// Of this account.
    pub(crate) actor_id: Option<String>,
    /// With this action.
    pub(crate) action: Option<String>,
    /// With this outcome.
    pub(crate) outcome: Option<String>,
    /// From this address.
    pub(crate) address: Option<String>,
    /// About this record.
    pub(crate) resource_id: Option<String>,
}

/// Something a rule found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// Whom or what it is about: `user:…`, `api_key:…`, `address:…`, `role:…`, `customer:…` or `organisation`.
    pub(crate) subject: String,
    /// When it happened; what is found once and looked at is found again only if something later happens.
    pub(crate) at: Option<Timestamp>,
    /// Figures the words use.
    pub(crate) detail: Map<String, Value>,
    pub(crate) trace: Trace,
}

impl Hit {
    pub(crate) fn about(kind: &str, id: impl std::fmt::Display) -> Self {
        Self {
            subject: format!("{kind}:{id}"),
            at: None,
            detail: Map::new(),
            trace: Trace::default(),
        }
    }

    pub(crate) fn organisation() -> Self {
        Self {
            subject: "organisation".to_owned(),
            ..Self::about("", "")
        }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(self.at.map_or(at, |before| before.max(at)));
        self
    }

    pub(crate) fn traced(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    pub(crate) fn entry(mut self, index: i64) -> Self {
        if self.trace.entries.len() < NAMED {
            self.trace.entries.push(index);
        }
        self
    }
}
