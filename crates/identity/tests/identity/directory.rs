use crate::site::{LEAD, SYSTEM, Site, both, password, ready};
use crate::slapd::{PASSWORD, SECRET, Slapd};
use axum::http::StatusCode;
use serde_json::{Value, json};

async fn provider(site: &Site<'_>, slapd: &Slapd, accounts: &str) -> String {
    let mut admin = site.sign_in(SYSTEM).await;
    let config = serde_json::to_value(slapd.config()).unwrap();
    let new = json!({ "kind": "ldap", "name": "目录", "accounts": accounts, "config": config, "secret": SECRET });
    let made = admin.post("/identity-providers", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/identity-providers/{id}");
    let on = json!({ "enabled": true });
    let enabled = admin.patch(&path, &made.body["version"], on).await;
    assert_eq!(enabled.status, StatusCode::OK, "{:?}", enabled.body);
    id
}

fn credentials(login: &str, password: &str) -> Value {
    json!({ "login": login, "password": password })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directorys_password_signs_in_and_all_else_is_refused_alike() {
    both(async |installation| {
        let Some(slapd) = Slapd::start(false).await else {
            return;
        };
        let site = ready(installation).await;
        let mut before = site.browser(1);
        let early = before
            .post("/session", credentials("li.na", PASSWORD))
            .await;
        early.is(401, "session.credentials.wrong");
        provider(&site, &slapd, "create").await;

        let mut browser = site.browser(2);
        let in_ = browser
            .post("/session", credentials("li.na", PASSWORD))
            .await;
        assert_eq!(in_.status, StatusCode::OK, "{:?}", in_.body);
        assert_eq!(in_.body["next"], "enrol_totp");
        let mut refusals = Vec::new();
        for (host, login, password) in [
            (10, "li.na", "wrong"),
            (11, "li.na", ""),
            (12, "nobody", PASSWORD),
            (13, "*", PASSWORD),
            (14, "li.n*", PASSWORD),
            (15, "wang.fang)(uid=*", PASSWORD),
            (16, "zhao.lei", PASSWORD),
            (17, LEAD, "wrong"),
            (18, "", ""),
        ] {
            let answer = site
                .browser(host)
                .post("/session", credentials(login, password))
                .await;
            answer.is(401, "session.credentials.wrong");
            refusals.push(answer.body);
        }
        assert!(
            refusals
                .iter()
                .all(|body| body["params"] == refusals[0]["params"])
        );
        // The same person, in the directory's spelling, has the account made before; the roles are not given yet.
        let mut admin = site.sign_in(SYSTEM).await;
        let row = site.row(&mut admin, "li.na").await;
        assert_eq!(row["roles"], json!([]));
        let mut again = site.browser(3);
        let in_ = again.post("/session", credentials("LI.NA", PASSWORD)).await;
        assert_eq!(in_.status, StatusCode::OK, "{:?}", in_.body);
        let users = admin.get("/users?limit=200").await;
        assert_eq!(users.body["items"].as_array().unwrap().len(), 5);
        let reasons = site.log("session.federate").await;
        assert_eq!(reasons[0]["detail"]["reason"], "disabled");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_password_is_not_shown_to_the_directory_and_works_without_it() {
    both(async |installation| {
        let Some(slapd) = Slapd::start(false).await else {
            return;
        };
        let site = ready(installation).await;
        provider(&site, &slapd, "link_only").await;
        // Known there, without an account here.
        let mut stranger = site.browser(4);
        let refused = stranger
            .post("/session", credentials("wang.fang", PASSWORD))
            .await;
        refused.is(401, "federation.not_linked");
        drop(slapd);
        let mut lead = site.browser(5);
        let own = lead
            .post("/session", credentials(LEAD, &password(LEAD)))
            .await;
        assert_eq!(own.status, StatusCode::OK, "{:?}", own.body);
        let gone = site
            .browser(6)
            .post("/session", credentials("li.na", PASSWORD))
            .await;
        gone.is(401, "session.credentials.wrong");
        let reasons = site.log("session.federate").await;
        assert_eq!(reasons[0]["detail"]["reason"], "unreachable");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_work_is_not_taken() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admin = site.sign_in(SYSTEM).await;
        let config = json!({
            "url": "http://directory.example", "bind_dn": "cn=custos", "user_base": "dc=example",
            "user_filter": "(uid=*)", "subject_attribute": "entryUUID", "login_attribute": "uid",
            "name_attribute": "cn", "mail_attribute": "mail",
        });
        let new = json!({ "kind": "ldap", "name": "目录", "accounts": "create", "config": config });
        let answer = admin.post("/identity-providers", new).await;
        let fields: Vec<String> = answer
            .fields()
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, ["config.url", "config.user_filter"]);
    })
    .await;
}
