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

impl Assurance {
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
    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Other => "other",
        }
    }
}

impl Hours {
    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
        }
    }
}

impl Risk {
    /// The name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Raised => "raised",
            Self::High => "high",
        }
    }
}
