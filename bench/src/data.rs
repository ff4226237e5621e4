//! Generated customers: the n-th is the same in every run, so that what was imported can be searched for.

use crate::random::Random;

/// Characters of company names with their reading.
const SYLLABLES: [(&str, &str); 40] = [
    ("华", "hua"),
    ("盛", "sheng"),
    ("远", "yuan"),
    ("达", "da"),
    ("恒", "heng"),
    ("信", "xin"),
    ("瑞", "rui"),
    ("丰", "feng"),
    ("安", "an"),
    ("康", "kang"),
    ("泰", "tai"),
    ("和", "he"),
    ("鑫", "xin"),
    ("海", "hai"),
    ("天", "tian"),
    ("宏", "hong"),
    ("明", "ming"),
    ("嘉", "jia"),
    ("博", "bo"),
    ("凯", "kai"),
    ("联", "lian"),
    ("创", "chuang"),
    ("智", "zhi"),
    ("云", "yun"),
    ("科", "ke"),
    ("锐", "rui"),
    ("思", "si"),
    ("源", "yuan"),
    ("通", "tong"),
    ("顺", "shun"),
    ("光", "guang"),
    ("大", "da"),
    ("利", "li"),
    ("美", "mei"),
    ("金", "jin"),
    ("宝", "bao"),
    ("龙", "long"),
    ("腾", "teng"),
    ("飞", "fei"),
    ("中", "zhong"),
];
const CITIES: [(&str, &str); 10] = [
    ("浙江", "杭州"),
    ("江苏", "苏州"),
    ("广东", "深圳"),
    ("上海", "上海"),
    ("北京", "北京"),
    ("四川", "成都"),
    ("湖北", "武汉"),
    ("陕西", "西安"),
    ("山东", "青岛"),
    ("福建", "厦门"),
];
const TRADES: [&str; 8] = [
    "机械",
    "电子",
    "医疗器械",
    "软件",
    "食品",
    "化工",
    "物流",
    "纺织",
];
const SURNAMES: [(&str, &str); 12] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
];
const LATIN: [&str; 40] = [
    "Alder", "Bergen", "Calder", "Dorset", "Elmwood", "Falcon", "Granite", "Harbor", "Indigo",
    "Jasper", "Keystone", "Lumen", "Meridian", "Nordic", "Orchard", "Pioneer", "Quartz", "Raven",
    "Summit", "Timber", "Umber", "Vertex", "Willow", "Xenon", "Yarrow", "Zenith", "Anchor",
    "Beacon", "Copper", "Delta", "Ember", "Forge", "Glacier", "Hollow", "Ivory", "Juniper",
    "Kestrel", "Laurel", "Marble", "Nimbus",
];
const FORMS: [&str; 6] = ["GmbH", "Ltd.", "Inc.", "S.A.", "B.V.", "AG"];
const TITLES: [&str; 5] = ["采购经理", "总经理", "财务主管", "Buyer", "CTO"];
const LEVELS: [&str; 4] = ["a", "b", "c", "d"];
const STATUSES: [&str; 5] = ["lead", "following", "won", "lost", "dormant"];
const SOURCES: [&str; 5] = [
    "exhibition",
    "referral",
    "website",
    "advertisement",
    "cold_call",
];

/// Field names of the product in the order of [`Customer::values`].
pub const FIELDS: [&str; 15] = [
    "name",
    "contact_name",
    "contact_title",
    "phone",
    "email",
    "wechat",
    "level",
    "status",
    "source",
    "industry",
    "province",
    "city",
    "address",
    "amount",
    "next_contact_at",
];

/// Customers among which no name, phone or address comes twice.
#[cfg(test)]
const MOST: usize = 640_000;

/// The n-th generated customer.
pub struct Customer {
    n: usize,
    brand: [usize; 4],
    city: usize,
    chinese: bool,
}

impl Customer {
    /// The names and phones of the first 640,000 all differ.
    pub fn new(n: usize) -> Self {
        // An odd multiplier not divisible by five visits all 40⁴ brands in an order that looks like none.
        let brand = n * 1_027_647 % 2_560_000;
        Self {
            n,
            brand: [
                brand / 64_000,
                brand / 1_600 % 40,
                brand / 40 % 40,
                brand % 40,
            ],
            city: n % 10,
            chinese: n / 10 % 10 < 7,
        }
    }

    fn random(&self) -> Random {
        Random::new(self.n as u64)
    }

    pub fn name(&self) -> String {
        let mut random = self.random();
        if self.chinese {
            let brand: String = self.brand.iter().map(|i| SYLLABLES[*i].0).collect();
            format!(
                "{}{brand}{}有限公司",
                CITIES[self.city].1,
                random.one_of(&TRADES)
            )
        } else {
            let brand = self.brand.map(|i| LATIN[i]).join(" ");
            format!("{brand} {}", random.one_of(&FORMS))
        }
    }

    /// Eleven digits, different for every customer.
    pub fn phone(&self) -> String {
        let prefix = ["138", "139", "150", "159", "186", "188"][self.n % 6];
        format!(
            "{prefix}{:08}",
            (self.n * 7_368_787 + 1_234_567) % 100_000_000
        )
    }

    pub fn last_four(&self) -> String {
        self.phone()[7..].to_owned()
    }

    /// Part of the name, as somebody would type it: two characters, a Latin word, or the initials of the reading.
    pub fn part_of_name(&self, random: &mut Random) -> String {
        let [_, _, third, last] = self.brand;
        if !self.chinese {
            return LATIN[third].to_lowercase();
        }
        if random.below(2) == 0 {
            format!("{}{}", SYLLABLES[third].0, SYLLABLES[last].0)
        } else {
            self.brand.iter().map(|i| &SYLLABLES[*i].1[..1]).collect()
        }
    }

    /// The values of [`FIELDS`].
    pub fn values(&self) -> [String; 15] {
        let mut random = self.random();
        random.next();
        let (surname, reading) = random.one_of(&SURNAMES);
        let given = random.one_of(&SYLLABLES);
        let (province, city) = CITIES[self.city];
        let n = self.n;
        let domain = LATIN[self.brand[1]].to_lowercase();
        [
            self.name(),
            format!("{surname}{}", given.0),
            (*random.one_of(&TITLES)).to_owned(),
            self.phone(),
            format!("{reading}.{}{n}@{domain}.example.com", given.1),
            format!("{reading}_{n}"),
            (*random.one_of(&LEVELS)).to_owned(),
            (*random.one_of(&STATUSES)).to_owned(),
            (*random.one_of(&SOURCES)).to_owned(),
            (*random.one_of(&TRADES)).to_owned(),
            province.to_owned(),
            city.to_owned(),
            format!(
                "{city}市人民路{}号{}室",
                1 + random.below(900),
                101 + random.below(1900)
            ),
            format!(
                "{}.{:02}",
                1_000 + random.below(2_000_000),
                random.below(100)
            ),
            format!(
                "2027-{:02}-{:02}",
                1 + random.below(12),
                1 + random.below(28)
            ),
        ]
    }
}

/// A CSV file of the first `count` customers, with the field names as header.
pub fn csv(count: usize) -> String {
    let mut out = String::with_capacity(count * 240);
    out.push_str(&FIELDS.join(","));
    for n in 0..count {
        out.push_str("\r\n");
        out.push_str(&Customer::new(n).values().join(","));
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_or_phone_comes_twice() {
        let names: HashSet<String> = (0..MOST).map(|n| Customer::new(n).name()).collect();
        assert_eq!(names.len(), MOST);
        let phones: HashSet<String> = (0..MOST).map(|n| Customer::new(n).phone()).collect();
        assert_eq!(phones.len(), MOST);
    }

    #[test]
    fn what_is_searched_for_is_there() {
        let mut random = Random::new(1);
        let chinese = Customer::new(3);
        let parts: HashSet<String> = (0..20).map(|_| chinese.part_of_name(&mut random)).collect();
        assert_eq!(parts.len(), 2);
        assert!(
            parts
                .iter()
                .any(|part| chinese.name().contains(part.as_str()))
        );
        let latin = Customer::new(75);
        assert!(
            latin
                .name()
                .to_lowercase()
                .contains(&latin.part_of_name(&mut random))
        );
    }
}
