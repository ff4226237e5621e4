//! How each operation is called sensibly.

use crate::browser::{Call, Sent};
use crate::kinds;
use crate::site::{Declared, GUEST, Site, password};
use crate::target::{MISSING, Target, mapping};
use custos_values::Clock;
use http::Method;
use serde_json::{Value, json};

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Nothing that belongs to anybody else.
    Nothing,
    /// A record named by the call.
    Record,
    /// Many records: the answer shows some of them.
    Many,
}

/// What the operation is about; none if nobody has said so yet.
pub fn about(operation: &Declared) -> Option<About> {
    if let Some(about) = kinds::about(&operation.path) {
        let makes = operation.method == Method::POST && about == About::Many;
        return Some(if makes { About::Nothing } else { about });
    }
    Some(match operation.id {
        "object_list" | "pipeline_list" | "pipeline_create" => About::Nothing,
        "pipeline_update" | "pipeline_delete" => About::Record,
        "outbox_message_list" | "job_list" => About::Many,
        "user_invite_again" => About::Record,
        "user_invite" | "session_reset" | "session_reset_confirmation" => About::Nothing,
        id if id.starts_with("contact_own_") => About::Nothing,
        "outbox_message_retry" | "outbox_message_delete" => About::Record,
        "job_retry" | "job_cancel" => About::Record,
        "job_schedule_list" => About::Nothing,
        "outbox_settings_read" | "outbox_settings_update" | "outbox_test" => About::Nothing,
        "log_settings_read" | "log_settings_update" | "log_witnesses_list" => About::Nothing,
        "log_checkpoint_read" | "witness_checkpoint_add" => About::Nothing,
        "keys_read" | "keys_rotate" | "keys_replace_root" => About::Nothing,
        "external_auditor_update" | "external_auditor_link" | "external_auditor_end" => {
            About::Record
        }
        "external_auditor_list" | "external_auditor_create" => About::Nothing,
        "user_list" | "user_directory" | "department_list" | "customers_list" | "imports_list" => {
            About::Many
        }
        "customers_duplicate_check" | "customers_export" => About::Many,
        "audit_entries_list" | "audit_export_read" => About::Many,
        "user_sign_in_link" | "user_update" | "user_access" => About::Record,
        "user_move_preview" | "user_move" | "user_leave_preview" | "user_leave"
        | "user_handover" | "user_handover_read" => About::Record,
        "user_device_list" | "user_device_remove" | "user_device_lost" => About::Record,
        "device_list" | "device_register" | "device_rename" | "device_remove" | "device_lost"
        | "device_secret" | "device_rule_read" | "device_rule_update" => About::Nothing,
        "user_factor_reset" | "user_factor_delete" => About::Record,
        id if id.starts_with("factor_") => About::Nothing,
        "user_session_list" | "user_session_end" | "user_session_end_all" => About::Record,
        id if id.starts_with("contacts_") || id.starts_with("timeline_") => About::Record,
        id if id.starts_with("customer_") && id != "customer_explain_own" => About::Record,
        "customer_explain_own" => About::Nothing,
        "customers_get" | "customers_update" | "customers_delete" | "customers_erase"
        | "customers_reveal" => About::Record,
        "imports_get" | "imports_correct" | "imports_preview" | "imports_start"
        | "imports_cancel" | "imports_resume" | "imports_delete" | "imports_rejected" => {
            About::Record
        }
        "reassignments_prepare" | "reassignments_list" => About::Nothing,
        id if id.starts_with("reassignments_") => About::Record,
        "status_read" | "openapi_read" | "setup_create" | "fields_list" => About::Nothing,
        "user_create" | "department_create" | "customers_create" | "imports_create" => {
            About::Nothing
        }
        "preference_read" | "preference_update" => About::Nothing,
        "session_federation"
        | "session_federation_callback"
        | "me_identity_list"
        | "me_identity_create"
        | "me_identity_callback" => About::Nothing,
        "me_identity_delete" => About::Record,
        "session_provider_list" | "identity_provider_list" | "identity_provider_create" => {
            About::Nothing
        }
        id if id.starts_with("scim_") && operation.path.contains("{id}") => About::Record,
        id if id.starts_with("scim_") => About::Nothing,
        "session_saml_metadata" => About::Record,
        "session_saml_receive" => About::Nothing,
        id if id.starts_with("identity_provider_") => About::Record,
        "service_account_list" | "service_account_create" => About::Nothing,
        "api_key_create" | "api_key_rotate" | "api_key_revoke" => About::Record,
        "team_list" => About::Nothing,
        "access_people_list" => About::Many,
        "access_people_update" => About::Record,
        "access_review_list"
        | "access_review_own"
        | "access_review_preview"
        | "access_review_start" => About::Nothing,
        id if id.starts_with("access_review_") => About::Record,
        id if id.starts_with("access_") => About::Nothing,
        "approval_read" | "approval_decide" | "approval_transfer" | "approval_withdraw" => {
            About::Record
        }
        id if id.starts_with("approval_") => About::Nothing,
        "permission_usage" => About::Nothing,
        "emergency_list" | "emergency_state" | "emergency_begin" => About::Nothing,
        "emergency_end" | "emergency_review" => About::Record,
        "security_settings_read" | "security_settings_update" | "security_settings_preview" => {
            About::Nothing
        }
        "audit_actions_list" | "audit_checkpoint_read" | "audit_verification_create" => {
            About::Nothing
        }
        "audit_sightings_list" => About::Many,
        "audit_question_update"
        | "audit_question_delete"
        | "audit_finding_update"
        | "me_finding_remedy" => About::Record,
        "me_finding_list" => About::Nothing,
        id if id.starts_with("audit_") => About::Nothing,
        "session_create"
        | "session_link"
        | "session_totp"
        | "session_totp_enrolment"
        | "session_totp_confirmation"
        | "session_recovery"
        | "session_step_up_totp"
        | "session_code"
        | "session_code_message"
        | "session_step_up_code"
        | "session_step_up_code_message"
        | "session_step_up_passkey"
        | "session_step_up_passkey_options"
        | "session_passkey"
        | "session_passkey_options"
        | "session_second_factor_passkey"
        | "session_second_factor_passkey_options"
        | "session_working_label"
        | "session_password_update"
        | "session_password_strength"
        | "session_read"
        | "session_list"
        | "session_end"
        | "session_end_others"
        | "session_delete" => About::Nothing,
        _ => return None,
    })
}

/// The call on a target. What differs from caller to caller is put in by the sweep.
pub fn call(site: &Site<'_>, operation: &Declared, target: &Target) -> Call {
    let missing = MISSING.to_owned();
    let record = match operation.path.split('/').nth(1) {
        Some(segment) if kinds::of_path(&operation.path).is_some() => {
            target.records.get(segment).unwrap_or(&missing)
        }
        Some("users" | "access") => &target.owner,
        Some("imports") => &target.import,
        Some("outbox") => &target.message,
        Some("jobs") => &target.job,
        _ => &target.customer,
    };
    let kind = match operation.path.starts_with("/me/contacts/") {
        true => "mail",
        false => "totp",
    };
    let path = operation
        .path
        .replace("{id}", record)
        .replace("{contact_id}", &target.contact)
        .replace("{session_id}", &target.session)
        .replace("{device_id}", &target.device)
        .replace("{grantee_id}", &target.owner)
        .replace("{factor_id}", MISSING)
        .replace("{kind}", kind)
        .replace("{year}", "2001")
        .replace("{key}", "customers.list")
        .replace("{code}", "large_export");
    let query = match operation.id {
        "user_list" | "imports_list" | "outbox_message_list" | "job_list" => {
            "?limit=200".to_owned()
        }
        _ if about(operation) == Some(About::Many) && kinds::of_path(&operation.path).is_some() => {
            "?limit=200".to_owned()
        }
        "customers_list" => format!("?q={}", percent_encoded(&target.name)),
        "customers_create" => "?allow_duplicate=true".to_owned(),
        "imports_rejected" => "?format=csv".to_owned(),
        "approval_list" => "?view=mine".to_owned(),
        "emergency_list" | "access_review_lines" => "?view=all".to_owned(),
        "audit_entries_list" | "audit_sightings_list" => {
            format!("?resource_id={}", target.customer)
        }
        _ => String::new(),
    };
    let of_kind = kinds::of_path(&operation.path).and_then(|kind| {
        let verb = operation.id.strip_prefix(kind.name)?.strip_prefix('_')?;
        kinds::body(kind, verb, target)
    });
    let sent = match of_kind.or_else(|| body(site, operation.id, target)) {
        Some(json) => Sent::Json(json),
        None if operation.id == "imports_create" => Sent::File("客户名称\n公司\n".into()),
        None if operation.id == "session_saml_receive" => Sent::Form(format!(
            "RelayState={}&SAMLResponse=PHg%2BPC94Pg",
            "A".repeat(43)
        )),
        None => Sent::Nothing,
    };
    let call = Call::new(operation.method.clone(), &(path + &query), sent);
    match operation.id {
        "pipeline_update" | "pipeline_delete" => call.with("if-match", "\"1\""),
        _ if kinds::of_path(&operation.path).is_some() => call.with("if-match", "\"1\""),
        "imports_create" => call.with("x-file-name", "a.csv"),
        "audit_question_update"
        | "audit_question_delete"
        | "audit_finding_update"
        | "me_finding_remedy"
        | "external_auditor_update" => call.with("if-match", "\"1\""),
        "outbox_settings_update"
        | "audit_settings_update"
        | "log_settings_update"
        | "audit_retention_update"
        | "audit_rule_update" => call.with("if-match", "\"0\""),
        _ => call,
    }
}

fn body(site: &Site<'_>, operation: &str, target: &Target) -> Option<Value> {
    let number = site.next();
    Some(match operation {
        "setup_create" => {
            json!({ "setup_code": "", "organisation_name": "", "language": "en", "users": [] })
        }
        "session_create" => json!({ "login": GUEST, "password": password(GUEST) }),
        "session_code_message" | "session_step_up_code_message" => json!({ "kind": "mail" }),
        "session_totp"
        | "session_recovery"
        | "session_step_up_totp"
        | "session_code"
        | "session_step_up_code" => json!({ "code": "000000" }),
        "session_passkey" | "session_second_factor_passkey" | "session_step_up_passkey" => {
            json!({ "state": "", "credential": {} })
        }
        "factor_passkey_create" => json!({ "state": "", "credential": {}, "name": "" }),
        "factor_totp_create" => json!({ "state": "", "code": "000000", "name": "" }),
        "factor_update" => json!({ "name": "x" }),
        "session_password_strength" => json!({ "password": "one two three" }),
        "device_register" => {
            json!({ "name": "电脑", "kind": "computer", "public_key": "", "possession": "" })
        }
        "user_move" => json!({ "department_id": target.department, "to": "nobody" }),
        "user_handover" => json!({ "to": "leads" }),
        "device_rename" => json!({ "name": "电脑" }),
        "device_rule_update" => json!({ "roles": [] }),
        "audit_question_create" | "audit_question_update" => {
            json!({ "name": "夜间导出", "shared": false, "filter": { "days": 7 } })
        }
        "audit_rule_update" => json!({ "enabled": true, "parameters": { "customers": 500 } }),
        "me_finding_remedy" => json!({ "note": "已处理", "done": true }),
        "audit_finding_update" => json!({ "state": "resolved", "reason": "已核对" }),
        "audit_retention_update" => json!({ "years": 6 }),
        "audit_settings_update" => json!({ "utc_offset_minutes": 480, "run_every_hours": 24 }),
        "external_auditor_create" | "external_auditor_update" => {
            external_auditor(site, operation, number)
        }
        "user_create" => {
            json!({ "name": "新人", "login": format!("new{number}"), "department_id": null, "data_scope": "own" })
        }
        "user_update" => json!({ "status": "active" }),
        "user_access" => json!({ "roles": ["sales"], "data_scope": "own" }),
        "identity_provider_create" => json!({
            "kind": "oidc", "name": "统一登录", "accounts": "create", "secret": "s3cret",
            "config": { "issuer": "https://idp.example", "client_id": "custos" }
        }),
        "session_federation" | "me_identity_create" => {
            json!({ "provider_id": crate::target::MISSING })
        }
        "session_federation_callback" | "me_identity_callback" => json!({ "state": "s" }),
        "identity_provider_update" => json!({}),
        "identity_provider_token" => json!({ "days": 30 }),
        "identity_provider_access" => {
            json!({ "mappings": [], "privileged": false, "two_factors": false })
        }
        "department_create" => json!({ "name": format!("部门{number}"), "parent_id": null }),
        "service_account_create" => {
            json!({ "name": "同步", "department_id": null, "data_scope": "own" })
        }
        "api_key_create" => {
            json!({ "name": "erp", "scopes": [], "expires_at": "2030-01-01T00:00:00.000Z" })
        }
        "api_key_rotate" => {
            json!({ "overlap_days": 0, "expires_at": "2026-06-01T00:00:00.000Z" })
        }
        "security_settings_update" | "security_settings_preview" => json!({
            "password": { "min_length": 12, "min_score": 3, "history": 5, "max_age_days": 0, "breached_list": true },
            "sessions": { "idle_minutes": 30, "absolute_hours": 12, "fresh_minutes": 5, "concurrent": null, "when_full": "oldest_goes" },
            "second_factor": { "mail_code": false, "sms_code": false }, "trusted_networks": [], "working_hours": null, "roles": []
        }),
        "pipeline_create" | "pipeline_update" => json!({
            "name": format!("流程{number}"),
            "stages": [
                { "name": "立项", "kind": "open", "win_rate": 10 },
                { "name": "赢单", "kind": "won", "win_rate": 100 },
                { "name": "输单", "kind": "lost", "win_rate": 0 },
            ],
        }),
        "preference_update" => json!({ "value": { "columns": ["name"] } }),
        "customers_create" => json!({ "fields": { "name": format!("新公司{number}号") } }),
        "customers_duplicate_check" => json!({ "fields": { "phone": target.phone } }),
        "customers_update" | "contacts_update" => json!({ "fields": { "notes": "扫描" } }),
        "customers_erase" => json!({ "basis": "request" }),
        "customers_reveal" | "contacts_reveal" => json!({ "field": "phone", "reason": "扫描测试" }),
        "approval_rules_update" => json!({ "rules": [] }),
        "access_rules_update" | "access_rules_check" => no_rules(),
        "access_rules_trial" => json!({ "draft": no_rules(), "days": 30 }),
        "access_rules_bench" => json!({
            "user_id": target.owner, "object": "customer", "action": "read",
            "record": { "relation": "own", "share": "none", "label": { "level": "internal" } },
            "circumstances": {
                "fresh": true, "assurance": "multi", "device": "recognised", "network": "other", "hours": "inside",
                "risk": "low", "weekday": 1, "hour": 10, "purpose": "unstated"
            }
        }),
        "access_people_update" => {
            json!({ "custom_roles": [], "clearance": { "level": "confidential" } })
        }
        "access_teams_update" => json!({ "teams": [] }),
        "session_working_label" => json!({ "level": "internal" }),
        "approval_decide" => json!({ "approve": true }),
        "access_review_preview" => {
            json!({ "roles": true, "shares": false, "api_keys": false, "by": "manager" })
        }
        "access_review_start" => json!({
            "name": "复核", "days": 0,
            "scope": { "roles": true, "shares": true, "api_keys": true, "by": "owner" }
        }),
        "access_review_decide" => {
            json!({ "decisions": [{ "line": MISSING, "verdict": "keep" }] })
        }
        "access_review_reassign" => json!({ "to": MISSING }),
        "approval_transfer" => json!({ "to_id": target.owner, "note": "出差" }),
        "emergency_begin" => json!({ "reason": "客户投诉", "minutes": 0, "customer": "无" }),
        "emergency_review" => json!({ "conclusion": "justified", "note": "已核对操作记录" }),
        "approval_delegation_update" => json!({
            "delegate_id": MISSING, "from": "2026-01-01T00:00:00.000Z", "until": "2026-01-02T00:00:00.000Z"
        }),
        "customers_export" => {
            json!({ "format": "csv", "filter": {}, "columns": ["name"], "reason": "扫描测试" })
        }
        "customer_share" => json!({ "kind": "user", "grantee_id": target.owner, "share": "read" }),
        "customer_label" => json!({ "level": "internal" }),
        "customer_explain" => json!({ "user_id": target.owner, "action": "read" }),
        "customer_explain_own" => json!({ "customer_id": target.customer, "action": "read" }),
        "reassignments_prepare" => {
            json!({ "customers": [], "to_id": target.owner, "reason": "扫描" })
        }
        "contacts_create" => json!({ "fields": { "name": "扫描人" } }),
        "timeline_add" => json!({ "kind": "note", "content": "扫描" }),
        "user_invite" => {
            json!({ "name": "新人", "login": format!("new{number}"), "mail": "a@example.cn", "data_scope": "own" })
        }
        "user_invite_again" => json!({}),
        "contact_own_begin" => json!({ "value": "a@example.cn" }),
        "contact_own_confirm" => json!({ "code": "000000" }),
        "session_reset" => json!({ "login": format!("nobody{number}") }),
        "session_reset_confirmation" => json!({ "token": "", "password": password(GUEST) }),
        "log_settings_update" => {
            json!({ "witnesses": [], "quorum": 0, "public": false, "mail": null, "watched": [] })
        }
        "outbox_settings_update" => json!({ "base_url": "", "smtp": null, "sms": null }),
        "keys_rotate" => json!({ "suite": "sm" }),
        "outbox_test" => json!({ "recipient": "a@example.cn", "language": "en" }),
        "imports_correct" => json!({ "preset": "generic" }),
        "imports_preview" | "imports_start" => mapping(),
        _ => return None,
    })
}

fn external_auditor(site: &Site<'_>, operation: &str, number: u32) -> Value {
    let now = site.installation.clock().now();
    let mut body = json!({
        "from": now.plus_millis(-1000), "to": now, "ends_at": now.plus_millis(86_400_000)
    });
    if operation == "external_auditor_create" {
        body["name"] = json!("方外");
        body["login"] = json!(format!("outside{number}"));
        body["firm"] = json!("明信");
    }
    body
}

fn no_rules() -> Value {
    json!({ "roles": [], "rules": [], "compartments": [], "field_labels": [] })
}

/// What shows that an answer of an operation about many records speaks of the target.
pub fn marks(operation: &Declared, target: &Target) -> Vec<String> {
    if kinds::of_path(&operation.path).is_some() {
        let segment = operation.path.split('/').nth(1).unwrap_or_default();
        return target.records.get(segment).cloned().into_iter().collect();
    }
    let id = match operation.id {
        "user_list" | "user_directory" | "access_people_list" => &target.owner,
        "department_list" => &target.department,
        "imports_list" => &target.import,
        "outbox_message_list" => &target.message,
        "job_list" => &target.job,
        // A line of its own, so that no other name contains it.
        "customers_export" => return vec![format!("{}\r\n", target.name)],
        _ => &target.customer,
    };
    // The log's evidence writes ids without hyphens.
    vec![id.clone(), id.replace('-', "")]
}

/// RFC 3986, section 2.1, all of it.
fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
