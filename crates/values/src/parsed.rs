//! What a parser answers: a value with the notes made on the way, or a coded error.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A value together with what was changed to obtain it and what remains doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The value in its canonical form.
    pub value: T,
    /// Changes of substance made to the input. Mere layout (spaces around, separators) is not reported.
    pub repairs: Vec<Repair>,
    /// Doubts that do not forbid the value, such as a card number whose check digit is wrong.
    pub warnings: Vec<FieldError>,
}

impl<T> Parsed<T> {
    /// A value that needed no repair.
    pub fn clean(value: T) -> Self {
        Self {
            value,
            repairs: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// A value and the repairs that led to it.
    pub fn repaired(value: T, repairs: Vec<Repair>) -> Self {
        Self {
            value,
            repairs,
            warnings: Vec::new(),
        }
    }

    /// The same notes around another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed {
            value: f(self.value),
            repairs: self.repairs,
            warnings: self.warnings,
        }
    }
}

/// Why a text is not acceptable: a stable code such as `phone.too_short`, and parameters for the sentence in the locale
/// file. Parameters never repeat the rejected text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Stable code, `<type>.<reason>`.
    pub code: &'static str,
    /// Named parameters of the sentence.
    #[serde(serialize_with = "as_map")]
    pub params: Vec<(&'static str, String)>,
}

impl FieldError {
    /// An error without parameters.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            params: Vec::new(),
        }
    }

    /// The same error with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl std::error::Error for FieldError {}

/// A change of substance made to the input so that it could be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// Stable code, `<type>.<what was done>`.
    pub code: &'static str,
    /// Named parameters of the sentence.
    #[serde(serialize_with = "as_map")]
    pub params: Vec<(&'static str, String)>,
}

impl Repair {
    /// A repair without parameters.
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            params: Vec::new(),
        }
    }

    /// The same repair with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

fn as_map<S: Serializer>(
    params: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(params.len()))?;
    for (name, value) in params {
        map.serialize_entry(name, value)?;
    }
    map.end()
}
