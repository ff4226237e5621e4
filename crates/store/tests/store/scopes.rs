//! The rendering of a scope as SQL selects exactly the rows the scope admits.

use crate::notes::*;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Facts, Job, Role, actions};
use custos_store::Value;
use custos_testkit::{Installation, Person, both};
use custos_values::{DepartmentId, Random, UserId};

type Row = ([u8; 16], Option<UserId>, Option<DepartmentId>);

/// One of the options by a random byte.
fn pick<T: Copy>(installation: &Installation, options: &[T]) -> T {
    let mut byte = [0];
    installation.random().fill(&mut byte);
    options[usize::from(byte[0]) % options.len()]
}

async fn fill(installation: &Installation) -> (Vec<Row>, Vec<UserId>, Vec<DepartmentId>) {
    let users: Vec<UserId> = (0..4)
        .map(|_| UserId::new(installation.clock(), installation.random()))
        .collect();
    let departments: Vec<DepartmentId> = (0..5)
        .map(|_| DepartmentId::new(installation.clock(), installation.random()))
        .collect();
    let owners: Vec<Option<UserId>> = users.iter().copied().map(Some).chain([None]).collect();
    let places: Vec<Option<DepartmentId>> = departments
        .iter()
        .copied()
        .map(Some)
        .chain([None])
        .collect();
    let caller = author(installation);
    let mut tx = installation.store().write(&caller).await.unwrap();
    let mut rows = Vec::new();
    for n in 0..150 {
        let row = (
            number(n),
            pick(installation, &owners),
            pick(installation, &places),
        );
        insert_for(&mut tx, &caller, n, row.1, row.2).await;
        rows.push(row);
    }
    let permit = permit::<actions::Create>(&caller, number(0), 0);
    tx.finish(Event::of(&permit)).await.unwrap();
    (rows, users, departments)
}

#[tokio::test(flavor = "multi_thread")]
async fn selects_what_it_admits() {
    both(&[MIGRATIONS], async |installation| {
        let (rows, users, departments) = fill(installation).await;
        let policy = policy();
        let mut callers: Vec<Caller> = [Job::Indexer, Job::Recovery]
            .map(|job| Caller::system(job, installation.org()))
            .into();
        for _ in 0..40 {
            let department = pick(
                installation,
                &[None, Some(departments[0]), Some(departments[1])],
            );
            let below = department.map_or(0, |_| pick(installation, &[0, 1, 3]));
            let person = Person {
                user: pick(installation, &users),
                below: departments[2..2 + below].to_vec(),
                ..installation.person(
                    pick(installation, &[Role::Sales, Role::SalesLead]),
                    pick(installation, &DataScope::ALL),
                    department,
                )
            };
            callers.push(person.sign_in(installation));
        }
        for caller in &callers {
            let Ok(scope) = policy.scope::<actions::List, Note>(caller) else {
                assert_eq!(caller.user_id(), None);
                continue;
            };
            let admitted: Vec<[u8; 16]> = rows
                .iter()
                .filter(|(id, owner, department)| {
                    let facts = Facts::owned(installation.org(), *id, 1, *owner, *department);
                    let admitted = scope.admit(&facts).is_some();
                    let permitted = policy.permit::<actions::List, _>(caller, &facts).is_ok();
                    assert_eq!(admitted, permitted);
                    admitted
                })
                .map(|(id, ..)| *id)
                .collect();
            let mut read = installation.store().read().await.unwrap();
            // The feature's own condition stands beside the scope's, with a parameter of its own.
            let sql =
                "SELECT id FROM note WHERE org_id = $1 AND {scope} AND word <> $2 ORDER BY id";
            let selected = read
                .within(&scope, sql, &[Value::from("word-149")])
                .await
                .unwrap();
            let selected: Vec<[u8; 16]> = selected.iter().map(|row| row.id(0).unwrap()).collect();
            let expected: Vec<[u8; 16]> = admitted
                .into_iter()
                .filter(|id| *id != number(149))
                .collect();
            assert_eq!(selected, expected, "{caller:?}");
        }
    })
    .await;
}
