//! What can be set.

use custos_http::FieldProblem;
use custos_kernel::audit::{CheckpointVerifier, Quorum, WitnessKey};
use custos_values::Email;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Their signatures have to fit into one note.
const MAX_WITNESSES: usize = 16;
const MAX_WATCHED: usize = 256;
const MAX_URL: usize = 512;
/// Hours between two mails with a checkpoint.
const HOURS: std::ops::RangeInclusive<u32> = 1..=24 * 31;

/// A witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogWitness)]
pub(crate) struct Witness {
    /// Where it takes checkpoints: `add-checkpoint` is put behind it (C2SP tlog-witness).
    pub(crate) url: String,
    /// Its public key, `<name>+<key id>+<key>`.
    pub(crate) key: String,
}

/// Who gets the newest checkpoint by mail, and the alarm when a witness refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogMail)]
pub(crate) struct MailTo {
    /// The address.
    pub(crate) address: String,
    /// The language, `zh-CN` or `en`.
    pub(crate) language: String,
    /// Hours between two mails with a checkpoint, 1 to 744.
    pub(crate) hours: u32,
}

/// Who the log is shown to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogSettings)]
pub(crate) struct Settings {
    /// The witnesses.
    pub(crate) witnesses: Vec<Witness>,
    /// How many of them must have signed for a checkpoint to count as witnessed.
    pub(crate) quorum: u32,
    /// Whether anybody may fetch the newest checkpoint from this server.
    pub(crate) public: bool,
    /// Who gets it by mail.
    pub(crate) mail: Option<MailTo>,
    /// Public keys of the logs that this installation is a witness of.
    pub(crate) watched: Vec<String>,
}

impl Settings {
    /// Brings what was typed into its one spelling.
    pub(crate) fn trimmed(mut self) -> Self {
        for witness in &mut self.witnesses {
            witness.url = witness.url.trim().trim_end_matches('/').to_owned();
            witness.key = witness.key.trim().to_owned();
        }
        for key in &mut self.watched {
            *key = key.trim().to_owned();
        }
        if let Some(mail) = &mut self.mail {
            mail.address = mail.address.trim().to_owned();
        }
        self
    }

    /// What cannot be stored, by field.
    pub(crate) fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut wrong = |field: String, code: &'static str| {
            problems.push(FieldProblem::new(field, code));
        };
        if self.witnesses.len() > MAX_WITNESSES {
            wrong("witnesses".into(), "log.too_many");
        }
        let mut names = BTreeSet::new();
        for (at, witness) in self.witnesses.iter().enumerate() {
            if !is_address(&witness.url) {
                wrong(format!("witnesses.{at}.url"), "log.witness_url");
            }
            match WitnessKey::parse(&witness.key) {
                Ok(key) if names.insert(key.name().to_owned()) => {}
                Ok(_) => wrong(format!("witnesses.{at}.key"), "log.witness_twice"),
                Err(_) => wrong(format!("witnesses.{at}.key"), "log.witness_key"),
            }
        }
        let least = u32::from(!self.witnesses.is_empty());
        if self.quorum < least || self.quorum as usize > self.witnesses.len() {
            wrong("quorum".into(), "log.quorum");
        }
        if let Some(mail) = &self.mail {
            if Email::parse(&mail.address).is_err() {
                wrong("mail.address".into(), "log.mail");
            }
            if !HOURS.contains(&mail.hours) {
                wrong("mail.hours".into(), "log.hours");
            }
            if !matches!(mail.language.as_str(), "zh-CN" | "en") {
                wrong("mail.language".into(), "log.language");
            }
        }
        if self.watched.len() > MAX_WATCHED {
            wrong("watched".into(), "log.too_many");
        }
        let mut origins = BTreeSet::new();
        for (at, key) in self.watched.iter().enumerate() {
            match CheckpointVerifier::parse(key) {
                Ok(log) if origins.insert(log.origin().to_owned()) => {}
                Ok(_) => wrong(format!("watched.{at}"), "log.watched_twice"),
                Err(_) => wrong(format!("watched.{at}"), "log.watched_key"),
            }
        }
        problems
    }

    /// The witnesses with their keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&Witness, WitnessKey)> {
        self.witnesses
            .iter()
            .filter_map(|witness| Some((witness, WitnessKey::parse(&witness.key).ok()?)))
    }

    /// Whose signatures are enough.
    pub(crate) fn quorum(&self) -> Quorum {
        let keys = self.keys().map(|(_, key)| key).collect();
        Quorum::of(keys, self.quorum as usize)
    }

    /// The same as a file for verifiers (C2SP tlog-policy).
    pub(crate) fn as_policy(&self, verifier_key: &str) -> String {
        let mut text = format!("log {verifier_key}\n");
        let mut members = String::new();
        for (number, (witness, key)) in self.keys().enumerate() {
            text.push_str(&format!("witness w{number} {key} {}\n", witness.url));
            members.push_str(&format!(" w{number}"));
        }
        match members.is_empty() {
            true => text + "quorum none\n",
            false => format!(
                "{text}group witnesses {}{members}\nquorum witnesses\n",
                self.quorum
            ),
        }
    }
}

/// HTTPS, or this machine.
fn is_address(url: &str) -> bool {
    let host = |scheme| {
        url.strip_prefix(scheme)
            .map(|rest: &str| rest.split(['/', ':']).next())
    };
    let plain = matches!(host("http://"), Some(Some("localhost" | "127.0.0.1")));
    let sure = matches!(host("https://"), Some(Some(host)) if !host.is_empty());
    let shown = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\');
    (plain || sure) && url.len() <= MAX_URL && url.chars().all(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_kernel::audit::{CheckpointSigner, Cosigner};

    fn witness(number: u8) -> Witness {
        let cosigner = Cosigner::new(&format!("w{number}"), &[number; 32]).unwrap();
        Witness {
            url: "https://witness.example.cn/w".into(),
            key: cosigner.witness_key(),
        }
    }

    fn codes(settings: &Settings) -> String {
        serde_json::to_string(&settings.problems()).unwrap()
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let good = Settings {
            witnesses: vec![witness(1), witness(2)],
            quorum: 2,
            ..Settings::default()
        };
        assert!(good.problems().is_empty() && Settings::default().problems().is_empty());
        let with = |change: &dyn Fn(&mut Settings)| {
            let mut settings = good.clone();
            change(&mut settings);
            codes(&settings)
        };
        assert!(with(&|s| s.quorum = 0).contains("log.quorum"));
        assert!(with(&|s| s.quorum = 3).contains("log.quorum"));
        assert!(with(&|s| s.witnesses[1] = witness(1)).contains("log.witness_twice"));
        assert!(with(&|s| s.witnesses = (0..17).map(witness).collect()).contains("log.too_many"));
        let log = CheckpointSigner::new("a/log", &[1; 32])
            .unwrap()
            .verifier_key();
        assert!(with(&|s| s.witnesses[0].key = log.clone()).contains("log.witness_key"));
        assert!(with(&|s| s.watched = vec![witness(1).key]).contains("log.watched_key"));
        assert!(
            with(&|s| s.watched = vec![log.clone(), log.clone()]).contains("log.watched_twice")
        );
        for url in [
            "http://witness.example.cn",
            "https://",
            "ftp://witness.example.cn",
            "https://user@witness.example.cn",
            "https://witness.example.cn/?x",
            "http://127.0.0.1.example.cn",
        ] {
            assert!(
                with(&|s| s.witnesses[0].url = url.into()).contains("log.witness_url"),
                "{url}"
            );
        }
        assert!(with(&|s| s.witnesses[0].url = "http://localhost:8080/w".into()) == "[]");
    }

    #[test]
    fn verifiers_read_the_same_policy() {
        let settings = Settings {
            witnesses: vec![witness(1), witness(2)],
            quorum: 1,
            ..Settings::default()
        };
        let log = CheckpointSigner::new("a/log", &[1; 32]).unwrap();
        let read = Quorum::parse(&settings.as_policy(&log.verifier_key())).unwrap();
        let note = log.sign(1, &[0; 32]);
        let cosigner = Cosigner::new("w2", &[2; 32]).unwrap();
        let cosigned = format!("{note}{}", cosigner.cosign(&note, 1).unwrap());
        for quorum in [read, settings.quorum()] {
            assert!(!quorum.look(&note).enough);
            assert!(quorum.look(&cosigned).enough);
        }
        assert!(Quorum::parse(&Settings::default().as_policy(&log.verifier_key())).is_ok());
    }
}
