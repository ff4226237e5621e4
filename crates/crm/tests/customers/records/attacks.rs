//! Somebody else's records, and a database somebody wrote into.

use super::sample::{customer, deal, make, problems};
use crate::api::{check, department};
use custos_kernel::policy::{DataScope, Role};
use custos_store::Value as Cell;
use custos_values::RecordId;
use http::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_may_not_see_cannot_be_referred_to_named_or_told_from_nothing() {
    check(async |installation, api| {
        api.person(
            installation,
            "other",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        let theirs = customer(api, "other", "别人的客户").await;
        let fields = json!({ "name": "商机", "customer": theirs });
        let refused = api
            .post("sales", "/opportunities", json!({ "fields": fields }))
            .await;
        let unknown = vec![("fields.customer".to_owned(), "reference.unknown".to_owned())];
        assert_eq!(problems(&refused), unknown);
        let nothing = json!({ "name": "商机", "customer": "019b8a00-0000-7000-8000-0000000000ff" });
        let same = api
            .post("sales", "/opportunities", json!({ "fields": nothing }))
            .await;
        assert_eq!((same.status, problems(&same)), (refused.status, unknown));
        let deal = deal(api, "other", &theirs, "别人的商机", 100).await;
        let id = deal["id"].as_str().unwrap().to_owned();
        let path = format!("/opportunities/{id}");
        assert_eq!(api.get("sales", &path).await.status, StatusCode::NOT_FOUND);
        let body = json!({ "fields": { "name": "抢" } });
        assert_eq!(
            api.patch("sales", &path, 1, body).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            api.delete("sales", &path, 1).await.status,
            StatusCode::FORBIDDEN
        );
        let mine = customer(api, "sales", "我的客户").await;
        let fields = json!({ "name": "合同", "customer": mine, "opportunity": id });
        let refused = api
            .post("sales", "/contracts", json!({ "fields": fields }))
            .await;
        let unknown = vec![(
            "fields.opportunity".to_owned(),
            "reference.unknown".to_owned(),
        )];
        assert_eq!(problems(&refused), unknown);
        // A record of another kind is not found under this one's path.
        let contract = make(
            api,
            "sales",
            "/contracts",
            json!({ "name": "合同", "customer": mine }),
        )
        .await;
        let path = format!("/opportunities/{}", contract["id"].as_str().unwrap());
        assert_eq!(api.get("sales", &path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_made_another_kind_or_somebody_elses_in_the_database_does_not_open() {
    check(async |installation, api| {
        let other = api.person(
            installation,
            "other",
            Role::Sales,
            DataScope::Own,
            Some(department(2)),
        );
        let customer_id = customer(api, "sales", "甲公司").await;
        let second = customer(api, "sales", "乙公司").await;
        let deal = deal(api, "sales", &customer_id, "商机", 100).await;
        let id: RecordId = deal["id"].as_str().unwrap().parse().unwrap();
        let id = Cell::from(id.as_bytes());
        let store = installation.store();
        let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
        let tamper = async |sql: &str, value: Cell| {
            store
                .tamper_for_tests(sql, &[value, id.clone()])
                .await
                .unwrap();
        };
        tamper(
            "UPDATE record SET object = $1 WHERE id = $2",
            Cell::from("contract"),
        )
        .await;
        let as_contract = format!("/contracts/{}", deal["id"].as_str().unwrap());
        let answer = api.get("sales", &as_contract).await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{}",
            answer.json
        );
        tamper(
            "UPDATE record SET object = $1 WHERE id = $2",
            Cell::from("opportunity"),
        )
        .await;
        assert_eq!(api.get("sales", &path).await.status, StatusCode::OK);
        tamper(
            "UPDATE record SET owner_id = $1 WHERE id = $2",
            Cell::from(other),
        )
        .await;
        assert_eq!(
            api.get("other", &path).await.status,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        let owner = store_owner(api, "sales").await;
        tamper("UPDATE record SET owner_id = $1 WHERE id = $2", owner).await;
        assert_eq!(api.get("sales", &path).await.status, StatusCode::OK);
        let second: RecordId = second.parse().unwrap();
        tamper(
            "UPDATE record SET customer_id = $1 WHERE id = $2",
            Cell::from(second.as_bytes()),
        )
        .await;
        let answer = api.get("sales", &path).await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{}",
            answer.json
        );
        let first: RecordId = customer_id.parse().unwrap();
        tamper(
            "UPDATE record SET customer_id = $1 WHERE id = $2",
            Cell::from(first.as_bytes()),
        )
        .await;
        assert_eq!(api.get("sales", &path).await.status, StatusCode::OK);
    })
    .await;
}

async fn store_owner(api: &crate::api::Api, caller: &str) -> Cell {
    let customers = api.get(caller, "/customers").await.json;
    let owner = customers["items"][0]["owner"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let owner: custos_values::UserId = owner.parse().unwrap();
    Cell::from(owner)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_behind_the_servers_back_is_found() {
    check(async |installation, api| {
        let customer_id = customer(api, "sales", "甲公司").await;
        let deal = deal(api, "sales", &customer_id, "商机", 100).await;
        let fields = json!({ "name": "合同", "customer": customer_id, "opportunity": deal["id"] });
        make(api, "sales", "/contracts", fields).await;
        let note = json!({ "kind": "note", "content": "记录" });
        let path = format!("/opportunities/{}/activities", deal["id"].as_str().unwrap());
        api.post("sales", &path, note).await;
        let (store, org) = (installation.store(), installation.org());
        let tamper = async |sql: &str| store.tamper_for_tests(sql, &[]).await.unwrap();
        let faults = async || {
            let found = custos_crm::records::record_faults(store, &api.policy, org).await;
            let found = found.unwrap().into_iter().map(|fault| fault.what);
            found.collect::<Vec<_>>()
        };
        tamper("CREATE TABLE kept AS SELECT * FROM record_link").await;
        tamper("DELETE FROM record_link WHERE field = 'opportunity'").await;
        assert_eq!(faults().await, ["reference_differs"]);
        tamper("DELETE FROM record_link").await;
        tamper("INSERT INTO record_link SELECT * FROM kept").await;
        assert_eq!(faults().await, [""; 0]);
        tamper("CREATE TABLE gone AS SELECT * FROM record WHERE object = 'opportunity'").await;
        tamper("DELETE FROM record WHERE object = 'opportunity'").await;
        // The deal's own reference and the contract's reference to it.
        let expected = [
            "follow_up_orphaned",
            "reference_missing",
            "reference_missing",
        ];
        assert_eq!(faults().await, expected);
        tamper("INSERT INTO record SELECT * FROM gone").await;
        tamper("DROP TABLE gone").await;
        tamper("DROP TABLE kept").await;
    })
    .await;
}
