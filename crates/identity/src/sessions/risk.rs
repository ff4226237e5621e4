//! How unusual a request looks beside the sign-in its session began with.
//!
//! | | the same browser on the same system | another |
//! |---|---|---|
//! | the same network | low | high |
//! | another network | raised | high |
//!
//! Somebody who carries a laptop from the office to a train changes networks all day; nobody changes the browser within
//! one session. With high risk nothing the session proved before counts as fresh, so that whoever took a cookie gets no
//! further than a look at what is permitted without; proving a factor again makes the new place the session's own. What a
//! browser says it is can be copied, and is no proof: it only makes theft cost more.
//!
//! The network of an address is the block its neighbours are usually in: /24 for IPv4, /48 for IPv6.

use super::agent::Agent;
use custos_kernel::policy::Risk;
use std::net::IpAddr;

/// Where a session was made, or a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) agent: Agent,
    pub(super) address: Option<IpAddr>,
}

impl Place {
    /// How unusual a request from `here` is for a session made at this place.
    pub(super) fn risk(&self, here: &Self) -> Risk {
        if self.agent != here.agent {
            Risk::High
        } else if self.address.map(network) != here.address.map(network) {
            Risk::Raised
        } else {
            Risk::Low
        }
    }
}

/// The block an address is in.
fn network(address: IpAddr) -> [u8; 6] {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            [4, 0, 0, a, b, c]
        }
        IpAddr::V6(v6) => {
            let octets = v6.octets();
            std::array::from_fn(|i| octets[i])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderMap, header};

    fn place(agent: &'static str, address: Option<&str>) -> Place {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, agent.parse().unwrap());
        Place {
            agent: Agent::of(&headers),
            address: address.map(|text| text.parse().unwrap()),
        }
    }

    #[test]
    fn is_as_the_table_says() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
        let newer = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
        let office = place(firefox, Some("203.0.113.7"));
        for (here, expected) in [
            (place(newer, Some("203.0.113.200")), Risk::Low),
            (place(firefox, Some("::ffff:203.0.113.9")), Risk::Low),
            (place(firefox, Some("198.51.100.7")), Risk::Raised),
            (place(firefox, Some("2001:db8::7")), Risk::Raised),
            (place(firefox, None), Risk::Raised),
            (place("curl/8.14.1", Some("203.0.113.7")), Risk::High),
            (place("curl/8.14.1", Some("198.51.100.7")), Risk::High),
        ] {
            assert_eq!(office.risk(&here), expected, "{here:?}");
        }
        let home = place(firefox, Some("2001:db8:1:2::7"));
        let neighbour = place(firefox, Some("2001:db8:1:ffff::8"));
        assert_eq!(home.risk(&neighbour), Risk::Low);
    }
}
