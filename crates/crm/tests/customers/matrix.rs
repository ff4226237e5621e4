//! Every operation × every role × own and foreign record × own and foreign organisation.

use crate::api::{Api, check, department};
use custos_http::{Access, Registry};
use custos_kernel::policy::{DataScope, Role};
use custos_testkit::Installation;
use custos_values::UserId;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;

/// What an operation needs to be called sensibly on a customer with a contact.
fn body_of(id: &str) -> Option<Value> {
    match id {
        "customers_create" => Some(json!({ "fields": { "name": "扫描公司" } })),
        "customers_duplicate_check" => Some(json!({ "fields": { "name": "扫描公司" } })),
        "customers_update" | "contacts_update" => Some(json!({ "fields": { "notes": "扫描" } })),
        "contacts_create" => Some(json!({ "fields": { "name": "扫描人" } })),
        "customers_reveal" | "contacts_reveal" => {
            Some(json!({ "field": "phone", "reason": "扫描测试" }))
        }
        "customer_share" => Some(
            json!({ "kind": "department", "grantee_id": department(1).to_string(), "share": "read" }),
        ),
        "customer_label" => Some(json!({ "level": "internal" })),
        "customer_explain" => {
            Some(json!({ "user_id": UserId::from_bytes([9; 16]).to_string(), "action": "read" }))
        }
        "customers_erase" => Some(json!({ "basis": "request" })),
        "timeline_add" => Some(json!({ "kind": "note", "content": "扫描" })),
        _ => None,
    }
}

struct Target {
    customer: String,
    contact: String,
}

async fn target(api: &Api, owner: &str) -> Target {
    let fields = json!({ "name": "目标公司", "phone": "13800138000" });
    let made = api
        .post(
            owner,
            "/customers?allow_duplicate=true",
            json!({ "fields": fields }),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    let customer = made.id();
    let fields = json!({ "name": "联系人", "phone": "13900139000" });
    let contact = api
        .post(
            owner,
            &format!("/customers/{customer}/contacts"),
            json!({ "fields": fields }),
        )
        .await;
    Target {
        customer,
        contact: contact.id(),
    }
}

async fn call(
    api: &Api,
    caller: &str,
    id: &str,
    method: &Method,
    path: &str,
    target: &Target,
) -> StatusCode {
    let path = path
        .replace("{id}", &target.customer)
        .replace("{contact_id}", &target.contact)
        .replace("{grantee_id}", &target.contact);
    let version = if path.contains("/contacts/") {
        api.get("owner", &format!("/customers/{}/contacts", target.customer))
            .await
            .json["items"][0]["version"]
            .clone()
    } else {
        api.get("owner", &format!("/customers/{}", target.customer))
            .await
            .json["version"]
            .clone()
    };
    let tag = format!("\"{}\"", version.as_i64().unwrap_or(1));
    api.call(
        caller,
        method.clone(),
        &path,
        &[("if-match", &tag)],
        body_of(id),
    )
    .await
    .status
}

/// Whether the role may take the action on a record of the owner, who is in department 1 as is the caller.
fn expected(role: Role, action: &str, own: bool, same_department: bool) -> bool {
    let sales = matches!(role, Role::Sales | Role::SalesLead);
    // Sales reach their own; leads of these tests reach their department.
    let reach = own || (role == Role::SalesLead && same_department);
    match action {
        "create" | "list" => sales,
        "read" | "update" | "reveal" => sales && reach,
        "delete" | "erase" => role == Role::SalesLead && reach,
        "share" => own && sales || role == Role::SalesLead && reach,
        "classify" => {
            own && sales || role == Role::SalesLead && reach || role == Role::SecurityAdmin
        }
        "explain" => {
            own && sales
                || role == Role::SalesLead && reach
                || matches!(role, Role::SecurityAdmin | Role::AuditAdmin)
        }
        other => panic!("say who may {other}"),
    }
}

async fn sweep(installation: &Installation, api: &Api) {
    api.person(
        installation,
        "owner",
        Role::SalesLead,
        DataScope::Own,
        Some(department(1)),
    );
    let mut registry = Registry::new();
    registry.add(Arc::clone(&api.crm), custos_crm::customer_operations());
    let operations: Vec<_> = registry
        .operations()
        .map(|(id, m, path, access)| (id, m.clone(), path, access))
        .collect();
    let mut checked = 0;
    for (id, method, path, access) in operations {
        let Access::Action {
            resource: "customer",
            action,
        } = access
        else {
            // Handing many over is a record of its own: the sweep over the whole product asks about it.
            let elsewhere = matches!(
                access,
                Access::Own
                    | Access::Action {
                        resource: "reassignment",
                        ..
                    }
            );
            assert!(elsewhere, "{id} has unexpected access {access:?}");
            continue;
        };
        let on_record = path.contains("{id}");
        for role in Role::ALL {
            let scope = if role == Role::SalesLead {
                DataScope::Department
            } else {
                DataScope::Own
            };
            for (caller, at) in [("same", department(1)), ("far", department(2))] {
                let user = api.person(installation, caller, role, scope, Some(at));
                let foreign = target(api, "owner").await;
                let status = call(api, caller, id, &method, path, &foreign).await;
                let allowed = expected(role, action, false, caller == "same");
                judge(
                    &format!("{id} as {} {caller}, foreign record", role.name()),
                    status,
                    allowed,
                    on_record,
                );
                checked += 1;
                if on_record && matches!(role, Role::Sales | Role::SalesLead) {
                    let own = target(api, caller).await;
                    let status = call_own(api, caller, id, &method, path, &own).await;
                    judge(
                        &format!("{id} as {} own record", role.name()),
                        status,
                        expected(role, action, true, true),
                        true,
                    );
                    checked += 1;
                }
                assert!(!user.to_string().is_empty());
            }
        }
        let nobody = call(
            api,
            "nobody",
            id,
            &method,
            path,
            &target(api, "owner").await,
        )
        .await;
        assert_eq!(nobody, StatusCode::UNAUTHORIZED, "{id} without a session");
    }
    assert!(checked > 100, "{checked}");
}

async fn call_own(
    api: &Api,
    caller: &str,
    id: &str,
    method: &Method,
    path: &str,
    target: &Target,
) -> StatusCode {
    let path = path
        .replace("{id}", &target.customer)
        .replace("{contact_id}", &target.contact)
        .replace("{grantee_id}", &target.contact);
    api.call(
        caller,
        method.clone(),
        &path,
        &[("if-match", "\"1\"")],
        body_of(id),
    )
    .await
    .status
}

fn judge(what: &str, status: StatusCode, allowed: bool, on_record: bool) {
    if allowed {
        assert!(
            // Somebody unknown is asked about.
            status.is_success()
                || status == StatusCode::CONFLICT
                || (status == StatusCode::UNPROCESSABLE_ENTITY
                    && what.starts_with("customer_explain")),
            "{what}: {status}"
        );
    } else if on_record {
        assert!(
            matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
            "{what}: {status}"
        );
    } else {
        assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_every_role_as_the_policy_says() {
    check(async |installation, api| sweep(installation, api).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_is_out_of_reach_for_everybody() {
    check(async |installation, api| {
        let theirs = target(api, "sales").await;
        let other = custos_values::OrgId::new(installation.clock(), installation.random());
        installation.make_organisation(other).await;
        api.index(other).await;
        let mut registry = Registry::new();
        registry.add(Arc::clone(&api.crm), custos_crm::customer_operations());
        for role in Role::ALL {
            let mut stranger = installation.person(role, DataScope::All, Some(department(1)));
            stranger.org = other;
            api.add("stranger", stranger.sign_in(installation));
            for (id, method, path, _) in registry
                .operations()
                .filter(|(_, _, path, _)| path.contains("{id}"))
            {
                let status = call_own(api, "stranger", id, method, path, &theirs).await;
                assert!(
                    matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                    "{id}: {status}"
                );
            }
            for query in ["", "?q=13800138000", "?q=8000", "?q=%E7%9B%AE%E6%A0%87"] {
                let list = api.get("stranger", &format!("/customers{query}")).await;
                assert!(
                    list.status == StatusCode::FORBIDDEN || list.json["total"] == 0,
                    "{}",
                    list.json
                );
            }
        }
        assert_eq!(
            api.get("sales", &format!("/customers/{}", theirs.customer))
                .await
                .status,
            StatusCode::OK
        );
    })
    .await;
}
