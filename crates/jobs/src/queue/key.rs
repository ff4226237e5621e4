//! What makes a job the same as another.

use custos_values::Timestamp;
use std::fmt::Write;

/// Of two jobs of one kind with the same key there is one. Made of codes, ids and times only: it is stored in clear, and
/// nothing else can get into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Begins a key with a code.
    pub fn of(code: &'static str) -> Self {
        Self(code.to_owned())
    }

    /// The same for one record.
    #[must_use]
    pub fn id(mut self, id: &[u8; 16]) -> Self {
        self.0.push('/');
        for byte in id {
            // Writing to a text does not fail.
            let _ = write!(self.0, "{byte:02x}");
        }
        self
    }

    /// The same for one moment.
    #[must_use]
    pub fn at(mut self, moment: Timestamp) -> Self {
        let _ = write!(self.0, "@{}", moment.millis());
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
