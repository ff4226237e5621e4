//! Separation of duties, searched through: no account administers, grants, audits or sells beside one of the others,
//! whatever roles it has been given, whatever is shared with it, whoever has approved.

use custos_kernel::policy::{
    DataScope, OrganisationRule, OrganisationRules, Policy, Role, RoleSet, Share,
};
use custos_testkit::Installation;
use custos_values::CustomRoleId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What each duty changes, and for auditing and selling what it sees. Every action of the policies is in one of these lists
/// or in [`FREE`].
const DUTIES: [(&str, &[&str]); 4] = [
    (
        "administers",
        &[
            "api_key.create",
            "api_key.update",
            "department.create",
            "department.update",
            "identity_provider.create",
            "identity_provider.update",
            "identity_provider.delete",
            "job.list",
            "job.update",
            "job_schedule.list",
            "key.rotate",
            "log_settings.update",
            "message.delete",
            "message.list",
            "message.read",
            "message.update",
            "outbox.read",
            "outbox.update",
            "security_settings.update",
            "user.create",
            "user.update",
            "user.delete",
            "user.assign",
            "organisation.update",
        ],
    ),
    (
        "grants",
        &[
            "access_people.update",
            "access_review.create",
            "access_review.update",
            "access_rules.update",
            "access_teams.update",
            "approval_rules.update",
            "device_rule.update",
            "identity_provider.grant",
            "session.delete",
            "user.grant",
        ],
    ),
    (
        "audits",
        &[
            "audit_entry.export",
            "audit_entry.list",
            "audit_entry.read",
            "audit_entry.verify",
            "audit_finding.list",
            "audit_finding.update",
            "audit_question.create",
            "audit_question.delete",
            "audit_question.list",
            "audit_question.update",
            "audit_rule.list",
            "audit_rule.update",
            "audit_run.create",
            "audit_run.list",
            "external_auditor.create",
            "external_auditor.delete",
            "external_auditor.update",
            "log_retention.update",
            "log_year.export",
            "log_year.list",
        ],
    ),
    (
        "sells",
        &[
            "break_glass.create",
            "customer.assign",
            "customer.create",
            "customer.delete",
            "customer.erase",
            "customer.export",
            "customer.import",
            "customer.list",
            "customer.read",
            "customer.reveal",
            "customer.share",
            "customer.update",
            "import.create",
            "import.delete",
            "import.list",
            "import.read",
            "import.update",
            "competitor.create",
            "competitor.delete",
            "competitor.list",
            "competitor.read",
            "competitor.update",
            "contract.assign",
            "contract.create",
            "contract.delete",
            "contract.list",
            "contract.read",
            "contract.share",
            "contract.update",
            "invoice.assign",
            "invoice.create",
            "invoice.delete",
            "invoice.list",
            "invoice.read",
            "invoice.share",
            "invoice.update",
            "lead.assign",
            "lead.create",
            "lead.delete",
            "lead.list",
            "lead.read",
            "lead.reveal",
            "lead.share",
            "lead.update",
            "opportunity.assign",
            "opportunity.create",
            "opportunity.delete",
            "opportunity.list",
            "opportunity.read",
            "opportunity.share",
            "opportunity.update",
            "order.assign",
            "order.create",
            "order.delete",
            "order.list",
            "order.read",
            "order.share",
            "order.update",
            "payment.assign",
            "payment.create",
            "payment.delete",
            "payment.list",
            "payment.read",
            "payment.share",
            "payment.update",
            "payment_plan.assign",
            "payment_plan.create",
            "payment_plan.delete",
            "payment_plan.list",
            "payment_plan.read",
            "payment_plan.share",
            "payment_plan.update",
            "pipeline.create",
            "pipeline.delete",
            "pipeline.list",
            "pipeline.update",
            "product.create",
            "product.delete",
            "product.list",
            "product.read",
            "product.update",
            "quote.assign",
            "quote.create",
            "quote.delete",
            "quote.list",
            "quote.read",
            "quote.share",
            "quote.update",
            "reassignment.assign",
            "reassignment.create",
            "reassignment.list",
            "reassignment.read",
            "reassignment.update",
        ],
    ),
];

/// What several duties may do: seeing how access is set, one's own things, taking part in approvals; and what only jobs of
/// the server do.
const FREE: &[&str] = &[
    "assigned_finding.list",
    "assigned_finding.update",
    "access_people.list",
    "access_review.export",
    "access_review.list",
    "access_review.read",
    "access_review_line.create",
    "access_review_line.list",
    "access_review_line.update",
    "break_glass.list",
    "break_glass.read",
    "break_glass.update",
    "break_glass.verify",
    "permission_usage.list",
    "access_rules.explain",
    "access_rules.read",
    "access_teams.list",
    "access_teams.read",
    "api_key.delete",
    "api_key.list",
    "api_key.read",
    "approval.assign",
    "approval.create",
    "approval.delete",
    "approval.grant",
    "approval.list",
    "approval.read",
    "approval.update",
    "approval_rules.read",
    "contact_point.read",
    "contact_point.update",
    "customer.classify",
    "customer.declassify",
    "customer.explain",
    "contract.classify",
    "contract.declassify",
    "contract.explain",
    "invoice.classify",
    "invoice.declassify",
    "invoice.explain",
    "lead.classify",
    "lead.declassify",
    "lead.explain",
    "opportunity.classify",
    "opportunity.declassify",
    "opportunity.explain",
    "payment.classify",
    "payment.declassify",
    "payment.explain",
    "payment_plan.classify",
    "payment_plan.declassify",
    "payment_plan.explain",
    "order.classify",
    "order.declassify",
    "order.explain",
    "quote.classify",
    "quote.declassify",
    "quote.explain",
    "department.list",
    "department.read",
    "device.create",
    "device.delete",
    "device.list",
    "device.read",
    "device.update",
    "device_rule.read",
    "external_auditor.list",
    "factor.create",
    "factor.delete",
    "factor.read",
    "factor.update",
    "identity_provider.list",
    "identity_provider.read",
    "key.read",
    "log_settings.read",
    "password.read",
    "password.update",
    "preference.read",
    "preference.update",
    "security_settings.read",
    "session.create",
    "session.list",
    "session.read",
    "session.update",
    "user.list",
    "user.read",
];

/// Every combination of roles that can be built at all.
fn combinations() -> Vec<RoleSet> {
    let count = 1_u32 << Role::ALL.len();
    let chosen = |bits: u32| {
        let roles = Role::ALL.into_iter().enumerate();
        RoleSet::new(
            roles
                .filter(|(nth, _)| bits & (1 << nth) != 0)
                .map(|(_, role)| role),
        )
        .ok()
    };
    (0..count).filter_map(chosen).collect()
}

/// A role, and a rule for anybody, of the organisation's own that grant everything that can be granted.
fn everything(policy: &Policy, role: CustomRoleId) -> OrganisationRules {
    let actions = policy.grantable();
    let actions: Vec<String> = actions
        .iter()
        .map(|it| format!("Action::\"{it}\""))
        .collect();
    let text = format!(
        "permit (principal is User, action in [{}], resource) when {{ principal.roles.contains(\"{role}\") }};",
        actions.join(", ")
    );
    let for_anybody = format!(
        "permit (principal is User, action in [{}], resource);",
        actions.join(", ")
    );
    let rule = |id: &str, text: String| OrganisationRule {
        id: id.to_owned(),
        text,
    };
    OrganisationRules {
        generation: 1,
        rules: vec![
            rule("role/everything", text),
            rule("rule/everything", for_anybody),
        ],
        field_labels: Vec::new(),
    }
}

fn leaked(action: &str) -> (&'static str, &'static str) {
    let (resource, verb) = action.split_once('.').unwrap();
    (resource.to_owned().leak(), verb.to_owned().leak())
}

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stdout, reason = "the number of cases is to be seen")]
async fn no_account_has_two_duties_whatever_it_is_given() {
    let installation = Installation::sqlite(&custos::product::MIGRATIONS).await;
    let policy = custos::product::policy().unwrap_or_else(|e| panic!("{e:?}"));
    let role = CustomRoleId::from_bytes([7; 16]);
    policy
        .adopt(installation.org(), &everything(&policy, role))
        .unwrap();
    let actions: Vec<(String, (&'static str, &'static str))> = policy
        .actions()
        .into_iter()
        .map(|action| (action.clone(), leaked(&action)))
        .collect();
    let duty: BTreeMap<&str, &str> = DUTIES
        .iter()
        .flat_map(|(duty, actions)| actions.iter().map(move |action| (*action, *duty)))
        .collect();
    let (mut cases, mut permitted, mut unsaid) = (0, BTreeSet::new(), BTreeSet::new());
    for roles in combinations() {
        for data_scope in DataScope::ALL {
            for custom in [false, true] {
                let person = installation.person(Role::Sales, data_scope, None);
                let mut standing = person.standing();
                let profile = Arc::make_mut(&mut standing.profile);
                profile.roles = roles;
                profile.custom_roles = custom.then_some(role).into_iter().collect();
                let caller = person.sign_in_with(&installation, standing);
                let mut duties: BTreeMap<&str, &str> = BTreeMap::new();
                for (action, (resource, verb)) in &actions {
                    cases += 1;
                    // With approval, a fresh factor, any share and any label: the most there can ever be.
                    if !policy.may_ever(&caller, resource, verb) {
                        continue;
                    }
                    permitted.insert(action.as_str());
                    match duty.get(action.as_str()) {
                        Some(duty) => {
                            duties.insert(duty, action);
                        }
                        None if FREE.contains(&action.as_str()) => {}
                        None => {
                            unsaid.insert(action.as_str());
                        }
                    }
                }
                assert!(
                    duties.len() <= 1,
                    "{roles:?} with {data_scope:?}: {duties:?}"
                );
            }
        }
    }
    assert!(
        unsaid.is_empty(),
        "of no duty and not free, say which: {unsaid:?}"
    );
    for (duty, _) in DUTIES {
        assert!(
            permitted
                .iter()
                .any(|it| DUTIES.iter().any(|(d, all)| *d == duty && all.contains(it))),
            "nobody {duty}"
        );
    }
    println!(
        "{cases} cases: {} actions, shares {:?}",
        actions.len(),
        Share::ALL
    );
}
