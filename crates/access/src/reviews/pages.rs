//! The report of a review on pages: what the JSON says, in words.

use super::told::{GrantTold, LineTold, ReportTold, ReviewTold};
use crate::Words;
use custos_paper::{About, Cell, Column, Paper, PaperError, Tone};
use custos_values::{DepartmentId, Timestamp};
use std::collections::BTreeMap;

/// The order in which outcomes are counted: what was taken, what stays, what could not be done.
const OUTCOMES: [&str; 9] = [
    "withdrawn",
    "lapsed",
    "kept",
    "undecided",
    "no_reviewer",
    "last_administrator",
    "changed",
    "gone",
    "tampered",
];

/// How a report is told, and what it does not say itself.
pub(super) struct Telling<'a> {
    pub(super) words: &'a dyn Words,
    /// The tag of the language.
    pub(super) language: &'a str,
    /// Minutes east of UTC of the times.
    pub(super) utc_offset: i16,
    pub(super) organisation: &'a str,
    pub(super) departments: &'a BTreeMap<DepartmentId, String>,
    /// The SHA-256 of the JSON, in hexadecimal.
    pub(super) digest: &'a str,
}

impl Telling<'_> {
    fn say(&self, message: &str) -> String {
        self.words.say(self.language, message, &[])
    }

    fn with(&self, message: &str, name: &'static str, value: &str) -> String {
        self.words.say(self.language, message, &[(name, value)])
    }

    fn aside(&self, text: &str, aside: &str) -> String {
        let params = [("text", text), ("aside", aside)];
        self.words.say(self.language, "paper-aside", &params)
    }

    fn listed(&self, items: &[String]) -> String {
        items.join(&self.say("paper-and"))
    }

    /// A day and a time of day where the reader is.
    fn moment(&self, at: Timestamp) -> String {
        let there = Timestamp::from_millis(at.millis() + i64::from(self.utc_offset) * 60_000);
        let text = there.to_string();
        let (day, rest) = text.split_at_checked(10).unwrap_or((&text, ""));
        format!("{day} {}", rest.get(1..6).unwrap_or_default())
    }

    /// Where that is.
    fn zone(&self) -> String {
        let (sign, minutes) = match self.utc_offset {
            0 => return "UTC".to_owned(),
            east @ 1.. => ('+', east),
            west => ('-', -west),
        };
        format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The file, without a signature.
    pub(super) fn pages(&self, report: &ReportTold) -> Result<Vec<u8>, PaperError> {
        let mut paper = Paper::new()?;
        paper.title(&self.say("paper-review"))?;
        self.facts(&mut paper, report)?;
        paper.heading(&self.say("reviews-outcome"))?;
        let counts = OUTCOMES.iter().filter_map(|outcome| {
            let count = report.counts.get(*outcome)?;
            Some((self.say(&format!("reviews-outcome-{outcome}")), *count))
        });
        paper.bars(&counts.collect::<Vec<_>>())?;
        paper.heading(&self.say("reviews-lines"))?;
        self.lines(&mut paper, &report.lines)?;
        paper.heading(&self.say("paper-verification"))?;
        paper.text(&self.say("paper-verification-note"))?;
        paper.fact(&self.say("paper-log"), &report.log)?;
        paper.fact(&self.say("paper-key"), &report.verifier_key)?;
        // The last of all, so it is on the last page.
        paper.fact(&self.say("paper-digest"), self.digest)?;
        let title = format!("{} · {}", self.say("paper-review"), report.review.name);
        let date = report.made_at.utc_date().to_string();
        let mut parts = date.split('-');
        let year = parts.next().and_then(|it| it.parse().ok());
        let mut next = || parts.next().and_then(|it| it.parse().ok());
        let about = About {
            title: &title,
            language: self.language,
            date: year.zip(next()).zip(next()).map(|((y, m), d)| (y, m, d)),
        };
        paper.finish(&about, |at, of| format!("{at} / {of}"))
    }

    fn facts(&self, paper: &mut Paper, report: &ReportTold) -> Result<(), PaperError> {
        let review = &report.review;
        let ended = review.ended_at.map(|at| self.moment(at));
        let period = [Some(self.moment(review.started_at)), ended]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        let how = review.ended_by.as_deref().map(|cause| {
            let how = self.say(&format!("paper-ended-{cause}"));
            match &review.ended_by_person {
                Some(person) => self.aside(&how, person.name()),
                None => how,
            }
        });
        let lines = report.lines.len().to_string();
        for (label, value) in [
            ("paper-organisation", self.organisation.to_owned()),
            ("paper-name", review.name.clone()),
            ("paper-period", period.join(" – ")),
            ("reviews-started-by", review.started_by.name().to_owned()),
            ("paper-ended", how.unwrap_or_default()),
            ("reviews-deadline", self.moment(review.deadline)),
            ("paper-what", self.what(review)),
            ("paper-whom", self.whom(review)),
            ("paper-lines", lines),
            ("paper-zone", self.zone()),
        ] {
            paper.fact(&self.say(label), &value)?;
        }
        Ok(())
    }

    fn what(&self, review: &ReviewTold) -> String {
        let scope = &review.scope;
        let kinds = [
            (scope.roles, "reviews-what-roles"),
            (scope.shares, "reviews-what-shares"),
            (scope.api_keys, "reviews-what-api_keys"),
        ];
        let kinds = kinds.into_iter().filter(|(of, _)| *of);
        self.listed(&kinds.map(|(_, it)| self.say(it)).collect::<Vec<_>>())
    }

    fn whom(&self, review: &ReviewTold) -> String {
        let scope = &review.scope;
        let named = |id: &DepartmentId| match self.departments.get(id) {
            Some(name) => name.clone(),
            None => id.to_string(),
        };
        let departments: Vec<String> = scope.departments.iter().map(named).collect();
        let role = |role: &str| self.say(&format!("role-{role}"));
        let holders: Vec<String> = scope.holders.iter().map(|it| role(it.name())).collect();
        let mut parts = Vec::new();
        if !departments.is_empty() {
            let listed = self.listed(&departments);
            parts.push(self.with("paper-of-departments", "names", &listed));
        }
        if !holders.is_empty() {
            let listed = self.listed(&holders);
            parts.push(self.with("paper-of-holders", "names", &listed));
        }
        match parts.is_empty() {
            true => self.say("reviews-whom-everybody"),
            false => parts.join(&self.say("paper-and-also")),
        }
    }

    fn lines(&self, paper: &mut Paper, lines: &[LineTold]) -> Result<(), PaperError> {
        let columns = [
            ("reviews-grant", 1.35),
            ("reviews-last-use", 0.95),
            ("reviews-suggestion", 1.25),
            ("reviews-decision", 1.4),
            ("reviews-outcome", 1.15),
        ];
        let columns = columns.map(|(title, share)| Column {
            title: self.say(title),
            share,
        });
        paper.table(&columns)?;
        let mut of = None;
        for line in lines {
            let subject = line.subject.as_ref();
            let id = subject.map(|it| it.id.as_str());
            if of != Some(id) {
                paper.group(&match subject {
                    Some(it) if it.kind == "person" => it.name.clone(),
                    Some(it) => {
                        let kind = self.say(&format!("reviews-to-{}", it.kind));
                        self.aside(&it.name, &kind)
                    }
                    None => self.say("paper-unreadable"),
                })?;
                of = Some(id);
            }
            paper.row(&[
                match &line.grant {
                    Some(grant) => self.grant(grant),
                    None => vec![(Tone::Plain, line.id.clone())],
                },
                vec![(Tone::Plain, self.last_use(line))],
                self.suggestion(line),
                self.decision(line),
                self.outcome(line),
            ])?;
        }
        Ok(())
    }

    fn grant(&self, grant: &GrantTold) -> Cell {
        let kind = self.say(&format!("reviews-kind-{}", grant.kind));
        let (name, also) = match (&grant.role, &grant.customer_id, &grant.name) {
            (Some(role), _, _) => (self.say(&format!("role-{role}")), None),
            (None, Some(customer), _) => {
                let reach = if grant.write { "write" } else { "read" };
                let reach = self.with(&format!("reviews-share-{reach}"), "name", customer);
                (kind, Some(reach))
            }
            (None, None, name) => (name.clone().unwrap_or_default(), Some(kind)),
        };
        let until = grant.until.map(|at| self.moment(at));
        let until = until.map(|at| self.with("reviews-until", "at", &at));
        let soft = also.into_iter().chain(until);
        let mut cell = vec![(Tone::Plain, name)];
        cell.extend(soft.map(|it| (Tone::Soft, it)));
        cell
    }

    /// Days of uses are those of UTC, for so they are counted.
    fn last_use(&self, line: &LineTold) -> String {
        match (line.last_used_at, line.unused_since) {
            (Some(at), _) => at.utc_date().to_string(),
            (None, Some(at)) => {
                let day = at.utc_date().to_string();
                self.with("reviews-unused-since", "at", &day)
            }
            (None, None) if line.subject.is_some() => self.say("reviews-use-unknown"),
            (None, None) => "–".to_owned(),
        }
    }

    fn suggestion(&self, line: &LineTold) -> Cell {
        let said = |kind: &str, code: &Option<String>| {
            let code = code.as_deref()?;
            Some(self.say(&format!("reviews-{kind}-{code}")))
        };
        let suggestion = said("suggest", &line.suggestion).map(|it| (Tone::Plain, it));
        let reason = said("reason", &line.reason).map(|it| (Tone::Soft, it));
        suggestion.into_iter().chain(reason).collect()
    }

    fn decision(&self, line: &LineTold) -> Cell {
        let Some(decision) = &line.decision else {
            let mut cell = vec![(Tone::Plain, self.say("reviews-open"))];
            if let Some(reviewer) = &line.reviewer {
                let named = self.with("paper-reviewer", "name", reviewer.name());
                cell.push((Tone::Soft, named));
            }
            return cell;
        };
        let mut cell = vec![
            (
                Tone::Plain,
                self.say(&format!("reviews-verdict-{}", decision.verdict)),
            ),
            (Tone::Soft, decision.by.name().to_owned()),
            (Tone::Soft, self.moment(decision.at)),
        ];
        if let Some(note) = decision.note.as_ref().filter(|note| !note.is_empty()) {
            cell.push((Tone::Plain, self.with("paper-note", "note", note)));
        }
        cell
    }

    fn outcome(&self, line: &LineTold) -> Cell {
        let outcome = self.say(&format!("reviews-outcome-{}", line.outcome));
        let mut cell = vec![(Tone::Strong, outcome)];
        cell.extend(line.settled_at.map(|at| (Tone::Soft, self.moment(at))));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Instant;

    /// Says messages by their ids and what they are about.
    struct Ids;

    impl Words for Ids {
        fn say(&self, _: &str, message: &str, params: &[(&'static str, &str)]) -> String {
            let params = params.iter().map(|(_, value)| format!(" {value}"));
            format!("{message}{}", params.collect::<String>())
        }
    }

    fn telling(departments: &BTreeMap<DepartmentId, String>, utc_offset: i16) -> Telling<'_> {
        Telling {
            words: &Ids,
            language: "zh-CN",
            utc_offset,
            organisation: "守客",
            departments,
            digest: "00",
        }
    }

    fn report(lines: usize) -> ReportTold {
        let named = json!({ "id": "1", "name": "欧阳娜娜" });
        let at = "2026-11-22T18:30:00.000Z";
        let line = |number: usize| {
            json!({
                "id": "line", "subject": { "kind": "person", "id": (number / 5).to_string(), "name": "销售" },
                "grant": { "kind": "share", "customer_id": "0193509c-1c2b-7000-8000-000000000000", "until": at },
                "unused_since": at, "suggestion": "withdraw", "reason": "unused", "reviewer": named,
                "decision": { "verdict": "keep", "by": named, "note": "仍由本人跟进，下季度再看", "at": at },
                "outcome": "kept", "settled_at": at,
            })
            .to_string()
        };
        let head = json!({
            "log": "custos/audit/one", "verifier_key": "key", "made_at": at, "counts": { "kept": 3 },
            "review": {
                "name": "年度复核", "scope": { "roles": true, "shares": true, "api_keys": false, "by": "manager" },
                "started_by": named, "started_at": at, "deadline": at, "ended_at": at, "ended_by": "deadline",
            },
        })
        .to_string();
        let lines: Vec<String> = (0..lines).map(line).collect();
        let head = head.trim_end_matches('}');
        // The review is the last member of what begins it.
        let text = format!("{head}}},\"lines\":[{}]}}", lines.join(","));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn times_are_those_of_the_reader() {
        let departments = BTreeMap::new();
        let at = "2026-11-22T18:30:00.000Z".parse().unwrap();
        for (offset, zone, told) in [
            (480, "UTC+08:00", "2026-11-23 02:30"),
            (0, "UTC", "2026-11-22 18:30"),
            (-210, "UTC-03:30", "2026-11-22 15:00"),
        ] {
            let telling = telling(&departments, offset);
            assert_eq!(
                (telling.zone(), telling.moment(at)),
                (zone.to_owned(), told.to_owned())
            );
        }
    }

    /// Most memory this process ever had, in kilobytes, where the system tells.
    fn peak() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "it measures")]
    fn twenty_thousand_lines_take_seconds_and_little_memory() {
        let departments = BTreeMap::new();
        let report = report(20_000);
        let (before, begun) = (peak(), Instant::now());
        let file = telling(&departments, 480).pages(&report).unwrap();
        let took = begun.elapsed();
        eprintln!(
            "20000 lines: {} bytes, {took:?}, {before:?} then {:?} kB",
            file.len(),
            peak()
        );
        assert!(took.as_secs() < 180, "{took:?}");
        assert!(file.len() < 16 << 20, "{}", file.len());
        if let (Some(before), Some(after)) = (before, peak()) {
            assert!(after - before < 64_000, "{} kB more", after - before);
        }
    }
}
