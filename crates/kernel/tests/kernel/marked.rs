//! Records with labels and shares, in emergencies and out of them: single decisions, what an index is told and what
//! routes are told are the same.

use crate::support::*;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Caller, Compartments, DataScope, EmergencyReach, EmergencyRecord, Facts, FieldAccess,
    FieldRule, Grantee, Job, LONGEST_EMERGENCY_MS, Label, Level, Marking, OrganisationRules,
    Origin, Policy, Profile, Relation, Remedy, Role, RoleSet, Scope, SessionLimits, Share,
    ShareGrant, actions,
};
use custos_values::{DepartmentId, EmergencyId, TeamId, Timestamp, UserId};
use std::sync::Arc;

/// What is one's own is read, written and given away; what is shared is read; in an emergency everything is, and what is
/// above the label one works at never.
const TEXT: &str = r#"
@id("own") permit (principal is User, action in [Action::"file.list", Action::"file.read", Action::"file.update"], resource)
when { context.relation == "own" };
@id("shared") permit (principal is User, action in [Action::"file.list", Action::"file.read"], resource)
when { context.share != "none" };
@id("written") permit (principal is User, action == Action::"file.update", resource)
when { context.share == "write" };
@id("emergency") permit (principal is User, action in [Action::"file.list", Action::"file.read"], resource)
when { context.emergency };
@id("given") permit (principal is User, action == Action::"file.share", resource)
when { context.share == "write" };
@id("reveal") permit (principal is User, action == Action::"file.reveal", resource)
when { context.emergency };
@id("fields") permit (principal is User, action == Action::"file.field_read", resource)
when { context.relation == "own" || context.share != "none" || context.emergency };
@id("clear") permit (principal is User, action == Action::"file.field_clear", resource)
when { context.relation == "own" && context.category == "none" };
@id("up") forbid (principal is User, action in [Action::"file.list", Action::"file.read", Action::"file.field_read", Action::"file.field_clear"], resource)
when { context.reads_up };
@id("down") forbid (principal is User, action == Action::"file.update", resource)
when { context.writes_down };
"#;

const NAME: FieldRule = FieldRule {
    name: "name",
    category: "none",
    masked: false,
};

const RECORD: [u8; 16] = [5; 16];
const ELSEWHERE: [u8; 16] = [6; 16];
const TEAM: TeamId = TeamId::from_bytes([25; 16]);

fn policy() -> Policy {
    of_files(TEXT)
}

/// Somebody cleared for secrets who works at a label, ten milliseconds past the beginning of time.
fn working_at(level: Level) -> Caller {
    let token = Token::generate(&Repeatable::new(1));
    let roles = RoleSet::new([Role::Sales]).unwrap();
    let mut record = session(&token, roles, DataScope::Own, Some(MINE));
    record.standing.profile = Arc::new(Profile {
        clearance: Label::of(Level::Secret),
        working: Label::of(level),
        ..(*record.standing.profile).clone()
    });
    record.standing.teams = Arc::new([TEAM].into());
    let now = Timestamp::from_millis(10);
    let limits = SessionLimits::default();
    record
        .authenticate(&token, Origin::default(), now, &limits)
        .unwrap()
}

fn in_emergency(caller: &Caller, reach: EmergencyReach) -> Caller {
    let record = EmergencyRecord {
        id: EmergencyId::from_bytes([8; 16]),
        org: ORG,
        user: ME,
        reach,
        begun_at: Timestamp::from_millis(0),
        until: Timestamp::from_millis(100),
    };
    record.lend(caller.clone())
}

/// A record that stands so to the callers here.
fn standing(relation: Relation, id: [u8; 16], marking: &Marking) -> Facts<File> {
    let (owner, department): (UserId, DepartmentId) = match relation {
        Relation::Own => (ME, FAR),
        Relation::Department => (SOMEBODY, MINE),
        Relation::Below => (SOMEBODY, BELOW),
        Relation::Elsewhere | Relation::Foreign => (SOMEBODY, FAR),
    };
    Facts::owned(ORG, id, 1, Some(owner), Some(department)).marked(Arc::new(marking.clone()))
}

fn marking(level: Level, share: Share) -> Marking {
    let grant = ShareGrant {
        grantee: Grantee::User(ME),
        share,
        until: None,
    };
    Marking {
        label: Label::of(level),
        shares: Vec::from_iter((share != Share::None).then_some(grant)),
        ..Marking::default()
    }
}

fn every_marking() -> impl Iterator<Item = (Level, Share, Marking)> {
    Level::ALL.into_iter().flat_map(|level| {
        Share::ALL
            .into_iter()
            .map(move |share| (level, share, marking(level, share)))
    })
}

/// What an index renders, what a list admits and what a single decision says are what is meant.
#[test]
fn an_index_is_told_what_single_decisions_say() {
    let policy = policy();
    let plain = working_at(Level::Confidential);
    let caller = in_emergency(&plain, EmergencyReach::Record(RECORD));
    let scope: Scope<actions::Read, File> = policy.scope(&caller).unwrap();
    assert!(!scope.is_relational() && !scope.is_all());
    assert_eq!((scope.owner(), scope.departments()), (None, Vec::new()));
    assert_eq!(scope.action(), "file.read");
    // What is printed of it tells nothing of whose it is.
    let printed = format!("{scope:?}");
    assert_eq!(
        printed,
        r#"Scope { action: "file.read", relations: None, .. }"#
    );
    for (level, share, marking) in every_marking() {
        for (place, relation) in Relation::WITHIN.into_iter().enumerate() {
            let otherwise = relation == Relation::Own || share != Share::None;
            let below = level <= Level::Confidential;
            for (id, emergency) in [(ELSEWHERE, false), (RECORD, true)] {
                let what = format!("{level:?} {share:?} {relation:?} {emergency}");
                let meant = below && (otherwise || emergency);
                let facts = standing(relation, id, &marking);
                let permit = policy.permit::<actions::Read, _>(&caller, &facts).ok();
                let admitted = scope.admit(&facts);
                let relations = match emergency {
                    true => scope.relations_in_emergency(&marking),
                    false => scope.relations(&marking),
                };
                let showing = scope.relations_showing(&marking, NAME, emergency);
                let shown = policy.field_access(&caller, &facts, NAME) != FieldAccess::Hidden;
                assert_eq!(
                    [
                        permit.is_some(),
                        admitted.is_some(),
                        relations[place],
                        showing[place],
                        shown
                    ],
                    [meant; 5],
                    "{what}"
                );
                // What is permitted anyhow is not put down to the emergency.
                for permit in permit.into_iter().chain(admitted) {
                    assert_eq!(permit.only_in_emergency(), !otherwise, "{what}");
                }
            }
            let facts = standing(relation, RECORD, &marking);
            let without = policy.permit::<actions::Read, _>(&plain, &facts);
            assert_eq!(without.is_ok(), below && otherwise);
        }
    }
}

#[test]
fn a_scope_of_owner_and_departments_says_the_same_of_every_marking() {
    let lead = person(&[Role::SalesLead], DataScope::Department);
    let scope = sample().scope::<actions::List, Customer>(&lead).unwrap();
    assert!(scope.is_relational());
    for (_, _, marking) in every_marking() {
        let relations = [true, true, false, false];
        assert_eq!(scope.relations(&marking), relations);
        assert_eq!(scope.relations_in_emergency(&marking), relations);
    }
}

/// A record whose label nobody knows is out of everybody's reach.
#[test]
fn a_record_without_its_marking_is_not_read() {
    let caller = working_at(Level::Secret);
    let facts = Facts::<File>::owned(ORG, RECORD, 1, Some(ME), Some(MINE));
    assert!(
        policy()
            .permit::<actions::Read, _>(&caller, &facts)
            .is_err()
    );
    let known = facts.marked(Arc::default());
    assert!(policy().permit::<actions::Read, _>(&caller, &known).is_ok());
}

#[test]
fn an_emergency_reaches_what_it_names_and_widens_reading_alone() {
    let policy = policy();
    let plain = working_at(Level::Internal);
    let facts = |id, relation| standing(relation, id, &marking(Level::Internal, Share::None));
    let reads = |caller: &Caller, facts: &Facts<File>| {
        let permit = policy.permit::<actions::Read, _>(caller, facts);
        permit.is_ok_and(|permit| permit.only_in_emergency())
    };
    for (reach, reached) in [
        (EmergencyReach::Record(RECORD), [true, false, true, false]),
        (EmergencyReach::Department(FAR), [true, true, false, false]),
        (
            EmergencyReach::Department(BELOW),
            [false, false, true, true],
        ),
    ] {
        let caller = in_emergency(&plain, reach);
        assert_eq!(caller.emergency().map(|it| it.reach()), Some(reach));
        let found = [
            facts(RECORD, Relation::Elsewhere),
            facts(ELSEWHERE, Relation::Elsewhere),
            facts(RECORD, Relation::Below),
            facts(ELSEWHERE, Relation::Below),
        ]
        .map(|facts| reads(&caller, &facts));
        assert_eq!(found, reached, "{reach:?}");
        let far = facts(RECORD, Relation::Elsewhere);
        assert!(policy.permit::<actions::Update, _>(&caller, &far).is_err());
    }
}

/// Whether a route opens depends on what somebody has now, whoever asked before and whatever the answer was.
#[test]
fn a_route_opens_with_the_emergency_and_closes_with_it() {
    let policy = policy();
    let plain = working_at(Level::Internal);
    let urgent = in_emergency(&plain, EmergencyReach::Record(RECORD));
    for _ in 0..2 {
        assert!(!policy.may_ever(&plain, "file", "reveal"));
        assert!(policy.may_ever(&urgent, "file", "reveal"));
    }
    assert!(policy.scope::<actions::Reveal, File>(&plain).is_err());
    assert!(policy.scope::<actions::Reveal, File>(&urgent).is_ok());
    // A record there might be may be shared.
    assert!(policy.may_ever(&plain, "file", "share"));
    assert!(!policy.may_ever(&plain, "file", "delete"));
}

#[test]
fn the_remedy_for_a_label_is_to_work_at_it_if_one_may() {
    let policy = policy();
    let caller = working_at(Level::Internal);
    for (level, remedy) in [
        (Level::Confidential, Some(Remedy::WorkingLabel)),
        (Level::Secret, Some(Remedy::WorkingLabel)),
        (Level::TopSecret, None),
    ] {
        let facts = standing(Relation::Own, RECORD, &marking(level, Share::None));
        let denied = policy
            .permit::<actions::Read, _>(&caller, &facts)
            .unwrap_err();
        assert_eq!(denied.remedy, remedy, "{level:?}");
        assert_eq!(denied.visible, remedy.is_some(), "{level:?}");
        // The page shows no button that would only work at another label.
        assert_eq!(policy.permitted(&caller, &facts, &["read"]), [""; 0]);
        // No label helps with what is not permitted at any.
        let never = policy.permit::<actions::Delete, _>(&caller, &facts);
        assert_eq!(never.unwrap_err().remedy, None);
    }
}

/// What somebody learned at a label is not written below it: into the record, or into whichever of its fields is highest.
#[test]
fn nothing_is_written_below_the_label_one_works_at() {
    let policy = policy();
    let writes = |working, level| {
        let facts = standing(Relation::Own, RECORD, &marking(level, Share::None));
        let permit = policy.permit::<actions::Update, _>(&working_at(working), &facts);
        permit.is_ok()
    };
    for working in [Level::Internal, Level::Confidential, Level::Secret] {
        for level in Level::ALL {
            assert_eq!(
                writes(working, level),
                level >= working,
                "{working:?} {level:?}"
            );
        }
    }
    let label = |field: &str, level| (("file".to_owned(), field.to_owned()), Label::of(level));
    let mut own = OrganisationRules {
        generation: 1,
        rules: Vec::new(),
        field_labels: vec![
            label("name", Level::Confidential),
            label("note", Level::Public),
            (
                ("other".to_owned(), "name".to_owned()),
                Label::of(Level::Secret),
            ),
        ],
    };
    policy.adopt(ORG, &own).unwrap();
    for (working, level, written) in [
        (Level::Confidential, Level::Public, true),
        (Level::Confidential, Level::Internal, true),
        (Level::Secret, Level::Internal, false),
        (Level::Secret, Level::Secret, true),
    ] {
        assert_eq!(writes(working, level), written, "{working:?} {level:?}");
    }
    // Taken back, the label does not hold any more.
    own.generation = 2;
    own.field_labels.clear();
    policy.adopt(ORG, &own).unwrap();
    assert!(!writes(Level::Confidential, Level::Internal));
}

/// Nobody gets an emergency by its being somebody else's, over, yet to come, or longer than any may be.
#[test]
fn an_emergency_is_lent_to_whose_it_is_while_it_lasts() {
    let now = 10;
    let record = |begun: i64, until: i64| EmergencyRecord {
        id: EmergencyId::from_bytes([8; 16]),
        org: ORG,
        user: ME,
        reach: EmergencyReach::Record(RECORD),
        begun_at: Timestamp::from_millis(begun),
        until: Timestamp::from_millis(until),
    };
    let longest = LONGEST_EMERGENCY_MS;
    for (begun, until, lent) in [
        (0, 100, true),
        (10, 11, true),
        (0, 11, true),
        (0, 10, false),
        (11, 100, false),
        (10, 10, false),
        (20, 5, false),
        (0, longest, true),
        (0, longest + 1, false),
        (10, 10 + longest, true),
        (9, 10 + longest, false),
        (i64::MIN, i64::MAX, false),
    ] {
        let record = record(begun, until);
        let in_force = record.in_force(Timestamp::from_millis(now));
        assert_eq!(in_force, lent, "{begun}..{until}");
        let caller = record.lend(working_at(Level::Internal));
        assert_eq!(caller.emergency().is_some(), lent, "{begun}..{until}");
    }
    let caller = working_at(Level::Internal);
    let of = |change: fn(&mut EmergencyRecord)| {
        let mut record = record(0, 100);
        change(&mut record);
        record.lend(caller.clone()).emergency().map(|it| it.id())
    };
    assert_eq!(of(|_| {}), Some(EmergencyId::from_bytes([8; 16])));
    assert_eq!(of(|record| record.user = SOMEBODY), None);
    assert_eq!(of(|record| record.org = OTHER_ORG), None);
    let job = record(0, 100).lend(Caller::system(Job::Indexer, ORG));
    assert!(job.emergency().is_none());
}

#[test]
fn a_masked_field_is_clear_where_a_rule_says_so() {
    let policy = policy();
    let caller = working_at(Level::Internal);
    let clear = |relation, level, field| {
        let facts = standing(relation, RECORD, &marking(level, Share::Read));
        policy.field_in_clear(&caller, &facts, field)
    };
    let personal = FieldRule {
        category: "personal",
        ..NAME
    };
    assert!(clear(Relation::Own, Level::Internal, NAME));
    assert!(!clear(Relation::Own, Level::Internal, personal));
    assert!(!clear(Relation::Elsewhere, Level::Internal, NAME));
    assert!(!clear(Relation::Own, Level::Secret, NAME));
}

#[test]
fn a_share_holds_for_whom_it_names_and_to_its_very_end() {
    let caller = working_at(Level::Internal);
    let policy = policy();
    let above = DepartmentId::from_bytes([19; 16]);
    for (grantee, mine) in [
        (Grantee::User(ME), true),
        (Grantee::User(SOMEBODY), false),
        (Grantee::Department(MINE), true),
        (Grantee::Department(BELOW), false),
        (Grantee::Department(above), false),
        (Grantee::Team(TEAM), true),
        (Grantee::Team(TeamId::from_bytes([26; 16])), false),
    ] {
        for (until, over) in [(None, false), (Some(11), false), (Some(10), true)] {
            let mut marking = marking(Level::Internal, Share::None);
            marking.shares.push(ShareGrant {
                grantee,
                share: Share::Read,
                until: until.map(Timestamp::from_millis),
            });
            let facts = standing(Relation::Elsewhere, RECORD, &marking);
            let read = policy.permit::<actions::Read, _>(&caller, &facts).is_ok();
            assert_eq!(read, mine && !over, "{grantee:?} {until:?}");
        }
    }
}

/// Whoever keeps a decision has to take it again at that moment, and not before.
#[test]
fn decisions_about_shares_hold_until_the_next_of_them_ends() {
    let mut marking = marking(Level::Internal, Share::Write);
    let at = Timestamp::from_millis;
    assert_eq!(marking.next_end(at(0)), None);
    let ending = |until| ShareGrant {
        grantee: Grantee::Team(TEAM),
        share: Share::Read,
        until: Some(at(until)),
    };
    marking.shares.extend([ending(30), ending(10), ending(20)]);
    for (now, next) in [
        (0, Some(10)),
        (9, Some(10)),
        (10, Some(20)),
        (19, Some(20)),
        (29, Some(30)),
        (30, None),
    ] {
        assert_eq!(marking.next_end(at(now)), next.map(at), "{now}");
    }
}

#[test]
fn a_fields_own_label_raises_that_of_the_record_and_never_lowers_it() {
    let policy = policy();
    let field = |name: &str| ("file".to_owned(), name.to_owned());
    let compartments = Compartments::from_bits(1);
    let own = OrganisationRules {
        generation: 4,
        rules: Vec::new(),
        field_labels: vec![
            (
                field("name"),
                Label {
                    level: Level::Secret,
                    compartments,
                },
            ),
            (field("note"), Label::of(Level::Public)),
        ],
    };
    policy.adopt(ORG, &own).unwrap();
    let facts = standing(
        Relation::Own,
        RECORD,
        &marking(Level::Confidential, Share::None),
    );
    assert_eq!(policy.level_of_field(&facts, "name"), Level::Secret);
    assert_eq!(policy.level_of_field(&facts, "note"), Level::Confidential);
    assert_eq!(policy.level_of_field(&facts, "other"), Level::Confidential);
    let unmarked = Facts::<File>::shared(ORG, RECORD, 1);
    assert_eq!(policy.level_of_field(&unmarked, "name"), Level::Secret);
    assert_eq!(policy.level_of_field(&unmarked, "note"), Level::Internal);
    // Only in that organisation.
    let foreign = Facts::<File>::shared(OTHER_ORG, RECORD, 1);
    assert_eq!(policy.level_of_field(&foreign, "name"), Level::Internal);
}
