//! From an empty data folder to evidence that is verified elsewhere.

use crate::client::Client;
use crate::host::{Host, engines};
use crate::totp;
use custos_values::Clock;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

const PASSWORD: &str = "seventeen quiet herons at dusk";

pub fn set_up(host: &Host) {
    let user =
        |role: &str| json!({ "role": role, "name": role, "login": role, "password": PASSWORD });
    let users = [
        "system_admin",
        "security_admin",
        "audit_admin",
        "sales_lead",
    ]
    .map(user);
    let setup = |code: &str| json!({ "setup_code": code, "organisation_name": "Quay", "language": "en", "users": users });
    let mut client = host.client();
    assert_eq!(
        client.get("/api/v1/status").expect(200)["setup_required"],
        true
    );
    client
        .post("/api/v1/setup", &setup("AAAAA-AAAAA-AAAAA-AAAAA"))
        .expect(403);
    let code = host.setup_code().unwrap();
    client.post("/api/v1/setup", &setup(code)).expect(201);
    client.post("/api/v1/setup", &setup(code)).expect(409);
}

/// Signs in for the first time, second factor and all.
pub fn sign_in(host: &Host, login: &str) -> Client {
    let mut client = host.client();
    let begun = client
        .post(
            "/api/v1/session",
            &json!({ "login": login, "password": PASSWORD }),
        )
        .expect(200);
    assert_eq!(begun["next"], "enrol_totp");
    client.get("/api/v1/session").expect(401);
    let enrolment = client
        .post("/api/v1/session/totp/enrolment", &json!({}))
        .expect(200);
    let now = custos::system::SystemClock.now().millis();
    let code = totp::code(enrolment["secret"].as_str().unwrap(), now);
    client
        .post(
            "/api/v1/session/totp/confirmation",
            &json!({ "code": code }),
        )
        .expect(200);
    let session = client.get("/api/v1/session").expect(200);
    client.csrf = Some(session["csrf_token"].as_str().unwrap().to_owned());
    client
}

fn run(arguments: &[&str]) -> std::process::ExitCode {
    let program = std::iter::once("custos").chain(arguments.iter().copied());
    custos::cli::run(program.map(OsString::from))
}

fn verify(file: &Path, more: &[&str]) -> String {
    let file = file.to_str().unwrap();
    let arguments: Vec<&str> = ["--quiet", "audit", "verify", file]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    format!("{:?}", run(&arguments))
}

fn exit(code: u8) -> String {
    format!("{:?}", std::process::ExitCode::from(code))
}

#[test]
fn sets_up_signs_in_and_proves_what_happened() {
    for engine in engines() {
        let mut host = Host::start(engine.as_deref());
        set_up(&host);
        let mut auditor = sign_in(&host, "audit_admin");
        let session = auditor.get("/api/v1/session").expect(200);
        let may = session["permissions"].as_array().unwrap();
        assert!(may.contains(&json!("audit_entry.export")), "{may:?}");
        // Who may see a customer, not what is in it.
        let of_customers: Vec<&str> = may
            .iter()
            .filter_map(|permission| permission.as_str().unwrap().strip_prefix("customer."))
            .collect();
        assert_eq!(of_customers, ["explain"]);

        let entries = auditor.get("/api/v1/audit/entries?limit=200").expect(200);
        let names: BTreeSet<&str> = entries["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["action"].as_str().unwrap())
            .collect();
        assert!(
            names.contains("organisation.create") && names.contains("session.create"),
            "{names:?}"
        );
        let known = auditor.get("/api/v1/audit/actions").expect(200);
        let known: BTreeSet<&str> = known["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        let unknown: Vec<_> = names.difference(&known).collect();
        assert!(
            unknown.is_empty(),
            "not in the catalogue of events: {unknown:?}"
        );
        let signed_in = entries["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|e| e["action"] == "user.enrol")
            .unwrap();
        assert_eq!(signed_in["actor"]["name"], "audit_admin");

        // Without the token of the page nothing is changed or started.
        let csrf = auditor.csrf.take();
        auditor
            .post("/api/v1/audit/verification", &json!({}))
            .expect(403);
        auditor.csrf = csrf;
        let verified = auditor
            .post("/api/v1/audit/verification", &json!({}))
            .expect(200);
        assert_eq!(verified["ok"], true, "{verified}");
        evidence(&host, &mut auditor);

        host.restart();
        assert!(host.setup_code().is_none());
        assert_eq!(
            host.client().get("/api/v1/status").expect(200)["setup_required"],
            false
        );
    }
}

fn evidence(host: &Host, auditor: &mut Client) {
    let checkpoint: Value = auditor.get("/api/v1/audit/checkpoint").expect(200);
    let key = checkpoint["verifier_key"].as_str().unwrap();
    let trusted = host.file("checkpoint.txt");
    std::fs::write(&trusted, checkpoint["signed_note"].as_str().unwrap()).unwrap();
    let answer = auditor.get("/api/v1/audit/export");
    assert_eq!(answer.headers["content-type"], "application/x-tar");
    let file = host.file("evidence.tar");
    std::fs::write(&file, &answer.body).unwrap();
    let trusted = trusted.to_str().unwrap();
    assert_eq!(
        verify(&file, &["--key", key, "--trusted", trusted]),
        exit(0)
    );
    assert_eq!(
        verify(&file, &["--key", "other/log+00000000+AAAA"]),
        exit(2)
    );
    let mut bytes = answer.body;
    let found = bytes
        .windows(20)
        .position(|w| w == b"\"organisation.create")
        .unwrap();
    bytes[found + 1] ^= 2;
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(verify(&file, &["--key", key]), exit(1));
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    assert_ne!(verify(&file, &["--key", key]), exit(0));
    std::fs::write(&file, b"no evidence at all").unwrap();
    assert_eq!(verify(&file, &[]), exit(2));
}

#[test]
fn the_doctor_finds_damage_and_changes_nothing() {
    let mut host = Host::start(None);
    set_up(&host);
    host.stop();
    let data = host.settings.data.to_str().unwrap().to_owned();
    let doctor = || format!("{:?}", run(&["doctor", "--data", &data]));
    let file = host.settings.data.join("custos.db");
    let whole = std::fs::read(&file).unwrap();
    assert_eq!(doctor(), exit(0));
    assert!(
        std::fs::read(&file).unwrap() == whole,
        "it looked and changed nothing"
    );
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    assert_eq!(doctor(), exit(1));
    assert!(
        std::fs::read(&file).unwrap() == damaged,
        "it repairs nothing"
    );
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(doctor(), exit(0));
}

#[test]
fn the_operator_works_on_a_stopped_installation() {
    let mut host = Host::start(None);
    set_up(&host);
    let data = host.settings.data.to_str().unwrap().to_owned();
    let out = host.file("evidence.tar");
    let out = out.to_str().unwrap();
    let code = |arguments: &[&str]| format!("{:?}", run(arguments));
    let export = ["audit", "export", "--data", &data, "--out", out];
    assert_eq!(code(&export), exit(2), "while the server runs");
    assert_eq!(host.second().as_deref(), Some("data-in-use"));
    assert_eq!(
        code(&["--json", "doctor", "--data", &data]),
        exit(0),
        "the doctor looks at what it can"
    );
    host.stop();
    assert_eq!(code(&export), exit(0));
    assert_eq!(verify(Path::new(out), &[]), exit(0));
    assert_eq!(code(&export), exit(2), "nothing is written over");
    assert_eq!(code(&["--json", "doctor", "--data", &data]), exit(0));
    assert_eq!(code(&["--json", "user", "--data", &data, "list"]), exit(0));
    assert_eq!(
        code(&["--json", "user", "--data", &data, "link", "sales_lead"]),
        exit(0)
    );
    assert_eq!(
        code(&[
            "--json",
            "user",
            "--data",
            &data,
            "reset-totp",
            "sales_lead"
        ]),
        exit(0)
    );
    assert_eq!(
        code(&[
            "user",
            "--data",
            &data,
            "create",
            "--login",
            "wang.fang",
            "--name",
            "Wang Fang"
        ]),
        exit(0)
    );
    assert_eq!(
        code(&["user", "--data", &data, "disable", "wang.fang"]),
        exit(0)
    );
    assert_eq!(
        code(&["user", "--data", &data, "disable", "nobody"]),
        exit(2)
    );
    host.restart();
    let mut auditor = sign_in(&host, "audit_admin");
    let entries = auditor.get("/api/v1/audit/entries?limit=200").expect(200);
    let by_operator = entries["items"].as_array().unwrap().iter();
    let by_operator: BTreeSet<&str> = by_operator
        .filter(|entry| entry["actor"]["name"] == "operator")
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    for action in [
        "audit_entry.export",
        "user.list",
        "user.update",
        "user.create",
    ] {
        assert!(by_operator.contains(action), "{action} in {by_operator:?}");
    }
}
