//! Which directory is asked, and how it describes people.

use serde::{Deserialize, Serialize};

/// Stands in a filter for the login somebody typed.
const LOGIN: &str = "{login}";
/// Stands in a filter for the distinguished name of the person found.
const DN: &str = "{dn}";
const MAX_TEXT: usize = 1024;

/// A directory server and its layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapConfig {
    /// `ldaps://host[:port]`; or `ldap://host[:port]`, which is secured with StartTLS before anything is said, unless
    /// the host is this machine.
    pub url: String,
    /// Whether StartTLS is used on this machine too.
    #[serde(default)]
    pub start_tls: bool,
    /// Certificates (PEM) of the authorities to trust, instead of those of the system.
    #[serde(default)]
    pub authorities: Option<String>,
    /// Who searches.
    pub bind_dn: String,
    /// Where people are searched, with everything below.
    pub user_base: String,
    /// How people are found: a filter with `{login}`, such as `(&(objectClass=person)(uid={login}))`.
    pub user_filter: String,
    /// The attribute that never changes and is never given to anybody else: `entryUUID`, or `objectGUID` in Active
    /// Directory.
    pub subject_attribute: String,
    /// The attribute with the login name.
    pub login_attribute: String,
    /// The attribute with the display name.
    pub name_attribute: String,
    /// The attribute with the e-mail address.
    pub mail_attribute: String,
    /// The attribute of a person with the groups, such as `memberOf`. Groups are named by their distinguished names.
    #[serde(default)]
    pub groups_attribute: Option<String>,
    /// Instead: where groups that list their members are searched, with everything below. Without either, groups are
    /// not told at all.
    #[serde(default)]
    pub group_base: Option<String>,
    /// How those of a person are found: a filter with `{dn}`, such as `(&(objectClass=groupOfNames)(member={dn}))`.
    #[serde(default)]
    pub group_filter: Option<String>,
}

/// Where a directory tells who belongs to which group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Groups<'a> {
    /// Nowhere.
    Untold,
    /// In an attribute of the person.
    Attribute(&'a str),
    /// In groups that list their members.
    Search { base: &'a str, filter: &'a str },
}

impl LdapConfig {
    /// The members that cannot be used, by name; empty if all can.
    pub fn problems(&self) -> Vec<&'static str> {
        let mut problems = Vec::new();
        let mut require = |sound: bool, member| {
            if !sound {
                problems.push(member);
            }
        };
        require(self.transport().is_some(), "url");
        require(is_text(&self.bind_dn), "bind_dn");
        require(is_text(&self.user_base), "user_base");
        require(is_filter(&self.user_filter, LOGIN), "user_filter");
        require(is_attribute(&self.subject_attribute), "subject_attribute");
        require(is_attribute(&self.login_attribute), "login_attribute");
        require(is_attribute(&self.name_attribute), "name_attribute");
        require(is_attribute(&self.mail_attribute), "mail_attribute");
        require(
            self.groups_attribute.as_deref().is_none_or(is_attribute),
            "groups_attribute",
        );
        require(self.group_source().is_some(), "group_base");
        require(
            self.group_filter
                .as_deref()
                .is_none_or(|filter| is_filter(filter, DN)),
            "group_filter",
        );
        require(super::tls::authorities(self).is_ok(), "authorities");
        problems
    }

    /// `None` if two ways are named, or half of one.
    pub(super) fn group_source(&self) -> Option<Groups<'_>> {
        let search = (self.group_base.as_deref(), self.group_filter.as_deref());
        match (self.groups_attribute.as_deref(), search) {
            (None, (None, None)) => Some(Groups::Untold),
            (Some(name), (None, None)) => Some(Groups::Attribute(name)),
            (None, (Some(base), Some(filter))) if is_text(base) => {
                Some(Groups::Search { base, filter })
            }
            _ => None,
        }
    }

    /// `None` if the address is not one that may be asked.
    pub(super) fn transport(&self) -> Option<Transport> {
        let (scheme, rest) = self.url.split_once("://")?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && !host.ends_with(':') => (host, port),
            _ => (authority, "1"),
        };
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let sound = match address {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.len() <= 253 && host.chars().all(named),
        };
        if !sound || !port.parse::<u16>().is_ok_and(|port| port > 0) {
            return None;
        }
        match scheme {
            "ldaps" => Some(Transport::Tls),
            "ldap" if !self.start_tls && matches!(host, "localhost" | "127.0.0.1" | "[::1]") => {
                Some(Transport::Plain)
            }
            "ldap" => Some(Transport::StartTls),
            _ => None,
        }
    }

    /// The filter that finds a login, which may be anything at all.
    pub(super) fn user_filter_for(&self, login: &str) -> String {
        self.user_filter.replace(LOGIN, &escaped(login))
    }
}

/// The filter that finds the groups of a person.
pub(super) fn group_filter_for(filter: &str, dn: &str) -> String {
    filter.replace(DN, &escaped(dn))
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Tls,
    StartTls,
    /// To this machine only.
    Plain,
}

/// RFC 4515, 3: what has a meaning in a filter becomes two hexadecimal digits, and so does everything else that is
/// neither letter, digit nor beyond ASCII.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || !c.is_ascii() || "._-@ ".contains(c) => out.push(c),
            c => out.push_str(&format!("\\{:02x}", u32::from(c))),
        }
    }
    out
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
}

/// A name, or an object identifier in digits and dots.
fn is_attribute(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
}

fn is_filter(text: &str, placeholder: &str) -> bool {
    is_text(text)
        && text.contains(placeholder)
        && ldap3::parse_filter(text.replace(placeholder, "x")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn config(url: &str) -> LdapConfig {
        serde_json::from_value(serde_json::json!({
            "url": url, "bind_dn": "cn=custos,dc=example", "user_base": "dc=example",
            "user_filter": "(&(objectClass=person)(uid={login}))", "subject_attribute": "entryUUID",
            "login_attribute": "uid", "name_attribute": "cn", "mail_attribute": "mail",
        }))
        .unwrap()
    }

    #[test]
    fn only_protected_connections_leave_this_machine() {
        for (url, expected) in [
            ("ldaps://ldap.example.com", Some(Transport::Tls)),
            ("ldaps://ldap.example.com:3269/", Some(Transport::Tls)),
            ("ldap://ldap.example.com", Some(Transport::StartTls)),
            ("ldap://127.0.0.1.example.com", Some(Transport::StartTls)),
            ("ldap://127.0.0.1:3389", Some(Transport::Plain)),
            ("ldap://localhost", Some(Transport::Plain)),
            ("ldap://[::1]:3389", Some(Transport::Plain)),
            ("ldaps://[2001:db8::1]:636", Some(Transport::Tls)),
            ("ldap://localhost@evil.example", None),
            ("ldap://localhost:1@evil.example", None),
            ("ldap://[evil]", None),
            ("ldap://a/b", None),
            ("ldap://a?b", None),
            ("ldap://a:0", None),
            ("ldap://a:99999", None),
            ("ldap://", None),
            ("ldapi:///var/run/ldapi", None),
            ("http://a", None),
            ("a", None),
        ] {
            assert_eq!(config(url).transport(), expected, "{url}");
        }
    }

    #[test]
    fn names_what_cannot_be_used() {
        assert_eq!(config("ldaps://a").problems(), Vec::<&str>::new());
        let mut broken = config("http://a");
        broken.bind_dn = String::new();
        broken.user_base = "a\nb".into();
        broken.user_filter = "(uid=*)".into();
        broken.subject_attribute = "a)(b".into();
        broken.groups_attribute = Some("*".into());
        broken.group_filter = Some("(member=x)".into());
        broken.authorities = Some("not a certificate".into());
        let expected = [
            "url",
            "bind_dn",
            "user_base",
            "user_filter",
            "subject_attribute",
            "groups_attribute",
            "group_base",
            "group_filter",
            "authorities",
        ];
        assert_eq!(broken.problems(), expected);
        for filter in ["(uid={login}", "uid={login})(", "({login})", "{login}"] {
            broken.user_filter = filter.into();
            assert!(broken.problems().contains(&"user_filter"), "{filter}");
        }
    }

    #[test]
    fn a_login_is_a_value_and_nothing_else() {
        let filter = |login: &str| config("ldaps://a").user_filter_for(login);
        assert_eq!(filter("li.na"), "(&(objectClass=person)(uid=li.na))");
        assert_eq!(filter("*"), "(&(objectClass=person)(uid=\\2a))");
        assert_eq!(
            filter("a)(uid=*"),
            "(&(objectClass=person)(uid=a\\29\\28uid\\3d\\2a))"
        );
        assert_eq!(filter("\\\0"), "(&(objectClass=person)(uid=\\5c\\00))");
        assert_eq!(filter("李娜"), "(&(objectClass=person)(uid=李娜))");
    }

    proptest! {
        #[test]
        fn no_login_changes_the_shape_of_the_filter(login in ".{1,40}") {
            let filter = config("ldaps://a").user_filter_for(&login);
            let value = filter
                .strip_prefix("(&(objectClass=person)(uid=")
                .and_then(|rest| rest.strip_suffix("))"))
                .unwrap();
            prop_assert!(!value.contains(['(', ')', '*', '\0', '|', '&', '=']));
            prop_assert!(ldap3::parse_filter(&filter).is_ok());
        }
    }
}
