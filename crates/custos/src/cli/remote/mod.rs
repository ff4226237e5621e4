//! Talking to a running server as a signed-in person, or as a program with an API key: what the command line may is what
//! the account, or the key, may.

mod approval;
mod refusal;
mod secrets;
mod trust;

pub(super) use approval::Wanted;
pub(super) use refusal::{coded, text};
pub(crate) use trust::certificates;

use super::{Console, Failure};
use crate::VERSION;
use crate::system::protect_process;
use crate::words::Message;
use clap::Args;
use refusal::{refused, unreachable};
use secrets::Secrets;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use trust::{Address, roots};
use ureq::http::{Method, Request, Response};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, SendBody};
use zeroize::Zeroizing;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(20);
/// Longest wait for the next bytes. Looking at a large workbook takes the server its time.
const SILENCE: Duration = Duration::from_secs(600);
/// Largest JSON answer read, in bytes.
const MAX_JSON: u64 = 64 << 20;
const BASE_PATH: &str = "/api/v1";

/// Which server, and who signs in.
#[derive(Debug, Clone, Args)]
pub struct RemoteArguments {
    /// The server
    #[arg(long, value_name = "URL", default_value = "https://localhost:8443")]
    pub server: String,
    /// Login name of the account that acts; its rights apply
    #[arg(long, value_name = "NAME", conflicts_with = "api_key_file")]
    pub account: Option<String>,
    /// File whose first line is an API key, instead of an account; - for a line of standard input. The environment
    /// variable CUSTOS_API_KEY does too
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// File whose first line is the password; - for a line of standard input [default: asked for]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// File whose first line is the code of the authenticator app; - for a line of standard input, after that of the
    /// password [default: asked for]
    #[arg(long, value_name = "FILE")]
    pub totp_file: Option<PathBuf>,
    /// Certificates (PEM) to trust instead of the system's authorities
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Data folder of a server on this machine, whose own certificate is trusted
    #[arg(
        long,
        value_name = "FOLDER",
        env = "CUSTOS_DATA",
        default_value = "data"
    )]
    pub data: PathBuf,
}

/// A signed-in session; signed out when dropped.
pub(super) struct Remote {
    agent: Agent,
    server: String,
    cookies: Vec<(String, Zeroizing<String>)>,
    csrf: Option<String>,
    /// What stands behind `Authorization`, for a program.
    bearer: Option<Zeroizing<String>>,
}

#[derive(Serialize)]
struct Credentials<'a> {
    login: &'a str,
    password: &'a str,
}

impl Remote {
    /// Signs in, asking for what was not given. With an API key there is nothing to sign in to: every request shows it.
    pub(super) fn sign_in(arguments: &RemoteArguments, console: &Console) -> Result<Self, Failure> {
        protect_process();
        let address = Address::parse(&arguments.server)?;
        let mut remote = Self {
            agent: agent(arguments, &address)?,
            server: address.url,
            cookies: Vec::new(),
            csrf: None,
            bearer: None,
        };
        let secrets = Secrets { arguments, console };
        let Some(login) = arguments.account.as_deref() else {
            let key = secrets.api_key()?;
            remote.bearer = Some(Zeroizing::new(format!("Bearer {}", *key)));
            return Ok(remote);
        };
        let password = secrets.password(login)?;
        let credentials = Credentials {
            login,
            password: &password,
        };
        let step = remote.post(
            "/session",
            &serde_json::to_string(&credentials).map(Zeroizing::new),
        )?;
        match text(&step["next"]) {
            "done" => {}
            "totp" => {
                let code = secrets.code()?;
                let body = json!({ "code": code.trim() });
                remote.json(Method::POST, "/session/totp", Some(&body))?;
            }
            _ => {
                let message = Message::new("remote-enrol-first");
                return Err(message.with("server", &remote.server).into());
            }
        }
        let session = remote.json(Method::GET, "/session", None)?;
        remote.csrf = session["csrf_token"].as_str().map(str::to_owned);
        Ok(remote)
    }

    /// A server nobody signs in to: a sealed one.
    pub(super) fn sealed(arguments: &RemoteArguments) -> Result<Self, Failure> {
        let address = Address::parse(&arguments.server)?;
        Ok(Self {
            agent: agent(arguments, &address)?,
            server: address.url,
            cookies: Vec::new(),
            csrf: None,
            bearer: None,
        })
    }

    /// Sends JSON and reads JSON.
    pub(super) fn json(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        match body {
            Some(body) => self.json_text(method, path, &body.to_string()),
            None => {
                let answer = self.send(method, path, &[], SendBody::none())?;
                self.read_json(answer)
            }
        }
    }

    fn post(
        &mut self,
        path: &str,
        body: &Result<Zeroizing<String>, serde_json::Error>,
    ) -> Result<Value, Failure> {
        match body {
            Ok(body) => self.json_text(Method::POST, path, body),
            Err(error) => Err(Failure::internal(error)),
        }
    }

    fn json_text(&mut self, method: Method, path: &str, body: &str) -> Result<Value, Failure> {
        let answer = self.send_json(method, path, body)?;
        self.read_json(answer)
    }

    /// Sends JSON; the answer is a successful one, its body still to be read.
    pub(super) fn send_json(
        &mut self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<Response<Body>, Failure> {
        let mut bytes = body.as_bytes();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("content-length", bytes.len().to_string()),
        ];
        self.send(method, path, &headers, SendBody::from_reader(&mut bytes))
    }

    /// Reads the JSON of an answer; null if it has none.
    pub(super) fn read_json(&self, mut answer: Response<Body>) -> Result<Value, Failure> {
        let body = answer.body_mut().with_config().limit(MAX_JSON);
        let bytes = body
            .read_to_vec()
            .map_err(|error| unreachable(&self.server, error))?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| self.not_custos())
    }

    /// Sends anything; the answer is a successful one.
    pub(super) fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: SendBody<'_>,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{BASE_PATH}{path}", self.server));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={}", **value));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", bearer.as_str());
        }
        let request = request
            .body(body)
            .map_err(|error| Failure::internal(&error))?;
        let answer = self
            .agent
            .run(request)
            .map_err(|error| unreachable(&self.server, error))?;
        self.keep_cookies(&answer);
        if answer.status().is_success() {
            return Ok(answer);
        }
        let problem = self.read_json(answer)?;
        Err(refused(&problem).unwrap_or_else(|| self.not_custos()))
    }

    fn keep_cookies(&mut self, answer: &Response<Body>) {
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie
                .to_str()
                .ok()
                .and_then(|text| text.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies
                    .push((name.to_owned(), Zeroizing::new(value.to_owned())));
            }
        }
    }

    fn not_custos(&self) -> Failure {
        Message::new("remote-not-custos")
            .with("server", &self.server)
            .into()
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if self.csrf.is_some() {
            // A session that is not ended here ends by itself.
            let _ = self.send(Method::DELETE, "/session", &[], SendBody::none());
        }
    }
}

fn agent(arguments: &RemoteArguments, address: &Address) -> Result<Agent, Failure> {
    let tls = TlsConfig::builder()
        .root_certs(roots(arguments, address)?)
        .unversioned_rustls_crypto_provider(std::sync::Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .build();
    let mut config = Agent::config_builder()
        .tls_config(tls)
        .user_agent(format!("custos/{VERSION}"))
        .https_only(true)
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(CONNECT))
        .timeout_per_read(Some(SILENCE));
    if address.loopback {
        // What stays on the machine is no proxy's business.
        config = config.proxy(None);
    }
    Ok(config.build().into())
}
