//! A key of another organisation, with everything a key can be given, at the records of this one.

use crate::browser::{Call, Sent};
use crate::site::{Organisation, Site, both, two_organisations};
use custos_values::Clock;
use http::Method;
use serde_json::{Value, json};

/// The secret of a new key: all scopes, of a service account with both selling roles and all customers.
async fn mightiest(site: &Site<'_>, at: &Organisation) -> (String, String) {
    let account = json!({ "name": "对接", "data_scope": "all" });
    let account = at
        .system
        .send(Call::post("/service-accounts", account))
        .await
        .expect(201);
    let account = account["id"].as_str().unwrap();
    site.grant(at, account, &["sales", "sales_lead"], "all")
        .await;
    let list = at
        .system
        .send(Call::get("/service-accounts"))
        .await
        .expect(200);
    let expires_at = site.installation.clock().now().plus_millis(86_400_000);
    let key = json!({ "name": "全部", "scopes": list["scopes"], "expires_at": expires_at });
    let key = Call::post(&format!("/service-accounts/{account}/keys"), key);
    let key = at.system.send(key).await.expect(201);
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_organisation_reaches_nothing_here() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let [home, foreign] = two_organisations(&site).await;
        let (own_id, own) = mightiest(&site, &home).await;
        let (_, strange) = mightiest(&site, &foreign).await;
        let seller = site.sales_person(&home, 0).await;
        let as_key = async |key: &str, call: Call| {
            site.browser()
                .send(call.with("authorization", format!("Bearer {key}")))
                .await
        };
        let fields = json!({ "fields": { "name": "海棠仪表", "phone": "13800138000" } });
        let made = as_key(&own, Call::post("/customers", fields))
            .await
            .expect(201);
        let customer = format!("/customers/{}", made["id"].as_str().unwrap());
        let contact = Call::post(
            &format!("{customer}/contacts"),
            json!({ "fields": { "name": "林海" } }),
        );
        as_key(&own, contact).await.expect(201);
        let upload = Call::new(
            Method::POST,
            "/imports",
            Sent::File("客户名称\n甲\n".into()),
        );
        let upload = as_key(&own, upload.with("x-file-name", "a.csv"))
            .await
            .expect(201);
        let import = format!("/imports/{}", upload["id"].as_str().unwrap());

        let reason = json!({ "field": "phone", "reason": "核对号码" });
        let change = || Sent::Json(json!({ "fields": { "name": "改名" } }));
        let mapping = json!({ "mapping": [{ "column": 0, "field": "name" }] });
        let calls = || {
            [
                Call::get(&customer),
                Call::get(&format!("{customer}/contacts")),
                Call::get(&format!("{customer}/timeline")),
                Call::post(&format!("{customer}/disclosures"), reason.clone()),
                Call::new(Method::PATCH, &customer, change()).with("if-match", "\"1\""),
                Call::get(&import),
                Call::post(&format!("{import}/start"), mapping.clone()),
                Call::new(Method::DELETE, &import, Sent::Nothing),
                Call::new(Method::DELETE, &customer, Sent::Nothing).with("if-match", "\"1\""),
            ]
        };
        for call in calls() {
            let what = format!("{} {}", call.method, call.path);
            let reply = as_key(&strange, call).await;
            assert_eq!(reply.status.as_u16(), 404, "{what}: {}", reply.text());
        }
        // Lists, search, the check for duplicates and exports know nothing of it.
        for path in ["/customers", "/customers?q=13800138000", "/imports"] {
            let list = as_key(&strange, Call::get(path)).await.expect(200);
            assert_eq!(list["items"], json!([]), "{path}");
        }
        let names = |list: &Value| list["items"].to_string();
        let people = as_key(&strange, Call::get("/users/directory"))
            .await
            .expect(200);
        assert!(!names(&people).contains(&seller.id), "{people}");
        let fields = json!({ "fields": { "name": "海棠仪表", "phone": "13800138000" } });
        let check = Call::post("/customers/duplicate-check", fields.clone());
        let found = as_key(&strange, check).await.expect(200);
        assert_eq!(found["matches"], json!([]));
        let export =
            json!({ "format": "csv", "columns": ["name"], "filter": {}, "reason": "季度盘点" });
        let file = as_key(&strange, Call::post("/customers/exports", export)).await;
        assert!(
            file.status.is_success() && !file.text().contains("海棠"),
            "{}",
            file.text()
        );
        // Nor does it give its own customers to people here, or a key of here away.
        let body = json!({ "fields": { "name": "陌生客户" }, "owner_id": seller.id });
        let given = as_key(&strange, Call::post("/customers", body))
            .await
            .expect(422);
        assert_eq!(given["fields"][0]["code"], "user.unknown", "{given}");
        let revoke = Call::new(
            Method::DELETE,
            &format!("/api-keys/{own_id}"),
            Sent::Nothing,
        );
        foreign.system.send(revoke).await.expect(404);

        // The same calls by the key of here do reach it, the last of them removing it.
        for call in calls() {
            let what = format!("{} {}", call.method, call.path);
            let reply = as_key(&own, call).await;
            let status = reply.status.as_u16();
            assert!(
                status < 300 || status == 409 || status == 412,
                "{what}: {}",
                reply.text()
            );
        }
    })
    .await;
}
