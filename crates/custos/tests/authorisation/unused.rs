//! What roles grant and nobody used: by the log, and only by it.

use crate::browser::{Browser, Call};
use crate::site::Site;
use custos_testkit::Installation;
use serde_json::{Value, json};

async fn both(test: impl AsyncFn(&mut Installation)) {
    custos_testkit::both(&custos::product::MIGRATIONS, test).await;
}

async fn usage(browser: &Browser) -> Value {
    let told = browser.send(Call::get("/permissions/usage")).await;
    told.expect(200)
}

fn of<'a>(usage: &'a Value, part: &str, key: &str, value: &str) -> &'a Value {
    let all = usage[part].as_array().unwrap();
    all.iter().find(|it| it[key] == value).unwrap()
}

fn unused(of: &Value) -> Vec<&str> {
    let names = of["unused"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_used_is_proposed_to_go_and_what_was_used_is_not() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let home = site.found().await;
        let lead = site.sales_person(&home, 0).await;
        site.grant(&home, &lead.id, &["sales", "sales_lead"], "own")
            .await;
        let body = json!({ "fields": { "name": "甲公司" } });
        let customer = lead.browser.send(Call::post("/customers", body)).await;
        customer.expect(201);
        // Refused is not used.
        let minutes = json!({ "customer": "甲公司", "minutes": 99, "reason": "客户投诉" });
        let refused = lead.browser.send(Call::post("/emergencies", minutes)).await;
        assert_eq!(refused.status, 422);

        let before = usage(&home.security).await;
        let person = of(&before, "people", "id", &lead.id);
        assert_eq!(person["proposal"], json!(["sales"]), "{person}");
        assert!(unused(person).contains(&"customer.export"));
        assert!(unused(person).contains(&"break_glass.create"));
        assert!(!unused(person).contains(&"customer.create"));
        // What everybody has is nobody's.
        assert!(!unused(person).contains(&"password.update"), "{person}");
        let role = of(&before, "roles", "role", "sales_lead");
        assert!(unused(role).contains(&"customer.export"));
        // The only one of a kind keeps the role, and nobody is proposed a change of their own.
        for name in ["anquan", "xitong"] {
            assert_eq!(of(&before, "people", "name", name)["proposal"], Value::Null);
        }

        // An entry under another name tells as well.
        let begin = json!({ "customer": "甲公司", "minutes": 5, "reason": "客户投诉" });
        lead.browser
            .send(Call::post("/emergencies", begin))
            .await
            .expect(201);
        let after = usage(&home.security).await;
        let person = of(&after, "people", "id", &lead.id);
        assert!(!unused(person).contains(&"break_glass.create"), "{person}");
        let role = of(&after, "roles", "role", "sales_lead");
        assert!(!unused(role).contains(&"break_glass.create"));
        // What is left over is the role that gives nothing of its own.
        assert_eq!(person["proposal"], json!(["sales_lead"]));

        for days in [6, 367] {
            let call = Call::get(&format!("/permissions/usage?days={days}"));
            assert_eq!(home.security.send(call).await.status, 422);
        }
        let refused = lead.browser.send(Call::get("/permissions/usage")).await;
        assert_eq!(refused.status, 403);
    })
    .await;
}
