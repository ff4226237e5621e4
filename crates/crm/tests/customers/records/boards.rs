//! Boards count and add up what the caller may see, and nothing else.

use super::sample::{customer, deal, make, stage};
use crate::api::{Api, check, department};
use custos_kernel::policy::{DataScope, Role};
use serde_json::{Value, json};

async fn column(api: &Api, caller: &str, code: &str) -> Value {
    let stage = stage(api, caller, code).await;
    let board = api.get(caller, "/opportunities/board").await.json;
    let columns = board["columns"].as_array().unwrap();
    let found = columns.iter().find(|column| column["code"] == stage);
    found.unwrap_or_else(|| panic!("{board}")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_those_of_what_one_sees_by_currency() {
    check(async |installation, api| {
        let at = Some(department(1));
        api.person(installation, "colleague", Role::Sales, DataScope::Own, at);
        api.person(
            installation,
            "lead",
            Role::SalesLead,
            DataScope::Department,
            at,
        );
        for (owner, minor) in [("sales", 1_000), ("sales", 2_500), ("colleague", 40_000)] {
            let customer = customer(api, owner, &format!("{owner}的客户{minor}")).await;
            deal(api, owner, &customer, "商机", minor).await;
        }
        let abroad = customer(api, "sales", "Example Ltd").await;
        let amount = json!({ "minor": 700, "currency": "USD" });
        let fields = json!({ "name": "abroad", "customer": abroad, "amount": amount });
        make(api, "sales", "/opportunities", fields).await;
        let mine = column(api, "sales", "contact").await;
        assert_eq!(mine["count"], 3);
        let totals = [
            json!({ "minor": 3_500, "currency": "CNY" }),
            json!({ "minor": 700, "currency": "USD" }),
        ];
        assert_eq!(mine["totals"], json!(totals));
        assert_eq!(mine["items"].as_array().unwrap().len(), 3);
        let all = column(api, "lead", "contact").await;
        assert_eq!(all["count"], 4);
        assert_eq!(all["totals"][0]["minor"], 43_500);
        assert_eq!(
            column(api, "colleague", "contact").await["totals"][0]["minor"],
            40_000
        );
        assert_eq!(column(api, "lead", "won").await["count"], 0);
    })
    .await;
}
