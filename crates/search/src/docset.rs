//! A set of slot numbers that stays small both when it holds few and when it holds many.

use crate::container::{Container, SPAN_BITS};

/// Above this many members a plain list is larger than containers.
const LIST_MAX: usize = 512;
const INLINE: usize = 3;

/// A set of slot numbers: about two bytes per member, and one bit per slot once it is common.
#[derive(Debug)]
pub(crate) enum DocSet {
    /// Up to three members, without an allocation: most pairs of characters are rare.
    Inline(u8, [u32; INLINE]),
    /// A sorted list.
    List(Vec<u32>),
    /// A container per 65,536 slots, and the number of members.
    Many(Box<(Vec<Container>, u32)>),
}

impl Default for DocSet {
    fn default() -> Self {
        Self::Inline(0, [0; INLINE])
    }
}

impl DocSet {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Inline(len, _) => usize::from(*len),
            Self::List(list) => list.len(),
            Self::Many(many) => many.1 as usize,
        }
    }

    #[inline]
    pub(crate) fn contains(&self, doc: u32) -> bool {
        match self {
            Self::Many(many) => many
                .0
                .get((doc >> SPAN_BITS) as usize)
                .is_some_and(|c| c.contains(doc as u16)),
            few => few.list().binary_search(&doc).is_ok(),
        }
    }

    /// The members of a set that is not in containers (empty for one that is).
    pub(crate) fn list(&self) -> &[u32] {
        match self {
            Self::Inline(len, docs) => &docs[..usize::from(*len)],
            Self::List(list) => list,
            Self::Many(_) => &[],
        }
    }

    /// The containers of a set that is in containers (none for one that is not).
    pub(crate) fn containers(&self) -> Option<&[Container]> {
        match self {
            Self::Many(many) => Some(&many.0),
            _ => None,
        }
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(u32)) {
        match self.containers() {
            None => self.list().iter().copied().for_each(visit),
            Some(containers) => {
                for (high, container) in (0u32..).zip(containers) {
                    container.for_each(|low| visit((high << SPAN_BITS) | u32::from(low)));
                }
            }
        }
    }

    pub(crate) fn insert(&mut self, doc: u32) {
        match self {
            Self::Inline(len, docs) => {
                let used = usize::from(*len);
                let Err(at) = docs[..used].binary_search(&doc) else {
                    return;
                };
                if used < INLINE {
                    docs.copy_within(at..used, at + 1);
                    docs[at] = doc;
                    *len += 1;
                } else {
                    let mut list = Vec::with_capacity(INLINE * 2);
                    list.extend_from_slice(docs);
                    list.insert(at, doc);
                    *self = Self::List(list);
                }
            }
            Self::List(list) => {
                let at = match list.last() {
                    Some(last) if *last < doc => list.len(),
                    _ => match list.binary_search(&doc) {
                        Ok(_) => return,
                        Err(at) => at,
                    },
                };
                if list.len() == list.capacity() {
                    list.reserve_exact(list.len() / 4 + 2);
                }
                list.insert(at, doc);
                if list.len() > LIST_MAX {
                    let mut many = Self::Many(Box::default());
                    list.iter().for_each(|doc| many.insert(*doc));
                    *self = many;
                }
            }
            Self::Many(many) => {
                let high = (doc >> SPAN_BITS) as usize;
                if many.0.len() <= high {
                    many.0.resize_with(high + 1, Container::default);
                }
                many.1 += u32::from(many.0[high].insert(doc as u16));
            }
        }
    }

    /// Adds many slots in ascending order, all greater than the members, with the same high bits.
    pub(crate) fn append(&mut self, high: u32, lows: &[u16]) {
        if let Self::Inline(..) = self
            && self.len() + lows.len() > INLINE
        {
            *self = Self::List(self.list().to_vec());
        }
        if let Self::List(list) = self
            && list.len() + lows.len() > LIST_MAX
        {
            let mut many = Self::Many(Box::default());
            list.iter().for_each(|doc| many.insert(*doc));
            *self = many;
        }
        let docs = lows.iter().map(|low| (high << SPAN_BITS) | u32::from(*low));
        match self {
            Self::Inline(..) => docs.for_each(|doc| self.insert(doc)),
            Self::List(list) => {
                list.reserve_exact(lows.len());
                list.extend(docs);
            }
            Self::Many(many) => {
                if many.0.len() <= high as usize {
                    many.0.resize_with(high as usize + 1, Container::default);
                }
                many.0[high as usize].append(lows);
                many.1 += lows.len() as u32;
            }
        }
    }

    pub(crate) fn remove(&mut self, doc: u32) {
        match self {
            Self::Inline(len, docs) => {
                let used = usize::from(*len);
                if let Ok(at) = docs[..used].binary_search(&doc) {
                    docs.copy_within(at + 1..used, at);
                    *len -= 1;
                }
            }
            Self::List(list) => {
                if let Ok(at) = list.binary_search(&doc) {
                    list.remove(at);
                }
                if list.len() < INLINE {
                    let mut small = Self::default();
                    list.iter().for_each(|doc| small.insert(*doc));
                    *self = small;
                }
            }
            Self::Many(many) => {
                let high = (doc >> SPAN_BITS) as usize;
                let removed = many.0.get_mut(high).is_some_and(|c| c.remove(doc as u16));
                many.1 -= u32::from(removed);
                if (many.1 as usize) < LIST_MAX / 2 {
                    let mut list = Vec::with_capacity(many.1 as usize);
                    self.for_each(|doc| list.push(doc));
                    *self = Self::List(list);
                }
            }
        }
    }

    /// Gives back what growing left over.
    pub(crate) fn shrink(&mut self) {
        match self {
            Self::Inline(..) => {}
            Self::List(list) => list.shrink_to_fit(),
            Self::Many(many) => {
                many.0.iter_mut().for_each(Container::shrink);
                many.0.shrink_to_fit();
            }
        }
    }

    /// Bytes on the heap.
    pub(crate) fn heap(&self) -> usize {
        match self {
            Self::Inline(..) => 0,
            Self::List(list) => list.capacity() * 4,
            Self::Many(many) => {
                size_of_val(&**many) + many.0.iter().map(Container::heap).sum::<usize>()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DocSet;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn members(set: &DocSet) -> Vec<u32> {
        let mut list = Vec::new();
        set.for_each(|doc| list.push(doc));
        list
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn appending_is_inserting(runs in prop::collection::vec((1u32..3, 1usize..4_000, 1usize..9), 1..6)) {
            let (mut set, mut model, mut from) = (DocSet::default(), BTreeSet::new(), 0u32);
            for (skip, many, step) in runs {
                let high = (from >> 16) + skip / 2;
                let start = if high == from >> 16 { from & 0xffff } else { 0 };
                let lows: Vec<u16> = (start..0xffff).step_by(step).take(many).map(|low| low as u16).collect();
                set.append(high, &lows);
                model.extend(lows.iter().map(|low| high << 16 | u32::from(*low)));
                from = model.last().map_or(0, |last| last + 1);
                prop_assert_eq!(set.len(), model.len());
                prop_assert_eq!(members(&set), model.iter().copied().collect::<Vec<_>>());
            }
        }


        #[test]
        fn behaves_as_an_ordered_set(
            runs in prop::collection::vec((any::<bool>(), 0u32..200_000, 1u32..9_000, 1u32..12), 1..8),
        ) {
            let mut set = DocSet::default();
            let mut model = BTreeSet::new();
            for (add, from, many, step) in runs {
                for doc in (0..many).map(|i| from + i * step) {
                    if add {
                        set.insert(doc);
                        model.insert(doc);
                    } else {
                        set.remove(doc);
                        model.remove(&doc);
                    }
                }
                prop_assert_eq!(set.len(), model.len());
                prop_assert!((from..from + 100).all(|doc| set.contains(doc) == model.contains(&doc)));
                prop_assert_eq!(members(&set), model.iter().copied().collect::<Vec<_>>());
                set.shrink();
            }
        }
    }
}
