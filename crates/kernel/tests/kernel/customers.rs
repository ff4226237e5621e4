//! A second authoriser, simple and slow, against the real one with the rules about customers: over random people, records,
//! rules and circumstances it says the same for single records, for fields, for lists and in explanations.

use crate::support::Repeatable;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Assurance, Attributes, Caller, Compartments, DataScope, EmergencyReach, EmergencyRecord, Facts,
    FieldAccess, FieldRule, Grantee, Label, Level, Marking, NetworkZone, OrganisationRule,
    OrganisationRules, Origin, Policy, PolicySource, Profile, Relation, Resource, Risk, Role,
    RoleSet, SessionLimits, SessionRecord, SessionState, Share, ShareGrant, Standing, Subject,
    Surroundings, actions,
};
use custos_values::{
    CustomRoleId, DepartmentId, EmergencyId, OrgId, SessionId, TeamId, Timestamp, UserId,
};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

/// The rules the product comes with.
const RULES: PolicySource = PolicySource {
    feature: "customers",
    text: include_str!("../../../crm/src/customers/policy.cedar"),
};

#[derive(Debug)]
enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
    const MARKED: bool = true;
}

/// Fields there are: one that is masked, one that is not.
const FIELDS: [FieldRule; 2] = [
    FieldRule {
        name: "phone",
        category: "personal",
        masked: true,
    },
    FieldRule {
        name: "source",
        category: "none",
        masked: false,
    },
];

/// Random cases in a run.
const CASES: usize = 1_000_000;
/// Of so many of them one also has its explanations compared.
const EXPLAINED_ONE_IN: usize = 200;
/// Organisations with rules of their own.
const ORGS: usize = 24;
/// People there are. Each is asked about many records, as in life.
const PEOPLE: usize = 480;

const VERBS: [&str; 9] = [
    "list", "read", "create", "update", "delete", "assign", "reveal", "share", "classify",
];

/// xorshift64* (Vigna 2016): the same cases from the same seed, which is printed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.roll(one_in) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }

    fn label(&mut self) -> Label {
        Label {
            level: self.one(&Level::ALL),
            compartments: Compartments::from_bits(self.roll(4) as u64),
        }
    }
}

fn user(n: usize) -> UserId {
    UserId::from_bytes([n as u8 + 1; 16])
}

fn department(n: usize) -> DepartmentId {
    DepartmentId::from_bytes([n as u8 + 101; 16])
}

/// A rule of an organisation: its text for the engine, its meaning for the reference.
#[derive(Clone)]
struct Rule {
    permits: bool,
    verbs: Vec<&'static str>,
    role: Option<CustomRoleId>,
    relation: Option<Relation>,
    region: Option<&'static str>,
    trusted_network: bool,
    level_from: Option<Level>,
}

const REGIONS: [&str; 3] = ["北京市", "上海市", ""];

impl Rule {
    fn random(dice: &mut Dice, roles: &[CustomRoleId]) -> Self {
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

    fn text(&self) -> String {
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

    fn applies(&self, verb: &str, case: &Case) -> bool {
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
struct Person {
    org: usize,
    me: UserId,
    standing: Standing,
    network: NetworkZone,
}

/// A question put to both.
struct Case {
    person: Person,
    owner: Option<UserId>,
    department: Option<DepartmentId>,
    marking: Marking,
    foreign: bool,
    emergency: Option<Emergency>,
}

/// Emergency access somebody has, or had.
struct Emergency {
    user: UserId,
    reach: EmergencyReach,
    until: i64,
}

impl Emergency {
    fn random(dice: &mut Dice) -> Self {
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
    fn random(dice: &mut Dice, orgs: &[Organisation]) -> Self {
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
    fn random(dice: &mut Dice, people: &[Person]) -> Self {
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

    fn relation(&self) -> Relation {
        if self.owner == Some(self.person.me) {
            return Relation::Own;
        }
        match self.department {
            Some(id) if Some(id) == self.person.standing.profile.department => Relation::Department,
            Some(id) if self.person.standing.below.contains(&id) => Relation::Below,
            _ => Relation::Elsewhere,
        }
    }

    fn share(&self) -> Share {
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
    fn urgent(&self) -> bool {
        self.emergency.as_ref().is_some_and(|it| {
            let reached = match it.reach {
                EmergencyReach::Record(id) => id == [5; 16],
                EmergencyReach::Department(id) => self.department == Some(id),
            };
            it.user == self.person.me && reached && (101..=3_600_000).contains(&it.until)
        })
    }

    fn facts(&self, org: OrgId) -> Facts<Customer> {
        Facts::owned(org, [5; 16], 1, self.owner, self.department)
            .marked(Arc::new(self.marking.clone()))
    }

    fn caller(&self, org: OrgId) -> Caller {
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

struct Organisation {
    id: OrgId,
    roles: Vec<CustomRoleId>,
    rules: Vec<Rule>,
    /// The labels of fields, in their order.
    field_labels: [Option<Label>; FIELDS.len()],
}

impl Organisation {
    fn random(dice: &mut Dice, number: usize) -> Self {
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

    fn labels(&self) -> impl Iterator<Item = ((String, String), Label)> {
        let of = FIELDS.iter().zip(self.field_labels);
        of.filter_map(|(field, label)| {
            Some((("customer".to_owned(), field.name.to_owned()), label?))
        })
    }

    fn rules(&self) -> OrganisationRules {
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

/// What is meant, written as it would be told.
fn reference(case: &Case, organisation: &Organisation, verb: &str) -> bool {
    if case.foreign {
        return false;
    }
    let profile = &case.person.standing.profile;
    let relation = case.relation();
    let share = case.share();
    let lead = profile.roles.contains(Role::SalesLead);
    let sells = lead || profile.roles.contains(Role::Sales);
    let security = profile.roles.contains(Role::SecurityAdmin);
    let in_scope = match profile.data_scope {
        DataScope::All => true,
        DataScope::DepartmentTree => matches!(relation, Relation::Department | Relation::Below),
        DataScope::Department => relation == Relation::Department,
        DataScope::Own => false,
    };
    let own = relation == Relation::Own;
    let mut permitted = match verb {
        "list" | "read" => sells && (own || in_scope || share != Share::None),
        "update" | "reveal" => sells && (own || in_scope || share == Share::Write),
        "create" => (sells && own) || (lead && in_scope),
        "delete" | "assign" => lead && (own || in_scope),
        "share" => (sells && own) || (lead && in_scope),
        "classify" => (sells && own) || (lead && in_scope) || security,
        other => panic!("{other}"),
    };
    let administers = security || profile.roles.contains(Role::AuditAdmin);
    let employed = profile.roles.iter().next().is_some() || !profile.custom_roles.is_empty();
    if matches!(verb, "list" | "read" | "reveal") {
        permitted |= case.urgent() && employed && !administers;
    }
    let exclusive = profile
        .roles
        .iter()
        .any(|role| !matches!(role, Role::Sales | Role::SalesLead));
    let mut forbidden = false;
    for rule in &organisation.rules {
        if rule.applies(verb, case) {
            // An administrator, or somebody from outside, is given nothing by the organisation's own rules.
            permitted |= rule.permits && !exclusive;
            forbidden |= !rule.permits;
        }
    }
    let working = profile.working.meet(profile.clearance);
    let label = case.marking.label;
    let reads = matches!(
        verb,
        "list" | "read" | "update" | "delete" | "assign" | "reveal" | "share"
    );
    let writes = matches!(
        verb,
        "create" | "update" | "delete" | "assign" | "share" | "classify"
    );
    forbidden |= reads && !working.dominates(label);
    // A record is changed by writing into one of its fields, whose label may be higher.
    let mut written = label;
    if verb == "update" {
        for field in organisation.field_labels.iter().flatten() {
            written = written.join(*field);
        }
    }
    forbidden |= writes && !written.dominates(working);
    permitted && !forbidden
}

/// What is meant about the field of this number.
fn field_reference(case: &Case, organisation: &Organisation, number: usize) -> FieldAccess {
    let profile = &case.person.standing.profile;
    let roles = profile.roles;
    let sells = roles.contains(Role::Sales) || roles.contains(Role::SalesLead);
    let reached = match profile.data_scope {
        DataScope::All => true,
        DataScope::DepartmentTree => case.relation() != Relation::Elsewhere,
        DataScope::Department => matches!(case.relation(), Relation::Own | Relation::Department),
        DataScope::Own => case.relation() == Relation::Own,
    };
    let administers = roles.contains(Role::SecurityAdmin) || roles.contains(Role::AuditAdmin);
    let employed = roles != RoleSet::default() || !profile.custom_roles.is_empty();
    let urgent = case.urgent() && employed && !administers;
    let label = match organisation.field_labels[number] {
        Some(of_field) => case.marking.label.join(of_field),
        None => case.marking.label,
    };
    let working = profile.working.meet(profile.clearance);
    let shown = urgent || (sells && (reached || case.share() != Share::None));
    if case.foreign || !shown || !working.dominates(label) {
        return FieldAccess::Hidden;
    }
    let changed = sells && (reached || case.share() == Share::Write);
    match (changed && label.dominates(working), FIELDS[number].masked) {
        (true, _) => FieldAccess::Write,
        (false, true) => FieldAccess::Masked,
        (false, false) => FieldAccess::Read,
    }
}

/// The decision, and whether a list would have the record in it.
fn real(policy: &Policy, caller: &Caller, facts: &Facts<Customer>, verb: &str) -> (bool, bool) {
    macro_rules! ask {
        ($action:ty) => {{
            let single = policy.permit::<$action, _>(caller, facts).is_ok();
            let scope = policy.scope::<$action, Customer>(caller);
            let listed = scope.is_ok_and(|scope| scope.admit(facts).is_some());
            (single, listed)
        }};
    }
    match verb {
        "list" => ask!(actions::List),
        "read" => ask!(actions::Read),
        "create" => ask!(actions::Create),
        "update" => ask!(actions::Update),
        "delete" => ask!(actions::Delete),
        "assign" => ask!(actions::Assign),
        "reveal" => ask!(actions::Reveal),
        "share" => ask!(actions::Share),
        "classify" => ask!(actions::Classify),
        other => panic!("{other}"),
    }
}

#[test]
fn a_second_authoriser_agrees_about_records_lists_and_explanations() {
    let seed = RandomState::new().build_hasher().finish() | 1;
    eprintln!("seed {seed}");
    let mut dice = Dice(seed);
    let policy = Policy::load(&[RULES]).unwrap();
    let organisations: Vec<Organisation> = (0..ORGS)
        .map(|number| Organisation::random(&mut dice, number))
        .collect();
    for organisation in &organisations {
        policy
            .adopt(organisation.id, &organisation.rules())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
    }
    let elsewhere = OrgId::from_bytes([0; 16]);
    let (mut allowed, mut explained, mut written) = (0, 0, 0);
    let mut number = 0;
    let people: Vec<Person> = (0..PEOPLE)
        .map(|_| Person::random(&mut dice, &organisations))
        .collect();
    while number < CASES {
        let case = Case::random(&mut dice, &people);
        let explain = dice.chance(EXPLAINED_ONE_IN);
        let organisation = &organisations[case.person.org];
        let caller = case.caller(organisation.id);
        let facts = case.facts(if case.foreign {
            elsewhere
        } else {
            organisation.id
        });
        for (field, rule) in FIELDS.into_iter().enumerate() {
            let expected = field_reference(&case, organisation, field);
            let told = policy.field_access(&caller, &facts, rule);
            assert_eq!(
                told,
                expected,
                "seed {seed}: {} {:?} {:?} {:?} by {:?}",
                rule.name,
                case.relation(),
                case.share(),
                case.marking,
                case.person.standing.profile
            );
            written += usize::from(expected == FieldAccess::Write);
            number += 1;
        }
        for verb in VERBS {
            let expected = reference(&case, organisation, verb);
            let told = real(&policy, &caller, &facts, verb);
            let what = || {
                format!(
                    "seed {seed}: {verb} {:?} {:?} {:?} by {:?}",
                    case.relation(),
                    case.share(),
                    case.marking,
                    case.person.standing.profile
                )
            };
            assert_eq!(told, (expected, expected), "{}", what());
            if explain {
                let subject = Subject::of(&caller);
                let explained_as = policy.explain(&subject, verb, &facts, None, &BTreeSet::new());
                assert_eq!(explained_as.allowed, expected, "{}", what());
                assert!(!(explained_as.rules.is_empty() && expected), "{}", what());
                explained += 1;
            }
            allowed += usize::from(expected);
            number += 1;
        }
    }
    eprintln!("{number} cases, {allowed} allowed, {explained} explained, {written} fields written");
    // Neither side of the comparison is empty.
    assert!(allowed > CASES / 20 && allowed < CASES / 2, "{allowed}");
    assert!(written > CASES / 1_000, "{written}");
}
