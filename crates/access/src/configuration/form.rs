//! A rule's form as a Cedar policy.

use super::model::{RuleEffect, RuleForm, RuleWhen};

/// A text constant.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A set of text constants.
pub(super) fn set<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts = texts.into_iter().map(|text| quoted(text.as_ref()));
    format!("[{}]", texts.collect::<Vec<_>>().join(", "))
}

/// A policy of the parts that decide.
pub(super) fn policy(
    effect: RuleEffect,
    object: &str,
    actions: &[impl AsRef<str>],
    conditions: &[String],
) -> String {
    let effect = match effect {
        RuleEffect::Permit => "permit",
        RuleEffect::Forbid => "forbid",
    };
    let actions: Vec<String> = actions
        .iter()
        .map(|action| {
            format!(
                "Action::{}",
                quoted(&format!("{object}.{}", action.as_ref()))
            )
        })
        .collect();
    let mut text = format!(
        "{effect} (\n  principal is User,\n  action in [{}],\n  resource\n)",
        actions.join(", ")
    );
    if !conditions.is_empty() {
        text.push_str(&format!("\nwhen {{\n  {}\n}}", conditions.join(" &&\n  ")));
    }
    text.push(';');
    text
}

impl RuleForm {
    /// The same as Cedar text.
    pub(super) fn cedar(&self) -> String {
        let mut conditions = Vec::new();
        if !self.roles.is_empty() {
            conditions.push(format!("principal.roles.containsAny({})", set(&self.roles)));
        }
        if !self.departments.is_empty() {
            let departments = self.departments.iter().map(ToString::to_string);
            conditions.push(format!(
                "{}.contains(principal.department)",
                set(departments)
            ));
        }
        if !self.fields.is_empty() {
            conditions.push(one_of(&self.fields, "field"));
        }
        conditions.extend(self.when.conditions());
        policy(self.effect, &self.object, &self.actions, &conditions)
    }
}

fn one_of(texts: &[String], attribute: &str) -> String {
    match texts {
        [one] => format!("context.{attribute} == {}", quoted(one)),
        several => format!("{}.contains(context.{attribute})", set(several)),
    }
}

impl RuleWhen {
    fn conditions(&self) -> Vec<String> {
        let lists: [(&[String], &str); 11] = [
            (&self.relations, "relation"),
            (&self.shares, "share"),
            (&self.hours, "hours"),
            (&self.networks, "network"),
            (&self.devices, "device"),
            (&self.assurances, "assurance"),
            (&self.risks, "risk"),
            (&self.purposes, "purpose"),
            (&self.regions, "region"),
            (&self.values, "value"),
            (&self.statuses, "status"),
        ];
        let mut all: Vec<String> = lists
            .into_iter()
            .filter(|(texts, _)| !texts.is_empty())
            .map(|(texts, attribute)| one_of(texts, attribute))
            .collect();
        if !self.weekdays.is_empty() {
            let days: Vec<String> = self.weekdays.iter().map(ToString::to_string).collect();
            all.push(format!("[{}].contains(context.weekday)", days.join(", ")));
        }
        match (self.hour_from, self.hour_to) {
            (Some(from), Some(to)) if from > to => {
                all.push(format!("(context.hour >= {from} || context.hour < {to})"));
            }
            (from, to) => {
                all.extend(from.map(|from| format!("context.hour >= {from}")));
                all.extend(to.map(|to| format!("context.hour < {to}")));
            }
        }
        all.extend(
            self.label_from
                .map(|level| format!("context.label >= {}", level as u8)),
        );
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_stays_a_constant() {
        assert_eq!(
            quoted("x\" || true || \"\\\n"),
            r#""x\" || true || \"\\\u{a}""#
        );
    }
}
