//! Somebody with the database and the log's own key rewrites the log from end to end, on both engines: inside the
//! installation nothing shows it any more, and those who hold a checkpoint find it at the next round.
#![allow(clippy::unwrap_used, missing_docs)]

use custos_kernel::audit::{
    CheckpointSigner, CheckpointVerifier, Cosigner, Entry, Finding, Hash, Submission, TreeState,
    claimed_checkpoint, leaf_hash, verify_log,
};
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, Job, Policy, PolicySource, Resource, actions};
use custos_outbox::{HttpAnswer, HttpFailure, HttpPost, HttpRequest};
use custos_store::{SequencerHandle, Value};
use custos_testkit::{Installation, both};
use custos_transparency::{INTERVAL, MIGRATIONS, POLICY, Transparency, TransparencyOptions};
use serde_json::json;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HAPPEN: EventName = EventName::declared("thing.happen", Occasion::Part);

enum Thing {}
impl Resource for Thing {
    const TYPE: &'static str = "thing";
}

enum Log {}
impl Resource for Log {
    const TYPE: &'static str = "audit_log";
}

const TESTS: PolicySource = PolicySource::new(
    "tests",
    r#"@id("set") permit (principal == Job::"operator", action in [Action::"log_settings.update", Action::"log_settings.read", Action::"audit_log.read"], resource);"#,
);

/// A witness somewhere else.
struct Witness {
    cosigner: Cosigner,
    log: CheckpointVerifier,
    latest: Mutex<Option<String>>,
    answers: Mutex<bool>,
}

impl HttpPost for Witness {
    fn post(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        assert_eq!(request.url, "https://witness.example.cn/w1/add-checkpoint");
        if !*self.answers.lock().unwrap() {
            return Err(HttpFailure::Unreachable);
        }
        let answer = |status, body| Ok(HttpAnswer { status, body });
        let submission = Submission::parse(&request.body).unwrap();
        let mut latest = self.latest.lock().unwrap();
        let known = latest.as_ref().map(|note| self.log.verify(note).unwrap());
        match submission.judge(&self.log, known.as_ref()) {
            Ok(_) => {
                let line = self.cosigner.cosign(&submission.note, 1_790_000_000);
                *latest = Some(submission.note);
                answer(200, line.unwrap())
            }
            Err(refusal) => answer(refusal.status(), refusal.body()),
        }
    }
}

/// Asks the witness, and another one beside it that never answers.
struct BesideOneThatHangs {
    witness: Arc<Witness>,
    asked: Mutex<usize>,
    ended: Mutex<std::sync::mpsc::Receiver<()>>,
}

impl HttpPost for BesideOneThatHangs {
    fn post(&self, request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
        if !request.url.starts_with("https://hangs.") {
            return self.witness.post(request);
        }
        *self.asked.lock().unwrap() += 1;
        // Until the test is over.
        let _ = self.ended.lock().unwrap().recv();
        Err(HttpFailure::Unreachable)
    }
}

struct Shown {
    transparency: Arc<Transparency>,
    witness: Arc<Witness>,
    folder: tempfile::TempDir,
}

async fn shown(installation: &Installation) -> Shown {
    let store = installation.store();
    let log = store.log_verifier(installation.org()).await.unwrap();
    let witness = Arc::new(Witness {
        cosigner: Cosigner::new("w1.example.cn", &[5; 32]).unwrap(),
        log,
        latest: Mutex::default(),
        answers: Mutex::new(true),
    });
    let options = TransparencyOptions {
        http: Arc::clone(&witness) as _,
        policies: "permit (principal, action, resource);".to_owned(),
    };
    let policy = Arc::new(Policy::load(&[POLICY, TESTS, custos_outbox::POLICY]).unwrap());
    let sequencer = Arc::new(SequencerHandle::start(Arc::clone(store)));
    let sink = installation.sink().clone();
    let transparency = Transparency::new(Arc::clone(store), policy, sink, sequencer, options);
    let folder = tempfile::tempdir().unwrap();
    transparency.publish_into(folder.path().to_owned());
    let settings = json!({
        "witnesses": [{ "url": "https://witness.example.cn/w1", "key": witness.cosigner.witness_key() }],
        "quorum": 1, "public": true, "watched": [],
        "mail": { "address": "auditor@example.cn", "language": "zh-CN", "hours": 24 },
    });
    let caller = Caller::system(Job::Operator, installation.org());
    transparency.set_as(&caller, 0, settings).await.unwrap();
    Shown {
        transparency,
        witness,
        folder,
    }
}

async fn happen(installation: &Installation, count: usize) {
    let caller = Caller::system(Job::Operator, installation.org());
    for _ in 0..count {
        let event = Event::own::<Thing>(&caller, &HAPPEN, Some([7; 16]));
        installation.sink().record(event).await.unwrap();
    }
}

async fn sql(installation: &Installation, sql: &str, values: &[Value]) -> Vec<custos_store::Row> {
    let store = installation.store();
    store.tamper_for_tests(sql, values).await.unwrap()
}

/// Takes entries out of the log as if they had never been, and makes everything above it new: tiles, root, and every
/// checkpoint, signed with the log's own key. What the database says of witnesses goes too.
async fn rewrite(installation: &Installation, from: i64, count: i64) {
    let org = Value::from(&installation.org().as_bytes()[..]);
    let org = std::slice::from_ref(&org);
    let at = |n: i64| [org[0].clone(), Value::Int(n)];
    let within = "DELETE FROM audit_entry WHERE org_id = $1 AND idx >= $2 AND idx < $2 + $3";
    let range = [org[0].clone(), Value::Int(from), Value::Int(count)];
    sql(installation, within, &range).await;
    // Downwards first: two entries may not have one place.
    let away = "UPDATE audit_entry SET idx = -idx WHERE org_id = $1 AND idx >= $2";
    sql(installation, away, &at(from + count)).await;
    let back = "UPDATE audit_entry SET idx = -idx - $2 WHERE org_id = $1 AND idx < 0";
    sql(installation, back, &at(count)).await;
    let head = "UPDATE audit_head SET next = next - $2 WHERE org_id = $1";
    sql(installation, head, &at(count)).await;
    for table in [
        "audit_tile",
        "audit_checkpoint",
        "audit_cosignature",
        "log_holder",
    ] {
        sql(
            installation,
            &format!("DELETE FROM {table} WHERE org_id = $1"),
            org,
        )
        .await;
    }
    let rows = sql(
        installation,
        "SELECT body FROM audit_entry WHERE org_id = $1 ORDER BY idx",
        org,
    )
    .await;
    let leaves: Vec<Hash> = rows
        .iter()
        .map(|row| leaf_hash(row.bytes(0).unwrap()))
        .collect();
    let store = installation.store();
    let key = store.keys().get(store, installation.org()).await.unwrap();
    let origin = format!("custos/audit/{}", installation.org());
    let signer = CheckpointSigner::new(&origin, &key.checkpoint_seed()).unwrap();
    let mut tree = TreeState::empty();
    for tile in tree.append(&leaves).unwrap() {
        let insert = "INSERT INTO audit_tile (org_id, level, idx, data) VALUES ($1, $2, $3, $4)";
        let place = [Value::Int(tile.level.into()), Value::Int(tile.index as i64)];
        let values = [org, &place, &[Value::Bytes(tile.data)]].concat();
        sql(installation, insert, &values).await;
    }
    let size = Value::Int(tree.size() as i64);
    let note = signer.sign(tree.size(), &tree.root());
    let insert =
        "INSERT INTO audit_checkpoint (org_id, size, signed_at, note) VALUES ($1, $2, 0, $3)";
    sql(
        installation,
        insert,
        &[org[0].clone(), size.clone(), Value::Text(note)],
    )
    .await;
    let update = "UPDATE audit_tree SET size = $2, root = $3 WHERE org_id = $1";
    let root = Value::Bytes(tree.root().to_vec());
    sql(installation, update, &[org[0].clone(), size, root]).await;
}

/// The actions in the log with their standing, newest first.
async fn told(installation: &Installation) -> Vec<(String, String)> {
    let newest = "SELECT body FROM audit_entry ORDER BY idx DESC LIMIT 12";
    let rows = sql(installation, newest, &[]).await;
    let entries = rows
        .iter()
        .map(|row| Entry::decode(row.bytes(0).unwrap()).unwrap());
    let told = entries.map(|entry| {
        let standing = entry.detail.get("standing");
        (
            entry.action,
            standing.map_or(String::new(), |s| serde_json::to_string(s).unwrap()),
        )
    });
    told.collect()
}

/// Verifies the stored log against a checkpoint that was kept.
async fn verified_against(installation: &Installation, kept: &str) -> Vec<Finding> {
    let store = installation.store();
    let policy = Policy::load(&[TESTS]).unwrap();
    let caller = Caller::system(Job::Operator, installation.org());
    let scope = policy.scope::<actions::Read, Log>(&caller).unwrap();
    let verifier = store.log_verifier(installation.org()).await.unwrap();
    let kept = verifier.verify(kept).unwrap();
    let mut log = store.log_reader(&scope).await.unwrap();
    let work = tokio::task::spawn_blocking(move || {
        let mut on = |_, _| ControlFlow::Continue(());
        verify_log(&mut log, &verifier, Some(&kept), &mut on)
            .unwrap()
            .findings
    });
    work.await.unwrap()
}

fn published(shown: &Shown) -> String {
    let files = std::fs::read_dir(shown.folder.path())
        .unwrap()
        .map(Result::unwrap);
    let files: HashMap<_, _> = files.map(|f| (f.file_name(), f.path())).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    std::fs::read_to_string(files.into_values().next().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_administrator_who_rewrites_the_whole_log_is_caught() {
    both(
        &[MIGRATIONS, custos_outbox::MIGRATIONS],
        async |installation| {
            let shown = shown(installation).await;
            let org = installation.org();
            happen(installation, 300).await;
            shown.transparency.show(org).await.unwrap();
            let held = shown.witness.latest.lock().unwrap().clone().unwrap();
            assert_eq!(claimed_checkpoint(&held).unwrap().size, 303);
            assert_eq!(published(&shown), held);
            // The mail with that checkpoint is the entry after it, so that the first rewriting leaves the size as it was.
            for (taken, grown, standing) in [
                (1, 0, "forked"),
                (10, 0, "rolled_back"),
                (1, 200, "rewritten"),
            ] {
                rewrite(installation, 57, taken).await;
                // Within the installation nothing is wrong.
                let report = installation.verify(org).await;
                assert!(report.is_ok(), "{report:?}");
                happen(installation, grown).await;
                shown.transparency.show(org).await.unwrap();
                let refused = ("log.refused".to_owned(), format!("\"{standing}\""));
                let told = told(installation).await;
                let count = told.iter().filter(|told| **told == refused).count();
                assert_eq!(count, 2, "by the witness and by the file: {told:?}");
                assert!(
                    told.iter().any(|(action, _)| action == "message.create"),
                    "{told:?}"
                );
                // Neither gives its evidence away.
                assert_eq!(shown.witness.latest.lock().unwrap().as_ref(), Some(&held));
                assert_eq!(published(&shown), held);
            }
            let findings = verified_against(installation, &held).await;
            assert_eq!(findings, [Finding::HistoryRewritten { trusted_size: 303 }]);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_log_is_signed_as_it_grows_and_says_so_once() {
    both(
        &[MIGRATIONS, custos_outbox::MIGRATIONS],
        async |installation| {
            let shown = shown(installation).await;
            let org = installation.org();
            for _ in 0..3 {
                happen(installation, 10).await;
                shown.transparency.show(org).await.unwrap();
            }
            // A round in which nothing happened leaves nothing behind, so that rounds do not feed on each other.
            shown.transparency.show(org).await.unwrap();
            let size = claimed_checkpoint(&published(&shown)).unwrap().size;
            shown.transparency.show(org).await.unwrap();
            assert_eq!(claimed_checkpoint(&published(&shown)).unwrap().size, size);
            let report = installation.verify(org).await;
            assert!(report.is_ok(), "{report:?}");
            let told = told(installation).await;
            assert!(
                told.iter().all(|(action, _)| action != "log.refused"),
                "{told:?}"
            );

            *shown.witness.answers.lock().unwrap() = false;
            happen(installation, 1).await;
            for _ in 0..3 {
                shown.transparency.show(org).await.unwrap();
            }
            *shown.witness.answers.lock().unwrap() = true;
            shown.transparency.show(org).await.unwrap();
            let told = self::told(installation).await;
            let of = |action: &str| told.iter().filter(|(told, _)| told == action).count();
            assert_eq!((of("log.refused"), of("log.accepted")), (1, 1), "{told:?}");
            let newest = "SELECT MAX(size) FROM audit_cosignature";
            let rows = sql(installation, newest, &[]).await;
            let held = shown.witness.latest.lock().unwrap().clone().unwrap();
            assert_eq!(
                rows[0].int(0).unwrap() as u64,
                claimed_checkpoint(&held).unwrap().size
            );
        },
    )
    .await;
}

/// Two rounds and the longest wait for a witness's answer fit into the minute.
#[test]
fn a_checkpoint_is_at_most_sixty_seconds_old() {
    let signing = Duration::from_millis(500);
    assert!(INTERVAL * 2 + signing <= Duration::from_secs(60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_hangs_keeps_nothing_from_the_others() {
    both(&[custos_outbox::MIGRATIONS, MIGRATIONS], async |installation| {
        let shown = shown(installation).await;
        let (end, ended) = std::sync::mpsc::channel();
        let http = Arc::new(BesideOneThatHangs {
            witness: Arc::clone(&shown.witness),
            asked: Mutex::new(0),
            ended: Mutex::new(ended),
        });
        let options = TransparencyOptions {
            http: Arc::clone(&http) as _,
            policies: "permit (principal, action, resource);".to_owned(),
        };
        let store = installation.store();
        let policy = Arc::new(Policy::load(&[POLICY, TESTS, custos_outbox::POLICY]).unwrap());
        let sequencer = Arc::new(SequencerHandle::start(Arc::clone(store)));
        let sink = installation.sink().clone();
        let transparency = Transparency::new(Arc::clone(store), policy, sink, sequencer, options);
        let hanging = Cosigner::new("hangs.example.cn", &[6; 32]).unwrap();
        // The one that hangs comes first.
        let settings = json!({
            "witnesses": [
                { "url": "https://hangs.example.cn", "key": hanging.witness_key() },
                { "url": "https://witness.example.cn/w1", "key": shown.witness.cosigner.witness_key() },
            ],
            "quorum": 1, "public": true, "watched": [], "mail": null,
        });
        let caller = Caller::system(Job::Operator, installation.org());
        transparency.set_as(&caller, 1, settings).await.unwrap();
        let signed = async |size: &mut i64| {
            let rows = sql(installation, "SELECT COALESCE(MAX(size), 0) FROM audit_cosignature", &[]).await;
            let newest = rows[0].int(0).unwrap();
            let further = newest > *size;
            *size = newest;
            further
        };
        let mut size = 0;
        for round in 0..3 {
            happen(installation, 2).await;
            let showing = tokio::spawn({
                let transparency = Arc::clone(&transparency);
                let org = installation.org();
                async move { transparency.show(org).await }
            });
            // Long before anybody has lost patience with the other.
            let quickly = async {
                while !signed(&mut size).await {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            };
            let quickly = tokio::time::timeout(Duration::from_secs(6), quickly).await;
            assert!(quickly.is_ok(), "round {round}");
            let rest = Duration::from_secs(60) - INTERVAL;
            let round_ends = tokio::time::timeout(rest, showing).await;
            round_ends.unwrap().unwrap().unwrap();
        }
        assert_eq!(*http.asked.lock().unwrap(), 1, "who hangs is not asked by ever more threads");
        drop(end);
    })
    .await;
}
