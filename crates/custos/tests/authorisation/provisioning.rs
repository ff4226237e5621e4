//! The provisioning token of another organisation: to it, nobody here is there.

use crate::browser::{Call, Reply, Sent};
use crate::site::{Organisation, Site, both, two_organisations};
use http::Method;
use serde_json::{Value, json};

/// The provisioning token of a provider of an organisation.
async fn provider(at: &Organisation) -> String {
    let body = json!({
        "kind": "oidc", "name": "Northgate", "accounts": "create",
        "config": { "issuer": "https://idp.example", "client_id": "custos" },
    });
    let call = Call::post("/identity-providers", body);
    let made = at.system.send(call).await.expect(201);
    let path = format!("/identity-providers/{}", made["id"].as_str().unwrap());
    let body = Sent::Json(json!({ "enabled": true }));
    let on = Call::new(Method::PATCH, &path, body).with("if-match", "\"1\"");
    at.system.send(on).await.expect(200);
    let token = Call::post(&format!("{path}/provisioning-token"), json!({ "days": 30 }));
    let token = token.with("if-match", "\"2\"");
    let made = at.system.send(token).await.expect(200);
    made["token"].as_str().unwrap().to_owned()
}

async fn ask(
    site: &Site<'_>,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Reply {
    let sent = body.map_or(Sent::Nothing, Sent::Json);
    let call = Call::new(method, &format!("/scim/v2{path}"), sent);
    let call = call.with("authorization", format!("Bearer {token}"));
    site.browser().send(call).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_organisation_reaches_nobody_here() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let (ours, theirs) = (provider(&home).await, provider(&foreign).await);
        let post =
            async |token, path, body| ask(&site, token, Method::POST, path, Some(body)).await;
        let user = json!({ "userName": "anna", "externalId": "a-1" });
        let made = post(&ours, "/Users", user.clone()).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let members = json!({ "displayName": "sales", "members": [{ "value": id }] });
        let made = post(&ours, "/Groups", members.clone()).await.expect(201);
        let group = made["id"].as_str().unwrap().to_owned();
        let value = json!({ "active": false, "displayName": "x" });
        let patch = json!({ "Operations": [{ "op": "replace", "value": value }] });
        let whole = json!({ "userName": "x2", "displayName": "x", "active": false });
        for path in [format!("/Users/{id}"), format!("/Groups/{group}")] {
            for (method, body) in [
                (Method::GET, None),
                (Method::PATCH, Some(patch.clone())),
                (Method::PUT, Some(whole.clone())),
                (Method::DELETE, None),
            ] {
                let reply = ask(&site, &theirs, method.clone(), &path, body).await;
                let (status, told) = (reply.status.as_u16(), reply.json());
                assert_eq!(
                    (status, &told["detail"]),
                    (404, &json!("not_found")),
                    "{method} {path}"
                );
            }
        }
        for path in ["/Users", "/Groups"] {
            let list = ask(&site, &theirs, Method::GET, path, None).await;
            assert_eq!(list.expect(200)["totalResults"], 0, "{path}");
        }
        post(&theirs, "/Groups", members).await.expect(400);
        // The same name and subject there is somebody else.
        post(&theirs, "/Users", user).await.expect(201);
        let mine = ask(&site, &ours, Method::GET, &format!("/Users/{id}"), None).await;
        let mine = mine.expect(200);
        assert_eq!(
            (&mine["active"], &mine["displayName"]),
            (&json!(true), &json!("anna"))
        );
    })
    .await;
}
