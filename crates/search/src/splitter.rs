//! Takes texts apart into grams.

use crate::grams::{
    Gram, Group, Initials, SEARCHED_CHARS, START_CHAR, START_INITIAL, START_SYLLABLE, initials,
};
use crate::reading::{READINGS, Readings, table};

/// A place of the initials stream: where, and one pair that begins there.
type Pair = (u32, [u8; 2]);

/// Takes texts apart; kept between customers so that its lists are allocated once.
///
/// The streams of a group's texts stand one after the other. A text has a position more at either end: the start (whose
/// symbols exist in the primary group only) and the end, which has none.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    chars: Vec<char>,
    readings: Vec<Readings>,
    initials: Vec<Initials>,
    /// The positions of a text's characters, start and end left out.
    texts: Vec<(usize, usize)>,
    pairs: Vec<Pair>,
}

/// Stands where there is no character; ASCII, so that no literal gram has it.
const NO_CHAR: char = '\u{1}';

impl Splitter {
    /// Gives every gram of the texts (folded) of one group, some more than once.
    pub(crate) fn split<'t>(
        &mut self,
        group: Group,
        texts: impl Iterator<Item = &'t str>,
        mut give: impl FnMut(Gram),
    ) {
        self.read(group, texts);
        for (from, to) in &self.texts {
            for at in *from..*to {
                self.literal(group, at, &mut give);
                self.syllables(group, at, &mut give);
                self.initials(group, at, &mut give);
            }
        }
        self.repeated_pairs(group, &mut give);
    }

    fn read<'t>(&mut self, group: Group, texts: impl Iterator<Item = &'t str>) {
        self.chars.clear();
        self.readings.clear();
        self.initials.clear();
        self.texts.clear();
        let primary = group == Group::Primary;
        for text in texts.filter(|text| !text.is_empty()) {
            self.push(
                if primary { START_CHAR } else { NO_CHAR },
                [0; READINGS],
                if primary {
                    [START_INITIAL, 0, 0]
                } else {
                    [0; READINGS]
                },
            );
            let from = self.chars.len();
            for c in text.chars().take(SEARCHED_CHARS) {
                let readings = table().readings(c);
                self.push(c, readings, initials(c, &readings));
            }
            self.texts.push((from, self.chars.len()));
            self.push(NO_CHAR, [0; READINGS], [0; READINGS]);
        }
    }

    fn push(&mut self, c: char, readings: Readings, initials: Initials) {
        self.chars.push(c);
        self.readings.push(readings);
        self.initials.push(initials);
    }

    fn literal(&self, group: Group, at: usize, give: &mut impl FnMut(Gram)) {
        let (before, c, after) = (self.chars[at - 1], self.chars[at], self.chars[at + 1]);
        if c.is_ascii() {
            return;
        }
        let joins = |c: char| !c.is_ascii() || c == START_CHAR;
        give(Gram::char(group, c));
        if joins(before) {
            give(Gram::chars(group, before, c));
        }
        if self
            .chars
            .iter()
            .filter(|other| **other == c)
            .nth(1)
            .is_some()
        {
            give(Gram::twice_char(group, c));
            if joins(before) && joins(after) {
                Gram::around_char(group, before, c, after)
                    .into_iter()
                    .for_each(give);
            }
        }
    }

    fn syllables(&self, group: Group, at: usize, give: &mut impl FnMut(Gram)) {
        let start = group == Group::Primary && self.chars[at - 1] == START_CHAR;
        let before = || {
            start
                .then_some(START_SYLLABLE)
                .into_iter()
                .chain(known(&self.readings[at - 1]))
        };
        for b in known(&self.readings[at]) {
            give(Gram::syllable(group, b));
            before().for_each(|a| give(Gram::syllables(group, a, b)));
            if self
                .readings
                .iter()
                .filter(|list| list.contains(&b))
                .nth(1)
                .is_some()
            {
                give(Gram::twice_syllable(group, b));
                for a in before() {
                    known(&self.readings[at + 1])
                        .for_each(|c| give(Gram::around_syllable(group, a, b, c)));
                }
            }
        }
    }

    fn initials(&self, group: Group, at: usize, give: &mut impl FnMut(Gram)) {
        let first = at
            .checked_sub(2)
            .map_or([0; READINGS], |at| self.initials[at]);
        // Two positions back there may be the end of the text before, which has no symbols.
        for c in set(&self.initials[at]) {
            give(Gram::initials(group, &[c]));
            for b in set(&self.initials[at - 1]) {
                give(Gram::initials(group, &[b, c]));
                set(&first).for_each(|a| give(Gram::initials(group, &[a, b, c])));
            }
        }
    }

    /// Pairs of initials that begin at two positions, and what stands on either side of them.
    fn repeated_pairs(&mut self, group: Group, give: &mut impl FnMut(Gram)) {
        self.pairs.clear();
        for (from, to) in &self.texts {
            for at in *from..to.saturating_sub(1) {
                for b in set(&self.initials[at]) {
                    self.pairs
                        .extend(set(&self.initials[at + 1]).map(|c| (at as u32, [b, c])));
                }
            }
        }
        for (at, [b, c]) in &self.pairs {
            if self
                .pairs
                .iter()
                .any(|(other, pair)| pair == &[*b, *c] && other != at)
            {
                give(Gram::twice_initials(group, *b, *c));
                let at = *at as usize;
                for a in set(&self.initials[at - 1]) {
                    set(&self.initials[at + 2])
                        .for_each(|d| give(Gram::around_initials(group, [a, *b, *c, d])));
                }
            }
        }
    }
}

fn known(readings: &Readings) -> impl Iterator<Item = u16> + '_ {
    readings.iter().copied().take_while(|reading| *reading != 0)
}

fn set(initials: &Initials) -> impl Iterator<Item = u8> + '_ {
    initials.iter().copied().take_while(|initial| *initial != 0)
}
