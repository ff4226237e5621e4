//! `custos audit run` and `custos audit findings`: the automated audit, by whoever has the machine.

use super::arguments::FindingsArguments;
use super::{Console, EXIT_FINDINGS, Failure};
use crate::product::Offline;
use crate::system::protect_process;
use crate::words::Message;
use custos_audit::{AuditError, FindingTold};
use custos_http::Problem;
use custos_kernel::policy::{Caller, Job};
use serde_json::{Value, json};

pub(super) fn refused(error: AuditError) -> Failure {
    match error {
        AuditError::Store(error) => error.into(),
        other => Problem::from(other).into(),
    }
}

/// Tells findings, after a run if one is asked for. Exit code 1 if there are any.
pub(super) fn run(
    arguments: &FindingsArguments,
    first: bool,
    console: &Console,
) -> Result<u8, Failure> {
    let settings = arguments.settings.settings(false)?;
    protect_process();
    let found = super::runtime()?.block_on(async {
        let offline = Offline::open(&settings).await?;
        let found = look(&offline, arguments, first).await;
        offline.close().await?;
        found
    })?;
    let told: Vec<Value> = found.iter().map(as_json).collect();
    console.answer(&json!({ "findings": told }), || match found.is_empty() {
        true => console.words(&Message::new("audit-findings-none")),
        false => {
            let lines = found.iter().map(|finding| in_words(finding, console));
            lines.collect::<Vec<_>>().join("\n")
        }
    });
    Ok(match found.is_empty() {
        true => 0,
        false => EXIT_FINDINGS,
    })
}

async fn look(
    offline: &Offline,
    arguments: &FindingsArguments,
    first: bool,
) -> Result<Vec<FindingTold>, Failure> {
    let org = offline
        .organisation(arguments.organisation.as_deref())
        .await?;
    let caller = Caller::system(Job::Operator, org);
    if first {
        offline.desk.audit_now(&caller).await.map_err(refused)?;
    }
    let found = offline.desk.findings_told(&caller, &arguments.state).await;
    found.map_err(refused)
}

fn as_json(finding: &FindingTold) -> Value {
    json!({
        "rule": finding.rule, "severity": finding.severity, "subject": finding.subject, "detail": finding.detail,
        "first_at": finding.first_at, "due_at": finding.due_at,
    })
}

/// Severity, what was found, about whom, by its id.
fn in_words(finding: &FindingTold, console: &Console) -> String {
    let severity = console.words(&Message::new(format!("severity-{}", finding.severity)));
    let mut what = Message::new(format!("rule-{}", finding.rule));
    for (name, value) in &finding.detail {
        what = match (value.as_u64(), value.as_str()) {
            (Some(count), _) => what.count(name.clone(), count),
            (None, Some(text)) => what.with(name.clone(), text),
            (None, None) => what.with(name.clone(), value),
        };
    }
    format!("{severity}\t{}\t{}", console.words(&what), finding.subject)
}
