//! Separation of duties.

use custos_kernel::policy::{DataScope, Role, RoleSet};

#[test]
fn an_administrator_or_outsider_holds_no_second_role_in_any_combination() {
    for bits in 0_u32..1 << Role::ALL.len() {
        let chosen: Vec<Role> = Role::ALL
            .into_iter()
            .filter(|role| bits & (1 << *role as u32) != 0)
            .collect();
        let exclusive = chosen.iter().filter(|role| role.is_exclusive()).count();
        let expected = exclusive == 0 || chosen.len() == 1;
        let set = RoleSet::new(chosen.iter().copied());
        assert_eq!(set.is_ok(), expected, "{chosen:?}");
        let names: Vec<&str> = chosen.iter().map(|role| role.name()).collect();
        assert_eq!(RoleSet::from_stored(&names.join(",")).is_ok(), expected);
        if let Ok(set) = set {
            assert_eq!(set.iter().collect::<Vec<_>>(), chosen);
            assert_eq!(RoleSet::from_stored(&set.to_stored()), Ok(set));
        }
    }
}

#[test]
fn unknown_stored_names_grant_nothing() {
    assert_eq!(RoleSet::from_stored(""), Ok(RoleSet::default()));
    let known = RoleSet::new([Role::Sales]).unwrap();
    assert_eq!(RoleSet::from_stored("sales,owner_of_everything"), Ok(known));
    assert_eq!(Role::from_name("Sales"), None);
    assert_eq!(DataScope::from_name("everything"), None);
}

#[test]
fn names_read_back() {
    assert!(
        Role::ALL
            .iter()
            .all(|role| Role::from_name(role.name()) == Some(*role))
    );
    assert!(
        DataScope::ALL
            .iter()
            .all(|scope| DataScope::from_name(scope.name()) == Some(*scope))
    );
}
