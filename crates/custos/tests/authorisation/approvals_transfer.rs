//! One request handed on to another approver: to whom the rule admits by the same terms, never back, never to the requester, and
//! whoever hands on is out.

use crate::approvals::{ask, carry_out, decide, delegate, entries, is, rule, state};
use crate::browser::{Browser, Call, Reply, Sent};
use crate::lifecycle::bytes;
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_access::approvals::Rule;
use custos_kernel::policy::{Approver, Role, Step};
use http::Method;
use serde_json::{Value, json};

fn grant(user: &str) -> Call {
    let body = Sent::Json(json!({ "roles": ["sales"], "data_scope": "own" }));
    let call = Call::new(Method::PUT, &format!("/users/{user}/access"), body);
    call.with("if-match", "\"1\"")
}

async fn hand_on(browser: &Browser, id: &str, to: &str) -> Reply {
    let body = json!({ "to_id": to, "note": "本周出差，请代为审批" });
    let call = Call::post(&format!("/approvals/{id}/transfer"), body);
    browser.send(call).await
}

fn not_to(reply: &Reply) {
    let told = reply.json();
    let field = &told["fields"][0];
    let found = (reply.status.as_u16(), &field["field"], &field["code"]);
    let expected = (422, &json!("to_id"), &json!("approval.successor"));
    assert_eq!(found, expected, "{}", reply.text());
}

async fn shown(browser: &Browser, id: &str) -> Value {
    let call = Call::get(&format!("/approvals/{id}"));
    browser.send(call).await.expect(200)
}

fn offered(request: &Value) -> Vec<String> {
    let all = request["successors"].as_array().unwrap();
    let mut all: Vec<_> = all
        .iter()
        .map(|person| person["id"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

/// Security administrators beside the first, and a rule about roles with some steps.
async fn administrators<const N: usize>(
    site: &Site<'_>,
    at: &Organisation,
    steps: Vec<Step>,
) -> [Person; N] {
    let mut found = Vec::new();
    for _ in 0..N {
        let person = site.sales_person(at, 0).await;
        site.grant(at, &person.id, &["security_admin"], "own").await;
        found.push(person);
    }
    let rules = Rule {
        steps,
        ..Rule::standard("user_access")
    };
    rule(site, at, 1, rules).await;
    found.try_into().unwrap_or_else(|_| unreachable!())
}

fn step(approvers: Vec<Approver>, needed: u32) -> Step {
    Step { approvers, needed }
}

const SECURITY: Approver = Approver::Role {
    role: Role::SecurityAdmin,
};
const SYSTEM: Approver = Approver::Role {
    role: Role::SystemAdmin,
};

async fn id_of(browser: &Browser) -> String {
    let session = browser.clone().session().await;
    session["user"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_handed_on_by_the_same_terms_and_never_back() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let seller = site.sales_person(&home, 0).await;
        let stranger = site.sales_person(&foreign, 0).await;
        let steps = vec![step(vec![SECURITY, SYSTEM], 1)];
        let [second, third, fourth] = administrators(&site, &home, steps).await;
        let target = site.pending(&home, 0).await;
        let first = &home.security;
        let (own, system) = (id_of(first).await, id_of(&home.system).await);
        let id = ask(first, grant(&target.id)).await;

        // Offered are those who hold the same seat: the system administrator holds another.
        let mut fit = vec![third.id.clone(), fourth.id.clone()];
        fit.sort();
        let request = shown(&second.browser, &id).await;
        assert_eq!(offered(&request), fit);
        assert!(
            request["actions"]
                .as_array()
                .unwrap()
                .contains(&json!("transfer"))
        );
        assert!(offered(&shown(first, &id).await).is_empty());
        assert_eq!(
            offered(&shown(&home.system, &id).await),
            Vec::<String>::new()
        );

        // Not to the requester, to who may not decide, to a stranger, to oneself; not by the requester or an outsider.
        for to in [&own, &system, &seller.id, &stranger.id, &second.id] {
            not_to(&hand_on(&second.browser, &id, to).await);
        }
        is(&hand_on(first, &id, &second.id).await, 403, "forbidden");
        is(
            &hand_on(&seller.browser, &id, &second.id).await,
            403,
            "approval.not_approver",
        );
        assert_eq!(
            hand_on(&foreign.security, &id, &second.id).await.status,
            404
        );
        let mute = Call::post(
            &format!("/approvals/{id}/transfer"),
            json!({ "to_id": third.id, "note": " " }),
        );
        assert_eq!(second.browser.send(mute).await.status, 422);

        // Fifty at once, to two people: one.
        let tries = (0..50).map(|n| {
            hand_on(
                &second.browser,
                &id,
                if n % 2 == 0 { &third.id } else { &fourth.id },
            )
        });
        let replies = futures::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|it| it.status == 204).count(), 1);
        for reply in replies.iter().filter(|it| it.status != 204) {
            is(reply, 409, "approval.transferred");
        }
        let request = shown(&second.browser, &id).await;
        let to = request["transfers"][0]["to"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(request["transfers"][0]["by"]["id"], json!(second.id));
        assert_eq!(request["actions"], json!([]));
        let (taker, other) = if to == third.id {
            (&third, &fourth)
        } else {
            (&fourth, &third)
        };

        // Whoever handed on is out, also through a delegate; it does not come back.
        is(
            &decide(&second.browser, &id, true).await,
            409,
            "approval.transferred",
        );
        not_to(&hand_on(&taker.browser, &id, &second.id).await);
        not_to(&hand_on(&other.browser, &id, &to).await);
        assert_eq!(hand_on(&taker.browser, &id, &other.id).await.status, 204);
        not_to(&hand_on(&other.browser, &id, &taker.id).await);
        delegate(&site, &second.browser, &json!(other.id)).await;
        assert_eq!(decide(&other.browser, &id, true).await.status, 204);
        assert_eq!(carry_out(first, grant(&target.id), &id).await.status, 200);
        assert_eq!(state(first, &id).await, "executed");
        let noted = entries(&site, "approval.transfer").await;
        assert_eq!(noted.len(), 2, "{noted:?}");
        assert!(
            noted
                .iter()
                .all(|entry| entry["detail"]["to"] != Value::Null)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_transfer_leaves_too_few_or_gives_two_votes_to_one() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let steps = vec![step(vec![SECURITY], 2), step(vec![SYSTEM], 1)];
        let [second, third, fourth] = administrators(&site, &home, steps).await;
        let target = site.pending(&home, 0).await;
        let first = &home.security;
        let id = ask(first, grant(&target.id)).await;

        // Whoever has voted takes nothing over, and hands nothing on.
        assert_eq!(decide(&second.browser, &id, true).await.status, 204);
        not_to(&hand_on(&third.browser, &id, &second.id).await);
        is(&hand_on(&second.browser, &id, &fourth.id).await, 409, "approval.voted");
        // One vote is missing, and somebody who can give it remains.
        assert_eq!(hand_on(&third.browser, &id, &fourth.id).await.status, 204);
        // Nobody would remain then.
        not_to(&hand_on(&fourth.browser, &id, &third.id).await);
        assert!(offered(&shown(&fourth.browser, &id).await).is_empty());
        // Not before the step has come.
        is(&hand_on(&home.system, &id, &second.id).await, 403, "approval.not_approver");

        // A transfer copied from another request opens nothing, and then nothing is decided.
        let other = ask(first, grant(&site.pending(&home, 0).await.id)).await;
        let store = site.installation.store();
        let copied = "INSERT INTO approval_transfer (org_id, approval_id, from_id, to_id, sealed) \
                      SELECT org_id, $2, from_id, to_id, sealed FROM approval_transfer WHERE approval_id = $1";
        store.tamper_for_tests(copied, &[bytes(&id), bytes(&other)]).await.unwrap();
        assert_eq!(decide(&second.browser, &other, true).await.status, 500);

        assert_eq!(decide(&fourth.browser, &id, true).await.status, 204);
        assert_eq!(decide(&home.system, &id, true).await.status, 204);
        // It has all its votes: there is nothing to hand on.
        is(&hand_on(&third.browser, &id, &fourth.id).await, 409, "approval.state");
        assert_eq!(carry_out(first, grant(&target.id), &id).await.status, 200);
    })
    .await;
}
