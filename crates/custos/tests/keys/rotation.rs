//! A rotation to another suite with people at work and the server stopped in the middle, again and again.

use crate::browser::{Browser, Call, Sent};
use crate::site::Site;
use custos::product::MIGRATIONS;
use custos_kernel::crypto::{KeyState, sealed_under};
use custos_keys::{Pace, Step};
use custos_store::EngineKind;
use custos_testkit::both;
use custos_values::OrgId;
use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

const CUSTOMERS: u64 = 160;
const WRITERS: u64 = 4;
/// Steps among which every second one is broken off.
const INTERRUPTED: u64 = 120;

/// Tests do not wait for clocks that stand still.
const PACE: Pace = Pace {
    grace: Duration::ZERO,
    rest: Duration::ZERO,
    look: Duration::from_millis(1),
};

fn phone(customer: u64, change: u64) -> String {
    format!("139{customer:03}{:05}", change % 100_000)
}

async fn make(browser: &Browser, customer: u64) -> String {
    let fields = json!({ "name": format!("客户{customer}"), "phone": phone(customer, 0) });
    let call = Call::post("/customers", json!({ "fields": fields }));
    let call = call.with("idempotency-key", uuid(customer));
    let made = browser.send(call).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let contact = json!({ "fields": { "name": "王芳", "phone": phone(customer, 50_000) } });
    let path = format!("/customers/{id}/contacts");
    browser.send(Call::post(&path, contact)).await.expect(201);
    let activity = json!({ "kind": "call", "content": "报价已发" });
    let path = format!("/customers/{id}/activities");
    browser.send(Call::post(&path, activity)).await.expect(201);
    id
}

/// Records on a customer and one on none, each with a follow-up: their paths.
async fn make_records(browser: &Browser, customer: &str) -> [String; 2] {
    let deal = json!({ "name": "年度采购", "customer": customer });
    let lead = json!({ "name": "线索公司", "phone": "13700137000" });
    let mut paths = Vec::new();
    for (kind, fields) in [("opportunities", deal), ("leads", lead)] {
        let call = Call::post(&format!("/{kind}"), json!({ "fields": fields }));
        let made = browser.send(call).await.expect(201);
        let path = format!("/{kind}/{}", made["id"].as_str().unwrap());
        let activity = json!({ "kind": "call", "content": "报价已发" });
        let call = Call::post(&format!("{path}/activities"), activity);
        browser.send(call).await.expect(201);
        paths.push(path);
    }
    paths.try_into().unwrap()
}

fn uuid(n: u64) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

async fn found_by(browser: &Browser, phone: &str) -> Vec<String> {
    let list = browser
        .send(Call::get(&format!("/customers?q={phone}")))
        .await;
    let list = list.expect(200);
    let ids = list["items"].as_array().unwrap().iter();
    ids.map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Changes customers, and finds each by what it has now, until it is told to stop. Every answer has to be a good one.
async fn work(
    browser: Browser,
    ids: Arc<Vec<String>>,
    writer: u64,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
) -> Vec<(u64, u64)> {
    let mine: Vec<u64> = (0..CUSTOMERS).filter(|n| n % WRITERS == writer).collect();
    let mut now: Vec<(u64, u64)> = mine.iter().map(|n| (*n, 0)).collect();
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let at = round as usize % now.len();
        let (customer, change) = now[at];
        let id = &ids[customer as usize];
        let path = format!("/customers/{id}");
        let read = browser.send(Call::get(&path)).await.expect(200);
        let next = change + 1;
        let body = Sent::Json(json!({ "fields": { "phone": phone(customer, next) } }));
        let call = Call::new(Method::PATCH, &path, body);
        let call = call.with("if-match", format!("\"{}\"", read["version"]));
        browser.send(call).await.expect(200);
        now[at].1 = next;
        assert_eq!(
            found_by(&browser, &phone(customer, next)).await,
            std::slice::from_ref(id)
        );
        assert!(
            found_by(&browser, &phone(customer, change))
                .await
                .is_empty()
        );
        assert_eq!(
            found_by(&browser, &phone(customer, 50_000)).await,
            std::slice::from_ref(id)
        );
        let timeline = format!("{path}/timeline");
        browser.send(Call::get(&timeline)).await.expect(200);
        done.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
    now
}

/// Runs the rotation as a server does that is stopped at any moment: each piece in a task that is dropped half way, and
/// now and then with a memory that starts anew.
async fn rotate_with_interruptions(site: &Site<'_>, org: OrgId) -> u64 {
    let mut stops = 0;
    let mut keys = site.features.keys.at_pace(PACE);
    for round in 0_u64.. {
        assert!(round < 20_000, "a rotation ends");
        let step = {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move { keys.step(org).await })
        };
        // In the end it is let be: a round that is forgotten before it ends never does.
        if round % 2 == 0 && round < INTERRUPTED {
            tokio::time::sleep(Duration::from_micros(200 + 317 * (round % 23))).await;
            step.abort();
        }
        match step.await {
            Ok(Ok(Step::Idle)) => return stops,
            Ok(Ok(Step::Moved)) => {}
            Ok(Ok(Step::Wait(time))) => {
                tokio::time::sleep(time.min(Duration::from_millis(20))).await
            }
            Ok(Err(error)) => panic!("{error}"),
            Err(_) => {
                stops += 1;
                if stops % 4 == 0 && round < INTERRUPTED / 2 {
                    keys = site.features.keys.at_pace(PACE);
                }
            }
        }
    }
    unreachable!("the loop returns")
}

/// Every ciphertext in the database that is under a version: table, column, suite. The log's are left out, which cannot be
/// sealed anew, and codes that run out within minutes.
async fn sealed_with(site: &Site<'_>, version: u32) -> Vec<String> {
    const LEFT: [&str; 4] = ["audit_", "one_time_code", "tenant_key", "key_rotation"];
    let sql = match site.installation.store().engine() {
        EngineKind::Sqlite => {
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND p.type = 'BLOB'"
        }
        EngineKind::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'bytea'"
        }
    };
    let store = site.installation.store();
    let mut found = Vec::new();
    for place in store.tamper_for_tests(sql, &[]).await.unwrap() {
        let (table, column) = (place.text(0).unwrap(), place.text(1).unwrap());
        if LEFT.iter().any(|left| table.starts_with(left)) {
            continue;
        }
        let sql = format!("SELECT {column} FROM \"{table}\" WHERE {column} IS NOT NULL");
        for row in store.tamper_for_tests(&sql, &[]).await.unwrap() {
            let bytes = row.bytes(0).unwrap();
            let sealed = if bytes.first() == Some(&0xE1) {
                &bytes[1..]
            } else {
                bytes
            };
            // An id is shorter than a ciphertext; a hash has 32 bytes and would have to begin with these five.
            if bytes.len() > 32 && sealed_under(sealed).is_ok_and(|(_, number)| number == version) {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    found.dedup();
    found
}

async fn rotation_of(browser: &Browser) -> Value {
    browser.send(Call::get("/keys")).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_work_on_while_key_and_suite_are_replaced_and_the_server_stops_again_and_again() {
    both(&MIGRATIONS, async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let person = site.sales_person(&at, 0).await;
        let mut ids = Vec::new();
        for customer in 0..CUSTOMERS {
            ids.push(make(&person.browser, customer).await);
        }
        let mut records = Vec::new();
        for id in ids.iter().take(20) {
            records.push(make_records(&person.browser, id).await);
        }
        let ids = Arc::new(ids);
        let session = at.system.send(Call::get("/session")).await.expect(200);
        let org: OrgId = session["organisation"]["id"].as_str().unwrap().parse().unwrap();
        assert!(!sealed_with(&site, 1).await.is_empty());
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (browser, ids) = (person.browser.clone(), Arc::clone(&ids));
                let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
                tokio::spawn(work(browser, ids, writer, stop, done))
            })
            .collect();
        for (round, suite) in ["sm", "aes", "sm"].into_iter().enumerate() {
            let begin = || Call::post("/keys/rotations", json!({ "suite": suite }));
            at.system.send(begin()).await.expect(202);
            let again = at.system.send(begin()).await.expect(409);
            assert_eq!(again["code"], "key.rotation_running");
            let before = done.load(Ordering::Relaxed);
            let stops = rotate_with_interruptions(&site, org).await;
            let served = done.load(Ordering::Relaxed) - before;
            eprintln!("rotation {round} to {suite}: stopped {stops} times, {served} rounds of work meanwhile");
            assert!(stops > 0, "it was stopped in the middle");
            let told = rotation_of(&at.system).await;
            assert_eq!(told["versions"][0]["suite"], suite);
            assert_eq!(told["versions"][0]["state"], KeyState::Current.name());
            assert_eq!(told["versions"][1]["state"], KeyState::Retired.name());
            assert!(told["rotations"][0]["finished_at"].is_string());
        }
        stop.store(true, Ordering::Relaxed);
        let mut now = Vec::new();
        for writer in writers {
            now.extend(writer.await.unwrap());
        }
        // What was under way when a rotation ended is of the next one's: one more, with nobody at work, leaves nothing.
        at.system
            .send(Call::post("/keys/rotations", json!({})))
            .await
            .expect(202);
        rotate_with_interruptions(&site, org).await;
        for old in 1..5 {
            assert_eq!(sealed_with(&site, old).await, Vec::<String>::new(), "version {old}");
        }
        for (customer, change) in now {
            let id = &ids[customer as usize];
            assert_eq!(found_by(&person.browser, &phone(customer, change)).await, std::slice::from_ref(id));
            assert_eq!(found_by(&person.browser, &phone(customer, 50_000)).await, std::slice::from_ref(id));
            let path = format!("/customers/{id}/disclosures");
            let body = json!({ "field": "phone", "reason": "复核" });
            let shown = person.browser.send(Call::post(&path, body)).await.expect(200);
            let shown = shown["value"].as_str().unwrap().replace(' ', "");
            assert_eq!(shown, phone(customer, change));
        }
        for [deal, lead] in &records {
            for path in [deal, lead] {
                let timeline = person.browser.send(Call::get(&format!("{path}/timeline"))).await;
                assert!(timeline.expect(200).to_string().contains("报价已发"), "{path}");
            }
            let shown = person.browser.send(Call::get(deal)).await.expect(200);
            assert_eq!(shown["fields"]["name"], "年度采购");
            let body = json!({ "field": "phone", "reason": "复核" });
            let call = Call::post(&format!("{lead}/disclosures"), body);
            person.browser.send(call).await.expect(200);
        }
        let entries = blind_entries(&site).await;
        assert_eq!(entries, CUSTOMERS as i64 * 3, "name, phone, and the contact's phone: each once");
        // Everything again from the disk, with the keys as they are kept.
        let report = installation.verify(org).await;
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    })
    .await;
}

async fn blind_entries(site: &Site<'_>) -> i64 {
    let store = site.installation.store();
    let rows = store
        .tamper_for_tests("SELECT COUNT(*) FROM blind_index", &[])
        .await;
    rows.unwrap()[0].int(0).unwrap()
}

/// Nobody but the system administrator, and they only with a fresh factor; the root key is replaced where the home allows.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_by_the_system_administrator_alone() {
    both(&MIGRATIONS, async |installation| {
        let site = Site::new(installation).await;
        let at = site.found().await;
        let person = site.sales_person(&at, 0).await;
        for browser in [&person.browser, &at.security] {
            browser.send(Call::get("/keys")).await.expect(403);
            let call = Call::post("/keys/rotations", json!({}));
            browser.send(call).await.expect(403);
            let call = Call::post("/keys/root-key", json!({}));
            browser.send(call).await.expect(403);
        }
        let call = Call::post("/keys/rotations", json!({ "suite": "rot13" }));
        let refused = at.system.send(call).await.expect(400);
        assert_eq!(refused["code"], "key.suite_unknown");
        installation.clock().advance(31 * 60_000);
        let call = Call::post("/keys/rotations", json!({}));
        let stale = at.system.send(call).await;
        assert_ne!(stale.status, 202);
    })
    .await;
}
