//! Somebody who can change the database, and wants a job to do what nobody asked for.

use crate::site::{About, Memo, Site, both};
use custos_jobs::{Kind, New, State};
use custos_store::Value;
use custos_testkit::Installation;
use custos_values::OrgId;

async fn fails_loudly(site: &Site<'_>, id: [u8; 16]) {
    site.run_due().await;
    let told = (State::Failed, 1, Some("payload_damaged".to_owned()));
    assert_eq!(site.state(id).await, told);
    assert_eq!(site.effects(id).await, []);
    site.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payload_of_another_job_does_not_open() {
    both(async |site| {
        let theirs = site.queue(site.note("theirs", 3_600_000)).await;
        let mine = site.queue(site.note("mine", 0)).await;
        let sql = "UPDATE job SET payload = (SELECT payload FROM job WHERE id = $1) WHERE id = $2";
        site.sql(sql, &[Value::from(&theirs), Value::from(&mine)])
            .await;
        fails_loudly(site, mine).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payload_of_another_organisation_does_not_open_even_under_the_same_id() {
    both(async |site| {
        let other = OrgId::new(site.installation.clock(), site.installation.random());
        site.installation.make_organisation(other).await;
        let theirs = site.queue_in(other, site.note("theirs", 0)).await;
        // Moved as a whole, id and all.
        let sql = "UPDATE job SET org_id = $1 WHERE id = $2";
        let org = Value::from(&site.org().as_bytes()[..]);
        site.sql(sql, &[org, Value::from(&theirs)]).await;
        fails_loudly(site, theirs).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_payload_kind_or_time_does_not_open() {
    both(async |site| {
        let flipped = site.queue(site.note("x", 0)).await;
        let rows = site
            .sql(
                "SELECT payload FROM job WHERE id = $1",
                &[Value::from(&flipped)],
            )
            .await;
        let mut payload = rows[0].bytes(0).unwrap().to_vec();
        *payload.last_mut().unwrap() ^= 1;
        let sql = "UPDATE job SET payload = $1 WHERE id = $2";
        site.sql(sql, &[Value::Bytes(payload), Value::from(&flipped)])
            .await;
        fails_loudly(site, flipped).await;

        let emptied = site.queue(site.note("x", 0)).await;
        let sql = "UPDATE job SET payload = NULL WHERE id = $1";
        site.sql(sql, &[Value::from(&emptied)]).await;
        fails_loudly(site, emptied).await;

        let memo = New::<Memo>::at(site.now(), About::default());
        let other_kind = site.queue(memo).await;
        let sql = "UPDATE job SET kind = 'note' WHERE kind = $1";
        site.sql(sql, &[Value::from(Memo::NAME)]).await;
        fails_loudly(site, other_kind).await;

        let hurried = site.queue(site.note("next year", 365 * 86_400_000)).await;
        let sql = "UPDATE job SET due_at = $1, wake_at = $1 WHERE id = $2";
        site.sql(sql, &[Value::from(site.now()), Value::from(&hurried)])
            .await;
        fails_loudly(site, hurried).await;

        let looked_at = site.queue(site.note("next year", 365 * 86_400_000)).await;
        let sql = "UPDATE job SET wake_at = $1 WHERE id = $2";
        site.sql(sql, &[Value::from(site.now()), Value::from(&looked_at)])
            .await;
        fails_loudly(site, looked_at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_not_done_again_by_saying_it_waits() {
    both(async |site| {
        let id = site.queue(site.note("once", 0)).await;
        assert_eq!(site.run_due().await, 1);
        let sql = "UPDATE job SET state = 'waiting', attempts = 0, wake_at = due_at, ended_at = NULL WHERE id = $1";
        site.sql(sql, &[Value::from(&id)]).await;
        site.run_due().await;
        assert_eq!(site.state(id).await.0, State::Failed);
        assert_eq!(site.effects(id).await, [(0, 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bookmark_can_neither_be_set_back_nor_removed() {
    both(async |site| {
        for removed in [false, true] {
            let about = About {
                steps: 3,
                waits: true,
                ..About::default()
            };
            let id = site.queue(site.about(about, 0)).await;
            let node = std::sync::Arc::clone(&site.jobs);
            let worker = tokio::spawn(async move { node.run_due().await.unwrap() });
            site.writer.gate.add_permits(1);
            site.until(async || site.effects(id).await.len() == 1).await;
            let of = [Value::from(&id)];
            let first = site
                .sql("SELECT bookmark FROM job WHERE id = $1", &of)
                .await;
            let first = first[0].bytes(0).unwrap().to_vec();
            site.writer.gate.add_permits(1);
            site.until(async || site.effects(id).await.len() == 2).await;
            let bookmark = (!removed).then_some(first);
            let sql = "UPDATE job SET bookmark = $1 WHERE id = $2";
            site.sql(sql, &[Value::from(bookmark), Value::from(&id)])
                .await;
            // The third step has read its own before; the attack counts from the next attempt on.
            worker.abort();
            let _ = worker.await;
            site.jobs.let_go().await.unwrap();
            // What the third step may have taken of the gate is given back.
            site.writer.gate.add_permits(10);
            site.run_due().await;
            let (state, _, code) = site.state(id).await;
            let damaged = Some("payload_damaged");
            assert_eq!((state, code.as_deref()), (State::Failed, damaged));
            assert_eq!(site.effects(id).await, [(0, 1), (1, 1)]);
            let left = site.writer.gate.available_permits();
            site.writer.gate.forget_permits(left);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_is_about_is_nowhere_in_clear() {
    both(async |site| {
        let id = site.queue(site.note("QINGSHI-TRADING-COMPANY", 0)).await;
        let shows =
            |installation: &Installation| installation.dump_shows("QINGSHI-TRADING-COMPANY");
        assert!(!shows(site.installation));
        site.run_due().await;
        assert!(!shows(site.installation));
        let sql = "SELECT payload, bookmark FROM job WHERE id = $1";
        let rows = site.sql(sql, &[Value::from(&id)]).await;
        assert_eq!(rows[0].bytes_opt(0).unwrap(), None);
        assert_eq!(rows[0].bytes_opt(1).unwrap(), None);
    })
    .await;
}
