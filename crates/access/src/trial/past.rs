//! Who would lose and who would gain, by what was asked for in the past.
//!
//! What the log says was asked of records is asked again: of the records as they are, by people as they stand, under the
//! circumstances of that time; once by what is in force, once by the draft.

use crate::configuration::{Configuration, Past, Rules, TRIED};
use crate::{Access, AccessError, AccessRulesResource};
use custos_http::Problem;
use custos_kernel::audit::{Actor, Detail, Entry, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Circumstances, Scope, Standing, actions};
use custos_store::EntryFilter;
use custos_values::{Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Most accesses considered: different people, actions and records.
const MOST: usize = 20_000;
/// Most entries read.
const MOST_ENTRIES: usize = 200_000;
const AT_ONCE: i64 = 2_000;

/// How many records of one kind of access one person would lose or gain.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    pub(super) user: UserId,
    pub(super) action: String,
    pub(super) records: u64,
    pub(super) last_at: Timestamp,
}

/// What a draft would change.
#[derive(Debug, Default)]
pub(super) struct Trial {
    pub(super) considered: u64,
    /// Whether everything asked for in the time was considered.
    pub(super) complete: bool,
    /// The time of the oldest entry considered.
    pub(super) since: Option<Timestamp>,
    pub(super) lost: Vec<Shift>,
    pub(super) gained: Vec<Shift>,
}

type Key = (UserId, &'static str, &'static str, [u8; 16]);

/// The newest time each access was asked for, and under which circumstances.
#[derive(Default)]
struct Asked {
    accesses: HashMap<Key, (Timestamp, Circumstances)>,
    complete: bool,
    since: Option<Timestamp>,
}

impl Access {
    /// Tries a draft on what was asked for since a moment.
    ///
    /// # Errors
    /// Refused, or 422 naming what is wrong with the draft.
    pub(super) async fn try_out(
        &self,
        caller: &Caller,
        draft: &Rules,
        since: Timestamp,
    ) -> Result<Trial, AccessError> {
        let org = caller.org();
        let scope = self
            .policy()
            .scope::<actions::Explain, AccessRulesResource>(caller)?;
        let problems = self.problems_of(caller, draft);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let event = Event::own::<AccessRulesResource>(caller, &TRIED, None);
        self.sink().record(event).await?;
        let now = self.people().configuration(org).await?;
        let proposed = self
            .policy()
            .proposed(org, &draft.in_force(now.versions.0 + 1));
        let proposed = proposed.map_err(|problems| Problem::internal(format!("{problems:?}")))?;
        let standings = self.people().standings(org).await?;
        let asked = self.asked_since(&scope, since).await?;
        let mut trial = Trial {
            considered: asked.accesses.len() as u64,
            complete: asked.complete,
            since: asked.since,
            ..Trial::default()
        };
        let (mut lost, mut gained) = (Counts::default(), Counts::default());
        for governed in self.governed() {
            let mut keys = Vec::new();
            let mut past = Vec::new();
            for ((user, object, action, record), (at, circumstances)) in &asked.accesses {
                let Some(standing) = standings.get(user) else {
                    continue;
                };
                if *object != governed.name() {
                    continue;
                }
                keys.push((*user, *action, *at));
                past.push(Past {
                    user: *user,
                    standings: [standing.clone(), under(draft, &now, *user, standing)],
                    circumstances: *circumstances,
                    action,
                    record: *record,
                });
            }
            let verdicts = governed
                .judge(org, [self.policy(), &proposed], &past)
                .await?;
            for ((user, action, at), verdict) in keys.into_iter().zip(verdicts) {
                match verdict {
                    [true, false] => lost.count(user, governed.name(), action, at),
                    [false, true] => gained.count(user, governed.name(), action, at),
                    _ => {}
                }
            }
        }
        trial.lost = lost.shifts();
        trial.gained = gained.shifts();
        Ok(trial)
    }

    async fn asked_since(
        &self,
        scope: &Scope<actions::Explain, AccessRulesResource>,
        since: Timestamp,
    ) -> Result<Asked, AccessError> {
        let known: BTreeMap<String, (&'static str, &'static str)> = self
            .governed()
            .iter()
            .flat_map(|governed| {
                let verbs = actions::VERBS.iter();
                verbs.map(|verb| {
                    let name = format!("{}.{verb}", governed.name());
                    (name, (governed.name(), *verb))
                })
            })
            .collect();
        let mut asked = Asked {
            complete: true,
            ..Asked::default()
        };
        for governed in self.governed() {
            let mut filter = EntryFilter {
                from: Some(since),
                resource_type: Some(governed.name().to_owned()),
                ..EntryFilter::default()
            };
            let mut read = 0;
            loop {
                let entries = self
                    .store()
                    .read()
                    .await?
                    .log_entries(scope, &filter, AT_ONCE)
                    .await?;
                let Some(last) = entries.last() else { break };
                filter.before = Some(last.index);
                read += entries.len();
                let more = entries.len() as i64 == AT_ONCE;
                for stored in &entries {
                    if let Ok(entry) = Entry::decode(&stored.body) {
                        asked.take(&known, &entry);
                    }
                }
                if !more {
                    break;
                }
                if asked.accesses.len() >= MOST || read >= MOST_ENTRIES {
                    asked.complete = false;
                    break;
                }
            }
        }
        Ok(asked)
    }
}

impl Asked {
    fn take(&mut self, known: &BTreeMap<String, (&'static str, &'static str)>, entry: &Entry) {
        let (Some((object, action)), Actor::User { id, .. }) =
            (known.get(&entry.action), &entry.actor)
        else {
            return;
        };
        let Some(record) = entry.resource.as_ref().and_then(|it| it.id) else {
            return;
        };
        if entry.outcome == Outcome::Failed {
            return;
        }
        let at = Timestamp::from_millis(entry.at);
        let codes = entry.detail.get("grounds").map(Detail::as_names);
        let circumstances = Circumstances::from_codes(codes.unwrap_or_default());
        self.since = Some(self.since.map_or(at, |since| since.min(at)));
        // Newest first: what is there already is newer.
        self.accesses
            .entry((UserId::from_bytes(*id), object, action, record))
            .or_insert((at, circumstances));
    }
}

/// What somebody could do if the draft were in force: without the roles it has no more.
fn under(draft: &Rules, now: &Arc<Configuration>, user: UserId, standing: &Standing) -> Standing {
    let kept: BTreeSet<_> = now
        .assigned(user)
        .custom_roles
        .into_iter()
        .filter(|role| draft.roles.iter().any(|it| it.id == *role))
        .collect();
    if kept == standing.profile.custom_roles {
        return standing.clone();
    }
    let mut profile = (*standing.profile).clone();
    profile.custom_roles.retain(|role| kept.contains(role));
    Standing {
        profile: Arc::new(profile),
        ..standing.clone()
    }
}

#[derive(Default)]
struct Counts(BTreeMap<(UserId, String), (u64, Timestamp)>);

impl Counts {
    fn count(&mut self, user: UserId, object: &str, action: &str, at: Timestamp) {
        let key = (user, format!("{object}.{action}"));
        let counted = self.0.entry(key).or_insert((0, at));
        counted.0 += 1;
        counted.1 = counted.1.max(at);
    }

    /// The most first.
    fn shifts(self) -> Vec<Shift> {
        let shift = |((user, action), (records, last_at))| Shift {
            user,
            action,
            records,
            last_at,
        };
        let mut all: Vec<Shift> = self.0.into_iter().map(shift).collect();
        all.sort_by_key(|shift| std::cmp::Reverse(shift.records));
        all
    }
}
