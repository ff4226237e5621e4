//! Whoever changes the stored log is found, and the place is named.

use crate::notes::*;
use custos_kernel::audit::Finding;
use custos_kernel::policy::{Caller, Job};
use custos_store::Value;
use custos_testkit::{Installation, both};
use custos_values::OrgId;

async fn alter(installation: &Installation, sql: &str, values: &[Value]) {
    installation
        .store()
        .tamper_for_tests(sql, values)
        .await
        .unwrap();
}

/// One bit of one stored byte string is flipped, and afterwards put back.
async fn with_a_bit_flipped(
    installation: &Installation,
    table: &str,
    column: &str,
    place: &str,
) -> Vec<Finding> {
    let store = installation.store();
    let select = format!("SELECT {column} FROM {table} WHERE {place}");
    let original = store.tamper_for_tests(&select, &[]).await.unwrap()[0]
        .bytes(0)
        .unwrap()
        .to_vec();
    let mut altered = original.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let update = format!("UPDATE {table} SET {column} = $1 WHERE {place}");
    alter(installation, &update, &[Value::Bytes(altered)]).await;
    let report = installation.verify(installation.org()).await;
    alter(installation, &update, &[Value::Bytes(original)]).await;
    report.findings
}

async fn filled(installation: &Installation) {
    let caller = author(installation);
    for n in 0..300 {
        write(installation.store(), &caller, n).await.unwrap();
        if n == 100 {
            installation.sequencer().flush().await.unwrap();
        }
    }
    check_consistency(installation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_altered_byte_is_located() {
    both(&[MIGRATIONS], async |installation| {
        filled(installation).await;
        for index in [0_u64, 57, 256, 300] {
            let found =
                with_a_bit_flipped(installation, "audit_entry", "body", &format!("idx = {index}")).await;
            assert_eq!(found, [Finding::EntryAltered { index }]);
        }
        for (level, index) in [(0, 0), (0, 1), (1, 0)] {
            let place = format!("level = {level} AND idx = {index}");
            let found = with_a_bit_flipped(installation, "audit_tile", "data", &place).await;
            assert!(
                matches!(found[..], [Finding::TileAltered { level: l, index: i, .. }] if (l, i) == (level, index)),
                "{found:?}"
            );
        }
        let report = installation.verify(installation.org()).await;
        assert!(report.is_ok(), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_checkpoint_is_found() {
    both(&[MIGRATIONS], async |installation| {
        filled(installation).await;
        let sql = "SELECT size, note FROM audit_checkpoint ORDER BY size LIMIT 1";
        let rows = installation.store().tamper_for_tests(sql, &[]).await.unwrap();
        let (size, note) = (rows[0].int(0).unwrap(), rows[0].text(1).unwrap());
        let (first, rest) = note.split_once('\n').unwrap();
        let forged = format!("{first}\n{}", rest.replacen(&size.to_string(), &(size + 1).to_string(), 1));
        let values = [Value::Int(size), Value::Text(forged)];
        alter(installation, "UPDATE audit_checkpoint SET note = $2 WHERE size = $1", &values).await;
        let report = installation.verify(installation.org()).await;
        let size = size as u64;
        assert!(
            matches!(report.findings[..], [Finding::CheckpointInvalid { size: s, .. }] if s == size),
            "{report:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_entries_are_missed() {
    both(&[MIGRATIONS], async |installation| {
        filled(installation).await;
        alter(installation, "DELETE FROM audit_entry WHERE idx = 57", &[]).await;
        let report = installation.verify(installation.org()).await;
        assert_eq!(
            report.findings,
            [Finding::EntriesMissing { from: 57, to: 58 }]
        );
        alter(
            installation,
            "DELETE FROM audit_entry WHERE idx >= 290",
            &[],
        )
        .await;
        let report = installation.verify(installation.org()).await;
        let truncated = Finding::LogTruncated {
            entries: 290,
            size: 301,
        };
        assert!(report.findings.contains(&truncated), "{report:?}");
    })
    .await;
}

/// The log's tail, tiles and newest checkpoints are removed consistently, and later entries written over the place:
/// what was signed once cannot be signed differently without it showing against an older checkpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_newest_checkpoints_shows_it() {
    both(&[MIGRATIONS], async |installation| {
        filled(installation).await;
        alter(
            installation,
            "DELETE FROM audit_checkpoint WHERE size > 200",
            &[],
        )
        .await;
        let report = installation.verify(installation.org()).await;
        assert!(!report.is_ok());
    })
    .await;
}

/// One organisation's log cannot be continued; another's is signed all the same, whichever comes first.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_does_not_hold_up_others() {
    both(&[MIGRATIONS], async |installation| {
        let others = [1_u8, 255].map(|byte| OrgId::from_bytes([byte; 16]));
        for org in others {
            installation.make_organisation(org).await;
        }
        installation.sequencer().flush().await.unwrap();
        let values = [
            Value::from(&installation.org().as_bytes()[..]),
            Value::Bytes(vec![0; 32]),
        ];
        alter(
            installation,
            "UPDATE audit_tree SET root = $2 WHERE org_id = $1",
            &values,
        )
        .await;
        write(installation.store(), &author(installation), 1)
            .await
            .unwrap();
        for org in others {
            write(installation.store(), &Caller::system(Job::Indexer, org), 1)
                .await
                .unwrap();
        }
        assert!(installation.sequencer().flush().await.is_err());
        for org in others {
            let newest = installation
                .store()
                .newest_checkpoint(&everything(org))
                .await
                .unwrap();
            assert_eq!(newest.unwrap().0.size, 2);
        }
    })
    .await;
}
