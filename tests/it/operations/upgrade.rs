//! RouterVault's own data over the years: a database of the first release is read by this one, and
//! a dump with its key file is all that a new machine needs.

use std::path::Path;
use std::process::{Command, Output};

use nix::sys::signal::Signal;
use routervault::db::MIGRATOR;
use routervault::demo::RouterSpec;
use routervault::vault::{MasterKey, Vault, body};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::cli::{data_dir, inventory_file, json, stderr, text};
use crate::support::{Deadlines, Program, World, empty_database, routervault};

const OLDER: &[u8] =
    b"# 2026-01-01 02:00:00 by RouterOS 7.16.2\r\n/ip dns\r\nset servers=192.0.2.1\r\n";
const NEWER: &[u8] =
    b"# 2026-01-02 02:00:00 by RouterOS 7.16.2\r\n/ip dns\r\nset servers=192.0.2.2\r\n";

/// What the first release stored of one device: two snapshots, the older as a patch against the
/// newer. Written as that release did, and not by what this one has for it.
async fn store_as_the_first_release(pool: &PgPool, vault: &Vault) {
    sqlx::raw_sql(
        "INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
         INSERT INTO sites (slug, name, timezone) VALUES ('acme', 'Acme', 'UTC');
         INSERT INTO devices (site_id, name, address, port, platform, credential_id)
         VALUES (1, 'gw-1', '192.0.2.1', 22, 'routeros', 1);
         INSERT INTO batches (trigger) VALUES ('manual')",
    )
    .execute(pool)
    .await
    .unwrap();
    for (bytes, encoded, codec, at) in [
        (
            NEWER,
            body::encode_whole(NEWER),
            "whole",
            "2026-01-02T02:00:00Z",
        ),
        (
            OLDER,
            body::encode_patch(OLDER, NEWER),
            "patch",
            "2026-01-01T02:00:00Z",
        ),
    ] {
        let sha256 = Sha256::digest(bytes).to_vec();
        let context = format!("snapshot:1:{}", hex::encode(&sha256));
        sqlx::query(
            "INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks,
                 fingerprint, sha256, size_bytes, line_count, version, has_secrets, batch_id,
                 codec, base_snapshot_id, chain_length, body)
             VALUES (1, $1::timestamptz, $1::timestamptz, 'verified',
                 '[{\"name\": \"sentinel\", \"ok\": true, \"detail\": \"It came.\"}]',
                 $2, $3, $4, 3, '7.16.2', true, 1, $5, CASE WHEN $5 = 'patch' THEN 1 END,
                 CASE WHEN $5 = 'whole' THEN 1 ELSE 0 END, $6)",
        )
        .bind(at)
        .bind(b"fingerprint".as_slice())
        .bind(&sha256)
        .bind(i64::try_from(bytes.len()).unwrap())
        .bind(codec)
        .bind(vault.seal(&context, &encoded))
        .execute(pool)
        .await
        .unwrap();
    }
    sqlx::query(
        "UPDATE devices SET newest_snapshot_id = 1, last_verified_snapshot_id = 1,
             last_verified_at = '2026-01-02T02:00:00Z'",
    )
    .execute(pool)
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_first_release_is_brought_up_to_date_and_read() {
    let pool = empty_database().await;
    MIGRATOR.run_to(1, &pool).await.unwrap();
    let data = data_dir();
    let master = MasterKey::create(&data.path().join("routervault.key")).unwrap();
    let (vault, wrapped) = Vault::create(&master);
    sqlx::query("INSERT INTO vault_keys (id, master_key_id, wrapped_key) VALUES (1, $1, $2)")
        .bind(master.id().as_slice())
        .bind(wrapped)
        .execute(&pool)
        .await
        .unwrap();
    store_as_the_first_release(&pool, &vault).await;
    let options = pool.connect_options();
    let database = options.get_database().unwrap();
    let rest = crate::support::database_url().await;
    let (_, rest) = rest.split_once('?').unwrap();
    let url = format!("postgres:///{database}?{rest}");
    let run = |arguments: &[&str]| -> Output {
        let store = ["--database-url", &url, "--data-dir", text(data.path())];
        routervault(&[arguments, &store[..]].concat())
            .output()
            .unwrap()
    };
    let doctor = json(&run(&["doctor", "--json"]));
    let schema = doctor["checks"].as_array().unwrap();
    let schema = schema
        .iter()
        .find(|check| check["name"] == "schema")
        .unwrap();
    assert_eq!(schema["ok"], false, "{schema}");

    for (id, bytes) in [("1", NEWER), ("2", OLDER)] {
        let shown = run(&["show", id]);
        assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
        assert_eq!(shown.stdout, bytes);
    }
    let listed = json(&run(&["snapshots", "--json"]));
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["verdict"], "verified");
    let diff = run(&["diff", "2", "1"]);
    let diff = String::from_utf8(diff.stdout).unwrap();
    assert!(diff.contains("+set servers=192.0.2.2"), "{diff}");
}

/// The private PostgreSQL of a folder alone, with its URL.
fn database(data: &Path) -> (Program, String) {
    let mut program = Program::start(routervault(&["database", "--data-dir", text(data)]));
    let url = program.line_with("postgres://");
    (program, url)
}

/// Ends it as a person would.
fn end(mut program: Program) {
    program.signal(Signal::SIGINT);
    assert!(program.child.wait().unwrap().success());
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_and_the_key_file_are_all_that_a_new_machine_needs() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let (old, new) = (data_dir(), data_dir());
    let backup = [
        "backup",
        "--inventory",
        text(&inventory),
        "--data-dir",
        text(old.path()),
    ];
    succeed(&mut routervault(&backup));

    // As docs/OPERATIONS.md says it.
    let dump = files.path().join("routervault.dump");
    let (program, url) = database(old.path());
    let mut dumping = Command::new("pg_dump");
    dumping.args(["--no-owner", "--format=custom", "--file", text(&dump), &url]);
    succeed(&mut dumping);
    end(program);
    let (program, url) = database(new.path());
    let mut restoring = Command::new("pg_restore");
    restoring.args(["--no-owner", "--single-transaction", "--exit-on-error"]);
    succeed(restoring.args(["--dbname", &url, text(&dump)]));
    end(program);

    let show = ["show", "1", "--data-dir", text(new.path())];
    let without_key = routervault(&show).output().unwrap();
    assert_eq!(without_key.status.code(), Some(2));
    assert!(
        stderr(&without_key).contains("there is no key file"),
        "{}",
        stderr(&without_key)
    );
    let key = "routervault.key";
    std::fs::copy(old.path().join(key), new.path().join(key)).unwrap();
    let shown = routervault(&show).output().unwrap();
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    assert_eq!(shown.stdout, world.router("gw").sent_export().unwrap());
    let again = [
        "backup",
        "--inventory",
        text(&inventory),
        "--data-dir",
        text(new.path()),
        "--json",
    ];
    let again = routervault(&again).output().unwrap();
    assert_eq!(
        json(&again)["runs"][0]["outcome"],
        "unchanged",
        "{}",
        stderr(&again)
    );
}
