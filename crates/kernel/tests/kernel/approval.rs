//! Approvals: who counts, in which step, for what, and until when.

use crate::support::{Customer, Ledger, ME, ORG, OTHER_ORG, SOMEBODY, person};
use custos_kernel::policy::{
    ApprovalRecord, ApprovalRefusal, Approver, ApproverStanding, DataScope, Facts, Grounds,
    Measure, Policy, PolicySource, Progress, Remedy, Role, RoleSet, Step, Threshold, Vote, actions,
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
    Policy::load(&[PolicySource { feature, text }]).unwrap()
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
}
