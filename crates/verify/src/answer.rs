//! What is answered, for people and for programs.

use crate::{Message, Words};
use serde_json::Value;

/// An answer to one question.
pub struct Answer {
    /// For programs.
    pub json: Value,
    /// For people.
    pub text: String,
    /// What people should know besides; not part of the answer.
    pub notes: Vec<Message>,
    /// How to exit: [`crate::EXIT_HOLDS`] or [`crate::EXIT_FINDINGS`].
    pub exit: u8,
}

/// The words for a code of one kind; the code where there are none.
pub(crate) fn named(kind: &str, code: &str, words: &Words) -> String {
    let id = format!("{kind}-{}", code.replace('_', "-"));
    if words.has(&id) {
        words.say(&Message::new(id))
    } else {
        code.to_owned()
    }
}
