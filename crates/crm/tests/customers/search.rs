//! Lists and search: found at once, sorted, paged, and the index can be lost.

use crate::api::{Api, check};
use serde_json::json;

async fn make(api: &Api, name: &str, phone: &str) {
    let body = json!({ "fields": { "name": name, "phone": phone, "contact_name": "欧阳静" } });
    let made = api.post("sales", "/customers", body).await;
    assert_eq!(made.status, 201, "{}", made.json);
}

fn names(answer: &crate::api::Answer) -> Vec<String> {
    let items = answer.json["items"]
        .as_array()
        .unwrap_or_else(|| panic!("{}", answer.json));
    items
        .iter()
        .map(|item| item["fields"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_found_by_the_very_next_request_in_every_way() {
    check(async |installation, api| {
        make(api, "上海浦东发展有限公司", "13800138000").await;
        make(api, "Northwind Instruments Ltd", "+44 20 7946 0123").await;
        let texts = [
            "浦东",
            "pudong",
            "shpd",
            "发展有限",
            "8000",
            "13800138000",
            "+86 138 0013 8000",
            "欧阳",
            "oyj",
        ];
        for text in texts {
            let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
            let found = api.get("sales", &format!("/customers?q={encoded}")).await;
            assert!(
                names(&found).contains(&"上海浦东发展有限公司".to_owned()),
                "{text}: {}",
                found.json
            );
        }
        assert_eq!(
            names(&api.get("sales", "/customers?q=wind").await),
            ["Northwind Instruments Ltd"]
        );
        assert_eq!(
            names(&api.get("sales", "/customers?q=0123").await),
            ["Northwind Instruments Ltd"]
        );
        assert!(names(&api.get("sales", "/customers?q=13800138001").await).is_empty());
        // The same after a restart: the index is read again from the database.
        let again = Api::new(installation).await;
        again.add(
            "sales",
            installation.caller(
                custos_kernel::policy::Role::SalesLead,
                custos_kernel::policy::DataScope::All,
                None,
            ),
        );
        assert_eq!(
            names(&again.get("sales", "/customers?q=shpd").await),
            ["上海浦东发展有限公司"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_loss_and_cursors_cannot_be_made_up() {
    check(async |_, api| {
        for number in 0..23 {
            make(
                api,
                &format!("客户{number:02}号"),
                &format!("139{:08}", number * 7919),
            )
            .await;
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = api
                .get("sales", &format!("/customers?limit=5&sort=-name{cursor}"))
                .await;
            assert_eq!(page.json["total"], 23);
            seen.extend(names(&page));
            match page.json["next_cursor"].as_str() {
                Some(next) => {
                    assert!(!next.contains("客户"));
                    cursor = format!("&cursor={next}");
                }
                None => break,
            }
        }
        let mut expected: Vec<String> = (0..23).map(|n| format!("客户{n:02}号")).collect();
        expected.reverse();
        assert_eq!(seen, expected);
        let forged = api
            .get(
                "sales",
                "/customers?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            )
            .await;
        assert_eq!(
            (forged.status.as_u16(), forged.code()),
            (400, "list.cursor_malformed")
        );
        for bad in [
            "sort=phone",
            "sort=colour",
            "status=lead&owner_id=nobody",
            "updated_from=yesterday",
        ] {
            assert_eq!(
                api.get("sales", &format!("/customers?{bad}")).await.status,
                400,
                "{bad}"
            );
        }
    })
    .await;
}
