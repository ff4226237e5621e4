//! Findings in words, with their place in the log's own terms.

use crate::answer::named;
use crate::{Message, Words};
use custos_kernel::audit::Finding;
use serde_json::Value;

/// One line about a finding.
pub(crate) fn finding_in_words(finding: &Finding, words: &Words) -> String {
    let Ok(Value::Object(mut members)) = serde_json::to_value(finding) else {
        return String::new();
    };
    let kind = match members.remove("kind") {
        Some(Value::String(kind)) => kind,
        _ => String::new(),
    };
    let what = named("finding", &kind, words);
    let place: Vec<String> = members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(
                || value.to_string(),
                |code| named("verify-reason", code, words),
            );
            let id = format!("verify-place-{}", name.replace('_', "-"));
            words.say(&Message::new(id).with("value", text))
        })
        .collect();
    if place.is_empty() {
        return what;
    }
    let found = Message::new("verify-finding").with("finding", what);
    words.say(&found.with("place", place.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, evidence::sources};

    #[test]
    fn findings_are_told_in_words_with_their_place() {
        let digest = "00ff".repeat(16);
        let findings = [
            Finding::EntryAltered { index: 157 },
            Finding::EntriesAltered { from: 3, to: 9 },
            Finding::EntriesMissing { from: 3, to: 9 },
            Finding::EntryUnexpected { index: 8 },
            Finding::LogTruncated {
                entries: 5,
                size: 8,
            },
            Finding::TileAltered {
                level: 1,
                index: 2,
                child: Some(7),
            },
            Finding::TileMissing { level: 1, index: 2 },
            Finding::TileBeyondCheckpoint { level: 1, index: 2 },
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
            Finding::HistoryRewritten { trusted_size: 2 },
            Finding::NotWitnessed,
            Finding::CosignatureInvalid {
                size: 6,
                witness: "77".into(),
            },
            Finding::PolicyAltered {
                digest: digest.clone(),
            },
            Finding::PolicyMissing {
                digest: digest.clone(),
            },
            Finding::PolicyUnnamed {
                digest: digest.clone(),
            },
            Finding::AnnouncementAltered { index: 12 },
        ];
        for language in Language::ALL {
            let words = Words::of(language, &sources(language));
            for finding in &findings {
                let told = finding_in_words(finding, &words);
                let Value::Object(mut members) = serde_json::to_value(finding).unwrap() else {
                    panic!("a finding is an object");
                };
                members.remove("kind");
                members.remove("reason");
                for value in members.values() {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    assert!(told.contains(&text), "{told}");
                }
                let told = told.replace(&digest, "");
                let of_code = |c: char| {
                    c == '_'
                        || (language == Language::Chinese
                            && c.is_ascii_alphabetic()
                            && !told.contains("SHA-256"))
                };
                assert!(!told.contains(of_code), "{told}");
                assert!(!told.contains("verify-"), "{told}");
            }
        }
    }
}
