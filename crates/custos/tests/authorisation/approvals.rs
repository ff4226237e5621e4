//! The two-person rule, attacked: by the requester in every guise, by races, by replays, by changes of what was approved,
//! by who edits the database.

use crate::browser::{Browser, Call, Reply, Sent};
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_access::approvals::Rule;
use custos_kernel::policy::{Approver, Caller, DataScope, Job, Role, RoleSet, Step, Threshold};
use custos_values::UserId;
use http::Method;
use serde_json::{Value, json};
use std::str::FromStr;

/// Sets rules as the operator does.
pub async fn rule(site: &Site<'_>, at: &Organisation, version: i64, rule: Rule) {
    let operator = Caller::system(Job::Operator, at.org);
    let set = site
        .features
        .access
        .set_rules(&operator, version, vec![rule]);
    set.await.unwrap();
}

/// An organisation whose role changes need approval, with as many security administrators more.
async fn administrators<const N: usize>(site: &Site<'_>, at: &Organisation) -> [Person; N] {
    let mut found = Vec::new();
    for _ in 0..N {
        let person = site.sales_person(at, 0).await;
        site.grant(at, &person.id, &["security_admin"], "own").await;
        found.push(person);
    }
    rule(site, at, 1, Rule::standard("user_access")).await;
    found.try_into().unwrap_or_else(|_| unreachable!())
}

fn access(user: &str, roles: &[&str], version: i64) -> Call {
    let body = Sent::Json(json!({ "roles": roles, "data_scope": "own" }));
    let call = Call::new(Method::PUT, &format!("/users/{user}/access"), body);
    call.with("if-match", format!("\"{version}\""))
}

/// Asks for approval of a call.
pub async fn ask(browser: &Browser, call: Call) -> String {
    let call = call.with("x-approval-reason", "%E8%B0%83%E5%B2%97");
    let told = browser.send(call).await.expect(202);
    told["approval"].as_str().unwrap().to_owned()
}

pub async fn decide(browser: &Browser, id: &str, approve: bool) -> Reply {
    let body = json!({ "approve": approve, "note": "核对过" });
    browser
        .send(Call::post(&format!("/approvals/{id}/decision"), body))
        .await
}

pub async fn carry_out(browser: &Browser, call: Call, id: &str) -> Reply {
    browser.send(call.with("x-approval", id)).await
}

pub fn is(reply: &Reply, status: u16, code: &str) {
    let told = reply.json();
    assert_eq!(
        (reply.status.as_u16(), told["code"].as_str()),
        (status, Some(code)),
        "{}",
        reply.text()
    );
}

pub async fn state(browser: &Browser, id: &str) -> String {
    let told = browser
        .send(Call::get(&format!("/approvals/{id}")))
        .await
        .expect(200);
    told["state"].as_str().unwrap().to_owned()
}

async fn roles(at: &Organisation, user: &str) -> Value {
    let list = at
        .system
        .send(Call::get("/users?limit=200"))
        .await
        .expect(200);
    let users = list["items"].as_array().unwrap();
    users.iter().find(|item| item["id"] == user).unwrap()["roles"].clone()
}

pub async fn entries(site: &Site<'_>, action: &str) -> Vec<Value> {
    let mut log = site.log().await;
    log.retain(|entry| entry["action"] == action);
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_what_was_approved_is_carried_out_and_once() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let [second] = administrators(&site, &home).await;
        let target = site.pending(&home, 0).await;
        let another = site.pending(&home, 0).await;
        let first = &home.security;
        let call = || access(&target.id, &["sales_lead"], 1);

        is(&first.send(call()).await, 403, "approval.needed");
        let id = ask(first, call()).await;
        // The requester, the requested, somebody uninvolved, the foreign administrator.
        is(&decide(first, &id, true).await, 403, "forbidden");
        assert_eq!(decide(&foreign.security, &id, true).await.status, 404);
        is(
            &decide(&home.system, &id, true).await,
            403,
            "approval.not_approver",
        );
        let read = Call::get(&format!("/approvals/{id}"));
        assert_eq!(foreign.security.send(read.clone()).await.status, 404);
        assert_eq!(home.system.send(read).await.status, 404);
        is(&carry_out(first, call(), &id).await, 409, "approval.state");
        assert_eq!(state(first, &id).await, "open");

        // What is shown to the approver is what would happen.
        let shown = second.browser.send(Call::get(&format!("/approvals/{id}")));
        let shown = shown.await.expect(200);
        assert_eq!(shown["reason"], "调岗");
        assert_eq!(shown["changes"][1]["after"], json!(["sales_lead"]));
        assert_eq!(shown["actions"], json!(["decide"]));
        assert_eq!(shown["replay"], Value::Null);
        assert_eq!(decide(&second.browser, &id, true).await.status, 204);
        is(
            &decide(&second.browser, &id, true).await,
            409,
            "approval.state",
        );

        // Another body, record, version, operation, person, id.
        for swapped in [
            access(&target.id, &["sales"], 1),
            access(&another.id, &["sales_lead"], 1),
            access(&target.id, &["sales_lead"], 2),
            Call::new(
                Method::DELETE,
                &format!("/users/{}/factors", target.id),
                Sent::Nothing,
            ),
        ] {
            is(
                &carry_out(first, swapped, &id).await,
                409,
                "approval.mismatch",
            );
        }
        assert_eq!(carry_out(&second.browser, call(), &id).await.status, 404);
        assert_eq!(carry_out(&foreign.security, call(), &id).await.status, 404);
        let forged = "0190a000-0000-7000-8000-000000000000";
        assert_eq!(carry_out(first, call(), forged).await.status, 404);
        is(
            &carry_out(first, call(), "1").await,
            400,
            "approval.malformed",
        );
        assert_eq!(roles(&home, &target.id).await, json!([]));

        // Fifty at once: one.
        let tries = (0..50).map(|_| carry_out(first, call(), &id));
        let replies = futures::future::join_all(tries).await;
        let done = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(done, 1);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            is(reply, 409, "approval.state");
        }
        is(&carry_out(first, call(), &id).await, 409, "approval.state");
        assert_eq!(roles(&home, &target.id).await, json!(["sales_lead"]));
        assert_eq!(state(first, &id).await, "executed");
        let granted = entries(&site, "user.grant").await;
        let under = granted.iter().filter(|entry| {
            entry["outcome"] == "allowed" && entry["detail"]["approval"] == json!(id)
        });
        assert_eq!(under.count(), 1, "{granted:?}");
        assert_eq!(entries(&site, "approval.use").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_for_themselves_in_any_guise() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let [second, third] = administrators(&site, &home).await;
        let target = site.pending(&home, 0).await;
        let first = &home.security;
        let call = || access(&target.id, &["sales"], 1);

        // As the delegate of somebody who could.
        let own = first.clone().session().await["user"]["id"].clone();
        let until = json!({ "delegate_id": own, "from": "2020-01-01T00:00:00.000Z", "until": "2020-02-01T00:00:00.000Z" });
        let past = Call::new(Method::PUT, "/approvals/delegation", Sent::Json(until));
        assert_eq!(second.browser.send(past).await.status, 422);
        delegate(&site, &second.browser, &own).await;
        let id = ask(first, call()).await;
        is(&decide(first, &id, true).await, 403, "forbidden");
        // Somebody who has delegated still votes once, and their delegate not for them besides.
        delegate(&site, &second.browser, &json!(third.id)).await;
        assert_eq!(decide(&third.browser, &id, true).await.status, 204);
        is(&decide(&third.browser, &id, true).await, 409, "approval.state");
        let counts = first.send(Call::get("/approvals/counts")).await.expect(200);
        assert_eq!(counts["ready"], 1);

        // Who approved is shut out before it is carried out: nothing is, and it waits again.
        let version = site.version_of_user(&home, &third.id).await;
        let disable = Call::new(
            Method::PATCH,
            &format!("/users/{}", third.id),
            Sent::Json(json!({ "status": "disabled" })),
        );
        let disable = disable.with("if-match", format!("\"{version}\""));
        home.system.send(disable).await.expect(200);
        is(&carry_out(first, call(), &id).await, 409, "approval.incomplete");
        assert_eq!(state(first, &id).await, "open");
        assert_eq!(roles(&home, &target.id).await, json!([]));
        assert_eq!(decide(&second.browser, &id, true).await.status, 204);

        // Who asked loses the role: nothing is carried out.
        let operator = Caller::system(Job::Operator, home.org);
        let asker = UserId::from_str(own.as_str().unwrap()).unwrap();
        let none = RoleSet::new([Role::Sales]).unwrap();
        let identity = &site.features.identity;
        let set = identity.set_access(&operator, asker, None, none, DataScope::Own);
        set.await.unwrap();
        assert_eq!(carry_out(first, call(), &id).await.status, 403);
        assert_eq!(roles(&home, &target.id).await, json!([]));

        // Alone, the last one goes on, and the log says so.
        let alone = second.browser.send(call()).await;
        assert_eq!(alone.status, 200, "{}", alone.text());
        let last = entries(&site, "user.grant").await;
        let said = last.iter().any(|entry| entry["detail"]["approval"].to_string().contains("nobody_else"));
        assert!(said, "{last:?}");
    })
    .await;
}

pub async fn delegate(site: &Site<'_>, browser: &Browser, to: &Value) {
    use custos_values::Clock;
    let now = site.installation.clock().now();
    let body = json!({ "delegate_id": to, "from": now.to_string(), "until": now.plus_millis(86_400_000).to_string() });
    let call = Call::new(Method::PUT, "/approvals/delegation", Sent::Json(body));
    let reply = browser.send(call).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_follow_each_other_and_fifty_votes_are_one() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let [second, third] = administrators(&site, &home).await;
        let role = |role| Approver::Role { role };
        let step = |approver, needed| Step {
            approvers: vec![approver],
            needed,
        };
        let steps = vec![step(role(Role::SecurityAdmin), 2), step(role(Role::SystemAdmin), 1)];
        let two = Rule {
            steps,
            ..Rule::standard("user_access")
        };
        rule(&site, &home, 2, two).await;
        let target = site.pending(&home, 0).await;
        let first = &home.security;
        let call = || access(&target.id, &["sales"], 1);
        let id = ask(first, call()).await;

        is(&decide(&home.system, &id, true).await, 403, "approval.not_approver");
        let votes = (0..50).map(|_| decide(&second.browser, &id, true));
        let replies = futures::future::join_all(votes).await;
        assert_eq!(replies.iter().filter(|it| it.status == 204).count(), 1);
        for reply in replies.iter().filter(|it| it.status != 204) {
            is(reply, 409, "approval.voted");
        }
        is(&carry_out(first, call(), &id).await, 409, "approval.state");
        assert_eq!(decide(&third.browser, &id, true).await.status, 204);
        is(&carry_out(first, call(), &id).await, 409, "approval.state");
        assert_eq!(decide(&home.system, &id, true).await.status, 204);

        // A vote written past the program opens nothing, also one that was good elsewhere.
        let bytes = |text: &str| crate::lifecycle::bytes(text);
        let other = ask(first, access(&target.id, &["sales_lead"], 1)).await;
        let store = site.installation.store();
        let copied = "INSERT INTO approval_vote (org_id, approval_id, voter_id, seat_id, sealed) \
                      SELECT org_id, $2, voter_id, seat_id, sealed FROM approval_vote WHERE approval_id = $1";
        let values = [bytes(&id), bytes(&other)];
        store.tamper_for_tests(copied, &values).await.unwrap();
        let opened = "UPDATE approval SET state = 'approved' WHERE id = $1";
        store.tamper_for_tests(opened, &[bytes(&other)]).await.unwrap();
        let reply = carry_out(first, access(&target.id, &["sales_lead"], 1), &other).await;
        assert_eq!(reply.status, 500, "{}", reply.text());
        store.tamper_for_tests("DELETE FROM approval_vote WHERE approval_id = $1", &[bytes(&other)])
            .await
            .unwrap();
        let reply = carry_out(first, access(&target.id, &["sales_lead"], 1), &other).await;
        is(&reply, 409, "approval.incomplete");
        assert_eq!(roles(&home, &target.id).await, json!([]));

        // Refusing needs a word, ends it, and nothing follows.
        let mute = Call::post(&format!("/approvals/{other}/decision"), json!({ "approve": false }));
        assert_eq!(second.browser.send(mute).await.status, 422);
        assert_eq!(decide(&second.browser, &other, false).await.status, 204);
        is(&decide(&third.browser, &other, true).await, 409, "approval.state");
        assert_eq!(state(first, &other).await, "refused");

        // Taken back, and out of time: once, also with two at it.
        let back = ask(first, access(&target.id, &["sales_lead"], 1)).await;
        let withdraw = |id: &str| Call::new(Method::DELETE, &format!("/approvals/{id}"), Sent::Nothing);
        assert_eq!(second.browser.send(withdraw(&back)).await.status, 404);
        assert_eq!(first.send(withdraw(&back)).await.status, 204);
        is(&first.send(withdraw(&back)).await, 409, "approval.state");
        let late = ask(first, access(&target.id, &["sales_lead"], 1)).await;
        site.installation.clock().advance(73 * 3_600_000);
        let access = &site.features.access;
        let sweeps = (0..20).map(|_| access.expire_approvals());
        let ended: usize = futures::future::join_all(sweeps).await.into_iter().map(Result::unwrap).sum();
        // The one just asked for, and the one that was approved and not carried out.
        assert_eq!(ended, 2);
        assert_eq!(entries(&site, "approval.expire").await.len(), 2);
        let sql = "SELECT state FROM approval WHERE id = $1";
        let rows = store.tamper_for_tests(sql, &[bytes(&late)]).await.unwrap();
        assert_eq!(rows[0].text(0).unwrap(), "expired");
        assert_eq!(roles_stored(&site, &target.id).await, "");
    })
    .await;
}

async fn roles_stored(site: &Site<'_>, user: &str) -> String {
    let sql = "SELECT roles FROM account WHERE id = $1";
    let store = site.installation.store();
    let rows = store
        .tamper_for_tests(sql, &[crate::lifecycle::bytes(user)])
        .await;
    rows.unwrap()[0].text(0).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_takes_no_more_than_was_approved() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = site.sales_person(&home, 0).await;
        for name in ["甲公司", "乙公司"] {
            let body = json!({ "fields": { "name": name } });
            let made = lead.browser.send(Call::post("/customers", body)).await;
            made.expect(201);
        }
        site.grant(&home, &lead.id, &["sales_lead"], "own").await;
        let threshold = Threshold {
            records_above: Some(2),
            ..Threshold::default()
        };
        let small = Rule {
            threshold,
            ..Rule::standard("customers_export")
        };
        rule(&site, &home, 1, small).await;
        let call = || {
            let body = json!({ "format": "csv", "filter": {}, "columns": ["name"], "reason": "年度盘点" });
            Call::post("/customers/exports", body)
        };
        assert_eq!(lead.browser.send(call()).await.status, 200);
        let needless = call().with("x-approval-reason", "why");
        is(&lead.browser.send(needless).await, 409, "approval.unneeded");
        let more = json!({ "fields": { "name": "丙公司" } });
        lead.browser.send(Call::post("/customers", more)).await.expect(201);
        is(&lead.browser.send(call()).await, 403, "approval.needed");

        let id = ask(&lead.browser, call()).await;
        let shown = home.security.send(Call::get(&format!("/approvals/{id}")));
        assert_eq!(shown.await.expect(200)["records"], 3);
        assert_eq!(decide(&home.security, &id, true).await.status, 204);
        let file = carry_out(&lead.browser, call(), &id).await;
        assert_eq!(file.status, 200);
        assert!(file.text().contains("丙公司"));
        assert_eq!(state(&lead.browser, &id).await, "executed");

        // One more than was shown to who approved: nothing leaves, and it is used up.
        let id = ask(&lead.browser, call()).await;
        assert_eq!(decide(&home.security, &id, true).await.status, 204);
        let more = json!({ "fields": { "name": "丁公司" } });
        lead.browser.send(Call::post("/customers", more)).await.expect(201);
        is(&carry_out(&lead.browser, call(), &id).await, 403, "approval.needed");
        assert_eq!(state(&lead.browser, &id).await, "failed");
        is(&carry_out(&lead.browser, call(), &id).await, 409, "approval.state");

        // The rules themselves need a second person, and what they say of people has to be possible.
        let open = json!({ "rules": [{
            "operation": "customers_export", "enabled": false, "steps": [], "hours": 72, "allow_if_nobody": true
        }] });
        let change = || Call::new(Method::PUT, "/approvals/rules", Sent::Json(open.clone())).with("if-match", "\"2\"");
        is(&home.security.send(change()).await, 403, "approval.needed");
        let id = ask(&home.security, change()).await;
        assert_eq!(decide(&home.system, &id, true).await.status, 204);
        assert_eq!(carry_out(&home.security, change(), &id).await.status, 422);
        assert_eq!(state(&home.security, &id).await, "failed");
    })
    .await;
}
