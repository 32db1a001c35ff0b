//! What recording keeps beside a device for the pages: a letter a day, how many snapshots it has,
//! and how much each changed.

use std::time::Duration;

use chrono::{NaiveDate, Timelike, Utc};
use routervault::db::runs::{self, ClaimLimits};
use routervault::demo::{Fault, RouterSpec};
use routervault::model::{RunState, Trigger, day_in};
use sqlx::PgPool;

use crate::queue::{LIMITS, claim, inventory_of, request_all};
use crate::support::{Deadlines, World, database};

struct Noted {
    days: String,
    until: Option<NaiveDate>,
    snapshots: i32,
}

async fn noted(pool: &PgPool, device: &str) -> Noted {
    let (days, until, snapshots) =
        sqlx::query_as("SELECT days, days_until, snapshot_count FROM devices WHERE name = $1")
            .bind(device)
            .fetch_one(pool)
            .await
            .unwrap();
    Noted {
        days,
        until,
        snapshots,
    }
}

/// Moves the site to where it is noon, so that no day ends while a test runs.
async fn make_it_noon(pool: &PgPool) {
    let hours_west = i64::from(Utc::now().hour()) - 12;
    sqlx::query("UPDATE sites SET timezone = $1")
        .bind(format!("Etc/GMT{hours_west:+}"))
        .execute(pool)
        .await
        .unwrap();
}

/// Makes the last letter one of so many days ago.
async fn days_pass(pool: &PgPool, days: i32) {
    sqlx::query("UPDATE devices SET days_until = days_until - $1")
        .bind(days)
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_day_has_the_letter_of_its_best_run() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    make_it_noon(&world.pool).await;
    let router = world.router("gw");
    assert_eq!(noted(&world.pool, "gw").await.days, "");
    router.set_fault(Some(Fault::WrongPassword)).unwrap();
    world.back_up().await;
    assert_eq!(noted(&world.pool, "gw").await.days, "f");
    router.set_fault(None).unwrap();
    world.back_up().await;
    assert_eq!(noted(&world.pool, "gw").await.days, "c");
    router.set_fault(Some(Fault::WrongPassword)).unwrap();
    world.back_up().await;
    assert_eq!(noted(&world.pool, "gw").await.days, "c", "the best counts");
    days_pass(&world.pool, 1).await;
    world.back_up().await;
    assert_eq!(noted(&world.pool, "gw").await.days, "cf");
    days_pass(&world.pool, 3).await;
    router.set_fault(None).unwrap();
    world.back_up().await;
    assert_eq!(noted(&world.pool, "gw").await.days, "cf--u");
    days_pass(&world.pool, 1).await;
    router.set_fault(Some(Fault::ExportShrunk)).unwrap();
    world.back_up().await;
    assert_eq!(noted(&world.pool, "gw").await.days, "cf--us");
    days_pass(&world.pool, 27).await;
    router.set_fault(None).unwrap();
    world.back_up().await;
    let noted = noted(&world.pool, "gw").await;
    assert_eq!(noted.days, format!("-us{}u", "-".repeat(26)));
    assert_eq!(noted.snapshots, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_is_the_sites_even_where_postgresql_does_not_know_its_time_zone() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    for timezone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Not/Known"] {
        sqlx::query("UPDATE devices SET days = '', days_until = NULL")
            .execute(&world.pool)
            .await
            .unwrap();
        sqlx::query("UPDATE sites SET timezone = $1")
            .bind(timezone)
            .execute(&world.pool)
            .await
            .unwrap();
        let run = world.back_up().await.remove(0);
        assert_eq!(run.state, RunState::Succeeded);
        let ended_at = sqlx::query_scalar("SELECT finished_at FROM runs WHERE id = $1")
            .bind(run.run.0)
            .fetch_one(&world.pool)
            .await
            .unwrap();
        let until = noted(&world.pool, "gw").await.until;
        assert_eq!(until, Some(day_in(timezone, ended_at)), "{timezone}");
    }
}

#[tokio::test]
async fn a_run_that_is_given_up_is_a_failed_day() {
    let pool = database().await;
    inventory_of(&pool, &[2]).await;
    request_all(&pool, Trigger::Manual).await;
    let gone = ClaimLimits {
        slots: 1,
        lease: Duration::ZERO,
        ..LIMITS
    };
    let lost = claim(&pool, "c", gone).await[0].run;
    let mut conn = pool.acquire().await.unwrap();
    runs::requeue_lost(&mut conn, 1).await.unwrap();
    let marked: Vec<(i64, String)> =
        sqlx::query_as("SELECT last_run_id, days FROM devices WHERE days <> ''")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(marked, [(lost.0, "f".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_snapshot_says_how_much_it_changed() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    world.back_up().await;
    world.router("gw").change();
    world.back_up().await;
    let counts: Vec<(Option<i32>, Option<i32>)> =
        sqlx::query_as("SELECT added_lines, removed_lines FROM snapshots ORDER BY id")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(counts[0], (None, None), "there is none before it");
    let (added, removed) = counts[1];
    assert!(added.unwrap() + removed.unwrap() > 0);
    let snapshots = world.snapshots().await;
    let (new, old) = (snapshots[0].id, snapshots[1].id);
    let changed =
        routervault::compare::changed_lines(&world.body(old).await, &world.body(new).await);
    assert_eq!(added.unwrap() as usize, changed.added);
    assert_eq!(removed.unwrap() as usize, changed.removed);
    assert_eq!(noted(&world.pool, "gw").await.snapshots, 2);
}
