//! The grams of a customer's texts: what the postings are keyed by.
//!
//! A text is seen as three streams over the same positions: its *literal* characters (those beyond ASCII), the
//! *syllables* of its Han characters, and its *initials* (first letters of the readings; ASCII letters and digits stand
//! for themselves). Literal characters and syllables are kept singly and in pairs, initials up to three in a row.
//! A query is a chain of overlapping grams. Two neighbours of a chain meet in the overlap, so a customer that has both
//! has them side by side unless the overlap occurs twice in it. What occurs twice is kept too (`Twice…`): for all other
//! customers the intersection of postings is exact, and only these few have to be looked at.

use crate::reading::{Readings, table};

/// Marks the beginning of the primary text in the literal stream.
pub(crate) const START_CHAR: char = '\0';
/// Marks the beginning of the primary text in the syllable stream.
pub(crate) const START_SYLLABLE: u16 = 0;
/// Marks the beginning of the primary text in the initials stream.
pub(crate) const START_INITIAL: u8 = 37;
/// Characters of a text field that can be searched.
pub(crate) const SEARCHED_CHARS: usize = 300;

/// First letters of a character's readings, or the ASCII character itself: 1 to 36, 0 for none.
pub(crate) type Initials = [u8; 4];

/// Which texts of a customer: the primary one (the name), or any other searchable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Primary = 0,
    Other = 1,
}

/// A posting's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gram(u64);

impl Gram {
    fn new(kind: u64, group: Group, payload: u64) -> Self {
        Self(((kind << 1) | group as u64) << 56 | payload)
    }
    pub(crate) fn char(group: Group, a: char) -> Self {
        Self::new(0, group, u64::from(u32::from(a)))
    }
    pub(crate) fn chars(group: Group, a: char, b: char) -> Self {
        Self::new(1, group, u64::from(u32::from(a)) << 21 | u64::from(u32::from(b)))
    }
    pub(crate) fn twice_char(group: Group, a: char) -> Self {
        Self::new(2, group, u64::from(u32::from(a)))
    }
    pub(crate) fn syllable(group: Group, a: u16) -> Self {
        Self::new(3, group, u64::from(a))
    }
    pub(crate) fn syllables(group: Group, a: u16, b: u16) -> Self {
        Self::new(4, group, u64::from(a) << 16 | u64::from(b))
    }
    pub(crate) fn twice_syllable(group: Group, a: u16) -> Self {
        Self::new(5, group, u64::from(a))
    }
    /// One to three initials.
    pub(crate) fn initials(group: Group, run: &[u8]) -> Self {
        let payload = run.iter().fold(0, |payload, a| payload << 6 | u64::from(*a));
        Self::new(5 + run.len() as u64, group, payload)
    }
    pub(crate) fn twice_initials(group: Group, a: u8, b: u8) -> Self {
        Self::new(9, group, u64::from(a) << 6 | u64::from(b))
    }
    /// The last four digits of a telephone number.
    pub(crate) fn phone(digits: u16) -> Self {
        Self::new(10, Group::Other, u64::from(digits))
    }
}

/// The number of an ASCII letter or digit in the initials stream.
#[inline]
pub(crate) fn initial(c: char) -> u8 {
    match c {
        'a'..='z' => c as u8 - b'a' + 1,
        '0'..='9' => c as u8 - b'0' + 27,
        _ => 0,
    }
}

/// The initials stream's symbols at a character with these readings.
#[inline]
pub(crate) fn initials(c: char, readings: &Readings) -> Initials {
    let mut list = Initials::default();
    if c.is_ascii() {
        list[0] = initial(c);
        return list;
    }
    let mut used = 0;
    for reading in readings.iter().take_while(|r| **r != 0) {
        let letter = table().first_letter(*reading);
        if !list[..used].contains(&letter) {
            list[used] = letter;
            used += 1;
        }
    }
    list
}

/// Takes texts apart; kept between documents so that its lists are allocated once.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    chars: Vec<char>,
    readings: Vec<Readings>,
    initials: Vec<Initials>,
    pairs: Vec<(u8, u8)>,
}

impl Splitter {
    /// Gives every gram of the texts (folded) of one group, some more than once.
    pub(crate) fn split<'t>(&mut self, group: Group, texts: impl Iterator<Item = &'t str>, mut give: impl FnMut(Gram)) {
        self.chars.clear();
        self.readings.clear();
        self.initials.clear();
        self.pairs.clear();
        for text in texts {
            let from = self.chars.len();
            for c in text.chars().take(SEARCHED_CHARS) {
                let readings = table().readings(c);
                self.chars.push(c);
                self.initials.push(initials(c, &readings));
                self.readings.push(readings);
            }
            for at in from..self.chars.len() {
                self.literal(group, from, at, &mut give);
                self.syllables(group, from, at, &mut give);
                self.initials(group, from, at, &mut give);
            }
        }
    }

    fn literal(&self, group: Group, from: usize, at: usize, give: &mut impl FnMut(Gram)) {
        let c = self.chars[at];
        if c.is_ascii() {
            return;
        }
        give(Gram::char(group, c));
        if at > from {
            let before = self.chars[at - 1];
            if !before.is_ascii() {
                give(Gram::chars(group, before, c));
            }
        } else if group == Group::Primary {
            give(Gram::chars(group, START_CHAR, c));
        }
        if self.chars[..at].contains(&c) {
            give(Gram::twice_char(group, c));
        }
    }

    fn syllables(&self, group: Group, from: usize, at: usize, give: &mut impl FnMut(Gram)) {
        for b in self.readings[at].into_iter().take_while(|b| *b != 0) {
            give(Gram::syllable(group, b));
            if at > from {
                for a in self.readings[at - 1].into_iter().take_while(|a| *a != 0) {
                    give(Gram::syllables(group, a, b));
                }
            } else if group == Group::Primary {
                give(Gram::syllables(group, START_SYLLABLE, b));
            }
            if self.readings[..at].iter().any(|list| list.contains(&b)) {
                give(Gram::twice_syllable(group, b));
            }
        }
    }

    fn initials(&mut self, group: Group, from: usize, at: usize, give: &mut impl FnMut(Gram)) {
        let start = if group == Group::Primary { [START_INITIAL, 0, 0, 0] } else { Initials::default() };
        let back = |steps: usize| match (at - from).checked_sub(steps) {
            Some(place) => self.initials[from + place],
            None if at - from + 1 == steps => start,
            None => Initials::default(),
        };
        let known = self.pairs.len();
        let (first, second) = (back(2), back(1));
        for c in self.initials[at].into_iter().take_while(|c| *c != 0) {
            give(Gram::initials(group, &[c]));
            for b in second.into_iter().take_while(|b| *b != 0) {
                give(Gram::initials(group, &[b, c]));
                if self.pairs[..known].contains(&(b, c)) {
                    give(Gram::twice_initials(group, b, c));
                }
                self.pairs.push((b, c));
                for a in first.into_iter().take_while(|a| *a != 0) {
                    give(Gram::initials(group, &[a, b, c]));
                }
            }
        }
    }
}
