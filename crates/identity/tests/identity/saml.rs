use crate::forger::{Assertion, Forger, conditions, response};
use crate::site::{Answer, Browser, SECURITY, SYSTEM, Site, both, ready};
use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_values::Timestamp;
use flate2::read::DeflateDecoder;
use futures::future::join_all;
use serde_json::{Value, json};
use std::io::Read;

const SERVICE_URL: &str = "https://crm.example.com";
const ENTITY: &str = "https://crm.example.com/api/v1/session/saml";
const CONSUMER: &str = "https://crm.example.com/api/v1/session/saml/answer";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const FROM_ELSEWHERE: [(&str, &str); 2] = [
    ("sec-fetch-site", "cross-site"),
    ("origin", "https://idp.example.com"),
];

fn config(forger: &Forger) -> Value {
    json!({
        "metadata": forger.metadata(), "groups_attribute": "groups",
        "login_attribute": "login",
    })
}

/// An enabled provider; gives its id.
async fn provider(site: &Site<'_>, forger: &Forger) -> String {
    site.identity.set_public_address(SERVICE_URL);
    let mut admin = site.sign_in(SYSTEM).await;
    let new = json!({ "kind": "saml", "name": "集团统一登录", "accounts": "create", "config": config(forger) });
    let made = admin.post("/identity-providers", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/identity-providers/{id}");
    let enabled = admin
        .patch(&path, &made.body["version"], json!({ "enabled": true }))
        .await;
    assert_eq!(enabled.status, StatusCode::OK, "{:?}", enabled.body);
    id
}

/// What a request says that was sent away with the browser.
struct Request {
    state: String,
    id: String,
}

fn percent_decoded(text: &str) -> String {
    let form = format!("v={text}");
    let (_, value) = form_urlencoded::parse(form.as_bytes()).next().unwrap();
    value.into_owned()
}

async fn begin(browser: &mut Browser, provider: &str, return_to: &str) -> Request {
    let body = json!({ "provider_id": provider, "return_to": return_to });
    let host = [("host", "crm.example.com")];
    let path = "/session/federation";
    let answer = browser.send(Method::POST, path, Some(body), &host).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    assert!(browser.cookies.contains_key("__Host-custos-attempt"));
    let url = answer.body["redirect"].as_str().unwrap();
    let rest = url
        .strip_prefix("https://idp.example.com/sso?tenant=1&SAMLRequest=")
        .unwrap();
    let (request, state) = rest.split_once("&RelayState=").unwrap();
    let mut text = String::new();
    DeflateDecoder::new(
        STANDARD
            .decode(percent_decoded(request))
            .unwrap()
            .as_slice(),
    )
    .read_to_string(&mut text)
    .unwrap();
    assert!(
        text.contains(&format!("AssertionConsumerServiceURL=\"{CONSUMER}\"")),
        "{text}"
    );
    let (_, id) = text.split_once("ID=\"").unwrap();
    Request {
        state: percent_decoded(state),
        id: id.split('"').next().unwrap().to_owned(),
    }
}

/// What the provider answers to a request, about whom.
fn answer(site: &Site<'_>, forger: &Forger, request: &Request, who: &str) -> String {
    answer_with(site, forger, request, who, |_| ())
}

fn answer_with(
    site: &Site<'_>,
    forger: &Forger,
    request: &Request,
    who: &str,
    change: impl FnOnce(&mut Assertion),
) -> String {
    let at = |millis: i64| Timestamp::from_millis(site.now() + millis).to_string();
    let mut assertion = Assertion {
        id: format!("_assertion{}", request.id),
        name_id: format!("<saml:NameID>{who}</saml:NameID>"),
        in_response_to: request.id.clone(),
        not_on_or_after: at(300_000),
        recipient: CONSUMER.to_owned(),
        conditions: conditions(&at(0), &at(300_000), ENTITY),
        statement: format!(
            "<saml:AuthnStatement AuthnInstant=\"{}\" SessionIndex=\"_s\"></saml:AuthnStatement>",
            at(0)
        ),
        ..Assertion::default()
    };
    change(&mut assertion);
    let text = response("_response", &forger.signed_assertion(&assertion))
        .replace(crate::forger::CONSUMER, CONSUMER)
        .replace(
            "InResponseTo=\"_request\"",
            &format!("InResponseTo=\"{}\"", request.id),
        );
    STANDARD.encode(text)
}

async fn hand_in(browser: &mut Browser, state: &str, response: &str) -> Answer {
    let body = json!({ "state": state, "code": response });
    browser.post("/session/federation/callback", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_the_browsers_own_request_signs_in_once() {
    both(async |installation| {
        let site = ready(installation).await;
        let forger = Forger::elliptic();
        let id = provider(&site, &forger).await;
        let mut browser = site.browser(1);
        let request = begin(&mut browser, &id, "/customers?status=won").await;
        let response = answer(&site, &forger, &request, "li.na@example.com");

        // Nobody else's browser, and no other state.
        let mut other = site.browser(2);
        let stolen = hand_in(&mut other, &request.state, &response).await;
        stolen.is(401, "federation.attempt.invalid");
        let mut confused = browser.clone();
        let wrong = hand_in(&mut confused, &"A".repeat(43), &response).await;
        wrong.is(401, "federation.attempt.invalid");

        let mut again = browser.clone();
        let arrived = hand_in(&mut browser, &request.state, &response).await;
        assert_eq!(arrived.status, StatusCode::OK, "{:?}", arrived.body);
        assert_eq!(arrived.body["next"], "enrol_totp");
        assert_eq!(arrived.headers["x-return-to"], "/customers?status=won");
        assert!(browser.cookies.contains_key("__Host-custos"));
        assert!(!browser.cookies.contains_key("__Host-custos-attempt"));
        let replayed = hand_in(&mut again, &request.state, &response).await;
        replayed.is(401, "federation.attempt.invalid");

        // The same assertion to another request: refused, and the request is used up.
        let mut later = site.browser(1);
        let second = begin(&mut later, &id, "/").await;
        let mut kept = later.clone();
        let old = hand_in(&mut later, &second.state, &response).await;
        old.is(401, "federation.answer_invalid");
        assert_eq!(
            site.log("session.create").await[0]["detail"]["reason"],
            "in_response_to"
        );
        let fresh = answer(&site, &forger, &second, "li.na@example.com");
        let late = hand_in(&mut kept, &second.state, &fresh).await;
        late.is(401, "federation.attempt.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_answers_at_once_one_signs_in() {
    both(async |installation| {
        let site = ready(installation).await;
        let forger = Forger::elliptic();
        let id = provider(&site, &forger).await;
        let mut browser = site.browser(1);
        let request = begin(&mut browser, &id, "/").await;
        let response = answer(&site, &forger, &request, "li.na@example.com");
        let tries = (0..50).map(|_| {
            let (mut browser, state, response) =
                (browser.clone(), request.state.clone(), response.clone());
            async move { hand_in(&mut browser, &state, &response).await }
        });
        let answers = join_all(tries).await;
        let (taken, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|a| a.status == StatusCode::OK);
        assert_eq!(taken.len(), 1);
        for answer in refused {
            answer.is(401, "federation.attempt.invalid");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_assertion_is_taken_once_whatever_request_it_names() {
    both(async |installation| {
        let site = ready(installation).await;
        let forger = Forger::elliptic();
        let id = provider(&site, &forger).await;
        for (expected, reason) in [(200, ""), (401, "replayed")] {
            let mut browser = site.browser(1);
            let request = begin(&mut browser, &id, "/").await;
            let response =
                answer_with(&site, &forger, &request, "li.na@example.com", |assertion| {
                    assertion.id = "_one".into();
                });
            let answer = hand_in(&mut browser, &request.state, &response).await;
            assert_eq!(answer.status.as_u16(), expected, "{:?}", answer.body);
            let newest = site.log("session.create").await.remove(0);
            assert_eq!(
                newest["detail"]["reason"].as_str().unwrap_or_default(),
                reason
            );
        }
    })
    .await;
}

/// What a provider, or somebody in its place, answers to a request.
type Forgery<'a> = dyn Fn(&Request) -> String + 'a;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_for_us_is_refused_and_recorded() {
    both(async |installation| {
        let site = ready(installation).await;
        let (forger, stranger) = (Forger::elliptic(), Forger::elliptic());
        let id = provider(&site, &forger).await;
        let transient = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\">x</saml:NameID>";
        let cases: Vec<(&str, Box<Forgery<'_>>)> = vec![
            ("signature", Box::new(|r| answer(&site, &stranger, r, "a"))),
            ("encoding", Box::new(|_| "%".into())),
            (
                "audience",
                Box::new(|r| {
                    answer_with(&site, &forger, r, "a", |a| {
                        a.conditions = conditions(
                            "2020-01-01T00:00:00Z",
                            "2030-01-01T00:00:00Z",
                            "https://other.example",
                        );
                    })
                }),
            ),
            (
                "subject",
                Box::new(|r| {
                    answer_with(&site, &forger, r, "a", |a| a.name_id = transient.into())
                }),
            ),
        ];
        for (reason, make) in cases {
            let mut browser = site.browser(1);
            let request = begin(&mut browser, &id, "/").await;
            let response = make(&request);
            let answer = hand_in(&mut browser, &request.state, &response).await;
            answer.is(401, "federation.answer_invalid");
            assert!(!browser.cookies.contains_key("__Host-custos"));
            let newest = site.log("session.create").await.remove(0);
            assert_eq!(newest["detail"]["reason"], reason);
        }
        // Too late.
        let mut browser = site.browser(1);
        let request = begin(&mut browser, &id, "/").await;
        let response = answer(&site, &forger, &request, "a");
        installation.clock().advance(10 * 60_000);
        let answer = hand_in(&mut browser, &request.state, &response).await;
        answer.is(401, "federation.attempt.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_elsewhere() {
    both(async |installation| {
        let site = ready(installation).await;
        let forger = Forger::elliptic();
        let id = provider(&site, &forger).await;
        for target in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:1",
        ] {
            let mut browser = site.browser(1);
            let request = begin(&mut browser, &id, target).await;
            let response = answer(&site, &forger, &request, "li.na@example.com");
            let arrived = hand_in(&mut browser, &request.state, &response).await;
            assert_eq!(arrived.headers["x-return-to"], "/", "{target}");
        }
        // A state that is an address is no state.
        let mut browser = site.browser(1);
        let request = begin(&mut browser, &id, "/").await;
        let response = answer(&site, &forger, &request, "li.na@example.com");
        let led = hand_in(&mut browser, "https://evil.example/", &response).await;
        led.is(401, "federation.attempt.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_post_is_kept_in_the_browser_and_does_nothing() {
    both(async |installation| {
        let site = ready(installation).await;
        let forger = Forger::elliptic();
        let id = provider(&site, &forger).await;
        let mut browser = site.browser(1);
        let request = begin(&mut browser, &id, "/").await;
        let response = answer(&site, &forger, &request, "li.na@example.com");
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", &response)
            .append_pair("RelayState", &request.state)
            .finish();
        let before = browser.cookies.clone();
        let (headers, page) = post_form(&mut browser, &form).await;
        assert_eq!(browser.cookies, before);
        assert!(!headers.contains_key(header::SET_COOKIE));
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'sha256-"),
            "{policy}"
        );
        let page = page.unwrap();
        assert!(page.contains(&format!("data-state=\"{}\"", request.state)));
        assert!(page.contains(&format!("data-response=\"{response}\"")));
        assert!(page.contains("location.replace('/sign-in/callback')"));

        let state = request.state.as_str();
        for (state, response) in [
            ("https://evil.example/", response.as_str()),
            ("\"><script>", response.as_str()),
            ("", response.as_str()),
            (state, "\"><script>alert(1)</script>"),
            (state, "<x/>"),
        ] {
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("SAMLResponse", response)
                .append_pair("RelayState", state)
                .finish();
            assert!(post_form(&mut browser, &form).await.1.is_none(), "{form}");
        }
        let twice = format!("RelayState={state}&SAMLResponse=AA&SAMLResponse=BB");
        assert!(post_form(&mut browser, &twice).await.1.is_none());
        // Where the answer is taken, another site is refused as everywhere.
        let answer = browser
            .send(
                Method::POST,
                "/session/federation/callback",
                Some(json!({})),
                &FROM_ELSEWHERE,
            )
            .await;
        answer.is(403, "request.cross_site");
    })
    .await;
}

/// A form posted by a page of the provider; the page that answers, or none if it is refused.
async fn post_form(browser: &mut Browser, form: &str) -> (HeaderMap, Option<String>) {
    let headers = [FORM, FROM_ELSEWHERE[0], FROM_ELSEWHERE[1]];
    let (status, headers, body) = browser
        .send_form("/session/saml/answer", form, &headers)
        .await;
    match status {
        StatusCode::OK => (headers, Some(body)),
        StatusCode::BAD_REQUEST => (headers, None),
        other => panic!("{other}: {body}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_give_roles_once_approved_and_metadata_are_ours() {
    both(async |installation| {
        let site = ready(installation).await;
        let forger = Forger::elliptic();
        let id = provider(&site, &forger).await;
        let mut security = site.sign_in(SECURITY).await;
        let all = security.get("/identity-providers").await;
        let version = &all.body["items"][0]["version"];
        let access = json!({
            "mappings": [{ "group": "Sales", "role": "sales", "data_scope": "own" }], "privileged": false, "two_factors": false,
        });
        let path = format!("/identity-providers/{id}/access");
        let approved = security.put(&path, version, access).await;
        assert_eq!(approved.status, StatusCode::OK, "{:?}", approved.body);
        let mut browser = site.browser(1);
        let request = begin(&mut browser, &id, "/").await;
        let response = answer_with(&site, &forger, &request, "8d3c", |assertion| {
            let login = "<saml:Attribute Name=\"login\"><saml:AttributeValue>li.na</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>";
            assertion.attributes = assertion.attributes.replace("</saml:AttributeStatement>", login);
        });
        let arrived = hand_in(&mut browser, &request.state, &response).await;
        assert_eq!(arrived.status, StatusCode::OK, "{:?}", arrived.body);
        let row = site.row(&mut security, "li.na").await;
        assert_eq!(row["roles"], json!(["sales"]));

        let mut nobody = site.browser(3);
        let path = format!("/session/providers/{id}/saml");
        let (status, _, text) = nobody.get_text(&path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains(&format!("entityID=\"{ENTITY}\"")), "{text}");
        assert!(text.contains(&format!("Location=\"{CONSUMER}\"")), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_cannot_work_is_not_taken() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admin = site.sign_in(SYSTEM).await;
        let forger = Forger::elliptic();
        let with = |member: &str, value: &str| {
            let mut config = config(&forger);
            config[member] = value.into();
            json!({ "kind": "saml", "name": "登录", "accounts": "create", "config": config })
        };
        for (member, value, field) in [
            ("metadata", "<x/>", "config.metadata"),
            (
                "metadata",
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>",
                "config.metadata",
            ),
            // Where this server is, nobody says but its operator.
            ("service_url", "https://evil.example.com", "config"),
            ("other", "x", "config"),
        ] {
            let answer = admin.post("/identity-providers", with(member, value)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{member}");
            assert_eq!(answer.fields()[0].0, field);
        }
    })
    .await;
}
