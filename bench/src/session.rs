//! The first set-up and a sign-in with both factors, as a person would do them.

use crate::Outcome;
use crate::client::{Answer, Connection};
use serde_json::{Value, json};
use std::time::SystemTime;
use totp_rs::{Algorithm, Builder};

const PASSWORD: &str = "correct-horse 7 battery-staple";
/// Who measures; a sales lead sees and exports all customers.
const LOGIN: &str = "lead";

/// A signed-in session.
#[derive(Clone, Default)]
pub struct Session {
    cookie: String,
    csrf: String,
}

impl Session {
    /// A GET request.
    pub fn get(&self, path: &str) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, "GET", path, "", b"");
        out
    }

    /// Writes a request. `headers` are whole lines.
    pub fn write(&self, out: &mut Vec<u8>, method: &str, path: &str, headers: &str, body: &[u8]) {
        let Self { cookie, csrf } = self;
        out.extend_from_slice(
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nCookie: {cookie}\r\n")
                .as_bytes(),
        );
        if method != "GET" {
            let more = format!(
                "X-CSRF-Token: {csrf}\r\nContent-Length: {}\r\n{headers}",
                body.len()
            );
            out.extend_from_slice(more.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(body);
    }

    /// Sends JSON and reads JSON.
    pub async fn send(
        &self,
        connection: &mut Connection,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Outcome<Value> {
        let mut request = Vec::new();
        let json = "Content-Type: application/json\r\n";
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.write(&mut request, method, path, json, body.as_bytes());
        let answer = connection.exchange(&request).await?;
        refuse_failure(&answer, method, path)?;
        if answer.body.is_empty() {
            Ok(Value::Null)
        } else {
            answer.json()
        }
    }

    async fn step(
        &mut self,
        connection: &mut Connection,
        path: &str,
        body: &Value,
    ) -> Outcome<Value> {
        let mut request = Vec::new();
        let json = "Content-Type: application/json\r\n";
        self.write(
            &mut request,
            "POST",
            path,
            json,
            body.to_string().as_bytes(),
        );
        let answer = connection.exchange(&request).await?;
        refuse_failure(&answer, "POST", path)?;
        let cookies = answer.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie")
                .then(|| value.split(';').next().unwrap_or_default().trim())
        });
        for cookie in cookies.filter(|cookie| cookie.starts_with("__Host-custos=")) {
            self.cookie = cookie.to_owned();
        }
        answer.json()
    }
}

pub fn refuse_failure(answer: &Answer<'_>, method: &str, path: &str) -> Outcome<()> {
    if answer.status < 300 {
        return Ok(());
    }
    let body = String::from_utf8_lossy(answer.body);
    Err(format!("{method} {path}: {} {body}", answer.status).into())
}

/// Sets an empty installation up and signs in.
pub async fn found(connection: &mut Connection, setup_code: &str) -> Outcome<Session> {
    let mut session = Session::default();
    let user = |role: &str, login: &str| json!({"role": role, "name": login, "login": login, "password": PASSWORD});
    let users = [
        user("system_admin", "system"),
        user("security_admin", "security"),
        user("audit_admin", "audit"),
        user("sales_lead", LOGIN),
    ];
    let setup = json!({
        "setup_code": setup_code, "organisation_name": "Bench", "language": "en", "users": users,
    });
    session.step(connection, "/api/v1/setup", &setup).await?;
    sign_in(connection, LOGIN).await
}

/// Signs the security administrator in for the first time, who approves exports.
pub async fn approver(connection: &mut Connection) -> Outcome<Session> {
    sign_in(connection, "security").await
}

/// Signs somebody in for the first time.
async fn sign_in(connection: &mut Connection, login: &str) -> Outcome<Session> {
    let mut session = Session::default();
    let credentials = json!({"login": login, "password": PASSWORD});
    session
        .step(connection, "/api/v1/session", &credentials)
        .await?;
    let enrolment = session
        .step(connection, "/api/v1/session/totp/enrolment", &json!({}))
        .await?;
    let secret = enrolment["secret"]
        .as_str()
        .ok_or("no secret in the enrolment")?;
    let code = json!({"code": totp(secret)?});
    session
        .step(connection, "/api/v1/session/totp/confirmation", &code)
        .await?;
    let read = session
        .send(connection, "GET", "/api/v1/session", &Value::Null)
        .await?;
    session.csrf = read["csrf_token"]
        .as_str()
        .ok_or("no token in the session")?
        .to_owned();
    Ok(session)
}

/// The code of this moment (RFC 6238).
fn totp(base32: &str) -> Outcome<String> {
    let mut secret = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for symbol in base32.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = if symbol.is_ascii_digit() {
            symbol - b'2' + 26
        } else {
            symbol.to_ascii_uppercase() - b'A'
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            secret.push((bits >> count) as u8);
        }
    }
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30);
    let secret: [u8; 20] = secret.try_into().map_err(|_| "a secret is 160 bits")?;
    let totp = builder
        .with_secret(secret)
        .build()
        .map_err(|error| format!("{error:?}"))?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(totp.generate(now.as_secs()).to_string())
}
