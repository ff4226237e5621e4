//! Questions to the index and their answers.

use crate::condition::Condition;
use crate::cursor::Cursor;
use crate::schema::{FieldId, Id};
use std::sync::Arc;

/// What the caller may see. Nothing unless said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// No customer.
    #[default]
    Nothing,
    /// Every customer of the organisation.
    All,
    /// Customers for which any term holds; no term, no customer.
    Any(Vec<ScopeTerm>),
    /// Customers with certain marks, as far as owner and department let them be reached; no entry, no customer.
    Marked(Vec<MarkedReach>),
}

/// Which customers of some marks are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedReach {
    /// The marks; `None` for all there are.
    pub marks: Option<Vec<u32>>,
    /// Who asks.
    pub owner: Option<Id>,
    /// Their department.
    pub department: Option<Id>,
    /// The departments below it.
    pub below: Vec<Id>,
    /// What they are confined to besides; `None` for nothing.
    pub within: Option<Within>,
    /// Whether their own are reached, those of the department, those of departments below, and the others: four parts
    /// that do not overlap, the first that fits counts.
    pub reached: [bool; 4],
}

/// Customers that something is confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// One customer.
    Customer(Id),
    /// Those of a department.
    Department(Id),
}

/// One reason why a customer may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeTerm {
    /// Owned by this user.
    Owner(Id),
    /// Belongs to this department.
    Department(Id),
}

/// Conditions that all must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Owner is any of these (`None`: has no owner). An empty list lets nothing through; no list, everything.
    pub owners: Option<Vec<Option<Id>>>,
    /// Department is any of these, as with owners.
    pub departments: Option<Vec<Option<Id>>>,
    /// A choice field has any of these codes (`None`: no value).
    pub choices: Vec<(FieldId, Vec<Option<String>>)>,
    /// A number field or time lies in a range, both ends included; customers without a value do not.
    pub ranges: Vec<RangeFilter>,
}

/// A range of a number field or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeFilter {
    /// A number field, `CreatedAt` or `UpdatedAt`.
    pub field: FieldId,
    /// Smallest value, if there is a bound.
    pub from: Option<i64>,
    /// Largest value, if there is a bound.
    pub to: Option<i64>,
}

/// Words that all must be found in a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextQuery {
    /// Words apart by spaces. Each is any part of a text, its pinyin or its initials, or four last digits.
    pub text: String,
    /// Look in the other searchable texts too, not only in the primary one.
    pub other_texts: bool,
    /// Take a word of four digits for the end of a telephone number too.
    pub phones: bool,
}

impl TextQuery {
    /// Looks everywhere.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            other_texts: true,
            phones: true,
        }
    }

    /// Whether it asks for nothing.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Order of a list. Customers without a value come last in both directions; equal values are ordered by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// A sortable field.
    pub field: FieldId,
    /// Largest first.
    pub descending: bool,
}

/// A question.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// What may be seen at all.
    pub scope: Scope,
    /// What must be within reach besides, such as that the fields filtered by are shown.
    pub also: Vec<Scope>,
    /// Conditions.
    pub filters: Filters,
    /// A tree of conditions that must hold besides.
    pub condition: Option<Condition>,
    /// Search text; blank is as good as none, and one without a letter or digit finds nothing.
    pub text: Option<TextQuery>,
    /// Order; without it the best match first, and by the primary text when nothing is searched.
    pub sort: Option<Sort>,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// Most hits on the page; 0 gives the total only.
    pub limit: usize,
}

/// A customer on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Customer id.
    pub id: Id,
    /// Its row version in the index.
    pub version: i64,
    /// Its mark.
    pub mark: u32,
    /// The row the document brought.
    pub row: Arc<[u8]>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The customers, in order.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// How many customers fulfil the query on all pages.
    pub total: u64,
}

/// A question that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The list cannot be sorted by this field.
    #[error("the field is not sortable")]
    NotSortable,
    /// The field is not of the kind the filter or condition needs.
    #[error("the field does not have this filter")]
    NotFilterable,
    /// The tree of conditions is deeper than [`Condition::DEPTH`].
    #[error("the conditions are too deep")]
    TooDeep,
    /// The field is not of the kind the grouping needs, or there are more than two groupings.
    #[error("the field does not have this grouping")]
    NotGroupable,
    /// What is to be added up is no number field or time.
    #[error("the field has no numbers")]
    NotNumber,
    /// There are more groups than the question allows.
    #[error("too many groups")]
    TooManyGroups,
    /// The cursor belongs to a query in another order.
    #[error("the cursor belongs to another order")]
    CursorMismatch,
}
