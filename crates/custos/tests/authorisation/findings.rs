//! Findings before whoever looks after them, attacked: somebody else's, what is told of the log, closing one's own, after
//! somebody else was named, by many at once, by those who look after nothing.

use crate::browser::{Browser, Call, Reply, Sent};
use crate::lifecycle::bytes;
use crate::site::{Organisation, Person, Site, both, two_organisations};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An auditor, and two findings of theirs: most administrators' roles have one holder only.
async fn audited(site: &Site<'_>, at: &Organisation) -> (Person, Vec<Value>) {
    let auditor = site.sales_person(at, 0).await;
    site.grant(at, &auditor.id, &["audit_admin"], "own").await;
    while !site.features.desk.audit(at.org).await.unwrap() {}
    let found = open(&auditor.browser).await;
    assert!(found.len() > 1, "{found:?}");
    (auditor, found)
}

async fn open(auditor: &Browser) -> Vec<Value> {
    let call = Call::get("/audit/findings?state=open");
    let page = auditor.send(call).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn decide(auditor: &Browser, finding: &str, body: Value) -> Reply {
    let found = auditor.send(Call::get("/audit/findings")).await.expect(200);
    let items = found["items"].as_array().unwrap();
    let one = items.iter().find(|it| it["id"] == finding).unwrap();
    let path = format!("/audit/findings/{finding}");
    let call = Call::new(Method::PUT, &path, Sent::Json(body));
    let call = call.with("if-match", format!("\"{}\"", one["version"]));
    auditor.send(call).await
}

async fn assign(auditor: &Browser, finding: &str, owner: &Person) {
    let body = json!({ "state": "open", "owner_id": owner.id });
    let reply = decide(auditor, finding, body).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
}

async fn mine(browser: &Browser) -> Vec<Value> {
    let page = browser.send(Call::get("/me/findings")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn say(browser: &Browser, finding: &str, version: i64, note: &str, done: bool) -> Reply {
    let path = format!("/me/findings/{finding}/remedy");
    let body = Sent::Json(json!({ "note": note, "done": done }));
    let call = Call::new(Method::PUT, &path, body);
    browser
        .send(call.with("if-match", format!("\"{version}\"")))
        .await
}

fn id(finding: &Value) -> &str {
    finding["id"].as_str().unwrap()
}

fn version(finding: &Value) -> i64 {
    finding["version"].as_i64().unwrap()
}

async fn entries(site: &Site<'_>, action: &str, outcome: &str) -> Vec<Value> {
    let mut log = site.log().await;
    log.retain(|entry| entry["action"] == action && entry["outcome"] == outcome);
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_named_says_what_was_done_and_the_auditor_confirms() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let (auditor, found) = audited(&site, &home).await;
        let owner = site.sales_person(&home, 1).await;
        assert!(mine(&owner.browser).await.is_empty());
        assign(&auditor.browser, id(&found[0]), &owner).await;
        let theirs = mine(&owner.browser).await;
        assert_eq!((theirs.len(), &theirs[0]["id"]), (1, &found[0]["id"]));
        // Nothing of the entries it rests on, of what auditors wrote, or of other findings.
        let told: BTreeSet<&str> = theirs[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let expected = [
            "detail",
            "due_at",
            "first_at",
            "id",
            "remedied",
            "remedy",
            "remedy_at",
            "rule",
            "severity",
            "state",
            "subject",
            "subject_name",
            "version",
        ];
        assert_eq!(told, BTreeSet::from(expected));

        let one = &theirs[0];
        for note in ["", " 好 ", &"长".repeat(501)] {
            let reply = say(&owner.browser, id(one), version(one), note, true).await;
            assert_eq!(
                (
                    reply.status.as_u16(),
                    reply.json()["fields"][0]["field"].clone()
                ),
                (422, json!("note"))
            );
        }
        let note = "已增设一名备用管理员";
        assert_eq!(
            say(&owner.browser, id(one), version(one), note, true)
                .await
                .status,
            204
        );
        // Said as of a version.
        assert_eq!(
            say(&owner.browser, id(one), version(one), note, true)
                .await
                .status,
            412
        );
        let seen = open(&auditor.browser).await;
        let seen = seen.iter().find(|it| it["id"] == one["id"]).unwrap();
        assert_eq!(
            (&seen["remedy"], &seen["remedied"], &seen["state"]),
            (&json!(note), &json!(true), &json!("open"))
        );
        // Sent back, done again, confirmed.
        let back = json!({ "state": "open", "owner_id": owner.id, "send_back": true });
        assert_eq!(decide(&auditor.browser, id(one), back).await.status, 204);
        let again = mine(&owner.browser).await;
        assert_eq!(
            (&again[0]["remedied"], &again[0]["remedy"]),
            (&json!(false), &json!(note))
        );
        assert_eq!(
            say(&owner.browser, id(one), version(&again[0]), note, true)
                .await
                .status,
            204
        );
        let done = json!({ "state": "resolved", "owner_id": owner.id, "reason": "已核对" });
        assert_eq!(decide(&auditor.browser, id(one), done).await.status, 204);
        let closed = mine(&owner.browser).await;
        assert_eq!(
            (&closed[0]["state"], closed[0].get("reason")),
            (&json!("resolved"), None)
        );
        let late = say(&owner.browser, id(one), version(&closed[0]), note, false).await;
        assert_eq!(
            (late.status.as_u16(), &late.json()["code"]),
            (409, &json!("audit.finding_closed"))
        );

        let said = entries(&site, "assigned_finding.update", "allowed").await;
        assert_eq!((said.len(), &said[0]["detail"]["done"]), (2, &json!("yes")));
        // In words nowhere in the log, nor in the database.
        assert!(
            !site
                .log()
                .await
                .iter()
                .any(|entry| entry.to_string().contains(note))
        );
        let sql = "SELECT remedy FROM audit_finding WHERE remedy IS NOT NULL";
        let rows = installation
            .store()
            .tamper_for_tests(sql, &[])
            .await
            .unwrap();
        let stored = rows[0].bytes(0).unwrap();
        assert!(!stored.windows(6).any(|part| part == &note.as_bytes()[..6]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_somebody_elses_finding_nor_the_audit_by_it() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let (auditor, found) = audited(&site, &home).await;
        let owner = site.sales_person(&home, 0).await;
        let colleague = site.sales_person(&home, 0).await;
        let stranger = site.sales_person(&foreign, 0).await;
        assign(&auditor.browser, id(&found[0]), &owner).await;
        assign(&auditor.browser, id(&found[1]), &colleague).await;
        let theirs = &mine(&owner.browser).await[0];
        for browser in [&colleague.browser, &stranger.browser, &home.security, &home.system, &auditor.browser] {
            let reply = say(browser, id(theirs), version(theirs), "已处理", true).await;
            assert_eq!(reply.status, 404, "{}", reply.text());
        }
        // A colleague's, and one there is not.
        assert_eq!(say(&owner.browser, id(&found[1]), version(&found[1]) + 1, "已处理", true).await.status, 404);
        let missing = say(&owner.browser, &owner.id, 1, "已处理", true).await;
        assert_eq!(missing.status, 404);
        assert!(mine(&stranger.browser).await.is_empty());
        assert_eq!(mine(&colleague.browser).await[0]["id"], found[1]["id"]);
        assert!(entries(&site, "assigned_finding.update", "allowed").await.is_empty());
        // Each try is in the log.
        assert!(entries(&site, "assigned_finding.update", "denied").await.len() >= 4);

        // To look after one opens nothing else of the audit.
        for path in ["/audit/findings", "/audit/entries", "/audit/counts", "/audit/rules", "/audit/runs", "/audit/sightings"] {
            assert_eq!(owner.browser.send(Call::get(path)).await.status, 403, "{path}");
        }
        // Nor does it decide about it: neither its state nor whose it is.
        for body in [
            json!({ "state": "resolved", "reason": "已处理" }),
            json!({ "state": "accepted", "reason": "已处理", "accepted_until": "2030-01-01T00:00:00.000Z" }),
            json!({ "state": "open", "owner_id": colleague.id }),
        ] {
            let path = format!("/audit/findings/{}", id(theirs));
            let call = Call::new(Method::PUT, &path, Sent::Json(body));
            let call = call.with("if-match", format!("\"{}\"", version(theirs)));
            assert_eq!(owner.browser.send(call).await.status, 403);
        }
        let path = format!("/me/findings/{}/remedy", id(theirs));
        let smuggled = json!({ "note": "已处理", "done": true, "state": "resolved" });
        let call = Call::new(Method::PUT, &path, Sent::Json(smuggled));
        let call = call.with("if-match", format!("\"{}\"", version(theirs)));
        assert!(matches!(owner.browser.send(call).await.status.as_u16(), 400 | 422));
        assert_eq!(mine(&owner.browser).await[0]["state"], "open");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_it_is_about_closes_nothing_and_whoever_is_no_longer_named_is_out() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let (auditor, found) = audited(&site, &home).await;
        let owner = site.sales_person(&home, 0).await;
        let next = site.sales_person(&home, 0).await;
        let about = id(&found[0]);
        let store = site.installation.store();
        let sql = format!(
            "UPDATE audit_finding SET subject = 'user:{}' WHERE id = $1",
            owner.id
        );
        store.tamper_for_tests(&sql, &[bytes(about)]).await.unwrap();
        assign(&auditor.browser, about, &owner).await;
        let theirs = &mine(&owner.browser).await[0];
        assert_eq!(theirs["subject_name"], json!(owner.login));
        // Says that it is done, as often as they like: it stays open.
        let tries = (0..50).map(|_| say(&owner.browser, about, version(theirs), "已处理", true));
        let replies = futures::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|it| it.status == 204).count(), 1);
        assert!(
            open(&auditor.browser)
                .await
                .iter()
                .any(|it| it["id"] == about)
        );

        // Somebody else is named: what was said to be done is to be done still, and the first one is out.
        assign(&auditor.browser, about, &next).await;
        assert!(mine(&owner.browser).await.is_empty());
        let now = &mine(&next.browser).await[0];
        assert_eq!(now["remedied"], json!(false));
        assert_eq!(
            say(&owner.browser, about, version(now), "又改了", true)
                .await
                .status,
            404
        );
        // The owner of the moment decides, not that of when the page was opened.
        let sql = "UPDATE audit_finding SET owner_id = $2 WHERE id = $1";
        store
            .tamper_for_tests(sql, &[bytes(about), bytes(&owner.id)])
            .await
            .unwrap();
        assert_eq!(
            say(&next.browser, about, version(now), "又改了", true)
                .await
                .status,
            404
        );
        let nobody = json!({ "state": "open", "owner_id": null });
        assert_eq!(decide(&auditor.browser, about, nobody).await.status, 204);
        assert!(mine(&owner.browser).await.is_empty() && mine(&next.browser).await.is_empty());

        // Nobody whose account may not be used is named.
        let left = site.sales_person(&home, 0).await;
        let path = format!("/users/{}", left.id);
        let version = site.version_of_user(&home, &left.id).await;
        let call = Call::new(
            Method::PATCH,
            &path,
            Sent::Json(json!({ "status": "disabled" })),
        );
        home.system
            .send(call.with("if-match", format!("\"{version}\"")))
            .await
            .expect(200);
        site.installation.clock().advance(2000);
        let body = json!({ "state": "open", "owner_id": left.id });
        let reply = decide(&auditor.browser, about, body).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["fields"][0]["code"]),
            (422, &json!("choice.unknown"))
        );
    })
    .await;
}
