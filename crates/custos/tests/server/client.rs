//! A client that trusts the server's own certificate and keeps its cookies.

use rustls::crypto::aws_lc_rs::default_provider;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use ureq::Agent;
use ureq::http::{Request, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

pub struct Client {
    agent: Agent,
    url: String,
    cookies: BTreeMap<String, String>,
    pub csrf: Option<String>,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub headers: ureq::http::HeaderMap,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body, when all went well.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }
}

impl Client {
    pub fn new(url: &str, certificate: &Path) -> Self {
        let pem = std::fs::read(certificate).unwrap();
        let trusted = Certificate::from_pem(&pem).unwrap();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::new_with_certs(&[trusted]))
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            // A refusal may close the connection; the next request must not find out by failing.
            .max_idle_connections(0)
            .build()
            .into();
        Self {
            agent,
            url: url.to_owned(),
            cookies: BTreeMap::new(),
            csrf: None,
        }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, Some(body))
    }

    pub fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.ask_with(method, path, &[], body)
    }

    pub fn ask_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        let with = |request: ureq::http::request::Builder, (name, value): &(&str, &str)| {
            request.header(*name, *value)
        };
        self.send(headers.iter().fold(request, with), body)
    }

    /// The same person with the same session at another node.
    pub fn at(self, url: &str, certificate: &Path) -> Self {
        Self {
            cookies: self.cookies,
            csrf: self.csrf,
            ..Self::new(url, certificate)
        }
    }

    /// As a browser does for a page of another site.
    pub fn ask_from(&mut self, origin: &str, method: &str, path: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::ORIGIN, origin);
        self.send(request, Some(&Value::Object(serde_json::Map::new())))
    }

    fn send(&mut self, mut request: ureq::http::request::Builder, body: Option<&Value>) -> Answer {
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(n, v)| format!("{n}={v}"))
                .collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let answer = match body {
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                self.agent.run(request.body(body.to_string()).unwrap())
            }
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() || rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer
                .body_mut()
                .with_config()
                .limit(1 << 28)
                .read_to_vec()
                .unwrap(),
        }
    }
}
