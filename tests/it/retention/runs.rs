//! Runs, their trails and batches, by their own limits.

use chrono::{DateTime, Utc};
use routervault::db::retention::set_run_limits;
use routervault::model::RunLimits;
use routervault::retention::pass;

use super::house::House;
use crate::support::{database, vault};

/// Two devices with a run every day for a year and a half, a batch each night; the first device has
/// none of the last year. The newest of all are queued still.
const RUNS: &str = "
    INSERT INTO batches (trigger, site_id, due_at, created_at, finished_at)
    SELECT 'scheduled', 1, at, at, at
    FROM generate_series('2025-01-01 02:00Z'::timestamptz, '2026-06-30 02:00Z', '1 day') AS at
    ORDER BY at;
    INSERT INTO runs (batch_id, device_id, site_id, priority, state, queued_at, finished_at, steps, checks, outcome)
    SELECT batches.id, device.id, 1, 1, 'succeeded', batches.created_at, batches.created_at,
           '[{\"at_ms\": 1, \"text\": \"connected\"}]', '[{\"name\": \"header\", \"ok\": true, \"detail\": \"\"}]', 'unchanged'
    FROM batches
    CROSS JOIN (VALUES (1), (2)) AS device (id)
    WHERE trigger = 'scheduled' AND (device.id = 2 OR batches.created_at < '2025-03-01')
    ORDER BY batches.created_at, device.id;
    UPDATE devices SET last_run_id = (SELECT max(id) FROM runs WHERE device_id = devices.id);
    INSERT INTO batches (trigger, requested_by) VALUES ('manual', 'kim');
    INSERT INTO runs (batch_id, device_id, site_id, priority, queued_at)
    SELECT max(batches.id), 1, 1, 0, '2026-06-30 08:00Z' FROM batches;";

fn now() -> DateTime<Utc> {
    "2026-07-01T00:00:00Z".parse().unwrap()
}

async fn house() -> House {
    let house = House::new(database().await, vault(), &["UTC"], 2).await;
    house.run(RUNS).await;
    house
}

const OLD: &str = "SELECT count(*) FROM runs WHERE queued_at < '2025-05-27'";
const WITH_TRAIL: &str = "SELECT count(*) FROM runs WHERE steps <> '[]' AND checks <> '[]'";

#[tokio::test]
async fn old_runs_go_but_the_newest_of_each_device_and_trails_go_before_them() {
    let house = house().await;
    let passed = pass(&house.pool, &house.vault, now())
        .await
        .unwrap()
        .unwrap();
    // 146 nights of the second device, and 59 of the first but for its newest.
    assert_eq!(passed.runs, 146 + 58);
    assert_eq!(
        house.count(OLD).await,
        1,
        "the newest run of the first device"
    );
    let told = "SELECT count(*) FROM retention WHERE runs_gone_to = '2025-05-26 02:00Z'";
    assert_eq!(house.count(told).await, 1, "reports know what is gone");
    let alive = "SELECT count(*) FROM heartbeats WHERE service = 'retention'";
    assert_eq!(house.count(alive).await, 1, "it left a sign of life");
    let batches =
        "SELECT count(*) FROM batches WHERE trigger = 'scheduled' AND created_at < '2025-05-27'";
    assert_eq!(
        house.count(batches).await,
        1,
        "a batch goes with its last run"
    );
    assert_eq!(house.count(WITH_TRAIL).await, 90);
    let again = pass(&house.pool, &house.vault, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.runs, 0);
}

#[tokio::test]
async fn a_run_that_waits_for_long_keeps_its_trail_and_what_came_after_it_too() {
    let house = house().await;
    house
        .run("UPDATE runs SET queued_at = '2026-01-01' WHERE state = 'queued'")
        .await;
    pass(&house.pool, &house.vault, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(house.count(WITH_TRAIL).await, 181);
    house
        .run("UPDATE runs SET state = 'cancelled', steps = '[1]' WHERE state = 'queued'")
        .await;
    pass(&house.pool, &house.vault, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(house.count(WITH_TRAIL).await, 90);
}

#[tokio::test]
async fn without_limits_runs_are_kept_for_ever() {
    let house = house().await;
    let for_ever = RunLimits {
        runs_days: None,
        trails_days: None,
    };
    let mut conn = house.pool.acquire().await.unwrap();
    set_run_limits(&mut conn, &for_ever).await.unwrap();
    let before = house.count(WITH_TRAIL).await;
    let passed = pass(&house.pool, &house.vault, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((passed.runs, house.count(WITH_TRAIL).await), (0, before));
}

#[tokio::test]
async fn one_works_at_a_time() {
    let house = house().await;
    let mut holder = house.pool.acquire().await.unwrap();
    assert!(
        routervault::db::retention::try_lock(&mut holder)
            .await
            .unwrap()
    );
    assert!(
        pass(&house.pool, &house.vault, now())
            .await
            .unwrap()
            .is_none()
    );
    holder.close().await.unwrap();
    assert!(
        pass(&house.pool, &house.vault, now())
            .await
            .unwrap()
            .is_some()
    );
}
