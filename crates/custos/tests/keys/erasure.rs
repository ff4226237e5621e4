//! A customer erased for good, and what whoever has an old copy of the database, or today's keys, or both, gets of it.

use crate::browser::{Call, Reply};
use crate::site::{Organisation, Person, Site};
use custos::product::MIGRATIONS;
use custos_kernel::crypto::{CryptoError, WrappedKey};
use custos_testkit::both;
use custos_values::{CustomerId, OrgId};
use serde_json::{Value, json};
use std::sync::Arc;

const PHONE: &str = "13800138000";

struct Scene<'i> {
    site: Site<'i>,
    at: Organisation,
    lead: Person,
    org: OrgId,
    customers: [Value; 2],
}

async fn scene(installation: &custos_testkit::Installation) -> Scene<'_> {
    let site = Site::new(installation).await;
    let at = site.found().await;
    let lead = site.sales_person(&at, 0).await;
    site.grant(&at, &lead.id, &["sales_lead"], "all").await;
    let session = at.system.send(Call::get("/session")).await.expect(200);
    let org = session["organisation"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut customers = Vec::new();
    for (name, phone) in [("要忘的客户", PHONE), ("留下的客户", "13900139000")] {
        let fields = json!({ "name": name, "phone": phone });
        let call = Call::post("/customers", json!({ "fields": fields }));
        let call = call.with(
            "idempotency-key",
            format!("00000000-0000-4000-8000-0{phone}"),
        );
        let made = lead.browser.send(call).await.expect(201);
        let id = made["id"].as_str().unwrap();
        for (what, body) in [
            (
                "contacts",
                json!({ "fields": { "name": "王芳", "phone": "13700137000" } }),
            ),
            (
                "activities",
                json!({ "kind": "call", "content": "报价已发" }),
            ),
        ] {
            let path = format!("/customers/{id}/{what}");
            lead.browser.send(Call::post(&path, body)).await.expect(201);
        }
        let reveal = json!({ "field": "phone", "reason": "核对号码" });
        let path = format!("/customers/{id}/disclosures");
        lead.browser
            .send(Call::post(&path, reveal))
            .await
            .expect(200);
        let path = format!("/customers/{id}");
        customers.push(lead.browser.send(Call::get(&path)).await.expect(200));
    }
    Scene {
        site,
        at,
        lead,
        org,
        customers: customers.try_into().unwrap(),
    }
}

impl Scene<'_> {
    fn id(&self, at: usize) -> &str {
        self.customers[at]["id"].as_str().unwrap()
    }

    async fn erase(&self, at: usize, basis: &str) -> Reply {
        let path = format!("/customers/{}/erasure", self.id(at));
        let call = Call::post(&path, json!({ "basis": basis }));
        let version = &self.customers[at]["version"];
        self.lead
            .browser
            .send(call.with("if-match", format!("\"{version}\"")))
            .await
    }

    /// The wrapped keys of both customers, as a copy of the database has them.
    async fn stolen(&self) -> [(CustomerId, WrappedKey); 2] {
        let store = self.site.installation.store();
        let rows = store
            .tamper_for_tests("SELECT id, dek FROM customer", &[])
            .await
            .unwrap();
        let stolen: Vec<_> = [0, 1]
            .map(|at| {
                let id: CustomerId = self.id(at).parse().unwrap();
                let row = rows
                    .iter()
                    .find(|row| row.id(0).unwrap() == *id.as_bytes())
                    .unwrap();
                (id, WrappedKey::from_bytes(row.bytes(1).unwrap().to_vec()))
            })
            .into_iter()
            .collect();
        stolen.try_into().unwrap()
    }

    /// How many reveals the audit desk shows.
    async fn at_desk(&self) -> usize {
        let log = self.site.log().await;
        let reveals = log
            .iter()
            .filter(|entry| entry["action"] == "customer.reveal");
        reveals.count()
    }

    async fn count(&self, table: &str) -> i64 {
        let store = self.site.installation.store();
        let sql = format!("SELECT COUNT(*) FROM {table}");
        store.tamper_for_tests(&sql, &[]).await.unwrap()[0]
            .int(0)
            .unwrap()
    }
}

/// The attack: a copy of the database from before, with everything in it, and all of today's keys.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_of_the_database_and_todays_keys_do_not_open_an_erased_customer() {
    both(&MIGRATIONS, async |installation| {
        let scene = scene(installation).await;
        let stolen = scene.stolen().await;
        let store = installation.store();
        let key = store.keys().get(store, scene.org).await.unwrap();
        for (id, wrapped) in &stolen {
            assert!(
                key.open_record_key(*id, wrapped).is_ok(),
                "before, the copy opens"
            );
        }
        scene.erase(0, "request").await.expect(204);
        let today = Arc::new(store.keys().keyring().copy().unwrap());
        let reopened = installation
            .open(installation.migrations(), today)
            .await
            .unwrap();
        for store in [store, &reopened] {
            let key = store.keys().get(store, scene.org).await.unwrap();
            let opened = key.open_record_key(stolen[0].0, &stolen[0].1);
            assert_eq!(opened.err(), Some(CryptoError::Erased));
            assert!(key.open_record_key(stolen[1].0, &stolen[1].1).is_ok());
        }
        reopened.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_an_erased_customer_but_the_proof_that_it_was_erased() {
    both(&MIGRATIONS, async |installation| {
        let scene = scene(installation).await;
        let browser = &scene.lead.browser;
        let wrong = scene.erase(0, "because").await.expect(400);
        assert_eq!(wrong["code"], "customer.erasure_basis_unknown");
        scene.erase(0, "request").await.expect(204);
        let path = format!("/customers/{}", scene.id(0));
        browser.send(Call::get(&path)).await.expect(404);
        scene.erase(0, "request").await.expect(404);
        for query in [PHONE, "要忘", "8000"] {
            let list = browser
                .send(Call::get(&format!("/customers?q={}", encoded(query))))
                .await
                .expect(200);
            assert_eq!(list["total"], 0, "{query}");
        }
        for (table, left) in [
            ("customer", 1),
            ("contact", 1),
            ("activity", 1),
            ("erasure", 1),
        ] {
            assert_eq!(scene.count(table).await, left, "{table}");
        }
        let kept = format!("/customers/{}", scene.id(1));
        browser.send(Call::get(&kept)).await.expect(200);

        let log = scene.site.log().await;
        let of = |action: &str| {
            let mut entries = log.iter().filter(|entry| entry["action"] == action);
            let entry = entries
                .next()
                .unwrap_or_else(|| panic!("{action} is in the log"))
                .clone();
            assert!(entries.next().is_none(), "{action} once");
            entry
        };
        let asked = of("customer.erase").to_string();
        assert!(asked.contains("request"), "{asked}");
        let erased = of("customer.erased").to_string();
        assert!(
            erased.contains("contacts") && erased.contains("activities"),
            "{erased}"
        );
        let report = installation.verify(scene.org).await;
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    })
    .await;
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Why somebody looked at an erased customer cannot be read any more, and values in the log cannot be tried out; the desk still
/// shows that somebody looked.
#[tokio::test(flavor = "multi_thread")]
async fn reasons_and_hashes_about_an_erased_customer_go_with_it() {
    both(&MIGRATIONS, async |installation| {
        let scene = scene(installation).await;
        let store = installation.store();
        let key = store.keys().get(store, scene.org).await.unwrap();
        let ids: [CustomerId; 2] = [0, 1].map(|at| scene.id(at).parse().unwrap());
        let sealed = ids.map(|id| key.seal_reason(Some(id.as_bytes()), "核对", store.random()));
        scene.erase(0, "unlawful").await.expect(204);
        let read = |at: usize| key.open_reason(Some(ids[at].as_bytes()), &sealed[at]);
        assert_eq!(read(0), Err(CryptoError::Erased));
        assert_eq!(read(1).as_deref(), Ok("核对"));
        let tried = |at: usize| key.record_hash(ids[at].as_bytes(), "phone", PHONE);
        assert!(tried(0).is_none() && tried(1).is_some());
        let entries = scene.at_desk().await;
        assert_eq!(entries, 2, "both reveals are shown, one without its reason");
    })
    .await;
}

/// The server stops after the key was destroyed and before the rows went: it goes on when it starts.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_broken_off_is_finished() {
    both(&MIGRATIONS, async |installation| {
        let scene = scene(installation).await;
        let id: CustomerId = scene.id(0).parse().unwrap();
        let store = installation.store();
        let sql = "INSERT INTO erasure (org_id, id, basis, asked_at) VALUES ($1, $2, 'request', 0)";
        let values = [&scene.org.as_bytes()[..], id.as_bytes()].map(custos_store::Value::from);
        store.tamper_for_tests(sql, &values).await.unwrap();
        store.keys().erase(scene.org, id.as_bytes()).unwrap();
        let path = format!("/customers/{}", scene.id(0));
        scene.lead.browser.send(Call::get(&path)).await.expect(404);
        let crm = &scene.site.features.crm;
        assert_eq!(crm.finish_erasures(scene.org).await.unwrap(), 1);
        assert_eq!(crm.finish_erasures(scene.org).await.unwrap(), 0);
        assert_eq!(scene.count("customer").await, 1);
    })
    .await;
}

/// Whoever may not delete does not erase, and whoever may does so only with a fresh factor.
#[tokio::test(flavor = "multi_thread")]
async fn erasing_is_the_leads_and_needs_a_fresh_factor() {
    both(&MIGRATIONS, async |installation| {
        let scene = scene(installation).await;
        let person = scene.site.sales_person(&scene.at, 0).await;
        let path = format!("/customers/{}/erasure", scene.id(0));
        let call = || Call::post(&path, json!({ "basis": "request" })).with("if-match", "\"1\"");
        person.browser.send(call()).await.expect(403);
        scene.at.system.send(call()).await.expect(403);
        installation.clock().advance(16 * 60_000);
        let stale = scene.erase(0, "request").await;
        assert_ne!(stale.status, 204);
        assert_eq!(scene.count("customer").await, 2);
    })
    .await;
}
