//! What whoever started the server has to know.

use crate::cli::Console;
use crate::cli::arguments::Announce;
use crate::words::Message;
use serde::Serialize;

/// Where the server is, and how to get in for the first time.
#[derive(Debug, Serialize)]
pub struct Announcement {
    /// The address.
    pub url: String,
    /// SHA-256 of the certificate the server made itself, to compare with what the browser shows.
    pub fingerprint: Option<String>,
    /// What the setup page asks for, as long as nothing is set up.
    pub setup_code: Option<String>,
    /// One-time sign-in links of a demonstration made just now.
    pub links: Vec<Link>,
}

/// A one-time sign-in link.
#[derive(Debug, Serialize)]
pub struct Link {
    /// The account's role.
    pub role: &'static str,
    /// Whose it is.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The whole address; works once.
    pub link: String,
}

impl Announcement {
    /// Tells it on standard output.
    pub fn print(&self, how: Announce, console: &Console) {
        if how == Announce::Json || console.is_json() {
            console.line(serde_json::to_string(self).unwrap_or_default());
            return;
        }
        console.line(console.words(&Message::new("serve-ready").with("url", &self.url)));
        if let Some(fingerprint) = &self.fingerprint {
            console.line(
                console.words(&Message::new("serve-fingerprint").with("fingerprint", fingerprint)),
            );
        }
        if let Some(code) = &self.setup_code {
            let message = Message::new("serve-setup")
                .with("url", format!("{}/setup", self.url))
                .with("code", code);
            console.line(console.words(&message));
        }
        if self.links.is_empty() {
            return;
        }
        console.line(console.words(&Message::new("serve-links")));
        for link in &self.links {
            let role = Message::new(format!("role-{}", link.role));
            console.line(format!(
                "  {} · {} ({})\n    {}",
                console.words(&role),
                link.name,
                link.login,
                link.link
            ));
        }
    }
}
