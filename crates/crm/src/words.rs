//! The words that go into files people download. They live in the locale files, which the binary knows.

/// Words in a language, given as a BCP 47 tag such as `zh-CN`.
pub trait Words: Send + Sync + 'static {
    /// The label of a field of customers, or of a column of the import's own such as `row` and `reason`.
    fn field(&self, language: &str, name: &str) -> String;
    /// The label of a choice.
    fn choice(&self, language: &str, field: &str, code: &str) -> String;
    /// The sentence of a code with its parameters.
    fn sentence(&self, language: &str, code: &str, params: &[(String, String)]) -> String;
}

/// Says codes as they are; for tests, and until words are given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Codes;

impl Words for Codes {
    fn field(&self, _: &str, name: &str) -> String {
        name.to_owned()
    }

    fn choice(&self, _: &str, _: &str, code: &str) -> String {
        code.to_owned()
    }

    fn sentence(&self, _: &str, code: &str, _: &[(String, String)]) -> String {
        code.to_owned()
    }
}

/// The language of a file for which none was asked.
pub(crate) const DEFAULT_LANGUAGE: &str = "zh-CN";
