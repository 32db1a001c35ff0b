//! Replacing the master key: killed after any step nothing is lost, two at once are one, and
//! what runs goes on.

use std::path::Path;
use std::process::Output;

use chrono::Utc;
use routervault::demo::RouterSpec;
use routervault::keyring::{self, Begun, By, KeyringError};
use routervault::vault::KeyPlace;
use sqlx::PgConnection;

use crate::cli::{data_dir, inventory_file, json, open_store, serve, stderr, text};
use crate::support::{Deadlines, World, database, routervault, until};

/// How many steps a rotation has.
const STEPS: usize = 6;

fn by() -> By {
    By {
        user_name: "tester".to_owned(),
        at: Utc::now(),
    }
}

/// Takes the first `steps` steps of a rotation, and then drops everything, as a kill would.
async fn killed_after(steps: usize, conn: &mut PgConnection, place: &KeyPlace) {
    let begun = Begun::new(conn, place).await.unwrap();
    if steps == 1 {
        return;
    }
    let old_kept = begun.keep_old().unwrap();
    if steps == 2 {
        return;
    }
    let next_written = old_kept.write_next().unwrap();
    if steps == 3 {
        return;
    }
    let row_written = next_written.write_row(&by()).await.unwrap();
    if steps == 4 {
        return;
    }
    let committed = row_written.commit().await.unwrap();
    if steps == 5 {
        return;
    }
    committed.replace_file().unwrap();
}

/// A database that was opened once, and something sealed in it.
async fn sealed() -> (tempfile::TempDir, KeyPlace, PgConnection, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let place = KeyPlace::at(&folder.path().join("routervault.key"));
    let mut conn = database().await.acquire().await.unwrap().detach();
    let vault = keyring::open(&mut conn, &place).await.unwrap();
    let sealed = vault.seal("x", b"kept");
    (folder, place, conn, sealed)
}

/// Panics unless the database opens and gives what was sealed, with the key file alone.
async fn assert_opens(conn: &mut PgConnection, place: &KeyPlace, sealed: &[u8]) {
    let vault = keyring::open(conn, place).await.unwrap();
    assert_eq!(vault.open("x", sealed).unwrap().as_slice(), b"kept");
    assert!(keyring::standing(conn, place).await.unwrap().fits());
}

async fn rotations_in_the_audit(conn: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM audit
         WHERE action = 'key_rotated' AND user_name = 'tester' AND address = ''",
    )
    .fetch_one(conn)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_rotation_killed_after_any_step_loses_nothing_and_the_next_one_works() {
    for steps in 1..=STEPS {
        let (_folder, place, mut conn, sealed) = sealed().await;
        let before = place.read().unwrap().unwrap().id();
        killed_after(steps, &mut conn, &place).await;
        assert_opens(&mut conn, &place, &sealed).await;
        let is_done = steps >= 5;
        let after = place.read().unwrap().unwrap().id();
        assert_eq!(after != before, is_done, "after {steps} steps");
        assert_eq!(
            rotations_in_the_audit(&mut conn).await,
            i64::from(is_done),
            "after {steps} steps"
        );
        let rotated = keyring::rotate(&mut conn, &place, &by()).await.unwrap();
        assert_eq!(rotated.old_id, hex::encode(after));
        assert_opens(&mut conn, &place, &sealed).await;
        assert!(place.read_next().unwrap().is_none());
    }
}

#[tokio::test]
async fn the_old_key_opens_a_dump_from_before_and_not_the_database() {
    let (folder, place, mut conn, sealed) = sealed().await;
    let dump = routervault::db::vault_keys::get(&mut conn).await.unwrap();
    let rotated = keyring::rotate(&mut conn, &place, &by()).await.unwrap();
    let old = KeyPlace::at(&rotated.kept);
    let error = keyring::open(&mut conn, &old).await.unwrap_err();
    assert!(matches!(error, KeyringError::Other { .. }), "{error}");
    let vault = routervault::vault::Vault::unlock(
        &old.read().unwrap().unwrap(),
        &dump.unwrap().wrapped_key,
    );
    let vault = vault.unwrap();
    assert_eq!(vault.open("x", &sealed).unwrap().as_slice(), b"kept");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn of_two_rotations_at_once_one_is_refused_here_and_on_another_machine() {
    let pool = database().await;
    let folder = tempfile::tempdir().unwrap();
    let place = KeyPlace::at(&folder.path().join("routervault.key"));
    let (mut first, mut second) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    keyring::open(&mut first, &place).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = KeyPlace::at(&elsewhere.path().join("routervault.key"));
    std::fs::copy(place.path(), copy.path()).unwrap();

    let begun = Begun::new(&mut first, &place).await.unwrap();
    for other in [&place, &copy] {
        let error = keyring::rotate(&mut second, other, &by())
            .await
            .unwrap_err();
        assert!(matches!(error, KeyringError::Busy), "{error}");
        assert!(other.read_next().unwrap().is_none(), "nothing was written");
    }
    let written = begun.keep_old().unwrap().write_next().unwrap();
    let committed = written
        .write_row(&by())
        .await
        .unwrap()
        .commit()
        .await
        .unwrap();
    committed.replace_file().unwrap();

    let error = keyring::rotate(&mut second, &copy, &by())
        .await
        .unwrap_err();
    assert!(matches!(error, KeyringError::Other { .. }), "{error}");
    let error = keyring::open(&mut second, &copy).await.unwrap_err();
    assert!(error.to_string().contains("is sealed with"), "{error}");
    std::fs::copy(place.path(), copy.path()).unwrap();
    keyring::open(&mut second, &copy).await.unwrap();
}

#[tokio::test]
async fn who_starts_between_commit_and_rename_opens_and_leaves_the_rename_to_the_rotation() {
    let pool = database().await;
    let folder = tempfile::tempdir().unwrap();
    let place = KeyPlace::at(&folder.path().join("routervault.key"));
    let (mut first, mut second) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let vault = keyring::open(&mut first, &place).await.unwrap();
    let sealed = vault.seal("x", b"kept");
    let begun = Begun::new(&mut first, &place).await.unwrap();
    let written = begun.keep_old().unwrap().write_next().unwrap();
    let committed = written
        .write_row(&by())
        .await
        .unwrap()
        .commit()
        .await
        .unwrap();

    let started = keyring::open(&mut second, &place).await.unwrap();
    assert_eq!(started.open("x", &sealed).unwrap().as_slice(), b"kept");
    assert!(place.read_next().unwrap().is_some());
    committed.replace_file().unwrap();
    assert_opens(&mut second, &place, &sealed).await;
}

#[tokio::test]
async fn a_row_that_was_altered_is_refused_by_open_and_by_rotate() {
    let (_folder, place, mut conn, _) = sealed().await;
    sqlx::query("UPDATE vault_keys SET wrapped_key = set_byte(wrapped_key, 30, 0) || '\\x00'")
        .execute(&mut conn)
        .await
        .unwrap();
    let opened = keyring::open(&mut conn, &place).await.unwrap_err();
    assert!(matches!(opened, KeyringError::Damaged(_)), "{opened}");
    let rotated = keyring::rotate(&mut conn, &place, &by()).await.unwrap_err();
    assert!(matches!(rotated, KeyringError::Damaged(_)), "{rotated}");
}

fn key(command: &str, data: &Path) -> Output {
    let mut run = routervault(&["key", command, "--data-dir"]);
    run.arg(data).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Backs the world up by a command of its own.
fn back_up(inventory: &Path, data: &Path) -> serde_json::Value {
    let mut command = routervault(&["backup", "--json", "--inventory", text(inventory)]);
    json(&command.arg("--data-dir").arg(data).output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_replaced_while_the_program_runs_and_it_goes_on() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    let (program, _) = serve(&inventory, data.path());
    let shown = stdout(&key("show", data.path()));
    assert!(shown.contains("opens the database"), "{shown}");

    let said = stdout(&key("rotate", data.path()));
    let (old, new) = (
        said.split(' ').nth(2).unwrap(),
        said.split(' ').nth(6).unwrap(),
    );
    assert!(shown.contains(old) && !shown.contains(new), "{shown}{said}");
    for words in ["other machines", "Keep a copy", &format!(".old-{old}")] {
        assert!(said.contains(words), "{said}");
    }
    let shown = stdout(&key("show", data.path()));
    assert!(shown.matches(new).count() == 2, "{shown}");

    // The running program's collector and a new command's may each take the run.
    let batch = back_up(&inventory, data.path());
    assert_eq!(batch["runs"][0]["verdict"], "verified");
    drop(program);
    let (_program, _) = serve(&inventory, data.path());
    let number = batch["runs"][0]["snapshot"].to_string();
    let exact = until("the snapshot is shown", async || {
        let mut show = routervault(&["show", &number, "--data-dir"]);
        let output = show.arg(data.path()).output().unwrap();
        output.status.success().then_some(output.stdout)
    })
    .await;
    assert_eq!(exact, world.router("gw").sent_export().unwrap());
}

#[test]
fn what_is_wrong_with_the_key_is_a_sentence_of_the_command() {
    let data = data_dir();
    let rotate = key("rotate", &data.path().join("none"));
    assert!(
        stderr(&rotate).contains("no backups in"),
        "{}",
        stderr(&rotate)
    );

    let (_files, mut store) = open_store(data.path());
    store.output().unwrap();
    let file = data.path().join("routervault.key");
    let folder_lock = KeyPlace::at(&file).lock().unwrap().unwrap();
    let busy = key("rotate", data.path());
    assert_eq!(busy.status.code(), Some(2));
    assert!(
        stderr(&busy).contains("by another command"),
        "{}",
        stderr(&busy)
    );
    drop(folder_lock);

    // As if a rotation had been killed between the commit and the rename.
    let first = std::fs::read(&file).unwrap();
    assert_eq!(key("rotate", data.path()).status.code(), Some(0));
    let next = data.path().join("routervault.key.new");
    std::fs::rename(&file, &next).unwrap();
    std::fs::copy(old_key(data.path()), &file).unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), first);
    let shown = key("show", data.path());
    assert_eq!(shown.status.code(), Some(1));
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("was interrupted"), "{shown}");
    assert!(next.exists(), "`show` changes nothing");
    let mut list = routervault(&["snapshots", "--data-dir", text(data.path())]);
    let started = list.output().unwrap();
    assert_eq!(started.status.code(), Some(0));
    assert!(
        stderr(&started).contains("Finished a replacement"),
        "{}",
        stderr(&started)
    );
    assert!(!next.exists());

    std::fs::copy(old_key(data.path()), &file).unwrap();
    let shown = key("show", data.path());
    assert_eq!(shown.status.code(), Some(1));
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("does not open the database"), "{shown}");
}

/// The one old key that was kept.
fn old_key(data: &Path) -> std::path::PathBuf {
    let entries = std::fs::read_dir(data).unwrap().flatten();
    let mut kept = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains(".key.old-"));
    kept.next().unwrap()
}
