//! What requests that need approval would do, by the features they are of.

use custos_access::Access;
use custos_access::approvals::{Change, Describe, Described, REVEALS};
use custos_audit::Desk;
use custos_crm::Crm;
use custos_http::{Content, Problem};
use custos_identity::Identity;
use custos_kernel::policy::{Caller, Measure, Role, RoleSet};
use custos_keys::Keys;
use custos_values::{ContactId, CustomerId, ReassignmentId, UserId};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::str::FromStr;
use std::sync::Arc;

/// The id at a place of the address that was asked for.
fn id_at<T: FromStr>(content: &Content, place: usize) -> Result<T, Problem> {
    let part = content.target.split('/').nth(place).unwrap_or_default();
    part.parse().map_err(|_| Problem::not_found())
}

struct Exports(Arc<Crm>);

impl Describe for Exports {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let foreseen = self.0.foresee_export(caller, &content.body).await?;
            let mut changes = vec![
                Change::said("customers", [foreseen.customers.to_string()]),
                Change::said("columns", foreseen.columns),
                Change::said("format", [foreseen.format]),
            ];
            let also = match foreseen.reveals {
                true => REVEALS.map(str::to_owned).to_vec(),
                false => Vec::new(),
            };
            let filters = foreseen.filters.into_iter();
            changes.extend(filters.map(|(name, value)| {
                let values = value.split(',').map(str::trim);
                Change::said(&format!("filter_{name}"), values)
            }));
            Ok(Described {
                measure: Measure {
                    records: Some(foreseen.customers),
                    label: Some(foreseen.level as u8),
                    ..Measure::default()
                },
                changes,
                also,
            })
        }
        .boxed()
    }
}

struct Reveals(Arc<Crm>);

impl Describe for Reveals {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let customer: CustomerId = id_at(content, 2)?;
            let contact: Option<ContactId> = match content.target.split('/').nth(3) {
                Some("contacts") => Some(id_at(content, 4)?),
                _ => None,
            };
            let foreseen = self
                .0
                .foresee_reveal(caller, customer, contact, &content.body)
                .await?;
            let mut changes = vec![Change::customer(customer)];
            changes.extend(contact.map(|id| Change::contact(customer, id)));
            let owner = foreseen.owner.map(|name| name.to_string());
            changes.push(Change::said("owner", owner));
            let compartments = foreseen.label.compartments.iter();
            let label = compartments
                .fold(foreseen.label.level.name().to_owned(), |text, number| {
                    format!("{text} +{number}")
                });
            changes.push(Change::said("label", [label]));
            changes.push(Change::said("field", [foreseen.field]));
            changes.push(Change::said("disclosure_reason", [foreseen.reason]));
            Ok(Described {
                measure: Measure {
                    records: Some(1),
                    label: Some(foreseen.level as u8),
                    ..Measure::default()
                },
                changes,
                ..Described::default()
            })
        }
        .boxed()
    }
}

/// Needs names of people besides.
struct Reassignments(Arc<Crm>, Arc<Identity>);

impl Describe for Reassignments {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let id: ReassignmentId = id_at(content, 3)?;
            let foreseen = self.0.foresee_reassignment(caller, id).await?;
            let directory = self.1.directory(caller.org()).await?;
            let name = |user: UserId| {
                let name = directory.user_name(user).map(str::to_owned);
                name.unwrap_or_else(|| user.to_string())
            };
            let old = foreseen.from.iter().map(|(owner, count)| match owner {
                Some(owner) => format!("{} ({count})", name(*owner)),
                None => format!("– ({count})"),
            });
            let mut changes = vec![
                Change::said("customers", [foreseen.customers.to_string()]),
                Change::said("old_owners", old),
                Change::said("new_owner", [name(foreseen.to)]),
                Change::said("reassignment_reason", [foreseen.reason]),
            ];
            if foreseen.recently > 0 {
                changes.push(Change::said("recently", [foreseen.recently.to_string()]));
            }
            Ok(Described {
                measure: Measure {
                    records: Some(foreseen.customers + foreseen.recently),
                    ..Measure::default()
                },
                changes,
                ..Described::default()
            })
        }
        .boxed()
    }
}

/// Of whoever leaves, or moves if said so.
struct Handovers(Arc<Identity>, bool);

impl Describe for Handovers {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let Self(identity, moves) = self;
            let user: UserId = id_at(content, 2)?;
            let foreseen = identity
                .foresee_handover(caller, user, &content.body, *moves)
                .await?;
            Ok(Described {
                measure: Measure {
                    records: Some(foreseen.customers),
                    ..Measure::default()
                },
                changes: vec![
                    Change::said("old_owners", [foreseen.name]),
                    Change::said("customers", [foreseen.customers.to_string()]),
                    Change::said("new_owner", foreseen.takers),
                ],
                ..Described::default()
            })
        }
        .boxed()
    }
}

struct Grants(Arc<Identity>);

impl Describe for Grants {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let user: UserId = id_at(content, 2)?;
            let foreseen = self.0.foresee_access(caller, user, &content.body).await?;
            let names = |roles: RoleSet| roles.iter().map(Role::name).collect::<Vec<_>>();
            let (before, after) = (foreseen.before, foreseen.after);
            Ok(Described {
                measure: Measure {
                    records: Some(1),
                    ..Measure::default()
                },
                changes: vec![
                    Change::said("account", [foreseen.name]),
                    Change::changed("roles", names(before.0), names(after.0)),
                    Change::changed("data_scope", [before.1.name()], [after.1.name()]),
                ],
                ..Described::default()
            })
        }
        .boxed()
    }
}

struct Rotations(Arc<Keys>);

impl Describe for Rotations {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let foreseen = self.0.foresee_rotation(caller.org(), &content.body).await?;
            let (before, after) = (foreseen.before.name(), foreseen.after.name());
            Ok(Described {
                changes: vec![Change::changed("suite", [before], [after])],
                ..Described::default()
            })
        }
        .boxed()
    }
}

struct RootKeys(Arc<Keys>);

impl Describe for RootKeys {
    fn describe<'a>(
        &'a self,
        _: &'a Caller,
        _: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        let home = self.0.home().map(|home| home.kind);
        let changes = home.map(|kind| Change::said("root_key_home", [kind]));
        let described = Described {
            changes: changes.into_iter().collect(),
            ..Described::default()
        };
        async move { Ok(described) }.boxed()
    }
}

struct Retentions(Arc<Desk>);

impl Describe for Retentions {
    fn describe<'a>(
        &'a self,
        caller: &'a Caller,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Described, Problem>> {
        async move {
            let desk = &self.0;
            let foreseen = desk.foresee_retention(caller.org(), &content.body).await?;
            let years = |years: i64| match years {
                0 => "for-ever".to_owned(),
                years => years.to_string(),
            };
            let (before, after) = (years(foreseen.before), years(foreseen.after));
            Ok(Described {
                changes: vec![Change::changed("retention_years", [before], [after])],
                ..Described::default()
            })
        }
        .boxed()
    }
}

/// Tells the approvals who knows what requests would do.
pub(super) fn announce(
    access: &Access,
    identity: &Arc<Identity>,
    crm: &Arc<Crm>,
    keys: &Arc<Keys>,
    desk: &Arc<Desk>,
) {
    access.describe_by(
        "audit_retention_update",
        Arc::new(Retentions(Arc::clone(desk))),
    );
    access.describe_by("user_access", Arc::new(Grants(Arc::clone(identity))));
    access.describe_by("keys_rotate", Arc::new(Rotations(Arc::clone(keys))));
    access.describe_by("keys_replace_root", Arc::new(RootKeys(Arc::clone(keys))));
    access.describe_by("customers_export", Arc::new(Exports(Arc::clone(crm))));
    access.describe_by(
        "reassignments_start",
        Arc::new(Reassignments(Arc::clone(crm), Arc::clone(identity))),
    );
    for (operation, moves) in [("user_handover", false), ("user_move", true)] {
        let handovers = Handovers(Arc::clone(identity), moves);
        access.describe_by(operation, Arc::new(handovers));
    }
    for operation in REVEALS {
        access.describe_by(operation, Arc::new(Reveals(Arc::clone(crm))));
    }
}
