//! Customers by a value that many share: an owner, a department, a mark, a code.

use crate::docset::DocSet;
use hashbrown::HashMap;
use std::borrow::Borrow;
use std::hash::Hash;

/// Gives each value a small number, 0 for no value, and keeps the customers of each.
#[derive(Debug)]
pub(crate) struct Keyed<K> {
    numbers: HashMap<K, u32>,
    keys: Vec<K>,
    sets: Vec<DocSet>,
}

impl<K: Eq + Hash + Clone> Keyed<K> {
    pub(crate) fn new() -> Self {
        Self {
            numbers: HashMap::new(),
            keys: Vec::new(),
            sets: vec![DocSet::default()],
        }
    }

    /// The number of a value, a new one if it is new.
    pub(crate) fn number<Q>(&mut self, key: Option<&Q>) -> u32
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        let Some(key) = key else { return 0 };
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = self.sets.len() as u32;
        self.numbers.insert(key.to_owned(), number);
        self.keys.push(key.to_owned());
        self.sets.push(DocSet::default());
        number
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The value of a number; none for 0.
    pub(crate) fn key(&self, number: u32) -> Option<&K> {
        self.keys.get((number as usize).checked_sub(1)?)
    }

    pub(crate) fn knows<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.numbers.contains_key(key)
    }

    pub(crate) fn set<Q>(&self, key: Option<&Q>) -> Option<&DocSet>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let number = match key {
            None => 0,
            Some(key) => *self.numbers.get(key)?,
        };
        self.sets.get(number as usize)
    }

    /// Every value with its customers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &DocSet)> {
        self.keys.iter().zip(&self.sets[1..])
    }

    pub(crate) fn insert(&mut self, number: u32, slot: u32) {
        self.sets[number as usize].insert(slot);
    }

    pub(crate) fn remove(&mut self, number: u32, slot: u32) {
        self.sets[number as usize].remove(slot);
    }

    pub(crate) fn shrink(&mut self) {
        self.sets.iter_mut().for_each(DocSet::shrink);
    }

    pub(crate) fn heap(&self) -> usize {
        self.keys.capacity() * (2 * size_of::<K>() + 8)
            + self
                .sets
                .iter()
                .map(|set| set.heap() + size_of::<DocSet>())
                .sum::<usize>()
    }
}
