//! Who may do what: written down a second time, independently of the policies.

use std::collections::BTreeMap;

/// Who calls. All are of department 一部 of the first organisation; `sales` reaches their own customers, `lead` those of
/// the department, `chief` is a lead who reaches all. Everybody, the administrators and `none` too, was a sales person
/// before and still owns records from then. `pending` has given the first factor only, `nobody` has no session.
pub const CALLERS: [&str; 9] = [
    "sales", "lead", "chief", "system", "security", "audit", "none", "pending", "nobody",
];

/// The entry of a permitted call (`.` for none, where nobody's data is touched), and per caller: `-` refused, `+`
/// permitted, a number is the status for everybody who gets that far in signing in; letters name the records that are
/// reached or shown: o of one's own, n of a colleague in the department, f of somebody in another department. Records of
/// another organisation: never, so there is no letter.
const TABLE: &str = "
                          entry                sales lead chief system security audit none pending nobody
status_read               .                    +     +    +     +      +        +     +    +       +
setup_create              .                    409   409  409   409    409      409   409  409     409
session_create            session.begin        +     +    +     +      +        +     +    +       +
session_link              session.begin        +     +    +     +      +        +     +    +       +
session_totp              .                    409   409  409   409    409      409   409  409     401
session_totp_enrolment    session.enrolment    409   409  409   409    409      409   409  +       401
session_totp_confirmation session.create       409   409  409   409    409      409   409  +       401
session_recovery          .                    409   409  409   409    409      409   409  409     401
session_code              .                    409   409  409   409    409      409   409  409     401
session_code_message      .                    409   409  409   409    409      409   409  409     401
session_passkey_options   .                    +     +    +     +      +        +     +    +       +
session_passkey           .                    401   401  401   401    401      401   401  401     401
session_second_factor_passkey_options .        409   409  409   409    409      409   409  409     401
session_second_factor_passkey .                409   409  409   409    409      409   409  401     401
session_step_up_passkey_options .              409   409  409   409    409      409   409  401     401
session_step_up_passkey   .                    401   401  401   401    401      401   401  401     401
factor_list               factor.list          +     +    +     +      +        +     +    -       -
factor_totp_options       .                    +     +    +     +      +        +     +    -       -
factor_totp_create        .                    401   401  401   401    401      401   401  401     401
factor_passkey_options    .                    +     +    +     +      +        +     +    -       -
factor_passkey_create     .                    401   401  401   401    401      401   401  401     401
factor_update             .                    404   404  404   404    404      404   404  401     401
factor_delete             .                    404   404  404   404    404      404   404  401     401
factor_recovery_codes     factor.update        +     +    +     +      +        +     +    -       -
user_factor_reset         user.grant           -     -    -     -      nf       -     -    -       -
user_factor_delete        user.grant           -     -    -     -      nf       -     -    -       -
session_step_up_totp      .                    401   401  401   401    401      401   401  401     401
session_step_up_code            .              409   409  409   409    409      409   409  401     401
session_step_up_code_message    .              409   409  409   409    409      409   409  401     401
session_reset             .                    +     +    +     +      +        +     +    +       +
session_reset_confirmation .                   401   401  401   401    401      401   401  401     401
session_password_update   user.password        +     +    +     +      +        +     +    -       -
session_password_strength .                    +     +    +     +      +        +     +    +       +
session_read              session.read         +     +    +     +      +        +     +    -       -
session_delete            session.delete       +     +    +     +      +        +     +    -       -
session_list              session.list         +     +    +     +      +        +     +    -       -
session_end               .                    404   404  404   404    404      404   404  401     401
session_end_others        session.end          +     +    +     +      +        +     +    -       -
user_session_list         session.list         -     -    -     -      onf      -     -    -       -
user_session_end          session.revoke       -     -    -     -      nf       -     -    -       -
user_session_end_all      session.revoke       -     -    -     -      nf       -     -    -       -
session_provider_list     .                    +     +    +     +      +        +     +    +       +
session_federation        .                    404   404  404   404    404      404   404  404     404
session_federation_callback .                  401   401  401   401    401      401   401  401     401
identity_provider_logout  .                    404   404  404   404    404      404   404  404     404
identity_provider_test    .                    -     -    -     404    -        -     -    -       -
me_identity_list          user.connections     +     +    +     +      +        +     +    -       -
me_identity_create        .                    404   404  404   404    404      404   404  401     401
me_identity_callback      .                    422   422  422   422    422      422   422  401     401
me_identity_delete        .                    404   404  404   404    404      404   404  401     401
session_saml_metadata     .                    404   404  404   404    404      404   404  404     404
session_saml_receive      .                    +     +    +     +      +        +     +    +       +
identity_provider_list    identity_provider.list - -  -     +      +        -     -    -       -
identity_provider_create  identity_provider.create - - -    +      -        -     -    -       -
identity_provider_update  .                    -     -    -     404    -        -     -    -       -
identity_provider_delete  .                    -     -    -     404    -        -     -    -       -
identity_provider_access  .                    -     -    -     -      403      -     -    -       -
identity_provider_token   .                    -     -    -     404    -        -     -    -       -
identity_provider_token_delete .               -     -    -     404    -        -     -    -       -
device_list               device.list          +     +    +     +      +        +     +    -       -
device_register           .                    422   422  422   422    422      422   422  401     401
device_rename             .                    404   404  404   404    404      404   404  401     401
device_remove             .                    404   404  404   404    404      404   404  401     401
device_lost               .                    404   404  404   404    404      404   404  401     401
device_secret             .                    404   404  404   404    404      404   404  401     401
user_device_list          device.list          o     o    o     o      onf      o     o    -       -
user_device_remove        device.delete        o     o    o     o      onf      o     o    -       -
user_device_lost          device.delete        o     o    o     o      onf      o     o    -       -
device_rule_read          device_rule.read     -     -    -     -      +        -     -    -       -
device_rule_update        device_rule.update   -     -    -     -      +        -     -    -       -
user_move_preview         user.update          -     -    -     nf     -        -     -    -       -
user_move                 user.update          -     -    -     nf     -        -     -    -       -
user_leave_preview        user.delete          -     -    -     nf     -        -     -    -       -
user_leave                user.delete          -     -    -     nf     -        -     -    -       -
user_handover             .                    -     -    -     404  -        -     -    -       -
user_handover_read        user.read            -     -    -     nf     -        -     -    -       -
user_list                 user.list            -     -    -     onf    onf      -     -    -       -
user_create               user.create          -     -    -     +      -        -     -    -       -
user_directory            user.read            onf   onf  onf   onf    onf      onf   -    -       -
user_sign_in_link         user.update          -     -    -     nf     -        -     -    -       -
user_update               user.update          -     -    -     nf     -        -     -    -       -
user_access               user.grant           -     -    -     -      nf       -     -    -       -
user_invite               .                    -     -    -     409    -        -     -    -       -
user_invite_again         .                    -     -    -     409    -        -     -    -       -
contact_own_read          contact_point.read       +     +    +     +      +        +     +    -       -
contact_own_begin         .                    409   409  409   409    409      409   409  401     401
contact_own_confirm       .                    422   422  422   422    422      422   422  401     401
contact_own_delete        .                    404   404  404   404    404      404   404  401     401
department_list           department.list      onf   onf  onf   onf    onf      onf   -    -       -
department_create         department.create    -     -    -     +      -        -     -    -       -
scim_user_list            .                    401   401   401   401   401   401   401   401   401
scim_user_create          .                    401   401   401   401   401   401   401   401   401
scim_user_read            .                    401   401   401   401   401   401   401   401   401
scim_user_replace         .                    401   401   401   401   401   401   401   401   401
scim_user_update          .                    401   401   401   401   401   401   401   401   401
scim_user_delete          .                    401   401   401   401   401   401   401   401   401
scim_group_list           .                    401   401   401   401   401   401   401   401   401
scim_group_create         .                    401   401   401   401   401   401   401   401   401
scim_group_read           .                    401   401   401   401   401   401   401   401   401
scim_group_replace        .                    401   401   401   401   401   401   401   401   401
scim_group_update         .                    401   401   401   401   401   401   401   401   401
scim_group_delete         .                    401   401   401   401   401   401   401   401   401
scim_search               .                    401   401   401   401   401   401   401   401   401
scim_config_read          .                    401   401   401   401   401   401   401   401   401
scim_type_list            .                    401   401   401   401   401   401   401   401   401
scim_type_read            .                    401   401   401   401   401   401   401   401   401
scim_schema_list          .                    401   401   401   401   401   401   401   401   401
scim_schema_read          .                    401   401   401   401   401   401   401   401   401
service_account_list      api_key.list         -     -    -     +      +        +     -    -       -
service_account_create    user.create          -     -    -     +      -        -     -    -       -
api_key_create            api_key.create       -     -    -     404    -        -     -    -       -
api_key_rotate            api_key.update       -     -    -     404    -        -     -    -       -
api_key_revoke            api_key.delete       -     -    -     404    404      -     -    -       -
security_settings_read    security_settings.read    -     -    -     +      +        +     -    -       -
security_settings_update  security_settings.update  -     -    -     +      -        -     -    -       -
approval_rules_read       approval_rules.read  -     -    -     +      +        +     -    -       -
approval_rules_update     .                    -     -    -     -      403      -     -    -       -
access_rules_read         access_rules.read    -     -    -     -      +        +     -    -       -
access_rules_check        access_rules.check   -     -    -     -      +        +     -    -       -
access_rules_update       .                    -     -    -     -      403      -     -    -       -
access_rules_trial        access_rules.try     -     -    -     -      +        +     -    -       -
access_rules_bench        .                    -     -    -     -      422      422   -    -       -
access_people_list        access_people.list   -     -    -     -      onf      onf   -    -       -
access_people_update      access_people.update -     -    -     -      onf      -     -    -       -
access_teams_list         access_teams.list    -     -    -     -      +        +     -    -       -
team_list                 access_teams.read    +     +    +     +      +        +     -    -       -
access_teams_update       access_teams.update  -     -    -     -      +        -     -    -       -
session_working_label     session.working_label +    +    +     +      +        +     +    -       -
approval_list             approval.list        +     +    +     +      +        +     -    -       -
approval_counts           approval.list        +     +    +     +      +        +     -    -       -
approval_read             .                    404   404  404   404    404      404   -    -       -
approval_decide           .                    404   404  404   404    404      404   -    -       -
approval_transfer         .                    404   404  404   404    404      404   -    -       -
approval_withdraw         .                    404   404  404   404    404      404   404  401     401
approval_delegation_read  approval.assign      +     +    +     +      +        +     -    -       -
approval_delegation_update .                   422   422  422   422    422      422   -    -       -
approval_delegation_delete .                   404   404  404   404    404      404   -    -       -
emergency_list            break_glass.list     +     +    +     +      +        +     -    -       -
emergency_state           .                    +     +    +     +      +        +     -    -       -
emergency_begin           .                    -     422  422   -      -        -     -    -       -
emergency_end             .                    404   404  404   404    404      404   404  401     401
emergency_review          .                    -     -    -     -      404      404   -    -       -
access_review_list        access_review.list   -     -    -     -      +        +     -    -       -
access_review_preview     access_review.list   -     -    -     -      +        +     -    -       -
access_review_start       .                    -     -    -     -      422      -     -    -       -
access_review_own         access_review_line.list + +    +     +      +        +     -    -       -
access_review_read        .                    -     -    -     -      404      404   -    -       -
access_review_lines       .                    404   404  404   404    404      404   -    -       -
access_review_decide      .                    404   404  404   404    404      404   -    -       -
access_review_reassign    .                    -     -    -     -      404      -     -    -       -
access_review_end         .                    -     -    -     -      404      -     -    -       -
access_review_cancel      .                    -     -    -     -      404      -     -    -       -
access_review_report      .                    -     -    -     -      404      404   -    -       -
permission_usage          permission_usage.list -    -    -     -      +        +     -    -       -
security_settings_preview security_settings.preview -     -    -     +      -        -     -    -       -
preference_read           preference.read      +     +    +     +      +        +     -    -       -
preference_update         preference.update    +     +    +     +      +        +     -    -       -
log_settings_read         log_settings.read    -     -    -     +      -        +     -    -       -
log_settings_update       log_settings.update  -     -    -     +      -        -     -    -       -
log_witnesses_list        log_settings.read    -     -    -     +      -        +     -    -       -
log_checkpoint_read       .                    404   404  404   404    404      404   404  404     404
witness_checkpoint_add    .                    400   400  400   400    400      400   400  400     400
keys_read                 key.read             -     -    -     +      -        -     -    -       -
keys_rotate               key.rotate           -     -    -     +      -        -     -    -       -
keys_replace_root         .                    -     -    -     409    -        -     -    -       -
outbox_settings_read      outbox.read          -     -    -     +      -        -     -    -       -
outbox_settings_update    outbox.update        -     -    -     +      -        -     -    -       -
outbox_test               outbox.test          -     -    -     +      -        -     -    -       -
outbox_message_list       message.list         -     -    -     onf    -        -     -    -       -
outbox_message_retry      message.update       -     -    -     onf    -        -     -    -       -
outbox_message_delete     message.delete       -     -    -     onf    -        -     -    -       -
fields_list               customer.list        +     +    +     -      -        -     -    -       -
customers_list            customer.list        o     on   onf   -      -        -     -    -       -
customers_create          customer.create      +     +    +     -      -        -     -    -       -
customers_duplicate_check customer.list        o     on   onf   -      -        -     -    -       -
customers_get             customer.read        o     on   onf   -      -        -     -    -       -
customers_update          customer.update      o     on   onf   -      -        -     -    -       -
customers_delete          customer.delete      -     on   onf   -      -        -     -    -       -
customers_erase           customer.erase       -     on   onf   -      -        -     -    -       -
customers_reveal          customer.reveal      o     on   onf   -      -        -     -    -       -
customers_export          customer.export      -     on   onf   -      -        -     -    -       -
customer_access_read      customer.read        o     on   onf   -      -        -     -    -       -
customer_share            customer.share       o     on   onf   -      -        -     -    -       -
customer_unshare          customer.share       o     on   onf   -      -        -     -    -       -
customer_label            customer.classify    o     on   onf   -      onf      -     -    -       -
customer_audience         customer.explain     o     on   onf   -      onf      onf   -    -       -
customer_explain          customer.explain     o     on   onf   -      onf      onf   -    -       -
customer_explain_own      customer.explain_own +     +    +     +      +        +     +    -       -
contacts_list             customer.read        o     on   onf   -      -        -     -    -       -
contacts_create           customer.update      o     on   onf   -      -        -     -    -       -
contacts_update           customer.update      o     on   onf   -      -        -     -    -       -
contacts_delete           customer.update      o     on   onf   -      -        -     -    -       -
contacts_reveal           customer.reveal      o     on   onf   -      -        -     -    -       -
reassignments_prepare     .                    -     422  422   -      -        -     -    -       -
reassignments_list        reassignment.list    -     +    +     -      -        -     -    -       -
reassignments_get         .                    -     404  404   -      -        -     -    -       -
reassignments_start       .                    -     404  404   -      -        -     -    -       -
reassignments_cancel      .                    -     404  404   -      -        -     -    -       -
reassignments_resume      .                    -     404  404   -      -        -     -    -       -
timeline_list             customer.read        o     on   onf   -      -        -     -    -       -
timeline_add              customer.update      o     on   onf   -      -        -     -    -       -
imports_create            import.create        +     +    +     -      -        -     -    -       -
imports_list              import.list          o     o    o     -      -        -     -    -       -
imports_get               import.read          o     o    o     -      -        -     -    -       -
imports_correct           import.update        o     o    o     -      -        -     -    -       -
imports_preview           import.read          o     o    o     -      -        -     -    -       -
imports_start             import.start         o     o    o     -      -        -     -    -       -
imports_cancel            import.cancel        o     o    o     -      -        -     -    -       -
imports_resume            import.resume        o     o    o     -      -        -     -    -       -
imports_delete            import.delete        o     o    o     -      -        -     -    -       -
imports_rejected          import.read          o     o    o     -      -        -     -    -       -
external_auditor_list     external_auditor.list -    -    -    +    +    +    -    -    -
external_auditor_create   external_auditor.create -    -    -    -    -    +    -    -    -
external_auditor_update   .                    -    -    -    -    -    404    -    -    -
external_auditor_link     .                    -    -    -    -    -    404    -    -    -
external_auditor_end      .                    -    -    -    -    -    404    -    -    -
audit_year_list           log_year.list        -    -    -    -    -    +    -    -    -
audit_year_archive        .                    -    -    -    -    -    404    -    -    -
audit_retention_update    log_retention.update -    -    -    -    -    +    -    -    -
audit_entries_list        audit_entry.list     -     -    -     -      -        onf   -    -       -
audit_actions_list        audit_entry.list     -     -    -     -      -        +     -    -       -
audit_counts_read         audit_entry.list     -     -    -     -      -        +     -    -       -
audit_readers_list        audit_entry.list     -     -    -     -      -        +     -    -       -
audit_sightings_list      audit_entry.list     -     -    -     -      -        onf   -    -       -
audit_question_list       audit_question.list  -     -    -     -      -        +     -    -       -
audit_question_create     audit_question.create -    -    -     -      -        +     -    -       -
audit_question_update     .                    -     -    -     -      -        404   -    401     401
audit_question_delete     .                    -     -    -     -      -        404   -    401     401
audit_rule_list           audit_rule.list      -     -    -     -      -        +     -    -       -
audit_rule_update         audit_rule.update    -     -    -     -      -        +     -    -       -
audit_run_list            audit_run.list       -     -    -     -      -        +     -    -       -
audit_run_create          audit_run.create     -     -    -     -      -        +     -    -       -
audit_finding_list        audit_finding.list   -     -    -     -      -        +     -    -       -
audit_finding_update      .                    -     -    -     -      -        404   -    401     401
me_finding_list           assigned_finding.list +    +    +     +      +        +     +    -       -
me_finding_remedy         .                    404   404  404   404    404      404   404  401     401
audit_settings_read       audit_rule.list      -     -    -     -      -        +     -    -       -
audit_settings_update     audit_rule.update    -     -    -     -      -        +     -    -       -
audit_checkpoint_read     audit_entry.read     -     -    -     -      -        +     -    -       -
audit_verification_create audit_entry.verify   -     -    -     -      -        +     -    -       -
audit_export_read         audit_entry.export   -     -    -     -      -        onf   -    -       -
openapi_read              .                    +     +    +     +      +        +     +    +       +
lead_convert              lead.update          o     on   onf   -      -        -     -    -       -
object_list               record.objects       +     +    +     +      +        +     +    -       -
pipeline_list             pipeline.list        +     +    +     -      -        -     -    -       -
pipeline_create           pipeline.create      -     -    +     -      -        -     -    -       -
pipeline_update           .                    -     -    404   -      -        -     -    -       -
pipeline_delete           .                    -     -    404   -      -        -     -    -       -
";

/// What a caller may expect of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Refused,
    Allowed,
    Status(u16),
    /// On the records of these letters only.
    On(&'static str),
}

/// What is expected of one operation.
pub struct Row {
    /// The action in the log.
    pub entry: Option<&'static str>,
    pub cells: BTreeMap<&'static str, Cell>,
}

/// The table by operation.
pub fn table() -> BTreeMap<&'static str, Row> {
    let of_kinds: Vec<&'static str> = crate::kinds::lines()
        .into_iter()
        .map(|line| &*line.leak())
        .collect();
    let mut lines = TABLE.trim().lines().chain(of_kinds);
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().skip(1).collect();
    assert_eq!(head, CALLERS);
    let rows = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (operation, entry) = (words.next().unwrap(), words.next().unwrap());
        let cells: Vec<Cell> = words.map(cell).collect();
        assert_eq!(cells.len(), CALLERS.len(), "{line}");
        let row = Row {
            entry: (entry != ".").then_some(entry),
            cells: CALLERS.into_iter().zip(cells).collect(),
        };
        (operation, row)
    });
    let count = rows.clone().count();
    let table: BTreeMap<_, _> = rows.collect();
    assert_eq!(table.len(), count, "an operation stands in the table twice");
    table
}

fn cell(text: &'static str) -> Cell {
    match text {
        "-" => Cell::Refused,
        "+" => Cell::Allowed,
        number if number.parse::<u16>().is_ok() => Cell::Status(number.parse().unwrap()),
        letters => {
            assert!(letters.chars().all(|c| "onf".contains(c)), "{letters}");
            Cell::On(letters)
        }
    }
}
