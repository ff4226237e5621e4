//! Requests into the router, and what comes back.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tower::ServiceExt;

/// A request without the credential.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    /// Below the API's base path, that of provisioning in full.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Sent,
}

/// A body.
#[derive(Debug, Clone)]
pub enum Sent {
    Nothing,
    Json(Value),
    File(Vec<u8>),
    Form(String),
}

impl Call {
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path, Sent::Nothing)
    }

    pub fn post(path: &str, body: Value) -> Self {
        Self::new(Method::POST, path, Sent::Json(body))
    }

    pub fn new(method: Method, path: &str, body: Sent) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body,
        }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn request_id(&self) -> String {
        self.headers["x-request-id"].to_str().unwrap().to_owned()
    }

    /// All that tells one answer from another, but for the request's own id.
    pub fn essence(&self) -> (StatusCode, HeaderMap, String) {
        let mut headers = self.headers.clone();
        headers.remove("x-request-id");
        (self.status, headers, self.text())
    }
}

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    csrf: Option<String>,
}

impl Browser {
    pub fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: BTreeMap::new(),
            csrf: None,
        }
    }

    /// The same browser in front of another server.
    pub fn at(&self, router: &Router) -> Self {
        Self {
            router: router.clone(),
            ..self.clone()
        }
    }

    /// The session's CSRF token.
    pub fn csrf(&self) -> &str {
        self.csrf.as_deref().unwrap_or_default()
    }

    /// Sends a request and keeps no cookie it sets.
    pub async fn send(&self, call: Call) -> Reply {
        let (parts, body) = self.open(call).await.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// Sends a request and takes nothing of the body of the answer yet.
    pub async fn open(&self, call: Call) -> Response {
        let mut request = Request::builder()
            .method(call.method)
            .uri(match call.path.starts_with("/scim/v2/") {
                true => call.path,
                false => format!("/api/v1{}", call.path),
            })
            .header(header::HOST, "crm.example.cn")
            .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 4000))));
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let body = match call.body {
            Sent::Nothing => Body::empty(),
            Sent::Json(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            Sent::File(bytes) => Body::from(bytes),
            Sent::Form(text) => {
                let kind = "application/x-www-form-urlencoded";
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(text)
            }
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap());
        response.await.unwrap()
    }

    /// Sends a request and keeps the cookies it sets.
    pub async fn step(&mut self, call: Call) -> Reply {
        let reply = self.send(call).await;
        for cookie in reply.headers.get_all(header::SET_COOKIE) {
            let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        reply
    }

    /// Reads the session, and with it the token that changes need.
    pub async fn session(&mut self) -> Value {
        let session = self.send(Call::get("/session")).await.expect(200);
        self.csrf = session["csrf_token"].as_str().map(str::to_owned);
        session
    }
}
