//! Texts of a record's fields, wherever they come from.

/// Something that knows canonical texts by field name.
pub(crate) trait FieldTexts {
    /// The text of a field; none if it is empty.
    fn get(&self, name: &str) -> Option<&str>;
}
