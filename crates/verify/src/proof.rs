//! `custos-verify proof FILE INDEX`: proof that one entry is in the log, to hand on without the file.

use crate::evidence::{open, text_or_file};
use crate::{Answer, EXIT_HOLDS, Message, Refusal};
use custos_kernel::audit::Evidence;
use serde_json::json;
use std::path::Path;

/// Takes the proof out (C2SP tlog-proof), after verifying it.
///
/// # Errors
/// [`Refusal`] when the file cannot be read, is not evidence, or the log does not hold at this place.
pub fn proof(file: &Path, index: u64, key: Option<&str>) -> Result<Answer, Refusal> {
    let key = key.map(text_or_file).transpose()?;
    let refused = |error| Refusal::evidence(file, &error);
    let mut evidence = Evidence::open(open(file)?, key.as_deref()).map_err(refused)?;
    let proof = evidence.prove(index).map_err(refused)?;
    let leaf = Message::new("proof-leaf").with("leaf", &proof.leaf);
    let mut notes = vec![leaf.count("index", index)];
    if key.is_none() {
        notes.push(Message::new("verify-key-unproven"));
    }
    // The proof itself must come out unchanged: what belongs to it is said beside it.
    let text = proof.proof.trim_end().to_owned();
    Ok(Answer {
        json: json!(proof),
        text,
        notes,
        exit: EXIT_HOLDS,
    })
}
