//! `custos import`: the same import as on the page, from the command line.

mod arguments;
mod detection;
mod mapping;
mod outcome;
mod preview;
mod running;
mod upload;

pub use arguments::{Duplicates, ImportArguments, Preset, SourceArguments, UsccCheck};

use super::interruption::Interruption;
use super::new_file::NewFile;
use super::remote::{Remote, text};
use super::{Console, Failure};
use crate::words::Message;
use arguments::name;
use mapping::mapping;
use serde_json::{Value, json};
use upload::Upload;
use ureq::http::Method;

/// An import by a signed-in person.
struct Importing<'a> {
    remote: Remote,
    arguments: &'a ImportArguments,
    console: &'a Console,
    interruption: Interruption,
}

/// Exit codes: 0 every row is in, 1 some were rejected, 2 not done, 130 stopped.
pub(super) fn run(arguments: &ImportArguments, console: &Console) -> Result<u8, Failure> {
    if let Some(path) = &arguments.rejected {
        NewFile::check(path, arguments.force)?;
    }
    // Before anybody is asked for a password.
    let upload = arguments.file.as_deref().map(Upload::open).transpose()?;
    let remote = Remote::sign_in(&arguments.remote, console)?;
    let mut importing = Importing {
        remote,
        arguments,
        console,
        interruption: Interruption::watch()?,
    };
    match (upload, &arguments.resume) {
        (Some(upload), _) => importing.begin(upload),
        (None, Some(id)) => importing.resume(id),
        (None, None) => Err(Message::new("import-no-file").into()),
    }
}

impl Importing<'_> {
    fn begin(&mut self, upload: Upload) -> Result<u8, Failure> {
        let import = self.upload(upload)?;
        let path = format!("/imports/{}", text(&import["id"]));
        let begun = self.decide(&path, import);
        match begun {
            Ok(Next::Follow) => self.follow(&path),
            Ok(Next::Done) => {
                // Only looked at: the file need not stay on the server.
                self.remote.json(Method::DELETE, &path, None)?;
                Ok(0)
            }
            Err(failure) => {
                // Nothing came of it: the file need not stay. The failure is what has to be told.
                let _ = self.remote.json(Method::DELETE, &path, None);
                Err(failure)
            }
        }
    }

    fn decide(&mut self, path: &str, import: Value) -> Result<Next, Failure> {
        let import = self.correct(path, import)?;
        let mapping = mapping(&import, &self.arguments.map)?;
        self.describe(&import, &mapping);
        let options = json!({
            "mapping": mapping,
            "duplicates": name(self.arguments.duplicates),
            "uscc_check": name(self.arguments.uscc_check),
        });
        if self.interruption.happened() {
            return Err(Failure::stopped(Message::new("import-stopped-early")));
        }
        if self.arguments.preview {
            let preview =
                self.remote
                    .json(Method::POST, &format!("{path}/preview"), Some(&options))?;
            self.show(&import, &mapping, &preview);
            return Ok(Next::Done);
        }
        self.remote
            .json(Method::POST, &format!("{path}/start"), Some(&options))?;
        Ok(Next::Follow)
    }
}

/// What follows on the decisions.
enum Next {
    Follow,
    Done,
}
