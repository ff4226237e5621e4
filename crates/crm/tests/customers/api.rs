//! The crate's routes behind the real guard, called by named callers.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use custos_crm::{Crm, MIGRATIONS, People, policies};
use custos_http::{Asked, Authenticated, Gatekeeper, Problem, Registry};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Denied, Origin, Policy, Role, Standing};
use custos_store::{AuditSink, StoreError, WriteTx};
use custos_testkit::{Installation, TestRandom};
use custos_values::{DepartmentId, OrgId, Random, UserId};
use futures::future::BoxFuture;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use parking_lot::RwLock;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use tower::ServiceExt;

/// Everybody who ever called, so that owners have names and departments.
#[derive(Default)]
pub struct Staff(RwLock<HashMap<UserId, (Option<DepartmentId>, Standing)>>);

impl People for Staff {
    fn user_name(&self, _: OrgId, user: UserId) -> Option<Arc<str>> {
        self.0
            .read()
            .contains_key(&user)
            .then(|| Arc::from("somebody"))
    }

    fn department_name(&self, _: OrgId, _: DepartmentId) -> Option<Arc<str>> {
        Some(Arc::from("somewhere"))
    }

    fn department_of(&self, _: OrgId, user: UserId) -> Option<DepartmentId> {
        self.0.read().get(&user)?.0
    }

    fn standing(&self, _: OrgId, user: UserId) -> Option<Standing> {
        self.0
            .read()
            .get(&user)
            .map(|(_, standing)| standing.clone())
    }

    fn everybody(&self, _: OrgId) -> Vec<(UserId, Standing)> {
        let people = self.0.read();
        people
            .iter()
            .map(|(user, (_, standing))| (*user, standing.clone()))
            .collect()
    }

    fn find_user(&self, _: OrgId, _: &str) -> Option<UserId> {
        None
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
    callers: RwLock<HashMap<String, Caller>>,
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
        let caller = self.callers.read().get(name).cloned();
        Box::pin(async move {
            caller
                .map(|caller| Authenticated { caller, csrf: None })
                .ok_or_else(Problem::unauthenticated)
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

/// The routes over one installation.
pub struct Api {
    pub crm: Arc<Crm>,
    pub policy: Arc<Policy>,
    router: Router,
    gate: Arc<Gate>,
    staff: Arc<Staff>,
}

/// An answer: status, headers, JSON (null if there is none).
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap().to_owned()
    }
}

impl Api {
    pub async fn new(installation: &Installation) -> Self {
        let policy = Arc::new(Policy::load(&policies()).unwrap());
        let staff = Arc::new(Staff::default());
        let store = Arc::clone(installation.store());
        let sink = installation.sink().clone();
        let people: Arc<dyn People> = staff.clone();
        let crm = Crm::new(store, Arc::clone(&policy), sink.clone(), people);
        let callers = RwLock::default();
        let gate = Arc::new(Gate {
            callers,
            policy: Arc::clone(&policy),
            sink,
            random: TestRandom::default(),
        });
        let mut registry = Registry::new();
        registry.add(Arc::clone(&crm), custos_crm::operations());
        let gatekeeper: Arc<dyn Gatekeeper> = gate.clone();
        let router = registry.into_router(&gatekeeper);
        let api = Self {
            crm,
            policy,
            router,
            gate,
            staff,
        };
        api.index(installation.org()).await;
        api
    }

    /// Starts the index of an organisation and waits until it is complete.
    pub async fn index(&self, org: OrgId) {
        drop(self.crm.start_indexing(org));
        while !self.crm.index_is_ready(org) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Registers a caller under a name.
    pub fn add(&self, name: &str, caller: Caller) -> UserId {
        let user = caller.user_id().unwrap();
        let standing = caller.standing().clone();
        self.staff
            .0
            .write()
            .insert(user, (caller.department(), standing));
        self.gate.callers.write().insert(name.to_owned(), caller);
        user
    }

    /// A caller with one role and scope in a department of the installation's organisation.
    pub fn person(
        &self,
        installation: &Installation,
        name: &str,
        role: Role,
        scope: DataScope,
        department: Option<DepartmentId>,
    ) -> UserId {
        self.add(name, installation.caller(role, scope, department))
    }

    pub async fn raw(
        &self,
        caller: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("x-test-caller", caller);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(json) => {
                request = request.header("content-type", "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap()
    }

    pub async fn call(
        &self,
        caller: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let response = self.raw(caller, method, path, headers, body).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            json,
        }
    }

    pub async fn get(&self, caller: &str, path: &str) -> Answer {
        self.call(caller, Method::GET, path, &[], None).await
    }

    pub async fn post(&self, caller: &str, path: &str, body: Value) -> Answer {
        self.call(caller, Method::POST, path, &[], Some(body)).await
    }

    pub async fn patch(&self, caller: &str, path: &str, version: i64, body: Value) -> Answer {
        let tag = format!("\"{version}\"");
        self.call(
            caller,
            Method::PATCH,
            path,
            &[("if-match", &tag)],
            Some(body),
        )
        .await
    }

    pub async fn delete(&self, caller: &str, path: &str, version: i64) -> Answer {
        let tag = format!("\"{version}\"");
        self.call(caller, Method::DELETE, path, &[("if-match", &tag)], None)
            .await
    }
}

/// Runs a test on both engines with the routes ready and a salesperson called `sales`.
pub async fn check(test: impl AsyncFn(&mut Installation, &Api)) {
    custos_testkit::both(&[MIGRATIONS], async |installation| {
        let api = Api::new(installation).await;
        api.person(
            installation,
            "sales",
            Role::Sales,
            DataScope::Own,
            Some(department(1)),
        );
        test(installation, &api).await;
        let (store, org) = (installation.store(), installation.org());
        let faults = custos_crm::records::record_faults(store, &api.policy, org).await;
        assert_eq!(
            faults.unwrap(),
            [],
            "records hang together after every test"
        );
    })
    .await;
}

/// A department by number.
pub fn department(number: u8) -> DepartmentId {
    DepartmentId::from_bytes([number; 16])
}
