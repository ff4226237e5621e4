//! The crate's routes behind the real guard, with files, called by named callers.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use custos_crm::{Crm, MIGRATIONS, People, policies};
use custos_http::{Asked, Authenticated, Gatekeeper, Problem, Registry};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Denied, Origin, Policy, Role, Standing};
use custos_store::{AuditSink, Store, StoreError, WriteTx};
use custos_testkit::{Installation, TestRandom};
use custos_values::{DepartmentId, OrgId, Random, UserId};
use futures::future::BoxFuture;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use parking_lot::RwLock;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt;

/// How often it is looked whether the index was read, every five milliseconds.
const MOST_WAITS: u32 = 24_000;

/// Everybody who may call, by name.
#[derive(Default)]
pub struct Staff(RwLock<HashMap<String, Caller>>);

impl Staff {
    fn of(&self, user: UserId) -> Option<(String, Caller)> {
        let staff = self.0.read();
        let found = staff
            .iter()
            .find(|(_, caller)| caller.user_id() == Some(user));
        found.map(|(name, caller)| (name.clone(), caller.clone()))
    }
}

impl Staff {
    /// Adds somebody.
    pub fn add(&self, name: &str, caller: Caller) {
        self.0.write().insert(name.to_owned(), caller);
    }

    /// A caller's account.
    pub fn id(&self, name: &str) -> UserId {
        self.0.read()[name].user_id().unwrap()
    }
}

impl People for Staff {
    fn user_name(&self, _: OrgId, user: UserId) -> Option<Arc<str>> {
        self.of(user).map(|(name, _)| Arc::from(name))
    }

    fn department_name(&self, _: OrgId, _: DepartmentId) -> Option<Arc<str>> {
        Some(Arc::from("somewhere"))
    }

    fn department_of(&self, _: OrgId, user: UserId) -> Option<DepartmentId> {
        self.of(user)?.1.department()
    }

    fn standing(&self, _: OrgId, user: UserId) -> Option<Standing> {
        Some(self.of(user)?.1.standing().clone())
    }

    fn everybody(&self, _: OrgId) -> Vec<(UserId, Standing)> {
        let people = self.0.read();
        let known = people.values();
        known
            .filter_map(|caller| Some((caller.user_id()?, caller.standing().clone())))
            .collect()
    }

    fn find_user(&self, _: OrgId, name: &str) -> Option<UserId> {
        self.0.read().get(name)?.user_id()
    }

    fn configuration(&self, _: OrgId) -> Arc<custos_access::Configuration> {
        Arc::default()
    }

    fn stays<'a>(
        &'a self,
        _: &'a mut WriteTx<'_>,
        _: UserId,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(true) })
    }
}

struct Gate {
    staff: Arc<Staff>,
    policy: Arc<Policy>,
    sink: AuditSink,
    random: TestRandom,
}

impl Gatekeeper for Gate {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _: Asked<'a>,
        _: Origin,
    ) -> BoxFuture<'a, Result<Authenticated, Problem>> {
        let name = headers
            .get("x-test-caller")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let caller = self.staff.0.read().get(name).cloned();
        Box::pin(async move {
            let caller = caller.ok_or_else(Problem::unauthenticated)?;
            Ok(Authenticated { caller, csrf: None })
        })
    }

    fn still_serves<'a>(&'a self, _caller: &'a Caller) -> BoxFuture<'a, bool> {
        Box::pin(async { true })
    }

    fn record_denied(&self, denied: Denied) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            self.sink
                .record_durably(Event::denied(&denied))
                .await
                .map_err(Problem::internal)
        })
    }

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn random(&self) -> &dyn Random {
        &self.random
    }
}

/// The routes over one store.
pub struct Api {
    pub crm: Arc<Crm>,
    pub staff: Arc<Staff>,
    /// Where uploads are kept.
    pub files: PathBuf,
    folder: Option<Arc<TempDir>>,
    router: Router,
}

/// An answer: status, body, and the body as JSON (null if it is none).
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.json["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{} {}", self.status, self.json))
            .to_owned()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

impl Api {
    /// The routes over an installation, with a sales lead called `lead` and sales people called `sales` and `other`.
    pub async fn new(installation: &Installation) -> Self {
        let staff = Arc::new(Staff::default());
        for (name, role, scope) in [
            ("lead", Role::SalesLead, DataScope::All),
            ("sales", Role::Sales, DataScope::Own),
            ("other", Role::Sales, DataScope::Own),
            ("auditor", Role::AuditAdmin, DataScope::Own),
        ] {
            let department = Some(DepartmentId::from_bytes([1; 16]));
            staff.add(name, installation.caller(role, scope, department));
        }
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let files = folder.path().to_owned();
        let sink = installation.sink().clone();
        let mut api =
            Self::over(installation.store(), sink, installation.org(), staff, files).await;
        api.folder = Some(folder);
        api
    }

    /// The routes as a server that was started anew has them.
    pub async fn restarted(&self, installation: &Installation) -> Self {
        let sink = installation.sink().clone();
        let (staff, files) = (Arc::clone(&self.staff), self.files.clone());
        let mut api =
            Self::over(installation.store(), sink, installation.org(), staff, files).await;
        api.folder.clone_from(&self.folder);
        api
    }

    /// The routes over a store, with files in a folder.
    pub async fn over(
        store: &Arc<Store>,
        sink: AuditSink,
        org: OrgId,
        staff: Arc<Staff>,
        files: PathBuf,
    ) -> Self {
        let policy = Arc::new(Policy::load(&policies()).unwrap());
        let people: Arc<dyn People> = staff.clone();
        let crm = Crm::new(Arc::clone(store), Arc::clone(&policy), sink.clone(), people);
        let crm = crm.with_files(files.clone()).unwrap();
        crm.recover_imports(org).await.unwrap();
        let mut registry = Registry::new();
        registry.add(Arc::clone(&crm), custos_crm::operations());
        let gate: Arc<dyn Gatekeeper> = Arc::new(Gate {
            staff: Arc::clone(&staff),
            policy,
            sink,
            random: TestRandom::default(),
        });
        let router = registry.into_router(&gate);
        let api = Self {
            crm,
            staff,
            files,
            folder: None,
            router,
        };
        drop(api.crm.start_indexing(org));
        let mut waited = 0;
        while !api.crm.index_is_ready(org) {
            assert!(waited < MOST_WAITS, "the index cannot be read");
            waited += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        api
    }

    /// Sends a request; the answer's body is yet to be read.
    pub async fn raw(
        &self,
        caller: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("x-test-caller", caller);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(
        &self,
        caller: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let response = self.raw(caller, method, path, headers, body).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            bytes,
            json,
        }
    }

    pub async fn get(&self, caller: &str, path: &str) -> Answer {
        self.send(caller, Method::GET, path, &[], Body::empty())
            .await
    }

    pub async fn delete(&self, caller: &str, path: &str) -> Answer {
        self.send(caller, Method::DELETE, path, &[], Body::empty())
            .await
    }

    pub async fn json(&self, caller: &str, method: Method, path: &str, body: Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.send(caller, method, path, &json, body.to_string())
            .await
    }

    pub async fn post(&self, caller: &str, path: &str, body: Value) -> Answer {
        self.json(caller, Method::POST, path, body).await
    }

    /// Uploads a file.
    pub async fn upload(&self, caller: &str, content: impl Into<Body>) -> Answer {
        let name = [(
            "x-file-name",
            "%E5%BC%A0%E4%B8%89%E7%9A%84%E5%AE%A2%E6%88%B7.csv",
        )];
        self.send(caller, Method::POST, "/imports", &name, content)
            .await
    }

    /// Uploads a file and starts it with the suggested mapping.
    pub async fn start(&self, caller: &str, content: impl Into<Body>, options: Value) -> String {
        let uploaded = self.upload(caller, content).await;
        assert_eq!(uploaded.status, StatusCode::CREATED, "{}", uploaded.json);
        let id = uploaded.id();
        let started = self.start_uploaded(caller, &uploaded.json, options).await;
        assert_eq!(
            started.status,
            StatusCode::ACCEPTED,
            "{} {}",
            started.json,
            uploaded.json
        );
        id
    }

    pub async fn start_uploaded(&self, caller: &str, import: &Value, options: Value) -> Answer {
        let mut body = json!({ "mapping": suggested(import) });
        body.as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        self.post(
            caller,
            &format!("/imports/{}/start", import["id"].as_str().unwrap()),
            body,
        )
        .await
    }

    /// Waits until nobody works on an import any more; checks the equation all along.
    pub async fn wait(&self, caller: &str, id: &str) -> Value {
        loop {
            let import = self.get(caller, &format!("/imports/{id}")).await.json;
            balanced(&import);
            if !matches!(import["state"].as_str(), Some("running" | "cancelling")) {
                return import;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Imports a file to its end.
    pub async fn import(&self, caller: &str, content: impl Into<Body>, options: Value) -> Value {
        let id = self.start(caller, content, options).await;
        let import = self.wait(caller, &id).await;
        assert_eq!(import["state"], "finished", "{import}");
        import
    }

    /// How many customers there are.
    pub async fn customers(&self, caller: &str) -> u64 {
        self.get(caller, "/customers?limit=1").await.json["total"]
            .as_u64()
            .unwrap()
    }
}

/// What the server suggests.
pub fn suggested(import: &Value) -> Value {
    let columns = import["columns"].as_array().unwrap().iter();
    let mapped = columns.filter(|column| !column["field"].is_null());
    mapped
        .map(|column| json!({ "column": column["index"], "field": column["field"] }))
        .collect()
}

/// Counts: read, created, updated, skipped, rejected.
pub fn counts(import: &Value) -> [u64; 5] {
    let progress = &import["progress"];
    ["read", "created", "updated", "skipped", "rejected"]
        .map(|name| progress[name].as_u64().unwrap())
}

/// Rows read = created + updated + skipped + rejected.
pub fn balanced(import: &Value) {
    let [read, rest @ ..] = counts(import);
    assert_eq!(read, rest.iter().sum::<u64>(), "{import}");
}

/// A sample file.
pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tabular/tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// Runs a test on both engines.
pub async fn check(test: impl AsyncFn(&mut Installation, &Api)) {
    custos_testkit::both(&[MIGRATIONS], async |installation| {
        let api = Api::new(installation).await;
        test(installation, &api).await;
        api.crm.stop_imports().await;
    })
    .await;
}
