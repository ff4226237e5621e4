//! The layers of the configuration, still as text.

use super::keys::{KEYS, Key, nearest};
use crate::words::Message;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value came from, as a person would look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The configuration file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Message);

/// What was given, by key, with its source; later layers have replaced earlier ones.
#[derive(Default)]
pub struct Layers(BTreeMap<&'static str, (String, Source)>);

impl Layers {
    /// Adds the configuration file's text.
    ///
    /// # Errors
    /// [`ConfigError`] when it is not TOML or has an unknown key or a value of a wrong kind.
    pub fn file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            // The library's message quotes the line, which may hold a password; the place says enough.
            let before = error.span().map_or("", |span| &text[..span.start]);
            let line = before.matches('\n').count() as u64 + 1;
            ConfigError(
                Message::new("config-not-toml")
                    .with("source", path.display())
                    .count("line", line)
                    .with("reason", error.message()),
            )
        })?;
        self.table(path, "", &table)
    }

    fn table(&mut self, path: &Path, prefix: &str, table: &toml::Table) -> Result<(), ConfigError> {
        for (name, value) in table {
            let name = format!("{prefix}{name}");
            if let toml::Value::Table(inner) = value {
                self.table(path, &format!("{name}."), inner)?;
                continue;
            }
            let Some(key) = KEYS.iter().find(|key| key.name == name) else {
                return Err(ConfigError(unknown(&name, path)));
            };
            if key.environment_only {
                let message = Message::new("config-environment-only")
                    .with("key", key.name)
                    .with("source", path.display())
                    .with("variable", key.variable());
                return Err(ConfigError(message));
            }
            let text = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(yes) => yes.to_string(),
                _ => {
                    let message = Message::new("config-wrong-kind")
                        .with("key", key.name)
                        .with("source", path.display());
                    return Err(ConfigError(message));
                }
            };
            self.0
                .insert(key.name, (text, Source::File(path.to_owned())));
        }
        Ok(())
    }

    /// Adds the environment. Only the variables of known settings are looked at: others of the same prefix belong to
    /// whoever starts the server.
    pub fn environment(&mut self, variable: impl Fn(&str) -> Option<String>) {
        for key in KEYS {
            let name = key.variable();
            if let Some(value) = variable(&name).filter(|value| !value.is_empty()) {
                self.0.insert(key.name, (value, Source::Environment(name)));
            }
        }
    }

    /// Adds one flag.
    pub fn flag(&mut self, key: &'static str, value: Option<String>) {
        if let Some(value) = value {
            let flag = Source::Flag(declared(key).flag());
            self.0.insert(key, (value, flag));
        }
    }

    /// The value of a key as it was given last.
    pub(super) fn text(&self, key: &'static str) -> Option<&str> {
        self.0.get(key).map(|(value, _)| value.as_str())
    }

    /// Reads a value.
    ///
    /// # Errors
    /// [`ConfigError`] naming the place, what is expected, and the value unless it is secret.
    pub(super) fn read<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((text, source)) = self.0.get(key) else {
            return Ok(None);
        };
        let value = read(text);
        if value.is_none() {
            let shown = if declared(key).secret { "…" } else { text };
            let message = Message::new("config-value-invalid")
                .with("key", key)
                .with("source", source)
                .with("value", shown)
                .with("expected", expected);
            return Err(ConfigError(message));
        }
        Ok(value)
    }
}

fn declared(name: &'static str) -> &'static Key {
    match KEYS.iter().find(|key| key.name == name) {
        Some(key) => key,
        None => unreachable!("{name} is not declared"),
    }
}

fn unknown(name: &str, path: &Path) -> Message {
    let nearest = nearest(name);
    let names = match nearest.is_empty() {
        true => KEYS
            .iter()
            .filter(|key| !key.environment_only)
            .map(|key| key.name)
            .collect(),
        false => nearest,
    };
    Message::new("config-unknown-key")
        .with("key", name)
        .with("source", path.display())
        .with("nearest", names.join(", "))
}
