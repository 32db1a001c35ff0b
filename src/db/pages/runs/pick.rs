//! Which runs a list shows. With millions of them, each combination of filters must start from
//! the index that leaves the fewest, so each has a statement of its own; what else is asked for
//! is looked at row by row from there on, newest first, until the page is full.
//!
//! | asked for | starts from |
//! |---|---|
//! | a device | `runs_device`: the runs of one device are some hundreds |
//! | queued or running | `runs_one_active_per_device`: at most one for each device |
//! | a person or the API | `batches_trigger`: their batches, newest first |
//! | failed, cancelled or suspect | `runs_odd`, of a site `runs_odd_of_site` |
//! | a site | `runs_site` |
//! | the schedule | `batches_trigger` |
//! | nothing, or succeeded | the primary key: nearly every run is one |

use sqlx::PgConnection;

use super::bounds::{Bounds, get_bounds};
use super::{RunFilter, RunStateFilter};
use crate::model::{RunState, Trigger, Verdict};

/// How many batches are looked through by one statement at most.
const MOST_BATCHES_AT_ONCE: i64 = 256;

const ALL_STATES: [RunState; 5] = [
    RunState::Queued,
    RunState::Running,
    RunState::Succeeded,
    RunState::Failed,
    RunState::Cancelled,
];

/// A filter in the terms of the table.
struct Terms<'a> {
    filter: &'a RunFilter,
    limit: i64,
    /// `None`: any.
    state: Option<RunState>,
    states: Vec<String>,
    verdict: Option<&'static str>,
    trigger: Option<&'static str>,
    requested_by: Option<&'a str>,
    site: Option<i64>,
    /// Exclusive bounds of the id.
    after: i64,
    before: i64,
    bounds: Bounds,
}

impl<'a> Terms<'a> {
    fn of(filter: &'a RunFilter, limit: i64, bounds: Bounds) -> Self {
        let (state, verdict) = match filter.state {
            Some(RunStateFilter::State(state)) => (Some(state), None),
            Some(RunStateFilter::Suspect) => (Some(RunState::Succeeded), Some(Verdict::Suspect)),
            None => (None, None),
        };
        let states = state.map_or(ALL_STATES.to_vec(), |state| vec![state]);
        let made_by = filter.made_by.as_ref();
        Self {
            filter,
            limit,
            state,
            states: states.iter().map(ToString::to_string).collect(),
            verdict: verdict.map(Verdict::as_str),
            trigger: made_by.map(|made_by| made_by.trigger.as_str()),
            requested_by: made_by.and_then(|made_by| made_by.requested_by.as_deref()),
            site: filter.site.map(|site| site.0),
            after: bounds.after,
            before: filter
                .before
                .map_or(bounds.before, |run| run.0.min(bounds.before)),
            bounds,
        }
    }

    /// The state, if it is one of few runs: that of one that did not end well.
    fn odd_state(&self) -> Option<RunState> {
        self.state.filter(|state| {
            matches!(state, RunState::Failed | RunState::Cancelled) || self.verdict.is_some()
        })
    }
}

/// The ids of a page's runs, in its order.
pub(super) async fn pick(
    conn: &mut PgConnection,
    filter: &RunFilter,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let terms = Terms::of(filter, limit, get_bounds(conn, filter).await?);
    if let Some(device) = filter.device {
        return of_device(conn, &terms, device.0).await;
    }
    if terms.state.is_some_and(|state| !state.is_ended()) {
        return active(conn, &terms).await;
    }
    let trigger = filter.made_by.as_ref().map(|made_by| made_by.trigger);
    match (trigger, terms.odd_state(), terms.site) {
        (Some(Trigger::Manual | Trigger::Api), ..) => of_batches(conn, &terms).await,
        (_, Some(state), Some(site)) => odd_of_site(conn, &terms, state, site).await,
        (_, Some(state), None) => odd(conn, &terms, state).await,
        (_, None, Some(site)) => of_site(conn, &terms, site).await,
        (Some(Trigger::Scheduled), None, None) => of_batches(conn, &terms).await,
        (None, None, None) => any(conn, &terms).await,
    }
}

/// Walks the runs that `$start` leaves in the order `$order`, which ends with the newest first.
///
/// Where the start is one value of a column, it is written as a comparison of rows with the id:
/// with an equality, the planner takes the order from the primary key, and walks all runs to find
/// those of a site that has none. The batch is looked up for each row and never joined, lest all
/// of a trigger's batches are read.
macro_rules! walk {
    ($conn:expr, $terms:expr, $start:literal, $order:literal $(, $arg:expr)*) => {
        sqlx::query_scalar!(
            "SELECT id
             FROM runs
             WHERE state = ANY($3)
               AND ($4::text IS NULL OR verdict = $4)
               AND ($5::text IS NULL OR (
                   SELECT trigger = $5 AND ($6::text IS NULL OR requested_by = $6)
                   FROM batches
                   WHERE batches.id = runs.batch_id
               ))
               AND ($7::timestamptz IS NULL OR queued_at >= $7)
               AND ($8::timestamptz IS NULL OR queued_at < $8)
               AND "
                + $start
                + " ORDER BY "
                + $order
                + " LIMIT $9",
            $terms.after,
            $terms.before,
            &$terms.states,
            $terms.verdict,
            $terms.trigger,
            $terms.requested_by,
            $terms.filter.since,
            $terms.filter.until,
            $terms.limit
            $(, $arg)*
        )
        .fetch_all($conn)
        .await
    };
}

async fn any(conn: &mut PgConnection, terms: &Terms<'_>) -> Result<Vec<i64>, sqlx::Error> {
    walk!(conn, terms, "id > $1 AND id < $2", "id DESC")
}

async fn of_device(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    device: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    walk!(
        conn,
        terms,
        "(device_id, id) > ($10, $1) AND (device_id, id) < ($10, $2)
         AND ($11::bigint IS NULL OR site_id = $11)",
        "device_id DESC, id DESC",
        device,
        terms.site
    )
}

async fn of_site(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    site: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    walk!(
        conn,
        terms,
        "(site_id, id) > ($10, $1) AND (site_id, id) < ($10, $2)",
        "site_id DESC, id DESC",
        site
    )
}

async fn odd(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    state: RunState,
) -> Result<Vec<i64>, sqlx::Error> {
    walk!(
        conn,
        terms,
        "(state IN ('failed', 'cancelled') OR verdict = 'suspect')
         AND (state, id) > ($10, $1) AND (state, id) < ($10, $2)",
        "state DESC, id DESC",
        state.as_str()
    )
}

async fn odd_of_site(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    state: RunState,
    site: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    walk!(
        conn,
        terms,
        "(state IN ('failed', 'cancelled') OR verdict = 'suspect')
         AND (site_id, state, id) > ($11, $10, $1) AND (site_id, state, id) < ($11, $10, $2)",
        "site_id DESC, state DESC, id DESC",
        state.as_str(),
        site
    )
}

/// All that are active, sorted: `OFFSET 0` keeps the planner from walking the primary key for
/// them, which finds nothing for long when little is active.
async fn active(conn: &mut PgConnection, terms: &Terms<'_>) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id!"
           FROM (
               SELECT id, batch_id, site_id, queued_at, state
               FROM runs
               WHERE state IN ('queued', 'running')
               OFFSET 0
           ) active
           WHERE id > $1
             AND id < $2
             AND state = ANY($3)
             AND ($4::text IS NULL OR (
                 SELECT trigger = $4 AND ($5::text IS NULL OR requested_by = $5)
                 FROM batches
                 WHERE batches.id = active.batch_id
             ))
             AND ($6::timestamptz IS NULL OR queued_at >= $6)
             AND ($7::timestamptz IS NULL OR queued_at < $7)
             AND ($8::bigint IS NULL OR site_id = $8)
           ORDER BY id DESC
           LIMIT $9"#,
        terms.after,
        terms.before,
        &terms.states,
        terms.trigger,
        terms.requested_by,
        terms.filter.since,
        terms.filter.until,
        terms.site,
        terms.limit,
    )
    .fetch_all(conn)
    .await
}

/// Batch by batch from the newest on, ever more at a time: the first may fill the page, or
/// thousands may have none that is asked for.
async fn of_batches(conn: &mut PgConnection, terms: &Terms<'_>) -> Result<Vec<i64>, sqlx::Error> {
    let cursor = match terms.filter.before {
        Some(run) => (run.0, get_batch_of(conn, run.0).await?),
        None => (i64::MAX, i64::MAX),
    };
    let mut picked = Vec::new();
    let mut up_to = terms.bounds.newest_batch.min(cursor.1);
    let mut at_once = 1;
    loop {
        let batches = list_batches(conn, terms, up_to, at_once).await?;
        let Some(last) = batches.last() else {
            return Ok(picked);
        };
        let room = terms.limit - picked.len() as i64;
        picked.extend(of_these(conn, terms, &batches, cursor, room).await?);
        if picked.len() as i64 >= terms.limit {
            return Ok(picked);
        }
        up_to = last - 1;
        at_once = MOST_BATCHES_AT_ONCE.min(at_once * 2);
    }
}

async fn list_batches(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    up_to: i64,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM batches
         WHERE (trigger, id) >= ($1, $2)
           AND (trigger, id) <= ($1, $3)
           AND ($4::text IS NULL OR requested_by = $4)
           AND ($5::bigint IS NULL OR site_id IS NULL OR site_id = $5)
         ORDER BY trigger DESC, id DESC
         LIMIT $6",
        terms.trigger,
        terms.bounds.oldest_batch,
        up_to,
        terms.requested_by,
        terms.site,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// The runs of these batches that come after the `cursor`, a run and its batch.
async fn of_these(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    batches: &[i64],
    cursor: (i64, i64),
    room: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT picked.id
         FROM unnest($1::bigint[]) AS batches (id)
         CROSS JOIN LATERAL (
             SELECT id
             FROM runs
             WHERE batch_id = batches.id
               AND id > $2
               AND (batches.id < $4 OR id < $3)
               AND state = ANY($5)
               AND ($6::text IS NULL OR verdict = $6)
               AND ($7::bigint IS NULL OR site_id = $7)
               AND ($8::timestamptz IS NULL OR queued_at >= $8)
               AND ($9::timestamptz IS NULL OR queued_at < $9)
             ORDER BY id DESC
             LIMIT $10
         ) picked
         ORDER BY batches.id DESC, picked.id DESC
         LIMIT $10",
        batches,
        terms.after,
        cursor.0,
        cursor.1,
        &terms.states,
        terms.verdict,
        terms.site,
        terms.filter.since,
        terms.filter.until,
        room,
    )
    .fetch_all(conn)
    .await
}

/// The batch of that run; where it is gone, of the one before it.
async fn get_batch_of(conn: &mut PgConnection, run: i64) -> Result<i64, sqlx::Error> {
    let batch = sqlx::query_scalar!(
        "SELECT batch_id
         FROM runs
         WHERE id <= $1
         ORDER BY id DESC
         LIMIT 1",
        run,
    )
    .fetch_optional(conn)
    .await?;
    Ok(batch.unwrap_or(0))
}
