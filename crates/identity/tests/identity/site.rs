//! A server and browsers.

use crate::provider::Network;
use crate::totp;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use custos_federation::Outgoing;
use custos_http::{Asked, Authenticated, Gatekeeper, Problem, Registry};
use custos_identity::{Identity, IdentityOptions, LinkToken, MIGRATIONS, POLICY};
use custos_kernel::crypto::PasswordParams;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Denied, Job, Origin, Policy, PolicySource, Resource, actions};
use custos_store::{AuditSink, EntryFilter, Store};
use custos_testkit::{Installation, TestRandom};
use custos_values::{Clock, OrgId, Random};
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

pub const SETUP_CODE: &str = "K7RW-2M9D-XQ4T";
pub const SYSTEM: &str = "xitong";
pub const SECURITY: &str = "anquan";
pub const AUDIT: &str = "shenji";
pub const LEAD: &str = "zhuguan";

/// Lets tests read the log.
const READ_LOG: PolicySource = PolicySource::new(
    "test",
    r#"@id("log") permit (principal == Job::"operator", action == Action::"audit_log.list", resource);"#,
);

enum Log {}
impl Resource for Log {
    const TYPE: &'static str = "audit_log";
}

/// Runs a test on both engines.
pub async fn both(test: impl AsyncFn(&mut Installation)) {
    custos_testkit::both(
        &[
            custos_outbox::MIGRATIONS,
            custos_access::MIGRATIONS,
            MIGRATIONS,
        ],
        test,
    )
    .await;
}

pub fn password(login: &str) -> String {
    format!("brave-{login}-lantern-47")
}

struct Guard {
    identity: Arc<Identity>,
    policy: Arc<Policy>,
    sink: AuditSink,
    random: TestRandom,
}

impl Gatekeeper for Guard {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        asked: Asked<'a>,
        origin: Origin,
    ) -> BoxFuture<'a, Result<Authenticated, Problem>> {
        Box::pin(self.identity.authenticate(headers, asked, origin))
    }

    fn authenticate_provisioning<'a>(
        &'a self,
        headers: &'a HeaderMap,
        origin: Origin,
    ) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(self.identity.authenticate_provisioning(headers, origin))
    }

    fn still_serves<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, bool> {
        Box::pin(self.identity.still_serves(caller))
    }

    fn record_denied(&self, denied: Denied) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            let recorded = self.sink.record_durably(Event::denied(&denied)).await;
            recorded.map_err(|error| error.fault().into())
        })
    }

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn random(&self) -> &dyn Random {
        &self.random
    }
}

/// One node.
pub struct Site<'i> {
    pub identity: Arc<Identity>,
    pub installation: &'i Installation,
    pub policy: Arc<Policy>,
    /// What the node can reach.
    pub network: Arc<Network>,
    router: Router,
    secrets: Mutex<HashMap<String, String>>,
}

/// A node without an organisation, or another node of the one there is.
pub fn empty(installation: &Installation) -> Site<'_> {
    node(
        installation,
        installation.store(),
        installation.sink().clone(),
    )
}

/// A node with a store, and so with connections and memory, of its own.
pub fn node<'i>(installation: &'i Installation, store: &Arc<Store>, sink: AuditSink) -> Site<'i> {
    let cheap = PasswordParams {
        memory_kib: 8,
        passes: 1,
    };
    node_hashing(installation, store, sink, cheap)
}

/// A node whose password hashes cost so much.
pub fn node_hashing<'i>(
    installation: &'i Installation,
    store: &Arc<Store>,
    sink: AuditSink,
    password: PasswordParams,
) -> Site<'i> {
    let policy = Arc::new(Policy::load(&[custos_outbox::POLICY, POLICY, READ_LOG]).unwrap());
    let network = Arc::new(Network::default());
    let options = IdentityOptions {
        password,
        setup_code: Some(SETUP_CODE.to_owned()),
        outgoing: Some(Arc::clone(&network) as Arc<dyn Outgoing>),
    };
    let identity = Identity::open(
        Arc::clone(store),
        Arc::clone(&policy),
        sink.clone(),
        options,
    )
    .unwrap();
    identity.set_permission_catalogue(vec![
        ("user", "list"),
        ("user", "create"),
        ("user", "grant"),
        ("user", "read"),
    ]);
    let mut registry = Registry::new();
    registry.add(Arc::clone(&identity), custos_identity::operations());
    let gatekeeper: Arc<dyn Gatekeeper> = Arc::new(Guard {
        identity: Arc::clone(&identity),
        policy: Arc::clone(&policy),
        sink,
        random: TestRandom::default(),
    });
    Site {
        identity,
        installation,
        policy,
        network,
        router: registry.into_router(&gatekeeper),
        secrets: Mutex::default(),
    }
}

/// A node with an organisation of four.
pub async fn ready(installation: &Installation) -> Site<'_> {
    let site = empty(installation);
    let answer = site.browser(1).post("/setup", setup_body()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    site
}

pub fn setup_body() -> Value {
    let user = |role: &str, name: &str, login: &str| json!({"role": role, "name": name, "login": login, "password": password(login)});
    json!({
        "setup_code": SETUP_CODE,
        "organisation_name": "青石仪器有限公司",
        "language": "zh-CN",
        "users": [
            user("system_admin", "高系明", SYSTEM),
            user("security_admin", "安全娟", SECURITY),
            user("audit_admin", "沈纪元", AUDIT),
            user("sales_lead", "祝冠群", LEAD),
        ]
    })
}

impl Site<'_> {
    /// A browser at 192.0.2.`host`.
    pub fn browser(&self, host: u8) -> Browser {
        self.browser_at(IpAddr::from([192, 0, 2, host]))
    }

    pub fn browser_at(&self, address: IpAddr) -> Browser {
        Browser {
            router: self.router.clone(),
            address,
            cookies: BTreeMap::new(),
            csrf: None,
            agent: "",
        }
    }

    pub async fn org(&self) -> OrgId {
        self.identity.organisations().await.unwrap()[0]
    }

    pub async fn operator(&self) -> Caller {
        Caller::system(Job::Operator, self.org().await)
    }

    pub fn now(&self) -> i64 {
        self.installation.clock().now().millis()
    }

    /// Lets the last code go out of use.
    pub fn next_code_period(&self) {
        self.installation.clock().advance(60_000);
    }

    /// The code the app of an account shows now.
    pub fn code(&self, login: &str) -> String {
        totp::code(&self.secrets.lock().unwrap()[login], self.now())
    }

    /// Signs in with everything it takes, in a browser of its own.
    pub async fn sign_in(&self, login: &str) -> Browser {
        let mut browser = self.browser(7);
        self.sign_in_with(&mut browser, login).await;
        browser
    }

    pub async fn sign_in_with(&self, browser: &mut Browser, login: &str) {
        self.next_code_period();
        let body = json!({"login": login, "password": password(login)});
        let answer = browser.post("/session", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        self.second_step(browser, login, &answer).await;
    }

    /// Comes in by a one-time link.
    pub async fn follow(&self, link: &str, login: &str) -> Browser {
        self.next_code_period();
        let mut browser = self.browser(8);
        let answer = browser
            .post("/session/link", json!({"token": token_of(link)}))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        self.second_step(&mut browser, login, &answer).await;
        browser
    }

    /// The second factor after a right password, link or word of a provider.
    pub async fn second_step(&self, browser: &mut Browser, login: &str, answer: &Answer) {
        let done = match answer.body["next"].as_str().unwrap() {
            "enrol_totp" => {
                self.enrol(browser, login).await;
                let code = json!({"code": self.code(login)});
                browser.post("/session/totp/confirmation", code).await
            }
            "totp" => {
                browser
                    .post("/session/totp", json!({"code": self.code(login)}))
                    .await
            }
            other => panic!("{other}"),
        };
        assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        assert_eq!(done.body["next"], "done");
        browser.refresh().await;
    }

    /// Puts the secret of a pending session into the account's app.
    pub async fn enrol(&self, browser: &mut Browser, login: &str) -> Answer {
        let answer = browser
            .send(Method::POST, "/session/totp/enrolment", None, &[])
            .await;
        if let Some(secret) = answer.body["secret"].as_str() {
            self.secrets
                .lock()
                .unwrap()
                .insert(login.to_owned(), secret.to_owned());
        }
        answer
    }

    /// The bodies of the newest log entries with an action, newest first.
    pub async fn log(&self, action: &str) -> Vec<Value> {
        let scope = self
            .policy
            .scope::<actions::List, Log>(&self.operator().await)
            .unwrap();
        let filter = EntryFilter {
            action: Some(action.to_owned()),
            ..EntryFilter::default()
        };
        let mut tx = self.installation.store().read().await.unwrap();
        let entries = tx.log_entries(&scope, &filter, 100).await.unwrap();
        entries
            .iter()
            .map(|entry| serde_json::from_slice(&entry.body).unwrap())
            .collect()
    }

    /// The row of an account, as an administrator's browser sees it.
    pub async fn row(&self, browser: &mut Browser, login: &str) -> Value {
        let page = browser.get("/users?limit=200").await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.body);
        let items = page.body["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .find(|user| user["login"] == login)
            .unwrap()
    }
}

pub fn token_of(link: &str) -> &str {
    link.strip_prefix("/link#").unwrap()
}

/// A link's token as the person gets it.
pub fn path(link: &LinkToken) -> String {
    link.path()
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn is(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), self.code()),
            (status, code),
            "{:?}",
            self.body
        );
    }

    /// Codes by field.
    pub fn fields(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let fields = self.body["fields"].as_array().unwrap();
        fields
            .iter()
            .map(|f| (text(&f["field"]), text(&f["code"])))
            .collect()
    }
}

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    address: IpAddr,
    pub cookies: BTreeMap<String, String>,
    pub csrf: Option<String>,
    /// What it says it is.
    pub agent: &'static str,
}

impl Browser {
    /// The same, as somebody who knows its cookies would be it on another node.
    pub fn at<'i>(&self, node: &Site<'i>) -> Browser {
        Browser {
            router: node.router.clone(),
            ..self.clone()
        }
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, &[]).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// Reads the session, and with it the token that changes need.
    pub async fn refresh(&mut self) -> Answer {
        let answer = self.get("/session").await;
        self.csrf = answer.body["csrf_token"].as_str().map(str::to_owned);
        answer
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        more: &[(&str, &str)],
    ) -> Answer {
        let (kind, body) = match body {
            Some(body) => (Some("application/json"), body.to_string()),
            None => (None, String::new()),
        };
        let (status, headers, text) = self.exchange(method, path, kind, body, more).await;
        Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    /// What is not JSON.
    pub async fn get_text(&mut self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.exchange(Method::GET, path, None, String::new(), &[])
            .await
    }

    /// A form, with its content type among the headers.
    pub async fn send_form(
        &mut self,
        path: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap, String) {
        self.exchange(Method::POST, path, None, form.to_owned(), headers)
            .await
    }

    async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: String,
        more: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder()
            .method(method)
            .uri(match path.starts_with("/scim/v2") {
                true => path.to_owned(),
                false => format!("/api/v1{path}"),
            })
            .extension(ConnectInfo(SocketAddr::new(self.address, 4000)));
        if !self.agent.is_empty() {
            request = request.header(header::USER_AGENT, self.agent);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"));
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
                assert!(
                    attributes.split("; ").any(|a| a.trim() == attribute),
                    "{attributes}"
                );
            }
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (parts.status, parts.headers, text)
    }

    /// Sends what a form sends.
    pub async fn form(&mut self, path: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1{path}"))
            .extension(ConnectInfo(SocketAddr::new(self.address, 4000)))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    pub async fn patch(&mut self, path: &str, version: &Value, body: Value) -> Answer {
        let tag = format!("\"{version}\"");
        self.send(Method::PATCH, path, Some(body), &[("if-match", &tag)])
            .await
    }

    pub async fn put(&mut self, path: &str, version: &Value, body: Value) -> Answer {
        let tag = format!("\"{version}\"");
        self.send(Method::PUT, path, Some(body), &[("if-match", &tag)])
            .await
    }
}
