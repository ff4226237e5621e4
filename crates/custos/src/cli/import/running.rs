//! Waiting for the end of an import, stopping it, and going on with it.

use super::Importing;
use crate::cli::Failure;
use crate::cli::progress::{Progress, Stage};
use crate::cli::remote::text;
use crate::words::Message;
use serde_json::Value;
use std::time::Duration;
use ureq::http::Method;

/// How often the server is asked how far it is.
const POLL: Duration = Duration::from_millis(300);

impl Importing<'_> {
    /// Goes on with an import that was stopped; one that still runs is waited for.
    pub(super) fn resume(&mut self, id: &str) -> Result<u8, Failure> {
        let malformed =
            || Failure::from(Message::new("import-id-malformed").with("id", id.to_owned()));
        let id: custos_values::ImportId = id.parse().map_err(|_| malformed())?;
        let path = format!("/imports/{id}");
        let mut import = self.remote.json(Method::GET, &path, None)?;
        while text(&import["state"]) == "cancelling" {
            std::thread::sleep(POLL);
            import = self.remote.json(Method::GET, &path, None)?;
        }
        if !matches!(text(&import["state"]), "running" | "finished") {
            self.remote
                .json(Method::POST, &format!("{path}/resume"), None)?;
        }
        self.follow(&path)
    }

    /// Waits for the end and reports it; somebody's Ctrl-C asks the server to stop.
    pub(super) fn follow(&mut self, path: &str) -> Result<u8, Failure> {
        match self.wait(path) {
            Ok(import) => self.report(&import),
            Err(failure) => {
                // The server goes on without us, or can after its own restart.
                let command = self.resume_command(path.trim_start_matches("/imports/"));
                self.console
                    .note(&Message::new("import-lost").with("command", command));
                Err(failure)
            }
        }
    }

    fn wait(&mut self, path: &str) -> Result<Value, Failure> {
        let mut progress = None;
        let mut cancelled = false;
        loop {
            let import = self.remote.json(Method::GET, path, None)?;
            let count = |name: &str| import["progress"][name].as_u64().unwrap_or(0);
            if !matches!(text(&import["state"]), "running" | "cancelling") {
                return Ok(import);
            }
            let progress = progress.get_or_insert_with(|| {
                Progress::new(self.console, Stage::Importing, Some(count("bytes_total")))
            });
            progress.rows(count("read"));
            progress.reached(count("bytes_read"));
            if self.interruption.happened() && !cancelled {
                cancelled = true;
                // It may have ended in this moment; the next look says so.
                let _ = self
                    .remote
                    .json(Method::POST, &format!("{path}/cancel"), None);
            }
            std::thread::sleep(POLL);
        }
    }
}
