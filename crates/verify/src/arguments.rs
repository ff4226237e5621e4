//! What was asked at the command line. Read by hand: it is little, and one library less to trust.

use custos_verify::{Asked, Language, Message};
use std::ffi::OsString;
use std::path::PathBuf;

/// A question and how to answer it.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) question: Question,
    pub(crate) json: bool,
    pub(crate) language: Option<Language>,
}

#[derive(Debug)]
pub(crate) enum Question {
    Help,
    Evidence(Asked),
    Divergence {
        first: PathBuf,
        second: PathBuf,
        key: Option<String>,
    },
    Report {
        file: PathBuf,
        key: Option<String>,
    },
    Proof {
        file: PathBuf,
        index: u64,
        key: Option<String>,
    },
}

/// Arguments that make no question; the language as far as it was read.
#[derive(Debug)]
pub(crate) struct Unusable {
    pub(crate) message: Message,
    pub(crate) language: Option<Language>,
}

#[derive(Default)]
struct Reading {
    asked: Asked,
    json: bool,
    help: bool,
    language: Option<Language>,
    places: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments after the program's name.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Unusable> {
        let mut reading = Reading::default();
        match reading.all(arguments.into_iter()) {
            Ok(()) => {}
            Err(message) => {
                return Err(Unusable {
                    message,
                    language: reading.language,
                });
            }
        }
        let (json, language) = (reading.json, reading.language);
        match reading.question() {
            Ok(question) => Ok(Self {
                question,
                json,
                language,
            }),
            Err(message) => Err(Unusable { message, language }),
        }
    }
}

impl Reading {
    fn all(&mut self, mut arguments: impl Iterator<Item = OsString>) -> Result<(), Message> {
        while let Some(argument) = arguments.next() {
            let text = argument.to_string_lossy().into_owned();
            if !text.starts_with("--") {
                self.places.push(argument);
                continue;
            }
            match text.as_str() {
                "--json" => self.json = true,
                "--help" => self.help = true,
                "--lang" | "--key" | "--trusted" | "--witness" | "--quorum"
                | "--witness-policy" => {
                    let value = arguments
                        .next()
                        .ok_or_else(|| Message::new("use-value").with("option", &text))?;
                    self.option(&text, value)?;
                }
                _ => return Err(Message::new("use-unknown").with("option", &text)),
            }
        }
        Ok(())
    }

    fn option(&mut self, option: &str, value: OsString) -> Result<(), Message> {
        let text = value.to_string_lossy().into_owned();
        let wrong = || {
            Message::new("use-wrong")
                .with("option", option)
                .with("value", &text)
        };
        match option {
            "--key" => self.asked.key = Some(text),
            "--trusted" => self.asked.trusted = Some(value.into()),
            "--witness" => self.asked.witnesses.push(text),
            "--witness-policy" => self.asked.witness_policy = Some(value.into()),
            "--quorum" => self.asked.quorum = Some(text.parse().map_err(|_| wrong())?),
            _ => self.language = Some(Language::from_tag(&text).ok_or_else(wrong)?),
        }
        Ok(())
    }

    fn question(mut self) -> Result<Question, Message> {
        let wrong =
            |place: &OsString| Message::new("use-unknown").with("option", place.to_string_lossy());
        let key = self.asked.key.clone();
        match self.places.as_slice() {
            _ if self.help => Ok(Question::Help),
            [] => Ok(Question::Help),
            [verb, first, second] if verb == "divergence" => Ok(Question::Divergence {
                first: first.into(),
                second: second.into(),
                key,
            }),
            [verb, file, index] if verb == "proof" => Ok(Question::Proof {
                file: file.into(),
                index: index.to_string_lossy().parse().map_err(|_| wrong(index))?,
                key,
            }),
            [verb, file] if verb == "report" => Ok(Question::Report {
                file: file.into(),
                key,
            }),
            [file] => {
                self.asked.file = file.into();
                Ok(Question::Evidence(self.asked))
            }
            [_, more, ..] => Err(wrong(more)),
        }
    }
}
