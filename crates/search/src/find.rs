//! From a search text to the exact set of customers, in classes from the best match down.

use crate::grams::{Gram, Group, START_CHAR, START_INITIAL, START_SYLLABLE, initial};
use crate::matcher::matches;
use crate::postings::Postings;
use crate::query::TextQuery;
use crate::set::Set;
use crate::table::{Table, field_of};
use crate::words::{Parse, Piece, Word, parses, words};

/// Looks words up among the customers of `base`.
pub(crate) struct Finder<'a> {
    pub(crate) postings: &'a Postings,
    pub(crate) table: &'a Table,
    pub(crate) base: &'a Set<'a>,
}

/// Where a word is looked for.
#[derive(Clone, Copy)]
struct Spot {
    group: Group,
    at_start: bool,
}

/// Where two grams of a chain overlap.
struct Joint<'a> {
    /// The customers in which the overlap occurs twice.
    twice: Set<'a>,
    /// Of these, the ones in which it stands between its neighbours at least once; none if that is not kept.
    around: Option<Set<'a>>,
}

const PRIMARY: Spot = Spot {
    group: Group::Primary,
    at_start: false,
};
const PRIMARY_START: Spot = Spot {
    group: Group::Primary,
    at_start: true,
};
const OTHER: Spot = Spot {
    group: Group::Other,
    at_start: false,
};

impl<'a> Finder<'a> {
    /// The customers of `base` in which all words are found.
    pub(crate) fn all(&self, query: &TextQuery) -> Set<'a> {
        let words = words(&query.text);
        let mut sets: Vec<Set<'a>> = words
            .iter()
            .map(|word| self.anywhere(word, query))
            .collect();
        if sets.len() == 1 {
            sets.swap_remove(0)
        } else {
            Set::all_of(sets)
        }
    }

    /// Divides the customers of `base`, all found by the query, into classes: the primary text begins with the words in a
    /// row; has them in a row; has all of them; others.
    pub(crate) fn classes(&self, query: &TextQuery) -> Vec<Set<'a>> {
        let words = words(&query.text);
        let Some(joined) = Word::joined(&words) else {
            return Vec::new();
        };
        let beginning = self.word(&joined, PRIMARY_START);
        let within = self.word(&joined, PRIMARY);
        let scattered = if words.len() > 1 {
            Set::all_of(words.iter().map(|word| self.word(word, PRIMARY)).collect())
                .without(&within)
        } else {
            Set::EMPTY
        };
        let others = self.base.share().without(&within).without(&scattered);
        // What begins with the words has them in a row too: `within` holds all of `beginning`.
        let within = within.without(&beginning);
        vec![beginning, within, scattered, others]
    }

    fn anywhere(&self, word: &Word, query: &TextQuery) -> Set<'a> {
        let mut sets = vec![self.word(word, PRIMARY)];
        if query.other_texts {
            sets.push(self.word(word, OTHER));
        }
        if let Some(four) = word.last_four().filter(|_| query.phones) {
            sets.push(self.narrow(vec![self.postings.get(Gram::phone(four))]));
        }
        Set::any_of(sets)
    }

    fn word(&self, word: &Word, spot: Spot) -> Set<'a> {
        if let [piece] = word.pieces.as_slice() {
            return self.piece(piece, word, spot);
        }
        // Pieces of different kinds: their grams do not overlap, so every candidate is looked at.
        let candidates = word.pieces.iter().enumerate().filter_map(|(at, piece)| {
            let alone = Word::new(match piece {
                Piece::Literal(run) => {
                    return Some(self.literal(
                        run,
                        word,
                        Spot {
                            at_start: spot.at_start && at == 0,
                            ..spot
                        },
                        false,
                    ));
                }
                Piece::Ascii(run) => run,
            })?;
            Some(self.piece(
                &alone.pieces[0],
                &alone,
                Spot {
                    at_start: spot.at_start && at == 0,
                    ..spot
                },
            ))
        });
        Set::all_of(candidates.collect()).filter(|slot| self.look(slot, word, spot))
    }

    fn piece(&self, piece: &Piece, word: &Word, spot: Spot) -> Set<'a> {
        match piece {
            Piece::Literal(run) => self.literal(run, word, spot, true),
            Piece::Ascii(run) => {
                let mut sets = vec![self.initials(run, word, spot)];
                sets.extend(
                    parses(run)
                        .iter()
                        .map(|parse| self.syllables(parse, word, spot)),
                );
                Set::any_of(sets)
            }
        }
    }

    fn literal(&self, run: &[char], word: &Word, spot: Spot, exact: bool) -> Set<'a> {
        let group = spot.group;
        let run: Vec<char> = spot
            .at_start
            .then_some(START_CHAR)
            .into_iter()
            .chain(run.iter().copied())
            .collect();
        let sets = match run.as_slice() {
            [c] => vec![self.postings.get(Gram::char(group, *c))],
            run => run
                .windows(2)
                .map(|w| self.postings.get(Gram::chars(group, w[0], w[1])))
                .collect(),
        };
        let joints = run.windows(3).filter(|_| exact).map(|w| Joint {
            twice: self.postings.get(Gram::twice_char(group, w[1])),
            around: Gram::around_char(group, w[0], w[1], w[2]).map(|gram| self.postings.get(gram)),
        });
        self.chain(sets, joints.collect(), word, spot)
    }

    fn initials(&self, run: &str, word: &Word, spot: Spot) -> Set<'a> {
        let group = spot.group;
        let run: Vec<u8> = spot
            .at_start
            .then_some(START_INITIAL)
            .into_iter()
            .chain(run.chars().map(initial))
            .collect();
        let sets = run
            .windows(run.len().min(3))
            .map(|w| self.postings.get(Gram::initials(group, w)))
            .collect();
        let joints = run.windows(4).map(|w| Joint {
            twice: self.postings.get(Gram::twice_initials(group, w[1], w[2])),
            around: Some(
                self.postings
                    .get(Gram::around_initials(group, [w[0], w[1], w[2], w[3]])),
            ),
        });
        self.chain(sets, joints.collect(), word, spot)
    }

    fn syllables(&self, parse: &Parse, word: &Word, spot: Spot) -> Set<'a> {
        let group = spot.group;
        let whole: Vec<u16> = spot
            .at_start
            .then_some(START_SYLLABLE)
            .into_iter()
            .chain(parse.whole.iter().copied())
            .collect();
        let mut sets: Vec<Set<'a>> = whole
            .windows(2)
            .map(|w| self.postings.get(Gram::syllables(group, w[0], w[1])))
            .collect();
        if sets.iter().any(|set| set.len() == 0) {
            return Set::EMPTY;
        }
        sets.push(Set::any_of(match whole.last() {
            Some(before) => parse
                .last
                .clone()
                .map(|s| self.postings.get(Gram::syllables(group, *before, s)))
                .collect(),
            None => parse
                .last
                .clone()
                .map(|s| self.postings.get(Gram::syllable(group, s)))
                .collect(),
        }));
        let last = whole.len().saturating_sub(1);
        let joints = (1..whole.len()).map(|at| {
            let (before, joint) = (whole[at - 1], whole[at]);
            let around = |after: u16| {
                self.postings
                    .get(Gram::around_syllable(group, before, joint, after))
            };
            Joint {
                twice: self.postings.get(Gram::twice_syllable(group, joint)),
                around: Some(if at == last {
                    Set::any_of(parse.last.clone().map(around).collect())
                } else {
                    around(whole[at + 1])
                }),
            }
        });
        self.chain(sets, joints.collect(), word, spot)
    }

    /// The customers that have all grams of a chain, joined: see the grams' own description.
    fn chain(
        &self,
        sets: Vec<Set<'a>>,
        joints: Vec<Joint<'a>>,
        word: &Word,
        spot: Spot,
    ) -> Set<'a> {
        let mut found = self.narrow(sets);
        if found.len() == 0 || joints.iter().all(|joint| joint.twice.len() == 0) {
            return found;
        }
        if matches!(found, Set::List(_)) {
            return found.filter(|slot| {
                self.joined(&joints, slot)
                    .unwrap_or_else(|| self.look(slot, word, spot))
            });
        }
        for joint in joints.iter().filter(|joint| joint.twice.len() > 0) {
            if let Some(around) = &joint.around {
                found = found.without(&joint.twice.share().without(around));
            }
        }
        let in_a_row = joints
            .windows(2)
            .map(|w| Set::all_of(vec![w[0].twice.share(), w[1].twice.share()]));
        let unkept = joints
            .iter()
            .filter(|joint| joint.around.is_none())
            .map(|joint| joint.twice.share());
        let doubtful = Set::any_of(in_a_row.chain(unkept).collect());
        let mut wrong = Set::all_of(vec![found.share(), doubtful]).into_list();
        wrong.retain(|slot| !self.look(*slot, word, spot));
        found.without(&Set::of_list(wrong))
    }

    /// Whether a customer that has all grams of a chain has them joined; `None` if only its text can tell.
    fn joined(&self, joints: &[Joint<'a>], slot: u32) -> Option<bool> {
        let (mut before, mut doubtful) = (false, false);
        for joint in joints {
            let twice = joint.twice.contains(slot);
            match &joint.around {
                Some(around) if twice && !around.contains(slot) => return Some(false),
                around => doubtful |= twice && (before || around.is_none()),
            }
            before = twice;
        }
        (!doubtful).then_some(true)
    }

    fn narrow(&self, mut sets: Vec<Set<'a>>) -> Set<'a> {
        sets.push(self.base.share());
        Set::all_of(sets)
    }

    fn look(&self, slot: u32, word: &Word, spot: Spot) -> bool {
        let texts = self.table.texts(slot);
        self.postings
            .fields(spot.group)
            .iter()
            .any(|field| matches(word, field_of(texts, *field), spot.at_start))
    }
}
