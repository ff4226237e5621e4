use crate::site::{Answer, LEAD, SECURITY, SYSTEM, both, empty, password, path, ready, token_of};
use axum::http::{Method, StatusCode};
use custos_http::{Access, Registry, SCIM_PATH};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;

/// All of an answer but what differs in every answer.
fn shape(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    (answer.status.as_u16(), answer.body.clone(), headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_does_not_tell_whether_there_is_such_an_account() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let lead = site
            .identity
            .account_by_login(&operator, LEAD)
            .await
            .unwrap();
        let off = custos_identity::AccountChange {
            active: Some(false),
            ..Default::default()
        };
        site.identity
            .change_account(&operator, lead.id, None, off)
            .await
            .unwrap();
        let tries = [
            (SYSTEM, "wrong password".to_owned()),
            ("nobody", "wrong password".to_owned()),
            (LEAD, password(LEAD)),
            ("", String::new()),
            ("x'; DROP TABLE account --", "x".repeat(5000)),
        ];
        let mut shapes = Vec::new();
        for (n, (login, password)) in tries.into_iter().enumerate() {
            let mut browser = site.browser(n as u8);
            let first = browser
                .post("/session", json!({"login": login, "password": password}))
                .await;
            first.is(401, "session.credentials.wrong");
            assert!(browser.cookies.is_empty());
            // The pauses that follow are the same, too.
            for _ in 0..2 {
                browser
                    .post("/session", json!({"login": login, "password": password}))
                    .await;
            }
            let refused = browser
                .post("/session", json!({"login": login, "password": password}))
                .await;
            refused.is(429, "session.throttled");
            shapes.push((shape(&first), shape(&refused)));
        }
        assert!(
            shapes.windows(2).all(|pair| pair[0] == pair[1]),
            "{shapes:?}"
        );
        let log = site.log("session.create").await;
        assert_eq!(log.len(), 4 * 5);
        assert!(log.iter().all(|entry| entry["outcome"] == "failed"));
        assert!(log.iter().all(|entry| {
            entry["detail"]["login"]
                .as_str()
                .unwrap()
                .starts_with("hmac:")
        }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_session_is_worth_nothing_after_the_second_factor() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut victim = site.sign_in(LEAD).await;
        site.next_code_period();
        victim
            .post(
                "/session",
                json!({"login": LEAD, "password": password(LEAD)}),
            )
            .await;
        let planted = victim.clone();
        let before = victim.cookies["__Host-custos"].clone();
        victim
            .post("/session/totp", json!({"code": site.code(LEAD)}))
            .await;
        assert_ne!(victim.cookies["__Host-custos"], before);
        assert_eq!(victim.refresh().await.status, StatusCode::OK);
        planted
            .clone()
            .get("/session")
            .await
            .is(401, "session.missing");
        planted
            .clone()
            .post("/session/totp", json!({"code": site.code(LEAD)}))
            .await
            .is(401, "session.missing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_tries_with_one_code_one_succeeds() {
    both(async |installation| {
        let site = ready(installation).await;
        let known = site.sign_in(LEAD).await;
        site.next_code_period();
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        let mut browsers = Vec::new();
        // From many addresses and from one, over many pending sessions and over one.
        for n in 0..5 {
            let mut browser = if n == 0 {
                known.clone()
            } else {
                site.browser(100 + n)
            };
            assert_eq!(
                browser.post("/session", credentials.clone()).await.status,
                StatusCode::OK
            );
            browsers.extend(std::iter::repeat_n(browser, 10));
        }
        let code = site.code(LEAD);
        let tries = browsers.into_iter().map(|mut browser| {
            let body = json!({"code": code});
            async move { (browser.post("/session/totp", body).await, browser) }
        });
        let answers = futures::future::join_all(tries).await;
        let mut inside = 0;
        for (answer, mut browser) in answers {
            if answer.status == StatusCode::OK {
                inside += 1;
                assert_eq!(browser.refresh().await.status, StatusCode::OK);
            } else {
                assert!(
                    [401, 409, 429].contains(&answer.status.as_u16()),
                    "{:?}",
                    answer.body
                );
                assert_ne!(browser.refresh().await.status, StatusCode::OK);
            }
        }
        assert_eq!(inside, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_cannot_be_used_again_nor_an_older_one() {
    both(async |installation| {
        let site = ready(installation).await;
        site.sign_in(LEAD).await;
        let used = site.code(LEAD);
        let mut browser = site.browser(1);
        browser
            .post(
                "/session",
                json!({"login": LEAD, "password": password(LEAD)}),
            )
            .await;
        browser
            .post("/session/totp", json!({"code": used}))
            .await
            .is(401, "session.totp.wrong");
        installation.clock().advance(30_000);
        // Within the tolerance, but used.
        browser
            .post("/session/totp", json!({"code": used}))
            .await
            .is(401, "session.totp.wrong");
        assert_eq!(
            browser
                .post("/session/totp", json!({"code": site.code(LEAD)}))
                .await
                .body["next"],
            "done"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_session_ends_with_the_fifth_wrong_code() {
    both(async |installation| {
        let site = ready(installation).await;
        site.sign_in(LEAD).await;
        let mut browser = site.browser(1);
        browser
            .post(
                "/session",
                json!({"login": LEAD, "password": password(LEAD)}),
            )
            .await;
        for n in 1..=5 {
            installation.clock().advance(60_000);
            let answer = browser
                .post("/session/totp", json!({"code": "12345x"}))
                .await;
            answer.is(
                401,
                if n < 5 {
                    "session.totp.wrong"
                } else {
                    "session.expired"
                },
            );
        }
        installation.clock().advance(60_000);
        browser
            .post("/session/totp", json!({"code": site.code(LEAD)}))
            .await
            .is(401, "session.missing");
        assert_eq!(
            site.log("session.create")
                .await
                .iter()
                .filter(|e| e["outcome"] == "failed")
                .count(),
            5
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_factors_cannot_be_guessed_from_many_addresses() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut owner = site.sign_in(LEAD).await;
        site.next_code_period();
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        let mut looked_at = 0;
        for n in 0..40_u8 {
            let mut browser = site.browser_at(IpAddr::from([198, 51, 100, n]));
            browser.post("/session", credentials.clone()).await;
            let answer = browser
                .post("/session/totp", json!({"code": "000000"}))
                .await;
            looked_at += u32::from(answer.status == StatusCode::UNAUTHORIZED);
        }
        assert_eq!(looked_at, 10);
        // The owner still gets in from their own browser.
        owner.cookies.remove("__Host-custos");
        site.sign_in_with(&mut owner, LEAD).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_follow_one_link_one_gets_in() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let id = site
            .identity
            .account_by_login(&operator, LEAD)
            .await
            .unwrap()
            .id;
        let link = path(&site.identity.issue_link(&operator, id).await.unwrap());
        let tries = (0..20).map(|n| {
            let mut browser = site.browser(n);
            let body = json!({"token": token_of(&link)});
            async move { browser.post("/session/link", body).await.status }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|s| **s == StatusCode::OK).count(), 1);
        assert!(
            statuses.iter().all(|s| [200, 401].contains(&s.as_u16())),
            "{statuses:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_use_one_recovery_code_one_gets_in() {
    both(async |installation| {
        let site = ready(installation).await;
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        let mut browser = site.browser(1);
        browser.post("/session", credentials.clone()).await;
        site.enrol(&mut browser, LEAD).await;
        let done = browser
            .post(
                "/session/totp/confirmation",
                json!({"code": site.code(LEAD)}),
            )
            .await;
        let mut browsers = Vec::new();
        for n in 0..8 {
            let mut browser = site.browser(10 + n);
            browser.post("/session", credentials.clone()).await;
            browsers.push(browser);
        }
        let tries = browsers.into_iter().map(|mut browser| {
            let body = json!({"code": done.body["recovery_codes"][0]});
            async move { browser.post("/session/recovery", body).await.status }
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

/// Ids of the operations that need no session. Growing this list is a decision.
const PRE_AUTH: [&str; 22] = [
    "identity_provider_logout",
    "session_code",
    "session_code_message",
    "session_create",
    "session_federation",
    "session_federation_callback",
    "session_link",
    "session_passkey",
    "session_passkey_options",
    "session_password_strength",
    "session_provider_list",
    "session_recovery",
    "session_reset",
    "session_reset_confirmation",
    "session_saml_metadata",
    "session_saml_receive",
    "session_second_factor_passkey",
    "session_second_factor_passkey_options",
    "session_totp",
    "session_totp_confirmation",
    "session_totp_enrolment",
    "setup_create",
];

#[tokio::test(flavor = "multi_thread")]
async fn without_a_complete_session_nothing_else_can_be_called() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut pending = site.browser(1);
        pending
            .post(
                "/session",
                json!({"login": SYSTEM, "password": password(SYSTEM)}),
            )
            .await;
        let mut forged = site.browser(2);
        forged
            .cookies
            .insert("__Host-custos".to_owned(), "A".repeat(43));
        let mut nobody = site.browser(3);

        let mut registry = Registry::new();
        registry.add(Arc::clone(&site.identity), custos_identity::operations());
        let mut open = Vec::new();
        for (id, method, path, access) in registry.operations() {
            match access {
                Access::PreAuth => open.push(id),
                Access::Public => panic!("{id} is public"),
                Access::Provisioning { .. } => {
                    let id = "0198f0a0-0000-7000-8000-000000000000";
                    let path = format!("{SCIM_PATH}{}", path.replace("{id}", id));
                    for browser in [&mut pending, &mut forged, &mut nobody] {
                        let answer = browser.send(method.clone(), &path, Some(json!({})), &[]);
                        let answer = answer.await;
                        assert_eq!(answer.status.as_u16(), 401, "{path}");
                        assert_eq!(answer.body["detail"], "provisioning.refused", "{path}");
                    }
                }
                Access::Own | Access::Action { .. } => {
                    let path = path
                        .replace("{id}", "0198f0a0-0000-7000-8000-000000000000")
                        .replace("{key}", "k");
                    let call = async |browser: &mut crate::site::Browser| {
                        browser
                            .send(
                                method.clone(),
                                &path,
                                Some(json!({})),
                                &[("if-match", "\"1\"")],
                            )
                            .await
                    };
                    call(&mut pending).await.is(401, "session.second_factor");
                    call(&mut forged).await.is(401, "session.missing");
                    call(&mut nobody).await.is(401, "session.missing");
                }
            }
        }
        open.sort_unstable();
        assert_eq!(open, PRE_AUTH);
        let cross_site: Vec<&str> = registry.cross_site().collect();
        assert_eq!(cross_site, ["session_saml_receive"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_session_cannot_go_back_to_the_second_factor() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(SECURITY).await;
        for path in [
            "/session/totp",
            "/session/recovery",
            "/session/totp/confirmation",
        ] {
            browser
                .post(path, json!({"code": "000000"}))
                .await
                .is(409, "session.complete");
        }
        let answer = browser
            .send(Method::POST, "/session/totp/enrolment", None, &[])
            .await;
        answer.is(409, "session.complete");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_of_another_installation_opens_nothing() {
    custos_testkit::both(
        &[
            custos_outbox::MIGRATIONS,
            custos_access::MIGRATIONS,
            custos_identity::MIGRATIONS,
        ],
        async |first| {
            let site = ready(first).await;
            let signed_in = site.sign_in(SYSTEM).await;
            let second = custos_testkit::Installation::sqlite(&[
                custos_outbox::MIGRATIONS,
                custos_access::MIGRATIONS,
                custos_identity::MIGRATIONS,
            ])
            .await;
            let other = empty(&second);
            let mut browser = other.browser(1);
            browser.cookies = signed_in.cookies.clone();
            browser.csrf = signed_in.csrf.clone();
            browser.get("/users").await.is(401, "session.missing");
        },
    )
    .await;
}
