//! The list of all runs: right for every combination of filters, and cheap for each of them.

use chrono::{DateTime, Utc};
use routervault::db::pages::{MadeBy, RunFilter, RunStateFilter, get_run, list_runs};
use routervault::model::{DeviceId, RunId, RunState, Scope, SiteId, Trigger, Verdict};
use sqlx::{PgConnection, PgPool};

use crate::queue::inventory_of;
use crate::support::database;

/// How many runs a page shows.
const PAGE: i64 = 50;

/// How many rows a page may cost at most, of the 60,000 there are.
const MOST_ROWS: i64 = 2_500;

/// Twenty sites of ten devices, three hundred nights, and what people asked for now and then.
const FILL: &[&str] = &[
    "INSERT INTO batches (trigger, site_id, due_at, created_at, finished_at)
     SELECT 'scheduled', sites.id, at, at, at
     FROM generate_series(1, 300) AS night
     CROSS JOIN LATERAL (SELECT now() - (301 - night) * interval '1 day' AS at) AS nights
     CROSS JOIN sites
     ORDER BY night, sites.id",
    "INSERT INTO runs (batch_id, device_id, site_id, priority, state, queued_at, finished_at,
                       verdict, outcome, failure_code, failure_message)
     SELECT batches.id, devices.id, sites.id, 1, state, due_at, due_at,
            CASE WHEN state = 'succeeded' THEN
                CASE WHEN (batches.id * 7 + devices.id) % 900 = 1 THEN 'suspect'
                ELSE 'verified' END
            END,
            CASE WHEN state = 'succeeded' THEN 'unchanged' END,
            CASE WHEN state = 'failed' THEN 'timeout' END,
            CASE WHEN state = 'failed' THEN 'It took too long.' END
     FROM batches
     JOIN sites ON sites.id = batches.site_id
     JOIN devices ON devices.site_id = sites.id
     CROSS JOIN LATERAL (
         SELECT CASE WHEN (batches.id * 13 + devices.id) % 150 = 0 THEN 'failed'
                ELSE 'succeeded' END AS state
     ) AS ended
     ORDER BY batches.id, devices.id",
    "INSERT INTO batches (trigger, requested_by, created_at)
     SELECT 'manual', CASE WHEN number % 3 = 0 THEN 'kim' ELSE 'lee' END,
            now() - (31 - number) * interval '1 hour'
     FROM generate_series(1, 30) AS number
     ORDER BY number",
    "INSERT INTO runs (batch_id, device_id, site_id, priority, state, queued_at, finished_at)
     SELECT batches.id, devices.id, devices.site_id, 0, 'cancelled', batches.created_at,
            batches.created_at
     FROM batches
     JOIN devices ON devices.id % 7 = batches.id % 7
     WHERE trigger = 'manual'
     ORDER BY batches.id, devices.id",
    "INSERT INTO batches (trigger, requested_by) VALUES ('api', 'billing')",
    "INSERT INTO runs (batch_id, device_id, site_id, priority)
     SELECT (SELECT max(id) FROM batches), id, site_id, 0
     FROM devices
     WHERE id % 20 = 0",
    "ANALYZE",
];

async fn filled() -> PgPool {
    let pool = database().await;
    inventory_of(&pool, &[10; 20]).await;
    for statement in FILL {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    pool
}

#[derive(sqlx::FromRow)]
struct Run {
    id: RunId,
    batch_id: i64,
    device_id: DeviceId,
    site_id: SiteId,
    state: RunState,
    verdict: Option<Verdict>,
    queued_at: DateTime<Utc>,
    trigger: Trigger,
    requested_by: Option<String>,
}

async fn all_runs(pool: &PgPool) -> Vec<Run> {
    sqlx::query_as(
        "SELECT runs.id, batch_id, device_id, runs.site_id, state, verdict, queued_at, trigger,
                requested_by
         FROM runs
         JOIN batches ON batches.id = batch_id
         ORDER BY runs.id DESC",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// What the list should show, told by reading everything.
fn expected(runs: &[Run], scope: &Scope, filter: &RunFilter) -> Vec<RunId> {
    let is_wanted = |run: &&Run| {
        let state = match filter.state {
            None => true,
            Some(RunStateFilter::State(state)) => run.state == state,
            Some(RunStateFilter::Suspect) => run.verdict == Some(Verdict::Suspect),
        };
        let made_by = filter.made_by.as_ref().is_none_or(|made_by| {
            let by = &made_by.requested_by;
            run.trigger == made_by.trigger && (by.is_none() || *by == run.requested_by)
        });
        state
            && made_by
            && scope.has(run.site_id)
            && filter.site.is_none_or(|site| run.site_id == site)
            && filter.device.is_none_or(|device| run.device_id == device)
            && filter.since.is_none_or(|since| run.queued_at >= since)
            && filter.until.is_none_or(|until| run.queued_at < until)
    };
    let mut wanted: Vec<&Run> = runs.iter().filter(is_wanted).collect();
    wanted.sort_by_key(|run| std::cmp::Reverse((run.batch_id, run.id)));
    wanted.iter().map(|run| run.id).collect()
}

/// Rows of runs read in this transaction so far: by sequential scans, and by index.
async fn rows_read(conn: &mut PgConnection) -> (i64, i64) {
    sqlx::query_as(
        "SELECT seq_tup_read, coalesce(idx_tup_fetch, 0)
         FROM pg_stat_xact_user_tables
         WHERE relname = 'runs'",
    )
    .fetch_one(conn)
    .await
    .unwrap()
}

fn filters(now: DateTime<Utc>) -> Vec<RunFilter> {
    let states = [
        None,
        Some(RunStateFilter::State(RunState::Queued)),
        Some(RunStateFilter::State(RunState::Running)),
        Some(RunStateFilter::State(RunState::Succeeded)),
        Some(RunStateFilter::State(RunState::Failed)),
        Some(RunStateFilter::State(RunState::Cancelled)),
        Some(RunStateFilter::Suspect),
    ];
    let by = |trigger, name: Option<&str>| {
        Some(MadeBy {
            trigger,
            requested_by: name.map(str::to_owned),
        })
    };
    let makers = [
        None,
        by(Trigger::Scheduled, None),
        by(Trigger::Manual, None),
        by(Trigger::Manual, Some("kim")),
        by(Trigger::Manual, Some("nobody")),
        by(Trigger::Api, Some("billing")),
    ];
    let ago = |days| Some(now - chrono::TimeDelta::days(days));
    let times = [
        (None, None),
        (ago(20), None),
        (Some(now), None),
        (None, ago(280)),
        (ago(151), ago(150)),
    ];
    let places = [
        (None, None),
        (Some(SiteId(3)), None),
        (None, Some(DeviceId(20))),
        (Some(SiteId(3)), Some(DeviceId(20))),
    ];
    let mut filters = Vec::new();
    for state in states {
        for made_by in &makers {
            for (since, until) in times {
                for (site, device) in places {
                    filters.push(RunFilter {
                        site,
                        device,
                        state,
                        since,
                        until,
                        made_by: made_by.clone(),
                        before: None,
                    });
                }
            }
        }
    }
    filters
}

/// Looks at two pages of every combination: the second starts where the first ended.
async fn look_at_every_combination(scope: &Scope) {
    let pool = filled().await;
    let runs = all_runs(&pool).await;
    assert!(runs.len() > 60_000);
    for mut filter in filters(Utc::now()) {
        let mut left = expected(&runs, scope, &filter);
        for page in 0..2 {
            let mut tx = pool.begin().await.unwrap();
            let before = rows_read(&mut tx).await;
            let rows = list_runs(&mut tx, scope, &filter, PAGE).await.unwrap();
            let after = rows_read(&mut tx).await;
            let ids: Vec<RunId> = rows.iter().map(|row| row.id).collect();
            let rest = left.split_off(left.len().min(50));
            assert_eq!(ids, left, "page {page} of {filter:?}");
            assert_eq!(after.0, before.0, "a sequential scan for {filter:?}");
            let read = after.1 - before.1;
            assert!(
                read < MOST_ROWS,
                "{read} rows for page {page} of {filter:?}"
            );
            left = rest;
            let Some(last) = ids.last() else {
                break;
            };
            filter.before = Some(*last);
        }
    }
}

#[tokio::test]
async fn every_combination_shows_the_right_runs_and_reads_few() {
    look_at_every_combination(&Scope::All).await;
}

#[tokio::test]
async fn every_combination_shows_the_right_runs_of_some_sites_and_reads_few() {
    look_at_every_combination(&some_sites()).await;
}

#[tokio::test]
async fn where_there_are_more_sites_than_runs_to_be_shown_the_newest_are_found() {
    let pool = filled().await;
    let runs = all_runs(&pool).await;
    let scope = Scope::Sites((1..=15).map(SiteId).collect());
    let mut conn = pool.acquire().await.unwrap();
    for filter in filters(Utc::now()) {
        let rows = list_runs(&mut conn, &scope, &filter, 7).await.unwrap();
        let ids: Vec<RunId> = rows.iter().map(|row| row.id).collect();
        let mut wanted = expected(&runs, &scope, &filter);
        wanted.truncate(7);
        assert_eq!(ids, wanted, "{filter:?}");
    }
}

#[tokio::test]
async fn a_page_is_as_cheap_when_the_statement_has_been_used_often() {
    for scope in [Scope::All, some_sites()] {
        look_without_the_values(&scope).await;
    }
}

/// Three sites of the twenty.
fn some_sites() -> Scope {
    Scope::Sites(vec![SiteId(17), SiteId(3), SiteId(4)])
}

async fn look_without_the_values(scope: &Scope) {
    let pool = filled().await;
    let mut tx = pool.begin().await.unwrap();
    // From the sixth time on PostgreSQL may plan without looking at the values.
    sqlx::query("SET LOCAL plan_cache_mode = force_generic_plan")
        .execute(&mut *tx)
        .await
        .unwrap();
    for filter in filters(Utc::now()) {
        let before = rows_read(&mut tx).await;
        list_runs(&mut tx, scope, &filter, PAGE).await.unwrap();
        let after = rows_read(&mut tx).await;
        assert_eq!(after.0, before.0, "a sequential scan for {filter:?}");
        let read = after.1 - before.1;
        assert!(read < MOST_ROWS, "{read} rows for {filter:?}");
    }
}

#[tokio::test]
async fn a_run_is_shown_with_all_that_is_known_of_it() {
    let pool = filled().await;
    let mut conn = pool.acquire().await.unwrap();
    let filter = RunFilter {
        state: Some(RunStateFilter::State(RunState::Failed)),
        ..RunFilter::default()
    };
    let row = list_runs(&mut conn, &Scope::All, &filter, 1)
        .await
        .unwrap()
        .remove(0);
    let run = get_run(&mut conn, &Scope::All, row.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(run.device_id, row.device_id);
    assert_eq!(run.site_slug, row.site_slug);
    assert_eq!(run.trigger, Trigger::Scheduled);
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(
        run.failure_code.as_ref().map(|code| code.as_str()),
        Some("timeout")
    );
    assert!(run.steps.is_empty() && run.collector.is_none() && run.snapshot_id.is_none());
    assert!(
        get_run(&mut conn, &Scope::All, RunId(0))
            .await
            .unwrap()
            .is_none()
    );
}
