//! The customers in the order of one field, kept in order as they come and go.

use crate::schema::{FieldId, Id};
use crate::table::{Key, Table};
use std::cmp::Ordering;
use std::ops::ControlFlow;

/// A chunk is cut in two when it gets this long, and begins at half of it.
const CHUNK: usize = 1024;

/// A place in a sorted list: after the customer with this key and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: Key,
    pub(crate) id: Id,
}

/// All customers in the order of one field. Only slots are kept; values are read in the table.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) field: FieldId,
    /// Those with a value by value, then id.
    valued: Chunks,
    /// Those without, by id: they come last in both directions.
    empty: Chunks,
}

#[derive(Debug, Default)]
struct Chunks(Vec<Vec<u32>>);

impl Order {
    pub(crate) fn new(field: FieldId) -> Self {
        Self {
            field,
            valued: Chunks::default(),
            empty: Chunks::default(),
        }
    }

    /// Sorts all at once.
    pub(crate) fn build(field: FieldId, table: &Table, slots: impl Iterator<Item = u32>) -> Self {
        let (empty, valued): (Vec<u32>, Vec<u32>) =
            slots.partition(|slot| table.is_empty(*slot, field));
        let mut keyed: Vec<(u64, u32)> = valued
            .iter()
            .map(|slot| (table.head(*slot, field), *slot))
            .collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| table.compare(field, a.1, b.1)));
        let mut empty = empty;
        empty.sort_unstable_by_key(|slot| table.ids[*slot as usize]);
        let valued: Vec<u32> = keyed.into_iter().map(|(_, slot)| slot).collect();
        Self {
            field,
            valued: Chunks::of(&valued),
            empty: Chunks::of(&empty),
        }
    }

    pub(crate) fn insert(&mut self, table: &Table, slot: u32) {
        let (chunks, compare) = self.side(table, slot);
        chunks.insert(slot, compare);
    }

    /// Takes a customer out; the table must still have the values it was put in with.
    pub(crate) fn remove(&mut self, table: &Table, slot: u32) {
        let (chunks, compare) = self.side(table, slot);
        chunks.remove(compare);
    }

    fn side<'s, 't>(
        &'s mut self,
        table: &'t Table,
        slot: u32,
    ) -> (&'s mut Chunks, impl Fn(u32) -> Ordering + use<'t>) {
        let field = self.field;
        let empty = table.is_empty(slot, field);
        let compare = move |other: u32| {
            if empty {
                table.ids[other as usize].cmp(&table.ids[slot as usize])
            } else {
                table.compare(field, other, slot)
            }
        };
        (
            if empty {
                &mut self.empty
            } else {
                &mut self.valued
            },
            compare,
        )
    }

    /// Visits the customers after a place until told to stop.
    pub(crate) fn walk(
        &self,
        table: &Table,
        descending: bool,
        after: Option<&Place>,
        mut visit: impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let in_empty = after.is_some_and(|place| place.key == Key::Empty);
        if !in_empty {
            self.valued.walk(
                descending,
                after.map(|place| self.compare_to(table, place)),
                &mut visit,
            )?;
        }
        let after_empty = after.filter(|_| in_empty);
        self.empty.walk(
            descending,
            after_empty.map(|place| self.compare_to(table, place)),
            &mut visit,
        )
    }

    /// The customers whose number lies in a range, in ascending order of slots; `None` if they are more than `most`.
    pub(crate) fn range(&self, table: &Table, from: i64, to: i64, most: usize) -> Option<Vec<u32>> {
        let place = from.checked_sub(1).map(|before| Place {
            key: Key::Number(before),
            id: [u8::MAX; 16],
        });
        let after = place.as_ref().map(|place| self.compare_to(table, place));
        let mut found = Vec::new();
        // Breaks at the end of the range or when it is too long; its length tells which.
        let _ended = self.valued.walk(false, after, &mut |slot| {
            if found.len() > most
                || table
                    .number(slot, self.field)
                    .is_none_or(|value| value > to)
            {
                return ControlFlow::Break(());
            }
            found.push(slot);
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        (found.len() <= most).then_some(found)
    }

    fn compare_to<'t>(
        &self,
        table: &'t Table,
        place: &'t Place,
    ) -> impl Fn(u32) -> Ordering + use<'t> {
        let field = self.field;
        move |slot| table.compare_place(field, slot, &place.key, &place.id)
    }

    pub(crate) fn heap(&self) -> usize {
        [&self.valued, &self.empty]
            .iter()
            .flat_map(|chunks| &chunks.0)
            .map(|chunk| chunk.capacity() * 4 + 24)
            .sum()
    }
}

/// Order of two customers in a list by this field, those without a value last.
pub(crate) fn compare_listed(
    table: &Table,
    field: FieldId,
    descending: bool,
    a: u32,
    b: u32,
) -> Ordering {
    let (a_empty, b_empty) = (table.is_empty(a, field), table.is_empty(b, field));
    a_empty.cmp(&b_empty).then_with(|| {
        let order = if a_empty {
            table.ids[a as usize].cmp(&table.ids[b as usize])
        } else {
            table.compare(field, a, b)
        };
        if descending { order.reverse() } else { order }
    })
}

/// Whether a customer comes after a place in a list by this field.
pub(crate) fn is_after(
    table: &Table,
    field: FieldId,
    descending: bool,
    slot: u32,
    place: &Place,
) -> bool {
    let empty = table.is_empty(slot, field);
    match (empty, place.key == Key::Empty) {
        (true, false) => true,
        (false, true) => false,
        _ => {
            let order = table.compare_place(field, slot, &place.key, &place.id);
            order
                == if descending {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
        }
    }
}

impl Chunks {
    fn of(sorted: &[u32]) -> Self {
        Self(sorted.chunks(CHUNK * 3 / 4).map(<[u32]>::to_vec).collect())
    }

    /// The chunk that has, or would have, what `compare` looks for.
    fn chunk(&self, compare: impl Fn(u32) -> Ordering) -> usize {
        let after = self
            .0
            .partition_point(|chunk| compare(chunk[0]) != Ordering::Greater);
        after.saturating_sub(1)
    }

    fn insert(&mut self, slot: u32, compare: impl Fn(u32) -> Ordering) {
        let at = self.chunk(&compare);
        let Some(chunk) = self.0.get_mut(at) else {
            self.0.push(vec![slot]);
            return;
        };
        let place = chunk.partition_point(|other| compare(*other) == Ordering::Less);
        if chunk.len() == chunk.capacity() {
            chunk.reserve_exact((chunk.len() / 4).clamp(4, 128));
        }
        chunk.insert(place, slot);
        if chunk.len() >= CHUNK {
            // Values that only grow (times) leave full chunks behind; others are halved.
            let cut = if place + 1 == chunk.len() {
                chunk.len() - 8
            } else {
                CHUNK / 2
            };
            let tail = chunk.split_off(cut);
            self.0.insert(at + 1, tail);
        }
    }

    fn remove(&mut self, compare: impl Fn(u32) -> Ordering) {
        let at = self.chunk(&compare);
        let Some(chunk) = self.0.get_mut(at) else {
            return;
        };
        if let Ok(place) = chunk.binary_search_by(|other| compare(*other)) {
            chunk.remove(place);
            if chunk.is_empty() {
                self.0.remove(at);
            }
        }
    }

    fn walk(
        &self,
        descending: bool,
        after: Option<impl Fn(u32) -> Ordering>,
        visit: &mut impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if descending {
            let (mut at, mut end) = (self.0.len(), None);
            if let Some(compare) = after {
                at = (self.chunk(&compare) + 1).min(self.0.len());
                end = at
                    .checked_sub(1)
                    .map(|i| self.0[i].partition_point(|slot| compare(*slot) == Ordering::Less));
            }
            for chunk in self.0[..at].iter().rev() {
                let end = end.take().unwrap_or(chunk.len());
                chunk[..end]
                    .iter()
                    .rev()
                    .try_for_each(|slot| visit(*slot))?;
            }
        } else {
            let (mut at, mut from) = (0, 0);
            if let Some(compare) = after {
                at = self.chunk(&compare);
                from = self.0.get(at).map_or(0, |chunk| {
                    chunk.partition_point(|slot| compare(*slot) != Ordering::Greater)
                });
            }
            for chunk in self.0.get(at..).unwrap_or_default() {
                chunk[from..].iter().try_for_each(|slot| visit(*slot))?;
                from = 0;
            }
        }
        ControlFlow::Continue(())
    }
}
