//! What a request would do, in terms people can judge.

use custos_http::{Content, Problem};
use custos_kernel::policy::{Caller, Measure};
use custos_values::{ContactId, CustomerId};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One thing that would be changed or given away. The words of `label` are `approval-label-<label>`. Values are shown as
/// they are, but for codes: those have words as `approval-value-<label>-<value>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalChange)]
pub struct Change {
    /// What it is, a code.
    pub label: String,
    /// What it is now, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Vec<String>>,
    /// What it would be.
    pub after: Vec<String>,
    /// The customer it is, whose name `after` has for those who may read it. For anybody else `after` has the id, and this
    /// is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub customer: Option<CustomerId>,
    /// The contact of that customer it is, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub contact: Option<ContactId>,
}

impl Change {
    /// Something that is said and not changed.
    pub fn said(label: &str, after: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            label: label.to_owned(),
            before: None,
            after: after.into_iter().map(Into::into).collect(),
            customer: None,
            contact: None,
        }
    }

    /// Which customer it is about: the id until somebody looks who may read more.
    pub fn customer(id: CustomerId) -> Self {
        Self {
            customer: Some(id),
            ..Self::said("customer", [id.to_string()])
        }
    }

    /// Which contact of a customer it is about, in the same way.
    pub fn contact(customer: CustomerId, id: ContactId) -> Self {
        Self {
            customer: Some(customer),
            contact: Some(id),
            ..Self::said("contact", [id.to_string()])
        }
    }

    /// Something that would be changed.
    pub fn changed(
        label: &str,
        before: impl IntoIterator<Item = impl Into<String>>,
        after: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            before: Some(before.into_iter().map(Into::into).collect()),
            ..Self::said(label, after)
        }
    }
}

/// What a request would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Described {
    /// How much it is about.
    pub measure: Measure,
    /// What would be changed or given away, in the order to be read.
    pub changes: Vec<Change>,
    /// The operations it comes to besides, whose rules count as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// Knows what requests to an operation are about.
pub trait Describe: Send + Sync + 'static {
    /// Reads a request as its handler would, and says what it would do.
    ///
    /// # Errors
    /// The answer of the handler to a request that cannot be carried out.
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>>;
}

/// The members of a body, for operations nobody describes.
pub(super) fn by_members(content: &Content) -> Described {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let body: Value = serde_json::from_slice(&content.body).unwrap_or_default();
    let mut changes = vec![Change::said("target", [content.target.clone()])];
    if let Value::Object(members) = &body {
        changes.extend(members.iter().map(|(name, value)| match value {
            Value::Array(values) => Change::said(name, values.iter().map(text)),
            other => Change::said(name, [text(other)]),
        }));
    }
    Described {
        measure: Measure::default(),
        changes,
        also: Vec::new(),
    }
}
