//! Provisioning tokens: what they open, and how they end.

use super::{Client, DAY_MS, GROUPS, USERS, id, issue, refused, version};
use crate::federation::{Admins, admins, set_up};
use crate::site::{Answer, SYSTEM, both, ready};
use axum::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_provisioning_and_nothing_else_and_nothing_else_opens_provisioning() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let scim = issue(&site, &mut admins, &set_up).await;
        let bearer = |token: &str| format!("Bearer {token}");
        let ask = async |token: &str, path: &str| {
            let header = bearer(token);
            let headers = [("authorization", header.as_str())];
            site.browser(30)
                .send(Method::GET, path, None, &headers)
                .await
        };
        assert_eq!(ask(&scim.token, USERS).await.status, StatusCode::OK);
        for path in [
            "/users",
            "/session",
            "/identity-providers",
            "/departments",
            "/users/directory",
        ] {
            ask(&scim.token, path).await.is(401, "api_key.refused");
        }
        let header = bearer(&scim.token);
        let body =
            json!({ "name": "x", "login": "xx", "department_id": null, "data_scope": "own" });
        let answer = site
            .browser(30)
            .send(
                Method::POST,
                "/users",
                Some(body),
                &[("authorization", &header)],
            )
            .await;
        answer.is(401, "api_key.refused");

        // Sessions, keys, and the token in other places.
        for path in [
            USERS,
            GROUPS,
            "/scim/v2/Schemas",
            "/scim/v2/ServiceProviderConfig",
        ] {
            refused(
                &admins.system.get(path).await,
                401,
                "provisioning.refused",
                None,
            );
            refused(
                &site.browser(30).get(path).await,
                401,
                "provisioning.refused",
                None,
            );
            refused(
                &site
                    .browser(30)
                    .get(&format!("{path}?access_token={}", scim.token))
                    .await,
                401,
                "provisioning.refused",
                None,
            );
        }
        let service = json!({ "name": "ERP", "department_id": null, "data_scope": "own" });
        let service = id(&admins.system.post("/service-accounts", service).await);
        let until = custos_values::Timestamp::from_millis(site.now() + 30 * DAY_MS).to_string();
        let key =
            json!({ "name": "erp", "scopes": ["user.read"], "networks": [], "expires_at": until });
        let made = admins
            .system
            .post(&format!("/service-accounts/{service}/keys"), key)
            .await;
        let key = made.body["secret"].as_str().unwrap().to_owned();
        refused(&ask(&key, USERS).await, 401, "provisioning.refused", None);

        // A page of another site writes nothing, even if it knew the token.
        let headers = [
            ("authorization", header.as_str()),
            ("origin", "https://evil.example"),
            ("host", "crm.example"),
        ];
        let body = json!({ "userName": "evil" });
        let answer = site
            .browser(30)
            .send(Method::POST, USERS, Some(body), &headers)
            .await;
        refused(&answer, 403, "request.cross_site", None);
        // A session beside the token counts for nothing.
        let mut both = admins.system.clone();
        let answer = both
            .send(Method::GET, USERS, None, &[("authorization", &header)])
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(
            site.log("provisioning.list").await[0]["actor"]["job"],
            "provisioning"
        );

        // Nothing of a token is stored in clear.
        assert!(!installation.dump_shows(&scim.token[12..55]));
        let shown = admins
            .system
            .get("/identity-providers")
            .await
            .body
            .to_string();
        assert!(!shown.contains(&scim.token[12..30]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_ended_and_withdrawn_tokens_are_refused_alike_and_slowed_down() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let path = format!("/identity-providers/{}", set_up.id);
        let token_path = format!("{path}/provisioning-token");
        for days in [0, 366] {
            let body = json!({ "days": days });
            let answer = admins
                .system
                .send(
                    Method::POST,
                    &token_path,
                    Some(body),
                    &[("if-match", "\"2\"")],
                )
                .await;
            assert_eq!(answer.fields()[0].1, "number.out_of_range");
        }
        // Whoever approves does not configure.
        let body = json!({ "days": 9 });
        admins
            .security
            .send(
                Method::POST,
                &token_path,
                Some(body),
                &[("if-match", "\"2\"")],
            )
            .await
            .is(403, "forbidden");
        let mut first = issue(&site, &mut admins, &set_up).await;
        assert_eq!(first.get(USERS).await.status, StatusCode::OK);
        let list = admins.system.get("/identity-providers").await;
        let told = &list.body["items"][0]["provisioning"];
        assert!(
            told["last_used_at"].is_string() && told["expires_at"].is_string(),
            "{told}"
        );

        let mut refusals = Vec::new();
        let mut forged = first.clone();
        forged.token = "custos_scim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000000".to_owned();
        refusals.push(("wrong", forged.get(USERS).await));
        forged.token = "nonsense".to_owned();
        refusals.push(("nonsense", forged.get(USERS).await));
        let mut second = issue(&site, &mut admins, &set_up).await;
        assert_eq!(second.get(USERS).await.status, StatusCode::OK);
        refusals.push(("rotated", first.get(USERS).await));
        let tag = async |admins: &mut Admins| format!("\"{}\"", version(admins, &set_up.id).await);
        let enable = async |admins: &mut Admins, enabled: bool| {
            let tag = tag(admins).await;
            let body = json!({ "enabled": enabled });
            let done = admins
                .system
                .send(Method::PATCH, &path, Some(body), &[("if-match", &tag)])
                .await;
            assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        };
        enable(&mut admins, false).await;
        refusals.push(("disabled", second.get(USERS).await));
        enable(&mut admins, true).await;
        assert_eq!(second.get(USERS).await.status, StatusCode::OK);
        let tagged = tag(&mut admins).await;
        let gone = admins
            .system
            .send(Method::DELETE, &token_path, None, &[("if-match", &tagged)])
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        refusals.push(("withdrawn", second.get(USERS).await));
        let mut third = issue(&site, &mut admins, &set_up).await;
        site.installation.clock().advance(90 * DAY_MS - 1);
        assert_eq!(third.get(USERS).await.status, StatusCode::OK);
        site.installation.clock().advance(1);
        refusals.push(("expired", third.get(USERS).await));
        let alike = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            (answer.status, headers, answer.body.clone())
        };
        for (what, answer) in &refusals {
            refused(answer, 401, "provisioning.refused", None);
            assert_eq!(alike(answer), alike(&refusals[0].1), "{what}");
        }
        let mut reasons: Vec<String> = site
            .log("provisioning.refuse")
            .await
            .iter()
            .map(|entry| entry["detail"]["reason"].as_str().unwrap().to_owned())
            .collect();
        reasons.sort();
        assert_eq!(
            reasons,
            [
                "disabled", "expired", "unknown", "unknown", "unknown", "unknown"
            ]
        );

        // Guessing is slowed down, by address, and does not stop those who know.
        let fourth = {
            site.sign_in_with(&mut admins.system, SYSTEM).await;
            issue(&site, &mut admins, &set_up).await
        };
        let mut guesser = Client {
            browser: site.browser(99),
            ..forged.clone()
        };
        let mut throttled = None;
        for _ in 0..80 {
            let answer = guesser.get(USERS).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                throttled = Some(answer);
                break;
            }
        }
        let throttled = throttled.expect("guesses are slowed down");
        refused(&throttled, 429, "session.throttled", None);
        assert!(throttled.headers.contains_key("retry-after"));
        let mut honest = Client {
            browser: site.browser(99),
            ..fourth
        };
        assert_eq!(honest.get(USERS).await.status, StatusCode::OK);
    })
    .await;
}
