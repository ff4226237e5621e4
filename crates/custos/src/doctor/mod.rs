//! `custos doctor`: looks at everything an operator is responsible for, and changes nothing of it.

mod checks;
mod database;

use crate::cli::arguments::SettingsArguments;
use crate::cli::{Console, EXIT_FINDINGS, Failure};
use crate::config::KEYS;
use crate::system::{SystemClock, protect_process};
use crate::words::Message;
use serde::Serialize;
use serde_json::json;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// As it should be.
    Ok,
    /// Works, and deserves a look.
    Warning,
    /// Has to be put right.
    Problem,
    /// Could not be looked at.
    Skipped,
}

/// One thing that was looked at.
struct Check {
    name: &'static str,
    status: Status,
    message: Message,
}

impl Check {
    fn ok(name: &'static str, message: Message) -> Self {
        Self {
            name,
            status: Status::Ok,
            message,
        }
    }

    fn warning(name: &'static str, message: Message) -> Self {
        Self {
            name,
            status: Status::Warning,
            message,
        }
    }

    fn problem(name: &'static str, message: Message) -> Self {
        Self {
            name,
            status: Status::Problem,
            message,
        }
    }

    fn skipped(name: &'static str, message: Message) -> Self {
        Self {
            name,
            status: Status::Skipped,
            message,
        }
    }
}

/// Exit code 0 when nothing has to be put right, 1 otherwise.
pub(crate) fn run(arguments: &SettingsArguments, console: &Console) -> Result<u8, Failure> {
    protect_process();
    let mut found = vec![variables()];
    match arguments.settings(false) {
        Ok(settings) => {
            found.push(Check::ok(
                "configuration",
                Message::new("doctor-configuration"),
            ));
            found.extend(checks::all(&settings, &SystemClock));
            found.extend(database::all(&settings, &SystemClock));
        }
        // Nothing else can be looked at without knowing where.
        Err(error) => found.push(Check::problem("configuration", error.0)),
    }
    let healthy = !found.iter().any(|check| check.status == Status::Problem);
    let items: Vec<_> = found
        .iter()
        .map(|check| {
            json!({ "check": check.name, "status": check.status, "message": console.reason(&check.message) })
        })
        .collect();
    console.answer(&json!({ "ok": healthy, "checks": items }), || {
        let lines: Vec<String> = found.iter().map(|check| in_words(check, console)).collect();
        lines.join("\n")
    });
    Ok(if healthy { 0 } else { EXIT_FINDINGS })
}

fn in_words(check: &Check, console: &Console) -> String {
    let mark = match check.status {
        Status::Ok => "✓",
        Status::Warning => "!",
        Status::Problem => "✗",
        Status::Skipped => "–",
    };
    format!("{mark} {}", console.reason(&check.message))
}

/// A misspelt variable has no effect, which nobody would notice.
fn variables() -> Check {
    let known: Vec<String> = KEYS.iter().map(crate::config::Key::variable).collect();
    let unknown: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| {
            name.starts_with("CUSTOS_") && name != "CUSTOS_CONFIG" && !known.contains(name)
        })
        .collect();
    if unknown.is_empty() {
        Check::ok("environment", Message::new("doctor-environment"))
    } else {
        let message = Message::new("doctor-environment-unknown").with("names", unknown.join(", "));
        Check::warning("environment", message)
    }
}
