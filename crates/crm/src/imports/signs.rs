//! By what a row is recognised as a customer that is there already.

use super::plan::Plan;
use crate::crm::OrgKeys;
use crate::customers::{NAME_ALONE, blind_hashes};
use crate::fields::CUSTOMER;

/// A blind index and a value's hash in it.
pub(super) type Key = (&'static str, i64);

/// The fields duplicates are found by, the strongest first.
const MATCHED: [&str; 5] = ["uscc", "phone", "landline", "email", "name"];

/// What a row is looked up by, and what rows after it are told of it.
///
/// Two companies of one name with different 统一社会信用代码 are two companies: a row with a code matches by name only
/// customers that have none. People of one name are not one person: a customer that is named by its contact is not
/// looked up by name at all.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// To look up, the strongest first, with the field's name.
    pub(super) sought: Vec<(Key, &'static str)>,
    /// To be found by.
    pub(super) known: Vec<Key>,
}

impl Signs {
    /// The signs of a row's canonical texts.
    pub(super) fn of<'a>(
        keys: &OrgKeys,
        plan: &Plan,
        get: impl Fn(&str) -> Option<&'a str>,
    ) -> Self {
        let mut signs = Self::default();
        let has_code = get("uscc").is_some();
        for name in MATCHED {
            let hashed = CUSTOMER
                .get(name)
                .zip(get(name))
                .and_then(|(spec, text)| blind_hashes(keys, spec, text));
            let Some((index, hashes)) = hashed else {
                continue;
            };
            for hash in hashes {
                if name != "name" {
                    signs.sought.push(((index, hash), name));
                    signs.known.push((index, hash));
                } else if !plan.named_by_contact {
                    signs
                        .sought
                        .push(((if has_code { NAME_ALONE } else { index }, hash), name));
                    signs.known.push((index, hash));
                    if !has_code {
                        signs.known.push((NAME_ALONE, hash));
                    }
                }
            }
        }
        signs
    }
}
