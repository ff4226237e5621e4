//! Random organisations with rules, people and records, and what is asked about them.

use super::{Customer, FIELDS};
use crate::support::Repeatable;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Assurance, Attributes, Caller, Compartments, DataScope, EmergencyReach, EmergencyRecord, Facts,
    Grantee, Label, Level, Marking, NetworkZone, OrganisationRule, OrganisationRules, Origin,
    Profile, Relation, Risk, Role, RoleSet, SessionLimits, SessionRecord, SessionState, Share,
    ShareGrant, Standing, Surroundings,
};
use custos_values::{
    CustomRoleId, DepartmentId, EmergencyId, OrgId, SessionId, TeamId, Timestamp, UserId,
};
use std::collections::BTreeSet;
use std::sync::Arc;

pub const VERBS: [&str; 9] = [
    "list", "read", "create", "update", "delete", "assign", "reveal", "share", "classify",
];

/// xorshift64* (Vigna 2016): the same cases from the same seed, which is printed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.roll(one_in) == 0
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }

    pub fn label(&mut self) -> Label {
        Label {
            level: self.one(&Level::ALL),
            compartments: Compartments::from_bits(self.roll(4) as u64),
        }
    }
}

pub fn user(n: usize) -> UserId {
    UserId::from_bytes([n as u8 + 1; 16])
}

pub fn department(n: usize) -> DepartmentId {
    DepartmentId::from_bytes([n as u8 + 101; 16])
}

/// A rule of an organisation: its text for the engine, its meaning for the reference.
#[derive(Clone)]
pub struct Rule {
    pub permits: bool,
    pub verbs: Vec<&'static str>,
    pub role: Option<CustomRoleId>,
    pub relation: Option<Relation>,
    pub region: Option<&'static str>,
    pub trusted_network: bool,
    pub level_from: Option<Level>,
}

pub const REGIONS: [&str; 3] = ["北京市", "上海市", ""];

impl Rule {
    pub fn random(dice: &mut Dice, roles: &[CustomRoleId]) -> Self {
        let mut verbs: Vec<&'static str> = VERBS.into_iter().filter(|_| dice.chance(3)).collect();
        if verbs.is_empty() {
            verbs.push("read");
        }
        let permits = dice.chance(2);
        Self {
            permits,
            verbs,
            role: (permits || dice.chance(3)).then(|| dice.one(roles)),
            relation: dice.chance(2).then(|| dice.one(&Relation::WITHIN)),
            region: dice.chance(3).then(|| dice.one(&REGIONS)),
            trusted_network: dice.chance(4),
            level_from: dice.chance(4).then(|| dice.one(&Level::ALL)),
        }
    }

    pub fn text(&self) -> String {
        let verbs: Vec<String> = self
            .verbs
            .iter()
            .map(|verb| format!("Action::\"customer.{verb}\""))
            .collect();
        let mut conditions = vec!["true".to_owned()];
        if let Some(role) = self.role {
            conditions.push(format!("principal.roles.contains(\"{role}\")"));
        }
        if let Some(relation) = self.relation {
            conditions.push(format!("context.relation == \"{}\"", relation.name()));
        }
        if let Some(region) = self.region {
            conditions.push(format!("context.region == \"{region}\""));
        }
        if self.trusted_network {
            conditions.push("context.network == \"trusted\"".to_owned());
        }
        if let Some(level) = self.level_from {
            conditions.push(format!("context.label >= {}", level as u8));
        }
        format!(
            "{} (principal is User, action in [{}], resource) when {{ {} }};",
            if self.permits { "permit" } else { "forbid" },
            verbs.join(", "),
            conditions.join(" && ")
        )
    }

    pub fn applies(&self, verb: &str, case: &Case) -> bool {
        let profile = &case.person.standing.profile;
        let region = case.marking.attributes.region.as_deref().unwrap_or("");
        self.verbs.contains(&verb)
            && self
                .role
                .is_none_or(|role| profile.custom_roles.contains(&role))
            && self
                .relation
                .is_none_or(|relation| relation == case.relation())
            && self.region.is_none_or(|wanted| wanted == region)
            && (!self.trusted_network || case.person.network == NetworkZone::Trusted)
            && self
                .level_from
                .is_none_or(|from| case.marking.label.level >= from)
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Person {
    pub org: usize,
    pub me: UserId,
    pub standing: Standing,
    pub network: NetworkZone,
}

/// A question put to both.
pub struct Case {
    pub person: Person,
    pub owner: Option<UserId>,
    pub department: Option<DepartmentId>,
    pub marking: Marking,
    pub foreign: bool,
    pub emergency: Option<Emergency>,
}

/// Emergency access somebody has, or had.
pub struct Emergency {
    pub user: UserId,
    pub reach: EmergencyReach,
    pub until: i64,
}

impl Emergency {
    pub fn random(dice: &mut Dice) -> Self {
        Self {
            user: user(dice.roll(3)),
            reach: match dice.roll(3) {
                0 => EmergencyReach::Record([5; 16]),
                1 => EmergencyReach::Record([6; 16]),
                _ => EmergencyReach::Department(department(dice.roll(4))),
            },
            // It is 100 milliseconds past the beginning of time; the last one is longer than any may be.
            until: dice.one(&[50, 100, 101, 3_600_000, 3_600_001]),
        }
    }
}

impl Person {
    pub fn random(dice: &mut Dice, orgs: &[Organisation]) -> Self {
        let org = dice.roll(orgs.len());
        let sets: [&[Role]; 7] = [
            &[],
            &[Role::Sales],
            &[Role::Sales],
            &[Role::SalesLead],
            &[Role::Sales, Role::SalesLead],
            &[Role::SecurityAdmin],
            &[Role::AuditAdmin],
        ];
        let roles = RoleSet::new(dice.one(&sets).iter().copied()).unwrap();
        let mut own = BTreeSet::new();
        for role in &orgs[org].roles {
            if dice.chance(3) {
                own.insert(*role);
            }
        }
        let mine = (!dice.chance(8)).then(|| department(dice.roll(3)));
        // The departments are a chain: each is below the one before.
        let number = mine.and_then(|mine| (0..4).find(|n| department(*n) == mine));
        let below = number.map_or_else(BTreeSet::new, |n| (n + 1..4).map(department).collect());
        let within = number.map_or_else(BTreeSet::new, |n| (0..=n).map(department).collect());
        let teams = (0..2)
            .filter(|_| dice.chance(3))
            .map(|n| TeamId::from_bytes([n; 16]))
            .collect();
        let (clearance, working) = match dice.roll(3) {
            0 => (Label::default(), Label::default()),
            _ => (dice.label(), dice.label()),
        };
        let standing = Standing {
            profile: Arc::new(Profile {
                roles,
                custom_roles: own,
                data_scope: dice.one(&DataScope::ALL),
                department: mine,
                clearance,
                working,
            }),
            below: Arc::new(below),
            within: Arc::new(within),
            teams: Arc::new(teams),
            engagement: None,
        };
        Self {
            org,
            me: user(dice.roll(3)),
            standing,
            network: dice.one(&[NetworkZone::Trusted, NetworkZone::Other]),
        }
    }
}

impl Case {
    pub fn random(dice: &mut Dice, people: &[Person]) -> Self {
        let shares = (0..dice.roll(3)).map(|_| ShareGrant {
            grantee: match dice.roll(3) {
                0 => Grantee::User(user(dice.roll(3))),
                1 => Grantee::Department(department(dice.roll(4))),
                _ => Grantee::Team(TeamId::from_bytes([dice.roll(2) as u8; 16])),
            },
            share: dice.one(&[Share::Read, Share::Write]),
            until: dice
                .chance(2)
                .then(|| Timestamp::from_millis(dice.roll(2) as i64 * 200)),
        });
        let shares = shares.collect();
        Self {
            person: people[dice.roll(people.len())].clone(),
            owner: (!dice.chance(6)).then(|| user(dice.roll(3))),
            department: (!dice.chance(6)).then(|| department(dice.roll(4))),
            marking: Marking {
                label: if dice.chance(2) {
                    Label::default()
                } else {
                    dice.label()
                },
                attributes: Attributes {
                    region: Some(dice.one(&REGIONS))
                        .filter(|text| !text.is_empty())
                        .map(Into::into),
                    ..Attributes::default()
                },
                shares,
            },
            foreign: dice.chance(20),
            emergency: dice.chance(4).then(|| Emergency::random(dice)),
        }
    }

    pub fn relation(&self) -> Relation {
        if self.owner == Some(self.person.me) {
            return Relation::Own;
        }
        match self.department {
            Some(id) if Some(id) == self.person.standing.profile.department => Relation::Department,
            Some(id) if self.person.standing.below.contains(&id) => Relation::Below,
            _ => Relation::Elsewhere,
        }
    }

    pub fn share(&self) -> Share {
        let mut widest = Share::None;
        for grant in &self.marking.shares {
            let mine = match grant.grantee {
                Grantee::User(id) => id == self.person.me,
                Grantee::Department(id) => self.person.standing.within.contains(&id),
                Grantee::Team(id) => self.person.standing.teams.contains(&id),
            };
            // It is 100 milliseconds past the beginning of time.
            let over = grant.until.is_some_and(|until| until.millis() <= 100);
            if mine && !over && grant.share > widest {
                widest = grant.share;
            }
        }
        widest
    }

    /// Whether emergency access reaches the record.
    pub fn urgent(&self) -> bool {
        self.emergency.as_ref().is_some_and(|it| {
            let reached = match it.reach {
                EmergencyReach::Record(id) => id == [5; 16],
                EmergencyReach::Department(id) => self.department == Some(id),
            };
            it.user == self.person.me && reached && (101..=3_600_000).contains(&it.until)
        })
    }

    pub fn facts(&self, org: OrgId) -> Facts<Customer> {
        Facts::owned(org, [5; 16], 1, self.owner, self.department)
            .marked(Arc::new(self.marking.clone()))
    }

    pub fn caller(&self, org: OrgId) -> Caller {
        let token = Token::generate(&Repeatable::new(1));
        let session = SessionRecord {
            id: SessionId::from_bytes([1; 16]),
            org,
            user: self.person.me,
            token: token.hash(),
            state: SessionState::Active,
            created_at: Timestamp::from_millis(0),
            last_seen_at: Timestamp::from_millis(0),
            proven_at: Timestamp::from_millis(0),
            assurance: Assurance::Multi,
            surroundings: Surroundings {
                network: self.person.network,
                risk: Risk::Low,
                ..Surroundings::ORDINARY
            },
            account_active: true,
            standing: self.person.standing.clone(),
        };
        let now = Timestamp::from_millis(100);
        let caller = session
            .authenticate(&token, Origin::default(), now, &SessionLimits::default())
            .unwrap();
        let Some(emergency) = &self.emergency else {
            return caller;
        };
        let record = EmergencyRecord {
            id: EmergencyId::from_bytes([1; 16]),
            org,
            user: emergency.user,
            reach: emergency.reach,
            begun_at: Timestamp::from_millis(0),
            until: Timestamp::from_millis(emergency.until),
        };
        record.lend(caller)
    }
}

pub struct Organisation {
    pub id: OrgId,
    pub roles: Vec<CustomRoleId>,
    pub rules: Vec<Rule>,
    /// The labels of fields, in their order.
    pub field_labels: [Option<Label>; FIELDS.len()],
}

impl Organisation {
    pub fn random(dice: &mut Dice, number: usize) -> Self {
        let roles: Vec<CustomRoleId> = (0..3)
            .map(|n| CustomRoleId::from_bytes([n + 1; 16]))
            .collect();
        // The first one has no rules of its own.
        let rules = (0..number.min(8)).map(|_| Rule::random(dice, &roles));
        Self {
            id: OrgId::from_bytes([number as u8 + 1; 16]),
            rules: rules.collect(),
            roles,
            field_labels: FIELDS.map(|_| dice.chance(3).then(|| dice.label())),
        }
    }

    pub fn labels(&self) -> impl Iterator<Item = ((String, String), Label)> {
        let of = FIELDS.iter().zip(self.field_labels);
        of.filter_map(|(field, label)| {
            Some((("customer".to_owned(), field.name.to_owned()), label?))
        })
    }

    pub fn rules(&self) -> OrganisationRules {
        let rule = |(number, rule): (usize, &Rule)| OrganisationRule {
            id: format!("rule/{number}"),
            text: rule.text(),
        };
        OrganisationRules {
            generation: 1,
            rules: self.rules.iter().enumerate().map(rule).collect(),
            field_labels: self.labels().collect(),
        }
    }
}
