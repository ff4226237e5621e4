//! What an evidence file holds besides the log: policies with the entries that name them, and signatures of witnesses.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use super::file::EvidenceFile;
use super::{EvidenceError, POLICY_ACTION, POLICY_DETAIL, PolicyReport, WitnessedReport};
use crate::audit::checkpoint::{Checkpoint, CheckpointVerifier};
use crate::audit::entry::Entry;
use crate::audit::hash::{Hash, leaf_hash, sha256};
use crate::audit::proof::{inclusion_proof, verify_inclusion};
use crate::audit::quorum::Quorum;
use crate::audit::source::LogSource;
use crate::audit::verify::{Finding, VerificationReport};

/// Checks that every policy is the one its name says, and that an entry of the log names it.
pub(super) fn policies<R: Read + Seek>(
    file: &mut EvidenceFile<R>,
    verifier: &CheckpointVerifier,
    report: &mut VerificationReport,
) -> Result<Vec<PolicyReport>, EvidenceError> {
    let digests: Vec<Hash> = file.policy_digests().collect();
    let mut unnamed = BTreeSet::new();
    for digest in digests {
        match sha256(&file.policy(&digest)?) == digest {
            true => drop(unnamed.insert(digest)),
            false => report.add(Finding::PolicyAltered {
                digest: hex::encode(digest),
            }),
        }
    }
    let mut told = Vec::new();
    let indices: Vec<u64> = file.announcement_indices().collect();
    if indices.is_empty() && unnamed.is_empty() {
        return Ok(told);
    }
    let newest = newest(file, verifier)?;
    for index in indices {
        let body = file.announcement(index)?;
        let Some((digest, at)) = announced(&body) else {
            report.add(Finding::AnnouncementAltered { index });
            continue;
        };
        let held = newest
            .as_ref()
            .is_some_and(|newest| is_in(file, &body, index, newest));
        if !held {
            report.add(Finding::AnnouncementAltered { index });
        } else if file.has_policy(&digest) {
            unnamed.remove(&digest);
            told.push(PolicyReport {
                digest: hex::encode(digest),
                index,
                at,
            });
        } else {
            report.add(Finding::PolicyMissing {
                digest: hex::encode(digest),
            });
        }
    }
    for digest in unnamed {
        report.add(Finding::PolicyUnnamed {
            digest: hex::encode(digest),
        });
    }
    Ok(told)
}

/// The digest of the policy that the entry says to be in force, and since when.
fn announced(body: &[u8]) -> Option<(Hash, i64)> {
    let entry = Entry::decode(body)
        .ok()
        .filter(|entry| entry.action == POLICY_ACTION)?;
    let digest = entry.detail.get(POLICY_DETAIL)?.as_digest()?;
    Some((*digest, entry.at))
}

fn is_in<R: Read + Seek>(
    file: &mut EvidenceFile<R>,
    body: &[u8],
    index: u64,
    newest: &Checkpoint,
) -> bool {
    inclusion_proof(file, index, newest.size)
        .and_then(|proof| {
            verify_inclusion(index, &leaf_hash(body), newest.size, &newest.root, &proof)
        })
        .is_ok()
}

fn newest<R: Read + Seek>(
    file: &mut EvidenceFile<R>,
    verifier: &CheckpointVerifier,
) -> Result<Option<Checkpoint>, EvidenceError> {
    let stored = file.checkpoint_before(None)?;
    Ok(stored.and_then(|stored| verifier.verify(&stored.note).ok()))
}

/// Looks from the newest checkpoint backwards for one that enough witnesses have signed.
pub(super) fn witnessed<R: Read + Seek>(
    file: &mut EvidenceFile<R>,
    verifier: &CheckpointVerifier,
    quorum: &Quorum,
    report: &mut VerificationReport,
) -> Result<Option<WitnessedReport>, EvidenceError> {
    let mut below = None;
    while let Some(stored) = file.checkpoint_before(below)? {
        below = Some(stored.size);
        if verifier.verify(&stored.note).is_err() {
            // That is a finding already.
            continue;
        }
        let found = quorum.look(&stored.note);
        for witness in found.forged {
            report.add(Finding::CosignatureInvalid {
                size: stored.size,
                witness,
            });
        }
        if found.enough {
            return Ok(Some(WitnessedReport {
                size: stored.size,
                signed: found.signed,
            }));
        }
    }
    report.add(Finding::NotWitnessed);
    Ok(None)
}
