//! One server with two organisations and their people.

use crate::browser::{Browser, Call, Sent};
use crate::totp;
use axum::Router;
use custos::product::{Features, Foundation};
use custos_access::approvals::Rule;
use custos_http::{Access, SCIM_PATH};
use custos_identity::IdentityOptions;
use custos_kernel::crypto::PasswordParams;
use custos_kernel::policy::{Caller, Job};
use custos_store::SequencerHandle;
use custos_testkit::Installation;
use custos_values::{Clock, OrgId};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const SETUP_CODE: &str = "K7RW-2M9D-XQ4T";
/// The account that signs in during the sweep and does nothing else.
pub const GUEST: &str = "zhuguan";

/// Runs a test with all features on both database engines.
pub async fn both(test: impl AsyncFn(&mut Installation)) {
    custos_testkit::both(&custos::product::MIGRATIONS, test).await;
}

/// An operation of the product.
#[derive(Clone)]
pub struct Declared {
    pub id: &'static str,
    pub method: Method,
    /// Below the API's base path, that of provisioning in full.
    pub path: String,
}

/// The server.
pub struct Site<'i> {
    pub installation: &'i Installation,
    pub features: Features,
    pub operations: Vec<Declared>,
    /// The catalogue of audit events.
    pub catalogue: BTreeSet<String>,
    router: Router,
    number: AtomicU32,
}

/// An organisation as its administrators see it.
pub struct Organisation {
    pub org: OrgId,
    pub system: Browser,
    pub security: Browser,
    pub departments: [String; 2],
}

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub login: String,
    pub browser: Browser,
}

pub fn password(login: &str) -> String {
    format!("brave-{login}-lantern-47")
}

impl<'i> Site<'i> {
    pub async fn new(installation: &'i Installation) -> Self {
        let store = Arc::clone(installation.store());
        let base = Foundation {
            policy: Arc::new(custos::product::policy().unwrap_or_else(|e| panic!("{e:?}"))),
            sink: store.audit_sink(),
            sequencer: Arc::new(SequencerHandle::start(Arc::clone(&store))),
            store,
        };
        let options = IdentityOptions {
            password: PasswordParams {
                memory_kib: 8,
                passes: 1,
            },
            setup_code: Some(SETUP_CODE.to_owned()),
            ..IdentityOptions::default()
        };
        let uploads = installation.data_dir().join("imports");
        let features =
            Features::open(&base, options, uploads, None).unwrap_or_else(|e| panic!("{e:?}"));
        features
            .identity
            .set_public_address("https://crm.example.cn");
        let registry = features.registry(false);
        let declared = |(id, method, path, access): (_, &Method, &str, _)| Declared {
            id,
            method: method.clone(),
            path: match access {
                Access::Provisioning { .. } => format!("{SCIM_PATH}{path}"),
                _ => path.to_owned(),
            },
        };
        let operations = registry.operations().map(declared).collect();
        let catalogue = custos::product::actions(&registry, &base.policy);
        let gatekeeper = features.gatekeeper(&base);
        Self {
            installation,
            operations,
            catalogue,
            router: registry.into_router(&gatekeeper),
            features,
            number: AtomicU32::new(0),
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.router)
    }

    /// A browser of another server on the same data, in front of this one.
    pub fn carried(&self, browser: &Browser) -> Browser {
        browser.at(&self.router)
    }

    /// A number that was not used before.
    pub fn next(&self) -> u32 {
        self.number.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// One statement past all walls, for what no operation does.
    pub async fn tamper(&self, sql: &str) {
        let store = self.installation.store();
        store.tamper_for_tests(sql, &[]).await.unwrap();
    }

    pub fn code(&self, secret: &str) -> String {
        totp::code(secret, self.installation.clock().now().millis())
    }

    /// Sets an organisation up as the first person does.
    pub async fn found(&self) -> Organisation {
        let user = |role: &str, login: &str| json!({ "role": role, "name": login, "login": login, "password": password(login) });
        let body = json!({
            "setup_code": SETUP_CODE, "organisation_name": "青石仪器", "language": "zh-CN",
            "users": [user("system_admin", "xitong"), user("security_admin", "anquan"),
                      user("audit_admin", "shenji"), user("sales_lead", GUEST)],
        });
        self.browser()
            .send(Call::post("/setup", body))
            .await
            .expect(201);
        let mut system = self.sign_in("xitong").await;
        let session = system.session().await;
        let org: OrgId = session["organisation"]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        drop(self.features.crm.start_indexing(org));
        while !self.features.crm.index_is_ready(org) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let mut departments = Vec::new();
        for name in ["一部", "二部"] {
            let body = json!({ "name": name, "parent_id": null });
            let made = system.send(Call::post("/departments", body)).await;
            departments.push(made.expect(201)["id"].as_str().unwrap().to_owned());
        }
        // Most tests are about something else than the second administrator's approval.
        let off = [
            "user_access",
            "access_people_update",
            "keys_rotate",
            "keys_replace_root",
            "audit_retention_update",
            "user_handover",
            "user_move",
        ];
        let off = off.map(|operation| Rule {
            enabled: false,
            ..Rule::standard(operation)
        });
        let operator = Caller::system(Job::Operator, org);
        let rules = self.features.access.set_rules(&operator, 0, off.to_vec());
        rules.await.unwrap();
        Organisation {
            org,
            system,
            security: self.sign_in("anquan").await,
            departments: departments.try_into().unwrap(),
        }
    }

    /// Signs in for the first time with a password.
    async fn sign_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let body = json!({ "login": login, "password": password(login) });
        browser.step(Call::post("/session", body)).await.expect(200);
        self.enrol(browser).await
    }

    /// Completes the first sign-in of a pending session.
    pub async fn enrol(&self, mut browser: Browser) -> Browser {
        let code = self.begin_enrolment(&browser).await;
        let confirm = Call::post("/session/totp/confirmation", json!({ "code": code }));
        browser.step(confirm).await.expect(200);
        browser.session().await;
        browser
    }

    /// The code that confirms the second factor of a pending session.
    pub async fn begin_enrolment(&self, pending: &Browser) -> String {
        let call = Call::post("/session/totp/enrolment", json!({}));
        let enrolment = pending.send(call).await.expect(200);
        self.code(enrolment["secret"].as_str().unwrap())
    }

    /// Makes an account and follows its link; the second factor is missing.
    pub async fn pending(&self, at: &Organisation, department: usize) -> Person {
        let login = format!("person{}", self.next());
        let body = json!({ "name": login, "login": login, "department_id": at.departments[department], "data_scope": "own" });
        let made = at.system.send(Call::post("/users", body)).await.expect(201);
        let mut browser = self.browser();
        let token = made["sign_in_link"]
            .as_str()
            .unwrap()
            .split_once('#')
            .unwrap()
            .1;
        let body = json!({ "token": token });
        browser
            .step(Call::post("/session/link", body))
            .await
            .expect(200);
        Person {
            id: made["id"].as_str().unwrap().to_owned(),
            login,
            browser,
        }
    }

    /// A sales person, signed in.
    pub async fn sales_person(&self, at: &Organisation, department: usize) -> Person {
        let mut person = self.pending(at, department).await;
        self.grant(at, &person.id, &["sales"], "own").await;
        person.browser = self.enrol(person.browser).await;
        person
    }

    pub async fn grant(&self, at: &Organisation, user: &str, roles: &[&str], scope: &str) {
        let version = self.version_of_user(at, user).await;
        let body = Sent::Json(json!({ "roles": roles, "data_scope": scope }));
        let call = Call::new(Method::PUT, &format!("/users/{user}/access"), body);
        let call = call.with("if-match", format!("\"{version}\""));
        at.security.send(call).await.expect(200);
    }

    pub async fn version_of_user(&self, at: &Organisation, user: &str) -> i64 {
        let list = at
            .system
            .send(Call::get("/users?limit=200"))
            .await
            .expect(200);
        let users = list["items"].as_array().unwrap();
        let found = users.iter().find(|item| item["id"] == user).unwrap();
        found["version"].as_i64().unwrap()
    }

    /// Every entry of every log.
    pub async fn log(&self) -> Vec<Value> {
        let store = self.installation.store();
        let rows = store
            .tamper_for_tests("SELECT body FROM audit_entry", &[])
            .await;
        let body = |row: &custos_store::Row| serde_json::from_slice(row.bytes(0).unwrap()).unwrap();
        rows.unwrap().iter().map(body).collect()
    }
}

/// Two organisations on one server. No operation makes the second: the first is put aside while it is made.
pub async fn two_organisations(site: &Site<'_>) -> [Organisation; 2] {
    let first = site.found().await;
    for sql in [
        "CREATE TABLE put_aside AS SELECT * FROM organisation",
        "DELETE FROM organisation",
    ] {
        site.tamper(sql).await;
    }
    let second = site.found().await;
    for sql in [
        "UPDATE organisation SET slot = 2",
        "INSERT INTO organisation SELECT * FROM put_aside",
        "DROP TABLE put_aside",
    ] {
        site.tamper(sql).await;
    }
    [first, second]
}
