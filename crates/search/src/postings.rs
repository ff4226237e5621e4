//! The customers of each gram.

use crate::docset::DocSet;
use crate::grams::{Gram, Group};
use crate::schema::IndexSchema;
use crate::set::Set;
use crate::splitter::Splitter;
use crate::table::{field_of, last_fours};
use hashbrown::HashMap;

/// Slots whose grams are gathered before they are added; all have the same high half.
const BATCH: u32 = 1 << 14;
const LOW: u32 = 0xffff;

/// Grams of new customers by sort of gram: the symbols above, the slot's low half below.
#[derive(Debug, Default)]
struct Batch {
    /// High half of the slots.
    high: u32,
    sorts: [Vec<u64>; Gram::SORTS],
}

#[derive(Debug)]
pub(crate) struct Postings {
    sets: HashMap<Gram, DocSet>,
    /// Places of the searchable text fields but the primary one.
    others: Vec<usize>,
    text_fields: usize,
    splitter: Splitter,
    batch: Batch,
    old: Vec<Gram>,
    new: Vec<Gram>,
}

impl Postings {
    pub(crate) fn new(schema: &IndexSchema) -> Self {
        Self {
            sets: HashMap::new(),
            others: schema
                .texts
                .iter()
                .enumerate()
                .skip(1)
                .filter(|(_, f)| f.searchable)
                .map(|(at, _)| at)
                .collect(),
            text_fields: schema.texts.len(),
            splitter: Splitter::default(),
            batch: Batch::default(),
            old: Vec::new(),
            new: Vec::new(),
        }
    }

    pub(crate) fn get(&self, gram: Gram) -> Set<'_> {
        self.sets.get(&gram).map_or(Set::EMPTY, Set::Posting)
    }

    /// The texts of a group within a customer's kept texts.
    pub(crate) fn fields(&self, group: Group) -> &[usize] {
        match group {
            Group::Primary => &[0],
            Group::Other => &self.others,
        }
    }

    /// Notes a new customer's grams for later: slots must come in ascending order, and [`Postings::flush`] in the end.
    /// Sorted by gram, a batch touches each posting once, which is several times quicker than one customer at a time.
    pub(crate) fn gather(&mut self, slot: u32, texts: &str) {
        if slot.is_multiple_of(BATCH) {
            self.flush();
        }
        self.batch.high = slot >> 16;
        let sorts = &mut self.batch.sorts;
        split(
            &mut self.splitter,
            &self.others,
            self.text_fields,
            texts,
            |gram| {
                let (sort, symbols) = gram.parts();
                sorts[sort].push(symbols << 16 | u64::from(slot & LOW));
            },
        );
    }

    /// Adds all that was gathered.
    pub(crate) fn flush(&mut self) {
        let Batch { high, sorts } = &mut self.batch;
        let mut lows = Vec::new();
        for (sort, list) in sorts.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            for run in list.chunk_by(|a, b| a >> 16 == b >> 16) {
                lows.clear();
                lows.extend(run.iter().map(|entry| *entry as u16));
                self.sets
                    .entry(Gram::of_parts(sort, run[0] >> 16))
                    .or_default()
                    .append(*high, &lows);
            }
            list.clear();
        }
    }

    /// Adds a customer's grams.
    pub(crate) fn insert(&mut self, slot: u32, texts: &str) {
        let sets = &mut self.sets;
        split(
            &mut self.splitter,
            &self.others,
            self.text_fields,
            texts,
            |gram| sets.entry(gram).or_default().insert(slot),
        );
    }

    /// Brings a customer's grams from one state of its texts to another; only what differs is touched.
    pub(crate) fn replace(&mut self, slot: u32, old_texts: &str, new_texts: &str) {
        for (list, texts) in [(&mut self.old, old_texts), (&mut self.new, new_texts)] {
            list.clear();
            split(
                &mut self.splitter,
                &self.others,
                self.text_fields,
                texts,
                |gram| list.push(gram),
            );
            list.sort_unstable();
            list.dedup();
        }
        let (old, new) = (&self.old, &self.new);
        for gram in old.iter().filter(|gram| new.binary_search(gram).is_err()) {
            if let Some(set) = self.sets.get_mut(gram) {
                set.remove(slot);
                if set.len() == 0 {
                    self.sets.remove(gram);
                }
            }
        }
        for gram in new.iter().filter(|gram| old.binary_search(gram).is_err()) {
            self.sets.entry(*gram).or_default().insert(slot);
        }
    }

    /// Gives back what growing left over.
    pub(crate) fn shrink(&mut self) {
        self.batch = Batch::default();
        self.sets.values_mut().for_each(DocSet::shrink);
        self.sets.shrink_to_fit();
    }

    pub(crate) fn heap(&self) -> usize {
        let entry = size_of::<(Gram, DocSet)>() + 1;
        self.sets.capacity() * 8 / 7 * entry + self.sets.values().map(DocSet::heap).sum::<usize>()
    }
}

fn split(
    splitter: &mut Splitter,
    others: &[usize],
    text_fields: usize,
    texts: &str,
    mut give: impl FnMut(Gram),
) {
    splitter.split(Group::Primary, [field_of(texts, 0)].into_iter(), &mut give);
    splitter.split(
        Group::Other,
        others.iter().map(|field| field_of(texts, *field)),
        &mut give,
    );
    last_fours(texts, text_fields).for_each(|four| give(Gram::phone(four)));
}
