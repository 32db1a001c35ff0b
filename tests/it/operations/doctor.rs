//! `doctor`: a sentence for each thing, and the exit status.

use std::path::Path;
use std::process::Output;

use routervault::demo::RouterSpec;
use serde_json::Value;

use crate::cli::{data_dir, inventory_file, json, stderr, text};
use crate::support::{Deadlines, World, database_url, empty_database, routervault};

/// Runs `doctor --json` on a database that was given.
fn doctor(url: &str, data: &Path, more: &[&str]) -> Output {
    let store = [
        "doctor",
        "--json",
        "--database-url",
        url,
        "--data-dir",
        text(data),
    ];
    routervault(&[&store[..], more].concat()).output().unwrap()
}

/// What was found of this thing.
fn finding<'a>(found: &'a Value, name: &str) -> &'a Value {
    let checks = found["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|check| check["name"] == name)
        .unwrap_or_else(|| panic!("nothing of {name} in {found}"))
}

fn is_ok(found: &Value, name: &str) -> bool {
    finding(found, name)["ok"].as_bool().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_in_order_is_all_ok_and_each_thing_that_breaks_is_told() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let url = database_url().await;
    let data = data_dir();
    let store = ["--database-url", &url, "--data-dir", text(data.path())];
    let backup = ["backup", "--inventory", text(&inventory)];
    let backed_up = routervault(&[&backup[..], &store[..]].concat()).output();
    assert_eq!(backed_up.unwrap().status.code(), Some(0));
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    let run = async |statement: &'static str| {
        sqlx::raw_sql(statement).execute(&pool).await.unwrap();
    };
    run("INSERT INTO heartbeats (service, seen_at)
         VALUES ('scheduler', now() + interval '1 hour'), ('indexer', now() + interval '1 hour'),
                ('retention', now() + interval '1 hour'), ('alerts', now() + interval '1 hour')
         ON CONFLICT (service) DO UPDATE SET seen_at = excluded.seen_at;
         INSERT INTO collectors (name, seen_at) VALUES ('other', now() + interval '1 hour');
         INSERT INTO alert_destinations (name, kind, recipients) VALUES ('desk', 'mail', '{a@example.com}');
         INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, timezone)
         VALUES ('all', 1, true, '{overdue}', true, 'UTC')")
    .await;
    let with_file = ["--inventory", text(&inventory)];
    let output = doctor(&url, data.path(), &with_file);
    let found = json(&output);
    assert_eq!(output.status.code(), Some(0), "{found}");
    assert_eq!(found["ok"], true);
    assert_eq!(found["checks"].as_array().unwrap().len(), 14, "{found}");

    run(
        "UPDATE heartbeats SET seen_at = '2026-01-01' WHERE service IN ('scheduler', 'alerts');
         UPDATE collectors SET seen_at = '2026-01-01';
         UPDATE devices SET last_verified_at = '2026-01-01';
         INSERT INTO runs (batch_id, device_id, site_id, priority, not_before)
         SELECT 1, id, site_id, 0, '2026-01-01' FROM devices",
    )
    .await;
    std::fs::write(&inventory, "[[site]]\n").unwrap();
    let output = doctor(&url, data.path(), &with_file);
    let found = json(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(found["ok"], false);
    for broken in [
        "scheduler",
        "collector",
        "alerts",
        "queue",
        "coverage",
        "inventory",
    ] {
        assert!(!is_ok(&found, broken), "{broken}: {found}");
    }
    let longest = finding(&found, "coverage")["message"].as_str().unwrap();
    assert!(
        longest.contains("longest site-0/gw, since 2026-01-01"),
        "{longest}"
    );
    for well in [
        "database",
        "pg_trgm",
        "clock",
        "schema",
        "key",
        "indexer",
        "retention",
    ] {
        assert!(is_ok(&found, well), "{well}: {found}");
    }

    run("UPDATE alert_rules SET enabled = false").await;
    let found = json(&doctor(&url, data.path(), &[]));
    assert!(is_ok(&found, "alerts"), "nobody waits for them: {found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_others_read_or_that_is_missing_is_told_and_never_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let url = database_url().await;
    let data = data_dir();
    let key_file = data.path().join("routervault.key");
    let store = ["--database-url", &url, "--data-dir", text(data.path())];
    // The first opening makes the key.
    let show = routervault(&[&["show", "1"][..], &store[..]].concat()).output();
    assert_eq!(show.unwrap().status.code(), Some(2));
    let key = std::fs::read_to_string(&key_file).unwrap();
    let secret = key.split_whitespace().nth(1).unwrap();

    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&key_file, open).unwrap();
    let output = doctor(&url, data.path(), &[]);
    let found = json(&output);
    let message = finding(&found, "key")["message"].as_str().unwrap();
    assert!(
        message.contains("0644") && message.contains("chmod 600"),
        "{message}"
    );
    assert!(!found.to_string().contains(secret));
    assert!(!stderr(&output).contains(secret));

    std::fs::remove_file(&key_file).unwrap();
    let found = json(&doctor(&url, data.path(), &[]));
    assert!(!is_ok(&found, "key"));
    assert!(!key_file.exists(), "a key was made where one was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_our_tables_stays_so_and_one_that_is_away_is_told_without_its_password()
{
    let pool = empty_database().await;
    let options = pool.connect_options();
    let name = options.get_database().unwrap().to_owned();
    let url = database_url().await;
    let rest = url.split_once('?').unwrap().1;
    let data = data_dir();
    let found = json(&doctor(
        &format!("postgres:///{name}?{rest}"),
        data.path(),
        &[],
    ));
    assert!(
        !is_ok(&found, "schema") && is_ok(&found, "database"),
        "{found}"
    );
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(tables, 0);

    let away = "postgres://app:hunter2@127.0.0.1:1/none";
    let output = doctor(away, data.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!is_ok(&json(&output), "database"));
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains("hunter2"));
}
