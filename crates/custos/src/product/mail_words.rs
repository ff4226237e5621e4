//! The words of mails.

use crate::words::{Language, Message, Words};
use custos_outbox::{Rendered, Renderer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Both languages, loaded once.
pub(super) struct MailWords {
    chinese: Words,
    english: Words,
}

impl MailWords {
    pub(super) fn load() -> Arc<Self> {
        Arc::new(Self {
            chinese: crate::words::load(Language::Chinese),
            english: crate::words::load(Language::English),
        })
    }
}

impl Renderer for MailWords {
    fn mail(
        &self,
        language: &str,
        template: &str,
        params: &BTreeMap<String, String>,
    ) -> Option<Rendered> {
        let words = match Language::from_tag(language) {
            Some(Language::English) => &self.english,
            Some(Language::Chinese) | None => &self.chinese,
        };
        let mut params = params.clone();
        if let (Some(browser), Some(system)) = (params.get("browser"), params.get("system")) {
            let device = Message::new("sessions-device")
                .with_words("browser", Message::new(format!("browser-{browser}")))
                .with_words("system", Message::new(format!("system-{system}")));
            params.insert("device".to_owned(), words.say(&device));
        }
        let say = |part: &str| {
            let id = format!("mail-{}-{part}", template.replace('_', "-"));
            if !words.has(&id) {
                return None;
            }
            let message = params
                .iter()
                .fold(Message::new(id), |message, (name, value)| {
                    message.with(name.clone(), value)
                });
            Some(words.say(&message))
        };
        let foot = words.say(&Message::new("mail-foot"));
        Some(Rendered {
            subject: say("subject")?,
            text: format!("{}\n\n-- \n{foot}\n", say("body")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_outbox::Template;

    #[test]
    fn every_template_has_words_that_use_what_they_are_given() {
        let words = MailWords::load();
        let params: BTreeMap<String, String> = [
            "code",
            "minutes",
            "days",
            "hours",
            "link",
            "name",
            "login",
            "organisation",
            "device",
            "address",
            "at",
            "checkpoint",
            "holder",
            "standing",
            "requester",
            "state",
        ]
        .into_iter()
        .map(|name| (name.to_owned(), format!("<{name}>")))
        .collect();
        for template in Template::ALL {
            let said = ["zh-CN", "en"].map(|language| {
                let mail = words.mail(language, template.name(), &params);
                mail.unwrap_or_else(|| panic!("{} in {language}", template.name()))
            });
            for mail in &said {
                assert!(!mail.subject.contains('\n') && !mail.subject.contains('{'));
                assert!(!mail.text.contains("{ $") && !mail.text.contains("{$"));
            }
            let needed: &[&str] = match template {
                Template::Invitation => &["<link>", "<login>", "<hours>", "<organisation>"],
                Template::Reset => &["<link>", "<minutes>"],
                Template::ContactCode | Template::SignInCode => &["<code>", "<minutes>"],
                Template::ApprovalAsked => &["<link>", "<requester>"],
                Template::ApprovalDecided => &["<link>"],
                Template::ReviewAsked | Template::ReviewReminder => &["<link>", "<days>"],
                Template::FindingAssigned => &["<link>", "<name>"],
                Template::EmergencyBegun => &["<link>", "<requester>", "<minutes>"],
                Template::NewSignIn => &["<device>", "<address>", "<at>"],
                _ => &[],
            };
            for mail in &said {
                assert!(
                    needed.iter().all(|part| mail.text.contains(part)),
                    "{}",
                    mail.text
                );
            }
            assert_ne!(said[0].text, said[1].text);
        }
        assert!(words.mail("en", "no_such", &params).is_none());
        let agent = [("browser", "edge"), ("system", "windows")];
        let agent = agent.map(|(name, word)| (name.to_owned(), word.to_owned()));
        let mail = words.mail("en", "new_sign_in", &BTreeMap::from(agent));
        assert!(mail.is_some_and(|mail| mail.text.contains("Edge on Windows")));
    }
}
