//! The index over sealed fields: lives in memory only, answers substring, pinyin, sort and filter.
//!
//! One [`Index`] holds one organisation's customers with their opened values. It does no input or output and knows no
//! time; whoever owns it follows the change feed with [`Index::upsert`] and [`Index::remove`] and guards it with a lock.
//!
//! - Sets of customers (of an owner, a code, a pair of characters) are kept compressed and kept exact, so a query is set
//!   algebra and its total is a count.
//! - Filters and trees of conditions are that algebra too; what is counted and added up by group visits each customer
//!   found once.
//! - Every sortable field keeps the customers in its order, so a page is read off, not sorted.
//! - Names sort digits first, then Latin letters and other scripts, then Chinese by pinyin, equal readings by code point;
//!   case, width, accents, spaces and punctuation do not count. Customers without a value come last.
//! - Best matches come in classes (the name begins with the words; has them in a row; has them all; others), by name
//!   within a class.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod builder;
mod calendar;
mod condition;
mod container;
mod cursor;
mod docset;
mod document;
mod find;
mod fold;
mod grams;
mod index;
mod keyed;
mod matcher;
mod order;
mod pager;
mod postings;
mod query;
mod reading;
mod schema;
mod scope;
mod set;
mod splitter;
mod table;
mod totals;
mod words;

pub use builder::IndexBuilder;
pub use calendar::{Period, TimeUnit};
pub use condition::Condition;
pub use cursor::Cursor;
pub use document::{Document, DocumentError};
pub use index::{Index, Stats, Upsert};
pub use query::{
    Filters, Hit, MarkedReach, Page, Query, QueryError, RangeFilter, Scope, ScopeTerm, Sort,
    TextQuery, Within,
};
pub use schema::{FieldId, Id, IndexSchema};
pub use totals::{GroupKey, GroupTotal, Grouping, Total, Totals, TotalsQuery};
