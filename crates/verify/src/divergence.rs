//! `custos-verify divergence A B`: is one log the continuation of the other, or did one key sign two histories?

use crate::evidence::{open, text_or_file};
use crate::{Answer, EXIT_FINDINGS, EXIT_HOLDS, Message, Refusal, Words};
use custos_kernel::audit::{EntryProof, Evidence, Relation, compare_evidence};
use serde_json::json;
use std::path::Path;

/// Compares the logs in two evidence files.
///
/// # Errors
/// [`Refusal`] when a file cannot be read, is not evidence, or the logs have different keys.
pub fn divergence(
    first: &Path,
    second: &Path,
    key: Option<&str>,
    words: &Words,
) -> Result<Answer, Refusal> {
    let key = key.map(text_or_file).transpose()?;
    let opened = |path: &Path| {
        Evidence::open(open(path)?, key.as_deref()).map_err(|error| Refusal::evidence(path, &error))
    };
    let relation = compare_evidence(opened(first)?, opened(second)?)
        .map_err(|error| Refusal::evidence(second, &error))?;
    let (text, exit) = match &relation {
        Relation::Same { size } => (
            words.say(&Message::new("divergence-same").count("size", *size)),
            EXIT_HOLDS,
        ),
        Relation::Continues { old, new, proof } => {
            let told = Message::new("divergence-continues")
                .count("old", *old)
                .count("new", *new);
            let lines: Vec<String> = std::iter::once(words.say(&told))
                .chain(proof.iter().cloned())
                .collect();
            (lines.join("\n"), EXIT_HOLDS)
        }
        Relation::Divergent { first, second } => (divergent(first, second, words), EXIT_FINDINGS),
    };
    Ok(Answer {
        json: json!(relation),
        text,
        notes: match key {
            Some(_) => Vec::new(),
            None => vec![Message::new("verify-key-unproven")],
        },
        exit,
    })
}

fn divergent(first: &EntryProof, second: &EntryProof, words: &Words) -> String {
    let told = Message::new("divergence-proven").count("index", first.index);
    let mut parts = vec![words.say(&told)];
    for (id, proof) in [("divergence-first", first), ("divergence-second", second)] {
        let heading = words.say(&Message::new(id).with("leaf", &proof.leaf));
        parts.push(format!("{heading}\n{}", proof.proof));
    }
    parts.join("\n\n")
}
