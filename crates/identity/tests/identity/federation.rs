//! Signing in by an OpenID provider, and attacks on it.

use crate::provider::{CLIENT, Idp, Signed, query};
use crate::site::{Answer, Browser, SECURITY, SYSTEM, Site, both, ready};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A provider as it is set up here.
pub struct SetUp {
    pub idp: Arc<Idp>,
    pub id: String,
}

/// Both administrators signed in, with factors just proven.
pub struct Admins {
    pub system: Browser,
    pub security: Browser,
}

pub async fn admins(site: &Site<'_>) -> Admins {
    site.identity.set_public_address("https://crm.example");
    Admins {
        system: site.sign_in(SYSTEM).await,
        security: site.sign_in(SECURITY).await,
    }
}

pub async fn set_up(site: &Site<'_>, admins: &mut Admins, host: &str, accounts: &str) -> SetUp {
    let idp = site.network.idp(host, site.now());
    let body = json!({
        "kind": "oidc", "name": host, "accounts": accounts, "secret": "s3cret",
        "config": { "issuer": idp.issuer, "client_id": CLIENT },
    });
    let made = admins.system.post("/identity-providers", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/identity-providers/{id}");
    let on = admins
        .system
        .patch(&path, &json!(1), json!({ "enabled": true }))
        .await;
    assert_eq!(on.status, StatusCode::OK, "{:?}", on.body);
    SetUp { idp, id }
}

pub async fn approve(admins: &mut Admins, set_up: &SetUp, version: i64, access: Value) -> Answer {
    let path = format!("/identity-providers/{}/access", set_up.id);
    admins.security.put(&path, &json!(version), access).await
}

pub fn groups(privileged: bool, two_factors: bool) -> Value {
    json!({
        "privileged": privileged, "two_factors": two_factors,
        "mappings": [
            { "group": "sales", "role": "sales", "data_scope": "own" },
            { "group": "leads", "role": "sales_lead", "data_scope": "all" },
        ],
    })
}

/// Begins in a browser; gives the address it is sent to.
pub async fn begin(browser: &mut Browser, set_up: &SetUp, return_to: &str) -> String {
    let body = json!({ "provider_id": set_up.id, "return_to": return_to });
    let answer = browser
        .send(
            Method::POST,
            "/session/federation",
            Some(body),
            &[("host", "crm.example")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let url = answer.body["redirect"].as_str().unwrap().to_owned();
    assert_eq!(
        query(&url)["redirect_uri"],
        "https://crm.example/sign-in/callback"
    );
    url
}

pub async fn come_back(browser: &mut Browser, set_up: &SetUp, url: &str, code: &str) -> Answer {
    let body = json!({ "state": query(url)["state"], "code": code, "iss": set_up.idp.issuer });
    browser.post("/session/federation/callback", body).await
}

pub async fn sign_in(browser: &mut Browser, set_up: &SetUp, claims: Value) -> Answer {
    let url = begin(browser, set_up, "/customers").await;
    let code = set_up.idp.authorize(&url, claims);
    come_back(browser, set_up, &url, &code).await
}

pub fn wang(more: Value) -> Value {
    let mut claims = json!({
        "sub": "248289761001", "preferred_username": "Wang.Fang", "name": "王芳", "email": "wang@example.com",
        "groups": ["sales"], "amr": ["pwd", "otp"], "sid": "s1",
    });
    claims
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_and_follows_its_groups() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;

        // Before the mapping is approved nobody gets anything, and the second factor is our own.
        let mut browser = site.browser(20);
        let answer = sign_in(&mut browser, &set_up, wang(json!({}))).await;
        assert_eq!(answer.body["next"], "enrol_totp", "{:?}", answer.body);
        assert_eq!(answer.headers["x-return-to"], "/customers");
        let row = site.row(&mut admins.system, "wang.fang").await;
        assert_eq!((&row["name"], &row["roles"]), (&json!("王芳"), &json!([])));

        let refused = approve(&mut admins, &set_up, 2, groups(false, true)).await;
        assert_eq!(refused.status, StatusCode::OK, "{:?}", refused.body);
        let mut browser = site.browser(20);
        let done = sign_in(&mut browser, &set_up, wang(json!({}))).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
        let session = browser.refresh().await;
        assert_eq!(session.body["user"]["roles"], json!(["sales"]));
        assert_eq!(session.body["user"]["data_scope"], "own");

        // Another group, another role, with the sessions there are too.
        let mut other = site.browser(21);
        let lead = wang(json!({ "groups": ["leads"] }));
        sign_in(&mut other, &set_up, lead).await;
        let session = browser.refresh().await;
        assert_eq!(session.body["user"]["roles"], json!(["sales_lead"]));
        let none = wang(json!({ "groups": [] }));
        sign_in(&mut other, &set_up, none).await;
        assert_eq!(browser.refresh().await.body["user"]["roles"], json!([]));

        // One factor at the provider leaves ours to be proven.
        let one = wang(json!({ "amr": ["pwd"] }));
        let answer = sign_in(&mut site.browser(22), &set_up, one).await;
        assert_eq!(answer.body["next"], "enrol_totp");

        let entries = site.log("user.grant").await;
        assert!(
            entries
                .iter()
                .any(|entry| entry["actor"]["job"] == "federation"
                    || entry.to_string().contains("federation"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_roles_need_trust_and_their_own_second_factor() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let access = |privileged: bool| {
            json!({ "privileged": privileged, "two_factors": true,
                    "mappings": [{ "group": "auditors", "role": "audit_admin" }] })
        };
        let refused = approve(&mut admins, &set_up, 2, access(false)).await;
        assert_eq!(refused.fields()[0].1, "provider.mappings.privileged");
        // Who configures does not grant.
        let path = format!("/identity-providers/{}/access", set_up.id);
        admins
            .system
            .put(&path, &json!(2), access(true))
            .await
            .is(403, "forbidden");
        let granted = approve(&mut admins, &set_up, 2, access(true)).await;
        assert_eq!(granted.status, StatusCode::OK, "{:?}", granted.body);

        let auditor = wang(json!({ "groups": ["auditors"] }));
        let answer = sign_in(&mut site.browser(20), &set_up, auditor.clone()).await;
        assert_eq!(answer.body["next"], "enrol_totp");
        let row = site.row(&mut admins.system, "wang.fang").await;
        assert_eq!(row["roles"], json!(["audit_admin"]));

        // Pointed at another issuer, it is another provider: nothing of what was approved counts there.
        let rogue = site.network.idp("rogue.example", site.now());
        let path = format!("/identity-providers/{}", set_up.id);
        let config = json!({ "secret": "s3cret", "config": { "issuer": rogue.issuer, "client_id": CLIENT } });
        let changed = admins.system.patch(&path, &json!(3), config).await;
        assert_eq!(changed.body["approved"], false, "{:?}", changed.body);
        let rogue = SetUp {
            idp: rogue,
            id: set_up.id.clone(),
        };
        let other =
            json!({ "sub": "mallory", "preferred_username": "mallory", "groups": ["auditors"] });
        sign_in(&mut site.browser(23), &rogue, other).await;
        let row = site.row(&mut admins.system, "mallory").await;
        assert_eq!(row["roles"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_or_address_is_not_the_same_person() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        // Somebody at the provider calls themselves as an administrator here does.
        let thief = json!({ "sub": "thief", "preferred_username": SYSTEM, "email": format!("{SYSTEM}@example.com") });
        let answer = sign_in(&mut site.browser(20), &set_up, thief).await;
        assert_eq!(answer.body["next"], "enrol_totp");
        let page = admins.system.get("/users?limit=200").await;
        let logins: Vec<&str> = page.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["login"].as_str().unwrap())
            .filter(|login| login.starts_with(SYSTEM))
            .collect();
        assert_eq!(logins.len(), 2, "{logins:?}");

        // Where accounts are not made, one has to connect one's own.
        let strict = crate::federation::set_up(&site, &mut admins, "strict.example", "link_only").await;
        let claims = json!({ "sub": "boss", "preferred_username": SYSTEM });
        sign_in(&mut site.browser(21), &strict, claims.clone())
            .await
            .is(401, "federation.not_linked");
        let body = json!({ "provider_id": strict.id, "return_to": "/account" });
        let begun = admins
            .system
            .send(Method::POST, "/me/identities", Some(body), &[("host", "crm.example")])
            .await;
        let url = begun.body["redirect"].as_str().unwrap().to_owned();
        let code = strict.idp.authorize(&url, claims.clone());
        let answer = json!({ "state": query(&url)["state"], "code": code, "iss": strict.idp.issuer });
        // The answer of a connection signs nobody in, and nobody else takes it.
        let mut elsewhere = site.browser(22);
        elsewhere.cookies = admins.system.cookies.clone();
        elsewhere.cookies.remove("__Host-custos-attempt");
        elsewhere
            .post("/session/federation/callback", answer.clone())
            .await
            .is(401, "federation.attempt.invalid");
        let connected = admins.system.post("/me/identities/callback", answer).await;
        assert_eq!(connected.body["return_to"], "/account", "{:?}", connected.body);
        let answer = sign_in(&mut site.browser(23), &strict, claims.clone()).await;
        assert_eq!(answer.body["next"], "totp", "{:?}", answer.body);

        // Not without a factor proven a moment ago.
        site.installation.clock().advance(6 * 60_000);
        let path = format!("/me/identities/{}", strict.id);
        admins.system.delete(&path).await.is(403, "session.step_up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_of_a_provider_are_seen_through() {
    type Change = fn(&mut Value);
    let lies: [(&str, Change); 11] = [
        ("nonce", |c| c["nonce"] = json!("other")),
        ("no nonce", |c| {
            drop(c.as_object_mut().unwrap().remove("nonce"))
        }),
        ("issuer", |c| c["iss"] = json!("https://other.example")),
        ("audience", |c| c["aud"] = json!("another-client")),
        ("no party", |c| c["aud"] = json!([CLIENT, "another-client"])),
        ("party", |c| c["azp"] = json!("another-client")),
        ("expired", |c| {
            c["exp"] = json!(c["iat"].as_i64().unwrap() - 1)
        }),
        ("old", |c| {
            c["iat"] = json!(c["iat"].as_i64().unwrap() - 3600)
        }),
        ("of tomorrow", |c| {
            c["iat"] = json!(c["iat"].as_i64().unwrap() + 3600)
        }),
        ("not yet", |c| {
            c["nbf"] = json!(c["iat"].as_i64().unwrap() + 3600)
        }),
        ("at_hash", |c| {
            c["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA")
        }),
    ];
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let honest = sign_in(&mut site.browser(20), &set_up, wang(json!({}))).await;
        assert_eq!(honest.status, StatusCode::OK);
        for (n, (what, lie)) in lies.into_iter().enumerate() {
            set_up.idp.lie(lie);
            let answer = sign_in(&mut site.browser(30 + n as u8), &set_up, wang(json!({}))).await;
            assert_eq!(answer.code(), "federation.answer_invalid", "{what}");
        }
        set_up.idp.be_honest();
        for signed in [
            Signed::None,
            Signed::HmacOfPublicKey,
            Signed::ByAnotherKey,
            Signed::UnknownKey,
        ] {
            *set_up.idp.signed.lock().unwrap() = signed;
            let answer = sign_in(&mut site.browser(60), &set_up, wang(json!({}))).await;
            answer.is(401, "federation.answer_invalid");
        }
        set_up.idp.be_honest();
        let reasons: Vec<Value> = site.log("session.create").await;
        assert!(
            reasons
                .iter()
                .any(|entry| entry["detail"]["reason"] == "nonce")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_in_its_own_browser() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut victim = site.browser(20);
        let mut attacker = site.browser(21);
        let of_victim = begin(&mut victim, &set_up, "/").await;
        let of_attacker = begin(&mut attacker, &set_up, "/").await;
        let code = set_up
            .idp
            .authorize(&of_attacker, json!({ "sub": "attacker" }));
        // Login CSRF: the attacker's answer in the victim's browser.
        come_back(&mut victim, &set_up, &of_attacker, &code)
            .await
            .is(401, "federation.attempt.invalid");
        // The attacker's code with the victim's state: PKCE and nonce are the victim's.
        come_back(&mut victim, &set_up, &of_victim, &code)
            .await
            .is(401, "federation.answer_invalid");
        // The attempt is used up by that.
        let code = set_up.idp.authorize(&of_victim, wang(json!({})));
        come_back(&mut victim, &set_up, &of_victim, &code)
            .await
            .is(401, "federation.attempt.invalid");

        let mut racer = site.browser(22);
        let url = begin(&mut racer, &set_up, "/").await;
        let code = set_up.idp.authorize(&url, wang(json!({})));
        let tries = (0..50).map(|_| {
            let mut browser = racer.clone();
            let (set_up, url, code) = (&set_up, &url, &code);
            async move { come_back(&mut browser, set_up, url, code).await.status }
        });
        let statuses = futures::future::join_all(tries).await;
        let won = statuses
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count();
        assert_eq!(won, 1, "{statuses:?}");

        let mut slow = site.browser(23);
        let url = begin(&mut slow, &set_up, "/").await;
        site.installation.clock().advance(10 * 60_000);
        *set_up.idp.now.lock().unwrap() = site.now();
        let code = set_up.idp.authorize(&url, wang(json!({})));
        come_back(&mut slow, &set_up, &url, &code)
            .await
            .is(401, "federation.attempt.invalid");

        for bad in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            let mut browser = site.browser(24);
            let url = begin(&mut browser, &set_up, bad).await;
            let code = set_up.idp.authorize(&url, wang(json!({})));
            let answer = come_back(&mut browser, &set_up, &url, &code).await;
            assert_eq!(answer.headers["x-return-to"], "/", "{bad}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_provider_cannot_stand_in_for_another() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let honest = set_up(&site, &mut admins, "idp.example", "create").await;
        let rogue = set_up(&site, &mut admins, "rogue.test", "create").await;
        sign_in(&mut site.browser(20), &honest, wang(json!({}))).await;
        // The rogue's answer names itself: not whom the browser was sent to.
        let mut browser = site.browser(21);
        let url = begin(&mut browser, &honest, "/").await;
        let code = honest.idp.authorize(&url, wang(json!({})));
        let body = json!({ "state": query(&url)["state"], "code": code, "iss": rogue.idp.issuer });
        browser
            .post("/session/federation/callback", body)
            .await
            .is(401, "federation.answer_invalid");
        // No issuer although the provider says it always names one.
        let mut browser = site.browser(22);
        let url = begin(&mut browser, &honest, "/").await;
        let code = honest.idp.authorize(&url, wang(json!({})));
        let body = json!({ "state": query(&url)["state"], "code": code });
        browser
            .post("/session/federation/callback", body)
            .await
            .is(401, "federation.answer_invalid");
        // The rogue vouches for the other's subject, in its own name and in the other's.
        let answer = sign_in(&mut site.browser(23), &rogue, wang(json!({}))).await;
        assert_eq!(answer.status, StatusCode::OK);
        let page = admins.system.get("/users?limit=200").await;
        let count = page.body["items"].as_array().unwrap().len();
        assert_eq!(
            count, 6,
            "the same subject at another provider is somebody else"
        );
        rogue
            .idp
            .lie(|claims| claims["iss"] = json!("https://idp.example"));
        sign_in(&mut site.browser(24), &rogue, wang(json!({})))
            .await
            .is(401, "federation.answer_invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_roll_over_and_nobody_can_make_us_ask_for_them_all_day() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let asked = || set_up.idp.asked.load(Ordering::Relaxed);
        sign_in(&mut site.browser(20), &set_up, wang(json!({}))).await;
        assert_eq!(asked(), 1);
        *set_up.idp.signed.lock().unwrap() = Signed::UnknownKey;
        for host in 30..35 {
            sign_in(&mut site.browser(host), &set_up, wang(json!({})))
                .await
                .is(401, "federation.answer_invalid");
        }
        assert_eq!(asked(), 1);
        set_up.idp.be_honest();
        set_up.idp.roll_keys_over("second");
        site.installation.clock().advance(60_000);
        *set_up.idp.now.lock().unwrap() = site.now();
        let answer = sign_in(&mut site.browser(40), &set_up, wang(json!({}))).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(asked(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_at_the_provider_has_left_here() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        approve(&mut admins, &set_up, 2, groups(false, true)).await;
        let path = format!("/identity-providers/{}/back-channel-logout", set_up.id);
        let mut one = site.browser(20);
        let mut two = site.browser(21);
        sign_in(&mut one, &set_up, wang(json!({ "sid": "s1" }))).await;
        sign_in(&mut two, &set_up, wang(json!({ "sid": "s2" }))).await;
        let now = site.now() / 1000;
        let claims = |jti: &str, more: Value| {
            let mut claims = json!({
                "iss": set_up.idp.issuer, "aud": CLIENT, "iat": now, "jti": jti, "events": { EVENT: {} },
            });
            claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            claims
        };
        let send = async |token: String| {
            let body = format!("logout_token={token}");
            site.browser(9).form(&path, body).await
        };
        let sid = json!({ "sid": "s1" });
        let bad = [
            claims("a", json!({ "sid": "s1", "nonce": "n" })),
            claims("b", json!({ "sid": "s1", "events": {} })),
            claims("c", json!({ "sid": "s1", "aud": "another" })),
            claims("d", json!({ "sid": "s1", "iss": "https://other.example" })),
            claims("e", json!({ "sid": "s1", "iat": now - 3600 })),
            claims("f", json!({ "sid": "s1", "exp": now })),
            claims("", sid.clone()),
            claims("g", json!({})),
        ];
        for claims in &bad {
            let token = set_up.idp.sign("logout+jwt", claims);
            send(token).await.is(400, "federation.answer_invalid");
        }
        let good = claims("h", sid);
        for signed in [Signed::None, Signed::HmacOfPublicKey, Signed::ByAnotherKey] {
            *set_up.idp.signed.lock().unwrap() = signed;
            send(set_up.idp.sign("logout+jwt", &good)).await.is(400, "federation.answer_invalid");
        }
        set_up.idp.be_honest();
        assert_eq!(one.refresh().await.status, StatusCode::OK);
        let token = set_up.idp.sign("logout+jwt", &good);
        assert_eq!(send(token.clone()).await.status, StatusCode::OK);
        one.get("/session").await.is(401, "session.missing");
        assert_eq!(two.refresh().await.status, StatusCode::OK);
        send(token).await.is(400, "federation.answer_invalid");
        let all = set_up.idp.sign("logout+jwt", &claims("i", json!({ "sub": "248289761001" })));
        assert_eq!(send(all).await.status, StatusCode::OK);
        two.get("/session").await.is(401, "session.missing");

        // A disabled account does not come back, and neither does anybody by a disabled provider.
        let row = site.row(&mut admins.system, "wang.fang").await;
        let user = format!("/users/{}", row["id"].as_str().unwrap());
        admins.system.patch(&user, &row["version"], json!({ "status": "disabled" })).await;
        sign_in(&mut site.browser(22), &set_up, wang(json!({})))
            .await
            .is(401, "federation.refused");
        let path = format!("/identity-providers/{}", set_up.id);
        admins.system.patch(&path, &json!(3), json!({ "enabled": false })).await;
        let body = json!({ "provider_id": set_up.id });
        site.browser(23)
            .send(Method::POST, "/session/federation", Some(body), &[("host", "crm.example")])
            .await
            .is(404, "not_found");
        let list = site.browser(23).get("/session/providers").await;
        assert_eq!(list.body["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_host_header_moves_where_a_code_goes() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let body = json!({ "provider_id": set_up.id, "return_to": "/" });
        let ask = async |browser: &mut Browser, path: &str, headers: &[(&str, &str)]| {
            browser
                .send(Method::POST, path, Some(body.clone()), headers)
                .await
        };
        // A page of the attacker's that a name of theirs leads to this server (DNS rebinding), or a proxy that passes
        // on what it is told.
        for host in [
            "evil.example",
            "crm.example:8443",
            "crm.example.evil.example",
            "crm.example@evil.example",
            "127.0.0.1",
            "localhost",
        ] {
            let origin = format!("https://{host}");
            let headers = [("host", host), ("origin", origin.as_str())];
            let mut browser = site.browser(20);
            let answer = ask(&mut browser, "/session/federation", &headers).await;
            answer.is(409, "federation.other_address");
            assert_eq!(answer.body["params"]["address"], "https://crm.example");
            assert!(browser.cookies.is_empty(), "{host}");
            let own = ask(&mut admins.system, "/me/identities", &headers).await;
            own.is(409, "federation.other_address");
        }
        // What proxies add means nothing.
        let headers = [
            ("host", "crm.example"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example"),
            ("x-original-host", "evil.example"),
        ];
        let answer = ask(&mut site.browser(21), "/session/federation", &headers).await;
        let url = answer.body["redirect"].as_str().unwrap();
        assert_eq!(
            query(url)["redirect_uri"],
            "https://crm.example/sign-in/callback"
        );
        // The addresses an administrator copies to the provider are the same ones.
        let list = admins
            .system
            .send(
                Method::GET,
                "/identity-providers",
                None,
                &[("host", "evil.example")],
            )
            .await;
        assert_eq!(list.body["address"], "https://crm.example");
    })
    .await;
}
