//! A signed report under examination: by which key, and what is answered.

use crate::evidence::text_or_file;
use crate::{Answer, EXIT_FINDINGS, EXIT_HOLDS, Message, Refusal, Words};
use custos_kernel::audit::{CheckpointVerifier, sha256};
use serde_json::{Value, json};

/// The key to examine by.
pub(crate) struct LogKey {
    pub(crate) verifier: CheckpointVerifier,
    /// Whether it was given, and is not the one the report names itself.
    given: bool,
}

impl LogKey {
    /// The key given, or in the file given; without either the one the report names.
    ///
    /// # Errors
    /// [`Refusal`] when the file cannot be read, or it is no key.
    pub(crate) fn of(given: Option<&str>, own: &str) -> Result<Self, Refusal> {
        let given = given.map(text_or_file).transpose()?;
        let key = given.as_deref().map_or(own, str::trim);
        let malformed = |error| Refusal(Message::new("verify-key-malformed").with("reason", error));
        Ok(Self {
            verifier: CheckpointVerifier::parse(key).map_err(malformed)?,
            given: given.is_some(),
        })
    }

    /// Whether a note signs these bytes as something of a kind.
    pub(crate) fn examine(self, kind: &str, note: &str, signed: &[u8]) -> Examined {
        let digest = sha256(signed);
        Examined {
            holds: self.verifier.verify_document(note, kind, &digest).is_ok(),
            hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            key: self,
        }
    }
}

/// What came out.
pub(crate) struct Examined {
    key: LogKey,
    pub(crate) holds: bool,
    /// The SHA-256 of what is signed, in hexadecimal.
    pub(crate) hash: String,
}

impl Examined {
    /// The answer: `holding` and the facts only if it holds.
    pub(crate) fn answer(
        self,
        holding: &'static str,
        facts: Vec<Message>,
        mut json: Value,
        words: &Words,
    ) -> Answer {
        let LogKey { verifier, given } = self.key;
        let mut said = match self.holds {
            true => [vec![Message::new(holding)], facts].concat(),
            false => vec![Message::new("report-altered")],
        };
        said.push(Message::new("verify-origin").with("origin", verifier.origin()));
        said.push(Message::new("verify-key").with("key", verifier.verifier_key()));
        let lines: Vec<String> = said.iter().map(|message| words.say(message)).collect();
        json["ok"] = json!(self.holds);
        json["origin"] = json!(verifier.origin());
        json["key_expected"] = json!(given);
        Answer {
            json,
            text: lines.join("\n"),
            notes: match given {
                true => Vec::new(),
                false => vec![Message::new("verify-key-unproven")],
            },
            exit: match self.holds {
                true => EXIT_HOLDS,
                false => EXIT_FINDINGS,
            },
        }
    }
}
