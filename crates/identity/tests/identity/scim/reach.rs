//! What a provider must not reach.

use super::{GROUPS, USERS, grant, id, issue, refused, row};
use crate::federation::{Admins, admins, set_up};
use crate::site::{LEAD, SYSTEM, both, ready};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_reaches_nothing_it_does_not_keep() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let ours = set_up(&site, &mut admins, "idp.example", "create").await;
        let theirs = set_up(&site, &mut admins, "other.example", "create").await;
        let mut scim = issue(&site, &mut admins, &ours).await;
        let mut other = issue(&site, &mut admins, &theirs).await;
        grant(&mut admins, &ours, false).await;
        let mine = scim.user("mine", "m-1").await;
        let of_another = other.user("theirs", "m-1").await;
        let their_group = other.group("sales", &[&of_another]).await;
        let service = json!({ "name": "ERP", "department_id": null, "data_scope": "own" });
        let service = id(&admins.system.post("/service-accounts", service).await);
        let account = async |admins: &mut Admins, login: &str| {
            row(&site, admins, login).await["id"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let local = account(&mut admins, LEAD).await;
        let founder = account(&mut admins, SYSTEM).await;
        let before = admins.system.get("/users?limit=200").await.body;
        let nobody = format!("{USERS}/019b8a00-0000-7000-8000-0000000000ff");
        let off = json!([{ "op": "replace", "path": "active", "value": false }]);
        let whole = json!({ "userName": "gone", "active": false });
        let mut answers = Vec::new();
        for path in [
            of_another.clone(),
            local.clone(),
            founder.clone(),
            service.clone(),
        ]
        .iter()
        .map(|id| format!("{USERS}/{id}"))
        .chain([nobody])
        {
            let tries = [
                scim.get(&path).await,
                scim.patch(&path, off.clone()).await,
                scim.patch(
                    &path,
                    json!([{ "op": "replace", "path": "externalId", "value": "m-9" }]),
                )
                .await,
                scim.send(Method::PUT, &path, Some(whole.clone())).await,
                scim.send(Method::DELETE, &path, None).await,
            ];
            for answer in &tries {
                refused(answer, 404, "not_found", None);
            }
            answers.push(tries.map(|answer| answer.body));
        }
        // Somebody else's and nobody's are the same.
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        for member in [&of_another, &local, &founder, &service] {
            let body = json!({ "displayName": "sales", "members": [{ "value": member }] });
            refused(
                &scim.post(GROUPS, body).await,
                400,
                "provisioning.refused",
                Some("invalidValue"),
            );
        }
        let path = format!("{GROUPS}/{their_group}");
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": mine }] }]);
        for answer in [
            scim.get(&path).await,
            scim.patch(&path, add).await,
            scim.send(Method::DELETE, &path, None).await,
        ] {
            refused(&answer, 404, "not_found", None);
        }
        let named = json!({ "displayName": "mine now", "members": [] });
        refused(
            &scim.send(Method::PUT, &path, Some(named)).await,
            404,
            "not_found",
            None,
        );
        // A name is not a person: who is called as somebody here gets no account of theirs.
        for login in [SYSTEM, LEAD, "theirs"] {
            let body = json!({ "userName": login, "externalId": "x-1" });
            refused(
                &scim.post(USERS, body).await,
                409,
                "provisioning.refused",
                Some("uniqueness"),
            );
        }
        assert_eq!(scim.get(USERS).await.body["totalResults"], 1);
        assert_eq!(admins.system.get("/users?limit=200").await.body, before);
        // The refusals are in the log.
        let denied = |entries: Vec<Value>| {
            entries
                .into_iter()
                .filter(|entry| entry["outcome"] == "denied")
                .count()
        };
        assert_eq!(denied(site.log("user.read").await), 4);
        assert_eq!(denied(site.log("user.update").await), 16);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_account_is_the_providers_only_if_it_may_give_such_roles() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        grant(&mut admins, &set_up, false).await;
        let user = scim.user("boss", "b-1").await;
        let path = format!("{USERS}/{user}");
        let access = json!({ "roles": ["security_admin"], "data_scope": "own" });
        let done = admins
            .security
            .put(&format!("/users/{user}/access"), &json!(1), access)
            .await;
        assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        let off = json!([{ "op": "replace", "path": "active", "value": false }]);
        refused(&scim.get(&path).await, 404, "not_found", None);
        refused(
            &scim.patch(&path, off.clone()).await,
            404,
            "not_found",
            None,
        );
        refused(
            &scim.send(Method::DELETE, &path, None).await,
            404,
            "not_found",
            None,
        );
        assert_eq!(scim.get(USERS).await.body["totalResults"], 0);
        assert_eq!(row(&site, &mut admins, "boss").await["status"], "active");
        grant(&mut admins, &set_up, true).await;
        assert_eq!(scim.patch(&path, off.clone()).await.body["active"], false);
        // The last of a kind stays, whoever says so.
        let user = scim.user("lone", "l-1").await;
        scim.group("auditors", &[&user]).await;
        assert_eq!(
            row(&site, &mut admins, "lone").await["roles"],
            json!(["audit_admin"])
        );
        let only = row(&site, &mut admins, crate::site::AUDIT).await;
        let path = format!("/users/{}", only["id"].as_str().unwrap());
        let done = admins
            .system
            .patch(&path, &only["version"], json!({ "status": "disabled" }))
            .await;
        assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        let last = scim.patch(&format!("{USERS}/{user}"), off).await;
        refused(&last, 409, "user.last_admin", None);
    })
    .await;
}
