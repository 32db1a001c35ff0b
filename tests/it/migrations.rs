//! The migrations over a database that has data: what they fill in is right, and they lose
//! nothing.

use std::time::Duration;

use chrono::NaiveDate;
use routervault::db::{MIGRATOR, OpenError, migrate};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::support::empty_database;

/// What the first version had after some days: two sites a day apart, one of a time zone that
/// nobody knows, and devices without runs.
const FIRST_VERSION: &[&str] = &[
    "INSERT INTO credentials (name, username, sealed) VALUES ('c', 'u', '\\x00')",
    "INSERT INTO sites (slug, name, timezone)
     VALUES ('east', 'East', 'Pacific/Kiritimati'),
            ('west', 'West', 'Pacific/Pago_Pago'),
            ('lost', 'Lost', 'Not/Known')",
    "INSERT INTO devices (site_id, name, address, port, platform, credential_id)
     SELECT sites.id, slug || number, '192.0.2.1', 22, 'routeros', 1
     FROM sites
     CROSS JOIN generate_series(1, 2) AS number",
    "INSERT INTO batches (trigger) VALUES ('manual')",
    "INSERT INTO runs (batch_id, device_id, site_id, priority, state, verdict, outcome,
                       finished_at, failure_code, failure_message)
     SELECT 1, devices.id, devices.site_id, 0, state, verdict, outcome, finished_at, 'timeout', 'x'
     FROM devices
     CROSS JOIN (
         VALUES ('succeeded', 'verified', 'changed', '2026-03-01T10:30:00Z'::timestamptz),
                ('failed', NULL, NULL, '2026-03-01T10:45:00Z'),
                ('succeeded', 'verified', 'unchanged', '2026-03-02T11:30:00Z'),
                ('cancelled', NULL, NULL, '2026-03-03T11:30:00Z'),
                ('succeeded', 'suspect', 'changed', '2026-03-05T11:30:00Z'),
                ('failed', NULL, NULL, '2026-03-06T09:30:00Z'),
                ('succeeded', 'verified', 'changed', '2026-01-15T12:00:00Z')
     ) AS ended (state, verdict, outcome, finished_at)
     WHERE devices.name LIKE '%1'",
    "INSERT INTO runs (batch_id, device_id, site_id, priority)
     SELECT 1, id, site_id, 0 FROM devices WHERE name = 'east1'",
    "INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint,
                            sha256, size_bytes, line_count, has_secrets, codec, body)
     SELECT devices.id, now(), now(), 'verified', '[]', '', '', 0, 0, true, 'whole', ''
     FROM devices
     CROSS JOIN generate_series(1, 3)
     WHERE devices.name IN ('east1', 'west2')",
];

/// A database of the first version with data, and then of the newest.
async fn migrated() -> PgPool {
    let pool = empty_database().await;
    MIGRATOR.run_to(1, &pool).await.unwrap();
    for statement in FIRST_VERSION {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    MIGRATOR.run(&pool).await.unwrap();
    pool
}

async fn days_of(pool: &PgPool, device: &str) -> (String, Option<NaiveDate>) {
    sqlx::query_as("SELECT days, days_until FROM devices WHERE name = $1")
        .bind(device)
        .fetch_one(pool)
        .await
        .unwrap()
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn the_days_of_earlier_runs_are_those_of_the_site() {
    let pool = migrated().await;
    // From ten in the morning at Greenwich on it is the next day on Kiritimati (UTC+14), and until
    // eleven the day before in Pago Pago (UTC-11): the last two runs are of one day in both.
    let east = ("cu--s", day("2026-03-06"));
    let west = ("c-u--s", day("2026-03-05"));
    let lost = ("cu--sf", day("2026-03-06"));
    for (device, (days, until)) in [("east1", east), ("west1", west), ("lost1", lost)] {
        let (kept, kept_until) = days_of(&pool, device).await;
        assert_eq!(kept.trim_start_matches('-'), days, "{device}");
        assert_eq!(kept.len(), 30);
        assert_eq!(kept_until, until, "{device}");
    }
    assert_eq!(days_of(&pool, "east2").await, (String::new(), None));
}

#[tokio::test]
async fn snapshots_are_counted_and_nothing_is_lost() {
    let pool = migrated().await;
    let counts: Vec<(String, i32)> =
        sqlx::query_as("SELECT name, snapshot_count FROM devices ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
    let expected = [
        ("east1", 3),
        ("east2", 0),
        ("lost1", 0),
        ("lost2", 0),
        ("west1", 0),
        ("west2", 3),
    ];
    assert_eq!(
        counts,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
    let kept: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM snapshots)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(kept, (22, 6));
}

#[tokio::test]
async fn a_day_is_noted_as_the_best_of_it() {
    let pool = migrated().await;
    let noted = async |days: &str, until: Option<&str>, today: &str, mark: &str| -> String {
        sqlx::query_scalar("SELECT days_noted($1, $2, $3, $4)")
            .bind(days)
            .bind(until.and_then(day))
            .bind(day(today))
            .bind(mark)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let today = "2026-05-03";
    assert_eq!(noted("", None, today, "f").await, "f");
    assert_eq!(noted("f", Some(today), today, "c").await, "c");
    assert_eq!(noted("uc", Some(today), today, "f").await, "uc");
    assert_eq!(noted("s", Some("2026-05-01"), today, "u").await, "s-u");
    assert_eq!(noted("s", Some("2026-05-04"), today, "u").await, "u");
    let month = "c".repeat(30);
    let moved = format!("{}f", "c".repeat(29));
    assert_eq!(noted(&month, Some("2026-05-02"), today, "f").await, moved);
    let after_years = format!("{}f", "-".repeat(29));
    assert_eq!(
        noted(&month, Some("2024-05-02"), today, "f").await,
        after_years
    );
}

#[tokio::test]
async fn who_may_not_make_the_extension_is_told_what_to_do_and_goes_on_when_it_is_there() {
    let owner = empty_database().await;
    let poor = "CREATE ROLE may_make_no_extension;
                GRANT ALL ON SCHEMA public TO may_make_no_extension";
    sqlx::raw_sql(poor).execute(&owner).await.unwrap();
    let as_poor = PgPoolOptions::new().after_connect(|conn, _| {
        Box::pin(async move {
            let become_poor = sqlx::query("SET ROLE may_make_no_extension");
            become_poor.execute(conn).await.map(|_| ())
        })
    });
    let options = owner.connect_options().as_ref().clone();
    let pool = as_poor.clone().connect_with(options.clone()).await.unwrap();
    let refused = migrate(&pool).await.unwrap_err();
    assert!(matches!(refused, OpenError::NoTrigrams(_)), "{refused}");
    let sentence = refused.to_string();
    assert!(
        sentence.contains("`CREATE EXTENSION pg_trgm`"),
        "{sentence}"
    );
    let by_owner = sqlx::raw_sql("CREATE EXTENSION pg_trgm");
    by_owner.execute(&owner).await.unwrap();
    // From another connection: that which was refused must not hold the lock of migrations.
    let another = as_poor.connect_with(options).await.unwrap();
    let migrated = tokio::time::timeout(Duration::from_secs(60), migrate(&another)).await;
    migrated.expect("the lock is free").unwrap();
    drop(pool);
}

#[tokio::test]
async fn plans_of_archives_keep_what_they_were_called() {
    let pool = empty_database().await;
    MIGRATOR.run_to(18, &pool).await.unwrap();
    let plan = "INSERT INTO archive_plans (history, contents, secrets, rhythm, keep)
                VALUES ('whole', 'everything', 'exact', 'off', 1)";
    for _ in 0..2 {
        sqlx::query(plan).execute(&pool).await.unwrap();
    }
    MIGRATOR.run(&pool).await.unwrap();
    let named: Vec<(String, String)> =
        sqlx::query_as("SELECT origin, name FROM archive_plans ORDER BY id")
            .fetch_all(&pool)
            .await
            .unwrap();
    let expected = ["Plan 1", "Plan 2"].map(|name| ("browser".to_owned(), name.to_owned()));
    assert_eq!(named, expected);
}

#[test]
fn every_migration_has_a_number_of_its_own() {
    let mut numbers: Vec<i64> = MIGRATOR.iter().map(|one| one.version).collect();
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "{numbers:?}");
}
