//! How good a password is: length, and what a guesser would need (zxcvbn, Wheeler, USENIX Security 2016).

use custos_http::FieldProblem;

/// Fewest characters.
const MIN: usize = 10;
/// Most characters.
const MAX: usize = 128;
/// Lowest score accepted, of 0 to 4: 10^8 guesses or more.
const MIN_SCORE: u8 = 3;

/// The judgement of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very hard to guess).
    pub score: u8,
    /// What is wrong; empty when it is accepted.
    pub codes: Vec<&'static str>,
}

/// Judges a password of 10 to 128 characters with a score of 3 or more. `known` is what a guesser knows about the
/// person: login, name, organisation.
pub(crate) fn strength(password: &str, known: &[&str]) -> Strength {
    use zxcvbn::feedback::Warning;
    let length = password.chars().count();
    if length > MAX {
        return Strength {
            score: 0,
            codes: vec!["password.too_long"],
        };
    }
    let mut inputs: Vec<&str> = known.iter().copied().filter(|k| !k.is_empty()).collect();
    inputs.push("custos");
    let estimate = zxcvbn::zxcvbn(password, &inputs);
    let score = u8::from(estimate.score());
    let mut codes = Vec::new();
    if length < MIN {
        codes.push("password.too_short");
    }
    if score < MIN_SCORE {
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
    Strength { score, codes }
}

/// The judgement as problems of a field; empty when the password is accepted.
pub(crate) fn field_problems(field: &str, strength: &Strength) -> Vec<FieldProblem> {
    let problem = |code: &&'static str| {
        let problem = FieldProblem::new(field, *code);
        match *code {
            "password.too_short" => problem.with("min", MIN),
            "password.too_long" => problem.with("max", MAX),
            _ => problem,
        }
    };
    strength.codes.iter().map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgements() {
        for (password, codes) in [
            ("correct-horse-battery", &[][..]),
            ("kT9#vw2Lq!", &[]),
            ("password1234", &["password.common"]),
            ("", &["password.too_short", "password.guessable"]),
            ("kT9#vw2Lq", &["password.too_short"]),
            ("aaaaaaaaaaaaaaaa", &["password.guessable"]),
            (&"x".repeat(129), &["password.too_long"]),
        ] {
            assert_eq!(strength(password, &[]).codes, codes, "{password}");
        }
    }

    #[test]
    fn what_is_known_about_the_person_is_not_a_secret() {
        let password = "Wangxiaofang2024!";
        assert!(strength(password, &[]).codes.is_empty());
        assert!(
            !strength(password, &["wangxiaofang", "tianhai"])
                .codes
                .is_empty()
        );
    }
}
