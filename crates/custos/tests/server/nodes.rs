//! Two servers on one PostgreSQL: what is set on one holds on the other.
//!
//! How long that takes is printed, not asserted; a change that does not arrive at all fails.

use crate::client::Client;
use crate::first_run::{set_up, sign_in};
use crate::host::{Host, engines};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ROUNDS: i64 = 12;
/// After this a change counts as not noticed.
const NEVER: Duration = Duration::from_secs(30);

/// A change of the organisation's rules: asked for on one node, approved on the other, carried out on the first.
fn set_rules(security: &mut Client, system: &mut Client, version: i64, rules: Value) {
    let body = json!({ "roles": [], "rules": rules, "compartments": [], "field_labels": [] });
    let tag = format!("\"{version}\"");
    let mut put = |header: (&str, &str)| {
        let headers = [("if-match", tag.as_str()), header];
        security.ask_with("PUT", "/api/v1/access/rules", &headers, Some(&body))
    };
    let asked = put(("x-approval-reason", "move")).expect(202);
    let id = asked["approval"].as_str().unwrap();
    system
        .post(
            &format!("/api/v1/approvals/{id}/decision"),
            &json!({ "approve": true }),
        )
        .expect(204);
    put(("x-approval", id)).expect(204);
}

fn forbidding(region: &str) -> Value {
    json!([{
        "id": "0190a000-0000-7000-8000-00000000000a", "name": "region", "enabled": true,
        "form": {
            "effect": "forbid", "object": "customer", "actions": ["read"], "fields": [],
            "roles": [], "departments": [], "when": { "regions": [region] }
        }
    }])
}

/// How long it takes until a path is answered so.
#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is the time it really takes"
)]
fn until(client: &mut Client, path: &str, done: impl Fn(u16) -> bool) -> Duration {
    let begun = Instant::now();
    loop {
        let status = client.get(path).status;
        if done(status) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < NEVER, "{path} is still answered {status}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let (middle, longest) = (times[times.len() / 2], times[times.len() - 1]);
    eprintln!(
        "{what}: in force on the other node after {middle:?} at the median, {longest:?} at most, of {}",
        times.len()
    );
}

#[test]
fn what_is_set_on_one_node_holds_on_the_other() {
    for engine in engines().into_iter().flatten() {
        let host = Host::start(Some(&engine));
        set_up(&host);
        let node = host.another_node();
        let mut security = sign_in(&host, "security_admin");
        let mut system = node.client(sign_in(&host, "system_admin"));
        let mut here = sign_in(&host, "sales_lead");
        let fields = json!({ "name": "Quayside", "phone": "13800001234", "province": "浙江" });
        let made = here.post("/api/v1/customers", &json!({ "fields": fields }));
        let path = format!(
            "/api/v1/customers/{}",
            made.expect(201)["id"].as_str().unwrap()
        );
        let mut there = node.client(here);
        there.get(&path).expect(200);

        let (mut taken, mut given) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let before = round * 2;
            set_rules(&mut security, &mut system, before, forbidding("浙江"));
            taken.push(until(&mut there, &path, |status| status != 200));
            set_rules(&mut security, &mut system, before + 1, forbidding("江苏"));
            given.push(until(&mut there, &path, |status| status == 200));
        }
        tell("a rule that takes away", taken);
        tell("a rule that gives back", given);

        // An account disabled here is out there.
        let mut system = host.client_of(system);
        let users = system.get("/api/v1/users?limit=200").expect(200);
        let users = users["items"].as_array().unwrap();
        let lead = users.iter().find(|it| it["login"] == "sales_lead").unwrap();
        let tag = format!("\"{}\"", lead["version"]);
        let change = system.ask_with(
            "PATCH",
            &format!("/api/v1/users/{}", lead["id"].as_str().unwrap()),
            &[("if-match", &tag)],
            Some(&json!({ "status": "disabled" })),
        );
        change.expect(200);
        tell(
            "a disabled account",
            vec![until(&mut there, &path, |status| status == 401)],
        );
    }
}
