//! Pinyin: the readings of a Han character, and the order of characters in a sorted list.

use pinyin::ToPinyinMulti;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

/// Readings kept per character; rarer ones are dropped.
pub(crate) const READINGS: usize = 3;

/// Toneless readings of a character as syllable numbers, 0 where there are fewer.
pub(crate) type Readings = [u16; READINGS];

/// Characters with readings lie here (〇 is handled apart); the extensions beyond the BMP have none.
const HAN: Range<u32> = 0x3400..0xa000;
const ZERO: u32 = 0x3007;

/// The reading that comes first in names of customers and companies, where dictionaries put another one first
/// (长沙, 厦门, 重庆; surnames such as 曾 and 单). The first reading decides the place in a sorted list.
const PREFERRED: [(char, &str); 9] = [
    ('长', "chang"),
    ('厦', "xia"),
    ('重', "chong"),
    ('曾', "zeng"),
    ('单', "shan"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('查', "zha"),
    ('沈', "shen"),
];

/// Frequent in names, and read in one way there: what dictionaries add (限 wen, 司 ci, 方 feng) nobody types. Leaving it
/// out saves a third of the postings. Characters not listed keep all their readings.
const ONE_READING: &str = "有限司任份团技投服信络件系化机造汽售食餐游广告印包鞋家居明能种殖厂部市合事研育培幼儿园房券担租典拍地\
路属色石胶陶百超零宁南甘青台内古夏港澳杭沈大沙肥昆哈庄太齐呼和浩圳无温烟沂万达鑫方土月喜强越精英景奔横众立奋斗拼亨思尚鼎\
味红蓝白橙王吴朱许冯邓彭董潘于蔡余杜叶丁姚陆汪贾尹郝莫汤洋平洁莉波俊可倩皓楷彬";

/// Every syllable and character's reading, made once from the pinyin data.
pub(crate) struct Table {
    /// Syllables in alphabetical order; the number of a syllable is its place here plus one.
    syllables: Vec<String>,
    /// First letter of each syllable, 1 for `a`; by the syllable's number.
    first_letters: Vec<u8>,
    readings: Vec<Readings>,
    weights: Vec<u16>,
}

/// The table of the process.
pub(crate) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::new)
}

impl Table {
    fn new() -> Self {
        let spelled: Vec<Vec<String>> = HAN
            .chain([ZERO])
            .map(|code| char::from_u32(code).map(spellings).unwrap_or_default())
            .collect();
        let numbers: BTreeMap<&str, u16> = {
            let mut all: Vec<&str> = spelled.iter().flatten().map(String::as_str).collect();
            all.sort_unstable();
            all.dedup();
            all.into_iter().zip(1u16..).collect()
        };
        let readings: Vec<Readings> = spelled
            .iter()
            .map(|list| {
                let mut kept = Readings::default();
                for (slot, spelling) in kept.iter_mut().zip(list) {
                    *slot = numbers[spelling.as_str()];
                }
                kept
            })
            .collect();
        let syllables: Vec<String> = numbers.keys().map(|s| (*s).to_owned()).collect();
        let first_letters = [0]
            .into_iter()
            .chain(syllables.iter().map(|s| s.as_bytes()[0] - b'a' + 1))
            .collect();
        let mut table = Self {
            syllables,
            first_letters,
            readings,
            weights: Vec::new(),
        };
        table.weights = table.weigh();
        table
    }

    /// Readings of a character, most frequent first; all zero when it has none.
    #[inline]
    pub(crate) fn readings(&self, c: char) -> Readings {
        match place(u32::from(c)) {
            Some(at) => self.readings[at],
            None => Readings::default(),
        }
    }

    /// The letters of a syllable by its number (never 0).
    #[inline]
    pub(crate) fn letters(&self, syllable: u16) -> &str {
        &self.syllables[usize::from(syllable) - 1]
    }

    /// The first letter of a syllable by its number, 1 for `a`.
    #[inline]
    pub(crate) fn first_letter(&self, syllable: u16) -> u8 {
        self.first_letters[usize::from(syllable)]
    }

    /// Numbers of the syllables that begin with these letters.
    pub(crate) fn beginning_with(&self, letters: &str) -> Range<u16> {
        let from = self.syllables.partition_point(|s| s.as_str() < letters);
        let many = self.syllables[from..].partition_point(|s| s.starts_with(letters));
        (from as u16 + 1)..((from + many) as u16 + 1)
    }

    /// The number of exactly this syllable.
    pub(crate) fn syllable(&self, letters: &str) -> Option<u16> {
        let at = self
            .syllables
            .binary_search_by(|s| s.as_str().cmp(letters))
            .ok()?;
        Some(at as u16 + 1)
    }

    /// Place of a character in sorted lists: digits, Latin letters and other scripts by code point, then Han by pinyin,
    /// Han of one reading by code point. Unique within the BMP and never 0; `u16::MAX` stands for all beyond it.
    #[inline]
    pub(crate) fn weight(&self, c: char) -> u16 {
        self.weights
            .get(u32::from(c) as usize)
            .copied()
            .unwrap_or(u16::MAX)
    }

    fn weigh(&self) -> Vec<u16> {
        let mut order: Vec<(u16, char)> = (0..=0xffff_u32)
            .filter_map(char::from_u32)
            .map(|c| (self.rank(c), c))
            .collect();
        order.sort_unstable();
        let mut weights = vec![u16::MAX; 0x1_0000];
        for ((_, c), weight) in order.into_iter().zip(1u16..) {
            weights[u32::from(c) as usize] = weight;
        }
        weights
    }

    fn rank(&self, c: char) -> u16 {
        match self.readings(c)[0] {
            0 if HAN.contains(&u32::from(c)) => u16::MAX,
            other => other,
        }
    }
}

fn place(code: u32) -> Option<usize> {
    if HAN.contains(&code) {
        Some((code - HAN.start) as usize)
    } else if code == ZERO {
        Some(HAN.len())
    } else {
        None
    }
}

/// Distinct toneless spellings as people type them. `ü` is typed `v` (input methods) or `u` (passports): both count.
fn spellings(c: char) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain();
        let typed = if plain.contains('ü') {
            vec![plain.replace('ü', "v"), plain.replace('ü', "u")]
        } else {
            vec![plain.to_owned()]
        };
        for spelling in typed {
            let sayable = spelling.bytes().all(|b| b.is_ascii_lowercase())
                && spelling.contains(['a', 'e', 'i', 'o', 'u', 'v']);
            if sayable && !list.contains(&spelling) {
                list.push(spelling);
            }
        }
    }
    let preferred = PREFERRED
        .iter()
        .find(|(p, _)| *p == c)
        .map(|(_, spelling)| *spelling);
    // False sorts before true: the preferred reading moves to the front, the others stay in order.
    list.sort_by_key(|spelling| preferred.is_some_and(|preferred| preferred != spelling));
    if ONE_READING.contains(c) {
        list.truncate(1);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::{READINGS, table};

    fn spelled(c: char) -> Vec<&'static str> {
        table()
            .readings(c)
            .into_iter()
            .filter(|r| *r != 0)
            .map(|r| table().letters(r))
            .collect()
    }

    #[test]
    fn knows_all_readings_and_both_spellings_of_u_umlaut() {
        assert_eq!(spelled('京'), ["jing"]);
        assert!(spelled('行').contains(&"hang") && spelled('行').contains(&"xing"));
        assert!(spelled('重').contains(&"chong") && spelled('重').contains(&"zhong"));
        assert_eq!(spelled('限'), ["xian"]);
        assert!(spelled('吕').contains(&"lv") && spelled('吕').contains(&"lu"));
        assert!(spelled('a').is_empty());
        assert_eq!(READINGS, table().readings('京').len());
    }

    #[test]
    fn prefix_range_holds_the_syllables_with_that_prefix() {
        let all: Vec<&str> = table()
            .beginning_with("xian")
            .map(|s| table().letters(s))
            .collect();
        assert_eq!(all, ["xian", "xiang"]);
        assert!(table().beginning_with("zx").is_empty());
        assert_eq!(
            table().syllable("xian"),
            Some(table().beginning_with("xian").start)
        );
    }

    #[test]
    fn digits_then_latin_then_han_by_pinyin() {
        let mut names = ['中', '重', 'b', '阿', '9', '长', '北', 'z'];
        names.sort_by_key(|c| table().weight(*c));
        assert_eq!(names, ['9', 'b', 'z', '阿', '北', '长', '重', '中']);
    }
}
