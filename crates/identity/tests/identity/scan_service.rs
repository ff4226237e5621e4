//! WeCom, DingTalk and Feishu as their developers' pages describe them, on a port of this machine: what the page to scan
//! from gives the browser, and what their servers answer to an application. They can be told to misbehave.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_kernel::crypto::sha256;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::provider::query;

pub const APP: &str = "app-7d21";
pub const AGENT: &str = "1000002";
pub const SECRET: &str = "app s3cret&=";
/// The organisation the application belongs to.
pub const HOME: &str = "青石仪器";
/// Another one, with an application of its own at the same service.
const ELSEWHERE: &str = "别的公司";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Wecom,
    Dingtalk,
    Feishu,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Wecom, Self::Dingtalk, Self::Feishu];

    pub fn name(self) -> &'static str {
        match self {
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Disabled, frozen, or on the way out.
    Disabled,
    /// A contact or customer of the organisation, known to the service and no member.
    External,
}

/// Somebody with the service's app on their phone.
#[derive(Debug, Clone)]
pub struct Person {
    /// What the organisation calls them (WeCom, DingTalk), or the application does (Feishu).
    pub user: String,
    /// What DingTalk calls them, whatever the organisation.
    pub union: String,
    pub name: String,
    pub mail: String,
    pub departments: Vec<u64>,
    pub organisation: &'static str,
    pub standing: Standing,
}

impl Person {
    pub fn member(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            union: format!("union-{user}"),
            name: format!("姓名 {user}"),
            mail: format!("{user}@qingshi.example"),
            departments: vec![2, 7],
            organisation: HOME,
            standing: Standing::Active,
        }
    }

    pub fn external(user: &str) -> Self {
        let standing = Standing::External;
        Self {
            standing,
            ..Self::member(user)
        }
    }

    pub fn of_another_organisation(user: &str) -> Self {
        Self {
            organisation: ELSEWHERE,
            ..Self::member(user)
        }
    }
}

/// How the servers answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// With a number of what went wrong, as for a missing right.
    Refusing,
    /// As if the application's secret were another one.
    Secretive,
    /// With a page of a gateway.
    Broken,
    /// With more than anybody should read.
    Oversized,
    /// Too late.
    Slow,
    /// Without saying who it is.
    Nameless,
    /// About somebody else than was asked for.
    Confused,
    /// To the same code again and again.
    Forgetful,
}

struct Grant {
    person: Person,
    app: String,
    redirect_uri: String,
    challenge: Option<String>,
}

struct State {
    kind: Kind,
    mood: Mutex<Mood>,
    grants: Mutex<HashMap<String, Grant>>,
    /// By the token of their own.
    signed_in: Mutex<HashMap<String, Person>>,
    people: Mutex<Vec<Person>>,
    /// The tokens of the application that count.
    tokens: Mutex<HashSet<String>>,
    number: AtomicU32,
}

/// One of the services.
pub struct Service {
    pub address: String,
    state: Arc<State>,
}

impl Service {
    pub async fn start(kind: Kind) -> Self {
        let state = Arc::new(State {
            kind,
            mood: Mutex::new(Mood::Well),
            grants: Mutex::default(),
            signed_in: Mutex::default(),
            people: Mutex::default(),
            tokens: Mutex::default(),
            number: AtomicU32::new(1),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&state);
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let state = Arc::clone(&served);
            async move { state.answer(&method, &uri, &headers, &body).await }
        };
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    pub fn kind(&self) -> Kind {
        self.state.kind
    }

    pub fn config(&self) -> Value {
        let mut config = json!({
            "client_id": APP, "api_url": self.address, "authorize_url": format!("{}/scan", self.address),
        });
        if self.state.kind == Kind::Wecom {
            config["agent_id"] = json!(AGENT);
        }
        config
    }

    pub fn be(&self, mood: Mood) {
        *self.state.mood.lock().unwrap() = mood;
    }

    /// As when an administrator there has reset the application's secret, or too many tokens were asked for.
    pub fn forget_tokens(&self) {
        self.state.tokens.lock().unwrap().clear();
    }

    pub fn tokens_given(&self) -> usize {
        self.state.tokens.lock().unwrap().len()
    }

    /// What the page does when somebody scans its code: a code for the application, with which the browser comes back.
    pub fn scan(&self, url: &str, person: &Person) -> String {
        let given = query(url);
        let page = format!("{}/scan?", self.address);
        assert!(url.starts_with(&page), "{url}");
        assert!(!given["state"].is_empty() && given["state"].len() <= 128);
        let app = match self.state.kind {
            Kind::Wecom => {
                assert_eq!(given["login_type"], "CorpApp");
                assert_eq!(given["agentid"], AGENT);
                &given["appid"]
            }
            Kind::Dingtalk => {
                assert_eq!(given["response_type"], "code");
                assert_eq!(given["scope"], "openid");
                assert_eq!(given["prompt"], "consent");
                &given["client_id"]
            }
            Kind::Feishu => {
                assert_eq!(given["response_type"], "code");
                assert_eq!(given["code_challenge_method"], "S256");
                &given["client_id"]
            }
        };
        let grant = Grant {
            person: person.clone(),
            app: app.clone(),
            redirect_uri: given["redirect_uri"].clone(),
            challenge: given.get("code_challenge").cloned(),
        };
        let mut people = self.state.people.lock().unwrap();
        people.retain(|known| known.user != person.user);
        people.push(person.clone());
        let code = self.state.next("code");
        self.state
            .grants
            .lock()
            .unwrap()
            .insert(code.clone(), grant);
        code
    }
}

type Answer = (StatusCode, String);

fn ok(body: &Value) -> Answer {
    (StatusCode::OK, body.to_string())
}

/// WeCom and DingTalk's older interface: 200, whatever happened.
fn errcode(number: i64, words: &str) -> Answer {
    ok(&json!({ "errcode": number, "errmsg": words }))
}

/// DingTalk's newer interface.
fn named(code: &str) -> Answer {
    let body = json!({ "code": code, "message": "不合法", "requestid": "5A2B" });
    (StatusCode::BAD_REQUEST, body.to_string())
}

/// Feishu: a status that fits, and a number.
fn numbered(number: i64) -> Answer {
    let body = json!({ "code": number, "msg": "failed", "error": "invalid_grant", "error_description": "failed" });
    (StatusCode::BAD_REQUEST, body.to_string())
}

impl State {
    fn next(&self, what: &str) -> String {
        format!("{what}-{}+/=", self.number.fetch_add(1, Ordering::Relaxed))
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    async fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        let asked = query(&format!("?{}", uri.query().unwrap_or_default()));
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let secret_asked = uri.path().contains("oken");
        match self.mood() {
            Mood::Broken => {
                return (
                    StatusCode::BAD_GATEWAY,
                    "<html>502 Bad Gateway</html>".to_owned(),
                );
            }
            Mood::Secretive => {
                return match self.kind {
                    Kind::Wecom => errcode(40001, "invalid credential"),
                    Kind::Dingtalk => named("invalidClientIdOrSecret"),
                    Kind::Feishu => ok(&json!({ "code": 10014, "msg": "app secret invalid" })),
                };
            }
            Mood::Slow => tokio::time::sleep(Duration::from_secs(20)).await,
            Mood::Oversized if !secret_asked => {
                let padding = "长".repeat(400_000);
                return ok(
                    &json!({ "errcode": 0, "code": 0, "userid": "zhang.wei", "padding": padding }),
                );
            }
            Mood::Refusing if !secret_asked => {
                return match self.kind {
                    Kind::Wecom => errcode(60011, "no privilege to access/modify contact"),
                    Kind::Dingtalk => named("Forbidden.AccessDenied.AccessTokenPermissionDenied"),
                    Kind::Feishu => numbered(99_991_672),
                };
            }
            _ => {}
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let bearer = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        match (self.kind, method.as_str(), uri.path()) {
            (Kind::Wecom, "GET", "/cgi-bin/gettoken") => {
                if asked["corpid"] != APP || asked["corpsecret"] != SECRET {
                    return errcode(40001, "invalid credential");
                }
                ok(
                    &json!({ "errcode": 0, "errmsg": "ok", "access_token": self.app_token(), "expires_in": 7200 }),
                )
            }
            (Kind::Wecom, "GET", "/cgi-bin/auth/getuserinfo") => {
                if !self.knows(&asked["access_token"]) {
                    return errcode(42001, "access_token expired");
                }
                self.wecom_user(&asked["code"])
            }
            (Kind::Wecom, "GET", "/cgi-bin/user/get") => {
                if !self.knows(&asked["access_token"]) {
                    return errcode(40014, "invalid access_token");
                }
                self.wecom_member(&asked["userid"])
            }
            (Kind::Dingtalk, "POST", "/v1.0/oauth2/accessToken") => {
                if text("appKey") != APP || text("appSecret") != SECRET {
                    return named("invalidClientIdOrSecret");
                }
                ok(&json!({ "accessToken": self.app_token(), "expireIn": 7200 }))
            }
            (Kind::Dingtalk, "POST", "/v1.0/oauth2/userAccessToken") => {
                if text("clientId") != APP || text("clientSecret") != SECRET {
                    return named("invalidClientIdOrSecret");
                }
                assert_eq!(text("grantType"), "authorization_code");
                match self.take(&text("code")) {
                    Some(grant) => {
                        let token = self.token_of(grant.person);
                        ok(&json!({ "accessToken": token, "refreshToken": "r", "expireIn": 7200 }))
                    }
                    None => named("invalidParameter.authCode.notFound"),
                }
            }
            (Kind::Dingtalk, "GET", "/v1.0/contact/users/me") => {
                let token = headers["x-acs-dingtalk-access-token"].to_str().unwrap();
                let signed_in = self.signed_in.lock().unwrap();
                match signed_in.get(token) {
                    Some(_) if self.mood() == Mood::Nameless => ok(&json!({ "nick": "昵称" })),
                    Some(person) => ok(&json!({
                        "nick": "昵称", "unionId": person.union, "openId": "o", "mobile": "13800138000", "stateCode": "86",
                    })),
                    None => named("InvalidAuthentication"),
                }
            }
            (Kind::Dingtalk, "POST", "/topapi/user/getbyunionid") => {
                if !self.knows(&asked["access_token"]) {
                    return errcode(40014, "不合法的access_token");
                }
                self.dingtalk_user(&text("unionid"))
            }
            (Kind::Dingtalk, "POST", "/topapi/v2/user/get") => {
                if !self.knows(&asked["access_token"]) {
                    return errcode(40014, "不合法的access_token");
                }
                self.dingtalk_member(&text("userid"))
            }
            (Kind::Feishu, "POST", "/open-apis/auth/v3/tenant_access_token/internal") => {
                if text("app_id") != APP || text("app_secret") != SECRET {
                    return ok(&json!({ "code": 10014, "msg": "app secret invalid" }));
                }
                let token = self.app_token();
                ok(&json!({ "code": 0, "msg": "ok", "tenant_access_token": token, "expire": 7200 }))
            }
            (Kind::Feishu, "POST", "/open-apis/authen/v2/oauth/token") => self.feishu_token(&body),
            (Kind::Feishu, "GET", "/open-apis/authen/v1/user_info") => self.feishu_user(bearer),
            (Kind::Feishu, "GET", path) if path.starts_with("/open-apis/contact/v3/users/") => {
                assert_eq!(asked["user_id_type"], "open_id");
                if !self.knows(bearer) {
                    return numbered(99_991_663);
                }
                self.feishu_member(path.rsplit('/').next().unwrap())
            }
            (kind, method, path) => panic!("{kind:?} has no {method} {path}"),
        }
    }

    fn app_token(&self) -> String {
        let token = self.next("app");
        self.tokens.lock().unwrap().insert(token.clone());
        token
    }

    fn knows(&self, token: &str) -> bool {
        self.tokens.lock().unwrap().contains(token)
    }

    fn token_of(&self, person: Person) -> String {
        let token = self.next("user");
        self.signed_in.lock().unwrap().insert(token.clone(), person);
        token
    }

    /// The grant of a code, which counts once, and for the application it was given to.
    fn take(&self, code: &str) -> Option<Grant> {
        let mut grants = self.grants.lock().unwrap();
        let grant = grants.remove(code).filter(|grant| grant.app == APP)?;
        if self.mood() == Mood::Forgetful {
            let again = Grant {
                person: grant.person.clone(),
                app: grant.app.clone(),
                redirect_uri: grant.redirect_uri.clone(),
                // What it does not remember it cannot compare.
                challenge: None,
            };
            grants.insert(code.to_owned(), again);
        }
        Some(grant)
    }

    fn person(&self, like: impl Fn(&Person) -> bool) -> Option<Person> {
        let people = self.people.lock().unwrap();
        let person = people.iter().find(|person| like(person)).cloned()?;
        match self.mood() {
            Mood::Confused => Some(Person::member("somebody.else")),
            _ => Some(person),
        }
    }

    fn wecom_user(&self, code: &str) -> Answer {
        match self.take(code) {
            Some(_) if self.mood() == Mood::Nameless => {
                ok(&json!({ "errcode": 0, "errmsg": "ok" }))
            }
            Some(Grant { person, .. }) if person.standing == Standing::External => {
                let external = format!("wm-{}", person.user);
                ok(
                    &json!({ "errcode": 0, "errmsg": "ok", "openid": person.union, "external_userid": external }),
                )
            }
            Some(Grant { person, .. }) if person.organisation == HOME => {
                ok(&json!({ "errcode": 0, "errmsg": "ok", "userid": person.user }))
            }
            _ => errcode(40029, "invalid code"),
        }
    }

    fn wecom_member(&self, user: &str) -> Answer {
        match self.person(|person| person.user == user) {
            Some(person) if person.organisation == HOME => {
                let status = if person.standing == Standing::Active {
                    1
                } else {
                    2
                };
                ok(&json!({
                    "errcode": 0, "errmsg": "ok", "userid": person.user, "name": person.name, "department": person.departments,
                    "status": status, "biz_mail": person.mail,
                }))
            }
            _ => errcode(60111, "userid not found"),
        }
    }

    fn dingtalk_user(&self, union: &str) -> Answer {
        match self.person(|person| person.union == union) {
            Some(person) if person.organisation == HOME => {
                let external = i32::from(person.standing == Standing::External);
                let result = json!({ "contact_type": external, "userid": person.user });
                ok(&json!({ "errcode": 0, "errmsg": "ok", "result": result, "request_id": "q" }))
            }
            _ => errcode(60121, "找不到该用户"),
        }
    }

    fn dingtalk_member(&self, user: &str) -> Answer {
        match self.person(|person| person.user == user) {
            Some(person) => {
                let result = json!({
                    "userid": person.user, "unionid": person.union, "name": person.name, "org_email": person.mail,
                    "dept_id_list": person.departments, "active": person.standing != Standing::Disabled,
                });
                ok(&json!({ "errcode": 0, "errmsg": "ok", "result": result, "request_id": "q" }))
            }
            None => errcode(33012, "无效的USERID"),
        }
    }

    fn feishu_token(&self, body: &Value) -> Answer {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        if text("client_id") != APP || text("client_secret") != SECRET {
            return numbered(20002);
        }
        assert_eq!(text("grant_type"), "authorization_code");
        let Some(grant) = self.take(text("code")) else {
            return numbered(20003);
        };
        if text("redirect_uri") != grant.redirect_uri {
            return numbered(20071);
        }
        let proof = URL_SAFE_NO_PAD.encode(sha256(text("code_verifier").as_bytes()));
        if grant.challenge.is_some_and(|challenge| challenge != proof)
            && self.mood() != Mood::Forgetful
        {
            return numbered(20049);
        }
        let token = self.token_of(grant.person);
        ok(
            &json!({ "code": 0, "access_token": token, "expires_in": 7200, "token_type": "Bearer", "scope": "" }),
        )
    }

    fn feishu_user(&self, token: &str) -> Answer {
        let signed_in = self.signed_in.lock().unwrap();
        let Some(person) = signed_in.get(token) else {
            return numbered(20005);
        };
        let mut data = json!({
            "name": person.name, "open_id": person.user, "union_id": person.union, "user_id": person.user,
            "enterprise_email": person.mail, "tenant_key": person.organisation,
        });
        if self.mood() == Mood::Nameless {
            data.as_object_mut().unwrap().remove("open_id");
        }
        ok(&json!({ "code": 0, "msg": "success", "data": data }))
    }

    fn feishu_member(&self, id: &str) -> Answer {
        match self.person(|person| person.user == id) {
            Some(person)
                if person.organisation == HOME && person.standing != Standing::External =>
            {
                let active = person.standing == Standing::Active;
                let user = json!({
                    "open_id": person.user, "union_id": person.union, "name": person.name,
                    "department_ids": person.departments.iter().map(|id| format!("od-{id}")).collect::<Vec<_>>(),
                    "status": { "is_frozen": !active, "is_resigned": false, "is_activated": true, "is_exited": false, "is_unjoin": false },
                });
                ok(&json!({ "code": 0, "msg": "success", "data": { "user": user } }))
            }
            _ => numbered(41050),
        }
    }
}
