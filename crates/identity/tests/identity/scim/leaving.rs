//! Who is disabled at the provider, and who came by it before.

use super::{GROUPS, USERS, grant, issue, refused, row, version};
use crate::federation::{admins, set_up, sign_in, wang};
use crate::registered::Device;
use crate::site::{SYSTEM, both, node, ready};
use axum::http::{Method, StatusCode};
use serde_json::json;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_at_the_provider_is_out_with_the_next_request() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        grant(&mut admins, &set_up, false).await;
        *set_up.idp.now.lock().unwrap() = site.now();
        // The subject by which the provider vouches at sign-in is the user's externalId.
        let user = scim.user("wang.fang", "248289761001").await;
        let path = format!("{USERS}/{user}");
        scim.group("sales", &[&user]).await;
        let off = json!([{ "op": "Replace", "path": "active", "value": "False" }]);
        let on = json!([{ "op": "replace", "value": { "active": true } }]);
        let whole = |active: bool| json!({ "userName": "wang.fang", "externalId": "248289761001", "active": active });
        for way in ["patch", "put", "delete"] {
            let mut browser = site.browser(20);
            let answer = sign_in(&mut browser, &set_up, wang(json!({ "groups": [] }))).await;
            assert_eq!(answer.body["next"], "done", "{way}: {:?}", answer.body);
            assert_eq!(browser.refresh().await.body["user"]["id"], user.as_str());
            // The groups kept here count, whatever the provider says at sign-in.
            assert_eq!(browser.refresh().await.body["user"]["roles"], json!(["sales"]));
            let mut at_work = site.browser(21);
            sign_in(&mut at_work, &set_up, wang(json!({}))).await;
            at_work.refresh().await;
            let device = Device::register(&mut at_work, "办公室电脑").await;
            let elsewhere = node(installation, installation.store(), installation.sink().clone());
            let mut other = browser.at(&elsewhere);
            assert_eq!(browser.get("/session").await.status, StatusCode::OK);
            assert_eq!(other.get("/session").await.status, StatusCode::OK);
            assert_eq!(device.get(&site, &mut at_work, "/session").await.status, StatusCode::OK);
            let done = match way {
                "patch" => scim.patch(&path, off.clone()).await,
                "put" => scim.send(Method::PUT, &path, Some(whole(false))).await,
                _ => scim.send(Method::DELETE, &path, None).await,
            };
            assert!(done.status.is_success(), "{way}: {:?}", done.body);
            browser.get("/session").await.is(401, "session.missing");
            device.get(&site, &mut at_work, "/session").await.is(401, "session.missing");
            // On another node within a second.
            site.installation.clock().advance(1000);
            other.get("/session").await.is(401, "session.missing");
            let devices = format!("/users/{user}/devices");
            let list = admins.security.get(&devices).await;
            let items = list.body["items"].as_array().unwrap();
            assert!(!items.is_empty() && items.iter().all(|device| device["state"] == "removed"), "{items:?}");
            let entry = &site.log("user.update").await[0];
            assert_eq!(entry["detail"]["status"], "disabled", "{entry}");
            assert_eq!(entry["detail"]["sessions_ended"], 2, "{entry}");
            assert_eq!(entry["detail"]["devices_ended"], 1, "{entry}");
            *set_up.idp.now.lock().unwrap() = site.now();
            if way != "delete" {
                assert_eq!(done.body["active"], false);
                sign_in(&mut site.browser(22), &set_up, wang(json!({}))).await.is(401, "federation.refused");
                // A PUT that says nothing of it enables nobody.
                let silent = json!({ "userName": "wang.fang", "displayName": "王芳" });
                let after = scim.send(Method::PUT, &path, Some(silent)).await;
                assert_eq!(after.body["active"], false, "{:?}", after.body);
                let back = scim.patch(&path, on.clone()).await;
                assert_eq!(back.body["active"], true, "{:?}", back.body);
            }
        }
        // Deleted is parted: to the provider it is not there any more, to others it is a disabled account.
        refused(&scim.get(&path).await, 404, "not_found", None);
        refused(&scim.patch(&path, on.clone()).await, 404, "not_found", None);
        assert_eq!(row(&site, &mut admins, "wang.fang").await["status"], "disabled");
        assert_eq!(scim.get(GROUPS).await.body["Resources"][0]["members"], json!([]));

        // Whom an administrator disabled here, the provider does not enable.
        let user = scim.user("zhao", "z-1").await;
        let path = format!("{USERS}/{user}");
        let disable = json!({ "status": "disabled" });
        site.sign_in_with(&mut admins.system, SYSTEM).await;
        let done = admins.system.patch(&format!("/users/{user}"), &json!(1), disable).await;
        assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
        refused(&scim.patch(&path, on.clone()).await, 403, "provisioning.disabled_here", None);
        // Nor if it had disabled them too, before or after.
        assert_eq!(scim.patch(&path, off.clone()).await.status, StatusCode::OK);
        refused(&scim.patch(&path, on.clone()).await, 403, "provisioning.disabled_here", None);
        for (version, status) in [(3, "active"), (5, "active"), (6, "disabled")] {
            let change = json!({ "status": status });
            let done = admins.system.patch(&format!("/users/{user}"), &json!(version), change).await;
            assert_eq!(done.status, StatusCode::OK, "{version} {:?}", done.body);
            if version == 3 {
                assert_eq!(scim.patch(&path, off.clone()).await.body["active"], false);
            }
        }
        refused(&scim.patch(&path, on).await, 403, "provisioning.disabled_here", None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_provisioning_mean_the_same_account() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        // Who signed in before provisioning began is there, under the subject they came with.
        sign_in(&mut site.browser(20), &set_up, wang(json!({}))).await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        grant(&mut admins, &set_up, false).await;
        let found = scim
            .get(&format!("{USERS}?filter=userName%20eq%20%22wang.fang%22"))
            .await;
        let user = &found.body["Resources"][0];
        assert_eq!(user["externalId"], "248289761001");
        let path = format!("{USERS}/{}", user["id"].as_str().unwrap());
        // And it stays: by another they would find themselves with another account.
        let other = json!([{ "op": "replace", "path": "externalId", "value": "objectid" }]);
        refused(
            &scim.patch(&path, other).await,
            400,
            "provisioning.refused",
            Some("mutability"),
        );
        let same = json!([{ "op": "add", "path": "externalId", "value": "248289761001" }]);
        assert_eq!(scim.patch(&path, same).await.status, StatusCode::OK);
        // Nobody slips out of the provider's reach while it keeps accounts here.
        *set_up.idp.now.lock().unwrap() = site.now();
        let mut browser = site.browser(21);
        let done = sign_in(&mut browser, &set_up, wang(json!({}))).await;
        assert_eq!(done.body["next"], "done", "{:?}", done.body);
        browser.refresh().await;
        let connection = format!("/me/identities/{}", set_up.id);
        browser
            .delete(&connection)
            .await
            .is(409, "provider.provisioned");

        // A provider that is deleted takes its groups and its token along.
        let user = scim.user("anna", "a").await;
        scim.group("sales", &[&user]).await;
        let tag = format!("\"{}\"", version(&mut admins, &set_up.id).await);
        let path = format!("/identity-providers/{}", set_up.id);
        let gone = admins
            .system
            .send(Method::DELETE, &path, None, &[("if-match", &tag)])
            .await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{:?}", gone.body);
        refused(&scim.get(USERS).await, 401, "provisioning.refused", None);
        for table in [
            "provisioning_token",
            "provisioned_group",
            "provisioned_member",
            "provisioned_end",
        ] {
            let store: &Arc<_> = installation.store();
            let rows = store
                .tamper_for_tests(&format!("SELECT 1 FROM {table}"), &[])
                .await
                .unwrap();
            assert!(rows.is_empty(), "{table}");
        }
    })
    .await;
}
