//! Killed with SIGKILL in the middle: of a restore nothing stays, of an archive that was being made
//! nothing is listed, and either is done by whoever is next.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::Utc;
use nix::sys::signal::Signal;
use routervault::archive::Worker;
use routervault::db::archives::{self as db, NewArchive};
use routervault::keyring;
use routervault::model::ArchiveState;
use routervault::vault::KeyPlace;
use sqlx::PgPool;

use super::house::{House, everything};
use crate::cli::{stderr, text};
use crate::support::{Program, database_url, routervault, until};

/// Whether something waits for a lock of a table.
async fn is_waited_for(pool: &PgPool, table: &str) -> Option<()> {
    let waits: bool = sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT FROM pg_locks
             JOIN pg_database ON pg_database.oid = pg_locks.database
             WHERE datname = current_database()
               AND relation = $1::regclass
               AND NOT granted
         )",
    )
    .bind(table)
    .fetch_one(pool)
    .await
    .unwrap();
    waits.then_some(())
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_leaves_nothing_and_can_be_done_again() {
    let house = House::with(2, 3, 4).await;
    let (zip, _) = house.archive(&everything()).await;
    let (url, folder) = (database_url().await, tempfile::tempdir().unwrap());
    let key_file = folder.path().join("routervault.key");
    let pool = routervault::db::connect(&url, 4).await.unwrap();
    let start = || {
        let store = ["--database-url", &url, "--key-file", text(&key_file)];
        routervault(&[&["restore", text(&zip)], store.as_slice()].concat())
    };
    // All is written when it waits for its entry in the audit, the last before the commit.
    let mut held = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE audit IN EXCLUSIVE MODE")
        .execute(&mut *held)
        .await
        .unwrap();
    let mut killed = start().stdout(Stdio::null()).spawn().unwrap();
    until("it waits for the audit", async || {
        is_waited_for(&pool, "audit").await
    })
    .await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    held.rollback().await.unwrap();
    for table in [
        "sites",
        "devices",
        "snapshots",
        "credentials",
        "users",
        "retention_rules",
        "audit",
    ] {
        assert_eq!(count(&pool, table).await, 0, "{table}");
    }
    let again = start().output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(count(&pool, "snapshots").await, 24);
}

/// A program that makes archives into a folder, and nothing else of note.
fn serve(url: &str, key_file: &Path, folder: &Path) -> Command {
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        url,
        "--key-file",
    ];
    let folders = [text(key_file), "--archive-dir", text(folder)];
    routervault(&[arguments.as_slice(), &folders].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_whose_maker_was_killed_is_made_by_the_next_and_its_half_file_is_swept() {
    let first = House::with(1, 2, 2).await;
    let (zip, _) = first.archive(&everything()).await;
    let (url, folder) = (database_url().await, tempfile::tempdir().unwrap());
    let key_file = folder.path().join("routervault.key");
    let archives = folder.path().join("archives");
    let store = ["--database-url", &url, "--key-file", text(&key_file)];
    let restored = routervault(&[&["restore", text(&zip)], store.as_slice()].concat()).output();
    let restored = restored.unwrap();
    assert_eq!(restored.status.code(), Some(0), "{}", stderr(&restored));
    let pool = routervault::db::connect(&url, 8).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    let vault = keyring::open(&mut conn, &KeyPlace::at(&key_file))
        .await
        .unwrap();

    let mut program = Program::start(serve(&url, &key_file, &archives));
    program.line_with("http");
    // It stands still at the list of people, behind all backups.
    let mut held = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *held)
        .await
        .unwrap();
    let new = NewArchive {
        choice: &everything(),
        comment: "",
        requested_by: "kim",
        now: Utc::now(),
        expires_at: None,
    };
    db::request(&mut conn, &new).await.unwrap();
    until("it is half made", async || {
        is_waited_for(&pool, "users").await
    })
    .await;
    program.signal(Signal::SIGKILL);
    program.child.wait().unwrap();
    held.rollback().await.unwrap();
    let list = || routervault::db::pages::Slice {
        limit: 9,
        offset: 0,
    };
    let listed = db::list(&mut conn, list()).await.unwrap();
    assert_eq!(
        (listed[0].state, listed[0].size_bytes),
        (ArchiveState::Running, None)
    );
    let half: Vec<_> = std::fs::read_dir(&archives)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert!(
        half.iter().all(|path| path.extension().unwrap() == "part"),
        "{half:?}"
    );
    assert_eq!(half.len(), 1);

    // Its lease runs out; the next one begins anew.
    sqlx::query("UPDATE archives SET lease_until = now() - interval '1 second'")
        .execute(&mut *conn)
        .await
        .unwrap();
    let next = Worker::new(pool.clone(), Arc::new(vault), archives.clone());
    next.sweep().await.unwrap();
    assert!(next.make_next().await.unwrap());
    let listed = db::list(&mut conn, list()).await.unwrap();
    assert_eq!(
        (listed[0].state, listed[0].snapshots),
        (ArchiveState::Completed, Some(4))
    );
    let hours_ago = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    let file = std::fs::File::options().write(true).open(&half[0]).unwrap();
    file.set_modified(hours_ago).unwrap();
    next.sweep().await.unwrap();
    assert!(!half[0].exists());
    assert_eq!(std::fs::read_dir(&archives).unwrap().count(), 1);
}
