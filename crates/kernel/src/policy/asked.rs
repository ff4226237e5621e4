//! A caller in front of the rules in force: questions put, and put again as if something were done first.

use super::question::{Flow, Principal, Question};
use super::snapshot::Snapshot;
use super::{
    Action, Attributes, Caller, Circumstances, Compartments, Facts, FieldAccess, FieldRule, Label,
    Level, Marking, Relation, Remedy, Resource, Share, actions,
};

/// How a caller stands to a record, as far as decisions go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bearing<'a> {
    pub(super) relation: Relation,
    pub(super) share: Share,
    /// Whether emergency access of the caller's reaches it.
    pub(super) emergency: bool,
    /// `None`: a record without one.
    pub(super) label: Option<Label>,
    /// The level rules are told instead of the label's, for a record there might be.
    pub(super) level: Option<Level>,
    pub(super) attributes: Option<&'a Attributes>,
}

impl<'a> Bearing<'a> {
    pub(super) fn of<R: Resource>(caller: &Caller, facts: &'a Facts<R>) -> Self {
        let relation = Relation::of(caller, facts);
        let emergency = caller.emergency().is_some_and(|it| it.reaches(facts));
        Self {
            emergency,
            ..Self::at::<R>(caller, relation, facts.marking.as_deref())
        }
    }

    pub(super) fn at<R: Resource>(
        caller: &Caller,
        relation: Relation,
        marking: Option<&'a Marking>,
    ) -> Self {
        if !R::MARKED {
            return Self::plain(relation);
        }
        // What is not known of a record that has a label is taken to be the highest there is.
        let highest = Label {
            level: Level::TopSecret,
            compartments: Compartments::from_bits(u64::MAX),
        };
        Self {
            relation,
            share: marking.map_or(Share::None, |marking| marking.share_with(caller)),
            emergency: false,
            label: Some(marking.map_or(highest, |marking| marking.label)),
            level: None,
            attributes: marking.map(|marking| &marking.attributes),
        }
    }

    pub(super) fn plain(relation: Relation) -> Self {
        Self {
            relation,
            share: Share::None,
            emergency: false,
            label: None,
            level: None,
            attributes: None,
        }
    }
}

/// What a caller is taken to have done before a question is put again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attained {
    /// Been approved by others.
    pub(super) approval: bool,
    /// Proven a factor again.
    pub(super) fresh: bool,
    /// Chosen the record's label to work at, as far as the clearance goes.
    pub(super) label: bool,
}

impl Attained {
    pub(super) const NOTHING: Self = Self {
        approval: false,
        fresh: false,
        label: false,
    };
    pub(super) const APPROVAL: Self = Self {
        approval: true,
        ..Self::NOTHING
    };
    pub(super) const EVERYTHING: Self = Self {
        approval: true,
        fresh: true,
        label: true,
    };
}

/// A caller in front of the rules in force.
pub(super) struct Asked<'a> {
    snapshot: &'a Snapshot,
    caller: &'a Caller,
    principal: Principal,
}

impl<'a> Asked<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, caller: &'a Caller) -> Self {
        Self {
            snapshot,
            caller,
            principal: Principal::of(caller),
        }
    }

    /// Whether an action on a record is allowed as things are.
    pub(super) fn now(
        &self,
        resource: &'static str,
        action: &'static str,
        bearing: Bearing<'_>,
    ) -> bool {
        self.about(resource, action, bearing, Attained::NOTHING)
    }

    /// Whether what is allowed would not be but for emergency access.
    pub(super) fn only_in_emergency(
        &self,
        resource: &'static str,
        action: &'static str,
        bearing: Bearing<'_>,
    ) -> bool {
        let otherwise = Bearing {
            emergency: false,
            ..bearing
        };
        bearing.emergency && !self.now(resource, action, otherwise)
    }

    pub(super) fn about(
        &self,
        resource: &'static str,
        action: &'static str,
        bearing: Bearing<'_>,
        attained: Attained,
    ) -> bool {
        // Another organisation's records are out of reach whatever the policies say, and so is what a key was not made
        // for. Fields belong to the record, for which the key was asked already.
        if bearing.relation == Relation::Foreign || !self.caller.reaches(resource, action) {
            return false;
        }
        let question = self.question(resource, action, bearing, None);
        self.snapshot.ask(self.attain(question, bearing, attained))
    }

    /// What is to be done first for an action that is refused.
    pub(super) fn remedy(
        &self,
        resource: &'static str,
        action: &'static str,
        bearing: Bearing<'_>,
    ) -> Option<Remedy> {
        let would = |attained| self.about(resource, action, bearing, attained);
        let at_this_label = Remedy::found(|attained| {
            would(Attained {
                label: false,
                ..attained
            })
        });
        at_this_label.or_else(|| would(Attained::EVERYTHING).then_some(Remedy::WorkingLabel))
    }

    pub(super) fn field(
        &self,
        resource: &'static str,
        bearing: Bearing<'_>,
        field: FieldRule,
    ) -> FieldAccess {
        // What is not shown is not written either: nobody could tell what they overwrite.
        if !self.shows(resource, bearing, field) {
            FieldAccess::Hidden
        } else if self.field_action(resource, "field_write", bearing, field) {
            FieldAccess::Write
        } else if field.masked {
            FieldAccess::Masked
        } else {
            FieldAccess::Read
        }
    }

    /// Whether a field is shown at all.
    pub(super) fn shows(
        &self,
        resource: &'static str,
        bearing: Bearing<'_>,
        field: FieldRule,
    ) -> bool {
        self.field_action(resource, "field_read", bearing, field)
    }

    pub(super) fn field_action(
        &self,
        resource: &'static str,
        action: &'static str,
        bearing: Bearing<'_>,
        field: FieldRule,
    ) -> bool {
        bearing.relation != Relation::Foreign
            && self
                .snapshot
                .ask(self.question(resource, action, bearing, Some(field)))
    }

    /// Whether an action is allowed on some record there might be.
    pub(super) fn ever(
        &self,
        resource: &'static str,
        action: &'static str,
        attained: Attained,
    ) -> bool {
        if !self.caller.reaches(resource, action) {
            return false;
        }
        let stands_for_all = Bearing {
            emergency: self.caller.emergency().is_some(),
            ..Bearing::plain(Relation::Own)
        };
        let hypothetical = self.question(resource, action, stands_for_all, None);
        let key = self.attain(hypothetical, stands_for_all, attained);
        self.snapshot.ever(key, || {
            let mut bearings = self.bearings(resource, action, &Share::ALL).into_iter();
            bearings.any(|bearing| self.about(resource, action, bearing, attained))
        })
    }

    /// How the caller may stand to records, as far as rules about the action tell records apart, where no label is in
    /// the way.
    pub(super) fn bearings(
        &self,
        resource: &'static str,
        action: &'static str,
        shares: &[Share],
    ) -> Vec<Bearing<'a>> {
        let told_apart = match self.caller.user_id() {
            Some(_) => self.snapshot.told_apart(resource, action),
            None => &[],
        };
        let mut bearings = Vec::new();
        let emergency =
            self.caller.emergency().is_some() && self.snapshot.asks_for_emergency(resource, action);
        let emergencies: &[bool] = if emergency { &[false, true] } else { &[false] };
        for relation in Relation::WITHIN {
            for (share, emergency) in shares
                .iter()
                .flat_map(|share| emergencies.iter().map(move |emergency| (share, emergency)))
            {
                let plain = Bearing {
                    share: *share,
                    emergency: *emergency,
                    ..Bearing::plain(relation)
                };
                bearings.push(plain);
                bearings.extend(told_apart.iter().map(|known| Bearing {
                    attributes: Some(&known.attributes),
                    level: Some(known.level),
                    ..plain
                }));
            }
        }
        bearings
    }

    pub(super) fn question(
        &self,
        resource: &'static str,
        action: &'static str,
        bearing: Bearing<'_>,
        field: Option<FieldRule>,
    ) -> Question {
        let mentions = self.snapshot.mentions();
        let label = bearing.label.map(|label| match field {
            Some(field) => label.join(self.snapshot.field_label(resource, field.name)),
            None => label,
        });
        let mut flow =
            label.map_or_else(Flow::default, |label| Flow::between(&self.principal, label));
        // Changing a record writes into its fields, each of which is decided by its own label on top.
        if let (Some(label), true) = (
            label,
            action == <actions::Update as Action>::NAME && field.is_none(),
        ) {
            let highest = label.join(self.snapshot.highest_field_label(resource));
            flow.down &= Flow::between(&self.principal, highest).down;
        }
        let circumstances = self.caller.circumstances().copied().map(|mut around| {
            if !mentions.moment {
                around.moment = Circumstances::ORDINARY.moment;
            }
            if !mentions.purpose {
                around.purpose = Circumstances::ORDINARY.purpose;
            }
            around
        });
        let attributes = bearing.attributes.filter(|_| mentions.attributes);
        Question {
            principal: self.principal.clone(),
            resource,
            action,
            relation: bearing.relation,
            share: bearing.share,
            emergency: bearing.emergency && self.snapshot.asks_for_emergency(resource, action),
            flow,
            level: bearing
                .level
                .or(label.map(|label| label.level))
                .filter(|_| mentions.label)
                .unwrap_or_default(),
            attributes: attributes.cloned().unwrap_or_default(),
            circumstances,
            approved: self.caller.is_approved(resource, action),
            field,
        }
    }

    fn attain(&self, mut question: Question, bearing: Bearing<'_>, attained: Attained) -> Question {
        question.approved |= attained.approval;
        if attained.fresh {
            question.circumstances = question.circumstances.map(Circumstances::made_fresh);
        }
        if attained.label
            && let (Some(profile), Some(label)) = (self.principal.profile(), bearing.label)
            && profile.clearance.dominates(label)
        {
            question.flow = Flow::default();
        }
        question
    }
}
