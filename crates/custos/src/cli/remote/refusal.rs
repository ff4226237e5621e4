//! What the server refuses, and why it cannot be reached, in the words of whoever asked.

use crate::cli::Failure;
use crate::cli::failure::with_reason;
use crate::words::Message;
use serde_json::Value;

/// Fields of requests that are options here.
const OPTIONS: [(&str, &str); 11] = [
    ("mapping", "--map"),
    ("columns", "--fields"),
    ("reason", "--reason"),
    ("q", "--search"),
    ("source", "--source"),
    ("owner_id", "--owner-id"),
    ("department_id", "--department-id"),
    ("updated_from", "--updated-from"),
    ("updated_to", "--updated-to"),
    ("level", "--level"),
    ("status", "--status"),
];

/// The text of a value; nothing if it is none.
pub(in crate::cli) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A code of the server with its parameters, as a message of the locale files.
pub(in crate::cli) fn coded(code: &str, params: &Value) -> Message {
    let message =
        Message::new(format!("error-{}", code.replace('.', "-"))).with("code", code.to_owned());
    let params = params.as_object().into_iter().flatten();
    params.fold(message, |message, (name, value)| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        message.with(name.clone(), text)
    })
}

/// The server's refusal; none if this is not how Custos refuses.
pub(super) fn refused(problem: &Value) -> Option<Failure> {
    let field = &problem["fields"][0];
    let told = if field["code"].is_string() {
        field
    } else {
        problem
    };
    let mut failure = Failure::from(coded(told["code"].as_str()?, &told["params"]));
    let named = field["field"]
        .as_str()
        .or(problem["params"]["field"].as_str());
    failure.field = named.map(option);
    Some(failure)
}

fn option(field: &str) -> String {
    let (first, rest) = field.split_once('.').unwrap_or((field, ""));
    let known = OPTIONS.iter().find(|(name, _)| *name == first);
    match known {
        Some((_, option)) => format!("{option} {rest}").trim_end().to_owned(),
        None => field.to_owned(),
    }
}

/// A connection that did not come about, or broke.
pub(super) fn unreachable(server: &str, error: ureq::Error) -> Failure {
    let told = |message: Message| message.with("server", server.to_owned());
    match error {
        ureq::Error::HostNotFound => told(Message::new("remote-unknown-host")).into(),
        ureq::Error::Timeout(_) => {
            let silent = std::io::ErrorKind::TimedOut.into();
            with_reason(told(Message::new("remote-unreachable")), &silent).into()
        }
        ureq::Error::Rustls(error) => untrusted(server, &error),
        ureq::Error::Io(error) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            match inner {
                Some(error) => untrusted(server, error),
                None => with_reason(told(Message::new("remote-unreachable")), &error).into(),
            }
        }
        other => told(Message::new("remote-unreachable"))
            .with("reason", other)
            .into(),
    }
}

fn untrusted(server: &str, error: &rustls::Error) -> Failure {
    let message = match error {
        rustls::Error::InvalidCertificate(_) => Message::new("remote-untrusted"),
        _ => Message::new("remote-unreachable"),
    };
    message
        .with("server", server.to_owned())
        .with("reason", error)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refusals_name_the_option_that_is_wrong() {
        let problem = json!({ "code": "request.invalid", "params": {},
            "fields": [{ "field": "columns.phon", "code": "field.unknown", "params": {} }] });
        let failure = refused(&problem).unwrap();
        assert_eq!(failure.message.id(), "error-field-unknown");
        assert_eq!(failure.field.as_deref(), Some("--fields phon"));
        let failure = refused(&json!({ "code": "forbidden", "fields": [] })).unwrap();
        assert_eq!(failure.message.id(), "error-forbidden");
        assert_eq!(failure.field, None);
        let problem =
            json!({ "code": "list.filter_malformed", "params": { "field": "updated_to" } });
        assert_eq!(
            refused(&problem).unwrap().field.as_deref(),
            Some("--updated-to")
        );
        assert!(refused(&json!({ "message": "Bad gateway" })).is_none());
        assert!(refused(&Value::Null).is_none());
    }
}
