use crate::site::{AUDIT, Browser, LEAD, SECURITY, SYSTEM, both, path, ready, token_of};
use axum::http::{Method, StatusCode};
use custos_identity::{AccountChange, IdentityError, NewAccount};
use custos_kernel::policy::{DataScope, Role, RoleSet};
use serde_json::{Value, json};
use std::sync::Arc;

fn new_user(login: &str) -> Value {
    json!({"name": "冯小满", "login": login, "department_id": null, "data_scope": "own"})
}

#[tokio::test(flavor = "multi_thread")]
async fn one_administrator_makes_the_account_another_grants_access() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let made = system.post("/users", new_user("Feng.Xiaoman")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        let link = made.body["sign_in_link"].as_str().unwrap();
        let mut person = site.follow(link, "feng.xiaoman").await;
        person.get("/users/directory").await.is(403, "forbidden");

        let row = site.row(&mut system, "feng.xiaoman").await;
        assert_eq!(row["roles"], json!([]));
        assert_eq!(row["totp"], true);
        assert!(row["last_sign_in_at"].is_string());
        let path = format!("/users/{}/access", row["id"].as_str().unwrap());
        let sales = json!({"roles": ["sales"], "data_scope": "department"});
        system
            .put(&path, &row["version"], sales.clone())
            .await
            .is(403, "forbidden");
        let mut security = site.sign_in(SECURITY).await;
        let granted = security.put(&path, &row["version"], sales).await;
        assert_eq!(granted.headers["etag"], "\"2\"");
        assert_eq!(granted.body["data_scope"], "department");
        let names = person.get("/users/directory").await;
        assert_eq!(names.body["items"].as_array().unwrap().len(), 5);
        assert_eq!(site.log("user.grant").await.len(), 2);
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
async fn every_role_has_its_own_powers_and_no_other() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admin = site.sign_in(SYSTEM).await;
        let target = site.row(&mut admin, LEAD).await;
        let id = target["id"].as_str().unwrap().to_owned();
        // What each may: list, create account, change account, link, grant, make department, read names.
        let may = [
            (SYSTEM, [true, true, true, true, false, true, true]),
            (SECURITY, [true, false, false, false, true, false, true]),
            (AUDIT, [false, false, false, false, false, false, true]),
            (LEAD, [false, false, false, false, false, false, true]),
        ];
        for (login, expected) in may {
            let mut browser = site.sign_in(login).await;
            let version = site.row(&mut admin.clone(), LEAD).await["version"].clone();
            let user = format!("/users/{id}");
            let access = json!({"roles": ["sales_lead"], "data_scope": "all"});
            let answers = [
                browser.get("/users").await,
                browser
                    .post("/users", new_user(&format!("new.{login}")))
                    .await,
                browser
                    .patch(&user, &version, json!({"name": "祝冠群"}))
                    .await,
                browser
                    .post(&format!("{user}/sign-in-link"), json!({}))
                    .await,
                browser
                    .put(
                        &format!("{user}/access"),
                        &site.row(&mut admin.clone(), LEAD).await["version"],
                        access,
                    )
                    .await,
                browser
                    .post("/departments", json!({"name": "新部门", "parent_id": null}))
                    .await,
                browser.get("/departments").await,
            ];
            for (n, (answer, may)) in answers.iter().zip(expected).enumerate() {
                let allowed = answer.status.is_success();
                assert_eq!(
                    allowed, may,
                    "{login} {n}: {} {:?}",
                    answer.status, answer.body
                );
                if !may {
                    answer.is(403, "forbidden");
                }
            }
        }
        let refused = site.log("user.create").await;
        assert_eq!(
            refused.iter().filter(|e| e["outcome"] == "denied").count(),
            3
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_their_own_account_or_access() {
    both(async |installation| {
        let site = ready(installation).await;
        for (login, access) in [(SYSTEM, false), (SECURITY, true)] {
            let mut browser = site.sign_in(login).await;
            let row = site.row(&mut browser, login).await;
            let user = format!("/users/{}", row["id"].as_str().unwrap());
            let answer = if access {
                let all = json!({"roles": ["sales"], "data_scope": "all"});
                browser
                    .put(&format!("{user}/access"), &row["version"], all)
                    .await
            } else {
                browser
                    .patch(&user, &row["version"], json!({"status": "disabled"}))
                    .await
            };
            answer.is(403, "forbidden");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_exclude_every_other_role() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut security = site.sign_in(SECURITY).await;
        let row = site.row(&mut security, LEAD).await;
        let path = format!("/users/{}/access", row["id"].as_str().unwrap());
        for roles in [
            json!(["system_admin", "audit_admin"]),
            json!(["sales", "security_admin"]),
        ] {
            let answer = security
                .put(
                    &path,
                    &row["version"],
                    json!({"roles": roles, "data_scope": "own"}),
                )
                .await;
            assert_eq!(
                answer.fields(),
                [("roles".to_owned(), "user.roles.exclusive".to_owned())]
            );
        }
        let both = json!({"roles": ["sales", "sales_lead"], "data_scope": "own"});
        assert_eq!(
            security.put(&path, &row["version"], both).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_of_a_kind_stays() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let mut security = site.sign_in(SECURITY).await;
        let row = site.row(&mut system, SECURITY).await;
        let user = format!("/users/{}", row["id"].as_str().unwrap());
        system
            .patch(&user, &row["version"], json!({"status": "disabled"}))
            .await
            .is(409, "user.last_admin");
        for login in [SYSTEM, AUDIT] {
            let row = site.row(&mut system, login).await;
            let path = format!("/users/{}/access", row["id"].as_str().unwrap());
            let none = json!({"roles": [], "data_scope": "own"});
            security
                .put(&path, &row["version"], none)
                .await
                .is(409, "user.last_admin");
        }
        // With a second one, the first may go.
        let made = system.post("/users", new_user("second.system")).await;
        let path = format!("/users/{}/access", made.body["id"].as_str().unwrap());
        let grant = json!({"roles": ["system_admin"], "data_scope": "own"});
        assert_eq!(
            security.put(&path, &json!(1), grant).await.status,
            StatusCode::OK
        );
        let row = site.row(&mut security, SYSTEM).await;
        let path = format!("/users/{}/access", row["id"].as_str().unwrap());
        let none = json!({"roles": [], "data_scope": "own"});
        assert_eq!(
            security.put(&path, &row["version"], none).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_disable_each_other_one_stays() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let new = NewAccount {
            name: "贺新".to_owned(),
            login: "he.xin".to_owned(),
            department: None,
            data_scope: DataScope::Own,
        };
        let (second, _) = site.identity.create_account(&operator, new).await.unwrap();
        let roles = RoleSet::new([Role::SystemAdmin]).unwrap();
        site.identity
            .set_access(&operator, second, None, roles, DataScope::Own)
            .await
            .unwrap();
        let first = site
            .identity
            .account_by_login(&operator, SYSTEM)
            .await
            .unwrap()
            .id;
        let off = || AccountChange {
            active: Some(false),
            ..Default::default()
        };
        for _ in 0..10 {
            // Both find a connection ready: making one takes longer than the race lasts.
            let ready = [installation.store().read(), installation.store().read()];
            drop(futures::future::join_all(ready).await);
            let [a, b] = [first, second].map(|id| {
                let (identity, operator) = (Arc::clone(&site.identity), operator.clone());
                let off = off();
                tokio::spawn(async move { identity.change_account(&operator, id, None, off).await })
            });
            let outcomes = [(first, a.await.unwrap()), (second, b.await.unwrap())];
            let refused: Vec<&IdentityError> = outcomes
                .iter()
                .filter_map(|(_, outcome)| outcome.as_ref().err())
                .collect();
            assert_eq!(refused.len(), 1);
            assert_eq!(refused[0].to_string(), "user.last_admin");
            for (id, outcome) in &outcomes {
                if outcome.is_ok() {
                    let on = AccountChange {
                        active: Some(true),
                        ..Default::default()
                    };
                    site.identity
                        .change_account(&operator, *id, None, on)
                        .await
                        .unwrap();
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_based_on_an_old_version_is_refused() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let row = site.row(&mut system, LEAD).await;
        let user = format!("/users/{}", row["id"].as_str().unwrap());
        let first = system
            .patch(&user, &row["version"], json!({"name": "祝冠群（休假）"}))
            .await;
        assert_eq!(first.body["name"], "祝冠群（休假）");
        system
            .patch(&user, &row["version"], json!({"name": "别的"}))
            .await
            .is(412, "record.stale");
        let missing = system
            .send(Method::PATCH, &user, Some(json!({})), &[])
            .await;
        missing.is(428, "request.if_match_missing");
        // Signing in is not a change of the account.
        site.sign_in(LEAD).await;
        let moved = system
            .patch(
                &user,
                &first.body["version"],
                json!({"department_id": null}),
            )
            .await;
        assert_eq!(moved.body["department_id"], Value::Null, "{:?}", moved.body);
        assert_eq!(moved.body["name"], "祝冠群（休假）");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_given_once_whatever_its_case() {
    both(async |installation| {
        let site = ready(installation).await;
        let system = site.sign_in(SYSTEM).await;
        let tries = ["feng.man", "FENG.MAN", " Feng.Man "].map(|login| {
            let mut browser: Browser = system.clone();
            async move { browser.post("/users", new_user(login)).await }
        });
        let answers = futures::future::join_all(tries).await;
        assert_eq!(
            answers
                .iter()
                .filter(|a| a.status == StatusCode::CREATED)
                .count(),
            1
        );
        for refused in answers.iter().filter(|a| a.status != StatusCode::CREATED) {
            assert_eq!(
                refused.fields(),
                [("login".to_owned(), "user.login.taken".to_owned())]
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_form_a_tree() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        let root = system.get("/departments").await.body["items"][0].clone();
        let sales = system
            .post(
                "/departments",
                json!({"name": " 销售部 ", "parent_id": root["id"]}),
            )
            .await;
        assert_eq!(sales.body["name"], "销售部");
        let nowhere = json!({"name": "某部", "parent_id": "0198f0a0-0000-7000-8000-000000000000"});
        let answer = system.post("/departments", nowhere).await;
        assert_eq!(
            answer.fields(),
            [("parent_id".to_owned(), "choice.unknown".to_owned())]
        );
        let answer = system
            .post("/departments", json!({"name": "", "parent_id": null}))
            .await;
        assert_eq!(
            answer.fields(),
            [("name".to_owned(), "name.empty".to_owned())]
        );
        let lead = site.sign_in(LEAD).await.get("/departments").await;
        assert_eq!(lead.body["items"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_come_in_pages() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut system = site.sign_in(SYSTEM).await;
        for n in 0..5 {
            installation.clock().advance(10);
            system.post("/users", new_user(&format!("person{n}"))).await;
        }
        let mut logins = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = system.get(&format!("/users?limit=2{cursor}")).await;
            assert_eq!(page.body["total"], 9);
            for user in page.body["items"].as_array().unwrap() {
                logins.push(user["login"].as_str().unwrap().to_owned());
            }
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(logins.len(), 9);
        assert_eq!(
            logins[4..],
            ["person0", "person1", "person2", "person3", "person4"]
        );
        system
            .get("/users?cursor=%27")
            .await
            .is(400, "request.cursor_invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_helps_when_the_app_is_lost() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let mut lead = site.sign_in(LEAD).await;
        let id = site
            .identity
            .account_by_login(&operator, "ZHUGUAN")
            .await
            .unwrap()
            .id;
        site.identity
            .reset_factors(&operator, id, None)
            .await
            .unwrap();
        lead.get("/session").await.is(401, "session.missing");
        let link = site.identity.issue_link(&operator, id).await.unwrap();
        let answer = site
            .browser(1)
            .post("/session/link", json!({"token": token_of(&path(&link))}))
            .await;
        assert_eq!(answer.body["next"], "enrol_totp");
        let off = AccountChange {
            active: Some(false),
            ..Default::default()
        };
        site.identity
            .change_account(&operator, id, None, off)
            .await
            .unwrap();
        let refused = site.identity.issue_link(&operator, id).await.err().unwrap();
        assert_eq!(refused.to_string(), "user.disabled");
        let (all, total) = site.identity.accounts(&operator, None, 100).await.unwrap();
        assert_eq!((all.len(), total), (4, 4));
        assert!(!all.iter().find(|account| account.id == id).unwrap().active);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_another_organisation_do_not_exist() {
    both(async |installation| {
        let site = ready(installation).await;
        let operator = site.operator().await;
        let id = site
            .identity
            .account_by_login(&operator, LEAD)
            .await
            .unwrap()
            .id;
        // The installation's own organisation has a key and nothing else.
        let stranger = installation.caller(Role::SystemAdmin, DataScope::All, None);
        assert_ne!(stranger.org(), operator.org());
        let off = AccountChange {
            active: Some(false),
            ..Default::default()
        };
        assert_eq!(
            site.identity
                .change_account(&stranger, id, None, off)
                .await
                .unwrap_err()
                .to_string(),
            "not_found"
        );
        assert!(site.identity.issue_link(&stranger, id).await.is_err());
        assert!(site.identity.account(&stranger, id).await.is_err());
        assert!(site.identity.account(&operator, id).await.unwrap().active);
    })
    .await;
}
