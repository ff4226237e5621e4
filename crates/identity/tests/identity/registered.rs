//! Registered devices: a session of one takes its key, and everything somebody without the key may try is refused.

use crate::site::{Answer, Browser, LEAD, SECURITY, SYSTEM, Site, both, empty, ready};
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_kernel::crypto::sha256;
use custos_testkit::DeviceSigner;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static SERIAL: AtomicU64 = AtomicU64::new(1);

/// A device with a browser on it.
#[derive(Clone)]
pub struct Device {
    signer: Arc<DeviceSigner>,
    id: String,
}

/// A proof to be made; tests change what they are about.
struct Claims {
    head: Value,
    claims: Value,
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

impl Claims {
    fn signed(&self, signer: &DeviceSigner) -> String {
        let signed = format!("{}.{}", encoded(&self.head), encoded(&self.claims));
        let signature = signer.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Device {
    fn new() -> Self {
        Self {
            signer: Arc::default(),
            id: String::new(),
        }
    }

    fn claims(&self, site: &Site<'_>, browser: &Browser, method: &Method, path: &str) -> Claims {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let mut claims = json!({
            "htm": method.as_str(), "htu": format!("/api/v1{path}"), "iat": site.now() / 1000,
            "jti": format!("{serial:022}"),
        });
        if let Some(csrf) = &browser.csrf {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(sha256(csrf.as_bytes())));
        }
        Claims {
            head: json!({"typ": "dpop+jwt", "alg": "ES256", "kid": self.id}),
            claims,
        }
    }

    fn proof(&self, site: &Site<'_>, browser: &Browser, method: &Method, path: &str) -> String {
        self.claims(site, browser, method, path)
            .signed(&self.signer)
    }

    /// A request from it.
    async fn send(
        &self,
        site: &Site<'_>,
        browser: &mut Browser,
        (method, path): (Method, &str),
        body: Option<Value>,
    ) -> Answer {
        let proof = self.proof(site, browser, &method, path);
        let header = [("x-device-proof", proof.as_str())];
        browser.send(method, path, body, &header).await
    }

    pub async fn get(&self, site: &Site<'_>, browser: &mut Browser, path: &str) -> Answer {
        self.send(site, browser, (Method::GET, path), None).await
    }

    fn registration(&self, browser: &Browser, name: &str) -> Value {
        let csrf = browser.csrf.as_deref().unwrap_or_default();
        let possession = self.signer.sign(format!("custos-device:{csrf}").as_bytes());
        json!({
            "name": name, "kind": "computer",
            "public_key": URL_SAFE_NO_PAD.encode(self.signer.public_key()),
            "possession": URL_SAFE_NO_PAD.encode(possession),
        })
    }

    /// Registers itself from a browser.
    pub async fn register(browser: &mut Browser, name: &str) -> Self {
        let mut device = Self::new();
        let body = device.registration(browser, name);
        let answer = browser.post("/me/devices", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        device.id = answer.body["id"].as_str().unwrap().to_owned();
        device
    }
}

/// A lead at a registered computer.
async fn at_work(site: &Site<'_>) -> (Browser, Device) {
    let mut browser = site.sign_in(LEAD).await;
    let device = Device::register(&mut browser, "办公室电脑").await;
    (browser, device)
}

fn barred(answer: &Answer, reason: &str) {
    answer.is(401, "session.barred.device");
    assert_eq!(answer.body["params"]["reason"], reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_without_the_key_opens_nothing_and_is_recorded_as_theft() {
    both(async |installation| {
        let site = ready(installation).await;
        let (mut browser, device) = at_work(&site).await;
        let mut thief = browser.clone();
        barred(&thief.get("/me/sessions").await, "missing");
        barred(&thief.get("/session").await, "missing");
        let there = empty(installation);
        barred(&browser.at(&there).get("/me/sessions").await, "missing");
        let session = device.get(&site, &mut browser, "/session").await;
        assert_eq!(session.body["device_id"], device.id.as_str());
        let thefts = site.log("session.theft").await;
        // Repeating it does not fill the log; each node counts for itself.
        assert_eq!(thefts.len(), 2, "{thefts:?}");
        assert_eq!(thefts[0]["outcome"], "denied");
        assert_eq!(thefts[0]["detail"]["reason"], "missing");
        installation.clock().advance(60_000);
        thief.get("/me/sessions").await;
        assert_eq!(site.log("session.theft").await.len(), 3);
        // The log says from where it was decided that the rightful one goes on.
        let list = device.get(&site, &mut browser, "/me/sessions").await;
        assert_eq!(list.status, StatusCode::OK);
        let grounds = &site.log("session.list").await[0]["detail"]["grounds"];
        assert!(
            grounds.to_string().contains("device_registered"),
            "{grounds}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_counts_once_for_one_request_of_one_session() {
    both(async |installation| {
        let site = ready(installation).await;
        let (mut browser, device) = at_work(&site).await;
        let (get, path) = (Method::GET, "/me/sessions");
        let send = async |browser: &mut Browser, method: &Method, path: &str, proof: &str| {
            browser
                .send(method.clone(), path, None, &[("x-device-proof", proof)])
                .await
        };
        let good = device.proof(&site, &browser, &get, path);
        assert_eq!(
            send(&mut browser, &get, path, &good).await.status,
            StatusCode::OK
        );
        barred(&send(&mut browser, &get, path, &good).await, "replayed");

        let another = |change: &dyn Fn(&mut Claims), signer: &DeviceSigner| {
            let mut claims = device.claims(&site, &browser, &get, path);
            change(&mut claims);
            claims.signed(signer)
        };
        let own = &*device.signer;
        let other_session = URL_SAFE_NO_PAD.encode(sha256(b"another"));
        let now = site.now() / 1000;
        let cases: Vec<(String, &str)> = vec![
            (
                another(&|it| it.claims["htm"] = json!("DELETE"), own),
                "target",
            ),
            (
                another(&|it| it.claims["htu"] = json!("/api/v1/session"), own),
                "target",
            ),
            (
                another(&|it| it.claims["htu"] = json!("/api/v1/me/sessions?x"), own),
                "target",
            ),
            (
                another(&|it| it.claims["ath"] = json!(other_session), own),
                "session",
            ),
            (
                another(
                    &|it| {
                        it.claims.as_object_mut().unwrap().remove("ath");
                    },
                    own,
                ),
                "session",
            ),
            (
                another(&|it| it.claims["iat"] = json!(now - 62), own),
                "clock",
            ),
            (
                another(&|it| it.claims["iat"] = json!(now + 61), own),
                "clock",
            ),
            (
                another(&|it| it.claims["iat"] = json!(i64::MAX), own),
                "clock",
            ),
            (
                another(&|it| it.claims["iat"] = json!(i64::MIN), own),
                "clock",
            ),
            (another(&|it| it.claims["iat"] = json!(now - 59), own), ""),
            (another(&|it| it.claims["iat"] = json!(now + 59), own), ""),
            (another(&|_| {}, &DeviceSigner::default()), "signature"),
            (
                another(&|it| it.head["alg"] = json!("none"), own),
                "malformed",
            ),
            (
                another(&|it| it.head["alg"] = json!("HS256"), own),
                "malformed",
            ),
            (
                another(&|it| it.head["jwk"] = json!({"kty": "EC"}), own),
                "malformed",
            ),
            (
                another(
                    &|it| it.head["kid"] = json!("019b8a00-0000-7000-8000-0000000000ff"),
                    own,
                ),
                "device",
            ),
            (
                another(&|it| it.claims["jti"] = json!(""), own),
                "malformed",
            ),
            (
                another(&|it| it.claims["jti"] = json!("j".repeat(5000)), own),
                "malformed",
            ),
            ("x".repeat(60_000), "malformed"),
            ("..".to_owned(), "malformed"),
            (String::new(), "malformed"),
        ];
        for (proof, reason) in cases {
            let answer = send(&mut browser, &get, path, &proof).await;
            if reason.is_empty() {
                assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
            } else {
                barred(&answer, reason);
            }
        }
        // Unsigned, with the signature left out and with one of zeros.
        let good = device.proof(&site, &browser, &get, path);
        let (signed, _) = good.rsplit_once('.').unwrap();
        barred(
            &send(&mut browser, &get, path, &format!("{signed}.")).await,
            "malformed",
        );
        let zeros = URL_SAFE_NO_PAD.encode([0; 64]);
        barred(
            &send(&mut browser, &get, path, &format!("{signed}.{zeros}")).await,
            "signature",
        );
        // A proof of what was not sent: the query is part of the request.
        let proof = device.proof(&site, &browser, &get, path);
        barred(
            &send(&mut browser, &get, "/me/sessions?limit=1", &proof).await,
            "target",
        );
        // What cannot be proven cannot be changed either.
        let proof = device.proof(&site, &browser, &get, path);
        barred(
            &send(&mut browser, &Method::DELETE, path, &proof).await,
            "target",
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_with_one_proof_one_gets_in() {
    both(async |installation| {
        let site = ready(installation).await;
        let (browser, device) = at_work(&site).await;
        let proof = device.proof(&site, &browser, &Method::GET, "/me/sessions");
        let tries = (0..50).map(|_| {
            let (mut browser, proof) = (browser.clone(), proof.clone());
            async move {
                let header = [("x-device-proof", proof.as_str())];
                browser
                    .send(Method::GET, "/me/sessions", None, &header)
                    .await
                    .status
            }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(
            statuses.iter().filter(|s| **s == StatusCode::OK).count(),
            1,
            "{statuses:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_on_a_registered_device_binds_the_session_with_its_first_proof() {
    both(async |installation| {
        let site = ready(installation).await;
        let (_, device) = at_work(&site).await;
        let mut browser = site.browser(7);
        site.sign_in_with(&mut browser, LEAD).await;
        assert_eq!(browser.get("/session").await.body["device_id"], Value::Null);
        // The page does not know the CSRF token yet.
        browser.csrf = None;
        let first = device.get(&site, &mut browser, "/session").await;
        assert_eq!(
            first.body["device_id"],
            device.id.as_str(),
            "{:?}",
            first.body
        );
        barred(&browser.get("/session").await, "missing");
        assert_eq!(site.log("session.bind").await.len(), 1);
        // A device of somebody else binds nothing, and is none.
        let mut system = site.sign_in(SYSTEM).await;
        let answer = device.get(&site, &mut system, "/session").await;
        assert_eq!(answer.body["device_id"], Value::Null, "{:?}", answer.body);
        assert_eq!(system.get("/session").await.status, StatusCode::OK);
        // Nor does a session leave its device for another of the same account.
        let mut third = site.sign_in(LEAD).await;
        let phone = Device::register(&mut third, "手机").await;
        let mut browser = browser.clone();
        browser.csrf = first.body["csrf_token"].as_str().map(str::to_owned);
        barred(&phone.get(&site, &mut browser, "/session").await, "device");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_device_is_out_for_ever_and_told_to_forget() {
    both(async |installation| {
        let site = ready(installation).await;
        let there = empty(installation);
        let (mut lost, device) = at_work(&site).await;
        let before = device.get(&site, &mut lost, "/me/device/secret").await;
        assert_eq!(before.body["secret"].as_str().unwrap().len(), 43);
        // From itself it is in somebody's hand.
        let path = format!("/me/devices/{}/loss", device.id);
        let answer = device
            .send(&site, &mut lost, (Method::POST, &path), Some(json!({})))
            .await;
        answer.is(409, "device.in_hand");

        let mut home = site.sign_in(LEAD).await;
        assert_eq!(
            home.post(&path, json!({})).await.status,
            StatusCode::NO_CONTENT
        );
        home.post(&path, json!({})).await.is(404, "not_found");
        for node in [&site, &there] {
            let mut lost = lost.at(node);
            let answer = device.get(node, &mut lost, "/session").await;
            barred(&answer, "lost");
            let told = answer.headers["clear-site-data"].to_str().unwrap();
            assert_eq!(told, "\"cache\", \"cookies\", \"storage\"");
            lost.cookies.clear();
            barred(&device.get(node, &mut lost, "/me/devices").await, "lost");
            // Without the key nobody is told anything.
            let mut stranger = lost.clone();
            stranger.get("/session").await.is(401, "session.missing");
            let other = Device {
                signer: Arc::default(),
                ..device.clone()
            };
            other
                .get(node, &mut stranger, "/session")
                .await
                .is(401, "session.missing");
        }
        assert_eq!(site.log("session.theft").await.len(), 2);
        // Signing in again on it, the key counts for nothing and cannot be registered again.
        site.sign_in_with(&mut lost, LEAD).await;
        let answer = device.get(&site, &mut lost, "/session").await;
        assert_eq!(answer.body["device_id"], Value::Null);
        device
            .get(&site, &mut lost, "/me/device/secret")
            .await
            .is(404, "not_found");
        let body = device.registration(&lost, "又来");
        lost.post("/me/devices", body)
            .await
            .is(409, "device.registered");
        let list = home.get("/me/devices").await.body;
        assert_eq!(list["items"][0]["state"], "lost");
        assert_eq!(list["items"][0]["actions"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_security_administrator_sees_and_ends_the_devices_of_others() {
    both(async |installation| {
        let site = ready(installation).await;
        let (mut browser, device) = at_work(&site).await;
        let mut security = site.sign_in(SECURITY).await;
        let owner = site.row(&mut security, LEAD).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let list = format!("/users/{owner}/devices");
        let items = security.get(&list).await.body["items"].clone();
        assert_eq!(items[0]["name"], "办公室电脑");
        assert_eq!(items[0]["actions"], json!(["device.delete"]));
        let loss = format!("{list}/{}/loss", device.id);
        for login in [SYSTEM, crate::site::AUDIT] {
            let mut other = site.sign_in(login).await;
            other.get(&list).await.is(404, "not_found");
            assert!([403, 404].contains(&other.post(&loss, json!({})).await.status.as_u16()));
            // Nor by the way of one's own.
            let own = format!("/me/devices/{}", device.id);
            other.delete(&own).await.is(404, "not_found");
            other
                .post(&format!("{own}/loss"), json!({}))
                .await
                .is(404, "not_found");
        }
        assert_eq!(
            device.get(&site, &mut browser, "/session").await.status,
            StatusCode::OK
        );
        assert_eq!(
            security.post(&loss, json!({})).await.status,
            StatusCode::NO_CONTENT
        );
        barred(&device.get(&site, &mut browser, "/session").await, "lost");
        let entry = &site.log("device.delete").await[0];
        assert_eq!(entry["detail"]["state"], "lost");
        assert_eq!(entry["detail"]["sessions_ended"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_takes_a_fresh_factor_and_the_key() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        let device = Device::new();
        let mut wrong = device.registration(&browser, "电脑");
        wrong["possession"] = json!(URL_SAFE_NO_PAD.encode(device.signer.sign(b"custos-device:")));
        let answer = browser.post("/me/devices", wrong).await;
        assert_eq!(
            answer.fields(),
            [("public_key".to_owned(), "device.key".to_owned())]
        );
        let mut off = device.registration(&browser, "电脑");
        off["public_key"] = json!(URL_SAFE_NO_PAD.encode([4; 65]));
        assert_eq!(browser.post("/me/devices", off).await.status.as_u16(), 422);
        let unnamed = device.registration(&browser, " ");
        let answer = browser.post("/me/devices", unnamed).await;
        assert_eq!(
            answer.fields(),
            [("name".to_owned(), "name.empty".to_owned())]
        );
        installation.clock().advance(5 * 60_000);
        let body = device.registration(&browser, "电脑");
        browser
            .post("/me/devices", body)
            .await
            .is(403, "session.step_up");

        let mut browser = site.sign_in(LEAD).await;
        let device = Device::register(&mut browser, "电脑").await;
        let path = format!("/me/devices/{}", device.id);
        let renamed = device
            .send(
                &site,
                &mut browser,
                (Method::PATCH, &path),
                Some(json!({"name": "新名"})),
            )
            .await;
        assert_eq!(renamed.status, StatusCode::NO_CONTENT);
        let list = device.get(&site, &mut browser, "/me/devices").await.body;
        assert_eq!(list["items"][0]["name"], "新名");
        assert_eq!(list["items"][0]["current"], true);
        // Taken off, its sessions end.
        let gone = device
            .send(&site, &mut browser, (Method::DELETE, &path), None)
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert!(!browser.cookies.contains_key("__Host-custos"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_bound_to_registered_devices_is_not_there_on_others() {
    both(async |installation| {
        let site = ready(installation).await;
        let there = empty(installation);
        let mut security = site.sign_in(SECURITY).await;
        let rule = json!({"roles": ["security_admin", "sales_lead"]});
        security
            .send(Method::PUT, "/device-rule", Some(rule.clone()), &[])
            .await
            .is(409, "device.rule.locks_out");
        let device = Device::register(&mut security, "保密机").await;
        let put = (Method::PUT, "/device-rule");
        let saved = device
            .send(&site, &mut security, put, Some(rule.clone()))
            .await;
        assert_eq!(saved.status, StatusCode::NO_CONTENT, "{:?}", saved.body);
        let read = device.get(&site, &mut security, "/device-rule").await;
        assert_eq!(read.body["roles"], json!(["sales_lead", "security_admin"]));

        let mut lead = site.sign_in(LEAD).await;
        let session = lead.get("/session").await.body;
        assert_eq!(session["roles_withheld"], json!(["sales_lead"]));
        assert_eq!(session["user"]["roles"], json!([]));
        lead.get("/users/directory").await.is(403, "forbidden");
        installation.clock().advance(1000);
        lead.at(&there)
            .get("/users/directory")
            .await
            .is(403, "forbidden");
        // They register the device they sit at, and the role is back.
        let device = Device::register(&mut lead, "笔记本").await;
        let answer = device.get(&site, &mut lead, "/users/directory").await;
        assert_eq!(answer.status, StatusCode::OK);
        let session = device.get(&site, &mut lead, "/session").await.body;
        assert_eq!(session["roles_withheld"], json!([]));
        // Only the security administrator sets it, with a fresh factor.
        let mut system = site.sign_in(SYSTEM).await;
        let put = Method::PUT;
        system
            .send(put.clone(), "/device-rule", Some(rule.clone()), &[])
            .await
            .is(403, "forbidden");
        installation.clock().advance(6 * 60_000);
        let stale = security.send(put, "/device-rule", Some(rule), &[]).await;
        assert!([401, 403].contains(&stale.status.as_u16()));
    })
    .await;
}
