//! The kinds of record that an organisation's rules are about.

use custos_kernel::policy::{
    Attributes, Circumstances, Explanation, FieldRule, Label, Policy, Relation, Share, Standing,
    Subject,
};
use custos_store::StoreError;
use custos_values::{CustomRoleId, OrgId, UserId};
use futures::future::BoxFuture;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A record there might be.
#[derive(Debug, Clone)]
pub struct Supposed {
    /// How somebody stands to it.
    pub relation: Relation,
    /// How far it is shared with them.
    pub share: Share,
    /// Its label.
    pub label: Label,
    /// What rules may ask of it.
    pub attributes: Attributes,
}

/// Something somebody asked for in the past.
#[derive(Debug, Clone)]
pub struct Past {
    /// Who.
    pub user: UserId,
    /// What they may do now, and what they could do if a draft were in force.
    pub standings: [Standing; 2],
    /// Under which circumstances they asked.
    pub circumstances: Circumstances,
    /// For what, such as `read`.
    pub action: &'static str,
    /// Of which record.
    pub record: [u8; 16],
}

/// A kind of record that an organisation's rules may be about; the feature it belongs to provides it.
pub trait Governed: Send + Sync + 'static {
    /// Its name in policies, such as `customer`.
    fn name(&self) -> &'static str;

    /// Its fields.
    fn fields(&self) -> Vec<FieldRule>;

    /// What somebody might do with a record there might be, and why.
    fn explain(
        &self,
        policy: &Policy,
        subject: &Subject,
        what: (&'static str, Option<FieldRule>),
        record: &Supposed,
        roles: &BTreeSet<CustomRoleId>,
    ) -> Explanation;

    /// What becomes of things asked for in the past, by the first policy with the first standing, and by the second with
    /// the second. Of a record that is gone both answers are no.
    fn judge<'a>(
        &'a self,
        org: OrgId,
        policies: [&'a Policy; 2],
        asked: &'a [Past],
    ) -> BoxFuture<'a, Result<Vec<[bool; 2]>, StoreError>>;
}

/// A field that rules may be about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccessField)]
pub(crate) struct FieldItem {
    /// Its name.
    pub(crate) name: &'static str,
    /// `none`, `personal` or `sensitive`.
    pub(crate) category: &'static str,
    /// Whether it is masked unless revealed.
    pub(crate) masked: bool,
}

/// A kind of record that rules may be about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccessObject)]
pub(crate) struct ObjectItem {
    /// Its name in policies.
    pub(crate) name: &'static str,
    /// What may be granted with records of it, without what is done with fields.
    pub(crate) actions: Vec<String>,
    /// What may be granted with fields of it.
    pub(crate) field_actions: Vec<String>,
    /// Its fields.
    pub(crate) fields: Vec<FieldItem>,
}

impl ObjectItem {
    /// What an engine lets be granted about a kind of record.
    pub(crate) fn of(governed: &dyn Governed, policy: &Policy) -> Self {
        let (field_actions, actions) = policy
            .grantable()
            .into_iter()
            .filter_map(|action| {
                let (object, verb) = action.split_once('.')?;
                (object == governed.name()).then(|| verb.to_owned())
            })
            .partition(|verb| verb.starts_with("field_"));
        let fields = governed.fields().into_iter().map(|field| FieldItem {
            name: field.name,
            category: field.category,
            masked: field.masked,
        });
        Self {
            name: governed.name(),
            actions,
            field_actions,
            fields: fields.collect(),
        }
    }
}
