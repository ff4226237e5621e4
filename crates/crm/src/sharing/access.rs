//! What decisions about a record depend on, as it is stored: owner, department, label, a few attributes and shares.
//!
//! The row has owner and department in columns too, to be found by. They count for nothing by themselves: what counts is
//! sealed under the organisation's key for its row, so that whoever can write to the database but has no key cannot make
//! a customer or a deal somebody else's, share it, or lower its label.

use crate::crm::OrgKeys;
use custos_kernel::policy::{
    Attributes, Caller, Compartments, Facts, Grantee, Label, Level, Marking, Resource, Share,
    ShareGrant,
};
use custos_store::{StoreError, Value};
use custos_values::{DepartmentId, OrgId, Random, TeamId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A kind of record whose rows say, sealed, who may see them.
pub(crate) trait Guarded: Resource {
    /// For what that is sealed; see [`custos_store::Purpose`].
    const ACCESS: &'static str;
}

/// A share with where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shared {
    pub(crate) grant: ShareGrant,
    /// Who shared it.
    pub(crate) by: UserId,
    /// When.
    pub(crate) at: Timestamp,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Access {
    pub(crate) owner: Option<UserId>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) label: Label,
    pub(crate) attributes: Attributes,
    pub(crate) shares: Vec<Shared>,
}

/// The form it is sealed in. Members are added at the end only.
#[derive(Serialize, Deserialize)]
struct Stored(
    Option<UserId>,
    Option<DepartmentId>,
    u8,
    u64,
    [Option<Box<str>>; 3],
    Vec<StoredShare>,
);

/// Kind of grantee, its id, how far, until, by whom, when.
#[derive(Serialize, Deserialize)]
struct StoredShare(u8, [u8; 16], bool, Option<i64>, UserId, i64);

impl Access {
    /// Of a record somebody makes: it has the label they work at, so that they may go on working with it.
    pub(crate) fn made_by(
        caller: &Caller,
        owner: Option<UserId>,
        department: Option<DepartmentId>,
    ) -> Self {
        let profile = caller.profile();
        Self {
            owner,
            department,
            label: profile.working.meet(profile.clearance),
            ..Self::default()
        }
    }

    /// The same with a field changed, if it is one that attributes are taken from.
    pub(crate) fn with_attribute(mut self, field: &str, text: &str) -> Self {
        let value = Some(text).filter(|text| !text.is_empty()).map(Into::into);
        match field {
            "province" => self.attributes.region = value,
            "level" => self.attributes.value = value,
            "status" | "stage" => self.attributes.status = value,
            _ => {}
        }
        self
    }

    /// The same in other hands.
    pub(crate) fn placed(
        mut self,
        (owner, department): (Option<UserId>, Option<DepartmentId>),
    ) -> Self {
        self.owner = owner;
        self.department = department;
        self
    }

    /// Label, attributes and shares, as decisions take them.
    pub(crate) fn marking(&self) -> Marking {
        let mut shares: Vec<ShareGrant> = self.shares.iter().map(|shared| shared.grant).collect();
        shares.sort_unstable();
        Marking {
            label: self.label,
            attributes: self.attributes.clone(),
            shares,
        }
    }

    /// What decisions about the record need.
    pub(crate) fn facts<R: Guarded>(&self, org: OrgId, id: [u8; 16], version: i64) -> Facts<R> {
        Facts::owned(org, id, version, self.owner, self.department).marked(Arc::new(self.marking()))
    }

    /// Sealed for a record's row.
    pub(crate) fn seal<R: Guarded>(
        &self,
        keys: &OrgKeys,
        id: &[u8; 16],
        random: &dyn Random,
    ) -> SealedAccess<'_> {
        let share = |shared: &Shared| {
            let (kind, grantee) = match shared.grant.grantee {
                Grantee::User(id) => (0, *id.as_bytes()),
                Grantee::Department(id) => (1, *id.as_bytes()),
                Grantee::Team(id) => (2, *id.as_bytes()),
            };
            StoredShare(
                kind,
                grantee,
                shared.grant.share == Share::Write,
                shared.grant.until.map(Timestamp::millis),
                shared.by,
                shared.at.millis(),
            )
        };
        let Attributes {
            region,
            value,
            status,
        } = self.attributes.clone();
        let stored = Stored(
            self.owner,
            self.department,
            self.label.level as u8,
            self.label.compartments.bits(),
            [region, value, status],
            self.shares.iter().map(share).collect(),
        );
        let plain = serde_json::to_vec(&stored).unwrap_or_default();
        SealedAccess {
            access: self,
            sealed: keys.tenant.seal_secret(R::ACCESS, id, &plain, random),
        }
    }

    /// Opens what a row has and compares it with the row's columns.
    pub(crate) fn open<R: Guarded>(
        keys: &OrgKeys,
        id: &[u8; 16],
        columns: (Option<UserId>, Option<DepartmentId>),
        sealed: &[u8],
    ) -> Result<Self, StoreError> {
        let altered = || StoreError::Corrupt("who may see a record was altered".to_owned());
        let plain = keys.tenant.open_secret(R::ACCESS, id, sealed);
        let plain = plain.map_err(|_| altered())?;
        let stored: Stored = serde_json::from_slice(&plain).map_err(|_| altered())?;
        let Stored(owner, department, level, compartments, [region, value, status], shares) =
            stored;
        if (owner, department) != columns {
            return Err(altered());
        }
        let share = |stored: StoredShare| {
            let StoredShare(kind, id, write, until, by, at) = stored;
            let grantee = match kind {
                0 => Grantee::User(UserId::from_bytes(id)),
                1 => Grantee::Department(DepartmentId::from_bytes(id)),
                2 => Grantee::Team(TeamId::from_bytes(id)),
                _ => return None,
            };
            let share = if write { Share::Write } else { Share::Read };
            Some(Shared {
                grant: ShareGrant {
                    grantee,
                    share,
                    until: until.map(Timestamp::from_millis),
                },
                by,
                at: Timestamp::from_millis(at),
            })
        };
        Ok(Self {
            owner,
            department,
            label: Label {
                level: Level::from_number(level).ok_or_else(altered)?,
                compartments: Compartments::from_bits(compartments),
            },
            attributes: Attributes {
                region,
                value,
                status,
            },
            shares: shares
                .into_iter()
                .map(share)
                .collect::<Option<_>>()
                .ok_or_else(altered)?,
        })
    }
}

/// What a row is to have: the columns to find it by, and what counts.
pub(crate) struct SealedAccess<'a> {
    access: &'a Access,
    sealed: Vec<u8>,
}

impl SealedAccess<'_> {
    /// Owner, department and what is sealed, as a statement takes them.
    pub(crate) fn values(&self) -> [Value; 3] {
        [
            Value::from(self.access.owner),
            Value::from(self.access.department.map(|id| id.as_bytes().to_vec())),
            Value::Bytes(self.sealed.clone()),
        ]
    }
}
