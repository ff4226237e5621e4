//! What an identity provider says about a person.

/// How surely the provider says the person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClaimedAssurance {
    /// One factor, or nothing is said.
    Single,
    /// Two factors of different kinds.
    Multi,
}

impl ClaimedAssurance {
    /// From the methods (`amr`, RFC 8176) and the class (`acr`) a provider names; `accepted` are the classes that
    /// stand for two factors there. An unknown method counts for nothing.
    pub fn of(amr: &[String], acr: Option<&str>, accepted: &[String]) -> Self {
        let any = |names: &[&str]| amr.iter().any(|method| names.contains(&method.as_str()));
        let knows = any(&["pwd", "pin", "kba"]);
        let has = any(&["otp", "sms", "tel", "hwk", "swk", "sc", "pop"]);
        let is = any(&["fpt", "face", "iris", "retina", "vbm"]);
        let kinds = [knows, has, is].into_iter().filter(|kind| *kind).count();
        let class = acr.is_some_and(|acr| accepted.iter().any(|known| known == acr));
        if class || kinds >= 2 || any(&["mfa", "mca"]) {
            Self::Multi
        } else {
            Self::Single
        }
    }
}

/// A person as an identity provider describes them, after its signature, or its server's answer, was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// What the provider calls them, unique there and never given to anybody else. The only thing an account is found
    /// by.
    pub subject: String,
    /// A login name to begin with.
    pub login: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// The e-mail address. It finds no account: whoever may name addresses at a provider would get everybody's.
    pub mail: Option<String>,
    /// The groups, as the provider names them; none if it does not tell groups at all.
    pub groups: Option<Vec<String>>,
    /// How surely they proved who they are, by the provider's word.
    pub assurance: ClaimedAssurance,
    /// What the provider calls its session with them, by which it ends ours.
    pub session_index: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(amr: &[&str], acr: Option<&str>) -> ClaimedAssurance {
        let amr: Vec<String> = amr.iter().map(|method| (*method).to_owned()).collect();
        ClaimedAssurance::of(&amr, acr, &["urn:two".to_owned()])
    }

    #[test]
    fn two_factors_are_two_kinds() {
        use ClaimedAssurance::{Multi, Single};
        for (amr, acr, expected) in [
            (&[][..], None, Single),
            (&["pwd"], None, Single),
            (&["pwd", "pin"], None, Single),
            (&["otp", "sms"], None, Single),
            (&["pwd", "otp"], None, Multi),
            (&["hwk", "fpt"], None, Multi),
            (&["mfa"], None, Multi),
            (&["PWD", "OTP"], None, Single),
            (&["something"], Some("urn:one"), Single),
            (&[], Some("urn:two"), Multi),
        ] {
            assert_eq!(of(amr, acr), expected, "{amr:?} {acr:?}");
        }
    }
}
