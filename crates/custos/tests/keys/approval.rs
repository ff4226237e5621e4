//! Two people for a rotation: whoever may ask for it does not decide about it, and what was approved happens once.

use crate::browser::{Browser, Call};
use crate::site::{Organisation, Site};
use custos::product::MIGRATIONS;
use custos_access::approvals::Rule;
use custos_kernel::policy::{Caller, Job};
use custos_testkit::both;
use serde_json::json;

/// An organisation that has the rules about keys it begins with.
async fn found(site: &Site<'_>) -> Organisation {
    let at = site.found().await;
    let rules = ["keys_rotate", "keys_replace_root"].map(Rule::standard);
    let operator = Caller::system(Job::Operator, at.org);
    let set = site.features.access.set_rules(&operator, 1, rules.to_vec());
    set.await.unwrap();
    at
}

async fn ask(browser: &Browser, call: Call) -> String {
    let asked = browser
        .send(call.with("x-approval-reason", "%E5%B9%B4%E5%BA%A6"))
        .await;
    asked.expect(202)["approval"].as_str().unwrap().to_owned()
}

async fn versions(at: &Organisation) -> usize {
    let keys = at.system.send(Call::get("/keys")).await.expect(200);
    keys["versions"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_with_the_approval_of_somebody_else_exactly_as_approved_and_once() {
    both(&MIGRATIONS, async |installation| {
        let site = Site::new(installation).await;
        let at = found(&site).await;
        let call = |suite: &str| Call::post("/keys/rotations", json!({ "suite": suite }));
        let refused = at.system.send(call("sm")).await.expect(403);
        assert_eq!(refused["code"], "approval.needed");
        let root = Call::post("/keys/root-key", json!({}));
        let refused = at.system.send(root).await.expect(403);
        assert_eq!(refused["code"], "approval.needed");
        assert_eq!(versions(&at).await, 1);

        let id = ask(&at.system, call("sm")).await;
        let decision = Call::post(
            &format!("/approvals/{id}/decision"),
            json!({ "approve": true }),
        );
        at.system.send(decision.clone()).await.expect(403);
        let early = at.system.send(call("sm").with("x-approval", &id)).await;
        early.expect(409);
        let shown = at
            .security
            .send(Call::get(&format!("/approvals/{id}")))
            .await
            .expect(200);
        let change = json!([{ "label": "suite", "before": ["aes"], "after": ["sm"] }]);
        assert_eq!(shown["changes"], change);
        let decided = at.security.send(decision).await;
        assert!(decided.status.is_success(), "{}", decided.text());

        // Another suite than the one that was approved, somebody else's session, then what was approved, and that again.
        let other = at.system.send(call("aes").with("x-approval", &id)).await;
        assert!(other.status.is_client_error(), "{}", other.text());
        let security = at.security.send(call("sm").with("x-approval", &id)).await;
        assert!(security.status.is_client_error(), "{}", security.text());
        assert_eq!(versions(&at).await, 1);
        at.system
            .send(call("sm").with("x-approval", &id))
            .await
            .expect(202);
        assert_eq!(versions(&at).await, 2);
        let again = at.system.send(call("sm").with("x-approval", &id)).await;
        assert!(again.status.is_client_error(), "{}", again.text());
        assert_eq!(versions(&at).await, 2);
    })
    .await;
}
