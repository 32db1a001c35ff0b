//! Stopping what a person no longer wants, and trying again what failed: whatever the collectors
//! are doing meanwhile.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use chrono::Utc;
use routervault::collector::Collector;
use routervault::db::batches;
use routervault::db::runs::{self, ClaimLimits, EndResult, Report};
use routervault::demo::{Fault, RouterSpec};
use routervault::model::{Failure, FailureCode, RunId, RunState, Scope, Trigger};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::queue::{LIMITS, claim, ended_by, inventory_of, request_all};
use crate::support::{Deadlines, World, app_state, database, signed_in, until, vault};

async fn reports(pool: &PgPool, runs: &[RunId]) -> Vec<Report> {
    let mut conn = pool.acquire().await.unwrap();
    runs::list_reports(&mut conn, runs).await.unwrap()
}

async fn cancel_all(pool: &PgPool, run: RunId) -> u64 {
    let batch = reports(pool, &[run]).await[0].batch;
    let mut conn = pool.acquire().await.unwrap();
    let cancelled = batches::cancel(&mut conn, &Scope::All, batch)
        .await
        .unwrap();
    batches::mark_finished(&mut conn, &[batch]).await.unwrap();
    cancelled
}

async fn open_batches(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM batches WHERE finished_at IS NULL")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_waits_is_cancelled_at_once_and_its_batch_ends() {
    let pool = database().await;
    inventory_of(&pool, &[3]).await;
    let runs = request_all(&pool, Trigger::Manual).await;
    assert_eq!(cancel_all(&pool, runs[0]).await, 3);
    assert_eq!(cancel_all(&pool, runs[0]).await, 0);
    let reports = reports(&pool, &runs).await;
    assert!(
        reports
            .iter()
            .all(|report| report.state == RunState::Cancelled)
    );
    assert_eq!(open_batches(&pool).await, 0);
    assert!(claim(&pool, "c", LIMITS).await.is_empty());
    let noted: i64 = sqlx::query_scalar("SELECT count(*) FROM devices WHERE days <> ''")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(noted, 0, "a cancelled run says nothing of its day");
}

#[tokio::test]
async fn one_run_is_cancelled_and_the_others_of_its_batch_stay() {
    let pool = database().await;
    inventory_of(&pool, &[3]).await;
    let runs = request_all(&pool, Trigger::Manual).await;
    let mut conn = pool.acquire().await.unwrap();
    let batch = reports(&pool, &runs).await[0].batch;
    for (run, cancelled) in [(runs[1], Some(batch)), (runs[1], None), (RunId(999), None)] {
        let asked = runs::cancel_run(&mut conn, &Scope::All, run).await;
        assert_eq!(asked.unwrap(), cancelled);
    }
    assert_eq!(runs::count_active(&mut conn, &runs).await.unwrap(), 2);
    assert_eq!(open_batches(&pool).await, 1);
}

/// A run at work with a router that never ends its export.
struct AtWork {
    world: World,
    run: RunId,
    stop: CancellationToken,
    collecting: JoinHandle<()>,
}

async fn at_work() -> AtWork {
    let spec = RouterSpec {
        fault: Some(Fault::HangMidExport),
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let run = world.request().await.runs[0];
    let stop = CancellationToken::new();
    let mut settings = World::settings();
    settings.idle_timeout = Duration::from_secs(60);
    let collector = Collector::new(world.pool.clone(), vault(), settings);
    let collecting = tokio::spawn(collector.run(stop.clone()));
    until("the run is at work", async || {
        let steps: i32 = sqlx::query_scalar("SELECT jsonb_array_length(steps) FROM runs")
            .fetch_one(&world.pool)
            .await
            .unwrap();
        (steps > 0).then_some(())
    })
    .await;
    AtWork {
        world,
        run,
        stop,
        collecting,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_work_is_cancelled_from_its_page_and_ends_as_cancelled() {
    let AtWork {
        world,
        run,
        stop,
        collecting,
    } = at_work().await;
    let app = signed_in(app_state(&world.pool, &vault(), Utc::now)).await;
    let ask = async |request: axum::http::request::Builder| {
        let request = request.header("host", "localhost").body(Body::empty());
        let answer = app.clone().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.into()).unwrap())
    };
    let page = format!("/runs/{run}");
    let cancel = format!("{page}/cancel");
    let (_, shown) = ask(Request::get(&page)).await;
    assert!(shown.contains(">Running</span>") && shown.contains(&format!("action=\"{cancel}\"")));
    let (status, _) = ask(Request::post(&cancel)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    world.ended(&[run]).await;
    let (_, shown) = ask(Request::get(&page)).await;
    assert!(shown.contains(">Cancelled</span>") && !shown.contains(&cancel));
    assert!(shown.contains("<span>cancelled</span>"), "the last step");
    stop.cancel();
    collecting.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_stops_what_it_is_doing_and_says_so() {
    let AtWork {
        world,
        run,
        stop,
        collecting,
    } = at_work().await;
    assert_eq!(cancel_all(&world.pool, run).await, 1);
    let report = world.ended(&[run]).await.remove(0);
    assert_eq!(report.state, RunState::Cancelled);
    until("the batch ends", async || {
        (open_batches(&world.pool).await == 0).then_some(())
    })
    .await;
    stop.cancel();
    collecting.await.unwrap();
    let (first, last): (String, String) =
        sqlx::query_as("SELECT steps -> 0 ->> 'text', steps -> -1 ->> 'text' FROM runs")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!(last, "cancelled");
    assert_ne!(first, last, "the steps so far are kept");
}

#[tokio::test]
async fn a_heartbeat_hears_of_the_cancelling_and_a_success_meanwhile_is_kept() {
    let pool = database().await;
    inventory_of(&pool, &[1]).await;
    let run = request_all(&pool, Trigger::Manual).await[0];
    let mine = claim(&pool, "c", LIMITS).await[0];
    let mut conn = pool.acquire().await.unwrap();
    let beat = async || {
        let mut conn = pool.acquire().await.unwrap();
        runs::heartbeat(&mut conn, "c", &[(mine, Vec::new())], LIMITS.lease)
            .await
            .unwrap()[0]
    };
    assert!(!beat().await.is_cancelled);
    let asked = runs::cancel_run(&mut conn, &Scope::All, run).await;
    assert!(asked.unwrap().is_some());
    assert!(beat().await.is_cancelled);
    let failure = Failure::new(FailureCode::Timeout, "x");
    let ending = ended_by(EndResult::Failed(failure));
    assert!(
        runs::mark_ended(&mut conn, "c", mine, &ending)
            .await
            .unwrap(),
        "what came to an end of its own keeps it"
    );
    assert_eq!(reports(&pool, &[run]).await[0].state, RunState::Failed);
}

#[tokio::test]
async fn a_cancelled_run_is_not_tried_again_when_its_attempt_fails() {
    let pool = database().await;
    inventory_of(&pool, &[1]).await;
    let run = request_all(&pool, Trigger::Manual).await[0];
    let mine = claim(&pool, "c", LIMITS).await[0];
    let mut conn = pool.acquire().await.unwrap();
    runs::cancel_run(&mut conn, &Scope::All, run).await.unwrap();
    let ending = ended_by(EndResult::TryAgain {
        failure: Failure::new(FailureCode::Unreachable, "x"),
        retry_in: Duration::ZERO,
    });
    runs::mark_ended(&mut conn, "c", mine, &ending)
        .await
        .unwrap();
    assert_eq!(reports(&pool, &[run]).await[0].state, RunState::Cancelled);
}

#[tokio::test]
async fn a_collector_that_is_killed_or_stops_leaves_cancelled_runs_cancelled() {
    let pool = database().await;
    inventory_of(&pool, &[2]).await;
    let runs = request_all(&pool, Trigger::Manual).await;
    let killed = ClaimLimits {
        slots: 1,
        lease: Duration::ZERO,
        ..LIMITS
    };
    claim(&pool, "killed", killed).await;
    claim(&pool, "stopping", LIMITS).await;
    assert_eq!(cancel_all(&pool, runs[0]).await, 2);
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(runs::requeue_lost(&mut conn, 5).await.unwrap(), 1);
    assert_eq!(runs::release(&mut conn, "stopping").await.unwrap(), 1);
    let reports = reports(&pool, &runs).await;
    assert!(
        reports
            .iter()
            .all(|report| report.state == RunState::Cancelled),
        "{reports:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_and_cancelling_at_once_never_wait_for_each_other() {
    let pool = database().await;
    inventory_of(&pool, &[400]).await;
    let runs = request_all(&pool, Trigger::Manual).await;
    let all = ClaimLimits {
        slots: 400,
        ..LIMITS
    };
    let mut mine: Vec<_> = claim(&pool, "c", all)
        .await
        .into_iter()
        .map(|claim| (claim, Vec::new()))
        .collect();
    mine.sort_by_key(|(claim, _)| std::cmp::Reverse(claim.run));
    let beating = {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut conn = pool.acquire().await.unwrap();
            for _ in 0..20 {
                runs::heartbeat(&mut conn, "c", &mine, LIMITS.lease)
                    .await
                    .unwrap();
            }
        })
    };
    let cancelled = cancel_all(&pool, runs[0]).await;
    beating.await.unwrap();
    assert_eq!(cancelled, 400);
}

#[tokio::test]
async fn the_failed_of_a_batch_are_tried_again_in_a_batch_of_their_own() {
    let pool = database().await;
    inventory_of(&pool, &[4]).await;
    let runs = request_all(&pool, Trigger::Scheduled).await;
    let mut conn = pool.acquire().await.unwrap();
    for mine in claim(&pool, "c", LIMITS).await {
        let result = match runs.iter().position(|run| *run == mine.run) {
            Some(0..3) => EndResult::Failed(Failure::new(FailureCode::Timeout, "x")),
            _ => EndResult::Cancelled,
        };
        runs::mark_ended(&mut conn, "c", mine, &ended_by(result))
            .await
            .unwrap();
    }
    sqlx::query("UPDATE devices SET enabled = false WHERE name = 'd2'")
        .execute(&pool)
        .await
        .unwrap();
    let batch = reports(&pool, &runs).await[0].batch;
    let by = Some("kim".to_owned());
    let requested = batches::retry_failed(&mut conn, &Scope::All, batch, (Trigger::Manual, by))
        .await
        .unwrap();
    let mut devices: Vec<_> = reports(&pool, &requested.runs)
        .await
        .into_iter()
        .map(|report| report.device)
        .collect();
    devices.sort();
    assert_eq!(devices, ["d0", "d1"]);
    let retried: (Option<i64>, String, Option<String>) = sqlx::query_as(
        "SELECT retry_of_batch_id, trigger, requested_by FROM batches WHERE id = $1",
    )
    .bind(requested.batch.unwrap().0)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(
        retried,
        (Some(batch.0), "manual".to_owned(), Some("kim".to_owned()))
    );
    let again = batches::retry_failed(
        &mut conn,
        &Scope::All,
        requested.batch.unwrap(),
        (Trigger::Manual, None),
    )
    .await
    .unwrap();
    assert!(again.batch.is_none() && again.runs.is_empty());
}
