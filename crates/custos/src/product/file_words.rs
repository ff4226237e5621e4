//! The words in files people download.

use crate::words::{Language, Message, Words};
use std::sync::Arc;

/// Both languages, loaded once.
pub(super) struct FileWords {
    chinese: Words,
    english: Words,
}

impl FileWords {
    pub(super) fn load() -> Arc<Self> {
        Arc::new(Self {
            chinese: crate::words::load(Language::Chinese),
            english: crate::words::load(Language::English),
        })
    }

    fn of(&self, language: &str) -> &Words {
        match Language::from_tag(language) {
            Some(Language::English) => &self.english,
            Some(Language::Chinese) | None => &self.chinese,
        }
    }

    /// The first of the messages there are words for; otherwise the code, which is better than nothing.
    fn say(&self, language: &str, messages: [Message; 2], code: &str) -> String {
        let words = self.of(language);
        let known = messages.iter().find(|message| words.has(message.id()));
        known.map_or_else(|| code.to_owned(), |message| words.say(message))
    }
}

impl custos_crm::Words for FileWords {
    fn field(&self, language: &str, name: &str) -> String {
        let messages = [format!("field-{name}"), format!("file-{name}")];
        self.say(language, messages.map(Message::new), name)
    }

    fn choice(&self, language: &str, field: &str, code: &str) -> String {
        let messages = [format!("choice-{field}-{code}"), format!("choice-{code}")];
        self.say(language, messages.map(Message::new), code)
    }

    fn sentence(&self, language: &str, code: &str, params: &[(String, String)]) -> String {
        let id = code.replace('.', "-");
        let told = |prefix: &str| {
            let message = Message::new(format!("{prefix}-{id}"));
            params.iter().fold(message, |message, (name, value)| {
                message.with(name.clone(), value)
            })
        };
        self.say(language, [told("error"), told("note")], code)
    }
}

impl custos_access::Words for FileWords {
    fn say(&self, language: &str, message: &str, params: &[(&'static str, &str)]) -> String {
        let message = Message::new(message);
        let params = params.iter();
        let message = params.fold(message, |it, (name, value)| it.with(*name, value));
        self.of(language).say(&message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_crm::Words as _;

    #[test]
    fn speaks_the_language_asked_for() {
        let words = FileWords::load();
        assert_eq!(words.field("en", "phone"), "Mobile phone");
        assert_ne!(words.field("zh-CN", "phone"), "Mobile phone");
        assert_eq!(words.choice("en", "source", "cold_call"), "Cold call");
        for own in ["customers", "rejected", "row", "reason"] {
            assert_ne!(words.field("en", own), own);
        }
        assert_eq!(words.sentence("en", "no.such.code", &[]), "no.such.code");
    }
}
