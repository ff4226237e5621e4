//! The field registry: every field is declared once, and storage, search, masking, import, export, forms and the API
//! read that one declaration.

mod http;
mod lines;
mod registry;
mod spec;
mod texts;
mod value;

pub(crate) use http::field_info;
pub use http::{FieldInfo, FieldList, operations};
pub use lines::{LineInput, LineValue, Money};
pub(crate) use lines::{amount_text, check_lines, read_lines, write_lines};
pub(crate) use registry::SOURCES;
pub use registry::{ACTIVITY, CONTACT, CUSTOMER, FieldSet};
pub use spec::{Category, FieldKind, FieldSpec};
pub(crate) use texts::FieldTexts;
pub use value::{
    Checked, FieldInput, FieldValue, UsccCheck, check, display, mask, match_key, sort_number,
};
pub(crate) use value::{amount, check_input, money_text};
