//! Words for people outside the web page, from the same tree of languages: here for every command line.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::fmt::Display;
use unic_langid::LanguageIdentifier;

/// A language the command line speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// Reads `zh`, `zh-CN`, `zh_CN.UTF-8`, `en`, `en_GB.UTF-8` and the like.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let main = tag.split(['-', '_', '.', '@']).next()?;
        match main.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The language the environment asks for (`LC_ALL`, `LC_MESSAGES`, `LANG`, as POSIX ranks them); English if none.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .and_then(|value| Self::from_tag(&value))
            .unwrap_or(Self::English)
    }

    /// The tag the accounts' language setting uses.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }
}

/// Something to say: a message of the locale files with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    id: String,
    parameters: Vec<(Cow<'static, str>, Parameter)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Parameter {
    Text(String),
    Number(u64),
    Words(Box<Message>),
}

impl Message {
    /// A message without parameters.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            parameters: Vec::new(),
        }
    }

    /// Adds a text.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Display) -> Self {
        self.parameters
            .push((name.into(), Parameter::Text(value.to_string())));
        self
    }

    /// Adds a number, which the language may decline by.
    #[must_use]
    pub fn count(mut self, name: impl Into<Cow<'static, str>>, value: u64) -> Self {
        self.parameters
            .push((name.into(), Parameter::Number(value)));
        self
    }

    /// Adds what another message says.
    #[must_use]
    pub fn with_words(mut self, name: impl Into<Cow<'static, str>>, value: Message) -> Self {
        self.parameters
            .push((name.into(), Parameter::Words(Box::new(value))));
        self
    }

    /// Another message about the same, with the same parameters.
    #[must_use]
    pub fn renamed(&self, id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            parameters: self.parameters.clone(),
        }
    }

    /// The message's id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The words of one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// The words of these texts of locale files; of two with one id the later one counts.
    pub fn of(language: Language, texts: &[&'static str]) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // The marks are for text of the other direction, and would end up in pipes and logs.
        bundle.set_use_isolating(false);
        for text in texts {
            // Damaged lines are found by the tests; the rest still speaks.
            let resource = match FluentResource::try_new((*text).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether there is such a message.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The message in words; its id where words are missing.
    pub fn say(&self, message: &Message) -> String {
        let Some(pattern) = self
            .bundle
            .get_message(&message.id)
            .and_then(|found| found.value())
        else {
            return message.id.clone();
        };
        let mut arguments = FluentArgs::new();
        for (name, value) in &message.parameters {
            let value: FluentValue<'_> = match value {
                Parameter::Text(text) => FluentValue::from(text.as_str()),
                Parameter::Number(number) => FluentValue::from(*number),
                Parameter::Words(message) => FluentValue::from(self.say(message)),
            };
            arguments.set(name.as_ref(), value);
        }
        let mut errors = Vec::new();
        self.bundle
            .format_pattern(pattern, Some(&arguments), &mut errors)
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_the_language() {
        let of = |pairs: &'static [(&str, &str)]| {
            Language::of_environment(|name| {
                pairs
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_owned())
            })
        };
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(
            of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "en_GB.UTF-8")]),
            Language::English
        );
        assert_eq!(
            of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")]),
            Language::Chinese
        );
        assert_eq!(of(&[("LANG", "de_DE")]), Language::English);
        assert_eq!(of(&[]), Language::English);
    }
}
