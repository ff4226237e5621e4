//! 65,536 consecutive slots: an array of the low halves while few are set, bits once many are.

/// Low bits of a slot number that a container holds.
pub(crate) const SPAN_BITS: u32 = 16;
/// Machine words of a container kept as bits.
pub(crate) const WORDS: usize = (1 << SPAN_BITS) / 64;
/// Above this many members an array is larger than the bits.
const ARRAY_MAX: usize = 4096;
/// The bits become an array again only well below that, so that a set does not swing between the two.
const ARRAY_AGAIN: u32 = 3072;

#[derive(Debug)]
pub(crate) enum Container {
    /// Sorted low halves.
    Array(Vec<u16>),
    /// One bit per slot, and the number of members.
    Bits(Box<[u64; WORDS]>, u32),
}

impl Default for Container {
    fn default() -> Self {
        Self::Array(Vec::new())
    }
}

impl Container {
    #[inline]
    pub(crate) fn contains(&self, low: u16) -> bool {
        match self {
            Self::Array(list) => list.binary_search(&low).is_ok(),
            Self::Bits(words, _) => words[usize::from(low >> 6)] & bit(low) != 0,
        }
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(u16)) {
        match self {
            Self::Array(list) => list.iter().copied().for_each(visit),
            Self::Bits(words, _) => {
                for (at, word) in words.iter().enumerate() {
                    let mut rest = *word;
                    while rest != 0 {
                        visit((at as u16) << 6 | rest.trailing_zeros() as u16);
                        rest &= rest - 1;
                    }
                }
            }
        }
    }

    /// Adds; whether it was new.
    pub(crate) fn insert(&mut self, low: u16) -> bool {
        match self {
            Self::Array(list) => {
                let at = match list.last() {
                    Some(last) if *last < low => list.len(),
                    _ => match list.binary_search(&low) {
                        Ok(_) => return false,
                        Err(at) => at,
                    },
                };
                if list.len() < ARRAY_MAX {
                    if list.len() == list.capacity() {
                        list.reserve_exact(list.len() / 3 + 4);
                    }
                    list.insert(at, low);
                } else {
                    let mut words = Box::new([0u64; WORDS]);
                    for member in list.iter().chain([&low]) {
                        words[usize::from(member >> 6)] |= bit(*member);
                    }
                    *self = Self::Bits(words, ARRAY_MAX as u32 + 1);
                }
                true
            }
            Self::Bits(words, len) => {
                let word = &mut words[usize::from(low >> 6)];
                let new = *word & bit(low) == 0;
                *word |= bit(low);
                *len += u32::from(new);
                new
            }
        }
    }

    /// Adds many in ascending order, all greater than the members.
    pub(crate) fn append(&mut self, lows: &[u16]) {
        match self {
            Self::Array(list) if list.len() + lows.len() <= ARRAY_MAX => {
                list.reserve_exact(lows.len());
                list.extend_from_slice(lows);
            }
            _ => lows.iter().for_each(|low| {
                self.insert(*low);
            }),
        }
    }

    /// Takes out; whether it was there.
    pub(crate) fn remove(&mut self, low: u16) -> bool {
        match self {
            Self::Array(list) => match list.binary_search(&low) {
                Ok(at) => {
                    list.remove(at);
                    true
                }
                Err(_) => false,
            },
            Self::Bits(words, len) => {
                let word = &mut words[usize::from(low >> 6)];
                let was = *word & bit(low) != 0;
                *word &= !bit(low);
                *len -= u32::from(was);
                if *len < ARRAY_AGAIN {
                    let mut list = Vec::with_capacity(*len as usize);
                    self.for_each(|low| list.push(low));
                    *self = Self::Array(list);
                }
                was
            }
        }
    }

    pub(crate) fn shrink(&mut self) {
        if let Self::Array(list) = self {
            list.shrink_to_fit();
        }
    }

    pub(crate) fn heap(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Array(list) => list.capacity() * 2,
                Self::Bits(..) => WORDS * 8,
            }
    }
}

#[inline]
fn bit(low: u16) -> u64 {
    1 << (low & 63)
}
