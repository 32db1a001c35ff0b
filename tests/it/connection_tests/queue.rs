//! Connection tests as a queue: whose they are, how many there may be, and what ends one.

use std::time::Duration;

use routervault::collector::Collector;
use routervault::db::connection_tests::{self as db, Requested, Target};
use routervault::db::pages::{get_connection_test, get_connection_test_movement};
use routervault::demo::{Fault, RouterSpec};
use routervault::model::{ConnectionTestId, FailureCode, Scope, TestState, UserId};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{KIM, ask, code, head, target};
use crate::queue::inventory_of;
use crate::support::{Deadlines, World, database, until, vault};

const LEASE: Duration = Duration::from_secs(60);

/// A device that nothing answers for.
async fn house() -> (PgPool, Target) {
    let pool = database().await;
    inventory_of(&pool, &[1]).await;
    let mut conn = pool.acquire().await.unwrap();
    let device = sqlx::query_scalar("SELECT id FROM devices LIMIT 1")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let device = routervault::model::DeviceId(device);
    let target = db::get_device_target(&mut conn, device).await.unwrap();
    (pool.clone(), target.unwrap())
}

async fn request(pool: &PgPool, user: UserId, target: &Target) -> Requested {
    let mut tx = pool.begin().await.unwrap();
    let requested = db::request(&mut tx, user, target).await.unwrap();
    tx.commit().await.unwrap();
    requested
}

async fn claim(pool: &PgPool, collector: &str) -> Vec<ConnectionTestId> {
    let mut conn = pool.acquire().await.unwrap();
    let jobs = db::claim(&mut conn, collector, 4, LEASE).await.unwrap();
    jobs.into_iter().map(|job| job.test).collect()
}

async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

#[tokio::test]
async fn a_person_has_one_at_a_time_and_what_only_waits_is_replaced() {
    let (pool, target) = house().await;
    let first = ask(&pool, &target).await;
    let second = ask(&pool, &target).await;
    let mut conn = pool.acquire().await.unwrap();
    assert!(
        get_connection_test(&mut conn, &Scope::All, KIM, first)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(claim(&pool, "a").await, [second]);
    assert!(claim(&pool, "b").await.is_empty(), "it was claimed twice");
    assert_eq!(
        request(&pool, KIM, &target).await,
        Requested::GoesOn(second)
    );
    let other = request(&pool, UserId(8), &target).await;
    assert!(matches!(other, Requested::Queued(_)));
}

#[tokio::test]
async fn another_person_sees_and_cancels_none_of_it() {
    let (pool, target) = house().await;
    let id = ask(&pool, &target).await;
    let mut conn = pool.acquire().await.unwrap();
    let other = UserId(8);
    assert!(
        get_connection_test(&mut conn, &Scope::All, other, id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        get_connection_test_movement(&mut conn, &Scope::All, other, id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        db::get_target(&mut conn, other, id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(!db::cancel(&mut conn, other, id).await.unwrap());
    assert!(db::cancel(&mut conn, KIM, id).await.unwrap());
    assert!(!db::cancel(&mut conn, KIM, id).await.unwrap());
    assert_eq!(head(&pool, id).await.state, TestState::Cancelled);
}

#[tokio::test]
async fn there_is_a_limit_for_all_together_and_one_for_what_is_kept_of_each() {
    let (pool, target) = house().await;
    for user in 100..120 {
        let requested = request(&pool, UserId(user), &target).await;
        assert!(matches!(requested, Requested::Queued(_)), "{user}");
    }
    assert_eq!(request(&pool, KIM, &target).await, Requested::TooMany);
    run(&pool, "DELETE FROM connection_tests").await;
    for _ in 0..25 {
        let mut tx = pool.begin().await.unwrap();
        db::prepare(&mut tx, KIM, &target, "ssh-ed25519 AAAA x")
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM connection_tests")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 20);
}

#[tokio::test]
async fn a_prepared_one_waits_for_its_person_and_begins_once() {
    let (pool, target) = house().await;
    let mut tx = pool.begin().await.unwrap();
    let id = db::prepare(&mut tx, KIM, &target, "ssh-ed25519 AAAA x")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(claim(&pool, "a").await.is_empty());
    let mut tx = pool.begin().await.unwrap();
    assert_eq!(db::begin(&mut tx, UserId(8), id).await.unwrap(), None);
    assert_eq!(
        db::begin(&mut tx, KIM, id).await.unwrap(),
        Some(Requested::Queued(id))
    );
    tx.commit().await.unwrap();
    assert_eq!(claim(&pool, "a").await, [id]);
    let mut tx = pool.begin().await.unwrap();
    assert_eq!(
        db::begin(&mut tx, KIM, id).await.unwrap(),
        Some(Requested::GoesOn(id))
    );
}

#[tokio::test]
async fn one_whose_collector_fell_silent_has_failed_and_old_ones_are_gone() {
    let (pool, target) = house().await;
    let id = ask(&pool, &target).await;
    claim(&pool, "a").await;
    let mut conn = pool.acquire().await.unwrap();
    db::sweep(&mut conn).await.unwrap();
    assert_eq!(head(&pool, id).await.state, TestState::Running);
    run(
        &pool,
        "UPDATE connection_tests SET lease_until = now() - interval '1 second'",
    )
    .await;
    db::sweep(&mut conn).await.unwrap();
    let lost = head(&pool, id).await;
    assert_eq!(lost.state, TestState::Failed);
    assert_eq!(code(&lost), Some(FailureCode::CollectorLost));
    assert_eq!(
        db::heartbeat(&mut conn, "a", &[(id, Vec::new())], LEASE)
            .await
            .unwrap(),
        []
    );
    run(
        &pool,
        "UPDATE connection_tests SET created_at = now() - interval '25 hours'",
    )
    .await;
    db::sweep(&mut conn).await.unwrap();
    assert!(
        get_connection_test(&mut conn, &Scope::All, KIM, id)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_shows_its_steps_and_is_stopped_when_it_is_cancelled() {
    let spec = RouterSpec {
        fault: Some(Fault::HangMidExport),
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let id = ask(&world.pool, &target(&world, "gw").await).await;
    let mut settings = World::settings();
    settings.idle_timeout = LEASE;
    let stop = CancellationToken::new();
    let collector = Collector::new(world.pool.clone(), vault(), settings);
    let collecting = tokio::spawn(collector.run(stop.clone()));
    until("its steps show", async || {
        let head = head(&world.pool, id).await;
        (head.steps.len() >= 3).then_some(())
    })
    .await;
    let mut conn = world.pool.acquire().await.unwrap();
    assert!(db::cancel(&mut conn, KIM, id).await.unwrap());
    // The collector lets the router go: the same person's next test is made.
    world.router("gw").set_fault(None).unwrap();
    let next = ask(&world.pool, &target(&world, "gw").await).await;
    until("the next one passes", async || {
        let head = head(&world.pool, next).await;
        (head.state == TestState::Succeeded).then_some(())
    })
    .await;
    assert_eq!(head(&world.pool, id).await.state, TestState::Cancelled);
    stop.cancel();
    collecting.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_stops_queues_its_tests_again() {
    let spec = RouterSpec {
        fault: Some(Fault::HangAuth),
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let id = ask(&world.pool, &target(&world, "gw").await).await;
    let stop = CancellationToken::new();
    let collector = Collector::new(world.pool.clone(), vault(), World::settings());
    let collecting = tokio::spawn(collector.run(stop.clone()));
    until("it is at work", async || {
        let head = head(&world.pool, id).await;
        (head.state == TestState::Running).then_some(())
    })
    .await;
    stop.cancel();
    collecting.await.unwrap();
    assert_eq!(head(&world.pool, id).await.state, TestState::Queued);
}
