//! `custos-verify report FILE`: is this report of a review of access as the log's key signed it? As JSON or as PDF.

use crate::answer::named;
use crate::examined::LogKey;
use crate::report_pdf;
use crate::{Answer, Message, Refusal, Words};
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
    let key = LogKey::of(key, &text(&told["verifier_key"]))?;
    let same_log = told["log"] == key.verifier.origin();
    let mut examined = key.examine(KIND, &note, report);
    examined.holds &= same_log;
    let review = &told["review"];
    let said = |id: &str, value: &Value| Message::new(id).with("value", text(value));
    let mut facts = vec![
        said("report-name", &review["name"]),
        said("report-ended", &review["ended_at"]),
    ];
    for (outcome, count) in told["counts"].as_object().into_iter().flatten() {
        let named = named("report-outcome", outcome, words);
        let line = Message::new("report-count").with("outcome", named);
        facts.push(line.with("value", count));
    }
    facts.push(Message::new("report-digest").with("value", &examined.hash));
    let holds = examined.holds;
    let json = json!({
        "sha256": examined.hash, "review": holds.then(|| review.clone()),
        "counts": holds.then(|| told["counts"].clone()),
    });
    Ok(examined.answer("report-holds", facts, json, words))
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
    use crate::{EXIT_FINDINGS, EXIT_HOLDS, Language, sources};
    use custos_kernel::audit::{CheckpointSigner, sha256};

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
