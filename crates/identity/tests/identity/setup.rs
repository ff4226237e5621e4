use crate::site::{Answer, LEAD, SECURITY, both, empty, ready, setup_body};
use axum::http::StatusCode;
use custos_identity::DemoPlan;
use custos_kernel::policy::Role;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn makes_everything_once() {
    both(async |installation| {
        let site = empty(installation);
        assert!(site.identity.setup_required().await.unwrap());
        let mut browser = site.browser(1);
        browser
            .post("/session", json!({"login": "x", "password": "y"}))
            .await
            .is(409, "setup.required");
        assert_eq!(
            browser.post("/setup", setup_body()).await.status,
            StatusCode::CREATED
        );
        assert!(!site.identity.setup_required().await.unwrap());
        browser
            .post("/setup", setup_body())
            .await
            .is(409, "setup.done");
        let directory = site.identity.directory(site.org().await).await.unwrap();
        assert_eq!(directory.organisation_name(), "青石仪器有限公司");
        assert_eq!(directory.people().count(), 4);
        assert_eq!(directory.departments().count(), 1);
        let lead = directory.user_by_login_or_name(" ZhuGuan ").unwrap();
        assert_eq!(directory.user_by_login_or_name("祝冠群"), Some(lead));
        assert_eq!(directory.user_by_login_or_name("无此人"), None);
        assert_eq!(
            directory.person(lead).unwrap().department,
            directory.departments().next().map(|d| d.0)
        );
        assert_eq!(site.log("organisation.create").await.len(), 1);
        assert_eq!(site.log("user.create").await.len(), 4);
        assert!(
            installation
                .verify(site.org().await)
                .await
                .findings
                .is_empty()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_succeeds() {
    both(async |installation| {
        let site = empty(installation);
        let attempts = (0..8).map(|n| {
            let mut browser = site.browser(n);
            async move { browser.post("/setup", setup_body()).await }
        });
        let answers: Vec<Answer> = futures::future::join_all(attempts).await;
        let made = answers
            .iter()
            .filter(|a| a.status == StatusCode::CREATED)
            .count();
        assert_eq!(made, 1);
        for answer in answers.iter().filter(|a| a.status != StatusCode::CREATED) {
            answer.is(409, "setup.done");
        }
        assert_eq!(site.identity.organisations().await.unwrap().len(), 1);
        let directory = site.identity.directory(site.org().await).await.unwrap();
        assert_eq!(directory.people().count(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn needs_the_code_and_guesses_are_slowed_down() {
    both(async |installation| {
        let site = empty(installation);
        let mut browser = site.browser(1);
        let mut body = setup_body();
        body["setup_code"] = json!("K7RW-2M9D-XQ4S");
        for _ in 0..60 {
            browser
                .post("/setup", body.clone())
                .await
                .is(403, "setup.code.wrong");
        }
        let refused = browser.post("/setup", body).await;
        refused.is(429, "session.throttled");
        assert_eq!(refused.headers["retry-after"], "2");
        assert!(site.identity.setup_required().await.unwrap());
        // From elsewhere the right person still gets in.
        assert_eq!(
            site.browser(2).post("/setup", setup_body()).await.status,
            StatusCode::CREATED
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_every_field_that_is_wrong() {
    both(async |installation| {
        let site = empty(installation);
        let mut body = setup_body();
        body["organisation_name"] = json!("  ");
        body["language"] = json!("tlh");
        body["users"][0]["login"] = json!("a b");
        body["users"][1]["password"] = json!("password1234");
        body["users"][2]["name"] = json!("");
        body["users"][3]["login"] = json!(SECURITY.to_uppercase());
        body["users"][3]["password"] = json!("short");
        let answer = site.browser(1).post("/setup", body).await;
        answer.is(422, "request.invalid");
        let fields: BTreeSet<(String, String)> = answer.fields().into_iter().collect();
        let expected = [
            ("organisation_name", "name.empty"),
            ("language", "choice.unknown"),
            ("users[0].login", "user.login.invalid"),
            ("users[1].password", "password.breached"),
            ("users[2].name", "name.empty"),
            ("users[3].login", "user.login.taken"),
            ("users[3].password", "password.too_short"),
            ("users[3].password", "password.guessable"),
        ];
        for (field, code) in expected {
            assert!(
                fields.contains(&(field.to_owned(), code.to_owned())),
                "{field} {code} in {fields:?}"
            );
        }
        assert_eq!(fields.len(), expected.len(), "{fields:?}");
        let mut body = setup_body();
        body["users"][1]["role"] = json!("system_admin");
        let answer = site.browser(1).post("/setup", body).await;
        assert_eq!(
            answer.fields(),
            [("users".to_owned(), "setup.users.incomplete".to_owned())]
        );
        assert!(site.identity.setup_required().await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_staff_is_on_disk_in_clear() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.sign_in(LEAD).await;
        browser
            .put(
                "/me/preferences/customers.list",
                &json!(0),
                json!({"value": {"q": "绝密客户"}}),
            )
            .await;
        browser
            .post(
                "/session",
                json!({"login": "geheimnis", "password": "whatever it was"}),
            )
            .await;
        // What must be there shows that the dump is one.
        assert!(
            installation.store().engine() == custos_store::EngineKind::Sqlite
                || installation.dump_shows("sales_lead")
        );
        for text in [
            "祝冠群",
            LEAD,
            "青石仪器",
            "绝密客户",
            "geheimnis",
            "brave-zhuguan-lantern-47",
        ] {
            assert!(!installation.dump_shows(text), "{text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_complete_and_everybody_gets_in() {
    both(async |installation| {
        let site = empty(installation);
        let accounts = site.identity.seed_demo(DemoPlan::default()).await.unwrap();
        for role in Role::ALL
            .into_iter()
            .filter(|role| *role != Role::ExternalAuditor)
        {
            assert!(
                accounts.iter().any(|account| account.role == role),
                "{role:?}"
            );
        }
        for account in &accounts {
            let mut browser = site.follow(&account.link.path(), &account.login).await;
            let session = browser.get("/session").await;
            assert_eq!(session.body["user"]["name"], account.name.as_str());
            assert_eq!(session.body["user"]["roles"], json!([account.role.name()]));
        }
        assert!(site.identity.seed_demo(DemoPlan::default()).await.is_err());
        let directory = site.identity.directory(site.org().await).await.unwrap();
        let (center, _) = directory
            .departments()
            .find(|(_, d)| d.name == "销售中心")
            .unwrap();
        assert_eq!(directory.departments_below(center).len(), 2);
    })
    .await;
}
