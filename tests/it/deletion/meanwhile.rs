//! Deletions while something else happens to the same history.

use chrono::Utc;
use routervault::db::devices::{self, Found};
use routervault::db::snapshots::{self, Deleted};
use routervault::model::{Scope, SnapshotId};

use super::History;
use crate::support::{until, vault};

#[tokio::test(flavor = "multi_thread")]
async fn deletions_and_new_snapshots_at_once_lose_nothing() {
    let mut history = History::of(40).await;
    let going: Vec<SnapshotId> = history.kept.iter().step_by(2).map(|(id, _)| *id).collect();
    let deleting: Vec<_> = going
        .iter()
        .map(|id| {
            let (pool, id) = (history.pool().clone(), *id);
            tokio::spawn(async move {
                let mut tx = pool.begin().await.unwrap();
                let deleted = snapshots::delete(&mut tx, &Scope::All, &vault(), id)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                deleted
            })
        })
        .collect();
    for _ in 0..5 {
        history.grow().await;
    }
    for task in deleting {
        assert_eq!(task.await.unwrap(), Deleted::Done);
    }
    history.kept.retain(|(id, _)| !going.contains(id));
    history.check().await;
}

#[tokio::test]
async fn a_backup_whose_predecessor_was_deleted_meanwhile_follows_the_one_before() {
    let mut history = History::of(3).await;
    history.archive().await;
    let gone = history.kept.pop().unwrap();
    assert_eq!(history.delete(gone.0).await.unwrap(), Deleted::Done);
    history.kept.push((gone.0, history.kept[1].1.clone()));
    history.grow().await;
    history.kept.remove(2);
    history.check().await;
    let whole: i64 = sqlx::query_scalar("SELECT count(*) FROM snapshots WHERE codec = 'whole'")
        .fetch_one(history.pool())
        .await
        .unwrap();
    assert_eq!(whole, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_waits_for_a_backup_that_says_the_same_again() {
    let mut history = History::of(5).await;
    let newest = history.kept[4].0;
    let mut recording = history.pool().begin().await.unwrap();
    let is_there = snapshots::mark_seen(&mut recording, history.device, newest, Utc::now());
    assert!(is_there.await.unwrap());
    let (pool, second) = (history.pool().clone(), history.kept[1].0);
    let deleting = tokio::spawn(async move {
        let mut tx = pool.begin().await.unwrap();
        let deleted = snapshots::delete(&mut tx, &Scope::All, &vault(), second)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        deleted
    });
    until("the deletion waits for the recording", async || {
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        let waiting: i64 = sqlx::query_scalar(waits)
            .fetch_one(history.pool())
            .await
            .unwrap();
        (waiting > 0).then_some(())
    })
    .await;
    let found = Found::default();
    devices::mark_found(&mut recording, history.device, &found)
        .await
        .unwrap();
    recording.commit().await.unwrap();
    assert_eq!(deleting.await.unwrap(), Deleted::Done);
    history.kept.remove(1);
    history.check().await;
}
