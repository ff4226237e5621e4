//! The address people reach this server at.
//!
//! It is configured, never read from a request: whoever makes a browser, or a proxy, send another `Host` must not decide
//! where a provider sends a code, or for whom a SAML answer is meant.

use axum::http::{HeaderMap, Uri, header};

/// `https://host[:port]`, in lower case, without the port that goes without saying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicAddress(String);

impl Default for PublicAddress {
    /// This machine itself: what is sent there goes to nobody else.
    fn default() -> Self {
        Self("https://localhost".to_owned())
    }
}

impl PublicAddress {
    /// The one configured.
    pub(crate) fn of(address: &str) -> Self {
        let address = address.trim_end_matches('/').to_ascii_lowercase();
        Self(address.strip_suffix(":443").unwrap_or(&address).to_owned())
    }

    /// What goes in front of a path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request was made to this address, as far as the browser says.
    pub(crate) fn is_asked(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or_else(|| uri.authority().map(|authority| authority.as_str()));
        host.is_some_and(|host| Self::of(&format!("https://{host}")) == *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(address: &str, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        PublicAddress::of(address).is_asked(&headers, &Uri::from_static("/"))
    }

    #[test]
    fn a_host_is_the_same_with_the_usual_port_and_in_capitals() {
        for (address, host, same) in [
            ("https://crm.example.cn", "crm.example.cn", true),
            ("https://crm.example.cn", "CRM.example.cn:443", true),
            ("https://crm.example.cn:443", "crm.example.cn", true),
            ("https://crm.example.cn:8443", "crm.example.cn", false),
            ("https://crm.example.cn", "crm.example.cn:8443", false),
            (
                "https://crm.example.cn",
                "crm.example.cn.evil.example",
                false,
            ),
            (
                "https://crm.example.cn",
                "crm.example.cn@evil.example",
                false,
            ),
            ("https://[::1]:8443", "[::1]:8443", true),
        ] {
            assert_eq!(asked(address, host), same, "{address} {host}");
        }
    }

    #[test]
    fn without_a_host_header_the_authority_counts() {
        let address = PublicAddress::of("https://crm.example.cn");
        let uri = Uri::from_static("https://crm.example.cn/x");
        assert!(address.is_asked(&HeaderMap::new(), &uri));
        assert!(!address.is_asked(&HeaderMap::new(), &Uri::from_static("/x")));
    }
}
