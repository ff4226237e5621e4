//! Systems whose exports are recognised by their headers.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::plain;

/// The system a file was exported from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Any list.
    #[default]
    Generic,
    /// Salesforce: reports and data exports.
    Salesforce,
    /// HubSpot: exports of contacts and companies.
    HubSpot,
    /// Zoho CRM: exports of leads, contacts and accounts.
    Zoho,
    /// 纷享销客: exports of customers.
    Fxiaoke,
}

impl Preset {
    /// The preset whose signature the headers match best, or [`Preset::Generic`].
    pub fn detect(headers: &[&str]) -> Self {
        let present: HashSet<String> = headers.iter().map(|header| plain(header)).collect();
        let mut best = (0, Self::Generic);
        for line in include_str!("signatures.csv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let mut parts = line.splitn(3, ',');
            let (Some(preset), Some(minimum), Some(signature)) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let (Some(preset), Ok(minimum)) = (Self::from_name(preset), minimum.parse::<usize>())
            else {
                continue;
            };
            let found = signature
                .split('|')
                .filter(|header| present.contains(&plain(header)))
                .count();
            if found >= minimum && found > best.0 {
                best = (found, preset);
            }
        }
        best.1
    }

    /// The preset of this wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "generic" => Self::Generic,
            "salesforce" => Self::Salesforce,
            "hubspot" => Self::HubSpot,
            "zoho" => Self::Zoho,
            "fxiaoke" => Self::Fxiaoke,
            _ => return None,
        })
    }
}
