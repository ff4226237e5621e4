//! Prints what the index costs: `cargo run --release -p custos-search --example measure [customers …]`.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs
)]

use custos_search::{
    Document, FieldId, Filters, Id, Index, IndexBuilder, IndexSchema, Query, RangeFilter, Scope,
    ScopeTerm, Sort, TextQuery,
};
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const PLACES: [&str; 16] = [
    "北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "西安", "南京", "重庆", "苏州", "天津",
    "长沙", "青岛", "厦门", "宁波",
];
const TRADES: [&str; 18] = [
    "科技",
    "贸易",
    "信息技术",
    "电子",
    "医疗器械",
    "建筑工程",
    "文化传媒",
    "餐饮管理",
    "物流",
    "软件",
    "生物科技",
    "工贸",
    "咨询",
    "机械设备",
    "服饰",
    "食品",
    "新能源",
    "网络科技",
];
const FORMS: [&str; 5] = [
    "有限公司",
    "有限公司",
    "有限公司",
    "股份有限公司",
    "有限责任公司",
];
const MARKS: &str = "华信安达永恒鑫源博雅天宇金石瑞丰宏图伟业正阳明德启航智联云海星辰中兴万通百川东方嘉禾盛世泰和国泰民生长城飞跃\
龙腾虎啸凤鸣春秋江河湖山林木森水火土日月光辉荣耀富贵吉祥如意福禄寿喜福康健乐美佳优良善诚义仁礼智勇刚毅坚强卓越精英创新\
先锋领航远景未来希望梦想飞翔翱翔腾飞奔腾驰骋纵横四海五洲七彩九州千里万象亿方兆丰聚合众汇集成立建设发展开拓进取奋斗拼搏";
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玲华飞红建文志鹏宇浩然子轩梓涵欣怡佳琪思雨晨曦博文雅婷";
const LATIN: [&str; 20] = [
    "Acme", "Global", "Pacific", "Orient", "Summit", "Vertex", "Nova", "Blue", "River", "Stone",
    "Bright", "Delta", "Omega", "Harbor", "Falcon", "Cedar", "Quantum", "Silver", "North", "Union",
];
const LATIN_FORMS: [&str; 6] = [
    "Trading Co., Ltd.",
    "Technologies Inc.",
    "Holdings Limited",
    "Logistics GmbH",
    "Partners LLC",
    "Group",
];

/// Customers changed to see what a change costs.
const CHANGES: u64 = 10_000;

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
    fn chars(&mut self, from: &[char], many: usize) -> String {
        (0..many).map(|_| from[self.below(from.len())]).collect()
    }
}

struct Names {
    marks: Vec<char>,
    surnames: Vec<char>,
    given: Vec<char>,
}

impl Names {
    /// Half of the marks' characters come from all common Han, so that rare pairs occur as in real names.
    fn company(&self, random: &mut Random) -> String {
        if random.below(10) == 0 {
            let number = random.below(1000);
            return format!(
                "{} {} {number} {}",
                random.pick(&LATIN),
                random.pick(&LATIN),
                random.pick(&LATIN_FORMS)
            );
        }
        let rare = char::from_u32(0x4e00 + random.below(3_000) as u32 * 6).unwrap();
        let many = 1 + random.below(2);
        let mark = random.chars(&self.marks, many);
        format!(
            "{}{mark}{rare}{}{}",
            random.pick(&PLACES),
            random.pick(&TRADES),
            random.pick(&FORMS)
        )
    }
    fn person(&self, random: &mut Random) -> String {
        let many = 1 + random.below(2);
        random.chars(&self.surnames, 1) + &random.chars(&self.given, many)
    }
}

fn id(n: u64) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(1_700_000_000_000 + n / 7).to_be_bytes());
    id[8..].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id
}

fn schema() -> IndexSchema {
    IndexSchema::new("name")
        .text("contact_name", true, false)
        .choice(
            "status",
            &["lead", "following", "won", "lost", "dormant"],
            true,
        )
        .choice("level", &["a", "b", "c", "d"], true)
        .choice(
            "source",
            &[
                "exhibition",
                "referral",
                "website",
                "advertisement",
                "cold_call",
                "social",
                "import",
                "other",
            ],
            false,
        )
        .choice("industry", &[], false)
        .choice("province", &[], false)
        .number("amount", true)
        .number("last_contact_at", true)
        .number("next_contact_at", true)
}

fn document(n: u64, names: &Names, random: &mut Random) -> Document {
    let code = |random: &mut Random, of: usize, letters: &[&str]| {
        Some(letters[random.below(of)].to_owned())
    };
    let at = 1_700_000_000_000 + n as i64 * 1000;
    Document {
        id: id(n),
        version: 1,
        mark: 0,
        owner: (random.below(20) > 0).then(|| id(1_000_000_000 + random.below(50) as u64)),
        department: Some(id(2_000_000_000 + random.below(8) as u64)),
        created_at: at,
        updated_at: at + random.below(1_000_000_000) as i64,
        texts: vec![names.company(random), names.person(random)],
        choices: vec![
            code(random, 5, &["lead", "following", "won", "lost", "dormant"]),
            code(random, 4, &["a", "b", "c", "d"]),
            code(random, 3, &["referral", "website", "import"]),
            code(random, 4, &["manufacturing", "retail", "finance", "health"]),
            code(random, 16, &PLACES),
        ],
        numbers: vec![
            Some(random.below(100_000_000) as i64),
            (random.below(3) > 0).then(|| at + random.below(1_000_000_000) as i64),
            (random.below(3) == 0).then(|| at + random.below(1_000_000_000) as i64),
        ],
        phones: vec![format!("1{:010}", random.below(9_999_999_999))],
        row: vec![b'x'; 220 + random.below(160)].into(),
    }
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok())
        .unwrap_or(0)
        * 4096
}

/// Seconds of processor time this process has had, to a hundredth.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat
        .split(' ')
        .skip(13)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

fn time(label: &str, index: &Index, queries: &[Query]) {
    let mut took: Vec<(u128, usize)> = Vec::new();
    let mut totals = 0;
    for (at, query) in queries.iter().enumerate() {
        // The quickest of three: what the query costs, not what else the machine does.
        let best = (0..3).map(|_| {
            let start = Instant::now();
            let page = index.query(query).unwrap();
            (start.elapsed().as_nanos(), page.total)
        });
        let (nanos, total) = best.min().unwrap();
        totals += total;
        took.push((nanos / 100, at));
    }
    took.sort_unstable();
    let micros = |at: usize| took[at.min(took.len() - 1)].0 as f64 / 10.0;
    let slowest = queries[took[took.len() - 1].1]
        .text
        .as_ref()
        .map_or("", |text| text.text.as_str());
    println!(
        "  {label:<42} p50 {:>8.1} µs   p99 {:>8.1} µs   max {:>8.1} µs {slowest}   mean total {}",
        micros(took.len() / 2),
        micros(took.len() * 99 / 100),
        micros(took.len()),
        totals / took.len() as u64
    );
}

fn measure(many: u64) {
    let names = Names {
        marks: MARKS.chars().collect(),
        surnames: SURNAMES.chars().collect(),
        given: GIVEN.chars().collect(),
    };
    let mut random = Random(0x1234_5678_9abc_def1);
    let before = resident();
    let mut builder = IndexBuilder::new(schema());
    let (mut samples, mut waiting, mut building) = (Vec::new(), Vec::new(), 0.0);
    for n in 0..many {
        let document = document(n, &names, &mut random);
        if n % (many / 2_000) == 0 {
            samples.push((document.texts[0].clone(), document.phones[0].clone()));
        }
        waiting.push(document);
        if waiting.len() == 10_000 || n + 1 == many {
            let start = processor_time();
            waiting
                .drain(..)
                .for_each(|document| builder.push(&document).unwrap());
            building += processor_time() - start;
        }
    }
    let start = processor_time();
    let mut index = builder.finish().unwrap();
    let sorting = processor_time() - start;
    println!("{many} customers");
    println!(
        "  bulk build {:.0} per second of one core ({:.2} s, of which finish() {:.2} s)",
        many as f64 / (building + sorting),
        building + sorting,
        sorting
    );
    println!(
        "  memory {:.1} MB resident, {:.1} MB by stats()",
        (resident() - before) as f64 / 1e6,
        index.stats().bytes as f64 / 1e6
    );

    let list = |sort: Option<(FieldId, bool)>, scope: &Scope| Query {
        scope: scope.clone(),
        sort: sort.map(|(field, descending)| Sort { field, descending }),
        limit: 50,
        ..Query::default()
    };
    let repeat = |query: Query| vec![query; 500];
    let owner = Scope::Any(vec![ScopeTerm::Owner(id(1_000_000_007))]);
    let team = Scope::Any(vec![
        ScopeTerm::Owner(id(1_000_000_007)),
        ScopeTerm::Department(id(2_000_000_003)),
    ]);
    time(
        "list 50 by name, all",
        &index,
        &repeat(list(None, &Scope::All)),
    );
    time(
        "list 50 by -updated_at, all",
        &index,
        &repeat(list(Some((FieldId::UpdatedAt, true)), &Scope::All)),
    );
    time(
        "list 50 by name, owner",
        &index,
        &repeat(list(None, &owner)),
    );
    time(
        "list 50 by name, owner or department",
        &index,
        &repeat(list(None, &team)),
    );
    let filters = Filters {
        choices: vec![
            (
                FieldId::Choice(0),
                vec![Some("won".into()), Some("lost".into())],
            ),
            (FieldId::Choice(1), vec![Some("a".into())]),
        ],
        ..Filters::default()
    };
    time(
        "list 50 by name, two choice filters",
        &index,
        &repeat(Query {
            filters: filters.clone(),
            ..list(None, &Scope::All)
        }),
    );
    let range = RangeFilter {
        field: FieldId::UpdatedAt,
        from: Some(1_700_000_400_000),
        to: Some(1_700_040_000_000),
    };
    let ranged = Filters {
        ranges: vec![range],
        ..filters
    };
    time(
        "the same, and a range of updated_at",
        &index,
        &repeat(Query {
            filters: ranged,
            ..list(None, &Scope::All)
        }),
    );
    let only_range = Filters {
        ranges: vec![range],
        ..Filters::default()
    };
    time(
        "a range of updated_at alone",
        &index,
        &repeat(Query {
            filters: only_range,
            ..list(None, &Scope::All)
        }),
    );
    let mut deep = list(None, &Scope::All);
    let pages: Vec<Query> = (0..500)
        .map(|_| {
            deep.cursor = index.query(&deep).unwrap().next;
            deep.clone()
        })
        .collect();
    time("next page by name, all", &index, &pages);

    let mut search = |label: &str, make: &dyn Fn(&mut Random, &[char], &str) -> String| {
        let queries: Vec<Query> = samples
            .iter()
            .map(|(name, phone)| {
                let chars: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
                Query {
                    text: Some(TextQuery::new(&make(&mut random, &chars, phone))),
                    ..list(None, &Scope::All)
                }
            })
            .collect();
        time(label, &index, &queries);
        let scoped: Vec<Query> = queries
            .into_iter()
            .map(|query| Query {
                scope: team.clone(),
                ..query
            })
            .collect();
        time(&format!("{label}, owner or department"), &index, &scoped);
    };
    let part = |random: &mut Random, chars: &[char], many: usize| {
        let many = many.min(chars.len());
        let from = random.below(chars.len() - many + 1);
        chars[from..from + many].iter().collect::<String>()
    };
    search("search 1 character", &|random, chars, _| {
        part(random, chars, 1)
    });
    search("search 2 characters", &|random, chars, _| {
        part(random, chars, 2)
    });
    search("search 3 or 4 characters", &|random, chars, _| {
        let many = 3 + random.below(2);
        part(random, chars, many)
    });
    search("search 5 to 7 characters", &|random, chars, _| {
        let many = 5 + random.below(3);
        part(random, chars, many)
    });
    let spell = |text: &str| pinyin::to_pinyin_vec(text, pinyin::Pinyin::plain).concat();
    let initials = |text: &str| pinyin::to_pinyin_vec(text, pinyin::Pinyin::first_letter).concat();
    search("search full pinyin of 2 or 3", &|random, chars, _| {
        let many = 2 + random.below(2);
        spell(&part(random, &chars[..chars.len().min(6)], many))
    });
    search("search initials of 4", &|random, chars, _| {
        initials(&part(random, chars, 4))
    });
    search("search two words", &|random, chars, _| {
        part(random, chars, 2) + " " + &part(random, chars, 2)
    });
    search("search last four digits", &|_, _, phone| {
        phone[7..].to_owned()
    });
    let common: Vec<Query> = [
        "有限公司",
        "科技有限公司",
        "youxiangongsi",
        "yxgs",
        "gongsi",
        "g",
        "公",
        "gs",
        "ltd",
        "limited",
    ]
    .iter()
    .map(|text| Query {
        text: Some(TextQuery::new(text)),
        ..list(None, &Scope::All)
    })
    .collect();
    for query in common {
        let label = format!("search {}", query.text.as_ref().unwrap().text);
        time(&label, &index, &vec![query; 20]);
    }

    let start = processor_time();
    for _ in 0..500 {
        index
            .facets(&team, &Filters::default(), FieldId::Choice(0))
            .unwrap();
    }
    println!(
        "  facets of status, owner or department      {:>8.1} µs",
        (processor_time() - start) * 2e3
    );
    change(&mut index, many, &names, &mut random);
}

/// What following the change feed costs, in processor time.
fn change(index: &mut Index, many: u64, names: &Names, random: &mut Random) {
    let mut changes: Vec<Document> = (0..CHANGES)
        .map(|n| document(n * (many / CHANGES), names, random))
        .collect();
    let timed = |label: &str, index: &mut Index, act: &mut dyn FnMut(&mut Index)| {
        let start = processor_time();
        act(index);
        println!(
            "  {label:<42} {:>8.1} µs",
            (processor_time() - start) * 1e6 / CHANGES as f64
        );
    };
    timed(
        "upsert of a customer with new values",
        index,
        &mut |index| {
            changes
                .iter()
                .for_each(|document| assert!(index.upsert(document).is_ok()));
        },
    );
    for document in &mut changes {
        document.version += 1;
        document.updated_at += 5_000_000;
    }
    timed(
        "upsert of a customer with a new time",
        index,
        &mut |index| {
            changes
                .iter()
                .for_each(|document| assert!(index.upsert(document).is_ok()));
        },
    );
    timed("remove", index, &mut |index| {
        changes
            .iter()
            .for_each(|document| assert!(index.remove(&document.id)))
    });
    timed("upsert of a new customer", index, &mut |index| {
        changes
            .iter()
            .for_each(|document| assert!(index.upsert(document).is_ok()));
    });
}

fn main() {
    let sizes: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|size| size.parse().ok())
        .collect();
    for size in if sizes.is_empty() {
        vec![100_000, 1_000_000]
    } else {
        sizes
    } {
        measure(size);
    }
}
