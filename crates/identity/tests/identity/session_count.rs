//! How many sessions one person may have at once, also when fifty sign-ins are completed in the same moment.

use crate::security::{save, with};
use crate::site::{Browser, LEAD, SECURITY, SYSTEM, Site, both, password, ready};
use axum::http::StatusCode;
use custos_kernel::crypto::sha256;
use custos_store::Value as Stored;
use serde_json::{Value, json};

async fn set(site: &Site<'_>, concurrent: Value, when_full: &str) {
    let mut system = site.sign_in(SYSTEM).await;
    let sessions = json!({
        "idle_minutes": 1440, "absolute_hours": 720, "fresh_minutes": 5, "concurrent": concurrent, "when_full": when_full
    });
    let answer = save(&mut system, with("/sessions", sessions)).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

async fn alive(browser: &Browser) -> bool {
    browser.clone().get("/session").await.status == StatusCode::OK
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_goes() {
    both(async |installation| {
        let site = ready(installation).await;
        set(&site, json!(2), "oldest_goes").await;
        let first = site.sign_in(LEAD).await;
        let second = site.sign_in(LEAD).await;
        assert!(alive(&first).await && alive(&second).await);
        let third = site.sign_in(LEAD).await;
        assert!(!alive(&first).await && alive(&second).await && alive(&third).await);
        let log = site.log("session.create").await;
        assert_eq!(log[0]["detail"]["sessions_ended"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_is_refused_unless_it_is_an_administrators() {
    both(async |installation| {
        let site = ready(installation).await;
        set(&site, json!(1), "newest_refused").await;
        let mut first = site.sign_in(LEAD).await;
        site.next_code_period();
        let mut second = site.browser(9);
        let body = json!({ "login": LEAD, "password": password(LEAD) });
        second.post("/session", body).await;
        let code = json!({ "code": site.code(LEAD) });
        second
            .post("/session/totp", code.clone())
            .await
            .is(409, "session.too_many");
        assert!(alive(&first).await && !alive(&second).await);
        assert_eq!(
            site.log("session.create").await[0]["detail"]["reason"],
            "too_many_sessions"
        );
        // Nothing was used up: once there is room, the same code goes through.
        first.delete("/session").await;
        let done = second.post("/session/totp", code).await;
        assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        assert!(alive(&second).await);
        let held = site.sign_in(SECURITY).await;
        let owner = site.sign_in(SECURITY).await;
        assert!(!alive(&held).await && alive(&owner).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_leave_as_many_as_there_may_be() {
    both(async |installation| {
        let site = ready(installation).await;
        // Fifty browsers their owner signed in with before, so that no throttle stands between them.
        let mut browsers = Vec::new();
        for n in 0..50 {
            let mut browser = site.browser(100 + n);
            site.sign_in_with(&mut browser, LEAD).await;
            browser.delete("/session").await;
            browsers.push(browser);
        }
        for (most, when_full) in [(3, "oldest_goes"), (4, "newest_refused")] {
            set(&site, json!(most), when_full).await;
            let mut lead = site.sign_in(LEAD).await;
            lead.delete("/me/sessions").await;
            lead.delete("/session").await;
            let codes = fifty_recovery_codes(&site).await;
            let mut running = Vec::new();
            for (browser, code) in browsers.iter().zip(codes) {
                let mut browser = browser.clone();
                let body = json!({ "login": LEAD, "password": password(LEAD) });
                assert_eq!(browser.post("/session", body).await.status, StatusCode::OK);
                running.push(tokio::spawn(async move {
                    let answer = browser
                        .post("/session/recovery", json!({ "code": code }))
                        .await;
                    (answer.status, browser)
                }));
            }
            let mut done = Vec::new();
            let mut living = 0;
            for one in running {
                let (status, browser) = one.await.unwrap();
                done.push(status);
                living += usize::from(alive(&browser).await);
            }
            let through = done
                .iter()
                .filter(|status| **status == StatusCode::OK)
                .count();
            let refused = done
                .iter()
                .filter(|status| **status == StatusCode::CONFLICT)
                .count();
            assert_eq!(through + refused, 50, "{done:?}");
            assert_eq!(living, most, "{when_full}");
            assert_eq!(through, if when_full == "oldest_goes" { 50 } else { most });
        }
    })
    .await;
}

/// Puts codes beside the ten there are: what is stored of one is its hash with the account.
async fn fifty_recovery_codes(site: &Site<'_>) -> Vec<String> {
    let operator = site.operator().await;
    let lead = site
        .identity
        .account_by_login(&operator, LEAD)
        .await
        .unwrap();
    let org = site.org().await;
    let store = site.installation.store();
    let mut codes = Vec::new();
    for n in 0..50 {
        let code = format!("{:0>24}", site.now() * 50 + n);
        let hash = sha256(&[b"recovery".as_slice(), lead.id.as_bytes(), code.as_bytes()].concat());
        let values = [
            Stored::from(&org.as_bytes()[..]),
            Stored::from(&lead.id.as_bytes()[..]),
            Stored::from(hash),
        ];
        let sql = "INSERT INTO recovery_code (org_id, user_id, code) VALUES ($1, $2, $3)";
        store.tamper_for_tests(sql, &values).await.unwrap();
        codes.push(code);
    }
    codes
}
