//! Archives made in the background: claimed, made, cancelled, given up, swept.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use routervault::archive::Worker;
use routervault::db::archives::{self as db, ListedArchive, MAX_KEPT, NewArchive, Requested};
use routervault::model::{ArchiveChoice, ArchiveId, ArchiveState};

use super::house::{House, everything};

/// A house with a folder for archives.
struct Yard {
    house: House,
    folder: tempfile::TempDir,
}

impl Yard {
    async fn new() -> Self {
        Self {
            house: House::with(1, 2, 2).await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn worker(&self) -> Worker {
        let folder = self.folder.path().join("archives");
        Worker::new(
            self.house.pool.clone(),
            Arc::clone(&self.house.vault),
            folder,
        )
    }

    async fn ask_for(&self, choice: &ArchiveChoice) -> Requested {
        let new = NewArchive {
            choice,
            comment: "before the move",
            requested_by: "kim",
            now: Utc::now(),
            expires_at: Some(Utc::now() + TimeDelta::days(30)),
        };
        let mut tx = self.house.pool.begin().await.unwrap();
        let requested = db::request(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        requested
    }

    async fn ask(&self) -> ArchiveId {
        match self.ask_for(&everything()).await {
            Requested::Queued(id) => id,
            other => panic!("{other:?}"),
        }
    }

    async fn get(&self, id: ArchiveId) -> ListedArchive {
        let mut conn = self.house.pool.acquire().await.unwrap();
        db::get(&mut conn, id).await.unwrap().unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.folder.path().join("archives"));
        folder.map_or_else(
            |_| Vec::new(),
            |files| files.map(|file| file.unwrap().path()).collect(),
        )
    }
}

#[tokio::test]
async fn an_archive_that_was_asked_for_is_made_and_listed_with_what_it_holds() {
    let yard = Yard::new().await;
    let id = yard.ask().await;
    assert_eq!(yard.get(id).await.state, ArchiveState::Queued);
    assert!(yard.worker().make_next().await.unwrap());
    let made = yard.get(id).await;
    assert_eq!(made.state, ArchiveState::Completed);
    let counts = (
        made.sites,
        made.devices,
        made.snapshots,
        made.done,
        made.total,
    );
    assert_eq!(counts, (Some(1), Some(2), Some(4), 4, 4));
    let files = yard.files();
    assert_eq!(files.len(), 1);
    assert_eq!(
        files[0].file_name().unwrap().to_str(),
        made.file_name.as_deref()
    );
    let zip = std::fs::read(&files[0]).unwrap();
    assert_eq!(made.size_bytes, i64::try_from(zip.len()).ok());
    use sha2::Digest as _;
    assert_eq!(made.sha256, Some(sha2::Sha256::digest(&zip).to_vec()));
    yard.house.check(&zip).await.map(drop).unwrap();
    assert!(!yard.worker().make_next().await.unwrap());
}

#[tokio::test]
async fn a_limit_that_is_reached_is_said_and_so_is_a_site_that_is_not_there() {
    let yard = Yard::new().await;
    let nowhere = ArchiveChoice {
        site: Some("nowhere".to_owned()),
        ..everything()
    };
    assert_eq!(yard.ask_for(&nowhere).await, Requested::NoSite);
    for _ in 0..MAX_KEPT {
        yard.ask().await;
    }
    assert_eq!(yard.ask_for(&everything()).await, Requested::Full);
}

#[tokio::test]
async fn one_that_is_cancelled_while_it_is_made_leaves_no_file() {
    let yard = Yard::new().await;
    let id = yard.ask().await;
    let mut conn = yard.house.pool.acquire().await.unwrap();
    // A device whose row another transaction holds does not keep a reader waiting; the list of
    // people does, when their table is locked, so the worker stands still there.
    let mut held = yard.house.pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *held)
        .await
        .unwrap();
    let worker = yard.worker();
    let (made, ()) = tokio::join!(worker.make_next(), async {
        crate::support::until("it is being made", async || {
            let done: i32 = sqlx::query_scalar("SELECT done FROM archives")
                .fetch_one(&yard.house.pool)
                .await
                .unwrap();
            (done == 4).then_some(())
        })
        .await;
        assert!(db::cancel(&mut conn, id).await.unwrap());
    });
    assert!(made.unwrap());
    held.rollback().await.unwrap();
    assert_eq!(yard.get(id).await.state, ArchiveState::Cancelled);
    assert_eq!(yard.files(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn one_whose_worker_fell_silent_is_made_by_another_and_given_up_the_third_time() {
    let yard = Yard::new().await;
    let id = yard.ask().await;
    let mut conn = yard.house.pool.acquire().await.unwrap();
    for attempt in 1..=3 {
        let claimed = db::claim(&mut conn, "lost", "x", Duration::ZERO)
            .await
            .unwrap();
        assert_eq!(claimed.unwrap().id, id);
        db::sweep(&mut conn, Utc::now()).await.unwrap();
        let swept = yard.get(id).await;
        let state = if attempt < 3 {
            ArchiveState::Queued
        } else {
            ArchiveState::Failed
        };
        assert_eq!((swept.state, swept.file_name), (state, None));
    }
    assert!(yard.get(id).await.failure.unwrap().contains("three times"));
    // What the lost one finishes after all is not listed.
    let beat = db::heartbeat(&mut conn, "lost", id, 1, Duration::ZERO)
        .await
        .unwrap();
    assert!(!beat);
}

#[tokio::test]
async fn what_has_expired_goes_with_its_row() {
    let yard = Yard::new().await;
    let id = yard.ask().await;
    yard.worker().make_next().await.unwrap();
    let mut conn = yard.house.pool.acquire().await.unwrap();
    db::sweep(&mut conn, Utc::now() + TimeDelta::days(29))
        .await
        .unwrap();
    assert_eq!(yard.get(id).await.state, ArchiveState::Completed);
    db::sweep(&mut conn, Utc::now() + TimeDelta::days(31))
        .await
        .unwrap();
    assert!(db::get(&mut conn, id).await.unwrap().is_none());
    assert!(db::list_file_names(&mut conn).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_folder_that_can_not_be_written_fails_the_archive_with_a_sentence() {
    let yard = Yard::new().await;
    std::fs::write(yard.folder.path().join("archives"), b"a file").unwrap();
    let id = yard.ask().await;
    assert!(yard.worker().make_next().await.unwrap());
    let failed = yard.get(id).await;
    assert_eq!(failed.state, ArchiveState::Failed);
    let sentence = failed.failure.unwrap();
    assert!(sentence.contains("can not be written"), "{sentence}");
}
