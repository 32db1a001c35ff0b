//! The queue: no run twice, none lost, nobody starved, and the night caught up once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use routervault::collector::Collector;
use routervault::db::runs::{self, Claim, ClaimLimits, EndResult, Ending};
use routervault::db::{batches, devices, heartbeats};
use routervault::demo::RouterSpec;
use routervault::inventory;
use routervault::model::{Failure, FailureCode, RunId, RunState, Trigger, Verdict};
use routervault::scheduler;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::support::{Deadlines, World, database, vault};

/// An inventory of so many devices at each site; nobody connects to them.
pub async fn inventory_of(pool: &PgPool, sites: &[usize]) {
    let mut text =
        String::from("[[credential]]\nname = \"c\"\nusername = \"u\"\npassword = \"p\"\n");
    for (site, count) in sites.iter().enumerate() {
        text += &format!("[[site]]\nslug = \"site-{site}\"\ntimezone = \"UTC\"\n");
        for device in 0..*count {
            text += &format!(
                "[[site.device]]\nname = \"d{device}\"\naddress = \"192.0.2.1\"\ncredential = \"c\"\n"
            );
        }
    }
    let parsed = inventory::parse(&text, "test", "".as_ref(), &|_| None).unwrap();
    let mut tx = pool.begin().await.unwrap();
    inventory::apply(&mut tx, &parsed, &vault()).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn request_all(pool: &PgPool, trigger: Trigger) -> Vec<RunId> {
    let mut tx = pool.begin().await.unwrap();
    let places = devices::list_places(&mut tx).await.unwrap();
    let new = batches::NewBatch {
        trigger,
        requested_by: None,
        site: None,
        scheduled: None,
        scope: batches::DeviceScope::Devices(places.iter().map(|place| place.id).collect()),
    };
    let requested = batches::request(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    requested.runs
}

pub const LIMITS: ClaimLimits = ClaimLimits {
    slots: 7,
    per_site: 1000,
    lease: Duration::from_secs(60),
};

pub async fn claim(pool: &PgPool, collector: &str, limits: ClaimLimits) -> Vec<Claim> {
    let mut tx = pool.begin().await.unwrap();
    let claims = runs::claim(&mut tx, collector, limits).await.unwrap();
    tx.commit().await.unwrap();
    claims
}

/// The end of an attempt that received nothing.
pub fn ended_by(result: EndResult) -> Ending {
    Ending {
        duration: Duration::ZERO,
        steps: Vec::new(),
        checks: Vec::new(),
        size_bytes: None,
        sha256: None,
        result,
    }
}

async fn site_of(pool: &PgPool, claims: &[Claim]) -> Vec<String> {
    let mut conn = pool.acquire().await.unwrap();
    let ids: Vec<_> = claims.iter().map(|claim| claim.run).collect();
    let reports = runs::list_reports(&mut conn, &ids).await.unwrap();
    reports.into_iter().map(|report| report.site).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_collectors_that_claim_at_once_never_take_the_same_run() {
    let pool = database().await;
    inventory_of(&pool, &[100, 100, 100, 100]).await;
    let runs = request_all(&pool, Trigger::Manual).await;
    let claiming = (0..8).map(|number| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claims = claim(&pool, &format!("collector-{number}"), LIMITS).await;
                if claims.is_empty() {
                    return mine;
                }
                mine.extend(claims.iter().map(|claim| claim.run));
            }
        })
    });
    let mut taken = Vec::new();
    for task in claiming {
        taken.extend(task.await.unwrap());
    }
    assert_eq!(taken.len(), runs.len());
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), runs.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_collectors_share_a_batch_and_connect_once_to_each_device() {
    let specs = (0..60)
        .map(|seed| RouterSpec {
            size_bytes: 2_000,
            round_trip: Duration::from_millis(5),
            ..RouterSpec::new(format!("d{seed}"), seed)
        })
        .collect();
    let world = World::over_sites(4, specs, Deadlines::GENEROUS).await;
    let requested = world.request().await;
    let stop = CancellationToken::new();
    let mut settings = World::settings();
    settings.concurrency = 4;
    let collecting: Vec<_> = (0..2)
        .map(|_| Collector::new(world.pool.clone(), vault(), settings.clone()))
        .map(|collector| tokio::spawn(collector.run(stop.clone())))
        .collect();
    let reports = world.ended(&requested.runs).await;
    stop.cancel();
    for task in collecting {
        task.await.unwrap();
    }
    assert!(
        reports
            .iter()
            .all(|report| report.verdict == Some(Verdict::Verified))
    );
    for router in world.fleet.routers() {
        assert_eq!(router.connections(), 1);
    }
    let collectors: i64 = sqlx::query_scalar("SELECT count(DISTINCT claimed_by) FROM runs")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(collectors, 2);
}

#[tokio::test]
async fn a_site_at_its_cap_keeps_nobody_else_waiting() {
    let pool = database().await;
    inventory_of(&pool, &[50, 3]).await;
    request_all(&pool, Trigger::Manual).await;
    let limits = ClaimLimits {
        slots: 10,
        per_site: 4,
        ..LIMITS
    };
    let first = claim(&pool, "a", limits).await;
    let sites = site_of(&pool, &first).await;
    assert_eq!(sites.iter().filter(|site| *site == "site-0").count(), 4);
    assert_eq!(sites.iter().filter(|site| *site == "site-1").count(), 3);
    assert!(claim(&pool, "b", limits).await.is_empty());
}

#[tokio::test]
async fn the_cap_of_a_schedule_holds_where_it_is_the_lower_one() {
    let pool = database().await;
    inventory_of(&pool, &[10, 10]).await;
    request_all(&pool, Trigger::Scheduled).await;
    sqlx::query(
        "UPDATE runs SET per_site = CASE WHEN site_id = (SELECT min(id) FROM sites) THEN 2 ELSE 9 END",
    )
    .execute(&pool)
    .await
    .unwrap();
    let limits = ClaimLimits {
        slots: 20,
        per_site: 4,
        ..LIMITS
    };
    let first = claim(&pool, "a", limits).await;
    let sites = site_of(&pool, &first).await;
    assert_eq!(sites.iter().filter(|site| *site == "site-0").count(), 2);
    assert_eq!(sites.iter().filter(|site| *site == "site-1").count(), 4);
    assert!(claim(&pool, "b", limits).await.is_empty());

    let capped = first[sites.iter().position(|site| site == "site-0").unwrap()];
    let cancelled = ended_by(EndResult::Cancelled);
    let mut conn = pool.acquire().await.unwrap();
    assert!(
        runs::mark_ended(&mut conn, "a", capped, &cancelled)
            .await
            .unwrap()
    );
    drop(conn);
    let next = claim(&pool, "b", limits).await;
    assert_eq!(site_of(&pool, &next).await, ["site-0"]);
}

#[tokio::test]
async fn what_a_person_waits_for_goes_before_the_night() {
    let pool = database().await;
    inventory_of(&pool, &[5, 5]).await;
    sqlx::query("UPDATE devices SET enabled = (site_id = (SELECT min(id) FROM sites))")
        .execute(&pool)
        .await
        .unwrap();
    request_all(&pool, Trigger::Scheduled).await;
    sqlx::query("UPDATE devices SET enabled = true")
        .execute(&pool)
        .await
        .unwrap();
    request_all(&pool, Trigger::Manual).await;
    let limits = ClaimLimits { slots: 5, ..LIMITS };
    let first = claim(&pool, "a", limits).await;
    assert_eq!(site_of(&pool, &first).await, vec!["site-1"; 5]);
}

#[tokio::test]
async fn a_device_has_one_active_run_whoever_asks() {
    let pool = database().await;
    inventory_of(&pool, &[3]).await;
    let first = request_all(&pool, Trigger::Manual).await;
    let again = request_all(&pool, Trigger::Api).await;
    assert_eq!(
        first.iter().collect::<HashSet<_>>(),
        again.iter().collect::<HashSet<_>>()
    );
    let batches: i64 = sqlx::query_scalar("SELECT count(*) FROM batches")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(batches, 1, "a batch with nothing to do is not kept");
}

#[tokio::test]
async fn a_run_whose_collector_fell_silent_is_taken_over_and_the_old_one_can_not_end_it() {
    let pool = database().await;
    inventory_of(&pool, &[1]).await;
    request_all(&pool, Trigger::Manual).await;
    let gone = ClaimLimits {
        lease: Duration::ZERO,
        ..LIMITS
    };
    let mut conn = pool.acquire().await.unwrap();
    let old = claim(&pool, "old", gone).await[0];
    assert_eq!(runs::requeue_lost(&mut conn, 5).await.unwrap(), 1);
    let new = claim(&pool, "new", LIMITS).await[0];
    assert_eq!(old.run, new.run);
    let ending = ended_by(EndResult::Failed(Failure::new(FailureCode::Timeout, "x")));
    assert!(
        !runs::mark_ended(&mut conn, "old", old, &ending)
            .await
            .unwrap()
    );
    let mine = runs::heartbeat(&mut conn, "old", &[(old, Vec::new())], LIMITS.lease).await;
    assert!(mine.unwrap().is_empty());
    assert!(
        runs::mark_ended(&mut conn, "new", new, &ending)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_device_that_was_disabled_meanwhile_is_not_tried_again() {
    let pool = database().await;
    inventory_of(&pool, &[1]).await;
    let run = request_all(&pool, Trigger::Manual).await[0];
    let mine = claim(&pool, "c", LIMITS).await[0];
    sqlx::query("UPDATE devices SET enabled = false")
        .execute(&pool)
        .await
        .unwrap();
    let ending = ended_by(EndResult::TryAgain {
        failure: Failure::new(FailureCode::Unreachable, "x"),
        retry_in: Duration::ZERO,
    });
    let mut conn = pool.acquire().await.unwrap();
    assert!(
        runs::mark_ended(&mut conn, "c", mine, &ending)
            .await
            .unwrap()
    );
    let report = runs::list_reports(&mut conn, &[run]).await.unwrap();
    assert_eq!(report[0].state, RunState::Cancelled);
}

#[tokio::test]
async fn a_run_that_kills_its_collectors_is_given_up() {
    let pool = database().await;
    inventory_of(&pool, &[1]).await;
    let run = request_all(&pool, Trigger::Manual).await[0];
    let gone = ClaimLimits {
        lease: Duration::ZERO,
        ..LIMITS
    };
    let mut conn = pool.acquire().await.unwrap();
    for _ in 0..3 {
        assert_eq!(claim(&pool, "c", gone).await.len(), 1);
        runs::requeue_lost(&mut conn, 3).await.unwrap();
    }
    assert!(claim(&pool, "c", gone).await.is_empty());
    let report = runs::list_reports(&mut conn, &[run])
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        report.failure_code.as_ref().map(|code| code.as_str()),
        Some("collector_lost")
    );
    let shown: Option<i64> = sqlx::query_scalar("SELECT last_run_id FROM devices")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(shown, Some(run.0), "the device shows that it failed");
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn scheduled(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM batches WHERE trigger = 'scheduled'")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Ends what is queued, as a collector would.
async fn end_all(pool: &PgPool) {
    sqlx::query("UPDATE runs SET state = 'cancelled', finished_at = now()")
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn every_night_is_queued_once_and_missed_ones_are_caught_up_once() {
    let pool = database().await;
    inventory_of(&pool, &[2]).await;
    let tick = async |now: &str| scheduler::tick(&pool, utc(now)).await.unwrap();
    assert_eq!(
        tick("2026-03-01T12:00:00Z").await,
        0,
        "a new site is planned only"
    );
    assert_eq!(tick("2026-03-02T01:59:00Z").await, 0);
    assert_eq!(tick("2026-03-02T03:00:00Z").await, 1);
    assert_eq!(tick("2026-03-02T03:00:05Z").await, 0);
    end_all(&pool).await;
    // Three nights without a scheduler.
    assert_eq!(tick("2026-03-05T17:00:00Z").await, 1);
    assert_eq!(tick("2026-03-05T17:00:05Z").await, 0);
    end_all(&pool).await;
    assert_eq!(tick("2026-03-06T03:00:00Z").await, 1);
    assert_eq!(scheduled(&pool).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn schedulers_that_tick_at_once_queue_each_site_once() {
    let pool = database().await;
    inventory_of(&pool, &[1; 30]).await;
    scheduler::tick(&pool, utc("2026-03-01T12:00:00Z"))
        .await
        .unwrap();
    let pool = Arc::new(pool);
    let ticking: Vec<_> = (0..4)
        .map(|_| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { scheduler::tick(&pool, utc("2026-03-02T03:00:00Z")).await })
        })
        .collect();
    let mut queued = 0;
    for task in ticking {
        queued += task.await.unwrap().unwrap();
    }
    assert_eq!(queued, 30);
    assert_eq!(scheduled(&pool).await, 30);
}

#[tokio::test]
async fn a_scheduler_shows_that_it_is_alive_and_writes_no_oftener_than_needed() {
    let pool = database().await;
    let seen_at = async || {
        let mut conn = pool.acquire().await.unwrap();
        let signs = heartbeats::get_signs_of_life(&mut conn).await.unwrap();
        signs.scheduler_seen_at
    };
    assert_eq!(seen_at().await, None);
    scheduler::tick(&pool, Utc::now()).await.unwrap();
    let first = seen_at().await.unwrap();
    sqlx::query("UPDATE heartbeats SET seen_at = seen_at - interval '1 second'")
        .execute(&pool)
        .await
        .unwrap();
    scheduler::tick(&pool, Utc::now()).await.unwrap();
    assert!(seen_at().await.unwrap() < first, "too soon for another one");
    sqlx::query("UPDATE heartbeats SET seen_at = seen_at - interval '20 seconds'")
        .execute(&pool)
        .await
        .unwrap();
    scheduler::tick(&pool, Utc::now()).await.unwrap();
    assert!(seen_at().await.unwrap() > first);
}
