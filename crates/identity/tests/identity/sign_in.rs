use crate::site::{LEAD, SYSTEM, both, password, path, ready, token_of};
use axum::http::{Method, StatusCode};
use custos_identity::NewAccount;
use custos_kernel::policy::DataScope;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn first_time_then_every_time() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.browser(1);
        let answer = browser
            .post(
                "/session",
                json!({"login": " XiTong ", "password": password(SYSTEM)}),
            )
            .await;
        assert_eq!(answer.body["next"], "enrol_totp");
        browser
            .post("/session/totp", json!({"code": "000000"}))
            .await
            .is(409, "session.totp.not_set_up");
        let enrolment = site.enrol(&mut browser, SYSTEM).await;
        assert!(enrolment.body["qr_svg"].as_str().unwrap().contains("<svg"));
        let uri = enrolment.body["otpauth_uri"].as_str().unwrap();
        assert!(
            uri.starts_with("otpauth://totp/Custos:xitong?secret="),
            "{uri}"
        );
        // Asked again, it is the same: the picture on the screen stays good.
        let again = site.enrol(&mut browser, SYSTEM).await;
        assert_eq!(again.body["secret"], enrolment.body["secret"]);
        let done = browser
            .post(
                "/session/totp/confirmation",
                json!({"code": site.code(SYSTEM)}),
            )
            .await;
        assert_eq!(done.body["next"], "done");
        assert_eq!(done.body["recovery_codes"].as_array().unwrap().len(), 10);
        let session = browser.refresh().await;
        assert_eq!(session.body["user"]["login"], SYSTEM);
        assert_eq!(
            session.body["permissions"],
            json!(["user.create", "user.list", "user.read"])
        );
        assert_eq!(session.body["organisation"]["name"], "青石仪器有限公司");

        site.next_code_period();
        let mut second = site.browser(2);
        let answer = second
            .post(
                "/session",
                json!({"login": SYSTEM, "password": password(SYSTEM)}),
            )
            .await;
        assert_eq!(answer.body["next"], "totp");
        // Who has an app cannot be given another one by whoever knows the password.
        site.enrol(&mut second.clone(), "nobody")
            .await
            .is(409, "session.totp.set_up");
        let done = second
            .post("/session/totp", json!({"code": site.code(SYSTEM)}))
            .await;
        assert_eq!(done.body["next"], "done");
        assert_eq!(second.refresh().await.status, StatusCode::OK);

        let methods: Vec<Value> = site
            .log("session.create")
            .await
            .iter()
            .map(|e| e["detail"]["method"].clone())
            .collect();
        assert_eq!(methods, [json!("totp"), json!("enrolment")]);
        assert_eq!(site.log("user.enrol").await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_work_once() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut browser = site.browser(1);
        let credentials = json!({"login": LEAD, "password": password(LEAD)});
        browser.post("/session", credentials.clone()).await;
        site.enrol(&mut browser, LEAD).await;
        let done = browser
            .post(
                "/session/totp/confirmation",
                json!({"code": site.code(LEAD)}),
            )
            .await;
        let codes: Vec<String> =
            serde_json::from_value(done.body["recovery_codes"].clone()).unwrap();

        let mut phone_lost = site.browser(2);
        phone_lost.post("/session", credentials.clone()).await;
        let typed = codes[3].to_lowercase().replace('-', " ");
        let done = phone_lost
            .post("/session/recovery", json!({"code": typed}))
            .await;
        assert_eq!(done.body["next"], "done");
        assert_eq!(phone_lost.refresh().await.status, StatusCode::OK);

        let mut again = site.browser(3);
        again.post("/session", credentials.clone()).await;
        again
            .post("/session/recovery", json!({"code": codes[3]}))
            .await
            .is(401, "session.recovery.wrong");
        again
            .post("/session/recovery", json!({"code": "nonsense"}))
            .await
            .is(401, "session.recovery.wrong");
        installation.clock().advance(60_000);
        assert_eq!(
            again
                .post("/session/recovery", json!({"code": codes[4]}))
                .await
                .body["next"],
            "done"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_in_once_and_a_password_may_follow() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let new = NewAccount {
            name: "钱多多".to_owned(),
            login: "qian.duoduo".to_owned(),
            department: None,
            data_scope: DataScope::Own,
        };
        let (id, link) = site.identity.create_account(&operator, new).await.unwrap();
        let token = json!({"token": token_of(&path(&link))});
        let mut browser = site.follow(&path(&link), "qian.duoduo").await;
        site.browser(1)
            .post("/session/link", token)
            .await
            .is(401, "session.link.invalid");

        // There is no password: nothing signs in by one.
        let none = json!({"login": "qian.duoduo", "password": ""});
        site.browser(1)
            .post("/session", none)
            .await
            .is(401, "session.credentials.wrong");
        let weak = browser
            .send(
                Method::PUT,
                "/session/password",
                Some(json!({"new": "qian.duoduo1"})),
                &[],
            )
            .await;
        assert_eq!(
            weak.fields(),
            [("new".to_owned(), "password.guessable".to_owned())]
        );
        assert_eq!(browser.refresh().await.body["user"]["password"], false);
        let set = json!({"current": null, "new": password("qian.duoduo")});
        let answer = browser
            .send(Method::PUT, "/session/password", Some(set.clone()), &[])
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
        assert_eq!(browser.refresh().await.body["user"]["password"], true);
        // From now on the present one is needed.
        let answer = browser
            .send(Method::PUT, "/session/password", Some(set), &[])
            .await;
        assert_eq!(
            answer.fields(),
            [("current".to_owned(), "password.wrong".to_owned())]
        );
        site.sign_in("qian.duoduo").await;

        // An account with an app is asked for its code after a link, too.
        let link = site.identity.issue_link(&operator, id).await.unwrap();
        let answer = site
            .browser(1)
            .post("/session/link", json!({"token": token_of(&path(&link))}))
            .await;
        assert_eq!(answer.body["next"], "totp");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_after_a_day_and_when_there_is_a_newer_one() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let id = site
            .identity
            .account_by_login(&operator, LEAD)
            .await
            .unwrap()
            .id;
        let day = 24 * 3_600_000;
        let old = site.identity.issue_link(&operator, id).await.unwrap();
        let new = site.identity.issue_link(&operator, id).await.unwrap();
        let follow = async |link| {
            site.browser(1)
                .post("/session/link", json!({"token": token_of(&path(link))}))
                .await
        };
        follow(&old).await.is(401, "session.link.invalid");
        installation.clock().advance(day - 1);
        assert_eq!(follow(&new).await.status, StatusCode::OK);
        let late = site.identity.issue_link(&operator, id).await.unwrap();
        installation.clock().advance(day);
        follow(&late).await.is(401, "session.link.invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut here = site.sign_in(LEAD).await;
        let mut elsewhere = site.sign_in(LEAD).await;
        let wrong = json!({"current": "not the password", "new": "violet-harbour-tortoise-9"});
        let answer = here
            .send(Method::PUT, "/session/password", Some(wrong), &[])
            .await;
        assert_eq!(
            answer.fields(),
            [("current".to_owned(), "password.wrong".to_owned())]
        );
        assert_eq!(elsewhere.refresh().await.status, StatusCode::OK);
        let right = json!({"current": password(LEAD), "new": "violet-harbour-tortoise-9"});
        let answer = here
            .send(Method::PUT, "/session/password", Some(right), &[])
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{:?}", answer.body);
        assert_eq!(here.refresh().await.status, StatusCode::OK);
        elsewhere.refresh().await.is(401, "session.missing");
        let old = json!({"login": LEAD, "password": password(LEAD)});
        site.browser(1)
            .post("/session", old)
            .await
            .is(401, "session.credentials.wrong");
        let new = json!({"login": LEAD, "password": "violet-harbour-tortoise-9"});
        assert_eq!(
            site.browser(1).post("/session", new).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strength_is_judged_without_a_session() {
    both(async |installation| {
        let site = ready(installation).await;
        let judge = async |password: &str| {
            site.browser(1)
                .post("/session/password/strength", json!({"password": password}))
                .await
                .body
        };
        assert_eq!(judge("brave-lantern-47-otter").await["accepted"], true);
        let weak = judge("12345678").await;
        assert_eq!(weak["accepted"], false);
        assert_eq!(weak["score"], 0);
        assert_eq!(
            weak["codes"],
            json!(["password.too_short", "password.breached"])
        );
    })
    .await;
}
