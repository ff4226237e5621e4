//! Password, code and API key: asked for without showing them, or read from where a program puts them; never arguments,
//! which everybody on the machine can read.

use super::RemoteArguments;
use crate::cli::{Console, Failure};
use crate::words::Message;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, stdin};
use std::path::Path;
use zeroize::Zeroizing;

/// The environment variable that may hold an API key.
const API_KEY: &str = "CUSTOS_API_KEY";
/// What every API key begins with.
const KEY_PREFIX: &str = "custos_";

pub(super) struct Secrets<'a> {
    pub(super) arguments: &'a RemoteArguments,
    pub(super) console: &'a Console,
}

impl Secrets<'_> {
    /// The key in the file that was named, or in the environment.
    pub(super) fn api_key(&self) -> Result<Zeroizing<String>, Failure> {
        let missing = || Message::new("remote-account-missing");
        let key = match self.arguments.api_key_file.as_deref() {
            Some(file) => of_file(file, Message::new("remote-key-missing"))?,
            None => Zeroizing::new(std::env::var(API_KEY).map_err(|_| missing())?),
        };
        let key = Zeroizing::new(key.trim().to_owned());
        if key.is_empty() {
            return Err(missing().into());
        }
        // The server judges keys; what cannot be one is not sent to it, as it may be some other secret.
        let looks_right = key.starts_with(KEY_PREFIX) && key.chars().all(|c| c.is_ascii_graphic());
        if !looks_right {
            return Err(Message::new("remote-key-malformed").into());
        }
        Ok(key)
    }

    pub(super) fn password(&self, account: &str) -> Result<Zeroizing<String>, Failure> {
        let prompt = Message::new("remote-ask-password").with("account", account);
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
        match file {
            Some(path) => of_file(path, missing),
            None if stdin().is_terminal() => {
                let prompt = format!("{} ", self.console.words(prompt));
                let typed = rpassword::prompt_password(prompt).map(Zeroizing::new);
                given(typed, Path::new("/dev/tty"), missing)
            }
            None => Err(missing.into()),
        }
    }
}

/// The first line of a file, or the next of standard input.
fn of_file(path: &Path, missing: Message) -> Result<Zeroizing<String>, Failure> {
    let line = if path == Path::new("-") {
        first_line(stdin().lock())
    } else {
        File::open(path).and_then(|file| first_line(BufReader::new(file)))
    };
    given(line, path, missing)
}

fn given(
    secret: io::Result<Zeroizing<String>>,
    place: &Path,
    missing: Message,
) -> Result<Zeroizing<String>, Failure> {
    let secret = secret.map_err(|error| Failure::file(place, &error))?;
    if secret.is_empty() {
        return Err(missing.into());
    }
    Ok(secret)
}

/// One line without its end. Standard input keeps the rest for whoever reads it next.
fn first_line(mut from: impl BufRead) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    from.read_line(&mut line)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}
