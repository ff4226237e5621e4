//! Speaking to the person, or the program, that gave the command.

use super::Failure;
use crate::words::{Language, Message, Words};
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

    /// The language it speaks.
    pub fn language(&self) -> Language {
        self.words.language()
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

    /// The words it speaks in.
    pub fn speaker(&self) -> &Words {
        &self.words
    }

    /// A field's label, or a column's of a downloaded file; options and what has no label are told by their names.
    pub fn field(&self, name: &str) -> String {
        let labels = [format!("field-{name}"), format!("file-{name}")];
        let known = labels.into_iter().find(|id| self.words.has(id));
        known.map_or_else(|| name.to_owned(), |id| self.words.say(&Message::new(id)))
    }

    /// A field's value; a choice by its label.
    pub fn value(&self, field: &str, value: &str) -> String {
        let label = format!("choice-{field}-{value}");
        if self.words.has(&label) {
            self.words.say(&Message::new(label))
        } else {
            value.to_owned()
        }
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

    /// Says why the command was not done, and what helps where that is known.
    pub fn fail(&self, failure: &Failure) {
        let id = failure.message.id();
        let reason = self.reason(&failure.message);
        let text = match &failure.field {
            Some(field) => {
                let told = Message::new("refused-field").with("field", self.field(field));
                self.words.say(&told.with("reason", reason))
            }
            None => reason,
        };
        let remedy = format!("remedy-{}", id.trim_start_matches("error-"));
        let remedy = self
            .words
            .has(&remedy)
            .then(|| self.words.say(&failure.message.renamed(remedy)));
        let text = if self.json {
            let error =
                json!({ "code": id, "field": failure.field, "message": text, "remedy": remedy });
            json!({ "error": error }).to_string()
        } else {
            [Some(text), remedy]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n")
        };
        let _ = writeln!(stderr(), "{text}");
    }
}
