//! How good a password is: length, and what a guesser would need (zxcvbn, Wheeler, USENIX Security 2016).

use crate::security::{Demands, is_breached};
use custos_http::FieldProblem;

/// Most characters.
const MAX: usize = 128;

/// The judgement of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very hard to guess).
    pub score: u8,
    /// What is wrong; empty when it is accepted.
    pub codes: Vec<&'static str>,
    /// Fewest characters it must have.
    pub min_length: u32,
}

/// Judges a password of at most 128 characters. `known` is what a guesser knows about the
/// person: login, name, organisation.
pub(crate) fn strength(password: &str, known: &[&str], demands: Demands) -> Strength {
    let Demands {
        min_length,
        min_score,
        breached_list,
    } = demands;
    use zxcvbn::feedback::Warning;
    let length = password.chars().count();
    if length > MAX {
        return Strength {
            score: 0,
            codes: vec!["password.too_long"],
            min_length,
        };
    }
    let mut inputs: Vec<&str> = known.iter().copied().filter(|k| !k.is_empty()).collect();
    inputs.push("custos");
    let estimate = zxcvbn::zxcvbn(password, &inputs);
    let score = u8::from(estimate.score());
    let mut codes = Vec::new();
    if u32::try_from(length).is_ok_and(|length| length < min_length) {
        codes.push("password.too_short");
    }
    if breached_list && is_breached(password) {
        codes.push("password.breached");
    } else if u32::from(score) < min_score {
        let warning = estimate.feedback().and_then(|feedback| feedback.warning());
        let common = matches!(
            warning,
            Some(
                Warning::ThisIsATop10Password
                    | Warning::ThisIsATop100Password
                    | Warning::ThisIsACommonPassword
                    | Warning::ThisIsSimilarToACommonlyUsedPassword
            )
        );
        codes.push(if common {
            "password.common"
        } else {
            "password.guessable"
        });
    }
    Strength {
        score,
        codes,
        min_length,
    }
}

/// The judgement as problems of a field; empty when the password is accepted.
pub(crate) fn field_problems(field: &str, strength: &Strength) -> Vec<FieldProblem> {
    let problem = |code: &&'static str| {
        let problem = FieldProblem::new(field, *code);
        match *code {
            "password.too_short" => problem.with("min", strength.min_length),
            "password.too_long" => problem.with("max", MAX),
            _ => problem,
        }
    };
    strength.codes.iter().map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(password: &str, known: &[&str]) -> Vec<&'static str> {
        strength(password, known, Demands::default()).codes
    }

    #[test]
    fn judgements() {
        for (password, expected) in [
            ("correct-horse-battery", &[][..]),
            ("kT9#vw2Lq!x4", &[]),
            ("Password1234", &["password.breached"]),
            ("passw0rd!2024", &["password.common"]),
            ("", &["password.too_short", "password.guessable"]),
            ("kT9#vw2Lq!x", &["password.too_short"]),
            ("aaaaaaaaaaaaaaaaaaa", &["password.guessable"]),
            (&"x".repeat(129), &["password.too_long"]),
        ] {
            assert_eq!(codes(password, &[]), expected, "{password}");
        }
    }

    #[test]
    fn every_demand_counts() {
        let judge = |password: &str, min_length, min_score, breached_list| {
            let demands = Demands {
                min_length,
                min_score,
                breached_list,
            };
            strength(password, &[], demands).codes
        };
        let good = "kT9#vw2Lq!x4";
        assert!(judge(good, 12, 4, true).is_empty());
        assert_eq!(judge(good, 13, 4, true), ["password.too_short"]);
        assert_eq!(judge("sunshine1", 8, 2, true), ["password.breached"]);
        assert_eq!(judge("sunshine1", 8, 2, false), ["password.common"]);
        assert!(judge("blue-otter-x", 8, 2, true).is_empty());
        assert_eq!(judge("blue-otter", 8, 4, true), ["password.guessable"]);
    }

    #[test]
    fn what_is_known_about_the_person_is_not_a_secret() {
        let password = "Wangxiaofang2024!";
        assert!(codes(password, &[]).is_empty());
        assert!(!codes(password, &["wangxiaofang", "tianhai"]).is_empty());
    }
}
