//! Which column means what: proposals from the headers, for a person to confirm.

mod preset;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use preset::Preset;

/// The names a column can be mapped to: the importable fields of a customer, parts of a contact's name, the owner by
/// name, the amount in 万元, and `ignore` for columns that are known to hold nothing worth importing.
pub const FIELDS: [&str; 28] = [
    "name",
    "uscc",
    "level",
    "industry",
    "status",
    "source",
    "phone",
    "landline",
    "email",
    "wechat",
    "website",
    "country",
    "province",
    "city",
    "address",
    "id_number",
    "bank_account",
    "amount",
    "amount_10k",
    "last_contact_at",
    "next_contact_at",
    "notes",
    "contact_name",
    "contact_title",
    "contact_first_name",
    "contact_last_name",
    "owner_name",
    "ignore",
];

/// What the columns probably mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestions {
    /// For each column one of [`FIELDS`], or none if its header is unknown. Each field at most once, except `ignore`.
    pub fields: Vec<Option<&'static str>>,
    /// Where the customer's name comes from under this mapping.
    pub name_source: NameSource,
}

/// Where the customer's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// From the column mapped to `name`.
    Column,
    /// No column is mapped to `name`, but the contact's name is known: the customer is that person.
    Contact,
    /// Nothing names the customer, so that every row would be rejected.
    Missing,
}

/// Where the customer's name comes from under a mapping.
pub fn name_source<'a>(fields: impl IntoIterator<Item = &'a str>) -> NameSource {
    let fields: HashSet<&str> = fields.into_iter().collect();
    if fields.contains("name") {
        NameSource::Column
    } else if ["contact_name", "contact_first_name", "contact_last_name"]
        .iter()
        .any(|field| fields.contains(field))
    {
        NameSource::Contact
    } else {
        NameSource::Missing
    }
}

/// A person's name from its parts: `李` and `娜` are 李娜, `Li` and `Na` are Na Li.
pub fn full_name(first: &str, last: &str) -> String {
    let (first, last) = (first.trim(), last.trim());
    let chinese = |text: &str| {
        text.chars()
            .all(|c| ('\u{3400}'..='\u{9FFF}').contains(&c) || c >= '\u{20000}')
    };
    if chinese(first) && chinese(last) {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    }
}

/// Proposes a field for each header. Among the columns that could be a field the best known name wins, then the leftmost
/// column; what is left over gets its second meaning, as the second of two phones becomes the landline.
pub fn suggest(headers: &[&str], preset: Preset) -> Suggestions {
    let mut candidates: Vec<(u32, usize, &'static str)> = Vec::new();
    for (index, header) in headers.iter().enumerate() {
        candidates.extend(
            meanings(header, preset)
                .into_iter()
                .map(|(field, weight)| (weight, index, field)),
        );
    }
    candidates.sort_by_key(|(weight, index, _)| (u32::MAX - weight, *index));
    let mut fields = vec![None; headers.len()];
    let mut taken = HashSet::new();
    for (_, index, field) in candidates {
        let exclusive = if field == "amount_10k" {
            "amount"
        } else {
            field
        };
        if fields[index].is_none() && (field == "ignore" || taken.insert(exclusive)) {
            fields[index] = Some(field);
        }
    }
    if taken.contains("contact_name") {
        for field in &mut fields {
            if matches!(field, Some("contact_first_name" | "contact_last_name")) {
                *field = None;
            }
        }
    }
    let name_source = name_source(fields.iter().flatten().copied());
    Suggestions {
        fields,
        name_source,
    }
}

/// Whether a header is one this module knows under any preset.
pub(crate) fn is_known(header: &str) -> bool {
    spellings(header)
        .iter()
        .any(|(spelling, _)| SYNONYMS.contains_key(spelling))
}

struct Meaning {
    preset: Preset,
    field: &'static str,
    weight: u32,
}

static SYNONYMS: LazyLock<HashMap<String, Vec<Meaning>>> = LazyLock::new(|| {
    let mut synonyms: HashMap<String, Vec<Meaning>> = HashMap::new();
    for line in include_str!("synonyms.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let parts: Vec<&'static str> = line.splitn(4, ',').collect();
        if let [preset, field, weight, headers] = parts[..]
            && let (Some(preset), Ok(weight)) = (Preset::from_name(preset), weight.parse())
        {
            for header in headers.split('|') {
                synonyms.entry(plain(header)).or_default().push(Meaning {
                    preset,
                    field,
                    weight,
                });
            }
        }
    }
    synonyms
});

/// The fields a header may mean, with weights.
fn meanings(header: &str, preset: Preset) -> Vec<(&'static str, u32)> {
    let ten_thousand = ["万元", "(万)", "（万）", "wan"]
        .iter()
        .any(|unit| header.to_lowercase().contains(unit));
    let mut best: HashMap<&'static str, u32> = HashMap::new();
    for (spelling, percent) in spellings(header) {
        for meaning in SYNONYMS.get(&spelling).into_iter().flatten() {
            if meaning.preset == Preset::Generic || meaning.preset == preset {
                let field = if meaning.field == "amount" && ten_thousand {
                    "amount_10k"
                } else {
                    meaning.field
                };
                let weight = best.entry(field).or_default();
                *weight = (*weight).max(meaning.weight * percent);
            }
        }
    }
    best.into_iter().collect()
}

/// The forms under which a header is looked up, with their worth in per cent.
fn spellings(header: &str) -> Vec<(String, u32)> {
    let whole = plain(header);
    let outside = plain(&outside_brackets(header));
    let without_digits = outside
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .to_owned();
    let mut forms = vec![(whole, 100), (outside, 95), (without_digits, 50)];
    // `手机 (2)` is how a repeated header is renamed.
    if let Some((base, count)) = header.rsplit_once(" (")
        && count
            .strip_suffix(')')
            .is_some_and(|n| n.parse::<u32>().is_ok())
    {
        forms = vec![(plain(base), 40)];
    }
    forms.retain(|(form, _)| !form.is_empty());
    forms
}

/// Letters and digits only, half-width, lower case.
fn plain(text: &str) -> String {
    let half = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars()
        .map(half)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn outside_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
