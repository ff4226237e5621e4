//! Names and numbers that are stored, stand in policies and in the log: what was written once must be read for ever.

use custos_kernel::crypto::{KeyState, Suite};
use custos_kernel::policy::{
    Assurance, Compartments, DataScope, DeviceStanding, Grounds, Hours, Job, Label, Level,
    NetworkZone, Purpose, Relation, Risk, Role, Share,
};
use custos_values::ApprovalId;
use proptest::prelude::*;

#[test]
fn each_thing_keeps_its_name() {
    assert_eq!(Suite::ALL.map(Suite::name), ["aes", "sm"]);
    assert_eq!(Suite::ALL.map(Suite::id), [1, 2]);
    assert_eq!(
        KeyState::ALL.map(KeyState::name),
        ["arriving", "current", "draining", "retired"]
    );
    assert_eq!(
        Level::ALL.map(Level::name),
        ["public", "internal", "confidential", "secret", "top_secret"]
    );
    assert_eq!(Share::ALL.map(Share::name), ["none", "read", "write"]);
    assert_eq!(
        Purpose::ALL.map(Purpose::name),
        [
            "unstated",
            "sales",
            "service",
            "contract",
            "finance",
            "compliance"
        ]
    );
    assert_eq!(
        Role::ALL.map(Role::name),
        [
            "sales",
            "sales_lead",
            "system_admin",
            "security_admin",
            "audit_admin",
            "external_auditor"
        ]
    );
    assert_eq!(
        DataScope::ALL.map(DataScope::name),
        ["own", "department", "department_tree", "all"]
    );
    assert_eq!(
        Relation::WITHIN.map(Relation::name),
        ["own", "department", "below", "elsewhere"]
    );
    assert_eq!(Relation::Foreign.name(), "foreign");
    assert_eq!(
        Assurance::ALL.map(Assurance::name),
        ["single", "multi", "phishing_resistant"]
    );
    assert_eq!(
        DeviceStanding::ALL.map(DeviceStanding::name),
        ["unknown", "recognised", "registered"]
    );
    assert_eq!(
        NetworkZone::ALL.map(NetworkZone::name),
        ["trusted", "other"]
    );
    assert_eq!(Hours::ALL.map(Hours::name), ["inside", "outside"]);
    assert_eq!(Risk::ALL.map(Risk::name), ["low", "raised", "high"]);
    assert_eq!(
        Job::ALL.map(Job::name),
        [
            "setup",
            "indexer",
            "identity",
            "operator",
            "recovery",
            "federation",
            "messenger",
            "handover",
            "access",
            "witness",
            "auditor",
            "keys",
            "scheduler"
        ]
    );
    let grounds = [
        Grounds::Approved(ApprovalId::from_bytes([1; 16])),
        Grounds::Below,
        Grounds::Unruled,
        Grounds::NobodyElse,
    ];
    assert_eq!(
        grounds.map(Grounds::name),
        ["approved", "below", "unruled", "nobody_else"]
    );
}

/// What a name is read as is what has it, and nothing reads what only looks like one.
fn reads_back<T: Copy + PartialEq + std::fmt::Debug>(
    all: &[T],
    name: fn(T) -> &'static str,
    read: fn(&str) -> Option<T>,
) {
    for it in all {
        assert_eq!(read(name(*it)), Some(*it));
        for other in ["", " ", "x"] {
            assert_eq!(read(&format!("{}{other} ", name(*it))), None);
        }
        assert_eq!(read(&name(*it).to_uppercase()), None);
    }
    assert_eq!(read(""), None);
}

#[test]
fn names_are_read_back_and_nothing_else_is() {
    reads_back(&Suite::ALL, Suite::name, Suite::named);
    reads_back(&KeyState::ALL, KeyState::name, KeyState::named);
    reads_back(&Level::ALL, Level::name, Level::from_name);
    reads_back(&Share::ALL, Share::name, Share::from_name);
    reads_back(&Purpose::ALL, Purpose::name, Purpose::from_name);
    reads_back(&Role::ALL, Role::name, Role::from_name);
    reads_back(&DataScope::ALL, DataScope::name, DataScope::from_name);
}

#[test]
fn levels_are_read_from_their_numbers() {
    for number in 0..=u8::MAX {
        let level = Level::from_number(number);
        assert_eq!(
            level.map(|level| level as u8),
            (number < 5).then_some(number)
        );
    }
}

fn any_label() -> impl Strategy<Value = Label> {
    let level = prop::sample::select(Level::ALL.to_vec());
    (level, any::<u64>()).prop_map(|(level, bits)| Label {
        level,
        compartments: Compartments::from_bits(bits),
    })
}

proptest! {
    /// A set of compartments is the bits it was stored as, less those no organisation can have.
    #[test]
    fn compartments_are_their_bits(bits in any::<u64>()) {
        let set = Compartments::from_bits(bits);
        let known = (1 << Compartments::MOST) - 1;
        prop_assert_eq!(set.bits(), bits & known);
        prop_assert_eq!(set.iter().map(|number| 1_u64 << number).sum::<u64>(), set.bits());
        prop_assert_eq!(Compartments::from_bits(set.bits()), set);
    }

    /// The laws of a lattice; in words: no label is above another because of its level or its compartments alone.
    #[test]
    fn labels_are_a_lattice(one in any_label(), other in any_label(), third in any_label()) {
        let within = other.compartments.bits() & !one.compartments.bits() == 0;
        prop_assert_eq!(one.dominates(other), one.level >= other.level && within);
        let (join, meet) = (one.join(other), one.meet(other));
        prop_assert!(join.dominates(one) && join.dominates(other));
        prop_assert!(one.dominates(meet) && other.dominates(meet));
        prop_assert!(!(third.dominates(one) && third.dominates(other)) || third.dominates(join));
        prop_assert!(!(one.dominates(third) && other.dominates(third)) || meet.dominates(third));
        let highest = Label { level: Level::TopSecret, compartments: Compartments::from_bits(u64::MAX) };
        prop_assert_eq!((one.join(one), one.join(highest), one.meet(highest)), (one, highest, one));
    }
}
