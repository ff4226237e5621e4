//! Handing many customers over: above a number with the approval of others only, exactly as it was looked through, and by
//! nobody who may not hand over each of them.

use crate::approvals::{ask, carry_out, decide, entries, is, rule, state};
use crate::browser::{Browser, Call, Reply, Sent};
use crate::lifecycle::{bytes, own, total};
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_access::approvals::Rule;
use custos_kernel::policy::Threshold;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

/// How many are started at the same moment.
const AT_ONCE: usize = 8;

async fn lead(site: &Site<'_>, at: &Organisation) -> Person {
    let lead = site.sales_person(at, 0).await;
    site.grant(at, &lead.id, &["sales_lead"], "department")
        .await;
    lead
}

async fn above(site: &Site<'_>, at: &Organisation, records: u64) {
    let threshold = Threshold {
        records_above: Some(records),
        ..Threshold::default()
    };
    let above = Rule {
        threshold,
        ..Rule::standard("reassignments_start")
    };
    rule(site, at, 1, above).await;
}

async fn made(owner: &Person, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let body = json!({ "fields": { "name": name } });
        let made = owner.browser.send(Call::post("/customers", body)).await;
        ids.push(made.expect(201)["id"].as_str().unwrap().to_owned());
    }
    ids
}

async fn prepare(browser: &Browser, customers: &[String], to: &str) -> Reply {
    let body = json!({ "customers": customers, "to_id": to, "reason": "区域调整" });
    browser
        .send(Call::post("/customers/reassignments", body))
        .await
}

/// Prepares and gives the id.
async fn prepared(browser: &Browser, customers: &[String], to: &str) -> String {
    let told = prepare(browser, customers, to).await.expect(201);
    told["reassignment"]["id"].as_str().unwrap().to_owned()
}

fn begin(id: &str) -> Call {
    let path = format!("/customers/reassignments/{id}/start");
    Call::new(Method::POST, &path, Sent::Nothing)
}

async fn found(browser: &Browser, id: &str) -> Value {
    let call = Call::get(&format!("/customers/reassignments/{id}"));
    browser.send(call).await.expect(200)
}

/// Waits until it is at its end, or rests.
async fn ended(browser: &Browser, id: &str) -> Value {
    loop {
        let now = found(browser, id).await;
        if now["state"] != "running" {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn owner(browser: &Browser, customer: &str) -> Value {
    let call = Call::get(&format!("/customers/{customer}"));
    browser.send(call).await.expect(200)["owner"]["id"].clone()
}

fn give(customer: &str, version: i64, to: &str) -> Call {
    let body = Sent::Json(json!({ "fields": {}, "owner_id": to }));
    let call = Call::new(Method::PATCH, &format!("/customers/{customer}"), body);
    call.with("if-match", format!("\"{version}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn many_customers_are_handed_over_as_approved_and_once() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let lead = lead(&site, &home).await;
        let (from, to) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 0).await,
        );
        let elsewhere = site.sales_person(&home, 1).await;
        above(&site, &home, 2).await;
        let mine = made(&from, &["甲公司", "乙公司", "丙公司"]).await;
        let theirs = made(&elsewhere, &["丁公司"]).await;

        // Who may not hand over each may not hand over many; who has left or sells nothing takes nothing.
        assert_eq!(prepare(&from.browser, &mine, &to.id).await.status, 403);
        let administrator = home.security.clone().session().await["user"]["id"].clone();
        let administrator = administrator.as_str().unwrap();
        let wrong = prepare(&lead.browser, &mine, administrator)
            .await
            .expect(422);
        assert_eq!(wrong["fields"][0]["code"], "reassignment.taker");
        let nothing = prepare(&lead.browser, &theirs, &to.id).await.expect(422);
        assert_eq!(nothing["fields"][0]["code"], "reassignment.nothing");

        let chosen: Vec<String> = mine.iter().chain(&theirs).cloned().collect();
        let told = prepare(&lead.browser, &chosen, &to.id).await.expect(201);
        assert_eq!(
            (&told["reassignment"]["total"], &told["refused"]),
            (&json!(3), &json!(1))
        );
        let id = told["reassignment"]["id"].as_str().unwrap().to_owned();
        assert_eq!(owner(&lead.browser, &mine[0]).await, json!(from.id));
        is(&lead.browser.send(begin(&id)).await, 403, "approval.needed");
        for other in [&from.browser, &foreign.security] {
            let call = Call::get(&format!("/customers/reassignments/{id}"));
            assert!([403, 404].contains(&other.send(call).await.status.as_u16()));
        }

        let approval = ask(&lead.browser, begin(&id)).await;
        let shown = home
            .security
            .send(Call::get(&format!("/approvals/{approval}")));
        let shown = shown.await.expect(200);
        let said = |label: &str| {
            let changes = shown["changes"].as_array().unwrap();
            let found = changes.iter().find(|change| change["label"] == label);
            found.map(|change| change["after"].clone())
        };
        assert_eq!(said("customers"), Some(json!(["3"])));
        assert_eq!(said("new_owner"), Some(json!([to.login])));
        assert_eq!(
            said("old_owners"),
            Some(json!([format!("{} (3)", from.login)]))
        );
        is(
            &decide(&lead.browser, &approval, true).await,
            403,
            "forbidden",
        );
        assert_eq!(decide(&home.security, &approval, true).await.status, 204);

        // What was approved is this one: not another to somebody else, and nobody else's.
        let swapped = prepared(&lead.browser, &mine, &lead.id).await;
        let other = carry_out(&lead.browser, begin(&swapped), &approval).await;
        is(&other, 409, "approval.mismatch");

        // One changes hands before it is carried out: it stays where it is.
        let given = lead.browser.send(give(&mine[2], 1, &lead.id)).await;
        assert_eq!(given.status, 200, "{}", given.text());
        let tries = (0..50).map(|_| carry_out(&lead.browser, begin(&id), &approval));
        let replies = futures::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|it| it.status == 202).count(), 1);
        let end = ended(&lead.browser, &id).await;
        assert_eq!(
            (&end["state"], &end["moved"], &end["passed"]),
            (&json!("finished"), &json!(2), &json!(1))
        );
        for customer in &mine[..2] {
            assert_eq!(owner(&lead.browser, customer).await, json!(to.id));
        }
        assert_eq!(owner(&lead.browser, &mine[2]).await, json!(lead.id));
        assert_eq!(
            owner(&elsewhere.browser, &theirs[0]).await,
            json!(elsewhere.id)
        );
        let under = entries(&site, "customer.assign").await;
        let under = under
            .iter()
            .filter(|entry| entry["detail"]["reassignment"] == json!(id));
        assert_eq!(under.count(), 2);
        assert_eq!(state(&lead.browser, &approval).await, "executed");
        is(
            &carry_out(&lead.browser, begin(&id), &approval).await,
            409,
            "approval.state",
        );
        is(
            &lead.browser.send(begin(&id)).await,
            409,
            "reassignment.state",
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_ones_are_one_large_one() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        above(&site, &home, 2).await;
        let (lead, other) = (lead(&site, &home).await, lead(&site, &home).await);
        let (from, to) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 0).await,
        );
        let names: Vec<String> = (0..3 + 2 * AT_ONCE)
            .map(|number| format!("第{number}家公司"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mine = made(&from, &names).await;
        let first = prepared(&lead.browser, &mine[..2], &to.id).await;
        assert_eq!(lead.browser.send(begin(&first)).await.status, 202);
        ended(&lead.browser, &first).await;
        let second = prepared(&lead.browser, &mine[2..3], &to.id).await;
        is(
            &lead.browser.send(begin(&second)).await,
            403,
            "approval.needed",
        );

        // All at once, each found small enough before any began: one begins.
        let mut ready = Vec::new();
        for pair in mine[3..].chunks(2) {
            ready.push(prepared(&other.browser, pair, &to.id).await);
        }
        let mut tries = JoinSet::new();
        for id in ready {
            let browser = other.browser.clone();
            tries.spawn(async move { browser.send(begin(&id)).await });
        }
        let replies = tries.join_all().await;
        assert_eq!(replies.len(), AT_ONCE);
        assert_eq!(replies.iter().filter(|it| it.status == 202).count(), 1);
        for refused in replies.iter().filter(|it| it.status != 202) {
            is(refused, 403, "approval.needed");
        }
        site.installation.clock().advance(86_400_001);
        let names = entries(&site, "reassignment.assign").await;
        assert_eq!(
            names.iter().filter(|it| it["outcome"] == "allowed").count(),
            2
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_by_one_no_more_go_than_at_once() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        above(&site, &home, 3).await;
        let lead = lead(&site, &home).await;
        let (from, to) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 0).await,
        );
        let names: Vec<String> = (0..4 + AT_ONCE)
            .map(|number| format!("第{number}家公司"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mine = made(&from, &names).await;

        // All at once: three go.
        let mut tries = JoinSet::new();
        for id in &mine[..AT_ONCE] {
            let (browser, call) = (lead.browser.clone(), give(id, 1, &to.id));
            tries.spawn(async move { browser.send(call).await });
        }
        let replies = tries.join_all().await;
        assert_eq!(replies.iter().filter(|it| it.status == 200).count(), 3);
        for refused in replies.iter().filter(|it| it.status != 200) {
            is(refused, 403, "customer.assign_many");
            assert_eq!(refused.json()["params"]["limit"], "3");
        }
        assert_eq!(total(&to).await, 3);
        // Nor do more by the other way, or by giving to oneself; what needs no giving away goes on.
        let next = prepared(&lead.browser, &mine[AT_ONCE..=AT_ONCE], &to.id).await;
        is(
            &lead.browser.send(begin(&next)).await,
            403,
            "approval.needed",
        );
        let to_self = give(&mine[AT_ONCE + 1], 1, &lead.id);
        is(
            &lead.browser.send(to_self).await,
            403,
            "customer.assign_many",
        );
        let body = Sent::Json(json!({ "fields": { "city": "杭州" }, "owner_id": from.id }));
        let path = format!("/customers/{}", mine[AT_ONCE + 2]);
        let call = Call::new(Method::PATCH, &path, body).with("if-match", "\"1\"");
        assert_eq!(lead.browser.send(call).await.status, 200);
        // What was a day ago counts no more.
        let earlier = "UPDATE customer_given SET given_at = given_at - 86400001";
        let store = site.installation.store();
        store.tamper_for_tests(earlier, &[]).await.unwrap();
        let call = give(&mine[AT_ONCE + 3], 1, &to.id);
        assert_eq!(lead.browser.send(call).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_stopped_goes_on_and_ends_with_the_rights_of_who_began_it() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        above(&site, &home, 100_000).await;
        let lead = lead(&site, &home).await;
        let (from, to) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 0).await,
        );
        own(&site, &from, 1_200).await;
        let all = |to: &str| {
            let filter = json!({ "owner_id": from.id });
            let body = json!({ "filter": filter, "to_id": to, "reason": "区域调整" });
            Call::post("/customers/reassignments", body)
        };
        let told = lead.browser.send(all(&to.id)).await.expect(201);
        assert_eq!(told["reassignment"]["total"], 1_200);
        let id = told["reassignment"]["id"].as_str().unwrap().to_owned();
        let path = |what: &str| {
            let path = format!("/customers/reassignments/{id}/{what}");
            Call::new(Method::POST, &path, Sent::Nothing)
        };
        assert_eq!(lead.browser.send(begin(&id)).await.status, 202);
        let stopped = lead.browser.send(path("cancel")).await;
        assert_eq!(stopped.status, 202, "{}", stopped.text());
        tokio::time::sleep(Duration::from_millis(300)).await;
        let rests = found(&lead.browser, &id).await;
        let part = rests["moved"].as_u64().unwrap();
        assert!(rests["rests"] == true && part < 1_200, "{rests}");

        // What they are changes: it does not go on by what they were.
        site.grant(&home, &lead.id, &["sales"], "own").await;
        assert_eq!(lead.browser.send(path("resume")).await.status, 403);
        site.grant(&home, &lead.id, &["sales_lead"], "department").await;
        // Fifty at once: one goes on.
        let tries = (0..50).map(|_| lead.browser.send(path("resume")));
        let replies = futures::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|it| it.status == 202).count(), 1);
        let end = ended(&lead.browser, &id).await;
        assert_eq!((&end["state"], &end["moved"]), (&json!("finished"), &json!(1_200)));
        assert_eq!((total(&from).await, total(&to).await), (0, 1_200));
        assert_eq!(entries(&site, "customer.assign").await.len(), 1_200);

        // Whoever edits the database changes nothing of what was looked through.
        let from = to;
        let to = site.sales_person(&home, 0).await;
        let body = json!({ "filter": { "owner_id": from.id }, "to_id": to.id, "reason": "区域调整" });
        let told = lead.browser.send(Call::post("/customers/reassignments", body)).await;
        let next = told.expect(201)["reassignment"]["id"].as_str().unwrap().to_owned();
        let store = site.installation.store();
        let copied = "UPDATE reassignment SET details = (SELECT details FROM reassignment WHERE id = $2) WHERE id = $1";
        store.tamper_for_tests(copied, &[bytes(&next), bytes(&id)]).await.unwrap();
        assert_eq!(lead.browser.send(begin(&next)).await.status, 500);
        assert_eq!(total(&from).await, 1_200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_out_at_once_and_no_administrator_hands_the_customers_over_alone() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let leaver = site.sales_person(&home, 0).await;
        let (accomplice, honest) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 0).await,
        );
        made(&leaver, &["甲公司", "乙公司", "丙公司"]).await;
        let two = Threshold {
            records_above: Some(2),
            ..Threshold::default()
        };
        for (version, operation) in [(1, "user_handover"), (2, "user_move")] {
            let above = Rule {
                threshold: two,
                ..Rule::standard(operation)
            };
            rule(&site, &home, version, above).await;
        }
        let owned = async |who: &str| {
            let sql = "SELECT COUNT(*) FROM customer WHERE owner_id = $1";
            let store = site.installation.store();
            let rows = store.tamper_for_tests(sql, &[bytes(who)]).await.unwrap();
            rows[0].int(0).unwrap()
        };

        // Moving somebody away and keeping their customers for a colleague is the same thing.
        let aside = json!({
            "department_id": home.departments[1], "to": "colleague", "colleague_id": accomplice.id,
        });
        let moved = crate::lifecycle::begin(&site, &home, (&leaver.id, "move"), aside).await;
        is(&moved, 403, "approval.needed");
        assert_eq!(total(&leaver).await, 3);

        // Out, whether or not anybody approves anything.
        let nobody = json!({ "to": "nobody" });
        let left = crate::lifecycle::begin(&site, &home, (&leaver.id, "leaving"), nobody).await;
        assert_eq!(left.status, 202, "{}", left.text());
        assert_eq!(leaver.browser.send(Call::get("/session")).await.status, 401);
        assert_eq!(owned(&leaver.id).await, 3);

        let call = |to: &Person| {
            let path = format!("/users/{}/handover", leaver.id);
            Call::post(&path, crate::lifecycle::to(to))
        };
        is(
            &home.system.send(call(&accomplice)).await,
            403,
            "approval.needed",
        );
        let id = ask(&home.system, call(&accomplice)).await;
        is(&decide(&home.system, &id, true).await, 403, "forbidden");
        assert_eq!(decide(&home.security, &id, false).await.status, 204);
        is(
            &carry_out(&home.system, call(&accomplice), &id).await,
            409,
            "approval.state",
        );
        assert_eq!(
            (owned(&leaver.id).await, owned(&accomplice.id).await),
            (3, 0)
        );

        // Refused: others are named, and what was approved for them is for nobody else.
        let id = ask(&home.system, call(&honest)).await;
        let shown = home
            .security
            .send(Call::get(&format!("/approvals/{id}")))
            .await
            .expect(200);
        assert_eq!(shown["changes"][1]["after"], json!(["3"]));
        assert_eq!(shown["changes"][2]["after"], json!([honest.login]));
        assert_eq!(decide(&home.security, &id, true).await.status, 204);
        is(
            &carry_out(&home.system, call(&accomplice), &id).await,
            409,
            "approval.mismatch",
        );
        let tries = (0..50).map(|_| carry_out(&home.system, call(&honest), &id));
        let replies = futures::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|it| it.status == 202).count(), 1);
        crate::lifecycle::wait(&home, &leaver.id).await;
        assert_eq!((owned(&leaver.id).await, owned(&honest.id).await), (0, 3));
        assert_eq!(owned(&accomplice.id).await, 0);
    })
    .await;
}
