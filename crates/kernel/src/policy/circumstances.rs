//! Under which circumstances a caller asks: how surely and how lately they proved who they are, from which device and
//! network, at which hour, and how unusual it all looks.
//!
//! Every value is one of a few, so that decisions stay enumerable: they can be cached whole, printed as a table and
//! tested exhaustively. Policies see them in their context; entries of the log carry them as the grounds of the decision.

/// How surely a person proved who they are (compare the authentication assurance levels of NIST SP 800-63B-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Assurance {
    /// One factor.
    Single,
    /// Two factors of different kinds.
    Multi,
    /// Two factors, one of them bound to this site, so that it cannot be given to another: a passkey.
    PhishingResistant,
}

/// What is known of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceStanding {
    /// Never seen with this account, or its registration was not proven by this request.
    Unknown,
    /// A sign-in to this account was completed on it before.
    Recognised,
    /// Registered for work, and the request carries a proof of its key.
    Registered,
}

/// Where the request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NetworkZone {
    /// One of the networks the organisation calls its own.
    Trusted,
    /// Anywhere else.
    Other,
}

/// When the request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hours {
    /// Within the working hours of the organisation.
    Inside,
    /// Outside them.
    Outside,
}

/// How unusual the request looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Risk {
    /// As always.
    Low,
    /// From another place than the session began at.
    Raised,
    /// As if the session had been taken elsewhere. Nothing it proved before counts as fresh.
    High,
}

/// The day of the week and the hour, where the organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment {
    /// 1 for Monday to 7 for Sunday (ISO 8601).
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
}

/// What a caller says a request is for. Rules may ask for one; the entry keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Purpose {
    /// Nothing was said.
    #[default]
    Unstated,
    /// Selling: follow-up, offers.
    Sales,
    /// Serving a customer after the sale.
    Service,
    /// Making or keeping a contract.
    Contract,
    /// Invoices and payments.
    Finance,
    /// What the law asks for: answers to authorities and to the customer themselves.
    Compliance,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Purpose; 6] = [
        Purpose::Unstated,
        Purpose::Sales,
        Purpose::Service,
        Purpose::Contract,
        Purpose::Finance,
        Purpose::Compliance,
    ];

    /// The name in policies and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unstated => "unstated",
            Self::Sales => "sales",
            Self::Service => "service",
            Self::Contract => "contract",
            Self::Finance => "finance",
            Self::Compliance => "compliance",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// All of it together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// How surely the person proved who they are.
    pub assurance: Assurance,
    /// Whether they did so a short while ago, in the same place.
    pub fresh: bool,
    /// What is known of the device.
    pub device: DeviceStanding,
    /// Where the request comes from.
    pub network: NetworkZone,
    /// When it comes.
    pub hours: Hours,
    /// How unusual it looks.
    pub risk: Risk,
    /// The day of the week and the hour.
    pub moment: Moment,
    /// What it is said to be for.
    pub purpose: Purpose,
}

impl Circumstances {
    /// What most requests have: a sign-in with two factors a short while ago, on a device used before, from anywhere,
    /// within working hours, on a Monday. What the authorisation matrix is printed for.
    pub const ORDINARY: Self = Self {
        assurance: Assurance::Multi,
        fresh: true,
        device: DeviceStanding::Recognised,
        network: NetworkZone::Other,
        hours: Hours::Inside,
        risk: Risk::Low,
        moment: Moment {
            weekday: 1,
            hour: 10,
        },
        purpose: Purpose::Unstated,
    };

    /// The same with factors just proven.
    #[must_use]
    pub fn made_fresh(self) -> Self {
        Self {
            fresh: true,
            ..self
        }
    }

    /// As codes for the log, in this order: assurance, freshness, device, network, hours, risk.
    pub fn codes(&self) -> [&'static str; 6] {
        [
            self.assurance.name(),
            if self.fresh { "fresh" } else { "not_fresh" },
            match self.device {
                DeviceStanding::Unknown => "device_unknown",
                DeviceStanding::Recognised => "device_recognised",
                DeviceStanding::Registered => "device_registered",
            },
            match self.network {
                NetworkZone::Trusted => "network_trusted",
                NetworkZone::Other => "network_other",
            },
            match self.hours {
                Hours::Inside => "hours_inside",
                Hours::Outside => "hours_outside",
            },
            match self.risk {
                Risk::Low => "risk_low",
                Risk::Raised => "risk_raised",
                Risk::High => "risk_high",
            },
        ]
    }
}

impl Circumstances {
    /// Reads [`Self::codes`] back, for asking again what was asked before. What no code says is as in [`Self::ORDINARY`].
    pub fn from_codes<S: AsRef<str>>(codes: impl IntoIterator<Item = S>) -> Self {
        fn named<T: Copy>(
            all: &[T],
            prefix: &str,
            code: &str,
            name: fn(T) -> &'static str,
        ) -> Option<T> {
            let rest = code.strip_prefix(prefix)?;
            all.iter().copied().find(|it| name(*it) == rest)
        }
        let mut read = Self::ORDINARY;
        for code in codes {
            let code = code.as_ref();
            match code {
                "fresh" => read.fresh = true,
                "not_fresh" => read.fresh = false,
                _ => {}
            }
            if let Some(it) = named(&Assurance::ALL, "", code, Assurance::name) {
                read.assurance = it;
            } else if let Some(it) =
                named(&DeviceStanding::ALL, "device_", code, DeviceStanding::name)
            {
                read.device = it;
            } else if let Some(it) = named(&NetworkZone::ALL, "network_", code, NetworkZone::name) {
                read.network = it;
            } else if let Some(it) = named(&Hours::ALL, "hours_", code, Hours::name) {
                read.hours = it;
            } else if let Some(it) = named(&Risk::ALL, "risk_", code, Risk::name) {
                read.risk = it;
            }
        }
        read
    }
}

impl Assurance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Single, Self::Multi, Self::PhishingResistant];

    /// The name in policies and entries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Multi => "multi",
            Self::PhishingResistant => "phishing_resistant",
        }
    }
}

impl DeviceStanding {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Recognised, Self::Registered];

    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Recognised => "recognised",
            Self::Registered => "registered",
        }
    }
}

impl NetworkZone {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Trusted, Self::Other];

    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Other => "other",
        }
    }
}

impl Hours {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Inside, Self::Outside];

    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
        }
    }
}

impl Risk {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Low, Self::Raised, Self::High];

    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Raised => "raised",
            Self::High => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_log_says_of_circumstances_is_read_back() {
        for assurance in Assurance::ALL {
            for device in DeviceStanding::ALL {
                for (network, hours) in NetworkZone::ALL.into_iter().zip(Hours::ALL) {
                    for (risk, fresh) in Risk::ALL.into_iter().zip([true, false, true]) {
                        let around = Circumstances {
                            assurance,
                            fresh,
                            device,
                            network,
                            hours,
                            risk,
                            ..Circumstances::ORDINARY
                        };
                        assert_eq!(Circumstances::from_codes(around.codes()), around);
                    }
                }
            }
        }
    }
}
