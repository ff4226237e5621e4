//! `custos audit verify` and `custos audit export`

use super::arguments::{ExportArguments, VerifyArguments};
use super::{Console, EXIT_FINDINGS, Failure};
use crate::product::Offline;
use crate::system::protect_process;
use crate::words::Message;
use custos_audit::EvidenceFile;
use custos_kernel::audit::{EvidenceError, EvidenceReport, Finding, verify_evidence};
use custos_kernel::policy::{Caller, Job};
use custos_values::Timestamp;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Pieces in which a file is read and written.
const BUFFER: usize = 256 * 1024;

/// Needs the file and nothing else: no data folder, no keys, no network.
pub(super) fn verify(arguments: VerifyArguments, console: &Console) -> Result<u8, Failure> {
    let key = arguments.key.map(|key| key_or_file(&key)).transpose()?;
    let trusted = match &arguments.trusted {
        Some(path) => {
            Some(std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?)
        }
        None => None,
    };
    let file =
        File::open(&arguments.file).map_err(|error| Failure::file(&arguments.file, &error))?;
    let bar = progress_bar(console);
    let report = verify_evidence(
        BufReader::with_capacity(BUFFER, file),
        key.as_deref(),
        trusted.as_deref(),
        &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
            ControlFlow::Continue(())
        },
    );
    bar.finish_and_clear();
    let report = report.map_err(|error| refused(&arguments.file, &error))?;
    console.answer(&as_json(&report, trusted.is_some()), || {
        in_words(&report, trusted.is_some(), console)
    });
    if !report.key_expected {
        console.note(&Message::new("verify-key-unproven"));
    }
    Ok(if report.is_ok() { 0 } else { EXIT_FINDINGS })
}

fn key_or_file(key: &str) -> Result<String, Failure> {
    let path = Path::new(key);
    if !path.is_file() {
        return Ok(key.to_owned());
    }
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

fn refused(path: &Path, error: &EvidenceError) -> Failure {
    let message = match error {
        EvidenceError::OtherKey => Message::new("verify-other-key"),
        EvidenceError::Key(_) => Message::new("verify-key-malformed"),
        EvidenceError::Trusted(_) => Message::new("verify-trusted-refused"),
        _ => Message::new("verify-not-evidence"),
    };
    message
        .with("path", path.display())
        .with("reason", error)
        .into()
}

fn progress_bar(console: &Console) -> ProgressBar {
    let target = if console.is_quiet() || console.is_json() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn as_json(report: &EvidenceReport, trusted: bool) -> Value {
    let mut value = json!({ "ok": report.is_ok(), "trusted_checkpoint_given": trusted });
    let (Value::Object(members), Ok(Value::Object(told))) =
        (&mut value, serde_json::to_value(report))
    else {
        return value;
    };
    members.extend(told);
    members.insert(
        "exported_at".to_owned(),
        json!(Timestamp::from_millis(report.exported_at)),
    );
    value
}

fn in_words(report: &EvidenceReport, trusted: bool, console: &Console) -> String {
    let found = &report.verification;
    let mut lines = Vec::new();
    let result = if report.is_ok() {
        Message::new("verify-intact")
    } else {
        Message::new("verify-altered").count(
            "findings",
            found.findings.len() as u64 + found.findings_omitted,
        )
    };
    lines.push(console.words(&result));
    for finding in &found.findings {
        lines.push(format!("  - {}", finding_in_words(finding, console)));
    }
    if found.findings_omitted > 0 {
        lines.push(
            console.words(&Message::new("verify-more").count("count", found.findings_omitted)),
        );
    }
    let facts = [
        Message::new("verify-origin").with("origin", &report.origin),
        Message::new("verify-key").with("key", &report.verifier_key),
        Message::new("verify-size").count("size", found.size),
        Message::new("verify-range")
            .count("from", report.from)
            .count("to", report.to)
            .count("checked", found.entries_checked),
        Message::new("verify-checkpoints").count("count", found.checkpoints_checked),
        Message::new("verify-exported-at").with("at", Timestamp::from_millis(report.exported_at)),
    ];
    lines.extend(facts.iter().map(|fact| console.words(fact)));
    if trusted && report.is_ok() {
        lines.push(console.words(&Message::new("verify-continues-trusted")));
    }
    lines.join("\n")
}

/// The finding's words with its place in the log's own terms.
fn finding_in_words(finding: &Finding, console: &Console) -> String {
    let Ok(Value::Object(mut members)) = serde_json::to_value(finding) else {
        return String::new();
    };
    let kind = match members.remove("kind") {
        Some(Value::String(kind)) => kind,
        _ => String::new(),
    };
    let words = named("finding", &kind, console);
    let place: Vec<String> = members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(
                || value.to_string(),
                |code| named("verify-reason", code, console),
            );
            let id = format!("verify-place-{}", name.replace('_', "-"));
            console.words(&Message::new(id).with("value", text))
        })
        .collect();
    if place.is_empty() {
        words
    } else {
        let found = Message::new("verify-finding").with("finding", words);
        console.words(&found.with("place", place.join(", ")))
    }
}

/// The words for a code; the code where there are none.
fn named(kind: &str, code: &str, console: &Console) -> String {
    let id = format!("{kind}-{}", code.replace('_', "-"));
    if console.has_words(&id) {
        console.words(&Message::new(id))
    } else {
        code.to_owned()
    }
}

/// Whoever holds the data folder may take evidence out; it leaves its entry in the log, and in the file.
pub(super) fn export(arguments: &ExportArguments, console: &Console) -> Result<u8, Failure> {
    let settings = arguments.settings.settings(false)?;
    protect_process();
    let range = arguments.from..arguments.to.unwrap_or(u64::MAX);
    if range.start > range.end {
        return Err(Message::new("export-range").into());
    }
    // Made before anything is recorded: an entry about a file that could not be written would mislead.
    let out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&arguments.out)
        .map_err(|error| Failure::file(&arguments.out, &error))?;
    let written = super::runtime()?.block_on(async {
        let offline = Offline::open(&settings).await?;
        let exported = write(&offline, arguments.organisation.as_deref(), range, &out).await;
        offline.close().await?;
        exported
    });
    if written.is_err() {
        // Half a file is no evidence; the failure is what has to be told.
        let _ = std::fs::remove_file(&arguments.out);
    }
    written?;
    let path = arguments.out.display().to_string();
    console.answer(&json!({ "file": path }), || {
        console.words(&Message::new("export-written").with("path", &path))
    });
    Ok(0)
}

async fn write(
    offline: &Offline,
    organisation: Option<&str>,
    range: std::ops::Range<u64>,
    out: &File,
) -> Result<(), Failure> {
    let org = offline.organisation(organisation).await?;
    let caller = Caller::system(Job::Operator, org);
    let base = &offline.foundation;
    let refused = |error: custos_audit::AuditError| Failure::internal(&error);
    let file = EvidenceFile::open(
        &base.store,
        &base.policy,
        &base.sink,
        &base.sequencer,
        &caller,
        range,
    )
    .await
    .map_err(refused)?;
    let out = out.try_clone().map_err(|error| Failure::internal(&error))?;
    let work = tokio::task::spawn_blocking(move || {
        file.write(BufWriter::with_capacity(BUFFER, &out))?;
        Ok::<_, EvidenceError>(out.sync_all()?)
    });
    work.await
        .map_err(|error| Failure::internal(&error))?
        .map_err(|error| Failure::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Language, Words};

    #[test]
    fn findings_are_told_in_words_with_their_place() {
        let findings = [
            Finding::EntryAltered { index: 157 },
            Finding::EntriesMissing { from: 3, to: 9 },
            Finding::LogTruncated {
                entries: 5,
                size: 8,
            },
            Finding::TileAltered {
                level: 1,
                index: 2,
                child: Some(7),
            },
            Finding::CheckpointInvalid {
                size: 4,
                reason: "wrong_signature",
            },
            Finding::RootMismatch { size: 9, from: 4 },
            Finding::NoCheckpoint,
            Finding::RolledBack {
                size: 1,
                trusted_size: 2,
            },
        ];
        for language in [Language::Chinese, Language::English] {
            let console = Console::new(Words::new(language), false, false);
            for finding in &findings {
                let told = finding_in_words(finding, &console);
                let Value::Object(mut members) = serde_json::to_value(finding).unwrap() else {
                    panic!("a finding is an object");
                };
                members.remove("kind");
                for value in members.values().filter_map(Value::as_u64) {
                    assert!(told.contains(&value.to_string()), "{told}");
                }
                let of_code = |c: char| {
                    c == '_' || (language == Language::Chinese && c.is_ascii_alphabetic())
                };
                assert!(!told.contains(of_code), "{told}");
                assert!(!told.contains("verify-"), "{told}");
            }
        }
    }
}
