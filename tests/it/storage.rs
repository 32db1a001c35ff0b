//! Bodies at rest: sealed, chained, verified, and never lost half-way.

use chrono::Utc;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use routervault::db::snapshots::{self, BodyError, NewSnapshot};
use routervault::demo::RouterSpec;
use routervault::model::{BatchId, DeviceId, SnapshotId, Verdict};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

use crate::support::{Deadlines, World, vault};

/// One backed-up device, its batch and its snapshot.
pub async fn one_device() -> (World, DeviceId, BatchId, SnapshotId) {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    let report = world.back_up().await.remove(0);
    let device: i64 = sqlx::query_scalar("SELECT id FROM devices")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    (
        world,
        DeviceId(device),
        report.batch,
        report.snapshot.unwrap(),
    )
}

pub async fn insert(
    conn: &mut PgConnection,
    device: DeviceId,
    batch: BatchId,
    export: &[u8],
    previous: SnapshotId,
) -> SnapshotId {
    let sha256 = Sha256::digest(export);
    let new = NewSnapshot {
        device,
        batch: Some(batch),
        taken_at: Utc::now(),
        verdict: Verdict::Verified,
        checks: &[],
        fingerprint: &sha256,
        sha256: &sha256,
        export,
        line_count: 1,
        version: None,
        model: None,
        serial: None,
        has_secrets: true,
        error_menus: &[],
    };
    snapshots::insert(conn, &vault(), &new, Some(previous))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_long_history_is_read_back_and_its_chains_are_bounded() {
    let (world, device, batch, first) = one_device().await;
    let mut conn = world.pool.acquire().await.unwrap();
    let mut kept = vec![(first, world.body(first).await)];
    for revision in 0..230 {
        let (previous, text) = kept.last().unwrap();
        let mut text = text.clone();
        text.extend_from_slice(format!("add comment=r{revision} list=x\r\n").as_bytes());
        let id = insert(&mut conn, device, batch, &text, *previous).await;
        kept.push((id, text));
    }
    for (id, text) in &kept {
        assert_eq!(world.body(*id).await, *text);
    }
    let (whole, longest): (i64, i32) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE codec = 'whole'), max(chain_length) FROM snapshots",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(whole, 3);
    assert!(longest < 100);
    let stored: i64 = sqlx::query_scalar("SELECT sum(length(body))::bigint FROM snapshots")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    let sent: usize = kept.iter().map(|(_, text)| text.len()).sum();
    assert!(stored as usize * 50 < sent, "{stored} of {sent} bytes");
}

#[tokio::test]
async fn arbitrary_bodies_come_back_whatever_follows_them() {
    let (world, device, batch, first) = one_device().await;
    let mut conn = world.pool.acquire().await.unwrap();
    let mut runner = TestRunner::deterministic();
    let mut kept = vec![(first, world.body(first).await)];
    for _ in 0..30 {
        let bytes = vec(any::<u8>(), 1..5000).new_tree(&mut runner).unwrap();
        let bytes = bytes.current();
        let previous = kept.last().unwrap().0;
        let id = insert(&mut conn, device, batch, &bytes, previous).await;
        kept.push((id, bytes));
    }
    for (id, bytes) in kept {
        assert_eq!(world.body(id).await, bytes);
    }
}

#[tokio::test]
async fn a_snapshot_that_is_rolled_back_leaves_its_predecessor_as_it_was() {
    let (world, device, batch, first) = one_device().await;
    let before = world.body(first).await;
    let mut tx = world.pool.begin().await.unwrap();
    insert(&mut tx, device, batch, b"newer", first).await;
    tx.rollback().await.unwrap();
    assert_eq!(world.body(first).await, before);
    assert_eq!(world.snapshots().await.len(), 1);
}

async fn damage(pool: &PgPool, set: &'static str) {
    sqlx::query(set).execute(pool).await.unwrap();
}

#[tokio::test]
async fn a_damaged_body_is_an_error_and_never_text() {
    let (world, ..) = one_device().await;
    let id = world.snapshots().await[0].id;
    let mut conn = world.pool.acquire().await.unwrap();
    damage(
        &world.pool,
        "UPDATE snapshots SET body = set_byte(body, 30, get_byte(body, 30) # 1)",
    )
    .await;
    let error = snapshots::load_body(&mut conn, &vault(), id)
        .await
        .unwrap_err();
    assert!(matches!(error, BodyError::Sealed(..)), "{error}");
}

#[tokio::test]
async fn a_damaged_predecessor_is_left_as_it_is_and_stops_nothing() {
    let (world, ..) = one_device().await;
    let old = world.snapshots().await[0].id;
    damage(
        &world.pool,
        "UPDATE snapshots SET body = set_byte(body, 30, get_byte(body, 30) # 1)",
    )
    .await;
    let damaged = stored_body(&world.pool, old).await;
    world.router("gw").change();
    let report = world.back_up().await.remove(0);
    let new = report.snapshot.unwrap();
    assert_ne!(new, old);
    assert!(!world.body(new).await.is_empty());
    assert_eq!(stored_body(&world.pool, old).await, damaged);
}

#[tokio::test]
async fn an_unchanged_export_is_stored_anew_when_what_is_stored_can_not_be_read() {
    let (world, ..) = one_device().await;
    let old = world.snapshots().await[0].id;
    damage(&world.pool, "UPDATE snapshots SET body = '\\x0011'").await;
    let report = world.back_up().await.remove(0);
    let new = report.snapshot.unwrap();
    assert_ne!(new, old, "nothing vouches for a body that is gone");
    assert_eq!(
        world.body(new).await,
        world.router("gw").sent_export().unwrap()
    );
}

#[tokio::test]
async fn a_database_that_refuses_to_store_fails_the_run_at_once() {
    let (world, ..) = one_device().await;
    damage(
        &world.pool,
        "ALTER TABLE snapshots ADD CONSTRAINT no_more CHECK (id < 2)",
    )
    .await;
    world.router("gw").change();
    let report = world.back_up().await.remove(0);
    assert_eq!(
        report.failure_code.as_ref().map(|code| code.as_str()),
        Some("internal"),
        "{report:?}"
    );
}

async fn stored_body(pool: &PgPool, id: SnapshotId) -> Vec<u8> {
    sqlx::query_scalar("SELECT body FROM snapshots WHERE id = $1")
        .bind(id.0)
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_dump_of_the_database_shows_no_password_and_no_configuration() {
    use secrecy::ExposeSecret as _;
    let (world, ..) = one_device().await;
    let export = world.router("gw").sent_export().unwrap();
    let password = world
        .router("gw")
        .spec()
        .password
        .expose_secret()
        .to_owned();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let mut dump = String::new();
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT t::text FROM {table} t"
        )))
        .fetch_all(&world.pool)
        .await
        .unwrap();
        dump.extend(rows);
    }
    assert!(dump.contains("gw"), "the dump has the rows");
    for secret in [
        password.as_bytes(),
        b"/ip firewall",
        b"password=",
        &export[..],
    ] {
        let text = String::from_utf8_lossy(secret).into_owned();
        assert!(!dump.contains(&text), "{text}");
        assert!(!dump.contains(&hex::encode(secret)), "{text} in hex");
    }
}
