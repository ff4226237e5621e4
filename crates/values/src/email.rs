//! E-mail addresses.

use std::fmt;

use crate::width::tidy;
use crate::{FieldError, Parsed, Repair};

/// An e-mail address: local part as written, domain in lower case.
///
/// The accepted grammar is the dot-atom form of RFC 5322 within the length limits of RFC 5321. Quoted local parts,
/// address literals and comments are refused: nobody's customer has one, and each is a way to smuggle.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email {
    address: String,
    at: usize,
}

impl Email {
    /// Reads an address. A full-width `＠` or other full-width character and the full stop `。` are replaced, which is
    /// the repair `email.full_width`; a leading `mailto:` is dropped.
    ///
    /// # Errors
    /// `email.empty`, `email.too_long` {max}, `email.multiple`, `email.missing_at`, `email.local_part`, `email.domain`.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        let dotted = tidied.text.replace(['。', '｡'], ".");
        let full_width = tidied.full_width || dotted != tidied.text;
        let address = match dotted.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => dotted[7..].trim(),
            _ => dotted.as_str(),
        };
        if address.is_empty() {
            return Err(FieldError::new("email.empty"));
        }
        if address.matches('@').count() > 1 {
            return Err(FieldError::new("email.multiple"));
        }
        let Some((local, domain)) = address.split_once('@') else {
            return Err(FieldError::new("email.missing_at"));
        };
        if address.len() > 254 {
            return Err(FieldError::new("email.too_long").with("max", 254));
        }
        if !is_local_part(local) {
            return Err(FieldError::new("email.local_part"));
        }
        let domain = domain.to_lowercase();
        if !is_domain(&domain) {
            return Err(FieldError::new("email.domain"));
        }
        let repairs = if full_width {
            vec![Repair::new("email.full_width")]
        } else {
            Vec::new()
        };
        Ok(Parsed::repaired(
            Self {
                address: format!("{local}@{domain}"),
                at: local.len(),
            },
            repairs,
        ))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The form to compare by: all lower case. Mail systems that tell upper from lower case in the local part do not
    /// occur in practice.
    pub fn match_key(&self) -> String {
        self.address.to_lowercase()
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        &self.address[self.at + 1..]
    }

    /// The first character and the domain, `j***@gmail.com`; of a local part of one character, nothing.
    pub fn mask(&self) -> String {
        let local = &self.address[..self.at];
        let first = if local.len() > 1 { &local[..1] } else { "" };
        format!("{first}***@{}", self.domain())
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.mask())
    }
}

fn is_local_part(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(label)
        && last.chars().count() >= 2
        && !last.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repairs_full_width() {
        let parsed = Email::parse("wang＠example。com").unwrap();
        assert_eq!(parsed.value.as_str(), "wang@example.com");
        assert_eq!(parsed.repairs, [Repair::new("email.full_width")]);
    }

    #[test]
    fn case_and_mask() {
        let email = Email::parse(" JINGFU@GMAIL.COM ").unwrap();
        assert!(email.repairs.is_empty());
        assert_eq!(email.value.as_str(), "JINGFU@gmail.com");
        assert_eq!(email.value.match_key(), "jingfu@gmail.com");
        assert_eq!(email.value.mask(), "J***@gmail.com");
        assert_eq!(Email::parse("a@b.cn").unwrap().value.mask(), "***@b.cn");
        assert_eq!(
            Email::parse("mailto:li.na@公司.中国")
                .unwrap()
                .value
                .domain(),
            "公司.中国"
        );
    }

    #[test]
    fn defects() {
        let code = |text: &str| Email::parse(text).unwrap_err().code;
        assert_eq!(code(""), "email.empty");
        assert_eq!(code("无"), "email.missing_at");
        assert_eq!(code("a@b.cn;c@d.cn"), "email.multiple");
        assert_eq!(code("a..b@c.cn"), "email.local_part");
        assert_eq!(code("a b@c.cn"), "email.local_part");
        assert_eq!(code("a@localhost"), "email.domain");
        assert_eq!(code("a@-x.cn"), "email.domain");
        assert_eq!(code("a@1.2.3.4"), "email.domain");
        assert_eq!(code("a@b.cn\r\nBcc"), "email.domain");
        assert_eq!(
            code(&format!("{}@b.cn", "a".repeat(65))),
            "email.local_part"
        );
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_again(local in "[a-z][0-9]{2,9}(\\.[a-z0-9_+]{1,8}){0,2}", domain in "([a-z]{1,9}\\.){1,3}[a-z]{2,6}") {
            let email = Email::parse(&format!("{local}@{domain}")).unwrap().value;
            prop_assert_eq!(&Email::parse(email.as_str()).unwrap().value, &email);
            prop_assert_eq!(email.mask(), format!("{}***@{domain}", &local[..1]));
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            if let Ok(parsed) = Email::parse(&text) {
                prop_assert!(Email::parse(parsed.value.as_str()).is_ok());
            }
        }
    }
}
