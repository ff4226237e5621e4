//! `custos-verify report FILE`: is this report of a review of access as the log's key signed it? As JSON or as PDF.

use crate::answer::named;
use crate::evidence::text_or_file;
use crate::report_pdf;
use crate::{Answer, EXIT_FINDINGS, EXIT_HOLDS, Message, Refusal, Words};
use custos_kernel::audit::{CheckpointVerifier, sha256};
use serde_json::{Value, json};
use std::path::Path;

/// What its signature says it is.
const KIND: &str = "custos.access-review/1";
/// Largest file that is read, in bytes.
const LARGEST: u64 = 512 << 20;
const BEFORE: &[u8] = b"{\"report\":";
const BETWEEN: &[u8] = b",\"signature\":";
const BEHIND: &[u8] = b"}\n";

/// Verifies a report. Every byte of the file counts: those of the report by the signature, all others by their form.
///
/// # Errors
/// [`Refusal`] when the file cannot be read, is no report, or is not of the log that was asked for.
pub fn report(file: &Path, key: Option<&str>, words: &Words) -> Result<Answer, Refusal> {
    let unusable = |error| Refusal::file(file, &error);
    let length = std::fs::metadata(file).map_err(unusable)?.len();
    let none = || Refusal(Message::new("report-none").with("path", file.display()));
    if length > LARGEST {
        return Err(none());
    }
    let bytes = std::fs::read(file).map_err(unusable)?;
    if bytes.starts_with(report_pdf::BEGINNING) {
        return report_pdf::check(&bytes, key, words, none);
    }
    let (report, note) = parts(&bytes).ok_or_else(none)?;
    let told: Value = serde_json::from_slice(report).map_err(|_| none())?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if told["format"] != KIND {
        return Err(none());
    }
    let given = key.map(text_or_file).transpose()?;
    let own = text(&told["verifier_key"]);
    let key = given.as_deref().map_or(own.as_str(), str::trim);
    let verifier = CheckpointVerifier::parse(key)
        .map_err(|error| Refusal(Message::new("verify-key-malformed").with("reason", error)))?;
    let digest = sha256(report);
    let same_log = told["log"] == verifier.origin();
    let holds = same_log && verifier.verify_document(&note, KIND, &digest).is_ok();
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut lines = vec![words.say(&Message::new(match holds {
        true => "report-holds",
        false => "report-altered",
    }))];
    if holds {
        let review = &told["review"];
        let said =
            |id: &str, value: &Value| words.say(&Message::new(id).with("value", text(value)));
        lines.push(said("report-name", &review["name"]));
        lines.push(said("report-ended", &review["ended_at"]));
        for (outcome, count) in told["counts"].as_object().into_iter().flatten() {
            let named = named("report-outcome", outcome, words);
            let line = Message::new("report-count").with("outcome", named);
            lines.push(words.say(&line.with("value", count)));
        }
        lines.push(words.say(&Message::new("report-digest").with("value", &hash)));
    }
    lines.push(words.say(&Message::new("verify-origin").with("origin", verifier.origin())));
    lines.push(words.say(&Message::new("verify-key").with("key", verifier.verifier_key())));
    let notes = match given {
        Some(_) => Vec::new(),
        None => vec![Message::new("verify-key-unproven")],
    };
    Ok(Answer {
        json: json!({
            "ok": holds, "sha256": hash, "origin": verifier.origin(), "key_expected": given.is_some(),
            "review": holds.then(|| told["review"].clone()), "counts": holds.then(|| told["counts"].clone()),
        }),
        text: lines.join("\n"),
        notes,
        exit: if holds { EXIT_HOLDS } else { EXIT_FINDINGS },
    })
}

/// The bytes of the report and the note, if the file has exactly the form it is written in.
fn parts(file: &[u8]) -> Option<(&[u8], String)> {
    let inner = file.strip_prefix(BEFORE)?.strip_suffix(BEHIND)?;
    let at = inner
        .windows(BETWEEN.len())
        .rposition(|window| window == BETWEEN)?;
    let (report, signature) = inner.split_at(at);
    let signature = &signature[BETWEEN.len()..];
    let note: String = serde_json::from_slice(signature).ok()?;
    // One spelling only.
    let spelt = Value::String(note.clone()).to_string();
    (spelt.as_bytes() == signature).then_some((report, note))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, sources};
    use custos_kernel::audit::CheckpointSigner;

    fn signed(signer: &CheckpointSigner) -> Vec<u8> {
        let report = json!({
            "format": KIND, "log": signer.origin(), "verifier_key": signer.verifier_key(),
            "review": { "name": "年度复核", "ended_at": "2026-11-22T00:00:00.000Z" },
            "counts": { "kept": 2, "lapsed": 1 }, "lines": [{ "note": ",\"signature\":" }],
        })
        .to_string();
        let note = signer.sign_document(KIND, &sha256(report.as_bytes()));
        format!(
            "{{\"report\":{report},\"signature\":{}}}\n",
            Value::String(note)
        )
        .into_bytes()
    }

    fn check(bytes: &[u8], key: Option<&str>) -> Option<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        std::fs::write(&path, bytes).unwrap();
        let words = Words::of(Language::English, &sources(Language::English));
        report(&path, key, &words).ok().map(|answer| answer.exit)
    }

    #[test]
    fn a_report_with_any_byte_changed_is_refused() {
        let signer = CheckpointSigner::new("custos/audit/one", &[1; 32]).unwrap();
        let file = signed(&signer);
        let key = signer.verifier_key();
        assert!(serde_json::from_slice::<Value>(&file).is_ok());
        assert_eq!(check(&file, Some(&key)), Some(EXIT_HOLDS));
        assert_eq!(check(&file, None), Some(EXIT_HOLDS));
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_ne!(check(&changed, Some(&key)), Some(EXIT_HOLDS), "byte {at}");
            assert_ne!(
                check(&file[..at], Some(&key)),
                Some(EXIT_HOLDS),
                "cut at {at}"
            );
        }
        assert_eq!(check(&[&file[..], b"\n"].concat(), Some(&key)), None);
    }

    #[test]
    fn a_report_signed_by_another_log_is_refused() {
        let signer = CheckpointSigner::new("custos/audit/one", &[1; 32]).unwrap();
        let key = signer.verifier_key();
        for (name, seed) in [
            ("custos/audit/one", 2),
            ("custos/audit/two", 1),
            ("custos/audit/two", 2),
        ] {
            let other = CheckpointSigner::new(name, &[seed; 32]).unwrap();
            assert_eq!(check(&signed(&other), Some(&key)), Some(EXIT_FINDINGS));
        }
    }
}
