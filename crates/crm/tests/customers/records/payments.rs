//! What was paid of a plan and a contract is the sum of the confirmed payments, whatever is done to them and by how many
//! at once.

use super::sample::{change, customer, make, problems};
use crate::api::{Api, check, department};
use custos_kernel::policy::{DataScope, Role};
use http::StatusCode;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

fn cny(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "CNY" })
}

struct Sold {
    customer: String,
    contract: Value,
    plan: Value,
}

async fn sold(api: &Api, owner: &str, name: &str) -> Sold {
    let customer = customer(api, owner, name).await;
    let fields = json!({ "name": "合同", "customer": customer, "amount": cny(1_000) });
    let contract = make(api, owner, "/contracts", fields).await;
    let fields = json!({
        "name": "首付款", "customer": customer, "contract": contract["id"], "amount": cny(400),
        "due_at": "2026-04-01",
    });
    let plan = make(api, owner, "/payment-plans", fields).await;
    Sold {
        customer,
        contract,
        plan,
    }
}

fn payment(sold: &Sold, minor: i64, planned: bool) -> Value {
    json!({
        "customer": sold.customer, "contract": sold.contract["id"], "amount": cny(minor),
        "plan": if planned { sold.plan["id"].clone() } else { Value::Null },
        "paid_at": "2026-04-02", "method": "transfer",
    })
}

/// What the plan and the contract say was paid, and the plan's state.
async fn told(api: &Api, caller: &str, sold: &Sold) -> (i64, i64, String) {
    let read = async |path: &str, record: &Value| {
        let path = format!("{path}/{}", record["id"].as_str().unwrap());
        api.get(caller, &path).await.json["fields"].clone()
    };
    let plan = read("/payment-plans", &sold.plan).await;
    let contract = read("/contracts", &sold.contract).await;
    let paid = |fields: &Value| fields["paid"]["minor"].as_i64().unwrap_or(0);
    (
        paid(&plan),
        paid(&contract),
        plan["status"].as_str().unwrap().to_owned(),
    )
}

#[derive(Debug, Clone)]
enum Step {
    Enter { minor: i64, planned: bool },
    Confirm(usize),
    Void(usize),
    Remove(usize),
    Amount(usize, i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1i64..500, any::<bool>()).prop_map(|(minor, planned)| Step::Enter { minor, planned }),
        (0usize..6).prop_map(Step::Confirm),
        (0usize..6).prop_map(Step::Void),
        (0usize..6).prop_map(Step::Remove),
        ((0usize..6), 1i64..500).prop_map(|(at, minor)| Step::Amount(at, minor)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_payments_their_sum_is_told() {
    check(async |installation, api| {
        let at = Some(department(1));
        api.person(installation, "lead", Role::SalesLead, DataScope::All, at);
        let mut runner = TestRunner::deterministic();
        let strategy = prop::collection::vec(step(), 12);
        for round in 0..6 {
            let steps = strategy.new_tree(&mut runner).unwrap().current();
            let sold = sold(api, "lead", &format!("公司{round}号")).await;
            let mut payments: Vec<(Value, bool)> = Vec::new();
            for step in &steps {
                let (at, fields) = match step {
                    Step::Enter { minor, planned } => {
                        let made =
                            make(api, "lead", "/payments", payment(&sold, *minor, *planned)).await;
                        payments.push((made, *planned));
                        continue;
                    }
                    Step::Remove(at) => {
                        if *at < payments.len() {
                            let (record, _) = payments.remove(*at);
                            let path = format!("/payments/{}", record["id"].as_str().unwrap());
                            let version = record["version"].as_i64().unwrap();
                            let gone = api.delete("lead", &path, version).await;
                            assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.json);
                        }
                        continue;
                    }
                    Step::Confirm(at) => (*at, json!({ "status": "confirmed" })),
                    Step::Void(at) => (*at, json!({ "status": "void" })),
                    Step::Amount(at, minor) => (*at, json!({ "amount": cny(*minor) })),
                };
                if let Some((record, _)) = payments.get_mut(at) {
                    let changed = change(api, "lead", "/payments", record, fields).await;
                    if changed.status == StatusCode::OK {
                        *record = changed.json;
                    }
                }
            }
            let confirmed =
                |(record, _): &&(Value, bool)| record["fields"]["status"] == "confirmed";
            let minor =
                |(record, _): &(Value, bool)| record["fields"]["amount"]["minor"].as_i64().unwrap();
            let of_contract: i64 = payments.iter().filter(confirmed).map(minor).sum();
            let planned = payments
                .iter()
                .filter(confirmed)
                .filter(|(_, planned)| *planned);
            let of_plan: i64 = planned.map(minor).sum();
            let state = match of_plan {
                0 => "planned",
                paid if paid < 400 => "partial",
                _ => "paid",
            };
            assert_eq!(
                told(api, "lead", &sold).await,
                (of_plan, of_contract, state.to_owned()),
                "{steps:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_confirmed_at_the_same_moment_are_all_counted() {
    check(async |_, api| {
        let sold = sold(api, "sales", "甲公司").await;
        let mut drafts = Vec::new();
        for _ in 0..8 {
            drafts.push(make(api, "sales", "/payments", payment(&sold, 50, true)).await);
        }
        let confirm = drafts.iter().map(|draft| {
            change(
                api,
                "sales",
                "/payments",
                draft,
                json!({ "status": "confirmed" }),
            )
        });
        for confirmed in futures::future::join_all(confirm).await {
            assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.json);
        }
        assert_eq!(
            told(api, "sales", &sold).await,
            (400, 400, "paid".to_owned())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_is_told_by_payments_alone_and_in_one_currency() {
    check(async |_, api| {
        let sold = sold(api, "sales", "甲公司").await;
        let refused = change(
            api,
            "sales",
            "/payment-plans",
            &sold.plan,
            json!({ "paid": "400" }),
        )
        .await;
        assert_eq!(
            problems(&refused),
            [("fields.paid".to_owned(), "field.not_writable".to_owned())]
        );
        let refused = change(
            api,
            "sales",
            "/payment-plans",
            &sold.plan,
            json!({ "status": "paid" }),
        )
        .await;
        assert_eq!(
            problems(&refused),
            [("fields.status".to_owned(), "state.no_such_move".to_owned())]
        );
        let mut abroad = payment(&sold, 100, true);
        abroad["amount"] = json!({ "minor": 100, "currency": "USD" });
        let abroad = make(api, "sales", "/payments", abroad).await;
        let refused = change(
            api,
            "sales",
            "/payments",
            &abroad,
            json!({ "status": "confirmed" }),
        )
        .await;
        assert_eq!(
            problems(&refused),
            [("fields.amount".to_owned(), "payment.currency".to_owned())]
        );
        assert_eq!(
            told(api, "sales", &sold).await,
            (0, 0, "planned".to_owned())
        );
    })
    .await;
}
