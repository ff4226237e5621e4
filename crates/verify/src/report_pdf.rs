//! Reports on pages: a PDF with a signature over all of it, in lines behind its end that are comments to its readers.
//!
//! The last five lines are the signed note, each with `%` before it. It is over the SHA-256 of every byte before it. The two
//! lines before those are `%log-key` with the log's key and `%report-sha256` with the digest of the JSON it was made of.

use crate::examined::LogKey;
use crate::{Answer, Message, Refusal, Words};
use serde_json::json;

/// What its signature says it is.
const KIND: &str = "custos.access-review-pdf/1";
/// With what a PDF begins.
pub(crate) const BEGINNING: &[u8] = b"%PDF-";
/// Lines of the note: kind, log, digest, an empty one, the signature.
const NOTE: usize = 5;
const KEY: &str = "log-key ";
const REPORT: &str = "report-sha256 ";

/// A PDF, taken apart.
struct Parts<'a> {
    /// What is signed.
    signed: &'a [u8],
    note: String,
    key: &'a str,
    /// The SHA-256 of the JSON, in hexadecimal.
    report: &'a str,
}

/// Splits off the last line, of which every one ends with a line feed and begins with `%`.
fn last_line(bytes: &[u8]) -> Option<(&[u8], &str)> {
    let whole = bytes.strip_suffix(b"\n")?;
    let start = whole.iter().rposition(|byte| *byte == b'\n')? + 1;
    let (rest, line) = bytes.split_at(start);
    let line = line.strip_prefix(b"%")?.strip_suffix(b"\n")?;
    Some((rest, std::str::from_utf8(line).ok()?))
}

fn parts(file: &[u8]) -> Option<Parts<'_>> {
    let (mut signed, mut lines) = (file, Vec::with_capacity(NOTE));
    for _ in 0..NOTE {
        let (rest, line) = last_line(signed)?;
        lines.push(line);
        signed = rest;
    }
    lines.reverse();
    let (rest, report) = last_line(signed)?;
    let (_, key) = last_line(rest)?;
    Some(Parts {
        signed,
        note: lines.join("\n") + "\n",
        key: key.strip_prefix(KEY)?,
        report: report.strip_prefix(REPORT)?,
    })
}

/// Verifies a PDF. Every byte of it counts: those before the note by the signature, those of the note by its form.
pub(crate) fn check(
    bytes: &[u8],
    key: Option<&str>,
    words: &Words,
    none: impl Fn() -> Refusal,
) -> Result<Answer, Refusal> {
    let parts = parts(bytes).ok_or_else(none)?;
    let key = LogKey::of(key, parts.key)?;
    let own_key = parts.key == key.verifier.verifier_key();
    let mut examined = key.examine(KIND, &parts.note, parts.signed);
    examined.holds &= own_key;
    let facts = vec![
        Message::new("report-digest").with("value", parts.report),
        Message::new("report-pdf-digest").with("value", &examined.hash),
    ];
    let json = json!({
        "format": "pdf", "pdf_sha256": examined.hash, "sha256": examined.holds.then_some(parts.report),
    });
    Ok(examined.answer("report-pdf-holds", facts, json, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EXIT_FINDINGS, EXIT_HOLDS, Language, sources};
    use custos_kernel::audit::{CheckpointSigner, sha256};

    const BODY: &[u8] = b"%PDF-1.7\n%\x80\x81\x82\x83\n1 0 obj\n<</Type/Catalog>>\nendobj\nxref\n\
        trailer\n<</Size 2>>\nstartxref\n42\n%%EOF";

    fn signed_as(signer: &CheckpointSigner, kind: &str, key: &str) -> Vec<u8> {
        let mut file = BODY.to_vec();
        let lines = format!("\n%log-key {key}\n%report-sha256 {}\n", "ab".repeat(32));
        file.extend_from_slice(lines.as_bytes());
        let note = signer.sign_document(kind, &sha256(&file));
        for line in note.lines() {
            file.extend_from_slice(format!("%{line}\n").as_bytes());
        }
        file
    }

    fn signed(signer: &CheckpointSigner) -> Vec<u8> {
        signed_as(signer, KIND, &signer.verifier_key())
    }

    fn exit(bytes: &[u8], key: Option<&str>) -> Option<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.pdf");
        std::fs::write(&path, bytes).unwrap();
        let words = Words::of(Language::English, &sources(Language::English));
        crate::report(&path, key, &words)
            .ok()
            .map(|answer| answer.exit)
    }

    #[test]
    fn a_pdf_with_any_byte_changed_cut_or_added_is_refused() {
        let signer = CheckpointSigner::new("custos/audit/one", &[1; 32]).unwrap();
        let (file, key) = (signed(&signer), signer.verifier_key());
        for key in [Some(key.as_str()), None] {
            assert_eq!(exit(&file, key), Some(EXIT_HOLDS));
            for at in 0..file.len() {
                for mask in [1, 0x20, 0x80] {
                    let mut changed = file.clone();
                    changed[at] ^= mask;
                    assert_ne!(exit(&changed, key), Some(EXIT_HOLDS), "byte {at}");
                }
                let cut = &file[..at];
                assert_ne!(exit(cut, key), Some(EXIT_HOLDS), "cut at {at}");
                let added = [cut, b"\n", &file[at..]].concat();
                assert_ne!(exit(&added, key), Some(EXIT_HOLDS), "added at {at}");
            }
        }
    }

    #[test]
    fn what_is_added_behind_the_signature_of_a_pdf_is_refused() {
        let signer = CheckpointSigner::new("custos/audit/one", &[1; 32]).unwrap();
        let (file, key) = (signed(&signer), signer.verifier_key());
        let tail = &file[BODY.len()..];
        let later: [&[u8]; 6] = [
            b"\n",
            b"%\n",
            b"% comment",
            b"2 0 obj\n<<>>\nendobj\ntrailer\n<</Root 2 0 R>>\n%%EOF\n",
            // A later version of the document, and the signature once more.
            &[b"2 0 obj\n<<>>\nendobj\n%%EOF".as_slice(), tail].concat(),
            tail,
        ];
        for added in later {
            let longer = [&file, added].concat();
            assert_ne!(exit(&longer, Some(&key)), Some(EXIT_HOLDS), "{added:?}");
        }
    }

    #[test]
    fn a_pdf_signed_by_another_log_or_as_something_else_is_refused() {
        let signer = CheckpointSigner::new("custos/audit/one", &[1; 32]).unwrap();
        let key = signer.verifier_key();
        for (name, seed) in [
            ("custos/audit/one", 2),
            ("custos/audit/two", 1),
            ("custos/audit/two", 2),
        ] {
            let other = CheckpointSigner::new(name, &[seed; 32]).unwrap();
            for told in [&other.verifier_key(), &key] {
                let file = signed_as(&other, KIND, told);
                assert_eq!(exit(&file, Some(&key)), Some(EXIT_FINDINGS));
            }
        }
        let other = signed_as(&signer, "custos.access-review/1", &key);
        assert_eq!(exit(&other, Some(&key)), Some(EXIT_FINDINGS));
    }
}
