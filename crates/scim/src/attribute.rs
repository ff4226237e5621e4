//! Names of attributes, as filters, paths and projections write them.

use serde_json::{Map, Value};

/// The schemas whose attributes may be written with the schema before them (RFC 7644, section 3.10).
const CORE: [&str; 2] = [
    "urn:ietf:params:scim:schemas:core:2.0:user:",
    "urn:ietf:params:scim:schemas:core:2.0:group:",
];
/// Longest name, in bytes.
const MAX_NAME: usize = 256;

/// An attribute, or a part of one: `userName`, `name.familyName`. An attribute of an extension is one name as a whole, so
/// that it is never mistaken for an attribute of the core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The attribute.
    pub name: String,
    /// The part of it.
    pub part: Option<String>,
}

/// Text that names no attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAttribute;

fn plain(step: &str) -> bool {
    let mut bytes = step.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'$')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"-_$".contains(&b))
}

impl Attribute {
    /// Reads a name.
    ///
    /// # Errors
    /// When the text is none, or longer than 256 bytes.
    pub fn parse(text: &str) -> Result<Self, NotAnAttribute> {
        if text.len() > MAX_NAME {
            return Err(NotAnAttribute);
        }
        let lower = text.to_ascii_lowercase();
        let core = CORE.iter().find(|schema| lower.starts_with(**schema));
        let text = core.map_or(text, |schema| &text[schema.len()..]);
        if core.is_none() && lower.starts_with("urn:") {
            let whole = text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_$:.".contains(&b));
            return if whole {
                Ok(Self {
                    name: text.to_owned(),
                    part: None,
                })
            } else {
                Err(NotAnAttribute)
            };
        }
        let (name, part) = match text.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (text, None),
        };
        if plain(name) && part.is_none_or(plain) {
            Ok(Self {
                name: name.to_owned(),
                part: part.map(str::to_owned),
            })
        } else {
            Err(NotAnAttribute)
        }
    }

    /// Whether it is the attribute of this name, whatever the case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// The member of this name, whatever its case, or the name for a new one.
pub(crate) fn key(members: &Map<String, Value>, name: &str) -> String {
    let known = members
        .keys()
        .find(|known| known.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.to_owned(), Clone::clone)
}

/// What a value of a resource has under this name, whatever its case.
pub fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let mut members = value.as_object()?.iter();
    members
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names() {
        let attribute = |name: &str, part: Option<&str>| {
            Ok(Attribute {
                name: name.to_owned(),
                part: part.map(str::to_owned),
            })
        };
        for (text, expected) in [
            ("userName", attribute("userName", None)),
            ("name.familyName", attribute("name", Some("familyName"))),
            ("$ref", attribute("$ref", None)),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:userName",
                attribute("userName", None),
            ),
            (
                "URN:IETF:params:scim:schemas:core:2.0:Group:members.value",
                attribute("members", Some("value")),
            ),
            // An extension's `active` is not that of the core.
            (
                "urn:example:2.0:User:active",
                attribute("urn:example:2.0:User:active", None),
            ),
            ("", Err(NotAnAttribute)),
            ("a.b.c", Err(NotAnAttribute)),
            ("a.", Err(NotAnAttribute)),
            (".a", Err(NotAnAttribute)),
            ("1a", Err(NotAnAttribute)),
            ("a b", Err(NotAnAttribute)),
            ("urn:a b", Err(NotAnAttribute)),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:",
                Err(NotAnAttribute),
            ),
        ] {
            assert_eq!(Attribute::parse(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_may_come(text in "\\PC{0,60}") {
            let _ = Attribute::parse(&text);
        }
    }
}
