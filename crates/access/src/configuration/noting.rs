//! Which roles, rules and teams a change is about, in its entry.

use custos_kernel::audit::Detail;
use custos_kernel::event::Event;

/// An entry names so many; how many there are it says in any case.
const KEYS: [&str; 12] = [
    "changed_1",
    "changed_2",
    "changed_3",
    "changed_4",
    "changed_5",
    "changed_6",
    "changed_7",
    "changed_8",
    "changed_9",
    "changed_10",
    "changed_11",
    "changed_12",
];

/// An entry that names what is changed.
pub(crate) fn noting(event: Event, changed: &[[u8; 16]]) -> Event {
    let event = event.with("changed", Detail::count(changed.len() as u64));
    let named = KEYS.into_iter().zip(changed);
    named.fold(event, |event, (key, id)| event.with(key, Detail::id(*id)))
}

/// The ids of what is in one list and not, or not the same, in the other.
pub(crate) fn changed<T: PartialEq>(
    before: &[T],
    after: &[T],
    id: impl Fn(&T) -> [u8; 16],
) -> Vec<[u8; 16]> {
    let new = after.iter().filter(|it| !before.contains(it));
    let gone = before.iter().filter(|it| !after.contains(it));
    let mut ids: Vec<[u8; 16]> = new.chain(gone).map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
