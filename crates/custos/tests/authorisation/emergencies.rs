//! Emergency access, attacked: made longer, used after its end, begun again, begun by many at once, taken by those who have
//! none, used for more than it was asked for, reviewed by whoever had it, written into the database.

use crate::browser::{Browser, Call, Reply, Sent};
use crate::lifecycle::bytes;
use crate::site::{Organisation, Person, Site, both, two_organisations};
use http::Method;
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;

pub fn asked(reach: (&str, &str), minutes: i64) -> Call {
    let mut body = json!({ "reason": "客户投诉，负责人失联", "minutes": minutes });
    body[reach.0] = json!(reach.1);
    Call::post("/emergencies", body)
}

pub async fn begin(browser: &Browser, reach: (&str, &str), minutes: i64) -> String {
    let told = browser.send(asked(reach, minutes)).await.expect(201);
    told["id"].as_str().unwrap().to_owned()
}

pub async fn end(browser: &Browser, id: &str) -> Reply {
    let call = Call::new(
        Method::POST,
        &format!("/emergencies/{id}/end"),
        Sent::Nothing,
    );
    browser.send(call).await
}

pub async fn review(browser: &Browser, id: &str) -> Reply {
    let body = json!({ "conclusion": "justified", "note": "已核对操作记录" });
    let call = Call::post(&format!("/emergencies/{id}/review"), body);
    browser.send(call).await
}

pub fn is(reply: &Reply, status: u16, code: &str) {
    let told = reply.json();
    let found = (reply.status.as_u16(), told["code"].as_str());
    assert_eq!(found, (status, Some(code)), "{}", reply.text());
}

/// What is wrong with the only field that is.
fn wrong(reply: &Reply) -> (String, String) {
    let told = reply.json();
    assert_eq!(reply.status, 422, "{}", reply.text());
    let text = |name: &str| told["fields"][0][name].as_str().unwrap().to_owned();
    (text("field"), text("code"))
}

pub async fn read(browser: &Browser, customer: &str) -> u16 {
    let reply = browser.send(Call::get(&format!("/customers/{customer}")));
    reply.await.status.as_u16()
}

pub async fn listed(browser: &Browser) -> usize {
    let list = browser.send(Call::get("/customers")).await.expect(200);
    list["items"].as_array().unwrap().len()
}

pub async fn entries(site: &Site<'_>, action: &str) -> Vec<Value> {
    let mut log = site.log().await;
    log.retain(|entry| entry["action"] == action && entry["outcome"] == "allowed");
    log
}

pub async fn customer(owner: &Person, name: &str, phone: &str) -> String {
    let body = json!({ "fields": { "name": name, "phone": phone } });
    let made = owner.browser.send(Call::post("/customers", body)).await;
    made.expect(201)["id"].as_str().unwrap().to_owned()
}

/// A lead who reaches their own customers only.
pub async fn lead(site: &Site<'_>, at: &Organisation) -> Person {
    let lead = site.sales_person(at, 0).await;
    site.grant(at, &lead.id, &["sales_lead"], "own").await;
    lead
}

pub async fn administrator(site: &Site<'_>, at: &Organisation, role: &str) -> Person {
    let person = site.sales_person(at, 0).await;
    site.grant(at, &person.id, &[role], "own").await;
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reaches_what_was_asked_for_and_no_longer() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = lead(&site, &home).await;
        let colleague = site.sales_person(&home, 1).await;
        let wanted = customer(&colleague, "无锡青石仪器有限公司", "13800138001").await;
        let other = customer(&colleague, "苏州白石仪器有限公司", "13800138002").await;
        let name = ("customer", "无锡青石仪器有限公司");
        let browser = &lead.browser;
        assert_eq!(read(browser, &wanted).await, 404);

        // No more than an hour, a reason, one customer there is or one department there is.
        for minutes in [0, -5, 61, i64::MAX] {
            let told = wrong(&browser.send(asked(name, minutes)).await);
            assert_eq!(told, ("minutes".into(), "break_glass.minutes".into()));
        }
        let unknown = browser.send(asked(("customer", "没有的公司"), 15)).await;
        assert_eq!(wrong(&unknown).1, "break_glass.customer.unknown");
        // Whoever tries names out until one is there leaves a trace of each.
        let tried = |entry: &&Value| {
            entry["action"] == "break_glass.begin" && entry["outcome"] == "failed"
        };
        assert_eq!(site.log().await.iter().filter(tried).count(), 1);
        let nowhere = browser.send(asked(("department_id", &wanted), 15)).await;
        assert_eq!(wrong(&nowhere).1, "break_glass.department");
        let mute = json!({ "customer": name.1, "minutes": 15, "reason": "急" });
        let mute = browser.send(Call::post("/emergencies", mute)).await;
        assert_eq!(wrong(&mute).0, "reason");
        let both = json!({ "customer": name.1, "department_id": home.departments[1], "minutes": 15, "reason": "客户投诉" });
        let both = browser.send(Call::post("/emergencies", both)).await;
        assert_eq!(wrong(&both).1, "break_glass.reach");

        let id = begin(browser, name, 15).await;
        assert_eq!(read(browser, &wanted).await, 200);
        assert_eq!(read(browser, &other).await, 404);
        assert_eq!(listed(browser).await, 1);
        let body = json!({ "field": "phone", "reason": "联系客户" });
        let reveal = Call::post(&format!("/customers/{wanted}/disclosures"), body);
        assert_eq!(browser.send(reveal).await.expect(200)["value"], "138 0013 8001");
        // It reads: it neither writes, nor gives away, nor takes out.
        let change = Call::new(Method::PATCH, &format!("/customers/{wanted}"), Sent::Json(json!({ "fields": { "notes": "x" } })));
        assert_eq!(browser.send(change.with("if-match", "\"1\"")).await.status, 403);
        let share = json!({ "kind": "user", "grantee_id": lead.id, "share": "write" });
        let share = Call::post(&format!("/customers/{wanted}/shares"), share);
        assert_eq!(browser.send(share).await.status, 403);
        let body = json!({ "format": "csv", "filter": {}, "columns": ["name"], "reason": "年度盘点" });
        let export = browser.send(Call::post("/customers/exports", body)).await;
        assert!(!export.text().contains("青石"), "{}", export.text());
        let remove = Call::new(Method::DELETE, &format!("/customers/{wanted}"), Sent::Nothing);
        assert_eq!(browser.send(remove.with("if-match", "\"1\"")).await.status, 403);
        // Nobody else has it.
        assert_eq!(read(&site.sales_person(&home, 0).await.browser, &wanted).await, 404);

        // Everything is marked, and what nothing else would have allowed once more.
        let reads = entries(&site, "customer.read").await;
        let marked = reads.iter().find(|entry| entry["detail"]["emergency"] == json!(id)).unwrap();
        assert_eq!(marked["detail"]["by_emergency"], "yes", "{marked}");
        let lists = entries(&site, "customer.list").await;
        assert!(lists.iter().any(|entry| entry["detail"]["emergency"] == json!(id)), "{lists:?}");
        let begun = entries(&site, "break_glass.begin").await;
        assert_eq!((begun.len(), &begun[0]["detail"]["customer"]), (1, &json!(wanted)));

        // A second one does not make it longer.
        is(&browser.send(asked(name, 60)).await, 409, "break_glass.active");
        site.installation.clock().advance(15 * MINUTE_MS - 1000);
        assert_eq!(read(browser, &wanted).await, 200);
        site.installation.clock().advance(1000);
        assert_eq!(read(browser, &wanted).await, 404);
        assert_eq!(listed(browser).await, 0);
        let sweeps = (0..20).map(|_| site.features.access.expire_emergencies());
        let ended: usize = futures::future::join_all(sweeps).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(ended, 1);
        let ends = entries(&site, "break_glass.end").await;
        assert_eq!((ends.len(), &ends[0]["detail"]["by"]), (1, &json!("time")));
        is(&end(browser, &id).await, 409, "break_glass.ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_begins_are_one_and_a_hand_ends_it_at_once() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let lead = lead(&site, &home).await;
        let colleague = site.sales_person(&home, 1).await;
        let near = site.sales_person(&home, 0).await;
        let theirs = customer(&colleague, "甲公司", "13800138001").await;
        let hidden = customer(&near, "乙公司", "13800138002").await;
        let browser = &lead.browser;
        let whole = ("department_id", home.departments[1].as_str());
        let tries = (0..50).map(|_| browser.send(asked(whole, 30)));
        let replies = futures::future::join_all(tries).await;
        assert_eq!(replies.iter().filter(|it| it.status == 201).count(), 1);
        for reply in replies.iter().filter(|it| it.status != 201) {
            is(reply, 409, "break_glass.active");
        }
        assert_eq!(entries(&site, "break_glass.begin").await.len(), 1);
        // The department that was asked for, and no other.
        assert_eq!(read(browser, &theirs).await, 200);
        assert_eq!(read(browser, &hidden).await, 404);
        assert_eq!(listed(browser).await, 1);

        let own = browser
            .send(Call::get("/emergencies/state"))
            .await
            .expect(200);
        let id = own["own"].as_str().unwrap().to_owned();
        // Neither a colleague ends it, nor the administrators of other things or of others.
        assert_eq!(end(&colleague.browser, &id).await.status, 404);
        assert_eq!(end(&home.system, &id).await.status, 404);
        assert_eq!(end(&foreign.security, &id).await.status, 404);
        let ends = (0..50).map(|_| end(&home.security, &id));
        let replies = futures::future::join_all(ends).await;
        assert_eq!(replies.iter().filter(|it| it.status == 204).count(), 1);
        assert_eq!(read(browser, &theirs).await, 404);
        assert_eq!(listed(browser).await, 0);
        assert_eq!(entries(&site, "break_glass.end").await.len(), 1);
        let own = browser
            .send(Call::get("/emergencies/state"))
            .await
            .expect(200);
        assert_eq!(own["own"], Value::Null);
        // Once more is another one, told and reviewed by itself.
        let again = begin(browser, whole, 1).await;
        assert_ne!(again, id);
        assert_eq!(end(browser, &again).await.status, 204);
        assert_eq!(read(browser, &theirs).await, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_or_has_proven_nothing_just_now_has_none() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = lead(&site, &home).await;
        let sales = site.sales_person(&home, 0).await;
        let audit = administrator(&site, &home, "audit_admin").await;
        let colleague = site.sales_person(&home, 1).await;
        customer(&colleague, "丙公司", "13800138003").await;
        let name = ("customer", "丙公司");
        for browser in [&sales.browser, &home.system, &home.security, &audit.browser] {
            is(&browser.send(asked(name, 15)).await, 403, "forbidden");
        }
        // Who watches over it is told at once.
        let id = begin(&lead.browser, name, 15).await;
        for watcher in [&home.security, &audit.browser] {
            let told = watcher
                .send(Call::get("/emergencies/state"))
                .await
                .expect(200);
            assert_eq!(told["active"], 1);
        }
        assert_eq!(end(&lead.browser, &id).await.status, 204);
        // A factor proven a while ago is not enough.
        site.installation.clock().advance(6 * MINUTE_MS);
        is(
            &lead.browser.send(asked(name, 15)).await,
            403,
            "session.step_up",
        );
        is(&review(&audit.browser, &id).await, 403, "session.step_up");
        assert_eq!(entries(&site, "break_glass.review").await.len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_stays_open_until_somebody_else_signs_it() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let lead = lead(&site, &home).await;
        let colleague = site.sales_person(&home, 1).await;
        customer(&colleague, "甲公司", "13800138001").await;
        let audit = administrator(&site, &home, "audit_admin").await;
        let id = begin(&lead.browser, ("customer", "甲公司"), 15).await;
        is(
            &review(&audit.browser, &id).await,
            409,
            "break_glass.running",
        );
        assert_eq!(end(&lead.browser, &id).await.status, 204);
        // Who had it, also as an administrator since; the system administrator; somebody elsewhere.
        assert_eq!(review(&lead.browser, &id).await.status, 403);
        site.grant(&home, &lead.id, &["security_admin"], "own")
            .await;
        let own = lead
            .browser
            .send(Call::get("/emergencies?view=open"))
            .await
            .expect(200);
        assert_eq!(own["items"][0]["actions"], json!([]));
        assert!(matches!(
            review(&lead.browser, &id).await.status.as_u16(),
            403 | 404
        ));
        assert_eq!(review(&home.system, &id).await.status, 403);
        assert_eq!(review(&foreign.security, &id).await.status, 404);
        let open = async |browser: &Browser| {
            let told = browser
                .send(Call::get("/emergencies/state"))
                .await
                .expect(200);
            told["to_review"].as_i64().unwrap()
        };
        assert_eq!(open(&home.security).await, 1);

        // Said to be reviewed in the database, with and without a forged review: it is not.
        let store = site.installation.store();
        for forged in [
            "UPDATE break_glass SET state = 'reviewed' WHERE id = $1",
            "UPDATE break_glass SET state = 'reviewed', review = sealed WHERE id = $1",
        ] {
            store.tamper_for_tests(forged, &[bytes(&id)]).await.unwrap();
            let list = home
                .security
                .send(Call::get("/emergencies?view=open"))
                .await
                .expect(200);
            assert_eq!(list["items"][0]["state"], "to_review");
            assert_eq!(list["items"][0]["review"], Value::Null);
        }
        let mute = json!({ "conclusion": "justified", "note": "好" });
        let mute = audit
            .browser
            .send(Call::post(&format!("/emergencies/{id}/review"), mute))
            .await;
        assert_eq!(wrong(&mute).0, "note");
        let reviews = (0..50).map(|_| review(&audit.browser, &id));
        let replies = futures::future::join_all(reviews).await;
        assert_eq!(replies.iter().filter(|it| it.status == 204).count(), 1);
        is(
            &review(&home.security, &id).await,
            409,
            "break_glass.reviewed",
        );
        assert_eq!(open(&home.security).await, 0);
        let signed = entries(&site, "break_glass.review").await;
        assert_eq!(
            (signed.len(), &signed[0]["detail"]["of"]),
            (1, &json!(lead.id))
        );
        let all = home
            .security
            .send(Call::get("/emergencies?view=all"))
            .await
            .expect(200);
        assert_eq!(all["items"][0]["review"]["by"]["id"], json!(audit.id));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_to_the_database_without_a_key_gives_no_emergency_access() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = lead(&site, &home).await;
        let accomplice = site.sales_person(&home, 0).await;
        let colleague = site.sales_person(&home, 1).await;
        let wanted = customer(&colleague, "甲公司", "13800138001").await;
        let id = begin(&lead.browser, ("customer", "甲公司"), 5).await;
        let store = site.installation.store();
        let tamper = async |sql: &str, values: &[custos_store::Value]| {
            store.tamper_for_tests(sql, values).await.unwrap();
            // What another node wrote is noticed within a second.
            site.installation.clock().advance(1000);
        };
        // Somebody else's, under another name and under another id.
        tamper("UPDATE break_glass SET user_id = $2 WHERE id = $1", &[bytes(&id), bytes(&accomplice.id)]).await;
        assert_eq!(read(&accomplice.browser, &wanted).await, 404);
        assert_eq!(read(&lead.browser, &wanted).await, 404);
        tamper("UPDATE break_glass SET user_id = $2 WHERE id = $1", &[bytes(&id), bytes(&lead.id)]).await;
        assert_eq!(read(&lead.browser, &wanted).await, 200);
        let copied = "INSERT INTO break_glass (org_id, id, user_id, sealed, state, until_at) \
                      SELECT org_id, $2, $3, sealed, state, until_at FROM break_glass WHERE id = $1";
        let values = [bytes(&id), bytes(&accomplice.id), bytes(&accomplice.id)];
        tamper(copied, &values).await;
        assert_eq!(read(&accomplice.browser, &wanted).await, 404);
        tamper("DELETE FROM break_glass WHERE id = $1", &[bytes(&accomplice.id)]).await;
        // Longer, by the column; it ends by what is sealed.
        tamper("UPDATE break_glass SET until_at = until_at + 86400000 WHERE id = $1", &[bytes(&id)]).await;
        assert_eq!(read(&lead.browser, &wanted).await, 200);
        site.installation.clock().advance(5 * MINUTE_MS);
        assert_eq!(read(&lead.browser, &wanted).await, 404);
        // Called active again after its time.
        tamper("UPDATE break_glass SET state = 'active' WHERE id = $1", &[bytes(&id)]).await;
        assert_eq!(read(&lead.browser, &wanted).await, 404);
    })
    .await;
}
