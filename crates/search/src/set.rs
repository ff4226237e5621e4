//! The sets a query works with: postings borrowed from the index, short lists, and bit maps made on the way.

use crate::container::{Container, SPAN_BITS, WORDS};
use crate::docset::DocSet;
use std::borrow::Cow;

/// Up to so many members a sorted list is quicker to work with than bits over all slots.
const SMALL: usize = 2_048;

/// Slots that fulfil a condition. Exact: members only, and all of them.
#[derive(Debug)]
pub(crate) enum Set<'a> {
    /// Every customer there is (slots in use), with their number.
    All(usize),
    Posting(&'a DocSet),
    /// A sorted list.
    List(Cow<'a, [u32]>),
    /// Bits (whole containers' worth) and the number of members.
    Bits(Cow<'a, [u64]>, usize),
}

impl<'a> Set<'a> {
    pub(crate) const EMPTY: Self = Set::List(Cow::Borrowed(&[]));

    /// The same set, borrowed.
    pub(crate) fn share(&self) -> Set<'_> {
        match self {
            Self::All(len) => Set::All(*len),
            Self::Posting(posting) => Set::Posting(posting),
            Self::List(list) => Set::List(Cow::Borrowed(list)),
            Self::Bits(words, len) => Set::Bits(Cow::Borrowed(words), *len),
        }
    }

    /// The same set, borrowing nothing.
    pub(crate) fn detach(self) -> Set<'static> {
        match self {
            Self::All(len) => Set::All(len),
            Self::List(list) => Set::List(Cow::Owned(list.into_owned())),
            few if few.len() <= SMALL => Set::of_list(few.into_list()),
            many => Set::of_words(many.into_words()),
        }
    }

    pub(crate) fn of_list(list: Vec<u32>) -> Self {
        Self::List(Cow::Owned(list))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::All(len) | Self::Bits(_, len) => *len,
            Self::Posting(posting) => posting.len(),
            Self::List(list) => list.len(),
        }
    }

    /// Whether a slot in use is a member.
    #[inline]
    pub(crate) fn contains(&self, doc: u32) -> bool {
        match self {
            Self::All(_) => true,
            Self::Posting(posting) => posting.contains(doc),
            Self::List(list) => list.binary_search(&doc).is_ok(),
            Self::Bits(words, _) => words
                .get(doc as usize / 64)
                .is_some_and(|w| w & (1 << (doc & 63)) != 0),
        }
    }

    /// Visits the members in ascending order. `All` knows only its number: the caller has the slots in use.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u32)) {
        match self {
            Self::All(_) => {}
            Self::Posting(posting) => posting.for_each(visit),
            Self::List(list) => list.iter().copied().for_each(visit),
            Self::Bits(words, _) => {
                for (base, word) in (0u32..).step_by(64).zip(words.iter()) {
                    let mut rest = *word;
                    while rest != 0 {
                        visit(base + rest.trailing_zeros());
                        rest &= rest - 1;
                    }
                }
            }
        }
    }

    /// The members all have. The rarest goes first: lists are filtered, and only large sets meet as bits.
    pub(crate) fn all_of(mut sets: Vec<Set<'a>>) -> Set<'a> {
        sets.sort_by_key(|set| (matches!(set, Self::All(_)), set.len()));
        let mut rest = sets.into_iter();
        let Some(first) = rest.next() else {
            return Self::EMPTY;
        };
        let mut rest: Vec<Set<'a>> = rest.filter(|set| !matches!(set, Self::All(_))).collect();
        if rest.is_empty() || first.len() == 0 {
            return first;
        }
        let small = match &first {
            Self::List(_) => true,
            Self::Posting(posting) => posting.containers().is_none() || posting.len() <= SMALL,
            _ => first.len() <= SMALL,
        };
        if small {
            let mut list = first.into_list();
            list.retain(|doc| rest.iter().all(|set| set.contains(*doc)));
            return Self::of_list(list);
        }
        let mut words = match first {
            Self::Bits(words, _) => words.into_owned(),
            other => match rest.iter().position(|set| matches!(set, Self::Bits(..))) {
                Some(at) => {
                    let mut words = rest.swap_remove(at).into_words();
                    keep(&mut words, &other);
                    words
                }
                None => other.into_words(),
            },
        };
        rest.iter().for_each(|set| keep(&mut words, set));
        Self::of_words(words)
    }

    /// The members any has.
    pub(crate) fn any_of(mut sets: Vec<Set<'a>>) -> Set<'a> {
        sets.retain(|set| set.len() > 0);
        if sets.len() <= 1 || sets.iter().any(|set| matches!(set, Self::All(_))) {
            let all = sets
                .iter()
                .position(|set| matches!(set, Self::All(_)))
                .unwrap_or(0);
            return if sets.is_empty() {
                Self::EMPTY
            } else {
                sets.swap_remove(all)
            };
        }
        if sets.iter().map(Self::len).sum::<usize>() <= SMALL {
            let mut list = Vec::new();
            sets.iter()
                .for_each(|set| set.for_each(|doc| list.push(doc)));
            list.sort_unstable();
            list.dedup();
            return Self::of_list(list);
        }
        let base = sets
            .iter()
            .position(|set| matches!(set, Self::Bits(..)))
            .unwrap_or(0);
        let mut words = sets.swap_remove(base).into_words();
        sets.iter().for_each(|set| add(&mut words, set));
        Self::of_words(words)
    }

    /// The members that `other` does not have.
    pub(crate) fn without(self, other: &Set<'_>) -> Set<'a> {
        if other.len() == 0 {
            return self;
        }
        if self.len() <= SMALL || matches!(self, Self::List(_)) {
            let mut list = self.into_list();
            list.retain(|doc| !other.contains(*doc));
            return Self::of_list(list);
        }
        let mut words = self.into_words();
        if let Set::Bits(out, _) = other {
            words
                .iter_mut()
                .zip(out.iter())
                .for_each(|(word, out)| *word &= !out);
        } else {
            other.for_each(|doc| {
                if let Some(word) = words.get_mut(doc as usize / 64) {
                    *word &= !(1 << (doc & 63));
                }
            });
        }
        Self::of_words(words)
    }

    /// The members for which `keep` is true.
    pub(crate) fn filter(self, mut keep: impl FnMut(u32) -> bool) -> Set<'a> {
        if self.len() > SMALL || matches!(self, Self::Bits(..)) {
            let mut words = self.into_words();
            for (base, word) in (0u32..).step_by(64).zip(words.iter_mut()) {
                let mut rest = *word;
                while rest != 0 {
                    if !keep(base + rest.trailing_zeros()) {
                        *word &= !(rest & rest.wrapping_neg());
                    }
                    rest &= rest - 1;
                }
            }
            return Self::of_words(words);
        }
        let mut list = self.into_list();
        list.retain(|doc| keep(*doc));
        Self::of_list(list)
    }

    pub(crate) fn into_list(self) -> Vec<u32> {
        if let Self::List(list) = self {
            return list.into_owned();
        }
        let mut list = Vec::with_capacity(self.len());
        self.for_each(|doc| list.push(doc));
        list
    }

    fn into_words(self) -> Vec<u64> {
        if let Self::Bits(words, _) = self {
            return words.into_owned();
        }
        let mut words = Vec::new();
        add(&mut words, &self);
        words
    }

    pub(crate) fn of_words(words: Vec<u64>) -> Set<'a> {
        let len = words.iter().map(|word| word.count_ones() as usize).sum();
        Self::Bits(Cow::Owned(words), len)
    }
}

/// The members of any posting there is.
pub(crate) fn any<'a>(postings: impl Iterator<Item = Option<&'a DocSet>>) -> Set<'a> {
    Set::any_of(postings.flatten().map(Set::Posting).collect())
}

fn add(words: &mut Vec<u64>, set: &Set<'_>) {
    match set {
        Set::Bits(more, _) => {
            if words.len() < more.len() {
                words.resize(more.len(), 0);
            }
            words
                .iter_mut()
                .zip(more.iter())
                .for_each(|(word, more)| *word |= more);
        }
        Set::Posting(DocSet::Many(many)) => {
            if words.len() < many.0.len() * WORDS {
                words.resize(many.0.len() * WORDS, 0);
            }
            for (part, container) in words.chunks_exact_mut(WORDS).zip(&many.0) {
                match container {
                    Container::Bits(more, _) => part
                        .iter_mut()
                        .zip(more.iter())
                        .for_each(|(word, more)| *word |= more),
                    Container::Array(list) => {
                        list.iter()
                            .for_each(|low| part[usize::from(low >> 6)] |= 1 << (low & 63));
                    }
                }
            }
        }
        other => other.for_each(|doc| {
            let needed = ((doc >> SPAN_BITS) as usize + 1) * WORDS;
            if words.len() < needed {
                words.resize(needed, 0);
            }
            words[doc as usize / 64] |= 1 << (doc & 63);
        }),
    }
}

/// Keeps in `words` what `set` has too.
fn keep(words: &mut [u64], set: &Set<'_>) {
    match set {
        Set::All(_) => {}
        Set::Bits(other, _) => {
            let shared = other.len().min(words.len());
            words
                .iter_mut()
                .zip(other.iter())
                .for_each(|(word, other)| *word &= other);
            words[shared..].fill(0);
        }
        Set::Posting(DocSet::Many(many)) => {
            let mut containers = many.0.iter();
            for part in words.chunks_exact_mut(WORDS) {
                match containers.next() {
                    None => part.fill(0),
                    Some(Container::Bits(other, _)) => {
                        part.iter_mut()
                            .zip(other.iter())
                            .for_each(|(word, other)| *word &= other);
                    }
                    Some(Container::Array(list)) => keep_array(part, list),
                }
            }
        }
        few => {
            let mut kept = Vec::new();
            few.for_each(|doc| {
                let at = doc as usize / 64;
                if words
                    .get(at)
                    .is_some_and(|word| word & (1 << (doc & 63)) != 0)
                {
                    kept.push(doc);
                }
            });
            words.fill(0);
            kept.iter()
                .for_each(|doc| words[*doc as usize / 64] |= 1 << (doc & 63));
        }
    }
}

fn keep_array(part: &mut [u64], list: &[u16]) {
    let mut members = list.iter().copied().peekable();
    for (at, word) in (0u16..).zip(part) {
        let mut mask = 0u64;
        while let Some(low) = members.next_if(|low| low >> 6 == at) {
            mask |= 1 << (low & 63);
        }
        *word &= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::Set;
    use crate::docset::DocSet;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn slots() -> impl Strategy<Value = BTreeSet<u32>> {
        (0u32..150_000, 1u32..9_000, 1u32..40)
            .prop_map(|(from, many, step)| (0..many).map(|i| (from + i * step) % 200_000).collect())
    }

    fn posting(model: &BTreeSet<u32>) -> DocSet {
        let mut set = DocSet::default();
        model.iter().for_each(|doc| set.insert(*doc));
        set
    }

    fn shape<'a>(kind: u8, model: &BTreeSet<u32>, posting: &'a DocSet) -> Set<'a> {
        match kind % 3 {
            0 => Set::Posting(posting),
            1 => Set::of_list(model.iter().copied().collect()),
            _ => {
                let mut words = Vec::new();
                super::add(&mut words, &Set::Posting(posting));
                Set::of_words(words)
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn algebra_is_that_of_sets(a in slots(), b in slots(), c in slots(), kinds in any::<[u8; 3]>()) {
            let postings = [posting(&a), posting(&b), posting(&c)];
            let make = |i: usize, model: &BTreeSet<u32>| shape(kinds[i], model, &postings[i]);
            let both: Vec<u32> = a.iter().filter(|d| b.contains(d) && c.contains(d)).copied().collect();
            let all = Set::all_of(vec![make(0, &a), make(1, &b), Set::All(1), make(2, &c)]);
            prop_assert_eq!(all.len(), both.len());
            prop_assert_eq!(all.into_list(), both);
            let any = Set::any_of(vec![make(0, &a), make(1, &b), make(2, &c)]);
            let union: BTreeSet<u32> = a.iter().chain(&b).chain(&c).copied().collect();
            prop_assert_eq!(any.len(), union.len());
            prop_assert!(union.iter().all(|doc| any.contains(*doc)));
            let less = make(0, &a).without(&make(1, &b));
            prop_assert_eq!(less.into_list(), a.difference(&b).copied().collect::<Vec<_>>());
            let even = make(2, &c).filter(|doc| doc % 2 == 0);
            prop_assert_eq!(even.into_list(), c.iter().copied().filter(|d| d % 2 == 0).collect::<Vec<_>>());
        }
    }
}
