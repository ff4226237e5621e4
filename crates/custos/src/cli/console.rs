//! Speaking to the person, or the program, that gave the command.

use super::Failure;
use crate::words::{Message, Words};
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;
use std::io::{Write, stderr, stdout};

/// Answers go to standard output, everything else to standard error.
pub struct Console {
    words: Words,
    json: bool,
    quiet: bool,
}

impl Console {
    /// Speaks in these words; in JSON, or little, if so asked.
    pub fn new(words: Words, json: bool, quiet: bool) -> Self {
        Self { words, json, quiet }
    }

    /// Whether the answer is for a program.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether only what was asked for is wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// A message in words.
    pub fn words(&self, message: &Message) -> String {
        self.words.say(message)
    }

    /// A failure's message in words; a refusal without words of its own is told by its code.
    pub fn reason(&self, message: &Message) -> String {
        if self.words.has(message.id()) {
            return self.words.say(message);
        }
        let code = message.id().trim_start_matches("error-");
        self.words.say(&Message::new("refused").with("code", code))
    }

    /// Whether there are words for an id.
    pub fn has_words(&self, id: &str) -> bool {
        self.words.has(id)
    }

    /// Prints a line of the answer.
    pub fn line(&self, text: impl Display) {
        // Whoever closed the pipe has read enough.
        let _ = writeln!(stdout(), "{text}");
    }

    /// Prints the answer: as JSON where that was asked for, otherwise as the text.
    pub fn answer(&self, value: &impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            self.line(serde_json::to_string(value).unwrap_or_default());
        } else {
            self.line(text());
        }
    }

    /// Says something beside the answer.
    pub fn note(&self, message: &Message) {
        if !self.quiet {
            let _ = writeln!(stderr(), "{}", self.words.say(message));
        }
    }

    /// Says why the command was not done.
    pub fn fail(&self, failure: &Failure) {
        let text = self.reason(&failure.message);
        let text = if self.json {
            json!({ "error": { "code": failure.message.id(), "message": text } }).to_string()
        } else {
            text
        };
        let _ = writeln!(stderr(), "{text}");
    }
}
