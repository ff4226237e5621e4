//! The binary as it is handed out, and a verifier that somebody else could have written.

#![allow(clippy::unwrap_used)]

mod log;

use log::{Made, WITNESS, another_history, archive, made};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn custos_verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_custos-verify"))
        .args(arguments)
        .env_remove("LC_ALL")
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn written(folder: &Path, name: &str, made: &Made) -> String {
    let path = folder.join(name);
    std::fs::write(&path, archive(&made.members)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn honest_evidence_holds_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(700);
    let file = written(folder.path(), "evidence.tar", &made);
    let arguments = [&file, "--key", &made.key, "--witness", WITNESS.as_str()];
    let chinese = custos_verify(&arguments);
    assert_eq!(chinese.status.code(), Some(0), "{}", text(&chinese.stderr));
    let told = text(&chinese.stdout);
    assert!(
        told.starts_with("日志完好。") && told.contains("w1.example.cn"),
        "{told}"
    );
    let english = custos_verify(&[&arguments[..], &["--lang", "en"]].concat());
    assert!(text(&english.stdout).starts_with("The log is intact."));
    let json = custos_verify(&[&arguments[..], &["--json"]].concat());
    let told: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(told["ok"], true);
    assert_eq!(told["witnessed"]["size"], 600);
    assert_eq!(told["policies"][0]["index"], 650);
    assert_eq!(told["verification"]["entries_checked"], 700);
}

#[test]
fn exit_codes_are_for_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let mut made = made(300);
    let file = written(folder.path(), "good.tar", &made);
    assert_eq!(custos_verify(&[&file]).status.code(), Some(0));
    let other = log::signer(9).verifier_key();
    for refused in [
        &["no-such-file"][..],
        &[file.as_str(), "--key", other.as_str()],
        &[file.as_str(), "--key", "nonsense"],
        &[file.as_str(), "--witness", "nonsense"],
        &[
            file.as_str(),
            "--witness",
            WITNESS.as_str(),
            "--quorum",
            "2",
        ],
        &[file.as_str(), "--unknown"],
        &[file.as_str(), "--key"],
        &[file.as_str(), "another"],
        &["proof", file.as_str(), "300"],
        &["proof", file.as_str(), "x"],
    ] {
        let output = custos_verify(refused);
        assert_eq!(output.status.code(), Some(2), "{refused:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{refused:?}"
        );
    }
    assert_eq!(custos_verify(&["--help"]).status.code(), Some(0));
    let bundle = made
        .members
        .iter_mut()
        .find(|(name, _)| name == "tile/entries/000");
    bundle.unwrap().1[40] ^= 1;
    let file = written(folder.path(), "bad.tar", &made);
    let output = custos_verify(&[&file, "--lang", "en"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("Entry altered (number 0)"),
        "{}",
        text(&output.stdout)
    );
}

/// Two files of one key, rewritten from entry 123 on: the proof is printed, and its parts are verified by the other
/// verifier's means in `crates/kernel/src/audit/tests/divergence.rs`.
#[test]
fn divergent_logs_are_proven_divergent() {
    let folder = tempfile::tempdir().unwrap();
    let (short, long) = (made(300), made(700));
    let first = written(folder.path(), "first.tar", &short);
    let second = written(folder.path(), "second.tar", &long);
    let rewritten = written(folder.path(), "rewritten.tar", &another_history(700, 123));
    let same = custos_verify(&[
        "divergence",
        &first,
        &second,
        "--key",
        &short.key,
        "--lang",
        "en",
    ]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(
        text(&same.stdout).contains("first 300 of 700"),
        "{}",
        text(&same.stdout)
    );
    let output = custos_verify(&["divergence", &first, &rewritten, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["relation"], "divergent");
    assert_eq!(told["first"]["index"], 123);
    assert_ne!(told["first"]["leaf"], told["second"]["leaf"]);
    for language in ["zh-CN", "en"] {
        let output = custos_verify(&["divergence", &first, &rewritten, "--lang", language]);
        assert_eq!(
            text(&output.stdout)
                .matches("c2sp.org/tlog-proof@v1\nindex 123\n")
                .count(),
            2
        );
    }
}

#[test]
fn a_proof_of_one_entry_comes_out_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(300);
    let file = written(folder.path(), "evidence.tar", &made);
    let output = custos_verify(&["proof", &file, "299", "--key", &made.key]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let proof = text(&output.stdout);
    assert!(
        proof.starts_with("c2sp.org/tlog-proof@v1\nindex 299\n"),
        "{proof}"
    );
    let newest = made
        .members
        .iter()
        .find(|(name, _)| name == "checkpoint")
        .unwrap();
    assert!(proof.ends_with(&text(&newest.1)), "{proof}");
}

/// Whether the verifier in Python, written by the document, takes the file for good.
fn independently(file: &str, made: &Made) -> bool {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/independent.py");
    let output = Command::new("python3")
        .args([script, file, &made.key, WITNESS.as_str()])
        .output()
        .expect("python3 is installed");
    let told = text(&output.stdout);
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    match output.status.code() {
        Some(0) => told == "holds\n",
        Some(1) => false,
        other => panic!("{other:?}: {told}"),
    }
}

fn ours(file: &str, made: &Made) -> bool {
    custos_verify(&[file, "--key", &made.key, "--witness", WITNESS.as_str()])
        .status
        .code()
        == Some(0)
}

/// One byte of every member in turn, every member left out: both verifiers find each, and agree on the honest file.
#[test]
fn a_verifier_written_by_the_document_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(700);
    let honest = written(folder.path(), "honest.tar", &made);
    assert!(independently(&honest, &made) && ours(&honest, &made));
    let mut cases = 0;
    for member in 0..made.members.len() {
        let (name, data) = &made.members[member];
        // What the keeper says of himself and of the time proves nothing, and is not claimed to.
        if name == "witnesses.txt" {
            continue;
        }
        let mut changed = made.clone();
        let at = match name.as_str() {
            "meta.json" => text(data).find("\"size\"").unwrap() + 2,
            _ => data.len() / 2,
        };
        changed.members[member].1[at] ^= 1;
        let mut without = made.clone();
        without.members.remove(member);
        // Older checkpoints may be left out: the file need not hold them all.
        let optional = name.starts_with("checkpoints/") && !name.ends_with("/600");
        for (what, made, wrong) in [("changed", changed, true), ("without", without, !optional)] {
            let file = written(folder.path(), "altered.tar", &made);
            assert_eq!(independently(&file, &made), !wrong, "{name} {what}");
            assert_eq!(ours(&file, &made), !wrong, "{name} {what}");
            cases += 1;
        }
    }
    assert!(cases > 25, "{cases}");
}
