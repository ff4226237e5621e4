//! The keys of the postings: grams of a customer's texts.
//!
//! A text is seen as three streams over the same positions: its *literal* characters (those beyond ASCII), the
//! *syllables* of its Han characters, and its *initials* (first letters of the readings; ASCII letters and digits stand
//! for themselves). Literal characters and syllables are kept singly and in pairs, initials up to three in a row.
//!
//! A query is a chain of overlapping grams. Two neighbours of a chain meet in their overlap, the *joint* (a character, a
//! syllable, a pair of initials). A customer that has both neighbours has them joined, unless the joint occurs twice in
//! it. What occurs twice is kept too (`twice_…`), and for these customers also the joint with what stands on either side
//! (`around_…`). So set algebra is exact, but for customers in which two joints in a row occur twice: those few texts
//! are looked at.

use crate::reading::{READINGS, Readings, table};

/// Marks the beginning of the primary text in the literal stream.
pub(crate) const START_CHAR: char = '\0';
/// Marks the beginning of the primary text in the syllable stream.
pub(crate) const START_SYLLABLE: u16 = 0;
/// Marks the beginning of the primary text in the initials stream.
pub(crate) const START_INITIAL: u8 = 37;
/// Characters of a text field that can be searched.
pub(crate) const SEARCHED_CHARS: usize = 200;

/// First letters of a character's readings, or the ASCII character itself: 1 to 36, 0 for none.
pub(crate) type Initials = [u8; READINGS];

/// Which texts of a customer: the primary one (the name), or any other searchable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Primary = 0,
    Other = 1,
}

/// A posting's key: the kind of gram and group above, 48 bits of symbols below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gram(u64);

const PAYLOAD_BITS: u32 = 48;

impl Gram {
    /// Sorts of grams: kind times group.
    pub(crate) const SORTS: usize = 28;

    #[inline]
    fn new(kind: u64, group: Group, payload: u64) -> Self {
        Self((kind << 1 | group as u64) << PAYLOAD_BITS | payload)
    }

    /// The number of the sort, below [`Gram::SORTS`], and the symbols, below 2^48.
    #[inline]
    pub(crate) fn parts(self) -> (usize, u64) {
        (
            (self.0 >> PAYLOAD_BITS) as usize,
            self.0 & ((1 << PAYLOAD_BITS) - 1),
        )
    }

    /// The gram of these parts.
    pub(crate) fn of_parts(sort: usize, payload: u64) -> Self {
        Self((sort as u64) << PAYLOAD_BITS | payload)
    }

    pub(crate) fn char(group: Group, a: char) -> Self {
        Self::new(0, group, u64::from(u32::from(a)))
    }
    pub(crate) fn chars(group: Group, a: char, b: char) -> Self {
        Self::new(
            1,
            group,
            u64::from(u32::from(a)) << 21 | u64::from(u32::from(b)),
        )
    }
    pub(crate) fn twice_char(group: Group, a: char) -> Self {
        Self::new(2, group, u64::from(u32::from(a)))
    }
    /// None beyond the BMP, where three characters are too large for a key.
    pub(crate) fn around_char(group: Group, a: char, b: char, c: char) -> Option<Self> {
        let code = |c: char| u16::try_from(u32::from(c)).ok().map(u64::from);
        Some(Self::new(
            3,
            group,
            code(a)? << 32 | code(b)? << 16 | code(c)?,
        ))
    }
    pub(crate) fn syllable(group: Group, a: u16) -> Self {
        Self::new(4, group, u64::from(a))
    }
    pub(crate) fn syllables(group: Group, a: u16, b: u16) -> Self {
        Self::new(5, group, u64::from(a) << 16 | u64::from(b))
    }
    pub(crate) fn twice_syllable(group: Group, a: u16) -> Self {
        Self::new(6, group, u64::from(a))
    }
    pub(crate) fn around_syllable(group: Group, a: u16, b: u16, c: u16) -> Self {
        Self::new(
            7,
            group,
            u64::from(a) << 32 | u64::from(b) << 16 | u64::from(c),
        )
    }
    /// One to three initials.
    pub(crate) fn initials(group: Group, run: &[u8]) -> Self {
        Self::new(7 + run.len() as u64, group, packed(run))
    }
    pub(crate) fn twice_initials(group: Group, a: u8, b: u8) -> Self {
        Self::new(11, group, packed(&[a, b]))
    }
    pub(crate) fn around_initials(group: Group, run: [u8; 4]) -> Self {
        Self::new(12, group, packed(&run))
    }
    /// The last four digits of a telephone number.
    pub(crate) fn phone(digits: u16) -> Self {
        Self::new(13, Group::Other, u64::from(digits))
    }
}

#[inline]
fn packed(run: &[u8]) -> u64 {
    run.iter()
        .fold(0, |payload, a| payload << 6 | u64::from(*a))
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
