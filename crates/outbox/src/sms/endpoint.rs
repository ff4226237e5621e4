//! Where an interface is.

use std::net::IpAddr;

/// `https://host[:port]`, or plain HTTP to this machine; no path, no name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    url: String,
    authority: String,
}

impl Endpoint {
    /// Reads one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let uri: ureq::http::Uri = text.parse().ok()?;
        let authority = uri.authority()?;
        let host = authority.host().trim_matches(['[', ']']);
        let local = host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let scheme = uri.scheme_str()?;
        let reachable = scheme == "https" || (scheme == "http" && local);
        let nothing_more = matches!(uri.path(), "" | "/")
            && uri.query().is_none()
            && !authority.as_str().contains('@')
            && !text.contains('#');
        (reachable && nothing_more && !host.is_empty()).then(|| Self {
            url: format!("{scheme}://{authority}"),
            authority: authority.as_str().to_owned(),
        })
    }

    /// Without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What the `Host` header says.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}
