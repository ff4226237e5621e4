//! Three insiders, each with the rights of their role and the will to misuse them: what each of them tries, and what they
//! get. `docs/security/threat-model.md` tells the same in words.

use crate::browser::{Browser, Call, Sent};
use crate::site::{Organisation, Person, Site, both, two_organisations};
use custos_access::approvals::Rule;
use custos_kernel::policy::{Caller, Job};
use http::Method;
use serde_json::{Value, json};

async fn customer(owner: &Person, name: &str, phone: &str) -> String {
    let fields = json!({ "name": name, "phone": phone });
    let call = Call::post("/customers", json!({ "fields": fields }));
    let made = owner.browser.send(call).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn status(who: &Browser, call: Call) -> u16 {
    who.send(call).await.status.as_u16()
}

fn put(path: &str, version: i64, body: Value) -> Call {
    Call::new(Method::PUT, path, Sent::Json(body)).with("if-match", format!("\"{version}\""))
}

/// Turns the rules about approvals back on that other tests do without.
async fn with_approvals(site: &Site<'_>, at: &Organisation) {
    let operator = Caller::system(Job::Operator, at.org);
    let rules = [
        "user_access",
        "access_people_update",
        "keys_rotate",
        "keys_replace_root",
    ];
    let rules = rules.map(Rule::standard).to_vec();
    let set = site.features.access.set_rules(&operator, 1, rules);
    set.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malicious_system_administrator_sees_no_customer_and_becomes_nobody_else() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        let seller = site.sales_person(&home, 0).await;
        let accomplice = site.pending(&home, 0).await;
        let id = customer(&seller, "机要仪器", "13900001111").await;
        with_approvals(&site, &home).await;
        let system = &home.system;
        for path in [
            format!("/customers/{id}"),
            "/customers".to_owned(),
            "/customers?q=13900001111".to_owned(),
            format!("/customers/{id}/audience"),
            "/audit/entries".to_owned(),
            "/audit/export".to_owned(),
            "/access/rules".to_owned(),
        ] {
            let status = status(system, Call::get(&path)).await;
            assert!(matches!(status, 403 | 404), "{path}: {status}");
        }
        // Roles for themselves, for an accomplice, by a rule or by rules about approval.
        let session = system.send(Call::get("/session")).await.expect(200);
        let own = session["user"]["id"].as_str().unwrap().to_owned();
        for user in [&own, &accomplice.id] {
            let body = json!({ "roles": ["sales_lead"], "data_scope": "all" });
            assert_eq!(
                status(system, put(&format!("/users/{user}/access"), 1, body)).await,
                403
            );
        }
        let rules = json!({ "roles": [], "rules": [], "compartments": [], "field_labels": [] });
        assert_eq!(status(system, put("/access/rules", 0, rules)).await, 403);
        assert_eq!(
            status(system, put("/approvals/rules", 2, json!({ "rules": [] }))).await,
            403
        );
        // As somebody else: a link gets past the password, not past the second factor, which is not theirs to reset.
        let path = format!("/users/{}/sign-in-link", seller.id);
        let made = system.send(Call::post(&path, json!({}))).await.expect(200);
        let token = made["sign_in_link"]
            .as_str()
            .unwrap()
            .split_once('#')
            .unwrap()
            .1;
        let mut stolen = site.browser();
        let link = Call::post("/session/link", json!({ "token": token }));
        assert_ne!(stolen.step(link).await.expect(200)["next"], "done");
        assert_ne!(
            status(&stolen, Call::get(&format!("/customers/{id}"))).await,
            200
        );
        let reset = Call::new(
            Method::DELETE,
            &format!("/users/{}/factors", seller.id),
            Sent::Nothing,
        );
        assert_eq!(status(system, reset).await, 403);
        // Keys, and the time the log is kept: the first not alone, the second not at all.
        let rotate = Call::post("/keys/rotations", json!({ "suite": "sm" }));
        assert_eq!(status(system, rotate).await, 403);
        let retention = put("/audit/retention", 0, json!({ "years": 3 }));
        assert!(matches!(status(system, retention).await, 403 | 404));
        // The log tells who tried.
        let log = site.log().await;
        let refused = log.iter().filter(|entry| {
            entry["outcome"] == "denied" && entry["actor"]["id"].as_str() == Some(&own)
        });
        assert!(refused.count() >= 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malicious_sales_lead_takes_no_more_than_the_scope_and_not_in_bulk() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        let lead = site.sales_person(&home, 0).await;
        site.grant(&home, &lead.id, &["sales_lead"], "department")
            .await;
        let (near, far) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 1).await,
        );
        let elsewhere = customer(&far, "别部仪器", "13900002222").await;
        customer(&near, "本部仪器", "13900003333").await;
        let operator = Caller::system(Job::Operator, home.org);
        let mut export = Rule::standard("customers_export");
        export.threshold.records_above = Some(0);
        let set = site.features.access.set_rules(&operator, 1, vec![export]);
        set.await.unwrap();
        let me = &lead.browser;
        assert_eq!(
            status(me, Call::get(&format!("/customers/{elsewhere}"))).await,
            404
        );
        // Taking it over, sharing it with oneself, erasing it, giving it a label.
        let own = json!({ "kind": "user", "grantee_id": lead.id, "share": "write" });
        let share = Call::post(&format!("/customers/{elsewhere}/shares"), own);
        assert_eq!(status(me, share).await, 404);
        let label = json!({ "level": "public" });
        let label = Call::new(
            Method::PUT,
            &format!("/customers/{elsewhere}/label"),
            Sent::Json(label),
        );
        assert_eq!(status(me, label).await, 404);
        let erase = Call::post(
            &format!("/customers/{elsewhere}/erasure"),
            json!({ "basis": "request" }),
        );
        assert_eq!(status(me, erase.with("if-match", "\"1\"")).await, 404);
        // A wider scope.
        let body = json!({ "roles": ["sales_lead"], "data_scope": "all" });
        assert_eq!(
            status(me, put(&format!("/users/{}/access", lead.id), 2, body)).await,
            403
        );
        // Everything at once: held up for somebody else, and never for oneself.
        let export = || {
            let body =
                json!({ "format": "csv", "filter": {}, "columns": ["name"], "reason": "备份一下" });
            Call::post("/customers/exports", body)
        };
        let held = me.send(export()).await;
        assert_eq!(held.json()["code"], "approval.needed");
        let asked = me
            .send(export().with("x-approval-reason", "%E5%A4%87%E4%BB%BD"))
            .await
            .expect(202);
        let approval = asked["approval"].as_str().unwrap();
        let yes = Call::post(
            &format!("/approvals/{approval}/decision"),
            json!({ "approve": true }),
        );
        assert_eq!(status(me, yes).await, 403);
        assert_eq!(status(me, export().with("x-approval", approval)).await, 409);
        // The log, the rules and the accounts of others.
        for path in ["/audit/entries", "/access/rules", "/users", "/keys"] {
            assert_eq!(status(me, Call::get(path)).await, 403, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_curious_salesperson_learns_nothing_of_customers_of_others() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, _] = two_organisations(&site).await;
        let (owner, curious) = (
            site.sales_person(&home, 0).await,
            site.sales_person(&home, 0).await,
        );
        let hidden = customer(&owner, "隐秘仪器", "13900004444").await;
        let me = &curious.browser;
        // By its id, its parts, and an id there is none of: the same answer.
        let missing = crate::target::MISSING;
        for part in ["", "/contacts", "/timeline", "/access", "/audience"] {
            let there = me
                .send(Call::get(&format!("/customers/{hidden}{part}")))
                .await;
            let nowhere = me
                .send(Call::get(&format!("/customers/{missing}{part}")))
                .await;
            assert_eq!(there.status, nowhere.status, "{part}");
            assert_ne!(there.status, 200, "{part}");
            assert_eq!(there.json()["code"], nowhere.json()["code"], "{part}");
        }
        // By searching, filtering, sorting, counting.
        for query in ["q=隐秘", "q=13900004444", "q=4444", "sort=name", "limit=1"] {
            let query: String = query
                .bytes()
                .map(|byte| match byte {
                    b'=' => "=".to_owned(),
                    byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                    byte => format!("%{byte:02X}"),
                })
                .collect();
            let list = me
                .send(Call::get(&format!("/customers?{query}")))
                .await
                .expect(200);
            assert_eq!(list["items"], json!([]), "{query}");
        }
        // By asking why, about the one and about none.
        let why = async |id: &str| {
            let body = json!({ "customer_id": id, "action": "read" });
            me.send(Call::post("/me/explanations", body))
                .await
                .expect(200)
        };
        assert_eq!(why(&hidden).await, why(missing).await);
        // By what is told of duplicates.
        let same = json!({ "fields": { "phone": "13900004444" } });
        let told = me
            .send(Call::post("/customers/duplicate-check", same))
            .await;
        assert!(!told.text().contains("隐秘"), "{}", told.text());
        assert!(!told.text().contains(&hidden), "{}", told.text());
    })
    .await;
}
