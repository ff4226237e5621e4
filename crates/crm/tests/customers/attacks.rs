//! What somebody with the database in their hands, or a careless administrator, could try.

use crate::api::check;
use serde_json::json;

const NAME: &str = "绝密客户股份有限公司";
const MAIL: &str = "secret.person@hidden-company.example";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_customer_is_readable_in_files_or_dump() {
    check(async |installation, api| {
        let fields = json!({ "name": NAME, "phone": "13987654321", "email": MAIL, "contact_name": "诸葛亮明", "notes": "机密备注内容" });
        let made = api.post("sales", "/customers", json!({ "fields": fields })).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let id = made.id();
        let path = format!("/customers/{id}");
        api.patch("sales", &path, 1, json!({ "fields": { "phone": "13912121212" } })).await;
        api.post("sales", &format!("{path}/activities"), json!({ "kind": "note", "content": "机密跟进内容" })).await;
        api.post("sales", &format!("{path}/disclosures"), json!({ "field": "email", "reason": "核对机密邮箱" })).await;
        api.get("sales", "/customers?q=13912121212").await;
        installation.sequencer().flush().await.unwrap();
        for text in [NAME, "绝密客户", "13987654321", "13912121212", MAIL, "hidden-company", "诸葛亮明", "机密"] {
            assert!(!installation.dump_shows(text), "{text} is readable");
        }
        // The search itself works: what is stored in clear is found.
        assert!(installation.dump().len() > 1000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn swapped_ciphertexts_do_not_open() {
    check(async |installation, api| {
        let mut ids = Vec::new();
        for (name, phone) in [("甲公司", "13800000001"), ("乙公司", "13800000002")] {
            let made = api
                .post(
                    "sales",
                    "/customers",
                    json!({ "fields": { "name": name, "phone": phone } }),
                )
                .await;
            ids.push(made.id());
        }
        // The clock stands still, so the order of the ids is not that of their making.
        ids.sort();
        let store = installation.store();
        // The fields of all customers become those of the first; then keys and fields both.
        let swap = "UPDATE customer SET fields = (SELECT fields FROM customer ORDER BY id LIMIT 1)";
        store.tamper_for_tests(swap, &[]).await.unwrap();
        assert_eq!(
            api.get("sales", &format!("/customers/{}", ids[0]))
                .await
                .status,
            200
        );
        assert_eq!(
            api.get("sales", &format!("/customers/{}", ids[1]))
                .await
                .status,
            500
        );
        let swap = "UPDATE customer SET dek = (SELECT dek FROM customer ORDER BY id LIMIT 1)";
        store.tamper_for_tests(swap, &[]).await.unwrap();
        assert_eq!(
            api.get("sales", &format!("/customers/{}", ids[1]))
                .await
                .status,
            500
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn if_the_log_cannot_be_written_nothing_happens() {
    check(async |installation, api| {
        let made = api
            .post(
                "sales",
                "/customers",
                json!({ "fields": { "name": "甲公司", "phone": "13800000001" } }),
            )
            .await;
        let path = format!("/customers/{}", made.id());
        let store = installation.store();
        store
            .tamper_for_tests("ALTER TABLE audit_entry RENAME TO audit_entry_gone", &[])
            .await
            .unwrap();
        assert_eq!(api.get("sales", &path).await.status, 500, "a read");
        assert_eq!(api.get("sales", "/customers").await.status, 500, "a list");
        let reveal = api
            .post(
                "sales",
                &format!("{path}/disclosures"),
                json!({ "field": "phone", "reason": "because" }),
            )
            .await;
        assert_eq!(reveal.status, 500, "a reveal");
        assert!(!reveal.json.to_string().contains("13800000001"));
        assert_eq!(
            api.patch("sales", &path, 1, json!({ "fields": { "city": "x" } }))
                .await
                .status,
            500,
            "a change"
        );
        let other = api
            .post(
                "sales",
                "/customers",
                json!({ "fields": { "name": "乙公司" } }),
            )
            .await;
        assert_eq!(other.status, 500, "a creation");
        store
            .tamper_for_tests("ALTER TABLE audit_entry_gone RENAME TO audit_entry", &[])
            .await
            .unwrap();
        let after = api.get("sales", &path).await;
        assert_eq!(
            (after.status.as_u16(), &after.json["version"]),
            (200, &json!(1))
        );
        assert_eq!(api.get("sales", "/customers").await.json["total"], 1);
    })
    .await;
}
