//! Approvals: who counts, in which step, for what, and until when.

use crate::support::{Customer, Ledger, ME, ORG, OTHER_ORG, Repeatable, SOMEBODY, person, session};
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    ApprovalRecord, ApprovalRefusal, Approver, ApproverStanding, Caller, DataScope, Facts, Grounds,
    Level, Measure, Origin, Policy, PolicySource, Progress, Remedy, Role, RoleSet, SessionLimits,
    Step, Threshold, Vote, actions,
};
use custos_values::{ApprovalId, Timestamp, UserId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DIGEST: [u8; 32] = [7; 32];
const UNTIL: Timestamp = Timestamp::from_millis(1_000);
const EXPORT: (&str, &str) = ("customer", "export");

fn user(number: u8) -> UserId {
    // The requester is number 0.
    if number == 0 {
        ME
    } else {
        UserId::from_bytes([100 + number; 16])
    }
}

fn step(role: Role, needed: u32) -> Step {
    Step {
        approvers: vec![Approver::Role { role }],
        needed,
    }
}

fn standing(role: Role, active: bool) -> ApproverStanding {
    ApproverStanding {
        active,
        roles: RoleSet::new([role]).unwrap(),
        leads: false,
    }
}

fn record(steps: Vec<Step>, votes: Vec<Vote>) -> ApprovalRecord {
    ApprovalRecord {
        id: ApprovalId::from_bytes([9; 16]),
        org: ORG,
        requester: ME,
        excluded: BTreeSet::new(),
        operation: "customers_export".to_owned(),
        digest: DIGEST,
        measure: Measure {
            records: Some(600),
            ..Measure::default()
        },
        steps,
        votes,
        standings: BTreeMap::new(),
        expires_at: UNTIL,
    }
}

fn approved() -> ApprovalRecord {
    let vote = Vote {
        voter: user(1),
        seat: user(1),
        step: 0,
    };
    let mut record = record(vec![step(Role::SecurityAdmin, 1)], vec![vote]);
    record.standings = BTreeMap::from([(user(1), standing(Role::SecurityAdmin, true))]);
    record
}

fn policy() -> Policy {
    let text = r#"
        @id("leads") permit (principal is User, action in [Action::"customer.export", Action::"ledger.export", Action::"customer.read"], resource)
          when { principal.roles.contains("sales_lead") };
        @id("held") @remedy("approval") forbid (principal is User, action in [Action::"customer.export", Action::"ledger.export"], resource)
          when { !context.approved };
        @id("fresh") @remedy("step_up") forbid (principal is User, action in [Action::"customer.export"], resource)
          when { !context.fresh };
    "#;
    let feature = "approval";
    Policy::load(&[PolicySource::new(feature, text)]).unwrap()
}

#[test]
fn an_approval_serves_one_action_of_one_person_with_one_content_in_time() {
    let policy = policy();
    let lead = || person(&[Role::SalesLead], DataScope::All);
    let now = Timestamp::from_millis(999);
    let refused = policy
        .scope::<actions::Export, Customer>(&lead())
        .unwrap_err();
    assert_eq!(refused.remedy, Some(Remedy::Approval));
    assert!(policy.may_ever(&lead(), "customer", "export"));
    assert!(policy.needs_approval("customer", "export"));
    assert!(!policy.needs_approval("customer", "read"));

    let record = approved();
    let asked = ("customers_export", &DIGEST);
    let caller = record.authenticate(lead(), EXPORT, asked, now).unwrap();
    let scope = policy.scope::<actions::Export, Customer>(&caller).unwrap();
    assert_eq!(
        caller.approval().unwrap().grounds(),
        Grounds::Approved(record.id)
    );
    assert!(policy.covers(&scope, 600).is_ok());
    assert_eq!(
        policy.covers(&scope, 601).unwrap_err().remedy,
        Some(Remedy::Approval)
    );
    // Not for another kind of record, nor for another action.
    assert!(policy.scope::<actions::Export, Ledger>(&caller).is_err());

    let refusal = |record: &ApprovalRecord, asked, now| {
        record.authenticate(lead(), EXPORT, asked, now).unwrap_err()
    };
    let other = [8; 32];
    assert_eq!(
        refusal(&record, ("user_access", &DIGEST), now),
        ApprovalRefusal::Mismatch
    );
    assert_eq!(
        refusal(&record, ("customers_export", &other), now),
        ApprovalRefusal::Mismatch
    );
    assert_eq!(refusal(&record, asked, UNTIL), ApprovalRefusal::Expired);
    let foreign = ApprovalRecord {
        org: OTHER_ORG,
        ..record.clone()
    };
    assert_eq!(refusal(&foreign, asked, now), ApprovalRefusal::Foreign);
    let of_another = ApprovalRecord {
        requester: SOMEBODY,
        ..record.clone()
    };
    assert_eq!(refusal(&of_another, asked, now), ApprovalRefusal::Foreign);
    let disabled = ApprovalRecord {
        standings: BTreeMap::from([(user(1), standing(Role::SecurityAdmin, false))]),
        ..record.clone()
    };
    assert_eq!(refusal(&disabled, asked, now), ApprovalRefusal::Incomplete);
    let demoted = ApprovalRecord {
        standings: BTreeMap::from([(user(1), standing(Role::Sales, true))]),
        ..record.clone()
    };
    assert_eq!(refusal(&demoted, asked, now), ApprovalRefusal::Incomplete);
    let behind = ApprovalRecord {
        excluded: BTreeSet::from([user(1)]),
        ..record.clone()
    };
    assert_eq!(refusal(&behind, asked, now), ApprovalRefusal::Incomplete);
    let nothing = ApprovalRecord {
        steps: Vec::new(),
        ..record
    };
    assert_eq!(refusal(&nothing, asked, now), ApprovalRefusal::Incomplete);
}

#[test]
fn what_stays_below_the_threshold_covers_no_more() {
    let policy = policy();
    let lead = person(&[Role::SalesLead], DataScope::All);
    let threshold = Threshold {
        records_above: Some(500),
        ..Threshold::default()
    };
    let of = |records| Measure {
        records,
        ..Measure::default()
    };
    assert!(threshold.pass(&of(Some(501)), &lead, EXPORT).is_none());
    assert!(threshold.pass(&of(None), &lead, EXPORT).is_none());
    assert!(
        Threshold::default()
            .pass(&of(Some(0)), &lead, EXPORT)
            .is_none()
    );
    let passed = threshold.pass(&of(Some(500)), &lead, EXPORT).unwrap();
    let scope = policy.scope::<actions::Export, Customer>(&passed).unwrap();
    assert!(policy.covers(&scope, 500).is_ok());
    assert!(policy.covers(&scope, 501).is_err());
    let facts = Facts::<Customer>::shared(ORG, [1; 16], 0);
    assert!(policy.permit::<actions::Read, _>(&lead, &facts).is_ok());
    let label = Threshold {
        label_from: Some(3),
        amount_above: Some(100),
        ..Threshold::default()
    };
    let measured = |label, amount| Measure {
        records: None,
        label: Some(label),
        amount: Some(amount),
    };
    assert!(!label.reached(&measured(2, 100)));
    assert!(label.reached(&measured(3, 0)) && label.reached(&measured(0, 101)));
}

#[test]
fn a_label_or_number_above_what_was_approved_is_refused() {
    let policy = policy();
    let lead = || person(&[Role::SalesLead], DataScope::All);
    let facts = Facts::<Customer>::shared(ORG, [1; 16], 0);
    let covered = |caller: &Caller, level| {
        let outcome = policy.covers_label::<actions::Export, _>(caller, &facts, level);
        outcome.map_err(|denied| (denied.record, denied.remedy))
    };
    let refused = Err((Some([1; 16]), Some(Remedy::Approval)));
    let mut record = approved();
    record.measure.label = Some(Level::Confidential as u8);
    let asked = ("customers_export", &DIGEST);
    let now = Timestamp::from_millis(1);
    let caller = record.authenticate(lead(), EXPORT, asked, now).unwrap();
    assert_eq!(covered(&caller, Level::Public), Ok(()));
    assert_eq!(covered(&caller, Level::Confidential), Ok(()));
    assert_eq!(covered(&caller, Level::Secret), refused);
    // What goes without approval stays below the label from which on it does not.
    let threshold = Threshold {
        label_from: Some(Level::Secret as u8),
        ..Threshold::default()
    };
    let low = Measure {
        label: Some(0),
        ..Measure::default()
    };
    let passed = threshold.pass(&low, &lead(), EXPORT).unwrap();
    assert_eq!(covered(&passed, Level::Confidential), Ok(()));
    assert_eq!(covered(&passed, Level::Secret), refused);
    // An approval of something else limits nothing here, and neither does none.
    let ledger = record.authenticate(lead(), ("ledger", "export"), asked, now);
    assert_eq!(covered(&ledger.unwrap(), Level::TopSecret), Ok(()));
    assert_eq!(covered(&lead(), Level::TopSecret), Ok(()));
}

#[test]
fn a_request_is_taken_only_where_an_approval_would_serve() {
    let policy = policy();
    let lead = person(&[Role::SalesLead], DataScope::All);
    assert!(policy.may_with_approval(&lead, "ledger", "export").is_ok());
    assert!(policy.may_with_approval(&lead, "customer", "read").is_ok());
    let sales = person(&[Role::Sales], DataScope::All);
    let denied = policy
        .may_with_approval(&sales, "customer", "export")
        .unwrap_err();
    assert_eq!(denied.action, "customer.export");
    assert_eq!((denied.record, denied.remedy), (None, None));
    // The factor has to be proven again first: an approval alone would not do.
    let stale = stale(Role::SalesLead);
    let denied = policy
        .may_with_approval(&stale, "customer", "export")
        .unwrap_err();
    assert_eq!(denied.remedy, Some(Remedy::StepUp));
    assert!(policy.may_with_approval(&stale, "ledger", "export").is_ok());
}

/// Somebody whose factor was proven too long ago.
fn stale(role: Role) -> Caller {
    let token = Token::generate(&Repeatable::new(1));
    let roles = RoleSet::new([role]).unwrap();
    let limits = SessionLimits {
        fresh_ms: 1,
        ..SessionLimits::default()
    };
    session(&token, roles, DataScope::All, None)
        .authenticate(
            &token,
            Origin::default(),
            Timestamp::from_millis(1),
            &limits,
        )
        .unwrap()
}

#[test]
fn a_step_admits_whom_it_names_and_only_while_they_may_act() {
    let leads = ApproverStanding {
        leads: true,
        ..standing(Role::Sales, true)
    };
    let security = standing(Role::SecurityAdmin, true);
    let named = Approver::Person { user: user(1) };
    let role = Approver::Role {
        role: Role::SecurityAdmin,
    };
    for (approver, who, standing, admitted) in [
        (named, user(1), security, true),
        (named, user(2), security, false),
        (Approver::Lead, user(2), leads, true),
        (Approver::Lead, user(2), security, false),
        (role, user(2), security, true),
        (role, user(2), leads, false),
    ] {
        let step = Step {
            approvers: vec![approver],
            needed: 1,
        };
        assert_eq!(step.admits(who, &standing), admitted, "{approver:?}");
        let gone = ApproverStanding {
            active: false,
            ..standing
        };
        assert!(!step.admits(who, &gone), "{approver:?}");
    }
}

/// Two people cannot pass for four by voting for each other.
#[test]
fn who_voted_once_counts_neither_as_voter_nor_as_seat_again() {
    let vote = |voter, seat, step| Vote {
        voter: user(voter),
        seat: user(seat),
        step,
    };
    let of = |votes: Vec<Vote>| {
        let steps = vec![step(Role::SecurityAdmin, 1), step(Role::SecurityAdmin, 1)];
        let all = (1..=4).map(|n| (user(n), standing(Role::SecurityAdmin, true)));
        let record = ApprovalRecord {
            standings: all.collect(),
            ..record(steps, votes)
        };
        record.progress()
    };
    assert_eq!(
        of(vec![vote(1, 2, 0), vote(3, 4, 1)]),
        Progress::Complete,
        "four people"
    );
    let waiting = Progress::Waiting { step: 1, votes: 0 };
    for (voter, seat) in [(1, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (2, 1)] {
        let votes = vec![vote(1, 2, 0), vote(voter, seat, 1)];
        assert_eq!(of(votes), waiting, "{voter} for {seat}");
    }
}

fn any_vote() -> impl Strategy<Value = Vote> {
    (0_u8..6, 0_u8..6, 0_usize..3).prop_map(|(voter, seat, step)| Vote {
        voter: user(voter),
        seat: user(seat),
        step,
    })
}

fn any_standings() -> impl Strategy<Value = BTreeMap<UserId, ApproverStanding>> {
    let role = prop_oneof![
        Just(Role::SecurityAdmin),
        Just(Role::SystemAdmin),
        Just(Role::Sales)
    ];
    prop::collection::vec((role, any::<bool>()), 6).prop_map(|all| {
        let numbered = (0_u8..).zip(all);
        numbered
            .map(|(number, (role, active))| (user(number), standing(role, active)))
            .collect()
    })
}

fn any_threshold() -> impl Strategy<Value = Threshold> {
    let some = (
        prop::option::of(0_u64..4),
        prop::option::of(0_u8..4),
        prop::option::of(0_i64..4),
    );
    some.prop_map(|(records_above, label_from, amount_above)| Threshold {
        records_above,
        label_from,
        amount_above,
    })
}

/// One that not everything reaches.
fn some_threshold() -> impl Strategy<Value = Threshold> {
    any_threshold().prop_filter("a limit", |it| *it != Threshold::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Whatever votes there are: without those of the requester, of who is behind them, and of who may not approve now,
    /// nothing changes; and what is complete has, step by step, as many different people as it needs.
    #[test]
    fn only_others_who_may_approve_now_count_and_each_once(
        votes in prop::collection::vec(any_vote(), 0..12),
        standings in any_standings(),
        excluded in prop::collection::btree_set((1_u8..6).prop_map(user), 0..3),
        needed in (1_u32..3, 1_u32..3),
    ) {
        let steps = vec![step(Role::SecurityAdmin, needed.0), step(Role::SystemAdmin, needed.1)];
        let whole = ApprovalRecord { standings, excluded, ..record(steps, votes) };
        let mine = |id: UserId| id == ME || whole.excluded.contains(&id);
        let honest = ApprovalRecord {
            votes: whole.votes.iter().copied().filter(|vote| {
                let of = |id| whole.standings[&id];
                let role = [Role::SecurityAdmin, Role::SystemAdmin].get(vote.step).copied();
                !mine(vote.voter) && !mine(vote.seat) && of(vote.voter).active && of(vote.seat).active
                    && role.is_some_and(|role| of(vote.seat).roles.contains(role))
            }).collect(),
            ..whole.clone()
        };
        prop_assert_eq!(whole.progress(), honest.progress());
        if whole.progress() == Progress::Complete {
            let people: BTreeSet<UserId> = honest.votes.iter().flat_map(|vote| [vote.voter, vote.seat]).collect();
            prop_assert!(people.len() >= (needed.0 + needed.1) as usize);
            for (number, needed) in [needed.0, needed.1].into_iter().enumerate() {
                let seats: BTreeSet<UserId> = honest.votes.iter().filter(|vote| vote.step == number).map(|vote| vote.seat).collect();
                prop_assert!(seats.len() >= needed as usize);
            }
        }
    }

    /// Of two rules, whatever either of them wants approved is approved.
    #[test]
    fn two_thresholds_together_are_reached_by_whatever_reaches_one(
        one in some_threshold(),
        other in some_threshold(),
        measure in (prop::option::of(0_u64..6), prop::option::of(0_u8..5), prop::option::of(0_i64..6)),
    ) {
        let (records, label, amount) = measure;
        let measure = Measure { records, label, amount };
        let together = one.or(other);
        prop_assert_eq!(together, other.or(one));
        prop_assert_eq!(together.reached(&measure), one.reached(&measure) || other.reached(&measure));
    }
}
