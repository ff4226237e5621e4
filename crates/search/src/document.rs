//! What the index is told about one customer.

use crate::schema::{Id, IndexSchema};
use std::sync::Arc;

/// One customer with opened values. Lists of values follow the schema's order.
#[derive(Debug, Clone)]
pub struct Document {
    /// Customer id.
    pub id: Id,
    /// Row version: an older one never replaces a newer one.
    pub version: i64,
    /// Owning user.
    pub owner: Option<Id>,
    /// Owning department.
    pub department: Option<Id>,
    /// A number for what else decisions about the customer depend on; equal numbers, equal decisions.
    pub mark: u32,
    /// Milliseconds UTC.
    pub created_at: i64,
    /// Milliseconds UTC.
    pub updated_at: i64,
    /// One per text field; empty for none.
    pub texts: Vec<String>,
    /// One per choice field.
    pub choices: Vec<Option<String>>,
    /// One per number field.
    pub numbers: Vec<Option<i64>>,
    /// Telephone numbers as digits; their last four can be searched.
    pub phones: Vec<String>,
    /// What a hit gives back: the caller's prepared list row.
    pub row: Arc<[u8]>,
}

/// Why a document was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The lists of values do not have the schema's lengths.
    #[error("the values do not fit the schema")]
    Shape,
    /// A choice field has more than 65,000 different codes.
    #[error("too many different codes in a choice field")]
    TooManyCodes,
    /// Four thousand million customers are the limit.
    #[error("the index is full")]
    Full,
}

impl Document {
    pub(crate) fn check(&self, schema: &IndexSchema) -> Result<(), DocumentError> {
        let fits = self.texts.len() == schema.texts.len()
            && self.choices.len() == schema.choices.len()
            && self.numbers.len() == schema.numbers.len();
        if fits {
            Ok(())
        } else {
            Err(DocumentError::Shape)
        }
    }
}
