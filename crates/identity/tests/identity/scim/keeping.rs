//! What clients of provisioning do, as Entra ID and Okta write it.

use super::{GROUPS, USERS, grant, id, issue, refused, row};
use crate::federation::{Admins, admins, set_up};
use crate::site::{LEAD, SYSTEM, both, ready};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_keeps_its_users_as_clients_write_them() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        assert!(scim.token.starts_with("custos_scim_") && scim.token.len() == 63);

        for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/ResourceTypes/User",
                     "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group"] {
            let answer = scim.get(&format!("/scim/v2{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.headers["content-type"], "application/scim+json");
        }
        refused(&scim.get("/scim/v2/Schemas/urn:other").await, 404, "not_found", None);
        refused(&scim.get("/scim/v2/Bulk").await, 404, "not_found", None);

        // As Entra ID makes a user: with an extension, mail addresses and a password, none of which is kept.
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            "userName": "Li.Na@Example.com", "externalId": "e-1", "active": "True", "password": "let-me-in",
            "name": { "familyName": "李", "givenName": "娜" }, "emails": [{ "type": "work", "value": "li.na@example.com" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "sales", "active": false },
        });
        let made = scim.post(USERS, body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        let user = id(&made);
        let path = format!("{USERS}/{user}");
        assert_eq!(made.headers["location"], path.as_str());
        assert_eq!(made.body, json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": user, "externalId": "e-1",
            "userName": "li.na@example.com", "displayName": "李娜", "name": { "formatted": "李娜" }, "active": true,
            "groups": [], "meta": { "resourceType": "User", "location": path },
        }));
        assert_eq!(scim.get(&path).await.body, made.body);
        let seen = row(&site, &mut admins, "li.na@example.com").await;
        assert_eq!((&seen["name"], &seen["roles"]), (&json!("李娜"), &json!([])));
        refused(&scim.post(USERS, body).await, 409, "provisioning.refused", Some("uniqueness"));
        let twin = json!({ "userName": "other", "externalId": "e-1" });
        refused(&scim.post(USERS, twin).await, 409, "provisioning.refused", Some("uniqueness"));

        // Changes, as Entra ID and Okta send them.
        let after = scim.patch(&path, json!([
            { "op": "Replace", "path": "displayName", "value": "李 娜娜" },
            { "op": "Add", "path": "emails[type eq \"work\"].value", "value": "x@example.com" },
            { "op": "Replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:userName", "value": "lina" },
        ])).await;
        assert_eq!((&after.body["displayName"], &after.body["userName"]), (&json!("李 娜娜"), &json!("lina")));
        let okta = json!({ "userName": "lina", "name": { "givenName": "Na", "familyName": "Li" }, "displayName": "Na Li",
                           "externalId": "e-2", "active": true });
        let after = scim.send(Method::PUT, &path, Some(okta)).await;
        assert_eq!((&after.body["displayName"], &after.body["externalId"]), (&json!("Na Li"), &json!("e-2")));
        for (operations, kind) in [
            (json!([{ "op": "replace", "path": "active", "value": "perhaps" }]), "invalidValue"),
            (json!([{ "op": "replace", "path": "userName", "value": "a b" }]), "invalidValue"),
            (json!([{ "op": "remove", "path": "userName" }]), "invalidValue"),
            (json!([{ "op": "jump", "path": "userName" }]), "invalidSyntax"),
            (json!([{ "op": "add", "path": "a b", "value": 1 }]), "invalidPath"),
        ] {
            refused(&scim.patch(&path, operations).await, 400, "provisioning.refused", Some(kind));
        }
        let taken = json!([{ "op": "replace", "value": { "userName": LEAD } }]);
        refused(&scim.patch(&path, taken).await, 409, "provisioning.refused", Some("uniqueness"));

        // Lists: filters, pages, parts of resources.
        for n in 0..5 {
            site.installation.clock().advance(1);
            scim.user(&format!("person{n}"), &format!("p-{n}")).await;
        }
        assert_eq!(scim.found(r#"userName eq "LINA""#).await, ["lina"]);
        assert_eq!(scim.found(r#"externalId eq "p-3""#).await, ["person3"]);
        assert_eq!(scim.found(r#"externalId eq "P-3""#).await, [""; 0]);
        assert_eq!(scim.found(&format!(r#"id eq "{user}" and active eq true"#)).await, ["lina"]);
        assert_eq!(scim.found(r#"userName sw "person" and not (externalId eq "p-1" or externalId eq "p-2")"#).await,
                   ["person0", "person3", "person4"]);
        assert_eq!(scim.found(&format!(r#"userName eq "{SYSTEM}""#)).await, [""; 0]);
        let page = scim.get(&format!("{USERS}?startIndex=2&count=2&attributes=userName")).await;
        assert_eq!(page.body["totalResults"], 6);
        assert_eq!((&page.body["startIndex"], &page.body["itemsPerPage"]), (&json!(2), &json!(2)));
        assert_eq!(page.body["Resources"][0]["userName"], "person0");
        assert_eq!(page.body["Resources"][0].as_object().unwrap().len(), 3);
        let none = scim.get(&format!("{USERS}?count=0")).await;
        assert_eq!((&none.body["totalResults"], &none.body["Resources"]), (&json!(6), &json!([])));
        let less = scim.get(&format!("{path}?excludedAttributes=groups,meta")).await;
        assert!(less.body.get("groups").is_none() && less.body["userName"] == "lina");

        // All of it is in the log, by the provider.
        for action in ["user.create", "user.update", "user.read", "provisioning.list"] {
            let entry = &site.log(action).await[0];
            assert_eq!(entry["actor"]["job"], "provisioning", "{entry}");
            assert_eq!(entry["detail"]["provider"].as_str().unwrap(), set_up.id, "{entry}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_give_what_the_security_administrator_approved() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        let (anna, bo) = (scim.user("anna", "a").await, scim.user("bo.li", "b").await);
        let roles = async |admins: &mut Admins, login: &str| row(&site, admins, login).await["roles"].clone();
        let sales = scim.group("sales", &[&anna]).await;
        let path = format!("{GROUPS}/{sales}");
        // Before the approval nobody gets anything.
        assert_eq!(roles(&mut admins, "anna").await, json!([]));
        grant(&mut admins, &set_up, false).await;
        // As Entra ID adds and removes members, and Okta.
        scim.patch(&path, json!([{ "op": "Add", "path": "members", "value": [{ "value": bo }] }])).await;
        assert_eq!(roles(&mut admins, "bo.li").await, json!(["sales"]));
        let again = json!([{ "op": "replace", "value": { "id": sales, "displayName": "Sales East" } }]);
        assert_eq!(scim.patch(&path, again).await.status, StatusCode::OK);
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        let again = json!([{ "op": "replace", "path": "displayName", "value": "sales" }]);
        assert_eq!(scim.patch(&path, again).await.status, StatusCode::OK);
        assert_eq!(roles(&mut admins, "anna").await, json!(["sales"]));
        let out = json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": bo }] }]);
        assert_eq!(scim.patch(&path, out).await.status, StatusCode::OK);
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        // A mapping may name what the provider calls the group besides.
        let leads = scim.group("Leads", &[&bo]).await;
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        let leads = format!("{GROUPS}/{leads}");
        let named = json!([{ "op": "add", "path": "externalId", "value": "leads-42" }]);
        assert_eq!(scim.patch(&leads, named).await.body["externalId"], "leads-42");
        assert_eq!(roles(&mut admins, "bo.li").await, json!(["sales_lead"]));
        let shown = scim.get(&format!("{USERS}/{bo}")).await;
        assert_eq!(shown.body["groups"][0]["display"], "Leads");
        let out = json!([{ "op": "remove", "path": format!("members[value eq \"{bo}\"]") }]);
        assert_eq!(scim.patch(&leads, out).await.body["members"], json!([]));
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        let whole = json!({ "displayName": "Leads", "externalId": "leads-42", "members": [{ "value": bo }] });
        assert_eq!(scim.send(Method::PUT, &leads, Some(whole)).await.status, StatusCode::OK);
        assert_eq!(roles(&mut admins, "bo.li").await, json!(["sales_lead"]));
        assert_eq!(scim.send(Method::DELETE, &leads, None).await.status, StatusCode::NO_CONTENT);
        refused(&scim.get(&leads).await, 404, "not_found", None);
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        let list = scim.get(&format!("{GROUPS}?filter=displayName%20eq%20%22sales%22&excludedAttributes=members")).await;
        assert_eq!(list.body["totalResults"], 1);
        assert!(list.body["Resources"][0].get("members").is_none());

        // Administrators' roles take another approval, and a new token takes all of them away.
        scim.group("auditors", &[&bo]).await;
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        scim = issue(&site, &mut admins, &set_up).await;
        let all = json!([{ "op": "replace", "path": "members", "value": [{ "value": anna }, { "value": bo }] }]);
        assert_eq!(scim.patch(&path, all).await.status, StatusCode::OK);
        assert_eq!(roles(&mut admins, "bo.li").await, json!([]));
        grant(&mut admins, &set_up, true).await;
        let again = json!([{ "op": "remove", "path": "members" }]);
        assert_eq!(scim.patch(&path, again).await.status, StatusCode::OK);
        assert_eq!(roles(&mut admins, "bo.li").await, json!(["audit_admin"]));
        assert_eq!(roles(&mut admins, "anna").await, json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_many_at_once_is_lost() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        let mut users = Vec::new();
        for n in 0..20 {
            users.push(scim.user(&format!("user{n}"), &format!("u{n}")).await);
        }
        let group = format!("{GROUPS}/{}", scim.group("sales", &[]).await);
        let adding = users.iter().map(|user| {
            let (mut scim, group) = (scim.clone(), group.clone());
            async move {
                let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
                scim.patch(&group, add).await.status
            }
        });
        let done = futures::future::join_all(adding).await;
        assert!(
            done.iter().all(|status| *status == StatusCode::OK),
            "{done:?}"
        );
        let members = scim.get(&group).await.body["members"].clone();
        assert_eq!(members.as_array().unwrap().len(), 20);
        // Of many who make the same user, one does.
        let making = (0..10).map(|_| {
            let mut scim = scim.clone();
            async move {
                scim.post(USERS, json!({ "userName": "twin", "externalId": "t" }))
                    .await
                    .status
            }
        });
        let made = futures::future::join_all(making).await;
        let count = |status| made.iter().filter(|one| **one == status).count();
        assert_eq!(
            (count(StatusCode::CREATED), count(StatusCode::CONFLICT)),
            (1, 9),
            "{made:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused() {
    both(async |installation| {
        let site = ready(installation).await;
        let mut admins = admins(&site).await;
        let set_up = set_up(&site, &mut admins, "idp.example", "create").await;
        let mut scim = issue(&site, &mut admins, &set_up).await;
        let user = scim.user("anna", "a").await;
        let path = format!("{USERS}/{user}");
        let huge = json!({ "userName": "x".repeat(1 << 20) });
        refused(
            &scim.post(USERS, huge).await,
            413,
            "request.too_large",
            None,
        );
        let one = json!({ "op": "replace", "path": "active", "value": true });
        refused(
            &scim.patch(&path, json!(vec![one; 201])).await,
            400,
            "provisioning.refused",
            Some("invalidSyntax"),
        );
        let deep = format!("{}userName%20pr{}", "(".repeat(11), ")".repeat(11));
        let long = format!("userName%20eq%20%22{}%22", "x".repeat(2000));
        for filter in [deep.as_str(), &long, "userName", "userName%20eq%20a", "%28"] {
            let answer = scim.get(&format!("{USERS}?filter={filter}")).await;
            refused(&answer, 400, "provisioning.refused", Some("invalidFilter"));
        }
        let answer = scim
            .get(&format!("{USERS}?count=100000&startIndex=-5"))
            .await;
        assert_eq!(
            (&answer.body["startIndex"], &answer.body["totalResults"]),
            (&json!(1), &json!(1))
        );
        refused(
            &scim.get(&format!("{USERS}?count=many")).await,
            400,
            "request.query_malformed",
            None,
        );
        let names = vec!["a"; 51].join(",");
        refused(
            &scim.get(&format!("{USERS}?attributes={names}")).await,
            400,
            "provisioning.refused",
            Some("invalidValue"),
        );
        let long = json!({ "userName": "long", "externalId": "x".repeat(1025) });
        refused(
            &scim.post(USERS, long).await,
            400,
            "provisioning.refused",
            Some("invalidValue"),
        );
        let long = json!({ "displayName": "x".repeat(513) });
        refused(
            &scim.post(GROUPS, long).await,
            400,
            "provisioning.refused",
            Some("invalidValue"),
        );
        for body in [
            json!([]),
            json!("text"),
            json!({}),
            json!({ "userName": 7 }),
            json!({ "userName": ["a"] }),
        ] {
            refused(
                &scim.post(USERS, body).await,
                400,
                "provisioning.refused",
                Some("invalidValue"),
            );
        }
        // Not JSON at all, and another kind.
        let header = format!("Bearer {}", scim.token);
        for (kind, body, status, detail, scim_type) in [
            (
                "application/scim+json",
                "{",
                400,
                "provisioning.refused",
                Some("invalidSyntax"),
            ),
            ("text/plain", "{}", 415, "request.not_json", None),
        ] {
            let headers = [("authorization", header.as_str()), ("content-type", kind)];
            let (got, _, text) = site.browser(30).send_form(USERS, body, &headers).await;
            let told: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (got.as_u16(), &told["detail"], told["scimType"].as_str()),
                (status, &json!(detail), scim_type)
            );
        }
        let made = json!({ "userName": "media", "displayName": "Media" }).to_string();
        let headers = [
            ("authorization", header.as_str()),
            ("content-type", "Application/SCIM+JSON; charset=utf-8"),
        ];
        let (status, ..) = site.browser(30).send_form(USERS, &made, &headers).await;
        assert_eq!(status, StatusCode::CREATED);
    })
    .await;
}
