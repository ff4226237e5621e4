//! The customers of each gram.

use crate::docset::DocSet;
use crate::grams::{Gram, Group, Splitter};
use crate::schema::IndexSchema;
use crate::set::Set;
use crate::table::{field_of, last_fours};
use hashbrown::HashMap;

#[derive(Debug)]
pub(crate) struct Postings {
    sets: HashMap<Gram, DocSet>,
    /// Places of the searchable text fields but the primary one.
    others: Vec<usize>,
    text_fields: usize,
    splitter: Splitter,
    old: Vec<Gram>,
    new: Vec<Gram>,
}

impl Postings {
    pub(crate) fn new(schema: &IndexSchema) -> Self {
        Self {
            sets: HashMap::new(),
            others: schema.texts.iter().enumerate().skip(1).filter(|(_, f)| f.searchable).map(|(at, _)| at).collect(),
            text_fields: schema.texts.len(),
            splitter: Splitter::default(),
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

    /// Adds a customer's grams.
    pub(crate) fn insert(&mut self, slot: u32, texts: &str) {
        let mut splitter = std::mem::take(&mut self.splitter);
        let sets = &mut self.sets;
        split(&mut splitter, &self.others, self.text_fields, texts, |gram| sets.entry(gram).or_default().insert(slot));
        self.splitter = splitter;
    }

    /// Brings a customer's grams from one state of its texts to another; only what differs is touched.
    pub(crate) fn replace(&mut self, slot: u32, old_texts: &str, new_texts: &str) {
        let (mut splitter, mut old, mut new) =
            (std::mem::take(&mut self.splitter), std::mem::take(&mut self.old), std::mem::take(&mut self.new));
        for (list, texts) in [(&mut old, old_texts), (&mut new, new_texts)] {
            list.clear();
            split(&mut splitter, &self.others, self.text_fields, texts, |gram| list.push(gram));
            list.sort_unstable();
            list.dedup();
        }
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
        (self.splitter, self.old, self.new) = (splitter, old, new);
    }

    pub(crate) fn shrink(&mut self) {
        self.sets.values_mut().for_each(DocSet::shrink);
        self.sets.shrink_to_fit();
    }

    pub(crate) fn heap(&self) -> usize {
        let entry = size_of::<(Gram, DocSet)>() + 1;
        self.sets.capacity() * 8 / 7 * entry + self.sets.values().map(DocSet::heap).sum::<usize>()
    }
}

fn split(splitter: &mut Splitter, others: &[usize], text_fields: usize, texts: &str, mut give: impl FnMut(Gram)) {
    splitter.split(Group::Primary, [field_of(texts, 0)].into_iter(), &mut give);
    splitter.split(Group::Other, others.iter().map(|field| field_of(texts, *field)), &mut give);
    last_fours(texts, text_fields).for_each(|four| give(Gram::phone(four)));
}
