//! What is sealed of an import: the file's name, what was found in the file, and what was decided.

use crate::CrmError;
use crate::crm::OrgKeys;
use custos_store::StoreError;
use custos_tabular::mapping::Preset;
use custos_tabular::{Detection, Overrides};
use custos_values::{ImportId, Random, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What to do with a row that is a customer already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Leave the row out.
    #[default]
    Skip,
    /// Fill empty fields of the customer.
    Merge,
    /// Make another customer all the same.
    Keep,
}

/// What to do with a 统一社会信用代码 whose check digit is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UsccOption)]
pub enum UsccOption {
    /// Reject the row.
    #[default]
    Reject,
    /// Take it with a warning.
    Accept,
}

/// Which column fills which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// Position of the column from 0.
    pub column: usize,
    /// A field, or `contact_first_name`, `contact_last_name`, `owner_name`, `amount_10k` (万元), `ignore`.
    pub field: String,
}

/// What an import is run with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportOptions {
    /// Columns that are not named are left out.
    pub mapping: Vec<ColumnMapping>,
    /// What to do with duplicates.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// What to do with wrong check digits.
    #[serde(default)]
    pub uscc_check: UsccOption,
    /// Who becomes responsible where the file names nobody; who imports if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<UserId>,
}

/// The sealed part of an import's row. A file's name may name a person; the samples do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) file_name: String,
    pub(crate) overrides: Overrides,
    pub(crate) preset: Option<Preset>,
    pub(crate) detection: Detection,
    pub(crate) options: ImportOptions,
}

/// What the details are sealed for.
const PURPOSE: &str = "import.details";

impl Details {
    /// The system the file was exported from: as decided, else as detected.
    pub(crate) fn preset(&self) -> Preset {
        self.preset.unwrap_or(self.detection.preset)
    }

    pub(crate) fn seal(&self, keys: &OrgKeys, id: ImportId, random: &dyn Random) -> Vec<u8> {
        let json = zeroize::Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        keys.tenant
            .seal_secret(PURPOSE, id.as_bytes(), &json, random)
    }

    pub(crate) fn open(keys: &OrgKeys, id: ImportId, sealed: &[u8]) -> Result<Self, CrmError> {
        let json = keys.tenant.open_secret(PURPOSE, id.as_bytes(), sealed)?;
        let corrupt = |_| StoreError::Corrupt("details of an import".to_owned());
        Ok(serde_json::from_slice(&json).map_err(corrupt)?)
    }
}
