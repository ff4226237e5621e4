//! What entries say: who acted, with which credential and on which grounds, on what, and how it ended.

use crate::support::*;
use custos_kernel::audit::{Actor, Detail, Entry, Outcome, Resource as Subject};
use custos_kernel::crypto::{Column, Disclosures, SealedText, Token};
use custos_kernel::event::{Event, Occasion};
use custos_kernel::policy::{
    ApiKeyRecord, ApprovalRecord, Approver, ApproverStanding, Caller, Circumstances, DataScope,
    EmergencyReach, EmergencyRecord, Facts, Hours, Job, Measure, NetworkZone, Origin,
    ProvisioningRecord, Purpose, Role, Standing, Step, Threshold, Vote, actions,
};
use custos_values::{ApiKeyId, ApprovalId, CustomerId, EmergencyId, ProviderId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

custos_kernel::events! {
    /// The run came to the end of the file.
    FINISH = "import.finish", Part;
    /// Somebody signed in, or tried to.
    SIGN_IN = "session.begin", SignIn;
}

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_123);
const RECORD: [u8; 16] = [5; 16];

/// The entry as whoever reads the log reads it.
fn entry(event: &Event) -> Entry {
    let encoded = event.encode([7; 16], NOW).unwrap();
    Entry::decode(&encoded.body).unwrap()
}

fn origin() -> Origin {
    Origin {
        address: Some([192, 0, 2, 7].into()),
        request_id: "req-1".to_owned(),
    }
}

fn lead() -> Caller {
    person(&[Role::SalesLead], DataScope::All)
}

fn read(caller: &Caller) -> Event {
    let facts = Facts::<Customer>::owned(ORG, RECORD, 3, Some(ME), Some(MINE));
    let permit = sample().permit::<actions::Read, _>(caller, &facts).unwrap();
    Event::of(&permit)
}

fn own(caller: &Caller) -> Event {
    Event::own::<Customer>(caller, &FINISH, Some(RECORD))
}

fn person_of_session() -> Actor {
    Actor::User {
        id: *ME.as_bytes(),
        session: Some([30; 16]),
    }
}

fn program() -> Caller {
    let secret = Token::generate(&Repeatable::new(1));
    let record = ApiKeyRecord {
        id: ApiKeyId::from_bytes([40; 16]),
        org: ORG,
        user: ME,
        secret: secret.hash(),
        expires_at: NOW,
        address_allowed: true,
        scopes: Arc::default(),
        account_active: true,
        standing: Standing::default(),
        network: NetworkZone::Trusted,
        hours: Hours::Outside,
        moment: Circumstances::ORDINARY.moment,
        purpose: Purpose::Unstated,
    };
    let now = Timestamp::from_millis(0);
    record.authenticate(&secret, origin(), now).unwrap()
}

fn provider() -> Caller {
    let token = Token::generate(&Repeatable::new(1));
    let record = ProvisioningRecord {
        org: ORG,
        provider: ProviderId::from_bytes([41; 16]),
        token: token.hash(),
        expires_at: NOW,
        enabled: true,
    };
    let now = Timestamp::from_millis(0);
    record.authenticate(&token, origin(), now).unwrap()
}

#[test]
fn an_entry_is_made_of_what_was_decided_on() {
    let event = read(&lead());
    assert_eq!((event.org(), event.action()), (ORG, "customer.read"));
    assert_eq!(event.actor_id(), Some(*ME.as_bytes()));
    assert_eq!(event.subject(), Some(("customer", Some(RECORD))));
    assert_eq!((event.outcome(), event.address()), (Outcome::Allowed, None));
    let grounds = Detail::names(Circumstances::ORDINARY.codes());
    let expected = Entry {
        org: *ORG.as_bytes(),
        id: [7; 16],
        at: NOW.millis(),
        actor: person_of_session(),
        action: "customer.read".to_owned(),
        outcome: Outcome::Allowed,
        resource: Some(Subject {
            kind: "customer".to_owned(),
            id: Some(RECORD),
        }),
        detail: BTreeMap::from([("grounds".to_owned(), grounds)]),
        address: None,
        request_id: None,
    };
    assert_eq!(entry(&event), expected);
}

#[test]
fn an_action_on_many_records_names_none_of_them() {
    let scope = sample()
        .scope::<actions::Export, Customer>(&lead())
        .unwrap();
    let event = Event::of_scope(&scope);
    assert_eq!(event.action(), "customer.export");
    assert_eq!(event.subject(), Some(("customer", None)));
    assert_eq!(entry(&event).actor, person_of_session());
}

#[test]
fn a_refusal_is_told_as_one_with_the_record_it_was_about() {
    let sales = person(&[Role::Sales], DataScope::Own);
    let facts = Facts::<Customer>::owned(ORG, RECORD, 3, Some(SOMEBODY), Some(FAR));
    let refused = sample()
        .permit::<actions::Delete, _>(&sales, &facts)
        .unwrap_err();
    let told = entry(&Event::denied(&refused));
    assert_eq!(told.outcome, Outcome::Denied);
    assert_eq!(told.action, "customer.delete");
    assert_eq!(told.resource.unwrap().id, Some(RECORD));
    assert_eq!(told.actor, person_of_session());
}

#[test]
fn whoever_acts_is_told_with_the_credential_they_came_with() {
    let job = |job: &str| Actor::System {
        job: job.to_owned(),
    };
    let by_key = Actor::User {
        id: *ME.as_bytes(),
        session: Some([40; 16]),
    };
    let detail = |key: &str, value: [u8; 16]| (key.to_owned(), Detail::id(value));
    for (caller, actor, id, credential) in [
        (lead(), person_of_session(), Some(*ME.as_bytes()), None),
        (
            program(),
            by_key,
            Some(*ME.as_bytes()),
            Some(detail("api_key", [40; 16])),
        ),
        (
            provider(),
            job("provisioning"),
            None,
            Some(detail("provider", [41; 16])),
        ),
        (
            Caller::system(Job::Indexer, ORG),
            job("indexer"),
            None,
            None,
        ),
    ] {
        let event = own(&caller);
        assert_eq!(event.actor_id(), id);
        let mut told = entry(&event);
        assert_eq!(told.actor, actor);
        let around = caller.circumstances();
        let grounds = around.map(|around| Detail::names(around.codes()));
        assert_eq!(told.detail.remove("grounds"), grounds);
        assert_eq!(told.detail, credential.into_iter().collect());
    }
}

#[test]
fn an_entry_says_where_the_request_came_from() {
    for caller in [
        program(),
        provider(),
        Caller::system(Job::Operator, ORG).with_origin(origin()),
    ] {
        assert_eq!(caller.origin().request_id, "req-1");
        let event = own(&caller);
        assert_eq!(event.address().as_deref(), Some("192.0.2.7"));
        let told = entry(&event);
        assert_eq!(told.address, Some([192, 0, 2, 7].into()));
        assert_eq!(told.request_id.as_deref(), Some("req-1"));
    }
}

/// Somebody who is not signed in is nobody, but for the sign-in that succeeds.
#[test]
fn before_the_sign_in_only_success_is_somebodys() {
    let somebody = Actor::User {
        id: *SOMEBODY.as_bytes(),
        session: None,
    };
    for (user, outcome, actor) in [
        (Some(SOMEBODY), Outcome::Allowed, somebody),
        (Some(SOMEBODY), Outcome::Denied, Actor::Anonymous),
        (Some(SOMEBODY), Outcome::Failed, Actor::Anonymous),
        (None, Outcome::Allowed, Actor::Anonymous),
        (None, Outcome::Denied, Actor::Anonymous),
    ] {
        let event = Event::before_sign_in(ORG, user, &SIGN_IN, outcome, origin());
        let told = entry(&event);
        assert_eq!((told.actor, told.outcome), (actor, outcome));
        assert_eq!(told.action, "session.begin");
        let about = user.map(|user| ("user".to_owned(), Some(*user.as_bytes())));
        assert_eq!(told.resource.map(|it| (it.kind, it.id)), about);
        assert_eq!(told.address, Some([192, 0, 2, 7].into()));
    }
}

#[test]
fn what_let_a_request_go_on_is_told() {
    let of_approval = |caller: &Caller| entry(&own(caller)).detail.remove("approval");
    assert_eq!(of_approval(&lead()), None);
    let export = ("customer", "export");
    for (nobody_else, code) in [(false, "unruled"), (true, "nobody_else")] {
        let caller = lead().needing_no_approval(export, nobody_else);
        assert_eq!(of_approval(&caller), Some(Detail::code(code)));
    }
    let threshold = Threshold {
        records_above: Some(5),
        ..Threshold::default()
    };
    let few = Measure {
        records: Some(5),
        ..Measure::default()
    };
    let below = threshold.pass(&few, &lead(), export).unwrap();
    assert_eq!(of_approval(&below), Some(Detail::code("below")));
    assert_eq!(
        of_approval(&approved()),
        Some(Detail::id([9; 16])),
        "the approval itself"
    );
}

/// A caller whose export others approved.
fn approved() -> Caller {
    let vote = Vote {
        voter: SOMEBODY,
        seat: SOMEBODY,
        step: 0,
    };
    let active = ApproverStanding {
        active: true,
        ..ApproverStanding::default()
    };
    let record = ApprovalRecord {
        id: ApprovalId::from_bytes([9; 16]),
        org: ORG,
        requester: ME,
        excluded: BTreeSet::new(),
        operation: "customers_export".to_owned(),
        digest: [7; 32],
        measure: Measure::default(),
        steps: vec![Step {
            approvers: vec![Approver::Person { user: SOMEBODY }],
            needed: 1,
        }],
        votes: vec![vote],
        standings: BTreeMap::from([(SOMEBODY, active)]),
        expires_at: NOW,
    };
    let asked = ("customers_export", &[7; 32]);
    let now = Timestamp::from_millis(1);
    record
        .authenticate(lead(), ("customer", "export"), asked, now)
        .unwrap()
}

#[test]
fn somebody_from_outside_is_told_apart() {
    let outsider = person(&[Role::ExternalAuditor], DataScope::All);
    let of = |caller: &Caller| entry(&own(caller)).detail.remove("external");
    assert_eq!(of(&outsider), Some(Detail::code("auditor")));
    assert_eq!(of(&lead()), None);
}

#[test]
fn whatever_is_done_with_emergency_access_says_so() {
    let emergency = EmergencyRecord {
        id: EmergencyId::from_bytes([8; 16]),
        org: ORG,
        user: ME,
        reach: EmergencyReach::Record(RECORD),
        begun_at: Timestamp::from_millis(0),
        until: Timestamp::from_millis(100),
    };
    let told = entry(&own(&emergency.lend(lead())));
    assert_eq!(told.detail["emergency"], Detail::id([8; 16]));
    assert!(!entry(&own(&lead())).detail.contains_key("emergency"));
}

#[test]
fn what_came_of_it_is_added() {
    let event = own(&lead())
        .with("rows", Detail::count(12))
        .with_change(
            "phone",
            Detail::keyed_hash([1; 8]),
            Detail::keyed_hash([2; 8]),
        )
        .failed();
    assert_eq!(event.outcome(), Outcome::Failed);
    let told = entry(&event);
    assert_eq!(told.outcome, Outcome::Failed);
    assert_eq!(told.action, "import.finish");
    assert_eq!(told.detail["rows"], Detail::count(12));
    assert_eq!(told.detail["before.phone"], Detail::keyed_hash([1; 8]));
    assert_eq!(told.detail["after.phone"], Detail::keyed_hash([2; 8]));
    // What the log must not hold fails the action instead.
    assert!(
        own(&lead())
            .with("name", Detail::code("张伟"))
            .encode([7; 16], NOW)
            .is_err()
    );
}

#[test]
fn the_fields_somebody_saw_are_told_if_there_are_any() {
    let random = Repeatable::new(1);
    let customer = CustomerId::from_bytes(RECORD);
    let (_, key) = keys(ORG, customer, &random);
    let column = Column {
        table: "customer",
        row: &RECORD,
        column: "phone",
        of: None,
    };
    let sealed = SealedText::seal(&key, &column, "13800001234", &random);
    let plain = sealed
        .open(&permit_for(ORG, customer), &key, &column)
        .unwrap();
    let mut seen = Disclosures::new();
    let _ = plain.disclose("phone", &mut seen);
    let told = entry(&own(&lead()).disclosing(seen));
    assert_eq!(told.detail["disclosed"].as_names(), ["phone"]);
    let nothing = entry(&own(&lead()).disclosing(Disclosures::new()));
    assert!(!nothing.detail.contains_key("disclosed"));
}

#[test]
fn declared_events_are_on_their_features_list() {
    let told: Vec<_> = EVENTS.iter().map(|it| (it.name(), it.occasion())).collect();
    assert_eq!(
        told,
        [
            ("import.finish", Occasion::Part),
            ("session.begin", Occasion::SignIn)
        ]
    );
}
