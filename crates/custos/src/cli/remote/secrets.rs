//! Password and code: asked for without showing them, or read from where a program puts them; never arguments, which
//! everybody on the machine can read.

use super::RemoteArguments;
use crate::cli::{Console, Failure};
use crate::words::Message;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, stdin};
use std::path::Path;
use zeroize::Zeroizing;

pub(super) struct Secrets<'a> {
    pub(super) arguments: &'a RemoteArguments,
    pub(super) console: &'a Console,
}

impl Secrets<'_> {
    pub(super) fn password(&self) -> Result<Zeroizing<String>, Failure> {
        let prompt = Message::new("remote-ask-password").with("account", &self.arguments.account);
        self.secret(
            self.arguments.password_file.as_deref(),
            &prompt,
            Message::new("remote-password-missing"),
        )
    }

    pub(super) fn code(&self) -> Result<Zeroizing<String>, Failure> {
        self.secret(
            self.arguments.totp_file.as_deref(),
            &Message::new("remote-ask-code"),
            Message::new("remote-code-missing"),
        )
    }

    fn secret(
        &self,
        file: Option<&Path>,
        prompt: &Message,
        missing: Message,
    ) -> Result<Zeroizing<String>, Failure> {
        let secret = match file {
            Some(path) if path == Path::new("-") => first_line(stdin().lock()),
            Some(path) => File::open(path).and_then(|file| first_line(BufReader::new(file))),
            None if stdin().is_terminal() => {
                let prompt = format!("{} ", self.console.words(prompt));
                rpassword::prompt_password(prompt).map(Zeroizing::new)
            }
            None => return Err(missing.into()),
        };
        let place = file.unwrap_or(Path::new("/dev/tty"));
        let secret = secret.map_err(|error| Failure::file(place, &error))?;
        if secret.is_empty() {
            return Err(missing.into());
        }
        Ok(secret)
    }
}

/// One line without its end. Standard input keeps the rest for whoever reads it next.
fn first_line(mut from: impl BufRead) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    from.read_line(&mut line)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}
