//! Requests that need the approval of others: asked for, waited for, carried out.

use super::{Console, Failure, Remote, text};
use crate::cli::interruption::Interruption;
use crate::words::Message;
use std::time::Duration;
use ureq::http::{Method, Response};
use ureq::{Body, SendBody};

/// How often it is asked whether somebody has decided.
const PAUSE: Duration = Duration::from_secs(3);

/// What to do about the approval of others.
pub(in crate::cli) struct Wanted<'a> {
    /// Asks for it and waits.
    pub(in crate::cli) wait: bool,
    /// Uses this one.
    pub(in crate::cli) id: Option<&'a str>,
    /// Why it is asked for.
    pub(in crate::cli) reason: &'a str,
}

impl Remote {
    /// Sends JSON that may need the approval of others. The answer is a successful one, its body still to be read.
    pub(in crate::cli) fn send_approved(
        &mut self,
        path: &str,
        body: &str,
        wanted: &Wanted<'_>,
        interruption: &Interruption,
        console: &Console,
    ) -> Result<Response<Body>, Failure> {
        if let Some(id) = wanted.id {
            return self.post_with(path, body, ("x-approval", id.to_owned()));
        }
        let refused = match self.send_json(Method::POST, path, body) {
            Err(failure) if failure.message.id() == "error-approval-needed" => failure,
            other => return other,
        };
        if !wanted.wait {
            return Err(refused);
        }
        let reason = percent_encoded(wanted.reason);
        let answer = self.post_with(path, body, ("x-approval-reason", reason))?;
        let told = self.read_json(answer)?;
        let id = text(&told["approval"]).to_owned();
        console.note(&Message::new("approval-waits").with("id", &id));
        loop {
            let approval = self.json(Method::GET, &format!("/approvals/{id}"), None)?;
            match text(&approval["state"]) {
                "open" => {}
                "approved" => break,
                state => {
                    let message = Message::new("approval-not-given").with("state", state);
                    return Err(message.into());
                }
            }
            for _ in 0..PAUSE.as_millis() / 100 {
                if interruption.happened() {
                    return Err(Failure::stopped(
                        Message::new("approval-still-waits").with("id", &id),
                    ));
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        self.post_with(path, body, ("x-approval", id))
    }

    fn post_with(
        &mut self,
        path: &str,
        body: &str,
        header: (&str, String),
    ) -> Result<Response<Body>, Failure> {
        let mut bytes = body.as_bytes();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("content-length", bytes.len().to_string()),
            header,
        ];
        self.send(
            Method::POST,
            path,
            &headers,
            SendBody::from_reader(&mut bytes),
        )
    }
}

/// RFC 3986, section 2.1, for all but letters and digits.
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_travel_in_a_header() {
        assert_eq!(percent_encoded("a 周"), "a%20%E5%91%A8");
    }
}
