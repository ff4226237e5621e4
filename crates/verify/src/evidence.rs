//! `custos-verify FILE`: does the evidence hold?

use crate::places::finding_in_words;
use crate::{Answer, EXIT_FINDINGS, EXIT_HOLDS, Language, Message, Refusal, Words};
use custos_kernel::audit::{EvidenceReport, Expectations, Quorum, WitnessKey, verify_evidence};
use custos_values::Timestamp;
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Pieces in which a file is read.
const BUFFER: usize = 256 * 1024;

/// The words of this feature, in its files of the tree of words that everything else speaks from too.
pub fn sources(language: Language) -> [&'static str; 2] {
    match language {
        Language::Chinese => [
            include_str!("../../../locales/zh-CN/findings.ftl"),
            include_str!("../../../locales/zh-CN/verify.ftl"),
        ],
        Language::English => [
            include_str!("../../../locales/en/findings.ftl"),
            include_str!("../../../locales/en/verify.ftl"),
        ],
    }
}

/// What is asked of an evidence file, as given at the command line.
#[derive(Debug, Default)]
pub struct Asked {
    /// The evidence file.
    pub file: PathBuf,
    /// The log's public key, or a file with it.
    pub key: Option<String>,
    /// A file with an older checkpoint, kept elsewhere since.
    pub trusted: Option<PathBuf>,
    /// Public keys of witnesses, or files with one.
    pub witnesses: Vec<String>,
    /// How many of these must have signed; all if not given.
    pub quorum: Option<usize>,
    /// A file that says whose signatures are enough (C2SP tlog-policy), instead.
    pub witness_policy: Option<PathBuf>,
}

/// Verifies. `progress` is told how many entries are done and how many there are, and may stop it.
///
/// # Errors
/// [`Refusal`] when a file cannot be read, is not evidence, or is not of the log that was asked for.
pub fn evidence(
    asked: &Asked,
    words: &Words,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Answer, Refusal> {
    let quorum = quorum(asked)?;
    let key = match (&asked.key, quorum.as_ref().map(Quorum::logs)) {
        (Some(key), _) => Some(text_or_file(key)?),
        (None, Some([log])) => Some(log.verifier_key()),
        _ => None,
    };
    let trusted = asked.trusted.as_deref().map(read).transpose()?;
    let expected = Expectations {
        key: key.as_deref(),
        trusted: trusted.as_deref(),
        quorum: quorum.as_ref(),
    };
    let report = verify_evidence(open(&asked.file)?, expected, progress)
        .map_err(|error| Refusal::evidence(&asked.file, &error))?;
    let notes = match report.key_expected {
        true => Vec::new(),
        false => vec![Message::new("verify-key-unproven")],
    };
    Ok(Answer {
        json: as_json(&report, trusted.is_some()),
        text: in_words(&report, trusted.is_some(), words),
        notes,
        exit: match report.is_ok() {
            true => EXIT_HOLDS,
            false => EXIT_FINDINGS,
        },
    })
}

pub(crate) fn open(path: &Path) -> Result<BufReader<File>, Refusal> {
    let file = File::open(path).map_err(|error| Refusal::file(path, &error))?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

fn read(path: &Path) -> Result<String, Refusal> {
    std::fs::read_to_string(path).map_err(|error| Refusal::file(path, &error))
}

/// A key, or a file with one.
pub(crate) fn text_or_file(text: &str) -> Result<String, Refusal> {
    let path = Path::new(text);
    match path.is_file() {
        true => read(path),
        false => Ok(text.to_owned()),
    }
}

fn quorum(asked: &Asked) -> Result<Option<Quorum>, Refusal> {
    if let Some(path) = &asked.witness_policy {
        let quorum = Quorum::parse(&read(path)?).map_err(|error| {
            let message = Message::new("verify-policy-malformed").with("path", path.display());
            Refusal(message.count("line", error.line as u64))
        })?;
        return Ok(Some(quorum));
    }
    if asked.witnesses.is_empty() {
        return Ok(None);
    }
    let keys = asked.witnesses.iter().map(|witness| {
        let text = text_or_file(witness)?;
        WitnessKey::parse(text.trim()).map_err(|error| {
            Refusal(Message::new("verify-witness-malformed").with("reason", error))
        })
    });
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let (all, wanted) = (keys.len(), asked.quorum.unwrap_or(keys.len()));
    if !(1..=all).contains(&wanted) {
        let message = Message::new("verify-quorum-range").count("count", all as u64);
        return Err(Refusal(message));
    }
    Ok(Some(Quorum::of(keys, wanted)))
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

fn in_words(report: &EvidenceReport, trusted: bool, words: &Words) -> String {
    let found = &report.verification;
    let result = if report.is_ok() {
        Message::new("verify-intact")
    } else {
        Message::new("verify-altered").count(
            "findings",
            found.findings.len() as u64 + found.findings_omitted,
        )
    };
    let mut lines = vec![words.say(&result)];
    for finding in &found.findings {
        lines.push(format!("  - {}", finding_in_words(finding, words)));
    }
    if found.findings_omitted > 0 {
        let more = Message::new("verify-more").count("count", found.findings_omitted);
        lines.push(words.say(&more));
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
    lines.extend(facts.iter().map(|fact| words.say(fact)));
    for policy in &report.policies {
        let told = Message::new("verify-policy")
            .with("digest", &policy.digest)
            .with("at", Timestamp::from_millis(policy.at))
            .count("index", policy.index);
        lines.push(words.say(&told));
    }
    if let Some(witnessed) = &report.witnessed {
        let told = Message::new("verify-witnessed").count("size", witnessed.size);
        lines.push(words.say(&told));
        for signed in &witnessed.signed {
            let at = i64::try_from(signed.seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
            let told = Message::new("verify-witness")
                .with("witness", &signed.witness)
                .with("at", Timestamp::from_millis(at));
            lines.push(format!("  - {}", words.say(&told)));
        }
    }
    if trusted && report.is_ok() {
        lines.push(words.say(&Message::new("verify-continues-trusted")));
    }
    lines.join("\n")
}
