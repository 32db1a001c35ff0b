//! Which runs a list shows. With millions of them, each combination of filters must start from
//! the index that leaves the fewest, so each has a statement of its own; what else is asked for
//! is looked at row by row from there on, newest first, until the page is full.
//!
//! | asked for | starts from |
//! |---|---|
//! | a device | `runs_device`: the runs of one device are some hundreds |
//! | queued or running | `runs_one_active_per_device`: at most one for each device |
//! | a person or the API | `batches_trigger`: their batches, newest first; at some sites `batches_site` |
//! | failed, cancelled or suspect | `runs_odd`, of some sites `runs_odd_of_site` |
//! | some sites | `runs_site` |
//! | the schedule | `batches_trigger` |
//! | nothing, or succeeded | the primary key: nearly every run is one |
//!
//! Some sites are the one that is asked for, or those that who asks may know of: the newest of
//! each are put together.

use sqlx::PgConnection;

use super::bounds::{Bounds, get_bounds};
use super::by_batch::of_batches;
use super::{RunFilter, RunStateFilter};
use crate::model::{RunState, Scope, Trigger, Verdict};

const ALL_STATES: [RunState; 5] = [
    RunState::Queued,
    RunState::Running,
    RunState::Succeeded,
    RunState::Failed,
    RunState::Cancelled,
];

/// A filter in the terms of the table.
pub(super) struct Terms<'a> {
    pub filter: &'a RunFilter,
    pub limit: i64,
    /// `None`: any.
    pub state: Option<RunState>,
    pub states: Vec<String>,
    pub verdict: Option<&'static str>,
    pub trigger: Option<&'static str>,
    pub requested_by: Option<&'a str>,
    /// `None`: all.
    pub sites: Option<Vec<i64>>,
    /// Exclusive bounds of the id.
    pub after: i64,
    pub before: i64,
    pub bounds: Bounds,
}

impl<'a> Terms<'a> {
    fn of(scope: &Scope, filter: &'a RunFilter, limit: i64, bounds: Bounds) -> Self {
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
            sites: scope.at(filter.site).ids(),
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
    scope: &Scope,
    filter: &RunFilter,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let terms = Terms::of(scope, filter, limit, get_bounds(conn, filter).await?);
    if let Some(device) = filter.device {
        return of_device(conn, &terms, device.0).await;
    }
    if terms.state.is_some_and(|state| !state.is_ended()) {
        return active(conn, &terms).await;
    }
    let trigger = filter.made_by.as_ref().map(|made_by| made_by.trigger);
    match (trigger, terms.odd_state(), &terms.sites) {
        (Some(Trigger::Manual | Trigger::Api), ..) => of_batches(conn, &terms).await,
        (_, state, Some(sites)) => of_sites(conn, &terms, sites, state).await,
        (_, Some(state), None) => odd(conn, &terms, state).await,
        (Some(Trigger::Scheduled), None, None) => of_batches(conn, &terms).await,
        (None, None, None) => any(conn, &terms).await,
    }
}

/// Walks the runs that `$start` leaves in the order `$order`, which ends with the newest first.
///
/// Where the start is one value of a column, it is written as a comparison of rows with the id:
/// with an equality, the planner takes the order from the primary key, and walks all runs to find
/// those of a site that has none. Times are compared `IS TRUE`, which no index serves: the bounds of
/// the id have seen to them, and all runs of a day are many. So are the sites of a device's runs. The batch is looked up for each row
/// and never joined, lest all of a trigger's batches are read.
macro_rules! walk {
    ($conn:expr, $terms:expr, $start:literal, $order:literal $(, $arg:expr)*) => {
        walk!(@ "", $conn, $terms, $start, $order, " LIMIT $9" $(, $arg)*)
    };
    (@ $head:literal, $conn:expr, $terms:expr, $start:literal, $order:literal, $tail:literal $(, $arg:expr)*) => {
        sqlx::query_scalar!(
            $head
                + "SELECT id
                   FROM runs
                   WHERE state = ANY($3)
                     AND ($4::text IS NULL OR verdict = $4)
                     AND ($5::text IS NULL OR (
                         SELECT trigger = $5 AND ($6::text IS NULL OR requested_by = $6)
                         FROM batches
                         WHERE batches.id = runs.batch_id
                     ))
                     AND ($7::timestamptz IS NULL OR (queued_at >= $7) IS TRUE)
                     AND ($8::timestamptz IS NULL OR (queued_at < $8) IS TRUE)
                     AND "
                + $start
                + " ORDER BY "
                + $order
                + $tail,
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

/// Walks so at each of `$sites` (in `$start`: `sites.id`), as far as `$of_each` runs, and gives the
/// newest of all.
macro_rules! walk_each {
    ($conn:expr, $terms:expr, $sites:expr, $of_each:expr, $start:literal, $order:literal $(, $arg:expr)*) => {
        walk!(
            @ r#"SELECT found.id AS "id!"
                 FROM unnest($10::bigint[]) AS sites (id)
                 CROSS JOIN LATERAL ("#,
            $conn,
            $terms,
            $start,
            $order,
            " LIMIT $11) found ORDER BY found.id DESC LIMIT $9",
            $sites,
            $of_each
            $(, $arg)*
        )
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
         AND ($11::bigint[] IS NULL OR (site_id = ANY ($11)) IS TRUE)",
        "device_id DESC, id DESC",
        device,
        terms.sites.as_deref() as Option<&[i64]>
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

/// Where there are more sites than runs to be shown, the newest of each says at which of them
/// those stand.
async fn of_sites(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    sites: &[i64],
    odd: Option<RunState>,
) -> Result<Vec<i64>, sqlx::Error> {
    let newest;
    let sites = if sites.len() as i64 > terms.limit {
        let heads = of_each(conn, terms, sites, odd, 1).await?;
        newest = list_sites(conn, &heads).await?;
        newest.as_slice()
    } else {
        sites
    };
    of_each(conn, terms, sites, odd, terms.limit).await
}

async fn of_each(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    sites: &[i64],
    odd: Option<RunState>,
    of_each: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    match odd {
        None => walk_each!(
            conn,
            terms,
            sites,
            of_each,
            "(site_id, id) > (sites.id, $1) AND (site_id, id) < (sites.id, $2)",
            "site_id DESC, id DESC"
        ),
        Some(state) => walk_each!(
            conn,
            terms,
            sites,
            of_each,
            "(state IN ('failed', 'cancelled') OR verdict = 'suspect')
             AND (site_id + 0, state, id) > (sites.id, $12, $1)
             AND (site_id + 0, state, id) < (sites.id, $12, $2)",
            "site_id + 0 DESC, state DESC, id DESC",
            state.as_str()
        ),
    }
}

async fn list_sites(conn: &mut PgConnection, runs: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT site_id
         FROM runs
         WHERE id = ANY($1)",
        runs,
    )
    .fetch_all(conn)
    .await
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
             AND ($8::bigint[] IS NULL OR site_id = ANY ($8))
           ORDER BY id DESC
           LIMIT $9"#,
        terms.after,
        terms.before,
        &terms.states,
        terms.trigger,
        terms.requested_by,
        terms.filter.since,
        terms.filter.until,
        terms.sites.as_deref() as Option<&[i64]>,
        terms.limit,
    )
    .fetch_all(conn)
    .await
}
