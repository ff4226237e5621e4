//! Filters of SCIM (RFC 7644, section 3.4.2.2): read once, then asked about resources.

use crate::Attribute;
use crate::attribute::{NotAnAttribute, member};
use serde_json::Value;

/// Longest filter, in bytes.
pub const MAX_FILTER: usize = 2000;
/// Deepest nesting of parentheses and brackets.
pub const MAX_DEPTH: usize = 10;
/// Attributes of which every character counts (RFC 7643, "caseExact"); texts of others compare without regard to case.
const EXACT: [&str; 2] = ["id", "externalId"];

/// How an attribute is compared; see the table of the RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// The attribute has a value.
    Present(Attribute),
    /// The attribute compares so with a value.
    Compare(Attribute, Comparison, Value),
    /// Some value of the attribute fits a filter.
    Any(Attribute, Box<Filter>),
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// One of both.
    Or(Box<Filter>, Box<Filter>),
    /// Not so.
    Not(Box<Filter>),
}

#[derive(Debug, Clone, PartialEq)]
enum Word {
    Name(String),
    Value(Value),
    Mark(char),
}

/// Text that is no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAFilter;

impl From<NotAnAttribute> for NotAFilter {
    fn from(_: NotAnAttribute) -> Self {
        Self
    }
}

fn words(text: &str) -> Result<Vec<Word>, NotAFilter> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        let Some(first) = rest.chars().next() else {
            return Ok(words);
        };
        let length = match first {
            '(' | ')' | '[' | ']' => {
                words.push(Word::Mark(first));
                1
            }
            '"' => {
                // A JSON string, which the JSON parser reads up to its end.
                let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
                let value = values.next().and_then(Result::ok).ok_or(NotAFilter)?;
                words.push(Word::Value(value));
                values.byte_offset()
            }
            _ => {
                let end = rest
                    .find([' ', '(', ')', '[', ']', '"'])
                    .unwrap_or(rest.len());
                words.push(Word::Name(rest[..end].to_owned()));
                end
            }
        };
        rest = &rest[length..];
    }
}

struct Reader {
    words: Vec<Word>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at)
    }

    fn next(&mut self) -> Result<Word, NotAFilter> {
        let word = self.words.get(self.at).cloned().ok_or(NotAFilter)?;
        self.at += 1;
        Ok(word)
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(self.peek(), Some(Word::Name(word)) if word.eq_ignore_ascii_case(name))
    }

    fn expect(&mut self, mark: char) -> Result<(), NotAFilter> {
        if self.next()? == Word::Mark(mark) {
            Ok(())
        } else {
            Err(NotAFilter)
        }
    }

    fn any(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        let mut left = self.all(depth)?;
        while self.is_name("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.all(depth)?));
        }
        Ok(left)
    }

    fn all(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        let mut left = self.one(depth)?;
        while self.is_name("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.one(depth)?));
        }
        Ok(left)
    }

    fn one(&mut self, depth: usize) -> Result<Filter, NotAFilter> {
        if depth > MAX_DEPTH {
            return Err(NotAFilter);
        }
        if self.is_name("not") {
            self.at += 1;
            self.expect('(')?;
            let inner = self.any(depth + 1)?;
            self.expect(')')?;
            return Ok(Filter::Not(Box::new(inner)));
        }
        if self.peek() == Some(&Word::Mark('(')) {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            self.expect(')')?;
            return Ok(inner);
        }
        let Word::Name(name) = self.next()? else {
            return Err(NotAFilter);
        };
        let name = Attribute::parse(&name)?;
        if self.peek() == Some(&Word::Mark('[')) {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            self.expect(']')?;
            return Ok(Filter::Any(name, Box::new(inner)));
        }
        let Word::Name(operator) = self.next()? else {
            return Err(NotAFilter);
        };
        let comparison = match operator.to_ascii_lowercase().as_str() {
            "pr" => return Ok(Filter::Present(name)),
            "eq" => Comparison::Eq,
            "ne" => Comparison::Ne,
            "co" => Comparison::Co,
            "sw" => Comparison::Sw,
            "ew" => Comparison::Ew,
            "gt" => Comparison::Gt,
            "ge" => Comparison::Ge,
            "lt" => Comparison::Lt,
            "le" => Comparison::Le,
            _ => return Err(NotAFilter),
        };
        let value = match self.next()? {
            Word::Value(value) => value,
            // true, false, null and numbers.
            Word::Name(text) => serde_json::from_str(&text).map_err(|_| NotAFilter)?,
            Word::Mark(_) => return Err(NotAFilter),
        };
        Ok(Filter::Compare(name, comparison, value))
    }
}

/// What a value has under a name: each of several values by itself.
fn under<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match member(value, name) {
        Some(Value::Array(items)) => found.extend(items),
        Some(single) => found.push(single),
        None => {}
    }
}

/// The values of an attribute; those of a part, of each value it has.
fn values<'v>(resource: &'v Value, attribute: &Attribute) -> Vec<&'v Value> {
    let mut found = Vec::new();
    under(resource, &attribute.name, &mut found);
    let Some(part) = &attribute.part else {
        return found;
    };
    let mut parts = Vec::new();
    for value in found {
        under(value, part, &mut parts);
    }
    parts
}

fn order<T: PartialOrd + ?Sized>(a: &T, comparison: Comparison, b: &T) -> bool {
    match comparison {
        Comparison::Eq => a == b,
        Comparison::Ne => a != b,
        Comparison::Gt => a > b,
        Comparison::Ge => a >= b,
        Comparison::Lt => a < b,
        Comparison::Le => a <= b,
        Comparison::Co | Comparison::Sw | Comparison::Ew => false,
    }
}

fn fits_text(a: &str, comparison: Comparison, b: &str) -> bool {
    match comparison {
        Comparison::Co => a.contains(b),
        Comparison::Sw => a.starts_with(b),
        Comparison::Ew => a.ends_with(b),
        _ => order(a, comparison, b),
    }
}

fn fits(value: &Value, exact: bool, comparison: Comparison, with: &Value) -> bool {
    // A complex value stands for its `value`.
    let value = member(value, "value").unwrap_or(value);
    match (value, with) {
        (Value::String(a), Value::String(b)) if exact => fits_text(a, comparison, b),
        (Value::String(a), Value::String(b)) => {
            fits_text(&a.to_lowercase(), comparison, &b.to_lowercase())
        }
        // Some clients write truth as text.
        (Value::Bool(a), Value::String(b)) => {
            let same = b.eq_ignore_ascii_case(&a.to_string());
            match comparison {
                Comparison::Eq => same,
                Comparison::Ne => !same,
                _ => false,
            }
        }
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => order(&a, comparison, &b),
            _ => false,
        },
        (a, b) => match comparison {
            Comparison::Eq => a == b,
            Comparison::Ne => a != b,
            _ => false,
        },
    }
}

fn exact(attribute: &Attribute) -> bool {
    attribute.part.is_none() && EXACT.iter().any(|name| attribute.is(name))
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When the text is none, is longer than 2,000 bytes, or is nested deeper than 10.
    pub fn parse(text: &str) -> Result<Self, NotAFilter> {
        if text.len() > MAX_FILTER {
            return Err(NotAFilter);
        }
        let mut reader = Reader {
            words: words(text)?,
            at: 0,
        };
        let filter = reader.any(0)?;
        if reader.at == reader.words.len() {
            Ok(filter)
        } else {
            Err(NotAFilter)
        }
    }

    /// The text an attribute has to be equal to, if the filter says nothing else.
    pub fn only_equal(&self, name: &str) -> Option<&str> {
        match self {
            Self::Compare(attribute, Comparison::Eq, Value::String(text))
                if attribute.part.is_none() && attribute.is(name) =>
            {
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether a resource, or one value of an attribute, fits.
    pub fn matches(&self, resource: &Value) -> bool {
        match self {
            Self::Present(name) => values(resource, name)
                .iter()
                .any(|value| !value.is_null() && value.as_str() != Some("")),
            Self::Compare(name, Comparison::Ne, with) => values(resource, name)
                .iter()
                .all(|value| fits(value, exact(name), Comparison::Ne, with)),
            Self::Compare(name, comparison, with) => values(resource, name)
                .iter()
                .any(|value| fits(value, exact(name), *comparison, with)),
            Self::Any(name, inner) => values(resource, name)
                .iter()
                .any(|value| inner.matches(value)),
            Self::And(one, other) => one.matches(resource) && other.matches(resource),
            Self::Or(one, other) => one.matches(resource) || other.matches(resource),
            Self::Not(inner) => !inner.matches(resource),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn wang() -> Value {
        json!({
            "userName": "Wang.Fang", "externalId": "a42", "active": true, "name": { "familyName": "王" },
            "emails": [{ "value": "wang@example.com", "type": "work" }, { "value": "w@home.example", "type": "home" }],
            "members": [{ "value": "a" }, { "value": "b" }], "meta": { "size": 10 },
        })
    }

    #[test]
    fn the_filters_of_the_rfc() {
        for (text, expected) in [
            (r#"userName eq "wang.fang""#, true),
            (r#"USERNAME Eq "WANG.FANG""#, true),
            (
                r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "wang""#,
                true,
            ),
            (r#"externalId eq "43""#, false),
            (r#"externalId eq "A42""#, false),
            (r#"externalId eq "a42""#, true),
            (r#"active eq "True""#, true),
            (r#"active ne "true""#, false),
            (r#"urn:example:2.0:User:active eq true"#, false),
            (r#"members.VALUE eq "b""#, true),
            (r#"meta.size gt 9 and meta.size le 10"#, true),
            (r#"active eq true"#, true),
            (r#"name.familyName co "王""#, true),
            (r#"title pr"#, false),
            (r#"userName pr and not (active eq false)"#, true),
            (
                r#"emails[type eq "work" and value co "@example.com"]"#,
                true,
            ),
            (
                r#"emails[type eq "home" and value co "@example.com"]"#,
                false,
            ),
            (r#"emails co "home.example""#, true),
            (r#"members eq "b""#, true),
            (r#"members[value eq "c"] or externalId eq "a42""#, true),
            (
                r#"externalId eq "x" or externalId eq "a42" and active eq false"#,
                false,
            ),
            (r#"userName eq "a \"quoted\" name""#, false),
        ] {
            let filter = Filter::parse(text).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(filter.matches(&wang()), expected, "{text}");
        }
    }

    #[test]
    fn what_a_filter_is_about() {
        let one = |text: &str| Filter::parse(text).unwrap();
        assert_eq!(one("username EQ \"a\"").only_equal("userName"), Some("a"));
        assert_eq!(one("userName eq true").only_equal("userName"), None);
        assert_eq!(one("not (userName eq \"a\")").only_equal("userName"), None);
        assert_eq!(one("id eq \"a\"").only_equal("userName"), None);
    }

    #[test]
    fn what_is_no_filter() {
        let deep = format!("{}a pr{}", "(".repeat(11), ")".repeat(11));
        let deeper = format!("{}a pr{}", "a[not (".repeat(6), ")]".repeat(6));
        let long = format!("a eq \"{}\"", "x".repeat(MAX_FILTER));
        for text in [
            "",
            "userName",
            "userName eq",
            "userName is \"a\"",
            "userName eq a",
            "userName eq \"a",
            "(userName pr",
            "userName pr)",
            "a..b pr",
            "emails[type eq \"work\"",
            "userName eq \"a\" userName eq \"b\"",
            &deep,
            &deeper,
            &long,
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn anything_may_come(text in "\\PC{0,80}") {
            if let Ok(filter) = Filter::parse(&text) {
                let _ = filter.matches(&wang());
            }
        }

        #[test]
        fn words_of_the_language_in_any_order(
            parts in prop::collection::vec(
                prop::sample::select(vec!["userName", "eq", "\"a\"", "and", "or", "not", "(", ")", "[", "]", "pr", "true", "emails.value"]),
                0..20,
            ),
        ) {
            let _ = Filter::parse(&parts.join(" "));
        }

        #[test]
        fn equality_finds_exactly_what_it_names(name in "\\PC{0,30}", other in "\\PC{0,30}") {
            let text = format!("userName eq {}", json!(name));
            let filter = Filter::parse(&text).unwrap();
            let same = name.to_lowercase() == other.to_lowercase();
            prop_assert_eq!(filter.matches(&json!({ "userName": other })), same);
        }
    }
}
