//! Whose word is enough: which witnesses must have signed a checkpoint. C2SP tlog-policy
//! (<https://c2sp.org/tlog-policy>): `log`, `witness`, `group` and `quorum` lines.

use std::collections::HashMap;

use super::checkpoint::CheckpointVerifier;
use super::cosignature::WitnessKey;
use super::note::NoteError;

/// The most bytes, witnesses and groups of a policy that is read.
const MAX_TEXT: usize = 64 * 1024;
const MAX_MEMBERS: usize = 64;

/// Which witnesses' signatures make a checkpoint witnessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    logs: Vec<CheckpointVerifier>,
    witnesses: Vec<WitnessKey>,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    None,
    Witness(usize),
    Group {
        threshold: usize,
        members: Vec<Rule>,
    },
}

/// Why a policy cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the witness policy cannot be read")]
pub struct QuorumError {
    /// The line, from 1; the line after the last if there is no `quorum`.
    pub line: usize,
}

/// A witness's signature on a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cosigned {
    /// The witness's name.
    pub witness: String,
    /// When it signed by its own clock, in seconds since 1970-01-01 UTC.
    pub seconds: u64,
}

/// What a checkpoint's witnesses amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessing {
    /// Those of the policy who have signed.
    pub signed: Vec<Cosigned>,
    /// Those of the policy whose signature on it is false.
    pub forged: Vec<String>,
    /// Whether that is enough.
    pub enough: bool,
}

impl Quorum {
    /// At least `threshold` of these witnesses.
    pub fn of(witnesses: Vec<WitnessKey>, threshold: usize) -> Self {
        let members = (0..witnesses.len()).map(Rule::Witness).collect();
        Self {
            logs: Vec::new(),
            witnesses,
            rule: Rule::Group { threshold, members },
        }
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// [`QuorumError`] naming the line.
    pub fn parse(text: &str) -> Result<Self, QuorumError> {
        let mut names: HashMap<&str, Rule> = HashMap::from([("none", Rule::None)]);
        let (mut logs, mut witnesses, mut rule) = (Vec::new(), Vec::new(), None);
        if text.len() > MAX_TEXT {
            return Err(QuorumError { line: 1 });
        }
        for (number, line) in text.lines().enumerate() {
            let wrong = QuorumError { line: number + 1 };
            let words: Vec<&str> = line.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
            match words.as_slice() {
                [] => {}
                [comment, ..] if comment.starts_with('#') => {}
                ["log", key] | ["log", key, _] => {
                    logs.push(CheckpointVerifier::parse(key).map_err(|_| wrong)?);
                }
                ["witness", name, key] | ["witness", name, key, _] => {
                    let key = WitnessKey::parse(key).map_err(|_| wrong)?;
                    if witnesses.contains(&key)
                        || witnesses.len() == MAX_MEMBERS
                        || names.insert(name, Rule::Witness(witnesses.len())).is_some()
                    {
                        return Err(wrong);
                    }
                    witnesses.push(key);
                }
                ["group", name, threshold, members @ ..] if !members.is_empty() => {
                    let members: Vec<Rule> = members
                        .iter()
                        .map(|member| names.get(member).filter(|rule| **rule != Rule::None))
                        .map(|rule| rule.cloned().ok_or(wrong))
                        .collect::<Result<_, _>>()?;
                    let threshold = match *threshold {
                        "any" => 1,
                        "all" => members.len(),
                        number => number.parse().map_err(|_| wrong)?,
                    };
                    let group = Rule::Group { threshold, members };
                    if threshold == 0 || threshold > group.width() || group.weight() > MAX_MEMBERS {
                        return Err(wrong);
                    }
                    if names.insert(name, group).is_some() {
                        return Err(wrong);
                    }
                }
                ["quorum", name] if rule.is_none() => {
                    rule = Some(names.get(name).cloned().ok_or(wrong)?);
                }
                _ => return Err(wrong),
            }
        }
        Ok(Self {
            logs,
            witnesses,
            rule: rule.ok_or(QuorumError {
                line: text.lines().count() + 1,
            })?,
        })
    }

    /// The logs the policy names; none if it leaves that open.
    pub fn logs(&self) -> &[CheckpointVerifier] {
        &self.logs
    }

    /// Looks who of the policy has signed a checkpoint.
    pub fn look(&self, note: &str) -> Witnessing {
        let mut holds = vec![false; self.witnesses.len()];
        let (mut signed, mut forged) = (Vec::new(), Vec::new());
        for (witness, holds) in self.witnesses.iter().zip(&mut holds) {
            match witness.verify(note) {
                Ok(seconds) => {
                    *holds = true;
                    signed.push(Cosigned {
                        witness: witness.name().to_owned(),
                        seconds,
                    });
                }
                Err(NoteError::UnknownKey) => {}
                Err(_) => forged.push(witness.name().to_owned()),
            }
        }
        let enough = self.rule.is_met(&holds);
        Witnessing {
            signed,
            forged,
            enough,
        }
    }
}

impl Rule {
    fn is_met(&self, holds: &[bool]) -> bool {
        match self {
            Self::None => true,
            Self::Witness(index) => holds[*index],
            Self::Group { threshold, members } => {
                members.iter().filter(|member| member.is_met(holds)).count() >= *threshold
            }
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Group { members, .. } => members.len(),
            Self::None | Self::Witness(_) => 1,
        }
    }

    /// Groups in groups copy their members: together they must stay small.
    fn weight(&self) -> usize {
        match self {
            Self::Group { members, .. } => members.iter().map(Self::weight).sum::<usize>() + 1,
            Self::None | Self::Witness(_) => 1,
        }
    }
}
