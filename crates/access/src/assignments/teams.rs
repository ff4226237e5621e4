//! Teams: people of any departments, with whom records are shared together.

use crate::configuration::{Kind, People, Team, changed, checked_people, noting};
use crate::{Access, AccessError, AccessTeamsResource, Someone};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_store::StoreError;
use custos_values::UserId;
use std::collections::BTreeMap;

impl Access {
    /// The teams, everybody's names, and the version; leaves an entry.
    pub(super) async fn teams(
        &self,
        caller: &Caller,
    ) -> Result<(Vec<Team>, BTreeMap<UserId, Someone>, i64), AccessError> {
        let scope = self
            .policy()
            .scope::<actions::List, AccessTeamsResource>(caller)?;
        let (people, version) = self.document::<People>(caller.org(), Kind::People).await?;
        let accounts = self.people().all(caller.org()).await?;
        let shown = Detail::count(people.teams.len() as u64);
        self.sink()
            .record(Event::of_scope(&scope).with("shown", shown))
            .await?;
        Ok((people.teams, accounts, version))
    }

    /// The names of teams, for whoever may share something with them; leaves an entry.
    pub(super) async fn team_names(&self, caller: &Caller) -> Result<Vec<Team>, AccessError> {
        let scope = self
            .policy()
            .scope::<actions::Read, AccessTeamsResource>(caller)?;
        let configuration = self.people().configuration(caller.org()).await?;
        let shown = Detail::count(configuration.people.teams.len() as u64);
        self.sink()
            .record(Event::of_scope(&scope).with("shown", shown))
            .await?;
        Ok(configuration.people.teams.clone())
    }

    /// Sets the teams, in place of those of a version.
    ///
    /// # Errors
    /// Refused, 412, or 422 naming the team.
    pub async fn set_teams(
        &self,
        caller: &Caller,
        version: i64,
        teams: Vec<Team>,
    ) -> Result<(), AccessError> {
        let org = caller.org();
        let facts = Facts::shared(org, Kind::People.id(), version);
        let permit: Permit<actions::Update, AccessTeamsResource> =
            self.policy().permit(caller, &facts)?;
        let (mut people, stored) = self.document::<People>(org, Kind::People).await?;
        if stored != version {
            return Err(StoreError::Stale.into());
        }
        let alone = People {
            people: BTreeMap::new(),
            teams: teams.clone(),
        };
        let accounts = self.people().all(org).await?;
        let problems = checked_people(&alone, &Default::default(), &accounts);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems).into());
        }
        let ids = changed(&people.teams, &teams, |team| *team.id.as_bytes());
        let count = Detail::count(teams.len() as u64);
        people.teams = teams;
        self.put_document(
            caller,
            Kind::People,
            (&permit, &permit),
            (version, &people),
            |event| noting(event, &ids).with("teams", count),
        )
        .await
    }
}
