use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::ControlFlow;

use super::evidence::{export_with, rewrite, verify};
use super::memory_log::{MemoryLog, signer, small};
use crate::audit::*;

const POLICY: &str =
    "@id(\"a\") permit (principal, action == Action::\"customer.read\", resource);\n";

fn announcing(policy: &str, action: &str) -> Vec<u8> {
    let entry = Entry {
        org: [1; 16],
        id: [9; 16],
        at: 1_790_000_000_777,
        actor: Actor::System {
            job: "witness".into(),
        },
        action: action.into(),
        outcome: Outcome::Allowed,
        resource: None,
        detail: BTreeMap::from([("digest".into(), Detail::digest(sha256(policy.as_bytes())))]),
        address: None,
        request_id: None,
    };
    entry.encode().unwrap().body
}

/// A log whose entry 587 says that the policy is in force.
fn announced() -> (MemoryLog, Attachments) {
    let mut log = small().clone();
    let body = announcing(POLICY, "policy.in_force");
    log.entries.insert(587, body.clone());
    log.sequence();
    log.grow(20);
    let attachments = Attachments {
        policies: vec![POLICY.to_owned()],
        announcements: vec![Announcement { index: 587, body }],
        witnesses: Some("quorum none\n".to_owned()),
    };
    (log, attachments)
}

/// Whose signatures are asked for is told, to be compared with what was agreed.
#[test]
fn the_witnesses_asked_for_are_told() {
    let (log, attachments) = announced();
    let stated = |file: Vec<u8>| {
        let mut evidence = Evidence::open(Cursor::new(file), None).unwrap();
        evidence.stated_witnesses()
    };
    let file = export_with(&log, 0..0, &attachments);
    assert_eq!(
        stated(file.clone()).unwrap().as_deref(),
        Some("quorum none\n")
    );
    let none = export_with(&log, 0..0, &Attachments::default());
    assert_eq!(stated(none).unwrap(), None);
    let damaged = rewrite(&file, |list| {
        for (name, data) in list {
            if name == "witnesses.txt" {
                data[0] = 0xFF;
            }
        }
    });
    assert!(matches!(
        stated(damaged),
        Err(EvidenceError::MalformedMember("witnesses.txt"))
    ));
}

/// What no checkpoint covers yet cannot be proven.
#[test]
fn an_announcement_after_the_checkpoint_is_left_out() {
    let (log, mut attachments) = announced();
    let size = log.tree.size();
    let body = attachments.announcements[0].body.clone();
    for index in [size, size + 1] {
        attachments.announcements.push(Announcement {
            index,
            body: body.clone(),
        });
    }
    let report = verify(&export_with(&log, 0..0, &attachments)).unwrap();
    assert!(report.is_ok(), "{:?}", report.verification.findings);
    assert_eq!(report.policies.len(), 1);
}

fn findings(file: &[u8]) -> Vec<Finding> {
    verify(file).unwrap().verification.findings
}

#[test]
fn a_policy_is_bound_by_the_entry_that_names_it() {
    let (log, attachments) = announced();
    // Without any entries: the announcement is proven by the tree.
    let report = verify(&export_with(&log, 0..0, &attachments)).unwrap();
    assert!(report.is_ok(), "{:?}", report.verification.findings);
    let told: Vec<_> = report.policies.iter().map(|p| (p.index, p.at)).collect();
    assert_eq!(told, [(587, 1_790_000_000_777)]);
    assert_eq!(
        report.policies[0].digest,
        hex::encode(sha256(POLICY.as_bytes()))
    );
}

#[test]
fn an_exchanged_policy_is_found() {
    let (log, attachments) = announced();
    let file = export_with(&log, 0..0, &attachments);
    let digest = hex::encode(sha256(POLICY.as_bytes()));
    let name = format!("policies/{digest}");
    let altered = rewrite(&file, |list| {
        for (member, data) in list {
            if *member == name {
                data[3] ^= 1;
            }
        }
    });
    assert_eq!(
        findings(&altered),
        [Finding::PolicyAltered {
            digest: digest.clone()
        }]
    );
    let removed = rewrite(&file, |list| list.retain(|(member, _)| *member != name));
    assert_eq!(
        findings(&removed),
        [Finding::PolicyMissing {
            digest: digest.clone()
        }]
    );
    // One that fits its own name, but was never in force.
    let invented = "permit (principal, action, resource);";
    let other = hex::encode(sha256(invented.as_bytes()));
    let added = rewrite(&file, |list| {
        list.push((format!("policies/{other}"), invented.into()))
    });
    assert_eq!(
        findings(&added),
        [Finding::PolicyUnnamed {
            digest: other.clone()
        }]
    );
    // Nor does an entry that was never logged put it in force.
    let announced = rewrite(&added, |list| {
        list.push((
            "announcements/5".into(),
            announcing(invented, "policy.in_force"),
        ));
    });
    assert_eq!(
        findings(&announced),
        [
            Finding::AnnouncementAltered { index: 5 },
            Finding::PolicyUnnamed { digest: other }
        ]
    );
}

#[test]
fn an_entry_that_names_no_policy_announces_none() {
    let mut log = small().clone();
    let body = announcing(POLICY, "customer.read");
    log.entries.insert(587, body.clone());
    log.sequence();
    let attachments = Attachments {
        policies: Vec::new(),
        announcements: vec![Announcement { index: 587, body }],
        witnesses: None,
    };
    let file = export_with(&log, 0..0, &attachments);
    assert_eq!(
        findings(&file),
        [Finding::AnnouncementAltered { index: 587 }]
    );
}

fn cosigned(log: &mut MemoryLog, size: u64, witness: u8, seconds: u64) {
    let cosigner = Cosigner::new(&format!("w{witness}"), &[witness; 32]).unwrap();
    let note = log.checkpoints[&size].clone();
    let line = cosigner.cosign(&note, seconds).unwrap();
    log.checkpoints.insert(size, note + &line);
}

fn looked_at(log: &MemoryLog) -> EvidenceReport {
    let keys = (1..=3).map(|n| {
        let cosigner = Cosigner::new(&format!("w{n}"), &[n; 32]).unwrap();
        WitnessKey::parse(&cosigner.witness_key()).unwrap()
    });
    let quorum = Quorum::of(keys.collect(), 2);
    let file = export_with(log, 0..u64::MAX, &Attachments::default());
    let expected = Expectations {
        key: Some(&signer().verifier_key()),
        trusted: None,
        quorum: Some(&quorum),
    };
    verify_evidence(Cursor::new(file), expected, &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

#[test]
fn the_newest_checkpoint_that_enough_witnesses_signed_is_told() {
    let mut log = small().clone();
    assert_eq!(
        looked_at(&log).verification.findings,
        [Finding::NotWitnessed]
    );
    cosigned(&mut log, 356, 1, 10);
    cosigned(&mut log, 557, 2, 20);
    assert_eq!(
        looked_at(&log).verification.findings,
        [Finding::NotWitnessed]
    );
    cosigned(&mut log, 356, 3, 11);
    let report = looked_at(&log);
    assert!(report.is_ok());
    let witnessed = report.witnessed.unwrap();
    let names: Vec<_> = witnessed
        .signed
        .iter()
        .map(|s| (s.witness.as_str(), s.seconds))
        .collect();
    assert_eq!((witnessed.size, names), (356, vec![("w1", 10), ("w3", 11)]));
}

#[test]
fn a_signature_put_into_a_witnesss_mouth_is_found() {
    let mut log = small().clone();
    let cosigner = Cosigner::new("w1", &[1; 32]).unwrap();
    let line = cosigner.cosign(&log.checkpoints[&356], 10).unwrap();
    let note = log.checkpoints.get_mut(&587).unwrap();
    note.push_str(&line);
    assert_eq!(
        looked_at(&log).verification.findings,
        [
            Finding::CosignatureInvalid {
                size: 587,
                witness: "w1".into()
            },
            Finding::NotWitnessed
        ]
    );
}
