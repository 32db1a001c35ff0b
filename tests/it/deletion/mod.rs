//! Deleting snapshots: every other one stays readable, and nothing names what is gone.

mod gaps;
mod meanwhile;
mod spans;

use routervault::db::snapshots::{self, BodyError, Deleted};
use routervault::model::{BatchId, DeviceId, Scope, SnapshotId};
use sqlx::PgPool;

use crate::storage::{insert, one_device};
use crate::support::{World, vault};

/// A device with a history, oldest first; every snapshot but the first is made up.
struct History {
    world: World,
    device: DeviceId,
    batch: BatchId,
    kept: Vec<(SnapshotId, Vec<u8>)>,
}

impl History {
    async fn of(count: usize) -> Self {
        let (world, device, batch, first) = one_device().await;
        let body = world.body(first).await;
        let mut history = Self {
            world,
            device,
            batch,
            kept: vec![(first, body)],
        };
        while history.kept.len() < count {
            history.grow().await;
        }
        history
    }

    fn pool(&self) -> &PgPool {
        &self.world.pool
    }

    /// One more snapshot, with one more line than the last.
    async fn grow(&mut self) {
        let (previous, text) = self.kept.last().unwrap();
        let mut text = text.clone();
        let revision = self.kept.len();
        text.extend_from_slice(format!("/ip dns set comment=r{revision}\r\n").as_bytes());
        let mut tx = self.world.pool.begin().await.unwrap();
        let id = insert(&mut tx, self.device, self.batch, &text, *previous).await;
        sqlx::query(
            "UPDATE devices
             SET newest_snapshot_id = $1, last_verified_snapshot_id = $1,
                 snapshot_count = snapshot_count + 1",
        )
        .bind(id.0)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.kept.push((id, text));
    }

    async fn delete(&self, id: SnapshotId) -> Result<Deleted, BodyError> {
        let mut tx = self.pool().begin().await.unwrap();
        let deleted = snapshots::delete(&mut tx, &Scope::All, &vault(), id).await?;
        tx.commit().await.unwrap();
        Ok(deleted)
    }

    async fn delete_at(&mut self, index: usize) {
        let (id, _) = self.kept.remove(index);
        assert_eq!(self.delete(id).await.unwrap(), Deleted::Done);
    }

    async fn archive(&self) {
        sqlx::query("UPDATE devices SET archived_at = now()")
            .execute(self.pool())
            .await
            .unwrap();
    }

    async fn set(&self, id: SnapshotId, set: &str) {
        let update = format!("UPDATE snapshots SET {set} WHERE id = {id}");
        sqlx::query(sqlx::AssertSqlSafe(update))
            .execute(self.pool())
            .await
            .unwrap();
    }

    /// Everything that is left is read back, and what is kept beside it is right.
    async fn check(&self) {
        for (id, text) in &self.kept {
            assert_eq!(self.world.body(*id).await, *text, "snapshot {id}");
        }
        let wrong: i64 = sqlx::query_scalar(
            "WITH RECURSIVE chains AS (
                 SELECT id, id AS above, 0 AS depth FROM snapshots
                 UNION ALL
                 SELECT chains.id, snapshots.id, chains.depth + 1
                 FROM chains
                 JOIN snapshots ON snapshots.base_snapshot_id = chains.above
             ),
             longest AS (SELECT id, max(depth) AS depth FROM chains GROUP BY id)
             SELECT count(*)
             FROM snapshots
             JOIN longest USING (id)
             WHERE chain_length <> depth OR chain_length >= 100",
        )
        .fetch_one(self.pool())
        .await
        .unwrap();
        assert_eq!(
            wrong, 0,
            "chains of another length than stored, or too long"
        );
        let kept: (i32, Option<i64>, Option<i64>) = sqlx::query_as(
            "SELECT snapshot_count, newest_snapshot_id, last_verified_snapshot_id FROM devices",
        )
        .fetch_one(self.pool())
        .await
        .unwrap();
        let newest = self.kept.last().map(|(id, _)| id.0);
        let count = i32::try_from(self.kept.len()).unwrap();
        assert_eq!(kept, (count, newest, newest));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_second_of_two_hundred_goes_and_the_others_are_read_back() {
    let mut history = History::of(200).await;
    history.check().await;
    for index in 0..100 {
        history.delete_at(index).await;
    }
    history.check().await;
    assert_eq!(history.kept.len(), 100);
    // The whole bodies between chains, and what hangs on them, too.
    for index in [98, 50, 49, 48, 30, 1, 0] {
        history.delete_at(index).await;
        history.check().await;
    }
    history.grow().await;
    history.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_archived_device_all_can_go_the_newest_first() {
    let mut history = History::of(5).await;
    history.archive().await;
    while !history.kept.is_empty() {
        history.delete_at(history.kept.len() - 1).await;
        history.check().await;
    }
    let (verified_at, named): (Option<chrono::DateTime<chrono::Utc>>, i64) = sqlx::query_as(
        "SELECT last_verified_at, (SELECT count(*) FROM runs WHERE snapshot_id IS NOT NULL)
         FROM devices",
    )
    .fetch_one(history.pool())
    .await
    .unwrap();
    assert_eq!((verified_at, named), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_one_and_the_newest_verified_backup_stay() {
    let history = History::of(3).await;
    let mut conn = history.pool().acquire().await.unwrap();
    let pinned = history.kept[1].0;
    assert!(
        snapshots::set_pinned(&mut conn, &Scope::All, pinned, true)
            .await
            .unwrap()
    );
    assert_eq!(history.delete(pinned).await.unwrap(), Deleted::Pinned);
    let newest = history.kept[2].0;
    assert_eq!(
        history.delete(newest).await.unwrap(),
        Deleted::NewestVerified
    );
    let nothing = SnapshotId(999_999);
    assert_eq!(history.delete(nothing).await.unwrap(), Deleted::Missing);
    assert!(
        !snapshots::set_pinned(&mut conn, &Scope::All, nothing, true)
            .await
            .unwrap()
    );
    history.check().await;
}

#[tokio::test]
async fn a_comment_is_kept_up_to_its_length() {
    let history = History::of(1).await;
    let id = history.kept[0].0;
    let mut conn = history.pool().acquire().await.unwrap();
    let longest = "\u{e4}".repeat(snapshots::MAX_COMMENT_CHARS);
    assert!(
        snapshots::set_comment(&mut conn, &Scope::All, id, &longest)
            .await
            .unwrap()
    );
    let too_long = longest + "x";
    assert!(
        snapshots::set_comment(&mut conn, &Scope::All, id, &too_long)
            .await
            .is_err()
    );
    assert!(
        !snapshots::set_comment(&mut conn, &Scope::All, SnapshotId(99), "x")
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_suspect_one_on_top_goes_and_the_verified_one_below_is_whole_again() {
    let mut history = History::of(3).await;
    let verified = history.kept[1].0;
    history.set(history.kept[2].0, "verdict = 'suspect'").await;
    sqlx::query("UPDATE devices SET last_verified_snapshot_id = $1")
        .bind(verified.0)
        .execute(history.pool())
        .await
        .unwrap();
    history.delete_at(2).await;
    history.check().await;
    history.grow().await;
    history.check().await;
}

#[tokio::test]
async fn what_a_damaged_neighbour_needs_is_not_destroyed() {
    let history = History::of(4).await;
    let (older, target) = (history.kept[1].0, history.kept[2].0);
    let body: Vec<u8> = sqlx::query_scalar("SELECT body FROM snapshots WHERE id = $1")
        .bind(older.0)
        .fetch_one(history.pool())
        .await
        .unwrap();
    let damage = "body = set_byte(body, 30, get_byte(body, 30) # 1)";
    history.set(older, damage).await;
    let error = history.delete(target).await.unwrap_err();
    assert!(
        matches!(error, BodyError::Sealed(id, _) if id == older),
        "{error}"
    );
    let repair = format!("body = '\\x{}'", hex::encode(body));
    history.set(older, &repair).await;
    history.check().await;
}

#[tokio::test]
async fn a_damaged_one_that_nobody_needs_can_go() {
    let mut history = History::of(3).await;
    history.set(history.kept[0].0, "body = '\\x00'").await;
    history.delete_at(0).await;
    history.check().await;
}

#[tokio::test]
async fn a_deletion_that_is_rolled_back_changes_nothing() {
    let history = History::of(4).await;
    let mut tx = history.pool().begin().await.unwrap();
    let deleted = snapshots::delete(&mut tx, &Scope::All, &vault(), history.kept[2].0).await;
    assert_eq!(deleted.unwrap(), Deleted::Done);
    tx.rollback().await.unwrap();
    history.check().await;
}

#[tokio::test]
async fn the_next_one_then_says_what_changed_since_the_one_before() {
    let mut history = History::of(4).await;
    history.delete_at(1).await;
    let counts: Vec<(Option<i32>, Option<i32>)> =
        sqlx::query_as("SELECT added_lines, removed_lines FROM snapshots ORDER BY id")
            .fetch_all(history.pool())
            .await
            .unwrap();
    assert_eq!(
        counts,
        [(None, None), (Some(2), Some(0)), (Some(1), Some(0))]
    );
    history.delete_at(0).await;
    let first: (Option<i32>, Option<i32>) =
        sqlx::query_as("SELECT added_lines, removed_lines FROM snapshots ORDER BY id LIMIT 1")
            .fetch_one(history.pool())
            .await
            .unwrap();
    assert_eq!(first, (None, None), "none is before it any more");
}
