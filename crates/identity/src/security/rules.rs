//! The settings made ready to be asked at every request.

use super::settings::{PasswordRules, RoleRules, SecuritySettings, SessionRules, WhenFull};
use super::week::{Place, Week};
use crate::contact::Kind;
use crate::organisation::Person;
use custos_http::FieldProblem;
use custos_kernel::policy::{Bar, Hours, Moment, NetworkZone, Role, RoleSet, SessionLimits};
use custos_values::Timestamp;
use ipnet::IpNet;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// Most networks of one list.
const MAX_NETWORKS: usize = 50;
/// Longest time between first and second factor, in milliseconds.
const PENDING_MS: i64 = 10 * 60_000;

/// From where and when one role may be used.
#[derive(Debug, Clone)]
struct RoleGate {
    role: Role,
    networks: Vec<IpNet>,
    hours: Option<Week>,
}

/// What is asked of one new password.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demands {
    /// Fewest characters.
    pub(crate) min_length: u32,
    /// Lowest strength.
    pub(crate) min_score: u32,
    /// Whether it must not be known from leaks.
    pub(crate) breached_list: bool,
}

impl Default for Demands {
    /// Before there is an organisation: what settings begin with.
    fn default() -> Self {
        Rules::default().demands(RoleSet::default())
    }
}

/// The rules of an organisation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    settings: SecuritySettings,
    version: i64,
    trusted: Vec<IpNet>,
    working: Option<Week>,
    place: Place,
    gates: Vec<RoleGate>,
}

impl Rules {
    /// Reads settings.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub(super) fn read(
        settings: SecuritySettings,
        version: i64,
    ) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        check_numbers(&settings.password, &settings.sessions, &mut problems);
        let trusted = networks(
            &settings.trusted_networks,
            "trusted_networks",
            &mut problems,
        );
        let working = settings
            .working_hours
            .as_ref()
            .and_then(|hours| Week::read(hours, "working_hours", &mut problems));
        let mut gates: Vec<RoleGate> = Vec::new();
        for (at, rules) in settings.roles.iter().enumerate() {
            let field = format!("roles[{at}]");
            if gates.iter().any(|gate| gate.role == rules.role) {
                problems.push(FieldProblem::new(
                    format!("{field}.role"),
                    "security.role.twice",
                ));
            }
            gates.push(gate(rules, &field, &mut problems));
        }
        if problems.is_empty() {
            Ok(Self {
                settings,
                version,
                trusted,
                place: Place::of(working.as_ref()),
                working,
                gates,
            })
        } else {
            Err(problems)
        }
    }

    /// The settings they were made from.
    pub(super) fn settings(&self) -> &SecuritySettings {
        &self.settings
    }

    /// The version of the settings; 0 while nobody has changed them.
    pub(super) fn version(&self) -> i64 {
        self.version
    }

    /// The rules about passwords.
    pub(crate) fn password(&self) -> &PasswordRules {
        &self.settings.password
    }

    /// What is asked of a new password of somebody with these roles.
    pub(crate) fn demands(&self, roles: RoleSet) -> Demands {
        let rules = &self.settings.password;
        Demands {
            min_length: rules.min_length,
            min_score: rules.min_score,
            breached_list: rules.breached_list || roles.iter().any(Role::is_administrator),
        }
    }

    /// The timeouts of sessions.
    pub(crate) fn limits(&self) -> SessionLimits {
        let rules = &self.settings.sessions;
        let minutes = |n: u32| i64::from(n) * 60_000;
        SessionLimits {
            idle_ms: minutes(rules.idle_minutes),
            absolute_ms: minutes(rules.absolute_hours * 60),
            pending_ms: PENDING_MS,
            fresh_ms: minutes(rules.fresh_minutes),
        }
    }

    /// How many sessions an account of these roles may have at once, and what happens beyond.
    pub(crate) fn concurrent(&self, roles: RoleSet) -> Option<(usize, WhenFull)> {
        let rules = &self.settings.sessions;
        let most = usize::try_from(rules.concurrent?).ok()?;
        let when_full = if roles.iter().any(Role::is_administrator) {
            WhenFull::OldestGoes
        } else {
            rules.when_full
        };
        Some((most, when_full))
    }

    /// Whether a code sent to this kind of address does as second factor for somebody of these roles. For
    /// administrators it never does.
    pub(crate) fn accepts_codes(&self, roles: RoleSet, kind: Kind) -> bool {
        let accepted = match kind {
            Kind::Mail => self.settings.second_factor.mail_code,
            Kind::Mobile => self.settings.second_factor.sms_code,
        };
        accepted && !roles.iter().any(Role::is_administrator)
    }

    /// Whether the organisation counts the address as its own.
    pub(crate) fn zone(&self, address: Option<IpAddr>) -> NetworkZone {
        if among(&self.trusted, address) {
            NetworkZone::Trusted
        } else {
            NetworkZone::Other
        }
    }

    /// Whether a moment is in working hours. Where there are none, every moment is.
    pub(crate) fn hours(&self, at: Timestamp) -> Hours {
        match &self.working {
            Some(week) if !week.contains(at) => Hours::Outside,
            _ => Hours::Inside,
        }
    }

    /// The day of the week and the hour of a moment, where the organisation is.
    pub(crate) fn moment(&self, at: Timestamp) -> Moment {
        self.place.moment(at)
    }

    /// What keeps somebody of these roles out, if anything does. Who holds several roles is bound by all of them.
    pub(crate) fn bar(
        &self,
        roles: RoleSet,
        address: Option<IpAddr>,
        at: Timestamp,
    ) -> Option<Bar> {
        let mut held = self.gates.iter().filter(|gate| roles.contains(gate.role));
        held.find_map(|gate| {
            if !gate.networks.is_empty() && !among(&gate.networks, address) {
                Some(Bar::Network)
            } else if gate.hours.as_ref().is_some_and(|week| !week.contains(at)) {
                Some(Bar::Hours)
            } else {
                None
            }
        })
    }

    /// Whether a password set then has to be changed by now.
    pub(crate) fn password_expired(&self, set_at: Option<Timestamp>, now: Timestamp) -> bool {
        let age_ms = i64::from(self.settings.password.max_age_days) * 24 * 3_600_000;
        age_ms > 0 && set_at.is_some_and(|set_at| now >= set_at.plus_millis(age_ms))
    }

    /// The roles somebody may use now: none while their password waits to be changed.
    pub(crate) fn roles_in_force(&self, person: &Person, now: Timestamp) -> RoleSet {
        if self.password_expired(person.password_set_at, now) {
            RoleSet::default()
        } else {
            person.roles
        }
    }

    /// Whether the networks of a role let an address in.
    pub(super) fn admits(&self, role: Role, address: IpAddr) -> bool {
        let mut of_role = self.gates.iter().filter(|gate| gate.role == role);
        of_role.all(|gate| gate.networks.is_empty() || among(&gate.networks, Some(address)))
    }
}

/// Whether an address is in one of the networks. One that is not known is in none.
pub(crate) fn among(networks: &[IpNet], address: Option<IpAddr>) -> bool {
    address.is_some_and(|address| {
        let address = address.to_canonical();
        networks.iter().any(|network| network.contains(&address))
    })
}

/// Reads networks in CIDR form; an address alone is a network of one.
pub(crate) fn networks(
    texts: &[String],
    field: &str,
    problems: &mut Vec<FieldProblem>,
) -> Vec<IpNet> {
    if texts.len() > MAX_NETWORKS {
        let problem = FieldProblem::new(field, "network.too_many");
        problems.push(problem.with("max", MAX_NETWORKS));
        return Vec::new();
    }
    let mut read = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        match network(text) {
            Some(network) => read.push(network),
            None => problems.push(FieldProblem::new(
                format!("{field}[{at}]"),
                "network.invalid",
            )),
        }
    }
    read
}

fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let network = match text.parse::<IpNet>() {
        Ok(network) => network,
        Err(_) => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    // A mapped address would never be met: addresses are compared in their plain form.
    match network {
        IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() => None,
        other => Some(other.trunc()),
    }
}

fn gate(rules: &RoleRules, field: &str, problems: &mut Vec<FieldProblem>) -> RoleGate {
    let hours = rules.hours.as_ref();
    RoleGate {
        role: rules.role,
        networks: networks(&rules.networks, &format!("{field}.networks"), problems),
        hours: hours.and_then(|hours| Week::read(hours, &format!("{field}.hours"), problems)),
    }
}

fn check_numbers(
    password: &PasswordRules,
    sessions: &SessionRules,
    problems: &mut Vec<FieldProblem>,
) {
    let mut within = |field: &str, value: u32, range: RangeInclusive<u32>| {
        if !range.contains(&value) {
            let problem = FieldProblem::new(field, "number.out_of_range");
            problems.push(problem.with("min", range.start()).with("max", range.end()));
        }
    };
    within("password.min_length", password.min_length, 8..=64);
    within("password.min_score", password.min_score, 2..=4);
    within("password.history", password.history, 0..=24);
    within("password.max_age_days", password.max_age_days, 0..=365);
    within("sessions.idle_minutes", sessions.idle_minutes, 1..=1440);
    within("sessions.absolute_hours", sessions.absolute_hours, 1..=720);
    within("sessions.fresh_minutes", sessions.fresh_minutes, 1..=60);
    if let Some(count) = sessions.concurrent {
        within("sessions.concurrent", count, 1..=50);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(change: impl FnOnce(&mut SecuritySettings)) -> Result<Rules, Vec<String>> {
        let mut settings = SecuritySettings::default();
        change(&mut settings);
        let told = |problems: Vec<FieldProblem>| {
            let one = |p: &FieldProblem| format!("{} {}", p.field, p.code);
            problems.iter().map(one).collect()
        };
        Rules::read(settings, 1).map_err(told)
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn the_defaults_can_be_read() {
        assert!(with(|_| ()).is_ok());
    }

    #[test]
    fn every_number_ends_where_the_contract_says() {
        type Set = fn(&mut SecuritySettings, u32);
        let rows: [(&str, Set, u32, u32); 8] = [
            (
                "password.min_length",
                |s, n| s.password.min_length = n,
                8,
                64,
            ),
            ("password.min_score", |s, n| s.password.min_score = n, 2, 4),
            ("password.history", |s, n| s.password.history = n, 0, 24),
            (
                "password.max_age_days",
                |s, n| s.password.max_age_days = n,
                0,
                365,
            ),
            (
                "sessions.idle_minutes",
                |s, n| s.sessions.idle_minutes = n,
                1,
                1440,
            ),
            (
                "sessions.absolute_hours",
                |s, n| s.sessions.absolute_hours = n,
                1,
                720,
            ),
            (
                "sessions.fresh_minutes",
                |s, n| s.sessions.fresh_minutes = n,
                1,
                60,
            ),
            (
                "sessions.concurrent",
                |s, n| s.sessions.concurrent = Some(n),
                1,
                50,
            ),
        ];
        for (field, set, min, max) in rows {
            assert!(with(|s| set(s, min)).is_ok(), "{field}");
            assert!(with(|s| set(s, max)).is_ok(), "{field}");
            let beyond = [Some(max + 1), min.checked_sub(1), Some(u32::MAX)];
            for value in beyond.into_iter().flatten() {
                let told = with(|s| set(s, value)).err().unwrap();
                assert_eq!(told, [format!("{field} number.out_of_range")]);
            }
        }
    }

    #[test]
    fn networks_of_both_kinds() {
        let rules = with(|s| {
            s.trusted_networks = ["192.0.2.0/24", "2001:db8::/32", " 198.51.100.7 "]
                .map(str::to_owned)
                .to_vec();
        })
        .unwrap();
        for inside in [
            "192.0.2.255",
            "::ffff:192.0.2.1",
            "2001:db8:ffff::1",
            "198.51.100.7",
        ] {
            assert_eq!(
                rules.zone(address(inside)),
                NetworkZone::Trusted,
                "{inside}"
            );
        }
        for outside in ["192.0.3.0", "2001:db9::1", "198.51.100.8", "::1"] {
            assert_eq!(
                rules.zone(address(outside)),
                NetworkZone::Other,
                "{outside}"
            );
        }
        assert_eq!(rules.zone(None), NetworkZone::Other);
        for bad in [
            "",
            "192.0.2.0/33",
            "2001:db8::/129",
            "example.org",
            "192.0.2",
            "::ffff:192.0.2.0/120",
        ] {
            let told = with(|s| s.trusted_networks = vec![bad.to_owned()])
                .err()
                .unwrap();
            assert_eq!(told, ["trusted_networks[0] network.invalid"], "{bad}");
        }
        let many = with(|s| s.trusted_networks = vec!["192.0.2.1".to_owned(); 51]);
        assert_eq!(many.err().unwrap(), ["trusted_networks network.too_many"]);
    }

    #[test]
    fn a_role_stands_in_the_list_once() {
        let rule = |role| RoleRules {
            role,
            networks: Vec::new(),
            hours: None,
        };
        let told = with(|s| s.roles = vec![rule(Role::Sales), rule(Role::Sales)]);
        assert_eq!(told.err().unwrap(), ["roles[1].role security.role.twice"]);
    }

    #[test]
    fn who_holds_two_roles_is_bound_by_both() {
        let rule = |role, network: &str| RoleRules {
            role,
            networks: vec![network.to_owned()],
            hours: None,
        };
        let rules = with(|s| {
            s.roles = vec![
                rule(Role::Sales, "192.0.2.0/24"),
                rule(Role::SalesLead, "192.0.2.0/25"),
            ];
        })
        .unwrap();
        let bar = |roles: &[Role], from: Option<IpAddr>| {
            let roles = RoleSet::new(roles.iter().copied()).unwrap();
            rules.bar(roles, from, Timestamp::from_millis(0))
        };
        let (low, high) = (address("192.0.2.1"), address("192.0.2.200"));
        assert_eq!(bar(&[Role::Sales], high), None);
        assert_eq!(bar(&[Role::Sales, Role::SalesLead], low), None);
        assert_eq!(
            bar(&[Role::Sales, Role::SalesLead], high),
            Some(Bar::Network)
        );
        // Where the address is not known, a rule about networks cannot be met.
        assert_eq!(bar(&[Role::Sales], None), Some(Bar::Network));
        assert_eq!(bar(&[], None), None);
        assert_eq!(bar(&[Role::SystemAdmin], None), None);
    }

    #[test]
    fn nobody_keeps_an_administrator_out_by_filling_their_sessions() {
        let rules = with(|s| {
            s.sessions.concurrent = Some(2);
            s.sessions.when_full = WhenFull::NewestRefused;
        })
        .unwrap();
        let of = |role| rules.concurrent(RoleSet::new([role]).unwrap());
        assert_eq!(of(Role::Sales), Some((2, WhenFull::NewestRefused)));
        assert_eq!(of(Role::SecurityAdmin), Some((2, WhenFull::OldestGoes)));
        assert_eq!(Rules::default().concurrent(RoleSet::default()), None);
    }

    proptest! {
        #[test]
        fn any_text_may_be_given_as_network(text in "\\PC{0,60}") {
            let _ = with(|s| s.trusted_networks = vec![text]);
        }

        #[test]
        fn every_address_is_in_the_network_of_its_own(bits in any::<u128>(), four in any::<u32>(), length in 0u8..=32) {
            let four = std::net::Ipv4Addr::from(four);
            let rules = with(|s| s.trusted_networks = vec![format!("{four}/{length}")]).unwrap();
            prop_assert_eq!(rules.zone(Some(four.into())), NetworkZone::Trusted);
            let six = std::net::Ipv6Addr::from(bits);
            if six.to_ipv4_mapped().is_none() {
                let rules = with(|s| s.trusted_networks = vec![format!("{six}/{length}")]).unwrap();
                prop_assert_eq!(rules.zone(Some(six.into())), NetworkZone::Trusted);
            }
        }
    }
}
